#include "storage/local/key_progress.h"

#include <algorithm>

namespace parton {

namespace {

uint64_t SizeOf(leveldb::DB* db, std::string_view begin, std::string_view end) {
  const leveldb::Range range(leveldb::Slice(begin.data(), begin.size()), leveldb::Slice(end.data(), end.size()));
  uint64_t size = 0;
  db->GetApproximateSizes(&range, 1, &size);
  return size;
}

}  // namespace

void KeyProgress::Plan(std::string begin, std::string end, bool counts) {
  const uint64_t bytes = fn_ ? SizeOf(db_, begin, end) : 0;
  planned_bytes_ += bytes;
  stretches_.push_back({std::move(begin), std::move(end), bytes, counts});
}

void KeyProgress::PlanOther(uint64_t bytes) {
  planned_bytes_ += bytes;
  stretches_.push_back({"", "", bytes, false});
}

void KeyProgress::Next() {
  if (current_ < stretches_.size()) finished_bytes_ += stretches_[current_].bytes;
  ++current_;
}

bool KeyProgress::Tell(std::string_view key) {
  if (!fn_) return true;
  if (current_ < stretches_.size() && planned_bytes_ != 0 && steps_ % kMeasured == 0) {
    const Stretch& stretch = stretches_[current_];
    const uint64_t done = std::min(stretch.bytes, SizeOf(db_, stretch.begin, key));
    fraction_ = static_cast<double>(finished_bytes_ + done) / static_cast<double>(planned_bytes_);
  }
  return Call();
}

bool KeyProgress::StepOther(double part) {
  if (!fn_) return true;
  if (current_ < stretches_.size() && planned_bytes_ != 0) {
    const double done = static_cast<double>(finished_bytes_) + part * static_cast<double>(stretches_[current_].bytes);
    fraction_ = done / static_cast<double>(planned_bytes_);
  }
  return Call();
}

bool KeyProgress::Call() {
  // Work that is known to go on is not at its end.
  const double items = static_cast<double>(items_);
  const uint64_t total = fraction_ <= 0 ? 0 : std::max(items_ + 1, static_cast<uint64_t>(items / fraction_));
  if (!cancelled_ && !fn_(items_, total)) cancelled_ = true;
  return !cancelled_;
}

}  // namespace parton
