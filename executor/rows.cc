// The bytes of spilled values: a type byte and a payload in the machine's own byte order; the file never
// outlives the process. An item stays encoded (kItem).
#include "executor/rows.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "parton/temporal.h"
#include "types/item/item_codec.h"

namespace parton {

namespace {

constexpr uint8_t kItem = 0x80;
constexpr uint8_t kSmallInt = 0x81;

template <typename T>
void PutRaw(const T& t, std::string* out) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&t), sizeof(T));
}

template <typename T>
bool GetRaw(std::string_view* in, T* t) {
  if (in->size() < sizeof(T)) return false;
  std::memcpy(t, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return true;
}

void PutBytes(std::string_view s, std::string* out) {
  PutRaw(static_cast<uint64_t>(s.size()), out);
  out->append(s);
}

bool GetBytes(std::string_view* in, std::string_view* s) {
  uint64_t size;
  if (!GetRaw(in, &size) || in->size() < size) return false;
  *s = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

template <typename T>
bool GetTemporal(std::string_view* in, Value* out) {
  T t;
  if (!GetRaw(in, &t)) return false;
  *out = Value::Of(t);
  return true;
}

bool DecodeElements(Type type, std::string_view* in, const NameTable* names, Value* out) {
  uint64_t count;
  if (!GetRaw(in, &count) || count > in->size()) return false;
  std::vector<Value> elements(count);
  for (Value& e : elements) {
    if (!DecodeSpilled(in, names, &e)) return false;
  }
  if (type == Type::kList || type == Type::kSexp || type == Type::kBag) {
    *out = Value::Collection(type, std::move(elements));
    return true;
  }
  Result<Value> set = Value::Set(std::move(elements));
  if (!set.ok()) return false;
  *out = std::move(*set);
  return true;
}

bool DecodeFields(Type type, std::string_view* in, const NameTable* names, Value* out) {
  uint64_t count;
  if (!GetRaw(in, &count) || count > in->size()) return false;
  std::vector<Field> fields(count);
  for (Field& f : fields) {
    std::string_view name;
    if (!GetBytes(in, &name) || !DecodeSpilled(in, names, &f.value)) return false;
    f.name = name;
  }
  *out = type == Type::kGraph ? Value::Graph(std::move(fields)) : Value::Struct(std::move(fields));
  return true;
}

}  // namespace

void AddReads(const ExprPtr& e, SlotSet* out) {
  if (e == nullptr) return;
  for (int slot : SlotsRead(*e)) out->insert(slot);
}

std::vector<int> KeptSlots(const Plan& plan, const SlotSet& live) {
  std::vector<int> kept;
  for (int slot : SlotsDefined(plan)) {
    if (live.contains(slot)) kept.push_back(slot);
  }
  return kept;
}

void EncodeSpilled(const Value& v, std::string* out) {
  if (const internal::HeapItem* item = EncodedItem(v)) {
    out->push_back(static_cast<char>(kItem));
    PutBytes(item->bytes, out);
    return;
  }
  if (v.is_small_int()) {
    out->push_back(static_cast<char>(kSmallInt));
    PutRaw(v.int_value(), out);
    return;
  }
  out->push_back(static_cast<char>(v.type()));
  switch (v.type()) {
    case Type::kMissing:
    case Type::kNull: break;
    case Type::kBool: out->push_back(v.bool_value() ? 1 : 0); break;
    case Type::kInt:
    case Type::kDecimal: {
      Number n = v.number();
      PutRaw(n.coefficient(), out);
      PutRaw(n.exponent(), out);
      break;
    }
    case Type::kFloat: PutRaw(v.float_value(), out); break;
    case Type::kString:
    case Type::kSymbol:
    case Type::kBlob:
    case Type::kClob: PutBytes(v.bytes(), out); break;
    case Type::kDate: PutRaw(v.date(), out); break;
    case Type::kTime: PutRaw(v.time(), out); break;
    case Type::kTimestamp: PutRaw(v.timestamp(), out); break;
    case Type::kInterval: PutRaw(v.interval(), out); break;
    case Type::kList:
    case Type::kSexp:
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet:
      PutRaw(static_cast<uint64_t>(v.elements().size()), out);
      for (const Value& e : v.elements()) EncodeSpilled(e, out);
      break;
    case Type::kStruct:
    case Type::kGraph:
      PutRaw(static_cast<uint64_t>(v.fields().size()), out);
      for (const Field& f : v.fields()) {
        PutBytes(f.name, out);
        EncodeSpilled(f.value, out);
      }
      break;
  }
}

bool DecodeSpilled(std::string_view* in, const NameTable* names, Value* out) {
  uint8_t tag;
  if (!GetRaw(in, &tag)) return false;
  std::string_view bytes;
  if (tag == kItem) {
    if (!GetBytes(in, &bytes)) return false;
    *out = ItemValue(std::string(bytes), names);
    return true;
  }
  if (tag == kSmallInt) {
    int64_t i;
    if (!GetRaw(in, &i)) return false;
    *out = Value::Int(i);
    return true;
  }
  Type type = static_cast<Type>(tag);
  switch (type) {
    case Type::kMissing: *out = Value::Missing(); return true;
    case Type::kNull: *out = Value::Null(); return true;
    case Type::kBool: {
      uint8_t b;
      if (!GetRaw(in, &b)) return false;
      *out = Value::Bool(b != 0);
      return true;
    }
    case Type::kInt:
    case Type::kDecimal: {
      int128_t coefficient;
      int32_t exponent;
      if (!GetRaw(in, &coefficient) || !GetRaw(in, &exponent)) return false;
      Number n = Number::FromParts(coefficient, exponent);
      *out = type == Type::kInt ? Value::Int(n) : Value::Decimal(n);
      return true;
    }
    case Type::kFloat: {
      double d;
      if (!GetRaw(in, &d)) return false;
      *out = Value::Float(d);
      return true;
    }
    case Type::kString:
    case Type::kSymbol:
    case Type::kBlob:
    case Type::kClob:
      if (!GetBytes(in, &bytes)) return false;
      *out = Value::Bytes(type, bytes);
      return true;
    case Type::kDate: return GetTemporal<Date>(in, out);
    case Type::kTime: return GetTemporal<Time>(in, out);
    case Type::kTimestamp: return GetTemporal<Timestamp>(in, out);
    case Type::kInterval: return GetTemporal<Interval>(in, out);
    case Type::kList:
    case Type::kSexp:
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return DecodeElements(type, in, names, out);
    case Type::kStruct:
    case Type::kGraph: return DecodeFields(type, in, names, out);
  }
  return false;
}

}  // namespace parton
