// What the catalog knows of a table: keys, indexes, options. Immutable once published; shared.
#ifndef PARTON_TYPES_SCHEMA_SCHEMA_H_
#define PARTON_TYPES_SCHEMA_SCHEMA_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/table_definition.h"
#include "parton/value.h"

namespace parton {

// "S", "N", "B".
std::string_view KeyTypeCode(KeyType type);
// "STRING", "NUMBER", "BINARY".
std::string_view KeyTypeName(KeyType type);
// True if `v` is of the key type (a text, exact number or blob). FLOAT is not: it has no exact key.
bool MatchesKeyType(const Value& v, KeyType type);

struct KeyAttribute {
  std::string name;
  KeyType type = KeyType::kString;
};

struct KeySchema {
  KeyAttribute hash;
  std::optional<KeyAttribute> range;
  // The further attributes of a global index's partition key and of its sort key, in order: at most kMaxKeyParts with
  // the first. Empty for tables and local indexes.
  std::vector<KeyAttribute> more_hash = {};
  std::vector<KeyAttribute> more_range = {};

  static constexpr size_t kMaxKeyParts = 4;

  // More than one attribute in the partition key or in the sort key.
  bool multi() const { return !more_hash.empty() || !more_range.empty(); }
  size_t hash_parts() const { return 1 + more_hash.size(); }
  size_t parts() const { return hash_parts() + (range ? 1 + more_range.size() : 0); }
  // The attribute at a place among all of them: those of the partition key come first. REQUIRES: i < parts().
  const KeyAttribute& part(size_t i) const {
    if (i == 0) return hash;
    if (i < hash_parts()) return more_hash[i - 1];
    i -= hash_parts();
    return i == 0 ? *range : more_range[i - 1];
  }
  // The place of an attribute; parts(): it is not of the key.
  size_t Find(std::string_view attribute) const {
    size_t i = 0;
    while (i < parts() && part(i).name != attribute) ++i;
    return i;
  }
  bool Has(std::string_view attribute) const { return Find(attribute) < parts(); }
};

enum class IndexState : uint8_t { kCreating, kActive };

struct IndexSchema {
  uint32_t id = 0;  // the store's: unique, never reused
  std::string name;
  IndexKind kind = IndexKind::kGlobal;
  KeySchema key;
  Projection projection = Projection::kAll;
  std::vector<std::string> include;  // non-key attributes, for kInclude
  IndexState state = IndexState::kActive;
  // False once backfilling left out an item whose key values are unusable: then an item that has
  // all key attributes may be missing from the index, and the planner must not use it in place of
  // the table.
  bool complete = true;
  // No item with the partition key's attribute was ever left out: neither for want of a sort key nor because its values
  // are unusable. Once false it stays so. Then the index holds every item that a condition on its partition key finds.
  bool none_left_out = false;
  std::optional<Throughput> provisioned;
  std::optional<Throughput> maximum;  // of on-demand billing; -1: no limit
  std::optional<Throughput> warm;

  // Whether an entry holds the attribute, `table` being the owner's key.
  bool Covers(std::string_view attribute, const KeySchema& table) const;
};

// Point-in-time recovery: changes since then are kept for so long.
struct PointInTime {
  int64_t days = 35;
  int64_t since_ms = 0;

  bool operator==(const PointInTime&) const = default;
};

// Of which table and moment a table was made again.
struct Restored {
  std::string table;
  std::string backup;  // its id; empty: not from a backup
  int64_t time_ms = 0;
};

struct TableSchema {
  uint32_t id = 0;       // the store's: unique, never reused; a table made again under the name has another one
  uint64_t version = 0;  // the store's: grows with every change
  std::string uuid;      // of the table as long as it lives, however often it is truncated
  std::string name;
  KeySchema key;
  std::vector<IndexSchema> indexes;
  std::optional<Throughput> provisioned;  // nullopt: on demand
  std::optional<Throughput> maximum;      // of on-demand billing; -1: no limit
  std::optional<Throughput> warm;
  int64_t on_demand_since_ms = 0;  // when billing changed to on demand; 0: it never did
  int64_t throughput_increased_ms = 0;
  int64_t throughput_decreased_ms = 0;
  StreamView stream = StreamView::kOff;
  int64_t stream_created_ms = 0;
  uint64_t stream_start = 0;  // no record with a smaller number is of this stream, but of one that was switched off
  std::string ttl_attribute;  // empty: off
  int64_t created_ms = 0;
  bool deletion_protection = false;
  std::optional<TableClass> table_class;
  std::optional<Encryption> encryption;
  Tags tags;
  std::optional<PointInTime> point_in_time;
  std::optional<Restored> restored;
  // Options that are stored and shown but mean nothing here, and Parton's own, whose names begin with '.'.
  std::map<std::string, std::string> options;

  const IndexSchema* FindIndex(std::string_view name) const;
  // The declared type of an attribute used in some key, if it is.
  std::optional<KeyType> DeclaredType(std::string_view attribute) const;
};

using TablePtr = std::shared_ptr<const TableSchema>;

// Checks names, key schema, index counts and projections as DynamoDB does (developer guide,
// "Quotas"; its messages). Names of tables and indexes have 3 to 255 characters there; shorter ones
// are errors only with `short_names_are_errors` (the dynamodb dialect).
Status ValidateTableSchema(const TableSchema& schema, bool short_names_are_errors = false);

// The statement that makes this table again.
std::string ToCreateStatement(const TableSchema& schema);

// One option of WITH (...) or ALTER TABLE t SET (...), as ToCreateStatement writes them. Names are
// case-insensitive:
//   billing = 'on demand' | 'provisioned', read_capacity = n, write_capacity = n
//   stream = 'off' | 'keys only' | 'new image' | 'old image' | 'both images'
//   ttl = 'attribute' ('' or 'off': none)
//   deletion_protection = true | false
//   table_class = 'standard' | 'standard infrequent access', sse = 'disabled' | text: kept and shown
//   pitr = true | false
//   maximum_throughput, warm_throughput = 'n RCU, m WCU'
//   tags = text, tag:<key> = text: kept and shown
//   index:<name>:warm_throughput, index:<name>:maximum_throughput: of an index that the table has
// Capacities imply provisioned billing. Error (Validation): an unknown option or a value it does
// not take.
Status ApplyTableOption(std::string_view name, const Value& value, TableSchema* schema);

// Options kept as text that have a place of their own in the schema go there: of catalogs that an older version wrote,
// and those of indexes in a statement that it wrote. What cannot be read stays as it is.
void AdoptTextOptions(TableSchema* schema);

// One option of an index's WITH (...): billing, read_capacity, write_capacity, maximum_throughput, warm_throughput, as
// above.
Status ApplyIndexOption(std::string_view name, const Value& value, IndexSchema* index);

// "KEYS ONLY", "NEW IMAGE", ...; "OFF".
std::string_view StreamViewName(StreamView view);

// "10 RCU, 20 WCU", and back; nullopt: the text is no such thing.
std::string ThroughputText(const Throughput& t);
std::optional<Throughput> ParseThroughput(std::string_view text);
// The words of SSE (...), "DISABLED" if it is off; and what they mean.
std::string EncryptionText(const Encryption& e);
Encryption ParseEncryption(std::string_view text);
// "STANDARD", "STANDARD_INFREQUENT_ACCESS".
std::string_view TableClassName(TableClass c);

// A table or index key: partition value and, where the schema has one, sort value.
struct Key {
  Value hash;
  Value range;  // MISSING if the schema has no sort key
};

}  // namespace parton

#endif  // PARTON_TYPES_SCHEMA_SCHEMA_H_
