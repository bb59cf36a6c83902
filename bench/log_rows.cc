#include "bench/log_rows.h"

#include <fmt/format.h>

#include <iterator>

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
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0 Safari/537.36",
    "Mozilla/5.0 (compatible; crawler/{}; +http://crawler.example/about.html) like a browser of old",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 13_4) AppleWebKit/{}.1.15 (KHTML, like Gecko) Version/16.5",
};
constexpr const char* kPages[] = {"gallery/main", "gallery/modules/search", "static/themes/matrix", "feeds/latest",
                                  "download/archive"};
constexpr int64_t kCodes[] = {200, 200, 200, 200, 200, 200, 302, 304, 404, 500};

constexpr uint64_t kHosts = 16384, kDays = 28, kHours = 24, kVersions = 200;

struct Texts {
  std::vector<std::string> hosts, dates, agents, codes_and_times;

  Texts() {
    for (uint64_t i = 0; i < kHosts; ++i) hosts.push_back(fmt::format("66.249.{}.{}", i / 256, i % 256));
    for (uint64_t day = 0; day < kDays; ++day) dates.push_back(fmt::format("2024-03-{:02}", day + 1));
    for (const char* agent : kAgents) {
      for (uint64_t i = 0; i < kVersions; ++i) agents.push_back(fmt::format(fmt::runtime(agent), 100 + i));
    }
    for (int64_t code : kCodes) {
      for (const std::string& date : dates) {
        for (uint64_t hour = 0; hour < kHours; ++hour) {
          codes_and_times.push_back(fmt::format("{}#{}#{:02}", code, date, hour));
        }
      }
    }
  }
};

const Texts& SharedTexts() {
  static const Texts texts;
  return texts;
}

}  // namespace

LogRow MakeRow(int64_t i) {
  const Texts& texts = SharedTexts();
  const uint64_t h = Mix(static_cast<uint64_t>(i)), more = Mix(h);
  const uint64_t day = (h >> 12) % kDays, hour = (h >> 17) % kHours, code = (h >> 40) % std::size(kCodes);
  LogRow r;
  r.requestid = i;
  // Some hosts come much more often than others.
  r.host = texts.hosts[(more % kHosts) * ((more >> 32) % kHosts) / kHosts];
  r.date = texts.dates[day];
  r.hourofday = static_cast<int64_t>(hour);
  r.timezone = "GMT-0700";
  r.method = (h >> 22) % 20 == 0 ? "POST" : "GET";
  r.url = fmt::format("/{}.php?g2_itemId={}&g2_serial={}", kPages[(h >> 27) % 5], (h >> 30) % 50000, (h >> 46) % 1000);
  r.responsecode = kCodes[code];
  r.bytessent = static_cast<int64_t>((h >> 44) % 20000);
  r.useragent = texts.agents[(h >> 50) % texts.agents.size()];
  r.shard = i % 10 + 1;
  r.code_and_time = texts.codes_and_times[(code * kDays + day) * kHours + hour];
  return r;
}

LogRows MakeRows(int64_t first, int64_t n) {
  LogRows rows;
  rows.reserve(static_cast<size_t>(n));
  for (int64_t i = first; i < first + n; ++i) rows.push_back(MakeRow(i));
  return rows;
}

std::vector<HostRow> AllHosts() {
  std::vector<HostRow> rows;
  for (const std::string& host : SharedTexts().hosts) {
    rows.push_back({host, fmt::format("C{}", Mix(rows.size()) % 10)});
  }
  return rows;
}

std::vector<CodeRow> AllCodes() {
  return {{200, "ok"}, {302, "moved"}, {304, "moved"}, {404, "client"}, {500, "server"}};
}

}  // namespace parton::bench
