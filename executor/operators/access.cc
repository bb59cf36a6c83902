// Items of a table or index: the leaf under every query on stored data.
#include <algorithm>
#include <utility>

#include "executor/capacity/capacity_meter.h"
#include "executor/operators/key_ranges.h"
#include "executor/operators/operators.h"
#include "planner/predicate/contradictions.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

class Access final : public Operator {
 public:
  Access(const Plan::Access& node, ExecutionContext& ctx) : Operator(ctx), node_(node) {
    point_ = node.kind == AccessKind::kGetItem || node.kind == AccessKind::kBatchGet;
    single_ = node.kind == AccessKind::kGetItem && node.keys.size() == 1 && node.hash_list == nullptr &&
              node.range_list == nullptr;
    // A filter the store does not evaluate, or that waits for the fetched item, is left to us.
    pushed_ = !point_ && !node.fetch ? node.pushed_filter : nullptr;
    residual_ =
        pushed_ != nullptr && (node.filter == nullptr || node.filter == node.pushed_filter) ? nullptr : node.filter;
    if (residual_ == nullptr && pushed_ == nullptr) residual_ = node.pushed_filter;
  }
  ~Access() override { CloseCursor(); }

  bool Open() override {
    CloseCursor();
    left_ = node_.limit.value_or(UINT64_MAX);
    next_ = 0;
    if (node_.exclusive != nullptr && ExcludedNow(node_.exclusive, *ctx_.shared->settings, &node_, ctx_.eval)) {
      left_ = 0;
      return true;
    }
    if (ctx_.page != nullptr) next_ = ctx_.page->range;
    if (single_) return next_ > 0 || OpenSingle();
    if (point_) return ResolveKeys(node_, ctx_, &keys_);
    if (ctx_.morsel_access == &node_) {
      if (!ResolveRanges(node_, ctx_, &ranges_)) return false;
      next_ = ctx_.morsel->range;
      ranges_.resize(std::min(ranges_.size(), next_ + 1));
      return true;
    }
    return ResolveRanges(node_, ctx_, &ranges_);
  }

  bool Next() override {
    if (left_ == 0) return false;
    while (single_ ? NextSingle() : point_ ? NextKey() : NextInRanges()) {
      if (residual_ != nullptr) {
        bool keep = EvaluatePredicate(*residual_, ctx_.eval);
        if (ctx_.failed()) return false;
        if (!keep) {
          if (!ctx_.Tick()) return false;
          continue;
        }
      }
      if (left_ != UINT64_MAX) --left_;
      return true;
    }
    return false;
  }

  void Close() override { CloseCursor(); }
  const ReadStats* reads() const override { return &reads_; }

 private:
  Value* item() { return &ctx_.slot(node_.slot); }

  // The hot path of prepared point reads: nothing is allocated here for short keys.
  bool OpenSingle() {
    const AccessKey& k = node_.keys[0];
    const KeySchema& schema = node_.table->key;
    found_ = KeyPart(*k.hash, schema.hash.type, &key_.hash) &&
             (!schema.range || KeyPart(*k.range, schema.range->type, &key_.range));
    return !ctx_.failed();
  }
  bool KeyPart(const Expr& e, KeyType type, Value* out) {
    Value scratch;
    const Value& v = Evaluate(e, ctx_.eval, &scratch);
    if (v.is_small_int() && type == KeyType::kNumber) {
      *out = v;
      return true;
    }
    if (v.type() == Type::kString && type == KeyType::kString && !v.borrowed()) {
      *out = v;  // shares the payload
      return !v.bytes().empty();
    }
    std::optional<Value> key = ToKeyValue(v, type);
    if (!key) return false;
    *out = std::move(*key);
    return true;
  }
  bool NextSingle() {
    if (!std::exchange(found_, false)) return false;
    return Get(key_);
  }
  bool NextKey() {
    while (next_ < keys_.size()) {
      if (!ctx_.Tick() || PageEnds(next_, "")) return false;
      if (Get(keys_[next_++])) return true;
      if (ctx_.failed()) return false;
    }
    return false;
  }
  bool Get(const Key& key) {
    if (!AdmitItem()) return false;
    ReadStats got;
    Status s = ctx_.shared->store->Get(*ctx_.shared->view, *node_.table, key, item(), &got);
    reads_.Add(got);
    ctx_.stats.Add(got);
    if (s.ok()) MeterItem();
    if (ctx_.page != nullptr) ++ctx_.page->examined_items;
    // A key that no item can have.
    if (!s.ok() && s.code() == StatusCode::kValidation) return false;
    if (!ctx_.FailIfError(std::move(s))) return false;
    return !item()->is_missing();
  }

  bool NextInRanges() {
    for (;;) {
      if (cursor_ == nullptr) {
        if (next_ >= ranges_.size() || PageEnds(next_, "")) return false;
        const bool resumed = ctx_.page != nullptr && next_ == ctx_.page->range;
        if (!OpenRange(ranges_[next_++], resumed ? std::exchange(ctx_.page->after, "") : std::string())) return false;
      }
      if (!ctx_.Tick()) return false;
      if (cursor_->Next(node_.fetch ? &entry_ : item())) {
        if (ctx_.failed()) return false;
        if (!node_.fetch || Fetch()) return true;
        if (ctx_.failed()) return false;
        continue;
      }
      if (!ctx_.FailIfError(cursor_->status()) || ctx_.failed()) return false;
      const bool page_full = cursor_->stopped_at_limit();
      const std::string position = page_full ? cursor_->Position() : std::string();
      CloseCursor();
      if (page_full && PageEnds(next_ - 1, position)) return false;
      if (page_full && !OpenRange(ranges_[next_ - 1], position)) return false;
    }
  }

  // True if the page has its items: then the next one goes on there.
  bool PageEnds(size_t range, const std::string& after) {
    AccessPage* page = ctx_.page;
    if (page == nullptr) return false;
    const bool full = (page->limit > 0 && page->examined_items >= page->limit) ||
                      (page->bytes > 0 && page->examined_bytes >= page->bytes);
    if (!full) return false;
    page->more = true;
    page->range = range;
    page->after = after;
    return true;
  }
  bool consistent() const { return node_.consistent || (ctx_.page != nullptr && ctx_.page->consistent); }

  // `after`: where the page before it ended, while consumed capacity is counted or rows come page by page.
  bool OpenRange(const KeyRange& range, const std::string& after) {
    CapacityMeter* meter = ctx_.capacity;
    if (meter != nullptr && !ctx_.FailIfError(meter->AdmitPage(*node_.table, node_.index, consistent()))) {
      return false;
    }
    CursorSpec spec;
    spec.after = after;
    if (meter != nullptr) {
      spec.measure = true;
      // The item that crosses the line is the page's last one.
      spec.examine_bytes = kPageBytes + 1;
    }
    if (const AccessPage* page = ctx_.page; page != nullptr) {
      spec.measure = true;
      if (page->limit > 0) spec.examine_items = page->limit - page->examined_items;
      if (page->bytes > 0) spec.examine_bytes = page->bytes - page->examined_bytes;
    }
    spec.table = node_.table;
    spec.index = node_.index;
    spec.range = range;
    spec.backward = node_.backward;
    if (ctx_.morsel_access == &node_) spec.segment = &ctx_.morsel->segment;
    if (node_.kind == AccessKind::kScan && ctx_.shared->cache_bytes > 0) {
      // A scan of more than half of the cache would only wash it out.
      spec.fill_cache =
          ctx_.shared->store->Stats(*node_.table, node_.index).approximate_bytes < ctx_.shared->cache_bytes / 2;
    }
    spec.filter = pushed_;
    auto cursor = ctx_.shared->store->OpenCursor(*ctx_.shared->view, spec, &ctx_.eval, node_.slot);
    if (!cursor.ok()) return ctx_.FailIfError(std::move(cursor).status());
    cursor_ = std::move(*cursor);
    return true;
  }

  // Gets the item that the index entry belongs to. False also if that is gone (it cannot be, in one view).
  bool Fetch() {
    Result<Key> key = ExtractKey(node_.table->key, entry_);
    if (!key.ok()) {
      ctx_.Fail(Status::Corruption("an index entry without the item's key: " + key.status().message()));
      return false;
    }
    if (!AdmitItem()) return false;
    ReadStats got;
    Status s = ctx_.shared->store->Get(*ctx_.shared->view, *node_.table, *key, item(), &got);
    got.items_examined = 0;
    reads_.Add(got);
    ctx_.stats.Add(got);
    if (s.ok()) MeterItem();
    if (!ctx_.FailIfError(std::move(s))) return false;
    return !item()->is_missing();
  }

  bool AdmitItem() {
    CapacityMeter* meter = ctx_.capacity;
    return meter == nullptr || ctx_.FailIfError(meter->AdmitItem(*node_.table, consistent()));
  }
  void MeterItem() {
    CapacityMeter* meter = ctx_.capacity;
    if (meter != nullptr) reads_.units += meter->ReadItem(*node_.table, MeteredBytes(*item()), consistent());
  }
  void MeterPage(const ReadStats& page) {
    CapacityMeter* meter = ctx_.capacity;
    if (meter == nullptr) return;
    reads_.units += meter->ReadPage(*node_.table, node_.index, page.bytes_examined, consistent());
  }

  void CloseCursor() {
    if (cursor_ == nullptr) return;
    MeterPage(cursor_->stats());
    if (ctx_.page != nullptr) {
      ctx_.page->examined_items += cursor_->stats().items_examined;
      ctx_.page->examined_bytes += cursor_->stats().bytes_examined;
    }
    reads_.Add(cursor_->stats());
    ctx_.stats.Add(cursor_->stats());
    ctx_.shared->items_examined.fetch_add(cursor_->stats().items_examined, std::memory_order_relaxed);
    cursor_.reset();
  }

  const Plan::Access& node_;
  bool point_;
  bool single_;
  ExprPtr pushed_;
  ExprPtr residual_;
  uint64_t left_ = 0;
  size_t next_ = 0;
  bool found_ = false;
  Key key_;
  std::vector<Key> keys_;
  std::vector<KeyRange> ranges_;
  std::unique_ptr<ItemCursor> cursor_;
  Value entry_;  // of the index, while its item is fetched
  ReadStats reads_;
};

}  // namespace

OperatorPtr MakeAccess(const Plan::Access& node, ExecutionContext& ctx) {
  if (node.kind == AccessKind::kEmpty) return MakeEmpty(ctx);
  return std::make_unique<Access>(node, ctx);
}

std::vector<Morsel> CutIntoMorsels(const Plan::Access& node, int pieces, ExecutionContext& ctx) {
  std::vector<Morsel> out;
  if (node.kind == AccessKind::kGetItem || node.kind == AccessKind::kBatchGet || node.kind == AccessKind::kEmpty) {
    return out;
  }
  std::vector<KeyRange> ranges;
  if (!ResolveRanges(node, ctx, &ranges)) return out;
  for (size_t i = 0; i < ranges.size(); ++i) {
    const int share = std::max(1, pieces / static_cast<int>(std::min<size_t>(ranges.size(), 1024)));
    std::vector<ScanSegment> segments = ctx.shared->store->Split(*node.table, node.index, ranges[i], share);
    if (segments.empty()) segments.emplace_back();
    if (node.backward) std::reverse(segments.begin(), segments.end());
    for (ScanSegment& s : segments) out.push_back({i, std::move(s)});
  }
  return out;
}

}  // namespace parton
