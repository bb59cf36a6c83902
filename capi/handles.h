// What is behind the handles of include/parton.h, and what every one of its functions does around its work.
#ifndef PARTON_CAPI_HANDLES_H_
#define PARTON_CAPI_HANDLES_H_

#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton.h"
#include "parton/change_feed.h"
#include "parton/database.h"

// In the order of declaration: the error, and what it gives views of.
struct parton_error {
  explicit parton_error(parton::Status s);
  parton::Status status;
  std::string text;
  std::vector<std::unique_ptr<parton_error>> reasons;
};

namespace parton::capi {

class Values;

}  // namespace parton::capi

// A value, and what was asked of it. Nothing of that is given up before the value: there are views of it.
struct parton_value {
  parton::Value value;
  parton::Value decoded;                      // an item from storage with its fields, once they are counted through
  parton::capi::Values* values = nullptr;     // where the values inside of it are kept
  std::vector<const parton_value*> children;  // by place; null: not asked for yet
  std::string bytes;
  std::string written[PARTON_LITERAL + 1];  // by format
};

namespace parton::capi {

// Values that are valid together: a row and all inside of it. They are used again after Clear().
class Values {
 public:
  Values() = default;
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  parton_value* Add(Value value);
  void Clear();

 private:
  std::deque<parton_value> all_;
  size_t used_ = 0;
};

// A value of the caller's.
struct OwnValue : parton_value {
  Values inside;
  explicit OwnValue(Value v) {
    value = std::move(v).Own();
    values = &inside;
  }
};

// MISSING, which is everywhere that nothing is.
const parton_value* MissingValue();
inline const Value& ValueOf(const parton_value* v) { return v == nullptr ? MissingValue()->value : v->value; }

inline std::string_view Text(const char* text, size_t size) {
  if (text == nullptr) return {};
  return {text, size == PARTON_NUL ? std::strlen(text) : size};
}
inline std::string_view Text(const char* text) { return Text(text, PARTON_NUL); }
inline parton_view View(const std::string& s) { return {s.c_str(), s.size()}; }
inline parton_view EmptyView() { return {"", 0}; }

// Gives `status` to the caller: *error, if it is asked for, and the code.
parton_status Report(Status status, parton_error** error) noexcept;
Status NullHandle(const char* what);

// The status of the exception that is being handled.
Status Thrown() noexcept;

// Runs `body`, which gives a Status; what it throws is an error.
template <typename Body>
parton_status Entry(parton_error** error, Body&& body) noexcept {
  Status status;
  try {
    status = body();
  } catch (...) {
    status = Thrown();
  }
  return Report(std::move(status), error);
}

// Runs `body` for its result; `otherwise` if it throws.
template <typename T, typename Body>
T OrElse(T otherwise, Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    return otherwise;
  }
}

// The members of a struct of the caller's, which may be of an older version: what it has not is 0.
template <typename T>
Status Given(const T* given, T* all) {
  std::memset(all, 0, sizeof(T));
  all->struct_size = sizeof(T);
  if (given == nullptr) return Status::Ok();
  if (given->struct_size < sizeof(size_t) || given->struct_size > 4096) {
    return Status::Validation("struct_size of a struct is not set to its size");
  }
  std::memcpy(all, given, given->struct_size < sizeof(T) ? given->struct_size : sizeof(T));
  return Status::Ok();
}

// A prepared statement, shared with its results: they may be freed in any order.
struct PreparedStatement {
  std::unique_ptr<Statement> statement;
  uint64_t runs = 0;
};

}  // namespace parton::capi

struct parton_database {
  std::unique_ptr<parton::Database> database;
};

struct parton_connection {
  std::unique_ptr<parton::Connection> connection;
};

struct parton_statement {
  std::shared_ptr<parton::capi::PreparedStatement> prepared;
};

struct parton_result {
  // Of a statement that ran once; else `prepared` has it, as long as it was not run again since.
  std::unique_ptr<parton::ResultSet> own;
  std::shared_ptr<parton::capi::PreparedStatement> prepared;
  parton::ResultSet* rows = nullptr;
  uint64_t run = 0;

  parton::capi::Values values;
  const parton_value* row = nullptr;
  std::vector<const parton_value*> columns;
  bool value_given = false;
  std::string notices;
  size_t notice_count = 0;  // in it

  bool current() const { return prepared == nullptr || prepared->runs == run; }
};

struct parton_feed {
  std::unique_ptr<parton::ChangeFeed> feed;
  parton::capi::Values values;
  std::vector<const parton_value*> changes;
};

// What a call of a function of the program gives.
struct parton_call {
  parton::Value result;
  parton::Status status;
};

#endif  // PARTON_CAPI_HANDLES_H_
