// DynamoDB's functions (developer guide, "Comparison operator and function reference" and
// "Update expressions").
#include <algorithm>
#include <unordered_set>

#include "types/functions/registry.h"
#include "types/item/item_rules.h"
#include "types/text/unicode.h"
#include "types/value/value_compare.h"

namespace parton::functions {
namespace {

const char* const kGroup = "DynamoDB";

bool OneFamily(const Value& a, const Value& b) { return (a.is_text() && b.is_text()) || (a.is_lob() && b.is_lob()); }

Value BeginsWith(const Value* args, int, EvalContext& ctx) {
  if (!OneFamily(args[0], args[1])) {
    return ctx.Mismatch("begins_with takes two strings or two binaries");
  }
  return Value::Bool(args[0].bytes().starts_with(args[1].bytes()));
}

Value Contains(const Value* args, int, EvalContext& ctx) {
  const Value &whole = args[0], &part = args[1];
  if (whole.is_absent() || part.is_missing()) return eval::Absent(whole, part);
  // NULL is unknown to PartiQL, a value like others to DynamoDB.
  if (part.is_null() && ctx.logic == Logic::kPartiql) return part;
  if (OneFamily(whole, part)) {
    return Value::Bool(whole.bytes().find(part.bytes()) != std::string_view::npos);
  }
  if (!whole.is_collection()) {
    return ctx.Mismatch("contains takes a string, binary, set, list or bag, and what may be in it");
  }
  const std::vector<Value>& elements = whole.elements();
  return Value::Bool(
      std::any_of(elements.begin(), elements.end(), [&](const Value& v) { return EqualValues(v, part); }));
}

Value Size(const Value* args, int, EvalContext&) {
  const Value& v = args[0];
  if (v.is_text()) return Value::Int(static_cast<int64_t>(Utf16Length(v.bytes())));
  if (v.is_lob()) return Value::Int(static_cast<int64_t>(v.bytes().size()));
  return Value::Int(static_cast<int64_t>(v.Count()));
}

Value AttributeType(const Value* args, int, EvalContext& ctx) {
  static const char* const kTypes[] = {"N", "BS", "L", "B", "NULL", "M", "S", "SS", "NS", "BOOL"};
  if (args[1].is_absent()) return args[1];
  const std::string_view type = args[1].bytes();
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
    return ctx.Fail(Status::Validation("Invalid attribute type name found; type: " + std::string(type) +
                                       ", valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}"));
  }
  if (args[0].is_missing()) return Value::Missing();
  return Value::Bool(DynamoTypeCode(args[0]) == type);
}

Value ListAppend(const Value* args, int, EvalContext& ctx) {
  if (!args[0].is_list() || !args[1].is_list()) return ctx.Mismatch("list_append takes two lists");
  std::vector<Value> joined = args[0].elements();
  const std::vector<Value>& more = args[1].elements();
  joined.insert(joined.end(), more.begin(), more.end());
  return Value::List(std::move(joined));
}

using ValueSet = std::unordered_set<Value, ValueHash, ValueEqual>;

// The union: a MISSING first set counts as empty. A written set `<<1, 2>>` is a bag here.
Value SetAdd(const Value* args, int, EvalContext& ctx) {
  ValueSet seen;
  std::vector<Value> members;
  for (int i = 0; i < 2; ++i) {
    const Value& v = args[i];
    if (v.is_missing() && i == 0) continue;
    if (v.is_absent()) return v;
    if (!v.is_set() && v.type() != Type::kBag) return ctx.Mismatch("set_add takes two sets");
    for (const Value& member : v.elements()) {
      if (seen.insert(member).second) members.push_back(member);
    }
  }
  Result<Value> set = Value::Set(std::move(members));
  return set.ok() ? std::move(*set) : ctx.Mismatch(set.status().message().c_str());
}

// The difference; MISSING if nothing is left, for there are no empty sets.
Value SetDelete(const Value* args, int, EvalContext& ctx) {
  for (int i = 0; i < 2; ++i) {
    if (!args[i].is_set() && args[i].type() != Type::kBag) return ctx.Mismatch("set_delete takes two sets");
  }
  const std::vector<Value>& gone = args[1].elements();
  const ValueSet removed(gone.begin(), gone.end());
  std::vector<Value> members;
  for (const Value& member : args[0].elements()) {
    if (removed.count(member) == 0) members.push_back(member);
  }
  if (members.empty()) return Value::Missing();
  Result<Value> set = Value::Set(std::move(members));
  return set.ok() ? std::move(*set) : ctx.Mismatch(set.status().message().c_str());
}

}  // namespace

void AddDynamoFunctions(Registry& r) {
  r.Add("BEGINS_WITH(x STRING | BINARY, prefix STRING | BINARY) -> BOOL", kGroup,
        "Whether x begins with the prefix, which is of the same type.", "BEGINS_WITH('parton', 'par')", 2, 2,
        {ArgType::kTextOrLob}, BeginsWith)
      .predicate = true;
  r.Add("CONTAINS(x ANY, part ANY) -> BOOL", kGroup,
        "Whether a string or binary has that part, or a set, list or bag that member.", "CONTAINS([1, 'a'], 'a')", 2, 2,
        {kAny}, Contains);
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().predicate = true;
  r.Add("SIZE(x ANY) -> INT", kGroup,
        "Elements of a collection, attributes of a tuple, bytes of a binary, UTF-16 units of a string.",
        "SIZE([1, 2]) = 2", 1, 1, {ArgType::kSized}, Size);
  r.Add("ATTRIBUTE_TYPE(x ANY, type STRING) -> BOOL", kGroup,
        "Whether x is of DynamoDB's type S, N, B, BOOL, NULL, L, M, SS, NS or BS.", "ATTRIBUTE_TYPE('a', 'S')", 2, 2,
        {kAny, kText}, AttributeType);
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().predicate = true;
  r.scalars.back().probes = true;
  r.Add("ATTRIBUTE_EXISTS(path ANY) -> BOOL", kGroup, "Whether the attribute is there, NULL or not.",
        "ATTRIBUTE_EXISTS({'a': NULL}.a)", 1, 1, {kAny},
        [](const Value* a, int, EvalContext&) { return Value::Bool(!a[0].is_missing()); });
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().probes = true;
  r.Add("ATTRIBUTE_NOT_EXISTS(path ANY) -> BOOL", kGroup, "Whether the attribute is not there.",
        "ATTRIBUTE_NOT_EXISTS({'a': NULL}.b)", 1, 1, {kAny},
        [](const Value* a, int, EvalContext&) { return Value::Bool(a[0].is_missing()); });
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().probes = true;
  r.Add("IF_NOT_EXISTS(path ANY, x ANY) -> ANY", kGroup, "The attribute, or x if it is not there.",
        "IF_NOT_EXISTS({'a': 1}.b, 5) = 5", 2, 2, {kAny},
        [](const Value* a, int, EvalContext&) { return a[0].is_missing() ? a[1] : a[0]; });
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().probes = true;
  r.Add("LIST_APPEND(a LIST, b LIST) -> LIST", kGroup, "The elements of a, then those of b.",
        "LIST_APPEND([1], [2, 3]) = [1, 2, 3]", 2, 2, {kCollection}, ListAppend);
  r.Add("SET_ADD(a SET, b SET) -> SET", kGroup, "The set with the members of both; a may be MISSING.",
        "SET_ADD(<<1, 2>>, <<2, 3>>) = <<1, 2, 3>>", 2, 2, {kCollection}, SetAdd)
      .absent = AbsentRule::kCustom;
  r.Add("SET_DELETE(a SET, b SET) -> SET", kGroup, "The set a without the members of b; MISSING if nothing is left.",
        "SET_DELETE(<<1, 2>>, <<2, 3>>) = <<1>>", 2, 2, {kCollection}, SetDelete);
}

}  // namespace parton::functions
