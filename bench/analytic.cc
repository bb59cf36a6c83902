#include "bench/analytic.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace parton::bench {

const std::vector<AnalyticQuery>& AnalyticQueries() {
  static const std::vector<AnalyticQuery> queries = {
      {"Q1 two keys, five aggregates",
       "SELECT method, responsecode, COUNT(*) AS n, SUM(bytessent) AS s, AVG(bytessent) AS a, MIN(bytessent) AS lo, "
       "MAX(bytessent) AS hi FROM t WHERE hourofday <= 20 GROUP BY method, responsecode "
       "ORDER BY method, responsecode"},
      {"Q2 top hosts", "SELECT host, COUNT(*) AS n FROM t GROUP BY host ORDER BY n DESC, host LIMIT 10"},
      {"Q3 LIKE, COUNT DISTINCT", "SELECT COUNT(DISTINCT host) AS n, COUNT(*) AS m FROM t WHERE url LIKE '%gallery%'"},
      {"Q4 selective, group, order",
       "SELECT date, hourofday, COUNT(*) AS n, SUM(bytessent) AS s FROM t WHERE responsecode = 404 "
       "GROUP BY date, hourofday ORDER BY date, hourofday"},
      {"Q5 COUNT(DISTINCT useragent)", "SELECT COUNT(DISTINCT useragent) AS n FROM t"},
      {"Q6 star join",
       "SELECT c.class AS class, h.country AS country, COUNT(*) AS n, SUM(t.bytessent) AS s FROM t AS t "
       "JOIN codes AS c ON t.responsecode = c.code JOIN hosts AS h ON t.host = h.host "
       "WHERE h.country IN ('C1', 'C2') GROUP BY c.class, h.country ORDER BY class, country"},
      {"Q7 top 10 of a filter",
       "SELECT requestid, url, bytessent FROM t WHERE method = 'GET' ORDER BY bytessent DESC, requestid LIMIT 10"},
      {"Q8 CASE and arithmetic",
       "SELECT SUM(CASE WHEN responsecode >= 400 THEN 1 ELSE 0 END) AS bad, AVG(bytessent * 2 + 1) AS a, "
       "SUM(bytessent + hourofday) AS s FROM t"},
      {"Q9 IN (subquery)", "SELECT COUNT(*) AS n FROM t WHERE host IN (SELECT host FROM hosts WHERE country = 'C3')"},
      {"Q10 ROW_NUMBER",
       "SELECT COUNT(*) AS n FROM (SELECT ROW_NUMBER() OVER (PARTITION BY host ORDER BY bytessent DESC, requestid) "
       "AS r FROM t) AS x WHERE x.r = 1"},
  };
  return queries;
}

void AddText(std::string_view text, std::string* line) {
  line->append(text);
  line->push_back('|');
}

void AddNumber(double number, std::string* line) { *line += fmt::format("{:.9g}|", number); }

namespace {

void WriteFiles(const LogRows& rows, const std::string& directory) {
  std::ofstream t(directory + "/t.csv");
  t << "requestid,host,date,hourofday,timezone,method,url,responsecode,bytessent,useragent,shard,code_and_time\n";
  for (const LogRow& r : rows) {
    t << fmt::format("{},{},{},{},{},{},\"{}\",{},{},\"{}\",{},{}\n", r.requestid, r.host, r.date, r.hourofday,
                     r.timezone, r.method, r.url, r.responsecode, r.bytessent, r.useragent, r.shard, r.code_and_time);
  }
  std::ofstream hosts(directory + "/hosts.csv");
  hosts << "host,country\n";
  for (const HostRow& h : AllHosts()) hosts << h.host << ',' << h.country << '\n';
  std::ofstream codes(directory + "/codes.csv");
  codes << "code,class\n";
  for (const CodeRow& c : AllCodes()) codes << c.code << ',' << c.name << '\n';
  std::ofstream queries(directory + "/queries.txt");
  for (const AnalyticQuery& q : AnalyticQueries()) queries << q.text << '\n';
}

// Lines of the script: "cost SECONDS PROCESSOR", "text ..." and "number ..." for fields, "row" behind each row, "query"
// behind each query.
std::vector<OutsideAnswer> ReadAnswers(std::istream& in) {
  std::vector<OutsideAnswer> answers;
  OutsideAnswer answer;
  std::string line, row;
  while (std::getline(in, line)) {
    const std::string kind = line.substr(0, line.find(' '));
    const std::string rest = line.size() > kind.size() ? line.substr(kind.size() + 1) : "";
    if (kind == "cost") {
      Cost cost;
      std::istringstream(rest) >> cost.seconds >> cost.processor;
      answer.costs.push_back(cost);
    } else if (kind == "text") {
      AddText(rest, &row);
    } else if (kind == "number") {
      AddNumber(std::strtod(rest.c_str(), nullptr), &row);
    } else if (kind == "row") {
      answer.rows.push_back(std::move(row));
      row.clear();
    } else if (kind == "query") {
      answers.push_back(std::move(answer));
      answer = {};
    }
  }
  return answers;
}

}  // namespace

std::vector<OutsideAnswer> AskDuckDb(const LogRows& rows, int rounds, const std::string& directory) {
  const std::string script = std::string(PARTON_BENCH_SOURCES) + "/duckdb_queries.js";
  // A status of its own says that the package is not there.
  constexpr int kNotInstalled = 77;
  const std::string node = "node \"" + script + "\" ";
  if (const int status = std::system((node + "--installed >/dev/null 2>&1").c_str()); status != 0) {
    const bool missing = WIFEXITED(status) && WEXITSTATUS(status) == kNotInstalled;
    fmt::print(stderr, "parton_bench: DuckDB is left out: {} is not there\n", missing ? "@duckdb/node-api" : "node");
    return {};
  }
  WriteFiles(rows, directory);
  const std::string answers = directory + "/answers.txt";
  if (std::system(fmt::format("{} \"{}\" {} >\"{}\"", node, directory, rounds, answers).c_str()) != 0) {
    fmt::print(stderr, "parton_bench: DuckDB is left out: {} failed\n", script);
    return {};
  }
  std::ifstream in(answers);
  return ReadAnswers(in);
}

}  // namespace parton::bench
