// What a database does by itself as time passes: expired items go, and old records of change feeds, and client request
// tokens that are over.
//
// Expired items are found by the table's queue, which is ordered by expiry; each delete checks again, under the
// item's latch, that it is still expired (DynamoDB developer guide, "Time to Live").
#ifndef PARTON_SESSION_FEED_SWEEPER_H_
#define PARTON_SESSION_FEED_SWEEPER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "executor/capacity/clock.h"
#include "session/requests/request_token.h"
#include "storage/table_store.h"

namespace parton {

// Threads: any.
class Sweeper {
 public:
  // `hold_back(table)`: the highest sequence number of its feed nobody needs any more.
  Sweeper(TableStore* store, const DatabaseClock* clock, RequestTokens* tokens,
          std::function<uint64_t(const TableSchema&)> hold_back);
  ~Sweeper() { Stop(); }

  // Runs now and then on a thread of its own, until Stop().
  void Start();
  void Stop();

  // Deletes all that is expired now, trims all feeds, forgets tokens. The first error is returned; the rest is done all
  // the same.
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
  std::mutex run_mutex_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace parton

#endif  // PARTON_SESSION_FEED_SWEEPER_H_
