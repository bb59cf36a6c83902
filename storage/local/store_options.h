// How a database on LevelDB is opened.
#ifndef PARTON_STORAGE_LOCAL_STORE_OPTIONS_H_
#define PARTON_STORAGE_LOCAL_STORE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

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
  size_t item_cache_bytes = 64 << 20;  // 0: no cache of items
  size_t write_buffer_bytes = 64 << 20;
  size_t block_bytes = 16 << 10;
  bool compression = true;
  leveldb::Env* env = nullptr;        // not owned; tests inject faults here. null: the default / memory
  std::function<int64_t()> clock_ms;  // null: the system's
  // Off, transactions are not serialisable: for tests that must notice it.
  bool validate_transactions = true;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_STORE_OPTIONS_H_
