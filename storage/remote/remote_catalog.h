// The tables of a remote engine, as DescribeTable tells of them, kept for a while.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_CATALOG_H_
#define PARTON_STORAGE_REMOTE_REMOTE_CATALOG_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/remote/dynamo_client.h"
#include "storage/table_reader.h"
#include "types/schema/schema.h"
#include "types/sync/mutex.h"

namespace parton::remote {

struct TableFacts {
  TablePtr schema;
  uint64_t items = 0;  // as the engine counted them, hours ago perhaps
  uint64_t bytes = 0;
  std::map<std::string, TableStats, std::less<>> indexes;
  bool active = true;  // with all of its indexes
};

// A table as DescribeTable has it. Error (kCorruption): it has no key.
Result<TableFacts> ReadTableDescription(const Value& table);

// Threads: any.
class RemoteCatalog {
 public:
  explicit RemoteCatalog(DynamoClient* client) : client_(client) {}

  // kNotFound, and the errors of a call.
  Result<TablePtr> GetTable(std::string_view name);
  // By name. Those that cannot be described are left out. Throws in a statement if they cannot be listed.
  std::vector<TablePtr> Tables();
  uint64_t SchemaVersion() const { return version_.load(std::memory_order_acquire); }
  // What is known of it, without a call where that can be.
  TableFacts Facts(const TableSchema& table);
  // Asks the engine, whatever is known.
  Result<TableFacts> Describe(std::string_view name);
  // It may have changed: it is described again when it is asked for.
  void Forget(std::string_view name);

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    TableFacts facts;
    Clock::time_point asked;
  };

  Result<std::vector<std::string>> Names();

  DynamoClient* const client_;
  std::atomic<uint64_t> version_{1};
  Mutex mutex_;
  std::map<std::string, Known, std::less<>> tables_ GUARDED_BY(mutex_);
  std::map<std::string, uint32_t> ids_ GUARDED_BY(mutex_);  // by name and the engine's id
  std::vector<std::string> names_ GUARDED_BY(mutex_);
  Clock::time_point listed_ GUARDED_BY(mutex_);
};

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_CATALOG_H_
