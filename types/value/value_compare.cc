#include "types/value/value_compare.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "parton/temporal.h"
#include "types/item/item_codec.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// Before what is inside of a value is looked at: it may be much (parts may be shared, and are walked each time), and
// deep.
void CheckWalk() {
  CheckStack();
  CheckPoint();
}

// Groups of the total order.
enum class Rank : uint8_t {
  kBool,
  kNumber,
  kDate,
  kTime,
  kTimestamp,
  kInterval,
  kText,
  kLob,
  kList,
  kSexp,
  kStruct,
  kBag,
  kGraph,
  kAbsent,
};

Rank RankOf(Type type) {
  switch (type) {
    case Type::kMissing:
    case Type::kNull: return Rank::kAbsent;
    case Type::kBool: return Rank::kBool;
    case Type::kInt:
    case Type::kDecimal:
    case Type::kFloat: return Rank::kNumber;
    case Type::kString:
    case Type::kSymbol: return Rank::kText;
    case Type::kBlob:
    case Type::kClob: return Rank::kLob;
    case Type::kDate: return Rank::kDate;
    case Type::kTime: return Rank::kTime;
    case Type::kTimestamp: return Rank::kTimestamp;
    case Type::kInterval: return Rank::kInterval;
    case Type::kList: return Rank::kList;
    case Type::kSexp: return Rank::kSexp;
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return Rank::kBag;
    case Type::kStruct: return Rank::kStruct;
    case Type::kGraph: return Rank::kGraph;
  }
  return Rank::kAbsent;
}

template <typename T>
int Sign(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

int CompareBytes(std::string_view a, std::string_view b) {
  size_t n = std::min(a.size(), b.size());
  int c = n == 0 ? 0 : std::memcmp(a.data(), b.data(), n);
  return c != 0 ? c : Sign(a.size(), b.size());
}

// REQUIRES: `a` is a FLOAT, `b` exact.
int CompareFloatToExact(const Value& a, const Value& b) {
  constexpr int64_t kExactDoubles = int64_t{1} << 53;
  double d = a.float_value();
  if (std::isnan(d)) return -1;
  if (std::isinf(d)) return d < 0 ? -1 : 1;
  if (b.is_small_int()) {
    int64_t i = b.int_value();
    if (i >= -kExactDoubles && i <= kExactDoubles) return Sign(d, static_cast<double>(i));
  }
  Result<Number> n = Number::FromDouble(d);
  return n.ok() ? Number::Compare(*n, b.number()) : Sign(d, b.ToDouble());
}

uint64_t Mix(uint64_t h, uint64_t x) {
  h ^= x + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdULL;
  return h ^ (h >> 32);
}

uint64_t HashBytes(std::string_view s) { return XXH3_64bits(s.data(), s.size()); }

uint64_t HashInt(int64_t i) { return Mix(1, static_cast<uint64_t>(i)); }

uint64_t HashNumber(const Number& n) {
  int64_t i;
  return n.TryInt64(&i) ? HashInt(i) : Mix(2, n.Hash());
}

uint64_t HashFloat(double d) {
  if (std::isnan(d)) return 3;
  if (std::isinf(d)) return d < 0 ? 4 : 5;
  if (std::abs(d) < 9e15 && d == std::floor(d)) return HashInt(static_cast<int64_t>(d));
  Result<Number> n = Number::FromDouble(d);
  return n.ok() ? HashNumber(*n) : 6;
}

bool ListsEqual(const std::vector<Value>& a, const std::vector<Value>& b) {
  CheckWalk();
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!DeepEqual(a[i], b[i])) return false;
  }
  return true;
}

// Whether the n elements pair off, `hash(side, i)` and `equal(i, j)` being consistent.
template <typename HashFn, typename EqualFn>
bool MultisetsEqual(size_t n, HashFn hash, EqualFn equal) {
  using Entry = std::pair<size_t, size_t>;  // hash, position
  std::vector<Entry> a(n), b(n);
  for (size_t i = 0; i < n; ++i) {
    a[i] = {hash(0, i), i};
    b[i] = {hash(1, i), i};
  }
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  for (size_t i = 0; i < n; ++i) {
    if (a[i].first != b[i].first) return false;
  }
  std::vector<bool> used(n);
  for (size_t i = 0; i < n; ++i) {
    size_t j = i;  // the start of the run of b with this hash
    while (j > 0 && b[j - 1].first == a[i].first) --j;
    for (;; ++j) {
      if (j == n || b[j].first != a[i].first) return false;
      if (!used[j] && equal(a[i].second, b[j].second)) break;
    }
    used[j] = true;
  }
  return true;
}

bool BagsEqual(const std::vector<Value>& a, const std::vector<Value>& b) {
  CheckWalk();
  if (a.size() != b.size()) return false;
  if (ListsEqual(a, b)) return true;
  return MultisetsEqual(
      a.size(), [&](int side, size_t i) { return HashValue(side == 0 ? a[i] : b[i]); },
      [&](size_t i, size_t j) { return DeepEqual(a[i], b[j]); });
}

uint64_t HashField(const Field& f) { return Mix(HashBytes(f.name), HashValue(f.value)); }

bool FieldsEqual(const std::vector<Field>& a, const std::vector<Field>& b) {
  CheckWalk();
  if (a.size() != b.size()) return false;
  bool same_names = true;
  for (size_t i = 0; i < a.size() && same_names; ++i) same_names = a[i].name == b[i].name;
  if (same_names) {
    size_t i = 0;
    while (i < a.size() && DeepEqual(a[i].value, b[i].value)) ++i;
    if (i == a.size()) return true;
  }
  return MultisetsEqual(
      a.size(), [&](int side, size_t i) { return HashField(side == 0 ? a[i] : b[i]); },
      [&](size_t i, size_t j) { return a[i].name == b[j].name && DeepEqual(a[i].value, b[j].value); });
}

bool StructsEqual(const Value& a, const Value& b) {
  const internal::HeapItem* x = EncodedItem(a);
  const internal::HeapItem* y = EncodedItem(b);
  if (x != nullptr && y != nullptr && x->names == y->names && x->bytes == y->bytes) return true;
  if (x == nullptr && y == nullptr) return FieldsEqual(a.fields(), b.fields());
  Value ma = a.Materialize(), mb = b.Materialize();
  return FieldsEqual(ma.fields(), mb.fields());
}

int CompareLists(const std::vector<Value>& a, const std::vector<Value>& b) {
  CheckWalk();
  size_t n = std::min(a.size(), b.size());
  for (size_t i = 0; i < n; ++i) {
    if (int c = TotalOrder(a[i], b[i])) return c;
  }
  return Sign(a.size(), b.size());
}

int CompareBags(const Value& a, const Value& b) {
  auto less = [](const Value& x, const Value& y) { return TotalOrder(x, y) < 0; };
  std::vector<Value> x = a.elements(), y = b.elements();
  if (!a.is_set()) std::sort(x.begin(), x.end(), less);
  if (!b.is_set()) std::sort(y.begin(), y.end(), less);
  return CompareLists(x, y);
}

std::vector<const Field*> SortedFields(const Value& v) {
  std::vector<const Field*> sorted;
  sorted.reserve(v.fields().size());
  for (const Field& f : v.fields()) sorted.push_back(&f);
  std::sort(sorted.begin(), sorted.end(), [](const Field* x, const Field* y) {
    int c = CompareBytes(x->name, y->name);
    return c != 0 ? c < 0 : TotalOrder(x->value, y->value) < 0;
  });
  return sorted;
}

int CompareStructs(const Value& a, const Value& b) {
  CheckWalk();
  Value ma = a.Materialize(), mb = b.Materialize();
  std::vector<const Field*> x = SortedFields(ma), y = SortedFields(mb);
  size_t n = std::min(x.size(), y.size());
  for (size_t i = 0; i < n; ++i) {
    if (int c = CompareBytes(x[i]->name, y[i]->name)) return c;
    if (int c = TotalOrder(x[i]->value, y[i]->value)) return c;
  }
  return Sign(x.size(), y.size());
}

Timestamp AsTimestamp(const Value& v) {
  return v.type() == Type::kDate ? Timestamp::FromDate(v.date()) : v.timestamp();
}

bool IsDay(Type t) { return t == Type::kDate || t == Type::kTimestamp; }

}  // namespace

int CompareNumeric(const Value& a, const Value& b) {
  if (a.is_small_int() && b.is_small_int()) return Sign(a.int_value(), b.int_value());
  bool float_a = a.type() == Type::kFloat, float_b = b.type() == Type::kFloat;
  if (float_a && float_b) {
    double x = a.float_value(), y = b.float_value();
    if (std::isnan(x) || std::isnan(y)) return Sign(!std::isnan(x), !std::isnan(y));
    return Sign(x, y);
  }
  if (float_a) return CompareFloatToExact(a, b);
  if (float_b) return -CompareFloatToExact(b, a);
  return Number::Compare(a.number(), b.number());
}

bool DeepEqual(const Value& a, const Value& b) {
  if (a.is_small_int() && b.is_small_int()) return a.int_value() == b.int_value();
  Rank rank = RankOf(a.type());
  if (rank != RankOf(b.type())) {
    return IsDay(a.type()) && IsDay(b.type()) && Compare(AsTimestamp(a), AsTimestamp(b)) == 0;
  }
  switch (rank) {
    case Rank::kAbsent: return true;
    case Rank::kBool: return a.bool_value() == b.bool_value();
    case Rank::kNumber: return CompareNumeric(a, b) == 0;
    case Rank::kDate: return a.date() == b.date();
    case Rank::kTime: return a.time() == b.time();
    case Rank::kTimestamp: return a.timestamp() == b.timestamp();
    case Rank::kInterval: return a.interval() == b.interval();
    case Rank::kText:
    case Rank::kLob: return a.bytes() == b.bytes();
    case Rank::kList:
    case Rank::kSexp: return ListsEqual(a.elements(), b.elements());
    case Rank::kBag: return BagsEqual(a.elements(), b.elements());
    case Rank::kStruct: return StructsEqual(a, b);
    case Rank::kGraph: return FieldsEqual(a.fields(), b.fields());
  }
  return false;
}

size_t HashValue(const Value& v) {
  auto fold = [&](uint64_t seed, bool ordered) {
    CheckWalk();
    for (const Value& e : v.elements()) {
      uint64_t h = HashValue(e);
      seed = ordered ? Mix(seed, h) : seed + Mix(7, h);
    }
    return seed;
  };
  switch (v.type()) {
    case Type::kMissing:
    case Type::kNull: return 0x51ed270b;
    case Type::kBool: return v.bool_value() ? 0x9ae16a3b : 0x2f90404f;
    case Type::kInt:
    case Type::kDecimal: return v.is_small_int() ? HashInt(v.int_value()) : HashNumber(v.number());
    case Type::kFloat: return HashFloat(v.float_value());
    case Type::kString:
    case Type::kSymbol: return HashBytes(v.bytes());
    case Type::kBlob:
    case Type::kClob: return Mix(8, HashBytes(v.bytes()));
    case Type::kDate: return Hash(v.date());
    case Type::kTime: return Mix(9, Hash(v.time()));
    case Type::kTimestamp: return Hash(v.timestamp());
    case Type::kInterval: return Mix(10, Hash(v.interval()));
    case Type::kList: return fold(11, true);
    case Type::kSexp: return fold(12, true);
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return fold(13, false);
    case Type::kStruct:
    case Type::kGraph: {
      CheckWalk();
      uint64_t h = v.is_struct() ? 14 : 15;
      Value m = v.Materialize();
      for (const Field& f : m.fields()) h += HashField(f);
      return h;
    }
  }
  return 0;
}

int TotalOrder(const Value& a, const Value& b) {
  if (a.is_small_int() && b.is_small_int()) return Sign(a.int_value(), b.int_value());
  Rank rank = RankOf(a.type());
  if (Rank other = RankOf(b.type()); rank != other) return Sign(rank, other);
  switch (rank) {
    case Rank::kAbsent: return 0;
    case Rank::kBool: return Sign(a.bool_value(), b.bool_value());
    case Rank::kNumber: return CompareNumeric(a, b);
    case Rank::kDate: return Compare(a.date(), b.date());
    case Rank::kTime: return Compare(a.time(), b.time());
    case Rank::kTimestamp: return Compare(a.timestamp(), b.timestamp());
    case Rank::kInterval: return Compare(a.interval(), b.interval());
    case Rank::kText:
    case Rank::kLob: return CompareBytes(a.bytes(), b.bytes());
    case Rank::kList:
    case Rank::kSexp: return CompareLists(a.elements(), b.elements());
    case Rank::kBag: return CompareBags(a, b);
    case Rank::kStruct:
    case Rank::kGraph: return CompareStructs(a, b);
  }
  return 0;
}

std::optional<int> CompareScalars(const Value& a, const Value& b) {
  if (a.is_small_int() && b.is_small_int()) return Sign(a.int_value(), b.int_value());
  Rank rank = RankOf(a.type());
  if (rank != RankOf(b.type())) {
    if (!IsDay(a.type()) || !IsDay(b.type())) return std::nullopt;
    return Compare(AsTimestamp(a), AsTimestamp(b));
  }
  switch (rank) {
    case Rank::kBool:
    case Rank::kNumber:
    case Rank::kDate:
    case Rank::kTime:
    case Rank::kTimestamp:
    case Rank::kText:
    case Rank::kLob: return TotalOrder(a, b);
    case Rank::kInterval:
      if (!Comparable(a.interval(), b.interval())) return std::nullopt;
      return Compare(a.interval(), b.interval());
    default: return std::nullopt;
  }
}

}  // namespace parton
