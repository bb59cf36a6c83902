// Small named records that a store keeps beside items: positions of consumers, triggers, notes of loads, request
// tokens. The batch of a commit can carry writes of them.
//
// Threads: any, everywhere.
#ifndef PARTON_STORAGE_RECORD_STORE_H_
#define PARTON_STORAGE_RECORD_STORE_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"

namespace parton {

// Names one record. Which members count depends on the kind; the others keep their defaults.
struct RecordKey {
  enum class Kind : uint8_t {
    kConsumer,      // table_id, name: the position of a consumer of the change feed
    kLoad,          // table_id, name: how far COPY FROM came
    kTrigger,       // name: a definition
    kTriggerState,  // name: position and counts of a trigger
    kParked,        // name (the trigger's), sequence (the change's)
    kToken,         // token_kind, name (the client's token)
    kTokenDue,      // sequence (epoch milliseconds), token_kind, name: the token may be forgotten then
  };
  Kind kind = Kind::kConsumer;
  uint32_t table_id = 0;
  uint64_t sequence = 0;
  char token_kind = 0;
  std::string name;  // holds no NUL

  auto operator<=>(const RecordKey&) const = default;

  static RecordKey Consumer(uint32_t table_id, std::string_view name) {
    return {Kind::kConsumer, table_id, 0, 0, std::string(name)};
  }
  static RecordKey Load(uint32_t table_id, std::string_view name) {
    return {Kind::kLoad, table_id, 0, 0, std::string(name)};
  }
  static RecordKey Trigger(std::string_view name) { return {Kind::kTrigger, 0, 0, 0, std::string(name)}; }
  static RecordKey TriggerState(std::string_view name) { return {Kind::kTriggerState, 0, 0, 0, std::string(name)}; }
  static RecordKey Parked(std::string_view trigger, uint64_t sequence) {
    return {Kind::kParked, 0, sequence, 0, std::string(trigger)};
  }
  static RecordKey Token(char kind, std::string_view token) { return {Kind::kToken, 0, 0, kind, std::string(token)}; }
  static RecordKey TokenDue(uint64_t until_ms, char kind, std::string_view token) {
    return {Kind::kTokenDue, 0, until_ms, kind, std::string(token)};
  }
};

// The record writes of a commit: the value to put, nullopt to delete.
using RecordWrites = std::map<RecordKey, std::optional<std::string>>;

// Adds `more` to `writes`: of two writes of one record the later one stays.
inline void AddRecords(const RecordWrites& more, RecordWrites* writes) {
  for (const auto& [key, value] : more) (*writes)[key] = value;
}

struct StoredRecord {
  RecordKey key;
  std::string value;
};

class RecordStore {
 public:
  virtual ~RecordStore() = default;

  // nullopt if there is none.
  virtual Result<std::optional<std::string>> Get(const RecordKey& key) const = 0;
  // All records of a kind, at most `limit`: consumers and loads of `scope.table_id`, parked records of the trigger
  // `scope.name`; the others whatever `scope` says. By name; parked ones by change, due tokens by time.
  // Error (kCorruption): a key that cannot be read.
  virtual Result<std::vector<StoredRecord>> List(const RecordKey& scope, size_t limit = SIZE_MAX) const = 0;
  // One batch, durable on return as items are. kNotFound: the table of one of them is gone.
  virtual Status Write(const RecordWrites& writes) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_RECORD_STORE_H_
