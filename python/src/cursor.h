// Results as Python reads them: rows come in batches, each converted from the engine's values.
#ifndef PARTON_PYTHON_CURSOR_H_
#define PARTON_PYTHON_CURSOR_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "link.h"

namespace parton::python {

class Cursor {
 public:
  // `tuples`: rows as the database API of Python has them; else as values, which usually are dicts.
  Cursor(std::shared_ptr<Link> link, bool tuples) : link_(std::move(link)), tuples_(tuples) {}
  ~Cursor() { link_->Discard(std::move(result_)); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // `parameters`: null, None, a sequence or a mapping.
  void Execute(PyObject* text, PyObject* parameters);
  // The next row, a new reference; null at the end. Throws ProgrammingError if there is no result with rows.
  PyObject* Next();
  // At most `limit` rows.
  pybind11::list Fetch(size_t limit);
  // The remaining rows by column: {name: (kind, data)}, as columns.cc has it; a list if not all are tuples.
  pybind11::object FetchColumns();
  void Close();

  bool closed() const { return closed_; }
  bool has_rows() const;
  int64_t rowcount() const { return rowcount_; }
  void set_rowcount(int64_t count) { rowcount_ = count; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::string& text() const { return text_; }
  const std::vector<std::string>& notices() const { return notices_; }
  const ExecutionStats& stats() const { return stats_; }
  const char* kind() const;

 private:
  enum class State : uint8_t { kNone, kRows, kChanged, kOther };

  // A cursor is for one thread at a time. A second one, which comes while the first has released the interpreter's
  // lock, gets ProgrammingError.
  class Use {
   public:
    explicit Use(Cursor* cursor);
    ~Use() { cursor_->in_use_ = false; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Cursor* cursor_;
  };

  // Moves rows into the buffer. The connection is ours, the interpreter unlocked.
  void Fill(size_t limit);
  void TakeEnd();
  bool Refill();
  PyObject* Row(const Value& row) const;
  void CheckRows() const;

  std::shared_ptr<Link> link_;
  const bool tuples_;
  bool closed_ = false;
  bool in_use_ = false;
  State state_ = State::kNone;
  ResultKind kind_ = ResultKind::kDone;
  std::unique_ptr<ResultSet> result_;  // null at the end of the rows
  std::vector<Value> buffer_;
  size_t next_ = 0;   // in buffer_
  size_t batch_ = 1;  // rows of the next batch
  Status error_;      // comes when the buffer is empty
  std::string statement_;
  int64_t rowcount_ = -1;
  std::vector<std::string> columns_;
  std::string text_;
  std::vector<std::string> notices_;
  ExecutionStats stats_;
};

void DefineCursor(pybind11::module_& module);

}  // namespace parton::python

#endif  // PARTON_PYTHON_CURSOR_H_
