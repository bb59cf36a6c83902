// Random writes and reads in two databases, the same in both: plain in one, in the other metered or throttled (with
// ample throughput), in transactions, with savepoints, from files, through requests, with rules switched off. Answers
// and state must be the same.
//
// In the plain database an UPDATE or DELETE is taken apart: a SELECT gives keys and new values, and each item is
// written by its key. So the values of subqueries in writes are checked, too.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "parton/database.h"
#include "tests/random/random_util.h"

namespace parton {
namespace {

struct Outcome {
  StatusCode code = StatusCode::kOk;
  std::string error;
  uint64_t affected = 0;
  std::vector<std::string> rows;  // sorted
  ExecutionStats stats;

  std::string Text() const {
    if (code != StatusCode::kOk) return "error";
    std::string text = fmt::format("{} changed", affected);
    for (const std::string& row : rows) text += "\n  " + row;
    return text;
  }
};

// One statement, in the forms that mean the same.
struct Statement {
  enum class Kind : uint8_t { kQuery, kItems, kChange } kind = Kind::kQuery;
  std::string text;
  // kItems: what is written, for COPY and requests; `put`: whatever is there.
  std::vector<std::string> items;
  bool put = false;
  // kChange: its parts.
  bool removes = false;
  std::vector<std::pair<std::string, std::string>> sets;
  std::string where;
  bool returns_old = false;
};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[static_cast<size_t>(Below(static_cast<int>(list.size())))];
  }

  std::string Item() {
    std::string item = fmt::format("{{'pk': 'p{}', 'sk': {}, 'n': {}", Below(4), Below(12), Below(50));
    if (Chance(70)) item += fmt::format(", 'a': {}", Below(8));
    if (Chance(50)) item += fmt::format(", 'b': 'b{}'", Below(4));
    if (Chance(10)) item += fmt::format(", 'c': '{}'", std::string(static_cast<size_t>(Below(1500)), 'c'));
    return item + "}";
  }

  // On an item `t`, always there.
  std::string NumberExpr() {
    switch (Below(9)) {
      case 0: return std::to_string(Below(20));
      case 1: return "t.n";
      case 2: return "COALESCE((SELECT x.k FROM u AS x WHERE x.id = t.a), -1)";
      case 3: return "COALESCE((SELECT x.k FROM u AS x WHERE x.id = t.sk), 0)";
      case 4: return "COALESCE((SELECT MAX(x.k) AS m FROM u AS x WHERE x.g = t.a), 3)";
      case 5: return "(SELECT COUNT(*) AS c FROM u AS x WHERE x.k < t.n)";
      case 6: return "(SELECT COUNT(*) AS c FROM t AS y WHERE y.pk = t.pk)";
      case 7:
        return fmt::format("CASE WHEN EXISTS (SELECT 1 FROM u AS x WHERE x.id = t.a AND x.k > {}) THEN 1 ELSE {} END",
                           Below(10), Below(10));
      default: return "COALESCE((SELECT MIN(x.k) AS m FROM u.by_g AS x WHERE x.g = 2), 7)";
    }
  }
  std::string Term() {
    switch (Below(13)) {
      case 0: return fmt::format("t.pk = 'p{}'", Below(4));
      case 1: return fmt::format("t.pk = 'p{}' AND t.sk = {}", Below(4), Below(12));
      case 2: return fmt::format("t.n < {}", Below(60));
      case 3: return fmt::format("t.a = {}", Below(8));
      case 4: return fmt::format("t.sk BETWEEN {} AND {}", Below(6), 4 + Below(8));
      case 5: return fmt::format("EXISTS (SELECT 1 FROM u AS x WHERE x.id = t.a AND x.k > {})", Below(10));
      case 6: return "NOT EXISTS (SELECT 1 FROM u AS x WHERE x.g = t.a)";
      case 7: return fmt::format("t.a IN (SELECT VALUE x.g FROM u AS x WHERE x.k > {})", Below(10));
      case 8: return "t.n > (SELECT MIN(x.k) AS m FROM u AS x)";
      case 9: return "t.n >= COALESCE((SELECT MAX(y.n) AS m FROM t AS y WHERE y.pk = t.pk), 0)";
      case 10: return fmt::format("t.sk = (SELECT x.k FROM u AS x WHERE x.id = {})", Below(8));
      case 11: return "t.a NOT IN (SELECT VALUE x.id FROM u AS x WHERE x.k < 5)";
      default: return fmt::format("t.b = 'b{}'", Below(4));
    }
  }
  std::string Where() {
    std::string text = Term();
    for (int i = Below(3); i > 0; --i) text += (Chance(75) ? " AND " : " OR ") + Term();
    return text;
  }

  Statement Items() {
    Statement s;
    s.kind = Statement::Kind::kItems;
    s.put = Chance(50);
    for (int i = 1 + Below(4); i > 0; --i) s.items.push_back(Item());
    s.text = fmt::format("{} INTO t << {} >>", s.put ? "REPLACE" : "INSERT", fmt::join(s.items, ", "));
    return s;
  }
  Statement Change() {
    Statement s;
    s.kind = Statement::Kind::kChange;
    s.removes = Chance(25);
    s.where = Where();
    s.returns_old = Chance(30);
    if (!s.removes) {
      s.sets.emplace_back("a", NumberExpr());
      if (Chance(50)) s.sets.emplace_back("n", Chance(50) ? NumberExpr() : "t.n + " + NumberExpr());
      if (Chance(15))
        s.sets.emplace_back("b", "'b' || CAST((SELECT COUNT(*) AS c FROM u AS x WHERE x.g = t.a) AS STRING)");
    }
    std::string sets;
    for (const auto& [name, e] : s.sets) sets += fmt::format("{}{} = {}", sets.empty() ? " SET " : ", ", name, e);
    s.text = fmt::format("{} t{} WHERE {}{}", s.removes ? "DELETE FROM" : "UPDATE", sets, s.where,
                         s.returns_old ? " RETURNING ALL OLD *" : "");
    return s;
  }
  Statement Other() {
    Statement s;
    switch (Below(7)) {
      case 0: s.text = "INSERT INTO t VALUE " + Item(); break;
      case 1: s.text = "UPSERT INTO t VALUE " + Item(); break;
      case 2:
        s.text = fmt::format(
            "INSERT INTO t SELECT VALUE {{'pk': 'p' || CAST(x.g AS STRING), 'sk': x.id, 'n': (SELECT "
            "COUNT(*) AS c FROM t AS y WHERE y.a = x.g), 'a': x.k}} FROM u AS x WHERE x.g < {} ON CONFLICT "
            "DO {}",
            1 + Below(4), Chance(50) ? "NOTHING" : "REPLACE");
        break;
      case 3:
        s.text = fmt::format(
            "UPSERT t SET n = COALESCE((SELECT x.k FROM u AS x WHERE x.id = {}), 1), a = {} WHERE pk = 'p{}' AND "
            "sk = {}",
            Below(9), NumberExprOfNothing(), Below(4), Below(12));
        break;
      case 4: s.text = fmt::format("UPDATE u SET k = k + {} WHERE id = {}", Below(4), Below(8)); break;
      case 5:
        s.text = fmt::format("REPLACE INTO u VALUE {{'id': {}, 'g': {}, 'k': {}}}", Below(8), Below(5), Below(12));
        break;
      default: s.text = fmt::format("DELETE FROM u WHERE id = {}", Below(8)); break;
    }
    return s;
  }
  Statement Query() {
    Statement s;
    switch (Below(4)) {
      case 0: s.text = fmt::format("SELECT t.pk, t.sk, t.n, {} AS v FROM t WHERE {}", NumberExpr(), Where()); break;
      case 1:
        s.text = fmt::format("SELECT t.a, COUNT(*) AS c, SUM(t.n) AS s FROM t WHERE {} GROUP BY t.a", Where());
        break;
      case 2:
        s.text = fmt::format("SELECT y.sk FROM t.by_a AS y WHERE y.a = {} AND y.n > {}", Below(8), Below(20));
        break;
      default: s.text = "SELECT t.pk, t.sk, x.k FROM t AS t LEFT JOIN u AS x ON x.id = t.a";
    }
    return s;
  }
  Statement Any() {
    const int n = Below(10);
    return n < 2 ? Items() : n < 6 ? Change() : n < 8 ? Other() : Query();
  }

 private:
  std::string NumberExprOfNothing() {
    return Chance(50) ? std::to_string(Below(8)) : "(SELECT COUNT(*) AS c FROM u AS x)";
  }
  std::mt19937_64 random_;
};

// An item with its attributes by name: in which order they are stored depends on the names met before.
std::string Canonical(const Value& row) {
  const Value whole = row.Materialize();
  if (!whole.is_struct()) return row.ToLiteral();
  std::vector<Field> fields = whole.fields();
  std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
  return Value::Struct(std::move(fields)).ToLiteral();
}

// PARTON_RANDOM_LOG: what is run, as a script.
void Log(Connection& c, std::string_view text) {
  static const bool wanted = std::getenv("PARTON_RANDOM_LOG") != nullptr;
  if (wanted) fmt::print(stderr, "{}: {};\n", static_cast<const void*>(&c), text);
}

Outcome Ask(Connection& c, std::string_view text, std::vector<Value> parameters = {}) {
  Log(c, text);
  Outcome o;
  auto result = c.Execute(text, std::move(parameters));
  Status s = result.status();
  if (result.ok()) {
    while ((*result)->Next()) o.rows.push_back(Canonical((*result)->row()));
    s = (*result)->status();
    o.affected = (*result)->affected();
    o.stats = (*result)->stats();
  }
  o.code = s.code();
  o.error = s.ToString();
  std::sort(o.rows.begin(), o.rows.end());
  return o;
}

class WritesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / fmt::format("parton_writes_{}", getpid());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Must(Connection& c, std::string_view text) {
    const Outcome o = Ask(c, text);
    ASSERT_EQ(o.code, StatusCode::kOk) << o.error << "\nin " << text;
  }

  void Start(uint64_t seed) {
    generator_.emplace(seed);
    in_transaction_ = false;
    metered_ = generator_->Chance(60);
    Options options;
    options.throttle = generator_->Chance(40);
    options.item_cache_bytes = ItemCacheOf(seed);
    for (const bool plain : {true, false}) {
      auto& db = plain ? plain_ : other_;
      auto& c = plain ? plain_connection_ : other_connection_;
      c.reset();
      db = std::move(Database::Open(":memory:", plain ? Options() : options).value());
      c = db->Connect();
      const char* ample =
          plain ? "" : " WITH (billing = PROVISIONED, read_capacity = 1000000, write_capacity = 1000000)";
      Must(*c,
           fmt::format("CREATE TABLE t (pk STRING, sk NUMBER, a NUMBER, n NUMBER, PRIMARY KEY (pk, sk), GLOBAL INDEX "
                       "by_a (a, n), GLOBAL INDEX by_pk_a ((pk, a), (n, sk)) PROJECT KEYS ONLY){}",
                       ample));
      Must(*c,
           fmt::format("CREATE TABLE u (id NUMBER, g NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g, id)){}", ample));
      for (int id = 0; id < 8; id += 2) {
        Must(*c, fmt::format("INSERT INTO u VALUE {{'id': {}, 'g': {}, 'k': {}}}", id, id % 5, id * 7 % 12));
      }
    }
    if (metered_) Must(*other_connection_, "SET capacity = on");
    metered_ = metered_ || options.throttle;
    if (generator_->Chance(50)) {
      static const std::vector<std::string> rules = {
          "unnest_subqueries", "decorrelate_aggregates", "push_down_filters",       "choose_access_paths",
          "plan_joins",        "normalize_predicates",   "push_filters_into_store", "read_bytes"};
      Must(*other_connection_, fmt::format("SET rule_{} = off", generator_->Pick(rules)));
    }
    Must(*other_connection_, fmt::format("SET threads = {}", 1 + generator_->Below(4)));
  }

  // The statement in the plain database, alone.
  Outcome RunPlain(const Statement& s) {
    Connection& c = *plain_connection_;
    if (s.kind != Statement::Kind::kChange) return Ask(c, s.text);
    EXPECT_TRUE(c.Begin().ok());
    Outcome o = RunApart(s);
    EXPECT_TRUE((o.code == StatusCode::kOk ? c.Commit() : c.Rollback()).ok());
    return o;
  }
  Outcome RunApart(const Statement& s) {
    Connection& c = *plain_connection_;
    std::string list = "t.pk AS pk, t.sk AS sk, t AS whole", sets;
    for (size_t i = 0; i < s.sets.size(); ++i) {
      list += fmt::format(", {} AS v{}", s.sets[i].second, i);
      sets += fmt::format("{}{} = ?", i == 0 ? " SET " : ", ", s.sets[i].first);
    }
    Outcome o;
    auto found = c.Execute(fmt::format("SELECT {} FROM t AS t WHERE {}", list, s.where), {});
    auto rows = found.ok() ? (*found)->All() : Result<std::vector<Value>>(found.status());
    if (!rows.ok()) {
      o.code = rows.status().code();
      o.error = rows.status().ToString();
      return o;
    }
    for (const Value& row : *rows) {
      std::vector<Value> values;
      for (size_t i = 0; i < s.sets.size(); ++i) values.push_back(row.Get(fmt::format("v{}", i)).Own());
      values.push_back(row.Get("pk").Own());
      values.push_back(row.Get("sk").Own());
      const Outcome one =
          Ask(c, (s.removes ? "DELETE FROM t" : "UPDATE t" + sets) + " WHERE pk = ? AND sk = ?", values);
      if (one.code != StatusCode::kOk) return one;
      o.affected += one.affected;
      if (s.returns_old) o.rows.push_back(Canonical(row.Get("whole")));
    }
    std::sort(o.rows.begin(), o.rows.end());
    return o;
  }

  // The statement in the other database, in one of the ways that come to the same.
  Outcome RunOther(const Statement& s) {
    Connection& c = *other_connection_;
    if (s.kind == Statement::Kind::kItems && generator_->Chance(40)) return RunCopy(s);
    if (s.kind == Statement::Kind::kItems && s.put && !in_transaction_ && generator_->Chance(30)) return RunRequest(s);
    Outcome o = Ask(c, s.text);
    if (metered_ && o.code == StatusCode::kOk) {
      EXPECT_TRUE(o.stats.capacity_counted) << s.text;
      EXPECT_TRUE(o.affected == 0 || o.stats.write_units >= static_cast<double>(o.affected)) << s.text;
    }
    return o;
  }
  Outcome RunCopy(const Statement& s) {
    const std::string file = (directory_ / "items.jsonl").string();
    std::ofstream lines(file);
    for (const std::string& item : s.items) {
      auto value = plain_connection_->Execute(item, {});
      lines << (*value)->value().ToJson() << "\n";
    }
    lines.close();
    // One batch is what one statement is; a load in several would keep the first ones.
    return Ask(*other_connection_,
               fmt::format("COPY t FROM '{}' (ATOMIC{})", file, s.put ? ", ON CONFLICT REPLACE" : ""));
  }
  Outcome RunRequest(const Statement& s) {
    Outcome o;
    for (const std::string& item : s.items) {
      auto value = plain_connection_->Execute(item, {});
      Status done;
      if (generator_->Chance(50)) {
        TransactWriteRequest request;
        request.operations.push_back(WriteOperation::Put("t", (*value)->value()));
        done = other_->TransactWrite(request).status();
      } else {
        done = other_->BatchWrite({WriteOperation::Put("t", (*value)->value())}).status();
      }
      EXPECT_TRUE(done.ok()) << done.ToString();
      ++o.affected;
    }
    return o;
  }

  // What comes between statements in the other database, and changes nothing.
  void Around() {
    Connection& c = *other_connection_;
    if (in_transaction_ && generator_->Chance(30)) {
      Must(c, "COMMIT");
      in_transaction_ = false;
    }
    if (!in_transaction_ && generator_->Chance(30)) {
      Must(c, "BEGIN");
      in_transaction_ = true;
    }
    if (in_transaction_ && generator_->Chance(40)) {
      Must(c, "SAVEPOINT s");
      for (int i = 1 + generator_->Below(2); i > 0; --i) (void)RunOther(generator_->Any());
      Must(c, "ROLLBACK TO s");
    }
  }

  void Compare() {
    for (const char* text :
         {"SELECT VALUE t FROM t AS t", "SELECT VALUE u FROM u AS u", "SELECT y.pk, y.sk, y.a, y.n FROM t.by_a AS y",
          "SELECT y.pk, y.sk, y.a, y.n FROM t.by_pk_a AS y"}) {
      EXPECT_EQ(Ask(*plain_connection_, text).Text(), Ask(*other_connection_, text).Text()) << text;
    }
    EXPECT_EQ(plain_->Check(), std::vector<std::string>());
    EXPECT_EQ(other_->Check(), std::vector<std::string>());
  }

  std::filesystem::path directory_;
  std::optional<Generator> generator_;
  std::unique_ptr<Database> plain_, other_;
  std::unique_ptr<Connection> plain_connection_, other_connection_;
  bool in_transaction_ = false;
  bool metered_ = false;
};

TEST_F(WritesTest, AllWaysComeToTheSame) {
  ForRandomSeeds(3, [&](uint64_t seed) {
    Start(seed);
    for (int step = 0; step < 120 && !HasFailure(); ++step) {
      Around();
      const Statement s = step < 10 ? generator_->Items() : generator_->Any();
      const Outcome plain = RunPlain(s);
      const Outcome other = RunOther(s);
      EXPECT_EQ(plain.Text(), other.Text()) << s.text << "\nplain: " << plain.error << "\nother: " << other.error;
      if (step % 15 == 14) Compare();
    }
    if (in_transaction_ && !HasFailure()) Must(*other_connection_, "COMMIT");
    Compare();
  });
}

}  // namespace
}  // namespace parton
