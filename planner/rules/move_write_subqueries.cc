// What a write needs of other tables, and of queries in its expressions, is computed before it is written: the
// subqueries of its values and WHERE move from `condition` and `actions` into `target` and `again`.

#include <utility>

#include "planner/plan/attribute_use.h"
#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// The store adds exactly and knows sets: such operators stay, and only their operands are computed before.
bool StaysInStore(const Expr& e) {
  if (const auto* b = e.As<Expr::Binary>()) return b->op == BinaryOp::kAdd || b->op == BinaryOp::kSub;
  const auto* call = e.As<Expr::Call>();
  return call != nullptr && (call->function->name == "SET_ADD" || call->function->name == "SET_DELETE");
}

class Mover {
 public:
  explicit Mover(int* slot_count) : slot_count_(slot_count) {}

  ExprPtr WithoutSubqueries(const ExprPtr& e) {
    if (!HasSubquery(*e)) return e;
    if (StaysInStore(*e)) {
      return MapChildren(e, [&](const ExprPtr& child) { return WithoutSubqueries(child); });
    }
    const int slot = (*slot_count_)++;
    inputs_.push_back(SlotExpr{slot, e});
    return MakeExpr(Expr::Slot{slot, ""}, e->span);
  }
  PlanPtr Computed(PlanPtr input) const {
    if (inputs_.empty()) return input;
    Plan::Compute compute;
    compute.outputs = inputs_;
    return MakePlan(std::move(compute), {std::move(input)});
  }
  const std::vector<SlotExpr>& inputs() const { return inputs_; }

 private:
  int* slot_count_;
  std::vector<SlotExpr> inputs_;
};

// The terms with subqueries, taken out of *condition.
std::vector<ExprPtr> TakeSubqueryTerms(ExprPtr* condition) {
  std::vector<ExprPtr> taken, rest;
  for (ExprPtr& term : Conjuncts(*condition)) {
    (HasSubquery(*term) ? taken : rest).push_back(std::move(term));
  }
  if (!taken.empty()) *condition = Conjoin(std::move(rest));
  return taken;
}

std::vector<std::string> PremisesOf(const WritePlan& write) {
  const AttributeUse use = CollectAttributeUses(*write.again)[write.slot];
  if (use.whole) return {""};
  std::vector<std::string> premises;
  const KeySchema& key = write.table->key;
  for (const std::string& name : use.names) {
    // The key of an item does not change, but an upsert may find that there is an item now.
    const bool of_key = key.Has(name);
    if (!of_key || write.if_absent == WriteOp::Otherwise::kProceed) premises.push_back(name);
  }
  return premises;
}

}  // namespace

Status MoveWriteSubqueries(WritePlan* write, const RuleContext& context) {
  if (write->condition == nullptr && write->actions.empty()) return Status::Ok();
  const std::vector<ExprPtr> terms = TakeSubqueryTerms(&write->condition);
  if (write->kind == WritePlan::Kind::kExistsCheck) {
    // Its target alone decides.
    if (!terms.empty()) write->condition = nullptr;
    return Status::Ok();
  }
  Mover mover(context.slot_count);
  for (UpdateAction& a : write->actions) {
    if (a.value != nullptr) a.value = mover.WithoutSubqueries(a.value);
  }
  write->inputs = mover.inputs();
  if (terms.empty() && write->inputs.empty()) return Status::Ok();
  PlanPtr once = MakePlan(Plan::Once{});
  if (!terms.empty()) once = MakePlan(Plan::Filter{Conjoin(terms)}, {std::move(once)});
  write->again = mover.Computed(std::move(once));
  write->premises = PremisesOf(*write);
  // An upsert by key writes items that are not there, too: it has no rows of a target.
  if (write->if_absent != WriteOp::Otherwise::kProceed) write->target = mover.Computed(write->target);
  return Status::Ok();
}

}  // namespace parton
