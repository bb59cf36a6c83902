// The rows all sides of the benchmark work on: web-log records of 12 attributes, about 280 bytes, made by a
// fixed sequence of pseudo-random numbers.
#ifndef PARTON_BENCH_LOG_ROWS_H_
#define PARTON_BENCH_LOG_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton::bench {

// The texts of which there are few belong to the program.
struct LogRow {
  int64_t requestid = 0;
  std::string_view host;
  std::string_view date;
  int64_t hourofday = 0;
  std::string_view timezone;
  std::string_view method;
  std::string url;
  int64_t responsecode = 0;
  int64_t bytessent = 0;
  std::string_view useragent;
  int64_t shard = 0;               // requestid % 10 + 1
  std::string_view code_and_time;  // "404#2024-03-01#07"
};

using LogRows = std::vector<LogRow>;

// Row number `i`, from 1.
LogRow MakeRow(int64_t i);
// Rows number `first` to `first` + `n` - 1.
LogRows MakeRows(int64_t first, int64_t n);

// What the analytic queries join with: every host and every response code.
struct HostRow {
  std::string_view host;
  std::string country;  // C0 to C9
};
std::vector<HostRow> AllHosts();
struct CodeRow {
  int64_t code = 0;
  std::string name;  // of its class: ok, moved, client, server
};
std::vector<CodeRow> AllCodes();

}  // namespace parton::bench

#endif  // PARTON_BENCH_LOG_ROWS_H_
