// Statements of every construct at growing length: near linear or refused; cancelled soon; within memory and stack.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

// "<first><item 1><between><item 2>...<last>"; `#` in an item is its number.
std::string List(std::string_view first, std::string_view item, std::string_view between, size_t n,
                 std::string_view last = "") {
  std::string out(first);
  for (size_t i = 0; i < n; ++i) {
    if (i > 0) out += between;
    for (char c : item) c == '#' ? out += std::to_string(i) : out += c;
  }
  return out.append(last);
}

double Seconds(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Construct {
  const char* name;
  std::function<std::string(size_t)> text;
};

const std::vector<Construct>& Constructs() {
  static const std::vector<Construct> all = {
      {"path", [](size_t n) { return List("SELECT VALUE t.", "b", ".", n, " FROM t AS t"); }},
      {"positions", [](size_t n) { return List("SELECT VALUE t.b", "[0]", "", n, " FROM t AS t"); }},
      {"computed positions", [](size_t n) { return List("SELECT VALUE t.b", "[t.k]", "", n, " FROM t AS t"); }},
      {"wildcards", [](size_t n) { return List("SELECT VALUE 1 FROM t.b", "[*]", "", n, " AS x"); }},
      {"sum", [](size_t n) { return List("SELECT VALUE ", "1", " + ", n); }},
      {"concatenation", [](size_t n) { return List("SELECT VALUE ", "'a'", " || ", n); }},
      {"and", [](size_t n) { return List("SELECT * FROM t WHERE ", "k <> #", " AND ", n); }},
      {"or", [](size_t n) { return List("SELECT * FROM t WHERE ", "d = # AND e = #", " OR ", n); }},
      {"in", [](size_t n) { return List("SELECT * FROM t WHERE d IN (", "#", ", ", n, ")"); }},
      {"in of keys", [](size_t n) { return List("SELECT * FROM t WHERE k IN (", "#", ", ", n, ")"); }},
      {"case", [](size_t n) { return List("SELECT VALUE CASE ", "WHEN k = # THEN #", " ", n, " END FROM t"); }},
      {"list", [](size_t n) { return List("SELECT VALUE [", "k", ", ", n, "] FROM t"); }},
      {"tuple", [](size_t n) { return List("SELECT VALUE {", "'a#': k", ", ", n, "} FROM t"); }},
      {"columns", [](size_t n) { return List("SELECT ", "k AS c#", ", ", n, " FROM t"); }},
      {"functions", [](size_t n) { return List("SELECT ", "UPPER(d) AS c#", ", ", n, " FROM t"); }},
      {"aggregates", [](size_t n) { return List("SELECT ", "SUM(k + #) AS c#", ", ", n, " FROM t"); }},
      {"group by", [](size_t n) { return List("SELECT COUNT(*) AS c FROM t GROUP BY ", "k + # AS g#", ", ", n); }},
      {"order by", [](size_t n) { return List("SELECT k FROM t ORDER BY ", "k + #", ", ", n); }},
      {"let", [](size_t n) { return List("SELECT VALUE a0 FROM t LET ", "k + # AS a#", ", ", n); }},
      {"commas", [](size_t n) { return List("SELECT VALUE 1 FROM ", "t AS t#", ", ", n); }},
      {"joins", [](size_t n) { return "SELECT VALUE 1 FROM t AS t" + List("", " JOIN t AS t# ON TRUE", "", n); }},
      {"unnests", [](size_t n) { return "SELECT VALUE 1 FROM t AS t" + List("", ", t.b AS x#", "", n); }},
      {"unions", [](size_t n) { return List("", "SELECT VALUE k FROM t", " UNION ALL ", n); }},
      {"with", [](size_t n) { return List("WITH ", "w# AS (SELECT VALUE #)", ", ", n, " SELECT * FROM w0"); }},
      {"values", [](size_t n) { return List("INSERT INTO t (k, d) VALUES ", "(#, 'x')", ", ", n); }},
      {"bag", [](size_t n) { return List("INSERT INTO t << ", "{'k': #}", ", ", n, " >>"); }},
      {"set", [](size_t n) { return List("UPDATE t ", "SET a# = #", " ", n, " WHERE k = 1"); }},
      {"subqueries", [](size_t n) { return List("SELECT ", "(SELECT MAX(u.k) FROM t AS u) AS c#", ", ", n); }},
      {"exists",
       [](size_t n) {
         return List("SELECT * FROM t AS t WHERE ", "EXISTS (SELECT * FROM t AS u WHERE u.k = t.k)", " AND ", n);
       }},
      {"parentheses", [](size_t n) { return List("SELECT VALUE ", "(", "", n) + "1" + List("", ")", "", n); }},
      {"lists in lists", [](size_t n) { return List("SELECT VALUE ", "[", "", n) + "1" + List("", "]", "", n); }},
      {"deep error", [](size_t n) { return List("SELECT VALUE ", "(", "", n) + "1 FOO BAR"; }},
      {"deep queries", [](size_t n) { return List("", "(SELECT VALUE ", "", n) + "1" + List("", ")", "", n); }},
      {"deep sources", [](size_t n) { return List("", "SELECT * FROM (", "", n) + "t" + List("", ") AS x", "", n); }},
      {"calls", [](size_t n) { return List("SELECT VALUE ", "UPPER(", "", n) + "'a'" + List("", ")", "", n); }},
      {"not", [](size_t n) { return List("SELECT VALUE ", "NOT ", "", n) + "TRUE"; }},
      {"ion", [](size_t n) { return List("SELECT VALUE `", "[", "", n) + List("", "]", "", n) + "`"; }},
      {"windows", [](size_t n) { return List("SELECT ", "SUM(k) OVER (ORDER BY k + #) AS c#", ", ", n, " FROM t"); }},
      {"exclude", [](size_t n) { return List("SELECT * EXCLUDE ", "t.a#", ", ", n, " FROM t AS t"); }},
      {"long name", [](size_t n) { return "SELECT VALUE " + std::string(n, 'x') + " FROM t"; }},
      {"long string", [](size_t n) { return "SELECT VALUE '" + std::string(n, 'x') + "' FROM t"; }},
      {"error at the end", [](size_t n) { return List("SELECT ", "k", ", ", n, " FROM t FOO BAR"); }},
  };
  return all;
}

class Bounds : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    db_ = Database::Open(":memory:", options).value();
    connection_ = db_->Connect();
    ASSERT_TRUE(connection_->ExecuteScript("CREATE TABLE t (k NUMBER, PRIMARY KEY (k))").ok());
  }

  Status Run(const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return result.status();
    while ((*result)->Next()) {
    }
    return (*result)->status();
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

bool IsLimit(const Status& s) {
  return s.code() == StatusCode::kSyntax || s.code() == StatusCode::kLimitExceeded ||
         s.code() == StatusCode::kValidation || s.code() == StatusCode::kOutOfMemory;
}

// All sizes and lengths, which takes minutes.
bool Thorough() { return std::getenv("PARTON_ALL_BOUNDS") != nullptr; }

// Twice as long takes at most a bit more than twice the time.
// A construct costs near linear, or is refused before it costs much.
TEST_F(Bounds, PlanningIsNearLinear) {
  const double kEnough = Thorough() ? 1.5 : 0.06;  // seconds; what is quadratic shows by then
  constexpr double kMuch = 2;
  for (const Construct& c : Constructs()) {
    double before = 0;
    std::string steep;
    for (size_t n = Thorough() ? 125 : 250; n <= 256'000; n *= 2) {
      const std::string text = c.text(n);
      Status s;
      const auto measure = [&](const std::string& measured) {
        const double start = Seconds(CLOCK_THREAD_CPUTIME_ID);
        s = connection_->Prepare(measured).status();
        return Seconds(CLOCK_THREAD_CPUTIME_ID) - start;
      };
      double took = measure(text);
      // What disturbed one measurement does not disturb three; how fast the processor is changes with the hour, so
      // that the half is measured again as well.
      for (int more = 0; more < 2 && before > 0.02 && took >= 3.2 * before; ++more) {
        before = measure(c.text(n / 2));
        took = measure(text);
      }
      EXPECT_TRUE(s.ok() || IsLimit(s)) << c.name << " " << n << ": " << s.ToString().substr(0, 200);
      if (before > 0.02 && took >= 3.2 * before) {
        steep += fmt::format("{} of length {} took {} s, and half of it {} s\n", c.name, n, took, before);
      }
      before = took;
      if (IsLimit(s)) {
        EXPECT_LT(took, kMuch) << c.name << " " << n;
        steep.clear();
        break;
      }
      if ((took > kEnough && steep.empty()) || took > kMuch || text.size() > (4 << 20)) break;
    }
    EXPECT_EQ(steep, "");
  }
}

// How much a thread works after Cancel(): not how long, other processes have the processor too.
class Cancelled {
 public:
  explicit Cancelled(Connection* connection) : connection_(connection) {}

  // Runs `call` on a thread, cancels it once it has worked for `after` seconds (or after five seconds of waiting).
  void operator()(const std::string& what, const std::function<Status()>& call, double after = 0.05) {
    SCOPED_TRACE(what);
    Status status;
    double worked = WorkAfterCancel(call, after, &status);
    // What disturbed one measurement does not disturb three.
    for (int more = 0; more < 2 && worked >= kMost; ++more) worked = WorkAfterCancel(call, after, &status);
    EXPECT_LT(worked, kMost);
    if (worked > 0 && !status.ok() && !IsLimit(status)) {
      EXPECT_EQ(status.code(), StatusCode::kCancelled) << status.ToString();
    }
  }

 private:
  static constexpr double kMost = 0.1;  // seconds

  // Zero: it had ended before it was cancelled.
  double WorkAfterCancel(const std::function<Status()>& call, double after, Status* status) {
    std::atomic<bool> done{false};
    double end = 0;
    std::thread thread([&] {
      *status = call();
      end = Seconds(CLOCK_THREAD_CPUTIME_ID);
      done = true;
      while (!let_go_) std::this_thread::yield();
    });
    clockid_t clock;
    EXPECT_EQ(pthread_getcpuclockid(thread.native_handle(), &clock), 0);
    const auto started = std::chrono::steady_clock::now();
    while (!done && Seconds(clock) < after && std::chrono::steady_clock::now() - started < std::chrono::seconds(1)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const double at = Seconds(clock);
    const bool in_time = !done;
    connection_->Cancel();
    let_go_ = true;
    thread.join();
    let_go_ = false;
    return in_time ? end - at : 0;  // a fast machine
  }

  Connection* connection_;
  std::atomic<bool> let_go_{false};
};

TEST_F(Bounds, PlanningIsCancelled) {
  Cancelled cancelled(connection_.get());
  for (const Construct& c : Constructs()) {
    const std::string text = c.text(60'000);
    cancelled(c.name, [&] { return connection_->Prepare(text).status(); });
    const std::string shorter = c.text(1'400);
    cancelled(c.name, [&] { return connection_->Prepare(shorter).status(); });
  }
}

TEST_F(Bounds, FunctionsAreCancelled) {
  Cancelled cancelled(connection_.get());
  const char* const kStatements[] = {
      "SELECT VALUE x FROM range(1, 2) AS r LET REPEAT('a', 8000000) AS t, REPEAT('a_', 4000000) || 'b' AS p, "
      "t LIKE '%' || p || '%' AS x",
      "SELECT VALUE POSITION(REPEAT('a', 7000000) || 'b' IN REPEAT('a', 16000000)) FROM range(1, 1000) AS r",
      "SELECT VALUE CHAR_LENGTH(REPLACE(REPEAT('a', 16000000), 'a', 'b')) FROM range(1, 1000) AS r",
      "SELECT VALUE REGEXP_COUNT(REPEAT('ab', 8000000), 'a') FROM range(1, 1000) AS r",
      "SELECT VALUE CARDINALITY(SPLIT(REPEAT('ab', 2000000), 'a')) FROM range(1, 1000) AS r",
      "SELECT VALUE CHAR_LENGTH(TO_JSON(r)) FROM range(1, 1000) AS i LET [i, i, i, i, i, i, i, i] AS a, "
      "[a, a, a, a, a, a, a, a] AS b, [b, b, b, b, b, b, b, b] AS c, [c, c, c, c, c, c, c, c] AS d, "
      "[d, d, d, d, d, d, d, d] AS e, [e, e, e, e, e, e, e, e] AS f, [f, f] AS r",
      "SELECT DISTINCT r FROM range(1, 1000) AS i LET [i, i, i, i, i, i, i, i] AS a, "
      "[a, a, a, a, a, a, a, a] AS b, [b, b, b, b, b, b, b, b] AS c, [c, c, c, c, c, c, c, c] AS d, "
      "[d, d, d, d, d, d, d, d] AS e, [e, e, e, e, e, e, e, e] AS f, [f, f] AS r",
      "SELECT VALUE i FROM range(1, 3000000) AS i ORDER BY i * -1",
      "SELECT VALUE LIST_SORT(x) FROM range(1, 2) AS i LET (SELECT VALUE -j FROM range(1, 3000000) AS j) AS x",
      "SELECT COUNT(*) AS n FROM range(1, 100000) AS a, range(1, 100000) AS b",
      "SELECT VALUE CAST(x AS STRING) LIKE '%1%2%' FROM range(1, 10000000) AS x",
  };
  for (const char* text : kStatements) {
    cancelled(
        text, [&] { return Run(text); }, 0.3);
  }
}

TEST_F(Bounds, FilesAreCancelled) {
  const auto folder = std::filesystem::temp_directory_path() / ("parton_bounds_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string fifo = (folder / "fifo.jsonl").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Cancelled cancelled(connection_.get());
  cancelled("a pipe nobody writes to", [&] { return Run("COPY t FROM '" + fifo + "'"); });
  const std::string big = (folder / "big.json").string();
  std::ofstream(big) << List("{\"k\": 1, \"a\": [", "[1,2,3]", ",", 3'000'000, "]}");
  cancelled(
      "one large value", [&] { return Run("COPY t FROM '" + big + "'"); }, 0.2);
  std::filesystem::remove_all(folder);
}

TEST_F(Bounds, TimeIsLimited) {
  ASSERT_TRUE(Run("SET statement_timeout = '150ms'").ok());
  EXPECT_EQ(Run("SELECT COUNT(*) AS n FROM range(1, 100000) AS a, range(1, 100000) AS b").code(),
            StatusCode::kTimedOut);
  const Status parsing = connection_->Prepare(List("SELECT ", "k + # AS c#", ", ", 100'000, " FROM t")).status();
  EXPECT_EQ(parsing.code(), StatusCode::kTimedOut) << parsing.ToString();
  // Rows that come slowly are no long statement if it is the program that is slow.
  auto rows = connection_->Execute("SELECT VALUE i FROM range(1, 4) AS i");
  ASSERT_TRUE(rows.ok());
  int n = 0;
  while ((*rows)->Next()) {
    ++n;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE((*rows)->status().ok()) << (*rows)->status().ToString();
  EXPECT_EQ(n, 4);
  // The one that timed out leaves no mark.
  EXPECT_TRUE(Run("SELECT * FROM t").ok());
  ASSERT_TRUE(Run("SET statement_timeout = 0").ok());
}

// A pattern over all paths of a dense graph.
TEST_F(Bounds, GraphPatternsAreStopped) {
  ASSERT_TRUE(Run("SET statement_timeout = '200ms'").ok());
  const Status s =
      Run("SELECT COUNT(*) AS n FROM (GRAPH(<<{'id': 1}, {'id': 2}, {'id': 3}, {'id': 4}, {'id': 5}, {'id': 6}, {'id': "
          "7}>>, "
          "(SELECT x AS source, y AS target FROM range(1, 7) AS x, range(1, 7) AS y)) MATCH TRAIL (a)-[e]->{1,49}(b)) "
          "AS m");
  EXPECT_EQ(s.code(), StatusCode::kTimedOut) << s.ToString();
}

// Of this process so far.
size_t PeakMegabytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) >> 10;
}

TEST_F(Bounds, MemoryIsLimited) {
  ASSERT_TRUE(Run("SET memory_limit = '64MB'").ok());
  const size_t before = PeakMegabytes();
  std::string doubled = "SELECT VALUE CHAR_LENGTH(a39) FROM range(1, 2) AS r LET 'abcdefgh' AS a0";
  std::string nested = "SELECT VALUE a39 FROM range(1, 2) AS r LET [1, 2] AS a0";
  for (int i = 1; i < 40; ++i) {
    const std::string a = "a" + std::to_string(i - 1);
    doubled += ", " + a + " || " + a + " AS a" + std::to_string(i);
    nested += ", [" + a + ", " + a + "] AS a" + std::to_string(i);
  }
  const char* const kBegin = "BEGIN";
  ASSERT_TRUE(Run(kBegin).ok());
  const std::vector<std::string> texts = {
      doubled,
      nested,
      "SELECT VALUE CARDINALITY(SPLIT(REPEAT('ab', 8000000), 'a')) FROM range(1, 2) AS r",
      "SELECT VALUE CARDINALITY(REGEXP_EXTRACT_ALL(REPEAT('ab', 8000000), 'a')) FROM range(1, 2) AS r",
      "SELECT VALUE CHAR_LENGTH(REGEXP_REPLACE(REPEAT('a', 1000000), 'a', REPEAT('b', 10000))) FROM range(1, 2) AS r",
      "SELECT VALUE (SELECT VALUE REPEAT('x', 100000) || CAST(i AS STRING) FROM range(1, 100000) AS i) FROM range(1, "
      "2) AS r",
      "INSERT INTO t SELECT VALUE {'k': i, 'pad': REPEAT('x', 50)} FROM range(1, 2000000) AS i WITH (batch = 1000)",
  };
  for (const std::string& text : texts) {
    const Status s = Run(text);
    EXPECT_TRUE(s.code() == StatusCode::kOutOfMemory || s.code() == StatusCode::kLimitExceeded)
        << text.substr(0, 100) << ": " << s.ToString();
  }
  EXPECT_TRUE(Run("ROLLBACK").ok());
  EXPECT_LT(PeakMegabytes(), before + 300);
  EXPECT_TRUE(Run("SELECT * FROM t").ok());
}

TEST_F(Bounds, FilesWithinMemory) {
  ASSERT_TRUE(Run("SET memory_limit = '64MB'").ok());
  const auto folder = std::filesystem::temp_directory_path() / ("parton_bounds_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string value = (folder / "value.json").string();
  {
    std::ofstream out(value);
    out << "{\"k\": 1, \"a\": [0";
    const std::string piece = List("", ",0", "", 100'000);
    for (int i = 0; i < 200; ++i) out << piece;
    out << "]}";
  }
  const size_t before = PeakMegabytes();
  const Status s = Run("COPY t FROM '" + value + "'");
  EXPECT_EQ(s.code(), StatusCode::kOutOfMemory) << s.ToString();
  const std::string items = (folder / "items.jsonl").string();
  {
    std::ofstream out(items);
    const std::string pad(300'000, 'x');
    for (int i = 0; i < 600; ++i) out << "{\"k\": " << i << ", \"pad\": \"" << pad << "\"}\n";
  }
  const Status loaded = Run("COPY t FROM '" + items + "' (BATCH 100000000)");
  EXPECT_TRUE(loaded.ok()) << loaded.ToString();
  // The table itself is in memory here, 180 MB of it.
  EXPECT_LT(PeakMegabytes(), before + 180 + 350);
  std::filesystem::remove_all(folder);
}

// Runs `call` on a thread with that much stack.
void OnStack(size_t bytes, const std::function<void()>& call) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
  pthread_t thread;
  const auto run = [](void* f) -> void* {
    (*static_cast<const std::function<void()>*>(f))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&call)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_F(Bounds, SmallStacks) {
  using Sizes = std::vector<size_t>;
  for (size_t kilobytes : Thorough() ? Sizes{256, 512, 1024, 8192} : Sizes{256}) {
    for (size_t n : Thorough() ? Sizes{50, 200, 490, 1400, 8000, 30'000} : Sizes{200, 1400}) {
      OnStack(kilobytes << 10, [&] {
        for (const Construct& c : Constructs()) {
          const Status s = Run(c.text(n));
          EXPECT_TRUE(s.ok() || IsLimit(s) || s.code() == StatusCode::kDuplicateItem) << c.name << ": " << s.ToString();
        }
        (void)Run("DELETE FROM t");
      });
    }
    // Deep values: built by a query, by a reader; printed, compared, kept, destroyed.
    OnStack(kilobytes << 10, [&] {
      const std::string json = List("", "[", "", 250) + List("", "]", "", 250);
      const std::string text = "SELECT DISTINCT TO_JSON(PARSE_JSON('" + json + "')), PARSE_JSON('" + json +
                               "') AS a FROM range(1, 3) AS x ORDER BY a";
      const Status s = Run(text);
      EXPECT_TRUE(s.ok() || IsLimit(s)) << s.ToString();
      const Status deep = Run(
          "WITH RECURSIVE r AS (SELECT 0 AS n, [1] AS v UNION ALL SELECT n + 1 AS n, [v] AS v FROM r WHERE n < 100000) "
          "SELECT MAX(v) AS m FROM r");
      EXPECT_TRUE(IsLimit(deep)) << deep.ToString();
    });
  }
}

}  // namespace
}  // namespace parton
