// A position is: varint(number), 8 bytes that tell these ranges from others, the store's position in the range. Ranges
// are numbered from 1 in key order; 0 is before all of them, one more than the last behind all of them.
#include "executor/operators/range_cursor.h"

#include <xxhash.h>

#include <utility>

#include "types/item/varint.h"

namespace parton {

namespace {

void AddValue(const std::optional<Value>& v, std::string* out) {
  *out += v ? v->ToLiteral() : "-";
  out->push_back('\n');
}

void AddBound(const std::optional<KeyBound>& b, std::string* out) {
  if (b) out->push_back(b->inclusive ? '=' : '<');
  AddValue(b ? std::optional<Value>(b->value) : std::nullopt, out);
  if (!b) return;
  for (const Value& v : b->more) AddValue(v, out);
}

// The same in both directions.
std::string MarkOf(const CursorSpec& spec, const std::vector<KeyRange>& ranges) {
  std::string text = spec.table->name + "\n" + (spec.index == nullptr ? "" : spec.index->name) + "\n";
  for (size_t i = 0; i < ranges.size(); ++i) {
    const KeyRange& r = ranges[spec.backward ? ranges.size() - 1 - i : i];
    AddValue(r.hash, &text);
    AddBound(r.low, &text);
    AddBound(r.high, &text);
    AddValue(r.prefix, &text);
  }
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  std::string mark;
  for (int shift = 56; shift >= 0; shift -= 8) mark.push_back(static_cast<char>(hash >> shift));
  return mark;
}

}  // namespace

void RangeCursor::Start(ReadView* view, CursorSpec spec, std::vector<KeyRange> ranges) {
  Close();
  view_ = view;
  spec_ = std::move(spec);
  spec_.skipped = skipped_ ? &skipped_ : nullptr;
  spec_.after.clear();
  ranges_ = std::move(ranges);
  mark_.clear();
  next_ = 0;
  stopped_ = false;
  status_ = Status();
}

Status RangeCursor::Resume(ReadView* view, CursorSpec spec, std::vector<KeyRange> ranges, std::string_view position) {
  Start(view, std::move(spec), std::move(ranges));
  if (position.empty()) return Status::Ok();
  const std::string& mark = Mark();
  const char* const end = position.data() + position.size();
  uint64_t number = 0;
  const char* p = GetVarint(position.data(), end, &number);
  const bool ours = p != nullptr && number <= ranges_.size() + 1 && static_cast<size_t>(end - p) >= mark.size() &&
                    std::string_view(p, mark.size()) == mark;
  if (!ours) return Status::Validation("the position does not belong to these keys");
  const bool outside = number == 0 || number > ranges_.size();
  if (outside) {
    const bool at_end = (number == 0) == spec_.backward;
    next_ = at_end ? ranges_.size() : 0;
    return Status::Ok();
  }
  next_ = spec_.backward ? ranges_.size() - number : number - 1;
  spec_.after.assign(p + mark.size(), end);
  return Status::Ok();
}

const std::string& RangeCursor::Mark() const {
  if (mark_.empty()) mark_ = MarkOf(spec_, ranges_);
  return mark_;
}

bool RangeCursor::Open() {
  if (stopped_ || !status_.ok() || next_ >= ranges_.size()) return false;
  if (ends_ && ends_(next_, spec_.after)) {
    stopped_ = true;
    return false;
  }
  if (page_opens_) status_ = page_opens_(&spec_);
  if (!status_.ok()) return false;
  spec_.range = ranges_[next_];
  Result<std::unique_ptr<ItemCursor>> cursor = reader_->OpenCursor(*view_, spec_, ctx_, slot_);
  if (!cursor.ok()) {
    status_ = std::move(cursor).status();
    return false;
  }
  cursor_ = std::move(*cursor);
  ++next_;
  return true;
}

bool RangeCursor::EndPage() {
  status_ = cursor_->status();
  if (!status_.ok() || ctx_->failed() || stopped_) return false;
  const bool page_full = cursor_->stopped_at_limit();
  if (page_full) spec_.after = cursor_->Position();
  Close();
  if (page_full) {
    --next_;
  } else {
    spec_.after.clear();
  }
  return true;
}

std::string RangeCursor::Position() const {
  if (cursor_ == nullptr && next_ == 0) return "";
  std::string position;
  PutVarint(static_cast<uint64_t>(NumberOf(cursor_ != nullptr ? next_ - 1 : next_)), &position);
  position += Mark();
  return cursor_ != nullptr ? position + cursor_->Position() : position;
}

void RangeCursor::Close() {
  if (cursor_ == nullptr) return;
  if (page_closes_) page_closes_(cursor_->stats());
  cursor_.reset();
}

}  // namespace parton
