#include "functions.h"

#include "link.h"
#include "parton/functions.h"

namespace py = pybind11;

namespace parton::python {
namespace {

// A Python object that the engine holds: it may end on any thread, and after the interpreter.
std::shared_ptr<py::object> Held(py::object object) {
  return {new py::object(std::move(object)), [](py::object* held) {
            if (Py_IsInitialized() == 0) return;  // the interpreter has freed it
            const py::gil_scoped_acquire locked;
            delete held;
          }};
}

// What `body` gives, with the interpreter's lock; what it raises, as a status.
template <typename Body>
auto InPython(Body body) -> decltype(body()) {
  if (Py_IsInitialized() == 0) return Status::Internal("Python has ended");
  const py::gil_scoped_acquire locked;
  try {
    return body();
  } catch (py::error_already_set& e) {
    return StatusOfPython(e);
  } catch (const py::builtin_exception& e) {
    e.set_error();
    py::error_already_set error;
    return StatusOfPython(error);
  } catch (const std::exception& e) {
    return Status::Validation(e.what());
  }
}

py::tuple Arguments(std::span<const Value> args, Numbers numbers) {
  py::tuple out(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    PyTuple_SET_ITEM(out.ptr(), static_cast<Py_ssize_t>(i), ToPython(args[i], numbers));
  }
  return out;
}

// An aggregate by a Python class: step(value), finish() -> value, and if it can merge(other). One without merge gets
// its values at the end, in one go.
class PythonAggregate final : public Aggregate {
 public:
  PythonAggregate(std::shared_ptr<py::object> type, bool merges, Numbers numbers)
      : type_(std::move(type)), merges_(merges), numbers_(numbers) {}

  Status Add(const Value& v) override {
    if (!merges_) {
      kept_.push_back(v.Own());
      kept_bytes_ += kept_.back().ApproximateBytes();
      return Status();
    }
    return InPython([&] {
      Step(&Instance(), v);
      return Status();
    });
  }

  Status Merge(Aggregate& other) override {
    auto& from = static_cast<PythonAggregate&>(other);
    if (!merges_) {
      for (Value& v : from.kept_) kept_.push_back(std::move(v));
      kept_bytes_ += std::exchange(from.kept_bytes_, 0);
      from.kept_.clear();
      return Status();
    }
    if (from.instance_ == nullptr) return Status();
    return InPython([&] {
      Instance().attr("merge")(*from.instance_);
      return Status();
    });
  }

  Result<Value> Finish() override {
    return InPython([&]() -> Result<Value> {
      if (merges_) return FromPython(Instance().attr("finish")().ptr(), numbers_);
      py::object instance = (*type_)();
      for (const Value& v : kept_) Step(&instance, v);
      return FromPython(instance.attr("finish")().ptr(), numbers_);
    });
  }

  void Reset() override {
    instance_.reset();
    kept_.clear();
    kept_bytes_ = 0;
  }

  size_t MemoryUsed() const override { return kept_bytes_ + kept_.capacity() * sizeof(Value); }

 private:
  py::object& Instance() {
    if (instance_ == nullptr) instance_ = Held((*type_)());
    return *instance_;
  }
  void Step(py::object* instance, const Value& v) const { instance->attr("step")(ToObject(v, numbers_)); }

  std::shared_ptr<py::object> type_;
  const bool merges_;
  const Numbers numbers_;
  std::shared_ptr<py::object> instance_;  // of merges_
  std::vector<Value> kept_;               // of others
  size_t kept_bytes_ = 0;
};

void AddFunction(Link& link, const std::string& name, py::object callable, int min_args, int max_args,
                 bool deterministic, bool takes_absent, const std::string& doc) {
  Function function;
  function.name = name;
  function.min_args = min_args;
  function.max_args = max_args;
  function.deterministic = deterministic;
  function.takes_absent = takes_absent;
  function.doc = doc;
  function.call = [held = Held(std::move(callable)),
                   numbers = link.numbers()](std::span<const Value> args) -> Result<Value> {
    return InPython([&]() -> Result<Value> {
      const py::object result =
          py::reinterpret_steal<py::object>(PyObject_Call(held->ptr(), Arguments(args, numbers).ptr(), nullptr));
      if (!result) throw py::error_already_set();
      return FromPython(result.ptr(), numbers);
    });
  };
  RaiseIfError(link.OnDatabase([&](Database& d) { return d.AddFunction(std::move(function)); }));
}

void AddAggregate(Link& link, const std::string& name, py::object type, const std::string& doc) {
  const bool merges = py::hasattr(type, "merge");
  AggregateDefinition definition;
  definition.name = name;
  definition.doc = doc;
  definition.make = [held = Held(std::move(type)), merges, numbers = link.numbers()] {
    return std::make_unique<PythonAggregate>(held, merges, numbers);
  };
  RaiseIfError(link.OnDatabase([&](Database& d) { return d.AddAggregate(std::move(definition)); }));
}

}  // namespace

void DefineFunctions(py::module_& module) {
  module.def("add_function", &AddFunction);
  module.def("add_aggregate", &AddAggregate);
  module.def("remove_function", [](Link& link, const std::string& name) {
    RaiseIfError(link.OnDatabase([&](Database& d) { return d.RemoveFunction(name); }));
  });
}

}  // namespace parton::python
