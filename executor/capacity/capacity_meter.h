// The capacity that one statement consumes, in DynamoDB's arithmetic (developer guide, "Read and write operations"):
//
//   read    4 KB of item a unit: 1/2 eventually consistent, 1 consistent, 2 in a transaction. A get rounds up each
//           item, a Query or Scan each page of 1 MB of what it examined; nothing found counts as one block.
//   write   1 KB of the larger of the old and the new item a unit, twice that in a transaction; a failed condition
//           and a missing item count. An index only pays for entries that change; a changed key is two writes.
//
// Indexes never pay double. A condition check in a transaction is charged as a write of what it reads.
#ifndef PARTON_EXECUTOR_CAPACITY_CAPACITY_METER_H_
#define PARTON_EXECUTOR_CAPACITY_CAPACITY_METER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "executor/capacity/clock.h"
#include "executor/capacity/throughput.h"
#include "parton/database.h"
#include "storage/table_store.h"

namespace parton {

constexpr uint64_t kPageBytes = uint64_t{1} << 20;
constexpr uint64_t kReadBlockBytes = 4096;
constexpr uint64_t kWriteBlockBytes = 1024;

// Blocks of `block` bytes, at least one.
constexpr uint64_t Blocks(uint64_t bytes, uint64_t block) { return bytes == 0 ? 1 : (bytes + block - 1) / block; }

// DynamoDB's size of an item, whichever store gave it; 0 for MISSING.
uint64_t MeteredBytes(const Value& item);

// "songs 1.5 read units, 3 write units"; with `indexes` also the share of each table and index.
std::string DescribeCapacity(const std::vector<ConsumedCapacity>& consumed, bool indexes);

// Threads: one.
class CapacityMeter {
 public:
  struct Mode {
    ThroughputLedger* ledger = nullptr;
    const DatabaseClock* clock = nullptr;
    bool throttle = false;
    bool in_transaction = false;
    bool dynamo_wording = false;
    // Parallel scans may go uncounted, since their segments are not pages.
    bool optional = false;
  };

  void SetMode(const Mode& mode) { mode_ = mode; }
  const Mode& mode() const { return mode_; }
  void Reset() {
    consumed_.clear();
    checking_ = false;
  }

  // Before a get or a page. Error: kThrottled.
  Status AdmitItem(const TableSchema& table, bool consistent);
  Status AdmitPage(const TableSchema& table, const IndexSchema* index, bool consistent);
  // After it: the units.
  double ReadItem(const TableSchema& table, uint64_t bytes, bool consistent);
  double ReadPage(const TableSchema& table, const IndexSchema* index, uint64_t bytes, bool consistent);
  // For WriteOptions::meter. Error: kThrottled.
  Status Write(const std::vector<WriteOp>& ops, const std::vector<WriteOutcome>& outcomes, const Status& error);

  // The table whose account was short when Write refused.
  const TableSchema* short_table() const { return short_table_; }

  // From now on gets count as condition checks.
  void SetChecking(bool checking) { checking_ = checking; }

  // By table or index, in the order they were first used.
  const std::vector<ConsumedCapacity>& consumed() const { return consumed_; }
  // The same, given away: asks for no memory, of which there may be none after a write.
  std::vector<ConsumedCapacity> TakeConsumed() noexcept { return std::move(consumed_); }

 private:
  CapacityMoment Now() const { return {mode_.clock->NowMs(), mode_.dynamo_wording}; }
  double ReadFactor(const IndexSchema* index, bool consistent) const;
  void Spend(CapacityKind kind, const std::vector<CapacityCharge>& charges);
  void Note(CapacityKind kind, const CapacityCharge& charge);

  Mode mode_;
  bool checking_ = false;
  const TableSchema* short_table_ = nullptr;
  std::vector<ConsumedCapacity> consumed_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_CAPACITY_CAPACITY_METER_H_
