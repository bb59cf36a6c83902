#include "session/tables/table_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace parton {

namespace {

std::vector<KeyElement> ElementsOf(const KeySchema& key) {
  std::vector<KeyElement> elements;
  for (size_t i = 0; i < key.parts(); ++i) {
    const bool hash = i < key.hash_parts();
    elements.push_back({key.part(i).name, hash ? KeyElement::Role::kHash : KeyElement::Role::kRange});
  }
  return elements;
}

void AddAttributes(const KeySchema& key, std::vector<AttributeDefinition>* out) {
  const auto add = [&](const KeyAttribute& k) {
    const bool there = std::any_of(out->begin(), out->end(), [&](const auto& a) { return a.name == k.name; });
    if (!there) out->push_back({k.name, k.type});
  };
  for (size_t i = 0; i < key.parts(); ++i) add(key.part(i));
}

IndexDescription DescribeIndex(const IndexSchema& index) {
  IndexDescription d;
  d.definition.name = index.name;
  d.definition.kind = index.kind;
  d.definition.key = ElementsOf(index.key);
  d.definition.projection = index.projection;
  d.definition.include = index.include;
  d.definition.provisioned = index.provisioned;
  d.definition.maximum = index.maximum;
  d.definition.warm = index.warm;
  d.backfilling = index.state == IndexState::kCreating;
  d.status = d.backfilling ? ResourceStatus::kCreating : ResourceStatus::kActive;
  return d;
}

// Tables of databases that were made before tables had one.
std::string UuidOf(const TableSchema& t) {
  if (!t.uuid.empty()) return t.uuid;
  return fmt::format("{:08x}-0000-4000-8000-{:012x}", t.id, static_cast<uint64_t>(t.created_ms) & 0xffffffffffff);
}

// How many items a table or an index has: counted, where that was asked for or costs little, or estimated.
class Counter {
 public:
  Counter(TableStore* store, bool exact, const StoreProgress& progress)
      : store_(*store), view_(store_.NewView()), progress_(progress), exact_(exact) {}

  Result<TableStats> Count(const TableSchema& table, const IndexSchema* index) {
    const TableStats stats = store_.Stats(table, index);
    if (stats.exact) return stats;
    const bool countable = stats.approximate_items <= kCounted && store_.capabilities().maintenance != nullptr;
    if (exact_ || countable) return store_.maintenance().Measure(*view_, table, index, progress_);
    estimated_ = true;
    return stats;
  }
  bool estimated() const { return estimated_; }

 private:
  static constexpr uint64_t kCounted = 20'000;

  TableStore& store_;
  std::unique_ptr<ReadView> view_;
  const StoreProgress& progress_;
  const bool exact_;
  bool estimated_ = false;
};

}  // namespace

std::string StreamLabel(int64_t created_ms) {
  const std::time_t seconds = static_cast<std::time_t>(created_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:03}", text, created_ms % 1000);
}

TableDescription DescribeSchema(const TableSchema& t) {
  TableDescription d;
  d.definition.name = t.name;
  AddAttributes(t.key, &d.definition.attributes);
  d.definition.key = ElementsOf(t.key);
  d.definition.provisioned = t.provisioned;
  d.definition.maximum = t.maximum;
  d.definition.warm = t.warm;
  d.definition.stream = t.stream;
  d.definition.ttl_attribute = t.ttl_attribute;
  d.definition.deletion_protection = t.deletion_protection;
  d.definition.table_class = t.table_class;
  d.definition.encryption = t.encryption;
  d.definition.tags = t.tags;
  for (const IndexSchema& index : t.indexes) {
    AddAttributes(index.key, &d.definition.attributes);
    d.indexes.push_back(DescribeIndex(index));
    d.definition.indexes.push_back(d.indexes.back().definition);
    if (d.indexes.back().backfilling) d.status = ResourceStatus::kUpdating;
  }
  d.id = UuidOf(t);
  d.created_ms = t.created_ms;
  d.on_demand_since_ms = t.on_demand_since_ms;
  d.throughput_increased_ms = t.throughput_increased_ms;
  d.throughput_decreased_ms = t.throughput_decreased_ms;
  if (t.stream_created_ms != 0) d.stream_label = StreamLabel(t.stream_created_ms);
  if (t.restored) {
    d.restored_from = t.restored->table;
    d.restored_backup = t.restored->backup;
    d.restored_to_ms = t.restored->time_ms;
  }
  return d;
}

Result<TableDescription> DescribeTable(TableStore* store, const TableSchema& table, bool exact,
                                       const StoreProgress& progress) {
  TableDescription d = DescribeSchema(table);
  Counter counter(store, exact, progress);
  PARTON_ASSIGN_OR_RETURN(const TableStats stats, counter.Count(table, nullptr));
  d.item_count = stats.approximate_items;
  d.size_bytes = stats.approximate_size;
  for (size_t i = 0; i < table.indexes.size(); ++i) {
    PARTON_ASSIGN_OR_RETURN(const TableStats of_index, counter.Count(table, &table.indexes[i]));
    d.indexes[i].item_count = of_index.approximate_items;
    d.indexes[i].size_bytes = of_index.approximate_size;
  }
  d.counted = !counter.estimated();
  return d;
}

std::string_view ResourceStatusName(ResourceStatus status) {
  switch (status) {
    case ResourceStatus::kCreating: return "CREATING";
    case ResourceStatus::kActive: return "ACTIVE";
    case ResourceStatus::kUpdating: return "UPDATING";
    case ResourceStatus::kDeleting: return "DELETING";
  }
  return "";
}

}  // namespace parton
