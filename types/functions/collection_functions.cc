// Functions on collections and tuples. The COLL_ versions of the aggregates are in aggregates.cc.
#include <algorithm>
#include <unordered_set>

#include "types/functions/registry.h"
#include "types/status/bounds.h"
#include "types/value/value_compare.h"

namespace parton::functions {
namespace {

const char* const kGroup = "collection";

Value Cardinality(const Value* args, int, EvalContext& ctx) {
  if (!args[0].is_collection() && !args[0].is_struct()) {
    return ctx.Mismatch("CARDINALITY takes a collection or a tuple");
  }
  return Value::Int(static_cast<int64_t>(args[0].Count()));
}

Value Exists(const Value* args, int, EvalContext& ctx) {
  if (!args[0].is_collection() && !args[0].is_struct()) {
    return ctx.Mismatch("EXISTS takes a collection or a tuple");
  }
  return Value::Bool(args[0].Count() != 0);
}

// The collection without repeated elements, of the same type; a set is itself.
Value Distinct(const Value* args, int, EvalContext&) {
  const Value& v = args[0];
  if (v.is_set()) return v;
  std::unordered_set<Value, ValueHash, ValueEqual> seen;
  std::vector<Value> kept;
  for (const Value& element : v.elements()) {
    CheckPoint();
    if (seen.insert(element).second) kept.push_back(element);
  }
  return Value::Collection(v.type(), std::move(kept));
}

Value ToScalar(const Value* args, int, EvalContext& ctx) {
  const std::vector<Value>& elements = args[0].elements();
  if (elements.empty()) return Value::Null();
  if (elements.size() > 1) return ctx.Mismatch("COLL_TO_SCALAR takes a collection of one element");
  const Value row = elements[0].Materialize();
  if (!row.is_struct()) return row;
  if (row.fields().size() != 1) return ctx.Mismatch("COLL_TO_SCALAR takes rows of one column");
  return row.fields()[0].value;
}

Value TupleUnion(const Value* args, int count, EvalContext&) {
  std::vector<Field> fields;
  for (int i = 0; i < count; ++i) {
    const Value tuple = args[i].Materialize();
    CheckRoomFor(tuple.ApproximateBytes());
    fields.insert(fields.end(), tuple.fields().begin(), tuple.fields().end());
  }
  return Value::Struct(std::move(fields));
}

Value Keys(const Value* args, int, EvalContext&) {
  const Value tuple = args[0].Materialize();
  std::vector<Value> keys;
  for (const Field& f : tuple.fields()) keys.push_back(Value::String(f.name));
  return Value::List(std::move(keys));
}

Value Values(const Value* args, int, EvalContext&) {
  const Value tuple = args[0].Materialize();
  std::vector<Value> values;
  for (const Field& f : tuple.fields()) values.push_back(f.value);
  return Value::List(std::move(values));
}

Value Entries(const Value* args, int, EvalContext&) {
  const Value tuple = args[0].Materialize();
  std::vector<Value> entries;
  for (const Field& f : tuple.fields()) {
    entries.push_back(Value::Struct({{"key", Value::String(f.name)}, {"value", f.value}}));
  }
  return Value::List(std::move(entries));
}

Value Flatten(const Value* args, int, EvalContext&) {
  std::vector<Value> flat;
  for (const Value& v : args[0].elements()) {
    if (v.is_collection()) {
      flat.insert(flat.end(), v.elements().begin(), v.elements().end());
    } else {
      flat.push_back(v);
    }
  }
  return Value::Collection(args[0].type() == Type::kList ? Type::kList : Type::kBag, std::move(flat));
}

Value Sort(const Value* args, int, EvalContext&) {
  std::vector<Value> sorted = args[0].elements();
  CheckPoints points;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Value& a, const Value& b) {
    points.Tick();
    return TotalOrder(a, b) < 0;
  });
  return Value::List(std::move(sorted));
}

Value Position(const Value* args, int, EvalContext& ctx) {
  if (!args[0].is_list()) return ctx.Mismatch("LIST_POSITION takes a list");
  const std::vector<Value>& elements = args[0].elements();
  const auto it =
      std::find_if(elements.begin(), elements.end(), [&](const Value& v) { return EqualValues(v, args[1]); });
  return it == elements.end() ? Value::Null() : Value::Int(it - elements.begin());
}

Value Slice(const Value* args, int count, EvalContext& ctx) {
  if (!args[0].is_list()) return ctx.Mismatch("LIST_SLICE takes a list");
  int64_t from, to = std::numeric_limits<int64_t>::max();
  if (!SmallInt(args[1], &from, ctx) || (count > 2 && !SmallInt(args[2], &to, ctx))) {
    return Value::Missing();
  }
  const std::vector<Value>& elements = args[0].elements();
  const auto size = static_cast<int64_t>(elements.size());
  from = std::clamp<int64_t>(from, 0, size);
  to = std::clamp<int64_t>(to, from, size);
  return Value::List(std::vector<Value>(elements.begin() + from, elements.begin() + to));
}

}  // namespace

void AddCollectionFunctions(Registry& r) {
  r.Add("CARDINALITY(c COLLECTION | TUPLE) -> INT", kGroup, "How many elements or attributes there are.",
        "CARDINALITY([1, NULL, 2]) = 3", 1, 1, {kAny}, Cardinality);
  r.Add("EXISTS(c COLLECTION | TUPLE) -> BOOL", kGroup,
        "Whether there is an element or attribute; EXISTS (SELECT ...): a row.", "EXISTS([1])", 1, 1, {kAny}, Exists);
  r.Add("FILTER_DISTINCT(c COLLECTION) -> COLLECTION", kGroup, "The collection without repeated elements.",
        "FILTER_DISTINCT([1, 1.0, 2]) = [1, 2]", 1, 1, {kCollection}, Distinct);
  r.Add("COLL_TO_SCALAR(c COLLECTION) -> ANY", kGroup, "The only column of the only row; NULL if there is no row.",
        "COLL_TO_SCALAR(<<{'a': 1}>>) = 1", 1, 1, {kCollection}, ToScalar);
  r.Add("TUPLEUNION(t TUPLE, ...) -> TUPLE", kGroup, "One tuple with the attributes of all.",
        "TUPLEUNION({'a': 1}, {'b': 2}) = {'a': 1, 'b': 2}", 1, -1, {ArgType::kStruct}, TupleUnion);
  r.Add("MAP_KEYS(t TUPLE) -> LIST", kGroup, "The names of the attributes.", "MAP_KEYS({'a': 1, 'b': 2}) = ['a', 'b']",
        1, 1, {ArgType::kStruct}, Keys);
  r.Add("MAP_VALUES(t TUPLE) -> LIST", kGroup, "The values of the attributes.", "MAP_VALUES({'a': 1, 'b': 2}) = [1, 2]",
        1, 1, {ArgType::kStruct}, Values);
  r.Add("MAP_ENTRIES(t TUPLE) -> LIST", kGroup, "The attributes as tuples of key and value.",
        "MAP_ENTRIES({'a': 1}) = [{'key': 'a', 'value': 1}]", 1, 1, {ArgType::kStruct}, Entries);
  r.Add("FLATTEN(c COLLECTION) -> COLLECTION", kGroup, "The elements, and the elements of those that are collections.",
        "FLATTEN([[1], 2]) = [1, 2]", 1, 1, {kCollection}, Flatten);
  r.Add("LIST_SORT(c COLLECTION) -> LIST", kGroup, "The elements in the order of ORDER BY.",
        "LIST_SORT([3, 1, 2]) = [1, 2, 3]", 1, 1, {kCollection}, Sort);
  r.Add("LIST_POSITION(l LIST, x ANY) -> INT", kGroup,
        "The position of the first element equal to x, from 0 as in a path; NULL if there is none.",
        "LIST_POSITION(['a', 'b'], 'b') = 1", 2, 2, {kCollection, kAny}, Position);
  r.Add("LIST_SLICE(l LIST, from INT [, to INT]) -> LIST", kGroup,
        "The elements from one position to before another, from 0.", "LIST_SLICE([1, 2, 3, 4], 1, 3) = [2, 3]", 2, 3,
        {kCollection, kInt, kInt}, Slice);
}

}  // namespace parton::functions
