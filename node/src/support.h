// Node-API in the shape this package uses it: errors as C++ exceptions, work on other threads as promises.
#ifndef PARTON_NODE_SUPPORT_H_
#define PARTON_NODE_SUPPORT_H_

#define NAPI_VERSION 8
#include <node_api.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton::node {

// A JavaScript exception is pending.
struct Pending {};

void Check(napi_env env, napi_status status);
[[noreturn]] void ThrowType(napi_env env, const std::string& message);
// Throws the PartonError of a status.
[[noreturn]] void Throw(napi_env env, const Status& status);
napi_value ErrorOf(napi_env env, const Status& status);

// What JavaScript gives the module when it is loaded, for one environment.
struct Classes {
  napi_ref error = nullptr;
  napi_ref decimal = nullptr;
};
Classes& ClassesOf(napi_env env);

// ---- Values. MISSING undefined · NULL null · INT number, or bigint beyond 2^53 · DECIMAL Decimal · FLOAT number ·
// BLOB Buffer · TIMESTAMP Date · DATE, TIME, INTERVAL their text · LIST, BAG Array · sets Set · STRUCT object
napi_value ToJs(napi_env env, const Value& value);
Value FromJs(napi_env env, napi_value value, int depth = 0);

napi_value String(napi_env env, std::string_view text);
std::string TextOf(napi_env env, napi_value value, const char* what);
napi_value Undefined(napi_env env);
void SetProperty(napi_env env, napi_value object, const char* name, napi_value value);
// undefined if it is not there, or `object` is undefined.
napi_value Property(napi_env env, napi_value object, const char* name);
bool IsUndefined(napi_env env, napi_value value);
bool FlagOf(napi_env env, napi_value object, const char* name, bool otherwise);

// Names and values of an object.
std::vector<std::pair<std::string, Value>> NamedValues(napi_env env, napi_value object);
// Elements of an array.
std::vector<Value> Values(napi_env env, napi_value array);

// ---- Work. `work` runs without JavaScript, here (`now`) or on another thread; then `done` makes the result on the
// thread of JavaScript. Returns the result, or a promise of it.
using Work = std::function<Status()>;
using Done = std::function<napi_value(napi_env)>;
napi_value Run(napi_env env, bool now, Work work, Done done);
// For work that mostly waits: on a thread of its own, since Node's are few. Gives a promise.
napi_value RunApart(napi_env env, Work work, Done done);

// ---- Objects of C++ that JavaScript holds.
template <typename T>
napi_value Hold(napi_env env, std::shared_ptr<T> object) {
  napi_value result;
  auto* held = new std::shared_ptr<T>(std::move(object));
  const napi_status status = napi_create_external(
      env, held, [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<T>*>(data); }, nullptr, &result);
  if (status != napi_ok) delete held;
  Check(env, status);
  const napi_status tagged = napi_type_tag_object(env, result, &T::kTag);
  Check(env, tagged);
  return result;
}

template <typename T>
std::shared_ptr<T> Held(napi_env env, napi_value value) {
  bool ours = false;
  napi_valuetype type;
  Check(env, napi_typeof(env, value, &type));
  if (type == napi_external) Check(env, napi_check_object_type_tag(env, value, &T::kTag, &ours));
  if (!ours) ThrowType(env, "not an object of this package");
  void* data = nullptr;
  Check(env, napi_get_value_external(env, value, &data));
  return *static_cast<std::shared_ptr<T>*>(data);
}

}  // namespace parton::node

#endif  // PARTON_NODE_SUPPORT_H_
