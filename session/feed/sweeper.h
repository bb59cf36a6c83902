// The background work of a database: deletes expired items, old records of change feeds, and client request tokens
// that are no longer valid.
//
// Expired items are found by the table's queue, which is ordered by expiry; each delete checks again, under the
// item's latch, that it is still expired (DynamoDB developer guide, "Time to Live").
#ifndef PARTON_SESSION_FEED_SWEEPER_H_
#define PARTON_SESSION_FEED_SWEEPER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "executor/capacity/clock.h"
#include "session/requests/request_token.h"
#include "storage/table_store.h"
#include "types/sync/mutex.h"

namespace parton {

// Threads: any.
class Sweeper {
 public:
  // `hold_back(table)`: records of its feed up to this sequence number may go.
  Sweeper(TableStore* store, const DatabaseClock* clock, RequestTokens* tokens,
          std::function<uint64_t(const TableSchema&)> hold_back);
  ~Sweeper() { Stop(); }

  // Runs now and then on a thread of its own, until Stop().
  void Start();
  void Stop();

  // Deletes expired items, trims all feeds, forgets old tokens. Continues after an error, and returns the first
  // one.
  Status RunOnce();

  void SetRetention(int64_t ms) { retention_ms_.store(ms); }
  int64_t retention_ms() const { return retention_ms_.load(); }
  // How long to wait between runs.
  void SetInterval(int64_t ms);
  int64_t interval_ms() const { return interval_ms_.load(); }

 private:
  Status SweepTable(const TablePtr& table, int64_t now_s);

  TableStore* store_;
  const DatabaseClock* clock_;
  RequestTokens* tokens_;
  std::function<uint64_t(const TableSchema&)> hold_back_;
  std::atomic<int64_t> retention_ms_{int64_t{24} * 3600 * 1000};
  std::atomic<int64_t> interval_ms_{60'000};
  Mutex run_mutex_;  // one run at a time
  Mutex mutex_;      // under which the thread waits for changed_
  CondVar changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace parton

#endif  // PARTON_SESSION_FEED_SWEEPER_H_
