#include "storage/write_rules.h"

#include <algorithm>
#include <string>
#include <utility>

#include "types/expr/expr.h"
#include "types/item/document_path.h"

namespace parton {

namespace {

using Kind = WriteOp::Kind;
using Otherwise = WriteOp::Otherwise;

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

ItemInSlot::ItemInSlot(EvalContext& ctx, int slot, const Value& item)
    : ctx_(ctx), slot_(static_cast<size_t>(slot)), outer_frame_(ctx.frame) {
  if (ctx.frame == nullptr) ctx.frame = &own_;
  if (ctx.frame->size() <= slot_) ctx.frame->resize(slot_ + 1);
  saved_ = std::exchange((*ctx.frame)[slot_], item);
}

ItemInSlot::~ItemInSlot() {
  (*ctx_.frame)[slot_] = std::move(saved_);
  ctx_.frame = outer_frame_;
}

Status TakeError(EvalContext& ctx) { return std::exchange(ctx.error, Status()); }

Result<WriteVerdict> JudgeWrite(const WriteOp& op, bool exists, const Value& old_item, EvalContext& ctx) {
  // A condition that reads no item needs none.
  const bool premises = !op.premises.empty() && (exists || op.if_absent == Otherwise::kProceed);
  if (premises && !PremisesHold(op.premises, old_item)) {
    return Status(StatusCode::kTransactionConflict,
                  "Transaction is ongoing for the item: it was changed while the statement ran; run it again", op.span);
  }
  if (op.kind == Kind::kInsert && exists) {
    if (op.if_exists == Otherwise::kSkip) return WriteVerdict::kSkip;
    if (op.if_exists == Otherwise::kFail) {
      return Status(StatusCode::kDuplicateItem, "Duplicate primary key exists in table", op.span);
    }
  }
  if (op.kind == Kind::kUpdate && !exists) {
    if (op.if_absent == Otherwise::kSkip) return WriteVerdict::kSkip;
    if (op.if_absent == Otherwise::kFail) return ConditionFailed(op, exists, ctx);
  }
  if (op.kind == Kind::kDelete && !exists && (op.condition == nullptr || op.if_absent != Otherwise::kProceed)) {
    return WriteVerdict::kSkip;
  }
  if (op.condition == nullptr) return WriteVerdict::kGo;
  const bool holds = EvaluatePredicate(*op.condition, ctx);
  if (ctx.failed()) return TakeError(ctx);
  if (holds || op.if_false == Otherwise::kProceed) return WriteVerdict::kGo;
  if (op.if_false == Otherwise::kSkip) return WriteVerdict::kSkip;
  return ConditionFailed(op, exists, ctx);
}

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
  (void)TakeError(ctx);
  std::string hint = "not true: " + ToString(*WithBareNames(culprit, op.slot));
  if (!had.empty()) hint += "; the item has " + had;
  return std::move(s).WithHint(std::move(hint));
}

bool CreatesItem(const std::vector<UpdateAction>& actions) {
  return actions.empty() || std::any_of(actions.begin(), actions.end(), [](const UpdateAction& a) {
           return a.kind == UpdateAction::Kind::kSet || a.kind == UpdateAction::Kind::kAdd;
         });
}

Value ValueReturned(const WriteOp& op, const Value& old_item, bool has, const UpdatedAttributes& updated,
                    const std::function<Value()>& now) {
  switch (op.returning) {
    case ReturnValues::kNone: return Value::Missing();
    case ReturnValues::kModifiedOld:
      if (op.kind == Kind::kUpdate) {
        std::vector<Value> values;
        for (const UpdateAction& a : op.actions) values.push_back(ValueAt(old_item, a.path));
        return NestValues(op.actions, values);
      }
      [[fallthrough]];
    case ReturnValues::kAllOld: return old_item;
    case ReturnValues::kModifiedNew:
      if (op.kind == Kind::kUpdate) return has ? NestValues(op.actions, updated.results) : Value::Missing();
      [[fallthrough]];
    case ReturnValues::kAllNew: return has ? now() : Value::Missing();
  }
  return Value::Missing();
}

std::string_view ReturnValuesName(ReturnValues values) {
  switch (values) {
    case ReturnValues::kAllOld: return "ALL_OLD";
    case ReturnValues::kAllNew: return "ALL_NEW";
    case ReturnValues::kModifiedOld: return "UPDATED_OLD";
    case ReturnValues::kModifiedNew: return "UPDATED_NEW";
    case ReturnValues::kNone: break;
  }
  return "NONE";
}

}  // namespace parton
