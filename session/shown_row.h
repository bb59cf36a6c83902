// The row that a result shows. Operators own the bytes of most rows, and give them up at the next one: a program's
// copies of the shown Value are made independent before that. Threads: one.
#ifndef PARTON_SESSION_SHOWN_ROW_H_
#define PARTON_SESSION_SHOWN_ROW_H_

#include "parton/value.h"

namespace parton {

class ShownRow {
 public:
  ShownRow();

  const Value& value() const { return *row_; }
  // Shows MISSING.
  void Clear();
  // Shows a row that stays where it is.
  void ShowStored(const Value& row) { row_ = &row; }
  // Shows a row that operators may own.
  void ShowStreamed(const Value& row);
  // To be called before the shown row goes: makes copies of it independent.
  void KeepCopies();

 private:
  const Value* row_;
  Value shown_;  // a borrowed row, as a Value of the result's own
};

}  // namespace parton

#endif  // PARTON_SESSION_SHOWN_ROW_H_
