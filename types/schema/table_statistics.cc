#include "types/schema/table_statistics.h"

#include <algorithm>
#include <cmath>

namespace parton {

namespace {

constexpr uint64_t kBucketLimits[] = {256,      1 << 10,  2 << 10,  4 << 10,   8 << 10,
                                      16 << 10, 32 << 10, 64 << 10, 128 << 10, 400 << 10};

Value Count(uint64_t n) { return Value::Int(static_cast<int64_t>(n)); }

uint64_t CountOf(const Value& v, std::string_view name) {
  const Value n = v.Get(name);
  if (!n.is_exact() || !n.number().FitsInt64()) return 0;
  return static_cast<uint64_t>(std::max<int64_t>(0, n.number().ToInt64()));
}

double DoubleOf(const Value& v, std::string_view name) {
  const Value n = v.Get(name);
  return n.is_numeric() ? n.ToDouble() : 0;
}

std::string TextOf(const Value& v, std::string_view name) {
  const Value s = v.Get(name);
  return s.is_text() ? std::string(s.bytes()) : std::string();
}

// The elements of a collection in the field, or none.
std::vector<Value> ElementsOf(const Value& v, std::string_view name) {
  const Value list = v.Get(name);
  return list.is_collection() ? list.elements() : std::vector<Value>();
}

// Estimates have no use for fractions.
Value Rounded(double d) { return Value::Int(std::llround(d)); }

Value ToValue(const TableStatistics::Attribute& a) {
  std::vector<Field> types;
  for (const auto& [name, n] : a.types) types.push_back({name, Count(n)});
  std::vector<Field> fields{{"path", a.path},
                            {"count", Count(a.count)},
                            {"types", Value::Struct(std::move(types))},
                            {"average_size", Rounded(a.average_size)},
                            {"largest", Count(a.largest)},
                            {"distinct", Rounded(a.distinct)},
                            {"distinct_exact", Value::Bool(a.distinct_exact)}};
  if (a.low && a.high) {
    fields.push_back({"low", Value::Float(*a.low)});
    fields.push_back({"high", Value::Float(*a.high)});
  }
  return Value::Struct(std::move(fields));
}

TableStatistics::Attribute AttributeFrom(const Value& v) {
  TableStatistics::Attribute a;
  a.path = TextOf(v, "path");
  a.count = CountOf(v, "count");
  const Value types = v.Get("types").Materialize();
  if (types.is_struct()) {
    for (const Field& f : types.fields()) a.types.emplace_back(f.name, CountOf(types, f.name));
  }
  a.average_size = DoubleOf(v, "average_size");
  a.largest = CountOf(v, "largest");
  a.distinct = DoubleOf(v, "distinct");
  a.distinct_exact = v.Get("distinct_exact").is_true();
  if (v.Get("low").is_numeric() && v.Get("high").is_numeric()) {
    a.low = DoubleOf(v, "low");
    a.high = DoubleOf(v, "high");
  }
  return a;
}

Value ToValue(const TableStatistics::Source& s) {
  std::vector<Value> hottest;
  for (const TableStatistics::Partition& p : s.hottest) {
    hottest.push_back(Value::Struct(
        {{"key", p.key}, {"items", Count(p.items)}, {"bytes", Count(p.bytes)}, {"error", Count(p.error)}}));
  }
  return Value::Struct({{"name", s.name},
                        {"id", Count(s.id)},
                        {"entries", Count(s.entries)},
                        {"error", Count(s.error)},
                        {"counted", Value::Bool(s.counted)},
                        {"partitions", Rounded(s.partitions)},
                        {"hottest", Value::List(std::move(hottest))}});
}

TableStatistics::Source SourceFrom(const Value& v) {
  TableStatistics::Source s;
  s.id = static_cast<uint32_t>(CountOf(v, "id"));
  s.name = TextOf(v, "name");
  s.entries = CountOf(v, "entries");
  s.error = CountOf(v, "error");
  s.counted = v.Get("counted").is_true();
  s.partitions = DoubleOf(v, "partitions");
  for (const Value& p : ElementsOf(v, "hottest")) {
    s.hottest.push_back({TextOf(p, "key"), CountOf(p, "items"), CountOf(p, "bytes"), CountOf(p, "error")});
  }
  return s;
}

}  // namespace

uint64_t SizeBucketLimit(size_t i) { return kBucketLimits[std::min<size_t>(i, std::size(kBucketLimits) - 1)]; }

size_t SizeBucketOf(uint64_t size) {
  size_t i = 0;
  while (i + 1 < std::size(kBucketLimits) && size >= kBucketLimits[i]) ++i;
  return i;
}

const TableStatistics::Attribute* TableStatistics::FindAttribute(std::string_view path) const {
  auto it = std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.path == path; });
  return it == attributes.end() ? nullptr : &*it;
}

const TableStatistics::Source* TableStatistics::FindSource(uint32_t index_id) const {
  auto it = std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.id == index_id; });
  return it == sources.end() ? nullptr : &*it;
}

Value TableStatistics::ToValue() const {
  std::vector<Value> buckets, attribute_values, source_values;
  for (uint64_t n : sizes) buckets.push_back(Count(n));
  for (const Attribute& a : attributes) attribute_values.push_back(parton::ToValue(a));
  for (const Source& s : sources) source_values.push_back(parton::ToValue(s));
  return Value::Struct({{"analyzed_ms", Value::Int(analyzed_ms)},
                        {"items", Count(items)},
                        {"items_error", Count(items_error)},
                        {"bytes", Count(bytes)},
                        {"read", Count(read)},
                        {"complete", Value::Bool(complete)},
                        {"store_items", Count(store_items)},
                        {"paths_left_out", Value::Bool(paths_left_out)},
                        {"sizes", Value::List(std::move(buckets))},
                        {"attributes", Value::List(std::move(attribute_values))},
                        {"sources", Value::List(std::move(source_values))}});
}

Result<TableStatistics> TableStatistics::FromValue(const Value& v) {
  if (!v.is_struct() || v.Get("attributes").is_absent() || v.Get("sources").is_absent()) {
    return Status::Corruption("statistics that cannot be read");
  }
  TableStatistics s;
  s.analyzed_ms = static_cast<int64_t>(CountOf(v, "analyzed_ms"));
  s.items = CountOf(v, "items");
  s.items_error = CountOf(v, "items_error");
  s.bytes = CountOf(v, "bytes");
  s.read = CountOf(v, "read");
  s.complete = v.Get("complete").is_true();
  s.store_items = CountOf(v, "store_items");
  s.paths_left_out = v.Get("paths_left_out").is_true();
  const std::vector<Value> buckets = ElementsOf(v, "sizes");
  for (size_t i = 0; i < std::min(buckets.size(), s.sizes.size()); ++i) {
    if (buckets[i].is_small_int()) s.sizes[i] = static_cast<uint64_t>(std::max<int64_t>(0, buckets[i].int_value()));
  }
  for (const Value& a : ElementsOf(v, "attributes")) s.attributes.push_back(AttributeFrom(a));
  for (const Value& e : ElementsOf(v, "sources")) s.sources.push_back(SourceFrom(e));
  return s;
}

}  // namespace parton
