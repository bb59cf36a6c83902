#include "storage/local/key_writes.h"

#include <algorithm>
#include <cstring>

#include "storage/local/engine.h"

namespace parton {

namespace {

constexpr size_t kWorthSorting = 16;
constexpr size_t kFirstBlock = 512;
constexpr size_t kBlock = 64 << 10;

}  // namespace

std::string_view KeyWrites::Copy(std::string_view bytes) {
  if (bytes.size() > left_) {
    left_ = std::max(bytes.size(), blocks_.empty() ? kFirstBlock : kBlock);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    free_ = blocks_.back().get();
  }
  char* const copy = free_;
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  free_ += bytes.size();
  left_ -= bytes.size();
  return {copy, bytes.size()};
}

void KeyWrites::Sort() {
  if (entries_.size() < kWorthSorting) return;
  // Items and index entries lie in stretches of their own, and items often come in order: what is in its place
  // already is left there.
  auto by_key = [](const Entry& a, const Entry& b) { return a.key < b.key; };
  if (std::is_sorted(entries_.begin(), entries_.end(), by_key)) return;
  auto space = [](const Entry& e) { return e.key.empty() ? '\0' : e.key[0]; };
  std::stable_sort(entries_.begin(), entries_.end(),
                   [&](const Entry& a, const Entry& b) { return space(a) < space(b); });
  for (auto begin = entries_.begin(); begin != entries_.end();) {
    auto end = std::find_if(begin, entries_.end(), [&](const Entry& e) { return space(e) != space(*begin); });
    if (!std::is_sorted(begin, end, by_key)) std::sort(begin, end, by_key);
    begin = end;
  }
}

void KeyWrites::AppendTo(leveldb::WriteBatch* batch) const {
  for (const Entry& e : entries_) {
    if (e.put) {
      batch->Put(ToSlice(e.key), ToSlice(e.value));
    } else {
      batch->Delete(ToSlice(e.key));
    }
  }
}

}  // namespace parton
