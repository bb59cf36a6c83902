#include "types/schema/schema.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "types/text/unicode.h"
#include "types/value/value_print.h"

namespace parton {

namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr size_t kMaxName = 255;
constexpr size_t kMaxKeyName = 255;
constexpr size_t kMaxGlobalIndexes = 20;
constexpr size_t kMaxLocalIndexes = 5;
constexpr size_t kMaxIncluded = 20;
constexpr size_t kMaxIncludedInAll = 100;
constexpr size_t kMaxTags = 50;
constexpr size_t kMaxTagKey = 128;
constexpr size_t kMaxTagValue = 256;
constexpr std::string_view kNamePattern = "[a-zA-Z0-9_.-]+";

constexpr StreamView kStreamViews[] = {StreamView::kOff, StreamView::kKeysOnly, StreamView::kNewImage,
                                       StreamView::kOldImage, StreamView::kBothImages};

Status Constraint(std::string_view value, std::string_view member, std::string_view must) {
  return Status::Validation(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must {}",
                  value, member, must));
}

Status CheckName(std::string_view name, std::string_view member, size_t min) {
  if (name.size() < min) {
    return Constraint(name, member, fmt::format("have length greater than or equal to {}", min));
  }
  if (name.size() > kMaxName) {
    return Constraint(name, member, fmt::format("have length less than or equal to {}", kMaxName));
  }
  for (char c : name) {
    bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!fits) {
      return Constraint(name, member, fmt::format("satisfy regular expression pattern: {}", kNamePattern));
    }
  }
  return Status::Ok();
}

Status CheckKeyAttribute(const TableSchema& schema, const KeyAttribute& part) {
  if (part.name.empty()) {
    return Constraint(part.name, "keySchema.attributeName", "have length greater than or equal to 1");
  }
  if (part.name.size() > kMaxKeyName) {
    return Constraint(part.name, "keySchema.attributeName",
                      fmt::format("have length less than or equal to {}", kMaxKeyName));
  }
  if (schema.DeclaredType(part.name) != part.type) {
    return Status::Validation(fmt::format("{}Attribute {} is declared with more than one type", kInvalid, part.name));
  }
  return Status::Ok();
}

Status CheckKey(const TableSchema& schema, const KeySchema& key) {
  if (key.range && key.range->name == key.hash.name) {
    return Status::Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  std::set<std::string_view> names;
  for (size_t i = 0; i < key.parts(); ++i) {
    PARTON_RETURN_IF_ERROR(CheckKeyAttribute(schema, key.part(i)));
    if (names.insert(key.part(i).name).second) continue;
    return Status::Validation(
        fmt::format("{}The attribute {} is in the KeySchema more than once", kInvalid, key.part(i).name));
  }
  return Status::Ok();
}

// Only the key of a global index may have several attributes in a part.
Status CheckParts(const KeySchema& key, std::string_view of) {
  if (!key.multi()) return Status::Ok();
  return Status::Validation(
      fmt::format("{}Only a global secondary index may have more than one attribute in the partition or sort key: {}",
                  kInvalid, of));
}

Status CheckPartCounts(const IndexSchema& index) {
  for (const size_t more : {index.key.more_hash.size(), index.key.more_range.size()}) {
    if (more < KeySchema::kMaxKeyParts) continue;
    return Status::Validation(
        fmt::format("{}The partition key and the sort key of an index have at most {} attributes each: {}", kInvalid,
                    KeySchema::kMaxKeyParts, index.name));
  }
  return Status::Ok();
}

Status CheckTags(const Tags& tags) {
  if (tags.size() > kMaxTags) {
    return Status::Validation(fmt::format("{}Too many tags: a table has at most {}", kInvalid, kMaxTags));
  }
  for (const auto& [key, value] : tags) {
    if (key.empty()) return Constraint(key, "tags.member.key", "have length greater than or equal to 1");
    if (CodePointCount(key) > kMaxTagKey) {
      return Constraint(key, "tags.member.key", fmt::format("have length less than or equal to {}", kMaxTagKey));
    }
    if (CodePointCount(value) > kMaxTagValue) {
      return Constraint(value, "tags.member.value", fmt::format("have length less than or equal to {}", kMaxTagValue));
    }
  }
  return Status::Ok();
}

Status CheckThroughput(const std::optional<Throughput>& t) {
  if (!t || (t->read >= 1 && t->write >= 1)) return Status::Ok();
  return Status::Validation(
      fmt::format("{}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode "
                  "is PROVISIONED",
                  kInvalid));
}

Status CheckLocalIndex(const TableSchema& schema, const IndexSchema& index) {
  if (!schema.key.range) {
    return Status::Validation(
        fmt::format("{}Table KeySchema does not have a range key, which is required when specifying a "
                    "LocalSecondaryIndex",
                    kInvalid));
  }
  if (index.key.hash.name != schema.key.hash.name) {
    return Status::Validation(
        fmt::format("{}Index KeySchema does not have the same leading hash key as table KeySchema "
                    "for index: {}. "
                    "index hash key: {}, table hash key: {}",
                    kInvalid, index.name, index.key.hash.name, schema.key.hash.name));
  }
  if (!index.key.range) {
    return Status::Validation(
        fmt::format("{}Index KeySchema does not have a range key for index: {}", kInvalid, index.name));
  }
  if (index.provisioned) {
    return Status::Validation(
        fmt::format("{}A LocalSecondaryIndex has no throughput of its own: {}", kInvalid, index.name));
  }
  return Status::Ok();
}

Status CheckProjection(const IndexSchema& index) {
  if (index.projection != Projection::kInclude) {
    if (index.include.empty()) return Status::Ok();
    return Status::Validation(fmt::format("{}ProjectionType is {}, but NonKeyAttributes is specified", kInvalid,
                                          index.projection == Projection::kAll ? "ALL" : "KEYS_ONLY"));
  }
  if (index.include.empty()) {
    return Status::Validation(
        fmt::format("{}ProjectionType is INCLUDE, but NonKeyAttributes is not specified", kInvalid));
  }
  if (index.include.size() > kMaxIncluded) {
    return Constraint(fmt::format("[{}]", fmt::join(index.include, ", ")), "projection.nonKeyAttributes",
                      fmt::format("have length less than or equal to {}", kMaxIncluded));
  }
  std::set<std::string_view> seen;
  for (const std::string& name : index.include) {
    if (name.empty() || name.size() > kMaxKeyName) {
      return Constraint(
          name, "projection.nonKeyAttributes.member",
          name.empty() ? "have length greater than or equal to 1" : "have length less than or equal to 255");
    }
    if (!seen.insert(name).second) {
      return Status::Validation(
          fmt::format("{}NonKeyAttributes of index {} has {} more than once", kInvalid, index.name, name));
    }
  }
  return Status::Ok();
}

// (a, b), or ((a, b), (c, d)) where a part has several attributes; `typed`: each with its type.
void AppendKey(const KeySchema& key, bool typed, std::string* out) {
  const auto attribute = [&](const KeyAttribute& a) {
    out->append(QuoteIdentifier(a.name));
    if (typed) out->append(" ").append(KeyTypeName(a.type));
  };
  const auto part = [&](const KeyAttribute& first, const std::vector<KeyAttribute>& more) {
    if (!more.empty()) out->append("(");
    attribute(first);
    for (const KeyAttribute& a : more) {
      out->append(", ");
      attribute(a);
    }
    if (!more.empty()) out->append(")");
  };
  out->append("(");
  part(key.hash, key.more_hash);
  if (key.range) {
    out->append(", ");
    part(*key.range, key.more_range);
  }
  out->append(")");
}

void AppendIndexOptions(const IndexSchema& index, std::string* out) {
  switch (index.projection) {
    case Projection::kAll: out->append(" PROJECT ALL"); break;
    case Projection::kKeysOnly: out->append(" PROJECT KEYS ONLY"); break;
    case Projection::kInclude:
      out->append(" PROJECT INCLUDE (");
      for (size_t i = 0; i < index.include.size(); ++i) {
        if (i != 0) out->append(", ");
        out->append(QuoteIdentifier(index.include[i]));
      }
      out->append(")");
      break;
  }
  if (index.provisioned) {
    out->append(
        fmt::format(" BILLING MODE PROVISIONED ({} RCU, {} WCU)", index.provisioned->read, index.provisioned->write));
  }
  if (!index.maximum && !index.warm) return;
  std::vector<std::string> options;
  if (index.maximum) options.push_back(fmt::format("maximum_throughput = '{}'", ThroughputText(*index.maximum)));
  if (index.warm) options.push_back(fmt::format("warm_throughput = '{}'", ThroughputText(*index.warm)));
  out->append(fmt::format(" WITH ({})", fmt::join(options, ", ")));
}

void AppendIndex(const IndexSchema& index, std::string* out) {
  out->append(index.kind == IndexKind::kGlobal ? "GLOBAL INDEX " : "LOCAL INDEX ");
  out->append(QuoteIdentifier(index.name)).append(" ");
  AppendKey(index.key, false, out);
  AppendIndexOptions(index, out);
}

// The table has items that the index leaves out, which it took before there was the index.
bool IsMadeLater(const IndexSchema& index) { return index.kind == IndexKind::kGlobal && !index.complete; }

void AppendCreateIndex(const TableSchema& schema, const IndexSchema& index, std::string* out) {
  out->append("CREATE INDEX ").append(QuoteIdentifier(index.name)).append(" ON ");
  out->append(QuoteIdentifier(schema.name)).append(" ");
  AppendKey(index.key, true, out);
  AppendIndexOptions(index, out);
}

// Option values in lower case, with blanks for underscores: 'KEYS_ONLY' is 'keys only'.
std::string Folded(const Value& v) {
  std::string text = v.is_text() ? ToLower(v.bytes()) : std::string();
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

Status BadValue(std::string_view name, const Value& value, std::string_view takes) {
  return Status::Validation(fmt::format("Option {} does not take {}; it takes {}", name, value.ToLiteral(), takes));
}

std::optional<bool> AsSwitch(const Value& v) {
  if (v.is_bool()) return v.bool_value();
  std::string text = Folded(v);
  if (text == "true" || text == "on" || text == "enabled") return true;
  if (text == "false" || text == "off" || text == "disabled") return false;
  return std::nullopt;
}

Status SetCapacity(std::string_view name, const Value& value, std::optional<Throughput>* provisioned) {
  if (!value.is_small_int() || value.int_value() < 1) {
    return BadValue(name, value, "a whole number from 1 up");
  }
  if (!*provisioned) *provisioned = Throughput{1, 1};
  (name == "read_capacity" ? (*provisioned)->read : (*provisioned)->write) = value.int_value();
  return Status::Ok();
}

Status SetBilling(std::string_view name, const Value& value, std::optional<Throughput>* provisioned) {
  std::string mode = Folded(value);
  if (mode == "on demand" || mode == "pay per request") {
    provisioned->reset();
  } else if (mode == "provisioned") {
    if (!*provisioned) *provisioned = Throughput{1, 1};
  } else {
    return BadValue(name, value, "'on demand' or 'provisioned'");
  }
  return Status::Ok();
}

Status SetThroughput(std::string_view name, const Value& value, std::optional<Throughput>* out) {
  std::optional<Throughput> units = value.is_text() ? ParseThroughput(value.bytes()) : std::nullopt;
  if (!units) return BadValue(name, value, "units: 'n RCU, m WCU'");
  *out = units;
  return Status::Ok();
}

Status SetTableClass(std::string_view name, const Value& value, TableSchema* schema) {
  const std::string wanted = Folded(value);
  if (wanted == "standard") {
    schema->table_class = TableClass::kStandard;
  } else if (wanted == "standard infrequent access") {
    schema->table_class = TableClass::kInfrequentAccess;
  } else {
    return BadValue(name, value, "'standard' or 'standard infrequent access'");
  }
  return Status::Ok();
}

// What an option of the schema's own is called in WITH (...), in the order of their names.
std::map<std::string, std::string> TextOptions(const TableSchema& schema) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : schema.options) {
    if (!name.starts_with('.')) out[name] = value;  // Parton's own
  }
  if (schema.deletion_protection) out["deletion_protection"] = "true";
  if (schema.maximum) out["maximum_throughput"] = ThroughputText(*schema.maximum);
  if (schema.warm) out["warm_throughput"] = ThroughputText(*schema.warm);
  if (schema.point_in_time) out["pitr"] = "enabled";
  if (schema.table_class) out["table_class"] = TableClassName(*schema.table_class);
  if (schema.encryption) out["sse"] = EncryptionText(*schema.encryption);
  for (const auto& [name, value] : schema.tags) out["tag:" + name] = value;
  return out;
}

Status SetStream(std::string_view name, const Value& value, TableSchema* schema) {
  std::string wanted = Folded(value);
  if (wanted == "disabled" || (value.is_bool() && !value.bool_value())) wanted = "off";
  if (wanted == "new and old images") wanted = "both images";
  for (StreamView view : kStreamViews) {
    if (ToLower(StreamViewName(view)) == wanted) {
      schema->stream = view;
      return Status::Ok();
    }
  }
  return BadValue(name, value, "'off', 'keys only', 'new image', 'old image' or 'both images'");
}

}  // namespace

std::string_view KeyTypeCode(KeyType type) {
  return type == KeyType::kString ? "S" : type == KeyType::kNumber ? "N" : "B";
}

std::string_view KeyTypeName(KeyType type) {
  return type == KeyType::kString ? "STRING" : type == KeyType::kNumber ? "NUMBER" : "BINARY";
}

std::string_view StreamViewName(StreamView view) {
  switch (view) {
    case StreamView::kOff: return "OFF";
    case StreamView::kKeysOnly: return "KEYS ONLY";
    case StreamView::kNewImage: return "NEW IMAGE";
    case StreamView::kOldImage: return "OLD IMAGE";
    case StreamView::kBothImages: return "BOTH IMAGES";
  }
  return "OFF";
}

std::string_view TableClassName(TableClass c) {
  return c == TableClass::kStandard ? "STANDARD" : "STANDARD_INFREQUENT_ACCESS";
}

std::string ThroughputText(const Throughput& t) { return fmt::format("{} RCU, {} WCU", t.read, t.write); }

std::optional<Throughput> ParseThroughput(std::string_view text) {
  static const re2::RE2 kUnits("\\s*(-?\\d{1,18}) RCU, (-?\\d{1,18}) WCU\\s*");
  Throughput t;
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kUnits, &t.read, &t.write)) return std::nullopt;
  return t;
}

std::string EncryptionText(const Encryption& e) {
  if (!e.enabled) return "DISABLED";
  std::string text;
  if (!e.key.empty()) {
    text = "KEYID ";
    AppendQuoted(e.key, '\'', &text);
    text += ' ';
  }
  return text + (e.type.empty() ? "KMS" : e.type);
}

// As SSE (...) has them: KEYID 'key' KMS, KEYID key KMS, KMS 'key', AES256. Other words say nothing more.
Encryption ParseEncryption(std::string_view text) {
  Encryption e;
  e.enabled = !text.empty() && ToLower(text) != "disabled";
  if (!e.enabled) return e;
  e.type = "KMS";
  constexpr std::string_view kBlank = " \n\r\t";
  bool is_key = false;  // the next word
  for (size_t at = text.find_first_not_of(kBlank); at < text.size(); at = text.find_first_not_of(kBlank, at)) {
    const bool quoted = text[at] == '\'' || text[at] == '"';
    const size_t end = std::min(quoted ? text.find(text[at], at + 1) : text.find_first_of(kBlank, at), text.size());
    const std::string_view word = quoted ? text.substr(at + 1, end - at - 1) : text.substr(at, end - at);
    const std::string folded = quoted ? std::string() : ToLower(word);
    if (quoted || is_key) e.key = word;
    if (folded == "aes256") e.type = "AES256";
    is_key = folded == "keyid";
    at = std::min(end + (quoted ? 1 : 0), text.size());
  }
  return e;
}

std::string_view StreamViewType(StreamView view) {
  switch (view) {
    case StreamView::kOff: return "";
    case StreamView::kKeysOnly: return "KEYS_ONLY";
    case StreamView::kNewImage: return "NEW_IMAGE";
    case StreamView::kOldImage: return "OLD_IMAGE";
    case StreamView::kBothImages: return "NEW_AND_OLD_IMAGES";
  }
  return "";
}

bool MatchesKeyType(const Value& v, KeyType type) {
  switch (type) {
    case KeyType::kString: return v.is_text();
    case KeyType::kNumber: return v.is_exact();
    case KeyType::kBinary: return v.type() == Type::kBlob;
  }
  return false;
}

bool IndexSchema::Covers(std::string_view attribute, const KeySchema& table) const {
  return projection == Projection::kAll || key.Has(attribute) || table.Has(attribute) ||
         std::find(include.begin(), include.end(), attribute) != include.end();
}

const IndexSchema* TableSchema::FindIndex(std::string_view wanted) const {
  for (const IndexSchema& index : indexes) {
    if (index.name == wanted) return &index;
  }
  return nullptr;
}

std::optional<KeyType> TableSchema::DeclaredType(std::string_view attribute) const {
  auto in_key = [&](const KeySchema& k) -> std::optional<KeyType> {
    const size_t at = k.Find(attribute);
    return at < k.parts() ? std::optional(k.part(at).type) : std::nullopt;
  };
  if (auto type = in_key(key)) return type;
  for (const IndexSchema& index : indexes) {
    if (auto type = in_key(index.key)) return type;
  }
  return std::nullopt;
}

Status ValidateTableSchema(const TableSchema& schema, bool short_names_are_errors) {
  const size_t min = short_names_are_errors ? 3 : 1;
  PARTON_RETURN_IF_ERROR(CheckName(schema.name, "tableName", min));
  PARTON_RETURN_IF_ERROR(CheckKey(schema, schema.key));
  PARTON_RETURN_IF_ERROR(CheckParts(schema.key, schema.name));
  PARTON_RETURN_IF_ERROR(CheckThroughput(schema.provisioned));
  std::set<std::string_view> names;
  size_t global = 0, local = 0, included = 0;
  for (const IndexSchema& index : schema.indexes) {
    PARTON_RETURN_IF_ERROR(CheckName(index.name, "indexName", min));
    if (!names.insert(index.name).second) {
      return Status::Validation(fmt::format("{}Duplicate index name: {}", kInvalid, index.name));
    }
    PARTON_RETURN_IF_ERROR(CheckKey(schema, index.key));
    if (index.kind == IndexKind::kLocal) {
      ++local;
      PARTON_RETURN_IF_ERROR(CheckLocalIndex(schema, index));
      PARTON_RETURN_IF_ERROR(CheckParts(index.key, index.name));
    } else {
      ++global;
      PARTON_RETURN_IF_ERROR(CheckThroughput(index.provisioned));
      PARTON_RETURN_IF_ERROR(CheckPartCounts(index));
    }
    PARTON_RETURN_IF_ERROR(CheckProjection(index));
    included += index.include.size();
  }
  if (local > kMaxLocalIndexes) {
    return Status::Validation(
        fmt::format("{}Number of LocalSecondaryIndexes exceeds per-table limit of {}", kInvalid, kMaxLocalIndexes));
  }
  if (global > kMaxGlobalIndexes) {
    return Status::Validation(
        fmt::format("{}GlobalSecondaryIndex count exceeds the per-table limit of {}", kInvalid, kMaxGlobalIndexes));
  }
  if (included > kMaxIncludedInAll) {
    return Status::Validation(fmt::format(
        "{}Number of NonKeyAttributes of all indexes exceeds the per-table limit of {}", kInvalid, kMaxIncludedInAll));
  }
  PARTON_RETURN_IF_ERROR(CheckTags(schema.tags));
  if (schema.ttl_attribute.size() > kMaxKeyName) {
    return Constraint(schema.ttl_attribute, "timeToLiveSpecification.attributeName",
                      "have length less than or equal to 255");
  }
  return Status::Ok();
}

// Behind it, after ";\n", come CREATE INDEX statements for indexes that leave out items the table has: they can only be
// made when the items are there.
std::string ToCreateStatement(const TableSchema& schema) {
  std::string out = "CREATE TABLE " + QuoteIdentifier(schema.name) + " (\n";
  std::set<std::string_view> declared;
  auto declare = [&](const KeyAttribute& part) {
    if (!declared.insert(part.name).second) return;
    out.append("  ").append(QuoteIdentifier(part.name)).append(" ");
    out.append(KeyTypeName(part.type)).append(",\n");
  };
  auto declare_key = [&](const KeySchema& key) {
    for (size_t i = 0; i < key.parts(); ++i) declare(key.part(i));
  };
  declare_key(schema.key);
  for (const IndexSchema& index : schema.indexes) {
    if (!IsMadeLater(index)) declare_key(index.key);
  }
  out.append("  PRIMARY KEY ");
  AppendKey(schema.key, false, &out);
  for (const IndexSchema& index : schema.indexes) {
    if (IsMadeLater(index)) continue;
    out.append(",\n  ");
    AppendIndex(index, &out);
  }
  out.append("\n)");

  std::vector<std::string> options;
  if (schema.provisioned) {
    options.push_back("billing = 'provisioned'");
    options.push_back(fmt::format("read_capacity = {}", schema.provisioned->read));
    options.push_back(fmt::format("write_capacity = {}", schema.provisioned->write));
  }
  if (schema.stream != StreamView::kOff) {
    options.push_back(fmt::format("stream = '{}'", ToLower(StreamViewName(schema.stream))));
  }
  if (!schema.ttl_attribute.empty()) {
    std::string quoted;
    AppendQuoted(schema.ttl_attribute, '\'', &quoted);
    options.push_back("ttl = " + quoted);
  }
  for (const auto& [name, value] : TextOptions(schema)) {
    std::string option;
    bool plain = !name.empty() &&
                 std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    option = plain ? name : QuoteIdentifier(name);
    option.append(" = ");
    AppendQuoted(value, '\'', &option);
    options.push_back(std::move(option));
  }
  if (!options.empty()) out.append(fmt::format(" WITH ({})", fmt::join(options, ", ")));
  for (const IndexSchema& index : schema.indexes) {
    if (!IsMadeLater(index)) continue;
    out.append(";\n");
    AppendCreateIndex(schema, index, &out);
  }
  return out;
}

Status ApplyTableOption(std::string_view name, const Value& value, TableSchema* schema) {
  std::string key = ToLower(name);
  if (key == "billing" || key == "billing_mode") return SetBilling(key, value, &schema->provisioned);
  if (key == "read_capacity" || key == "write_capacity") return SetCapacity(key, value, &schema->provisioned);
  if (key == "stream") return SetStream(key, value, schema);
  if (key == "ttl") {
    std::string folded = Folded(value);
    bool off = (value.is_bool() && !value.bool_value()) || folded == "off";
    if (!off && !value.is_text()) return BadValue(key, value, "the name of an attribute");
    schema->ttl_attribute = off ? std::string() : std::string(value.bytes());
    return Status::Ok();
  }
  if (key == "deletion_protection") {
    std::optional<bool> on = AsSwitch(value);
    if (!on) return BadValue(key, value, "true or false");
    schema->deletion_protection = *on;
    return Status::Ok();
  }
  if (key == "pitr") {
    std::optional<bool> on = AsSwitch(value);
    if (!on) return BadValue(key, value, "true or false");
    if (!*on) {
      schema->point_in_time.reset();
    } else if (!schema->point_in_time) {
      schema->point_in_time.emplace();
    }
    return Status::Ok();
  }
  if (key == "maximum_throughput") return SetThroughput(key, value, &schema->maximum);
  if (key == "warm_throughput") return SetThroughput(key, value, &schema->warm);
  if (key == "table_class") return SetTableClass(key, value, schema);
  const std::string text = value.is_text() ? std::string(value.bytes()) : value.ToLiteral();
  if (key == "sse") {
    schema->encryption = ParseEncryption(text);
    return Status::Ok();
  }
  if (key.starts_with("tag:")) {
    schema->tags[std::string(name.substr(4))] = text;
    return Status::Ok();
  }
  if (key == "tags" || key.starts_with("index:")) {
    schema->options[key == "tags" ? key : std::string(name)] = text;
    return Status::Ok();
  }
  return Status::Validation(fmt::format("There is no table option {}", name), {},
                            "Options are billing, read_capacity, write_capacity, stream, ttl, "
                            "deletion_protection, table_class, sse, pitr, warm_throughput, tags");
}

Status ApplyIndexOption(std::string_view name, const Value& value, IndexSchema* index) {
  const std::string key = ToLower(name);
  if (index->kind == IndexKind::kLocal) {
    return Status::Validation("A local index has no options: it uses its table's throughput");
  }
  if (key == "billing" || key == "billing_mode") return SetBilling(key, value, &index->provisioned);
  if (key == "read_capacity" || key == "write_capacity") return SetCapacity(key, value, &index->provisioned);
  if (key == "maximum_throughput") return SetThroughput(key, value, &index->maximum);
  if (key == "warm_throughput") return SetThroughput(key, value, &index->warm);
  return Status::Validation(fmt::format("There is no index option {}", name), {},
                            "Options are billing, read_capacity, write_capacity, maximum_throughput, warm_throughput");
}

void AdoptTextOptions(TableSchema* schema) {
  std::erase_if(schema->options, [&](const auto& option) {
    const auto& [name, text] = option;
    std::string_view key = name;
    if (!key.starts_with("index:")) {
      const bool own = key == "deletion_protection" || key == "pitr" || key == "maximum_throughput" ||
                       key == "warm_throughput" || key == "table_class" || key == "sse" || key.starts_with("tag:");
      return own && ApplyTableOption(key, Value::String(text), schema).ok();
    }
    const size_t end = key.rfind(':');
    const std::string_view index_name = key.substr(6, end < 6 ? 0 : end - 6);
    for (IndexSchema& index : schema->indexes) {
      if (index.name != index_name) continue;
      return ApplyIndexOption(key.substr(end + 1), Value::String(text), &index).ok();
    }
    return false;
  });
}

}  // namespace parton
