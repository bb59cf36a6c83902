#include "server/metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "server/service_model.h"

namespace parton::server {

namespace {

// Upper bounds in microseconds.
constexpr int64_t kBounds[] = {50,     100,    250,     500,     1'000,   2'500,     5'000,    10'000,
                               25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};

std::string_view NameOf(size_t operation) {
  return operation < AllOperations().size() ? AllOperations()[operation].name : "unknown";
}

void Single(std::string* out, std::string_view name, std::string_view type, std::string_view help, double value) {
  fmt::format_to(std::back_inserter(*out), "# HELP parton_{0} {2}\n# TYPE parton_{0} {1}\nparton_{0} {3}\n", name, type,
                 help, value);
}

void AddCaches(const CacheMetrics& caches, std::string* out) {
  struct Family {
    std::string_view name, type, help;
    uint64_t CacheCounts::*count;
  };
  static constexpr Family kFamilies[] = {
      {"hits_total", "counter", "Reads that a cache answered.", &CacheCounts::hits},
      {"misses_total", "counter", "Reads that it did not answer.", &CacheCounts::misses},
      {"evictions_total", "counter", "Entries that left to make room.", &CacheCounts::evictions},
      {"entries", "gauge", "Entries it has.", &CacheCounts::entries},
      {"bytes", "gauge", "Bytes they take.", &CacheCounts::bytes},
  };
  const std::pair<std::string_view, const CacheCounts*> all[] = {
      {"items", &caches.items}, {"answer_items", &caches.answer_items}, {"answer_queries", &caches.answer_queries}};
  for (const Family& f : kFamilies) {
    const auto emit = std::back_inserter(*out);
    fmt::format_to(emit, "# HELP parton_cache_{0} {2}\n# TYPE parton_cache_{0} {1}\n", f.name, f.type, f.help);
    for (const auto& [cache, counts] : all) {
      fmt::format_to(emit, "parton_cache_{}{{cache=\"{}\"}} {}\n", f.name, cache, counts->*f.count);
    }
  }
}

}  // namespace

Metrics::Metrics() : operations_(AllOperations().size() + 1) { static_assert(std::size(kBounds) == kBuckets); }

void Metrics::CountCall(int operation, int http_status, std::string_view exception, int64_t microseconds) {
  OfOperation& o = operation < 0 ? operations_.back() : operations_[static_cast<size_t>(operation)];
  const Result result = http_status < 400 ? kOk : http_status < 500 ? kUserError : kServerError;
  o.calls[result].fetch_add(1, std::memory_order_relaxed);
  size_t bucket = 0;
  while (bucket < kBuckets && microseconds > kBounds[bucket]) ++bucket;
  o.latency[bucket].fetch_add(1, std::memory_order_relaxed);
  o.microseconds.fetch_add(static_cast<uint64_t>(microseconds), std::memory_order_relaxed);
  if (exception == "ProvisionedThroughputExceededException") throttled_.fetch_add(1, std::memory_order_relaxed);
}

void Metrics::CountUnits(double read_units, double write_units) {
  if (read_units > 0) read_half_units_.fetch_add(static_cast<uint64_t>(2 * read_units), std::memory_order_relaxed);
  if (write_units > 0) write_half_units_.fetch_add(static_cast<uint64_t>(2 * write_units), std::memory_order_relaxed);
}

std::string Metrics::Text(const CacheMetrics& caches) const {
  std::string out;
  const auto emit = std::back_inserter(out);
  static constexpr std::string_view kResultNames[] = {"ok", "user_error", "server_error"};
  out += "# HELP parton_requests_total Requests by operation and outcome.\n# TYPE parton_requests_total counter\n";
  for (size_t i = 0; i < operations_.size(); ++i) {
    for (size_t r = 0; r < kResults; ++r) {
      const uint64_t calls = operations_[i].calls[r].load(std::memory_order_relaxed);
      if (calls > 0)
        fmt::format_to(emit, "parton_requests_total{{operation=\"{}\",outcome=\"{}\"}} {}\n", NameOf(i),
                       kResultNames[r], calls);
    }
  }
  out +=
      "# HELP parton_request_seconds Time from the request's last byte to its answer.\n"
      "# TYPE parton_request_seconds histogram\n";
  for (size_t i = 0; i < operations_.size(); ++i) {
    const OfOperation& o = operations_[i];
    uint64_t total = 0;
    std::string lines;
    for (size_t b = 0; b <= kBuckets; ++b) {
      total += o.latency[b].load(std::memory_order_relaxed);
      fmt::format_to(std::back_inserter(lines), "parton_request_seconds_bucket{{operation=\"{}\",le=\"{}\"}} {}\n",
                     NameOf(i), b < kBuckets ? fmt::format("{}", static_cast<double>(kBounds[b]) / 1e6) : "+Inf",
                     total);
    }
    if (total == 0) continue;
    fmt::format_to(emit, "{}parton_request_seconds_sum{{operation=\"{}\"}} {}\n", lines, NameOf(i),
                   static_cast<double>(o.microseconds.load(std::memory_order_relaxed)) / 1e6);
    fmt::format_to(emit, "parton_request_seconds_count{{operation=\"{}\"}} {}\n", NameOf(i), total);
  }
  const auto value = [](const auto& counter) { return static_cast<double>(counter.load(std::memory_order_relaxed)); };
  Single(&out, "requests_in_flight", "gauge", "Requests that are waiting or running.", value(in_flight));
  Single(&out, "connections", "gauge", "Open connections.", value(connections));
  Single(&out, "connections_refused_total", "counter", "Connections closed since there were too many.",
         value(connections_refused));
  Single(&out, "requests_shed_total", "counter", "Requests refused since the queue was full.", value(shed));
  Single(&out, "auth_failures_total", "counter", "Requests with a wrong signature or key, or none.",
         value(auth_failures));
  Single(&out, "bad_requests_total", "counter", "Requests that are no proper HTTP.", value(bad_requests));
  Single(&out, "throttled_total", "counter", "Requests beyond a table's provisioned throughput.", value(throttled_));
  Single(&out, "consumed_read_units_total", "counter", "Read capacity units.", value(read_half_units_) / 2);
  Single(&out, "consumed_write_units_total", "counter", "Write capacity units.", value(write_half_units_) / 2);
  Single(&out, "received_bytes_total", "counter", "Bytes of requests' bodies.", value(bytes_received));
  Single(&out, "sent_bytes_total", "counter", "Bytes of answers' bodies.", value(bytes_sent));
  AddCaches(caches, &out);
  return out;
}

}  // namespace parton::server
