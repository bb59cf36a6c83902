// include/parton/tables.h on top of the store.
#ifndef PARTON_SESSION_TABLES_TABLES_H_
#define PARTON_SESSION_TABLES_TABLES_H_

#include <memory>
#include <string_view>

#include "parton/status.h"
#include "parton/tables.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;
class Triggers;

std::unique_ptr<Tables> MakeTables(DatabaseState* db);

// Drops the table and its triggers.
Status DropTable(TableStore& store, Triggers& triggers, std::string_view table, const StoreProgress& progress);

}  // namespace parton

#endif  // PARTON_SESSION_TABLES_TABLES_H_
