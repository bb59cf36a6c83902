// The rows all sides of the benchmark work on: web-log records of 12 attributes, about 280 bytes, made by a
// fixed sequence of pseudo-random numbers.
#ifndef PARTON_BENCH_LOG_ROWS_H_
#define PARTON_BENCH_LOG_ROWS_H_

#include <cstdint>
#include <string>

namespace parton::bench {

struct LogRow {
  int64_t requestid = 0;
  std::string host;
  std::string date;
  int64_t hourofday = 0;
  std::string timezone;
  std::string method;
  std::string url;
  int64_t responsecode = 0;
  int64_t bytessent = 0;
  std::string useragent;
  int64_t shard = 0;          // requestid % 10 + 1
  std::string code_and_time;  // "404#2024-03-01#07"
};

// Row number `i`, from 1.
LogRow MakeRow(int64_t i);

}  // namespace parton::bench

#endif  // PARTON_BENCH_LOG_ROWS_H_
