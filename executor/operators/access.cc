// Items of a table or index: the leaf under every query on stored data.
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "executor/capacity/capacity_meter.h"
#include "executor/operators/key_ranges.h"
#include "executor/operators/keyed_items.h"
#include "executor/operators/operators.h"
#include "executor/operators/range_cursor.h"
#include "executor/position_token.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/contradictions.h"
#include "types/expr/item_filter.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {

namespace {

// The terms of the filter that the store does not evaluate; null: none.
ExprPtr ResidualFilter(const Plan::Access& node) {
  if (node.pushed_filter == nullptr) return node.filter;
  if (node.pushed_filter == node.filter) return nullptr;
  const std::vector<ExprPtr> pushed = Conjuncts(node.pushed_filter);
  std::vector<ExprPtr> terms = Conjuncts(node.filter);
  std::erase_if(terms, [&](const ExprPtr& t) { return std::find(pushed.begin(), pushed.end(), t) != pushed.end(); });
  return Conjoin(std::move(terms));
}

class Access final : public Operator {
 public:
  Access(const Plan::Access& node, ExecutionContext& ctx)
      : Operator(ctx), node_(node), items_(node, ctx, &reads_), cursor_(ctx.shared->store, &ctx.eval, node.slot) {
    point_ = node.kind == AccessKind::kGetItem || node.kind == AccessKind::kBatchGet;
    single_ = node.kind == AccessKind::kGetItem && node.keys.size() == 1 && node.hash_list == nullptr &&
              node.range_list == nullptr;
    residual_ = ResidualFilter(node);
    if (node.fetch) items_.BehindEntries();
    if (point_) return;
    cursor_.OnPage([this](CursorSpec* spec) { return BeginPage(spec); },
                   [this](const ReadStats& page) { EndPage(page); });
    cursor_.EndsWhen([this](size_t range, const std::string& after) { return PageEnds(range, after); });
    if (node.pushed_filter != nullptr) cursor_.OnSkipped([this](uint64_t count) { return ctx_.Tick(count); });
  }

  bool Open() override {
    cursor_.Close();
    if (ctx_.positioned == &node_) ctx_.position = [this] { return Token(); };
    left_ = node_.limit.value_or(UINT64_MAX);
    next_ = 0;
    got_.clear();
    next_got_ = 0;
    if (node_.exclusive != nullptr && ExcludedNow(node_.exclusive, *ctx_.shared->settings, &node_, ctx_.eval)) {
      left_ = 0;
      return true;
    }
    if (ctx_.page != nullptr) next_ = ctx_.page->range;
    if (positioned()) return point_ ? OpenKeysAfter() : OpenRanges();
    if (single_) return next_ > 0 || OpenSingle();
    if (point_) return ResolveKeys(node_, ctx_, &keys_);
    return OpenRanges();
  }

  bool Next() override {
    if (left_ == 0) return false;
    const bool single = single_ && !positioned();
    while (single ? NextSingle() : point_ ? NextKey() : node_.fetch ? NextFetched() : NextInRanges(item())) {
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

  void Close() override { cursor_.Close(); }
  const ReadStats* reads() const override { return &reads_; }

 private:
  // Somebody asks for the positions of its rows, or it starts behind one.
  bool positioned() const { return ctx_.positioned == &node_ || node_.after != nullptr; }
  // How many rows may be read before the first of them is given.
  size_t Ahead() const { return positioned() ? 1 : items_.Ahead(); }

  std::string Token() const {
    if (!point_) {
      const std::string position = cursor_.Position();
      return position.empty() ? "" : MakePositionToken(node_, position);
    }
    if (next_ == 0) return "";
    std::string position = MarkOfKeys();
    PutVarint(next_, &position);
    return MakePositionToken(node_, position);
  }
  // False: failed. *position stays empty where the rows start at the first.
  bool ReadToken(std::string* position) {
    if (node_.after == nullptr) return true;
    Value scratch;
    const Value& token = Evaluate(*node_.after, ctx_.eval, &scratch);
    if (ctx_.failed() || token.is_absent()) return !ctx_.failed();
    Result<std::string> read = token.is_text() ? ReadPositionToken(node_, token.bytes())
                                               : Status::Validation("AFTER takes a token, which is a string, or NULL");
    if (!read.ok()) {
      ctx_.Fail(Status(read.status()).At(node_.after->span));
      return false;
    }
    *position = std::move(*read);
    return true;
  }
  bool FailForeignToken() {
    ctx_.Fail(Status::Validation("the token after AFTER is of a statement that reads other keys", node_.after->span,
                                 "it goes on where the same statement, with the same values, has stopped"));
    return false;
  }

  bool OpenKeysAfter() {
    if (!ResolveKeys(node_, ctx_, &keys_)) return false;
    std::string position;
    if (!ReadToken(&position)) return false;
    if (position.empty()) return true;
    const std::string mark = MarkOfKeys();
    const bool ours = position.starts_with(mark) &&
                      GetVarint(position.data() + mark.size(), position.data() + position.size(), &next_) != nullptr;
    return ours || FailForeignToken();
  }
  std::string MarkOfKeys() const {
    std::string text;
    for (const Key& key : keys_) text += key.hash.ToLiteral() + "\n" + key.range.ToLiteral() + "\n";
    return std::to_string(XXH3_64bits(text.data(), text.size())) + "\n";
  }

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
    return GetOne(key_);
  }

  bool NextKey() {
    for (;;) {
      if (next_got_ < got_.size()) {
        *item() = std::move(got_[next_got_++]);
        if (!item()->is_missing()) return true;
        continue;
      }
      if (next_ >= keys_.size() || !ctx_.Tick() || PageEnds(next_, "")) return false;
      const size_t ahead = std::min<uint64_t>({Ahead(), keys_.size() - next_, left_});
      if (ahead > 1) {
        const auto from = keys_.begin() + static_cast<ptrdiff_t>(next_);
        next_ += ahead;
        if (!GetAll({from, from + static_cast<ptrdiff_t>(ahead)})) return false;
        continue;
      }
      if (GetOne(keys_[next_++])) return true;
      if (ctx_.failed()) return false;
    }
  }
  // False: there is none, or failed.
  bool GetOne(const Key& key) {
    const bool got = items_.Get(key, item());
    if (got && ctx_.page != nullptr) ++ctx_.page->examined_items;
    return got && !item()->is_missing();
  }
  bool GetAll(const std::vector<Key>& keys) {
    next_got_ = 0;
    return items_.GetAll(keys, &got_);
  }

  bool OpenRanges() {
    std::vector<KeyRange> ranges;
    if (!ResolveRanges(node_, ctx_, &ranges)) return false;
    CursorSpec spec;
    spec.table = node_.table;
    spec.index = node_.index;
    spec.stands_for_table = node_.needs_all;
    spec.backward = node_.backward;
    spec.consistent = items_.consistent();
    if (ctx_.morsel_access == &node_) {
      // One of the ranges, or a part of it.
      const size_t range = ctx_.morsel->range;
      ranges = range < ranges.size() ? std::vector<KeyRange>{std::move(ranges[range])} : std::vector<KeyRange>();
      spec.segment = &ctx_.morsel->segment;
    }
    if (node_.kind == AccessKind::kScan && ctx_.shared->cache_bytes > 0) {
      // Of more than twice the cache the next scan would find too little. Less than that washes nothing out.
      spec.fill_cache =
          ctx_.shared->store->Stats(*node_.table, node_.index).approximate_bytes / 2 < ctx_.shared->cache_bytes;
    }
    spec.filter = node_.pushed_filter;
    if (node_.on_bytes && node_.pushed_filter != nullptr && ctx_.shared->store->names() != nullptr) {
      // Anew, as parameters may have other values now.
      encoded_filter_ = std::make_unique<ItemFilter>(node_.pushed_filter, node_.slot, &ctx_.eval);
      spec.encoded_filter = encoded_filter_.get();
    }
    if (!node_.whole_item && !node_.fetch) spec.attributes = &node_.attributes;
    if (residual_ == nullptr && left_ != UINT64_MAX) spec.expected = left_;
    std::string position;
    if (!ReadToken(&position)) return false;
    if (!position.empty()) {
      if (cursor_.Resume(ctx_.shared->view, std::move(spec), std::move(ranges), position).ok()) return true;
      return FailForeignToken();
    }
    cursor_.Start(ctx_.shared->view, std::move(spec), std::move(ranges));
    if (ctx_.page != nullptr) cursor_.GoTo(ctx_.page->range, std::exchange(ctx_.page->after, ""));
    return true;
  }

  bool NextInRanges(Value* row) {
    if (!ctx_.Tick()) return false;
    if (cursor_.Next(row)) return !ctx_.failed();
    (void)ctx_.FailIfError(cursor_.status());
    return false;
  }

  // The item that the next index entry belongs to. One that is gone is left out (in one view none can be).
  bool NextFetched() {
    for (;;) {
      if (next_got_ < got_.size()) {
        *item() = std::move(got_[next_got_++]);
        if (!item()->is_missing()) return true;
        continue;
      }
      const size_t ahead = std::min<uint64_t>(Ahead(), left_);
      std::vector<Key> keys;
      Key key;
      while (keys.size() < ahead && NextInRanges(&entry_)) {
        if (!KeyOfEntry(&key)) return false;
        if (ahead == 1) break;
        keys.push_back({std::move(key.hash).Own(), std::move(key.range).Own()});
      }
      if (ctx_.failed()) return false;
      if (ahead > 1) {
        if (keys.empty() || !GetAll(keys)) return false;
        continue;
      }
      if (key.hash.is_missing() || !items_.Get(key, item())) return false;
      if (!item()->is_missing()) return true;
    }
  }
  bool KeyOfEntry(Key* key) {
    Result<Key> found = ExtractKey(node_.table->key, entry_);
    if (!found.ok()) {
      ctx_.Fail(Status::Corruption("an index entry without the item's key: " + found.status().message()));
      return false;
    }
    *key = std::move(*found);
    return true;
  }

  // True if the page of rows has its items: then the next one goes on there.
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

  // Pages of the store's, for consumed capacity and for pages of rows.
  Status BeginPage(CursorSpec* spec) {
    if (CapacityMeter* meter = ctx_.capacity) {
      spec->measure = true;
      // The item that crosses the line is the page's last one.
      spec->examine_bytes = kPageBytes + 1;
      PARTON_RETURN_IF_ERROR(meter->AdmitPage(*node_.table, node_.index, items_.consistent()));
    }
    if (const AccessPage* page = ctx_.page; page != nullptr) {
      spec->measure = true;
      if (page->limit > 0) spec->examine_items = page->limit - page->examined_items;
      if (page->bytes > 0) spec->examine_bytes = page->bytes - page->examined_bytes;
    }
    return Status::Ok();
  }
  void EndPage(const ReadStats& page) {
    if (CapacityMeter* meter = ctx_.capacity) {
      reads_.units += meter->ReadPage(*node_.table, node_.index, page.bytes_examined, items_.consistent());
    }
    if (ctx_.page != nullptr) {
      ctx_.page->examined_items += page.items_examined;
      ctx_.page->examined_bytes += page.bytes_examined;
    }
    reads_.Add(page);
    ctx_.stats.Add(page);
    ctx_.shared->items_examined.fetch_add(page.items_examined, std::memory_order_relaxed);
  }

  const Plan::Access& node_;
  bool point_;
  bool single_;
  ExprPtr residual_;
  uint64_t left_ = 0;
  bool found_ = false;
  Key key_;
  std::vector<Key> keys_;
  uint64_t next_ = 0;  // of keys_
  ReadStats reads_;
  KeyedItems items_;
  std::vector<Value> got_;  // ahead
  size_t next_got_ = 0;
  std::unique_ptr<ItemFilter> encoded_filter_;
  RangeCursor cursor_;  // behind what its cursors use
  Value entry_;         // of the index, while its item is fetched
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
