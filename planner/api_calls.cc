#include "planner/api_calls.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "planner/dynamo_expression.h"
#include "planner/plan_visit.h"
#include "planner/rules/key_terms.h"
#include "types/item_rules.h"
#include "types/value_compare.h"
#include "types/value_print.h"

namespace parton {

namespace {

constexpr size_t kMaxBatchGet = 100;
constexpr size_t kMaxTransaction = 100;

std::string Quoted(std::string_view s) { return Value::String(s).ToJson(); }

std::string_view TypeLetter(KeyType type) {
  switch (type) {
    case KeyType::kNumber: return "N";
    case KeyType::kBinary: return "B";
    case KeyType::kString: break;
  }
  return "S";
}

void Add(ApiCall* call, std::string name, std::string json) { call->members.emplace_back(std::move(name), std::move(json)); }

void AddExpression(ApiCall* call, std::string name, const std::string& text) {
  if (!text.empty()) Add(call, std::move(name), Quoted(text));
}

void AddPlaceholders(ApiCall* call, const DynamoExpressions& e) {
  if (std::string names = e.NamesJson(); !names.empty()) Add(call, "ExpressionAttributeNames", std::move(names));
  if (std::string values = e.ValuesJson(); !values.empty()) Add(call, "ExpressionAttributeValues", std::move(values));
}

void AppendTerm(std::string term, std::string* out) {
  if (!out->empty()) *out += " AND ";
  *out += term;
}

std::string KeyJson(const KeySchema& key, const std::string& hash, const std::optional<std::string>& range) {
  std::string out = fmt::format("{{{}:{}", Quoted(key.hash.name), hash);
  if (key.range && range) out += fmt::format(",{}:{}", Quoted(key.range->name), *range);
  return out + "}";
}

// The access paths of a plan, in the order in which they are read, and what stands above them.
class Collector {
 public:
  Collector(const Settings& settings, EvalContext* ctx, ApiPlan* out) : settings_(settings), ctx_(ctx), out_(out) {}

  void Visit(const Plan& plan) {
    ForEachPlanBelow(plan, [&](const Plan& below) { Visit(below); });
    if (const auto* access = plan.As<Plan::Access>()) {
      Access(*access);
      return;
    }
    Client(plan);
  }
  void Access(const Plan::Access& a);
  // The keys of GetItem or BatchGet, as JSON, each once; none that no item can have.
  std::vector<std::string> KeysOf(const Plan::Access& a) const;

 private:
  void Client(const Plan& plan) {
    if (plan.As<Plan::Once>() || plan.As<Plan::Compute>() || plan.As<Plan::Gather>()) return;
    const auto* limit = plan.As<Plan::Limit>();
    if (limit != nullptr && limit->offset == nullptr && out_->calls.size() == 1 && !out_->calls[0].members.empty() &&
        out_->calls[0].members.back().first == "Limit") {
      return;
    }
    PlanDescription d = Describe(plan);
    std::string line = d.name;
    for (const auto& [name, value] : d.properties) {
      if (name != "estimate") line += fmt::format(", {}: {}", name, value);
    }
    out_->client.push_back(std::move(line));
  }
  void Keys(const Plan::Access& a);
  void Range(const Plan::Access& a, const AccessRange& range, const ExprPtr& hash);
  void Scan(const Plan::Access& a);
  void Finish(const Plan::Access& a, DynamoExpressions* e, ApiCall call, const std::vector<ExprPtr>& terms,
              const std::string& key_condition, std::string filter);
  std::string SortCondition(const Plan::Access& a, const AccessRange& range, DynamoExpressions* e, ApiCall* call);
  void Projection(const Plan::Access& a, DynamoExpressions* e, ApiCall* call);
  bool ReadsKey(const Expr& term, const Plan::Access& a) const;
  std::vector<ExprPtr> ListOf(const ExprPtr& list) const;

  const Settings& settings_;
  EvalContext* ctx_;
  ApiPlan* out_;
};

std::vector<ExprPtr> Collector::ListOf(const ExprPtr& list) const {
  std::vector<ExprPtr> out;
  if (!IsFixedPerExecution(*list)) return {list};
  const Value v = EvaluateValue(*list, *ctx_);
  if (v.is_collection()) {
    for (const Value& element : v.elements()) out.push_back(MakeExpr(Expr::Literal{element}));
  }
  return out;
}

void Collector::Access(const Plan::Access& a) {
  switch (a.kind) {
    case AccessKind::kEmpty: out_->client.push_back(fmt::format("nothing of {} is read: no item can match", a.table->name)); break;
    case AccessKind::kGetItem:
    case AccessKind::kBatchGet: Keys(a); break;
    case AccessKind::kQuery:
      for (const AccessRange& r : a.ranges) {
        if (r.hash != nullptr) {
          Range(a, r, r.hash);
        } else {
          for (const ExprPtr& hash : ListOf(a.hash_list)) Range(a, r, hash);
        }
      }
      break;
    case AccessKind::kScan:
    case AccessKind::kRangeScan: Scan(a); break;
  }
  if (a.fetch) {
    ApiCall fetch;
    fetch.operation = "BatchGetItem";
    const KeySchema& key = a.table->key;
    auto unknown = [](const KeyAttribute& k) { return fmt::format("{{\"{}\":\"<{}>\"}}", TypeLetter(k.type), k.name); };
    std::optional<std::string> range;
    if (key.range) range = unknown(*key.range);
    Add(&fetch, "RequestItems",
        fmt::format("{{{}:{{\"Keys\":[{}]}}}}", Quoted(a.table->name), KeyJson(key, unknown(key.hash), range)));
    fetch.notes.push_back("for each 100 keys found: the index lacks attributes that the statement reads");
    out_->calls.push_back(std::move(fetch));
  }
}

void Collector::Projection(const Plan::Access& a, DynamoExpressions* e, ApiCall* call) {
  if (a.whole_item || a.attributes.empty()) return;
  std::string list;
  for (const std::string& name : a.attributes) list += (list.empty() ? "" : ", ") + e->Name(name);
  AddExpression(call, "ProjectionExpression", list);
}

std::vector<std::string> Collector::KeysOf(const Plan::Access& a) const {
  DynamoExpressions e(a.slot, settings_.logic(), ctx_);
  const KeySchema& key = a.table->key;
  std::vector<std::string> keys;
  auto add = [&](const ExprPtr& hash, const ExprPtr& range) {
    std::optional<std::string> h = e.ValueJson(*hash, TypeLetter(key.hash.type)), r;
    if (key.range) r = e.ValueJson(*range, TypeLetter(key.range->type));
    if (!h || (key.range && !r)) return;
    std::string json = KeyJson(key, *h, r);
    if (std::find(keys.begin(), keys.end(), json) == keys.end()) keys.push_back(std::move(json));
  };
  for (const AccessKey& k : a.keys) {
    const bool listed = key.range && k.range == nullptr;
    const std::vector<ExprPtr> ranges = listed ? ListOf(a.range_list) : std::vector<ExprPtr>{k.range};
    for (const ExprPtr& hash : k.hash ? std::vector<ExprPtr>{k.hash} : ListOf(a.hash_list)) {
      for (const ExprPtr& range : ranges) add(hash, range);
    }
  }
  return keys;
}

void Collector::Keys(const Plan::Access& a) {
  const std::vector<std::string> keys = KeysOf(a);
  const bool one = a.kind == AccessKind::kGetItem;
  for (size_t at = 0; at < keys.size(); at += kMaxBatchGet) {
    ApiCall call;
    call.operation = one ? "GetItem" : "BatchGetItem";
    DynamoExpressions names(a.slot, settings_.logic(), ctx_);
    if (one) {
      Add(&call, "TableName", Quoted(a.table->name));
      Add(&call, "Key", keys[0]);
      if (a.consistent) Add(&call, "ConsistentRead", "true");
      Projection(a, &names, &call);
      AddPlaceholders(&call, names);
    } else {
      ApiCall inner;
      const auto last = keys.begin() + static_cast<ptrdiff_t>(std::min(keys.size(), at + kMaxBatchGet));
      Add(&inner, "Keys", fmt::format("[{}]", fmt::join(keys.begin() + static_cast<ptrdiff_t>(at), last, ",")));
      if (a.consistent) Add(&inner, "ConsistentRead", "true");
      Projection(a, &names, &inner);
      AddPlaceholders(&inner, names);
      std::string body;
      for (const auto& [name, json] : inner.members) body += fmt::format("{}{}:{}", body.empty() ? "" : ",", Quoted(name), json);
      Add(&call, "RequestItems", fmt::format("{{{}:{{{}}}}}", Quoted(a.table->name), body));
    }
    out_->calls.push_back(std::move(call));
  }
  if (keys.empty()) out_->client.push_back(fmt::format("nothing of {} is read: no key of that type", a.table->name));
  if (a.filter) out_->client.push_back("keep items with " + ToString(*a.filter));
}

// Whether the term is about a key of what is queried, which FilterExpression must not name.
bool Collector::ReadsKey(const Expr& term, const Plan::Access& a) const {
  const KeySchema& key = a.index ? a.index->key : a.table->key;
  bool found = false;
  auto visit = [&](auto& self, const Expr& e) -> void {
    const std::string_view name = AttributeOf(e, a.slot);
    found = found || name == key.hash.name || (key.range && name == key.range->name);
    ForEachChild(e, [&](const ExprPtr& child) { self(self, *child); });
  };
  visit(visit, term);
  return found;
}

// One condition on the sort key; what it leaves out is said.
std::string Collector::SortCondition(const Plan::Access& a, const AccessRange& range, DynamoExpressions* e,
                                     ApiCall* call) {
  const KeySchema& key = a.index ? a.index->key : a.table->key;
  if (!key.range) return "";
  const std::string name = e->Name(key.range->name);
  const std::string_view type = TypeLetter(key.range->type);
  auto value = [&](const ExprPtr& v) { return e->PlaceValueOf(*v, type).value_or(":none"); };
  auto rest = [&](std::string text) { call->notes.push_back("in the client: keep items with " + text); };
  if (!range.prefixes.empty()) {
    for (size_t i = 1; i < range.prefixes.size(); ++i) {
      rest(fmt::format("begins_with({}, {})", key.range->name, ToString(*range.prefixes[i])));
    }
    for (const BoundExpr& b : range.lows) rest(fmt::format("{} {} {}", key.range->name, b.inclusive ? ">=" : ">", ToString(*b.value)));
    for (const BoundExpr& b : range.highs) rest(fmt::format("{} {} {}", key.range->name, b.inclusive ? "<=" : "<", ToString(*b.value)));
    return fmt::format("begins_with({}, {})", name, value(range.prefixes[0]));
  }
  for (size_t i = 1; i < range.lows.size(); ++i) {
    rest(fmt::format("{} {} {}", key.range->name, range.lows[i].inclusive ? ">=" : ">", ToString(*range.lows[i].value)));
  }
  for (size_t i = 1; i < range.highs.size(); ++i) {
    rest(fmt::format("{} {} {}", key.range->name, range.highs[i].inclusive ? "<=" : "<", ToString(*range.highs[i].value)));
  }
  if (!range.lows.empty() && !range.highs.empty()) {
    const BoundExpr& low = range.lows[0];
    const BoundExpr& high = range.highs[0];
    if (low.inclusive && high.inclusive && SameExpr(*low.value, *high.value)) {
      return fmt::format("{} = {}", name, value(low.value));
    }
    if (!low.inclusive) rest(fmt::format("{} <> {}", key.range->name, ToString(*low.value)));
    if (!high.inclusive) rest(fmt::format("{} <> {}", key.range->name, ToString(*high.value)));
    const std::string from = value(low.value);
    return fmt::format("{} BETWEEN {} AND {}", name, from, value(high.value));
  }
  if (!range.lows.empty()) {
    return fmt::format("{} {} {}", name, range.lows[0].inclusive ? ">=" : ">", value(range.lows[0].value));
  }
  if (!range.highs.empty()) {
    return fmt::format("{} {} {}", name, range.highs[0].inclusive ? "<=" : "<", value(range.highs[0].value));
  }
  return "";
}

void Collector::Range(const Plan::Access& a, const AccessRange& range, const ExprPtr& hash) {
  DynamoExpressions e(a.slot, settings_.logic(), ctx_);
  const KeySchema& key = a.index ? a.index->key : a.table->key;
  std::optional<std::string> value = e.PlaceValueOf(*hash, TypeLetter(key.hash.type));
  if (!value) return;  // no item has such a key
  ApiCall call;
  call.operation = "Query";
  std::string condition = fmt::format("{} = {}", e.Name(key.hash.name), *value);
  if (std::string sort = SortCondition(a, range, &e, &call); !sort.empty()) AppendTerm(sort, &condition);
  Finish(a, &e, std::move(call), Conjuncts(a.filter), condition, "");
}

void Collector::Scan(const Plan::Access& a) {
  DynamoExpressions e(a.slot, settings_.logic(), ctx_);
  ApiCall call;
  call.operation = "Scan";
  std::string filter;
  // A Scan knows no order of partition keys: bounds on them are a filter there.
  for (const AccessRange& r : a.ranges) {
    const KeyAttribute& hash = a.table->key.hash;
    auto bound = [&](const ExprPtr& v, std::string_view op) {
      if (auto value = e.PlaceValueOf(*v, TypeLetter(hash.type))) AppendTerm(fmt::format("{} {} {}", e.Name(hash.name), op, *value), &filter);
    };
    for (const BoundExpr& b : r.lows) bound(b.value, b.inclusive ? ">=" : ">");
    for (const BoundExpr& b : r.highs) bound(b.value, b.inclusive ? "<=" : "<");
    for (const ExprPtr& p : r.prefixes) {
      if (auto value = e.PlaceValueOf(*p, TypeLetter(hash.type))) {
        AppendTerm(fmt::format("begins_with({}, {})", e.Name(hash.name), *value), &filter);
      }
    }
  }
  if (a.threads > 1) call.notes.push_back(fmt::format("{} at a time, with Segment and TotalSegments", a.threads));
  if (a.ordered) call.notes.push_back("in the client: put the items in the order of their keys");
  Finish(a, &e, std::move(call), Conjuncts(a.filter), "", std::move(filter));
}

void Collector::Finish(const Plan::Access& a, DynamoExpressions* e, ApiCall call, const std::vector<ExprPtr>& terms,
                       const std::string& key_condition, std::string filter) {
  const bool query = call.operation == "Query";
  bool all = true;
  for (const ExprPtr& t : terms) {
    std::optional<std::string> text;
    if (!query || !ReadsKey(*t, a)) text = e->Condition(*t);
    if (text) {
      AppendTerm(t->As<Expr::Or>() != nullptr && terms.size() > 1 ? "(" + *text + ")" : *text, &filter);
    } else {
      all = false;
      call.notes.push_back("in the client: keep items with " + ToString(*t));
    }
  }
  ApiCall whole;
  whole.operation = call.operation;
  whole.notes = std::move(call.notes);
  Add(&whole, "TableName", Quoted(a.table->name));
  if (a.index) Add(&whole, "IndexName", Quoted(a.index->name));
  AddExpression(&whole, "KeyConditionExpression", key_condition);
  AddExpression(&whole, "FilterExpression", filter);
  if (!a.fetch) Projection(a, e, &whole);
  AddPlaceholders(&whole, *e);
  if (query && a.backward) Add(&whole, "ScanIndexForward", "false");
  if (a.consistent) Add(&whole, "ConsistentRead", "true");
  if (a.limit) {
    // Limit counts the items examined, not those that match.
    if (all && filter.empty() && whole.notes.empty()) {
      Add(&whole, "Limit", std::to_string(*a.limit));
    } else {
      whole.notes.push_back(fmt::format("page by page, until {} items match", *a.limit));
    }
  }
  out_->calls.push_back(std::move(whole));
}

std::string_view ReturnValuesName(ReturnValues r) {
  switch (r) {
    case ReturnValues::kAllOld: return "ALL_OLD";
    case ReturnValues::kAllNew: return "ALL_NEW";
    case ReturnValues::kModifiedOld: return "UPDATED_OLD";
    case ReturnValues::kModifiedNew: return "UPDATED_NEW";
    case ReturnValues::kNone: break;
  }
  return "";
}

// ---- Writes

class WriteCollector {
 public:
  WriteCollector(const WritePlan& write, const Settings& settings, EvalContext* ctx, ApiPlan* out)
      : write_(write), settings_(settings), ctx_(ctx), out_(out) {}

  void Puts(const std::vector<Value>* items) {
    if (items == nullptr) {
      Collector(settings_, ctx_, out_).Visit(*write_.source->root);
      out_->client.push_back("PutItem for each item that the query gives");
      return;
    }
    std::vector<ApiCall> calls;
    for (const Value& item : *items) {
      calls.push_back(write_.kind == WritePlan::Kind::kUpsert ? Upsert(item) : Put(item));
    }
    Together(std::move(calls));
  }

  void Changes() {
    const auto* access = write_.target->As<Plan::Access>();
    const bool by_key = access != nullptr && access->index == nullptr && !access->limit &&
                        (access->kind == AccessKind::kGetItem || access->kind == AccessKind::kBatchGet);
    if (!by_key) {
      Collector(settings_, ctx_, out_).Visit(*write_.target);
      if (write_.kind == WritePlan::Kind::kExistsCheck) {
        out_->client.push_back(write_.negated ? "there must be no item" : "there must be an item");
        return;
      }
      out_->calls.push_back(Change(UnknownKey(), write_.condition, true));
      return;
    }
    std::vector<ApiCall> calls;
    for (const std::string& key : Collector(settings_, ctx_, out_).KeysOf(*access)) {
      calls.push_back(Change(key, access->filter, false));
    }
    Together(std::move(calls));
  }

 private:
  ApiCall Put(const Value& item) {
    ApiCall call;
    call.operation = "PutItem";
    DynamoExpressions e(write_.slot, settings_.logic(), ctx_);
    Add(&call, "TableName", Quoted(write_.table->name));
    Result<Value> storable = ToStorableItem(item);
    Result<std::string> json = storable.ok() ? ItemToDynamoJson(*storable) : Result<std::string>(storable.status());
    Add(&call, "Item", json.ok() ? *json : "{}");
    if (!json.ok()) call.notes.push_back("the item is refused: " + json.status().message());
    const bool check = write_.kind == WritePlan::Kind::kInsert && write_.if_exists != WriteOp::Otherwise::kProceed;
    if (check) {
      AddExpression(&call, "ConditionExpression", fmt::format("attribute_not_exists({})", e.Name(write_.table->key.hash.name)));
      if (write_.if_exists == WriteOp::Otherwise::kSkip) call.notes.push_back("an item that is there stays: ConditionalCheckFailedException is no error");
    }
    AddPlaceholders(&call, e);
    return call;
  }

  // The attributes given are set, others stay.
  ApiCall Upsert(const Value& item) {
    ApiCall call;
    call.operation = "UpdateItem";
    Add(&call, "TableName", Quoted(write_.table->name));
    Result<Value> storable = ToStorableItem(item);
    Result<Key> key = storable.ok() ? ExtractKey(write_.table->key, *storable) : Result<Key>(storable.status());
    if (!key.ok()) {
      call.notes.push_back("the item is refused: " + key.status().message());
      return call;
    }
    DynamoExpressions e(write_.slot, settings_.logic(), ctx_);
    auto json = [](const Value& v) { return v.is_missing() ? std::string() : v.ToDynamoJson().value(); };
    Add(&call, "Key", KeyJson(write_.table->key, json(key->hash), json(key->range)));
    std::string set;
    const Value whole = storable->Materialize();
    for (const Field& f : whole.fields()) {
      const KeySchema& schema = write_.table->key;
      if (f.name == schema.hash.name || (schema.range && f.name == schema.range->name)) continue;
      set += fmt::format("{}{} = {}", set.empty() ? "SET " : ", ", e.Name(f.name), e.PlaceValue(json(f.value)));
    }
    AddExpression(&call, "UpdateExpression", set);
    AddPlaceholders(&call, e);
    return call;
  }

  ApiCall Change(const std::string& key, const ExprPtr& condition, bool each) {
    ApiCall call;
    DynamoExpressions e(write_.slot, settings_.logic(), ctx_);
    const bool check = write_.kind == WritePlan::Kind::kExistsCheck;
    call.operation = write_.kind == WritePlan::Kind::kDelete ? "DeleteItem" : check ? "ConditionCheck" : "UpdateItem";
    if (each) call.notes.push_back("for each item found, with its key");
    Add(&call, "TableName", Quoted(write_.table->name));
    Add(&call, "Key", key);
    if (write_.kind == WritePlan::Kind::kUpdate) {
      std::optional<std::string> update;
      if (write_.inputs.empty()) update = e.Update(write_.actions);
      if (update) {
        AddExpression(&call, "UpdateExpression", *update);
      } else {
        call.notes.push_back("the new values must be computed in the client, and written on condition that the old ones are still there");
      }
    }
    for (const std::string& name : write_.premises) {
      call.notes.push_back(fmt::format("write on condition that {} is still as it was read",
                                       name.empty() ? "the item" : name));
    }
    std::string text;
    if (check || (write_.kind == WritePlan::Kind::kUpdate && write_.if_absent != WriteOp::Otherwise::kProceed)) {
      text = fmt::format("{}({})", write_.negated ? "attribute_not_exists" : "attribute_exists",
                         e.Name(write_.table->key.hash.name));
    }
    for (const ExprPtr& t : Conjuncts(condition)) {
      if (std::optional<std::string> term = e.Condition(*t)) {
        AppendTerm(t->As<Expr::Or>() != nullptr ? "(" + *term + ")" : *term, &text);
      } else {
        call.notes.push_back("read first, and write only if " + ToString(*t));
      }
    }
    AddExpression(&call, "ConditionExpression", text);
    AddPlaceholders(&call, e);
    if (!text.empty() && write_.if_false == WriteOp::Otherwise::kSkip && !check) {
      call.notes.push_back("where the condition is false nothing is written: ConditionalCheckFailedException is no error");
    }
    if (std::string_view values = ReturnValuesName(write_.returning); !values.empty()) {
      Add(&call, "ReturnValues", Quoted(values));
    }
    return call;
  }

  std::string UnknownKey() const {
    const KeySchema& key = write_.table->key;
    auto unknown = [](const KeyAttribute& k) { return fmt::format("{{\"{}\":\"<{}>\"}}", TypeLetter(k.type), k.name); };
    std::optional<std::string> range;
    if (key.range) range = unknown(*key.range);
    return KeyJson(key, unknown(key.hash), range);
  }

  // A statement is atomic: several writes are one transaction.
  void Together(std::vector<ApiCall> calls) {
    const bool check = write_.kind == WritePlan::Kind::kExistsCheck;
    if (calls.size() == 1 && !check) {
      out_->calls.push_back(std::move(calls[0]));
      return;
    }
    if (calls.empty()) return;
    ApiCall call;
    call.operation = "TransactWriteItems";
    std::string list;
    for (const ApiCall& c : calls) {
      std::string body;
      for (const auto& [name, json] : c.members) {
        if (name != "ReturnValues") body += fmt::format("{}{}:{}", body.empty() ? "" : ",", Quoted(name), json);
      }
      std::string verb = c.operation.ends_with("Item") ? c.operation.substr(0, c.operation.size() - 4) : c.operation;
      list += fmt::format("{}{{{}:{{{}}}}}", list.empty() ? "" : ",", Quoted(verb), body);
      for (const std::string& note : c.notes) {
        if (std::find(call.notes.begin(), call.notes.end(), note) == call.notes.end()) call.notes.push_back(note);
      }
    }
    Add(&call, "TransactItems", "[" + list + "]");
    if (calls.size() > kMaxTransaction) {
      call.notes.push_back(fmt::format("a transaction of DynamoDB takes {} writes at most: there it cannot be one", kMaxTransaction));
    }
    out_->calls.push_back(std::move(call));
  }

  const WritePlan& write_;
  const Settings& settings_;
  EvalContext* ctx_;
  ApiPlan* out_;
};

}  // namespace

ApiPlan ApiCallsOf(const Query& query, const Settings& settings, EvalContext* ctx) {
  ApiPlan out;
  Collector(settings, ctx, &out).Visit(*query.root);
  return out;
}

ApiPlan ApiCallsOf(const WritePlan& write, const std::vector<Value>* items, const Settings& settings,
                   EvalContext* ctx) {
  ApiPlan out;
  WriteCollector collector(write, settings, ctx, &out);
  if (write.target != nullptr) {
    collector.Changes();
  } else {
    collector.Puts(items);
  }
  return out;
}

}  // namespace parton
