// Queries and FROM of the AST builder.
#include <fmt/format.h>

#include "parser/ast_builder.h"

namespace parton::internal {

Grammar::ExprContext* AstBuilder::PlainExpr(Grammar::QueryContext* c) {
  if (c->children.size() != 1) return nullptr;
  auto* body = c->queryBody();
  if (body->children.size() != 1) return nullptr;
  auto* term = body->queryTerm(0);
  if (term->children.size() != 1) return nullptr;
  return term->queryPrimary(0)->expr();
}

Grammar::ParensContext* AstBuilder::PureParens(Grammar::ValueExprContext* c) {
  if (!c || c->children.size() != 1 || !c->atom()) return nullptr;
  return c->atom()->parens();
}

Grammar::ParensContext* AstBuilder::PureParens(Grammar::ExprContext* c) {
  return c->children.size() == 1 ? PureParens(c->valueExpr()) : nullptr;
}

Grammar::QueryContext* AstBuilder::ParensQuery(Grammar::ParensContext* c) {
  for (;;) {
    if (c->children.size() != 3 || c->query().size() != 1) {
      // ( query ) without names or joins has three children, unless fromNames-like parts are empty.
      return nullptr;
    }
    Grammar::QueryContext* query = c->query(0);
    Grammar::ExprContext* plain = PlainExpr(query);
    if (!plain) return query;
    c = PureParens(plain);
    if (!c) return nullptr;
  }
}

ast::QueryPtr AstBuilder::Query(Grammar::QueryContext* c) {
  Deeper deeper(this, 1, c);
  std::vector<ast::CommonTable> with;
  bool recursive = false;
  if (auto* w = c->with()) {
    recursive = w->RECURSIVE() != nullptr;
    for (auto* t : w->commonTable()) {
      ast::CommonTable table;
      table.span = SpanOf(t);
      table.name = Name(t->identifier());
      if (t->nameList()) table.columns = Names(t->nameList());
      table.query = Query(t->query());
      with.push_back(std::move(table));
    }
  }
  ast::QueryPtr q = Body(c->queryBody());
  const bool more = c->with() || c->orderBy() || c->LIMIT() || c->OFFSET();
  if (!more) return q;
  if (!q->with.empty() || q->HasTail()) {
    // (SELECT ... LIMIT 1) ORDER BY x: the inner query keeps its own tail.
    auto outer = std::make_unique<ast::Query>();
    outer->span = SpanOf(c);
    outer->body = std::move(q);
    q = std::move(outer);
  }
  q->with = std::move(with);
  q->recursive = recursive;
  q->span = SpanOf(c);
  if (c->orderBy()) q->order_by = OrderBy(c->orderBy());
  size_t next = 0;
  if (c->LIMIT()) q->limit = Expr(c->expr(next++));
  if (c->OFFSET()) q->offset = Expr(c->expr(next));
  return q;
}

void AstBuilder::SetTail(ast::SetOperation* op, Grammar::SetTailContext* c) const {
  if (c->ALL()) op->quantifier = ast::SetQuantifier::kAll;
  if (c->DISTINCT()) op->quantifier = ast::SetQuantifier::kDistinct;
  op->corresponding = c->CORRESPONDING() != nullptr;
  if (c->nameList()) op->by = Names(c->nameList());
}

ast::QueryPtr AstBuilder::Body(Grammar::QueryBodyContext* c) {
  auto terms = c->queryTerm();
  Deeper deeper(this, static_cast<int>(std::min<size_t>(terms.size(), kMaxDepth + 1)), c);
  ast::QueryPtr left = Term(terms[0]);
  for (size_t i = 1; i < terms.size(); ++i) {
    auto* sign = c->unionOp(i - 1);
    ast::SetOperation op;
    op.op = sign->UNION() ? ast::SetOp::kUnion : ast::SetOp::kExcept;
    op.outer = sign->OUTER() != nullptr;
    SetTail(&op, sign->setTail());
    op.left = std::move(left);
    op.right = Term(terms[i]);
    left = std::make_unique<ast::Query>();
    left->span = source_.Span(c->start, terms[i]->stop);
    left->body = std::move(op);
  }
  return left;
}

ast::QueryPtr AstBuilder::Term(Grammar::QueryTermContext* c) {
  auto primaries = c->queryPrimary();
  Deeper deeper(this, static_cast<int>(std::min<size_t>(primaries.size(), kMaxDepth + 1)) - 1, c);
  ast::QueryPtr left = Primary(primaries[0]);
  for (size_t i = 1; i < primaries.size(); ++i) {
    auto* sign = c->intersectOp(i - 1);
    ast::SetOperation op;
    op.op = ast::SetOp::kIntersect;
    op.outer = sign->OUTER() != nullptr;
    SetTail(&op, sign->setTail());
    op.left = std::move(left);
    op.right = Primary(primaries[i]);
    left = std::make_unique<ast::Query>();
    left->span = source_.Span(c->start, primaries[i]->stop);
    left->body = std::move(op);
  }
  return left;
}

ast::QueryPtr AstBuilder::Primary(Grammar::QueryPrimaryContext* c) {
  if (c->select()) return SelectQuery(c->select());
  if (c->expr()) {
    if (auto* parens = PureParens(c->expr())) {
      if (auto* nested = ParensQuery(parens)) return Query(nested);
    }
  }
  auto q = std::make_unique<ast::Query>();
  q->span = SpanOf(c);
  if (c->VALUES()) {
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
  } else if (c->TABLE()) {
    q->body = ast::TableQuery{Qualified(c->tableName())};
  } else {
    q->body = Expr(c->expr());
  }
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
  if (c->HAVING()) s->having = Expr(c->expr(next));
  for (auto* w : c->namedWindow()) {
    s->windows.push_back({Name(w->identifier()), Window(w->windowSpec())});
  }
}

std::unique_ptr<ast::GroupBy> AstBuilder::GroupBy(Grammar::GroupByContext* c) {
  auto group = std::make_unique<ast::GroupBy>();
  group->all = c->ALL() != nullptr;
  group->partial = c->PARTIAL() != nullptr;
  for (auto* k : c->groupKey()) {
    ast::GroupKey key;
    key.expr = Expr(k->expr());
    key.as = OptionalName(k->identifier());
    group->keys.push_back(std::move(key));
  }
  group->as = OptionalName(c->identifier());
  return group;
}

ast::FromPtr AstBuilder::From(Grammar::FromItemContext* c) {
  auto tails = c->joinTail();
  Deeper deeper(this, static_cast<int>(std::min<size_t>(tails.size(), kMaxDepth + 1)), c);
  return Joins(Primary(c->fromPrimary()), tails);
}

ast::FromPtr AstBuilder::Joins(ast::FromPtr left,
                               const std::vector<Grammar::JoinTailContext*>& tails) {
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
}

ast::FromPtr AstBuilder::Primary(Grammar::FromPrimaryContext* c) {
  if (auto* parens = PureParens(c->valueExpr()); parens && !c->UNPIVOT() && !c->MATCH()) {
    if (ast::FromPtr joined = FromParens(parens)) {
      if (c->fromNames()->children.empty()) return joined;
      Fail(c->fromNames(), "a join in parentheses takes no name",
           "name its sides, or select from a subquery");
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
  if (c->query().size() != 1 || c->MATCH()) return nullptr;
  Grammar::QueryContext* query = c->query(0);
  Grammar::ExprContext* plain = PlainExpr(query);
  Grammar::ParensContext* inner = plain ? PureParens(plain) : nullptr;
  auto tails = c->joinTail();
  if (!named && tails.empty()) return inner ? FromParens(inner) : nullptr;
  Deeper deeper(this, static_cast<int>(std::min<size_t>(tails.size(), kMaxDepth + 1)), c);
  ast::FromPtr left = inner ? FromParens(inner) : nullptr;
  if (left && named) {
    Fail(c, "a join in parentheses takes no name", "name its sides, or select from a subquery");
  }
  if (!left) {
    ast::FromSource source;
    source.expr = QueryExpr(query);
    size_t next = 0;
    if (c->AS()) source.as = Name(c->identifier(next++));
    if (c->alias()) source.as = Name(c->alias());
    if (c->AT()) source.at = Name(c->identifier(next++));
    if (c->BY()) source.by = Name(c->identifier(next));
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
