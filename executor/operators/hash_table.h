// Rows of values by equality: the table under hash joins, semi-joins and GROUP BY.
#ifndef PARTON_EXECUTOR_OPERATORS_HASH_TABLE_H_
#define PARTON_EXECUTOR_OPERATORS_HASH_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "parton/value.h"
#include "types/value/value_compare.h"

namespace parton {

// Maps keys of `width` values to numbers 0, 1, 2, ... in order of first insertion. Equality is DeepEqual.
class KeyTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit KeyTable(size_t width) : width_(width), buckets_(64, kNone) {}

  // The number of the key, or kNone.
  uint32_t Find(const Value* key) const { return FindHashed(key, Hash(key)); }

  size_t Hash(const Value* key) const {
    size_t h = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < width_; ++i) h = (h ^ HashValue(key[i])) * 0xFF51AFD7ED558CCDu;
    return h ^ (h >> 32);
  }

  // The number of the key, inserted (owned) if it is new.
  uint32_t Insert(const Value* key, bool* is_new) {
    const size_t hash = Hash(key);
    uint32_t found = FindHashed(key, hash);
    *is_new = found == kNone;
    if (!*is_new) return found;
    if (hashes_.size() * 4 >= buckets_.size() * 3) Grow();
    uint32_t number = static_cast<uint32_t>(hashes_.size());
    hashes_.push_back(hash);
    for (size_t i = 0; i < width_; ++i) keys_.push_back(key[i].Own());
    Place(number);
    return number;
  }

  const Value* key(uint32_t number) const { return keys_.data() + number * width_; }
  size_t size() const { return hashes_.size(); }
  void Clear() {
    std::vector<Value>().swap(keys_);
    std::vector<size_t>().swap(hashes_);
    buckets_.assign(64, kNone);
  }

 private:
  static bool Same(const Value& a, const Value& b) {
    if (a.is_small_int() && b.is_small_int()) return a.int_value() == b.int_value();
    if (a.is_text() && b.is_text()) return a.bytes() == b.bytes();
    return DeepEqual(a, b);
  }
  uint32_t FindHashed(const Value* key, size_t hash) const {
    const size_t mask = buckets_.size() - 1;
    for (size_t b = hash & mask; buckets_[b] != kNone; b = (b + 1) & mask) {
      const uint32_t n = buckets_[b];
      if (hashes_[n] != hash) continue;
      bool same = true;
      for (size_t i = 0; i < width_ && same; ++i) same = Same(keys_[n * width_ + i], key[i]);
      if (same) return n;
    }
    return kNone;
  }
  void Place(uint32_t n) {
    const size_t mask = buckets_.size() - 1;
    size_t b = hashes_[n] & mask;
    while (buckets_[b] != kNone) b = (b + 1) & mask;
    buckets_[b] = n;
  }
  void Grow() {
    buckets_.assign(buckets_.size() * 2, kNone);
    for (uint32_t n = 0; n < hashes_.size(); ++n) Place(n);
  }

  size_t width_;
  std::vector<uint32_t> buckets_;
  std::vector<size_t> hashes_;
  std::vector<Value> keys_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_HASH_TABLE_H_
