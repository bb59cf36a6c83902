// What is kept of imports that are done, so that they can be described later: also when the table is gone, and after
// the database was closed.
#ifndef PARTON_SESSION_TRANSFER_IMPORT_RECORDS_H_
#define PARTON_SESSION_TRANSFER_IMPORT_RECORDS_H_

#include <string_view>
#include <vector>

#include "parton/backups.h"
#include "parton/status.h"
#include "storage/table_store.h"

namespace parton {

// The records of imports stand beside those of unfinished ones; their names begin so.
inline constexpr std::string_view kDoneImport = "done-";

// Keeps it for 90 days, and forgets those that are older. REQUIRES: the store has records.
Status KeepImport(TableStore* store, const ImportDescription& import, int64_t now_ms);
// Oldest first.
Result<std::vector<ImportDescription>> KeptImports(TableStore* store);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_IMPORT_RECORDS_H_
