// Whether anything grows faster than its work: each kind of work at three sizes, what it cost, and the exponent of the
// growth, by least squares on logarithms. 1 is linear. Costs are processor time of all threads of the process, with the
// compactions in the background, or bytes; never the clock.
//
//   growth_bench [--check] [--only TEXT] [--scale F] [--directory PATH]
//
// --check: exit code 1 if an exponent is above its limit (1.2). --scale: of all sizes.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/parton_items.h"
#include "parton/database.h"

namespace parton::bench {

namespace {

double ProcessorSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double HeapBytes() {
  const struct mallinfo2 m = mallinfo2();
  return static_cast<double>(m.uordblks) + static_cast<double>(m.hblkhd);
}

// A database of its own for each run.
class Bed {
 public:
  explicit Bed(std::string path, Options options = {}) : path_(std::move(path)), options_(std::move(options)) {
    std::filesystem::remove_all(path_);
    options_.durable = false;
    Open();
  }
  ~Bed() {
    Close();
    std::filesystem::remove_all(path_);
  }

  void Open() {
    database_ = Need(Database::Open(path_, options_));
    connection_ = database_->Connect();
    Check(connection_->Set("threads", int64_t{1}));
  }
  void Close() {
    connection_.reset();
    database_.reset();
  }
  Database& database() { return *database_; }
  Connection& connection() { return *connection_; }

  // The rows it gave.
  int64_t Run(const std::string& text) { return Count(Need(connection_->Execute(text)).get()); }
  // Rows of t from `begin` to `end`, a thousand in a commit.
  void Fill(int64_t begin, int64_t end, const std::function<Value(int64_t)>& row) {
    auto insert = Need(connection_->Prepare("INSERT INTO t SELECT VALUE r FROM ? AS r"));
    std::vector<Value> rows;
    for (int64_t i = begin; i < end; ++i) {
      rows.push_back(row(i));
      if (rows.size() < 1000 && i + 1 < end) continue;
      Check(insert->Bind(1, Value::Bag(std::move(rows))));
      Count(Need(insert->Execute()));
      rows.clear();
    }
  }
  static int64_t Count(ResultSet* result) {
    int64_t rows = 0;
    while (result->Next()) ++rows;
    Check(result->status());
    return rows;
  }

 private:
  const std::string path_;
  Options options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

Value Row(int64_t id) {
  return Value::Struct({{"id", id}, {"g", id % 10}, {"s", id}, {"v", int64_t{0}}, {"text", std::string(40, 'x')}});
}

// What a work costs between Start() and Stop().
class Meter {
 public:
  void Start() { start_ = ProcessorSeconds(); }
  void Stop() { cost += ProcessorSeconds() - start_; }
  double cost = 0;

 private:
  double start_ = 0;
};

struct Work {
  const char* name;
  const char* unit;  // of the cost
  std::vector<int64_t> sizes;
  std::function<double(const std::string& path, int64_t n)> run;
  double limit = 1.2;
};

const char* const kTable = "CREATE TABLE t (id NUMBER, PRIMARY KEY (id))";

double Savepoints(const std::string& path, int64_t n, bool bytes) {
  Bed bed(path);
  bed.Run(kTable);
  auto insert = Need(bed.connection().Prepare("INSERT INTO t VALUE ?"));
  bed.Run("BEGIN");
  const double before = HeapBytes();
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n; ++i) {
    bed.Run("SAVEPOINT a");
    Check(insert->Bind(1, Row(i)));
    Bed::Count(Need(insert->Execute()));
    bed.Run("RELEASE SAVEPOINT a");
  }
  meter.Stop();
  const double heap = HeapBytes() - before;
  bed.Run("COMMIT");
  return bytes ? heap : meter.cost;
}

double InsertsBesideACursor(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run(kTable);
  bed.Fill(0, 10, Row);
  auto insert = Need(bed.connection().Prepare("INSERT INTO t VALUE ?"));
  bed.Run("BEGIN");
  bed.Run("UPDATE t SET v = 1 WHERE id = 1");
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n; ++i) {
    // One that is open, of what the transaction wrote so far.
    auto open = Need(bed.connection().Execute("SELECT VALUE id FROM t"));
    if (!open->Next()) std::abort();
    Check(insert->Bind(1, Row(10 + i)));
    Bed::Count(Need(insert->Execute()));
  }
  meter.Stop();
  bed.Run("COMMIT");
  return meter.cost;
}

double HotItem(const std::string& path, int64_t n, bool backward) {
  Bed bed(path);
  bed.Run("CREATE TABLE t (g NUMBER, id NUMBER, PRIMARY KEY (g, id))");
  bed.Fill(0, 20, [](int64_t i) { return Value::Struct({{"g", int64_t{1}}, {"id", i}, {"v", int64_t{0}}}); });
  auto update = Need(bed.connection().Prepare("UPDATE t SET v = v + 1 WHERE g = 1 AND id = 10"));
  auto query = Need(bed.connection().Prepare(backward ? "SELECT VALUE v FROM t WHERE g = 1 ORDER BY id DESC"
                                                      : "SELECT VALUE v FROM t WHERE g = 1 ORDER BY id"));
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n; ++i) {
    Bed::Count(Need(update->Execute()));
    if (i % 10 == 0 && Bed::Count(Need(query->Execute())) != 20) std::abort();
  }
  meter.Stop();
  return meter.cost;
}

double Queue(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run("CREATE TABLE t (g NUMBER, id NUMBER, PRIMARY KEY (g, id))");
  const auto row = [](int64_t i) { return Value::Struct({{"g", int64_t{1}}, {"id", i}, {"v", std::string(40, 'x')}}); };
  bed.Fill(0, n, row);
  auto head = Need(bed.connection().Prepare("SELECT VALUE id FROM t WHERE g = 1 ORDER BY id LIMIT 1"));
  auto remove = Need(bed.connection().Prepare("DELETE FROM t WHERE g = 1 AND id = ?"));
  auto append = Need(bed.connection().Prepare("INSERT INTO t VALUE ?"));
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n; ++i) {
    ResultSet* rows = Need(head->Execute());
    if (!rows->Next() || rows->row().int_value() != i) std::abort();
    Check(remove->Bind(1, i));
    Bed::Count(Need(remove->Execute()));
    Check(append->Bind(1, row(n + i)));
    Bed::Count(Need(append->Execute()));
  }
  meter.Stop();
  return meter.cost;
}

double TopOfAnIndex(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run("CREATE TABLE t (id NUMBER, g NUMBER, s NUMBER, PRIMARY KEY (id), GLOBAL INDEX x (g, s))");
  bed.Fill(0, n, Row);
  auto query = Need(bed.connection().Prepare("SELECT VALUE id FROM t WHERE g = 5 ORDER BY s LIMIT 100"));
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n / 100; ++i) Bed::Count(Need(query->Execute()));
  meter.Stop();
  return meter.cost;
}

double PagesAfterARow(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run("CREATE TABLE t (id NUMBER, g NUMBER, s NUMBER, PRIMARY KEY (id), GLOBAL INDEX x (g, s))");
  bed.Fill(0, n, [](int64_t id) {
    return Value::Struct({{"id", id}, {"g", int64_t{1}}, {"s", int64_t{1}}, {"text", std::string(40, 'x')}});
  });
  auto query =
      Need(bed.connection().Prepare("SELECT VALUE id FROM t WHERE g = 1 AND s = 1 AND id >= ? ORDER BY id LIMIT 100"));
  Meter meter;
  meter.Start();
  for (int64_t i = 0; i < n; i += 100) {
    Check(query->Bind(1, i));
    Bed::Count(Need(query->Execute()));
  }
  meter.Stop();
  return meter.cost;
}

double InLiterals(const std::string& path, int64_t n, const char* attribute) {
  Bed bed(path);
  bed.Run(kTable);
  bed.Fill(0, 4 * n, Row);
  std::string text = fmt::format("SELECT VALUE id FROM t WHERE {} IN (", attribute);
  for (int64_t i = 0; i < n; ++i) text += fmt::format("{}{}", i == 0 ? "" : ", ", 3 * i);
  text += ")";
  Meter meter;
  meter.Start();
  bed.Run(text);
  meter.Stop();
  return meter.cost;
}

// As many ranges in one transaction as commits of others beside it.
double Validation(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run("CREATE TABLE t (g NUMBER, id NUMBER, PRIMARY KEY (g, id))");
  auto other = bed.database().Connect();
  auto insert = Need(other->Prepare("INSERT INTO t VALUE ?"));
  auto query = Need(bed.connection().Prepare("SELECT VALUE id FROM t WHERE g = ?"));
  bed.Run("BEGIN");
  for (int64_t i = 0; i < n; ++i) {
    Check(query->Bind(1, i));
    Bed::Count(Need(query->Execute()));
  }
  bed.Run("INSERT INTO t VALUE {'g': -1, 'id': 1}");
  for (int64_t i = 0; i < n; ++i) {
    Check(insert->Bind(1, Value::Struct({{"g", n + i}, {"id", i}})));
    Bed::Count(Need(insert->Execute()));
  }
  Meter meter;
  meter.Start();
  bed.Run("COMMIT");
  meter.Stop();
  return meter.cost;
}

double Opening(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run(kTable);
  bed.Fill(0, n, Row);
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    bed.Close();
    Meter meter;
    meter.Start();
    bed.Open();
    meter.Stop();
    best = i == 0 ? meter.cost : std::min(best, meter.cost);
  }
  return best;
}

double CreateIndex(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run(kTable);
  bed.Fill(0, n, Row);
  Meter meter;
  meter.Start();
  bed.Run("CREATE INDEX x ON t (g NUMBER, s NUMBER)");
  meter.Stop();
  return meter.cost;
}

// With caches and buffers that are full at each of the sizes.
double MemoryAtRest(const std::string& path, int64_t n) {
  Options options;
  options.cache_bytes = size_t{4} << 20;
  options.write_buffer_bytes = size_t{1} << 20;
  options.item_cache_bytes = size_t{1} << 20;
  const double before = HeapBytes();
  Bed bed(path, options);
  bed.Run(kTable);
  bed.Fill(0, n, Row);
  bed.Run("CREATE INDEX x ON t (g NUMBER, s NUMBER)");
  bed.Run("SELECT VALUE COUNT(*) FROM t WHERE v = 1");
  return HeapBytes() - before;
}

double TwoWriters(const std::string& path, int64_t n) {
  Bed bed(path);
  bed.Run(kTable);
  Meter meter;
  meter.Start();
  std::vector<std::thread> writers;
  for (int64_t t = 0; t < 2; ++t) {
    writers.emplace_back([&bed, n, t] {
      auto c = bed.database().Connect();
      auto insert = Need(c->Prepare("INSERT INTO t VALUE ?"));
      for (int64_t i = t; i < n; i += 2) {
        Check(insert->Bind(1, Row(i)));
        Bed::Count(Need(insert->Execute()));
      }
    });
  }
  for (std::thread& w : writers) w.join();
  meter.Stop();
  return meter.cost;
}

double TopTen(const std::string& path, int64_t n, const char* filter) {
  Bed bed(path);
  bed.Run(kTable);
  bed.Fill(0, n, Row);
  const std::string text = fmt::format("SELECT id, s, text FROM t WHERE {} ORDER BY s DESC LIMIT 10", filter);
  Meter meter;
  meter.Start();
  for (int i = 0; i < 3; ++i) bed.Run(text);
  meter.Stop();
  return meter.cost;
}

std::vector<Work> Works() {
  using namespace std::placeholders;
  return {
      {"savepoint, insert, release", "s", {4000, 8000, 16000}, std::bind(Savepoints, _1, _2, false)},
      {"the same, memory", "bytes", {4000, 8000, 16000}, std::bind(Savepoints, _1, _2, true)},
      {"insert beside an open cursor", "s", {2000, 4000, 8000}, InsertsBesideACursor},
      {"updates of one item, query", "s", {20000, 40000, 80000}, std::bind(HotItem, _1, _2, false)},
      {"the same, query backward", "s", {20000, 40000, 80000}, std::bind(HotItem, _1, _2, true)},
      {"queue: head, delete, append", "s", {10000, 20000, 40000}, Queue},
      {"n/100 queries by an index, top 100", "s", {10000, 20000, 40000}, TopOfAnIndex},
      {"n/100 pages of an index after a row", "s", {10000, 20000, 40000}, PagesAfterARow},
      {"IN of n literals, 4n rows", "s", {1000, 2000, 4000}, std::bind(InLiterals, _1, _2, "v")},
      {"IN of n keys", "s", {2000, 4000, 8000}, std::bind(InLiterals, _1, _2, "id")},
      {"COMMIT of n ranges, n others", "s", {10000, 20000, 40000}, Validation},
      {"opening", "s", {50000, 100000, 200000}, Opening, 0.5},
      {"CREATE INDEX", "s", {50000, 100000, 200000}, CreateIndex},
      {"memory at rest", "bytes", {50000, 100000, 200000}, MemoryAtRest, 0.5},
      {"writes by two threads", "s", {20000, 40000, 80000}, TwoWriters},
      {"top 10 of a filter", "s", {20000, 40000, 80000}, std::bind(TopTen, _1, _2, "v = 0")},
      {"top 10 of a LIKE", "s", {20000, 40000, 80000}, std::bind(TopTen, _1, _2, "text LIKE '%x%'")},
  };
}

// The slope of log(cost) over log(size).
double Exponent(const std::vector<int64_t>& sizes, const std::vector<double>& costs) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) {
    const double a = std::log(static_cast<double>(sizes[i])), b = std::log(std::max(costs[i], 1e-9));
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

// Times that are short are noisy: the least of several runs.
double Cost(const Work& work, const std::string& path, int64_t n) {
  constexpr double kLong = 1.5;
  double least = 0;
  for (int i = 0; i < 3; ++i) {
    const double cost = work.run(path, n);
    least = i == 0 ? cost : std::min(least, cost);
    if (std::strcmp(work.unit, "s") != 0 || cost > kLong) break;
  }
  return least;
}

std::string Printed(double cost, const char* unit) {
  return std::strcmp(unit, "s") == 0 ? fmt::format("{:.1f} ms", cost * 1e3) : fmt::format("{:.1f} MB", cost / 1e6);
}

int Main(int argc, char** argv) {
  bool check = false;
  std::string only, directory = std::filesystem::temp_directory_path();
  double scale = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "--check") {
      check = true;
    } else if (a == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (a == "--scale" && i + 1 < argc) {
      scale = std::atof(argv[++i]);
    } else if (a == "--directory" && i + 1 < argc) {
      directory = argv[++i];
    } else {
      fmt::print(stderr, "growth_bench [--check] [--only TEXT] [--scale F] [--directory PATH]\n");
      return 2;
    }
  }
  const std::string path = fmt::format("{}/growth_bench.{}", directory, getpid());
  int failed = 0;
  fmt::print("| work | sizes | costs | exponent | at most |\n| --- | --- | --- | --- | --- |\n");
  for (const Work& work : Works()) {
    if (std::string_view(work.name).find(only) == std::string_view::npos) continue;
    std::vector<int64_t> sizes;
    std::vector<double> costs;
    std::string at, took;
    for (const int64_t size : work.sizes) {
      sizes.push_back(std::max<int64_t>(100, static_cast<int64_t>(static_cast<double>(size) * scale)));
      costs.push_back(Cost(work, path, sizes.back()));
      at += fmt::format("{}{}", at.empty() ? "" : " / ", sizes.back());
      took += (took.empty() ? "" : " / ") + Printed(costs.back(), work.unit);
    }
    const double exponent = Exponent(sizes, costs);
    const bool over = exponent > work.limit;
    failed += over ? 1 : 0;
    fmt::print("| {} | {} | {} | {:.2f}{} | {} |\n", work.name, at, took, exponent, over ? " !" : "", work.limit);
    std::fflush(stdout);
  }
  if (failed != 0) fmt::print("{} grow faster than they should\n", failed);
  return check && failed != 0 ? 1 : 0;
}

}  // namespace

}  // namespace parton::bench

int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }
