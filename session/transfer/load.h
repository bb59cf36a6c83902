// Loading many items into a table: in batches, with a rule for keys that are there already, with bad records put
// aside, and with a note of how far it came, so that an interrupted load can go on.
//
// Each batch is atomic, and the note is in the batch it speaks of: resuming neither loses nor repeats a record.
// In a transaction the items become part of it, or, on error, none of them.
#ifndef PARTON_SESSION_TRANSFER_LOAD_H_
#define PARTON_SESSION_TRANSFER_LOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/execution.h"
#include "io/error_file.h"
#include "parton/status.h"
#include "session/commands/command_context.h"
#include "session/running_plan.h"
#include "storage/bulk_writer.h"
#include "storage/record_store.h"
#include "storage/table_store.h"

namespace parton {

struct LoadOptions {
  // An item whose key is in the table already.
  enum class Conflict : uint8_t { kError, kSkip, kReplace, kMerge } conflict = Conflict::kError;
  uint64_t batch = 1000;  // 0: one atomic write of everything
  // Bad records go to this file, a JSON object a line with line, reason and record; empty: the first one is an
  // error.
  std::string errors_file;
  uint64_t max_errors = UINT64_MAX;
  // Under which name, and with what to know the file by, it is noted how far the load came; empty: it is not.
  std::string note_name;
  std::string file_mark;
  // Of input that has other places than numbers of records: where it stands, for the note. Null: it has none.
  std::function<Value()> position;
  // Called when all records so far are written, where the note is not the loader's. Null: it is.
  std::function<Status()> written;
  // Units a second that the writes may consume, where the store is an engine that counts them; 0: any number.
  double rate = 0;
  bool can_skip = false;  // the statement may say how many records to leave out
};

class Loader {
 public:
  // `command` is that of the statement; its progress callback is told. `run` is what the writes run on.
  Loader(TablePtr table, LoadOptions options, const CommandContext& command, RunningPlan& run);
  ~Loader();

  // The records an interrupted load of the same name and mark was done with; nullopt: there is none. Error: its
  // file was another one.
  Result<std::optional<uint64_t>> Interrupted();
  // The position in the note that Interrupted() found; MISSING if there is none.
  const Value& noted_position() const { return noted_position_; }
  // To be called first: `done` records of the input were left out, since they are loaded.
  Status Begin(uint64_t done);
  // The next record. `text` is what stands in the file, as far as known.
  Status Add(Value item, uint64_t line, std::string_view text);
  // A record that is no item.
  Status AddBad(Status reason, uint64_t line, std::string_view text);
  // What the progress callback is told: the share of the input that was read, 0 if unknown.
  void SetFraction(std::function<double()> fraction) { fraction_ = std::move(fraction); }
  // Writes the rest. After an error of any function nothing more is written.
  Status Finish();

  uint64_t records() const { return records_; }
  uint64_t loaded() const { return loaded_; }
  uint64_t skipped() const { return skipped_; }
  uint64_t bad() const { return bad_; }
  // The input cannot be read any further: gives the error with what it leaves.
  Status Abandon(Status s) { return Fail(std::move(s)); }
  // What is to be said beside the number of items.
  void AddNotices() const;

 private:
  struct Pending {
    uint64_t line;
    std::string text;
  };
  Status Flush(bool last);
  Result<std::vector<WriteOutcome>> Write(bool last, bool find_bad);
  // By the store's own way of writing many items, where it has one for these operations; nullptr: it has none.
  BulkWriter* Bulk() const;
  Result<std::vector<WriteOutcome>> WriteRemote(const WriteOptions& options);
  size_t MostItems() const;
  // Puts the operations with a reason aside; error: that is not wanted.
  Status PutAside(const std::vector<Status>& reasons);
  Status WriteError(const Status& reason, uint64_t line, std::string_view text);
  RecordKey NoteKey() const;
  std::string Note() const;
  Status WithPlace(Status s, uint64_t line) const;
  Status Fail(Status s);
  Status TellProgress();

  const TablePtr table_;
  const LoadOptions options_;
  const CommandContext& command_;
  RunningPlan& run_;
  StoreTransaction* const transaction_;
  int savepoint_ = 0;
  std::unique_ptr<ExecutionContext> context_;
  std::function<double()> fraction_;
  std::vector<WriteOp> ops_;
  std::vector<Pending> pending_;
  size_t pending_bytes_ = 0;
  ErrorFile errors_;
  Pace pace_;
  bool each_ = false;     // the engine has no transactions: items are written for themselves
  uint64_t written_ = 0;  // records before which all is written
  Value noted_position_;
  uint64_t noted_line_ = 0;  // the last one that an interrupted load was done with
  bool noted_ = false;       // there is a note in the store
  uint64_t earlier_ = 0;
  uint64_t records_ = 0;
  uint64_t line_ = 0;  // of the last record
  uint64_t loaded_ = 0;
  uint64_t skipped_ = 0;
  uint64_t bad_ = 0;
};

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_LOAD_H_
