#include "executor/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "executor/answer_cache.h"
#include "executor/capacity/capacity_meter.h"
#include "executor/operators/key_ranges.h"
#include "executor/operators/operators.h"
#include "executor/transaction_items.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

struct KeyHash {
  size_t operator()(const Key& k) const { return HashValue(k.hash) * 31 + HashValue(k.range); }
};
struct KeyEqual {
  bool operator()(const Key& a, const Key& b) const { return DeepEqual(a.hash, b.hash) && DeepEqual(a.range, b.range); }
};

}  // namespace

class WriteRunner::Impl {
 public:
  Impl(const WritePlan& plan, ExecutionContext& ctx)
      : plan_(plan),
        ctx_(ctx),
        by_key_((plan.kind == WritePlan::Kind::kUpdate || plan.kind == WritePlan::Kind::kDelete) && WritesByKey(plan)),
        same_change_(by_key_ && plan.inputs.empty() && plan.premises.empty()) {}

  Status Run(StoreTransaction* transaction, WriteResult* result) {
    const Settings& settings = *ctx_.shared->settings;
    transaction_ = transaction;
    result_ = result;
    batch_ = plan_.batch > 0 ? plan_.batch : settings.bulk_each && transaction == nullptr ? 1 : 0;
    limit_ = batch_ > 0 ? batch_ : settings.atomic_limit;
    const Cleaning cleaning{this};
    switch (plan_.kind) {
      case WritePlan::Kind::kInsert:
      case WritePlan::Kind::kReplace:
      case WritePlan::Kind::kUpsert: return Insert();
      case WritePlan::Kind::kUpdate:
      case WritePlan::Kind::kDelete: return Change();
      case WritePlan::Kind::kExistsCheck: return Check();
    }
    return Status::Ok();
  }

 private:
  struct Cleaning {
    Impl* impl;
    ~Cleaning() { impl->Clean(); }
  };

  // Leaves the memory of a few operations, and the source if it came to its end.
  void Clean() noexcept {
    constexpr size_t kMostKept = 1024;
    if (ops_.capacity() > kMostKept) {
      std::vector<WriteOp>().swap(ops_);
      std::vector<WriteOutcome>().swap(outcomes_);
    }
    ops_.clear();
    outcomes_.clear();
    keys_.clear();
    ops_bytes_ = 0;
    pending_.clear();
    again_.reset();
    if (std::exchange(reading_, false)) source_.reset();
  }

  // ---- INSERT, REPLACE, UPSERT

  Status Insert() {
    reading_ = true;
    if (source_ == nullptr) source_ = std::make_unique<QueryRunner>(*plan_.source, ctx_);
    QueryRunner& source = *source_;
    if (!source.Open()) return Failure();
    const bool single = plan_.source->shape == Query::Shape::kValue || plan_.source->shape == Query::Shape::kPivot;
    while (source.Next()) {
      if (!ctx_.Tick()) return Failure();
      const Value row = source.row().Own();
      // A source that is one value may be the collection of the items.
      if (single && row.is_collection()) {
        for (const Value& item : row.elements()) PARTON_RETURN_IF_ERROR(AddItem(item));
      } else {
        PARTON_RETURN_IF_ERROR(AddItem(row));
      }
    }
    if (ctx_.failed()) return Failure();
    source.Close();
    reading_ = false;
    return Flush();
  }

  Status AddItem(const Value& row) {
    if (!row.is_struct()) {
      return Status::Validation(
          fmt::format("an item must be a tuple, not {}", row.is_absent() ? "absent" : TypeName(row.type())),
          plan_.source->span);
    }
    WriteOp& op = ops_.emplace_back();
    op.table = plan_.table;
    op.returning = plan_.returning;
    if (plan_.kind == WritePlan::Kind::kUpsert) {
      PARTON_RETURN_IF_ERROR(MakeUpsert(plan_.table, row, &op));
    } else {
      op.kind = plan_.kind == WritePlan::Kind::kReplace ? WriteOp::Kind::kPut : WriteOp::Kind::kInsert;
      op.item = row;
      ops_bytes_ += ApproximateBytes(row);
      op.if_exists = plan_.if_exists;
    }
    return MakeRoom();
  }

  // ---- UPDATE, DELETE

  Status Change() {
    if (by_key_) return ChangeByKey(*plan_.target->As<Plan::Access>());
    // An access path gives an item once, but a join need not.
    // Without a snapshot it may give one again that has been written meanwhile.
    const bool moving = batch_ > 0 && ctx_.shared->store->capabilities().snapshots == nullptr;
    const bool joined = moving || MayRepeatItems(*plan_.target);
    OperatorPtr target = BuildOperator(*plan_.target, Live(), ctx_);
    if (!target->Open()) return Failure();
    while (target->Next()) {
      if (!ctx_.Tick()) return Failure();
      PARTON_ASSIGN_OR_RETURN(Key key, ExtractKey(plan_.table->key, ctx_.slot(plan_.slot)));
      Key owned{std::move(key.hash).Own(), std::move(key.range).Own()};
      if (joined && !pending_.insert(owned).second) continue;
      ops_.push_back(MakeChange(std::move(owned)));
      PARTON_RETURN_IF_ERROR(MakeRoom());
    }
    if (ctx_.failed()) return Failure();
    target->Close();
    return Flush();
  }

  // The keys are known: the write itself reads, once.
  Status ChangeByKey(const Plan::Access& access) {
    if (!ResolveKeys(access, ctx_, &keys_)) return Failure();
    if (keys_.empty() && access.kind == AccessKind::kGetItem && ctx_.shared->settings->dialect == Dialect::kDynamo) {
      return Status::Validation("The provided key element does not match the schema");
    }
    for (Key& key : keys_) {
      if (plan_.again != nullptr && plan_.if_absent == WriteOp::Otherwise::kProceed) {
        PARTON_ASSIGN_OR_RETURN(bool wanted, Decide(*ctx_.shared->view, key));
        if (!wanted) continue;
      }
      ops_.push_back(MakeChange(std::move(key)));
      PARTON_RETURN_IF_ERROR(MakeRoom());
    }
    return Flush();
  }

  // What of a row is used.
  SlotSet Live() const {
    SlotSet live = {plan_.slot};
    for (const SlotExpr& i : plan_.inputs) live.insert(i.slot);
    return live;
  }

  // Puts the item of `key` and its inputs into the frame. False: a term of WHERE is not true of it.
  Result<bool> Decide(ReadView& view, const Key& key) {
    CapacityMeter* capacity = ctx_.capacity;
    if (capacity != nullptr) PARTON_RETURN_IF_ERROR(capacity->AdmitItem(*plan_.table, false));
    Value item;
    PARTON_RETURN_IF_ERROR(ctx_.shared->store->Get(view, *plan_.table, key, nullptr, &item, &ctx_.stats));
    if (capacity != nullptr) (void)capacity->ReadItem(*plan_.table, MeteredBytes(item), false);
    ctx_.slot(plan_.slot) = std::move(item).Own();
    if (again_ == nullptr) again_ = BuildOperator(*plan_.again, Live(), ctx_);
    const bool wanted = again_->Open() && again_->Next();
    // Their values are borrowed from the operators.
    for (const SlotExpr& i : plan_.inputs) ctx_.slot(i.slot) = ctx_.slot(i.slot).Own();
    again_->Close();
    if (ctx_.failed()) return ctx_.eval.error;
    return wanted;
  }

  // Some items have changed since they were read: their operations are made anew.
  Status Refresh() {
    std::vector<WriteOp> ops = std::move(ops_);
    ops_.clear();
    for (WriteOp& op : ops) {
      if (!ctx_.Tick()) return Failure();
      Value now;
      TableStore& store = *ctx_.shared->store;
      PARTON_RETURN_IF_ERROR(store.Get(store.LatestView(), *plan_.table, op.key, nullptr, &now, &ctx_.stats));
      const bool absent = now.is_missing() && plan_.if_absent != WriteOp::Otherwise::kProceed;
      if (!absent && !PremisesHold(op.premises, now)) {
        PARTON_ASSIGN_OR_RETURN(bool wanted, Decide(ctx_.shared->store->LatestView(), op.key));
        if (!wanted) continue;
        op = MakeChange(std::move(op.key));
      }
      ops_.push_back(std::move(op));
    }
    return Status::Ok();
  }

  // The slot of the item and those of the inputs are in the frame.
  WriteOp MakeChange(Key key) {
    WriteOp op;
    if (std::exchange(has_spare_, false)) {
      op = std::move(spare_);
      op.key = std::move(key);
      return op;
    }
    op.kind = plan_.kind == WritePlan::Kind::kDelete ? WriteOp::Kind::kDelete : WriteOp::Kind::kUpdate;
    op.table = plan_.table;
    op.key = std::move(key);
    op.condition = plan_.condition;
    op.actions = plan_.actions;
    for (UpdateAction& a : op.actions) {
      if (a.value != nullptr && !plan_.inputs.empty()) a.value = WithInputs(a.value);
    }
    const Value& item = ctx_.slot(plan_.slot);
    for (const std::string& name : plan_.premises) {
      const bool whole = name.empty();
      op.premises.push_back({name, whole ? item.Own() : item.is_struct() ? item.Get(name).Own() : Value()});
    }
    op.slot = plan_.slot;
    op.if_false = plan_.if_false;
    op.if_absent = plan_.if_absent;
    op.returning = plan_.returning;
    return op;
  }

  ExprPtr WithInputs(const ExprPtr& value) {
    return TransformExpr(value, [&](const ExprPtr& e) {
      const auto* slot = e->As<Expr::Slot>();
      const bool input = slot != nullptr && std::any_of(plan_.inputs.begin(), plan_.inputs.end(),
                                                        [&](const SlotExpr& i) { return i.slot == slot->index; });
      return input ? MakeExpr(Expr::Literal{ctx_.slot(slot->index).Own()}, e->span) : e;
    });
  }

  // ---- [NOT] EXISTS as a check

  Status Check() {
    if (transaction_ != nullptr && !plan_.negated && ChecksByKey(plan_)) {
      return CheckByKey(*plan_.target->As<Plan::Access>());
    }
    CapacityMeter* capacity = ctx_.capacity;
    if (capacity != nullptr) capacity->SetChecking(transaction_ != nullptr);
    OperatorPtr target = BuildOperator(*plan_.target, {plan_.slot}, ctx_);
    const bool found = target->Open() && target->Next();
    target->Close();
    if (capacity != nullptr) capacity->SetChecking(false);
    if (ctx_.failed()) return Failure();
    if (transaction_ == nullptr) {
      // Alone it is a question, not a check.
      if (ctx_.shared->settings->dialect == Dialect::kDynamo) {
        return Status::Validation("EXISTS can only be used in ExecuteTransaction write requests.");
      }
      result_->rows.push_back(Value::Bool(found != plan_.negated));
      return Status::Ok();
    }
    if (found == plan_.negated) {
      return Status(StatusCode::kConditionFailed, "The conditional request failed")
          .WithHint(found ? "there is an item that should not exist" : "no item meets the condition");
    }
    return Status::Ok();
  }

  // One item, so that it can be said what it had.
  Status CheckByKey(const Plan::Access& access) {
    std::vector<Key> keys;
    if (!ResolveKeys(access, ctx_, &keys)) return Failure();
    if (keys.size() != 1) {
      return Status(StatusCode::kConditionFailed, "The conditional request failed")
          .WithHint("no item can have this key");
    }
    WriteOp op;
    op.kind = WriteOp::Kind::kCheck;
    op.table = plan_.table;
    op.key = std::move(keys[0]);
    op.condition = plan_.condition;
    op.slot = plan_.slot;
    ops_.push_back(std::move(op));
    WriteOptions options;
    WriteMeter meter;
    MeterWrites(&meter, &options);
    return WriteOps(options);
  }

  // ---- Writing

  // Before one more operation is added to a full batch.
  Status MakeRoom() {
    if (batch_ > 0 && ops_bytes_ > ctx_.shared->memory.limit() / 8) return Flush();
    if (ops_.size() <= limit_) {
      return ops_.size() < limit_ || batch_ == 0 ? Status::Ok() : Flush();
    }
    return Status(StatusCode::kLimitExceeded,
                  fmt::format("the statement writes more than {} items, the limit of an atomic statement", limit_), {},
                  "WITH (batch = 1000) writes in batches, each of them atomic; SET atomic_limit raises the limit");
  }

  // `meter` must outlive the write.
  void MeterWrites(WriteMeter* meter, WriteOptions* options) {
    CapacityMeter* capacity = ctx_.capacity;
    if (capacity == nullptr) return;
    *meter = [this, capacity](const auto& outcomes, const Status& error) {
      return capacity->Write(ops_, outcomes, error);
    };
    options->meter = meter;
  }

  Status Flush() {
    if (ops_.empty()) return Status::Ok();
    if (ctx_.Stopped()) return ctx_.Cancelled();
    WriteOptions options;
    // A statement may name one key more than once: its items are taken in their order.
    options.sequential = true;
    WriteMeter meter;
    MeterWrites(&meter, &options);
    // After the write nothing may fail.
    if (plan_.returning != ReturnValues::kNone) result_->rows.reserve(result_->rows.size() + ops_.size());
    Status written = WriteOps(options);
    // Someone else's write is between the read and this one.
    while (plan_.again != nullptr && transaction_ == nullptr && written.code() == StatusCode::kTransactionConflict) {
      if (Status s = Refresh(); !s.ok()) return Partly(std::move(s));
      written = WriteOps(options);
    }
    if (!written.ok()) return Partly(std::move(written));
    if (ctx_.failed()) return Failure();
    for (size_t i = 0; i < outcomes_.size(); ++i) {
      WriteOutcome& o = outcomes_[i];
      if (!o.applied) continue;
      // Removing what is not there changes nothing.
      if (ops_[i].kind == WriteOp::Kind::kDelete && !o.existed) continue;
      ++result_->affected;
      if (!o.returned.is_missing()) result_->rows.push_back(std::move(o.returned).Own());
    }
    if (same_change_ && ops_.size() == 1) {
      spare_ = std::move(ops_[0]);
      has_spare_ = true;
    }
    ops_.clear();
    ops_bytes_ = 0;
    if (batch_ > 0 && ctx_.shared->progress != nullptr && *ctx_.shared->progress &&
        !(*ctx_.shared->progress)(result_->affected, 0)) {
      return Partly(ctx_.Cancelled());
    }
    return Status::Ok();
  }

  void NoteWritten() {
    std::vector<std::string>& written = *ctx_.shared->written_answers;
    for (const WriteOp& op : ops_) {
      if (op.kind == WriteOp::Kind::kCheck) continue;
      const bool whole = op.kind == WriteOp::Kind::kPut || op.kind == WriteOp::Kind::kInsert;
      if (!whole) {
        written.push_back(AnswerCache::KeyOf(*plan_.table, op.key));
      } else if (Result<Key> key = OwnedKey(plan_.table->key, op.item); key.ok()) {
        written.push_back(AnswerCache::KeyOf(*plan_.table, *key));
      }
    }
  }

  // The outcomes are in outcomes_.
  Status WriteOps(const WriteOptions& options) {
    if (TransactionItems* items = ctx_.shared->transaction_items) {
      for (const WriteOp& op : ops_) PARTON_RETURN_IF_ERROR(items->Add(op));
    }
    // Before the write, after which nothing may fail.
    if (ctx_.shared->written_answers != nullptr) NoteWritten();
    if (transaction_ != nullptr) {
      PARTON_ASSIGN_OR_RETURN(outcomes_, transaction_->Write(ops_, ctx_.eval, options));
    } else if (ops_.size() > 1) {
      PARTON_ASSIGN_OR_RETURN(outcomes_, ctx_.shared->store->TransactWrite(ops_, ctx_.eval, options));
    } else {
      outcomes_.resize(1);  // before: after the write nothing may fail
      PARTON_ASSIGN_OR_RETURN(outcomes_[0], ctx_.shared->store->Write(ops_[0], ctx_.eval, options));
    }
    return Status::Ok();
  }

  Status Failure() { return Partly(ctx_.eval.error); }
  // What an error of a later batch leaves is said.
  Status Partly(Status s) {
    if (result_->affected == 0 || s.ok()) return s;
    std::string hint = fmt::format("the batches before it stay: {} items were written", result_->affected);
    return std::move(s).WithHint(std::move(hint));
  }

  const WritePlan& plan_;
  ExecutionContext& ctx_;
  const bool by_key_;
  const bool same_change_;  // the operations of the statement differ in their keys only
  std::unique_ptr<QueryRunner> source_;
  WriteOp spare_;  // one that was done; its key does not matter
  bool has_spare_ = false;

  // Of one execution.
  StoreTransaction* transaction_ = nullptr;
  WriteResult* result_ = nullptr;
  uint64_t batch_ = 0;  // items that are written as one; 0: all of them
  uint64_t limit_ = 0;
  bool reading_ = false;  // the source is open, or failed
  std::vector<Key> keys_;
  std::vector<WriteOp> ops_;
  std::vector<WriteOutcome> outcomes_;
  OperatorPtr again_;                                   // of plan_.again, once it is needed
  size_t ops_bytes_ = 0;                                // of their items
  std::unordered_set<Key, KeyHash, KeyEqual> pending_;  // keys met, of all batches
};

Status MakeUpsert(const TablePtr& table, const Value& row, WriteOp* op) {
  Value item = row;
  PARTON_ASSIGN_OR_RETURN(op->key, MakeStorable(table->key, &item));
  op->kind = WriteOp::Kind::kUpdate;
  op->table = table;
  op->if_absent = WriteOp::Otherwise::kProceed;
  op->slot = 0;
  const Value whole = item.Materialize();
  for (const Field& f : whole.fields()) {
    if (table->key.Has(f.name)) continue;
    UpdateAction a;
    a.kind = UpdateAction::Kind::kSet;
    a.path = {PathStep{f.name, -1}};
    a.value = MakeExpr(Expr::Literal{f.value});
    op->actions.push_back(std::move(a));
  }
  return Status::Ok();
}

WriteRunner::WriteRunner(const WritePlan& plan, ExecutionContext& ctx) : impl_(std::make_unique<Impl>(plan, ctx)) {}
WriteRunner::~WriteRunner() = default;

Status WriteRunner::Run(StoreTransaction* transaction, WriteResult* result) { return impl_->Run(transaction, result); }

}  // namespace parton
