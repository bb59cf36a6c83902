// Groups by the encoded bytes of their keys.
#ifndef PARTON_EXECUTOR_OPERATORS_KNOWN_GROUPS_H_
#define PARTON_EXECUTOR_OPERATORS_KNOWN_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

// Which group the rows with these key bytes belong to, as far as it was noted: a way around making and hashing the
// key's values. Equal bytes must be equal keys; equal keys may have several bytes.
class KnownGroups {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kLongest = 256;  // key bytes that are worth it

  uint32_t Find(std::string_view key, uint64_t* hash) const {
    *hash = Hash(key);
    if (entries_.empty()) return kNone;
    const size_t mask = buckets_.size() - 1;
    for (size_t b = *hash & mask; buckets_[b] != kNone; b = (b + 1) & mask) {
      const Entry& e = entries_[buckets_[b]];
      if (e.hash == *hash && e.size == key.size() && Same(bytes_.data() + e.begin, key)) return e.group;
    }
    return kNone;
  }
  // `hash` as Find gave it. REQUIRES: Find did not find it. Returns the bytes this takes; 0: it is full, or the key is
  // too long.
  size_t Note(std::string_view key, uint64_t hash, uint32_t group) {
    constexpr size_t kMost = 16384;
    if (key.size() > kLongest || entries_.size() >= kMost) return 0;
    if (entries_.size() * 2 >= buckets_.size()) Grow();
    const auto number = static_cast<uint32_t>(entries_.size());
    entries_.push_back({hash, static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(key.size()), group});
    bytes_ += key;
    Place(number);
    return sizeof(Entry) + 4 * sizeof(uint32_t) + key.size();
  }

 private:
  struct Entry {
    uint64_t hash;
    uint32_t begin;
    uint32_t size;
    uint32_t group;
  };

  static uint64_t Load(const char* p, size_t n) {
    uint64_t word = 0;
    std::memcpy(&word, p, n);
    return word;
  }
  // Keys are short: a call would take longer. REQUIRES: `a` is as long as `b`.
  static bool Same(const char* a, std::string_view b) {
    const char* q = b.data();
    size_t n = b.size();
    for (; n >= 8; n -= 8, a += 8, q += 8) {
      if (Load(a, 8) != Load(q, 8)) return false;
    }
    if (n >= 4) return Load(a, 4) == Load(q, 4) && Load(a + n - 4, 4) == Load(q + n - 4, 4);
    for (; n > 0; --n, ++a, ++q) {
      if (*a != *q) return false;
    }
    return true;
  }
  static uint64_t Hash(std::string_view s) {
    constexpr uint64_t kFactor = 0x9E3779B97F4A7C15u;
    uint64_t h = s.size() * kFactor;
    const char* p = s.data();
    size_t n = s.size();
    for (; n >= 8; n -= 8, p += 8) {
      h = (h ^ Load(p, 8)) * kFactor;
      h ^= h >> 29;
    }
    if (n >= 4) {
      h = (h ^ (Load(p, 4) | Load(p + n - 4, 4) << 32)) * kFactor;
      h ^= h >> 29;
    } else if (n > 0) {
      const auto at = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(p[i])); };
      h = (h ^ (at(0) | at(n / 2) << 8 | at(n - 1) << 16)) * kFactor;
      h ^= h >> 29;
    }
    return h ^ h >> 32;
  }
  void Place(uint32_t number) {
    const size_t mask = buckets_.size() - 1;
    size_t b = entries_[number].hash & mask;
    while (buckets_[b] != kNone) b = (b + 1) & mask;
    buckets_[b] = number;
  }
  void Grow() {
    constexpr size_t kFirst = 64;
    buckets_.assign(buckets_.empty() ? kFirst : buckets_.size() * 2, kNone);
    for (uint32_t n = 0; n < entries_.size(); ++n) Place(n);
  }

  std::vector<uint32_t> buckets_;  // numbers of entries
  std::vector<Entry> entries_;
  std::string bytes_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_KNOWN_GROUPS_H_
