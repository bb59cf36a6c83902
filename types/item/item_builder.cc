#include "types/item/item_builder.h"

#include <algorithm>
#include <utility>

#include "types/item/item_codec.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {

namespace {

// No value has more than twice as many bytes by DynamoDB's rules as it has encoded, so an item of this many bytes,
// names in full, is within the limit.
constexpr size_t kSurelySmall = kMaxItemBytes / 2;

}  // namespace

void ItemBuilder::Clear() {
  bytes_.assign(1, kItemVersion);
  attributes_.clear();
  name_bytes_ = 0;
  ascending_ = true;
}

bool ItemBuilder::Name(std::string_view name) {
  const size_t i = attributes_.size();
  if (i == guesses_.size()) guesses_.push_back(0);
  uint32_t& id = guesses_[i];
  if (id >= names_->size() || names_->Name(id) != name) {
    const uint32_t found = names_->Find(name);
    if (found == NameTable::kNone) return false;
    id = found;
  }
  ascending_ = ascending_ && (i == 0 || id > attributes_.back().id);
  attributes_.push_back({id, static_cast<uint32_t>(bytes_.size())});
  name_bytes_ += name.size();
  PutVarint(uint64_t{id} + 1, &bytes_);
  return true;
}

void ItemBuilder::PutString(std::string_view s) {
  bytes_.push_back(static_cast<char>(ItemTag::kString));
  PutVarint(s.size(), &bytes_);
  bytes_.append(s);
}

bool ItemBuilder::Put(const Value& v) {
  if (v.is_small_int() || v.is_bool()) {
    EncodeValue(v, &bytes_);
    return true;
  }
  Result<Value> storable = ToStorable(v, {});
  if (!storable.ok()) return false;
  EncodeValue(*storable, &bytes_);
  return true;
}

bool ItemBuilder::Finish(Value* item) {
  if (bytes_.size() + name_bytes_ > kSurelySmall) return false;
  if (ascending_) {
    *item = ItemValue(bytes_, names_);
    return true;
  }
  std::vector<std::pair<Attribute, uint32_t>> sorted;  // with where it ends
  sorted.reserve(attributes_.size());
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const bool last = i + 1 == attributes_.size();
    sorted.emplace_back(attributes_[i], last ? static_cast<uint32_t>(bytes_.size()) : attributes_[i + 1].begin);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first.id < b.first.id; });
  std::string bytes(1, kItemVersion);
  bytes.reserve(bytes_.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    const auto& [attribute, end] = sorted[i];
    if (i != 0 && attribute.id == sorted[i - 1].first.id) return false;
    bytes.append(bytes_, attribute.begin, end - attribute.begin);
  }
  *item = ItemValue(std::move(bytes), names_);
  return true;
}

}  // namespace parton
