// Expressions of the AST builder.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/ast_builder.h"

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
        } else if (EqualsWord(is.type.name, "UNKNOWN")) {
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
                   !call->args.empty() && (EqualsWord(call->name.name, "ANY") || EqualsWord(call->name.name, "SOME"));
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
                  [&](std::string_view word) { return EqualsWord(name.name, word); })) {
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

ast::ExprPtr AstBuilder::CaseOf(Grammar::AtomContext* c) {
  ast::Case node;
  size_t next = 0;
  const size_t branches = c->WHEN().size();
  auto exprs = c->expr();
  if (exprs.size() > 2 * branches + (c->ELSE() ? 1 : 0)) node.operand = Expr(exprs[next++]);
  for (size_t i = 0; i < branches; ++i, next += 2) {
    ast::ExprPtr when = Expr(exprs[next]);
    node.branches.emplace_back(std::move(when), Expr(exprs[next + 1]));
  }
  if (c->ELSE()) node.otherwise = Expr(exprs[next]);
  return Make(SpanOf(c), std::move(node));
}

ast::ExprPtr AstBuilder::CastOf(Grammar::AtomContext* c) {
  ast::Cast cast;
  if (c->CAN_CAST()) cast.kind = ast::Cast::Kind::kCanCast;
  if (c->CAN_LOSSLESS_CAST()) cast.kind = ast::Cast::Kind::kCanLosslessCast;
  cast.operand = Expr(c->expr(0));
  cast.type = Type(c->type());
  cast.type_span = SpanOf(c->type());
  return Make(SpanOf(c), std::move(cast));
}

ast::ExprPtr AstBuilder::TrimOf(Grammar::AtomContext* c) {
  ast::Trim trim;
  if (c->LEADING()) trim.spec = ast::Trim::Spec::kLeading;
  if (c->TRAILING()) trim.spec = ast::Trim::Spec::kTrailing;
  auto exprs = c->expr();
  if (exprs.size() == 2) trim.chars = Expr(exprs[0]);
  trim.operand = Expr(exprs.back());
  return Make(SpanOf(c), std::move(trim));
}

ast::ExprPtr AstBuilder::Special(std::string name, Grammar::AtomContext* c) {
  ast::Call call;
  call.name = NameAt(c->start);
  call.name.name = std::move(name);
  for (antlr4::tree::ParseTree* child : c->children) {
    if (auto* e = dynamic_cast<Grammar::ExprContext*>(child)) {
      call.args.push_back(Expr(e));
    } else if (auto* v = dynamic_cast<Grammar::ValueExprContext*>(child)) {
      call.args.push_back(ValueExpr(v));
    }
  }
  return Make(SpanOf(c), std::move(call));
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

ast::ExprPtr AstBuilder::Call(ast::Identifier name, Grammar::ArgumentsContext* c, TextSpan span) {
  ast::Call call;
  call.star = c->STAR() != nullptr;
  if (c->ALL()) call.quantifier = ast::SetQuantifier::kAll;
  if (c->DISTINCT()) call.quantifier = ast::SetQuantifier::kDistinct;
  if (auto* query = c->keywordQuery()) {
    call.args.push_back(Subquery(Query(query)));
  } else if (auto* rest = c->queryRest(); rest && !rest->children.empty()) {
    if (rest->orderBy() && rest->setOp().empty() && !rest->LIMIT() && !rest->OFFSET() && !rest->fetch()) {
      // array_agg(x ORDER BY y): the order is the call's, not that of a query `x`.
      call.args.push_back(Expr(c->expr(0)));
      call.order_by = OrderBy(rest->orderBy());
    } else {
      auto* first = c->expr(0);
      call.args.push_back(Subquery(Rest(OfExpr(first), nullptr, rest, first->start)));
    }
  } else {
    for (auto* e : c->expr()) call.args.push_back(Expr(e));
    if (c->orderBy()) call.order_by = OrderBy(c->orderBy());
  }
  for (auto* tail : c->callTail()) CallTail(&call, tail);
  bool plain = !name.quoted && !call.star && call.quantifier == ast::SetQuantifier::kNone && c->callTail().empty() &&
               call.order_by.empty();
  if (plain && EqualsWord(name.name, "LIST")) {
    return Make(span, ast::Array{std::move(call.args)});
  }
  if (plain && EqualsWord(name.name, "ROW") && !call.args.empty()) {
    return Make(span, ast::Array{std::move(call.args), true});
  }
  if (plain && EqualsWord(name.name, "SEXP")) return Make(span, ast::Sexp{std::move(call.args)});
  call.name = std::move(name);
  return Make(span, std::move(call));
}

void AstBuilder::CallTail(ast::Call* call, Grammar::CallTailContext* c) {
  if (c->WITHIN()) {
    if (!call->order_by.empty()) Fail(c, "the call has an ORDER BY already");
    call->order_by = OrderBy(c->orderBy());
  } else if (c->FILTER()) {
    if (call->filter) Fail(c, "the call has a FILTER already");
    call->filter = Expr(c->expr());
  } else if (c->NULLS()) {
    call->nulls = c->IGNORE() ? ast::Call::Nulls::kIgnore : ast::Call::Nulls::kRespect;
  } else {
    if (call->over) Fail(c, "the call has an OVER already");
    call->over = std::make_unique<ast::WindowSpec>();
    if (c->identifier()) {
      call->over->base = Name(c->identifier());
    } else {
      *call->over = Window(c->windowSpec());
    }
  }
}

ast::WindowSpec AstBuilder::Window(Grammar::WindowSpecContext* c) {
  ast::WindowSpec spec;
  if (c->alias()) spec.base = Name(c->alias());
  for (auto* e : c->expr()) spec.partition_by.push_back(Expr(e));
  if (c->orderBy()) spec.order_by = OrderBy(c->orderBy());
  if (auto bounds = c->frameBound(); !bounds.empty()) {
    spec.frame = std::make_unique<ast::WindowFrame>();
    spec.frame->unit = c->ROWS()     ? ast::WindowFrame::Unit::kRows
                       : c->GROUPS() ? ast::WindowFrame::Unit::kGroups
                                     : ast::WindowFrame::Unit::kRange;
    spec.frame->start = Bound(bounds[0]);
    if (bounds.size() > 1) spec.frame->end = Bound(bounds[1]);
  }
  return spec;
}

ast::FrameBound AstBuilder::Bound(Grammar::FrameBoundContext* c) {
  using Kind = ast::FrameBound::Kind;
  ast::FrameBound bound;
  if (c->CURRENT()) return bound;
  const bool preceding = c->PRECEDING() != nullptr;
  if (c->UNBOUNDED()) {
    bound.kind = preceding ? Kind::kUnboundedPreceding : Kind::kUnboundedFollowing;
  } else {
    bound.kind = preceding ? Kind::kPreceding : Kind::kFollowing;
    bound.offset = ValueExpr(c->valueExpr());
  }
  return bound;
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
