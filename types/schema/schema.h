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
#include "parton/value.h"

namespace parton {

enum class KeyType : uint8_t { kString, kNumber, kBinary };

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

  bool Has(std::string_view attribute) const {
    return hash.name == attribute || (range.has_value() && range->name == attribute);
  }
};

enum class IndexKind : uint8_t { kGlobal, kLocal };
enum class Projection : uint8_t { kAll, kKeysOnly, kInclude };
enum class IndexState : uint8_t { kCreating, kActive };

struct Throughput {
  int64_t read = 0;
  int64_t write = 0;
};

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
  std::optional<Throughput> provisioned;

  // Whether an entry holds the attribute, `table` being the owner's key.
  bool Covers(std::string_view attribute, const KeySchema& table) const;
};

enum class StreamView : uint8_t { kOff, kKeysOnly, kNewImage, kOldImage, kBothImages };

struct TableSchema {
  uint32_t id = 0;       // the store's: unique, never reused; a table made again under the name has another one
  uint64_t version = 0;  // the store's: grows with every change
  std::string name;
  KeySchema key;
  std::vector<IndexSchema> indexes;
  std::optional<Throughput> provisioned;  // nullopt: on demand
  StreamView stream = StreamView::kOff;
  int64_t stream_created_ms = 0;
  uint64_t stream_start = 0;  // no record with a smaller number is of this stream, but of one that was switched off
  std::string ttl_attribute;  // empty: off
  int64_t created_ms = 0;
  // Options that are stored and shown but do nothing here (ddbsh's TAGS, SSE, TABLE CLASS, ...),
  // and deletion protection ("deletion_protection" = "true").
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
//   table_class, sse, pitr, warm_throughput, maximum_throughput, tags, tag:..., index:<name>:... = text:
//     kept and shown, nothing else
// Capacities imply provisioned billing. Error (Validation): an unknown option or a value it does
// not take.
Status ApplyTableOption(std::string_view name, const Value& value, TableSchema* schema);

// One option of an index's WITH (...): billing, read_capacity, write_capacity, as above.
Status ApplyIndexOption(std::string_view name, const Value& value, IndexSchema* index);

// "KEYS ONLY", "NEW IMAGE", ...; "OFF".
std::string_view StreamViewName(StreamView view);

// A table or index key: partition value and, where the schema has one, sort value.
struct Key {
  Value hash;
  Value range;  // MISSING if the schema has no sort key
};

}  // namespace parton

#endif  // PARTON_TYPES_SCHEMA_SCHEMA_H_
