// Keys and attribute types of tables as statements and requests give them, made into schemas: one set of checks.
#ifndef PARTON_SESSION_TABLES_SCHEMA_BUILDER_H_
#define PARTON_SESSION_TABLES_SCHEMA_BUILDER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/table_definition.h"
#include "types/schema/schema.h"

namespace parton {

// One attribute of a key. Spans, here and below, are for errors; a request has none.
struct KeyPart {
  std::string attribute;
  std::optional<KeyType> type;           // said with the key itself
  std::optional<KeyElement::Role> role;  // nullopt: by its place
  TextSpan span;
};

class SchemaBuilder {
 public:
  // `table`: attributes of its keys are declared already; null: a new table.
  explicit SchemaBuilder(const TableSchema* table) : table_(table) {}

  // Error (kValidation): it has another type.
  Status Declare(const std::string& attribute, KeyType type, TextSpan span);
  // Errors (kValidation): roles or number of parts; an attribute without a type.
  // `global`: of a global index, whose parts may have several attributes each; those of the partition key come first.
  Result<KeySchema> Key(const std::vector<KeyPart>& parts, TextSpan span, bool global = false);
  // Declared attributes that no key uses.
  std::vector<std::string> Unused() const;

 private:
  Result<KeyAttribute> Attribute(const KeyPart& part);
  Result<KeySchema> GlobalKey(const std::vector<KeyPart>& parts, TextSpan span);

  const TableSchema* table_;
  std::vector<std::pair<std::string, KeyType>> types_;
  std::vector<std::string> used_;
};

// The whole of a request.
Result<TableSchema> MakeSchema(const TableDefinition& definition);
// A new index of `table`, which has its billing already.
Result<IndexSchema> MakeIndexSchema(const IndexDefinition& definition, const TableSchema& table,
                                    SchemaBuilder* builder);

// An index of a provisioned table without numbers of its own has the table's.
void InheritThroughput(const TableSchema& table, IndexSchema* index);
// A table that turns provisioned (`before`: what it was) takes its global indexes along, and back.
void FollowBilling(const std::optional<Throughput>& before, TableSchema* schema);

// A stream and expiry are switched on where they are off, and off where they are on. Errors: kInUse, kValidation.
Status CheckStreamSwitch(const TableSchema& schema, StreamView wanted);
Status CheckExpirySwitch(const TableSchema& schema, bool on, const std::string& attribute);

}  // namespace parton

#endif  // PARTON_SESSION_TABLES_SCHEMA_BUILDER_H_
