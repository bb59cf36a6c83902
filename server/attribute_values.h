// Attribute values of a request as Parton's values.
#ifndef PARTON_SERVER_ATTRIBUTE_VALUES_H_
#define PARTON_SERVER_ATTRIBUTE_VALUES_H_

#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "server/json_input.h"

namespace parton::server {

// Errors (kValidation) have DynamoDB's words: an empty set, a number that is none, no type or several, ...
Result<Value> ToValue(const Node& attribute_value);
// A map of attribute values as a STRUCT: an item, or a key.
Result<Value> ToItem(const Input& map);

// The same for parts of requests: what is wrong goes to `*error`, and the value is MISSING. An absent map is MISSING
// too.
Value ToItem(const Input& map, Status* error);
// ":v" and values. The hint of an error is the name.
std::vector<std::pair<std::string, Value>> ToNamedValues(const Input& map, Status* error);
std::vector<Value> ToValues(const Input& list, Status* error);

}  // namespace parton::server

#endif  // PARTON_SERVER_ATTRIBUTE_VALUES_H_
