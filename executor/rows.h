// Rows kept by blocking operators: the live slots of a frame, owned.
#ifndef PARTON_EXECUTOR_ROWS_H_
#define PARTON_EXECUTOR_ROWS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "executor/execution.h"
#include "executor/operator.h"

namespace parton {

// The slots that `plan` defines and an operator above reads.
std::vector<int> KeptSlots(const Plan& plan, const SlotSet& live);
// The slots an expression, or a list of them, reads; added to `out`.
void AddReads(const ExprPtr& e, SlotSet* out);

class SavedRows {
 public:
  explicit SavedRows(std::vector<int> slots) : slots_(std::move(slots)) {}

  // Copies the frame's current values. Returns the bytes this takes.
  size_t Add(const Frame& frame) {
    size_t bytes = 0;
    for (int s : slots_) {
      values_.push_back(frame[static_cast<size_t>(s)].Own());
      bytes += ApproximateBytes(values_.back());
    }
    ++count_;
    return bytes + 8;
  }
  void Restore(size_t row, Frame* frame) const {
    const Value* v = values_.data() + row * slots_.size();
    for (size_t i = 0; i < slots_.size(); ++i) (*frame)[static_cast<size_t>(slots_[i])] = v[i];
  }
  size_t size() const { return count_; }
  const std::vector<int>& slots() const { return slots_; }
  void Clear() {
    values_.clear();
    count_ = 0;
  }
  // Gives the memory back, too.
  void Release() {
    std::vector<Value>().swap(values_);
    count_ = 0;
  }

 private:
  std::vector<int> slots_;
  std::vector<Value> values_;
  size_t count_ = 0;
};

// Memory of one operator, given back when it is done.
class MemoryHold {
 public:
  explicit MemoryHold(ExecutionContext& ctx) : ctx_(ctx) {}
  ~MemoryHold() { Release(); }
  MemoryHold(const MemoryHold&) = delete;
  MemoryHold& operator=(const MemoryHold&) = delete;
  bool Take(size_t bytes) {
    held_ += bytes;
    return ctx_.shared->memory.Take(bytes);
  }
  // As Take, for an operator that can spill: false when it should. Leaves half of the limit to the operators above
  // and below.
  bool TakeShare(size_t bytes) {
    const bool fits = Take(bytes);
    const size_t limit = ctx_.shared->memory.limit();
    return held_ <= limit / 2 && (fits || held_ < limit / 16);
  }
  // As Take, but a lack of memory is an error that names the operator.
  bool TakeOrFail(size_t bytes, const char* what) {
    if (Take(bytes)) return true;
    ctx_.FailOutOfMemory(what);
    return false;
  }
  void Release() {
    ctx_.shared->memory.Give(held_);
    held_ = 0;
  }
  size_t held() const { return held_; }

 private:
  ExecutionContext& ctx_;
  size_t held_ = 0;
};

// Any value as bytes, for rows of a temporary file.
void EncodeSpilled(const Value& v, std::string* out);
// Reads one value from the front of `in`, owned; `names` is the dictionary of its encoded items. False if the bytes
// are damaged.
bool DecodeSpilled(std::string_view* in, const NameTable* names, Value* out);

}  // namespace parton

#endif  // PARTON_EXECUTOR_ROWS_H_
