// The reads of a plan as requests: GetItem, BatchGetItem, Query and Scan.
#include <fmt/format.h>

#include <algorithm>

#include "planner/dynamo/api_internal.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/row_terms.h"
#include "planner/predicate/terms.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton::api {

namespace {

constexpr size_t kMaxBatchGet = 100;

const KeySchema& KeyRead(const Plan::Access& a) { return a.index != nullptr ? a.index->key : a.table->key; }

std::string BoundText(std::string_view name, const BoundExpr& b, bool low) {
  return fmt::format("{} {}{} {}", name, low ? ">" : "<", b.inclusive ? "=" : "", ToString(*b.value));
}

void InClient(ApiCall* call, const std::string& text) {
  call->notes.push_back("in the client: keep items with " + text);
}

}  // namespace

void ReadCollector::Visit(const Plan& plan) {
  ForEachPlanBelow(plan, [&](const Plan& below) { Visit(below); });
  if (const auto* access = plan.As<Plan::Access>()) {
    Access(*access);
    return;
  }
  Client(plan);
}

void ReadCollector::Client(const Plan& plan) {
  if (plan.As<Plan::Once>() || plan.As<Plan::Compute>() || plan.As<Plan::Gather>()) return;
  const auto* limit = plan.As<Plan::Limit>();
  if (limit != nullptr && limit->offset == nullptr && limit->ties.empty() && out_->calls.size() == 1 &&
      !out_->calls[0].members.empty() && out_->calls[0].members.back().first == "Limit") {
    return;
  }
  PlanDescription d = Describe(plan);
  std::string line = d.name;
  for (const auto& [name, value] : d.properties) {
    if (name != "estimate") line += fmt::format(", {}: {}", name, value);
  }
  out_->client.push_back(std::move(line));
}

void ReadCollector::NothingRead(const Plan::Access& a, std::string_view why) {
  out_->client.push_back(fmt::format("nothing of {} is read: {}", a.table->name, why));
}

std::vector<ExprPtr> ReadCollector::ListOf(const ExprPtr& list) const {
  std::vector<ExprPtr> out;
  if (!IsFixedPerExecution(*list)) return {list};
  const Value v = EvaluateValue(*list, *ctx_);
  if (v.is_collection()) {
    for (const Value& element : v.elements()) out.push_back(MakeExpr(Expr::Literal{element}));
  }
  return out;
}

void ReadCollector::Access(const Plan::Access& a) {
  const size_t before = out_->calls.size();
  switch (a.kind) {
    case AccessKind::kEmpty: NothingRead(a, "no item can match"); break;
    case AccessKind::kGetItem:
    case AccessKind::kBatchGet: Keys(a); break;
    case AccessKind::kQuery: Queries(a); break;
    case AccessKind::kScan:
    case AccessKind::kRangeScan: Scan(a); break;
  }
  if (a.fetch && out_->calls.size() > before) {
    ApiCall fetch;
    fetch.operation = "BatchGetItem";
    Add(&fetch, "RequestItems",
        fmt::format("{{{}:{{\"Keys\":[{}]}}}}", Quoted(a.table->name), UnknownKey(a.table->key)));
    fetch.notes.push_back("for each 100 keys found: the index lacks attributes that the statement reads");
    out_->calls.push_back(std::move(fetch));
  }
}

void ReadCollector::Projection(const Plan::Access& a, DynamoExpressions* e, ApiCall* call) const {
  if (a.whole_item || a.attributes.empty()) return;
  std::string list;
  for (const std::string& name : a.attributes) {
    // Of a global index DynamoDB lets only be named what it has.
    if (a.index != nullptr && a.index->kind == IndexKind::kGlobal && !a.index->Covers(name, a.table->key)) continue;
    list += (list.empty() ? "" : ", ") + e->Name(name);
  }
  if (list.empty()) list = e->Name(KeyRead(a).hash.name);
  AddExpression(call, "ProjectionExpression", list);
}

std::vector<std::string> ReadCollector::KeysOf(const Plan::Access& a) const {
  const KeySchema& key = a.table->key;
  std::vector<std::string> keys;
  auto add = [&](const ExprPtr& hash, const ExprPtr& range) {
    const KeyValue h = EqualKey(key.hash, kMaxHashKeyBytes, *hash, ctx_);
    if (h.kind != KeyValue::Kind::kValue) return;
    std::optional<std::string> r;
    if (key.range) {
      const KeyValue v = EqualKey(*key.range, kMaxRangeKeyBytes, *range, ctx_);
      if (v.kind != KeyValue::Kind::kValue) return;
      r = v.json;
    }
    std::string json = KeyJson(key, h.json, r);
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

void ReadCollector::Keys(const Plan::Access& a) {
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
      for (const auto& [name, json] : inner.members) {
        body += fmt::format("{}{}:{}", body.empty() ? "" : ",", Quoted(name), json);
      }
      Add(&call, "RequestItems", fmt::format("{{{}:{{{}}}}}", Quoted(a.table->name), body));
    }
    out_->calls.push_back(std::move(call));
  }
  if (keys.empty()) NothingRead(a, "no key of that type");
  if (a.filter) out_->client.push_back("keep items with " + ToString(*a.filter));
}

// Whether the term is about a key of what is queried, which FilterExpression must not name.
bool ReadCollector::ReadsKey(const Expr& term, const Plan::Access& a) const {
  const KeySchema& key = KeyRead(a);
  for (size_t i = 0; i < key.parts(); ++i) {
    if (Mentions(term, a.slot, key.part(i).name)) return true;
  }
  return false;
}

// Of an index whose key parts have several attributes: the values of those behind the first, then the bounds.
std::optional<std::string> ReadCollector::MoreConditions(const Plan::Access& a, const AccessRange& range,
                                                         DynamoExpressions* e, ApiCall* call) const {
  const KeySchema& schema = KeyRead(a);
  AccessRange rest;
  const std::vector<ExprPtr>* fixed = nullptr;
  for (const auto* rows : {&range.row_lows, &range.row_highs}) {
    for (const RowBoundExpr& row : *rows) {
      if (row.fixed == row.values.size()) fixed = &row.values;
      if (row.fixed + 1 != row.values.size()) continue;
      const ExprPtr& value = row.values.back();
      if (row.prefix) {
        if (rows == &range.row_lows) rest.prefixes.push_back(value);
      } else {
        (rows == &range.row_lows ? rest.lows : rest.highs).push_back({value, row.inclusive});
      }
    }
  }
  std::string text;
  const size_t values = fixed == nullptr ? 0 : fixed->size();
  for (size_t i = 0; i < values; ++i) {
    const KeyAttribute& part = schema.part(i + 1);
    const size_t most = i + 1 < schema.hash_parts() ? kMaxHashKeyBytes : kMaxRangeKeyBytes;
    const KeyValue value = EqualKey(part, most, *(*fixed)[i], ctx_);
    if (value.kind != KeyValue::Kind::kValue) return std::nullopt;
    AppendTerm(fmt::format("{} = {}", e->Name(part.name), e->PlaceValue(value.json)), &text);
  }
  if (values + 1 >= schema.parts()) return text;
  const std::optional<std::string> last = BoundsCondition(schema.part(values + 1), rest, e, call);
  if (!last) return std::nullopt;
  if (!last->empty()) AppendTerm(*last, &text);
  return text;
}

// One condition on the sort key, or none; what it leaves out is said. nullopt: no key meets the range.
std::optional<std::string> ReadCollector::SortCondition(const Plan::Access& a, const AccessRange& range,
                                                        DynamoExpressions* e, ApiCall* call) const {
  const KeySchema& schema = KeyRead(a);
  if (schema.multi()) return MoreConditions(a, range, e, call);
  for (const std::string& text : RowBoundTexts(range, a)) InClient(call, text);
  return schema.range ? BoundsCondition(*schema.range, range, e, call) : "";
}

std::optional<std::string> ReadCollector::BoundsCondition(const KeyAttribute& key, const AccessRange& range,
                                                          DynamoExpressions* e, ApiCall* call) const {
  // The first of each kind that a request can have; the others are the client's.
  const BoundExpr *low = nullptr, *high = nullptr;
  KeyValue low_value, high_value, prefix;
  bool nothing = false, prefixed = false;
  auto bound = [&](const BoundExpr& b, bool is_low, const BoundExpr** first, KeyValue* value) {
    KeyValue v = BoundOfKey(key, kMaxRangeKeyBytes, is_low, *b.value, ctx_);
    nothing = nothing || v.kind == KeyValue::Kind::kNothing;
    if (v.kind == KeyValue::Kind::kValue && *first == nullptr && !prefixed) {
      *first = &b;
      *value = std::move(v);
    } else if (v.kind != KeyValue::Kind::kAll) {
      InClient(call, BoundText(key.name, b, is_low));
    }
  };
  for (const ExprPtr& p : range.prefixes) {
    KeyValue v = PrefixOfKey(key, kMaxRangeKeyBytes, *p, ctx_);
    nothing = nothing || v.kind == KeyValue::Kind::kNothing;
    if (v.kind == KeyValue::Kind::kValue && !prefixed) {
      prefix = std::move(v);
      prefixed = true;
    } else if (v.kind != KeyValue::Kind::kAll) {
      InClient(call, fmt::format("begins_with({}, {})", key.name, ToString(*p)));
    }
  }
  for (const BoundExpr& b : range.lows) bound(b, true, &low, &low_value);
  for (const BoundExpr& b : range.highs) bound(b, false, &high, &high_value);
  if (nothing) return std::nullopt;
  if (prefixed) return fmt::format("begins_with({}, {})", e->Name(key.name), e->PlaceValue(prefix.json));
  if (low != nullptr && high != nullptr) {
    const bool known = !low_value.value.is_missing() && !high_value.value.is_missing();
    const int order = known ? TotalOrder(low_value.value, high_value.value) : -1;
    const bool same = order == 0 || (!known && low_value.json == high_value.json);
    if (order > 0 || (same && !(low->inclusive && high->inclusive))) return std::nullopt;
    if (same) return fmt::format("{} = {}", e->Name(key.name), e->PlaceValue(low_value.json));
    for (const BoundExpr* b : {low, high}) {
      if (!b->inclusive) InClient(call, fmt::format("{} <> {}", key.name, ToString(*b->value)));
    }
    const std::string from = e->PlaceValue(low_value.json);
    return fmt::format("{} BETWEEN {} AND {}", e->Name(key.name), from, e->PlaceValue(high_value.json));
  }
  if (low != nullptr) {
    return fmt::format("{} {} {}", e->Name(key.name), low->inclusive ? ">=" : ">", e->PlaceValue(low_value.json));
  }
  if (high != nullptr) {
    return fmt::format("{} {} {}", e->Name(key.name), high->inclusive ? "<=" : "<", e->PlaceValue(high_value.json));
  }
  return "";
}

void ReadCollector::Queries(const Plan::Access& a) {
  const size_t before = out_->calls.size();
  for (const AccessRange& r : a.ranges) {
    if (r.hash != nullptr) {
      Range(a, r, r.hash);
    } else {
      for (const ExprPtr& hash : ListOf(a.hash_list)) Range(a, r, hash);
    }
  }
  // Each partition is read once, and each stretch of one.
  auto& calls = out_->calls;
  for (size_t i = before; i < calls.size(); ++i) {
    for (size_t j = calls.size() - 1; j > i; --j) {
      if (calls[j].members == calls[i].members && calls[j].notes == calls[i].notes) {
        calls.erase(calls.begin() + static_cast<ptrdiff_t>(j));
      }
    }
  }
  if (calls.size() == before) NothingRead(a, "no key of that type");
  if (a.ranges.size() > 1 && calls.size() > before + 1) {
    bool disjoint = true;
    for (const AccessRange& r : a.ranges) {
      disjoint = disjoint && r.hash != nullptr && r.hash->As<Expr::Literal>() != nullptr &&
                 std::count_if(a.ranges.begin(), a.ranges.end(), [&](const AccessRange& other) {
                   return other.hash != nullptr && SameExpr(*other.hash, *r.hash);
                 }) == 1;
    }
    if (!disjoint) out_->client.push_back("take each item once, though several requests may give it");
  }
}

void ReadCollector::Range(const Plan::Access& a, const AccessRange& range, const ExprPtr& hash) {
  DynamoExpressions e(a.slot, settings_.logic(), ctx_);
  const KeyAttribute& key = KeyRead(a).hash;
  const KeyValue value = EqualKey(key, kMaxHashKeyBytes, *hash, ctx_);
  if (value.kind != KeyValue::Kind::kValue) return;  // no item has such a key
  ApiCall call;
  call.operation = "Query";
  std::string condition = fmt::format("{} = {}", e.Name(key.name), e.PlaceValue(value.json));
  const std::optional<std::string> sort = SortCondition(a, range, &e, &call);
  if (!sort) return;
  if (!sort->empty()) AppendTerm(*sort, &condition);
  Finish(a, &e, std::move(call), condition, "");
}

// What a range of partition keys is in a filter; empty: all of them.
std::string ReadCollector::ScanRange(const Plan::Access& a, const AccessRange& r, DynamoExpressions* e, bool* nothing,
                                     ApiCall* call) const {
  const KeyAttribute& key = KeyRead(a).hash;
  std::string text;
  auto add = [&](const KeyValue& v, const std::string& said, auto term) {
    *nothing = *nothing || v.kind == KeyValue::Kind::kNothing;
    if (v.kind == KeyValue::Kind::kValue) AppendTerm(term(e->Name(key.name), e->PlaceValue(v.json)), &text);
    if (v.kind == KeyValue::Kind::kClient) InClient(call, said);
  };
  auto bounds = [&](const std::vector<BoundExpr>& list, bool low) {
    for (const BoundExpr& b : list) {
      add(BoundOfKey(key, kMaxHashKeyBytes, low, *b.value, ctx_), BoundText(key.name, b, low),
          [&](const std::string& name, const std::string& value) {
            return fmt::format("{} {}{} {}", name, low ? ">" : "<", b.inclusive ? "=" : "", value);
          });
    }
  };
  bounds(r.lows, true);
  bounds(r.highs, false);
  for (const std::string& said : RowBoundTexts(r, a)) InClient(call, said);
  for (const ExprPtr& p : r.prefixes) {
    add(PrefixOfKey(key, kMaxHashKeyBytes, *p, ctx_), fmt::format("begins_with({}, {})", key.name, ToString(*p)),
        [](const std::string& name, const std::string& value) {
          return fmt::format("begins_with({}, {})", name, value);
        });
  }
  return text;
}

void ReadCollector::Scan(const Plan::Access& a) {
  DynamoExpressions e(a.slot, settings_.logic(), ctx_);
  ApiCall call;
  call.operation = "Scan";
  // A Scan knows no order of partition keys: bounds on them are a filter there. Each range is tried first, since one
  // that cannot be met, or that has everything, must leave no placeholders behind.
  std::vector<const AccessRange*> ranges;
  bool all = a.ranges.empty();
  for (const AccessRange& r : a.ranges) {
    DynamoExpressions tried(a.slot, settings_.logic(), ctx_);
    ApiCall notes;
    bool nothing = false;
    all = (ScanRange(a, r, &tried, &nothing, &notes).empty() && !nothing && notes.notes.empty()) || all;
    if (!nothing) ranges.push_back(&r);
  }
  if (ranges.empty() && !all) return NothingRead(a, "no key of that type");
  std::string filter;
  for (const AccessRange* r : ranges) {
    if (all) break;
    bool nothing = false;
    const std::string text = ScanRange(a, *r, &e, &nothing, &call);
    filter += ranges.size() == 1 ? text : (filter.empty() ? "(" : " OR (") + text + ")";
  }
  if (ranges.size() > 1 && !filter.empty()) filter = "(" + filter + ")";
  if (a.threads > 1) call.notes.push_back(fmt::format("{} at a time, with Segment and TotalSegments", a.threads));
  if (a.ordered) call.notes.push_back("in the client: put the items in the order of their keys");
  Finish(a, &e, std::move(call), "", std::move(filter));
}

void ReadCollector::Finish(const Plan::Access& a, DynamoExpressions* e, ApiCall call, const std::string& key_condition,
                           std::string filter) {
  std::vector<ExprPtr> terms, refused;
  for (const ExprPtr& t : Conjuncts(a.filter)) {
    (call.operation == "Query" && ReadsKey(*t, a) ? refused : terms).push_back(t);
  }
  AppendConditions(terms, e, &filter, &refused);
  for (const ExprPtr& t : refused) InClient(&call, ToString(*t));
  ApiCall whole;
  whole.operation = call.operation;
  whole.notes = std::move(call.notes);
  Add(&whole, "TableName", Quoted(a.table->name));
  if (a.index) Add(&whole, "IndexName", Quoted(a.index->name));
  AddExpression(&whole, "KeyConditionExpression", key_condition);
  AddExpression(&whole, "FilterExpression", filter);
  if (!a.fetch) Projection(a, e, &whole);
  AddPlaceholders(&whole, *e);
  if (call.operation == "Query" && a.backward) Add(&whole, "ScanIndexForward", "false");
  if (a.consistent && (a.index == nullptr || a.index->kind == IndexKind::kLocal)) Add(&whole, "ConsistentRead", "true");
  if (a.limit) {
    // Limit counts the items examined, not those that match; it is 1 at least.
    if (refused.empty() && filter.empty() && whole.notes.empty() && *a.limit > 0) {
      Add(&whole, "Limit", std::to_string(*a.limit));
    } else {
      whole.notes.push_back(fmt::format("page by page, until {} items match", *a.limit));
    }
  }
  out_->calls.push_back(std::move(whole));
}

}  // namespace parton::api
