#include "types/item/flat_item.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "types/item/item_codec.h"
#include "types/number/number_codec.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

constexpr size_t kMaxFields = 64;
// An item of fewer bytes is within DynamoDB's limit, whatever its numbers are.
constexpr size_t kSmall = 256 << 10;
constexpr size_t kLongestVarint = 10;

char* WriteVarint(uint64_t v, char* p) {
  while (v >= 0x80) {
    *p++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}

char* WriteTag(ItemTag tag, char* p) {
  *p++ = static_cast<char>(tag);
  return p;
}

char* WriteRun(ItemTag tag, std::string_view run, char* p) {
  p = WriteVarint(run.size(), WriteTag(tag, p));
  std::memcpy(p, run.data(), run.size());
  return p + run.size();
}

// `bytes`: a string's or binary's. Null: not a simple value.
char* WriteValue(const Value& v, std::string_view bytes, char* p) {
  switch (v.type()) {
    case Type::kNull: return WriteTag(ItemTag::kNull, p);
    case Type::kBool: return WriteTag(v.is_true() ? ItemTag::kTrue : ItemTag::kFalse, p);
    case Type::kInt: return v.is_small_int() ? WriteVarint(ZigZag(v.int_value()), WriteTag(ItemTag::kInt, p)) : nullptr;
    case Type::kString: return IsValidUtf8(bytes) ? WriteRun(ItemTag::kString, bytes, p) : nullptr;
    case Type::kBlob: return WriteRun(ItemTag::kBinary, bytes, p);
    default: return nullptr;
  }
}

// The fields' name ids, and the order of ascending ids.
struct Attributes {
  std::array<uint32_t, kMaxFields> ids;
  std::array<uint8_t, kMaxFields> order;

  // False: a name without an id, or a name twice.
  bool Resolve(const std::vector<Field>& fields, const NameTable& names) {
    // Items in a row tend to have the same names in the same order: a guess spares the look-up.
    thread_local std::array<uint32_t, kMaxFields> guesses{};
    const size_t n = fields.size();
    bool ascending = true;
    for (size_t i = 0; i < n; ++i) {
      uint32_t id = guesses[i];
      if (id >= names.size() || names.Name(id) != fields[i].name) {
        id = names.Find(fields[i].name);
        if (id == NameTable::kNone) return false;
        guesses[i] = id;
      }
      ids[i] = id;
      ascending = ascending && (i == 0 || id > ids[i - 1]);
    }
    std::iota(order.begin(), order.begin() + n, 0);
    if (ascending) return true;
    std::sort(order.begin(), order.begin() + n, [&](uint8_t a, uint8_t b) { return ids[a] < ids[b]; });
    for (size_t i = 1; i < n; ++i) {
      if (ids[order[i]] == ids[order[i - 1]]) return false;
    }
    return true;
  }
};

}  // namespace

bool EncodeFlatItem(const Value& item, const NameTable& names, std::string* out) {
  if (!item.is_struct() || !item.materialized() || item.fields().size() > kMaxFields) return false;
  const std::vector<Field>& fields = item.fields();
  std::array<std::string_view, kMaxFields> runs;
  size_t room = 1;
  size_t dynamo_size = 0;  // at most
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field& f = fields[i];
    if (f.value.type() == Type::kString || f.value.type() == Type::kBlob) runs[i] = f.value.bytes();
    room += kLongestVarint + 1 + kLongestVarint + runs[i].size();
    dynamo_size += f.name.size() + 21 + runs[i].size();
  }
  if (dynamo_size > kSmall) return false;
  Attributes attributes;
  if (!attributes.Resolve(fields, names)) return false;

  thread_local std::string buffer;
  if (buffer.size() < room) buffer.resize(room);
  char* p = buffer.data();
  *p++ = kItemVersion;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t at = attributes.order[i];
    p = WriteVarint(uint64_t{attributes.ids[at]} + 1, p);
    p = WriteValue(fields[at].value, runs[at], p);
    if (p == nullptr) return false;
  }
  out->append(buffer.data(), static_cast<size_t>(p - buffer.data()));
  return true;
}

}  // namespace parton
