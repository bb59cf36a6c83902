#include "storage/local/bytes/key_codec.h"

#include <cstring>

#include "storage/local/bytes/number_key.h"

namespace parton {

namespace {

constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xff';
constexpr char kTerminator = '\x01';

const KeyInterval kNothing{"\x01", "\x01"};

}  // namespace

void AppendEscaped(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const void* zero = std::memchr(bytes.data(), 0, bytes.size());
    if (zero == nullptr) {
      out->append(bytes);
      return;
    }
    size_t n = static_cast<const char*>(zero) - bytes.data() + 1;
    out->append(bytes.data(), n);
    out->push_back(kEscapedZero);
    bytes.remove_prefix(n);
  }
}

bool AppendComponent(KeyType type, const Value& v, std::string* out) {
  switch (type) {
    case KeyType::kString:
      if (!v.is_text()) return false;
      break;
    case KeyType::kBinary:
      if (v.type() != Type::kBlob) return false;
      break;
    case KeyType::kNumber:
      if (!v.is_exact()) return false;
      if (v.is_small_int()) {
        AppendIntegerKey(v.int_value(), out);
      } else {
        AppendNumberKey(v.number(), out);
      }
      return true;
  }
  AppendEscaped(v.bytes(), out);
  out->push_back(kEscape);
  out->push_back(kTerminator);
  return true;
}

namespace {

// Walks an escaped string; `fn(run)` gets its pieces.
template <typename Fn>
bool WalkEscaped(std::string_view* in, Fn fn) {
  while (true) {
    const void* zero = in->empty() ? nullptr : std::memchr(in->data(), 0, in->size());
    if (zero == nullptr) return false;
    size_t n = static_cast<const char*>(zero) - in->data();
    if (n + 1 >= in->size()) return false;
    char mark = (*in)[n + 1];
    if (mark != kTerminator && mark != kEscapedZero) return false;
    fn(in->substr(0, mark == kTerminator ? n : n + 1));
    in->remove_prefix(n + 2);
    if (mark == kTerminator) return true;
  }
}

}  // namespace

bool ReadComponent(KeyType type, std::string_view* in, Value* out) {
  if (type == KeyType::kNumber) {
    Number n;
    if (!ParseNumberKey(in, &n)) return false;
    *out = Value::FromStored(n);
    return true;
  }
  std::string bytes;
  if (!WalkEscaped(in, [&](std::string_view run) { bytes.append(run); })) return false;
  *out = type == KeyType::kString ? Value::String(bytes) : Value::Blob(bytes);
  return true;
}

bool SkipComponent(KeyType type, std::string_view* in) {
  if (type == KeyType::kNumber) return SkipNumberKey(in);
  return WalkEscaped(in, [](std::string_view) {});
}

std::string PrefixSuccessor(std::string prefix) {
  while (!prefix.empty()) {
    if (prefix.back() != '\xff') {
      prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

bool AppendKey(const KeySchema& schema, const Key& key, std::string* out) {
  if (!AppendComponent(schema.hash.type, key.hash, out)) return false;
  return !schema.range || AppendComponent(schema.range->type, key.range, out);
}

bool ReadKey(const KeySchema& schema, std::string_view* in, Key* out) {
  if (!ReadComponent(schema.hash.type, in, &out->hash)) return false;
  out->range = Value::Missing();
  return !schema.range || ReadComponent(schema.range->type, in, &out->range);
}

std::string KeyComponentsText(const KeySchema& schema, std::string_view in) {
  std::string text = "(";
  for (size_t i = 0; i < schema.parts(); ++i) {
    Value v;
    if (!ReadComponent(schema.part(i).type, &in, &v)) return "";
    if (i != 0) text += ", ";
    text += v.ToLiteral();
  }
  return text + ")";
}

bool ItemKey(const TableSchema& table, const Key& key, std::string* out) {
  out->clear();
  out->push_back(static_cast<char>(KeySpace::kItem));
  AppendU32(table.id, out);
  return AppendKey(table.key, key, out);
}

namespace {

// The types of the components from the bounded one on: of the source's key, then of the table's.
std::vector<KeyType> ComponentTypes(const TableSchema& table, const IndexSchema* index, bool with_hash) {
  std::vector<KeyType> types;
  for (const KeySchema* key : {index != nullptr ? &index->key : nullptr, &table.key}) {
    if (key == nullptr) continue;
    for (size_t i = 0; i < key->parts(); ++i) types.push_back(key->part(i).type);
  }
  if (!with_hash) types.erase(types.begin());
  return types;
}

bool AppendBound(const std::vector<KeyType>& types, const KeyBound& bound, std::string* out) {
  if (bound.more.size() >= types.size() || !AppendComponent(types[0], bound.value, out)) return false;
  for (size_t i = 0; i < bound.more.size(); ++i) {
    if (!AppendComponent(types[i + 1], bound.more[i], out)) return false;
  }
  return true;
}

}  // namespace

KeyInterval RangeInterval(const TableSchema& table, const IndexSchema* index, const KeyRange& range) {
  const KeySchema& schema = index != nullptr ? index->key : table.key;
  std::string base = index != nullptr ? IdPrefix(KeySpace::kEntry, index->id) : IdPrefix(KeySpace::kItem, table.id);
  const KeyAttribute* bounded = &schema.hash;
  if (range.hash) {
    if (!AppendComponent(schema.hash.type, *range.hash, &base)) return kNothing;
    bounded = schema.parts() > 1 ? &schema.part(1) : nullptr;
  }
  KeyInterval out{base, PrefixSuccessor(base)};
  if (!range.low && !range.high && !range.prefix) return out;
  // Behind an index without a sort key the table's key is bounded.
  const std::vector<KeyType> types = ComponentTypes(table, index, !range.hash);
  if (range.low) {
    std::string low = base;
    if (!AppendBound(types, *range.low, &low)) return kNothing;
    out.begin = range.low->inclusive ? low : PrefixSuccessor(low);
  }
  if (range.high) {
    std::string high = base;
    if (!AppendBound(types, *range.high, &high)) return kNothing;
    out.end = range.high->inclusive ? PrefixSuccessor(high) : high;
  }
  if (range.prefix) {
    if (bounded == nullptr) return kNothing;
    bool fits = bounded->type == KeyType::kString   ? range.prefix->is_text()
                : bounded->type == KeyType::kBinary ? range.prefix->type() == Type::kBlob
                                                    : false;
    if (!fits) return kNothing;
    std::string low = base;
    AppendEscaped(range.prefix->bytes(), &low);
    std::string high = PrefixSuccessor(low);
    if (low > out.begin) out.begin = low;
    if (high < out.end) out.end = high;
  }
  if (out.begin > out.end) return kNothing;
  return out;
}

namespace {

bool AppendKeyOf(const KeySchema& schema, const Value& attributes, std::string* out) {
  for (size_t i = 0; i < schema.parts(); ++i) {
    const KeyAttribute& part = schema.part(i);
    if (!AppendComponent(part.type, attributes.Get(part.name), out)) return false;
  }
  return true;
}

void AddField(const KeyAttribute& attribute, Value v, std::vector<Field>* out) {
  for (const Field& f : *out) {
    if (f.name == attribute.name) return;
  }
  out->push_back({attribute.name, std::move(v)});
}

bool ReadFields(const KeySchema& schema, std::string_view* in, std::vector<Field>* out) {
  for (size_t i = 0; i < schema.parts(); ++i) {
    Value v;
    if (!ReadComponent(schema.part(i).type, in, &v)) return false;
    AddField(schema.part(i), std::move(v), out);
  }
  return true;
}

}  // namespace

std::string PositionOfKey(const TableSchema& table, const IndexSchema* index, const Value& attributes) {
  std::string out = index != nullptr ? IdPrefix(KeySpace::kEntry, index->id) : IdPrefix(KeySpace::kItem, table.id);
  const bool fits = attributes.is_struct() && (index == nullptr || AppendKeyOf(index->key, attributes, &out)) &&
                    AppendKeyOf(table.key, attributes, &out);
  if (!fits) out.clear();
  return out;
}

Value KeyAtPosition(const TableSchema& table, const IndexSchema* index, std::string_view position) {
  if (position.size() < kPrefixBytes) return Value::Missing();
  position.remove_prefix(kPrefixBytes);
  std::vector<Field> fields;
  if (index != nullptr && !ReadFields(index->key, &position, &fields)) return Value::Missing();
  if (!ReadFields(table.key, &position, &fields) || !position.empty()) return Value::Missing();
  return Value::Struct(std::move(fields));
}

uint32_t HashSegment(const KeySchema& schema, std::string_view position, uint32_t segments) {
  if (segments <= 1 || position.size() < kPrefixBytes) return 0;
  position.remove_prefix(kPrefixBytes);
  std::string_view rest = position;
  for (size_t i = 0; i < schema.hash_parts(); ++i) {
    if (!SkipComponent(schema.part(i).type, &rest)) return 0;
  }
  // FNV-1a, and a last mix, as its high bits are weak.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : position.substr(0, position.size() - rest.size())) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  return static_cast<uint32_t>((hash >> 32) * segments >> 32);
}

}  // namespace parton
