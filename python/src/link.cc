#include "link.h"

#include <pybind11/stl.h>

#include <set>

namespace py = pybind11;

namespace parton::python {
namespace {

struct OpenLinks {
  std::mutex mutex;
  std::set<Link*> links;
};
OpenLinks& Links() {
  static auto* const links = new OpenLinks;  // NOLINT
  return *links;
}

// Ctrl-C ends a statement: the handler of the signal raises KeyboardInterrupt, which Raise() finds.
bool GoOn(uint64_t done, uint64_t total) {
  (void)done;
  (void)total;
  const py::gil_scoped_acquire locked;
  return PyErr_CheckSignals() == 0;
}

}  // namespace

Link::Link(std::shared_ptr<SharedDatabase> database, Numbers numbers)
    : database_(std::move(database)), connection_((*database_)->Connect()), numbers_(numbers) {
  connection_->SetProgress(GoOn);
  const std::lock_guard<std::mutex> lock(Links().mutex);
  Links().links.insert(this);
}

Link::~Link() {
  {
    const Unlocked unlocked;
    const std::lock_guard<std::mutex> lock(Links().mutex);
    Links().links.erase(this);
  }
  Close();
}

void Link::Check() const {
  if (closed_) RaiseNamed("InterfaceError", "the connection is closed");
  if (generation_ != ForkGeneration()) {
    RaiseNamed("InterfaceError", "the connection was opened before this process was forked: connect anew");
  }
  if (holder_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    RaiseNamed("ProgrammingError", "a function uses the connection of the statement that calls it: give it its own");
  }
}

void Link::Discard(std::unique_ptr<ResultSet> result) {
  if (result == nullptr) return;
  if (generation_ != ForkGeneration()) {
    (void)result.release();  // the parent's
    return;
  }
  if (holder_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    discarded_.push_back(std::move(result));
    return;
  }
  const Unlocked unlocked;
  const Turn turn(*this);
  result.reset();
}

void Link::Close() {
  if (closed_) return;
  if (generation_ != ForkGeneration()) {
    closed_ = true;
    (void)connection_.release();
    new std::shared_ptr<SharedDatabase>(std::move(database_));  // NOLINT: the parent's, never ended here
    return;
  }
  if (holder_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    RaiseNamed("ProgrammingError", "a function closes the connection of the statement that calls it");
  }
  const Unlocked unlocked;
  std::shared_ptr<SharedDatabase> database;
  {
    const Turn turn(*this);
    const std::lock_guard<std::mutex> lock(close_mutex_);
    closed_ = true;
    connection_.reset();
    database = std::move(database_);
  }
  database.reset();
}

void Link::Cancel() {
  const std::lock_guard<std::mutex> lock(close_mutex_);
  if (connection_ != nullptr && generation_ == ForkGeneration()) connection_->Cancel();
}

void CloseAll() {
  std::set<Link*> links;
  {
    const std::lock_guard<std::mutex> lock(Links().mutex);
    links.swap(Links().links);
  }
  for (Link* link : links) {
    link->Cancel();
    link->Close();
  }
}

namespace {

std::shared_ptr<Link> OpenLink(const std::string& path, const py::kwargs& named) {
  Options options;
  Numbers numbers = Numbers::kPython;
  const auto size_of = [](const py::handle& v) { return v.cast<size_t>(); };
  for (const auto& [key, v] : named) {
    const auto name = key.cast<std::string>();
    if (name == "read_only") {
      options.read_only = v.cast<bool>();
    } else if (name == "create") {
      options.create_if_missing = v.cast<bool>();
    } else if (name == "durable") {
      options.durable = v.cast<bool>();
    } else if (name == "background") {
      options.background = v.cast<bool>();
    } else if (name == "throttle") {
      options.throttle = v.cast<bool>();
    } else if (name == "threads") {
      options.threads = v.cast<int>();
    } else if (name == "cache_bytes") {
      options.cache_bytes = size_of(v);
    } else if (name == "memory_limit") {
      options.memory_limit_bytes = size_of(v);
    } else if (name == "files") {
      if (!v.is_none()) {
        options.files.all = false;
        options.files.readable = v.cast<std::vector<std::string>>();
      }
    } else if (name == "boto3_numbers") {
      if (v.cast<bool>()) numbers = Numbers::kBoto3;
    } else {
      throw py::type_error("connect() has no argument " + name);
    }
  }
  Result<std::shared_ptr<SharedDatabase>> database = [&] {
    const Unlocked unlocked;
    return SharedDatabase::Open(path, options);
  }();
  return std::make_shared<Link>(ValueOf(std::move(database)), numbers);
}

}  // namespace

void DefineLink(py::module_& module) {
  py::class_<Link, std::shared_ptr<Link>> link(module, "Link");
  link.def_static("open", &OpenLink)
      .def("clone",
           [](Link& self) {
             std::shared_ptr<Link> clone = self.OnDatabase([&](Database&) {
               std::shared_ptr<SharedDatabase> database = self.database();
               return database == nullptr ? nullptr : std::make_shared<Link>(std::move(database), self.numbers());
             });
             if (clone == nullptr) RaiseNamed("InterfaceError", "the connection is closed");
             return clone;
           })
      .def("close", &Link::Close)
      .def_property_readonly("closed", &Link::closed)
      .def("cancel", &Link::Cancel)
      .def("script",
           [](Link& self, const std::string& text) {
             RaiseIfError(self.Call([&](Connection& c) { return c.ExecuteScript(text); }));
           })
      .def("set",
           [](Link& self, const std::string& name, const py::object& value) {
             const Value v = FromPython(value.ptr(), self.numbers());
             RaiseIfError(self.Call([&](Connection& c) { return c.Set(name, v); }));
           })
      .def("setting",
           [](Link& self, const std::string& name) {
             return ToObject(ValueOf(self.Call([&](Connection& c) { return c.Get(name); })), self.numbers());
           })
      .def("begin", [](Link& self) { RaiseIfError(self.Call([](Connection& c) { return c.Begin(); })); })
      .def("commit", [](Link& self) { RaiseIfError(self.Call([](Connection& c) { return c.Commit(); })); })
      .def("rollback", [](Link& self) { RaiseIfError(self.Call([](Connection& c) { return c.Rollback(); })); })
      .def("savepoint",
           [](Link& self, const std::string& name) {
             RaiseIfError(self.Call([&](Connection& c) { return c.MakeSavepoint(name); }));
           })
      .def("rollback_to",
           [](Link& self, const std::string& name) {
             RaiseIfError(self.Call([&](Connection& c) { return c.RollbackTo(name); }));
           })
      .def("release",
           [](Link& self, const std::string& name) {
             RaiseIfError(self.Call([&](Connection& c) { return c.ReleaseSavepoint(name); }));
           })
      .def_property_readonly("in_transaction",
                             [](Link& self) { return self.Call([](Connection& c) { return c.in_transaction(); }); })
      .def("table_names", [](Link& self) { return self.OnDatabase([](Database& d) { return d.TableNames(); }); })
      .def("index_names",
           [](Link& self, const std::string& table) {
             return self.OnDatabase([&](Database& d) { return d.IndexNames(table); });
           })
      .def("key_attributes",
           [](Link& self, const std::string& table) {
             return self.OnDatabase([&](Database& d) { return d.KeyAttributes(table); });
           })
      .def("path", [](Link& self) { return self.OnDatabase([](Database& d) { return d.path(); }); })
      .def("check", [](Link& self) { return self.OnDatabase([](Database& d) { return d.Check(); }); })
      .def("settle", [](Link& self) { RaiseIfError(self.OnDatabase([](Database& d) { return d.Settle(); })); });
  DefineItems(link);
  module.def("close_all", &CloseAll);
}

}  // namespace parton::python
