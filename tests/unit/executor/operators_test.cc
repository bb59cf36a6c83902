// Operators, through queries that need them.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

class OperatorsTest : public ExecutorTest {
 protected:
  Strings Sorted(Strings rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};

TEST_F(OperatorsTest, ValuesWithoutFrom) {
  EXPECT_EQ(One("1 + 2"), "3");
  EXPECT_EQ(One("SELECT 1 AS a"), "{'a': 1}");
  EXPECT_EQ(Rows("[1, 2]"), (Strings{"1", "2"}));
  EXPECT_EQ(One("{'a': [1]}"), "{'a': [1]}");
}

TEST_F(OperatorsTest, UnnestRules) {
  EXPECT_EQ(Rows("SELECT VALUE [x, i] FROM ['a', 'b'] AS x AT i"), (Strings{"['a', 0]", "['b', 1]"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM 5 AS x"), (Strings{"5"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM NULL AS x"), (Strings{"NULL"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM MISSING AS x").size(), 1u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [] AS x").size(), 0u);
  EXPECT_EQ(Rows("SELECT VALUE [n, v] FROM UNPIVOT {'a': 1, 'b': 2} AS v AT n"), (Strings{"['a', 1]", "['b', 2]"}));
  EXPECT_EQ(Rows("SELECT VALUE [n, v] FROM UNPIVOT 7 AS v AT n"), (Strings{"['_1', 7]"}));
  EXPECT_EQ(Rows("SELECT VALUE v FROM UNPIVOT MISSING AS v").size(), 0u);
  EXPECT_EQ(Rows("SELECT VALUE [x.a, y] FROM [{'a': 1, 'b': [1, 2]}, {'a': 2, 'b': []}] AS x, x.b AS y"),
            (Strings{"[1, 1]", "[1, 2]"}));
  Run("SET typing = strict");
  EXPECT_EQ(Error("SELECT VALUE x FROM 5 AS x").code(), StatusCode::kTypeMismatch);
  EXPECT_EQ(Error("SELECT VALUE x FROM <<1>> AS x AT i").code(), StatusCode::kTypeMismatch);
}

TEST_F(OperatorsTest, Joins) {
  Run("CREATE TABLE l (k NUMBER, PRIMARY KEY (k)); CREATE TABLE r (k NUMBER, PRIMARY KEY (k));"
      "INSERT INTO l << {'k': 1, 'x': 'a'}, {'k': 2, 'x': 'b'}, {'k': 3} >>;"
      "INSERT INTO r << {'k': 1, 'x': 'a'}, {'k': 2, 'x': 'z'}, {'k': 4} >>;");
  for (const char* rules : {"on", "off"}) {
    Run(fmt::format("SET rule_plan_joins = {}", rules));
    EXPECT_EQ(Sorted(Rows("SELECT VALUE [a.k, b.k] FROM l AS a JOIN r AS b ON a.k = b.k")),
              (Strings{"[1, 1]", "[2, 2]"}));
    EXPECT_EQ(Sorted(Rows("SELECT VALUE [a.k, b IS NULL] FROM l AS a LEFT JOIN r AS b ON a.k = b.k")),
              (Strings{"[1, false]", "[2, false]", "[3, true]"}));
    EXPECT_EQ(Sorted(Rows("SELECT VALUE [a IS NULL, b.k] FROM l AS a RIGHT JOIN r AS b ON a.k = b.k")),
              (Strings{"[false, 1]", "[false, 2]", "[true, 4]"}));
    EXPECT_EQ(Rows("SELECT VALUE 1 FROM l AS a FULL JOIN r AS b ON a.k = b.k").size(), 4u);
    EXPECT_EQ(Rows("SELECT VALUE 1 FROM l AS a CROSS JOIN r AS b").size(), 9u);
    // Absent keys match nothing.
    EXPECT_EQ(Rows("SELECT VALUE [a.k, b.k] FROM l AS a JOIN r AS b ON a.x = b.x"), (Strings{"[1, 1]"}));
    EXPECT_EQ(Rows("SELECT VALUE a.k FROM l AS a FULL JOIN r AS b ON a.k = b.k AND b.k > 1").size(), 5u);
  }
}

TEST_F(OperatorsTest, JoinsOfManyKinds) {
  // Nested loops and hash joins against counting by hand, with doubles and absent keys.
  Strings kinds = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
  const char* left = "[1, 1, 2, NULL, 5]";
  const char* right = "[1, 2, 2, 3, NULL, NULL]";
  std::vector<size_t> counts = {4, 6, 7, 9};
  for (size_t i = 0; i < kinds.size(); ++i) {
    for (const char* rules : {"on", "off"}) {
      Run(fmt::format("SET rule_plan_joins = {}", rules));
      EXPECT_EQ(Rows(fmt::format("SELECT VALUE 1 FROM {} AS a {} {} AS b ON a = b", left, kinds[i], right)).size(),
                counts[i])
          << kinds[i];
    }
  }
}

TEST_F(OperatorsTest, LateralJoin) {
  EXPECT_EQ(Rows("SELECT VALUE [x.a, y IS NULL] FROM [{'a': 1, 'b': []}, {'a': 2, 'b': [9]}] AS x "
                 "LEFT JOIN x.b AS y ON true"),
            (Strings{"[1, true]", "[2, false]"}));
}

TEST_F(OperatorsTest, Aggregates) {
  EXPECT_EQ(One("SELECT COUNT(*) AS n, SUM(x) AS s, MIN(x) AS a, MAX(x) AS b FROM [3, 1, NULL, 2] AS x"),
            "{'n': 4, 's': 6, 'a': 1, 'b': 3}");
  EXPECT_EQ(One("SELECT COUNT(x) AS n, SUM(x) AS s FROM [] AS x"), "{'n': 0, 's': NULL}");
  EXPECT_EQ(One("SELECT COUNT(DISTINCT x) AS n FROM [1, 1, 2, 2.0, NULL] AS x"), "{'n': 2}");
  EXPECT_EQ(Rows("SELECT k, COUNT(*) AS n FROM [{'k': NULL}, {}, {'k': 1}] AS x GROUP BY x.k AS k").size(), 2u);
  EXPECT_EQ(One("SELECT COUNT(*) FILTER (WHERE x > 1) AS n FROM [1, 2, 3] AS x"), "{'n': 2}");
  EXPECT_EQ(One("SELECT VALUE g FROM [{'a': 1}] AS x GROUP BY x.a GROUP AS g"), "<<{'x': {'a': 1}}>>");
  EXPECT_EQ(Rows("SELECT VALUE k FROM [1, 2, 1] AS x GROUP BY x AS k HAVING COUNT(*) > 1"), (Strings{"1"}));
}

TEST_F(OperatorsTest, SortAndLimit) {
  EXPECT_EQ(Rows("SELECT VALUE x FROM [3, 'a', NULL, 1, true] AS x ORDER BY x"),
            (Strings{"true", "1", "3", "'a'", "NULL"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM [3, NULL, 1] AS x ORDER BY x DESC"), (Strings{"NULL", "3", "1"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM [3, NULL, 1] AS x ORDER BY x DESC NULLS LAST"), (Strings{"3", "1", "NULL"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM range(1, 1000) AS x ORDER BY x DESC LIMIT 2 OFFSET 1"), (Strings{"999", "998"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 3] AS x LIMIT 0").size(), 0u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 3] AS x OFFSET 9223372036854775808").size(), 0u);
  EXPECT_EQ(Error("SELECT VALUE x FROM [1] AS x LIMIT ?", {Value::Int(-1)}).code(), StatusCode::kValidation);
  EXPECT_EQ(Error("SELECT VALUE x FROM [1] AS x LIMIT 'a'").code(), StatusCode::kValidation);
}

TEST_F(OperatorsTest, SortIsStable) {
  EXPECT_EQ(Rows("SELECT VALUE x.b FROM [{'a': 1, 'b': 1}, {'a': 0, 'b': 2}, {'a': 1, 'b': 3}, {'a': 0, 'b': 4}] "
                 "AS x ORDER BY x.a LIMIT 3"),
            (Strings{"2", "4", "1"}));
}

TEST_F(OperatorsTest, SortSpills) {
  Run("SET memory_limit = 2000000");
  auto result = connection_->Execute(
      "SELECT VALUE {'n': x, 's': 'some text to fill memory ' || CAST(x AS STRING)} FROM range(1, 60000) AS x "
      "ORDER BY x % 1000, x DESC");
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  int64_t count = 0, last_key = -1, last = INT64_MAX;
  while ((*result)->Next()) {
    int64_t x = (*result)->row().Get("n").int_value();
    EXPECT_EQ((*result)->row().Get("s"), Value("some text to fill memory " + std::to_string(x)));
    EXPECT_TRUE(x % 1000 > last_key || (x % 1000 == last_key && x < last));
    last_key = x % 1000;
    last = x;
    ++count;
  }
  EXPECT_TRUE((*result)->status().ok()) << (*result)->status().ToString();
  EXPECT_EQ(count, 60000);
}

TEST_F(OperatorsTest, SpilledValuesOfAllTypes) {
  Run("SET memory_limit = 70000");
  Run("CREATE TABLE t (k NUMBER, PRIMARY KEY (k)); INSERT INTO t << {'k': 1, 'v': <<'a', 'b'>>}, {'k': 2} >>");
  std::string values =
      "[NULL, true, 12345678901234567890123456789, 1.50, 2e0, 'x', DATE '2024-02-29', TIME '10:11:12', "
      "TIMESTAMP '2024-02-29 10:11:12', INTERVAL '1' DAY, [1, [2]], <<1, 1>>, {'a': {'b': 1}, 'a': 2}]";
  // Many rows with a long text force the values through files.
  EXPECT_EQ(One(fmt::format("SELECT COUNT(*) AS n FROM (SELECT v, x FROM {} AS v, range(1, 3000) AS x ORDER BY "
                            "x) AS y WHERE y.v IS NOT MISSING",
                            values)),
            "{'n': 39000}");
  EXPECT_EQ(Sorted(Rows(fmt::format("SELECT VALUE y.v FROM (SELECT v, x, t FROM {} AS v, range(1, 3000) AS x, t "
                                    "ORDER BY x DESC) AS y WHERE y.x = 17 AND y.t.k = 1",
                                    values))),
            Sorted(Rows(fmt::format("SELECT VALUE v FROM {} AS v", values))));
}

TEST_F(OperatorsTest, WhatMustFitInMemory) {
  Run("SET memory_limit = 1000000");
  EXPECT_EQ(Error("SELECT ARRAY_AGG(x) AS a FROM range(1, 100000) AS x").code(), StatusCode::kOutOfMemory);
  EXPECT_EQ(Error("SELECT ROW_NUMBER() OVER (ORDER BY x) AS n FROM range(1, 100000) AS x").code(),
            StatusCode::kOutOfMemory);
  EXPECT_EQ(Error("WITH w AS (SELECT VALUE x FROM range(1, 100000) AS x) SELECT a, b FROM w AS a JOIN w AS b ON a = b")
                .code(),
            StatusCode::kOutOfMemory);
  // What was held is given back.
  EXPECT_EQ(Rows("SELECT DISTINCT VALUE x % 3 FROM range(1, 1000) AS x").size(), 3u);
}

TEST_F(OperatorsTest, DistinctAndSets) {
  EXPECT_EQ(Rows("SELECT DISTINCT VALUE x FROM [1, 1.0, 2, NULL, NULL] AS x").size(), 3u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 2] AS x UNION ALL SELECT VALUE x FROM [2, 3] AS x").size(), 5u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 2] AS x UNION SELECT VALUE x FROM [2, 3] AS x").size(), 3u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 2] AS x INTERSECT ALL SELECT VALUE x FROM [2, 2, 2] AS x").size(), 2u);
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 2] AS x EXCEPT ALL SELECT VALUE x FROM [2] AS x"), (Strings{"1", "2"}));
  EXPECT_EQ(Rows("SELECT VALUE x FROM [1, 2, 2] AS x EXCEPT SELECT VALUE x FROM [2] AS x"), (Strings{"1"}));
  EXPECT_EQ(Rows("SELECT 1 AS a, 2 AS b FROM [1] AS x UNION SELECT 1 AS c, 2 AS d FROM [1] AS x"),
            (Strings{"{'a': 1, 'b': 2}"}));
}

TEST_F(OperatorsTest, Windows) {
  EXPECT_EQ(Rows("SELECT VALUE [x, w] FROM (SELECT x, ROW_NUMBER() OVER (ORDER BY x DESC) AS w FROM [10, 30, 20] "
                 "AS x) AS y"),
            Rows("SELECT VALUE v FROM [[10, 3], [30, 1], [20, 2]] AS v"));
  EXPECT_EQ(Sorted(Rows("SELECT x.a, SUM(x.b) OVER (PARTITION BY x.a ORDER BY x.b) AS s FROM [{'a': 1, 'b': 1}, "
                        "{'a': 1, 'b': 2}, {'a': 2, 'b': 5}] AS x")),
            (Strings{"{'a': 1, 's': 1}", "{'a': 1, 's': 3}", "{'a': 2, 's': 5}"}));
  EXPECT_EQ(Rows("SELECT VALUE [x, l] FROM (SELECT x, LAG(x) OVER (ORDER BY x) AS l FROM [2, 1, 3] AS x) AS y "
                 "ORDER BY x"),
            (Strings{"[1, NULL]", "[2, 1]", "[3, 2]"}));
  EXPECT_EQ(Rows("SELECT x, RANK() OVER (ORDER BY x) AS r, DENSE_RANK() OVER (ORDER BY x) AS d FROM [1, 1, 2] AS x"),
            (Strings{"{'x': 1, 'r': 1, 'd': 1}", "{'x': 1, 'r': 1, 'd': 1}", "{'x': 2, 'r': 3, 'd': 2}"}));
  EXPECT_EQ(Rows("SELECT x, SUM(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM [1, 2, 3, 4] "
                 "AS x"),
            (Strings{"{'x': 1, 's': 3}", "{'x': 2, 's': 6}", "{'x': 3, 's': 9}", "{'x': 4, 's': 7}"}));
  EXPECT_EQ(Rows("SELECT x, NTILE(2) OVER (ORDER BY x) AS n FROM [1, 2, 3] AS x"),
            (Strings{"{'x': 1, 'n': 1}", "{'x': 2, 'n': 1}", "{'x': 3, 'n': 2}"}));
}

TEST_F(OperatorsTest, Subqueries) {
  EXPECT_EQ(One("SELECT VALUE (SELECT x.a FROM [{'a': 7}] AS x) FROM [1] AS y"), "7");
  EXPECT_EQ(One("SELECT VALUE (SELECT x.a FROM [] AS x) FROM [1] AS y"), "NULL");
  EXPECT_EQ(Rows("SELECT VALUE y FROM [1, 2, 3] AS y WHERE EXISTS (SELECT 1 FROM [2, 3] AS z WHERE z = y)"),
            (Strings{"2", "3"}));
  EXPECT_EQ(Rows("SELECT VALUE y FROM [1, 2, NULL] AS y WHERE y NOT IN (SELECT VALUE z FROM [2] AS z)"),
            (Strings{"1"}));
  EXPECT_EQ(Rows("SELECT VALUE y FROM [1, 2] AS y WHERE y NOT IN (SELECT VALUE z FROM [2, NULL] AS z)").size(), 0u);
  EXPECT_EQ(Rows("SELECT VALUE y FROM [1, NULL] AS y WHERE y NOT IN (SELECT VALUE z FROM [] AS z)").size(), 2u);
  EXPECT_EQ(Rows("SELECT VALUE (SELECT VALUE z + y FROM [10] AS z) FROM [1, 2] AS y"), (Strings{"<<11>>", "<<12>>"}));
}

TEST_F(OperatorsTest, WithAndRecursion) {
  EXPECT_EQ(Sorted(Rows("WITH a AS (SELECT VALUE x FROM [1, 2] AS x) SELECT VALUE [p, q] FROM a AS p, a AS q")),
            (Strings{"[1, 1]", "[1, 2]", "[2, 1]", "[2, 2]"}));
  EXPECT_EQ(Rows("WITH RECURSIVE n AS (SELECT 1 AS i FROM [0] AS z UNION ALL SELECT n.i + 1 AS i FROM n WHERE "
                 "n.i < 5) SELECT VALUE i FROM n"),
            (Strings{"1", "2", "3", "4", "5"}));
}

TEST_F(OperatorsTest, Pivot) {
  EXPECT_EQ(One("PIVOT x.v AT x.n FROM [{'n': 'a', 'v': 1}, {'n': 'b', 'v': 2}] AS x"), "{'a': 1, 'b': 2}");
}

TEST_F(OperatorsTest, TableFunctions) {
  const std::string file = ::testing::TempDir() + "/executor_test.csv";
  std::ofstream(file) << "id,name,n\n1,\"a, \"\"b\"\"\",2.50\n2,ü,\n";
  EXPECT_EQ(Rows(fmt::format("SELECT VALUE r FROM csv('{}') AS r", file)),
            (Strings{"{'id': '1', 'name': 'a, \"b\"', 'n': '2.50'}", "{'id': '2', 'name': 'ü', 'n': ''}"}));
  EXPECT_EQ(Rows(fmt::format("SELECT VALUE r FROM csv('{}', {{'types': {{'id': 'INT', 'n': 'NUMBER'}}}}) AS r", file)),
            (Strings{"{'id': 1, 'name': 'a, \"b\"', 'n': 2.50}", "{'id': 2, 'name': 'ü'}"}));
  EXPECT_EQ(Rows(fmt::format("SELECT VALUE [r._1, i] FROM csv('{}', {{'header': false}}) AS r AT i", file)),
            (Strings{"['id', 0]", "['1', 1]", "['2', 2]"}));
  std::ofstream(file) << "a\n\"x\n";
  EXPECT_EQ(Error(fmt::format("SELECT VALUE r FROM csv('{}') AS r", file)).code(), StatusCode::kValidation);
  std::ofstream(file) << "{\"a\": 1.50}\n{\"a\": [true, null]}\n";
  EXPECT_EQ(Rows(fmt::format("SELECT VALUE r FROM json('{}') AS r", file)),
            (Strings{"{'a': 1.50}", "{'a': [true, NULL]}"}));
  std::remove(file.c_str());
  EXPECT_EQ(Error("SELECT VALUE r FROM csv('/no/such/file') AS r").code(), StatusCode::kIoError);
  EXPECT_EQ(Rows("SELECT VALUE x FROM range(5, 1, -2) AS x"), (Strings{"5", "3", "1"}));
  EXPECT_EQ(Error("SELECT VALUE x FROM range(1, 2, 0) AS x").code(), StatusCode::kValidation);
}

}  // namespace
}  // namespace parton
