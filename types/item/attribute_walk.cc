#include "types/item/attribute_walk.h"

#include <algorithm>
#include <numeric>

namespace parton {

size_t AttributeWalk::Add(std::string_view name) {
  const auto it = std::find(names_wanted_.begin(), names_wanted_.end(), name);
  if (it != names_wanted_.end()) return static_cast<size_t>(it - names_wanted_.begin());
  names_wanted_.emplace_back(name);
  names_ = nullptr;
  return names_wanted_.size() - 1;
}

void AttributeWalk::Resolve(const NameTable* names) {
  names_ = names;
  known_ = names->size();  // before the look-ups: what they miss is newer
  const size_t count = names_wanted_.size();
  std::vector<uint32_t> ids(count);
  for (size_t i = 0; i < count; ++i) ids[i] = names->Find(names_wanted_[i]);
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ids[a] < ids[b]; });
  ids_.resize(count);
  rank_.resize(count);
  found_.assign(count, nullptr);
  for (size_t r = 0; r < count; ++r) {
    ids_[r] = ids[order[r]];
    rank_[order[r]] = r;
  }
  unknown_ = count > 0 && ids_.back() == NameTable::kNone;
  in_full_ = unknown_ && known_ >= NameTable::kMaxNames;
}

}  // namespace parton
