#include "bench/log_rows.h"

#include <fmt/format.h>

namespace parton::bench {

namespace {

// SplitMix64: a good hash of the row number, so rows can be made in any order.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

constexpr const char* kAgents[] = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0 Safari/537.36",
    "Mozilla/5.0 (compatible; crawler/2.1; +http://crawler.example/about.html) like a browser of old",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 13_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5",
};
constexpr const char* kPages[] = {"gallery/main", "gallery/modules/search", "static/themes/matrix", "feeds/latest",
                                  "download/archive"};
constexpr int64_t kCodes[] = {200, 200, 200, 200, 200, 200, 302, 304, 404, 500};

}  // namespace

LogRow MakeRow(int64_t i) {
  uint64_t h = Mix(static_cast<uint64_t>(i));
  LogRow r;
  r.requestid = i;
  r.host = fmt::format("66.249.{}.{}", h % 64, (h >> 8) % 16);
  r.date = fmt::format("2024-03-{:02}", 1 + (h >> 12) % 28);
  r.hourofday = static_cast<int64_t>((h >> 17) % 24);
  r.timezone = "GMT-0700";
  r.method = (h >> 22) % 20 == 0 ? "POST" : "GET";
  r.url = fmt::format("/{}.php?g2_itemId={}&g2_serial={}", kPages[(h >> 27) % 5], (h >> 30) % 50000, (h >> 46) % 1000);
  r.responsecode = kCodes[(h >> 40) % 10];
  r.bytessent = static_cast<int64_t>((h >> 44) % 20000);
  r.useragent = kAgents[(h >> 59) % 3];
  r.shard = i % 10 + 1;
  r.code_and_time = fmt::format("{}#{}#{:02}", r.responsecode, r.date, r.hourofday);
  return r;
}

}  // namespace parton::bench
