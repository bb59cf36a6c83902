// Random queries over random nested data: whatever the plan, the same bag of rows.
//
// There is no model here: the reference is the query with every rule switched off, on one thread, over tables without
// indexes. Against it stand all rules on, each rule off, several threads, memory for hardly a row, indexes, literals in
// place and as parameters, and a transaction with writes of its own, in both typings. Where the reference fails, so
// must the others; strict typing may also find nothing to fail on. PARTON_RANDOM_MINUTES runs it for so long.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "parton/database.h"
#include "planner/rules/rules.h"
#include "random_run.h"

namespace parton {
namespace {

const std::vector<std::string>& RuleNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const RuleInfo& rule : AllRules()) out.push_back(rule.name);
    return out;
  }();
  return names;
}

// The statement's number and string literals as parameters; those of LIMIT, OFFSET and frames, where it would mean
// something else, stay.
std::string WithParameters(const std::string& text, std::vector<Value>* values) {
  std::string out;
  bool lifting = true;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'') {
      const size_t end = text.find('\'', i + 1);
      values->push_back(Value::String(text.substr(i + 1, end - i - 1)));
      out += '?';
      i = end + 1;
      continue;
    }
    size_t end = i;
    if (isalpha(static_cast<unsigned char>(c)) || c == '_') {
      while (end < text.size() && (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
      const std::string word = text.substr(i, end - i);
      if (word == "LIMIT" || word == "OFFSET" || word == "BETWEEN" || word == "ROWS" || word == "GROUPS") {
        lifting = word == "BETWEEN" && lifting;
      }
    } else if (isdigit(static_cast<unsigned char>(c))) {
      while (end < text.size() && (isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.')) ++end;
      const std::string digits = text.substr(i, end - i);
      // Not a position in a list, nor a part of a decimal.
      if (lifting && (i == 0 || text[i - 1] != '[' || digits.size() > 1) && digits.find('.') == std::string::npos &&
          !(i > 0 && text[i - 1] == '[' && end < text.size() && text[end] == ']')) {
        values->push_back(Value::Int(std::stoll(digits)));
        out += '?';
        i = end;
        continue;
      }
    } else {
      end = i + 1;
    }
    out += text.substr(i, end - i);
    i = end;
  }
  return out;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  bool subqueries = true;  // whether predicates may hold some
  bool always_w = false;   // whether all items have it: then no index leaves one out

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& Of(const std::vector<T>& v) {
    return v[static_cast<size_t>(Below(static_cast<int>(v.size())))];
  }

  // A scalar, seldom of another kind than a small integer or a string.
  std::string Scalar() {
    switch (Below(12)) {
      case 0: return "NULL";
      case 1: return "TRUE";
      case 2: return fmt::format("{}.5", Below(5));
      case 3:
      case 4:
      case 5: return fmt::format("'{}'", static_cast<char>('a' + Below(5)));
      default: return std::to_string(Below(7));
    }
  }

  std::string Item(int id) {
    std::string out = fmt::format("{{'id': {}, 'g': {}", id, Below(6));
    if (Chance(75)) out += ", 'v': " + Scalar();
    if (always_w || Chance(60)) out += fmt::format(", 'w': {}", Below(10));
    if (Chance(60)) {
      out += ", 'items': [";
      for (int i = 0, n = Below(4); i < n; ++i) {
        out += fmt::format("{}{{'k': {}, 'q': {}}}", i ? ", " : "", Scalar(), Below(4));
      }
      out += "]";
    }
    if (Chance(40)) out += fmt::format(", 'm': {{'x': {}, 'y': {{'z': {}}}}}", Scalar(), Below(3));
    return out + "}";
  }

  // A path on alias `a`.
  std::string Path(const std::string& a) {
    static const std::vector<std::string> paths = {"id", "g",   "g",     "v",          "w",
                                                   "w",  "m.x", "m.y.z", "items[0].k", "items[1].q"};
    return a + "." + Of(paths);
  }

  std::string Operand(const std::string& a) { return Chance(70) ? Path(a) : Scalar(); }

  std::string Predicate(const std::string& a, int depth) {
    if (depth > 0 && Chance(55)) {
      if (Chance(15)) return "NOT (" + Predicate(a, depth - 1) + ")";
      return fmt::format("({}) {} ({})", Predicate(a, depth - 1), Chance(60) ? "AND" : "OR", Predicate(a, depth - 1));
    }
    switch (Below(14)) {
      case 11: {
        static const std::vector<std::string> tests = {
            "begins_with({}, 'a')",     "contains({}, 'b')", "attribute_type({}, 'N')", "attribute_exists({})",
            "attribute_not_exists({})", "{} LIKE '%a%'",     "{} NOT LIKE 'b%'",        "{} LIKE '_'"};
        return fmt::format(fmt::runtime(Of(tests)), Path(a));
      }
      case 12: return fmt::format("{} NOT IN [{}, {}]", Path(a), Scalar(), Scalar());
      case 13: return fmt::format("{} NOT BETWEEN {} AND {}", Path(a), Scalar(), Scalar());
      case 10:
        if (!subqueries) return "a.w > 1";
        return fmt::format("{} {} {}", Aggregated(a), Chance(50) ? ">" : "<=", Below(9));
      case 0: return fmt::format("{} BETWEEN {} AND {}", Path(a), Below(4), 2 + Below(6));
      case 1: return fmt::format("{} IN [{}, {}, {}]", Path(a), Scalar(), Scalar(), Scalar());
      case 2: return fmt::format("{} IS {}{}", Path(a), Chance(50) ? "NOT " : "", Chance(50) ? "MISSING" : "NULL");
      case 3:
        if (!subqueries) return "a.w = 3";
        return fmt::format("{0}EXISTS (SELECT * FROM u AS e WHERE e.w = {1} AND e.g < {2})", Chance(30) ? "NOT " : "",
                           Path(a), Below(6));
      case 4:
        if (!subqueries) return "a.w < 5";
        return fmt::format("{} {}IN (SELECT VALUE e.w FROM u AS e WHERE e.g = {})", Path(a), Chance(40) ? "NOT " : "",
                           Below(6));
      case 5: return fmt::format("{} + {} > {}", Path(a), Operand(a), Below(9));
      default: {
        static const std::vector<std::string> ops = {"=", "=", "<", "<=", ">", ">=", "<>"};
        return fmt::format("{} {} {}", Path(a), Of(ops), Operand(a));
      }
    }
  }

  std::string RowComparison(const std::string& a) {
    static const std::vector<std::string> ops = {"<", "<=", ">", ">="};
    static const std::vector<std::vector<std::string>> rows = {
        {"g", "id"}, {"w", "id"}, {"g", "w", "id"}, {"w", "g", "id"}, {"g", "w"}, {"w", "v"}, {"id", "g"}};
    const std::vector<std::string>& row = Of(rows);
    std::string names, values;
    for (const std::string& name : row) {
      names += (names.empty() ? "" : ", ") + a + "." + name;
      values += (values.empty() ? "" : ", ") + (Chance(80) ? std::to_string(Below(name == "id" ? 60 : 8)) : Scalar());
    }
    if (Chance(20)) return fmt::format("({}) {} ({})", values, Of(ops), names);
    return fmt::format("({}) {} ({})", names, Of(ops), values);
  }

  // A further term about the key of an index or table; or none.
  std::string KeyTerm(const std::string& a) {
    switch (Below(7)) {
      case 6:
        return fmt::format(" AND (({0}.g = {1} AND {0}.w = {2}) OR ({0}.g = {3} AND {0}.w = {4} AND {0}.id > {5}))", a,
                           Below(6), Below(8), Below(6), Below(8), Below(60));
      case 5: return fmt::format(" AND {0}.g = {1} AND {0}.w IN [{2}, 3]", a, Below(6), Below(8));
      case 0: return " AND " + RowComparison(a);
      case 1:
        return fmt::format(" AND {0}.w = {1} AND {0}.id {2} {3}", a, Below(8), Chance(50) ? ">=" : "<", Below(60));
      case 2: return fmt::format(" AND {0}.w = {1} AND {2}", a, Below(8), RowComparison(a));
      case 3: return fmt::format(" AND {}.w IN [{}, {}] AND {}", a, Below(8), Below(8), RowComparison(a));
      default: return "";
    }
  }

  // An aggregate over the rows that match the one of alias `a`.
  std::string Aggregated(const std::string& a) {
    static const std::vector<std::string> calls = {
        "COUNT(*)",     "COUNT(c.v)",          "SUM(c.w)",           "MIN(c.v)", "MAX(c.id)",
        "AVG(c.w) + 1", "COUNT(DISTINCT c.v)", "SUM(c.w) + COUNT(*)"};
    static const std::vector<std::string> keys = {"g", "g", "w", "v", "m.x", "id"};
    return fmt::format("(SELECT {} AS n FROM {} AS c WHERE c.{} = {}{})", Of(calls), Chance(50) ? "t" : "u", Of(keys),
                       Path(a), Chance(30) ? " AND " + Predicate("c", 0) : "");
  }

  // A query; *ordered is set if its order is determined.
  std::string Query(bool* ordered) {
    *ordered = false;
    const std::string table = Chance(50) ? "t" : "u";
    const std::string where = Chance(85) ? " WHERE " + Predicate("a", 2) : "";
    switch (Below(18)) {
      case 15:
      case 16:
      case 17: {
        // What is computed on bytes, where it can be.
        static const std::vector<std::string> calls = {"SUM(CASE WHEN {0} THEN 1 ELSE 0 END)",
                                                       "SUM(CASE WHEN {0} THEN a.w END)",
                                                       "SUM(a.w * 2 + a.g)",
                                                       "AVG(a.w - a.g)",
                                                       "COUNT(*) FILTER (WHERE {0})",
                                                       "MAX(a.w) FILTER (WHERE {0})",
                                                       "MIN(a.v)",
                                                       "COUNT(a.v)",
                                                       "SUM(a.v)",
                                                       "AVG(a.v)",
                                                       "COUNT(DISTINCT a.v)",
                                                       "COUNT(a.w + a.v)"};
        static const std::vector<std::string> keys = {
            "", "", " GROUP BY a.v", " GROUP BY a.v, a.g", " GROUP BY a.w, a.m.x", " GROUP BY a.m"};
        std::string text = "SELECT ";
        for (int i = 0; i < 3; ++i) {
          const std::string call = fmt::format(fmt::runtime(Of(calls)), Predicate("a", 1));
          text += fmt::format("{}{} AS c{}", i == 0 ? "" : ", ", call, i);
        }
        return text + fmt::format(" FROM {} AS a{}{}", table, where, Of(keys));
      }
      case 12:
      case 13: {
        // Pages of an index, or of a table: from a row on, in either direction.
        *ordered = true;
        const char* direction = Chance(50) ? "DESC" : "ASC";
        return fmt::format("SELECT a.id, a.w FROM {} AS a WHERE a.g = {}{} ORDER BY a.w {}, a.id {} LIMIT {}", table,
                           Below(6), KeyTerm("a"), direction, direction, 1 + Below(20));
      }
      case 14: {
        *ordered = true;
        const char* direction = Chance(50) ? "DESC" : "ASC";
        return fmt::format("SELECT a.g, a.id, a.v FROM {} AS a WHERE {}{} ORDER BY a.g {}, a.id {}", table,
                           RowComparison("a"), KeyTerm("a"), direction, direction);
      }
      case 0:
        return fmt::format(
            "SELECT a.g, COUNT(*) AS n, SUM(a.w) AS s, MIN(a.id) AS lo, MAX(a.v) AS hi FROM {} AS a{} "
            "GROUP BY a.g{}",
            table, where, Chance(30) ? " HAVING COUNT(*) > 2" : "");
      case 1: return fmt::format("SELECT DISTINCT a.g, a.v FROM {} AS a{}", table, where);
      case 2: return fmt::format("SELECT a.id, i.k, p FROM {} AS a, a.items AS i AT p{}", table, where);
      case 3:
        return fmt::format("SELECT a.id AS x, b.id AS y FROM {} AS a {}JOIN {} AS b ON a.w = b.g AND b.id < 20{}",
                           table, Chance(40) ? "LEFT " : "", Chance(50) ? "t" : "u", where);
      case 4: {
        *ordered = true;
        return fmt::format("SELECT a.id, a.v FROM {} AS a{} ORDER BY a.{} {}, a.id LIMIT {} OFFSET {}", table, where,
                           Chance(50) ? "v" : "w", Chance(50) ? "DESC" : "ASC", Below(30), Below(5));
      }
      case 5:
        return fmt::format("SELECT a.id, (SELECT COUNT(*) AS n FROM u AS c WHERE c.g = a.g) AS n FROM {} AS a{}", table,
                           where);
      case 6:
        return fmt::format("(SELECT a.g, a.w FROM t AS a{}) {} {} (SELECT b.g, b.w FROM u AS b)", where,
                           Chance(40)   ? "UNION"
                           : Chance(50) ? "INTERSECT"
                                        : "EXCEPT",
                           Chance(50) ? "ALL" : "DISTINCT");
      case 7: return fmt::format("SELECT a.id, {} AS n FROM {} AS a{}", Aggregated("a"), table, where);
      case 8:
        return fmt::format(
            "SELECT a.id, a.v, ROW_NUMBER() OVER (PARTITION BY a.g ORDER BY a.id) AS r, SUM(a.w) OVER "
            "(PARTITION BY a.v ORDER BY a.id {} BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM {} AS a{}",
            Chance(50) ? "GROUPS" : "ROWS", table, where);
      case 9:
        return fmt::format(
            "SELECT a.v, COUNT(DISTINCT a.w) AS d, COLL_SUM((SELECT VALUE e.a.id FROM grouped AS e)) AS ids "
            "FROM {} AS a{} GROUP BY a.v GROUP AS grouped",
            table, where);
      case 10:
        return fmt::format("SELECT a.id AS x, b.v AS y FROM {} AS a {}JOIN t AS b ON b.id = {}{}{}", table,
                           Chance(50) ? "LEFT " : "", Path("a"), Chance(30) ? " AND " + Predicate("b", 0) : "", where);
      default:
        return fmt::format("SELECT VALUE {} FROM {} AS a{}", Chance(50) ? "a" : "[a.id, a.m.x, a.w + 1]", table, where);
    }
  }

 private:
  std::mt19937_64 random_;
};

struct Answer {
  bool failed = false;
  std::string error;
  std::vector<std::string> rows;
};

class RandomQueries : public ::testing::Test {
 protected:
  void Start(uint64_t seed, Generator& g) {
    directory_ = (std::filesystem::temp_directory_path() / fmt::format("parton_query_{}_{}", getpid(), seed)).string();
    std::filesystem::remove_all(directory_);
    Options options;
    options.durable = false;
    auto db = Database::Open(directory_, options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    database_ = std::move(db).value();
    connection_ = database_->Connect();
    Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id))");
    Run("CREATE TABLE u (g NUMBER, id NUMBER, PRIMARY KEY (g, id))");
    Run("CREATE TABLE it (id NUMBER, g NUMBER, w NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g, w), GLOBAL INDEX by_w "
        "(w), GLOBAL INDEX by_g_w ((g, w), (id)))");
    Run("CREATE TABLE iu (g NUMBER, id NUMBER, w NUMBER, PRIMARY KEY (g, id), GLOBAL INDEX by_w (w) PROJECT KEYS "
        "ONLY, GLOBAL INDEX by_w_g ((w), (g, id)) PROJECT KEYS ONLY)");
    g.always_w = g.Chance(50);
    for (const char* table : {"t", "u"}) {
      std::string items;
      for (int i = 0; i < 60; ++i) items += (i ? ", " : "") + g.Item(i);
      Run(fmt::format("INSERT INTO {} << {} >>", table, items));
      Run(fmt::format("INSERT INTO i{} << {} >>", table, items));
    }
  }

  // The same query over the tables that have indexes.
  static std::string OverIndexes(std::string text) {
    for (const char* table : {"t", "u"}) {
      const std::string from = fmt::format(" {} AS ", table), to = fmt::format(" i{} AS ", table);
      for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
      }
    }
    return text;
  }

  void TearDown() override {
    connection_.reset();
    database_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  void Run(const std::string& text) {
    auto r = connection_->Execute(text);
    ASSERT_TRUE(r.ok()) << text << "\n" << r.status().ToString();
    while ((*r)->Next()) {
    }
    ASSERT_TRUE((*r)->status().ok()) << text << "\n" << (*r)->status().ToString();
  }

  Answer Ask(const std::string& text, bool ordered, std::vector<Value> parameters = {}) {
    Answer a;
    auto r = connection_->Execute(text, std::move(parameters));
    Status status = r.ok() ? Status::Ok() : r.status();
    if (r.ok()) {
      while ((*r)->Next()) a.rows.push_back((*r)->row().Materialize().ToLiteral());
      status = (*r)->status();
    }
    a.failed = !status.ok();
    a.error = status.ToString();
    if (a.failed) a.rows.clear();
    if (!ordered) std::sort(a.rows.begin(), a.rows.end());
    return a;
  }

  void Compare(const std::string& text, const std::string& how, const Answer& reference, bool ordered, bool strict,
               std::vector<Value> parameters = {}) {
    ++comparisons_;
    Answer a = Ask(text, ordered, std::move(parameters));
    // A plan that reads less may miss the row that would fail; it may not find an error of its own.
    if (strict && reference.failed) return;
    EXPECT_EQ(a.failed, reference.failed) << text << "\n"
                                          << how << ": " << a.error << "\nreference: " << reference.error;
    EXPECT_EQ(a.rows, reference.rows) << text << "\n" << how;
  }

  // Inside of a transaction that has taken items away and put them back.
  void Transaction(Generator& g, const std::string& text, const Answer& reference, bool ordered, bool strict) {
    Run("BEGIN");
    if (g.Chance(70)) {
      const int id = g.Below(60);
      for (const char* table : {"it", "iu"}) {
        Run(fmt::format("UPDATE {} SET detour = 1 WHERE id = {}", table, id));
        Run(fmt::format("UPDATE {} REMOVE detour WHERE id = {}", table, id));
        Run(fmt::format("INSERT INTO {} VALUE {{'id': 999, 'g': 3, 'w': 5, 'v': 3}}", table));
        Run(fmt::format("DELETE FROM {} WHERE id = 999", table));
        // Left out of an index that may have had all items so far.
        if (!g.Chance(10)) continue;
        Run(fmt::format("INSERT INTO {} VALUE {{'id': 998, 'g': 3, 'v': 3}}", table));
        Run(fmt::format("DELETE FROM {} WHERE id = 998", table));
      }
    }
    Compare(text, "in a transaction", reference, ordered, strict);
    Run(g.Chance(50) ? "COMMIT" : "ROLLBACK");
  }

  uint64_t comparisons_ = 0;
  std::string directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(RandomQueries, ThePlanNeverChangesTheAnswer) {
  RandomRun run("plans against each other", 2);
  int seeds = 0, answered = 0, spilling = 0;
  for (; !HasFailure() && run.Next(); ++seeds) {
    SCOPED_TRACE(fmt::format("PARTON_RANDOM_FIRST={}", run.seed));
    Generator g(run.seed);
    Start(run.seed, g);
    if (HasFatalFailure()) return;
    for (int step = 0; step < 25 && !HasFailure(); ++step) {
      bool ordered = false;
      const std::string text = g.Query(&ordered);
      const bool strict = g.Chance(25);
      Run(fmt::format("SET typing = {}", strict ? "strict" : "permissive"));
      Run("SET threads = 1");
      for (const std::string& rule : RuleNames()) Run(fmt::format("SET rule_{} = off", rule));
      const Answer reference = Ask(text, ordered);
      if (!reference.failed) ++answered;
      for (const std::string& rule : RuleNames()) Run(fmt::format("SET rule_{} = on", rule));
      Compare(text, "all rules", reference, ordered, strict);
      const std::string indexed = OverIndexes(text);
      Compare(indexed, "indexes", reference, ordered, strict);
      std::vector<Value> values;
      const std::string prepared = WithParameters(g.Chance(50) ? text : indexed, &values);
      Compare(prepared, "parameters", reference, ordered, strict, values);
      Run("SET threads = 3");
      Compare(text, "three threads", reference, ordered, strict);
      Run("SET memory_limit = 4096");
      const Answer spilled = Ask(g.Chance(50) ? text : indexed, ordered);
      if (spilled.error.find("needs more memory") == std::string::npos) {
        Compare(text, "spilling", reference, ordered, strict);
        ++spilling;
      }
      Run("SET memory_limit = '1GB'");
      Transaction(g, indexed, reference, ordered, strict);
      for (int i = 0; i < 2; ++i) {
        const std::string& rule = g.Of(RuleNames());
        Run(fmt::format("SET rule_{} = off", rule));
        Compare(i == 0 ? text : indexed, "without " + rule, reference, ordered, strict);
        Run(fmt::format("SET rule_{} = on", rule));
      }
    }
    run.comparisons = comparisons_;
    TearDown();
  }
  EXPECT_GT(answered, 10 * seeds) << "most queries must run for the comparison to mean anything";
  EXPECT_GT(spilling, 15 * seeds) << "few may need more than the least memory";
}

// Scans large enough for workers: rows, order and aggregates are those of one thread.
TEST_F(RandomQueries, ThreadsNeverChangeTheAnswer) {
  Generator g(7);
  Start(7, g);
  if (HasFatalFailure()) return;
  Run("CREATE TABLE big (id NUMBER, PRIMARY KEY (id))");
  Run("INSERT INTO big SELECT VALUE {'id': x, 'g': x % 13, 'v': CASE WHEN x % 5 = 0 THEN 'a' ELSE x % 7 END, "
      "'w': CASE WHEN x % 3 = 0 THEN NULL ELSE x % 11 END, 'm': {'x': x % 4}} FROM range(1, 30000) AS x");
  g.subqueries = false;
  for (int step = 0; step < 5 && !HasFailure(); ++step) {
    const std::string where = " WHERE " + g.Predicate("a", 2);
    for (const std::string& text :
         {"SELECT VALUE a.id FROM big AS a" + where,
          "SELECT a.g, COUNT(*) AS n, SUM(a.w) AS s, AVG(a.w) AS m, MIN(a.v) AS lo, MAX(a.v) AS hi FROM big AS a" +
              where + " GROUP BY a.g",
          "SELECT VALUE ARRAY_AGG(a.id) FROM big AS a" + where}) {
      Run("SET threads = 1");
      const Answer one = Ask(text, true);
      for (int threads : {2, 5}) {
        Run(fmt::format("SET threads = {}", threads));
        const Answer many = Ask(text, true);
        EXPECT_EQ(many.failed, one.failed) << text << "\n" << many.error << "\n" << one.error;
        EXPECT_TRUE(many.rows == one.rows) << text << "\n" << threads << " threads";
      }
    }
  }
  // Groups that have no room in memory, all threads together.
  const std::string groups =
      "SELECT k, COUNT(*) AS n, SUM(a.w) AS s, ARRAY_AGG(a.id) AS ids FROM big AS a GROUP BY a.id % 7000 AS k";
  Run("SET threads = 1");
  const Answer one = Ask(groups, false);
  EXPECT_EQ(one.rows.size(), 7000u);
  Run("SET memory_limit = 300000");
  for (int threads : {1, 4}) {
    Run(fmt::format("SET threads = {}", threads));
    const Answer spilled = Ask(groups, false);
    EXPECT_FALSE(spilled.failed) << spilled.error;
    EXPECT_TRUE(spilled.rows == one.rows) << groups << "\n" << threads << " threads";
  }
}

}  // namespace
}  // namespace parton
