// include/parton/backups.h on top of the store.
#ifndef PARTON_SESSION_TABLES_BACKUPS_H_
#define PARTON_SESSION_TABLES_BACKUPS_H_

#include <memory>

#include "parton/backups.h"

namespace parton {

struct DatabaseState;

std::unique_ptr<Backups> MakeBackups(DatabaseState* db);

}  // namespace parton

#endif  // PARTON_SESSION_TABLES_BACKUPS_H_
