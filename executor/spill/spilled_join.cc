#include "executor/spill/spilled_join.h"

namespace parton {

namespace {

constexpr uint32_t kEnd = UINT32_MAX;
constexpr int64_t kLast = INT64_MAX;  // in the place of a sequence number

}  // namespace

SpilledJoin::SpilledJoin(Kind kind, const KeyExprs& keys, ExprPtr on, std::vector<int> left_slots,
                         std::vector<int> right_slots, ExecutionContext& ctx)
    : kind_(kind),
      keys_(keys),
      on_(std::move(on)),
      left_slots_(std::move(left_slots)),
      right_slots_(kind.pairs || on_ != nullptr ? std::move(right_slots) : std::vector<int>()),
      ctx_(ctx),
      memory_(ctx),
      left_(1 + keys.size() + left_slots_.size(), 0, ctx),
      right_(keys.size() + right_slots_.size(), 0, ctx),
      rows_(right_slots_),
      table_(keys.size()),
      by_sequence_(1),
      results_(by_sequence_, 1 + left_slots_.size() + right_slots_.size(), ctx) {}

bool SpilledJoin::AddRight(const Value* key) {
  if (key == nullptr) return !kind_.unmatched_right || WriteTo(&rest_, kLast, false, true);
  row_.assign(key, key + keys_.size());
  for (int s : right_slots_) row_.push_back(ctx_.slot(s));
  return right_.Add(table_.Hash(key), row_.data());
}

bool SpilledJoin::AddLeft(const Value* key) {
  const int64_t sequence = next_sequence_++;
  if (key == nullptr) return !kind_.unmatched_left || WriteTo(&unmatched_, sequence, true, false);
  row_.assign(1, Value::Int(sequence));
  row_.insert(row_.end(), key, key + keys_.size());
  for (int s : left_slots_) row_.push_back(ctx_.slot(s));
  return left_.Add(table_.Hash(key), row_.data());
}

bool SpilledJoin::Finish() {
  AddPairs(&left_, &right_);
  while (!pairs_.empty()) {
    Pair pair = std::move(pairs_.back());
    pairs_.pop_back();
    if (!Join(std::move(pair))) return false;
  }
  ClearRight();
  return results_.Add(std::move(unmatched_)) && results_.Add(std::move(rest_)) && results_.Start();
}

bool SpilledJoin::Next() {
  const Value* row = results_.Next();
  if (row == nullptr) return false;
  ++row;  // the sequence number
  for (int s : left_slots_) ctx_.slot(s) = *row++;
  for (int s : right_slots_) ctx_.slot(s) = *row++;
  return true;
}

bool SpilledJoin::Join(Pair pair) {
  if (pair.left == nullptr) {
    if (!kind_.unmatched_right) return true;
    if (!pair.right->Rewind()) return false;
    while (ReadRight(pair.right.get())) {
      if (!WriteTo(&rest_, kLast, false, true)) return false;
    }
    return !ctx_.failed();
  }
  std::vector<bool> matched(pair.left->rows(), false);
  if (pair.right != nullptr) {
    bool more = true;
    if (!pair.right->Rewind() || !Load(pair.right.get(), &more)) return false;
    if (more && table_.size() > 1 && pair.level < SpillPartitions::kMaxLevel) return Divide(std::move(pair));
    for (;;) {
      if (!Probe(pair.left.get(), &matched) || !GiveUnmatchedRight()) return false;
      if (!more) break;
      if (!Load(pair.right.get(), &more)) return false;
    }
  }
  return !kind_.unmatched_left || GiveUnmatchedLeft(pair.left.get(), matched);
}

bool SpilledJoin::Divide(Pair pair) {
  ClearRight();
  SpillPartitions left(1 + keys_.size() + left_slots_.size(), pair.level, ctx_);
  SpillPartitions right(keys_.size() + right_slots_.size(), pair.level, ctx_);
  if (!pair.left->Rewind() || !pair.right->Rewind()) return false;
  while (pair.left->Read(&row_)) {
    if (!left.Add(table_.Hash(row_.data() + 1), row_.data())) return false;
  }
  while (!ctx_.failed() && pair.right->Read(&row_)) {
    if (!right.Add(table_.Hash(row_.data()), row_.data())) return false;
  }
  if (ctx_.failed()) return false;
  AddPairs(&left, &right);
  return true;
}

void SpilledJoin::AddPairs(SpillPartitions* left, SpillPartitions* right) {
  for (size_t i = 0; i < SpillPartitions::kFanOut; ++i) {
    SpillFilePtr l = std::move(left->files()[i]), r = std::move(right->files()[i]);
    if (l != nullptr || r != nullptr) pairs_.push_back({std::move(l), std::move(r), left->level() + 1});
  }
}

// As many right rows as there is room for, one at least. *more: there may be others.
bool SpilledJoin::Load(SpillFile* right, bool* more) {
  ClearRight();
  *more = false;
  while (ReadRight(right)) {
    bool is_new;
    const uint32_t number = table_.Insert(row_.data(), &is_new);
    size_t bytes = 40;
    for (size_t k = 0; is_new && k < keys_.size(); ++k) bytes += ApproximateBytes(row_[k]);
    if (kind_.pairs || on_ != nullptr) {
      const uint32_t row = static_cast<uint32_t>(rows_.size());
      bytes += rows_.Add(ctx_.frame);
      next_.push_back(kEnd);
      if (is_new) {
        first_.push_back(row);
        last_.push_back(row);
      } else {
        next_[last_[number]] = row;
        last_[number] = row;
      }
    } else if (!is_new) {
      continue;
    }
    if (!memory_.TakeShare(bytes)) {
      *more = true;
      break;
    }
  }
  right_matched_.assign(kind_.unmatched_right ? rows_.size() : 0, false);
  return !ctx_.failed();
}

// Looks up all left rows; `matched` is by their place in the file.
bool SpilledJoin::Probe(SpillFile* left, std::vector<bool>* matched) {
  if (!left->Rewind()) return false;
  SpillFilePtr out;
  int64_t sequence;
  for (size_t i = 0; ReadLeft(left, &sequence); ++i) {
    // Where a match is enough the row may have been given in an earlier round.
    if (!kind_.pairs && (*matched)[i]) continue;
    bool found = false;
    if (!ProbeRow(sequence, &found, &out)) return false;
    if (found) (*matched)[i] = true;
  }
  return !ctx_.failed() && results_.Add(std::move(out));
}

bool SpilledJoin::ProbeRow(int64_t sequence, bool* found, SpillFilePtr* out) {
  const uint32_t number = table_.Find(row_.data() + 1);
  if (number == KeyTable::kNone) return true;
  if (rows_.size() == 0) {
    *found = true;
    return !kind_.matched_left || WriteTo(out, sequence, true, false);
  }
  for (uint32_t r = first_[number]; r != kEnd; r = next_[r]) {
    rows_.Restore(r, &ctx_.frame);
    const bool match = on_ == nullptr || EvaluatePredicate(*on_, ctx_.eval);
    if (ctx_.failed() || !ctx_.Tick()) return false;
    if (!match) continue;
    *found = true;
    if (!kind_.pairs) return !kind_.matched_left || WriteTo(out, sequence, true, false);
    if (kind_.unmatched_right) right_matched_[r] = true;
    if (!WriteTo(out, sequence, true, true)) return false;
  }
  return true;
}

bool SpilledJoin::GiveUnmatchedLeft(SpillFile* left, const std::vector<bool>& matched) {
  if (!left->Rewind()) return false;
  SpillFilePtr out;
  int64_t sequence;
  for (size_t i = 0; ReadLeft(left, &sequence); ++i) {
    if (!matched[i] && !WriteTo(&out, sequence, true, false)) return false;
  }
  return !ctx_.failed() && results_.Add(std::move(out));
}

bool SpilledJoin::GiveUnmatchedRight() {
  for (size_t r = 0; r < right_matched_.size(); ++r) {
    if (right_matched_[r]) continue;
    rows_.Restore(r, &ctx_.frame);
    if (!WriteTo(&rest_, kLast, false, true)) return false;
  }
  return true;
}

bool SpilledJoin::ReadLeft(SpillFile* file, int64_t* sequence) {
  if (!file->Read(&row_)) return false;
  *sequence = row_[0].int_value();
  PutIntoFrame(left_slots_, row_.data() + 1 + keys_.size());
  return true;
}

bool SpilledJoin::ReadRight(SpillFile* file) {
  if (!file->Read(&row_)) return false;
  PutIntoFrame(right_slots_, row_.data() + keys_.size());
  return true;
}

void SpilledJoin::PutIntoFrame(const std::vector<int>& slots, const Value* row) {
  for (int s : slots) ctx_.slot(s) = *row++;
}

// Makes the file if it is not there yet.
bool SpilledJoin::WriteTo(SpillFilePtr* out, int64_t sequence, bool with_left, bool with_right) {
  if (*out == nullptr) *out = SpillFile::Make(1 + left_slots_.size() + right_slots_.size(), ctx_);
  if (*out == nullptr) return false;
  result_.assign(1, Value::Int(sequence));
  for (int s : left_slots_) result_.push_back(with_left ? ctx_.slot(s) : Value::Null());
  for (int s : right_slots_) result_.push_back(with_right ? ctx_.slot(s) : Value::Null());
  return (*out)->Write(result_.data());
}

void SpilledJoin::ClearRight() {
  rows_.Release();
  table_.Clear();
  first_.clear();
  last_.clear();
  next_.clear();
  right_matched_.clear();
  memory_.Release();
}

}  // namespace parton
