#include "convert.h"

#include <Python.h>
#include <datetime.h>

#include <array>
#include <optional>
#include <string>

#include "errors.h"
#include "parton/number.h"
#include "parton/temporal.h"

namespace py = pybind11;

namespace parton::python {
namespace {

// References that the module keeps as long as the process lives.
PyObject* decimal_type = nullptr;
PyObject* missing = nullptr;
PyObject* months_type = nullptr;
PyObject* mapping_type = nullptr;

[[noreturn]] void Failed() { throw py::error_already_set(); }

PyObject* Checked(PyObject* object) {
  if (object == nullptr) Failed();
  return object;
}

// Names of attributes come again with each row: as Python's texts they are made once. A small table by hash; the
// interpreter's lock guards it.
class NameCache {
 public:
  // A borrowed reference.
  PyObject* Get(std::string_view name) {
    const size_t hash = std::hash<std::string_view>()(name);
    Entry& entry = entries_[hash % entries_.size()];
    if (entry.text != nullptr && entry.name == name) return entry.text;
    PyObject* text = Checked(PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "replace"));
    PyUnicode_InternInPlace(&text);
    Py_XDECREF(entry.text);
    entry.name.assign(name);
    entry.text = text;
    return text;
  }

 private:
  struct Entry {
    std::string name;
    PyObject* text = nullptr;
  };
  std::array<Entry, 1024> entries_;
};

NameCache& Names() {
  static auto* const cache = new NameCache;  // NOLINT: Python may be gone when statics end
  return *cache;
}

PyObject* TextOf(std::string_view text) {
  return Checked(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

PyObject* DecimalOf(const std::string& text) {
  const py::object spelled = py::reinterpret_steal<py::object>(TextOf(text));
  return Checked(PyObject_CallOneArg(decimal_type, spelled.ptr()));
}

PyObject* IntOf(const Value& value, Numbers numbers) {
  if (numbers == Numbers::kBoto3) return DecimalOf(value.number().ToString());
  if (value.is_small_int()) return Checked(PyLong_FromLongLong(value.int_value()));
  int64_t small = 0;
  const Number n = value.number();
  if (n.TryInt64(&small)) return Checked(PyLong_FromLongLong(small));
  return Checked(PyLong_FromString(n.ToString().c_str(), nullptr, 10));
}

// The offset as datetime.timezone; None without one. A new reference.
PyObject* ZoneOf(const std::optional<int16_t>& offset) {
  if (!offset) Py_RETURN_NONE;
  if (*offset == 0) return Py_NewRef(PyDateTime_TimeZone_UTC);
  const py::object delta = py::reinterpret_steal<py::object>(Checked(PyDelta_FromDSU(0, *offset * 60, 0)));
  return Checked(PyTimeZone_FromOffset(delta.ptr()));
}

PyObject* DateOf(const Date& d) {
  if (d.year < 1 || d.year > 9999) return TextOf(ToString(d));
  return Checked(PyDate_FromDate(d.year, d.month, d.day));
}

PyObject* TimeOf(const Time& t) {
  const py::object zone = py::reinterpret_steal<py::object>(ZoneOf(t.offset));
  return Checked(PyDateTimeAPI->Time_FromTime(t.hour(), t.minute(), t.second(), t.fraction() / 1000, zone.ptr(),
                                              PyDateTimeAPI->TimeType));
}

PyObject* TimestampOf(const Timestamp& t) {
  if (t.date.year < 1 || t.date.year > 9999) return TextOf(ToString(t));
  const py::object zone = py::reinterpret_steal<py::object>(ZoneOf(t.time.offset));
  return Checked(PyDateTimeAPI->DateTime_FromDateAndTime(t.date.year, t.date.month, t.date.day, t.time.hour(),
                                                         t.time.minute(), t.time.second(), t.time.fraction() / 1000,
                                                         zone.ptr(), PyDateTimeAPI->DateTimeType));
}

PyObject* IntervalOf(const Interval& i) {
  if (i.is_year_month()) {
    const py::object months = py::reinterpret_steal<py::object>(Checked(PyLong_FromLongLong(i.months)));
    return Checked(PyObject_CallOneArg(months_type, months.ptr()));
  }
  // Whole days apart, so that no part leaves the range of an int.
  const int64_t days = i.seconds / 86'400;
  return Checked(PyDelta_FromDSU(static_cast<int>(days), static_cast<int>(i.seconds % 86'400), i.nanos / 1000));
}

PyObject* ListOf(const std::vector<Value>& elements, Numbers numbers) {
  py::object list = py::reinterpret_steal<py::object>(Checked(PyList_New(static_cast<Py_ssize_t>(elements.size()))));
  for (size_t i = 0; i < elements.size(); ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), ToPython(elements[i], numbers));
  }
  return list.release().ptr();
}

PyObject* SetOf(const std::vector<Value>& elements, Numbers numbers) {
  py::object set = py::reinterpret_steal<py::object>(Checked(PySet_New(nullptr)));
  for (const Value& v : elements) {
    const py::object element = ToObject(v, numbers);
    if (PySet_Add(set.ptr(), element.ptr()) != 0) Failed();
  }
  return set.release().ptr();
}

// Of fields with one name the first counts, as for Value::Get.
PyObject* DictOf(const std::vector<Field>& fields, Numbers numbers) {
  py::object dict = py::reinterpret_steal<py::object>(Checked(PyDict_New()));
  NameCache& names = Names();
  for (const Field& field : fields) {
    const py::object name = py::reinterpret_borrow<py::object>(names.Get(field.name));
    const py::object value = ToObject(field.value, numbers);
    if (PyDict_SetDefault(dict.ptr(), name.ptr(), value.ptr()) == nullptr) Failed();
  }
  return dict.release().ptr();
}

PyObject* BytesOf(std::string_view bytes) {
  return Checked(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

// ---- From Python

Value NumberFrom(PyObject* object, const char* what) {
  const py::object text = py::reinterpret_steal<py::object>(Checked(PyObject_Str(object)));
  Result<Number> number = Number::ParseExact(Text(text.ptr(), what));
  if (!number.ok()) RaiseNamed("DataError", std::string(what) + ": " + number.status().message());
  return *number;
}

Value IntFrom(PyObject* object) {
  int overflow = 0;
  const int64_t i = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow == 0) {
    if (i == -1 && PyErr_Occurred() != nullptr) Failed();
    return Value::Int(i);
  }
  // Python writes no int of thousands of digits, and no number here has so many.
  if (_PyLong_NumBits(object) > 200) RaiseNamed("DataError", "an int of more than 38 digits");
  return NumberFrom(object, "an int");
}

Value DecimalFrom(PyObject* object) {
  const py::object finite =
      py::reinterpret_steal<py::object>(Checked(PyObject_CallMethod(object, "is_finite", nullptr)));
  if (finite.ptr() != Py_True) RaiseNamed("DataError", "a Decimal that is no number: NaN or infinite");
  const Value v = NumberFrom(object, "a Decimal");
  return v.is_int() ? Value::Decimal(v.number()) : v;
}

std::optional<int16_t> OffsetFrom(PyObject* object) {
  const py::object delta =
      py::reinterpret_steal<py::object>(Checked(PyObject_CallMethod(object, "utcoffset", nullptr)));
  if (delta.is_none()) return std::nullopt;
  const int seconds = PyDateTime_DELTA_GET_DAYS(delta.ptr()) * 86'400 + PyDateTime_DELTA_GET_SECONDS(delta.ptr());
  if (seconds % 60 != 0) RaiseNamed("DataError", "an offset from UTC that is not whole minutes");
  return static_cast<int16_t>(seconds / 60);
}

constexpr int64_t kMicro = 1000;
constexpr int64_t kSecond = 1'000'000'000;

Value DateTimeFrom(PyObject* object) {
  Timestamp t;
  t.date.year = PyDateTime_GET_YEAR(object);
  t.date.month = static_cast<uint8_t>(PyDateTime_GET_MONTH(object));
  t.date.day = static_cast<uint8_t>(PyDateTime_GET_DAY(object));
  const int micros = PyDateTime_DATE_GET_MICROSECOND(object);
  t.time.nanos = (PyDateTime_DATE_GET_HOUR(object) * int64_t{3600} + PyDateTime_DATE_GET_MINUTE(object) * 60 +
                  PyDateTime_DATE_GET_SECOND(object)) *
                     kSecond +
                 micros * kMicro;
  t.time.precision = micros != 0 ? 6 : 0;
  t.time.offset = OffsetFrom(object);
  if (!t.IsValid()) RaiseNamed("DataError", "a datetime that is no TIMESTAMP: its offset is beyond 18 hours");
  return Value::Of(t);
}

Value TimeFrom(PyObject* object) {
  Time t;
  const int micros = PyDateTime_TIME_GET_MICROSECOND(object);
  t.nanos = (PyDateTime_TIME_GET_HOUR(object) * int64_t{3600} + PyDateTime_TIME_GET_MINUTE(object) * 60 +
             PyDateTime_TIME_GET_SECOND(object)) *
                kSecond +
            micros * kMicro;
  t.precision = micros != 0 ? 6 : 0;
  t.offset = OffsetFrom(object);
  if (!t.IsValid()) RaiseNamed("DataError", "a time that is no TIME: its offset is beyond 18 hours");
  return Value::Of(t);
}

Value DeltaFrom(PyObject* object) {
  int64_t seconds = PyDateTime_DELTA_GET_DAYS(object) * int64_t{86'400} + PyDateTime_DELTA_GET_SECONDS(object);
  int64_t nanos = PyDateTime_DELTA_GET_MICROSECONDS(object) * kMicro;
  // Python's seconds go up from negative days; an interval has one sign.
  if (seconds < 0 && nanos > 0) {
    ++seconds;
    nanos -= kSecond;
  }
  const IntervalQualifier qualifier{DatePart::kDay, DatePart::kSecond, 9, 6};
  return Value::Of(Interval::Seconds(seconds, static_cast<int32_t>(nanos), qualifier));
}

Value MonthsFrom(PyObject* object) {
  const py::object months = py::reinterpret_steal<py::object>(Checked(PyObject_GetAttrString(object, "months")));
  const int64_t n = PyLong_AsLongLong(months.ptr());
  if (n == -1 && PyErr_Occurred() != nullptr) Failed();
  return Value::Of(Interval::Months(n, IntervalQualifier{DatePart::kYear, DatePart::kMonth, 9, 6}));
}

// Guards a container's conversion against one that holds itself.
class Depth {
 public:
  Depth() {
    if (Py_EnterRecursiveCall(" in a parameter") != 0) Failed();
  }
  ~Depth() { Py_LeaveRecursiveCall(); }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
};

std::vector<Value> ElementsFrom(PyObject* sequence, Numbers numbers) {
  const Depth depth;
  std::vector<Value> elements;
  const py::object iterator = py::reinterpret_steal<py::object>(Checked(PyObject_GetIter(sequence)));
  while (PyObject* next = PyIter_Next(iterator.ptr())) {
    const py::object element = py::reinterpret_steal<py::object>(next);
    elements.push_back(FromPython(element.ptr(), numbers));
  }
  if (PyErr_Occurred() != nullptr) Failed();
  return elements;
}

Value SetFrom(PyObject* object, Numbers numbers) {
  Result<Value> set = Value::Set(ElementsFrom(object, numbers));
  if (!set.ok()) RaiseNamed("DataError", "a set: " + set.status().message());
  return *set;
}

Value StructFrom(PyObject* mapping, Numbers numbers) {
  const Depth depth;
  std::vector<Field> fields;
  const py::object items = py::reinterpret_steal<py::object>(Checked(PyMapping_Items(mapping)));
  const Py_ssize_t count = PyList_GET_SIZE(items.ptr());
  fields.reserve(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* pair = PyList_GET_ITEM(items.ptr(), i);
    fields.push_back(Field{std::string(Text(PyTuple_GET_ITEM(pair, 0), "the name of an attribute")),
                           FromPython(PyTuple_GET_ITEM(pair, 1), numbers)});
  }
  return Value::Struct(std::move(fields));
}

Value BufferFrom(PyObject* object) {
  Py_buffer buffer;
  if (PyObject_GetBuffer(object, &buffer, PyBUF_CONTIG_RO) != 0) Failed();
  Value v = Value::Blob(std::string_view(static_cast<const char*>(buffer.buf), static_cast<size_t>(buffer.len)));
  PyBuffer_Release(&buffer);
  return v;
}

bool IsA(PyObject* object, PyObject* type) {
  const int is = PyObject_IsInstance(object, type);
  if (is < 0) Failed();
  return is != 0;
}

[[noreturn]] void NoValue(PyObject* object) {
  throw py::type_error(std::string("no value of Parton's: ") + Py_TYPE(object)->tp_name);
}

Value RareFrom(PyObject* object, Numbers numbers) {
  if (IsA(object, decimal_type)) return DecimalFrom(object);
  if (PyDateTime_Check(object)) return DateTimeFrom(object);
  if (PyDate_Check(object)) {
    return Value::Of(Date{PyDateTime_GET_YEAR(object), static_cast<uint8_t>(PyDateTime_GET_MONTH(object)),
                          static_cast<uint8_t>(PyDateTime_GET_DAY(object))});
  }
  if (PyTime_Check(object)) return TimeFrom(object);
  if (PyDelta_Check(object)) return DeltaFrom(object);
  if (IsA(object, months_type)) return MonthsFrom(object);
  if (PyAnySet_Check(object)) return SetFrom(object, numbers);
  if (IsA(object, mapping_type)) return StructFrom(object, numbers);
  if (PyObject_CheckBuffer(object) && !PyIndex_Check(object)) return BufferFrom(object);
  if (PyIndex_Check(object)) {
    const py::object index = py::reinterpret_steal<py::object>(Checked(PyNumber_Index(object)));
    return IntFrom(index.ptr());
  }
  NoValue(object);
}

}  // namespace

void InitConvert(py::module_& module) {
  PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) Failed();
  decimal_type = py::object(py::module_::import("decimal").attr("Decimal")).release().ptr();
  mapping_type = py::object(py::module_::import("collections.abc").attr("Mapping")).release().ptr();
  const py::module_ values = py::module_::import("parton.values");
  missing = py::object(values.attr("MISSING")).release().ptr();
  months_type = py::object(values.attr("Months")).release().ptr();
  (void)module;
}

PyObject* ToPython(const Value& value, Numbers numbers) {
  switch (value.type()) {
    case Type::kMissing: return Py_NewRef(missing);
    case Type::kNull: Py_RETURN_NONE;
    case Type::kBool: return PyBool_FromLong(value.bool_value() ? 1 : 0);
    case Type::kInt: return IntOf(value, numbers);
    case Type::kDecimal: return DecimalOf(value.number().ToText());
    case Type::kFloat:
      if (numbers == Numbers::kBoto3) {
        const Result<Number> exact = value.AsNumber();
        if (exact.ok()) return DecimalOf(exact->ToText());
      }
      return Checked(PyFloat_FromDouble(value.float_value()));
    case Type::kString:
    case Type::kSymbol: return TextOf(value.bytes());
    case Type::kBlob:
    case Type::kClob: return BytesOf(value.bytes());
    case Type::kDate: return DateOf(value.date());
    case Type::kTime: return TimeOf(value.time());
    case Type::kTimestamp: return TimestampOf(value.timestamp());
    case Type::kInterval: return IntervalOf(value.interval());
    case Type::kList:
    case Type::kSexp:
    case Type::kBag: return ListOf(value.elements(), numbers);
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return SetOf(value.elements(), numbers);
    case Type::kStruct:
      if (!value.materialized()) return DictOf(value.Materialize().fields(), numbers);
      return DictOf(value.fields(), numbers);
    case Type::kGraph: return DictOf(value.fields(), numbers);
  }
  RaiseNamed("InternalError", "a value of an unknown type");
}

Value FromPython(PyObject* object, Numbers numbers) {
  if (PyUnicode_Check(object)) return Value::String(Text(object, "a text"));
  if (object == Py_None) return Value::Null();
  if (PyBool_Check(object)) return Value::Bool(object == Py_True);
  if (PyLong_Check(object)) return IntFrom(object);
  if (PyFloat_Check(object)) {
    if (numbers == Numbers::kBoto3) throw py::type_error("Float types are not supported. Use Decimal types instead.");
    return Value::Float(PyFloat_AS_DOUBLE(object));
  }
  if (object == missing) return Value::Missing();
  if (PyDict_Check(object)) return StructFrom(object, numbers);
  if (PyList_Check(object) || PyTuple_Check(object)) return Value::List(ElementsFrom(object, numbers));
  if (PyBytes_Check(object)) {
    return Value::Blob(std::string_view(PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))));
  }
  return RareFrom(object, numbers);
}

std::vector<Value> Positional(PyObject* sequence, Numbers numbers) {
  if (PyUnicode_Check(sequence) || PyBytes_Check(sequence) || PyAnySet_Check(sequence)) {
    throw py::type_error(std::string("parameters are a sequence or a mapping, not a ") + Py_TYPE(sequence)->tp_name);
  }
  return ElementsFrom(sequence, numbers);
}

std::vector<std::pair<std::string, Value>> Named(PyObject* mapping, Numbers numbers) {
  std::vector<std::pair<std::string, Value>> parameters;
  const py::object items = py::reinterpret_steal<py::object>(Checked(PyMapping_Items(mapping)));
  for (const py::handle pair : items) {
    parameters.emplace_back(Text(PyTuple_GET_ITEM(pair.ptr(), 0), "the name of a parameter"),
                            FromPython(PyTuple_GET_ITEM(pair.ptr(), 1), numbers));
  }
  return parameters;
}

std::string_view Text(PyObject* object, const char* what) {
  if (!PyUnicode_Check(object)) {
    throw py::type_error(std::string(what) + " is a str, not a " + Py_TYPE(object)->tp_name);
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) Failed();
  return {text, static_cast<size_t>(size)};
}

}  // namespace parton::python
