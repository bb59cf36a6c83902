// Positions in a table or index as text: what ResultSet::position() gives, and LIMIT n AFTER takes.
//
//   token := base64 of: version (1) varint(table id) varint(index id, 0: the table) position u32(checksum, big endian)
//
// The ids are the store's: a table that was made again, or truncated, has others.
#ifndef PARTON_EXECUTOR_POSITION_TOKEN_H_
#define PARTON_EXECUTOR_POSITION_TOKEN_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "planner/plan/plan.h"

namespace parton {

std::string MakePositionToken(const Plan::Access& access, std::string_view position);
// The position. Errors (kValidation): the token is damaged, or none; it is of another table or index.
Result<std::string> ReadPositionToken(const Plan::Access& access, std::string_view token);

}  // namespace parton

#endif  // PARTON_EXECUTOR_POSITION_TOKEN_H_
