// Ten analytic queries on the log rows, which must give the same answers everywhere.
#ifndef PARTON_BENCH_ANALYTIC_H_
#define PARTON_BENCH_ANALYTIC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/log_rows.h"
#include "bench/measure.h"

namespace parton::bench {

struct AnalyticQuery {
  const char* name;
  const char* text;  // the same for all engines
};
const std::vector<AnalyticQuery>& AnalyticQueries();

// A row as a line: its fields, with '|' behind each.
void AddText(std::string_view text, std::string* line);
// In nine digits: AVG is a decimal here and a double there.
void AddNumber(double number, std::string* line);

struct OutsideAnswer {
  std::vector<Cost> costs;
  std::vector<std::string> rows;
};
// DuckDB's answers, by query, from a program of its own (duckdb_queries.js) on files in `directory`; with one thread.
// Empty, with a word on stderr, where Node or DuckDB's package is not there.
std::vector<OutsideAnswer> AskDuckDb(const LogRows& rows, int rounds, const std::string& directory);

}  // namespace parton::bench

#endif  // PARTON_BENCH_ANALYTIC_H_
