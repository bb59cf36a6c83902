#include "executor/spill/distinct_rows.h"

namespace parton {

bool DistinctRows::PutOff(const Value* row) {
  if (!later_) later_.emplace(width_, level_, ctx_);
  return later_->Add(seen_.Hash(row), row);
}

// Takes up one of the files, with no keys seen: those of its rows are in no other file.
bool DistinctRows::OpenNextFile() {
  reading_.reset();
  if (later_) {
    for (SpillFilePtr& file : later_->files()) {
      if (file != nullptr) pending_.push_back({std::move(file), level_ + 1});
    }
    later_.reset();
  }
  seen_.Clear();
  memory_.Release();
  full_ = false;
  if (pending_.empty()) return false;
  reading_ = std::move(pending_.back().file);
  level_ = pending_.back().level;
  pending_.pop_back();
  return reading_->Rewind();
}

const Value* DistinctRows::NextLater() {
  for (;;) {
    if (reading_ == nullptr || !reading_->Read(&row_)) {
      if (ctx_.failed() || !OpenNextFile()) return nullptr;
      continue;
    }
    // Keys with equal hashes are few: they stay in memory.
    if (level_ >= SpillPartitions::kMaxLevel) full_ = false;
    switch (Insert(row_.data())) {
      case Answer::kNew: return row_.data();
      case Answer::kSeen: break;
      case Answer::kPutOff:
        if (!PutOff(row_.data())) return nullptr;
    }
  }
}

void DistinctRows::Clear() {
  seen_.Clear();
  memory_.Release();
  full_ = false;
  level_ = 0;
  reading_.reset();
  later_.reset();
  pending_.clear();
}

}  // namespace parton
