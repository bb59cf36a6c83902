// Calls, and what looks like one, of the AST builder.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

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
  if (plain && EqualsIgnoreCase(name.name, "LIST")) {
    return Make(span, ast::Array{std::move(call.args)});
  }
  if (plain && EqualsIgnoreCase(name.name, "ROW") && !call.args.empty()) {
    return Make(span, ast::Array{std::move(call.args), true});
  }
  if (plain && EqualsIgnoreCase(name.name, "SEXP")) return Make(span, ast::Sexp{std::move(call.args)});
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

}  // namespace parton::internal
