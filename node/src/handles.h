// What JavaScript holds of the engine, and how functions of the module are called.
#ifndef PARTON_NODE_HANDLES_H_
#define PARTON_NODE_HANDLES_H_

#include <array>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "bindings/shared_database.h"
#include "parton/database.h"
#include "support.h"

namespace parton::node {

using bindings::SharedDatabase;

struct DatabaseHandle {
  static constexpr napi_type_tag kTag = {0x7061'7274'6f6e'6462, 0x8f2e'3c1a'5b77'0001};
  std::mutex mutex;
  std::shared_ptr<SharedDatabase> database;  // null: closed

  std::shared_ptr<SharedDatabase> Get() {
    const std::lock_guard<std::mutex> lock(mutex);
    return database;
  }
};

inline Status Closed() { return Status::Validation("the database is closed"); }

// One statement at a time; index.js sees to that, and a second one at once is an error.
struct ConnectionHandle {
  static constexpr napi_type_tag kTag = {0x7061'7274'6f6e'6462, 0x8f2e'3c1a'5b77'0002};
  std::shared_ptr<SharedDatabase> database;
  std::unique_ptr<Connection> connection;
  std::mutex mutex;  // for `busy` and Cancel
  bool busy = false;

  ~ConnectionHandle() { connection.reset(); }
};

class Use {
 public:
  explicit Use(ConnectionHandle* handle) : handle_(handle) {
    const std::lock_guard<std::mutex> lock(handle->mutex);
    if (handle->connection == nullptr) {
      status_ = Closed();
    } else if (handle->busy) {
      status_ = Status::Validation("the connection runs another statement");
    } else {
      handle->busy = true;
    }
  }
  ~Use() {
    if (!status_.ok()) return;
    const std::lock_guard<std::mutex> lock(handle_->mutex);
    handle_->busy = false;
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  const Status& status() const { return status_; }

 private:
  ConnectionHandle* handle_;
  Status status_;
};

// ---- Arguments

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = values_.size();
    Check(env, napi_get_cb_info(env, info, &count, values_.data(), nullptr, nullptr));
    for (size_t i = count; i < values_.size(); ++i) values_[i] = Undefined(env);
  }
  napi_value operator[](size_t i) const { return values_[i]; }
  std::string Text(size_t i, const char* what) const { return TextOf(env_, values_[i], what); }
  bool Flag(size_t i) const {
    bool flag = false;
    Check(env_, napi_get_value_bool(env_, values_[i], &flag));
    return flag;
  }
  size_t Count(size_t i) const {
    int64_t n = 0;
    Check(env_, napi_get_value_int64(env_, values_[i], &n));
    return n < 1 ? 1 : static_cast<size_t>(n);
  }

 private:
  napi_env env_;
  std::array<napi_value, 8> values_{};
};

// ---- Functions of the module

using Function = napi_value (*)(napi_env, const Arguments&);

template <Function function>
napi_value Call(napi_env env, napi_callback_info info) {
  try {
    return function(env, Arguments(env, info));
  } catch (const Pending&) {
  } catch (const std::exception& e) {
    napi_throw_error(env, nullptr, e.what());
  }
  return nullptr;
}

template <Function function>
void Export(napi_env env, napi_value exports, const char* name) {
  napi_value made;
  Check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, Call<function>, nullptr, &made));
  SetProperty(env, exports, name, made);
}

}  // namespace parton::node

#endif  // PARTON_NODE_HANDLES_H_
