// A cursor over several ranges of one table or index, with positions that hold for all of them.
#ifndef PARTON_EXECUTOR_OPERATORS_RANGE_CURSOR_H_
#define PARTON_EXECUTOR_OPERATORS_RANGE_CURSOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/table_reader.h"

namespace parton {

// Reads the ranges one after the other by cursors of the store, and each of them page by page where the spec says when
// a page ends.
//
// Threads: one.
class RangeCursor {
 public:
  // All outlive the cursor. The item is in frame[slot] of `ctx` while a filter is evaluated.
  RangeCursor(TableReader* reader, EvalContext* ctx, int slot) : reader_(reader), ctx_(ctx), slot_(slot) {}
  ~RangeCursor() { Close(); }
  RangeCursor(const RangeCursor&) = delete;
  RangeCursor& operator=(const RangeCursor&) = delete;

  // Told before each page is opened, whose limits it may set (an error ends the reading), and of what the page read
  // when it is left.
  void OnPage(std::function<Status(CursorSpec*)> opens, std::function<void(const ReadStats&)> closes) {
    page_opens_ = std::move(opens);
    page_closes_ = std::move(closes);
  }
  // Asked before each page is opened; true ends the reading. It could go on in this range, behind this position of the
  // store's (empty: at its start).
  void EndsWhen(std::function<bool(size_t range, const std::string& after)> ends) { ends_ = std::move(ends); }
  // Called with the items that the filter left out; false: no more are wanted.
  void OnSkipped(SkippedItems skipped) {
    skipped_ = [this, skipped = std::move(skipped)](uint64_t count) {
      stopped_ = stopped_ || !skipped(count);
      return !stopped_;
    };
  }

  // From the start of the ranges, which are disjoint and in the order of their rows: key order, or its reverse if
  // spec.backward. spec.range is not looked at. `view` outlives the reading.
  void Start(ReadView* view, CursorSpec spec, std::vector<KeyRange> ranges);
  // From behind `position`, which Position() gave for the same ranges, read in this direction or in the other.
  // Error (kValidation): it is not one of theirs.
  Status Resume(ReadView* view, CursorSpec spec, std::vector<KeyRange> ranges, std::string_view position);

  // After Start: goes to where EndsWhen's function said that it could go on. `range` may be one after the last.
  void GoTo(size_t range, std::string after) {
    next_ = range;
    spec_.after = std::move(after);
  }

  // As ItemCursor::Next. False at the end, on error, and when OnSkipped's function stopped it.
  bool Next(Value* item) {
    while (cursor_ != nullptr || Open()) {
      if (cursor_->Next(item)) return true;
      if (!EndPage()) return false;
    }
    return false;
  }
  Status status() const { return status_; }
  // Opaque: behind the last item examined, in whichever range; at the end, behind all of them. Empty before the first
  // Next().
  std::string Position() const;
  void Close();

 private:
  // Opens the next page. False: there is none, or an error.
  bool Open();
  // Whether to go on after the cursor gave no more.
  bool EndPage();
  // The number of a range, or of what lies before or behind all of them, in the order of their keys.
  size_t NumberOf(size_t range) const { return spec_.backward ? ranges_.size() - range : range + 1; }

  TableReader* const reader_;
  EvalContext* const ctx_;
  const int slot_;
  std::function<Status(CursorSpec*)> page_opens_;
  std::function<bool(size_t, const std::string&)> ends_;
  std::function<void(const ReadStats&)> page_closes_;
  SkippedItems skipped_;

  // What tells these ranges from others.
  const std::string& Mark() const;

  ReadView* view_ = nullptr;
  CursorSpec spec_;
  std::vector<KeyRange> ranges_;
  mutable std::string mark_;  // empty: not asked for yet
  size_t next_ = 0;           // the range to open next
  std::unique_ptr<ItemCursor> cursor_;
  bool stopped_ = false;
  Status status_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_RANGE_CURSOR_H_
