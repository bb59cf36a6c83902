// A LevelDB iterator over a snapshot and a transaction's own writes together.
//
// Both sides stand at or behind the current key (before it, going backward); where both have a key the
// overlay wins, and its deletions hide the base's entries.
#include "storage/local/views.h"

namespace parton {

namespace {

class MergeIterator final : public leveldb::Iterator {
 public:
  MergeIterator(std::unique_ptr<leveldb::Iterator> base, const Overlay& overlay)
      : base_(std::move(base)), own_(overlay) {}

  bool Valid() const override { return state_ != State::kEnd; }

  void SeekToFirst() override {
    forward_ = true;
    base_->SeekToFirst();
    own_.SeekToFirst();
    SettleForward();
  }
  void SeekToLast() override {
    forward_ = false;
    base_->SeekToLast();
    own_.SeekToLast();
    SettleBackward();
  }
  void Seek(const leveldb::Slice& target) override {
    forward_ = true;
    base_->Seek(target);
    own_.Seek(ToView(target));
    SettleForward();
  }
  void Next() override {
    if (!forward_) {
      // Both to the first key behind the current one.
      std::string current = key().ToString();
      forward_ = true;
      base_->Seek(current);
      if (base_->Valid() && ToView(base_->key()) == current) base_->Next();
      own_.Seek(current);
      if (own_.Valid() && own_.key() == current) own_.Next();
    } else {
      if (state_ != State::kOverlay) base_->Next();
      if (state_ != State::kBase) own_.Next();
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
      own_.SeekBefore(current);
    } else {
      if (state_ != State::kOverlay) base_->Prev();
      if (state_ != State::kBase) own_.Prev();
    }
    SettleBackward();
  }
  leveldb::Slice key() const override { return state_ == State::kBase ? base_->key() : leveldb::Slice(own_.key()); }
  leveldb::Slice value() const override {
    return state_ == State::kBase ? base_->value() : leveldb::Slice(*own_.value());
  }
  leveldb::Status status() const override { return base_->status(); }

 private:
  enum class State { kEnd, kBase, kOverlay, kBoth };

  // Finds out which side the current key is on, passing deletions.
  void SettleForward() {
    while (true) {
      const bool base = base_->Valid();
      if (!own_.Valid()) {
        state_ = base ? State::kBase : State::kEnd;
        return;
      }
      const int c = base ? ToView(base_->key()).compare(own_.key()) : 1;
      if (c < 0) {
        state_ = State::kBase;
        return;
      }
      if (own_.value()) {
        state_ = c == 0 ? State::kBoth : State::kOverlay;
        return;
      }
      if (c == 0) base_->Next();
      own_.Next();
    }
  }
  void SettleBackward() {
    while (true) {
      const bool base = base_->Valid();
      if (!own_.Valid()) {
        state_ = base ? State::kBase : State::kEnd;
        return;
      }
      const int c = base ? ToView(base_->key()).compare(own_.key()) : -1;
      if (c > 0) {
        state_ = State::kBase;
        return;
      }
      if (own_.value()) {
        state_ = c == 0 ? State::kBoth : State::kOverlay;
        return;
      }
      if (c == 0) base_->Prev();
      own_.Prev();
    }
  }

  std::unique_ptr<leveldb::Iterator> base_;
  Overlay::Iterator own_;
  bool forward_ = true;
  State state_ = State::kEnd;
};

}  // namespace

std::unique_ptr<leveldb::Iterator> MakeMergeIterator(std::unique_ptr<leveldb::Iterator> base, const Overlay& overlay) {
  return std::make_unique<MergeIterator>(std::move(base), overlay);
}

}  // namespace parton
