#include "planner/dynamo_dialect.h"

namespace parton {

Status CheckDynamoDialect(const ast::Statement&) { return Status::Ok(); }

}  // namespace parton
