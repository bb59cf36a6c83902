// What SQL and Parton's PartiQL share beyond plain joins and subqueries: rows of values, IS DISTINCT FROM, ANY and ALL,
// USING, FILTER, windows with QUALIFY, grouping sets, WITH TIES, aggregates of an outer query. SQLite answers the same
// question, in other words where it lacks the construct.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

using Rows = std::vector<std::string>;
// A question for Parton, and for SQLite.
using Question = std::pair<std::string, std::string>;

std::string NumberText(double d) {
  if (d == std::floor(d)) return fmt::format("{:.0f}", d == 0 ? 0.0 : d);
  return fmt::format("{:.9g}", d);
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  std::string Of(const std::vector<std::string>& v) {
    return v[static_cast<size_t>(Below(static_cast<int>(v.size())))];
  }

  std::string Value() { return Chance(12) ? "NULL" : std::to_string(Below(5)); }
  std::string Column(const std::string& alias) { return alias + "." + Of({"id", "g", "a", "b"}); }
  std::string Operand(const std::string& alias) { return Chance(65) ? Column(alias) : Value(); }
  std::string Compare() { return Of({"=", "<>", "<", "<=", ">", ">="}); }
  std::string Row(const std::string& alias, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out += (i ? ", " : "(") + Operand(alias);
    return out + ")";
  }

  // A predicate on `x`, and one on rows of the other table as `y`.
  Question Predicate(const std::string& x, int depth) {
    if (depth > 0 && Chance(45)) {
      const Question l = Predicate(x, depth - 1), r = Predicate(x, depth - 1);
      if (Chance(25)) return {"NOT (" + l.first + ")", "NOT (" + l.second + ")"};
      const std::string word = Of({" AND ", " OR "});
      return {"(" + l.first + word + r.first + ")", "(" + l.second + word + r.second + ")"};
    }
    const int width = 2 + Below(2);
    switch (Below(9)) {
      case 0: return Same(Operand(x) + " IS " + Of({"", "NOT "}) + "DISTINCT FROM " + Operand(x));
      case 1: return Same(Row(x, width) + " " + Compare() + " " + Row(x, width));
      case 2: return Same(Row(x, width) + Of({"", " NOT"}) + " BETWEEN " + Row(x, width) + " AND " + Row(x, width));
      case 3: {
        std::string list;
        for (int i = 0, n = 1 + Below(3); i < n; ++i) list += (i ? ", " : "") + Row(x, width);
        const std::string in = Row(x, width) + Of({" IN (", " NOT IN ("});
        return {in + list + ")", in + "VALUES " + list + ")"};
      }
      case 4: {
        const std::string in = fmt::format("({}, {}){} IN (SELECT y.a AS c, y.b AS d FROM s AS y WHERE y.g = {})",
                                           Operand(x), Operand(x), Of({"", " NOT"}), Operand(x));
        return Same(in);
      }
      case 5: return Quantified(x, true);
      case 6: return Quantified(x, false);
      case 7:
        return Same(fmt::format("EXISTS (SELECT 1 AS o FROM s AS y WHERE y.a IS NOT DISTINCT FROM {})", Operand(x)));
      default: return Same(Operand(x) + " " + Compare() + " " + Operand(x));
    }
  }

  static Question Same(const std::string& text) { return {text, text}; }

 private:
  // Where only TRUE counts, ALL is "no row for which it is not true". NOT before it would tell false from unknown:
  // CASE keeps the three values.
  Question Quantified(const std::string& x, bool all) {
    const std::string left = Operand(x), op = Compare(), where = Chance(50) ? "y.g = " + Operand(x) : "y.id < 4";
    const std::string test = fmt::format("({} {} y.a)", left, op);
    auto any = [&](const std::string& condition) {
      return fmt::format("EXISTS (SELECT 1 FROM s AS y WHERE {} AND {})", where, condition);
    };
    const std::string decided = any(test + (all ? " IS FALSE" : " IS TRUE")), unknown = any(test + " IS NULL");
    return {fmt::format("{} {} {} (SELECT y.a AS v FROM s AS y WHERE {})", left, op, all ? "ALL" : Of({"ANY", "SOME"}),
                        where),
            fmt::format("(CASE WHEN {} THEN {} WHEN {} THEN NULL ELSE {} END)", decided, all ? "FALSE" : "TRUE",
                        unknown, all ? "TRUE" : "FALSE")};
  }

  std::mt19937_64 random_;
};

class SqlFeatures : public ::testing::Test {
 protected:
  void Start(Generator& g) {
    auto db = Database::Open(":memory:");
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    connection_.reset();
    database_ = std::move(db).value();
    connection_ = database_->Connect();
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &raw), SQLITE_OK);
    sqlite_.reset(raw);
    for (const char* table : {"r", "s"}) {
      Execute(fmt::format("CREATE TABLE {} (id NUMBER, g NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g, id))", table));
      Ask(fmt::format("CREATE TABLE {} (id INTEGER, g INTEGER, a INTEGER, b INTEGER)", table));
      for (int id = 0, n = 4 + g.Below(16); id < n; ++id) {
        const std::string values[] = {std::to_string(g.Below(4)), g.Value(), g.Value()};
        std::string item = fmt::format("{{'id': {}, 'g': {}", id, values[0]);
        for (int i = 1; i < 3; ++i) {
          // NULL and an absent attribute are the same to SQL.
          if (values[i] != "NULL" || g.Chance(50)) item += fmt::format(", '{}': {}", i == 1 ? "a" : "b", values[i]);
        }
        Execute(fmt::format("INSERT INTO {} VALUE {}}}", table, item));
        Ask(fmt::format("INSERT INTO {} VALUES ({}, {}, {}, {})", table, id, values[0], values[1], values[2]));
      }
    }
  }

  void Execute(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << text << "\n" << result.status().ToString();
    while ((*result)->Next()) {
    }
    ASSERT_TRUE((*result)->status().ok()) << text << "\n" << (*result)->status().ToString();
  }

  // Columns c0, c1, ... of each row.
  Rows Answer(const std::string& text, int columns) {
    Rows rows;
    auto result = connection_->Execute(text);
    EXPECT_TRUE(result.ok()) << text << "\n" << result.status().ToString();
    if (!result.ok()) return rows;
    while ((*result)->Next()) {
      std::string row;
      for (int i = 0; i < columns; ++i) {
        const Value v = (*result)->row().Get(fmt::format("c{}", i));
        row += v.is_absent() ? "NULL" : v.is_numeric() ? NumberText(v.ToDouble()) : v.ToLiteral();
        row += " ";
      }
      rows.push_back(std::move(row));
    }
    EXPECT_TRUE((*result)->status().ok()) << text << "\n" << (*result)->status().ToString();
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  Rows Ask(const std::string& text) {
    Rows rows;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(sqlite_.get(), text.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << text << "\n"
        << sqlite3_errmsg(sqlite_.get());
    if (statement == nullptr) return rows;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const bool null = sqlite3_column_type(statement, i) == SQLITE_NULL;
        row += null ? "NULL " : NumberText(sqlite3_column_double(statement, i)) + " ";
      }
      rows.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  void Compare(const Question& q, int columns) {
    const Rows expected = Ask(q.second);
    for (const char* how : {"", "rules off", "little memory"}) {
      Set(how, true);
      const Rows found = Answer(q.first, columns);
      Set(how, false);
      ASSERT_EQ(found, expected) << q.first << "\n" << q.second << "\n" << how;
    }
  }

  // Whatever the plan, the same rows.
  void Set(const std::string& how, bool on) {
    if (how == "little memory") Execute(on ? "SET memory_limit = 16384" : "SET memory_limit = DEFAULT");
    if (how != "rules off") return;
    for (const char* rule : {"unnest_subqueries", "decorrelate_aggregates", "fold_constants", "normalize_predicates",
                             "push_down_filters", "find_contradictions", "plan_joins", "choose_access_paths",
                             "keep_top_rows", "push_filters_into_store", "read_bytes", "parallelize"}) {
      Execute(fmt::format("SET rule_{} = {}", rule, on ? "off" : "on"));
    }
  }

  Question Any(Generator& g, int* columns) {
    const Question p = g.Predicate("x", 2);
    *columns = 2;
    switch (g.Below(8)) {
      case 0: {
        // A predicate as a value: three-valued.
        const std::string text = "SELECT x.id AS c0, {} AS c1 FROM r AS x";
        return {fmt::format(fmt::runtime(text),
                            fmt::format("CASE WHEN ({0}) IS NULL THEN NULL WHEN {0} THEN 1 ELSE 0 END", p.first)),
                fmt::format(fmt::runtime(text), p.second)};
      }
      case 1: {
        const std::string join = g.Of({"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"});
        const std::string using_columns = g.Of({"id", "g", "a", "id, g", "a, g"});
        const std::string first = using_columns.substr(0, using_columns.find(','));
        *columns = 4;
        return Generator::Same(fmt::format(
            "SELECT {} AS c0, x.b AS c1, y.b AS c2, x.id AS c3 FROM r AS x {} s AS y USING ({}) WHERE {} IS {}NULL",
            first, join, using_columns, g.Column("y"), g.Of({"", "NOT "})));
      }
      case 2: {
        const std::string sum = g.Of({"SUM", "COUNT", "MIN", "MAX"});
        *columns = 3;
        const std::string text =
            "SELECT x.g AS c0, {0}(x.a) FILTER (WHERE {1}) AS c1, COUNT(*) FILTER (WHERE {1}) AS c2 FROM r AS x GROUP "
            "BY x.g";
        return {fmt::format(fmt::runtime(text), sum, p.first), fmt::format(fmt::runtime(text), sum, p.second)};
      }
      case 3: {
        const std::string window =
            fmt::format("{} OVER (PARTITION BY x.g ORDER BY x.a{}, x.id)",
                        g.Of({"ROW_NUMBER()", "SUM(x.b)", "COUNT(x.a)", "LAG(x.b)"}), g.Of({"", " DESC"}));
        const std::string limit = g.Of({"= 1", "<= 2", "IS NULL", "IS DISTINCT FROM 1"});
        return {
            fmt::format("SELECT x.id AS c0, x.a AS c1 FROM r AS x WHERE {} QUALIFY {} {}", p.first, AsSql(window),
                        limit),
            fmt::format("SELECT c0, c1 FROM (SELECT x.id AS c0, x.a AS c1, {} AS w FROM r AS x WHERE {}) WHERE w {}",
                        AsSql(window), p.second, limit)};
      }
      case 4: return Sets(g, p, columns);
      case 5: {
        const int n = g.Below(4);
        const std::string order = g.Of({"x.g", "x.g DESC", "x.g, x.a", "x.b, x.g"});
        const std::string sorted = AsSql(order);
        return {
            fmt::format("SELECT x.g AS c0, x.id AS c1 FROM r AS x WHERE {} ORDER BY {} FETCH FIRST {} ROWS WITH TIES",
                        p.first, sorted, n),
            fmt::format("SELECT c0, c1 FROM (SELECT x.g AS c0, x.id AS c1, RANK() OVER (ORDER BY {}) AS k FROM r AS x "
                        "WHERE {}) "
                        "WHERE k <= {}",
                        sorted, p.second, n)};
      }
      case 6: {
        const std::string aggregate = g.Of({"SUM(x.a)", "COUNT(x.b)", "MAX(x.id)", "COUNT(DISTINCT x.a)"});
        *columns = 1;
        const std::string test =
            fmt::format("EXISTS (SELECT 1 AS o FROM s AS y WHERE y.{} {} ", g.Of({"a", "b", "id"}), g.Compare());
        return {fmt::format("SELECT x.g AS c0 FROM r AS x GROUP BY x.g HAVING {}{})", test, aggregate),
                fmt::format("SELECT c0 FROM (SELECT x.g AS c0, {} AS v FROM r AS x GROUP BY x.g) WHERE {}v)", aggregate,
                            test)};
      }
      default:
        return {"SELECT x.id AS c0, x.a AS c1 FROM r AS x WHERE " + p.first,
                "SELECT x.id AS c0, x.a AS c1 FROM r AS x WHERE " + p.second};
    }
  }

  // PartiQL puts NULL last where SQLite has it first: both are told.
  static std::string AsSql(std::string text) {
    for (const std::string key : {"x.a DESC", "x.g DESC"}) {
      for (size_t at = 0; (at = text.find(key, at)) != std::string::npos; at += key.size() + 11) {
        text.insert(at + key.size(), " NULLS LAST");
      }
    }
    for (const std::string key : {"ORDER BY x.a,", "g, x.a", "x.b, x.g"}) {
      const size_t at = text.find(key);
      if (at == std::string::npos) continue;
      const size_t column = text.find(key[0] == 'O' ? "x.a" : key == "g, x.a" ? "x.a" : "x.b", at);
      text.insert(column + 3, " NULLS LAST");
    }
    return text;
  }

  Question Sets(Generator& g, const Question& p, int* columns) {
    *columns = 4;
    const std::vector<std::vector<bool>> rollup = {{true, true}, {true, false}, {false, false}};
    const std::vector<std::vector<bool>> cube = {{true, true}, {true, false}, {false, true}, {false, false}};
    const std::vector<std::vector<bool>> some = {{true, false}, {false, true}};
    const int kind = g.Below(3);
    const std::string clause = kind == 0   ? "ROLLUP (x.g, x.a)"
                               : kind == 1 ? "CUBE (x.g, x.a)"
                                           : "GROUPING SETS ((x.g), (x.a))";
    std::string sqlite;
    for (const auto& set : kind == 0 ? rollup : kind == 1 ? cube : some) {
      std::string keys = set[0] ? "x.g" : "";
      if (set[1]) keys += (keys.empty() ? "" : ", ") + std::string("x.a");
      sqlite += fmt::format("{}SELECT {} AS c0, {} AS c1, COUNT(*) AS c2, {} AS c3 FROM r AS x WHERE {} {}",
                            sqlite.empty() ? "" : " UNION ALL ", set[0] ? "x.g" : "NULL", set[1] ? "x.a" : "NULL",
                            (set[0] ? 0 : 2) + (set[1] ? 0 : 1), p.second, keys.empty() ? "" : "GROUP BY " + keys);
    }
    return {
        fmt::format(
            "SELECT x.g AS c0, x.a AS c1, COUNT(*) AS c2, GROUPING(x.g, x.a) AS c3 FROM r AS x WHERE {} GROUP BY {}",
            p.first, clause),
        sqlite};
  }

  struct CloseSqlite {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<sqlite3, CloseSqlite> sqlite_;
};

TEST_F(SqlFeatures, AnswerAsSqlite) {
  const char* text = std::getenv("PARTON_RANDOM_SEEDS");
  const int seeds = text == nullptr ? 5 : std::atoi(text);
  for (int seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator g(static_cast<uint64_t>(seed));
    ASSERT_NO_FATAL_FAILURE(Start(g));
    for (int i = 0; i < 60; ++i) {
      int columns = 0;
      const Question q = Any(g, &columns);
      ASSERT_NO_FATAL_FAILURE(Compare(q, columns));
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace parton
