// Bad and huge texts: a clean error, quickly, or a correct parse; never a crash.
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <thread>

#include "parser/parser.h"
#include "parser/scanner.h"

namespace parton {
namespace {

std::string Repeat(std::string_view s, size_t n) {
  std::string out;
  out.reserve(s.size() * n);
  for (size_t i = 0; i < n; ++i) out += s;
  return out;
}

// Of processor time: what waits for others does not count.
double Seconds(std::clock_t since) { return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC; }

void ExpectSyntaxError(const std::string& text, const char* message) {
  const std::clock_t start = std::clock();
  Result<ast::Script> script = Parse(text);
  ASSERT_FALSE(script.ok()) << text.substr(0, 60);
  EXPECT_EQ(script.status().code(), StatusCode::kSyntax);
  EXPECT_NE(script.status().message().find(message), std::string::npos) << script.status().message();
  EXPECT_LT(Seconds(start), 60) << text.substr(0, 60);
}

TEST(HostileTest, DeepNesting) {
  for (const char* open : {"(", "[", "{'a':", "<<", "f(", "CASE WHEN ", "NOT ", "- ", "x[", "CAST(", "(SELECT VALUE ",
                           "{'a': [", "-(", "EXISTS(SELECT * FROM "}) {
    ExpectSyntaxError(Repeat(open, 10'000), "nested deeper");
    ExpectSyntaxError("SELECT " + Repeat(open, 10'000) + "1", "nested deeper");
  }
  ExpectSyntaxError("SELECT " + Repeat("(", 10'000) + "1" + Repeat(")", 10'000), "nested deeper");
  ExpectSyntaxError("CAST(a AS " + Repeat("LIST<", 10'000) + "INT" + Repeat(">", 10'000) + ")", "nested deeper");
  ExpectSyntaxError("(g MATCH (a:" + Repeat("!", 10'000) + "b))", "nested deeper");
  ExpectSyntaxError("(g MATCH " + Repeat("(", 10'000) + "a", "nested deeper");
}

TEST(HostileTest, NestingWithinTheLimitParses) {
  for (auto [open, close] : {std::pair{"(", ")"}, {"[", "]"}, {"<<", ">>"}, {"{'a': ", "}"}}) {
    std::string text = Repeat(open, 490) + "1" + Repeat(close, 490);
    EXPECT_TRUE(Parse(text).ok()) << open;
    EXPECT_TRUE(Parse("SELECT VALUE " + text + " FROM t").ok()) << open;
  }
  EXPECT_TRUE(Parse(Repeat("NOT ", 490) + "TRUE").ok());
  EXPECT_TRUE(Parse(Repeat("(SELECT VALUE ", 200) + "1" + Repeat(")", 200)).ok());
}

TEST(HostileTest, LongChains) {
  ExpectSyntaxError("1" + Repeat(" + 1", 100'000), "nested deeper");
  ExpectSyntaxError("a" + Repeat(" = a", 100'000), "nested deeper");
  ExpectSyntaxError("SELECT * FROM a" + Repeat(" CROSS JOIN a", 20'000), "nested deeper");
  ExpectSyntaxError("a" + Repeat(" UNION a", 20'000), "nested deeper");
  EXPECT_TRUE(Parse("1" + Repeat(" + 1", 1'000)).ok());
  EXPECT_TRUE(Parse("a = 1" + Repeat(" OR a = 1", 20'000)).ok());
  EXPECT_TRUE(Parse("a" + Repeat(".b", 20'000)).ok());
  EXPECT_TRUE(Parse("SELECT a" + Repeat(", a", 20'000) + " FROM t" + Repeat(", t", 1'000)).ok());
  // Chains inside brackets inside chains.
  std::string text = "1";
  for (int i = 0; i < 400; ++i) text = "(" + text + Repeat(" + 1", 40) + ")";
  ExpectSyntaxError(text, "nested deeper");
}

TEST(HostileTest, LargeTexts) {
  std::string ten_mb(10 << 20, 'x');
  Result<ast::Script> string = Parse("INSERT INTO t VALUE {'a': '" + ten_mb + "'}");
  EXPECT_TRUE(string.ok()) << string.status().ToString();
  ExpectSyntaxError("SELECT '" + ten_mb, "unterminated string");
  ExpectSyntaxError("SELECT '" + Repeat(ten_mb, 2) + "'", "at most");
  ExpectSyntaxError(Repeat("a,", 5 << 20), "words and signs");
  ExpectSyntaxError(std::string(10 << 20, '9'), "");
  ExpectSyntaxError(std::string(10 << 20, ' ') + ")", "expected");
  ExpectSyntaxError(std::string(10 << 20, ';'), "words and signs");
  std::string rows = "INSERT INTO t (a, b) VALUES (1, 'x')" + Repeat(", (1, 'x')", 20'000);
  EXPECT_TRUE(Parse(rows).ok());
  ExpectSyntaxError(rows + " FOO", "unexpected FOO");
}

TEST(HostileTest, Numbers) {
  ExpectSyntaxError("1e99999", "too large");
  ExpectSyntaxError("1.5e-99999999999999999999999 x", "");
  EXPECT_TRUE(Parse(std::string(38, '9')).ok());
  EXPECT_TRUE(Parse(std::string(100, '9')).ok());
  ExpectSyntaxError("SELECT * FROM t AT", "expected");
  ExpectSyntaxError("SELECT * EXCLUDE a[99999999999999999999] FROM t", "too large");
}

TEST(HostileTest, BadBytes) {
  for (std::string bytes : {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80"}) {
    ExpectSyntaxError("SELECT '" + bytes + "'", "UTF-8");
    ExpectSyntaxError("SELECT " + bytes, "UTF-8");
  }
  ExpectSyntaxError(std::string("SELECT \0 1", 10), "unexpected character");
  ExpectSyntaxError("SELECT \x01", "unexpected character");
  ExpectSyntaxError("SELECT \xE2\x82\xAC", "unexpected character");
  EXPECT_TRUE(Parse("SELECT '\xF0\x9F\x98\x80' AS \"\xE2\x82\xAC\", h\xC3\xA9llo").ok());
  EXPECT_TRUE(Parse("\xEF\xBB\xBFSELECT\xC2\xA0"
                    "1")
                  .ok());
  for (int c = 1; c < 256; ++c) {
    (void)Parse(std::string(1, static_cast<char>(c)));
    (void)Parse("SELECT " + std::string(3, static_cast<char>(c)));
  }
}

// Every prefix and every text with one token left out is an error or a parse, not a crash.
TEST(HostileTest, MutilatedStatements) {
  const char* statements[] = {
      "SELECT a.b[0] AS x, COUNT(*) FROM t AS y LEFT JOIN u ON y.a = u.b WHERE a IN (1, 2) AND b "
      "LIKE 'x%' "
      "GROUP BY a AS k GROUP AS g HAVING COUNT(*) > 1 ORDER BY x DESC NULLS LAST LIMIT 5 OFFSET 2",
      "CREATE TABLE t (a STRING, PRIMARY KEY (a HASH), GLOBAL INDEX g (b) PROJECT INCLUDE (x)) "
      "WITH (a = 1)",
      "UPDATE t SET a.b = {'x': [1, <<2>>]} REMOVE c ADD d 1 WHERE k = `{a: 1}` RETURNING ALL OLD "
      "*",
      "(g MATCH ANY SHORTEST p = (a:L|!M WHERE a.x = 1)-[e]->{1,2}(b), (c)~(d) WHERE e.y = 2)",
      "INTERVAL '1-2' YEAR(3) TO MONTH + CAST(x AS DECIMAL(3, 2)) * TIME (3) WITH TIME ZONE "
      "'12:00:00+01:00'"};
  for (std::string_view s : statements) {
    ASSERT_TRUE(Parse(s).ok()) << s;
    std::vector<RawToken> tokens;
    RawScanner scanner(s);
    for (RawToken t = scanner.Next(); t.kind != RawToken::Kind::kEnd; t = scanner.Next()) {
      tokens.push_back(t);
    }
    for (const RawToken& t : tokens) {
      Result<ast::Script> prefix = Parse(s.substr(0, t.begin));
      if (!prefix.ok()) {
        EXPECT_LE(prefix.status().span().offset, t.begin);
      }
      std::string without(s.substr(0, t.begin));
      without += s.substr(t.end);
      (void)Parse(without);
      std::string twice(s.substr(0, t.end));
      twice += " ";
      twice += s.substr(t.begin);
      (void)Parse(twice);
    }
  }
}

TEST(HostileTest, ManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 50; ++k) {
        EXPECT_TRUE(Parse("SELECT a, b FROM t WHERE c = " + std::to_string(k)).ok());
        EXPECT_FALSE(Parse("SELECT a FROM WHERE").ok());
        EXPECT_TRUE(Parse(Repeat("(", 450) + "1" + Repeat(")", 450)).ok());
      }
    });
  }
  for (std::thread& t : threads) t.join();
}

}  // namespace
}  // namespace parton
