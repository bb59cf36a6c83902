// Comparisons of rows as bounds on several components of a key: (sk, id) > (?, ?).
#ifndef PARTON_PLANNER_PREDICATE_ROW_TERMS_H_
#define PARTON_PLANNER_PREDICATE_ROW_TERMS_H_

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton {

// The components by which a table or index is ordered: its key, and behind an index's that of the table. One attribute
// may be there twice.
std::vector<KeyAttribute> KeyComponents(const TableSchema& table, const IndexSchema* index);

struct RowTerm {
  ExprPtr term;
  bool low = true;
  bool inclusive = true;
  bool exact = true;            // the bound proves the term; else it stays in the filter
  size_t first = 0;             // of the components, the one it begins with
  std::vector<ExprPtr> values;  // null: the value of the partition key, which must be fixed
};

// nullopt: `term` is no such comparison, or says no more than its first column does.
std::optional<RowTerm> ReadRowTerm(const ExprPtr& term, int slot, const std::vector<KeyAttribute>& components,
                                   const Settings& settings);

// The bounds on rows in the range, a text each: "(sk, id) > (1, 2)", "id >= 2".
std::vector<std::string> RowBoundTexts(const AccessRange& range, const Plan::Access& access);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_ROW_TERMS_H_
