#include "types/name_table.h"

#include <mutex>

namespace parton {

NameTable::NameTable() = default;

NameTable::~NameTable() {
  for (auto& chunk : chunks_) delete[] chunk.load();
}

uint32_t NameTable::Find(std::string_view name) const {
  std::shared_lock lock(mutex_);
  auto it = ids_.find(name);
  return it == ids_.end() ? kNone : it->second;
}

uint32_t NameTable::FindOrAdd(std::string_view name) {
  if (uint32_t id = Find(name); id != kNone) return id;
  std::unique_lock lock(mutex_);
  if (auto it = ids_.find(name); it != ids_.end()) return it->second;
  uint32_t id = size_.load(std::memory_order_relaxed);
  if (id == kMaxNames) return kNone;
  auto& slot = chunks_[id >> kChunkBits];
  Entry* chunk = slot.load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new Entry[kChunk];
    slot.store(chunk, std::memory_order_release);
  }
  Entry& entry = chunk[id & (kChunk - 1)];
  entry.name.assign(name);
  ids_.emplace(entry.name, id);
  size_.store(id + 1, std::memory_order_release);
  return id;
}

void NameTable::MarkDurable(uint32_t id) {
  chunks_[id >> kChunkBits]
      .load(std::memory_order_acquire)[id & (kChunk - 1)]
      .durable.store(true, std::memory_order_release);
}

}  // namespace parton
