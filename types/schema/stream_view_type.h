#ifndef PARTON_TYPES_SCHEMA_STREAM_VIEW_TYPE_H_
#define PARTON_TYPES_SCHEMA_STREAM_VIEW_TYPE_H_

#include <string_view>

#include "types/schema/schema.h"

namespace parton {

// DynamoDB's StreamViewType: "KEYS_ONLY", "NEW_AND_OLD_IMAGES", ...; "OFF".
std::string_view StreamViewType(StreamView view);

}  // namespace parton

#endif  // PARTON_TYPES_SCHEMA_STREAM_VIEW_TYPE_H_
