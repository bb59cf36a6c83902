// Comparisons of values, of rows and with what a query gives: =, <, IN, BETWEEN, ANY, ALL.
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "planner/binder/binder_internal.h"
#include "types/expr/row_predicates.h"

namespace parton::binder {

namespace {

bool IsOrder(CompareOp op) { return op != CompareOp::kEq && op != CompareOp::kNe; }

Status CheckWidths(const ast::Array& a, const ast::Array& b, TextSpan span) {
  if (a.elements.size() == b.elements.size()) return Status::Ok();
  return Status::Validation(
      fmt::format("a row of {} values cannot be compared with one of {}", a.elements.size(), b.elements.size()), span);
}

// Element by element: every one equal, or (negated) some one not.
ExprPtr RowsEqual(const ast::Array& a, const std::vector<ExprPtr>& x, const ast::Array& b,
                  const std::vector<ExprPtr>& y, bool negated, TextSpan span) {
  std::vector<ExprPtr> terms;
  for (size_t i = 0; i < x.size(); ++i) {
    const bool rows = AsRow(*a.elements[i]) != nullptr && AsRow(*b.elements[i]) != nullptr;
    terms.push_back(MakeExpr(Expr::Compare{negated ? CompareOp::kNe : CompareOp::kEq, x[i], y[i], rows}, span));
  }
  return negated ? MakeExpr(Expr::Or{std::move(terms)}, span) : MakeExpr(Expr::And{std::move(terms)}, span);
}

}  // namespace

Result<ExprPtr> Binder::BindComparand(const ast::Expr& e, const ast::Expr& other) {
  // (a, b) = (SELECT x, y ...): the subquery's row as an array.
  const auto* sub = e.As<ast::Subquery>();
  const auto* row = other.As<ast::Array>();
  if (sub == nullptr || row == nullptr || !row->row) return BindExpr(e);
  ++with_.depth;
  Result<BoundQuery> bound = BindQuery(*sub->query);
  --with_.depth;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
  Expr::Subquery::Kind kind = q.explicit_columns ? Expr::Subquery::Kind::kRow : Expr::Subquery::Kind::kCollection;
  return MakeSubquery(kind, std::move(q), e.span);
}

Result<ExprPtr> Binder::BindRows(const ast::Comparison& n, const ast::Expr& e) {
  const ast::Array* a = AsRow(*n.left);
  const ast::Array* b = AsRow(*n.right);
  if (a != nullptr && b != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*a, *b, e.span));
  if (a != nullptr && b != nullptr && !IsOrder(n.op) && !a->elements.empty()) {
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> x, BindAll(a->elements));
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> y, BindAll(b->elements));
    return RowsEqual(*a, x, *b, y, n.op == CompareOp::kNe, e.span);
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindComparand(*n.left, *n.right));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindComparand(*n.right, *n.left));
  const bool query = n.left->As<ast::Subquery>() != nullptr || n.right->As<ast::Subquery>() != nullptr;
  // A row and a list that is no row are equal as lists are.
  const bool rows = IsOrder(n.op) || query;
  return MakeExpr(Expr::Compare{n.op, std::move(left), std::move(right), rows}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Comparison& n, const ast::Expr& e) {
  if (n.quantifier != ast::Comparison::Quantifier::kNone) return BindQuantified(n, e);
  if (!dynamo() && (AsRow(*n.left) != nullptr || AsRow(*n.right) != nullptr)) return BindRows(n, e);
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindComparand(*n.left, *n.right));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindComparand(*n.right, *n.left));
  return MakeExpr(Expr::Compare{n.op, std::move(left), std::move(right)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::DistinctFrom& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindExpr(*n.left));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindExpr(*n.right));
  return DistinctFrom(std::move(left), std::move(right), n.negated, e.span);
}

Result<ExprPtr> Binder::BindElements(const ast::Expr& needle, const ast::Expr& haystack) {
  const auto* sub = haystack.As<ast::Subquery>();
  if (sub == nullptr) return BindCollection(haystack);
  const ast::Array* row = AsRow(needle);
  ++with_.depth;
  Result<BoundQuery> bound = BindQuery(*sub->query, row != nullptr ? RowForm::kArray : RowForm::kColumn);
  --with_.depth;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), haystack.span);
}

Result<ExprPtr> Binder::BindQuantified(const ast::Comparison& n, const ast::Expr& e) {
  const bool all = n.quantifier == ast::Comparison::Quantifier::kAll;
  const bool rows = AsRow(*n.left) != nullptr;
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindExpr(*n.left));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindElements(*n.left, *n.right));
  // = ANY is IN, <> ALL is NOT IN: semi-joins and key look-ups are made of those.
  if (n.op == (all ? CompareOp::kNe : CompareOp::kEq)) {
    return MakeExpr(Expr::In{std::move(left), std::move(right), all, rows}, e.span);
  }
  std::vector<ExprPtr> args{std::move(left), std::move(right)};
  return MakeExpr(Expr::Call{&QuantifiedFunction(n.op, all, rows), std::move(args)}, e.span);
}

Result<ExprPtr> Binder::BindRowList(const ast::In& n, const ast::Expr& e) {
  const ast::Array& needle = *AsRow(*n.needle);
  const auto& list = *n.haystack->As<ast::Array>();
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> x, BindAll(needle.elements));
  std::vector<ExprPtr> terms;
  for (const ast::ExprPtr& element : list.elements) {
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> y, BindAll(AsRow(*element)->elements));
    terms.push_back(RowsEqual(needle, x, *AsRow(*element), y, false, element->span));
  }
  ExprPtr any = terms.size() == 1 ? terms[0] : MakeExpr(Expr::Or{std::move(terms)}, e.span);
  return n.negated ? MakeExpr(Expr::Not{std::move(any)}, e.span) : any;
}

Result<ExprPtr> Binder::BindNode(const ast::In& n, const ast::Expr& e) {
  constexpr size_t kMostRows = 1000;  // that become terms
  const ast::Array* row = dynamo() ? nullptr : AsRow(*n.needle);
  const auto* list = n.haystack->As<ast::Array>();
  if (row != nullptr && list != nullptr) {
    bool all_rows = !list->elements.empty() && !row->elements.empty();
    for (const ast::ExprPtr& element : list->elements) {
      const ast::Array* other = AsRow(*element);
      if (other != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*row, *other, element->span));
      all_rows = all_rows && other != nullptr;
    }
    if (all_rows && list->elements.size() <= kMostRows) return BindRowList(n, e);
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr needle, BindExpr(*n.needle));
  PARTON_ASSIGN_OR_RETURN(ExprPtr haystack, BindElements(*n.needle, *n.haystack));
  return MakeExpr(Expr::In{std::move(needle), std::move(haystack), n.negated, row != nullptr}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Between& n, const ast::Expr& e) {
  if (!dynamo() && AsRow(*n.value) != nullptr) {
    for (const ast::ExprPtr& bound : {std::cref(n.low), std::cref(n.high)}) {
      if (AsRow(*bound) != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*AsRow(*n.value), *AsRow(*bound), bound->span));
    }
    PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*n.value));
    PARTON_ASSIGN_OR_RETURN(ExprPtr low, BindComparand(*n.low, *n.value));
    PARTON_ASSIGN_OR_RETURN(ExprPtr high, BindComparand(*n.high, *n.value));
    Expr::And both;
    both.terms.push_back(MakeExpr(Expr::Compare{CompareOp::kGe, value, std::move(low), true}, e.span));
    both.terms.push_back(MakeExpr(Expr::Compare{CompareOp::kLe, value, std::move(high), true}, e.span));
    ExprPtr between = MakeExpr(std::move(both), e.span);
    return n.negated ? MakeExpr(Expr::Not{std::move(between)}, e.span) : between;
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*n.value));
  PARTON_ASSIGN_OR_RETURN(ExprPtr low, BindExpr(*n.low));
  PARTON_ASSIGN_OR_RETURN(ExprPtr high, BindExpr(*n.high));
  return MakeExpr(Expr::Between{std::move(value), std::move(low), std::move(high), n.negated}, e.span);
}

}  // namespace parton::binder
