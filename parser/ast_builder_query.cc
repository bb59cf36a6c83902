// Queries and FROM of the AST builder.
#include <fmt/format.h>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

Grammar::ParensContext* AstBuilder::PureParens(Grammar::ValueExprContext* c) {
  if (!c || c->children.size() != 1 || !c->atom()) return nullptr;
  return c->atom()->parens();
}

Grammar::ParensContext* AstBuilder::PureParens(Grammar::ExprContext* c) {
  return c->children.size() == 1 ? PureParens(c->valueExpr()) : nullptr;
}

bool AstBuilder::HoldsExpr(Grammar::ParensContext* c) {
  // ( expr queryRest ), the latter without anything in it.
  return c->children.size() == 4 && c->queryRest() && c->queryRest()->children.empty();
}

ast::QueryPtr AstBuilder::ParensQuery(Grammar::ParensContext* c) {
  while (HoldsExpr(c)) {
    c = PureParens(c->expr(0));
    if (!c) return nullptr;
  }
  if (auto* query = c->keywordQuery()) return Query(query);
  if (c->children.size() == 4 && c->queryRest()) {
    return Rest(OfExpr(c->expr(0)), nullptr, c->queryRest(), c->expr(0)->start);
  }
  return nullptr;
}

ast::QueryPtr AstBuilder::Query(Grammar::QueryContext* c) {
  Deeper deeper(this, 1, c);
  auto* primary = c->queryPrimary();
  // WITH comes first in the text, so it is built first too: see Rest.
  if (c->with()) return Rest(nullptr, c->with(), c->queryRest(), c->start);
  return Rest(Primary(primary), nullptr, c->queryRest(), c->start);
}

ast::QueryPtr AstBuilder::Query(Grammar::KeywordQueryContext* c) {
  Deeper deeper(this, 1, c);
  if (c->with()) return Rest(nullptr, c->with(), c->queryRest(), c->start);
  return Rest(Primary(c->keywordPrimary()), nullptr, c->queryRest(), c->start);
}

ast::QueryPtr AstBuilder::Rest(ast::QueryPtr first, Grammar::WithContext* with, Grammar::QueryRestContext* c,
                               const antlr4::Token* start) {
  std::vector<ast::CommonTable> tables;
  if (with) {
    for (auto* t : with->commonTable()) {
      ast::CommonTable table;
      table.span = SpanOf(t);
      table.name = Name(t->identifier());
      if (t->nameList()) table.columns = Names(t->nameList());
      table.query = Query(t->query());
      tables.push_back(std::move(table));
    }
    auto* around = static_cast<Ctx*>(with->parent);
    first = Primary(around->getRuleContext<Grammar::QueryPrimaryContext>(0));
  }
  ast::QueryPtr q = SetOperations(std::move(first), c);
  if (!with && !c->orderBy() && !c->LIMIT() && !c->OFFSET() && !c->fetch()) return q;
  if (!q->with.empty() || q->HasTail()) {
    // (SELECT ... LIMIT 1) ORDER BY x: the inner query keeps its own tail.
    auto outer = std::make_unique<ast::Query>();
    outer->body = std::move(q);
    q = std::move(outer);
  }
  q->span = source_.Span(start, c->children.empty() ? start : c->stop);
  if (c->children.empty()) q->span = SpanOf(static_cast<Ctx*>(with->parent));
  q->with = std::move(tables);
  q->recursive = with && with->RECURSIVE();
  if (c->orderBy()) q->order_by = OrderBy(c->orderBy());
  size_t next = 0;
  if (c->LIMIT()) q->limit = Expr(c->expr(next++));
  if (c->AFTER()) q->after = Expr(c->expr(next++));
  if (c->OFFSET()) q->offset = Expr(c->expr(next));
  if (c->fetch()) Fetch(q.get(), c->fetch());
  return q;
}

void AstBuilder::Fetch(ast::Query* q, Grammar::FetchContext* c) {
  ast::Identifier first = Name(c->callable(0));
  if (!EqualsIgnoreCase(first.name, "FIRST") && !EqualsIgnoreCase(first.name, "NEXT")) {
    Fail(first.span, "expected FIRST after FETCH", "FETCH FIRST 10 ROWS ONLY");
  }
  if (q->limit) Fail(c, "a query has LIMIT or FETCH, not both");
  if (c->valueExpr()) {
    q->limit = ValueExpr(c->valueExpr());
  } else {
    q->limit = Make(first.span, ast::Literal{ast::Literal::Kind::kInt, Value::Int(1), "1", {}});
  }
  if (c->WITH() == nullptr) return;
  ast::Identifier ties = Name(c->callable(1));
  if (!EqualsIgnoreCase(ties.name, "TIES")) {
    Fail(ties.span, "expected TIES after WITH", "FETCH FIRST 10 ROWS WITH TIES");
  }
  if (q->order_by.empty()) Fail(c, "WITH TIES needs an ORDER BY, which says what rows are equal");
  q->with_ties = true;
}

// Left to right, INTERSECT before the others.
ast::QueryPtr AstBuilder::SetOperations(ast::QueryPtr first, Grammar::QueryRestContext* c) {
  auto signs = c->setOp();
  if (signs.empty()) return first;
  auto operands = c->queryPrimary();
  Deeper deeper(this, static_cast<int>(std::min<size_t>(signs.size(), kMaxDepth + 1)), c);
  ast::QueryPtr sum;  // what a UNION or EXCEPT waits with for its right side
  Grammar::SetOpContext* waiting = nullptr;
  ast::QueryPtr term = std::move(first);
  for (size_t i = 0; i < signs.size(); ++i) {
    ast::QueryPtr right = Primary(operands[i]);
    if (signs[i]->INTERSECT()) {
      term = Combine(std::move(term), signs[i], std::move(right));
      continue;
    }
    sum = waiting ? Combine(std::move(sum), waiting, std::move(term)) : std::move(term);
    waiting = signs[i];
    term = std::move(right);
  }
  return waiting ? Combine(std::move(sum), waiting, std::move(term)) : std::move(term);
}

ast::QueryPtr AstBuilder::Combine(ast::QueryPtr left, Grammar::SetOpContext* sign, ast::QueryPtr right) const {
  ast::SetOperation op;
  op.op = sign->UNION() ? ast::SetOp::kUnion : sign->INTERSECT() ? ast::SetOp::kIntersect : ast::SetOp::kExcept;
  op.outer = sign->OUTER() != nullptr;
  if (sign->ALL()) op.quantifier = ast::SetQuantifier::kAll;
  if (sign->DISTINCT()) op.quantifier = ast::SetQuantifier::kDistinct;
  op.corresponding = sign->CORRESPONDING() != nullptr;
  if (sign->nameList()) op.by = Names(sign->nameList());
  auto q = std::make_unique<ast::Query>();
  q->span = left->span;
  q->span.length = right->span.offset + right->span.length - left->span.offset;
  op.left = std::move(left);
  op.right = std::move(right);
  q->body = std::move(op);
  return q;
}

ast::QueryPtr AstBuilder::Primary(Grammar::QueryPrimaryContext* c) {
  return c->expr() ? OfExpr(c->expr()) : Primary(c->keywordPrimary());
}

ast::QueryPtr AstBuilder::OfExpr(Grammar::ExprContext* c) {
  if (auto* parens = PureParens(c)) {
    Deeper deeper(this, 1, c);
    if (ast::QueryPtr nested = ParensQuery(parens)) return nested;
  }
  auto q = std::make_unique<ast::Query>();
  q->span = SpanOf(c);
  q->body = Expr(c);
  return q;
}

ast::QueryPtr AstBuilder::Primary(Grammar::KeywordPrimaryContext* c) {
  if (c->select()) return SelectQuery(c->select());
  auto q = std::make_unique<ast::Query>();
  q->span = SpanOf(c);
  if (c->TABLE()) {
    q->body = ast::TableQuery{Qualified(c->tableName())};
    return q;
  }
  ast::Values values;
  for (auto* row : c->parens()) {
    ast::ExprPtr e = Parens(row);
    auto* array = e->As<ast::Array>();
    if (!array || !array->row) {
      TextSpan span = e->span;
      ast::Array one;
      one.row = true;
      if (!array || e->parenthesized) one.elements.push_back(std::move(e));
      e = Make(span, std::move(one));
    }
    values.rows.push_back(std::move(e));
  }
  q->body = std::move(values);
  return q;
}

ast::QueryPtr AstBuilder::SelectQuery(Grammar::SelectContext* c) {
  ast::Select s;
  if (c->PIVOT()) {
    s.kind = ast::Select::Kind::kPivot;
    s.value = Expr(c->expr(0));
    s.pivot_name = Expr(c->expr(1));
  } else {
    s.consistent = c->CONSISTENT() != nullptr;
    if (c->ALL()) s.quantifier = ast::SetQuantifier::kAll;
    if (c->DISTINCT()) s.quantifier = ast::SetQuantifier::kDistinct;
    if (c->STAR()) {
      s.kind = ast::Select::Kind::kStar;
    } else if (c->VALUE()) {
      s.kind = ast::Select::Kind::kValue;
      s.value = Expr(c->expr(0));
    }
    for (auto* i : c->selectItem()) {
      ast::SelectItem item;
      item.span = SpanOf(i);
      item.expr = Expr(i->expr());
      if (i->identifier()) item.as = Name(i->identifier());
      if (i->alias()) item.as = Name(i->alias());
      auto* path = item.expr->As<ast::Path>();
      if (path && !item.expr->parenthesized && item.as.empty() &&
          path->steps.back().kind == ast::PathStep::Kind::kUnpivot) {
        item.kind = ast::SelectItem::Kind::kAllOf;
        path->steps.pop_back();
        if (path->steps.empty()) {
          ast::ExprPtr root = std::move(path->root);
          item.expr = std::move(root);
        }
      }
      s.items.push_back(std::move(item));
    }
    for (auto* path : c->excludePath()) s.exclude.push_back(Exclude(path));
  }
  if (c->fromWhere()) FromWhere(&s, c->fromWhere());
  auto q = std::make_unique<ast::Query>();
  q->span = SpanOf(c);
  q->body = std::move(s);
  return q;
}

ast::ExcludePath AstBuilder::Exclude(Grammar::ExcludePathContext* c) const {
  using Kind = ast::PathStep::Kind;
  ast::ExcludePath path;
  path.span = SpanOf(c);
  path.root = Name(c->identifier());
  for (auto* s : c->excludeStep()) {
    ast::ExcludeStep step{Kind::kName, {}, 0};
    if (s->STAR()) {
      step.kind = s->DOT() ? Kind::kUnpivot : Kind::kWildcard;
    } else if (s->INTEGER()) {
      step.kind = Kind::kIndex;
      step.index = IntegerOf(s->INTEGER());
    } else if (s->STRING()) {
      step.name = NameAt(s->STRING()->getSymbol());
    } else {
      step.name = Name(s->memberName());
    }
    path.steps.push_back(std::move(step));
  }
  if (path.steps.empty()) Fail(c, "EXCLUDE takes a path, as in t.a");
  return path;
}

void AstBuilder::FromWhere(ast::Select* s, Grammar::FromWhereContext* c) {
  for (auto* item : c->fromItem()) s->from.push_back(From(item));
  for (auto* let : c->letBinding()) {
    ast::ExprPtr e = Expr(let->expr());
    s->let.push_back({std::move(e), Name(let->identifier())});
  }
  size_t next = 0;
  if (c->WHERE()) s->where = Expr(c->expr(next++));
  if (c->groupBy()) s->group_by = GroupBy(c->groupBy());
  if (c->HAVING()) s->having = Expr(c->expr(next++));
  if (c->QUALIFY()) s->qualify = Expr(c->expr(next));
  for (auto* w : c->namedWindow()) {
    s->windows.push_back({Name(w->identifier()), Window(w->windowSpec())});
  }
}

ast::FromPtr AstBuilder::From(Grammar::FromItemContext* c) {
  auto tails = c->joinTail();
  Deeper deeper(this, static_cast<int>(std::min<size_t>(tails.size(), kMaxDepth + 1)), c);
  return Joins(Primary(c->fromPrimary()), tails);
}

ast::FromPtr AstBuilder::Joins(ast::FromPtr left, const std::vector<Grammar::JoinTailContext*>& tails) {
  for (auto* t : tails) {
    ast::Join join;
    join.cross = t->CROSS() != nullptr;
    join.kind = join.cross ? ast::JoinKind::kCross : ast::JoinKind::kInner;
    if (auto* kind = t->joinKind()) {
      if (kind->LEFT())
        join.kind = ast::JoinKind::kLeft;
      else if (kind->RIGHT())
        join.kind = ast::JoinKind::kRight;
      else if (!kind->INNER())
        join.kind = ast::JoinKind::kFull;
    }
    TextSpan span = left->span;
    TextSpan end = SpanOf(t);
    span.length = end.offset + end.length - span.offset;
    join.left = std::move(left);
    join.right = Primary(t->fromPrimary());
    if (t->expr()) join.on = Expr(t->expr());
    if (t->nameList()) join.columns = Names(t->nameList());
    join.natural = t->NATURAL() != nullptr;
    left = std::make_unique<ast::FromItem>(ast::FromItem{std::move(join), span});
  }
  return left;
}

void AstBuilder::FromNames(ast::FromSource* s, Grammar::FromNamesContext* c) const {
  size_t next = 0;
  if (c->AS()) s->as = Name(c->identifier(next++));
  if (c->alias()) s->as = Name(c->alias());
  if (c->AT()) s->at = Name(c->identifier(next++));
  if (c->BY()) s->by = Name(c->identifier(next));
  if (c->nameList()) s->columns = Names(c->nameList());
}

ast::FromPtr AstBuilder::Primary(Grammar::FromPrimaryContext* c) {
  if (auto* parens = PureParens(c->valueExpr()); parens && !c->UNPIVOT() && !c->MATCH()) {
    if (ast::FromPtr joined = FromParens(parens)) {
      if (c->fromNames()->children.empty()) return joined;
      Fail(c->fromNames(), "a join in parentheses takes no name", "name its sides, or select from a subquery");
    }
  }
  ast::FromSource source;
  source.unpivot = c->UNPIVOT() != nullptr;
  source.lateral = c->LATERAL() != nullptr;
  source.expr = ValueExpr(c->valueExpr());
  if (c->MATCH()) {
    TextSpan span = source_.Span(c->valueExpr()->start, c->graphPattern()->stop);
    source.expr = Match(std::move(source.expr), {c->graphPattern()}, nullptr, span);
  }
  FromNames(&source, c->fromNames());
  return std::make_unique<ast::FromItem>(ast::FromItem{std::move(source), SpanOf(c)});
}

ast::FromPtr AstBuilder::FromParens(Grammar::ParensContext* c) {
  const bool named = c->alias() || !c->identifier().empty();
  if (c->valueExpr()) {
    ast::FromSource source;
    source.unpivot = c->UNPIVOT() != nullptr;
    source.lateral = c->LATERAL() != nullptr;
    source.expr = ValueExpr(c->valueExpr());
    FromNames(&source, c->fromNames());
    TextSpan span = SpanOf(c);
    auto left = std::make_unique<ast::FromItem>(ast::FromItem{std::move(source), span});
    return Joins(std::move(left), c->joinTail());
  }
  auto* rest = c->queryRest();
  if (!rest || !c->expr(0)) return nullptr;
  Grammar::ParensContext* inner = PureParens(c->expr(0));
  auto tails = c->joinTail();
  if (!named && tails.empty()) return inner && HoldsExpr(c) ? FromParens(inner) : nullptr;
  if (!rest->children.empty()) {
    Fail(rest, fmt::format("expected ) before {}", source_.Text(rest->start)));
  }
  Deeper deeper(this, static_cast<int>(std::min<size_t>(tails.size(), kMaxDepth + 1)), c);
  ast::FromPtr left = inner ? FromParens(inner) : nullptr;
  if (left && named) {
    Fail(c, "a join in parentheses takes no name", "name its sides, or select from a subquery");
  }
  if (!left) {
    ast::FromSource source;
    source.expr = Expr(c->expr(0));
    size_t next = 0;
    if (c->AS()) source.as = Name(c->identifier(next++));
    if (c->alias()) source.as = Name(c->alias());
    if (c->AT()) source.at = Name(c->identifier(next++));
    if (c->BY()) source.by = Name(c->identifier(next));
    if (c->nameList()) source.columns = Names(c->nameList());
    TextSpan span = source.expr->span;
    left = std::make_unique<ast::FromItem>(ast::FromItem{std::move(source), span});
  }
  return Joins(std::move(left), tails);
}

std::vector<ast::OrderItem> AstBuilder::OrderBy(Grammar::OrderByContext* c) {
  std::vector<ast::OrderItem> order;
  for (auto* i : c->orderItem()) {
    ast::OrderItem item;
    item.expr = Expr(i->expr());
    item.descending = i->DESC() != nullptr;
    if (i->NULLS()) item.nulls_first = i->FIRST() != nullptr;
    order.push_back(std::move(item));
  }
  return order;
}

}  // namespace parton::internal
