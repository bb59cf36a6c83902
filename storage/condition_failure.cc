#include "storage/condition_failure.h"

#include <string>
#include <utility>

#include "types/expr/expr.h"
#include "types/item/document_path.h"

namespace parton {

namespace {

// The old values of the attributes that a predicate names.
void DescribePaths(const Expr& e, int slot, EvalContext& ctx, std::string* out) {
  if (const auto* path = e.As<Expr::Path>()) {
    const auto* base = path->base->As<Expr::Slot>();
    if (base != nullptr && base->index == slot) {
      const std::string name = PathText(path->steps);
      Value v = EvaluateValue(e, ctx);
      std::string text = v.is_missing() ? "no " + name : name + " = " + v.ToLiteral();
      if (text.size() > 200) text = text.substr(0, 200) + "...";
      if (out->find(text) == std::string::npos) *out += (out->empty() ? "" : ", ") + text;
      return;
    }
  }
  ForEachChild(e, [&](const ExprPtr& child) { DescribePaths(*child, slot, ctx, out); });
}

// With the item's attributes as names of their own, as one would write them: for messages only.
ExprPtr WithBareNames(const ExprPtr& e, int slot) {
  const auto* path = e->As<Expr::Path>();
  const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
  if (base == nullptr || base->index != slot || path->steps[0].index >= 0) {
    return MapChildren(e, [&](const ExprPtr& child) { return WithBareNames(child, slot); });
  }
  ExprPtr attribute = MakeExpr(Expr::Slot{slot, path->steps[0].name});
  if (path->steps.size() == 1) return attribute;
  Expr::Path rest;
  rest.base = std::move(attribute);
  rest.steps.assign(path->steps.begin() + 1, path->steps.end());
  rest.ignore_case.assign(rest.steps.size(), false);
  return MakeExpr(std::move(rest));
}

}  // namespace

Status ConditionFailed(const WriteOp& op, bool exists, EvalContext& ctx) {
  Status s(StatusCode::kConditionFailed, "The conditional request failed", op.span);
  if (op.condition == nullptr || !exists) {
    return std::move(s).WithHint("there is no item with this key");
  }
  ExprPtr culprit = op.condition;
  if (const auto* conjunction = culprit->As<Expr::And>()) {
    for (const ExprPtr& term : conjunction->terms) {
      if (!EvaluatePredicate(*term, ctx)) {
        culprit = term;
        break;
      }
    }
  }
  std::string had;
  DescribePaths(*culprit, op.slot, ctx, &had);
  ctx.error = Status();
  std::string hint = "not true: " + ToString(*WithBareNames(culprit, op.slot));
  if (!had.empty()) hint += "; the item has " + had;
  return std::move(s).WithHint(std::move(hint));
}

}  // namespace parton
