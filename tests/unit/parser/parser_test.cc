// The dialect's statements: accepted, in the first stage, and the shape of their trees.
#include "parser/parser.h"

#include <gtest/gtest.h>

#include <string>

namespace parton {
namespace {

const char* const kStatements[] = {
    R"sql(CREATE TABLE IF NOT EXISTS t (a STRING, b NUMBER, c B, PRIMARY KEY (a HASH, b RANGE), GLOBAL INDEX g (c, b) PROJECT INCLUDE (x, y), LOCAL INDEX l (a, c) PROJECT KEYS ONLY) WITH (stream = NEW_AND_OLD_IMAGES, ttl = 'x', billing = on_demand))sql",
    R"sql(create table t (a number, status string) primary key (a hash) billing mode provisioned (1 rcu, 2 wcu) gsi (g on (status hash) projecting include (x, y) billing mode on demand throughput (1 rcu), h on (a hash)) lsi (l on (a hash, b range) projecting keys only) stream (both images) ttl (exp) tags (owner : me, 'x' : 'y') sse (keyid 'abc' kms) table class standard infrequent access deletion protection enabled pitr enabled warm throughput (1 rcu, 2 wcu) throughput unlimited)sql",
    R"sql(create table nowait t (a number) primary key (a hash) sse disabled stream disabled)sql",
    R"sql(DROP TABLE IF EXISTS t)sql",
    R"sql(ALTER TABLE t SET (stream = OFF, x = 5))sql",
    R"sql(ALTER TABLE t SET TTL DISABLED)sql",
    R"sql(alter table t set ttl (expires))sql",
    R"sql(alter table t set billing mode provisioned (10 rcu, 1 wcu) update gsi (g set billing mode on demand, h set warm throughput (1 rcu)))sql",
    R"sql(alter table t update gsi (gsipka set billing mode on demand throughput (200 rcu, 300 wcu)))sql",
    R"sql(alter table t set table class standard infrequent access)sql",
    R"sql(alter table t set sse (keyid x kms))sql",
    R"sql(alter table t set pitr enabled)sql",
    R"sql(alter table t add replica us-east-1 table class standard (10 rcu) gsi (g (10 rcu)))sql",
    R"sql(alter table t drop replica us-east-1)sql",
    R"sql(alter table t (c number) create gsi g on (c hash) projecting all)sql",
    R"sql(alter table t drop gsi g)sql",
    R"sql(TRUNCATE TABLE t)sql",
    R"sql(CREATE INDEX IF NOT EXISTS g ON t (pk STRING, sk NUMBER RANGE) PROJECT INCLUDE (a))sql",
    R"sql(CREATE INDEX g ON t (pk S HASH))sql",
    R"sql(DROP INDEX IF EXISTS g ON t)sql",
    R"sql(SHOW TABLES)sql",
    R"sql(SHOW TABLES LIKE 'x.*')sql",
    R"sql(SHOW TABLES BRIEF)sql",
    R"sql(SHOW CREATE TABLE t)sql",
    R"sql(show create table if not exists nowait t)sql",
    R"sql(SHOW ALL)sql",
    R"sql(SHOW LIMITS)sql",
    R"sql(SHOW VERSION)sql",
    R"sql(SHOW TRIGGERS)sql",
    R"sql(SHOW METRICS t)sql",
    R"sql(SHOW scan)sql",
    R"sql(SHOW all backups)sql",
    R"sql(DESCRIBE t)sql",
    R"sql(DESCRIBE t ATTRIBUTES)sql",
    R"sql(desc "t"."i")sql",
    R"sql(EXPLAIN SELECT * FROM t)sql",
    R"sql(EXPLAIN ANALYZE SELECT * FROM t)sql",
    R"sql(EXPLAIN (FORMAT JSON) SELECT * FROM t)sql",
    R"sql(EXPLAIN ANALYZE (FORMAT TEXT) (SELECT * FROM t))sql",
    R"sql(EXPLAIN (SELECT * FROM t))sql",
    R"sql(EXPLAIN (a))sql",
    R"sql(EXPLAIN (FORMAT CLI) UPDATE t SET a = 1 WHERE k = 2)sql",
    R"sql(EXPLAIN create table t (a number) primary key (a hash))sql",
    R"sql(INSERT INTO t VALUE {'a': 1})sql",
    R"sql(INSERT INTO t << {'a': 1}, {'a': 2} >>)sql",
    R"sql(INSERT INTO t (a, b) VALUES (1, 2), (3, 4))sql",
    R"sql(INSERT INTO t (a, b) VALUES (1, 2), (3, 4) ON CONFLICT DO NOTHING WITH (batch = 1000))sql",
    R"sql(INSERT INTO t SELECT * FROM u ON CONFLICT DO REPLACE)sql",
    R"sql(INSERT INTO t SELECT VALUE x FROM u x RETURNING ALL OLD *)sql",
    R"sql(INSERT INTO t (SELECT * FROM u))sql",
    R"sql(INSERT INTO t ?)sql",
    R"sql(INSERT INTO t VALUE ?)sql",
    R"sql(INSERT INTO t AS x VALUE {'a': :a} ON CONFLICT DO REPLACE EXCLUDED)sql",
    R"sql(REPLACE INTO t VALUE {'a': 1} RETURNING ALL OLD *)sql",
    R"sql(UPSERT INTO t (a) VALUES (1))sql",
    R"sql(upsert t set a = 1, b = 2 where k = 3 return values all old)sql",
    R"sql(UPDATE t SET a = 1 SET b.c[0]."x" = list_append(b, [1]) REMOVE d, e.f ADD n 1, tags <<'x'>> DELETE tags <<'y'>> WHERE k = 1 AND s = 'x' RETURNING MODIFIED NEW *)sql",
    R"sql(UPDATE t ADD a[0] 5 ADD b -1 ADD c :x ADD d (1) ADD e [1])sql",
    R"sql(UPDATE t x SET x = 1 WHERE x.a = 1)sql",
    R"sql(UPDATE "t"."i" SET status = 'x' WHERE key = 1)sql",
    R"sql(UPDATE t AS x REMOVE x.y)sql",
    R"sql(FROM t WHERE a = 1 SET b = 2 RETURNING ALL NEW *)sql",
    R"sql(FROM t AS x WHERE a = 1 REMOVE b)sql",
    R"sql(DELETE FROM t WHERE a = 1 RETURNING ALL OLD *)sql",
    R"sql(DELETE FROM t x)sql",
    R"sql(DELETE FROM t)sql",
    R"sql(BEGIN; COMMIT; ROLLBACK; SAVEPOINT a; ROLLBACK TO a; ROLLBACK TO SAVEPOINT a; RELEASE a; BEGIN TRANSACTION)sql",
    R"sql(EXISTS (SELECT * FROM t WHERE a = 1))sql",
    R"sql(NOT EXISTS (SELECT * FROM t WHERE a = 1))sql",
    R"sql(exists select * from t where a = 1)sql",
    R"sql(SET typing = strict)sql",
    R"sql(SET scan = deny)sql",
    R"sql(SET memory_limit = '64MB')sql",
    R"sql(SET x = -5)sql",
    R"sql(SET x = on)sql",
    R"sql(SET x = default)sql",
    R"sql(SET x TO 'y')sql",
    R"sql(ADVANCE CLOCK '25 hours')sql",
    R"sql(COPY t FROM 'f.csv' (FORMAT csv, header true, delimiter ',', types {'a': 'INT'}, skip))sql",
    R"sql(COPY t TO 'f' (FORMAT = json))sql",
    R"sql(COPY (SELECT * FROM t) TO 'f' (FORMAT ddbjson))sql",
    R"sql(COPY (t) TO 'f')sql",
    R"sql(BACKUP TO 'dir')sql",
    R"sql(RESTORE FROM 'dir')sql",
    R"sql(CHECK DATABASE)sql",
    R"sql(REPAIR)sql",
    R"sql(ANALYZE t)sql",
    R"sql(ADVISE SELECT * FROM t WHERE a = 1)sql",
    R"sql(CREATE TRIGGER r ON t FROM TRIM_HORIZON BATCH 10 AS INSERT INTO u SELECT VALUE r.NewImage FROM records AS r WHERE r.eventName = 'INSERT')sql",
    R"sql(CREATE TRIGGER r ON t FROM LATEST AS DELETE FROM u)sql",
    R"sql(CREATE TRIGGER r ON t BATCH 1 AS UPDATE t SET a = 1)sql",
    R"sql(ALTER TRIGGER r RETRY)sql",
    R"sql(DROP TRIGGER r)sql",
    R"sql(IMPORT TABLE t FROM 'x' (FORMAT s3))sql",
    R"sql(IMPORT FROM 'model.json')sql",
    R"sql(SELECT CONSISTENT * FROM t)sql",
    R"sql(SELECT CONSISTENT a, b FROM t)sql",
    R"sql(SELECT consistent, a FROM t)sql",
    R"sql(SELECT consistent FROM t)sql",
    R"sql(SELECT * FROM t RETURN CONSUMED CAPACITY TOTAL)sql",
    R"sql(select * from t return consumed capacity total with ratelimit ( 1 rcu, 1 wcu ))sql",
    R"sql(SELECT VALUE v FROM t v)sql",
    R"sql(SELECT VALUE {'a': 1} FROM t)sql",
    R"sql(SELECT VALUE [1] FROM t)sql",
    R"sql(SELECT VALUE (1) FROM t)sql",
    R"sql(SELECT VALUE -x FROM t)sql",
    R"sql(SELECT value FROM t)sql",
    R"sql(SELECT value, data FROM t)sql",
    R"sql(SELECT value.x, value = 3, value + 1 FROM t)sql",
    R"sql(SELECT a, value v, timestamp, date, time, key, type, name, status, host, count, items, year, "method" FROM t WHERE date = '2020' AND timestamp > 5 AND value < 3)sql",
    R"sql(SELECT position, substring, trim, filter, range, rows, to FROM t)sql",
    R"sql(SELECT t.select, t.from, t."x", t.order.limit FROM t)sql",
    R"sql(SELECT count(*) FILTER (WHERE a > 1), sum(DISTINCT a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s, rank() OVER w FROM t WINDOW w AS (ORDER BY x DESC NULLS LAST))sql",
    R"sql(SELECT lag(x) IGNORE NULLS OVER (w ORDER BY y RANGE 5 PRECEDING) FROM t WINDOW w AS (PARTITION BY z))sql",
    R"sql(SELECT string_agg(x, ',' ORDER BY y DESC) FROM t)sql",
    R"sql(SELECT listagg(x, ',') WITHIN GROUP (ORDER BY y) FROM t)sql",
    R"sql(SELECT COLL_COUNT(SELECT VALUE x FROM t x), COLL_SUM(DISTINCT a) FROM u)sql",
    R"sql(SELECT * EXCLUDE a.b, c[*].d, e.*, f['x'], g."y" FROM t)sql",
    R"sql(SELECT a, b EXCLUDE t.x FROM t)sql",
    R"sql(SELECT * FROM t LET a + 1 AS b, c AS d WHERE b > 1)sql",
    R"sql(SELECT * FROM t GROUP ALL AS g)sql",
    R"sql(WITH x AS (SELECT * FROM t), y (a, b) AS (VALUES (1, 2)) SELECT * FROM x, y)sql",
    R"sql(WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 AS n FROM r WHERE n < 10) SELECT * FROM r)sql",
    R"sql(SELECT * FROM a UNION ALL CORRESPONDING BY (x, y) SELECT * FROM b INTERSECT DISTINCT CORRESPONDING TABLE c)sql",
    R"sql(TABLE t OUTER UNION ALL VALUES (1), (2) ORDER BY x LIMIT 5 OFFSET 2)sql",
    R"sql(SELECT * FROM t AS x AT i BY id, UNPIVOT x AS v AT n, LATERAL x.y z)sql",
    R"sql(SELECT * FROM "t"."index" AS x LEFT JOIN u ON x.a = u.b FULL OUTER JOIN w ON TRUE)sql",
    R"sql(SELECT * FROM (UNPIVOT x AS v AT n JOIN b ON v = b))sql",
    R"sql(SELECT * FROM (a AS x JOIN b y ON x.i = y.i) JOIN c ON 1 = 1)sql",
    R"sql(PIVOT v AT k FROM t x GROUP BY a)sql",
    R"sql(DATE '2020-01-01' - DATE '2019-01-01' > INTERVAL '5' DAY)sql",
    R"sql(INTERVAL '1-2' YEAR(3) TO MONTH)sql",
    R"sql(INTERVAL -'1' SECOND(2, 3))sql",
    R"sql(INTERVAL '1 2:3:4.5' DAY(3) TO SECOND(4))sql",
    R"sql(TIMESTAMP(3) WITH TIME ZONE '2020-01-01 00:00:00+01:00')sql",
    R"sql((DATE '2020-01-01', DATE '2020-02-01') OVERLAPS (DATE '2020-01-01', INTERVAL '5' DAY))sql",
    R"sql(CAST(a AS DECIMAL(3,2)) + CAST(b AS DOUBLE PRECISION) + CAST(c AS CHARACTER VARYING(5)) + CAST(d AS INTERVAL DAY(3) TO SECOND(2)) + CAST(e AS TIMESTAMP(3) WITH TIME ZONE))sql",
    R"sql(CAST(a AS LIST<INT>) = CAST(b AS STRUCT<a: INT, b: LIST<STRING> >))sql",
    R"sql(CAST(a AS MAP<STRING, INT>) IS LIST<INT>)sql",
    R"sql(CAN_CAST(a AS INT) AND CAN_LOSSLESS_CAST(b AS FLOAT(5)))sql",
    R"sql(a IS NOT TRUE AND b IS UNKNOWN OR c IS NOT FALSE AND d IS NOT DECIMAL(3,2) OR e IS TIME WITH TIME ZONE)sql",
    R"sql(a BETWEEN 1 AND 2 AND b NOT BETWEEN 3 AND 4 + 5 OR NOT c IN (1) AND d NOT IN e)sql",
    R"sql(a LIKE 'x' || y ESCAPE '\' AND b NOT LIKE c)sql",
    R"sql(a = b IS TRUE)sql",
    R"sql(- - a * -b || +c & d)sql",
    R"sql([1, <<2>>, {'a': [{}]}, (), (1, 2), `{a: "x`y", b: '`', c: {{"`"}}}`])sql",
    R"sql({a: 1, 'b': c, "d": e, x || 'y': 2})sql",
    R"sql(LEFT('abc', 1) || RIGHT('abc', 1) || REPLACE('a', 'b', 'c'))sql",
    R"sql(trim(leading 'x' from a) || trim(both from b) || trim(c) || trim(' ' from d) || trim(trailing x from (y)))sql",
    R"sql(substring(a from 1 for 2) || substring(a, 1) || overlay(a placing b from 1 for 2) || overlay(a, b, 1))sql",
    R"sql(position('a' in b) + position(a, b))sql",
    R"sql(extract(timezone_hour from a) + extract(year from b))sql",
    R"sql(x'00ff' || b64'AA==' || X'AB')sql",
    R"sql(@x.y[0].'z'.*[*]."q")sql",
    R"sql((g MATCH ANY SHORTEST p = TRAIL (a:L&(M|!N)|% WHERE a.x > 1)-[e:T WHERE e.y = 2]->{1,3}(b)<~[f]~(c)~>(d)-(e)<->(f), (x)-[]-(y) WHERE a.x = y.z))sql",
    R"sql((g MATCH SHORTEST 2 GROUP (a)->+(b)))sql",
    R"sql((g MATCH ((a)-[x]->(b) WHERE a.z = b.z){2,}(c)))sql",
    R"sql(SELECT * FROM (g MATCH (x)-[y]->(z)) AS m, g MATCH (a) AS n WHERE m.x = 1)sql",
    R"sql(SELECT * FROM t WHERE a IN (SELECT VALUE x FROM y x) AND (b, c) = (SELECT p, q FROM r) AND EXISTS (SELECT 1 FROM z) AND NOT EXISTS(SELECT 2 FROM z))sql",
    R"sql(CASE WHEN a THEN b ELSE c END)sql",
    R"sql(CASE a + 1 WHEN 1 THEN 2 WHEN 3 THEN 4 END.x[0])sql",
    R"sql(SELECT 1 AS "x""y", 'it''s' s)sql",
    R"sql(;;SELECT 1;; SELECT 2;)sql",
    R"sql(// ddbsh comment)sql",
    R"sql(SELECT a -- c)sql",
    R"sql(SELECT héllo, ñ FROM "t" /* c */)sql",
    R"sql(INSERT INTO employees SELECT VALUE {'id': CAST(r._1 AS INT), 'name': r._2} FROM csv('employees.csv', {'header': false}) AS r)sql",
    R"sql(SELECT * FROM changes('t', 5) c, range(1, 10) r)sql",
    R"sql(UPDATE votes SET votes = votes + 1 WHERE segment = 'a')sql",
    R"sql(SELECT COUNT(*) AS count, MAX(x) AS max FROM t GROUP BY a AS key, b GROUP AS items)sql",
    R"sql(SELECT a FROM t ORDER BY count(*) DESC NULLS FIRST, a ASC LIMIT ? OFFSET :o)sql",
    R"sql(SELECT time FROM t)sql",
};

const char* const kMistakes[] = {
    R"sql(SELECT *, 1)sql",
    R"sql(SELECT a, * FROM t)sql",
    R"sql(SELECT 1 2)sql",
    R"sql(UPDATE t)sql",
    R"sql(INSERT INTO t)sql",
    R"sql(SELECT a FROM t x y)sql",
    R"sql(SELECT group FROM t)sql",
    R"sql(CREATE TABLE)sql",
    R"sql(SELECT * FROM t WHERE (a IS NOT (MISSING)))sql",
    R"sql(f(a b))sql",
    R"sql(INTERVAL '5')sql",
    R"sql(CASE END)sql",
    R"sql(a ** b)sql",
    R"sql(SELECT * FROM t LIMIT)sql",
    R"sql(SELECT FROM t)sql",
    R"sql([1, ])sql",
    R"sql({a})sql",
    R"sql(DELETE t)sql",
    R"sql(GRANT x)sql",
    R"sql(ADD a 1)sql",
};

TEST(DialectTest, EveryFormParsesInTheFirstStage) {
  uint64_t ll = GetParseCounters().ll;
  for (const char* text : kStatements) {
    Result<ast::Script> script = Parse(text);
    EXPECT_TRUE(script.ok()) << text << "\n" << script.status().ToString();
  }
  EXPECT_EQ(GetParseCounters().ll, ll);
}

TEST(DialectTest, MistakesAreRefused) {
  for (const char* text : kMistakes) EXPECT_FALSE(Parse(text).ok()) << text;
}

TEST(DialectTest, WordsThatAreNoKeywordsElsewhereAreNames) {
  for (const char* word :
       {"status", "Total",  "Name",      "count",       "Items",   "date",  "host",  "data",     "key",
        "type",   "value",  "timestamp", "time",        "year",    "month", "day",   "hour",     "minute",
        "second", "index",  "mode",      "new",         "old",     "first", "last",  "position", "range",
        "rows",   "stream", "tags",      "transaction", "trigger", "text",  "url",   "method",   "state",
        "lock",   "format", "begin",     "commit",      "check",   "copy",  "class", "clock",    "default",
        "filter", "match",  "to",        "work",        "zone",    "if",    "do",    "only",     "interval"}) {
    std::string w = word;
    for (const std::string& text :
         {"SELECT " + w + " FROM t", "SELECT a, " + w + " FROM t WHERE " + w + " = 1 AND t." + w + " > 2",
          "SELECT x." + w + " AS " + w + " FROM " + w + " AS x ORDER BY " + w + " DESC",
          "UPDATE t SET " + w + " = " + w + " + 1 REMOVE " + w + ".a WHERE " + w + "[0] = 5",
          "INSERT INTO " + w + " (" + w + ", b) VALUES (1, 2)", "DELETE FROM " + w + " WHERE " + w + " IN (1)",
          "SELECT VALUE {" + w + ": 1, 'a': " + w + "} FROM t",
          "CREATE TABLE " + w + " (" + w + " STRING, PRIMARY KEY (" + w + "))"}) {
      Result<ast::Script> script = Parse(text);
      EXPECT_TRUE(script.ok()) << text << "\n" << script.status().ToString();
    }
  }
  for (const char* word : {"select", "from", "order", "limit", "table", "null", "end", "left"}) {
    std::string w = word;
    EXPECT_TRUE(Parse("SELECT t." + w + ", x.y." + w + "[0]." + w + " FROM t").ok()) << w;
    EXPECT_TRUE(Parse("SELECT \"" + w + "\" FROM \"" + w + "\"").ok()) << w;
  }
}

const ast::Expr& ExprOf(const ast::Script& s) {
  return **std::get<ast::QueryStatement>(s.statements.at(0).node).query->BodyAs<ast::ExprPtr>();
}

ast::Script MustParse(std::string_view text) {
  Result<ast::Script> s = Parse(text);
  EXPECT_TRUE(s.ok()) << text << "\n" << s.status().ToString();
  return s.ok() ? *std::move(s) : ast::Script();
}

const ast::Select& SelectOf(const ast::Script& s) {
  return *std::get<ast::QueryStatement>(s.statements.at(0).node).query->BodyAs<ast::Select>();
}

TEST(AstTest, Precedence) {
  ast::Script s = MustParse("NOT a = 1 + 2 * 3 || 'x' AND b OR c AND d OR e");
  const auto* either = ExprOf(s).As<ast::Or>();
  ASSERT_TRUE(either);
  ASSERT_EQ(either->terms.size(), 3u);
  const auto* both = either->terms[0]->As<ast::And>();
  ASSERT_TRUE(both);
  const auto* inverted = both->terms[0]->As<ast::Not>();
  ASSERT_TRUE(inverted);
  const auto* equal = inverted->operand->As<ast::Comparison>();
  ASSERT_TRUE(equal);
  const auto* concat = equal->right->As<ast::Binary>();
  ASSERT_TRUE(concat);
  EXPECT_EQ(concat->op, BinaryOp::kConcat);
  EXPECT_EQ(concat->left->As<ast::Binary>()->op, BinaryOp::kAdd);
  s = MustParse("(a AND b) AND c");
  EXPECT_EQ(ExprOf(s).As<ast::And>()->terms.size(), 2u);
  s = MustParse("a - b - c");
  EXPECT_TRUE(ExprOf(s).As<ast::Binary>()->left->As<ast::Binary>());
}

TEST(AstTest, SetOperators) {
  ast::Script s = MustParse("a UNION ALL b INTERSECT c EXCEPT (SELECT 1 FROM d LIMIT 1) ORDER BY x");
  const ast::Query& q = *std::get<ast::QueryStatement>(s.statements[0].node).query;
  EXPECT_EQ(q.order_by.size(), 1u);
  const auto* except = q.BodyAs<ast::SetOperation>();
  ASSERT_TRUE(except);
  EXPECT_EQ(except->op, ast::SetOp::kExcept);
  EXPECT_TRUE(except->right->limit);
  const auto* all = except->left->BodyAs<ast::SetOperation>();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->op, ast::SetOp::kUnion);
  EXPECT_EQ(all->quantifier, ast::SetQuantifier::kAll);
  EXPECT_EQ(all->right->BodyAs<ast::SetOperation>()->op, ast::SetOp::kIntersect);
}

TEST(AstTest, Literals) {
  auto literal = [](std::string_view text) {
    ast::Script s = MustParse(text);
    const auto* l = ExprOf(s).As<ast::Literal>();
    return l ? l->value.ToLiteral() + (l->error.ok() ? "" : " error") : std::string("no literal");
  };
  EXPECT_EQ(literal("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(literal("- - 5"), "5");
  EXPECT_EQ(literal("-(5)"), "no literal");
  EXPECT_EQ(literal("1.50"), "1.50");
  EXPECT_EQ(literal("'it''s'"), "'it''s'");
  EXPECT_EQ(literal("x'4142'"), literal("b64'QUI='"));
  EXPECT_EQ(literal("`{a: 1}`"), "{'a': 1}");
  EXPECT_EQ(literal("DATE '2021-02-28'"), "DATE '2021-02-28'");
  EXPECT_EQ(literal("INTERVAL -'5' DAY"), literal("INTERVAL '-5' DAY"));
  for (const char* wrong :
       {"DATE '2021-02-30'", "TIME WITH TIME ZONE '02:30:59'", "TIME (10) '02:30:59'", "INTERVAL '100' DAY",
        "INTERVAL '1' DAY(2, 3)", "INTERVAL '1-1' MONTH TO YEAR", "TIMESTAMP '2021-01-01'"}) {
    EXPECT_TRUE(literal(wrong).ends_with("error")) << wrong << " " << literal(wrong);
  }
}

TEST(AstTest, InListsAndRows) {
  ast::Script s = MustParse("x IN (y)");
  EXPECT_EQ(ExprOf(s).As<ast::In>()->haystack->As<ast::Array>()->elements.size(), 1u);
  s = MustParse("x NOT IN y");
  EXPECT_TRUE(ExprOf(s).As<ast::In>()->haystack->As<ast::Variable>());
  EXPECT_TRUE(ExprOf(s).As<ast::In>()->negated);
  s = MustParse("x IN (SELECT VALUE y FROM t)");
  EXPECT_TRUE(ExprOf(s).As<ast::In>()->haystack->As<ast::Subquery>());
  s = MustParse("(a, b) IN ((1, 2))");
  const auto* list = ExprOf(s).As<ast::In>()->haystack->As<ast::Array>();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->elements.size(), 1u);
  EXPECT_TRUE(list->elements[0]->As<ast::Array>()->row);
}

TEST(AstTest, SelectLists) {
  ast::Script s = MustParse("SELECT t.*, a.b.*, a.b AS c, x[0]['k'].\"Q\" d FROM t");
  const ast::Select& select = SelectOf(s);
  ASSERT_EQ(select.items.size(), 4u);
  EXPECT_EQ(select.items[0].kind, ast::SelectItem::Kind::kAllOf);
  EXPECT_TRUE(select.items[0].expr->As<ast::Variable>());
  EXPECT_EQ(select.items[1].expr->As<ast::Path>()->steps.size(), 1u);
  EXPECT_EQ(select.items[2].as.name, "c");
  const auto* path = select.items[3].expr->As<ast::Path>();
  ASSERT_EQ(path->steps.size(), 3u);
  EXPECT_TRUE(path->steps[2].name.quoted);
  s = MustParse("SELECT VALUE v FROM t AS v");
  EXPECT_EQ(SelectOf(s).kind, ast::Select::Kind::kValue);
  s = MustParse("SELECT value FROM t");
  EXPECT_EQ(SelectOf(s).kind, ast::Select::Kind::kItems);
  s = MustParse("SELECT CONSISTENT * FROM t");
  EXPECT_TRUE(SelectOf(s).consistent);
}

TEST(AstTest, From) {
  ast::Script s = MustParse(
      "SELECT 1 FROM a x, (b y JOIN c ON TRUE) LEFT JOIN d ON FALSE, UNPIVOT e AS v AT n, ((f "
      "CROSS JOIN g))");
  const ast::Select& select = SelectOf(s);
  ASSERT_EQ(select.from.size(), 4u);
  EXPECT_EQ(std::get<ast::FromSource>(select.from[0]->node).as.name, "x");
  const auto& left = std::get<ast::Join>(select.from[1]->node);
  EXPECT_EQ(left.kind, ast::JoinKind::kLeft);
  EXPECT_EQ(std::get<ast::Join>(left.left->node).kind, ast::JoinKind::kInner);
  EXPECT_TRUE(std::get<ast::FromSource>(select.from[2]->node).unpivot);
  EXPECT_TRUE(std::get<ast::Join>(select.from[3]->node).cross);
}

TEST(AstTest, Calls) {
  ast::Script s = MustParse(
      "SELECT COUNT(*), SUM(DISTINCT x) FILTER (WHERE y), string_agg(a, ',' ORDER BY b DESC), "
      "COLL_SUM(SELECT VALUE q FROM r AS q), LIST(1, 2), current_date, substring(a FROM 2), "
      "array_agg(x ORDER BY y) FROM t");
  const auto& items = SelectOf(s).items;
  EXPECT_TRUE(items[0].expr->As<ast::Call>()->star);
  EXPECT_TRUE(items[1].expr->As<ast::Call>()->filter);
  EXPECT_EQ(items[2].expr->As<ast::Call>()->args.size(), 2u);
  EXPECT_EQ(items[2].expr->As<ast::Call>()->order_by.size(), 1u);
  EXPECT_TRUE(items[3].expr->As<ast::Call>()->args[0]->As<ast::Subquery>());
  EXPECT_EQ(items[4].expr->As<ast::Array>()->elements.size(), 2u);
  EXPECT_TRUE(items[5].expr->As<ast::Call>()->args.empty());
  EXPECT_EQ(items[6].expr->As<ast::Call>()->name.name, "substring");
  EXPECT_EQ(items[7].expr->As<ast::Call>()->order_by.size(), 1u);
}

TEST(AstTest, Parameters) {
  ast::Script s = MustParse("UPDATE t SET a = ?, b = :x WHERE c = :x AND d = ?; SELECT ?");
  EXPECT_EQ(s.statements[0].parameter_count, 3);
  EXPECT_EQ(s.statements[0].parameter_names[1], "x");
  EXPECT_EQ(s.statements[1].parameter_count, 1);
  s = MustParse("EXPLAIN SELECT * FROM t WHERE a = ?");
  EXPECT_EQ(s.statements[0].As<ast::Explain>()->statement->parameter_count, 1);
}

TEST(AstTest, Changes) {
  ast::Script s = MustParse(
      "UPDATE t SET a = 1, b.c = 2 REMOVE d ADD n 5 DELETE s <<1>> SET e = 3 WHERE k = 1 RETURNING "
      "MODIFIED NEW *");
  const auto* update = s.statements[0].As<ast::Update>();
  ASSERT_TRUE(update);
  ASSERT_EQ(update->actions.size(), 6u);
  EXPECT_EQ(update->actions[2].kind, ast::UpdateAction::Kind::kRemove);
  EXPECT_EQ(update->actions[5].kind, ast::UpdateAction::Kind::kSet);
  EXPECT_EQ(update->tail.returning->what, ast::Returning::What::kModifiedNew);
  s = MustParse("INSERT INTO t (a, b) VALUES (1, 2), (3, 4) ON CONFLICT DO NOTHING WITH (batch = 1000)");
  const auto* insert = s.statements[0].As<ast::Insert>();
  EXPECT_EQ(insert->columns.size(), 2u);
  EXPECT_EQ(insert->source->BodyAs<ast::Values>()->rows.size(), 2u);
  EXPECT_EQ(insert->on_conflict, ast::Insert::OnConflict::kNothing);
  EXPECT_EQ(insert->tail.options[0].value.int_value(), 1000);
  s = MustParse("NOT EXISTS (SELECT * FROM t WHERE a = 1)");
  EXPECT_TRUE(s.statements[0].As<ast::ExistsStatement>()->negated);
  s = MustParse("exists([])");
  EXPECT_TRUE(s.statements[0].As<ast::QueryStatement>());
}

TEST(AstTest, Tables) {
  ast::Script s = MustParse(
      "create table t (a number, b string) primary key (a hash, b range) billing mode provisioned "
      "(5 rcu, 6 wcu) "
      "gsi (g on (b hash) projecting include (x, y)) stream (both images) tags (k : v)");
  const auto* table = s.statements[0].As<ast::CreateTable>();
  ASSERT_TRUE(table);
  EXPECT_EQ(table->primary_key[1].role, ast::KeyPart::Role::kRange);
  EXPECT_EQ(table->clauses.billing->provisioned->write, 6);
  EXPECT_EQ(table->indexes[0].include.size(), 2u);
  EXPECT_EQ(table->clauses.stream->view, StreamView::kBothImages);
  EXPECT_EQ(table->clauses.tags[0].second, "v");
  s = MustParse("ALTER TABLE t (c NUMBER) CREATE GSI g ON (c HASH) PROJECTING KEYS ONLY");
  const auto* index = s.statements[0].As<ast::CreateIndex>();
  ASSERT_TRUE(index);
  EXPECT_EQ(index->columns[0].type, "NUMBER");
  EXPECT_EQ(index->index.projection, Projection::kKeysOnly);
  s = MustParse("SET typing = strict; SET x = DEFAULT; SHOW typing");
  EXPECT_EQ(s.statements[0].As<ast::SetOption>()->value.bytes(), "strict");
  EXPECT_TRUE(s.statements[1].As<ast::SetOption>()->value.is_missing());
  EXPECT_EQ(s.statements[2].As<ast::Show>()->what, ast::Show::What::kSetting);
  EXPECT_EQ(s.statements[2].As<ast::Show>()->name.name, "typing");
  s = MustParse("SHOW tables; SHOW \"tables\"; SHOW ALL; SHOW METRICS t; SHOW a.b");
  EXPECT_EQ(s.statements[0].As<ast::Show>()->what, ast::Show::What::kTables);
  EXPECT_EQ(s.statements[1].As<ast::Show>()->what, ast::Show::What::kSetting);
  EXPECT_EQ(s.statements[2].As<ast::Show>()->what, ast::Show::What::kAll);
  EXPECT_EQ(s.statements[3].As<ast::Show>()->what, ast::Show::What::kMetrics);
  EXPECT_EQ(s.statements[4].As<ast::Show>()->name.name, "a.b");
}

TEST(AstTest, Graphs) {
  ast::Script s = MustParse("(g MATCH TRAIL (a:L WHERE a.x = 1)-[e]->{1,3}(b)<~(c)-(d), (x) WHERE e.y = 2)");
  const auto* match = ExprOf(s).As<ast::GraphMatch>();
  ASSERT_TRUE(match);
  ASSERT_EQ(match->patterns.size(), 2u);
  EXPECT_TRUE(match->where);
  const ast::GraphPattern& p = match->patterns[0];
  EXPECT_EQ(p.restrictor, ast::GraphRestrictor::kTrail);
  ASSERT_EQ(p.elements.size(), 7u);
  const auto& edge = std::get<ast::GraphEdge>(p.elements[1]);
  EXPECT_TRUE(edge.right && !edge.left && !edge.undirected);
  EXPECT_EQ(edge.quantifier->max, 3u);
  EXPECT_TRUE(std::get<ast::GraphEdge>(p.elements[3]).undirected);
  const auto& any = std::get<ast::GraphEdge>(p.elements[5]);
  EXPECT_TRUE(any.left && any.right && any.undirected);
}

TEST(AstTest, SpansAreBytesAndCodePoints) {
  ast::Script s = MustParse("SELECT '\xC3\xA9',\n  abc FROM t");
  const ast::SelectItem& item = SelectOf(s).items[1];
  EXPECT_EQ(item.expr->span.offset, 15u);
  EXPECT_EQ(item.expr->span.length, 3u);
  EXPECT_EQ(item.expr->span.line, 2u);
  EXPECT_EQ(item.expr->span.column, 3u);
  s = MustParse("'\xC3\xA9\xC3\xA9' || abc");
  EXPECT_EQ(ExprOf(s).As<ast::Binary>()->right->span.column, 9u);
  EXPECT_EQ(ExprOf(s).As<ast::Binary>()->right->span.offset, 10u);
}

struct Mistake {
  const char* text;
  uint32_t line;
  uint32_t column;
  const char* message;
  const char* hint;
};

TEST(SyntaxErrorTest, PositionMessageHint) {
  for (const Mistake& m : std::initializer_list<Mistake>{
           {"SELECT * FORM t", 1, 10, "FROM", "did you mean FROM?"},
           {"SELECT a FORM t", 1, 15, "before t", "did you mean FROM?"},
           {"SELECT a FROM t WHRE b = 1", 1, 22, "unexpected b", "did you mean WHERE?"},
           {"selec * from t", 1, 9, "before from", "did you mean SELECT?"},
           {"DROP TABL t", 1, 6, "TABLE", "did you mean TABLE?"},
           {"SELECT a,\n group FROM t", 2, 2, "before group", "\"group\""},
           {"DATE \"2020-01-01\"", 1, 6, "a string", "single quotes"},
           {"INSERT INTO 't' VALUE {}", 1, 13, "expected a name before 't'", "double quotes"},
           {"SELECT 'abc", 1, 8, "unterminated string", "doubled"},
           {"SELECT \"abc", 1, 8, "unterminated quoted name", ""},
           {"SELECT 1 /* abc", 1, 10, "unterminated comment", ""},
           {"SELECT (1 + 2", 1, 14, "expected a comma or ) before the end of the text", ""},
           {"SELECT * FROM a JOIN b", 1, 23, "expected ON", ""},
           {"a == b", 1, 4, "expected an expression", "single ="},
           {"SELECT a FROM t WHERE", 1, 22, "expected an expression", ""},
           {"EXPLAIN (FORMAT XML) SELECT 1", 1, 17, "unknown format XML", "JSON"},
           {"(1;)", 1, 3, "before ;", ""},
           {"SELECT 1 ^ 2", 1, 10, "unexpected character ^", ""},
       }) {
    Result<ast::Script> s = Parse(m.text);
    ASSERT_FALSE(s.ok()) << m.text;
    EXPECT_EQ(s.status().code(), StatusCode::kSyntax);
    EXPECT_EQ(s.status().span().line, m.line) << m.text;
    EXPECT_EQ(s.status().span().column, m.column) << m.text;
    EXPECT_NE(s.status().message().find(m.message), std::string::npos) << s.status().message();
    EXPECT_NE(s.status().hint().find(m.hint), std::string::npos) << m.text << ": " << s.status().hint();
  }
  EXPECT_FALSE(ParseStatement("").ok());
  EXPECT_FALSE(ParseStatement("SELECT 1; SELECT 2").ok());
  EXPECT_TRUE(ParseStatement("SELECT 1;").ok());
}

}  // namespace
}  // namespace parton
