// Expressions of the AST builder.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

ast::ExprPtr AstBuilder::Expr(Grammar::ExprContext* c) {
  // The left spine, outermost first: a OR b AND c = d ...
  std::vector<Grammar::ExprContext*> chain;
  int levels = 1;
  Grammar::ExprContext* base = c;
  size_t outer = 0;
  while (auto* left = dynamic_cast<Grammar::ExprContext*>(base->children[0])) {
    size_t op = base->predicate() ? 0 : base->AND() ? Grammar::AND : Grammar::OR;
    if (op == 0 || op != outer) ++levels;  // runs of AND and OR become one node
    outer = op;
    chain.push_back(base);
    base = left;
  }
  Deeper deeper(this, levels, c);
  ast::ExprPtr e;
  if (base->NOT()) {
    e = Make(SpanOf(base), ast::Not{Expr(base->expr(0))});
  } else {
    e = ValueExpr(base->valueExpr());
  }
  auto connect = [&]<typename Node>(Grammar::ExprContext* at, Node*) {
    ast::ExprPtr right = Expr(at->expr(1));
    auto* same = e->As<Node>();
    if (same && !e->parenthesized) {
      same->terms.push_back(std::move(right));
      e->span = SpanOf(at);
    } else {
      Node node;
      node.terms.push_back(std::move(e));
      node.terms.push_back(std::move(right));
      e = Make(SpanOf(at), std::move(node));
    }
  };
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    if (auto* predicate = (*at)->predicate()) {
      e = Predicate(std::move(e), predicate, (*at)->start);
    } else if ((*at)->AND()) {
      connect(*at, static_cast<ast::And*>(nullptr));
    } else {
      connect(*at, static_cast<ast::Or*>(nullptr));
    }
  }
  return e;
}

ast::ExprPtr AstBuilder::Predicate(ast::ExprPtr left, Grammar::PredicateContext* c, const antlr4::Token* first) {
  TextSpan span = source_.Span(first, c->stop);
  const bool negated = c->NOT() != nullptr;
  switch (c->start->getType()) {
    case Grammar::IS: {
      ast::Is is;
      is.operand = std::move(left);
      is.negated = negated;
      is.test = ast::Is::Test::kType;
      if (c->DISTINCT()) {
        return Make(span, ast::DistinctFrom{std::move(is.operand), ValueExpr(c->valueExpr(0)), negated});
      }
      if (c->TRUE_()) {
        is.test = ast::Is::Test::kTrue;
      } else if (c->FALSE_()) {
        is.test = ast::Is::Test::kFalse;
      } else {
        is.type = Type(c->type());
        is.type_span = SpanOf(c->type());
        if (is.type.kind == TypeSpec::Kind::kNull) {
          is.test = ast::Is::Test::kNull;
        } else if (is.type.kind == TypeSpec::Kind::kMissing) {
          is.test = ast::Is::Test::kMissing;
        } else if (EqualsIgnoreCase(is.type.name, "UNKNOWN")) {
          is.test = ast::Is::Test::kUnknown;
        }
      }
      return Make(span, std::move(is));
    }
    case Grammar::OVERLAPS: return Make(span, ast::Overlaps{std::move(left), ValueExpr(c->valueExpr(0))});
    case Grammar::NOT:
    case Grammar::IN:
    case Grammar::LIKE:
    case Grammar::BETWEEN: {
      if (c->IN()) return Make(span, ast::In{std::move(left), Haystack(c->valueExpr(0)), negated});
      ast::ExprPtr second = ValueExpr(c->valueExpr(0));
      ast::ExprPtr third = c->valueExpr().size() > 1 ? ValueExpr(c->valueExpr(1)) : nullptr;
      if (c->LIKE()) {
        return Make(span, ast::Like{std::move(left), std::move(second), std::move(third), negated});
      }
      return Make(span, ast::Between{std::move(left), std::move(second), std::move(third), negated});
    }
    default: {
      CompareOp op = CompareOp::kEq;
      switch (c->start->getType()) {
        case Grammar::NE: op = CompareOp::kNe; break;
        case Grammar::LT: op = CompareOp::kLt; break;
        case Grammar::GT: op = CompareOp::kGt; break;
        case Grammar::LE: op = CompareOp::kLe; break;
        case Grammar::GE: op = CompareOp::kGe; break;
        default: break;
      }
      return Comparison(op, std::move(left), c, span);
    }
  }
}

ast::ExprPtr AstBuilder::Comparison(CompareOp op, ast::ExprPtr left, Grammar::PredicateContext* c, TextSpan span) {
  using Quantifier = ast::Comparison::Quantifier;
  if (c->ALL()) {
    ast::ExprPtr all = Parens(c->parens());
    all->parenthesized = false;
    return Make(span, ast::Comparison{op, std::move(left), std::move(all), Quantifier::kAll});
  }
  ast::ExprPtr right = ValueExpr(c->valueExpr(0));
  // ANY (...) and SOME (...) read like calls of the aggregates.
  auto* call = right->As<ast::Call>();
  const bool any = call != nullptr && !right->parenthesized && !call->name.quoted && !call->star && !call->over &&
                   !call->filter && call->order_by.empty() && call->quantifier == ast::SetQuantifier::kNone &&
                   !call->args.empty() &&
                   (EqualsIgnoreCase(call->name.name, "ANY") || EqualsIgnoreCase(call->name.name, "SOME"));
  if (!any) return Make(span, ast::Comparison{op, std::move(left), std::move(right)});
  ast::ExprPtr elements = std::move(call->args[0]);
  if (call->args.size() > 1) {
    ast::Array list;
    list.elements.push_back(std::move(elements));
    for (size_t i = 1; i < call->args.size(); ++i) list.elements.push_back(std::move(call->args[i]));
    elements = Make(right->span, std::move(list));
  }
  return Make(span, ast::Comparison{op, std::move(left), std::move(elements), Quantifier::kAny});
}

ast::ExprPtr AstBuilder::Haystack(Grammar::ValueExprContext* c) {
  Grammar::ParensContext* parens = PureParens(c);
  ast::ExprPtr e = ValueExpr(c);
  // x IN (y) asks for membership in [y], whatever y is; IN (a, b), IN () and IN (SELECT ...) are
  // clear.
  if (parens && HoldsExpr(parens) && !e->As<ast::Subquery>()) {
    TextSpan span = e->span;
    ast::Array list;
    list.elements.push_back(std::move(e));
    return Make(span, std::move(list));
  }
  return e;
}

ast::ExprPtr AstBuilder::ValueExpr(Grammar::ValueExprContext* c) {
  std::vector<Grammar::ValueExprContext*> chain;
  Grammar::ValueExprContext* base = c;
  while (auto* left = dynamic_cast<Grammar::ValueExprContext*>(base->children[0])) {
    chain.push_back(base);
    base = left;
  }
  if (chain.empty() && base->atom()) return Steps(base);
  Deeper deeper(this, static_cast<int>(chain.size()) + (base->atom() ? 0 : 1), c);
  ast::ExprPtr e;
  if (base->atom()) {
    e = Steps(base);
  } else {
    UnaryOp op = base->MINUS() ? UnaryOp::kNeg : UnaryOp::kPlus;
    e = Signed(op, ValueExpr(base->valueExpr(0)), SpanOf(base));
  }
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    auto* sign = static_cast<antlr4::tree::TerminalNode*>((*at)->children[1]);
    BinaryOp op = BinaryOp::kAdd;
    switch (sign->getSymbol()->getType()) {
      case Grammar::MINUS: op = BinaryOp::kSub; break;
      case Grammar::STAR: op = BinaryOp::kMul; break;
      case Grammar::SLASH: op = BinaryOp::kDiv; break;
      case Grammar::PERCENT: op = BinaryOp::kMod; break;
      case Grammar::CONCAT: op = BinaryOp::kConcat; break;
      case Grammar::AMPERSAND: op = BinaryOp::kBitAnd; break;
      default: break;
    }
    e = Make(SpanOf(*at), ast::Binary{op, std::move(e), ValueExpr((*at)->valueExpr(1))});
  }
  return e;
}

ast::ExprPtr AstBuilder::Signed(UnaryOp op, ast::ExprPtr operand, TextSpan span) {
  auto* literal = operand->As<ast::Literal>();
  if (literal && !operand->parenthesized && literal->error.ok() && literal->value.is_numeric() &&
      literal->kind != ast::Literal::Kind::kIon) {
    if (op == UnaryOp::kNeg) {
      if (literal->value.is_exact()) {
        parton::Number n = literal->value.number().Neg();
        literal->value = literal->value.is_int() ? Value::Int(n) : Value::Decimal(n);
      } else {
        literal->value = Value::Float(-literal->value.float_value());
      }
      bool negative = literal->text.starts_with('-');
      literal->text = negative ? literal->text.substr(1) : "-" + literal->text;
    }
    operand->span = span;
    return operand;
  }
  return Make(span, ast::Unary{op, std::move(operand)});
}

ast::ExprPtr AstBuilder::Steps(Grammar::ValueExprContext* c) {
  ast::ExprPtr root = Atom(c->atom());
  auto steps = c->pathStep();
  if (steps.empty()) return root;
  ast::Path path;
  path.root = std::move(root);
  for (auto* s : steps) {
    ast::PathStep step;
    step.span = SpanOf(s);
    if (s->STAR()) {
      step.kind = s->DOT() ? ast::PathStep::Kind::kUnpivot : ast::PathStep::Kind::kWildcard;
    } else if (s->DOT()) {
      step.kind = ast::PathStep::Kind::kName;
      step.name = NameAt(s->stop);
    } else {
      step.kind = ast::PathStep::Kind::kIndex;
      step.index = Expr(s->expr());
    }
    path.steps.push_back(std::move(step));
  }
  return Make(SpanOf(c), std::move(path));
}

ast::ExprPtr AstBuilder::Word(const antlr4::Token* t) {
  static constexpr std::array<std::string_view, 6> kNiladic = {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
                                                               "CURRENT_USER", "LOCALTIME",    "LOCALTIMESTAMP"};
  ast::Identifier name = NameAt(t);
  TextSpan span = name.span;
  if (!name.quoted && (name.name[0] | 0x20) <= 'l' &&
      std::any_of(kNiladic.begin(), kNiladic.end(),
                  [&](std::string_view word) { return EqualsIgnoreCase(name.name, word); })) {
    ast::Call call;
    call.name = std::move(name);
    return Make(span, std::move(call));
  }
  return Make(span, ast::Variable{std::move(name)});
}

template <typename Node>
ast::ExprPtr AstBuilder::Elements(Grammar::AtomContext* c) {
  Node node;
  for (auto* e : c->expr()) node.elements.push_back(Expr(e));
  return Make(SpanOf(c), std::move(node));
}

ast::ExprPtr AstBuilder::Atom(Grammar::AtomContext* c) {
  using Kind = ast::Literal::Kind;
  TextSpan span = SpanOf(c);
  auto literal = [&](Kind kind, Value value) { return Make(span, ast::Literal{kind, std::move(value), {}, {}}); };
  if (c->start == c->stop) {
    const antlr4::Token* t = c->start;
    switch (t->getType()) {
      case Grammar::INTEGER: return Number(t, Kind::kInt);
      case Grammar::DECIMAL: return Number(t, Kind::kDecimal);
      case Grammar::FLOAT: return Number(t, Kind::kFloat);
      case Grammar::STRING: return literal(Kind::kString, Value::String(NameAt(t).name));
      case Grammar::BINARY: return Binary(t);
      case Grammar::ION: return Ion(t);
      case Grammar::TRUE_: return literal(Kind::kBool, Value::Bool(true));
      case Grammar::FALSE_: return literal(Kind::kBool, Value::Bool(false));
      case Grammar::NULL_: return literal(Kind::kNull, Value::Null());
      case Grammar::MISSING: return literal(Kind::kMissing, Value::Missing());
      case Grammar::QUESTION: {
        ast::ExprPtr e = Make(span, ast::Parameter{});
        parameters_.emplace_back(span.offset, e.get());
        return e;
      }
      default: return Word(t);
    }
  }
  if (auto* parens = c->parens()) return Parens(parens);
  if (auto* arguments = c->arguments()) return Call(NameAt(c->start), arguments, span);
  switch (c->start->getType()) {
    case Grammar::COLON: {
      ast::ExprPtr e = Make(span, ast::Parameter{0, Name(c->identifier()).name});
      parameters_.emplace_back(span.offset, e.get());
      return e;
    }
    case Grammar::AT_SIGN: return Make(span, ast::Variable{Name(c->identifier()), true});
    case Grammar::LBRACKET: return Elements<ast::Array>(c);
    case Grammar::LBAG: return Elements<ast::Bag>(c);
    case Grammar::LBRACE: return Tuple(c);
    case Grammar::CASE: return CaseOf(c);
    case Grammar::CAST:
    case Grammar::CAN_CAST:
    case Grammar::CAN_LOSSLESS_CAST: return CastOf(c);
    case Grammar::DATE: return DateLiteral(c);
    case Grammar::TIME: return TimeLiteral(c, false);
    case Grammar::TIMESTAMP: return TimeLiteral(c, true);
    case Grammar::INTERVAL: return IntervalLiteral(c);
    case Grammar::EXTRACT: {
      ast::Extract extract;
      extract.field = Name(c->identifier());
      if (!extract.field.quoted) extract.part = ParseDatePart(extract.field.name);
      extract.operand = Expr(c->expr(0));
      return Make(span, std::move(extract));
    }
    case Grammar::TRIM: return TrimOf(c);
    case Grammar::SUBSTRING: return Special("substring", c);
    case Grammar::OVERLAY: return Special("overlay", c);
    case Grammar::POSITION: return Special("position", c);
    default: Fail(c, "this is no expression");
  }
}

ast::ExprPtr AstBuilder::Tuple(Grammar::AtomContext* c) {
  ast::Tuple tuple;
  for (auto* pair : c->pair()) {
    ast::ExprPtr key = Pair(pair);
    tuple.pairs.emplace_back(std::move(key), Expr(pair->expr(1)));
  }
  return Make(SpanOf(c), std::move(tuple));
}

// A bare word as a key is a name, not a variable.
ast::ExprPtr AstBuilder::Pair(Grammar::PairContext* c) {
  Grammar::ExprContext* key = c->expr(0);
  if (key->start == key->stop) {
    auto* value = key->valueExpr();
    auto* atom = value ? value->atom() : nullptr;
    if (atom && (atom->callable() || atom->variableWord())) {
      return Make(SpanOf(key),
                  ast::Literal{ast::Literal::Kind::kString, Value::String(NameAt(key->start).name), {}, {}});
    }
  }
  return Expr(key);
}

ast::ExprPtr AstBuilder::Parens(Grammar::ParensContext* c) {
  TextSpan span = SpanOf(c);
  auto finish = [&](ast::ExprPtr e) {
    e->parenthesized = true;
    e->span = span;
    return e;
  };
  if (auto* query = c->keywordQuery()) return finish(Subquery(Query(query)));
  if (c->valueExpr()) Fail(c, "a join stands only in FROM");
  auto exprs = c->expr();
  if (exprs.empty()) return Make(span, ast::Array{});
  if (c->MATCH()) {
    ast::ExprPtr graph = Expr(exprs[0]);
    return Match(std::move(graph), c->graphPattern(), c->WHERE() ? exprs[1] : nullptr, span);
  }
  Ctx* odd = nullptr;
  if (!c->joinTail().empty()) odd = c->joinTail(0);
  if (!c->identifier().empty()) odd = c->identifier(0);
  if (c->alias()) odd = c->alias();
  if (odd) {
    Fail(odd, fmt::format("expected ) before {}", TextOf(odd)), "a name or join in parentheses stands only in FROM");
  }
  if (!c->COMMA().empty()) {
    ast::Array row;
    row.row = true;
    for (auto* e : exprs) row.elements.push_back(Expr(e));
    return Make(span, std::move(row));
  }
  if (auto* rest = c->queryRest(); !rest->children.empty()) {
    return finish(Subquery(Rest(OfExpr(exprs[0]), nullptr, rest, exprs[0]->start)));
  }
  return finish(Expr(exprs[0]));
}

ast::ExprPtr AstBuilder::Subquery(ast::QueryPtr query) {
  TextSpan span = query->span;
  return Make(span, ast::Subquery{std::move(query)});
}

}  // namespace parton::internal
