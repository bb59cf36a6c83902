// Provisioned throughput: the consumption of tables and indexes over time, and whether they may consume more.
//
// Each table, and each global index, has two accounts (reads and writes); local indexes use the table's. An account
// of a provisioned table is a token bucket that holds 300 seconds of its throughput and starts full, also after the
// throughput was changed (DynamoDB developer guide, "Burst capacity"). Accounts live in memory only.
#ifndef PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_
#define PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "parton/status.h"
#include "types/schema/schema.h"
#include "types/sync/mutex.h"

namespace parton {

// Times are milliseconds; a clock that goes back adds nothing.
class TokenBucket {
 public:
  static constexpr double kBurstSeconds = 300;

  // Fills up to now. A rate other than the last one starts a full bucket.
  void Refill(double rate, int64_t now_ms);
  // True if the bucket has `units` tokens, or is full: a request larger than a full bucket is admitted.
  bool Holds(double units) const;
  // Takes the tokens. With `overdraw` the balance may become negative; without it, it never falls below min(0,
  // current).
  void Take(double units, bool overdraw);
  // Seconds until Holds(units).
  double SecondsUntil(double units) const;
  double tokens() const { return tokens_; }

 private:
  double rate_ = 0;
  double tokens_ = 0;
  int64_t filled_ms_ = 0;
};

enum class CapacityKind : uint8_t { kRead, kWrite };

// A table, or one of its indexes.
struct CapacityTarget {
  const TableSchema* table = nullptr;
  const IndexSchema* index = nullptr;

  uint32_t id() const { return index != nullptr ? index->id : table->id; }
  // Units a second; nullopt: on demand, or a local index.
  std::optional<Throughput> provisioned() const;
};

struct CapacityCharge {
  CapacityTarget target;
  double units = 0;
};

struct CapacityMoment {
  int64_t ms = 0;
  bool dynamo_wording = false;  // of errors
};

// One minute of a table or index.
struct CapacityMinute {
  int64_t minute = 0;  // since the epoch
  double read_units = 0;
  double write_units = 0;
  uint64_t throttled_reads = 0;
  uint64_t throttled_writes = 0;
};

// Minutes since the epoch.
int64_t MinuteOf(int64_t ms);

// Threads: any.
class ThroughputLedger {
 public:
  static constexpr int64_t kMinutesKept = 60;

  // Takes all charges, or none if an account is short. Then returns kThrottled, which names the account, and counts
  // the request as throttled; *short_table, if given, is the table of the account.
  Status Take(CapacityKind kind, const std::vector<CapacityCharge>& charges, const CapacityMoment& now,
              const TableSchema** short_table = nullptr);
  // Admits a request that needs at least the charge `least`; it may consume more in the end.
  Status Admit(CapacityKind kind, const CapacityCharge& least, const CapacityMoment& now);
  // Takes the charges without a check. `overdraw`: the request was admitted, so the balance may become negative.
  void Charge(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms, bool overdraw);

  // The minutes with any consumption, oldest first.
  std::vector<CapacityMinute> Minutes(const CapacityTarget& target, int64_t now_ms) const;

 private:
  struct Account {
    TokenBucket read;
    TokenBucket write;
    std::vector<CapacityMinute> minutes;  // ascending
  };

  // The account that pays, filled up; null: nothing limits it.
  TokenBucket* Payer(CapacityKind kind, const CapacityTarget& target, int64_t now_ms) REQUIRES(mutex_);
  CapacityMinute& MinuteFor(const CapacityTarget& target, int64_t now_ms) REQUIRES(mutex_);
  void Count(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms) REQUIRES(mutex_);
  Status Refuse(CapacityKind kind, const CapacityTarget& target, double wait, const CapacityMoment& now)
      REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::unordered_map<uint32_t, Account> accounts_ GUARDED_BY(mutex_);  // by id of table or index
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_
