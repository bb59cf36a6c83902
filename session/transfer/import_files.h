// A table made of the files of a directory that stands for S3.
#ifndef PARTON_SESSION_TRANSFER_IMPORT_FILES_H_
#define PARTON_SESSION_TRANSFER_IMPORT_FILES_H_

#include "parton/backups.h"
#include "parton/status.h"

namespace parton {

struct DatabaseState;

// See Backups::Import.
Result<ImportDescription> ImportFiles(DatabaseState* db, const ImportRequest& request);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_IMPORT_FILES_H_
