#include <unordered_set>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"
#include "types/expr/evaluate.h"

namespace parton {

namespace {

// Of one expression, children first.
class Folder {
 public:
  explicit Folder(const Settings& settings) : settings_(settings) {}

  // Constants whose text says more than their value would, or whose evaluation may fail, stay as they are.
  ExprPtr operator()(const ExprPtr& e) {
    if (e->As<Expr::Literal>() || e->As<Expr::BadLiteral>()) return e;
    // A long tree is not walked again for each of its nodes.
    bool varies = false;
    ForEachChild(*e, [&](const ExprPtr& child) { varies = varies || varying_.contains(child.get()); });
    if (varies || !IsConstant(*e)) {
      varying_.insert(e.get());
      return e;
    }
    EvalContext ctx;
    ctx.typing = settings_.typing;
    ctx.logic = settings_.logic();
    Value v = EvaluateConstant(*e, ctx);
    if (ctx.failed()) return e;  // an error belongs to the execution, if it comes to that
    return MakeExpr(Expr::Literal{std::move(v).Own()}, e->span);
  }

 private:
  const Settings& settings_;
  std::unordered_set<const Expr*> varying_;  // of the new tree
};

}  // namespace

Result<PlanPtr> FoldConstants(const PlanPtr& plan, const RuleContext& context) {
  return TransformUp(plan, [&](const PlanPtr& node) {
    return MapExprs(node, [&](const ExprPtr& root) {
      Folder fold(*context.settings);
      return TransformExpr(root, [&](const ExprPtr& e) { return fold(e); });
    });
  });
}

}  // namespace parton
