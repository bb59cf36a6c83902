// IMPORT: tables from files of DynamoDB's own tools.
#ifndef PARTON_SESSION_TRANSFER_IMPORT_FORMATS_H_
#define PARTON_SESSION_TRANSFER_IMPORT_FORMATS_H_

#include <string>

#include "parton/status.h"
#include "parton/value.h"
#include "session/commands/command_context.h"
#include "session/transfer/load.h"

namespace parton {

struct ImportOptions {
  LoadOptions load;
  bool data = true;  // Workbench: the sample data too
};

// The items of a full export to S3, in DynamoDB-JSON, into `table`. `path`: the folder of one export, as downloaded,
// or a manifest-summary.json. All checksums and the number of items are compared before anything is loaded.
// Errors: an incremental export or one in Ion; files that lack or differ.
Status ImportS3Export(const std::string& path, TablePtr table, const ImportOptions& options,
                      const CommandContext& context, RunningPlan& run);

// The tables of a data model of NoSQL Workbench (`model`: the file's JSON), with keys, indexes and sample data;
// `only`: just that one. Either all of them come into being or none. Error (kInUse): one is there already.
Status ImportWorkbenchModel(const Value& model, const std::string& only, const ImportOptions& options,
                            const CommandContext& context, RunningPlan& run);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_IMPORT_FORMATS_H_
