// A LevelDB iterator over a snapshot and a transaction's own writes together.
//
// Both sides stand at or behind the current key (before it, going backward); where both have a key the
// overlay wins, and its deletions hide the base's entries.
#include "storage/local/views.h"

namespace parton {

namespace {

class MergeIterator final : public leveldb::Iterator {
 public:
  MergeIterator(std::unique_ptr<leveldb::Iterator> base, OverlayPtr overlay)
      : base_(std::move(base)), overlay_(std::move(overlay)), it_(overlay_->end()) {}

  bool Valid() const override { return state_ != State::kEnd; }

  void SeekToFirst() override {
    forward_ = true;
    base_->SeekToFirst();
    it_ = overlay_->begin();
    SettleForward();
  }
  void SeekToLast() override {
    forward_ = false;
    base_->SeekToLast();
    it_ = overlay_->end();
    StepBack();
    SettleBackward();
  }
  void Seek(const leveldb::Slice& target) override {
    forward_ = true;
    base_->Seek(target);
    it_ = overlay_->lower_bound(ToView(target));
    SettleForward();
  }
  void Next() override {
    if (!forward_) {
      // Both to the first key behind the current one.
      std::string current = key().ToString();
      forward_ = true;
      base_->Seek(current);
      if (base_->Valid() && ToView(base_->key()) == current) base_->Next();
      it_ = overlay_->upper_bound(current);
    } else {
      if (state_ != State::kOverlay) base_->Next();
      if (state_ != State::kBase) ++it_;
    }
    SettleForward();
  }
  void Prev() override {
    if (forward_) {
      std::string current = key().ToString();
      forward_ = false;
      base_->Seek(current);
      if (base_->Valid()) {
        base_->Prev();
      } else {
        base_->SeekToLast();
      }
      it_ = overlay_->lower_bound(current);
      StepBack();
    } else {
      if (state_ != State::kOverlay) base_->Prev();
      if (state_ != State::kBase) StepBack();
    }
    SettleBackward();
  }
  leveldb::Slice key() const override { return state_ == State::kBase ? base_->key() : leveldb::Slice(it_->first); }
  leveldb::Slice value() const override {
    return state_ == State::kBase ? base_->value() : leveldb::Slice(*it_->second);
  }
  leveldb::Status status() const override { return base_->status(); }

 private:
  enum class State { kEnd, kBase, kOverlay, kBoth };

  void StepBack() {
    before_begin_ = it_ == overlay_->begin();
    if (!before_begin_) --it_;
  }
  // Finds out which side the current key is on, passing deletions.
  void SettleForward() {
    while (true) {
      const bool base = base_->Valid();
      if (it_ == overlay_->end()) {
        state_ = base ? State::kBase : State::kEnd;
        return;
      }
      const int c = base ? ToView(base_->key()).compare(it_->first) : 1;
      if (c < 0) {
        state_ = State::kBase;
        return;
      }
      if (it_->second) {
        state_ = c == 0 ? State::kBoth : State::kOverlay;
        return;
      }
      if (c == 0) base_->Next();
      ++it_;
    }
  }
  void SettleBackward() {
    while (true) {
      const bool base = base_->Valid();
      if (before_begin_) {
        state_ = base ? State::kBase : State::kEnd;
        return;
      }
      const int c = base ? ToView(base_->key()).compare(it_->first) : -1;
      if (c > 0) {
        state_ = State::kBase;
        return;
      }
      if (it_->second) {
        state_ = c == 0 ? State::kBoth : State::kOverlay;
        return;
      }
      if (c == 0) base_->Prev();
      StepBack();
    }
  }

  std::unique_ptr<leveldb::Iterator> base_;
  OverlayPtr overlay_;
  Overlay::const_iterator it_;
  bool forward_ = true;
  bool before_begin_ = false;  // going backward: the overlay has no more keys
  State state_ = State::kEnd;
};

}  // namespace

std::unique_ptr<leveldb::Iterator> MakeMergeIterator(std::unique_ptr<leveldb::Iterator> base, OverlayPtr overlay) {
  return std::make_unique<MergeIterator>(std::move(base), std::move(overlay));
}

}  // namespace parton
