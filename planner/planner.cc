#include "planner/planner.h"

#include <utility>

#include "planner/binder/binder.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// To be asked for before names are looked up: a plan may be called older than it is, never newer.
uint64_t SchemaVersion(const PlannerInput& input) { return input.store == nullptr ? 0 : input.store->SchemaVersion(); }

Result<std::shared_ptr<const PlannedStatement>> Optimize(PlannedStatement planned, const PlannerInput& input) {
  RuleContext context;
  context.store = input.store;
  context.settings = input.settings;
  context.notices = &planned.notices;
  context.slot_count = &planned.slot_count;
  context.depends_on_values = &planned.depends_on_values;
  if (auto* query = std::get_if<QueryPtr>(&planned.body)) {
    PARTON_ASSIGN_OR_RETURN(*query, ApplyRules(*query, context));
    PARTON_ASSIGN_OR_RETURN(*query, PlaceAfter(*query));
    planned.facts = FactsOf(**query);
    if (planned.facts.can_be_kept) planned.kept_text = input.text;
  } else if (auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&planned.body)) {
    PARTON_ASSIGN_OR_RETURN(*write, ApplyRules(**write, context));
    for (const PlanPtr& plan :
         {(*write)->target, (*write)->again, (*write)->source ? (*write)->source->root : nullptr}) {
      if (plan != nullptr) PARTON_RETURN_IF_ERROR(CheckNoAfter(*plan));
    }
    planned.facts = FactsOf(**write);
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
  const uint64_t version = SchemaVersion(input);
  PARTON_ASSIGN_OR_RETURN(PlannedStatement planned, BindStatement(statement, input));
  planned.schema_version = version;
  return Optimize(std::move(planned), input);
}

Result<std::shared_ptr<const PlannedStatement>> PlanQuery(const ast::Query& query, const ast::Statement& statement,
                                                          const PlannerInput& input) {
  const uint64_t version = SchemaVersion(input);
  PARTON_ASSIGN_OR_RETURN(PlannedStatement planned, BindQuery(query, statement, input));
  planned.schema_version = version;
  return Optimize(std::move(planned), input);
}

}  // namespace parton
