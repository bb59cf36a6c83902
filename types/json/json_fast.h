// JSON texts of the usual kind, parsed several times as fast as RapidJSON does it into Values.
#ifndef PARTON_TYPES_JSON_JSON_FAST_H_
#define PARTON_TYPES_JSON_JSON_FAST_H_

#include <optional>
#include <string_view>

#include "parton/value.h"

namespace parton {

class ItemBuilder;

// The value of a whole JSON text, as ParseJson (json_reader.h) has it; nullopt if the text is not JSON or in some
// way unusual (deep nesting, numbers of more than 18 digits): ParseJson finds out.
std::optional<Value> ParseUsualJson(std::string_view text);

// The object of a whole JSON text as an encoded item. False: the text is not usual, no object, or `builder` cannot
// make it.
bool ParseUsualItem(std::string_view text, ItemBuilder* builder, Value* item);

}  // namespace parton

#endif  // PARTON_TYPES_JSON_JSON_FAST_H_
