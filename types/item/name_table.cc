#include "types/item/name_table.h"

#include <vector>

namespace parton {

NameTable::NameTable() = default;

NameTable::~NameTable() {
  for (auto& chunk : chunks_) delete[] chunk.load();
}

namespace {

// Which id a name had when this thread last looked, in whatever table: a guess that is checked against the table
// asked, so it saves the lock and is never wrong.
constexpr size_t kGuesses = 512;
thread_local uint32_t guesses[kGuesses];

size_t GuessSlot(std::string_view name) {
  if (name.empty()) return 0;
  const auto at = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(name[i])); };
  return (name.size() * 0x9E3779B1u + at(0) * 0x85EBCA6Bu + at(name.size() - 1) * 0xC2B2AE35u +
          at(name.size() / 2) * 0x27D4EB2Fu) >>
             7 &
         (kGuesses - 1);
}

}  // namespace

uint32_t NameTable::Find(std::string_view name) const {
  uint32_t& guess = guesses[GuessSlot(name)];
  if (guess < size() && Name(guess) == name) return guess;
  ReaderLock lock(mutex_);
  auto it = ids_.find(name);
  if (it == ids_.end()) return kNone;
  return guess = it->second;
}

uint32_t NameTable::FindOrAdd(std::string_view name) {
  if (uint32_t id = Find(name); id != kNone) return id;
  WriterLock lock(mutex_);
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

bool NameTable::InUse() const {
  int64_t users = 0;
  for (const UserCount& u : users_) users += u.count.load(std::memory_order_acquire);
  return users != 0;
}

void NameTable::Retire::operator()(NameTable* table) const {
  // Never destroyed: items may be the last to go when the process ends.
  static auto* const mutex = new Mutex;
  static auto* const kept = new std::vector<NameTable*>;
  MutexLock lock(*mutex);
  kept->push_back(table);
  std::erase_if(*kept, [](NameTable* t) {
    if (t->InUse()) return false;
    delete t;
    return true;
  });
}

}  // namespace parton
