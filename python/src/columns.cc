// Rows by column, for numpy and pandas: columns of one kind of number are bytes that an array takes as they are.
#include <pybind11/pybind11.h>

#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert.h"
#include "cursor.h"

namespace py = pybind11;

namespace parton::python {
namespace {

constexpr int64_t kExact = int64_t{1} << 53;  // integers that are exact as doubles

// The values of one column. It starts as what the first value is, and becomes more general when another comes.
class Column {
 public:
  explicit Column(Numbers numbers) : numbers_(numbers) {}

  size_t size() const { return size_; }

  void AddAbsent() {
    ++size_;
    if (kind_ == Kind::kBools) ToObjects();
    if (kind_ == Kind::kInts) ToFloats();
    if (kind_ == Kind::kFloats) return PushFloat(std::numeric_limits<double>::quiet_NaN(), Was::kAbsent);
    if (kind_ == Kind::kObjects) objects_.append(py::none());
  }

  void Add(const Value& value) {
    if (value.is_absent()) return AddAbsent();
    Begin(value);
    ++size_;
    switch (kind_) {
      case Kind::kInts: ints_.push_back(value.int_value()); return;
      case Kind::kFloats:
        if (value.is_small_int()) return PushFloat(static_cast<double>(value.int_value()), Was::kInt);
        return PushFloat(value.float_value(), Was::kFloat);
      case Kind::kBools: bools_.push_back(value.bool_value() ? 1 : 0); return;
      case Kind::kNone:
      case Kind::kObjects: objects_.append(ToObject(value, numbers_)); return;
    }
  }

  // (kind, data): q, d and ? with the bytes of int64, double and bool; O with a list.
  py::tuple Finish() {
    if (kind_ == Kind::kNone) ToObjects();
    if (kind_ == Kind::kInts) return py::make_tuple("q", Bytes(ints_));
    if (kind_ == Kind::kFloats) return py::make_tuple("d", Bytes(floats_));
    if (kind_ == Kind::kBools) return py::make_tuple("?", Bytes(bools_));
    return py::make_tuple("O", objects_);
  }

 private:
  enum class Kind : uint8_t { kNone, kInts, kFloats, kBools, kObjects };
  enum class Was : uint8_t { kFloat, kInt, kAbsent };

  template <typename T>
  static py::object Bytes(const std::vector<T>& values) {
    PyObject* bytes = PyByteArray_FromStringAndSize(reinterpret_cast<const char*>(values.data()),
                                                    static_cast<Py_ssize_t>(values.size() * sizeof(T)));
    if (bytes == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(bytes);
  }

  // Makes the column one that takes `value`.
  void Begin(const Value& value) {
    if (kind_ == Kind::kObjects) return;
    const bool plain = numbers_ == Numbers::kPython;
    const bool is_int = plain && value.is_small_int();
    const bool is_float = plain && value.type() == Type::kFloat;
    const bool exact = is_float || (is_int && std::abs(value.int_value()) <= kExact);
    if (kind_ == Kind::kNone && size_ == 0) {
      kind_ = is_int                        ? Kind::kInts
              : is_float                    ? Kind::kFloats
              : value.type() == Type::kBool ? Kind::kBools
                                            : Kind::kObjects;
      return;
    }
    switch (kind_) {
      case Kind::kNone:
      case Kind::kInts:
        if (kind_ == Kind::kInts && is_int) return;
        if (exact) return ToFloats();
        break;
      case Kind::kFloats:
        if (exact) return;
        break;
      case Kind::kBools:
        if (value.type() == Type::kBool) return;
        break;
      case Kind::kObjects: return;
    }
    ToObjects();
  }

  void PushFloat(double value, Was was) {
    floats_.push_back(value);
    was_.push_back(was);
  }

  // To objects, if an integer is not exact as a double.
  void ToFloats() {
    for (const int64_t i : ints_) {
      if (std::abs(i) > kExact) return ToObjects();
    }
    // Of a column without a kind, only what is absent came.
    const size_t absent = kind_ == Kind::kNone ? size_ : 0;
    kind_ = Kind::kFloats;
    for (const int64_t i : ints_) PushFloat(static_cast<double>(i), Was::kInt);
    for (size_t i = 0; i < absent; ++i) PushFloat(std::numeric_limits<double>::quiet_NaN(), Was::kAbsent);
    ints_ = {};
  }

  void ToObjects() {
    const size_t absent = kind_ == Kind::kNone ? size_ : 0;
    kind_ = Kind::kObjects;
    for (const int64_t i : ints_) objects_.append(i);
    for (const uint8_t b : bools_) objects_.append(b != 0);
    for (size_t i = 0; i < floats_.size(); ++i) {
      if (was_[i] == Was::kInt) objects_.append(static_cast<int64_t>(floats_[i]));
      if (was_[i] == Was::kFloat) objects_.append(floats_[i]);
      if (was_[i] == Was::kAbsent) objects_.append(py::none());
    }
    for (size_t i = 0; i < absent; ++i) objects_.append(py::none());
    ints_ = {};
    floats_ = {};
    was_ = {};
    bools_ = {};
  }

  Numbers numbers_;
  Kind kind_ = Kind::kNone;
  size_t size_ = 0;  // with what is added now
  std::vector<int64_t> ints_;
  std::vector<double> floats_;
  std::vector<Was> was_;  // of floats_
  std::vector<uint8_t> bools_;
  py::list objects_;
};

// Columns by name, in the order in which they come.
class Table {
 public:
  explicit Table(Numbers numbers) : numbers_(numbers) {}

  void AddRow(const std::vector<Field>& fields) {
    size_t guess = 0;  // rows have their attributes in one order, mostly
    for (const Field& field : fields) {
      const size_t at = guess < names_.size() && names_[guess] == field.name ? guess : Find(field.name);
      guess = at + 1;
      // Of two attributes of one name the first counts, as in a dict.
      if (columns_[at].size() == rows_) columns_[at].Add(field.value);
    }
    ++rows_;
    for (Column& column : columns_) {
      if (column.size() < rows_) column.AddAbsent();
    }
  }
  size_t Find(std::string_view name) {
    const auto [found, added] = by_name_.try_emplace(std::string(name), names_.size());
    if (added) {
      names_.emplace_back(name);
      columns_.emplace_back(numbers_);
      for (size_t i = 0; i < rows_; ++i) columns_.back().AddAbsent();
    }
    return found->second;
  }

  py::dict Finish() {
    py::dict out;
    for (size_t i = 0; i < names_.size(); ++i) out[py::str(names_[i])] = columns_[i].Finish();
    return out;
  }

 private:
  Numbers numbers_;
  size_t rows_ = 0;
  std::vector<std::string> names_;
  std::vector<Column> columns_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace

py::object Cursor::FetchColumns() {
  if (in_use_) const Use refused(this);
  CheckRows();
  std::vector<Value> rows;
  bool tuples = true;  // in the sense of the language
  for (;;) {
    if (next_ == buffer_.size()) {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!Refill()) break;
    }
    rows.push_back(std::move(buffer_[next_++]));
    tuples = tuples && rows.back().is_struct();
  }
  if (!tuples) {
    py::list values;
    for (const Value& row : rows) values.append(ToObject(row, link_->numbers()));
    return values;
  }
  Table table(link_->numbers());
  for (const std::string& name : columns_) table.Find(name);
  for (Value& row : rows) {
    const Value whole = row.materialized() ? std::move(row) : row.Materialize();
    row = Value();
    table.AddRow(whole.fields());
  }
  return table.Finish();
}

}  // namespace parton::python
