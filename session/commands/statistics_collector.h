// Reads a table, or a sample of it, and makes its statistics. Memory is bounded: by the number of paths, and by
// the number of values remembered for each.
#ifndef PARTON_SESSION_COMMANDS_STATISTICS_COLLECTOR_H_
#define PARTON_SESSION_COMMANDS_STATISTICS_COLLECTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>

#include "parton/status.h"
#include "storage/table_store.h"
#include "types/schema/table_statistics.h"

namespace parton {

// Counts distinct values by adaptive sampling: exact up to `bound` values, then only values whose hash has `level`
// trailing zeros are kept and the count is scaled.
class DistinctCounter {
 public:
  explicit DistinctCounter(size_t bound) : bound_(bound) {}
  void Add(uint64_t hash);
  // Of `total` values, of which `seen` were added.
  double Estimate(uint64_t seen, uint64_t total) const;
  bool exact() const { return level_ == 0; }

 private:
  bool Kept(uint64_t hash) const { return (hash & ((uint64_t{1} << level_) - 1)) == 0; }

  size_t bound_;
  int level_ = 0;
  std::unordered_map<uint64_t, uint64_t> counts_;
};

struct StatisticsLimits {
  uint64_t sample = 100000;    // items whose attributes are looked at, of a table that has more
  uint64_t counted = 2000000;  // a table or index with at most so many is counted as a whole; 0: only a sample is read
  size_t paths = 300;
  size_t values = 4096;  // remembered per path
};

// `progress(items read, how many will be, about)` returning false cancels.
Result<TableStatistics> CollectStatistics(TableStore* store, ReadView* view, const TablePtr& table,
                                          const StatisticsLimits& limits, const StoreProgress& progress);

}  // namespace parton

#endif  // PARTON_SESSION_COMMANDS_STATISTICS_COLLECTOR_H_
