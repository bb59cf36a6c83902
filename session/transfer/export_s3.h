// Exports of a table in the layout of DynamoDB's exports to S3; import_s3.cc reads it.
#ifndef PARTON_SESSION_TRANSFER_EXPORT_S3_H_
#define PARTON_SESSION_TRANSFER_EXPORT_S3_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/backups.h"
#include "parton/status.h"

namespace parton {

struct DatabaseState;

// See Backups::Export. The summary is written last: without it the export is none.
Result<ExportDescription> ExportTable(DatabaseState* db, std::string_view table, const ExportOptions& options);

// See Backups::Exports.
Result<std::vector<ExportDescription>> FindExports(DatabaseState* db, const std::string& directory);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_EXPORT_S3_H_
