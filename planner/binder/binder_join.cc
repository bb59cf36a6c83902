// JOIN: its sides, and what ON, USING and NATURAL say.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "planner/binder/binder_from.h"
#include "planner/plan/plan_visit.h"

namespace parton::binder {

Result<PlanPtr> FromBinder::BindJoin(const ast::Join& join, PlanPtr left, Scope* scope, TextSpan span) {
  size_t before_left = scope->variables.size();
  PlanPtr outer = left;
  PARTON_ASSIGN_OR_RETURN(PlanPtr lhs, BindFromItem(*join.left, nullptr, scope));
  // `FROM a, b JOIN c ON ...`: the join as a whole is what a is joined with. Inner joins need no
  // such care.
  size_t before_right = scope->variables.size();
  bool inner = join.kind == ast::JoinKind::kInner || join.kind == ast::JoinKind::kCross;
  PlanPtr plan;
  if (inner && std::holds_alternative<ast::FromSource>(join.right->node)) {
    PARTON_ASSIGN_OR_RETURN(plan, BindFromItem(*join.right, lhs, scope));
  } else {
    PARTON_ASSIGN_OR_RETURN(PlanPtr rhs, BindFromItem(*join.right, nullptr, scope));
    Plan::Join node;
    switch (join.kind) {
      case ast::JoinKind::kInner: node.kind = JoinKind::kInner; break;
      case ast::JoinKind::kCross: node.kind = JoinKind::kCross; break;
      case ast::JoinKind::kLeft: node.kind = JoinKind::kLeft; break;
      case ast::JoinKind::kRight: node.kind = JoinKind::kRight; break;
      case ast::JoinKind::kFull: node.kind = JoinKind::kFull; break;
    }
    node.lateral = Defines(*lhs, SlotsFree(*rhs));
    if (node.lateral && (join.kind == ast::JoinKind::kRight || join.kind == ast::JoinKind::kFull)) {
      return Status::Validation("the right side of a RIGHT or FULL JOIN cannot depend on its left side",
                                join.right->span);
    }
    for (size_t i = before_left; i < scope->variables.size(); ++i) {
      bool on_right = i >= before_right;
      if (join.kind == ast::JoinKind::kFull || (join.kind == ast::JoinKind::kLeft && on_right) ||
          (join.kind == ast::JoinKind::kRight && !on_right)) {
        scope->variables[i].nullable = true;
      }
    }
    plan = MakePlan(std::move(node), {std::move(lhs), std::move(rhs)});
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr on, BindJoinCondition(join, before_left, before_right, span, scope));
  if (on != nullptr) {
    if (plan->As<Plan::Join>() != nullptr && plan->As<Plan::Join>()->on == nullptr) {
      Plan::Join node = *plan->As<Plan::Join>();
      node.on = std::move(on);
      if (node.kind == JoinKind::kCross) node.kind = JoinKind::kInner;
      plan = MakePlan(std::move(node), plan->inputs);
    } else {
      plan = MakePlan(Plan::Filter{std::move(on)}, {std::move(plan)});
    }
  }
  if (outer == nullptr) return plan;
  Plan::Join comma;
  comma.kind = JoinKind::kCross;
  comma.lateral = Defines(*outer, SlotsFree(*plan));
  return MakePlan(std::move(comma), {std::move(outer), std::move(plan)});
}

// The column of that name of one side of a join.
Result<ExprPtr> FromBinder::SideColumn(const Scope& scope, size_t first, size_t last, const ast::Identifier& name,
                                       const char* side) {
  Scope part;
  part.variables.assign(scope.variables.begin() + static_cast<std::ptrdiff_t>(first),
                        scope.variables.begin() + static_cast<std::ptrdiff_t>(last));
  for (const Variable& v : part.variables) {
    if (v.kind == Variable::Kind::kMerged && SameName(v.name, name)) return v.value;
  }
  // As a name of a query over this side alone, whose variables cannot be named.
  std::erase_if(part.variables, [](const Variable& v) { return v.kind != Variable::Kind::kRow; });
  std::vector<std::string> names;
  const bool open =
      std::any_of(part.variables.begin(), part.variables.end(), [](const Variable& v) { return !v.closed; });
  bool known = false;
  for (Variable& v : part.variables) {
    known = known || std::any_of(v.columns.begin(), v.columns.end(),
                                 [&](const std::string& c) { return v.closed && SameName(c, name); });
  }
  if (!known && !open) {
    return Status::Validation(fmt::format("USING: the {} side of the join has no column \"{}\"", side, name.name),
                              name.span);
  }
  if (known) {
    std::erase_if(part.variables, [&](const Variable& v) {
      return !v.closed ||
             std::none_of(v.columns.begin(), v.columns.end(), [&](const std::string& c) { return SameName(c, name); });
    });
  } else {
    std::erase_if(part.variables, [](const Variable& v) { return v.closed; });
  }
  if (part.variables.size() > 1) {
    return Status::Validation(fmt::format("USING: \"{}\" may be a column of \"{}\" and of \"{}\"", name.name,
                                          part.variables[0].name, part.variables[1].name),
                              name.span, "ON says which is meant");
  }
  ast::Identifier exact = name;
  for (const std::string& c : part.variables[0].columns) {
    if (known && SameName(c, name)) exact = ast::Identifier{c, true, name.span};
  }
  return AttributeExpr(part.variables[0], exact);
}

namespace {

// The columns that NATURAL joins by: those that both sides have.
Result<std::vector<ast::Identifier>> CommonColumns(const Scope& scope, size_t left, size_t right, TextSpan span) {
  std::vector<std::string> sides[2];
  for (size_t i = left; i < scope.variables.size(); ++i) {
    const Variable& v = scope.variables[i];
    std::vector<std::string>& names = sides[i < right ? 0 : 1];
    if (v.kind == Variable::Kind::kMerged) names.push_back(v.name);
    if (v.kind != Variable::Kind::kRow) continue;
    if (!v.closed) {
      return Status::Validation(fmt::format("NATURAL needs sides with known columns, and {} has none",
                                            v.table != nullptr ? fmt::format("the table \"{}\"", v.name) : v.name),
                                span, "USING (a, b) names the columns");
    }
    for (const std::string& c : v.columns) {
      if (!IsMerged(v, c)) names.push_back(c);
    }
  }
  std::vector<ast::Identifier> common;
  for (const std::string& name : sides[0]) {
    const bool both = std::find(sides[1].begin(), sides[1].end(), name) != sides[1].end();
    const bool seen = std::any_of(common.begin(), common.end(), [&](const auto& c) { return c.name == name; });
    if (both && !seen) common.push_back(ast::Identifier{name, true, span});
  }
  return common;
}

}  // namespace

Result<ExprPtr> FromBinder::BindJoinCondition(const ast::Join& join, size_t left, size_t right, TextSpan span,
                                              Scope* scope) {
  if (join.on != nullptr) {
    Restore<const char*> place(&binder_.block_->no_aggregates, "JOIN conditions");
    return binder_.BindExpr(*join.on);
  }
  std::vector<ast::Identifier> columns;
  for (const ast::Identifier& c : join.columns) {
    if (std::any_of(columns.begin(), columns.end(), [&](const auto& other) { return SameName(other.name, c); })) {
      return Status::Validation(fmt::format("USING names \"{}\" twice", c.name), c.span);
    }
    columns.push_back(c);
  }
  if (join.natural) {
    PARTON_ASSIGN_OR_RETURN(columns, CommonColumns(*scope, left, right, span));
  }
  if (columns.empty()) return ExprPtr();
  int number = 1;
  for (const Variable& v : scope->variables) number = std::max(number, v.join + 1);
  std::vector<ExprPtr> equal;
  std::vector<Variable> merged;
  for (const ast::Identifier& name : columns) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr l, SideColumn(*scope, left, right, name, "left"));
    PARTON_ASSIGN_OR_RETURN(ExprPtr r, SideColumn(*scope, right, scope->variables.size(), name, "right"));
    equal.push_back(MakeExpr(Expr::Compare{CompareOp::kEq, l, r}, name.span));
    Variable v;
    v.name = name.name;
    v.kind = Variable::Kind::kMerged;
    v.join = number;
    v.value = join.kind == ast::JoinKind::kRight ? r : l;
    if (join.kind == ast::JoinKind::kFull) {
      PARTON_ASSIGN_OR_RETURN(v.value, binder_.CallFunction("COALESCE", {l, r}, name.span));
    }
    merged.push_back(std::move(v));
  }
  for (Variable& v : merged) {
    const ast::Identifier* name = nullptr;
    for (const ast::Identifier& c : columns) name = c.name == v.name ? &c : name;
    // A column of a join further left becomes this one.
    for (size_t i = left; i < scope->variables.size(); ++i) {
      Variable& other = scope->variables[i];
      if (other.kind == Variable::Kind::kMerged && SameName(other.name, *name)) other.name.clear();
      if (other.kind == Variable::Kind::kRow) other.merged.push_back(*name);
    }
  }
  std::erase_if(scope->variables,
                [](const Variable& v) { return v.kind == Variable::Kind::kMerged && v.name.empty(); });
  scope->variables.insert(scope->variables.end(), merged.begin(), merged.end());
  return Conjoin(std::move(equal));
}

}  // namespace parton::binder
