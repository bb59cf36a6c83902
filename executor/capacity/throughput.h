// What the tables and indexes of a database consumed over time, and whether they may consume more.
//
// Each table, and each global index, has two accounts (reads and writes); local indexes use the table's. An account
// of a provisioned table is a token bucket that holds 300 seconds of its throughput and starts full, also after the
// throughput was changed (DynamoDB developer guide, "Burst capacity"). Accounts live in memory only.
#ifndef PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_
#define PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "parton/status.h"
#include "types/schema/schema.h"

namespace parton {

// Times are milliseconds; a clock that goes back adds nothing.
class TokenBucket {
 public:
  static constexpr double kBurstSeconds = 300;

  // Fills up to now. A rate other than the last one starts a full bucket.
  void Refill(double rate, int64_t now_ms);
  // Whether it holds `units`, or is full: what a full bucket does not hold is let pass all the same.
  bool Holds(double units) const;
  // May go below zero; not further down than it is where `overdraw` is false.
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

  // Takes all charges, or none if one of the accounts is short: then says which (kThrottled), and counts the
  // request as throttled. *short_table, if given: whose account that is.
  Status Take(CapacityKind kind, const std::vector<CapacityCharge>& charges, const CapacityMoment& now,
              const TableSchema** short_table = nullptr);
  // Whether a request that needs at least `units` may begin; what it takes in the end may be more.
  Status Admit(CapacityKind kind, const CapacityCharge& least, const CapacityMoment& now);
  // Takes them unasked. `overdraw`: of a request that was admitted, so that its account may be in debt.
  void Charge(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms, bool overdraw);

  // The minutes with something to tell, oldest first.
  std::vector<CapacityMinute> Minutes(const CapacityTarget& target, int64_t now_ms) const;

 private:
  struct Account {
    TokenBucket read;
    TokenBucket write;
    std::vector<CapacityMinute> minutes;  // ascending
  };

  // The account that pays, filled up; null: nothing limits it. REQUIRES: mutex_ is held.
  TokenBucket* Payer(CapacityKind kind, const CapacityTarget& target, int64_t now_ms);
  CapacityMinute& MinuteFor(const CapacityTarget& target, int64_t now_ms);
  void Count(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms);
  Status Refuse(CapacityKind kind, const CapacityTarget& target, double wait, const CapacityMoment& now);

  mutable std::mutex mutex_;
  std::unordered_map<uint32_t, Account> accounts_;  // by id of table or index
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_CAPACITY_THROUGHPUT_H_
