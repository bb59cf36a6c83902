// Values as text: the parts of Value::ToLiteral, ToJson and ToDynamoJson.
#ifndef PARTON_TYPES_VALUE_VALUE_PRINT_H_
#define PARTON_TYPES_VALUE_VALUE_PRINT_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// 'it''s'
void AppendQuoted(std::string_view s, char quote, std::string* out);
// "a ""b"""
std::string QuoteIdentifier(std::string_view name);
// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string_view s, std::string* out);

void AppendLiteral(const Value& v, std::string* out);
void AppendJson(const Value& v, std::string* out);
// Ion text, without back-ticks. What Ion lacks is annotated: $bag::[], $missing::null, $date::...
void AppendIon(const Value& v, std::string* out);

// {"id":{"N":"1"}}: a STRUCT without the M around it, as S3 exports and the API have items.
// Error: a type DynamoDB does not have.
Result<std::string> ItemToDynamoJson(const Value& item);

// Shortest decimal that reads back: 1e0, 1.5e-7, -0e0. REQUIRES: finite
std::string FloatToText(double d);

}  // namespace parton

#endif  // PARTON_TYPES_VALUE_VALUE_PRINT_H_
