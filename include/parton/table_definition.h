// What a table is made of: key types, projections, throughput. Shared by parton/tables.h and the engine.
#ifndef PARTON_TABLE_DEFINITION_H_
#define PARTON_TABLE_DEFINITION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

enum class KeyType : uint8_t { kString, kNumber, kBinary };

enum class IndexKind : uint8_t { kGlobal, kLocal };

// Which attributes an index holds beside its keys and those of its table.
enum class Projection : uint8_t { kAll, kKeysOnly, kInclude };

// What a change record of a stream holds.
enum class StreamView : uint8_t { kOff, kKeysOnly, kNewImage, kOldImage, kBothImages };
// DynamoDB's StreamViewType: "KEYS_ONLY", "NEW_AND_OLD_IMAGES", ...; empty for kOff.
std::string_view StreamViewType(StreamView view);

// Stored and shown; Parton stores both alike.
enum class TableClass : uint8_t { kStandard, kInfrequentAccess };

// Read and write units per second. -1: not given, or no limit, where the field says so.
struct Throughput {
  int64_t read = 0;
  int64_t write = 0;

  bool operator==(const Throughput&) const = default;
};

// Server-side encryption as it was asked for: stored and shown. Parton does not encrypt.
struct Encryption {
  bool enabled = false;
  std::string type;  // "KMS", "AES256"; empty: not given
  std::string key;   // the key's name or ARN; empty: the default one

  bool operator==(const Encryption&) const = default;
};

// Labels of a table, by key. At most 50; keys 1 to 128 characters, values at most 256.
using Tags = std::map<std::string, std::string>;

struct AttributeDefinition {
  std::string name;
  KeyType type = KeyType::kString;

  bool operator==(const AttributeDefinition&) const = default;
};

struct KeyElement {
  enum class Role : uint8_t { kHash, kRange };
  std::string attribute;
  Role role = Role::kHash;

  bool operator==(const KeyElement&) const = default;
};

struct IndexDefinition {
  std::string name;
  IndexKind kind = IndexKind::kGlobal;
  // kHash first, then perhaps kRange; of a global index up to four of each.
  std::vector<KeyElement> key;
  Projection projection = Projection::kAll;
  std::vector<std::string> include;  // other attributes the index holds; for Projection::kInclude
  // Global indexes only. Without it an index of a provisioned table has the table's numbers.
  std::optional<Throughput> provisioned;
  std::optional<Throughput> maximum;  // of on-demand billing; -1: no limit
  std::optional<Throughput> warm;
};

// A table to be made.
struct TableDefinition {
  std::string name;
  // Types of the key attributes of the table and its indexes: all of them, and no others.
  std::vector<AttributeDefinition> attributes;
  std::vector<KeyElement> key;  // kHash, then perhaps kRange
  std::vector<IndexDefinition> indexes;
  std::optional<Throughput> provisioned;  // nullopt: on demand
  std::optional<Throughput> maximum;      // of on-demand billing; -1: no limit
  std::optional<Throughput> warm;
  StreamView stream = StreamView::kOff;
  std::string ttl_attribute;  // empty: items do not expire
  bool deletion_protection = false;
  std::optional<TableClass> table_class;  // nullopt: not given
  std::optional<Encryption> encryption;
  Tags tags;
};

}  // namespace parton

#endif  // PARTON_TABLE_DEFINITION_H_
