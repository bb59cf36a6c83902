#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

Result<PlanPtr> PlanSubqueries(const PlanPtr& plan, const RuleContext& context) {
  Status error;
  PlanPtr out = TransformUp(plan, [&](const PlanPtr& node) {
    return MapExprs(node, [&](const ExprPtr& root) {
      if (!HasSubquery(*root)) return root;
      return TransformExpr(root, [&](const ExprPtr& e) -> ExprPtr {
        const auto* subquery = e->As<Expr::Subquery>();
        if (subquery == nullptr || !error.ok()) return e;
        RuleContext inner = context;
        inner.outermost = false;
        inner.outer_slots = subquery->reads;
        inner.parallel = context.parallel && subquery->reads.empty();
        auto query = std::static_pointer_cast<const Query>(subquery->plan);
        Result<QueryPtr> planned = ApplyRules(query, inner);
        if (!planned.ok()) {
          error = std::move(planned).status();
          return e;
        }
        Expr::Subquery copy = *subquery;
        copy.plan = std::static_pointer_cast<const void>(*planned);
        return MakeExpr(std::move(copy), e->span);
      });
    });
  });
  if (!error.ok()) return error;
  return out;
}

}  // namespace parton
