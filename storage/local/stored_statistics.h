// Statistics of tables: kept as one record each (JSON text, key_layout.h), decoded once.
#ifndef PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_
#define PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "parton/status.h"
#include "storage/local/engine.h"
#include "types/schema/table_statistics.h"

namespace parton {

// Threads: any.
class StatisticsCache {
 public:
  explicit StatisticsCache(Engine* engine) : engine_(engine) {}

  // Null if there are none, or none that can be read: nothing depends on them.
  std::shared_ptr<const TableStatistics> Find(uint32_t table_id);
  // For when other records may have come in.
  void Forget();
  Status Save(uint32_t table_id, TableStatistics statistics);

 private:
  Engine* engine_;
  std::mutex mutex_;
  std::unordered_map<uint32_t, std::shared_ptr<const TableStatistics>> known_;  // null: known to be absent
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_
