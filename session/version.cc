#include "parton/database.h"

namespace parton {

// CMakeLists.txt says which.
std::string_view Version() { return PARTON_VERSION; }

}  // namespace parton
