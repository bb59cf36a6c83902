// Splitting scripts, and lifting literals.
#include "parser/scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "parser/parser.h"

namespace parton {
namespace {

TEST(SplitStatementsTest, Splits) {
  auto s = SplitStatements("SELECT 1; -- a; b\n  SELECT ';' ;; /* ; */ SELECT \";\" , `';'`");
  ASSERT_EQ(s.size(), 3u);
  EXPECT_EQ(s[0].text, "SELECT 1");
  EXPECT_TRUE(s[0].terminated);
  EXPECT_EQ(s[1].text, "SELECT ';'");
  EXPECT_EQ(s[1].span.line, 2u);
  EXPECT_EQ(s[1].span.column, 3u);
  EXPECT_EQ(s[1].span.offset, 20u);
  EXPECT_EQ(s[2].text, "SELECT \";\" , `';'`");
  EXPECT_FALSE(s[2].terminated);
  EXPECT_EQ(s[2].open, Open::kNothing);
  EXPECT_TRUE(SplitStatements(" ;; -- x\n /* y */ // z").empty());
}

TEST(SplitStatementsTest, ColumnsAreCodePoints) {
  auto s = SplitStatements("'\xC3\xA9\xF0\x9F\x98\x80';\n'\xC3\xA9'; x");
  ASSERT_EQ(s.size(), 3u);
  EXPECT_EQ(s[2].span.line, 2u);
  EXPECT_EQ(s[2].span.column, 6u);
}

TEST(SplitStatementsTest, SaysWhatIsOpen) {
  auto open = [](std::string_view text) {
    auto s = SplitStatements(text);
    return s.empty() ? std::string("none") : std::string(OpenText(s.back().open));
  };
  EXPECT_EQ(open("SELECT (1, 2"), "(");
  EXPECT_EQ(open("SELECT ([1"), "[");
  EXPECT_EQ(open("SELECT {'a': 1"), "{");
  EXPECT_EQ(open("INSERT INTO t << {'a': 1}"), "<<");
  EXPECT_EQ(open("SELECT 'it''s"), "'");
  EXPECT_EQ(open("SELECT \"a"), "\"");
  EXPECT_EQ(open("SELECT `{a: \"`\"}"), "`");
  EXPECT_EQ(open("SELECT 1 /* x"), "/*");
  EXPECT_EQ(open("/* x"), "/*");
  EXPECT_EQ(open("SELECT x'00"), "'");
  EXPECT_EQ(open("SELECT 1 < 2 AND 2 <> 3 AND 3 <= 4"), "");
  EXPECT_EQ(open("SELECT (1)"), "");
  EXPECT_EQ(open("SELECT (1; SELECT 2"), "");
  auto s = SplitStatements("SELECT\n  (1");
  EXPECT_EQ(s[0].open_span.line, 2u);
  EXPECT_EQ(s[0].open_span.column, 3u);
}

TEST(CheckTextTest, AgreesWithTheLexer) {
  EXPECT_TRUE(CheckText("SELECT 'x' || \"y\" || `'z'`").ok());
  EXPECT_EQ(CheckText("SELECT 1,\n 'x").span().line, 2u);
  EXPECT_FALSE(CheckText("SELECT '\xFF'").ok());
}

struct Lift {
  const char* text;
  const char* lifted;  // null: left alone
  std::vector<Value> values;
};

TEST(LiftLiteralsTest, LiftsWhereItMeansTheSame) {
  const Number half = *Number::ParseRounding("1.50");
  std::vector<Lift> cases = {
      {"SELECT * FROM t WHERE a = 'x' AND b = 5", "SELECT * FROM t WHERE a = ? AND b = ?", {"x", 5}},
      {"select * from t where a = 'it''s'", "select * from t where a = ?", {"it's"}},
      {"SELECT a FROM t WHERE b=-5", "SELECT a FROM t WHERE b=?", {-5}},
      {"SELECT a FROM t WHERE b = a - 5", "SELECT a FROM t WHERE b = a - ?", {5}},
      {"SELECT a FROM t WHERE b = (a) -5", "SELECT a FROM t WHERE b = (a) -?", {5}},
      {"SELECT a FROM t WHERE b = 1.50", "SELECT a FROM t WHERE b = ?", {Value::Decimal(half)}},
      {"SELECT a FROM t WHERE b['x'] = 1 AND c[0].d = 2", "SELECT a FROM t WHERE b['x'] = ? AND c[0].d = ?", {1, 2}},
      {"SELECT a FROM t WHERE b IN [1, 2]", "SELECT a FROM t WHERE b IN [?, ?]", {1, 2}},
      {"SELECT a FROM t WHERE b LIKE 'x%' AND c = 1", "SELECT a FROM t WHERE b LIKE 'x%' AND c = ?", {1}},
      {"SELECT a FROM t WHERE d = DATE '2020-01-01' AND c = 1",
       "SELECT a FROM t WHERE d = DATE '2020-01-01' AND c = ?",
       {1}},
      {"SELECT a FROM t WHERE d = TIME (3) '01:00:00' AND c = 1",
       "SELECT a FROM t WHERE d = TIME (3) '01:00:00' AND c = ?",
       {1}},
      {"SELECT a FROM t WHERE b = 1e0 AND c = 1", "SELECT a FROM t WHERE b = 1e0 AND c = ?", {1}},
      {"SELECT a FROM t WHERE b = x'00' AND c = 1", "SELECT a FROM t WHERE b = x'00' AND c = ?", {1}},
      {"SELECT a FROM range(1, 5) r WHERE r = 3", "SELECT a FROM range(1, 5) r WHERE r = ?", {3}},
      {"SELECT a FROM t WHERE b = 1 ORDER BY 2 LIMIT 3", "SELECT a FROM t WHERE b = ? ORDER BY 2 LIMIT 3", {1}},
      {"SELECT a FROM t WHERE b = 1 OFFSET -1", "SELECT a FROM t WHERE b = ? OFFSET -1", {1}},
      {"INSERT INTO t VALUE {'a': 1, 'b': {'c': [2]}}", "INSERT INTO t VALUE {'a': ?, 'b': {'c': [?]}}", {1, 2}},
      {"INSERT INTO t (a) VALUES (1), ('x')", "INSERT INTO t (a) VALUES (?), (?)", {1, "x"}},
      {"UPDATE t SET a.'b' = 1, c['d'] = 'e' WHERE k = 2",
       "UPDATE t SET a.'b' = ?, c['d'] = ? WHERE k = ?",
       {1, "e", 2}},
      {"DELETE FROM t WHERE a = 1 WITH RATELIMIT (1 RCU)", "DELETE FROM t WHERE a = ? WITH RATELIMIT (1 RCU)", {1}},
      {"DELETE FROM t WHERE a = 1 ;", "DELETE FROM t WHERE a = ? ;", {1}},
      {"SELECT a FROM t WHERE b IS NOT NULL AND c = 1", "SELECT a FROM t WHERE b IS NOT NULL AND c = ?", {1}},
  };
  LiftedText out;
  for (const Lift& c : cases) {
    ASSERT_TRUE(LiftLiterals(c.text, &out)) << c.text;
    EXPECT_EQ(out.text, c.lifted);
    ASSERT_EQ(out.values.size(), c.values.size()) << c.text;
    for (size_t i = 0; i < c.values.size(); ++i) {
      EXPECT_EQ(out.values[i].ToLiteral(), c.values[i].ToLiteral()) << c.text;
    }
    Result<ast::Statement> parsed = ParseStatement(out.text);
    ASSERT_TRUE(parsed.ok()) << out.text;
    EXPECT_EQ(parsed->parameter_count, static_cast<int>(c.values.size()));
  }
}

TEST(LiftLiteralsTest, LeavesAlone) {
  LiftedText out;
  for (const char* text :
       {"", "SELECT a FROM t", "SELECT * FROM t WHERE a = ? AND b = 1", "SELECT * FROM t WHERE a = :x AND b = 1",
        "INSERT INTO t VALUE {'a': :x, 'b': 1}", "INSERT INTO t VALUE {'a': CASE WHEN b THEN :x END, 'b': 1}",
        "SELECT CAST(a AS DECIMAL(3, 2)) FROM t WHERE b = 1", "SELECT a, 1 FROM t GROUP BY a",
        "SELECT a FROM t WHERE b IS DECIMAL(3, 2) AND c = 1", "SELECT `1` FROM t WHERE a = 1", "SELECT 1; SELECT 2",
        "CREATE TABLE t (a STRING)", "SET x = 1", "EXPLAIN SELECT 1", "SELECT 'x",
        "SELECT a + INTERVAL '5' DAY FROM t WHERE b = 1", "WITH x AS (SELECT 1) SELECT * FROM x", "COPY t FROM 'x'",
        "DELETE FROM t WHERE a = 1 + $%^ '"}) {
    EXPECT_FALSE(LiftLiterals(text, &out)) << text << " -> " << out.text;
  }
  std::string many = "SELECT * FROM t WHERE a IN (1";
  for (int i = 0; i < 500; ++i) many += ", 1";
  EXPECT_FALSE(LiftLiterals(many + ")", &out));
}

}  // namespace
}  // namespace parton
