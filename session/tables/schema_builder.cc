#include "session/tables/schema_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace parton {

namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

std::vector<std::string> NamesOf(const std::vector<std::pair<std::string, KeyType>>& types) {
  std::vector<std::string> names;
  for (const auto& [name, type] : types) names.push_back(name);
  return names;
}

std::vector<KeyPart> PartsOf(const std::vector<KeyElement>& key) {
  std::vector<KeyPart> parts;
  for (const KeyElement& e : key) parts.push_back({e.attribute, std::nullopt, e.role, {}});
  return parts;
}

Status CheckDefined(const TableDefinition& d) {
  const auto defined = [&](const KeyElement& e) {
    return std::any_of(d.attributes.begin(), d.attributes.end(),
                       [&](const AttributeDefinition& a) { return a.name == e.attribute; });
  };
  if (d.attributes.size() >= d.key.size() && std::all_of(d.key.begin(), d.key.end(), defined)) return Status::Ok();
  return Status::Validation("Invalid KeySchema: Some index key attribute have no definition");
}

Status CheckUsed(const TableDefinition& d, const std::vector<std::string>& unused) {
  if (unused.empty()) return Status::Ok();
  if (d.indexes.empty()) {
    return Status::Validation(
        fmt::format("{}Number of attributes in KeySchema does not exactly match number of "
                    "attributes defined in AttributeDefinitions",
                    kInvalid));
  }
  std::vector<std::string> all, used;
  for (const AttributeDefinition& a : d.attributes) {
    all.push_back(a.name);
    if (std::find(unused.begin(), unused.end(), a.name) == unused.end()) used.push_back(a.name);
  }
  return Status::Validation(
      fmt::format("{}Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys "
                  "used: [{}]",
                  kInvalid, fmt::join(all, ", "), fmt::join(used, ", ")));
}

}  // namespace

Status SchemaBuilder::Declare(const std::string& attribute, KeyType type, TextSpan span) {
  for (auto& [name, known] : types_) {
    if (name != attribute) continue;
    if (known == type) return Status::Ok();
    return Status::Validation(fmt::format("{} is declared with two types", name), span);
  }
  types_.emplace_back(attribute, type);
  return Status::Ok();
}

Result<KeyAttribute> SchemaBuilder::Attribute(const KeyPart& part) {
  KeyAttribute k;
  k.name = part.attribute;
  if (part.type) {
    k.type = *part.type;
    PARTON_RETURN_IF_ERROR(Declare(k.name, k.type, part.span));
  }
  used_.push_back(k.name);
  for (const auto& [name, type] : types_) {
    if (name != k.name) continue;
    k.type = type;
    return k;
  }
  if (table_ != nullptr) {
    if (std::optional<KeyType> type = table_->DeclaredType(k.name)) {
      k.type = *type;
      return k;
    }
  }
  return Status::Validation(fmt::format("{}Some index key attributes are not defined in AttributeDefinitions. Keys: "
                                        "[{}], AttributeDefinitions: [{}]",
                                        kInvalid, k.name, fmt::join(NamesOf(types_), ", ")),
                            part.span, fmt::format("declare its type: {} STRING", k.name));
}

Result<KeySchema> SchemaBuilder::GlobalKey(const std::vector<KeyPart>& parts, TextSpan span) {
  using Role = KeyElement::Role;
  KeySchema key;
  bool ranges = false;
  size_t hashes = 0;
  for (const KeyPart& part : parts) {
    const Role role = part.role ? *part.role : hashes == 0 ? Role::kHash : Role::kRange;
    if (role == Role::kHash && ranges) {
      return Status::Validation("Invalid KeySchema: All HASH key elements must come before the RANGE key elements",
                                part.span);
    }
    if (role == Role::kRange && hashes == 0) {
      return Status::Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type", part.span);
    }
    PARTON_ASSIGN_OR_RETURN(KeyAttribute attribute, Attribute(part));
    if (role == Role::kHash) {
      if (hashes++ == 0) {
        key.hash = std::move(attribute);
      } else {
        key.more_hash.push_back(std::move(attribute));
      }
    } else if (!ranges) {
      ranges = true;
      key.range = std::move(attribute);
    } else {
      key.more_range.push_back(std::move(attribute));
    }
  }
  for (const size_t more : {key.more_hash.size(), key.more_range.size()}) {
    if (more < KeySchema::kMaxKeyParts) continue;
    return Status::Validation(
        fmt::format("{}The partition key and the sort key of a global secondary index have at most {} attributes each",
                    kInvalid, KeySchema::kMaxKeyParts),
        span);
  }
  return key;
}

Result<KeySchema> SchemaBuilder::Key(const std::vector<KeyPart>& parts, TextSpan span, bool global) {
  const bool said = std::any_of(parts.begin(), parts.end(), [](const KeyPart& p) { return p.role.has_value(); });
  if (global && parts.size() > 1 && said) return GlobalKey(parts, span);
  if (parts.empty() || parts.size() > 2) {
    Status wrong = Status::Validation("a key has one or two attributes: a partition key and a sort key", span);
    if (parts.empty() || !global) return wrong;
    return std::move(wrong).WithHint("several attributes in one part stand in parentheses: ((a, b), (c, d))");
  }
  if (parts[0].role == KeyElement::Role::kRange) {
    return Status::Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type", parts[0].span);
  }
  if (parts.size() > 1 && parts[1].role == KeyElement::Role::kHash) {
    return Status::Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type", parts[1].span);
  }
  KeySchema key;
  PARTON_ASSIGN_OR_RETURN(key.hash, Attribute(parts[0]));
  if (parts.size() > 1) {
    PARTON_ASSIGN_OR_RETURN(KeyAttribute range, Attribute(parts[1]));
    key.range = std::move(range);
  }
  return key;
}

std::vector<std::string> SchemaBuilder::Unused() const {
  std::vector<std::string> out;
  for (const auto& [name, type] : types_) {
    if (std::find(used_.begin(), used_.end(), name) == used_.end()) out.push_back(name);
  }
  return out;
}

Result<IndexSchema> MakeIndexSchema(const IndexDefinition& d, const TableSchema& table, SchemaBuilder* builder) {
  IndexSchema index;
  index.name = d.name;
  index.kind = d.kind;
  index.projection = d.projection;
  index.include = d.include;
  PARTON_ASSIGN_OR_RETURN(index.key, builder->Key(PartsOf(d.key), {}, d.kind == IndexKind::kGlobal));
  index.provisioned = d.provisioned;
  index.maximum = d.maximum;
  index.warm = d.warm;
  if (!index.provisioned) InheritThroughput(table, &index);
  if (index.provisioned && !table.provisioned && index.kind == IndexKind::kGlobal) {
    return Status::Validation(
        fmt::format("{}ProvisionedThroughput should not be specified for index: {} when "
                    "BillingMode is PAY_PER_REQUEST",
                    kInvalid, index.name));
  }
  return index;
}

Result<TableSchema> MakeSchema(const TableDefinition& d) {
  PARTON_RETURN_IF_ERROR(CheckDefined(d));
  TableSchema schema;
  SchemaBuilder builder(nullptr);
  for (const AttributeDefinition& a : d.attributes) PARTON_RETURN_IF_ERROR(builder.Declare(a.name, a.type, {}));
  schema.name = d.name;
  PARTON_ASSIGN_OR_RETURN(schema.key, builder.Key(PartsOf(d.key), {}));
  schema.provisioned = d.provisioned;
  schema.maximum = d.maximum;
  schema.warm = d.warm;
  for (const IndexDefinition& i : d.indexes) {
    PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndexSchema(i, schema, &builder));
    schema.indexes.push_back(std::move(index));
  }
  schema.stream = d.stream;
  schema.ttl_attribute = d.ttl_attribute;
  schema.deletion_protection = d.deletion_protection;
  schema.table_class = d.table_class;
  schema.encryption = d.encryption;
  schema.tags = d.tags;
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema, true));
  PARTON_RETURN_IF_ERROR(CheckUsed(d, builder.Unused()));
  return schema;
}

void InheritThroughput(const TableSchema& table, IndexSchema* index) {
  if (index->kind == IndexKind::kGlobal) index->provisioned = table.provisioned;
}

void FollowBilling(const std::optional<Throughput>& before, TableSchema* schema) {
  if (before.has_value() == schema->provisioned.has_value()) return;
  for (IndexSchema& index : schema->indexes) {
    if (index.kind != IndexKind::kGlobal) continue;
    if (!schema->provisioned) {
      index.provisioned.reset();
    } else if (!index.provisioned) {
      InheritThroughput(*schema, &index);
    }
  }
}

Status CheckStreamSwitch(const TableSchema& schema, StreamView wanted) {
  const bool was = schema.stream != StreamView::kOff, on = wanted != StreamView::kOff;
  if (was && on) {
    return Status(StatusCode::kInUse, fmt::format("Table already has an enabled stream: TableName: {}", schema.name))
        .WithHint("SET STREAM DISABLED first, or SET (stream = ...)");
  }
  if (!was && !on) {
    return Status::Validation(fmt::format("Table is already without a stream: TableName: {}", schema.name));
  }
  return Status::Ok();
}

Status CheckExpirySwitch(const TableSchema& schema, bool on, const std::string& attribute) {
  const bool was = !schema.ttl_attribute.empty();
  if (!was && !on) return Status::Validation("TimeToLive is already disabled");
  if (!was) return Status::Ok();
  if (!attribute.empty() && attribute != schema.ttl_attribute) {
    return Status::Validation(fmt::format(
        "TimeToLive is active on a different AttributeName: current AttributeName is {}", schema.ttl_attribute));
  }
  return on ? Status::Validation("TimeToLive is already enabled") : Status::Ok();
}

}  // namespace parton
