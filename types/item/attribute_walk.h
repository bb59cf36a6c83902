// Several attributes of encoded items, found in one walk over each.
#ifndef PARTON_TYPES_ITEM_ATTRIBUTE_WALK_H_
#define PARTON_TYPES_ITEM_ATTRIBUTE_WALK_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "types/item/name_table.h"
#include "types/item/raw_value.h"

namespace parton {

// Attributes lie in the order of their ids. So the walk goes on where it found the last one, and no farther than it is
// asked for. Damaged bytes read as they do by ItemView: what is behind the damage is not there.
//
// Threads: one.
class AttributeWalk {
 public:
  // The number of the attribute of that name; a name that is there already keeps its own.
  size_t Add(std::string_view name);
  bool empty() const { return names_wanted_.empty(); }

  // Goes to an item, whose bytes stay as they are until the next Start. False: it may have the names in full, so it is
  // to be read by ItemView.
  bool Start(std::string_view bytes, const NameTable* names) {
    if (names != names_ || (unknown_ && names->size() != known_)) [[unlikely]]
      Resolve(names);
    p_ = bytes.data();
    end_ = p_ + bytes.size();
    next_ = 0;
    if (!bytes.empty() && *p_ == kItemVersion) [[likely]] {
      ++p_;
    } else {
      p_ = end_;
    }
    return !in_full_;
  }

  // Where the value of an attribute of the item starts; null: it has none.
  const char* Find(size_t attribute) {
    const size_t rank = rank_[attribute];
    while (next_ <= rank) Step();
    return found_[rank];
  }
  const char* end() const { return end_; }

 private:
  void Resolve(const NameTable* names);

  // To the next attribute that is wanted.
  void Step() {
    const uint32_t wanted = ids_[next_];
    const char*& found = found_[next_++];
    found = nullptr;
    if (wanted == NameTable::kNone) return;
    const char* q;
    do {
      if (SkipQuickly(wanted)) {
        if (static_cast<uint32_t>(static_cast<uint8_t>(*p_)) - 1 == wanted) found = p_ + 1;
        return;
      }
      uint32_t mark;
      q = GetVarint(p_, end_, &mark);
      if (q == nullptr) break;
      // Names in full, whose mark is 0, come behind all ids.
      const uint32_t id = mark - 1;
      if (id >= wanted) {
        if (id == wanted && q < end_) found = q;
        return;
      }
      q = raw::Skip(q, end_);
      if (q != nullptr) p_ = q;
    } while (q != nullptr);
    p_ = end_;
  }

  // Skips attributes before `wanted`. True: that is found, or what is behind it. False: the one at p_ needs a closer
  // look, as it is near the end, damaged, large or of another type than most.
  bool SkipQuickly(uint32_t wanted) {
    constexpr ptrdiff_t kLook = 2 + static_cast<ptrdiff_t>(sizeof(uint64_t));
    constexpr uint8_t kMore = 0x80;
    const char* p = p_;
    bool found = false;
    while (end_ - p >= kLook) {
      const auto at = [p](int i) { return static_cast<uint8_t>(p[i]); };
      if (at(0) >= kMore) break;
      if (static_cast<uint32_t>(at(0)) - 1 >= wanted) {
        found = true;
        break;
      }
      const uint8_t tag = at(1);
      if (tag == static_cast<uint8_t>(ItemTag::kInt)) {
        uint64_t word;
        std::memcpy(&word, p + 2, sizeof word);
        const uint64_t last = ~word & 0x8080808080808080ULL;
        if (last == 0) break;
        p += 3 + (__builtin_ctzll(last) >> 3);
        continue;
      }
      const uint8_t size = at(2);
      const bool run =
          tag >= static_cast<uint8_t>(ItemTag::kString) && tag <= static_cast<uint8_t>(ItemTag::kBinarySet);
      if (!run || size >= kMore || size > end_ - p - 3) break;
      p += 3 + size;
    }
    p_ = p;
    return found;
  }

  const char* p_ = nullptr;  // at an attribute
  const char* end_ = nullptr;
  size_t next_ = 0;                 // of ids_
  std::vector<uint32_t> ids_;       // ascending; those without an id are the last, kNone
  std::vector<const char*> found_;  // by the order of ids_
  std::vector<size_t> rank_;        // of each attribute, in ids_
  const NameTable* names_ = nullptr;
  bool unknown_ = false;  // some have no id
  bool in_full_ = false;  // and there will be none
  uint32_t known_ = 0;    // names there were then
  std::vector<std::string> names_wanted_;
};

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_ATTRIBUTE_WALK_H_
