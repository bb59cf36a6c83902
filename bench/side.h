// One engine under measurement. Every method does one whole piece of work on the table of `rows` rows and
// returns a checksum that must be the same for all engines; what it takes is the harness's to measure.
#ifndef PARTON_BENCH_SIDE_H_
#define PARTON_BENCH_SIDE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace parton::bench {

class Side {
 public:
  virtual ~Side() = default;
  virtual std::string name() const = 0;

  // Loads rows 1..n into a new table `which`, in batches of 1000; with or without the index on (shard,
  // code_and_time), keys only.
  virtual uint64_t Load(const std::string& which, int64_t n, bool with_index) = 0;
  // Opens the loaded table for the works below.
  virtual void Use(const std::string& which, int64_t n) = 0;

  // Prepared reads of `count` keys, all 12 attributes materialised.
  virtual uint64_t PointReads(int64_t count) = 0;
  // Covering index query: all entries of shards 1..10 whose code_and_time begins with "404".
  virtual uint64_t IndexQuery() = 0;
  // `pages` pages of 100 items by index, whole items.
  virtual uint64_t IndexPages(int pages) = 0;
  // SUM(bytessent) WHERE responsecode <> 200.
  virtual std::optional<uint64_t> ScanSum(int threads) = 0;
  // COUNT and SUM(bytessent) by responsecode.
  virtual uint64_t GroupBy() = 0;
  // bytessent = bytessent + 1 where responsecode is 200 or not: `count` keys, condition on the old item.
  virtual uint64_t ConditionalUpdates(int64_t count, int round) = 0;
  // Point reads by statement text with the key as a literal in it; nullopt where there is no text.
  virtual std::optional<uint64_t> TextReads(int64_t count) = 0;
  // Inserts `count` rows one by one, each synced, from `threads` threads, into a table of its own.
  virtual uint64_t DurableInserts(int64_t count, int threads, int round) = 0;
};

std::unique_ptr<Side> MakePartonSide(const std::string& directory);
std::unique_ptr<Side> MakeRawSide(const std::string& directory);
// `json`: one JSON column beside the key, with indexes on expressions; else typed columns.
std::unique_ptr<Side> MakeSqliteSide(const std::string& directory, bool json);

// The keys that PointReads and others visit: spread over the table, the same for all sides.
inline int64_t PickKey(int64_t i, int64_t n) {
  return static_cast<int64_t>((static_cast<uint64_t>(i) * 2654435761u) % static_cast<uint64_t>(n)) + 1;
}

inline constexpr size_t kCacheBytes = size_t{256} << 20;
inline constexpr size_t kWriteBufferBytes = size_t{64} << 20;
inline constexpr size_t kBlockBytes = size_t{16} << 10;

}  // namespace parton::bench

#endif  // PARTON_BENCH_SIDE_H_
