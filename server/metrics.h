// What the server counts, and tells as Prometheus text.
//
// Threads: any; counting takes no locks.
#ifndef PARTON_SERVER_METRICS_H_
#define PARTON_SERVER_METRICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/cache_metrics.h"

namespace parton::server {

class Metrics {
 public:
  Metrics();

  // One call of an operation (its position in AllOperations(); -1: unknown, or none was named).
  void CountCall(int operation, int http_status, std::string_view exception, int64_t microseconds);
  void CountUnits(double read_units, double write_units);
  void CountBytes(size_t received, size_t sent) {
    bytes_received.fetch_add(received, std::memory_order_relaxed);
    bytes_sent.fetch_add(sent, std::memory_order_relaxed);
  }

  std::string Text(const CacheMetrics& caches) const;

  std::atomic<int64_t> in_flight{0};
  std::atomic<int64_t> connections{0};
  std::atomic<uint64_t> connections_refused{0};
  std::atomic<uint64_t> shed{0};  // requests refused since the queue was full
  std::atomic<uint64_t> auth_failures{0};
  std::atomic<uint64_t> bad_requests{0};  // no HTTP, or not as it should be
  std::atomic<uint64_t> bytes_received{0};
  std::atomic<uint64_t> bytes_sent{0};

 private:
  static constexpr size_t kBuckets = 15;
  enum Result : uint8_t { kOk, kUserError, kServerError, kResults };
  struct OfOperation {
    std::array<std::atomic<uint64_t>, kResults> calls{};
    std::array<std::atomic<uint64_t>, kBuckets + 1> latency{};
    std::atomic<uint64_t> microseconds{0};
  };

  std::vector<OfOperation> operations_;  // the last one: unknown
  std::atomic<uint64_t> throttled_{0};
  std::atomic<uint64_t> read_half_units_{0};  // reads come in halves
  std::atomic<uint64_t> write_half_units_{0};
};

}  // namespace parton::server

#endif  // PARTON_SERVER_METRICS_H_
