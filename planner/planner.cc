#include "planner/planner.h"

#include <utility>

#include "planner/binder/binder.h"
#include "planner/plan/plan_depth.h"
#include "planner/rules/attributes.h"
#include "planner/rules/rules.h"
#include "planner/rules/write_inputs.h"
#include "planner/settings.h"

namespace parton {

namespace {

Result<std::shared_ptr<const PlannedStatement>> Optimize(PlannedStatement planned, const PlannerInput& input) {
  RuleContext context;
  context.store = input.store;
  context.settings = input.settings;
  context.notices = &planned.notices;
  context.slot_count = &planned.slot_count;
  context.depends_on_values = &planned.depends_on_values;
  if (auto* query = std::get_if<QueryPtr>(&planned.body)) {
    CheckStackFor(*(*query)->root);
    PARTON_ASSIGN_OR_RETURN(*query, ApplyRules(WithAttributes(*query), context));
    planned.facts = FactsOf(**query);
  } else if (auto* body = std::get_if<std::shared_ptr<const WritePlan>>(&planned.body)) {
    auto write = std::make_shared<WritePlan>(**body);
    MoveSubqueries(write.get(), &planned.slot_count);
    if (write->source != nullptr) {
      CheckStackFor(*write->source->root);
      PARTON_ASSIGN_OR_RETURN(write->source, ApplyRules(WithAttributes(write->source), context));
    }
    if (write->target != nullptr) {
      CheckStackFor(*write->target);
      // What is done if there is no such item is known only by its key: then the path is no choice.
      RuleContext keyed = context;
      Settings all_rules = *input.settings;
      all_rules.disabled_rules.clear();
      if (write->if_absent != WriteOp::Otherwise::kSkip) keyed.settings = &all_rules;
      PARTON_ASSIGN_OR_RETURN(write->target, ApplyRules(WithAttributes(write->target, write->slot), keyed));
    }
    if (write->again != nullptr) {
      // It runs for single items: what it has to say, the target's plan has said.
      RuleContext single = context;
      std::vector<std::string> said;
      if (write->if_absent != WriteOp::Otherwise::kProceed) single.notices = &said;
      single.outer_slots = {write->slot};
      single.parallel = false;
      PARTON_ASSIGN_OR_RETURN(write->again, ApplyRules(WithAttributes(write->again, -1), single));
    }
    planned.facts = FactsOf(*write);
    *body = std::move(write);
  }
  return std::shared_ptr<const PlannedStatement>(std::make_shared<PlannedStatement>(std::move(planned)));
}

}  // namespace

Result<std::shared_ptr<const PlannedStatement>> PlanStatement(std::shared_ptr<const ast::Statement> statement,
                                                              const PlannerInput& input) {
  if (const auto* explain = statement->As<ast::Explain>()) {
    // The inner statement shares the ownership of the whole.
    std::shared_ptr<const ast::Statement> inner(statement, explain->statement.get());
    PARTON_ASSIGN_OR_RETURN(std::shared_ptr<const PlannedStatement> planned, PlanStatement(std::move(inner), input));
    PlannedStatement out;
    out.slot_count = planned->slot_count;
    out.parameter_count = statement->parameter_count;
    out.parameter_names = statement->parameter_names;
    out.schema_version = planned->schema_version;
    out.depends_on_values = planned->depends_on_values;
    out.read_only = !explain->analyze || planned->read_only;
    ExplainPlan body;
    body.analyze = explain->analyze;
    switch (explain->format) {
      case ast::Explain::Format::kText: body.format = ExplainPlan::Format::kText; break;
      case ast::Explain::Format::kJson: body.format = ExplainPlan::Format::kJson; break;
      case ast::Explain::Format::kApi: body.format = ExplainPlan::Format::kApi; break;
      case ast::Explain::Format::kCli: body.format = ExplainPlan::Format::kCli; break;
    }
    body.statement = std::move(planned);
    out.body = std::move(body);
    return std::shared_ptr<const PlannedStatement>(std::make_shared<PlannedStatement>(std::move(out)));
  }
  PARTON_ASSIGN_OR_RETURN(PlannedStatement planned, BindStatement(statement, input));
  return Optimize(std::move(planned), input);
}

Result<std::shared_ptr<const PlannedStatement>> PlanQuery(const ast::Query& query, const ast::Statement& statement,
                                                          const PlannerInput& input) {
  PARTON_ASSIGN_OR_RETURN(PlannedStatement planned, BindQuery(query, statement, input));
  return Optimize(std::move(planned), input);
}

}  // namespace parton
