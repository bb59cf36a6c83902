// Statistics of tables: kept as one record each (JSON text, key_layout.h), decoded once.
#ifndef PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_
#define PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "parton/status.h"
#include "storage/local/engine.h"
#include "types/schema/table_statistics.h"
#include "types/sync/mutex.h"

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
  Mutex mutex_;
  // Null: known to be absent.
  std::unordered_map<uint32_t, std::shared_ptr<const TableStatistics>> known_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_STORED_STATISTICS_H_
