#include "storage/remote/item_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/remote/requests.h"
#include "storage/write_rules.h"
#include "types/item/item_rules.h"
#include "types/item/update_actions.h"
#include "types/status/cancellation.h"
#include "types/value/value_compare.h"

namespace parton::remote {

namespace {

using Kind = WriteOp::Kind;

std::string NameOf(const TableSchema& table, const Key& key) { return table.name + "\n" + KeyText(key); }

Value KeyItem(const KeySchema& schema, const Key& key) {
  std::vector<Field> fields;
  fields.push_back({schema.hash.name, key.hash});
  if (schema.range) fields.push_back({schema.range->name, key.range});
  return Value::Struct(std::move(fields));
}

Value WithAttributes(const Value& base, const std::vector<Field>& attributes) {
  std::vector<Field> fields = base.Materialize().fields();
  for (const Field& a : attributes) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == a.name; });
    if (a.value.is_missing()) {
      if (found != fields.end()) fields.erase(found);
    } else if (found != fields.end()) {
      found->value = a.value.Own();
    } else {
      fields.push_back({a.name, a.value.Own()});
    }
  }
  return Value::Struct(std::move(fields));
}

void AddPremises(const Expr& e, int slot, ItemImage* image) {
  const std::optional<std::set<std::string>> reads = AttributesRead(e, slot);
  if (!reads) {
    image->whole = true;
  } else {
    image->premises.insert(reads->begin(), reads->end());
  }
}

void AddPremises(const WriteOp& op, ItemImage* image) {
  image->read = true;
  if (op.condition != nullptr) AddPremises(*op.condition, op.slot, image);
  for (const UpdateAction& a : op.actions) {
    image->premises.insert(a.path[0].name);
    if (a.value != nullptr) AddPremises(*a.value, op.slot, image);
  }
  for (const WritePremise& p : op.premises) {
    if (p.attribute.empty()) {
      image->whole = true;
    } else {
      image->premises.insert(p.attribute);
    }
  }
  if (op.returning != ReturnValues::kNone && op.kind != Kind::kUpdate) image->whole = true;
  if (op.returning == ReturnValues::kAllNew || op.returning == ReturnValues::kAllOld) image->whole = true;
}

// The condition that an image is as it was, in terms of one request.
Result<std::string> PremiseText(const ItemImage& image, DynamoExpressions* e) {
  const std::string& hash = image.table->key.hash.name;
  if (!image.read) return std::string();
  if (image.before.is_missing()) return fmt::format("attribute_not_exists({})", e->Name(hash));
  std::string text = fmt::format("attribute_exists({})", e->Name(hash));
  std::set<std::string> names = image.premises;
  if (image.whole) {
    const Value whole = image.before.Materialize();
    for (const Field& f : whole.fields()) names.insert(f.name);
  }
  for (const std::string& name : names) {
    if (image.table->key.Has(name)) continue;
    const Value v = image.before.Get(name);
    if (v.is_missing()) {
      text += fmt::format(" AND attribute_not_exists({})", e->Name(name));
      continue;
    }
    PARTON_ASSIGN_OR_RETURN(const std::string json, AttributeJson(v));
    text += fmt::format(" AND {} = {}", e->Name(name), e->PlaceValue(json));
  }
  if (!FitsExpression(text)) {
    return Status(
        StatusCode::kLimitExceeded,
        fmt::format("an item of {} has too many attributes to make sure that it is as it was read", image.table->name));
  }
  return text;
}

// SET and REMOVE of the attributes that differ.
Result<std::string> DifferenceText(const ItemImage& image, DynamoExpressions* e) {
  std::string set, remove;
  const Value now = image.now.Materialize(), before = image.before.Materialize();
  for (const Field& f : now.fields()) {
    if (image.table->key.Has(f.name) || DeepEqual(before.Get(f.name), f.value)) continue;
    PARTON_ASSIGN_OR_RETURN(const std::string json, AttributeJson(f.value));
    set += fmt::format("{}{} = {}", set.empty() ? "SET " : ", ", e->Name(f.name), e->PlaceValue(json));
  }
  for (const Field& f : before.fields()) {
    if (!now.Get(f.name).is_missing()) continue;
    remove += fmt::format("{}{}", remove.empty() ? "REMOVE " : ", ", e->Name(f.name));
  }
  return set + (set.empty() || remove.empty() ? "" : " ") + remove;
}

Result<WriteRequest> RequestOf(const ItemImage& image) {
  EvalContext none;
  DynamoExpressions e(0, Logic::kPartiql, &none);
  PARTON_ASSIGN_OR_RETURN(const std::string key, KeyJson(image.table->key, image.key));
  PARTON_ASSIGN_OR_RETURN(std::string condition, PremiseText(image, &e));
  WriteRequest out;
  JsonObject body;
  body.AddText("TableName", image.table->name);
  const bool same = !image.changed || DeepEqual(image.before, image.now);
  if (same && image.read) {
    out.verb = "ConditionCheck";
    body.Add("Key", key);
  } else if (image.now.is_missing()) {
    out.verb = "Delete";
    body.Add("Key", key);
  } else if (image.put || image.before.is_missing()) {
    out.verb = "Put";
    std::string item;
    PARTON_RETURN_IF_ERROR(image.now.AppendDynamoItem(&item));
    body.Add("Item", item);
  } else {
    out.verb = "Update";
    body.Add("Key", key);
    PARTON_ASSIGN_OR_RETURN(const std::string update, DifferenceText(image, &e));
    if (update.size() > kMaxExpressionText) {
      return Status(StatusCode::kLimitExceeded, "the update changes more attributes than one request can name");
    }
    body.AddText("UpdateExpression", update);
  }
  if (!condition.empty()) body.AddText("ConditionExpression", condition);
  body.AddPlaceholders(e);
  out.body = body.Text();
  return out;
}

}  // namespace

Status PrepareOp(const WriteOp& op, Key* key, Value* item) {
  if (op.kind == Kind::kPut || op.kind == Kind::kInsert) {
    *item = op.item;
    PARTON_ASSIGN_OR_RETURN(const Key found, MakeStorable(op.table->key, item));
    *key = Key{found.hash.Own(), found.range.Own()};
    *item = item->Own();
    return ValidateIndexKeys(*op.table, *item);
  }
  *key = op.key;
  PARTON_RETURN_IF_ERROR(ValidateKey(op.table->key, op.key));
  return op.kind == Kind::kUpdate ? CheckUpdatePaths(*op.table, op.actions) : Status::Ok();
}

Status ItemImages::Load(const TablePtr& table, const std::vector<Key>& keys, const Reader& reader) {
  std::vector<Key> unknown;
  for (const Key& key : keys) {
    ItemImage& image = images_[NameOf(*table, key)];
    if (image.table != nullptr) continue;
    image.table = table;
    image.key = key;
    unknown.push_back(key);
  }
  if (unknown.empty()) return Status::Ok();
  std::vector<Value> items;
  if (Status s = reader(table, unknown, &items); !s.ok()) {
    for (const Key& key : unknown) images_.erase(NameOf(*table, key));
    return s;
  }
  for (size_t i = 0; i < unknown.size(); ++i) {
    ItemImage& image = images_[NameOf(*table, unknown[i])];
    image.before = image.now = std::move(items[i]).Own();
  }
  return Status::Ok();
}

Status ItemImages::Read(const TablePtr& table, std::span<const Key> keys, const Reader& reader,
                        std::vector<Value>* items) {
  PARTON_RETURN_IF_ERROR(Load(table, {keys.begin(), keys.end()}, reader));
  items->clear();
  for (const Key& key : keys) {
    ItemImage& image = images_[NameOf(*table, key)];
    image.read = image.whole = true;
    items->push_back(image.now);
  }
  return Status::Ok();
}

Result<WriteOutcome> ItemImages::ApplyOne(const WriteOp& op, ItemImage* image, const Value& item, EvalContext& ctx) {
  const Value old_item = image->now;
  const bool exists = !old_item.is_missing();
  WriteOutcome outcome;
  outcome.existed = exists;
  outcome.judged = true;
  outcome.old_size = exists ? ItemSize(old_item) : 0;
  const bool blind = op.kind == Kind::kPut && op.condition == nullptr && op.returning == ReturnValues::kNone;
  if (!blind) AddPremises(op, image);
  const ItemInSlot slot(ctx, op.slot, old_item);
  PARTON_ASSIGN_OR_RETURN(const WriteVerdict verdict, JudgeWrite(op, exists, old_item, ctx));
  if (verdict == WriteVerdict::kSkip) return outcome;
  outcome.applied = true;
  UpdatedAttributes updated;
  Value now = old_item;
  if (op.kind == Kind::kPut || op.kind == Kind::kInsert) {
    now = item;
  } else if (op.kind == Kind::kDelete) {
    now = Value::Missing();
  } else if (op.kind == Kind::kUpdate) {
    Result<UpdatedAttributes> applied = ApplyActions(old_item, op.actions, ctx);
    if (ctx.failed()) return TakeError(ctx);
    PARTON_RETURN_IF_ERROR(applied.status());
    updated = *std::move(applied);
    if (exists || CreatesItem(op.actions)) {
      PARTON_RETURN_IF_ERROR(ValidateIndexKeys(*op.table, Value::Struct(updated.attributes)));
      now = WithAttributes(exists ? old_item : KeyItem(op.table->key, op.key), updated.attributes);
      if (ItemSize(now) > kMaxItemBytes) {
        return Status::Validation("Item size to update has exceeded the maximum allowed size");
      }
    }
  }
  outcome.changed = !DeepEqual(old_item, now);
  outcome.new_size = now.is_missing() ? 0 : ItemSize(now);
  if (op.kind == Kind::kCheck) return outcome;
  outcome.returned = ValueReturned(op, old_item, !now.is_missing(), updated, [&now] { return now; }).Own();
  image->put = op.kind == Kind::kPut || op.kind == Kind::kInsert || (image->put && op.kind == Kind::kUpdate);
  image->now = std::move(now).Own();
  image->changed = true;
  return outcome;
}

Result<std::vector<WriteOutcome>> ItemImages::Apply(std::span<const WriteOp> ops, EvalContext& ctx,
                                                    const WriteOptions& options, const Reader& reader) {
  std::vector<Key> keys(ops.size());
  std::vector<Value> items(ops.size());
  std::map<std::string, std::pair<TablePtr, std::vector<Key>>> wanted;
  std::set<std::string> seen;
  for (size_t i = 0; i < ops.size(); ++i) {
    if (Status s = PrepareOp(ops[i], &keys[i], &items[i]); !s.ok()) {
      s = std::move(s).At(ops[i].span);
      if (!options.collect_reasons) return s;
      std::vector<Status> reasons(ops.size());
      reasons[i] = std::move(s);
      return TransactionCancelled(std::move(reasons));
    }
    if (!seen.insert(NameOf(*ops[i].table, keys[i])).second && !options.sequential) {
      return Status::Validation("Transaction request cannot include multiple operations on one item", ops[i].span);
    }
    auto& [table, of_table] = wanted[ops[i].table->name];
    table = ops[i].table;
    of_table.push_back(keys[i]);
  }
  for (const auto& [name, group] : wanted) PARTON_RETURN_IF_ERROR(Load(group.first, group.second, reader));

  const std::map<std::string, ItemImage> before = images_;
  std::vector<WriteOutcome> outcomes;
  std::vector<Status> reasons(ops.size());
  bool failed = false;
  if (options.failed_items != nullptr) options.failed_items->assign(ops.size(), Value());
  for (size_t i = 0; i < ops.size(); ++i) {
    ItemImage& image = images_[NameOf(*ops[i].table, keys[i])];
    Result<WriteOutcome> outcome = ApplyOne(ops[i], &image, items[i], ctx);
    if (outcome.ok()) {
      outcomes.push_back(*std::move(outcome));
      continue;
    }
    if (options.failed_items != nullptr) (*options.failed_items)[i] = image.now;
    reasons[i] = std::move(outcome).status().At(ops[i].span);
    outcomes.emplace_back();
    failed = true;
    if (!options.collect_reasons) {
      images_ = before;
      return reasons[i];
    }
  }
  if (!failed) return outcomes;
  images_ = before;
  return TransactionCancelled(std::move(reasons));
}

Result<std::vector<WriteRequest>> ItemImages::Requests(bool checks) const {
  std::vector<WriteRequest> out;
  for (const auto& [name, image] : images_) {
    const bool same = !image.changed || (image.read && DeepEqual(image.before, image.now));
    if (same && !(checks && image.read)) continue;
    PARTON_ASSIGN_OR_RETURN(WriteRequest request, RequestOf(image));
    out.push_back(std::move(request));
  }
  return out;
}

void ItemImages::TakeBack(const ItemImages& earlier) {
  for (auto& [name, image] : images_) {
    const auto found = earlier.images_.find(name);
    const bool known = found != earlier.images_.end();
    image.now = known ? found->second.now : image.before;
    image.changed = known && found->second.changed;
    image.put = known && found->second.put;
  }
}

}  // namespace parton::remote
