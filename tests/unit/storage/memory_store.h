// A second store behind the seam, as a remote one would be: a map, without snapshots, transactions, a feed, records,
// changes of tables or upkeep. It gives no attribute that was not asked for, and evaluates comparisons only.
#ifndef PARTON_TESTS_UNIT_STORAGE_MEMORY_STORE_H_
#define PARTON_TESTS_UNIT_STORAGE_MEMORY_STORE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "executor/operators/key_ranges.h"
#include "storage/table_store.h"
#include "types/item/item_rules.h"

namespace parton::storage_test {

// What was asked of the store.
struct Calls {
  int gets = 0;
  int batches = 0;
  size_t most_keys = 0;  // of one batch
  int cursors = 0;
  int filters = 0;  // cursors with one
  int writes = 0;
  int transact_writes = 0;
};

class MemoryStore final : public TableStore {
 public:
  TablePtr Add(TableSchema schema) {
    schema.id = static_cast<uint32_t>(tables_.size() + 1);
    schema.version = ++version_;
    const std::string name = schema.name;
    return tables_[name] = std::make_shared<const TableSchema>(std::move(schema));
  }
  Calls calls;

  StoreCapabilities capabilities() const override { return {}; }

  Result<TablePtr> GetTable(std::string_view name) const override {
    const auto it = tables_.find(name);
    if (it == tables_.end()) return Status::NotFound("Requested resource not found: Table: " + std::string(name));
    return it->second;
  }
  std::vector<TablePtr> Tables() const override {
    std::vector<TablePtr> out;
    for (const auto& [name, table] : tables_) out.push_back(table);
    return out;
  }
  uint64_t SchemaVersion() const override { return version_; }

  ReadView& LatestView() override { return latest_; }
  Status Get(ReadView&, const TableSchema& table, const Key& key, const AttributeList* attributes, Value* item,
             ReadStats* stats) override {
    std::lock_guard lock(mutex_);
    ++calls.gets;
    Find(table, key, attributes, item, stats);
    return Status::Ok();
  }
  Status BatchGet(ReadView&, const TableSchema& table, std::span<const Key> keys, const AttributeList* attributes,
                  std::vector<Value>* items, ReadStats* stats) override {
    std::lock_guard lock(mutex_);
    ++calls.batches;
    calls.most_keys = std::max(calls.most_keys, keys.size());
    items->assign(keys.size(), Value());
    for (size_t i = 0; i < keys.size(); ++i) Find(table, keys[i], attributes, &(*items)[i], stats);
    return Status::Ok();
  }
  size_t KeysAhead(const TableSchema&) const override { return 100; }
  Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView&, const CursorSpec& spec, EvalContext* ctx,
                                                 int slot) override {
    std::lock_guard lock(mutex_);
    ++calls.cursors;
    if (spec.filter != nullptr) ++calls.filters;
    std::vector<std::pair<std::string, Value>> rows;
    for (const auto& [key, item] : items_[spec.table->id]) {
      if (InRange(*spec.table, spec.range, key)) rows.emplace_back(Text(key), item);
    }
    if (spec.backward) std::reverse(rows.begin(), rows.end());
    if (!spec.after.empty()) {
      const auto last = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.first == spec.after; });
      if (last != rows.end()) rows.erase(rows.begin(), last + 1);
    }
    return std::unique_ptr<ItemCursor>(std::make_unique<Cursor>(std::move(rows), spec, ctx, slot));
  }
  bool CanEvaluate(const Expr& e) const override { return !HasSubquery(e) && e.As<Expr::Compare>() != nullptr; }
  TableStats Stats(const TableSchema& table, const IndexSchema*) override {
    std::lock_guard lock(mutex_);
    TableStats stats;
    stats.approximate_items = items_[table.id].size();
    stats.approximate_bytes = stats.approximate_size = stats.approximate_items * 100;
    return stats;
  }

  Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) override {
    std::lock_guard lock(mutex_);
    ++calls.writes;
    PARTON_ASSIGN_OR_RETURN(std::vector<WriteOutcome> outcomes, Apply({&op, 1}, ctx, options));
    return std::move(outcomes[0]);
  }
  Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                  const WriteOptions& options) override {
    std::lock_guard lock(mutex_);
    ++calls.transact_writes;
    return Apply(ops, ctx, options);
  }

 private:
  struct KeyLess {
    bool operator()(const Key& a, const Key& b) const {
      const int c = CompareKeys(a.hash, b.hash);
      return c != 0 ? c < 0 : !a.range.is_missing() && CompareKeys(a.range, b.range) < 0;
    }
  };
  using Items = std::map<Key, Value, KeyLess>;

  // A frame for `ctx`, unless it has one, with the item in its slot.
  class FrameOf {
   public:
    FrameOf(EvalContext& ctx, int slot, const Value& item) : ctx_(ctx), before_(ctx.frame) {
      const auto at = static_cast<size_t>(slot);
      if (ctx.frame == nullptr) ctx.frame = &own_;
      if (ctx.frame->size() <= at) ctx.frame->resize(at + 1);
      (*ctx.frame)[at] = item;
    }
    ~FrameOf() { ctx_.frame = before_; }
    FrameOf(const FrameOf&) = delete;
    FrameOf& operator=(const FrameOf&) = delete;

   private:
    EvalContext& ctx_;
    Frame* const before_;
    Frame own_;
  };

  class Cursor final : public ItemCursor {
   public:
    Cursor(std::vector<std::pair<std::string, Value>> rows, const CursorSpec& spec, EvalContext* ctx, int slot)
        : rows_(std::move(rows)), spec_(spec), ctx_(ctx), slot_(slot) {}
    bool Next(Value* item) override {
      while (next_ < rows_.size()) {
        if (spec_.examine_items != 0 && stats_.items_examined == spec_.examine_items) {
          stopped_ = true;
          return false;
        }
        const Value& row = rows_[next_++].second;
        ++stats_.items_examined;
        stats_.bytes_examined += ItemSize(row);
        if (spec_.filter != nullptr) {
          (*ctx_->frame)[static_cast<size_t>(slot_)] = row;
          const bool keep = EvaluatePredicate(*spec_.filter, *ctx_);
          if (ctx_->failed()) return false;
          if (!keep) continue;
        }
        *item = Projected(row, spec_.table->key, spec_.attributes);
        return true;
      }
      return false;
    }
    Status status() const override { return ctx_->error; }
    std::string Position() const override { return next_ == 0 ? "" : rows_[next_ - 1].first; }
    const ReadStats& stats() const override { return stats_; }
    bool stopped_at_limit() const override { return stopped_; }

   private:
    std::vector<std::pair<std::string, Value>> rows_;
    const CursorSpec spec_;
    EvalContext* ctx_;
    const int slot_;
    size_t next_ = 0;
    bool stopped_ = false;
    ReadStats stats_;
  };

  static std::string Text(const Key& key) { return key.hash.ToLiteral() + " " + key.range.ToLiteral(); }

  static Value Projected(const Value& item, const KeySchema& key, const AttributeList* attributes) {
    if (attributes == nullptr || !item.is_struct()) return item;
    std::vector<Field> fields;
    for (const Field& f : item.fields()) {
      const bool wanted = std::find(attributes->begin(), attributes->end(), f.name) != attributes->end();
      if (wanted || key.Has(f.name)) fields.push_back(f);
    }
    return Value::Struct(std::move(fields));
  }

  static bool InRange(const TableSchema& table, const KeyRange& range, const Key& key) {
    if (range.hash && CompareKeys(*range.hash, key.hash) != 0) return false;
    const bool of_range = range.hash && table.key.range;
    const Value& v = of_range ? key.range : key.hash;
    const auto in = [&](const std::optional<KeyBound>& b, int sign) {
      if (!b) return true;
      int c = CompareKeys(v, b->value) * sign;
      if (c == 0 && !b->more.empty()) c = CompareKeys(key.range, b->more[0]) * sign;
      return c > 0 || (c == 0 && b->inclusive);
    };
    if (range.prefix && !v.bytes().starts_with(range.prefix->bytes())) return false;
    return in(range.low, 1) && in(range.high, -1);
  }

  void Find(const TableSchema& table, const Key& key, const AttributeList* attributes, Value* item, ReadStats* stats) {
    const Items& items = items_[table.id];
    const auto it = items.find(key);
    *item = it == items.end() ? Value() : Projected(it->second, table.key, attributes);
    if (stats == nullptr) return;
    ++stats->seeks;
    if (it != items.end()) ++stats->items_examined;
  }

  // All or none.
  Result<std::vector<WriteOutcome>> Apply(std::span<const WriteOp> ops, EvalContext& ctx, const WriteOptions& options) {
    if (options.records != nullptr) return Status::Unsupported("this store has no records");
    std::map<uint32_t, Items> next = items_;
    std::vector<WriteOutcome> outcomes;
    for (const WriteOp& op : ops) {
      PARTON_ASSIGN_OR_RETURN(WriteOutcome outcome, ApplyOne(op, ctx, &next[op.table->id]));
      outcomes.push_back(std::move(outcome));
    }
    if (options.meter != nullptr) PARTON_RETURN_IF_ERROR((*options.meter)(outcomes, Status::Ok()));
    items_ = std::move(next);
    return outcomes;
  }

  static Result<WriteOutcome> ApplyOne(const WriteOp& op, EvalContext& ctx, Items* items) {
    using Kind = WriteOp::Kind;
    Value item = op.item;
    Key key = op.key;
    const bool puts = op.kind == Kind::kPut || op.kind == Kind::kInsert;
    if (puts) {
      PARTON_ASSIGN_OR_RETURN(key, MakeStorable(op.table->key, &item));
    }
    const auto found = items->find(key);
    WriteOutcome outcome;
    outcome.judged = true;
    outcome.existed = found != items->end();
    const Value old = outcome.existed ? found->second : Value();
    if (op.kind == Kind::kInsert && outcome.existed && op.if_exists != WriteOp::Otherwise::kProceed) {
      if (op.if_exists == WriteOp::Otherwise::kSkip) return outcome;
      return Status(StatusCode::kDuplicateItem, "Duplicate primary key exists in table");
    }
    if (op.kind == Kind::kUpdate && !outcome.existed && op.if_absent != WriteOp::Otherwise::kProceed) {
      if (op.if_absent == WriteOp::Otherwise::kSkip) return outcome;
      return Status(StatusCode::kConditionFailed, "The conditional request failed");
    }
    const FrameOf frame(ctx, op.slot, old);
    const bool holds = op.condition == nullptr || EvaluatePredicate(*op.condition, ctx);
    if (op.kind == Kind::kUpdate && holds) {
      PARTON_RETURN_IF_ERROR(CheckUpdatePaths(*op.table, op.actions));
      PARTON_ASSIGN_OR_RETURN(UpdatedAttributes updated, ApplyActions(old, op.actions, ctx));
      std::vector<Field> fields;
      if (old.is_struct()) {
        fields = old.fields();
      } else {
        fields.push_back({op.table->key.hash.name, key.hash});
        if (op.table->key.range) fields.push_back({op.table->key.range->name, key.range});
      }
      for (Field& f : updated.attributes) {
        std::erase_if(fields, [&](const Field& o) { return o.name == f.name; });
        fields.push_back(std::move(f));
      }
      item = Value::Struct(std::move(fields));
    }
    if (ctx.failed()) return ctx.error;
    if (!holds) {
      if (op.if_false == WriteOp::Otherwise::kSkip) return outcome;
      return Status(StatusCode::kConditionFailed, "The conditional request failed");
    }
    outcome.applied = true;
    if (op.kind == Kind::kDelete) {
      items->erase(key);
      outcome.changed = outcome.existed;
    } else if (op.kind != Kind::kCheck) {
      outcome.changed = true;
      (*items)[key] = item;
    }
    if (op.returning == ReturnValues::kAllOld) outcome.returned = old;
    if (op.returning == ReturnValues::kAllNew) outcome.returned = item;
    return outcome;
  }

  mutable std::mutex mutex_;
  ReadView latest_;
  uint64_t version_ = 0;
  std::map<std::string, TablePtr, std::less<>> tables_;
  std::map<uint32_t, Items> items_;
};

}  // namespace parton::storage_test

#endif  // PARTON_TESTS_UNIT_STORAGE_MEMORY_STORE_H_
