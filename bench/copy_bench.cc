// COPY FROM against the library's bulk path: the same log records from a file, and handed over as parameters, 1000
// a statement. The two take turns, on a database of their own each time.
//
//   copy_bench [ROWS [ROUNDS]] [jsonl|csv|bulk]      one side alone, for perf and callgrind: copy_bench 20000 1 csv
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/log_rows.h"
#include "parton/database.h"

namespace parton::bench {
namespace {

template <typename T>
T Need(Result<T> r) {
  if (r.ok()) return std::move(r).value();
  std::fprintf(stderr, "%s\n", r.status().ToString().c_str());
  std::exit(1);
}

Value ToItem(const LogRow& r) {
  return Value::Struct({{"requestid", r.requestid},
                        {"host", r.host},
                        {"date", r.date},
                        {"hourofday", r.hourofday},
                        {"timezone", r.timezone},
                        {"method", r.method},
                        {"url", r.url},
                        {"responsecode", r.responsecode},
                        {"bytessent", r.bytessent},
                        {"useragent", r.useragent},
                        {"shard", r.shard},
                        {"code_and_time", r.code_and_time}});
}

struct Fresh {
  explicit Fresh(const std::string& path) : path(path) {
    std::filesystem::remove_all(path);
    db = Need(Database::Open(path));
    connection = db->Connect();
    Need(connection->Execute("CREATE TABLE t (requestid NUMBER, PRIMARY KEY (requestid))"));
  }
  ~Fresh() {
    connection.reset();
    db.reset();
    std::filesystem::remove_all(path);
  }
  std::string path;
  std::unique_ptr<Database> db;
  std::unique_ptr<Connection> connection;
};

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

double Bulk(const std::string& path, const std::vector<Value>& items) {
  Fresh fresh(path);
  auto insert = Need(fresh.connection->Prepare("INSERT INTO t SELECT VALUE r FROM ? AS r"));
  const auto start = std::chrono::steady_clock::now();
  for (size_t at = 0; at < items.size(); at += 1000) {
    std::vector<Value> batch(items.begin() + static_cast<ptrdiff_t>(at),
                             items.begin() + static_cast<ptrdiff_t>(std::min(items.size(), at + 1000)));
    if (!insert->Bind(1, Value::Bag(std::move(batch))).ok()) std::exit(1);
    Need(insert->Execute());
  }
  return Seconds(start);
}

double Copy(const std::string& path, const std::string& file) {
  Fresh fresh(path);
  const auto start = std::chrono::steady_clock::now();
  Need(fresh.connection->Execute("COPY t FROM '" + file + "'"));
  return Seconds(start);
}

int Main(int argc, char** argv) {
  const int64_t rows = argc > 1 ? std::atoll(argv[1]) : 200000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string side = argc > 3 ? argv[3] : "both";
  const std::string folder = (std::filesystem::temp_directory_path() / fmt::format("copy_bench_{}", rows)).string();
  const std::string json = folder + ".jsonl", csv = folder + ".csv";
  std::vector<Value> items;
  {
    std::ofstream json_out(json), csv_out(csv);
    for (int64_t i = 1; i <= rows; ++i) {
      Value item = ToItem(MakeRow(i));
      json_out << item.ToJson() << '\n';
      for (size_t f = 0; f < item.fields().size() && i == 1; ++f) csv_out << (f ? "," : "") << item.fields()[f].name;
      if (i == 1) csv_out << '\n';
      for (size_t f = 0; f < item.fields().size(); ++f) {
        const Value& v = item.fields()[f].value;
        const bool plain = v.is_text() && v.bytes().find_first_of(",\"\n") == std::string_view::npos;
        csv_out << (f ? "," : "") << (plain ? std::string(v.bytes()) : v.ToJson());
      }
      csv_out << '\n';
      if (side == "both" || side == "bulk") items.push_back(std::move(item));
    }
  }
  double bulk = 0, from_json = 0, from_csv = 0;
  for (int i = 0; i < rounds; ++i) {
    if (side == "both" || side == "bulk") bulk += Bulk(folder, items);
    if (side == "both" || side == "jsonl") from_json += Copy(folder, json);
    if (side == "both" || side == "csv") from_csv += Copy(folder, csv);
  }
  const double n = static_cast<double>(rows) * rounds;
  if (side != "both") return 0;
  std::printf("rows/s: bulk %.0f, COPY jsonl %.0f (%.0f %%), COPY csv %.0f (%.0f %%)\n", n / bulk, n / from_json,
              100 * bulk / from_json, n / from_csv, 100 * bulk / from_csv);
  std::filesystem::remove(json);
  std::filesystem::remove(csv);
  return 0;
}

}  // namespace
}  // namespace parton::bench

// A benchmark may die of an exception.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }
