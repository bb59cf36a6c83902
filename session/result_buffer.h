// What a statement gives all at once: commands and writes fill it, the result set shows it. Threads: one.
#ifndef PARTON_SESSION_RESULT_BUFFER_H_
#define PARTON_SESSION_RESULT_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"
#include "parton/value.h"

namespace parton {

class ResultBuffer {
 public:
  // For the next execution. Columns stay: they are the plan's.
  void Reset(const std::vector<std::string>& notices) {
    rows_.clear();
    next_row_ = 0;
    value_ = Value();
    affected_ = 0;
    if (!text_.empty()) text_.clear();
    ordered_ = false;
    notices_ = notices;
  }

  void SetDone() { kind_ = ResultKind::kDone; }
  void SetText(ResultKind kind, std::string text) {
    kind_ = kind;
    text_ = std::move(text);
  }
  void SetRows(std::vector<Value> rows, std::vector<std::string> columns, bool ordered) {
    SetRows(std::move(rows), ordered);
    columns_ = std::move(columns);
  }
  void SetRows(std::vector<Value> rows, bool ordered) {
    SetStreamed(ordered);
    rows_ = std::move(rows);
  }
  // The rows come from a running query.
  void SetStreamed(bool ordered) {
    kind_ = ResultKind::kRows;
    ordered_ = ordered;
  }
  void SetValue(Value value) {
    kind_ = ResultKind::kValue;
    value_ = std::move(value);
  }
  // `returning`: the rows of RETURNING.
  void SetAffected(uint64_t n, std::vector<Value> returning = {}) {
    kind_ = ResultKind::kChanged;
    affected_ = n;
    rows_ = std::move(returning);
  }
  // EXISTS (...) alone: its one row is the answer.
  void TurnRowIntoValue() {
    if (rows_.empty()) return;
    SetValue(std::move(rows_[0]));
    rows_.clear();
  }
  void SetColumns(std::vector<std::string> columns) { columns_ = std::move(columns); }
  void AddNotice(std::string notice) { notices_.push_back(std::move(notice)); }
  void ClearRows() { rows_.clear(); }

  // The next of the rows it holds; null at their end.
  const Value* NextRow() { return next_row_ < rows_.size() ? &rows_[next_row_++] : nullptr; }

  ResultKind kind() const { return kind_; }
  bool ordered() const { return ordered_; }
  const Value& value() const { return value_; }
  uint64_t affected() const { return affected_; }
  const std::string& text() const { return text_; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  ResultKind kind_ = ResultKind::kDone;
  bool ordered_ = false;
  Value value_;
  uint64_t affected_ = 0;
  std::string text_;
  std::vector<Value> rows_;
  size_t next_row_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string> notices_;
};

}  // namespace parton

#endif  // PARTON_SESSION_RESULT_BUFFER_H_
