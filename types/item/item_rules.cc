#include "types/item/item_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "types/item/item_codec.h"
#include "types/item/varint.h"
#include "types/number/number_codec.h"
#include "types/number/number_digits.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

// Where a value stands, built only when an error needs it.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;  // used if index < 0
  int64_t index = -1;

  std::string ToString() const {
    std::string text = parent == nullptr ? std::string() : parent->ToString();
    if (index >= 0) return text + fmt::format("[{}]", index);
    if (!text.empty()) text.push_back('.');
    return text.append(name);
  }
};

Status Unstorable(const Place& place, std::string_view what) {
  std::string path = place.ToString();
  return Status::Validation(path.empty() ? fmt::format("A table cannot store {}", what)
                                         : fmt::format("A table cannot store {} (attribute {})", what, path));
}

Status AtPlace(Status status, const Place& place) {
  std::string path = place.ToString();
  if (path.empty()) return status;
  return std::move(status).WithHint("attribute " + path);
}

Status CheckName(std::string_view name, const Place& place) {
  if (name.empty()) {
    return AtPlace(Status::Validation(std::string(kInvalid) + "Empty attribute name"), place);
  }
  if (name.size() > kMaxAttributeNameBytes) {
    return AtPlace(Status::Validation(fmt::format("{}Attribute name is too large, must be at most {} bytes", kInvalid,
                                                  kMaxAttributeNameBytes)),
                   place);
  }
  if (!IsValidUtf8(name)) return Unstorable(place, "an attribute name that is not UTF-8");
  return Status::Ok();
}

Result<Value> StorableNumber(const Value& v, const Place& place) {
  if (v.is_small_int()) return v;
  Number n;
  if (v.type() == Type::kFloat) {
    Result<Number> exact = Number::FromDouble(v.float_value());
    if (!exact.ok()) {
      return Unstorable(place, std::isnan(v.float_value()) ? "the FLOAT nan" : "an infinite FLOAT");
    }
    n = *exact;
  } else {
    n = v.number();
  }
  if (Status s = n.CheckDynamoRange(); !s.ok()) return AtPlace(std::move(s), place);
  return Value::FromStored(n.Normalized());
}

Result<Value> Storable(const Value& v, const Place& place, int level);

Result<std::vector<Value>> StorableElements(const Value& v, const Place& place, int level) {
  std::vector<Value> out;
  out.reserve(v.elements().size());
  for (const Value& e : v.elements()) {
    Place at{&place, {}, static_cast<int64_t>(out.size())};
    PARTON_ASSIGN_OR_RETURN(Value s, Storable(e, at, level + 1));
    out.push_back(std::move(s));
  }
  return out;
}

Result<std::vector<Field>> StorableFields(const Value& v, const Place& place, int level) {
  Value m = v.Materialize();
  std::vector<Field> out;
  out.reserve(m.fields().size());
  std::unordered_set<std::string_view> seen;
  bool few = m.fields().size() <= 16;
  for (const Field& f : m.fields()) {
    if (f.value.is_missing()) continue;
    Place at{&place, f.name};
    PARTON_RETURN_IF_ERROR(CheckName(f.name, at));
    bool twice = few ? std::any_of(out.begin(), out.end(), [&](const Field& o) { return o.name == f.name; })
                     : !seen.insert(f.name).second;
    if (twice) {
      return Status::Validation(fmt::format("{}Attribute {} appears more than once", kInvalid, at.ToString()));
    }
    PARTON_ASSIGN_OR_RETURN(Value s, Storable(f.value, at, level + 1));
    out.push_back(Field{f.name, std::move(s)});
  }
  return out;
}

// `level` counts from 1 for an attribute of the item.
Result<Value> Storable(const Value& v, const Place& place, int level) {
  if (level > kMaxItemNesting) {
    return Status::Validation(
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
        "beyond supported limit");
  }
  switch (v.type()) {
    case Type::kNull:
    case Type::kBool: return v;
    case Type::kInt:
    case Type::kDecimal:
    case Type::kFloat: return StorableNumber(v, place);
    case Type::kString:
      if (!IsValidUtf8(v.bytes())) return Unstorable(place, "a string that is not UTF-8");
      return v.Own();
    case Type::kSymbol: return Storable(Value::String(v.bytes()), place, level);
    case Type::kBlob:
    case Type::kBinarySet: return v.Own();
    case Type::kStringSet:
      for (const Value& e : v.elements()) {
        if (!IsValidUtf8(e.bytes())) return Unstorable(place, "a string that is not UTF-8");
      }
      return v;
    case Type::kNumberSet: {
      for (const Value& e : v.elements()) PARTON_RETURN_IF_ERROR(StorableNumber(e, place).status());
      return v;
    }
    case Type::kList: {
      PARTON_ASSIGN_OR_RETURN(std::vector<Value> elements, StorableElements(v, place, level));
      return Value::List(std::move(elements));
    }
    case Type::kBag: {
      PARTON_ASSIGN_OR_RETURN(std::vector<Value> elements, StorableElements(v, place, level));
      Result<Value> set = Value::Set(std::move(elements));
      if (!set.ok()) return AtPlace(std::move(set).status(), place);
      return set;
    }
    case Type::kStruct: {
      PARTON_ASSIGN_OR_RETURN(std::vector<Field> fields, StorableFields(v, place, level));
      return Value::Struct(std::move(fields));
    }
    case Type::kMissing:
    case Type::kClob:
    case Type::kDate:
    case Type::kTime:
    case Type::kTimestamp:
    case Type::kInterval:
    case Type::kSexp:
    case Type::kGraph: break;
  }
  return v.is_missing() ? Unstorable(place, "MISSING")
                        : Unstorable(place, fmt::format("a value of type {}", TypeName(v.type())));
}

std::string_view TypeText(const Value& v) {
  const std::string_view code = DynamoTypeCode(v);
  return code.empty() ? TypeName(v.type()) : code;
}

constexpr std::string_view kPutPrefix = "One or more parameter values are not valid. ";

// Emptiness and size; the type has been checked.
Status CheckKeyBytes(const Value& v, std::string_view name, bool is_hash, std::string_view empty_prefix,
                     const std::string* index) {
  if (!v.is_text() && !v.is_lob()) return Status::Ok();
  size_t size = v.bytes().size();
  if (size == 0) {
    std::string_view kind = v.is_text() ? "string" : "binary";
    if (index != nullptr) {
      return Status::Validation(
          fmt::format("{}A value specified for a secondary index key is not supported. The "
                      "AttributeValue for a "
                      "key attribute cannot contain an empty {} value. IndexName: {}, IndexKey: {}",
                      empty_prefix, kind, *index, name));
    }
    return Status::Validation(
        fmt::format("{}The AttributeValue for a key attribute cannot contain an empty {} value. Key: {}", empty_prefix,
                    kind, name));
  }
  if (is_hash && size > kMaxHashKeyBytes) {
    return Status::Validation(
        fmt::format("{}Size of hashkey has exceeded the maximum size limit of2048 bytes", kInvalid));
  }
  if (!is_hash && size > kMaxRangeKeyBytes) {
    return Status::Validation(
        fmt::format("{}Aggregated size of all range keys has exceeded the size limit of 1024 bytes", kInvalid));
  }
  return Status::Ok();
}

Result<Value> ExtractPart(const KeyAttribute& part, bool is_hash, const Value& item) {
  Value v = item.GetBorrowed(part.name);
  if (v.is_missing()) {
    return Status::Validation(fmt::format("{}Missing the key {} in the item", kInvalid, part.name));
  }
  if (part.type == KeyType::kNumber && v.type() == Type::kFloat) {
    PARTON_ASSIGN_OR_RETURN(v, StorableNumber(v, Place{}));  // 1e3 in a statement is a FLOAT
  }
  if (!MatchesKeyType(v, part.type)) {
    return Status::Validation(fmt::format("{}Type mismatch for key {} expected: {} actual: {}", kInvalid, part.name,
                                          KeyTypeCode(part.type), TypeText(v)));
  }
  PARTON_RETURN_IF_ERROR(CheckKeyBytes(v, part.name, is_hash, kPutPrefix, nullptr));
  return v;
}

Status CheckIndexPart(const KeyAttribute& part, bool is_hash, const IndexSchema& index, const Value& item) {
  Value v = item.GetBorrowed(part.name);
  if (v.is_missing()) return Status::Ok();
  if (!MatchesKeyType(v, part.type)) {
    return Status::Validation(fmt::format("{}Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                                          kInvalid, part.name, KeyTypeCode(part.type), TypeText(v), index.name));
  }
  return CheckKeyBytes(v, part.name, is_hash, kPutPrefix, &index.name);
}

// DynamoSize of an integer.
size_t IntegerSize(int64_t i) {
  if (i == 0) return 1;
  uint64_t rest = i < 0 ? -static_cast<uint64_t>(i) : static_cast<uint64_t>(i);
  while (rest % 10 == 0) rest /= 10;
  const size_t digits = static_cast<size_t>(digits::Count(rest));
  return 1 + (digits + 1) / 2 + (i < 0 ? 1 : 0);
}

size_t EncodedNumberSize(ItemTag tag, std::string_view payload) {
  uint64_t bits;
  if (tag == ItemTag::kInt && GetVarint(payload.data(), payload.data() + payload.size(), &bits) != nullptr) {
    return IntegerSize(UnZigZag(bits));
  }
  Number n;
  auto form = tag == ItemTag::kInt ? NumberForm::kInteger : NumberForm::kDecimal;
  return ReadNumberValue(form, &payload, &n) ? static_cast<size_t>(n.DynamoSize()) : 1;
}

// Size of the value at [p, end); malformed parts count nothing.
size_t EncodedSize(const char* p, const char* end, int depth) {
  if (p >= end || depth > 2 * kMaxItemNesting) return 0;
  auto tag = static_cast<ItemTag>(*p++);
  if (tag == ItemTag::kInt || tag == ItemTag::kNumber) {
    return EncodedNumberSize(tag, std::string_view(p, static_cast<size_t>(end - p)));
  }
  if (tag < ItemTag::kString) return 1;
  uint64_t n;
  p = GetVarint(p, end, &n);
  if (p == nullptr || n > static_cast<uint64_t>(end - p)) return 0;
  if (tag <= ItemTag::kBinary) return n;
  end = p + n;
  bool is_map = tag == ItemTag::kMap, is_list = tag == ItemTag::kList;
  size_t size = is_map || is_list ? 3 : 0;
  while (p < end) {
    if (is_map) {
      uint64_t name;
      p = GetVarint(p, end, &name);
      if (p == nullptr || name > static_cast<uint64_t>(end - p)) return size;
      p += name;
      size += name;
    }
    const char* next = SkipValue(p, end);
    if (next == nullptr) return size;
    size += EncodedSize(p, next, depth + 1) + (is_map || is_list ? 1 : 0);
    p = next;
  }
  return size;
}

}  // namespace

std::string_view DynamoTypeCode(const Value& v) {
  switch (v.type()) {
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOL";
    case Type::kInt:
    case Type::kDecimal:
    case Type::kFloat: return "N";
    case Type::kString:
    case Type::kSymbol: return "S";
    case Type::kBlob:
    case Type::kClob: return "B";
    case Type::kList:
    case Type::kSexp: return "L";
    case Type::kStringSet: return "SS";
    case Type::kNumberSet: return "NS";
    case Type::kBinarySet: return "BS";
    case Type::kStruct: return "M";
    default: return "";
  }
}

Result<Value> ToStorable(const Value& v, std::string_view path) { return Storable(v, Place{nullptr, path}, 1); }

Result<std::vector<Field>> ToStorableFields(const Value& item) { return StorableFields(item, Place{}, 0); }

Result<Value> ToStorableItem(const Value& v) {
  if (!v.is_struct()) {
    return Status::Validation(fmt::format("An item must be a STRUCT, not a value of type {}", TypeName(v.type())));
  }
  if (!v.materialized()) return v.Own();
  PARTON_ASSIGN_OR_RETURN(std::vector<Field> fields, ToStorableFields(v));
  Value item = Value::Struct(std::move(fields));
  if (ItemSize(item) > kMaxItemBytes) {
    return Status::Validation("Item size has exceeded the maximum allowed size");
  }
  return item;
}

size_t StoredSize(const Value& v) {
  switch (v.type()) {
    case Type::kInt:
    case Type::kDecimal:
      return v.is_small_int() ? IntegerSize(v.int_value()) : static_cast<size_t>(v.number().DynamoSize());
    case Type::kString:
    case Type::kSymbol:
    case Type::kBlob: return v.bytes().size();
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: {
      size_t size = 0;
      for (const Value& e : v.elements()) size += StoredSize(e);
      return size;
    }
    case Type::kList: {
      size_t size = 3;
      for (const Value& e : v.elements()) size += 1 + StoredSize(e);
      return size;
    }
    case Type::kStruct: {
      size_t size = 3;
      Value m = v.Materialize();
      for (const Field& f : m.fields()) size += f.name.size() + 1 + StoredSize(f.value);
      return size;
    }
    default: return 1;
  }
}

size_t ItemSize(const Value& item) {
  if (const internal::HeapItem* lazy = EncodedItem(item)) {
    return ItemSizeEncoded(lazy->bytes, *lazy->names);
  }
  size_t size = 0;
  for (const Field& f : item.fields()) size += f.name.size() + StoredSize(f.value);
  return size;
}

size_t ItemSizeEncoded(std::string_view bytes, const NameTable& names) {
  if (bytes.empty() || bytes[0] != kItemVersion) return 0;
  size_t size = 0;
  const char* p = bytes.data() + 1;
  const char* end = bytes.data() + bytes.size();
  while (p < end) {
    uint32_t mark;
    p = GetVarint(p, end, &mark);
    if (p == nullptr) break;
    if (mark == 0) {
      uint64_t n;
      p = GetVarint(p, end, &n);
      if (p == nullptr || n > static_cast<uint64_t>(end - p)) break;
      size += n;
      p += n;
    } else {
      if (mark > names.size()) break;
      size += names.Name(mark - 1).size();
    }
    const char* next = SkipValue(p, end);
    if (next == nullptr) break;
    size += EncodedSize(p, next, 0);
    p = next;
  }
  return size;
}

Result<Key> ExtractKey(const KeySchema& schema, const Value& item) {
  Key key;
  PARTON_ASSIGN_OR_RETURN(key.hash, ExtractPart(schema.hash, true, item));
  if (schema.range) {
    PARTON_ASSIGN_OR_RETURN(key.range, ExtractPart(*schema.range, false, item));
  }
  return key;
}

Result<Key> OwnedKey(const KeySchema& schema, const Value& item) {
  PARTON_ASSIGN_OR_RETURN(Key key, ExtractKey(schema, item));
  return Key{std::move(key.hash).Own(), std::move(key.range).Own()};
}

Result<Key> MakeStorable(const KeySchema& schema, Value* item) {
  PARTON_ASSIGN_OR_RETURN(*item, ToStorableItem(*item));
  return OwnedKey(schema, *item);
}

Status ValidateKey(const KeySchema& schema, const Key& key) {
  bool range_fits = schema.range ? MatchesKeyType(key.range, schema.range->type) : key.range.is_missing();
  if (!MatchesKeyType(key.hash, schema.hash.type) || !range_fits) {
    return Status::Validation("The provided key element does not match the schema");
  }
  PARTON_RETURN_IF_ERROR(CheckKeyBytes(key.hash, schema.hash.name, true, kInvalid, nullptr));
  if (!schema.range) return Status::Ok();
  return CheckKeyBytes(key.range, schema.range->name, false, kInvalid, nullptr);
}

Status ValidateIndexKeys(const TableSchema& schema, const Value& item) {
  for (const IndexSchema& index : schema.indexes) {
    for (size_t i = 0; i < index.key.parts(); ++i) {
      PARTON_RETURN_IF_ERROR(CheckIndexPart(index.key.part(i), i < index.key.hash_parts(), index, item));
    }
  }
  return Status::Ok();
}

}  // namespace parton
