// Prepared statements.
#ifndef PARTON_SESSION_STATEMENT_H_
#define PARTON_SESSION_STATEMENT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "session/plan_cache.h"
#include "session/result_set.h"

namespace parton {

class StatementImpl final : public Statement {
 public:
  StatementImpl(ConnectionImpl* connection, std::string text, PlannedPtr plan);

  int parameter_count() const override { return plan_->parameter_count; }
  const std::vector<std::string>& parameter_names() const override { return plan_->parameter_names; }
  Status Bind(int position, Value value) override;
  Status Bind(std::string_view name, Value value) override;
  Result<ResultSet*> Execute() override;
  bool is_read_only() const override { return plan_->read_only; }
  const PlannedStatement& plan() const { return *plan_; }

 private:
  Result<ResultSet*> ExecuteNow();
  // By the time of the last execution: asking the clock once more would cost a point read some percent.
  bool Stale() const { return result_.started() - planned_at_ > PlanCache::kMaxAge; }

  ConnectionImpl* connection_;
  std::string text_;
  PlannedPtr plan_;
  uint64_t settings_version_;
  std::vector<bool> bound_;
  std::chrono::steady_clock::time_point planned_at_;
  ResultSetImpl result_;
};

}  // namespace parton

#endif  // PARTON_SESSION_STATEMENT_H_
