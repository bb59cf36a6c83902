// The table of functions, look-up, and checks that need no row.
#include "types/functions/registry.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include "parton/text.h"
#include "types/sync/mutex.h"

namespace parton {
namespace functions {

ScalarFunction& Registry::Add(std::string signature, std::string group, std::string doc, std::string example,
                              int min_args, int max_args, std::vector<ArgType> args,
                              std::function<Value(const Value*, int, EvalContext&)> call) {
  ScalarFunction f;
  f.name = signature.substr(0, signature.find('('));
  f.signature = std::move(signature);
  f.group = std::move(group);
  f.doc = std::move(doc);
  f.example = std::move(example);
  f.min_args = min_args;
  f.max_args = max_args;
  f.args = std::move(args);
  f.call = std::move(call);
  scalars.push_back(std::move(f));
  return scalars.back();
}

void Registry::Alias(std::string name) {
  ScalarFunction f = scalars.back();
  const std::string& old = f.name;
  f.signature.replace(0, old.size(), name);
  f.doc = "Another name of " + old + ".";
  if (f.example.compare(0, old.size() + 1, old + "(") == 0) f.example.replace(0, old.size(), name);
  f.name = std::move(name);
  scalars.push_back(std::move(f));
}

}  // namespace functions

namespace {

// Functions live for ever at one address: expressions point at them.
struct Table {
  Table() {
    functions::Registry r;
    functions::AddStringFunctions(r);
    functions::AddRegexFunctions(r);
    functions::AddNumericFunctions(r);
    functions::AddTemporalFunctions(r);
    functions::AddCollectionFunctions(r);
    functions::AddConditionalFunctions(r);
    functions::AddConversionFunctions(r);
    functions::AddDynamoFunctions(r);
    functions::AddGraphFunctions(r);
    functions::AddAggregates(r);
    for (ScalarFunction& f : r.scalars) {
      scalar_storage.push_back(std::move(f));
      PARTON_CHECK(scalars.emplace(scalar_storage.back().name, &scalar_storage.back()).second);
    }
    for (AggregateFunction& f : r.aggregates) {
      aggregate_storage.push_back(std::move(f));
      PARTON_CHECK(aggregates.emplace(aggregate_storage.back().name, &aggregate_storage.back()).second);
    }
  }

  SharedMutex mutex;
  std::deque<ScalarFunction> scalar_storage GUARDED_BY(mutex);
  std::deque<AggregateFunction> aggregate_storage GUARDED_BY(mutex);
  std::map<std::string, const ScalarFunction*, std::less<>> scalars GUARDED_BY(mutex);
  std::map<std::string, const AggregateFunction*, std::less<>> aggregates GUARDED_BY(mutex);
};

Table& TheTable() {
  static Table* table = new Table();  // never destroyed: other statics may evaluate
  return *table;
}

template <typename Map>
auto FindIn(const Map& map, std::string_view name) -> decltype(map.begin()->second) {
  const auto it = map.find(AsciiUpper(name));
  return it == map.end() ? nullptr : it->second;
}

template <typename Map>
auto ValuesOf(const Map& map) {
  std::vector<typename Map::mapped_type> all;
  all.reserve(map.size());
  for (const auto& [name, f] : map) all.push_back(f);
  return all;
}

// Damerau-Levenshtein distance (adjacent transpositions), bytes, ignoring ASCII case; at most `limit` + 1.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

Status NameTaken(const std::string& name) {
  return Status::Validation("there is a built-in function " + name + " already");
}

// The value of an argument that needs no row: a literal.
const Value* LiteralOf(const ExprPtr& e) {
  const auto* literal = e->As<Expr::Literal>();
  return literal == nullptr || literal->value.is_absent() ? nullptr : &literal->value;
}

// The type of a constructor or literal; kMissing if it is not known.
Type StaticType(const ExprPtr& e) {
  if (const Value* v = LiteralOf(e)) return v->type();
  if (const auto* made = e->As<Expr::MakeCollection>()) return made->type;
  if (e->As<Expr::MakeStruct>() != nullptr) return Type::kStruct;
  return Type::kMissing;
}

std::string CountText(const ScalarFunction& f) {
  const auto plural = [](int n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); };
  if (f.max_args < 0) return "at least " + plural(f.min_args);
  if (f.min_args == f.max_args) return plural(f.min_args);
  return std::to_string(f.min_args) + " to " + plural(f.max_args);
}

}  // namespace

const ScalarFunction* FindScalarFunction(std::string_view name) {
  Table& table = TheTable();
  ReaderLock lock(table.mutex);
  return FindIn(table.scalars, name);
}

const AggregateFunction* FindAggregateFunction(std::string_view name) {
  Table& table = TheTable();
  ReaderLock lock(table.mutex);
  return FindIn(table.aggregates, name);
}

std::vector<const ScalarFunction*> AllScalarFunctions() {
  Table& table = TheTable();
  ReaderLock lock(table.mutex);
  return ValuesOf(table.scalars);
}

std::vector<const AggregateFunction*> AllAggregateFunctions() {
  Table& table = TheTable();
  ReaderLock lock(table.mutex);
  return ValuesOf(table.aggregates);
}

Status RegisterScalarFunction(ScalarFunction f) {
  if (f.name.empty() || f.call == nullptr) return Status::Validation("a function needs a name and a body");
  Table& table = TheTable();
  WriterLock lock(table.mutex);
  f.name = AsciiUpper(f.name);
  if (f.group.empty()) f.group = "user";
  if (table.scalars.count(f.name) != 0 || table.aggregates.count(f.name) != 0) return NameTaken(f.name);
  table.scalar_storage.push_back(std::move(f));
  table.scalars[table.scalar_storage.back().name] = &table.scalar_storage.back();
  return Status();
}

Status RegisterAggregateFunction(AggregateFunction f) {
  if (f.name.empty() || f.make == nullptr) return Status::Validation("a function needs a name and a body");
  Table& table = TheTable();
  WriterLock lock(table.mutex);
  f.name = AsciiUpper(f.name);
  if (table.scalars.count(f.name) != 0 || table.aggregates.count(f.name) != 0) return NameTaken(f.name);
  table.aggregate_storage.push_back(std::move(f));
  table.aggregates[table.aggregate_storage.back().name] = &table.aggregate_storage.back();
  return Status();
}

std::string NearestFunction(std::string_view name) {
  std::vector<std::string> names;
  for (const ScalarFunction* f : AllScalarFunctions()) names.push_back(f->name);
  for (const AggregateFunction* f : AllAggregateFunctions()) names.push_back(f->name);
  return NearestName(name, names);
}

std::string NearestName(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kLongest = 64;
  if (name.empty() || name.size() > kLongest) return {};
  const std::string wanted = AsciiUpper(name);
  const size_t limit = std::max<size_t>(1, std::min<size_t>(3, name.size() / 3));
  size_t best = limit + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate == name || candidate.size() > kLongest) continue;
    const size_t distance = EditDistance(wanted, AsciiUpper(candidate), limit);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

bool Accepts(ArgType arg, Type t) {
  const auto collection = [&] { return t >= Type::kList && t <= Type::kBinarySet; };
  const auto text = [&] { return t == Type::kString || t == Type::kSymbol; };
  const auto lob = [&] { return t == Type::kBlob || t == Type::kClob; };
  switch (arg) {
    case ArgType::kAny: return true;
    case ArgType::kBool: return t == Type::kBool;
    case ArgType::kInt: return t == Type::kInt;
    case ArgType::kExact: return t == Type::kInt || t == Type::kDecimal;
    case ArgType::kNumeric: return t >= Type::kInt && t <= Type::kFloat;
    case ArgType::kText: return text();
    case ArgType::kLob: return lob();
    case ArgType::kTextOrLob: return text() || lob();
    case ArgType::kTemporal: return t >= Type::kDate && t <= Type::kInterval;
    case ArgType::kInterval: return t == Type::kInterval;
    case ArgType::kCollection: return collection();
    case ArgType::kStruct: return t == Type::kStruct;
    case ArgType::kSized: return text() || lob() || collection() || t == Type::kStruct;
  }
  return false;
}

std::string_view ArgTypeName(ArgType arg) {
  switch (arg) {
    case ArgType::kAny: return "anything";
    case ArgType::kBool: return "a boolean";
    case ArgType::kInt: return "an integer";
    case ArgType::kExact: return "an integer or a decimal";
    case ArgType::kNumeric: return "a number";
    case ArgType::kText: return "a string";
    case ArgType::kLob: return "a binary";
    case ArgType::kTextOrLob: return "a string or a binary";
    case ArgType::kTemporal: return "a date, time, timestamp or interval";
    case ArgType::kInterval: return "an interval";
    case ArgType::kCollection: return "a list, bag or set";
    case ArgType::kStruct: return "a tuple";
    case ArgType::kSized: return "a string, binary, collection or tuple";
  }
  return "?";
}

Status CheckCallStatically(const ScalarFunction& f, const std::vector<ExprPtr>& args, bool counts_only) {
  const int count = static_cast<int>(args.size());
  if (count < f.min_args || (f.max_args >= 0 && count > f.max_args)) {
    return Status::Validation(f.name + " takes " + CountText(f) + ", not " + std::to_string(count), {}, f.signature);
  }
  if (!f.keywords.empty() && count > 1) {
    const Value* word = LiteralOf(args[0]);
    if (word != nullptr && word->is_text() &&
        std::find(f.keywords.begin(), f.keywords.end(), AsciiUpper(word->bytes())) == f.keywords.end()) {
      return Status::Validation(f.name + " does not know " + std::string(word->bytes()), args[0]->span, f.signature);
    }
  }
  if (counts_only || f.args.empty()) return Status();
  for (size_t i = 0; i < args.size(); ++i) {
    const ArgType wanted = f.args[std::min(i, f.args.size() - 1)];
    const Type type = StaticType(args[i]);
    if (type == Type::kMissing || Accepts(wanted, type)) continue;
    std::string message = f.name + ": argument " + std::to_string(i + 1) + " must be ";
    message += ArgTypeName(wanted);
    message += ", not ";
    message += TypeName(type);
    return Status::Validation(std::move(message), args[i]->span, f.signature);
  }
  return Status();
}

Status CheckOperatorStatically(const Expr& e) {
  const auto wrong = [](const ExprPtr& operand, const char* what) {
    return Status::Validation(std::string(what) + ", not " + std::string(TypeName(StaticType(operand))), operand->span);
  };
  const auto not_text = [](const ExprPtr& operand) {
    return operand != nullptr && StaticType(operand) != Type::kMissing && !Accepts(ArgType::kText, StaticType(operand));
  };
  if (const auto* like = e.As<Expr::Like>()) {
    for (const ExprPtr& operand : {like->value, like->pattern, like->escape}) {
      if (not_text(operand)) return wrong(operand, "LIKE takes strings");
    }
  }
  if (const auto* binary = e.As<Expr::Binary>(); binary != nullptr && binary->op == BinaryOp::kConcat) {
    for (const ExprPtr& operand : {binary->left, binary->right}) {
      if (not_text(operand)) return wrong(operand, "|| takes strings");
    }
  }
  return Status();
}

}  // namespace parton
