// What DESCRIBE and Tables::Describe tell of a table.
#ifndef PARTON_SESSION_TABLES_TABLE_DESCRIPTION_H_
#define PARTON_SESSION_TABLES_TABLE_DESCRIPTION_H_

#include <memory>
#include <string>

#include "parton/status.h"
#include "parton/tables.h"
#include "storage/table_store.h"
#include "types/schema/schema.h"

namespace parton {

// Without item counts and sizes.
TableDescription DescribeSchema(const TableSchema& table);

// With them. `exact`: everything is counted; else what would take long is estimated. Error: kCancelled.
Result<TableDescription> DescribeTable(TableStore* store, const TableSchema& table, bool exact,
                                       const StoreProgress& progress);

// "2026-01-31T12:00:00.000".
std::string StreamLabel(int64_t created_ms);

}  // namespace parton

#endif  // PARTON_SESSION_TABLES_TABLE_DESCRIPTION_H_
