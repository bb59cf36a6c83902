// Exports of a table in the layout of DynamoDB's exports to S3; import_s3.cc reads it.
#ifndef PARTON_SESSION_TRANSFER_EXPORT_S3_H_
#define PARTON_SESSION_TRANSFER_EXPORT_S3_H_

#include <string>
#include <string_view>
#include <vector>

#include "executor/capacity/clock.h"
#include "parton/backups.h"
#include "parton/database.h"
#include "parton/status.h"
#include "storage/table_store.h"

namespace parton {

// See Backups::Export. The summary is written last: without it the export is none.
Result<ExportDescription> ExportTable(TableStore& store, const DatabaseClock& clock, const FileAccess& files,
                                      std::string_view table, const ExportOptions& options);

// See Backups::Exports.
Result<std::vector<ExportDescription>> FindExports(const FileAccess& files, const std::string& directory);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_EXPORT_S3_H_
