// The bytes of items; the grammar is in item_codec.h.
//
// Every read is bounded by `end`; containers bound what is inside them by their own length, and
// nesting by kMaxDepth, so that no bytes can make a reader leave the item or exhaust the stack.
#include "types/item/item_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "types/item/raw_value.h"
#include "types/item/varint.h"
#include "types/number/number_codec.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 64;  // DynamoDB allows 32

// Reads a length-prefixed run of bytes at *p, and moves *p past it.
inline bool GetRun(const char** p, const char* end, std::string_view* out) {
  uint64_t n;
  const char* q = GetVarint(*p, end, &n);
  if (q == nullptr || n > static_cast<uint64_t>(end - q)) return false;
  *out = std::string_view(q, n);
  *p = q + n;
  return true;
}

void EncodeNumber(const Number& n, std::string* out) {
  bool integer = NumberFormOf(n) == NumberForm::kInteger;
  out->push_back(static_cast<char>(integer ? ItemTag::kInt : ItemTag::kNumber));
  AppendNumberValue(n, out);
}

// Null unless a number that Number's invariants allow is at `p`.
const char* DecodeNumber(const char* p, const char* end, Number* out) {
  std::string_view in(p, end - p);
  return ReadNumberValue(NumberForm::kDecimal, &in, out) ? in.data() : nullptr;
}

void PutRun(std::string_view s, std::string* out) {
  PutVarint(s.size(), out);
  out->append(s);
}

// Puts the length of what was appended since `start` before it.
void CloseContainer(size_t start, std::string* out) {
  std::string length;
  PutVarint(out->size() - start, &length);
  out->insert(start, length);
}

ItemTag SetTag(Type type) {
  return type == Type::kStringSet   ? ItemTag::kStringSet
         : type == Type::kNumberSet ? ItemTag::kNumberSet
                                    : ItemTag::kBinarySet;
}

bool DecodeValue(const char** p, const char* end, bool own, int depth, Value* out);

bool DecodeElements(std::string_view run, int depth, std::vector<Value>* out) {
  const char* p = run.data();
  const char* end = p + run.size();
  while (p < end) {
    out->emplace_back();
    if (!DecodeValue(&p, end, true, depth, &out->back())) return false;
  }
  return true;
}

bool DecodeMap(std::string_view run, int depth, Value* out) {
  std::vector<Field> fields;
  const char* p = run.data();
  const char* end = p + run.size();
  while (p < end) {
    std::string_view name;
    if (!GetRun(&p, end, &name)) return false;
    if (!fields.empty() && name <= fields.back().name) return false;
    fields.push_back(Field{std::string(name), Value()});
    if (!DecodeValue(&p, end, true, depth, &fields.back().value)) return false;
  }
  *out = Value::Struct(std::move(fields));
  return true;
}

bool DecodeContainer(ItemTag tag, std::string_view run, int depth, Value* out) {
  if (depth == kMaxDepth) return false;
  if (tag == ItemTag::kMap) return DecodeMap(run, depth + 1, out);
  std::vector<Value> elements;
  if (!DecodeElements(run, depth + 1, &elements)) return false;
  if (tag == ItemTag::kList) {
    *out = Value::List(std::move(elements));
    return true;
  }
  Result<Value> set = Value::Set(std::move(elements));
  if (!set.ok() || SetTag(set->type()) != tag) return false;
  *out = std::move(set).value();
  return true;
}

inline bool DecodeValue(const char** p, const char* end, bool own, int depth, Value* out) {
  if (*p >= end) return false;
  auto tag = static_cast<ItemTag>(*(*p)++);
  switch (tag) {
    case ItemTag::kNull: *out = Value::Null(); return true;
    case ItemTag::kTrue: *out = Value::Bool(true); return true;
    case ItemTag::kFalse: *out = Value::Bool(false); return true;
    case ItemTag::kInt: {
      uint64_t bits;
      const char* q = GetVarint(*p, end, &bits);
      if (q == nullptr) return false;
      *p = q;
      *out = Value::Int(UnZigZag(bits));
      return true;
    }
    case ItemTag::kNumber: {
      Number n;
      const char* q = DecodeNumber(*p, end, &n);
      if (q == nullptr) return false;
      *p = q;
      *out = n.exponent() < 0 ? Value::Decimal(n) : Value::FromStored(n);
      return true;
    }
    case ItemTag::kString:
    case ItemTag::kBinary: {
      std::string_view run;
      if (!GetRun(p, end, &run)) return false;
      Type type = tag == ItemTag::kString ? Type::kString : Type::kBlob;
      *out = own ? Value::Bytes(type, run) : Value::Borrowed(type, run);
      return true;
    }
    case ItemTag::kList:
    case ItemTag::kMap:
    case ItemTag::kStringSet:
    case ItemTag::kNumberSet:
    case ItemTag::kBinarySet: {
      std::string_view run;
      return GetRun(p, end, &run) && DecodeContainer(tag, run, depth, out);
    }
  }
  return false;
}

// Where the value of an attribute that has no id starts, or null.
const char* FindFull(const char* p, const char* end, std::string_view name) {
  uint32_t mark;
  while ((p = GetVarint(p, end, &mark)) != nullptr) {
    if (mark == 0) {
      std::string_view full;
      if (!GetRun(&p, end, &full)) return nullptr;
      int c = full.compare(name);
      if (c >= 0) return c == 0 ? p : nullptr;
    }
    p = raw::Skip(p, end);
    if (p == nullptr) return nullptr;
  }
  return nullptr;
}

// The value at `p`, its bytes borrowed; MISSING if it is malformed.
inline Value DecodeTop(const char* p, const char* end) {
  if (p >= end) return Value::Missing();
  auto tag = static_cast<ItemTag>(*p);
  if (tag == ItemTag::kString || tag == ItemTag::kBinary) {
    ++p;
    std::string_view run;
    if (!GetRun(&p, end, &run)) return Value::Missing();
    return Value::Borrowed(tag == ItemTag::kString ? Type::kString : Type::kBlob, run);
  }
  if (tag == ItemTag::kInt) {
    uint64_t bits;
    if (GetVarint(p + 1, end, &bits) == nullptr) return Value::Missing();
    return Value::Int(UnZigZag(bits));
  }
  Value v;
  if (!DecodeValue(&p, end, false, 0, &v)) return Value::Missing();
  return v;
}

// The bytes of an entry of the map, or an element of the list, at `raw`; empty if there is none.
std::string_view Step(std::string_view raw, const PathStep& step) {
  if (raw.empty()) return {};
  const char* p = raw.data() + 1;
  const char* end = raw.data() + raw.size();
  std::string_view run, name;
  if (static_cast<ItemTag>(raw[0]) != (step.index < 0 ? ItemTag::kMap : ItemTag::kList) || !GetRun(&p, end, &run)) {
    return {};
  }
  p = run.data();
  end = p + run.size();
  for (int64_t i = 0; p < end; ++i) {
    bool found = i == step.index;
    if (step.index < 0) {
      if (!GetRun(&p, end, &name)) return {};
      int c = name.compare(step.name);
      if (c > 0) return {};
      found = c == 0;
    }
    const char* next = raw::Skip(p, end);
    if (next == nullptr) return {};
    if (found) return std::string_view(p, next - p);
    p = next;
  }
  return {};
}

}  // namespace

const char* SkipValue(const char* p, const char* end) { return raw::Skip(p, end); }

Value DecodeRaw(std::string_view raw) { return DecodeTop(raw.data(), raw.data() + raw.size()); }

void EncodeValue(const Value& value, std::string* out) {
  switch (value.type()) {
    case Type::kNull: out->push_back(static_cast<char>(ItemTag::kNull)); return;
    case Type::kBool: out->push_back(static_cast<char>(value.bool_value() ? ItemTag::kTrue : ItemTag::kFalse)); return;
    case Type::kInt:
    case Type::kDecimal:
      if (value.is_small_int()) {
        out->push_back(static_cast<char>(ItemTag::kInt));
        AppendIntegerValue(value.int_value(), out);
      } else {
        EncodeNumber(value.number(), out);
      }
      return;
    case Type::kString:
    case Type::kSymbol:
      out->push_back(static_cast<char>(ItemTag::kString));
      PutRun(value.bytes(), out);
      return;
    case Type::kBlob:
      out->push_back(static_cast<char>(ItemTag::kBinary));
      PutRun(value.bytes(), out);
      return;
    case Type::kList:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: {
      ItemTag tag = value.is_list() ? ItemTag::kList : SetTag(value.type());
      out->push_back(static_cast<char>(tag));
      size_t start = out->size();
      for (const Value& e : value.elements()) EncodeValue(e, out);
      CloseContainer(start, out);
      return;
    }
    case Type::kStruct: {
      out->push_back(static_cast<char>(ItemTag::kMap));
      size_t start = out->size();
      Value m = value.Materialize();
      std::vector<const Field*> sorted;
      sorted.reserve(m.fields().size());
      for (const Field& f : m.fields()) sorted.push_back(&f);
      auto by_name = [](const Field* a, const Field* b) { return a->name < b->name; };
      if (!std::is_sorted(sorted.begin(), sorted.end(), by_name)) {
        std::sort(sorted.begin(), sorted.end(), by_name);
      }
      for (const Field* f : sorted) {
        PutRun(f->name, out);
        EncodeValue(f->value, out);
      }
      CloseContainer(start, out);
      return;
    }
    default: PARTON_CHECK(!"a value of a type that is not stored");
  }
}

void EncodeItem(const Value& item, NameTable* names, std::string* out) {
  if (const internal::HeapItem* lazy = EncodedItem(item); lazy && lazy->names == names) {
    out->append(lazy->bytes);
    return;
  }
  Value m = item.Materialize();
  out->push_back(kItemVersion);
  struct Attribute {
    uint32_t id;
    const Field* field;
    bool operator<(const Attribute& o) const {
      return id != o.id ? id < o.id : id == NameTable::kNone && field->name < o.field->name;
    }
  };
  std::vector<Attribute> attributes;
  attributes.reserve(m.fields().size());
  // Items in a row tend to have the same names in the same order: a guess spares the look-up.
  constexpr size_t kGuesses = 32;
  thread_local std::array<uint32_t, kGuesses> guesses{};
  for (const Field& f : m.fields()) {
    const size_t i = attributes.size();
    uint32_t id = i < kGuesses ? guesses[i] : NameTable::kNone;
    if (id >= names->size() || names->Name(id) != f.name) {
      id = names->FindOrAdd(f.name);
      if (i < kGuesses) guesses[i] = id;
    }
    attributes.push_back({id, &f});
  }
  if (!std::is_sorted(attributes.begin(), attributes.end())) {
    std::sort(attributes.begin(), attributes.end());
  }
  for (const Attribute& a : attributes) {
    if (a.id != NameTable::kNone) {
      PutVarint(a.id + 1, out);
    } else {
      PutVarint(0u, out);
      PutRun(a.field->name, out);
    }
    EncodeValue(a.field->value, out);
  }
}

const char* ItemView::Find(uint32_t id, std::string_view name) const {
  if (bytes_.empty() || bytes_[0] != kItemVersion) return nullptr;
  const char* p = bytes_.data() + 1;
  const char* end = bytes_.data() + bytes_.size();
  if (id == NameTable::kNone) return FindFull(p, end, name);
  uint32_t mark;
  while ((p = GetVarint(p, end, &mark)) != nullptr) {
    // Ids ascend; names without an id (mark 0) follow them.
    if (mark - 1 >= id) return mark - 1 == id ? p : nullptr;
    p = raw::Skip(p, end);
    if (p == nullptr) return nullptr;
  }
  return nullptr;
}

std::string_view ItemView::GetRaw(uint32_t id, std::string_view name) const {
  const char* p = Find(id, name);
  const char* next = p == nullptr ? nullptr : raw::Skip(p, bytes_.data() + bytes_.size());
  return next == nullptr ? std::string_view() : std::string_view(p, next - p);
}

Value ItemView::Get(uint32_t id, std::string_view name) const {
  const char* p = Find(id, name);
  return p == nullptr ? Value::Missing() : DecodeTop(p, bytes_.data() + bytes_.size());
}

Value ItemView::GetPath(uint32_t id, std::string_view name, std::span<const PathStep> rest) const {
  std::string_view raw = GetRaw(id, name);
  for (const PathStep& step : rest) raw = Step(raw, step);
  return raw.empty() ? Value::Missing() : DecodeRaw(raw);
}

bool ItemView::NextRaw(const char** p, const char* end, std::string_view* name, std::string_view* raw) const {
  if (*p >= end) return false;
  uint32_t mark;
  const char* q = GetVarint(*p, end, &mark);
  if (q == nullptr) return false;
  if (mark == 0) {
    if (!GetRun(&q, end, name)) return false;
  } else {
    if (mark > names_->size()) return false;
    *name = names_->Name(mark - 1);
  }
  const char* next = raw::Skip(q, end);
  if (next == nullptr) return false;
  *raw = std::string_view(q, next - q);
  *p = next;
  return true;
}

namespace {

// Decodes the value at *p, owned, and moves behind it. False: the bytes are malformed, or (with *p moved on) only
// the value is.
bool DecodeOwned(const char** p, const char* end, Value* out) {
  const char* q = *p;
  const auto tag = q < end ? static_cast<ItemTag>(*q) : ItemTag{};
  if (tag == ItemTag::kString || tag == ItemTag::kBinary) {
    ++q;
    std::string_view run;
    if (!GetRun(&q, end, &run)) return false;
    *out = Value::Bytes(tag == ItemTag::kString ? Type::kString : Type::kBlob, run);
    *p = q;
    return true;
  }
  uint64_t bits;
  if (tag == ItemTag::kInt && (q = GetVarint(q + 1, end, &bits)) != nullptr) {
    *out = Value::Int(UnZigZag(bits));
    *p = q;
    return true;
  }
  const char* const next = raw::Skip(*p, end);
  if (next == nullptr) return false;
  q = std::exchange(*p, next);
  return DecodeValue(&q, next, true, 0, out);
}

}  // namespace

std::vector<Field> ItemView::Fields() const {
  std::vector<Field> fields;
  if (bytes_.empty() || bytes_[0] != kItemVersion) return fields;
  fields.reserve(16);
  const char* p = bytes_.data() + 1;
  const char* end = bytes_.data() + bytes_.size();
  const uint32_t known = names_->size();
  while (p < end) {
    uint32_t mark;
    std::string_view name;
    p = GetVarint(p, end, &mark);
    if (p == nullptr) break;
    if (mark == 0) {
      if (!GetRun(&p, end, &name)) break;
    } else {
      if (mark > known) break;
      name = names_->Name(mark - 1);
    }
    const char* const start = p;
    Field& field = fields.emplace_back();
    field.name.assign(name);
    if (DecodeOwned(&p, end, &field.value)) continue;
    // A damaged value is as good as none.
    fields.pop_back();
    if (p == start) break;
  }
  return fields;
}

size_t ItemView::Count() const {
  size_t n = 0;
  ForEachRaw([&](std::string_view, std::string_view) { return ++n != 0; });
  return n;
}

Status VerifyItem(std::string_view bytes, const NameTable& names) {
  if (bytes.empty()) return Status::Corruption("item: no bytes");
  if (bytes[0] != kItemVersion) {
    return Status::Corruption("item: unknown version " + std::to_string(static_cast<uint8_t>(bytes[0])));
  }
  const char* p = bytes.data() + 1;
  const char* end = bytes.data() + bytes.size();
  uint32_t last_mark = 0;
  bool in_full = false;
  std::string_view last_name;
  while (p < end) {
    auto at = [&](const char* what) {
      return Status::Corruption(std::string("item: ") + what + " at byte " + std::to_string(p - bytes.data()));
    };
    uint32_t mark;
    const char* q = GetVarint(p, end, &mark);
    if (q == nullptr) return at("bad attribute id");
    if (mark == 0) {
      std::string_view name;
      if (!GetRun(&q, end, &name)) return at("bad attribute name");
      if (in_full && name <= last_name) return at("attribute names out of order");
      if (names.Find(name) != NameTable::kNone) return at("attribute name in full that has an id");
      in_full = true;
      last_name = name;
    } else {
      if (in_full || mark <= last_mark) return at("attribute ids out of order");
      if (mark > names.size()) return at("unknown attribute id");
      last_mark = mark;
    }
    const char* next = raw::Skip(q, end);
    if (next == nullptr) return at("bad value");
    std::string_view raw(q, next - q);
    Value v = DecodeRaw(raw);
    if (v.is_missing()) return at("bad value");
    std::string again;
    EncodeValue(v, &again);
    if (again != raw) return at("value not in canonical form");
    p = next;
  }
  return Status::Ok();
}

}  // namespace parton
