// Triggers: statements that run on the change feed of a table, in feed order, each record exactly once.
//
// The statement sees a batch of records as the bag `records`. What it writes and the trigger's position commit in
// one transaction, so a batch is done entirely or will be done again. A batch that fails is retried with
// growing pauses, then halved down to the record that cannot be done; that one is kept with its error (parked)
// and the trigger goes on. What no record is to blame for (a missing table, a full disk) parks nothing: the
// trigger waits and tries again.
//
// A run that changes no item (an UPDATE that finds none, an INSERT of no row) is no failure: what it did not do is not
// to be told from what it was not to do. SHOW TRIGGERS counts the records of such runs as `unchanged`.
//
// A change that a trigger makes is one deeper than the records it ran on; records as deep as the depth limit
// are parked, which ends triggers that feed themselves. A batch is of one depth.
#ifndef PARTON_SESSION_FEED_TRIGGERS_H_
#define PARTON_SESSION_FEED_TRIGGERS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "executor/capacity/clock.h"
#include "parser/ast.h"
#include "parton/status.h"
#include "parton/value.h"
#include "session/feed/statement_runner.h"
#include "session/feed/trigger_codec.h"
#include "storage/feed.h"
#include "storage/record_store.h"
#include "storage/table_store.h"
#include "types/sync/mutex.h"

namespace parton {

struct TriggerInfo {
  TriggerDefinition definition;
  TriggerProgress progress;
  std::string state;  // active, paused, parked, failing, damaged
  uint64_t lag = 0;   // records behind the position, up to 1,000,000
  uint64_t parked = 0;
};

// Threads: any.
class Triggers {
 public:
  static constexpr uint32_t kDefaultDepth = 16;

  enum class Mode : uint8_t {
    kNever,        // the database is read only
    kWhenSettled,  // in Settle() only
    kBackground,   // and on a thread of their own
  };

  // Store and clock must outlive them. `make_runner` gives each trigger what its statement runs with.
  Triggers(TableStore* store, const DatabaseClock* clock, Mode mode, MakeStatementRunner make_runner);
  ~Triggers();

  // Reads the stored triggers, and runs them on a thread of its own if there are any. Again after RESTORE.
  Status Load();
  void Stop();

  // `after`: the first record it gets is behind this one.
  Status Create(TriggerDefinition definition, uint64_t after);
  Status Drop(const std::string& name);
  Status Alter(const std::string& name, ast::AlterTrigger::Action action);
  // All triggers of a table that was dropped.
  Status DropOfTable(const std::string& table);
  bool Has(const std::string& name);
  Result<std::vector<TriggerInfo>> List();
  // {trigger, SequenceNumber, failed, error, record} of each parked record.
  Result<std::vector<Value>> ListParked();
  std::vector<std::string> Names();
  // Of CHECK DATABASE: triggers whose records are damaged.
  std::vector<std::string> Problems();

  // Runs all triggers on this thread, without pauses, until no records are left that they can handle. Stops if
  // `bounds` (may be null) are cancelled.
  Status Settle(const StatementBounds* bounds);
  // The lowest position of a trigger on the table: the records after it are still needed.
  uint64_t HoldBack(const TableSchema& table);

  void SetDepth(uint32_t depth) { depth_.store(depth); }
  uint32_t depth() const { return depth_.load(); }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Step : uint8_t { kIdle, kProgress, kStuck };

  struct Trigger {
    TriggerDefinition definition;
    TriggerProgress progress;
    bool damaged = false;  // cannot run, only be dropped; progress.last_error says why

    std::shared_ptr<const ast::Statement> parsed;
    std::unique_ptr<StatementRunner> runner;
    std::vector<uint64_t> retry;  // parked records to try again
    size_t limit = 0;             // of the next batch: smaller after a failure
    int attempts = 0;             // of this batch
    int stuck = 0;                // failures no record is to blame for, in a row
    Clock::time_point not_before{};
  };

  Status LoadLocked() REQUIRES(mutex_);
  Status Decode(const std::string& definition, Trigger* t);
  Status Prepare(Trigger* t);
  Trigger* Find(const std::string& name) REQUIRES(mutex_);
  Step Run(Trigger* t, bool without_pauses) REQUIRES(mutex_);
  Step RunParked(Trigger* t) REQUIRES(mutex_);
  // Runs the statement on the entries, and commits with the records and with *next as the trigger's state, in which
  // the run is counted.
  Status Apply(Trigger* t, std::vector<FeedEntry> entries, TriggerProgress* next, RecordWrites records)
      REQUIRES(mutex_);
  // The statement fails whatever the records are.
  bool Unplannable(Trigger* t) REQUIRES(mutex_);
  Step Failed(Trigger* t, const TableSchema& table, const std::vector<FeedEntry>& entries, Status s) REQUIRES(mutex_);
  Step Park(Trigger* t, const TableSchema& table, const FeedEntry& entry, const std::string& error) REQUIRES(mutex_);
  Step Stuck(Trigger* t, const Status& s) REQUIRES(mutex_);
  Status DropLocked(const std::string& name) REQUIRES(mutex_);
  void StartThread();
  void Loop();
  void LoopUntilStopped();
  void Wake();

  TableStore* const store_;
  const DatabaseClock* const clock_;
  const Mode mode_;
  const MakeStatementRunner make_runner_;
  std::atomic<uint32_t> depth_{kDefaultDepth};
  Mutex mutex_;  // over the triggers, held while one runs
  std::map<std::string, std::unique_ptr<Trigger>> triggers_ GUARDED_BY(mutex_);
  Mutex thread_mutex_;
  std::thread thread_ GUARDED_BY(thread_mutex_);
  std::atomic<bool> stop_{false};
  std::atomic<bool> wake_{false};
};

}  // namespace parton

#endif  // PARTON_SESSION_FEED_TRIGGERS_H_
