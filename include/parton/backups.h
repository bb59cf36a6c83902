// Backups of single tables, kept inside the database, restores of a table to an earlier moment, and exports to a
// directory. BACKUP DATABASE copies everything to another place; a backup here protects from a mistake, not from a lost
// disk.
//
//   parton::BackupDescription b = db->backups().Create("songs", "before the clean-up").value();
//   db->backups().Restore(b.id, {"songs_again"}).value();
//
// Errors of all functions: kNotFound (table or backup), kValidation, kReadOnly, kIoError; others are named.
//
// Threads: any. Lifetime: a Backups is the Database's and ends with it.
#ifndef PARTON_BACKUPS_H_
#define PARTON_BACKUPS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/table_definition.h"
#include "parton/tables.h"

namespace parton {

struct BackupDescription {
  std::string id;    // "01712345678901-1a2b3c4d", as in DynamoDB's ARNs; unique
  std::string name;  // need not be unique
  int64_t created_ms = 0;
  uint64_t size_bytes = 0;  // DynamoDB's size of the items
  uint64_t item_count = 0;
  bool creating = false;
  // The table at that moment.
  std::string table;
  std::string table_id;
  int64_t table_created_ms = 0;
  TableDefinition definition;
};

// A table that a restore makes. What is not set is as it was; streams, expiry, tags and protection are off.
struct RestoreTarget {
  std::string table;
  std::optional<TableUpdate::Billing> billing;
  std::optional<Throughput> provisioned;
  std::optional<std::vector<IndexDefinition>> indexes;  // which of the indexes it has; new ones are an error
  std::optional<Encryption> encryption;
};

// Point-in-time recovery of a table.
struct ContinuousBackups {
  bool enabled = false;
  int days = 35;            // how long changes are kept
  int64_t earliest_ms = 0;  // moments that can be restored; 0: none
  int64_t latest_ms = 0;
};

struct BackupFilter {
  std::string table;                 // empty: of all tables
  std::optional<int64_t> from_ms;    // created at or after
  std::optional<int64_t> before_ms;  // created before
};

struct ExportOptions {
  std::string directory;  // stands for the bucket; made if absent
  std::string prefix;     // a path below it; may be empty
};

struct ExportDescription {
  std::string id;
  std::string table;
  std::string table_id;
  std::string manifest;  // path of manifest-summary.json below the directory
  uint64_t item_count = 0;
  uint64_t size_bytes = 0;  // DynamoDB's, billed
  int64_t started_ms = 0;
  int64_t ended_ms = 0;
  ExportOptions options;
};

// A table made of files in a directory that stands for S3.
struct ImportRequest {
  TableDefinition table;
  std::string directory;
  std::string prefix;  // files of these names below the directory, as keys in a bucket begin with it
  enum class Format : uint8_t { kDynamoJson, kCsv } format = Format::kDynamoJson;
  char delimiter = ',';             // kCsv
  std::vector<std::string> header;  // kCsv: names of the columns; empty: the first line of each file
};

struct ImportDescription {
  std::string id;
  std::string table;
  std::string table_id;
  uint64_t processed_count = 0;  // records of the files
  uint64_t imported_count = 0;   // a key that comes again counts again
  uint64_t error_count = 0;      // records that are no items of the table: left out
  uint64_t processed_bytes = 0;  // of the files
  int64_t started_ms = 0;
  int64_t ended_ms = 0;
  std::string first_error;  // empty: none
  ImportRequest request;
};

class Backups {
 public:
  virtual ~Backups() = default;

  // Copies the table as it is at this moment, while writers go on; returns when it is done. A crash leaves no backup.
  virtual Result<BackupDescription> Create(std::string_view table, const std::string& name) = 0;
  virtual Result<BackupDescription> Describe(std::string_view id) = 0;
  // The backup as it was.
  virtual Result<BackupDescription> Drop(std::string_view id) = 0;

  struct Page {
    std::vector<BackupDescription> backups;  // oldest first
    std::optional<std::string> last;         // there are more: `after` of the next call
  };
  virtual Result<Page> List(const BackupFilter& filter = {}, std::string_view after = {}, size_t limit = 100) = 0;

  // Makes a table of what the backup holds; it is there when its items and indexes are. kInUse: there is a table of
  // that name.
  virtual Result<TableDescription> Restore(std::string_view id, const RestoreTarget& target) = 0;

  // Switches point-in-time recovery on or off. While it is on, every change of the table is kept for `days`.
  virtual Result<ContinuousBackups> UpdateContinuous(std::string_view table, bool enabled, int days = 35) = 0;
  virtual Result<ContinuousBackups> DescribeContinuous(std::string_view table) = 0;
  // Makes a table of what `table` held at a moment; nullopt: now. Error (kValidation): the moment is not among those
  // of DescribeContinuous.
  virtual Result<TableDescription> RestoreToTime(std::string_view table, std::optional<int64_t> time_ms,
                                                 const RestoreTarget& target) = 0;

  // Writes the table as it is at this moment in the layout of DynamoDB's exports to S3; IMPORT reads it.
  virtual Result<ExportDescription> Export(std::string_view table, const ExportOptions& options) = 0;
  // The exports whose summaries are somewhere below `directory`, oldest first.
  virtual Result<std::vector<ExportDescription>> Exports(const std::string& directory) = 0;
  // Makes a table of all files, packed or not; of a key that comes twice the last item stays. The table is there when
  // everything is loaded; a crash leaves nothing. Errors: kInUse (the name); a file that cannot be read.
  virtual Result<ImportDescription> Import(const ImportRequest& request) = 0;
  // Those since the database was opened, oldest first.
  virtual std::vector<ImportDescription> Imports() = 0;
};

}  // namespace parton

#endif  // PARTON_BACKUPS_H_
