#include "parton/statement_tables.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "planner/plan/plan_visit.h"
#include "session/statement.h"

namespace parton {

namespace {

class Collector {
 public:
  void Add(const Plan& plan) {
    if (const auto* access = plan.As<Plan::Access>()) names_.insert(access->table->name);
    // Its argument names a table, and may be known at execution only.
    if (const auto* scan = plan.As<Plan::FunctionScan>()) known_ = known_ && scan->function != "changes";
    ForEachPlanBelow(plan, [this](const Plan& below) { Add(below); });
  }
  void Add(const PlanPtr& plan) {
    if (plan != nullptr) Add(*plan);
  }
  void Add(const WritePlan& write) {
    if (write.table != nullptr) names_.insert(write.table->name);
    if (write.source != nullptr) Add(write.source->root);
    Add(write.target);
    Add(write.again);
    AddQueries(write.condition);
    for (const UpdateAction& action : write.actions) AddQueries(action.value);
  }
  std::optional<std::vector<std::string>> Result() && {
    if (!known_) return std::nullopt;
    return std::vector<std::string>(names_.begin(), names_.end());
  }

 private:
  // Of an expression outside of a plan.
  void AddQueries(const ExprPtr& e) {
    if (e == nullptr) return;
    Plan holder;
    holder.node = Plan::Filter{e, nullptr};
    ForEachSubquery(holder, [this](const Expr::Subquery&, const Query& query) { Add(query.root); });
  }

  std::set<std::string> names_;
  bool known_ = true;
};

}  // namespace

std::optional<std::vector<std::string>> TablesOf(const Statement& statement) {
  const auto* own = dynamic_cast<const StatementImpl*>(&statement);
  if (own == nullptr) return std::nullopt;
  Collector tables;
  const auto& body = own->plan().body;
  if (const auto* query = std::get_if<QueryPtr>(&body)) {
    tables.Add((*query)->root);
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&body)) {
    tables.Add(**write);
  } else {
    return std::nullopt;
  }
  return std::move(tables).Result();
}

}  // namespace parton
