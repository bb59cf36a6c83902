// Index advice: the indexes that would turn scans into queries, for one statement or for a file of them.
#ifndef PARTON_PLANNER_ADVISOR_H_
#define PARTON_PLANNER_ADVISOR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "planner/planner.h"
#include "planner/rules/rules.h"
#include "types/expr/evaluate.h"

namespace parton {

// Advice is checked against the planner: an index is proposed only if AccessCandidates would make a Query of it.
class Advisor {
 public:
  // `context`, which gives the planner's view of the tables, and `eval`, which gives parameters their values, must
  // outlive the advisor.
  Advisor(const RuleContext& context, EvalContext* eval) : context_(context), eval_(eval) {}

  // A planned statement; `line` is where it stands.
  void Add(size_t line, const PlannedStatement& statement);
  // One that could not be planned, or has no plan.
  void AddSkipped(size_t line, std::string why) { skipped_.emplace_back(line, std::move(why)); }

  // CREATE INDEX statements, with reasons and figures as comments: a script that can be run. `single`: of one
  // statement, whose place is not worth saying.
  std::string Report(bool single);

 private:
  // One access path that reads more than it gives.
  struct Need {
    size_t line = 0;
    Plan::Access access;         // `filter` has every term
    std::vector<SortKey> order;  // wanted of it
    double items = 0;            // that it reads now
    std::string why_not;         // no index helps, because
    bool served = false;
  };
  struct Proposal {
    TablePtr table;
    IndexSchema index;
    std::vector<size_t> needs;  // into needs_
  };

  void Visit(size_t line, const Plan& plan, std::vector<SortKey> order);
  void VisitAccess(size_t line, const Plan& plan, const Plan::Access& access, std::vector<SortKey> order);
  std::vector<IndexSchema> Candidates(Need* need);
  void Extend(IndexSchema* index, const Need& need) const;
  KeyType TypeOf(const TableSchema& table, const std::string& attribute, const Expr* value) const;
  std::vector<Proposal> Propose();
  std::string Describe(const Proposal& p, bool single) const;

  const RuleContext& context_;
  EvalContext* eval_;
  std::vector<Need> needs_;
  std::vector<std::pair<size_t, std::string>> fine_;  // what they do already
  std::vector<std::pair<size_t, std::string>> skipped_;
};

}  // namespace parton

#endif  // PARTON_PLANNER_ADVISOR_H_
