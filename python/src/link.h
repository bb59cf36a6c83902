// Connections as the Python package holds them: databases that are shared by path, and one lock for each connection.
#ifndef PARTON_PYTHON_LINK_H_
#define PARTON_PYTHON_LINK_H_

#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bindings/shared_database.h"
#include "convert.h"
#include "errors.h"
#include "parton/database.h"

namespace parton::python {

using bindings::ForkGeneration;
using bindings::SharedDatabase;

// Releases the interpreter's lock while it lives, if this thread has it.
class Unlocked {
 public:
  Unlocked() : state_(PyGILState_Check() != 0 ? PyEval_SaveThread() : nullptr) {}
  ~Unlocked() {
    if (state_ != nullptr) PyEval_RestoreThread(state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* state_;
};

// A connection. Any thread may use it; calls take turns.
class Link {
 public:
  Link(std::shared_ptr<SharedDatabase> database, Numbers numbers);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Calls `body(Connection&)` with the connection to itself and the interpreter unlocked; gives what it gives.
  // Throws InterfaceError if the connection is closed, ProgrammingError if a function that a statement of this
  // connection calls uses the connection.
  template <typename Body>
  auto Call(Body body) {
    Check();
    ForgetRaised();
    const auto in_turn = [&] {
      const Unlocked unlocked;
      const Turn turn(*this);
      if (connection_ == nullptr) throw ClosedMeanwhile();
      return body(*connection_);
    };
    auto result = OpenOrRaise(in_turn);
    // Ctrl-C when all was done.
    if (PyErr_Occurred() != nullptr) [[unlikely]]
      throw pybind11::error_already_set();
    return result;
  }
  // The same with the database, which needs no turn.
  template <typename Body>
  auto OnDatabase(Body body) {
    Check();
    ForgetRaised();
    return OpenOrRaise([&] {
      const Unlocked unlocked;
      // The last to have it closes it, and that waits for functions in Python.
      const std::shared_ptr<SharedDatabase> database = this->database();
      if (database == nullptr) throw ClosedMeanwhile();
      return body(**database);
    });
  }

  // Ends a result, now or when its connection is free.
  void Discard(std::unique_ptr<ResultSet> result);
  void Close();
  bool closed() const { return closed_; }
  // From any thread, without a turn.
  void Cancel();

  Numbers numbers() const { return numbers_; }
  // Null: closed.
  std::shared_ptr<SharedDatabase> database() const {
    const std::lock_guard<std::mutex> lock(close_mutex_);
    return database_;
  }

 private:
  class Turn {
   public:
    explicit Turn(Link& link) : link_(link), lock_(link.mutex_) {
      link_.holder_ = std::this_thread::get_id();
      link_.discarded_.clear();
    }
    ~Turn() { link_.holder_ = std::thread::id(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Link& link_;
    std::lock_guard<std::mutex> lock_;
  };

  // Another thread closed the connection while this one waited.
  struct ClosedMeanwhile {};
  template <typename Body>
  static auto OpenOrRaise(Body body) {
    try {
      return body();
    } catch (const ClosedMeanwhile&) {
      RaiseNamed("InterfaceError", "the connection is closed");
    }
  }

  // Throws unless this thread may use the connection.
  void Check() const;

  std::shared_ptr<SharedDatabase> database_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<ResultSet>> discarded_;
  std::mutex mutex_;
  std::atomic<std::thread::id> holder_{};
  std::atomic<bool> closed_ = false;
  mutable std::mutex close_mutex_;  // Close against Cancel and database()
  const Numbers numbers_;
  const unsigned generation_ = ForkGeneration();
};

// Closes all that is open: the interpreter ends.
void CloseAll();

void DefineLink(pybind11::module_& module);
void DefineItems(pybind11::class_<Link, std::shared_ptr<Link>>& link);

}  // namespace parton::python

#endif  // PARTON_PYTHON_LINK_H_
