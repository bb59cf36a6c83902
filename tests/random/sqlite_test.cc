// The same statements in Parton and in SQLite: the same rows. What both take is made by sql_generator.h.
//
// Parton answers under settings drawn at random: rules off, threads, little memory, literals as parameters, inside of a
// transaction, with and without indexes. PARTON_RANDOM_MINUTES runs it for so long, PARTON_RANDOM_FIRST=n from that
// seed.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "parton/database.h"
#include "planner/rules/rules.h"
#include "random_run.h"
#include "sql_generator.h"

namespace parton {
namespace {

constexpr int kRows = 25;
constexpr int kStatements = 60;
// What is more work is left out, by SQLite's steps: they are the same in every run. Parton has seconds for the rest.
constexpr int kMostSteps = 20'000'000;
constexpr int kMostSeconds = 120;

using Rows = std::vector<std::string>;

struct Answer {
  bool failed = false;
  bool long_work = false;
  std::string error;
  Rows rows;
};

// Numbers as both print them: averages are DECIMAL here and REAL there.
std::string NumberText(double d) {
  if (d == std::floor(d) && std::fabs(d) < 1e15) return fmt::format("{:.0f}", d == 0 ? 0.0 : d);
  return fmt::format("{:.9g}", d);
}

class Sqlite {
 public:
  Sqlite() {
    EXPECT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK);
    auto stop = [](void* calls) { return ++*static_cast<int*>(calls) > 100 ? 1 : 0; };
    sqlite3_progress_handler(db_, kMostSteps / 100, stop, &progress_calls_);
  }
  ~Sqlite() { sqlite3_close(db_); }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  Answer Ask(const std::string& text) {
    Answer a;
    progress_calls_ = 0;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, text.c_str(), -1, &statement, nullptr) != SQLITE_OK) return Failed();
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        row += (i ? ", " : "") + Column(statement, i);
      }
      a.rows.push_back(std::move(row));
    }
    const bool ok = rc == SQLITE_DONE;
    if (!ok) a = Failed();
    a.long_work = rc == SQLITE_INTERRUPT;
    sqlite3_finalize(statement);
    return a;
  }

 private:
  static std::string Column(sqlite3_stmt* statement, int i) {
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_NULL: return "NULL";
      case SQLITE_INTEGER:
      case SQLITE_FLOAT: return NumberText(sqlite3_column_double(statement, i));
      default: return fmt::format("'{}'", reinterpret_cast<const char*>(sqlite3_column_text(statement, i)));
    }
  }
  Answer Failed() {
    Answer a;
    a.failed = true;
    a.error = sqlite3_errmsg(db_);
    return a;
  }

  sqlite3* db_ = nullptr;
  int progress_calls_ = 0;
};

std::string Text(const Value& v) {
  if (v.is_absent()) return "NULL";
  if (v.is_numeric()) return NumberText(v.ToDouble());
  if (v.is_text()) return fmt::format("'{}'", v.bytes());
  return v.ToLiteral();
}

class AgainstSqlite : public ::testing::Test {
 protected:
  void Start(uint64_t seed, SqlGenerator& g) {
    auto db = Database::Open(":memory:");
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    database_ = std::move(db).value();
    connection_ = database_->Connect();
    sqlite_ = std::make_unique<Sqlite>();
    Run(fmt::format("SET statement_timeout = '{}s'", kMostSeconds));
    Both("PRAGMA case_sensitive_like = ON", "");
    const bool indexes = g.Chance(70);
    Both("CREATE TABLE t1 (id INTEGER, g INTEGER, b INTEGER, a INTEGER, s TEXT, PRIMARY KEY (id))",
         indexes ? "CREATE TABLE t1 (id NUMBER, g NUMBER, b NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g, b))"
                 : "CREATE TABLE t1 (id NUMBER, PRIMARY KEY (id))");
    Both("CREATE TABLE t2 (id INTEGER, g INTEGER, b INTEGER, a INTEGER, s TEXT, PRIMARY KEY (g, id))",
         indexes ? "CREATE TABLE t2 (id NUMBER, g NUMBER, b NUMBER, PRIMARY KEY (g, id), GLOBAL INDEX by_b (b) PROJECT "
                   "KEYS ONLY)"
                 : "CREATE TABLE t2 (id NUMBER, g NUMBER, PRIMARY KEY (g, id))");
    for (const char* table : {"t1", "t2"}) {
      std::string items, values;
      for (int id = 0; id < kRows; ++id) {
        const std::vector<std::string> r = g.Row(id);
        items += fmt::format("{}{{'id': {}, 'g': {}, 'b': {}, 'a': {}, 's': {}}}", id ? ", " : "", r[0], r[1], r[2],
                             r[3], r[4]);
        values += fmt::format("{}({}, {}, {}, {}, {})", id ? ", " : "", r[0], r[1], r[2], r[3], r[4]);
      }
      Both(fmt::format("INSERT INTO {} (id, g, b, a, s) VALUES {}", table, values),
           fmt::format("INSERT INTO {} << {} >>", table, items));
    }
    if (seed % 3 == 0) {
      Run("ANALYZE t1");
      Run("ANALYZE t2");
    }
  }

  void Both(const std::string& sqlite, const std::string& parton) {
    if (!sqlite.empty()) {
      const Answer a = sqlite_->Ask(sqlite);
      ASSERT_FALSE(a.failed) << sqlite << "\n" << a.error;
    }
    if (!parton.empty()) Run(parton);
  }
  void Run(const std::string& text) {
    const Answer a = Ask(text, {});
    ASSERT_FALSE(a.failed) << text << "\n" << a.error;
  }

  Answer Ask(const std::string& text, const std::vector<std::string>& columns) {
    Answer a;
    auto r = connection_->Execute(text);
    Status status = r.ok() ? Status::Ok() : r.status();
    if (r.ok()) {
      while ((*r)->Next()) {
        const Value row = (*r)->row().Materialize();
        std::string line;
        for (const std::string& c : columns) {
          line += (line.empty() ? "" : ", ") + Text(row.Get(c));
        }
        a.rows.push_back(std::move(line));
      }
      status = (*r)->status();
    }
    a.failed = !status.ok();
    a.error = status.ToString();
    return a;
  }

  // Draws the settings of the next statement; what they are, for messages.
  std::string Draw(SqlGenerator& g) {
    std::string what;
    auto set = [&](const std::string& name, const std::string& value) {
      Run(fmt::format("SET {} = {}", name, value));
      what += fmt::format("SET {} = {}; ", name, value);
    };
    for (const std::string& s : changed_) Run(fmt::format("SET {} = DEFAULT", s));
    changed_.clear();
    for (const RuleInfo& rule : AllRules()) {
      if (!g.Chance(8)) continue;
      set("rule_" + rule.name, "off");
      changed_.push_back("rule_" + rule.name);
    }
    if (g.Chance(50)) {
      set("threads", g.Chance(50) ? "1" : "3");
      changed_.push_back("threads");
    }
    small_ = g.Chance(20);
    if (small_) {
      set("memory_limit", "4096");
      changed_.push_back("memory_limit");
    }
    return what;
  }

  void Query(SqlGenerator& g, RandomRun* run) {
    const SqlQuery q = g.Query();
    Answer expected = sqlite_->Ask(q.text);
    if (expected.long_work) return;
    if (expected.failed) {
      ++refused_;
      last_refused_ = q.text + "\n" + expected.error;
      return;
    }
    const std::string how = Draw(g);
    std::vector<std::string> columns = Columns(q);
    Answer got = Ask(q.text, columns);
    if (small_ && got.error.find("needs more memory") != std::string::npos) return;
    ++run->comparisons;
    if (!q.ordered) {
      std::sort(expected.rows.begin(), expected.rows.end());
      std::sort(got.rows.begin(), got.rows.end());
    }
    EXPECT_FALSE(got.failed) << how << "\n" << q.text << "\n" << got.error;
    if (!got.failed) {
      EXPECT_EQ(got.rows, expected.rows) << how << "\n" << q.text;
    }
  }

  // In the order in which they stand in the list.
  static std::vector<std::string> Columns(const SqlQuery& q) {
    std::vector<std::pair<size_t, std::string>> at;
    for (const auto* names : {&q.ints, &q.texts}) {
      for (const std::string& name : *names) at.emplace_back(Place(name), name);
    }
    std::sort(at.begin(), at.end());
    std::vector<std::string> out;
    for (auto& [place, name] : at) out.push_back(std::move(name));
    return out;
  }
  // c0, c1, ..., n, t.
  static size_t Place(const std::string& name) {
    return name == "n" ? 100 : name == "t" ? 101 : static_cast<size_t>(name[1] - '0');
  }

  static int Failures() {
    const auto* result = ::testing::UnitTest::GetInstance()->current_test_info()->result();
    int failures = 0;
    for (int i = 0; i < result->total_part_count(); ++i) failures += result->GetTestPartResult(i).failed() ? 1 : 0;
    return failures;
  }

  void Write(SqlGenerator& g, RandomRun* run) {
    const SqlWrite w = g.Write();
    const bool transaction = g.Chance(40);
    const bool keep = g.Chance(70);
    if (transaction) Both("BEGIN", "BEGIN");
    if (!transaction) Both("SAVEPOINT w", "");
    for (const char* table : {"t1", "t2"}) {
      Both(fmt::format("DROP TABLE IF EXISTS old_{}", table), "");
      Both(fmt::format("CREATE TABLE old_{0} AS SELECT * FROM {0}", table), "");
    }
    const Answer theirs = sqlite_->Ask(w.sqlite);
    ASSERT_FALSE(theirs.failed) << w.sqlite << "\n" << theirs.error;
    const std::string how = Draw(g);
    const Answer mine = Ask(w.parton, {});
    // A mean has 38 digits, and what is computed from it may have more: a table cannot hold that, SQLite rounds it.
    if (mine.failed && mine.error.find("more than 38 significant digits") != std::string::npos) {
      if (transaction) Both("ROLLBACK", "ROLLBACK");
      if (!transaction) Both("ROLLBACK TO w", "");
      if (!transaction) Both("RELEASE w", "");
      Tables("refused: " + w.parton);
      return;
    }
    if (!transaction) Both("RELEASE w", "");
    ++run->comparisons;
    ASSERT_FALSE(mine.failed) << how << "\n" << w.parton << "\n" << mine.error;
    Tables(how + w.parton);
    if (!transaction) return;
    Both(keep ? "COMMIT" : "ROLLBACK", keep ? "COMMIT" : "ROLLBACK");
    if (!keep) Tables("after ROLLBACK: " + w.parton);
  }

  void Tables(const std::string& what) {
    for (const char* table : {"t1", "t2"}) {
      const std::string text = fmt::format("SELECT id, g, b, a, s FROM {}", table);
      Answer expected = sqlite_->Ask(text), got = Ask(text, {"id", "g", "b", "a", "s"});
      std::sort(expected.rows.begin(), expected.rows.end());
      std::sort(got.rows.begin(), got.rows.end());
      ASSERT_FALSE(got.failed) << got.error;
      ASSERT_EQ(got.rows, expected.rows) << table << " after\n" << what;
    }
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Sqlite> sqlite_;
  std::vector<std::string> changed_;
  bool small_ = false;
  int refused_ = 0;
  std::string last_refused_;
};

TEST_F(AgainstSqlite, SameRows) {
  RandomRun run("against SQLite", 3);
  // Failures to go on after, to see several at once.
  int more = static_cast<int>(Environment("PARTON_RANDOM_FAILURES", 1));
  while (more > 0 && run.Next()) {
    SCOPED_TRACE(fmt::format("PARTON_RANDOM_FIRST={}", run.seed));
    SqlGenerator g(run.seed);
    const int at_start = Failures();
    Start(run.seed, g);
    if (Failures() != at_start) return;
    for (int step = 0; step < kStatements; ++step) {
      const int before = Failures();
      if (step % 6 == 5) {
        Write(g, &run);
      } else {
        Query(g, &run);
      }
      if (Failures() == before) continue;
      --more;
      break;
    }
    connection_.reset();
    const std::vector<std::string> faults = database_->Check();
    EXPECT_TRUE(faults.empty()) << faults[0];
    database_.reset();
  }
  EXPECT_LE(static_cast<uint64_t>(refused_) * 50, run.comparisons + 50)
      << "SQLite must take nearly all: " << last_refused_;
}

}  // namespace
}  // namespace parton
