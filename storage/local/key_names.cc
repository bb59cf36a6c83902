#include "storage/local/key_names.h"

#include <optional>

#include "storage/local/bytes/key_codec.h"

namespace parton {

namespace {

std::optional<std::string> KeyText(const KeySchema& schema, std::string_view components) {
  // A cut key may lack the end of its first component, or have a byte raised.
  for (const std::string_view more : {std::string_view(), std::string_view("\0\1", 2)}) {
    std::string bytes = std::string(components) + std::string(more);
    std::string text = KeyComponentsText(schema, bytes);
    if (!text.empty()) return text;
    text = KeyComponentsText(KeySchema{schema.hash, std::nullopt}, bytes);
    if (text.empty()) continue;
    if (schema.parts() > 1) text.insert(text.size() - 1, ", ...");
    return text;
  }
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(KeySpace space) {
  switch (space) {
    case KeySpace::kSystem: return "the format record";
    case KeySpace::kCounter: return "counters";
    case KeySpace::kTable: return "definitions of tables";
    case KeySpace::kBackup: return "definitions of backups";
    case KeySpace::kSaved: return "items of backups";
    case KeySpace::kStream: return "records of streams";
    case KeySpace::kDoomed:
    case KeySpace::kPending: return "records of unfinished work";
    case KeySpace::kName: return "names of attributes";
    case KeySpace::kStatistics: return "statistics";
    case KeySpace::kItem: return "items";
    case KeySpace::kEntry: return "index entries";
    case KeySpace::kChange: return "change records";
    case KeySpace::kHistory: return "earlier states of items";
    case KeySpace::kTrimmed: return "records of trimming";
    case KeySpace::kExpiry: return "TTL queues";
    case KeySpace::kConsumer: return "positions of consumers";
    case KeySpace::kLoad: return "positions of COPY";
    case KeySpace::kTrigger:
    case KeySpace::kTriggerState:
    case KeySpace::kParked: return "triggers";
    case KeySpace::kToken:
    case KeySpace::kTokenDue: return "tokens of requests";
  }
  return "unknown keys";
}

void KeyNames::Add(TablePtr table, uint32_t ttl_id) {
  for (const IndexSchema& index : table->indexes) indexes_[index.id] = table;
  if (!table->ttl_attribute.empty()) queues_[ttl_id] = table;
  tables_[table->id] = std::move(table);
}

KeyNames::Place KeyNames::InTable(std::string_view key, const KeySchema& schema, std::string what) const {
  return {std::move(what), KeyText(schema, key.substr(kPrefixBytes)).value_or("")};
}

KeyNames::Place KeyNames::Describe(std::string_view key) const {
  const auto space = static_cast<KeySpace>(key[0]);
  Place place{std::string(NameOf(space)), ""};
  if (key.size() < kPrefixBytes) return place;
  const uint32_t id = ReadU32(key.substr(1));
  if (space == KeySpace::kEntry) {
    const auto table = indexes_.find(id);
    if (table == indexes_.end()) return place;
    for (const IndexSchema& index : table->second->indexes) {
      if (index.id == id) {
        return InTable(key, index.key, "table " + table->second->name + ", entries of index " + index.name);
      }
    }
  }
  if (space == KeySpace::kExpiry) {
    const auto table = queues_.find(id);
    if (table != queues_.end()) place.what = "table " + table->second->name + ", TTL queue";
    return place;
  }
  const auto table = tables_.find(id);
  if (table == tables_.end()) return place;
  if (space == KeySpace::kItem) return InTable(key, table->second->key, "table " + table->second->name + ", items");
  if (space == KeySpace::kChange) {
    place.what = "table " + table->second->name + ", change records";
    if (key.size() == kPrefixBytes + 8) place.key = std::to_string(ReadU64(key.substr(kPrefixBytes)));
  }
  return place;
}

std::string KeyNames::Range(std::string_view low, std::string_view high) const {
  const Place from = low.empty() ? Place{"the start", ""} : Describe(low);
  const Place to = high.empty() ? Place{"the end", ""} : Describe(high);
  if (from.what != to.what) {
    const auto text = [](const Place& p) { return p.key.empty() ? p.what : p.what + " " + p.key; };
    return "from " + text(from) + " to " + text(to);
  }
  if (from.key.empty() && to.key.empty()) return from.what;
  std::string text = from.what;
  if (!from.key.empty()) text += " from " + from.key;
  if (!to.key.empty()) text += " to " + to.key;
  return text;
}

}  // namespace parton
