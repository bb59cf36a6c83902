#include <functional>

#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// Rows. A heap of more is no better than a sort.
constexpr uint64_t kMaxKept = 1000000;

}  // namespace

Result<PlanPtr> KeepTopRows(const PlanPtr& plan, const RuleContext&) {
  return TransformUp(plan, [](const PlanPtr& node) -> PlanPtr {
    const auto* limit = node->As<Plan::Limit>();
    const std::optional<uint64_t> rows = limit == nullptr ? std::nullopt : LimitedRows(*limit);
    if (!rows || *rows > kMaxKept) return node;
    // The sort may stand below projections, which keep the number and order of rows.
    std::function<PlanPtr(const PlanPtr&)> mark = [&](const PlanPtr& p) -> PlanPtr {
      if (p->As<Plan::Compute>()) return WithInputs(p, {mark(p->inputs[0])});
      const auto* sort = p->As<Plan::Sort>();
      if (sort == nullptr) return p;
      Plan::Sort copy = *sort;
      copy.limit = MakeExpr(Expr::Literal{Value::Int(static_cast<int64_t>(*rows))});
      return MakePlan(std::move(copy), p->inputs, p->estimate);
    };
    return WithInputs(node, {mark(node->inputs[0])});
  });
}

}  // namespace parton
