// Linked into test programs: the planner checks what its rules make.
#include "planner/settings.h"

namespace parton {
namespace {

[[maybe_unused]] const bool kSet = [] { return validate_plans_by_default = true; }();

}  // namespace
}  // namespace parton
