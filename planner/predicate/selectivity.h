// Selectivity: the share of a table's items that a term of a filter keeps, from the table's statistics if there are
// any, else by assumption.
#ifndef PARTON_PLANNER_PREDICATE_SELECTIVITY_H_
#define PARTON_PLANNER_PREDICATE_SELECTIVITY_H_

#include <memory>
#include <optional>
#include <utility>

#include "planner/plan/plan.h"
#include "types/schema/table_statistics.h"

namespace parton {

class Selectivity {
 public:
  // `statistics` may be null. *depends_on_values, unless null, is set where a parameter's value would matter.
  explicit Selectivity(std::shared_ptr<const TableStatistics> statistics, bool* depends_on_values = nullptr)
      : statistics_(std::move(statistics)), depends_on_values_(depends_on_values) {}

  bool known() const { return statistics_ != nullptr; }
  // The growth of the table since ANALYZE, as a factor, by the store's estimates then and now.
  double Growth(uint64_t store_items_now) const;
  // Items of the table, or entries of an index; 0: unknown.
  double Entries(const IndexSchema* index) const;
  // The share of the items of one partition.
  double OfPartition(const IndexSchema* index) const;
  // The share, within a partition, of the items with one value of the sort key; or between bounds on it.
  double OfSortKey(const IndexSchema* index, const KeySchema& key) const;
  double OfBounds(const KeySchema& key, const AccessRange& range) const;
  // Of a term on `slot`.
  double Of(const Expr& term, int slot) const;

 private:
  double Present(std::string_view attribute) const;
  double Equal(std::string_view attribute) const;
  // Of values between two numbers; `assumed` where their spread is not known.
  double OfStretch(std::string_view attribute, std::optional<double> from, std::optional<double> to,
                   double assumed) const;
  // Of a literal.
  std::optional<double> NumberIn(const ExprPtr& e) const;

  std::shared_ptr<const TableStatistics> statistics_;
  bool* depends_on_values_;
};

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_SELECTIVITY_H_
