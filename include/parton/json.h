// JSON into Values; Value::ToJson is the way back. DynamoDB-JSON: Value::FromDynamoJson.
#ifndef PARTON_JSON_H_
#define PARTON_JSON_H_

#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// One JSON text; only blanks may follow. Numbers are exact: one that is integral and has no point (1, 1e3) is an INT,
// any other a DECIMAL. Errors (kValidation) name the byte offset: what is no UTF-8 or no JSON, numbers of more than 38
// significant digits, nesting deeper than 256.
Result<Value> ParseJson(std::string_view text);

}  // namespace parton

#endif  // PARTON_JSON_H_
