// CHECK DATABASE: everything stored is walked, decoded and compared, and every byte of the files is read.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_CHECK_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_CHECK_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/key_progress.h"

namespace parton {

// The findings of CHECK, for people and for REPAIR.
struct CheckResult {
  // One line per problem, at most some hundred; empty = sound.
  std::vector<std::string> problems;
  // Indexes (and TTL queues, with an empty name) that differ from their items, by table.
  std::set<std::pair<std::string, std::string>> broken;
  // Tables with items that cannot be read: nothing can be built from them.
  std::set<std::string> unreadable;
  // Counters that are too low, with the least right value.
  std::vector<std::pair<std::string, uint64_t>> counters;
  // Ranges of keys that belong to nothing.
  std::set<std::pair<KeySpace, uint32_t>> strays;
  // Tables whose change records do not fit their items, or each other.
  std::set<std::string> feeds;
  // Keys of change records that were trimmed away, and are there.
  std::vector<std::string> trimmed_records;
  // Names or schemas are not stored as memory has them.
  bool catalog_differs = false;
};

// Reads one snapshot; writers may go on. Error: kCancelled.
Result<CheckResult> CheckDatabase(Engine* engine, const ProgressFn& progress);

// See TableStore::Repair; in repair.cc.
Result<std::vector<std::string>> RepairDatabase(Engine* engine, const ProgressFn& progress);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_CHECK_H_
