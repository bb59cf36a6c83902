// The TableStore on LevelDB: a directory, or memory.
#ifndef PARTON_STORAGE_LOCAL_LOCAL_STORE_H_
#define PARTON_STORAGE_LOCAL_LOCAL_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "parton/status.h"
#include "storage/table_store.h"

namespace leveldb {
class Env;
}

namespace parton {

struct StoreOptions {
  std::string path;  // a directory, or ":memory:"
  bool create_if_missing = true;
  bool error_if_exists = false;
  bool read_only = false;  // writes are refused with kReadOnly
  bool durable = true;     // sync each commit
  size_t cache_bytes = 256 << 20;
  size_t write_buffer_bytes = 64 << 20;
  size_t block_bytes = 16 << 10;
  bool compression = true;
  leveldb::Env* env = nullptr;        // not owned; tests inject faults here. null: the default / memory
  std::function<int64_t()> clock_ms;  // null: the system's
  // Off, transactions are not serialisable: for tests that must notice it.
  bool validate_transactions = true;
};

// Errors: kLocked (another process holds it), kOpenFailed (no database and create_if_missing is off; a
// directory that holds something else; a newer format), kCorruption, kIoError; each says what to do.
Result<std::unique_ptr<TableStore>> OpenLocalStore(const StoreOptions& options);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LOCAL_STORE_H_
