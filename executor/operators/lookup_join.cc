// Joins that get the right side's item by its key for each left row: the keys of a block of left rows are sorted and
// each got once; the rows come in the order of the left side.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "executor/operators/key_ranges.h"
#include "executor/operators/keyed_items.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

// Blocks grow from the first size to the last: the consumer may want a few rows only.
constexpr size_t kFirstBlockRows = 8;
constexpr size_t kLastBlockRows = 512;
constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr uint32_t kNone = UINT32_MAX;

class LookupJoin final : public Operator {
 public:
  LookupJoin(const Plan& plan, const Plan::Access& access, OperatorPtr left, std::vector<int> left_slots,
             ExecutionContext& ctx)
      : Operator(ctx),
        join_(*plan.As<Plan::Join>()),
        right_(*plan.inputs[1]),
        access_(access),
        filter_(access.filter),
        left_(std::move(left)),
        rows_(std::move(left_slots)),
        memory_(ctx),
        getter_(access, ctx, &profile_.reads) {
    // The entry is made here: the destructor must not be in need of memory.
    if (ctx_.shared->profiling) ctx_.shared->AddProfile(&right_, profile_);
  }
  ~LookupJoin() override {
    if (ctx_.shared->profiling) ctx_.shared->AddProfile(&right_, profile_);
  }

  bool Open() override {
    Forget();
    block_rows_ = kFirstBlockRows;
    left_ended_ = false;
    return left_->Open();
  }

  bool Next() override {
    for (;;) {
      while (next_ < rows_.size()) {
        const size_t row = next_++;
        rows_.Restore(row, &ctx_.frame);
        const bool match = Matches(item_of_[row]);
        if (ctx_.failed() || !ctx_.Tick()) return false;
        if (match) return true;
        if (join_.kind == JoinKind::kLeft) {
          ctx_.slot(access_.slot) = Value::Null();
          return true;
        }
      }
      if (left_ended_ || !ReadBlock()) return false;
    }
  }

  void Close() override {
    Forget();
    left_->Close();
  }

 private:
  struct Lookup {
    Key key;
    uint32_t row;
  };

  bool Matches(uint32_t item) {
    if (item == kNone) return false;
    ctx_.slot(access_.slot) = items_[item];
    return (filter_ == nullptr || EvaluatePredicate(*filter_, ctx_.eval)) && !ctx_.failed() &&
           (join_.on == nullptr || EvaluatePredicate(*join_.on, ctx_.eval));
  }

  // False: no more left rows, or failed.
  bool ReadBlock() {
    Forget();
    std::vector<Lookup> lookups;
    const size_t bytes = std::min(kBlockBytes, ctx_.shared->memory.limit() / 8);
    while (rows_.size() < block_rows_ && memory_.held() < bytes) {
      if (!left_->Next()) {
        left_ended_ = true;
        break;
      }
      Key key;
      if (FindKey(&key)) lookups.push_back({std::move(key), static_cast<uint32_t>(rows_.size())});
      if (ctx_.failed()) return false;
      (void)memory_.Take(rows_.Add(ctx_.frame));
    }
    if (ctx_.failed()) return false;
    block_rows_ = std::min(block_rows_ * 4, kLastBlockRows);
    item_of_.assign(rows_.size(), kNone);
    ++profile_.opens;
    return GetItems(&lookups) && rows_.size() > 0;
  }

  // The key of the left row in the frame. False: no item can have it.
  bool FindKey(Key* key) {
    const AccessKey& exprs = access_.keys[0];
    const KeySchema& schema = access_.table->key;
    return Part(*exprs.hash, schema.hash.type, &key->hash) &&
           (!schema.range || Part(*exprs.range, schema.range->type, &key->range)) && ValidateKey(schema, *key).ok();
  }
  bool Part(const Expr& e, KeyType type, Value* out) {
    std::optional<Value> v = ToKeyValue(EvaluateValue(e, ctx_.eval), type);
    if (!v) return false;
    *out = std::move(*v).Own();
    return true;
  }

  bool GetItems(std::vector<Lookup>* lookups) {
    std::sort(lookups->begin(), lookups->end(),
              [&](const Lookup& a, const Lookup& b) { return Compare(a.key, b.key) < 0; });
    std::vector<Key> keys;
    std::vector<uint32_t> key_of(lookups->size());
    for (size_t i = 0; i < lookups->size(); ++i) {
      Key& key = (*lookups)[i].key;
      if (keys.empty() || Compare(keys.back(), key) != 0) keys.push_back(std::move(key));
      key_of[i] = static_cast<uint32_t>(keys.size() - 1);
    }
    if (!getter_.GetAll(keys, &items_)) return false;
    for (Value& item : items_) {
      if (item.is_missing()) continue;
      ++profile_.rows;
      (void)memory_.Take(ApproximateBytes(item));
      item = std::move(item).Own();
    }
    for (size_t i = 0; i < lookups->size(); ++i) {
      if (!items_[key_of[i]].is_missing()) item_of_[(*lookups)[i].row] = key_of[i];
    }
    return true;
  }
  int Compare(const Key& a, const Key& b) const {
    const int c = CompareKeys(a.hash, b.hash);
    return c != 0 || !access_.table->key.range ? c : CompareKeys(a.range, b.range);
  }

  void Forget() {
    rows_.Clear();
    item_of_.clear();
    items_.clear();
    memory_.Release();
    next_ = 0;
  }

  const Plan::Join& join_;
  const Plan& right_;
  const Plan::Access& access_;
  const ExprPtr filter_;
  OperatorPtr left_;
  SavedRows rows_;                 // of the block
  std::vector<uint32_t> item_of_;  // by row
  std::vector<Value> items_;
  MemoryHold memory_;
  size_t next_ = 0;
  size_t block_rows_ = kFirstBlockRows;
  bool left_ended_ = false;
  OperatorProfile profile_;  // of the right side
  KeyedItems getter_;
};

}  // namespace

OperatorPtr MakeLookupJoin(const Plan& plan, const Plan::Access& access, OperatorPtr left, std::vector<int> left_slots,
                           ExecutionContext& ctx) {
  return std::make_unique<LookupJoin>(plan, access, std::move(left), std::move(left_slots), ctx);
}

}  // namespace parton
