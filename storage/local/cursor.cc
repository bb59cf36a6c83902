#include "storage/local/cursor.h"

#include <algorithm>
#include <cstring>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/key_comparisons.h"
#include "storage/local/left_out.h"
#include "types/expr/item_filter.h"
#include "types/item/item_codec.h"
#include "types/item/item_rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

using internal::HeapItem;

class LocalCursor final : public ItemCursor {
 public:
  LocalCursor(Engine* engine, std::unique_ptr<leveldb::Iterator> it, KeyInterval bounds, const CursorSpec& spec,
              EvalContext* ctx, int slot, std::shared_ptr<WalkedRange> walked)
      : engine_(engine),
        it_(std::move(it)),
        bounds_(std::move(bounds)),
        names_(&engine->names()),
        filter_(spec.filter),
        encoded_filter_(spec.encoded_filter),
        on_skipped_(spec.skipped),
        ctx_(ctx),
        slot_(slot),
        backward_(spec.backward),
        bound_head_(Head(backward_ ? bounds_.begin : bounds_.end)),
        measure_(spec.measure || spec.examine_bytes != 0),
        max_items_(spec.examine_items != 0 ? spec.examine_items : UINT64_MAX),
        max_bytes_(spec.examine_bytes != 0 ? spec.examine_bytes : UINT64_MAX),
        walked_(std::move(walked)),
        table_(spec.table),
        index_(spec.index),
        hash_key_(spec.index != nullptr ? spec.index->key : spec.table->key),
        hash_segment_(spec.hash_segment),
        hash_segments_(spec.hash_segments) {
    NewItem();
  }

  bool Next(Value* item) override {
    if (state_ == State::kEnd) return false;
    while (true) {
      if (stats_.items_examined >= max_items_ || stats_.bytes_examined >= max_bytes_) {
        stopped_at_limit_ = true;
        return false;
      }
      Move();
      if (!it_->Valid()) return Finish();
      const std::string_view key = ToView(it_->key());
      const std::string_view value = ToView(it_->value());
      if (EnteredBlock(key, value) && !it_->status().ok()) [[unlikely]]
        return Finish();
      if (IsBeyond(key)) return Finish();
      if (hash_segments_ != 0 && IsForeign(key)) {
        if (walked_ != nullptr) walked_->last.assign(key);
        CheckPoint();
        continue;
      }
      ++stats_.items_examined;
      stats_.bytes_read += key.size() + value.size();
      if (measure_) stats_.bytes_examined += ItemSizeEncoded(value, *names_);
      if (walked_ != nullptr) walked_->last.assign(key);
      if (heap_->owned) NewItem();
      heap_->bytes = value;
      if (filter_ != nullptr && !Passes(value)) {
        if (ctx_->failed()) [[unlikely]] {
          status_ = ctx_->error;
          return Finish();
        }
        if ((++skipped_ & 255) == 0 && !GoOn()) return false;
        continue;
      }
      if (EncodedItem(*item) != heap_) *item = item_;
      return true;
    }
  }

  Status status() const override {
    if (!status_.ok()) return status_;
    const leveldb::Status s = it_->status();
    return s.ok() ? Status::Ok() : DamageIn(*table_, index_, last_key_, s);
  }

  std::string Position() const override {
    if (state_ == State::kStart) return "";
    if (state_ == State::kEnd) return backward_ ? bounds_.begin : bounds_.end;
    return it_->key().ToString();
  }

  const ReadStats& stats() const override { return stats_; }
  bool stopped_at_limit() const override { return stopped_at_limit_; }

 private:
  enum class State : uint8_t { kStart, kRunning, kEnd };

  // The first eight bytes as a number in the order of keys; fewer are filled up with zeros.
  static uint64_t Head(std::string_view key) {
    uint64_t head = 0;
    std::memcpy(&head, key.data(), std::min(key.size(), sizeof head));
    return __builtin_bswap64(head);
  }
  // Whether the key lies behind the range, in the direction of reading.
  bool IsBeyond(std::string_view key) const {
    if (key.size() >= sizeof(uint64_t)) [[likely]] {
      uint64_t head;
      std::memcpy(&head, key.data(), sizeof head);
      head = __builtin_bswap64(head);
      if (head != bound_head_) return (head < bound_head_) == backward_;
    }
    return backward_ ? key < bounds_.begin : key >= bounds_.end;
  }

  // Borrowed items are valid until the next call only, so one payload serves all rows.
  void NewItem() {
    heap_ = new HeapItem;
    heap_->names = names_;
    item_ = FromEncodedItem(heap_);
  }

  // Whether the item, whose bytes these are, meets the filter. False, too, on an error, which is in *ctx_ then.
  bool Passes(std::string_view bytes) {
    if (encoded_filter_ != nullptr) {
      const ItemFilter::Verdict verdict = encoded_filter_->Test(bytes, names_);
      if (verdict != ItemFilter::Verdict::kUnknown) [[likely]]
        return verdict == ItemFilter::Verdict::kYes;
    }
    Value& in_frame = (*ctx_->frame)[static_cast<size_t>(slot_)];
    if (EncodedItem(in_frame) != heap_) in_frame = item_;
    return EvaluatePredicate(*filter_, *ctx_) && !ctx_->failed();
  }

  // The items that were left out since the last call.
  bool GoOn() {
    CheckPoint();
    return on_skipped_ == nullptr || (*on_skipped_)(256);
  }

  // Whether an item is of another segment. Those of one partition follow each other.
  bool IsForeign(std::string_view key) {
    if (!partition_.empty() && key.starts_with(partition_)) {
      if (foreign_) ++foreign_run_;
      return foreign_;
    }
    std::string_view rest = key.substr(std::min(key.size(), size_t{kPrefixBytes}));
    bool whole = true;
    for (size_t i = 0; whole && i < hash_key_.hash_parts(); ++i) whole = SkipComponent(hash_key_.part(i).type, &rest);
    partition_.assign(key.substr(0, whole ? key.size() - rest.size() : 0));
    foreign_ = HashSegment(hash_key_, key, hash_segments_) != hash_segment_;
    foreign_run_ = 0;
    return foreign_;
  }

  // Over the rest of a partition of another segment.
  void SkipPartition() {
    foreign_run_ = 0;
    ++stats_.seeks;
    if (!backward_) {
      it_->Seek(PrefixSuccessor(partition_));
      return;
    }
    it_->Seek(partition_);
    if (it_->Valid()) {
      it_->Prev();
    } else {
      it_->SeekToLast();
    }
  }

  void Move() {
    if (foreign_run_ >= kWorthSeeking) return SkipPartition();
    const uint64_t before = KeyComparisons();
    if (state_ == State::kRunning) {
      if (backward_) {
        it_->Prev();
        if (KeyComparisons() - before > kSlowStep) [[unlikely]]
          NoteSlow(KeyOr(bounds_.begin), last_key_, before);
      } else {
        it_->Next();
        if (KeyComparisons() - before > kSlowStep) [[unlikely]]
          NoteSlow(last_key_, KeyOr(bounds_.end), before);
      }
      return;
    }
    state_ = State::kRunning;
    ++stats_.seeks;
    const std::string& target = backward_ ? bounds_.end : bounds_.begin;
    it_->Seek(target);
    if (KeyComparisons() - before > kSlowSeek) NoteSlow(target, KeyOr(bounds_.end), before);
    if (!backward_) return;
    const uint64_t between = KeyComparisons();
    if (it_->Valid()) {
      it_->Prev();
    } else {
      it_->SeekToLast();
    }
    if (KeyComparisons() - between > kSlowSeek) NoteSlow(KeyOr(bounds_.begin), bounds_.end, between);
  }

  std::string_view KeyOr(const std::string& bound) const { return it_->Valid() ? ToView(it_->key()) : bound; }

  // A step came by many versions that nobody sees any more.
  void NoteSlow(std::string_view begin, std::string_view end, uint64_t before) {
    if (begin.empty()) begin = bounds_.begin;
    engine_->compactor().NoteSlow(begin, end, KeyComparisons() - before);
  }

  // LevelDB steps over a block it cannot read and says so in its status only, which costs too much to ask for
  // each row. So it is asked when the row does not lie right after the last one in memory: then it is of
  // another block. Remembers a key of the block.
  bool EnteredBlock(std::string_view key, std::string_view value) {
    const char* const last = last_end_;
    last_end_ = value.data() + value.size();
    const size_t most = key.size() + 15;  // what lies between two values: three varints and a key
    if (last != nullptr && value.data() >= last && static_cast<size_t>(value.data() - last) <= most) return false;
    if (it_->status().ok()) last_key_.assign(key);
    return true;
  }

  bool Finish() {
    state_ = State::kEnd;
    if (walked_ != nullptr && status().ok()) walked_->complete = true;
    return false;
  }

  // Comparisons of keys; a seek takes some twenty for each file it looks into.
  static constexpr uint64_t kSlowStep = 256;
  static constexpr uint64_t kSlowSeek = 2048;
  // So many items of a partition of another segment are stepped over one by one: a seek costs as much as some steps.
  static constexpr uint32_t kWorthSeeking = 16;

  Engine* const engine_;
  std::unique_ptr<leveldb::Iterator> it_;
  const KeyInterval bounds_;
  const NameTable* names_;
  const ExprPtr filter_;
  ItemFilter* const encoded_filter_;
  const SkippedItems* const on_skipped_;
  EvalContext* const ctx_;
  const int slot_;
  const bool backward_;
  const uint64_t bound_head_;  // of the key where the range ends
  const bool measure_;
  const uint64_t max_items_;
  const uint64_t max_bytes_;
  std::shared_ptr<WalkedRange> walked_;
  HeapItem* heap_ = nullptr;
  Value item_;
  const TablePtr table_;
  const IndexSchema* const index_;
  const KeySchema& hash_key_;  // of *table_
  const uint32_t hash_segment_;
  const uint32_t hash_segments_;
  std::string partition_;  // the keys of the last item's partition begin so
  bool foreign_ = false;   // it is of another segment
  uint32_t foreign_run_ = 0;
  const char* last_end_ = nullptr;
  std::string last_key_;
  uint32_t skipped_ = 0;
  State state_ = State::kStart;
  bool stopped_at_limit_ = false;
  Status status_;
  ReadStats stats_;
};

// Whether nothing is left out of the index in the view. What the catalog says after the view was taken is true of it.
Status CheckNoneLeftOut(Engine* engine, LocalView& view, const CursorSpec& spec, const IndexSchema& known) {
  bool holds = known.none_left_out && view.catalog_settled();
  if (TransactionReads* t = view.transaction(); t != nullptr && holds) {
    // Its own writes are newer than the catalog of its view.
    const CatalogPtr now = engine->catalog();
    const TableInfo* table = now->Find(spec.table->id);
    const IndexSchema* index = table == nullptr ? nullptr : table->schema->FindIndex(spec.index->name);
    holds = index != nullptr && index->id == spec.index->id && index->none_left_out;
    t->NoteKey(LeftOutMark({spec.table->id, spec.index->id}), spec.table->id);
  }
  if (holds) return Status::Ok();
  return Status(StatusCode::kInUse, "index " + spec.index->name + " of table " + spec.table->name +
                                        " has just begun to leave items out; run the statement again");
}

}  // namespace

Result<std::unique_ptr<ItemCursor>> OpenLocalCursor(Engine* engine, LocalView& view, const CursorSpec& spec,
                                                    EvalContext* ctx, int slot) {
  if (spec.index != nullptr) {
    // An index that was not yet complete when the view was taken lacks entries in it.
    const CatalogPtr catalog = view.catalog();
    const TableInfo* then = catalog->Find(spec.table->id);
    const IndexSchema* known = nullptr;
    if (then != nullptr) {
      for (const IndexSchema& i : then->schema->indexes) {
        if (i.id == spec.index->id) known = &i;
      }
    }
    if (known == nullptr || known->state != IndexState::kActive) {
      if (view.transaction() != nullptr) {
        return Status(StatusCode::kTransactionConflict,
                      "index " + spec.index->name + " changed after the transaction began; run it again");
      }
      return Status(StatusCode::kInUse,
                    "index " + spec.index->name + " of table " + spec.table->name + " is not ready for reading");
    }
    if (spec.stands_for_table) PARTON_RETURN_IF_ERROR(CheckNoneLeftOut(engine, view, spec, *known));
  }
  KeyInterval bounds = RangeInterval(*spec.table, spec.index, spec.range);
  if (spec.segment != nullptr) {
    if (spec.segment->begin > bounds.begin) bounds.begin = spec.segment->begin;
    if (!spec.segment->end.empty() && spec.segment->end < bounds.end) bounds.end = spec.segment->end;
  }
  if (!spec.after.empty()) {
    if (spec.backward) {
      if (spec.after < bounds.end) bounds.end = spec.after;
    } else if (spec.after >= bounds.begin) {
      bounds.begin = spec.after + '\0';
    }
  }
  if (bounds.begin > bounds.end) bounds.end = bounds.begin;
  leveldb::ReadOptions options = engine->ReadOptions(view.snapshot());
  options.fill_cache = spec.fill_cache;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(options));
  std::shared_ptr<WalkedRange> walked;
  if (TransactionReads* t = view.transaction()) {
    if (const Overlay overlay = t->overlay(); !overlay.empty()) it = MakeMergeIterator(std::move(it), overlay);
    walked = t->NoteRange(bounds, spec.backward, spec.table->id);
  }
  return std::unique_ptr<ItemCursor>(
      std::make_unique<LocalCursor>(engine, std::move(it), std::move(bounds), spec, ctx, slot, std::move(walked)));
}

}  // namespace parton
