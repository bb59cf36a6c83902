// One engine under measurement. Every method does one whole piece of work on the rows it was loaded with and
// returns a checksum that must be the same for all engines; what it takes is the harness's to measure.
#ifndef PARTON_BENCH_SIDE_H_
#define PARTON_BENCH_SIDE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/log_rows.h"

namespace parton::bench {

class Side {
 public:
  virtual ~Side() = default;
  virtual std::string name() const = 0;

  // Loads the rows into a new table of a new database `which`, in batches of 1000; with the first `indexes` of
  // (shard, code_and_time), (host, date), (responsecode, bytessent), which have the keys only.
  virtual uint64_t Load(const std::string& which, const LogRows& rows, int indexes) = 0;
  // Closes the database and removes it.
  virtual void Drop(const std::string& which) = 0;
  // Opens a loaded database again, so with empty caches, for the works below. `rows`: as loaded; they must stay.
  virtual void Use(const std::string& which, const LogRows& rows, size_t cache_bytes) = 0;

  // Prepared reads of `count` keys, all 12 attributes as owned values.
  virtual uint64_t PointReads(int64_t count) = 0;
  // Covering index query: all entries of shards 1..10 whose code_and_time begins with "404".
  virtual uint64_t IndexQuery() = 0;
  // `pages` pages of 100 items of a shard by index, all 12 attributes; from the shard's first entry, or `after` the
  // entry of a row.
  virtual uint64_t IndexPages(int pages, bool after) = 0;
  // Pages after a row, of the index's keys alone.
  virtual uint64_t CoveredPages(int pages) = 0;
  // SUM(bytessent) WHERE responsecode <> 200.
  virtual std::optional<uint64_t> ScanSum(int threads) = 0;
  // COUNT and SUM(bytessent) by responsecode.
  virtual uint64_t GroupBy() = 0;
  // bytessent = bytessent + 1 where responsecode is 200: `count` keys, condition on the old item.
  virtual uint64_t ConditionalUpdates(int64_t count) = 0;
  // Point reads by statement text with the key as a literal in it; nullopt where there is no text.
  virtual std::optional<uint64_t> TextReads(int64_t count) = 0;
  // Inserts the rows, `per_commit` in each synced commit, from `threads` threads, into a database of their own.
  virtual uint64_t DurableInserts(const LogRows& rows, int threads, size_t per_commit) = 0;

  // Adds the tables hosts and codes to the database in use. False: it has no queries.
  virtual bool AddDimensions() { return false; }
  // A query's rows as lines (see analytic.h); REQUIRES: AddDimensions has given true.
  virtual std::vector<std::string> Query(const std::string&) { return {}; }
};

std::unique_ptr<Side> MakePartonSide(const std::string& directory);
std::unique_ptr<Side> MakeRawSide(const std::string& directory);
// `json`: one JSON column beside the key, with indexes on expressions; else typed columns.
std::unique_ptr<Side> MakeSqliteSide(const std::string& directory, bool json);

// The keys that PointReads and others visit: spread over the table, the same for all sides.
inline int64_t PickKey(int64_t i, int64_t n) {
  return static_cast<int64_t>((static_cast<uint64_t>(i) * 2654435761u) % static_cast<uint64_t>(n)) + 1;
}
// The row whose index entry a page begins behind.
inline const LogRow& PageStart(int page, const LogRows& rows) {
  return rows[static_cast<size_t>(PickKey(page + 17, static_cast<int64_t>(rows.size()))) - 1];
}

inline constexpr size_t kCacheBytes = size_t{256} << 20;
inline constexpr size_t kWriteBufferBytes = size_t{64} << 20;
inline constexpr size_t kBlockBytes = size_t{16} << 10;

}  // namespace parton::bench

#endif  // PARTON_BENCH_SIDE_H_
