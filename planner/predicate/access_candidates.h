// The ways one table access could be made, and what each would cost.
#ifndef PARTON_PLANNER_PREDICATE_ACCESS_CANDIDATES_H_
#define PARTON_PLANNER_PREDICATE_ACCESS_CANDIDATES_H_

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/rule_context.h"

namespace parton {

// What the plan above the access would like.
struct Demand {
  std::vector<SortKey> order;    // rows in this order; empty: any
  std::optional<uint64_t> rows;  // no more than this many (in that order); nullopt: all
  bool positions = false;        // LIMIT ... AFTER: it must be that order, whatever it costs
};

struct Candidate {
  Plan::Access access;       // complete but for `rejected`
  bool gives_order = false;  // Demand::order is met
  Estimate estimate;
  double cost = 0;                 // in items read, roughly
  bool depends_on_values = false;  // the estimate would be another one if parameters' values were known
  std::string name;                // "Query by_year"
};

// Tells the context that a choice was made by an estimate which depends on parameters' values.
inline void NoteValues(const Candidate& c, const RuleContext& context) {
  if (c.depends_on_values && context.depends_on_values != nullptr) *context.depends_on_values = true;
}

// All usable candidates for `access` (whose filter holds every term about it); for the others a line in
// `rejected` says why not. At least one candidate unless the access is a contradiction, which is then the
// only one (kEmpty).
std::vector<Candidate> AccessCandidates(const Plan::Access& access, const Demand& demand, const RuleContext& context,
                                        std::vector<std::string>* rejected);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_ACCESS_CANDIDATES_H_
