// Older formats of a database, and the way to this one.
//
// Step n takes a database of format n to n + 1. It may write many batches and be run again after a crash in its
// middle; then the format record is raised and synced. A change of the format adds a step here and raises
// kFormatVersion (key_layout.h).
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_UPGRADE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_UPGRADE_H_

#include <cstdint>
#include <vector>

#include "parton/status.h"

namespace parton {

class Engine;

using UpgradeStep = Status (*)(Engine*);

// Of format 1 first. There are none yet: 1 is the only format there was.
const std::vector<UpgradeStep>& UpgradeSteps();

// Takes a database of format `from` through the remaining steps.
// REQUIRES: LevelDB is open, nothing of the database is loaded.
Status UpgradeFormat(Engine* engine, uint64_t from, const std::vector<UpgradeStep>& steps);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_UPGRADE_H_
