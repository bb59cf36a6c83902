// The representation of Values: which are inline, which are counted payloads.
//
// Inline: absent values, booleans, 64-bit INTs, FLOATs, and DECIMALs whose coefficient fits in 64
// bits (the exponent is in `size_`). A STRUCT is a list of fields, or a HeapItem (`size_` is
// StoredItem::kMark) whose bytes are decoded when asked.
#include "parton/value.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "types/item/item_codec.h"
#include "types/item/name_table.h"
#include "types/value/kept_bytes.h"
#include "types/value/value_compare.h"
#include "types/value/value_heap.h"

namespace parton {

using internal::HeapBytes;
using internal::HeapElements;
using internal::HeapFields;
using internal::HeapItem;
using internal::HeapScalar;

namespace {

const std::vector<Value> kNoElements;
const std::vector<Field> kNoFields;

// A month or a precision that there is not would be a place outside of a table.
void CheckParts(const Date& d) { PARTON_CHECK(d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31); }
void CheckParts(const Time& t) { PARTON_CHECK(t.nanos >= 0 && t.nanos < 86'400'000'000'000 && t.precision <= 9); }
// The size and depth of the parts of a value.
class Size {
 public:
  void Add(const Value& part) {
    depth_ = std::max(depth_, part.depth());
    bytes_ += part.ApproximateBytes();
  }
  void AddName(const std::string& name) { bytes_ += 32 + name.size(); }
  // Into the payload that holds the parts. Throws if that is too much.
  template <typename Payload>
  void Put(Payload* payload) const {
    payload->depth = depth_ + 1;
    payload->bytes = bytes_;
    if (payload->depth <= Value::kMaxDepth && bytes_ <= Value::kMaxBytes) return;
    delete payload;
    throw std::length_error(depth_ >= Value::kMaxDepth
                                ? "a value is nested deeper than " + std::to_string(Value::kMaxDepth) + " levels"
                                : TooLong());
  }
  static std::string TooLong() { return "a value is longer than " + std::to_string(Value::kMaxBytes >> 20) + " MB"; }

 private:
  uint32_t depth_ = 0;
  size_t bytes_ = 0;
};

bool FitsInt64(int128_t i) { return static_cast<int64_t>(i) == i; }

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kMissing: return "MISSING";
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOL";
    case Type::kInt: return "INT";
    case Type::kDecimal: return "DECIMAL";
    case Type::kFloat: return "FLOAT";
    case Type::kString: return "STRING";
    case Type::kSymbol: return "SYMBOL";
    case Type::kBlob: return "BLOB";
    case Type::kClob: return "CLOB";
    case Type::kDate: return "DATE";
    case Type::kTime: return "TIME";
    case Type::kTimestamp: return "TIMESTAMP";
    case Type::kInterval: return "INTERVAL";
    case Type::kList: return "LIST";
    case Type::kSexp: return "SEXP";
    case Type::kBag: return "BAG";
    case Type::kStringSet: return "STRING SET";
    case Type::kNumberSet: return "NUMBER SET";
    case Type::kBinarySet: return "BINARY SET";
    case Type::kStruct: return "STRUCT";
    case Type::kGraph: return "GRAPH";
  }
  return "UNKNOWN";
}

Value Value::Heap(Type type, internal::HeapObject* heap) {
  Value v(type, Rep::kHeap);
  v.u_.heap = heap;
  return v;
}

Value Value::Int(const Number& n) {
  int64_t i;
  if (n.TryInt64(&i)) return Int(i);
  if (!n.IsIntegral()) internal::WrongType("Value::Int", Type::kDecimal);
  return Heap(Type::kInt, new HeapScalar<Number>(n));
}

Value Value::Decimal(const Number& n) {
  if (FitsInt64(n.coefficient())) {
    Value v(Type::kDecimal, Rep::kInline);
    v.u_.i = static_cast<int64_t>(n.coefficient());
    v.size_ = static_cast<uint32_t>(n.exponent());
    return v;
  }
  return Heap(Type::kDecimal, new HeapScalar<Number>(n));
}

Value Value::FromStored(const Number& n) { return n.IsIntegral() ? Int(n) : Decimal(n); }

Value Value::BigInt(uint64_t i) { return Int(Number(i)); }

Value Value::Bytes(Type type, std::string_view s) {
  if (type < Type::kString || type > Type::kClob) internal::WrongType("Value::Bytes", type);
  if (s.size() > kMaxBytes) throw std::length_error(Size::TooLong());
  return Heap(type, HeapBytes::New(s));
}

Value Value::Of(const Date& d) {
  CheckParts(d);
  return Heap(Type::kDate, new HeapScalar<Date>(d));
}
Value Value::Of(const Time& t) {
  CheckParts(t);
  return Heap(Type::kTime, new HeapScalar<Time>(t));
}
Value Value::Of(const Timestamp& t) {
  CheckParts(t.date);
  CheckParts(t.time);
  return Heap(Type::kTimestamp, new HeapScalar<Timestamp>(t));
}
Value Value::Of(const Interval& i) { return Heap(Type::kInterval, new HeapScalar<Interval>(i)); }

Value Value::Collection(Type type, std::vector<Value> elements) {
  PARTON_CHECK(type >= Type::kList && type <= Type::kBag);
  Size size;
  for (Value& e : elements) {
    if (e.borrowed()) e = e.Own();
    size.Add(e);
  }
  auto* heap = new HeapElements(std::move(elements));
  size.Put(heap);
  return Heap(type, heap);
}

Result<Value> Value::Set(std::vector<Value> elements) {
  if (elements.empty()) {
    return Status::Validation("One or more parameter values were invalid: An string set  may not be empty");
  }
  const Value& first = elements.front();
  Type type = first.is_text()               ? Type::kStringSet
              : first.is_exact()            ? Type::kNumberSet
              : first.type() == Type::kBlob ? Type::kBinarySet
                                            : Type::kMissing;
  for (Value& e : elements) {
    bool fits = false;
    if (type == Type::kStringSet && e.is_text()) {
      fits = true;
      e = e.type() == Type::kSymbol ? String(e.bytes()) : std::move(e).Own();
    } else if (type == Type::kNumberSet && e.is_exact()) {
      fits = true;
      if (!e.is_small_int()) e = FromStored(e.number().Normalized());
    } else if (type == Type::kBinarySet && e.type() == Type::kBlob) {
      fits = true;
      e = std::move(e).Own();
    }
    if (!fits) {
      return Status::Validation("A set must hold only strings, only numbers or only binaries; found " +
                                std::string(TypeName(e.type())) +
                                (type == Type::kMissing ? "" : " beside " + std::string(TypeName(first.type()))));
    }
  }
  std::sort(elements.begin(), elements.end(), [](const Value& a, const Value& b) { return TotalOrder(a, b) < 0; });
  for (size_t i = 1; i < elements.size(); ++i) {
    if (TotalOrder(elements[i - 1], elements[i]) != 0) continue;
    std::string message = "One or more parameter values were invalid: Input collection ";
    if (type == Type::kStringSet) {
      message += "[";
      for (size_t k = 0; k < elements.size(); ++k) {
        if (k != 0) message += ", ";
        message += elements[k].bytes();
      }
      message += "] ";
    } else if (type == Type::kBinarySet) {
      message += "of type BS ";
    }
    return Status::Validation(message + "contains duplicates.");
  }
  Size size;
  for (const Value& e : elements) size.Add(e);
  auto* heap = new HeapElements(std::move(elements));
  size.Put(heap);
  return Heap(type, heap);
}

Value Value::Struct(std::vector<Field> fields) {
  bool missing = false;
  Size size;
  for (Field& f : fields) {
    missing |= f.value.is_missing();
    if (f.value.borrowed()) f.value = f.value.Own();
    size.AddName(f.name);
    size.Add(f.value);
  }
  if (missing) std::erase_if(fields, [](const Field& f) { return f.value.is_missing(); });
  auto* heap = new HeapFields(std::move(fields));
  size.Put(heap);
  return Heap(Type::kStruct, heap);
}

Value Value::Graph(std::vector<Field> fields) {
  Value v = Struct(std::move(fields));
  v.type_ = Type::kGraph;
  return v;
}

Value ItemValue(std::string bytes, const NameTable* names) {
  const size_t counted = sizeof(HeapItem) + bytes.size();
  CountBuilt(counted);
  auto* item = new (std::nothrow) HeapItem;
  if (item == nullptr) {
    CountFreed(counted);
    throw std::bad_alloc();
  }
  item->counted = counted;
  item->storage = std::move(bytes);
  item->bytes = item->storage;
  item->names = names;
  item->Keep();
  return FromEncodedItem(item);
}

Number Value::number() const {
  if (!is_exact()) internal::WrongType("Value::number", type_);
  if (rep_ == Rep::kHeap) return static_cast<HeapScalar<Number>*>(u_.heap)->value;
  if (type_ == Type::kInt) return Number(u_.i);
  return Number::FromParts(u_.i, static_cast<int32_t>(size_));
}

double Value::ToDouble() const {
  if (type_ == Type::kFloat) return u_.d;
  if (is_small_int()) return static_cast<double>(u_.i);
  return number().ToDouble();
}

std::string_view Value::bytes() const {
  if (!is_text() && !is_lob()) internal::WrongType("Value::bytes", type_);
  if (rep_ == Rep::kBorrowed) return {u_.chars, size_};
  return static_cast<HeapBytes*>(u_.heap)->view();
}

const Date& Value::date() const {
  if (type_ != Type::kDate) internal::WrongType("Value::date", type_);
  return static_cast<HeapScalar<Date>*>(u_.heap)->value;
}
const Time& Value::time() const {
  if (type_ != Type::kTime) internal::WrongType("Value::time", type_);
  return static_cast<HeapScalar<Time>*>(u_.heap)->value;
}
const Timestamp& Value::timestamp() const {
  if (type_ != Type::kTimestamp) internal::WrongType("Value::timestamp", type_);
  return static_cast<HeapScalar<Timestamp>*>(u_.heap)->value;
}
const Interval& Value::interval() const {
  if (type_ != Type::kInterval) internal::WrongType("Value::interval", type_);
  return static_cast<HeapScalar<Interval>*>(u_.heap)->value;
}

const std::vector<Value>& Value::elements() const {
  if (!is_collection()) return kNoElements;
  return static_cast<HeapElements*>(u_.heap)->elements;
}

const std::vector<Field>& Value::fields() const {
  if (type_ != Type::kStruct && type_ != Type::kGraph) return kNoFields;
  if (size_ == internal::StoredItem::kMark) internal::WrongType("Value::fields, before Materialize(),", type_);
  return static_cast<HeapFields*>(u_.heap)->fields;
}

bool Value::materialized() const { return EncodedItem(*this) == nullptr; }

Value Value::Materialize() const {
  const HeapItem* item = EncodedItem(*this);
  if (item == nullptr) return *this;
  return Struct(ItemView(item->bytes, item->names).Fields());
}

Value Value::Get(std::string_view name) const { return GetBorrowed(name).Own(); }

Value Value::GetBorrowed(std::string_view name) const {
  if (type_ != Type::kStruct) return Missing();
  if (const HeapItem* item = EncodedItem(*this)) return ItemView(item->bytes, item->names).Get(name);
  for (const Field& f : fields()) {
    if (f.name == name) return f.value;
  }
  return Missing();
}

size_t Value::Count() const {
  if (is_collection()) return elements().size();
  if (const HeapItem* item = EncodedItem(*this)) return ItemView(item->bytes, item->names).Count();
  return fields().size();
}

size_t Value::ApproximateBytes() const {
  size_t bytes = sizeof(Value);
  if (type_ >= Type::kString && type_ <= Type::kClob) {
    return bytes + 40 + (rep_ == Rep::kBorrowed ? size_ : static_cast<const HeapBytes*>(u_.heap)->size);
  }
  if (is_collection()) return bytes + 48 + static_cast<const HeapElements*>(u_.heap)->bytes;
  if (type_ == Type::kStruct || type_ == Type::kGraph) {
    if (const HeapItem* item = EncodedItem(*this)) return bytes + 96 + item->bytes.size();
    return bytes + 48 + static_cast<const HeapFields*>(u_.heap)->bytes;
  }
  return rep_ == Rep::kHeap ? bytes + 48 : bytes;
}

bool Value::borrowed() const {
  if (rep_ == Rep::kBorrowed) return true;
  const HeapItem* item = EncodedItem(*this);
  return item != nullptr && !item->owned;
}

Value Value::Own() const& {
  if (rep_ == Rep::kBorrowed) return Bytes(type_, bytes());
  const HeapItem* item = EncodedItem(*this);
  if (item == nullptr || item->owned) return *this;
  return ItemValue(std::string(item->bytes), item->names);
}

Value Value::Own() && {
  if (!borrowed()) return std::move(*this);
  return static_cast<const Value&>(*this).Own();
}

void KeepBytes(const Value& from, Value* kept) {
  if (kept->type() == from.type() && !kept->borrowed()) {
    HeapBytes* bytes = HeapBytes::Of(kept->bytes());
    if (bytes->Unique() && from.bytes().size() <= bytes->capacity) {
      bytes->Set(from.bytes());
      return;
    }
  }
  *kept = from.Own();
}

bool operator==(const Value& a, const Value& b) { return DeepEqual(a, b); }

}  // namespace parton
