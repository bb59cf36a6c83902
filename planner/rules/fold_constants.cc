#include "planner/plan_visit.h"
#include "planner/rules.h"
#include "types/evaluate.h"

namespace parton {

namespace {

// Constants whose text says more than their value would, or whose evaluation may fail, stay as they are.
ExprPtr Fold(const ExprPtr& e, const Settings& settings) {
  if (e->As<Expr::Literal>() || e->As<Expr::BadLiteral>() || !IsConstant(*e)) return e;
  EvalContext ctx;
  ctx.typing = settings.typing;
  ctx.logic = settings.logic();
  Value v = EvaluateConstant(*e, ctx);
  if (ctx.failed()) return e;  // an error belongs to the execution, if it comes to that
  return MakeExpr(Expr::Literal{std::move(v).Own()}, e->span);
}

}  // namespace

Result<PlanPtr> FoldConstants(const PlanPtr& plan, const RuleContext& context) {
  return TransformUp(plan, [&](const PlanPtr& node) {
    return MapExprs(node, [&](const ExprPtr& root) {
      return TransformExpr(root, [&](const ExprPtr& e) { return Fold(e, *context.settings); });
    });
  });
}

}  // namespace parton
