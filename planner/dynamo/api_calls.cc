// The writes of a plan as requests, and the entry to all of it.
#include "planner/dynamo/api_calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/dynamo/api_internal.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/terms.h"
#include "storage/write_rules.h"
#include "types/item/item_rules.h"
#include "types/value/value_print.h"

namespace parton {

namespace {

using namespace api;  // NOLINT: the parts of this file's own

constexpr size_t kMaxTransaction = 100;

class WriteCollector {
 public:
  WriteCollector(const WritePlan& write, const Settings& settings, EvalContext* ctx, ApiPlan* out)
      : write_(write), settings_(settings), ctx_(ctx), out_(out) {}

  void Puts(const std::vector<Value>* items);
  void Changes();

 private:
  bool dynamo() const { return settings_.dialect == Dialect::kDynamo; }
  DynamoExpressions Expressions() const { return DynamoExpressions(write_.slot, settings_.logic(), ctx_); }
  Result<Value> Checked(const Value& item, std::vector<Key>* keys);
  ApiCall Put(const Value& item);
  ApiCall Upsert(const Value& item);
  std::vector<ExprPtr> TermsBesideKey(const Plan::Access& access) const;
  ApiCall Change(const std::string& key, const std::vector<ExprPtr>& terms, bool each);
  std::string ConditionText(const std::vector<ExprPtr>& terms, DynamoExpressions* e, ApiCall* call) const;
  bool TakesNull(const Expr& e, const std::vector<ExprPtr>& terms, bool operand) const;
  ApiCall ReadToCompute(const std::string& key) const;
  void Together(std::vector<ApiCall> calls);
  void Transaction(const ApiCall* begin, const ApiCall* end);

  const WritePlan& write_;
  const Settings& settings_;
  EvalContext* ctx_;
  ApiPlan* out_;
  std::string apart_;  // why the writes cannot be one transaction; empty: they can
};

// The item as it is stored; its key is added to `keys`.
Result<Value> WriteCollector::Checked(const Value& item, std::vector<Key>* keys) {
  PARTON_ASSIGN_OR_RETURN(const Value storable, ToStorableItem(item));
  PARTON_RETURN_IF_ERROR(ValidateIndexKeys(*write_.table, storable));
  PARTON_ASSIGN_OR_RETURN(Key key, ExtractKey(write_.table->key, storable));
  if (std::any_of(keys->begin(), keys->end(),
                  [&](const Key& k) { return k.hash == key.hash && k.range == key.range; })) {
    apart_ = "a transaction has one operation for each item";
  }
  keys->push_back(Key{std::move(key.hash).Own(), std::move(key.range).Own()});
  return storable.Materialize();
}

void WriteCollector::Puts(const std::vector<Value>* items) {
  if (items == nullptr) {
    ReadCollector(settings_, ctx_, out_).Visit(*write_.source->root);
    out_->client.push_back("PutItem for each item that the query gives");
    return;
  }
  std::vector<ApiCall> calls;
  std::vector<Key> keys;
  for (const Value& item : *items) {
    const Result<Value> storable = Checked(item, &keys);
    if (!storable.ok()) {
      out_->client.push_back("the statement fails: " + storable.status().message());
      return;
    }
    calls.push_back(write_.kind == WritePlan::Kind::kUpsert ? Upsert(*storable) : Put(*storable));
  }
  Together(std::move(calls));
}

ApiCall WriteCollector::Put(const Value& item) {
  ApiCall call;
  call.operation = "PutItem";
  DynamoExpressions e = Expressions();
  Add(&call, "TableName", Quoted(write_.table->name));
  Add(&call, "Item", ItemToDynamoJson(item).value());
  if (write_.kind == WritePlan::Kind::kInsert && write_.if_exists != WriteOp::Otherwise::kProceed) {
    AddExpression(&call, "ConditionExpression",
                  fmt::format("attribute_not_exists({})", e.Name(write_.table->key.hash.name)));
    if (write_.if_exists == WriteOp::Otherwise::kSkip) {
      call.notes.push_back("an item that is there stays: ConditionalCheckFailedException is no error");
      apart_ = "a transaction is cancelled by an item that is there";
    }
  }
  AddPlaceholders(&call, e);
  if (write_.kind == WritePlan::Kind::kReplace && write_.returning == ReturnValues::kAllOld) {
    Add(&call, "ReturnValues", Quoted("ALL_OLD"));
  }
  return call;
}

// The attributes given are set, others stay.
ApiCall WriteCollector::Upsert(const Value& item) {
  const KeySchema& schema = write_.table->key;
  const Key key = ExtractKey(schema, item).value();
  auto json = [](const Value& v) { return v.ToDynamoJson().value(); };
  std::optional<std::string> range;
  if (schema.range) range = json(key.range);
  const std::string key_json = KeyJson(schema, json(key.hash), range);
  DynamoExpressions e = Expressions();
  std::string set;
  for (const Field& f : item.fields()) {
    if (schema.Has(f.name)) continue;
    set += fmt::format("{}{} = {}", set.empty() ? "SET " : ", ", e.Name(f.name), e.PlaceValue(json(f.value)));
  }
  if (set.empty()) apart_ = "a transaction has no Update without an UpdateExpression";
  if (set.size() > kMaxExpressionBytes) return ReadToCompute(key_json);
  ApiCall call;
  call.operation = "UpdateItem";
  Add(&call, "TableName", Quoted(write_.table->name));
  Add(&call, "Key", key_json);
  AddExpression(&call, "UpdateExpression", set);
  AddPlaceholders(&call, e);
  return call;
}

// What the WHERE says beyond the key that the requests name.
std::vector<ExprPtr> WriteCollector::TermsBesideKey(const Plan::Access& access) const {
  const bool whole =
      write_.kind != WritePlan::Kind::kExistsCheck && (dynamo() || write_.if_absent == WriteOp::Otherwise::kProceed);
  if (!whole) return Conjuncts(access.filter);
  // There the key alone finds the item, and all of the WHERE is a condition on it.
  const KeySchema& key = write_.table->key;
  auto names_key = [&](const Expr& e) {
    const std::string_view name = AttributeOf(e, write_.slot);
    return key.Has(name);
  };
  std::vector<ExprPtr> terms;
  for (const ExprPtr& t : Conjuncts(write_.condition)) {
    const auto* c = t->As<Expr::Compare>();
    const bool fixes = c != nullptr && c->op == CompareOp::kEq &&
                       ((names_key(*c->left) && IsFixedPerExecution(*c->right)) ||
                        (names_key(*c->right) && IsFixedPerExecution(*c->left)));
    if (!fixes) terms.push_back(t);
  }
  return terms;
}

void WriteCollector::Changes() {
  const auto* access = write_.target->As<Plan::Access>();
  const bool check = write_.kind == WritePlan::Kind::kExistsCheck;
  const bool by_key = access != nullptr && access->index == nullptr && !access->limit &&
                      (access->kind == AccessKind::kGetItem || access->kind == AccessKind::kBatchGet);
  if (!by_key) {
    ReadCollector(settings_, ctx_, out_).Visit(*write_.target);
    if (check) {
      out_->client.push_back(write_.negated ? "there must be no item" : "there must be an item");
    } else if (!out_->calls.empty()) {
      out_->calls.push_back(Change(UnknownKey(write_.table->key), Conjuncts(write_.condition), true));
    }
    return;
  }
  std::vector<ApiCall> calls;
  for (const std::string& key : ReadCollector(settings_, ctx_, out_).KeysOf(*access)) {
    calls.push_back(Change(key, TermsBesideKey(*access), false));
  }
  if (calls.empty()) {
    out_->client.push_back(dynamo() && !check
                               ? "the statement fails: no item has such a key"
                               : fmt::format("nothing of {} is written: no item has such a key", write_.table->name));
  }
  Together(std::move(calls));
}

std::string WriteCollector::ConditionText(const std::vector<ExprPtr>& terms, DynamoExpressions* e,
                                          ApiCall* call) const {
  using Kind = WritePlan::Kind;
  const std::string& hash = write_.table->key.hash.name;
  const bool check = write_.kind == Kind::kExistsCheck;
  std::string there;
  if (check || (write_.kind == Kind::kUpdate && write_.if_absent != WriteOp::Otherwise::kProceed)) {
    there = fmt::format("{}({})", write_.negated ? "attribute_not_exists" : "attribute_exists", e->Name(hash));
  }
  std::string text;
  std::vector<ExprPtr> refused;
  AppendConditions(terms, e, &text, &refused);
  for (const ExprPtr& t : refused) call->notes.push_back("read first, and write only if " + ToString(*t));
  if (text.empty()) return there;
  if (check && write_.negated) return fmt::format("{} OR NOT {}", there, InParentheses(text));
  // An absent item is no error to DELETE, but a false condition is.
  if (write_.kind == Kind::kDelete && write_.if_false == WriteOp::Otherwise::kFail) {
    return fmt::format("attribute_not_exists({}) OR {}", e->Name(hash), InParentheses(text));
  }
  if (there.empty()) return text;
  const bool loose = terms.size() == 1 && terms[0]->As<Expr::Or>() != nullptr;
  return there + " AND " + (loose ? InParentheses(text) : text);
}

// Whether `e` computes with an attribute that may be NULL: neither the key has it, nor does a term compare it.
bool WriteCollector::TakesNull(const Expr& e, const std::vector<ExprPtr>& terms, bool operand) const {
  if (const auto* path = e.As<Expr::Path>()) {
    if (!operand) return false;
    const KeySchema& key = write_.table->key;
    const std::string& name = path->steps[0].name;
    if (path->steps.size() == 1 && key.Has(name)) return false;
    return std::none_of(terms.begin(), terms.end(), [&](const ExprPtr& t) {
      const auto* c = t->As<Expr::Compare>();
      return c != nullptr && (SameExpr(*c->left, e) || SameExpr(*c->right, e));
    });
  }
  const auto* call = e.As<Expr::Call>();
  operand = operand || e.As<Expr::Binary>() != nullptr || (call != nullptr && call->function->name == "LIST_APPEND");
  bool takes = false;
  ForEachChild(e, [&](const ExprPtr& child) { takes = takes || TakesNull(*child, terms, operand); });
  return takes;
}

// For what no UpdateExpression says.
ApiCall WriteCollector::ReadToCompute(const std::string& key) const {
  ApiCall call;
  call.operation = "GetItem";
  Add(&call, "TableName", Quoted(write_.table->name));
  Add(&call, "Key", key);
  Add(&call, "ConsistentRead", "true");
  call.notes.push_back("in the client: compute the new values, and write them if the old ones are still there");
  return call;
}

ApiCall WriteCollector::Change(const std::string& key, const std::vector<ExprPtr>& terms, bool each) {
  using Kind = WritePlan::Kind;
  ApiCall call;
  DynamoExpressions e = Expressions();
  const bool check = write_.kind == Kind::kExistsCheck;
  call.operation = write_.kind == Kind::kDelete ? "DeleteItem" : check ? "ConditionCheck" : "UpdateItem";
  if (each) call.notes.push_back("for each item found, with its key");
  Add(&call, "TableName", Quoted(write_.table->name));
  Add(&call, "Key", key);
  if (write_.kind == Kind::kUpdate) {
    std::optional<std::string> update;
    if (write_.inputs.empty()) update = e.Update(write_.actions);
    if (!update || update->size() > kMaxExpressionBytes) {
      apart_ = "a part of it is computed in the client";
      return ReadToCompute(key);
    }
    AddExpression(&call, "UpdateExpression", *update);
    if (!dynamo() && std::any_of(write_.actions.begin(), write_.actions.end(), [&](const UpdateAction& a) {
          return a.value != nullptr && TakesNull(*a.value, terms, false);
        })) {
      call.notes.push_back("where an operand is NULL, DynamoDB refuses the update; the statement sets NULL");
    }
  }
  for (const std::string& name : write_.premises) {
    call.notes.push_back(
        fmt::format("write on condition that {} is still as it was read", name.empty() ? "the item" : name));
  }
  const std::string condition = ConditionText(terms, &e, &call);
  AddExpression(&call, "ConditionExpression", condition);
  AddPlaceholders(&call, e);
  if (!condition.empty() && write_.if_false == WriteOp::Otherwise::kSkip && !check) {
    call.notes.push_back(
        "where the condition is false nothing is written: ConditionalCheckFailedException is no error");
    apart_ = "a transaction is cancelled by a condition that is false";
  }
  // DeleteItem gives the old item or nothing.
  const ReturnValues values = write_.returning;
  if (values == ReturnValues::kAllOld || (write_.kind == Kind::kUpdate && values != ReturnValues::kNone)) {
    Add(&call, "ReturnValues", Quoted(ReturnValuesName(values)));
  }
  return call;
}

// A statement is atomic: several writes are one transaction, as far as DynamoDB has one for them.
void WriteCollector::Together(std::vector<ApiCall> calls) {
  if (calls.empty()) return;
  if (write_.kind != WritePlan::Kind::kExistsCheck && (calls.size() == 1 || !apart_.empty())) {
    if (calls.size() > 1) out_->client.push_back("the writes are not atomic together: " + apart_);
    std::move(calls.begin(), calls.end(), std::back_inserter(out_->calls));
    return;
  }
  for (size_t at = 0; at < calls.size(); at += kMaxTransaction) {
    Transaction(calls.data() + at, calls.data() + std::min(calls.size(), at + kMaxTransaction));
  }
  if (calls.size() > kMaxTransaction) {
    out_->client.push_back(
        fmt::format("the writes are not atomic together: a transaction has {} at most", kMaxTransaction));
  }
}

void WriteCollector::Transaction(const ApiCall* begin, const ApiCall* end) {
  ApiCall call;
  call.operation = "TransactWriteItems";
  std::string list;
  for (const ApiCall* c = begin; c != end; ++c) {
    std::string body;
    for (const auto& [name, json] : c->members) {
      if (name != "ReturnValues") body += fmt::format("{}{}:{}", body.empty() ? "" : ",", Quoted(name), json);
    }
    std::string verb = c->operation;
    if (verb.ends_with("Item")) verb.resize(verb.size() - 4);
    list += fmt::format("{}{{{}:{{{}}}}}", list.empty() ? "" : ",", Quoted(verb), body);
    for (const std::string& note : c->notes) {
      if (std::find(call.notes.begin(), call.notes.end(), note) == call.notes.end()) call.notes.push_back(note);
    }
  }
  Add(&call, "TransactItems", "[" + list + "]");
  out_->calls.push_back(std::move(call));
}

}  // namespace

ApiPlan ApiCallsOf(const Query& query, const Settings& settings, EvalContext* ctx) {
  ApiPlan out;
  api::ReadCollector(settings, ctx, &out).Visit(*query.root);
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
