#include "cursor.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "bindings/result_kind.h"
#include "parton/language.h"
#include "parton/text.h"

namespace py = pybind11;

namespace parton::python {
namespace {

constexpr size_t kLargestBatch = 256;
constexpr size_t kBatchBytes = size_t{1} << 20;
// Rows that come slowly are given as they come.
constexpr std::chrono::milliseconds kBatchTime{20};

bool HasReturning(std::string_view statement) {
  const std::vector<Token> tokens = Tokenize(statement);
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& t) {
    return t.kind == Token::Kind::kKeyword && EqualsIgnoreCase(statement.substr(t.begin, t.end - t.begin), "RETURNING");
  });
}

}  // namespace

Cursor::Use::Use(Cursor* cursor) : cursor_(cursor) {
  if (cursor->in_use_) RaiseNamed("ProgrammingError", "another thread, or a function, uses the cursor");
  cursor->in_use_ = true;
}

void Cursor::Execute(PyObject* text, PyObject* parameters) {
  const Use use(this);
  if (closed_) RaiseNamed("InterfaceError", "the cursor is closed");
  const std::string_view statement = Text(text, "a statement");
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
  const bool by_name = parameters != nullptr && parameters != Py_None && !PyTuple_Check(parameters) &&
                       !PyList_Check(parameters) && PyMapping_Check(parameters) != 0 &&
                       PyObject_HasAttrString(parameters, "keys") != 0;
  if (by_name) {
    named = Named(parameters, link_->numbers());
  } else if (parameters != nullptr && parameters != Py_None) {
    positional = Positional(parameters, link_->numbers());
  }
  buffer_.clear();
  next_ = 0;
  batch_ = 1;
  error_ = Status();
  state_ = State::kNone;
  rowcount_ = -1;
  columns_.clear();
  text_.clear();
  notices_.clear();
  statement_ = statement;
  const Status status = link_->Call([&](Connection& connection) {
    result_.reset();
    Result<std::unique_ptr<ResultSet>> result =
        by_name ? connection.ExecuteNamed(statement, named) : connection.Execute(statement, std::move(positional));
    if (!result.ok()) return std::move(result).status();
    result_ = std::move(result).value();
    kind_ = result_->kind();
    columns_ = result_->columns();
    notices_ = result_->notices();
    switch (kind_) {
      case ResultKind::kRows:
        state_ = State::kRows;
        Fill(batch_);
        break;
      case ResultKind::kValue:
        state_ = State::kRows;
        buffer_.push_back(result_->value().Own());
        TakeEnd();
        break;
      case ResultKind::kChanged:
        state_ = State::kChanged;
        rowcount_ = static_cast<int64_t>(result_->affected());
        Fill(std::numeric_limits<size_t>::max());
        break;
      case ResultKind::kText:
      case ResultKind::kDone:
        state_ = State::kOther;
        text_ = result_->text();
        TakeEnd();
        break;
    }
    return buffer_.empty() ? std::exchange(error_, Status()) : Status();
  });
  if (!status.ok()) state_ = State::kNone;
  RaiseIfError(status);
}

void Cursor::Fill(size_t limit) {
  buffer_.clear();
  next_ = 0;
  const auto until = std::chrono::steady_clock::now() + kBatchTime;
  size_t bytes = 0;
  while (buffer_.size() < limit) {
    if (!result_->Next()) {
      error_ = result_->status();
      TakeEnd();
      return;
    }
    buffer_.push_back(result_->row().Own());
    bytes += buffer_.back().ApproximateBytes();
    if (kind_ == ResultKind::kChanged) continue;
    if (bytes > kBatchBytes || (buffer_.size() % 16 == 0 && std::chrono::steady_clock::now() > until)) return;
  }
}

void Cursor::TakeEnd() {
  if (kind_ == ResultKind::kChanged) rowcount_ = static_cast<int64_t>(result_->affected());
  notices_ = result_->notices();
  stats_ = result_->stats();
  result_.reset();
}

bool Cursor::Refill() {
  if (result_ == nullptr) {
    if (!error_.ok()) Raise(std::exchange(error_, Status()));
    return false;
  }
  const Use use(this);
  batch_ = std::min(batch_ * 2, kLargestBatch);
  link_->Call([&](Connection&) {
    Fill(batch_);
    return true;
  });
  if (buffer_.empty()) {
    if (!error_.ok()) Raise(std::exchange(error_, Status()));
    return false;
  }
  return true;
}

bool Cursor::has_rows() const {
  return state_ == State::kRows || (state_ == State::kChanged && (!buffer_.empty() || HasReturning(statement_)));
}

void Cursor::CheckRows() const {
  if (closed_) RaiseNamed("InterfaceError", "the cursor is closed");
  if (link_->closed()) RaiseNamed("InterfaceError", "the connection is closed");
  if (state_ == State::kRows) return;
  if (state_ == State::kNone) RaiseNamed("ProgrammingError", "no statement was executed");
  if (!has_rows()) RaiseNamed("ProgrammingError", "the statement gives no rows");
}

PyObject* Cursor::Row(const Value& row) const {
  if (!tuples_) return ToPython(row, link_->numbers());
  if (columns_.empty()) {
    py::tuple one(1);
    PyTuple_SET_ITEM(one.ptr(), 0, ToPython(row, link_->numbers()));
    return one.release().ptr();
  }
  py::tuple out(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    PyTuple_SET_ITEM(out.ptr(), static_cast<Py_ssize_t>(i), ToPython(row.GetBorrowed(columns_[i]), link_->numbers()));
  }
  return out.release().ptr();
}

PyObject* Cursor::Next() {
  if (in_use_) const Use refused(this);
  if (state_ != State::kRows || closed_ || link_->closed()) CheckRows();
  if (next_ == buffer_.size() && !Refill()) return nullptr;
  // Moved, so that the row's memory is free before the next comes.
  const Value row = std::move(buffer_[next_++]);
  return Row(row);
}

py::list Cursor::Fetch(size_t limit) {
  if (in_use_) const Use refused(this);
  CheckRows();
  py::list rows;
  while (rows.size() < limit) {
    if (next_ == buffer_.size()) {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!Refill()) break;
    }
    PyObject* row = Next();
    const int failed = PyList_Append(rows.ptr(), row);
    Py_DECREF(row);
    if (failed != 0) throw py::error_already_set();
  }
  return rows;
}

void Cursor::Close() {
  const Use use(this);
  closed_ = true;
  buffer_.clear();
  next_ = 0;
  link_->Discard(std::move(result_));
}

const char* Cursor::kind() const { return bindings::ResultKindName(kind_); }

namespace {

// pybind11's way to a function costs as much as a point read: the calls that count go without it.
Cursor* Self(PyObject* self) {
  const auto* instance = reinterpret_cast<py::detail::instance*>(self);
  auto* cursor = instance->simple_layout ? static_cast<Cursor*>(instance->simple_value_holder[0]) : nullptr;
  if (cursor == nullptr) throw py::type_error("Cursor.__init__ was not called");
  return cursor;
}

template <typename Body>
PyObject* Guarded(Body body) {
  try {
    return body();
  } catch (py::error_already_set& e) {
    e.restore();
  } catch (const py::builtin_exception& e) {
    e.set_error();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
  return nullptr;
}

PyObject* ExecuteFast(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  return Guarded([&] {
    if (count < 1 || count > 2) throw py::type_error("execute(statement, parameters=None)");
    Self(self)->Execute(arguments[0], count == 2 ? arguments[1] : nullptr);
    return Py_NewRef(self);
  });
}

PyObject* FetchOneFast(PyObject* self, PyObject* ignored) {
  (void)ignored;
  return Guarded([&] {
    PyObject* row = Self(self)->Next();
    return row != nullptr ? row : Py_NewRef(Py_None);
  });
}

PyObject* IterNext(PyObject* self) {
  return Guarded([&] { return Self(self)->Next(); });
}

PyObject* NextMethod(PyObject* self, PyObject* ignored) {
  (void)ignored;
  PyObject* row = IterNext(self);
  if (row == nullptr && PyErr_Occurred() == nullptr) PyErr_SetNone(PyExc_StopIteration);
  return row;
}

PyMethodDef execute_method = {"execute", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(ExecuteFast)),
                              METH_FASTCALL,
                              "execute(statement, parameters=None, /)\n\nRuns one statement and returns the cursor. "
                              "Parameters: a sequence for ?, a mapping for :name."};
PyMethodDef fetchone_method = {"fetchone", FetchOneFast, METH_NOARGS, "The next row; None at the end."};

PyMethodDef next_method = {"__next__", NextMethod, METH_NOARGS, "The next row."};

void AddMethod(py::handle type, PyMethodDef* method) {
  const py::object function =
      py::reinterpret_steal<py::object>(PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), method));
  type.attr(method->ml_name) = function;
}

py::dict StatsOf(const Cursor& cursor) {
  const ExecutionStats& stats = cursor.stats();
  py::dict out;
  out["items_examined"] = stats.items_examined;
  out["bytes_read"] = stats.bytes_read;
  out["seeks"] = stats.seeks;
  out["milliseconds"] = stats.milliseconds;
  out["access_path"] = stats.access_path;
  if (stats.capacity_counted) {
    out["read_units"] = stats.read_units;
    out["write_units"] = stats.write_units;
  }
  return out;
}

}  // namespace

void DefineCursor(py::module_& module) {
  py::class_<Cursor> cursor(module, "Cursor");
  cursor.def(py::init<std::shared_ptr<Link>, bool>())
      .def("fetch", &Cursor::Fetch)
      .def("fetchall", [](Cursor& self) { return self.Fetch(std::numeric_limits<size_t>::max()); })
      .def("fetch_columns", &Cursor::FetchColumns)
      .def("close", &Cursor::Close)
      .def_property_readonly("closed", &Cursor::closed)
      .def_property_readonly("has_rows", &Cursor::has_rows)
      .def_property_readonly("rowcount", &Cursor::rowcount)
      .def("set_rowcount", &Cursor::set_rowcount)
      .def_property_readonly("columns", &Cursor::columns)
      .def_property_readonly("text", &Cursor::text)
      .def_property_readonly("notices", &Cursor::notices)
      .def_property_readonly("kind", &Cursor::kind)
      .def_property_readonly("stats", &StatsOf)
      .def("__iter__", [](const py::object& self) { return self; });
  AddMethod(cursor, &execute_method);
  AddMethod(cursor, &fetchone_method);
  AddMethod(cursor, &next_method);
  // For a subclass made in Python: iteration without a look-up of __next__ for each row.
  module.def("seal",
             [](const py::object& type) { reinterpret_cast<PyTypeObject*>(type.ptr())->tp_iternext = IterNext; });
}

}  // namespace parton::python
