// The attribute-name dictionary of a database: name <-> small id, append-only.
//
// Ids are dense from 0, never change and are never reused, so an id found once may be cached for
// ever. Reads take no lock. Which ids a committed batch has recorded, the engine knows (Engine::AppendNames).
#ifndef PARTON_TYPES_ITEM_NAME_TABLE_H_
#define PARTON_TYPES_ITEM_NAME_TABLE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "types/sync/mutex.h"

namespace parton {

class NameTable {
 public:
  // Names past this number are stored in full with each item.
  static constexpr uint32_t kMaxNames = 1 << 16;
  static constexpr uint32_t kNone = UINT32_MAX;

  NameTable();
  ~NameTable();
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  // The id of `name`, or kNone.
  uint32_t Find(std::string_view name) const;
  // The id of `name`, given out now if it is new; kNone if the table is full.
  uint32_t FindOrAdd(std::string_view name);
  // REQUIRES: id < size(). The view is valid as long as the table.
  std::string_view Name(uint32_t id) const {
    return chunks_[id >> kChunkBits].load(std::memory_order_acquire)[id & (kChunk - 1)].name;
  }
  uint32_t size() const { return size_.load(std::memory_order_acquire); }

  // Called by items that own their bytes: the table must outlive them.
  void Retain() const { users_[UserSlot()].count.fetch_add(1, std::memory_order_relaxed); }
  void Release() const { users_[UserSlot()].count.fetch_sub(1, std::memory_order_release); }
  // Deletes a table when no item uses it. A table that items still use (a program kept them beyond the database) is
  // deleted when a later table is retired.
  struct Retire {
    void operator()(NameTable* table) const;
  };

 private:
  struct Entry {
    std::string name;
  };
  // Each thread counts in a slot of its own, so that threads do not contend; only the sum has a meaning.
  static constexpr uint32_t kUserSlots = 16;
  struct alignas(64) UserCount {
    std::atomic<int64_t> count{0};
  };
  static uint32_t UserSlot() {
    static std::atomic<uint32_t> next{0};
    thread_local const uint32_t slot = next.fetch_add(1, std::memory_order_relaxed) % kUserSlots;
    return slot;
  }
  bool InUse() const;

  static constexpr uint32_t kChunkBits = 8;
  static constexpr uint32_t kChunk = 1 << kChunkBits;

  mutable std::array<UserCount, kUserSlots> users_;
  std::array<std::atomic<Entry*>, kMaxNames / kChunk> chunks_{};
  std::atomic<uint32_t> size_{0};
  mutable SharedMutex mutex_;
  std::unordered_map<std::string_view, uint32_t> ids_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_NAME_TABLE_H_
