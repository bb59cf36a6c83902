#include "build_facts.h"
#include "parton/build.h"
#include "parton/database.h"
#include "storage/local/local_store.h"

namespace parton {

const BuildInfo& GetBuildInfo() {
  static const BuildInfo info{Version(), PARTON_COMMIT, PARTON_COMPILER, PARTON_LIBRARIES, LocalFormatVersion()};
  return info;
}

}  // namespace parton
