// One PartiQL value of any type: what rows, parameters, literals and attributes are made of.
//
//   parton::Value price = parton::Value::Struct({{"id", 7}, {"sum", 12.5}}).Get("sum");
//   parton::Result<double> sum = price.AsDouble();       // a T, or an error that says what the value is
//   if (price.is_numeric()) std::printf("%f\n", price.ToDouble());
//   const parton::Value row = parton::Value::Struct({{"title", "Late Tram"}, {"tags", parton::Value::List({"live"})}});
//   std::printf("%s %s\n", row["title"].ToJson().c_str(), row["tags"][0].ToJson().c_str());
//   parton::Result<std::string> title = row.Get<std::string>("title");   // the error names the attribute
//   parton::Result<std::optional<int>> year = row.Get<std::optional<int>>("year");  // MISSING and NULL: nullopt
//
// A Value is 16 bytes; big payloads are shared and counted, so copies are cheap. Values are
// immutable: there are no setters, containers are built whole.
//
// Owning and borrowing. A string, binary or whole item may be *borrowed*: it points into the bytes
// of the current row, and is valid until the result set or operator that gave it moves on.
// `Own()` makes it independent. Containers built by the factories below own everything inside.
// An item from a table decodes its attributes when asked; its names are kept as long as it is, also
// beyond the Database.
//
// Reading. The As functions give what the value is, or an error. The others (int_value(), bytes(),
// date(), ...) are for code that knows the type: on any other they end the process with a message
// that names both, and never read what is not there.
//
// Limits. Collections and tuples nest at most kMaxDepth deep, and a value has at most kMaxBytes: the factories throw
// std::length_error beyond. Without memory they throw std::bad_alloc.
//
// Threads: distinct Values may be used from distinct threads, even if they share a payload.
#ifndef PARTON_VALUE_H_
#define PARTON_VALUE_H_

#include <atomic>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "parton/number.h"
#include "parton/status.h"

namespace parton {

struct Date;
struct Time;
struct Timestamp;
struct Interval;
class Value;
struct Field;

// The order is that of the groups of PartiQL's total order only by accident; see value_compare.h.
enum class Type : uint8_t {
  kMissing,
  kNull,
  kBool,
  kInt,      // integral Number
  kDecimal,  // Number
  kFloat,    // IEEE double
  kString,   // UTF-8
  kSymbol,   // Ion symbol: equal to the string of the same text
  kBlob,     // bytes: DynamoDB's B
  kClob,
  kDate,
  kTime,
  kTimestamp,
  kInterval,
  kList,
  kSexp,
  kBag,
  kStringSet,  // DynamoDB's SS, NS, BS: distinct elements in canonical order, never empty
  kNumberSet,
  kBinarySet,
  kStruct,  // tuple; order of fields kept; names may repeat
  kGraph,
};

// "INT", "STRING", "STRUCT", ...: PartiQL's name of the type.
std::string_view TypeName(Type type);

namespace internal {

struct HeapObject {
  explicit HeapObject() = default;
  virtual ~HeapObject() = default;
  HeapObject(const HeapObject&) = delete;
  HeapObject& operator=(const HeapObject&) = delete;
  void Ref() { refs.fetch_add(1, std::memory_order_relaxed); }
  void Unref() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  bool Unique() const { return refs.load(std::memory_order_acquire) == 1; }
  std::atomic<uint32_t> refs{1};
  uint32_t depth = 0;  // of nested collections and tuples
};

struct StoredItem;  // a STRUCT as storage has it

// Says on standard error that `call` does not fit a value of `type`, and aborts.
[[noreturn]] void WrongType(const char* call, Type type);

// Integers but bool and the character types: is 'a' a text or a number?
template <typename T>
concept BindableInteger = std::integral<T> && sizeof(T) <= sizeof(int64_t) && !std::same_as<T, bool> &&
                          !std::same_as<T, char> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                          !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
inline constexpr bool kNoCppType = false;

// The error for an integer that `v` is, but not within `bits` bits.
Status NoSuchInteger(const Value& v, int bits, bool with_sign);
// `status` as the error of the attribute `name` of `row`.
Status OfAttribute(std::string_view name, Status status);

}  // namespace internal

class Value {
 public:
  static constexpr uint32_t kMaxDepth = 1000;
  static constexpr size_t kMaxBytes = size_t{1} << 30;  // as ApproximateBytes() counts

  Value() : Value(Type::kMissing, Rep::kInline) {}  // MISSING
  Value(const Value& o) : type_(o.type_), rep_(o.rep_), size_(o.size_), u_(o.u_) {
    if (rep_ == Rep::kHeap) u_.heap->Ref();
  }
  Value(Value&& o) noexcept : type_(o.type_), rep_(o.rep_), size_(o.size_), u_(o.u_) {
    o.type_ = Type::kMissing;
    o.rep_ = Rep::kInline;
  }
  Value& operator=(const Value& o) {
    // `o` may be inside what *this holds: release last.
    if (o.rep_ == Rep::kHeap) o.u_.heap->Ref();
    internal::HeapObject* old = rep_ == Rep::kHeap ? u_.heap : nullptr;
    CopyBits(o);
    if (old != nullptr) old->Unref();
    return *this;
  }
  Value& operator=(Value&& o) noexcept {
    if (this != &o) {
      internal::HeapObject* old = rep_ == Rep::kHeap ? u_.heap : nullptr;
      CopyBits(o);
      o.type_ = Type::kMissing;
      o.rep_ = Rep::kInline;
      if (old != nullptr) old->Unref();
    }
    return *this;
  }
  ~Value() { Release(); }

  // Implicit, so that parameters and literals read naturally: BOOL, INT (exact, unsigned ones too), FLOAT (a long
  // double as the nearest double), STRING (a null pointer is NULL).
  template <std::same_as<bool> B>
  Value(B b) : Value(Bool(b)) {}  // NOLINT
  template <internal::BindableInteger I>
  Value(I i) : Value(Int(i)) {}  // NOLINT
  template <std::floating_point F>
  Value(F f) : Value(Float(static_cast<double>(f))) {}  // NOLINT
  template <std::same_as<Number> N>
  Value(const N& n) : Value(FromStored(n)) {}                         // NOLINT
  Value(const char* s) : Value(s == nullptr ? Null() : String(s)) {}  // NOLINT
  Value(std::string_view s) : Value(String(s)) {}                     // NOLINT
  Value(const std::string& s) : Value(String(s)) {}                   // NOLINT
  Value(std::nullptr_t) : Value(Null()) {}                            // NOLINT

  static Value Missing() { return Value(); }
  static Value Null() { return Value(Type::kNull, Rep::kInline); }
  static Value Bool(bool b) {
    Value v(Type::kBool, Rep::kInline);
    v.u_.b = b;
    return v;
  }
  template <internal::BindableInteger I>
  static Value Int(I i) {
    if constexpr (std::is_unsigned_v<I> && sizeof(I) == sizeof(int64_t)) {
      if (i > static_cast<I>(std::numeric_limits<int64_t>::max())) return BigInt(i);
    }
    Value v(Type::kInt, Rep::kInline);
    v.u_.i = static_cast<int64_t>(i);
    return v;
  }
  // INT. Aborts unless n.IsIntegral().
  static Value Int(const Number& n);
  static Value Decimal(const Number& n);
  // What a stored N reads back as: INT if integral, DECIMAL otherwise.
  static Value FromStored(const Number& n);
  static Value Float(double d) {
    Value v(Type::kFloat, Rep::kInline);
    v.u_.d = d;
    return v;
  }
  static Value String(std::string_view s) { return Bytes(Type::kString, s); }
  static Value Symbol(std::string_view s) { return Bytes(Type::kSymbol, s); }
  static Value Blob(std::string_view s) { return Bytes(Type::kBlob, s); }
  static Value Clob(std::string_view s) { return Bytes(Type::kClob, s); }
  // Points at `s`, which must outlive the Value or its Own() call. `type` as for Bytes.
  static Value Borrowed(Type type, std::string_view s) {
    if (type < Type::kString || type > Type::kClob) internal::WrongType("Value::Borrowed", type);
    if (s.size() > std::numeric_limits<uint32_t>::max()) return Bytes(type, s);
    Value v(type, Rep::kBorrowed);
    v.size_ = static_cast<uint32_t>(s.size());
    v.u_.chars = s.data();
    return v;
  }
  // A copy of `s` as kString, kSymbol, kBlob or kClob. Aborts for any other type.
  static Value Bytes(Type type, std::string_view s);
  static Value Of(const Date& d);
  static Value Of(const Time& t);
  static Value Of(const Timestamp& t);
  static Value Of(const Interval& i);

  // Elements and fields that are borrowed are made owned.
  static Value List(std::vector<Value> elements) { return Collection(Type::kList, std::move(elements)); }
  static Value Bag(std::vector<Value> elements) { return Collection(Type::kBag, std::move(elements)); }
  static Value Sexp(std::vector<Value> elements) { return Collection(Type::kSexp, std::move(elements)); }
  // kList, kSexp or kBag.
  static Value Collection(Type type, std::vector<Value> elements);
  // DynamoDB's SS, NS or BS, by the elements' type. Error: empty, mixed or other types, duplicates.
  static Result<Value> Set(std::vector<Value> elements);
  // A MISSING field is left out: in a tuple MISSING is absence.
  static Value Struct(std::vector<Field> fields);
  // `graph` is a struct {nodes: [{id, labels, payload}], edges: [{id, labels, payload, ends}]}.
  static Value Graph(std::vector<Field> fields);

  Type type() const { return type_; }
  bool is_missing() const { return type_ == Type::kMissing; }
  bool is_null() const { return type_ == Type::kNull; }
  // NULL or MISSING.
  bool is_absent() const { return type_ <= Type::kNull; }
  bool is_bool() const { return type_ == Type::kBool; }
  bool is_true() const { return type_ == Type::kBool && u_.b; }
  bool is_int() const { return type_ == Type::kInt; }
  // INT, DECIMAL or FLOAT.
  bool is_numeric() const { return type_ >= Type::kInt && type_ <= Type::kFloat; }
  // INT or DECIMAL: number() is exact.
  bool is_exact() const { return type_ == Type::kInt || type_ == Type::kDecimal; }
  // STRING or SYMBOL.
  bool is_text() const { return type_ == Type::kString || type_ == Type::kSymbol; }
  bool is_lob() const { return type_ == Type::kBlob || type_ == Type::kClob; }
  bool is_struct() const { return type_ == Type::kStruct; }
  // LIST or SEXP: elements have positions.
  bool is_list() const { return type_ == Type::kList || type_ == Type::kSexp; }
  bool is_set() const { return type_ >= Type::kStringSet && type_ <= Type::kBinarySet; }
  // LIST, SEXP, BAG or a set.
  bool is_collection() const { return type_ >= Type::kList && type_ <= Type::kBinarySet; }

  // Checked: what the value is as a T, or kTypeMismatch with the value and its type.
  Result<bool> AsBool() const;           // BOOL
  Result<int64_t> AsInt64() const;       // any numeric that is an integer of 64 bits: 5, 5.00, 5e0; not 1.5
  Result<uint64_t> AsUint64() const;     // the same without negative ones
  Result<double> AsDouble() const;       // any numeric, nearest; not beyond the range of doubles
  Result<Number> AsNumber() const;       // INT and DECIMAL, exact; FLOAT as its shortest decimal
  Result<std::string> AsString() const;  // STRING, SYMBOL
  Result<std::string> AsBytes() const;   // BLOB, CLOB
  Result<Date> AsDate() const;           // these four: parton/temporal.h
  Result<Time> AsTime() const;
  Result<Timestamp> AsTimestamp() const;
  Result<Interval> AsInterval() const;
  Result<std::vector<Value>> AsList() const;    // LIST, SEXP, BAG, sets: the elements
  Result<std::vector<Field>> AsStruct() const;  // STRUCT, GRAPH: the fields, materialised or not
  // The same by C++ type: bool, any integer (an error beyond its range) and floating type, std::string (a BLOB's bytes
  // too), Number, Date, Time, Timestamp, Interval, Value; std::optional<T> is empty for NULL and MISSING;
  // std::vector<T> has the elements.
  template <typename T>
  Result<T> As() const;

  // Unchecked, for code that has looked at type(): any other type aborts.
  bool bool_value() const {
    if (type_ != Type::kBool) [[unlikely]]
      internal::WrongType("Value::bool_value", type_);
    return u_.b;
  }
  // True if an INT within 64 bits, then int_value() is it: the fast path.
  bool is_small_int() const { return type_ == Type::kInt && rep_ == Rep::kInline; }
  // Aborts for an INT beyond 64 bits, too: number() is for all of them.
  int64_t int_value() const {
    if (!is_small_int()) [[unlikely]]
      internal::WrongType("Value::int_value", type_);
    return u_.i;
  }
  Number number() const;  // INT or DECIMAL
  double float_value() const {
    if (type_ != Type::kFloat) [[unlikely]]
      internal::WrongType("Value::float_value", type_);
    return u_.d;
  }
  // Any numeric as double, nearest.
  double ToDouble() const;
  // STRING, SYMBOL, BLOB, CLOB. The view is valid as long as this Value, or what it was borrowed from.
  std::string_view bytes() const;
  const Date& date() const;
  const Time& time() const;
  const Timestamp& timestamp() const;
  const Interval& interval() const;
  // LIST, SEXP, BAG, sets; of others empty.
  const std::vector<Value>& elements() const;
  // STRUCT, GRAPH; of others empty. Aborts unless materialized(): an item is materialised first, or read by AsStruct().
  const std::vector<Field>& fields() const;

  // A STRUCT from storage is encoded until it is materialised.
  bool materialized() const;
  // The same struct with all fields decoded (itself if it is already, or no struct).
  Value Materialize() const;
  // The first field of that name, exact match; MISSING if there is none or this is no STRUCT. Owned.
  Value Get(std::string_view name) const;
  // That field as a T (see As); the error names it.
  template <typename T>
  Result<T> Get(std::string_view name) const;
  // row["title"]: as Get. list[0]: the element at a position from 0; MISSING if there is none or this is no collection.
  Value operator[](std::string_view name) const { return Get(name); }
  template <internal::BindableInteger I>
  Value operator[](I position) const {
    const std::vector<Value>& all = elements();
    return std::cmp_less(position, 0) || std::cmp_greater_equal(position, all.size())
               ? Missing()
               : all[static_cast<size_t>(position)].Own();
  }
  // As Get, but the result may be borrowed from this value's payload.
  Value GetBorrowed(std::string_view name) const;
  // Number of elements or fields; 0 for others.
  size_t Count() const;
  // Bytes it would take in memory if nothing in it were shared, roughly. Takes no time.
  size_t ApproximateBytes() const;
  // How deep collections and tuples nest in it: 0 for a scalar; an item from storage counts as 1.
  uint32_t depth() const { return rep_ == Rep::kHeap && type_ >= Type::kList ? u_.heap->depth : 0; }

  // A value that does not point into anybody's row.
  Value Own() const&;
  Value Own() &&;
  bool borrowed() const;

  // The literal that reads back to the same typed value.
  std::string ToLiteral() const;
  // JSON: sets and bags as arrays, binaries as base64 text, numbers in full, MISSING as null.
  std::string ToJson() const;
  // DynamoDB-JSON, {"S": "x"}; Error: a type DynamoDB does not have.
  Result<std::string> ToDynamoJson() const;
  // Appends the attributes of a STRUCT as DynamoDB's API has an item: {"id":{"N":"1"}}. An item from a table is not
  // decoded for that. On error (a type DynamoDB does not have) *out has part of it.
  Status AppendDynamoItem(std::string* out) const;
  // The value of one attribute value, {"S": "x"}, or the STRUCT of an item, {"id": {"N": "1"}}. Errors (kValidation) as
  // DynamoDB words them.
  static Result<Value> FromDynamoJson(std::string_view json);

  // Deep equality as PartiQL's `=` inside collections has it (value_compare.h).
  friend bool operator==(const Value& a, const Value& b);

 private:
  friend struct internal::StoredItem;
  enum class Rep : uint8_t { kInline, kBorrowed, kHeap };

  Value(Type type, Rep rep) : type_(type), rep_(rep) { u_.i = 0; }
  void Release() {
    if (rep_ == Rep::kHeap) u_.heap->Unref();
  }
  void CopyBits(const Value& o) {
    type_ = o.type_;
    rep_ = o.rep_;
    size_ = o.size_;
    u_ = o.u_;
  }
  static Value Heap(Type type, internal::HeapObject* heap);
  static Value BigInt(uint64_t i);

  Type type_;
  Rep rep_;
  uint32_t size_ = 0;  // bytes of a string or binary
  union {
    bool b;
    int64_t i;
    double d;
    const char* chars;
    internal::HeapObject* heap;
  } u_;
};

static_assert(sizeof(Value) == 16);

struct Field {
  std::string name;
  Value value;
};

template <>
Result<Date> Value::As() const;
template <>
Result<Time> Value::As() const;
template <>
Result<Timestamp> Value::As() const;
template <>
Result<Interval> Value::As() const;

template <typename T>
Result<T> Value::As() const {
  if constexpr (internal::kIsOptional<T>) {
    if (is_absent()) return T();
    Result<typename T::value_type> present = As<typename T::value_type>();
    if (!present.ok()) return std::move(present).status();
    return T(std::move(present).value());
  } else if constexpr (internal::kIsVector<T>) {
    Result<std::vector<Value>> all = AsList();
    if (!all.ok()) return std::move(all).status();
    T out;
    out.reserve(all->size());
    for (const Value& v : *all) {
      Result<typename T::value_type> element = v.As<typename T::value_type>();
      if (!element.ok()) return std::move(element).status();
      out.push_back(std::move(element).value());
    }
    return out;
  } else if constexpr (std::same_as<T, Value>) {
    return Own();
  } else if constexpr (std::same_as<T, bool>) {
    return AsBool();
  } else if constexpr (internal::BindableInteger<T>) {
    using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
    Result<Wide> wide = [this] {
      if constexpr (std::is_signed_v<T>) {
        return AsInt64();
      } else {
        return AsUint64();
      }
    }();
    if (!wide.ok()) return std::move(wide).status();
    if (!std::in_range<T>(*wide)) return internal::NoSuchInteger(*this, 8 * sizeof(T), std::is_signed_v<T>);
    return static_cast<T>(*wide);
  } else if constexpr (std::floating_point<T>) {
    Result<double> d = AsDouble();
    if (!d.ok()) return std::move(d).status();
    return static_cast<T>(*d);
  } else if constexpr (std::same_as<T, std::string>) {
    return is_lob() ? AsBytes() : AsString();
  } else if constexpr (std::same_as<T, Number>) {
    return AsNumber();
  } else {
    static_assert(internal::kNoCppType<T>, "no value is read as this type");
  }
}

template <typename T>
Result<T> Value::Get(std::string_view name) const {
  Result<T> result = GetBorrowed(name).As<T>();
  if (!result.ok()) return internal::OfAttribute(name, std::move(result).status());
  return result;
}

}  // namespace parton

#endif  // PARTON_VALUE_H_
