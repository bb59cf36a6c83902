#include "storage/local/key_finder.h"

#include <algorithm>
#include <string>

#include "storage/local/bytes/key_codec.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

std::optional<KeyType> TypeOf(const Value& v) {
  for (KeyType type : {KeyType::kString, KeyType::kNumber, KeyType::kBinary}) {
    if (MatchesKeyType(v, type)) return type;
  }
  return std::nullopt;
}

bool Fits(const KeySchema& key, std::string_view components, const Value& item) {
  std::string bytes;
  if (!AppendComponent(key.hash.type, item.Get(key.hash.name), &bytes)) return false;
  if (key.range && !AppendComponent(key.range->type, item.Get(key.range->name), &bytes)) return false;
  return bytes == components;
}

}  // namespace

void KeyFinder::Begin(std::string_view components, const Value& item) {
  const Value whole = item.Materialize();
  for (const Field& hash : whole.fields()) {
    const std::optional<KeyType> type = TypeOf(hash.value);
    std::string bytes;
    if (!type || !AppendComponent(*type, hash.value, &bytes) || !components.starts_with(bytes)) continue;
    KeySchema key;
    key.hash.name = hash.name;
    key.hash.type = *type;
    if (bytes == components) candidates_.push_back(key);
    for (const Field& range : whole.fields()) {
      const std::optional<KeyType> range_type = TypeOf(range.value);
      if (!range_type || range.name == hash.name) continue;
      key.range = KeyAttribute{range.name, *range_type};
      if (Fits(key, components, item)) candidates_.push_back(key);
    }
  }
}

void KeyFinder::Add(std::string_view components, std::string_view bytes) {
  if (!VerifyItem(bytes, *names_).ok()) return;
  const Value item = ItemValue(std::string(bytes), names_);
  if (!begun_) {
    begun_ = true;
    Begin(components, item);
    return;
  }
  std::erase_if(candidates_, [&](const KeySchema& key) { return !Fits(key, components, item); });
}

std::optional<KeySchema> KeyFinder::Find() const {
  return candidates_.empty() ? std::nullopt : std::optional(candidates_.front());
}

}  // namespace parton
