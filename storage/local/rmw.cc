#include "storage/local/rmw.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/number_key.h"
#include "storage/write_rules.h"
#include "types/item/flat_item.h"
#include "types/item/item_rules.h"
#include "types/item/update_actions.h"
#include "types/item/varint.h"
#include "types/status/cancellation.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

using Kind = WriteOp::Kind;

constexpr char kTooBigToUpdate[] = "Item size to update has exceeded the maximum allowed size";

// The failure of operation `at` alone.
Status Failed(const WriteOptions& options, size_t count, size_t at, Status s) {
  if (!options.collect_reasons) return s;
  std::vector<Status> reasons(count);
  reasons[at] = std::move(s);
  return TransactionCancelled(std::move(reasons));
}

Status SubqueryInWrite() {
  return Status::Unsupported("a condition or value with a subquery cannot be evaluated where items are written");
}

// Has no subquery; null counts as plain. A statement that runs again has the same expressions again.
bool IsPlain(const ExprPtr& e) {
  if (e == nullptr) return true;
  thread_local std::array<std::weak_ptr<const Expr>, 8> plain;
  thread_local size_t next = 0;
  for (const auto& p : plain) {
    if (!p.owner_before(e) && !e.owner_before(p)) return true;
  }
  if (HasSubquery(*e)) return false;
  plain[next++ % plain.size()] = e;
  return true;
}

Status PrepareOp(const CatalogState& catalog, const WriteOp& op, NameTable* names, PreparedOp* out) {
  out->op = &op;
  out->table = catalog.Current(*op.table);
  if (out->table == nullptr) {
    return Status::NotFound("Requested resource not found: Table: " + op.table->name + " not found");
  }
  const TableSchema& schema = *out->table->schema;
  const Key* key = &op.key;
  Key extracted;
  if (op.kind == Kind::kPut || op.kind == Kind::kInsert) {
    Value storable;
    const bool flat = EncodeFlatItem(op.item, *names, &out->new_bytes);
    if (!flat) {
      PARTON_ASSIGN_OR_RETURN(storable, ToStorableItem(op.item));
    }
    const Value& item = flat ? op.item : storable;
    PARTON_ASSIGN_OR_RETURN(extracted, OwnedKey(schema.key, item));
    key = &extracted;
    PARTON_RETURN_IF_ERROR(ValidateIndexKeys(schema, item));
    if (!flat) EncodeItem(item, names, &out->new_bytes);
  } else {
    PARTON_RETURN_IF_ERROR(ValidateKey(schema.key, *key));
  }
  if (!ItemKey(schema, *key, &out->key)) {
    return Status::Validation("The provided key element does not match the schema");
  }
  out->hash = HashOfKey(out->key);
  if (!IsPlain(op.condition)) return SubqueryInWrite();
  if (op.kind == Kind::kUpdate) {
    for (const UpdateAction& a : op.actions) {
      if (!IsPlain(a.value)) return SubqueryInWrite();
    }
    PARTON_RETURN_IF_ERROR(CheckUpdatePaths(schema, op.actions));
  }
  return Status::Ok();
}

// The bytes of an item that has its key alone.
std::string BareItem(const KeySchema& schema, const Key& key, NameTable* names) {
  std::vector<Field> fields{{schema.hash.name, key.hash}};
  if (schema.range) fields.push_back({schema.range->name, key.range});
  std::string bytes;
  EncodeItem(Value::Struct(std::move(fields)), names, &bytes);
  return bytes;
}

// Whether it is worth measuring exactly: most items are far below the limit, which is seen sooner.
bool MayBeTooBig(std::string_view bytes, const NameTable& names) {
  // No value counts for more than that many times its bytes: numbers do for at most 11 bytes and the sign.
  constexpr size_t kMostOfAByte = 12;
  if (bytes.size() * kMostOfAByte > kMaxItemBytes / 2) return true;
  const uint32_t known = names.size();
  size_t size_of_names = 0;
  const char* p = bytes.data() + 1;
  const char* const end = bytes.data() + bytes.size();
  while (p < end) {
    uint32_t mark;
    p = GetVarint(p, end, &mark);
    if (p == nullptr || mark == 0 || mark > known) return true;
    size_of_names += names.Name(mark - 1).size();
    p = SkipValue(p, end);
    if (p == nullptr) return true;
  }
  return size_of_names > kMaxItemBytes / 2;
}

Status MakeUpdated(const PreparedOp& p, NameTable* names, EvalContext& ctx, ItemChange* change,
                   UpdatedAttributes* updated) {
  const WriteOp& op = *p.op;
  Result<UpdatedAttributes> applied = ApplyActions(change->old_item, op.actions, ctx);
  if (ctx.failed()) return TakeError(ctx);
  if (!applied.ok()) return std::move(applied).status();
  *updated = std::move(applied).value();
  change->has = true;
  if (!change->had && !CreatesItem(op.actions)) {
    change->has = false;
    return Status::Ok();
  }
  // Only what changes is checked against the indexes: values that were there before an index was made
  // may be unusable for it, and stay.
  const TableSchema& schema = *p.table->schema;
  if (!schema.indexes.empty()) {
    PARTON_RETURN_IF_ERROR(ValidateIndexKeys(schema, Value::Struct(updated->attributes)));
  }
  if (change->had) {
    SpliceItem(change->old_bytes, updated->attributes, names, &change->new_bytes);
  } else {
    SpliceItem(BareItem(schema.key, op.key, names), updated->attributes, names, &change->new_bytes);
  }
  if (MayBeTooBig(change->new_bytes, *names) && ItemSizeEncoded(change->new_bytes, *names) > kMaxItemBytes) {
    return Status::Validation(kTooBigToUpdate);
  }
  return Status::Ok();
}

// Then no item is named twice.
bool KeysAscend(const std::vector<PreparedOp>& ops) {
  for (size_t i = 1; i < ops.size(); ++i) {
    if (ops[i].key <= ops[i - 1].key) return false;
  }
  return true;
}

void Measure(const PreparedOp& p, const ItemChange& change, const NameTable& names, WriteOutcome* outcome) {
  const std::string& bytes = p.new_bytes.empty() ? change.new_bytes : p.new_bytes;
  outcome->judged = true;
  if (change.had) outcome->old_size = ItemSizeEncoded(change.old_bytes, names);
  if (!bytes.empty()) outcome->new_size = ItemSizeEncoded(bytes, names);
}

}  // namespace

Value StoredItemOf(std::string bytes, const NameTable* names) {
  auto* item = new internal::HeapItem;
  item->storage = std::move(bytes);
  item->bytes = item->storage;
  item->names = names;
  item->Keep();
  return FromEncodedItem(item);
}

namespace {

// Vectors without elements, for their memory.
struct Spare {
  std::vector<PreparedOp> prepared;
  std::vector<ItemChange> changes;
  std::vector<WriteOutcome> outcomes;
};

// While a write runs its thread has none, as another write may run inside it.
thread_local Spare spare;

constexpr size_t kMostSpare = 64;

template <typename T>
void Leave(std::vector<T>* from, std::vector<T>* spare) {
  if (from->capacity() > kMostSpare || from->capacity() <= spare->capacity()) return;
  from->clear();
  *spare = std::move(*from);
}

}  // namespace

AppliedOps::AppliedOps()
    : prepared(std::exchange(spare.prepared, {})),
      changes(std::exchange(spare.changes, {})),
      outcomes(std::exchange(spare.outcomes, {})) {}

AppliedOps::~AppliedOps() {
  Leave(&prepared, &spare.prepared);
  Leave(&changes, &spare.changes);
  Leave(&outcomes, &spare.outcomes);
}

Status PrepareOps(const CatalogState& catalog, std::span<const WriteOp> ops, NameTable* names,
                  const WriteOptions& options, std::vector<PreparedOp>* out) {
  out->resize(ops.size());
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < ops.size(); ++i) {
    PreparedOp& p = (*out)[i];
    Status s = PrepareOp(catalog, ops[i], names, &p);
    if (!s.ok()) return Failed(options, ops.size(), i, std::move(s).At(ops[i].span));
    if (!options.sequential && ops.size() > 1 && !seen.insert(p.key).second) {
      return Status::Validation("Transaction request cannot include multiple operations on one item", ops[i].span);
    }
  }
  return Status::Ok();
}

Status ApplyOps(std::vector<PreparedOp>& ops, ItemReader& reader, NameTable* names, EvalContext& ctx,
                const WriteOptions& options, std::vector<ItemChange>* changes, std::vector<WriteOutcome>* outcomes) {
  outcomes->resize(ops.size());
  changes->reserve(ops.size());
  std::vector<Status> reasons(options.collect_reasons ? ops.size() : 0);
  bool failed = false;
  const bool may_repeat = options.sequential && !KeysAscend(ops);
  std::unordered_map<std::string_view, size_t> by_key;
  if (may_repeat) by_key.reserve(ops.size());
  if (options.failed_items != nullptr) options.failed_items->assign(ops.size(), Value());

  for (size_t i = 0; i < ops.size(); ++i) {
    PreparedOp& p = ops[i];
    const WriteOp& op = *p.op;
    WriteOutcome& outcome = (*outcomes)[i];
    ItemChange* earlier = nullptr;
    if (may_repeat) {
      auto [it, fresh] = by_key.try_emplace(p.key, changes->size());
      if (!fresh) earlier = &(*changes)[it->second];
    }
    ItemChange& change = changes->emplace_back();  // for which there is room
    change.table = p.table;
    change.by_ttl = op.by_ttl;
    change.op = i;
    if (earlier == nullptr) {
      Value old;
      PARTON_RETURN_IF_ERROR(reader.Read(p, &old));
      change.SetOld(std::move(old));
    } else if (earlier->has) {
      change.SetOld(StoredItemOf(earlier->new_bytes, names));
    }
    const Value& old_item = change.old_item;
    const bool needs_old = op.condition != nullptr || op.kind == Kind::kUpdate || !op.premises.empty() ||
                           op.returning != ReturnValues::kNone || options.failed_items != nullptr;
    std::optional<ItemInSlot> slot;
    if (needs_old) slot.emplace(ctx, op.slot, old_item);
    UpdatedAttributes updated;
    const Result<WriteVerdict> verdict = JudgeWrite(op, change.had, old_item, ctx);
    Status s = verdict.status();
    if (s.ok() && *verdict == WriteVerdict::kGo) {
      outcome.applied = true;
      switch (op.kind) {
        case Kind::kPut:
        case Kind::kInsert:
          change.has = true;
          change.new_bytes.swap(p.new_bytes);
          break;
        case Kind::kUpdate: s = MakeUpdated(p, names, ctx, &change, &updated); break;
        case Kind::kDelete: break;
        case Kind::kCheck:
          change.has = change.had;
          change.new_bytes = change.old_bytes;
          break;
      }
    } else {
      change.has = change.had;
      change.new_bytes = change.old_bytes;
    }
    outcome.existed = change.had;
    if (options.meter != nullptr) Measure(p, change, *names, &outcome);
    if (!s.ok()) {
      s = std::move(s).At(op.span);
      if (options.failed_items != nullptr) (*options.failed_items)[i] = old_item;
      if (!options.collect_reasons) return s;
      // What is wrong with an operation itself pre-empts conditions.
      if (s.code() != StatusCode::kConditionFailed && s.code() != StatusCode::kDuplicateItem) {
        return Failed(options, ops.size(), i, std::move(s));
      }
      reasons[i] = std::move(s);
      failed = true;
      change.has = change.had;
      change.new_bytes = change.old_bytes;
    }
    outcome.changed = change.changed();
    if (outcome.applied && op.kind != Kind::kCheck && op.returning != ReturnValues::kNone) {
      outcome.returned = ValueReturned(op, old_item, change.has, updated,
                                       [&change, names] { return ItemValue(change.new_bytes, names); });
    }
    if (earlier != nullptr) {
      earlier->has = change.has;
      earlier->new_bytes = std::move(change.new_bytes);
      changes->pop_back();
    }
  }
  if (failed) return TransactionCancelled(std::move(reasons));
  for (ItemChange& c : *changes) {
    c.key = std::move(ops[c.op].key);
    c.hash = ops[c.op].hash;
  }
  return Status::Ok();
}

Status MeterOps(const WriteOptions& options, Status applied, const std::vector<ItemChange>& changes,
                const NameTable& names, std::vector<WriteOutcome>* outcomes) {
  if (options.meter == nullptr) return applied;
  if (applied.ok()) {
    KeyWrites ignored;
    for (const ItemChange& c : changes) {
      if (c.changed()) AppendChange(c, names, &ignored, &(*outcomes)[c.op]);
    }
  }
  Status refused = (*options.meter)(*outcomes, applied);
  return refused.ok() ? std::move(applied) : std::move(refused);
}

bool ExpiryKey(const TableInfo& table, const NameTable& names, std::string_view item, std::string_view item_key,
               std::string* out) {
  const TableSchema& schema = *table.schema;
  if (schema.ttl_attribute.empty()) return false;
  Value v = ItemView(item, &names).Get(table.ttl_name_id, schema.ttl_attribute);
  if (!v.is_exact()) return false;
  *out = IdPrefix(KeySpace::kExpiry, table.ttl_id);
  AppendNumberKey(v.number(), out);
  out->append(item_key.substr(kPrefixBytes));
  return true;
}

void AppendChange(const ItemChange& change, const NameTable& names, KeyWrites* writes, WriteOutcome* outcome,
                  bool* leaves_out) {
  if (change.has) {
    writes->Put(change.key, change.new_bytes);
  } else {
    writes->Delete(change.key);
  }
  const std::string_view key_bytes = std::string_view(change.key).substr(kPrefixBytes);
  const ItemView old_item(change.old_bytes, &names);
  const ItemView new_item(change.new_bytes, &names);
  std::string old_key, old_value, new_key, new_value;
  auto units = [&](std::string_view entry) { return (ItemSizeEncoded(entry, names) + 1023) / 1024; };
  for (const IndexPlan& index : change.table->indexes) {
    const bool had = change.had && MakeEntry(index, old_item, key_bytes, &old_key, &old_value);
    const bool has = change.has && MakeEntry(index, new_item, key_bytes, &new_key, &new_value);
    const bool same_key = had && has && old_key == new_key;
    if (leaves_out != nullptr && change.has && !has && index.schema->none_left_out &&
        HasPartitionKey(index, new_item)) {
      *leaves_out = true;
    }
    if (!had && !has) continue;
    if (same_key && old_value == new_value) continue;
    if (had && !same_key) writes->DeleteCopy(old_key);
    if (has) writes->PutCopy(new_key, new_value);
    if (outcome != nullptr) {
      uint64_t before = had ? units(old_value) : 0;
      uint64_t after = has ? units(new_value) : 0;
      outcome->index_units.emplace_back(index.schema->id, same_key ? std::max(before, after) : before + after);
    }
  }
  if (!change.table->schema->ttl_attribute.empty()) {
    const bool had = change.had && ExpiryKey(*change.table, names, change.old_bytes, change.key, &old_key);
    const bool has = change.has && ExpiryKey(*change.table, names, change.new_bytes, change.key, &new_key);
    if (had && has && old_key == new_key) return;
    if (had) writes->DeleteCopy(old_key);
    if (has) writes->PutCopy(new_key, "");
  }
}

}  // namespace parton
