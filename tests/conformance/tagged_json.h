// Values of the suite's files: JSON in which `{"$int": "5"}` and its like tell the type.
#ifndef PARTON_TESTS_CONFORMANCE_TAGGED_JSON_H_
#define PARTON_TESTS_CONFORMANCE_TAGGED_JSON_H_

#include <rapidjson/document.h>

#include "parton/status.h"
#include "parton/value.h"

namespace parton::conformance {

// Error (kValidation): an unknown tag, or a payload that does not fit it.
Result<Value> FromTaggedJson(const rapidjson::Value& json);

}  // namespace parton::conformance

#endif  // PARTON_TESTS_CONFORMANCE_TAGGED_JSON_H_
