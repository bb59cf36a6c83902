// What one execution of a statement shares, and what each of its threads has of its own.
//
// Errors: there is one channel, EvalContext::error of the thread's context. An operator that fails puts
// the error there and returns false; whoever gets false asks failed().
//
// Threads: an ExecutionShared is used by all threads of the execution, an ExecutionContext (with the operators
// built on it) by one.
#ifndef PARTON_EXECUTOR_EXECUTION_H_
#define PARTON_EXECUTOR_EXECUTION_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parton/database.h"
#include "parton/status.h"
#include "parton/value.h"
#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "storage/table_store.h"
#include "types/expr/evaluate.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

class AnswerCache;
class CapacityMeter;
class Operator;
class TransactionItems;

// A part of an access path's key order, given to one worker.
struct Morsel {
  size_t range = 0;  // which of the access's ranges
  ScanSegment segment;
};

// A page of the rows of a statement with one access path: where it starts, and how it ended.
struct AccessPage {
  bool consistent = false;
  uint64_t limit = 0;  // items examined; 0: only `bytes` end the page
  uint64_t bytes = 0;  // of items examined, at least; 0: any
  // Which of the access's ranges or keys it starts in, and behind which position of it (empty: at its start). At the
  // end of the rows: the same of the next page, if there is `more`.
  size_t range = 0;
  std::string after;
  bool more = false;
  uint64_t examined_items = 0;
  uint64_t examined_bytes = 0;
};

// What EXPLAIN ANALYZE measured of one plan node, over all threads.
struct OperatorProfile {
  uint64_t opens = 0;
  uint64_t rows = 0;
  int64_t nanos = 0;           // with its inputs; summed over threads
  uint64_t spilled_bytes = 0;  // to temporary files, with its inputs
  ReadStats reads;
};

struct ExecutionShared {
  TableStore* store = nullptr;
  ReadView* view = nullptr;
  const Settings* settings = nullptr;
  const std::vector<Value>* parameters = nullptr;
  StatementBounds* bounds = nullptr;
  const ProgressCallback* progress = nullptr;
  size_t cache_bytes = 0;
  std::string temp_dir;               // for spilled rows
  const FileAccess* files = nullptr;  // what table functions may read; null: nothing
  int64_t now_nanos = 0;
  bool profiling = false;
  // Items read by their keys may be as old as this says (executor/answer_cache.h); null: no older than the view.
  AnswerCache* answers = nullptr;
  int64_t answer_ttl_ms = 0;
  int64_t answer_now_ms = 0;
  // Null: writes leave kept answers alone. Else each write notes its keys here, to be forgotten at the commit.
  std::vector<std::string>* written_answers = nullptr;
  CapacityMeter* capacity = nullptr;  // null: consumed capacity is not counted
  // Where each write is to be added before it is made: in a transaction in DynamoDB's dialect. Else null.
  TransactionItems* transaction_items = nullptr;
  // Workers have read parts of accesses. What they consumed is not counted: parts are no pages, and how far workers
  // read ahead is chance. Set before they start, by the thread that starts them.
  bool had_workers = false;

  // Whether `capacity` counts all that was consumed.
  bool CountsCapacity() const { return capacity != nullptr && !had_workers; }

  MemoryBudget memory;
  std::atomic<uint64_t> items_examined{0};  // of finished cursors, for progress

  struct Cached {
    Mutex mutex;
    bool done GUARDED_BY(mutex) = false;
    Value value GUARDED_BY(mutex);  // an uncorrelated subquery's
    std::vector<Value> rows;        // a shared query's; written with `mutex` held, constant once it is done
  };
  std::shared_ptr<Cached> CachedFor(const void* key);

  // Any thread adds to the sums; they are read once the workers have ended.
  void AddProfile(const Plan* plan, const OperatorProfile& p);
  std::unordered_map<const Plan*, OperatorProfile> profiles;

  void AddMismatches(EvalContext::Mismatches* found);  // leaves none behind
  EvalContext::Mismatches mismatches;

  // Forgets what an earlier execution of the same statement left.
  void ResetResults();

 private:
  Mutex mutex_;
  std::unordered_map<const void*, std::shared_ptr<Cached>> cached_ GUARDED_BY(mutex_);
};

// One thread's part.
class ExecutionContext {
 public:
  // `slot_count` as PlannedStatement has it. `shared` outlives the context.
  ExecutionContext(ExecutionShared* shared, int slot_count);
  ~ExecutionContext();
  ExecutionContext(const ExecutionContext&) = delete;
  ExecutionContext& operator=(const ExecutionContext&) = delete;

  // Takes over parameters, settings and clock of `shared` before an execution.
  void Prepare();

  bool failed() const { return eval.failed(); }
  void Fail(Status s) { (void)eval.Fail(std::move(s)); }
  bool FailIfError(Status s) {
    if (s.ok()) return true;
    Fail(std::move(s));
    return false;
  }
  // To be called once per row examined: false if the execution is cancelled, with the error set (unless a worker
  // was told to stop by its own consumer).
  bool Tick() { return (++ticks_ & 255) != 0 || SlowTick(); }
  // The same for `rows` of them, some hundreds.
  bool Tick(uint64_t rows) {
    ticks_ += static_cast<uint32_t>(rows);
    return SlowTick();
  }
  bool SlowTick();
  // Cancelled, or told to stop.
  bool Stopped() const {
    return shared->bounds->cancel.load(std::memory_order_relaxed) ||
           (stop != nullptr && stop->load(std::memory_order_relaxed));
  }
  // As an error: cancelled, or out of time.
  Status Cancelled() const { return CancelledStatus(shared->bounds); }
  // Memory that could not be had: an error that says what to do.
  void FailOutOfMemory(const char* what);

  Value& slot(int i) { return frame[static_cast<size_t>(i)]; }

  ExecutionShared* shared;
  Frame frame;
  EvalContext eval;
  ReadStats stats;
  uint64_t spilled_bytes = 0;         // written to temporary files
  CapacityMeter* capacity = nullptr;  // null: this thread does not count what it reads and writes

  bool worker = false;                      // a thread of a Gather: it starts no further threads
  const std::atomic<bool>* stop = nullptr;  // its consumer wants no more
  const Plan::Access* morsel_access = nullptr;
  const Morsel* morsel = nullptr;  // the part of morsel_access it reads

  AccessPage* page = nullptr;  // null: all rows
  // The access whose items become the rows one by one, if somebody asks for positions; while it is open, `position`
  // tells which row it gave last.
  const Plan::Access* positioned = nullptr;
  std::function<std::string()> position;

  // Rows of the last round of each recursive query, by id.
  std::map<int, const std::vector<Value>*> recursion;

 private:
  uint32_t ticks_ = 0;
  std::chrono::steady_clock::time_point next_progress_;
  std::unique_ptr<SubqueryRunner> subqueries_;
};

// Bytes a retained value takes, roughly.
inline size_t ApproximateBytes(const Value& v) { return v.ApproximateBytes(); }

}  // namespace parton

#endif  // PARTON_EXECUTOR_EXECUTION_H_
