// DDL, SHOW, DESCRIBE, EXPLAIN, COPY.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

class CommandsTest : public ExecutorTest {
 protected:
  std::string Text(std::string_view text) {
    auto r = connection_->Execute(text);
    EXPECT_TRUE(r.ok()) << r.status().ToString();
    return r.ok() ? (*r)->text() : "";
  }
  Value Row(std::string_view text) {
    auto r = connection_->Execute(text);
    EXPECT_TRUE(r.ok()) << r.status().ToString();
    if (!r.ok() || !(*r)->Next()) return Value();
    return (*r)->row().Own();
  }
  std::string File(const std::string& name) { return ::testing::TempDir() + "/commands_test_" + name; }
  std::string Content(const std::string& path) {
    std::ifstream in(path);
    std::stringstream s;
    s << in.rdbuf();
    return s.str();
  }
};

TEST_F(CommandsTest, CreateTableForms) {
  Run("CREATE TABLE aa (id NUMBER, PRIMARY KEY (id)); CREATE TABLE IF NOT EXISTS aa (id NUMBER, PRIMARY KEY (id));"
      "CREATE TABLE bb (p STRING, q NUMBER, c STRING) PRIMARY KEY (p HASH, q RANGE) BILLING MODE PROVISIONED (5 RCU, 6 "
      "WCU) GSI (g1 ON (c HASH) PROJECTING INCLUDE (x, y) BILLING MODE PROVISIONED (7 RCU, 8 WCU)) LSI (l1 ON (p HASH, "
      "c RANGE) PROJECTING KEYS ONLY)");
  EXPECT_EQ(Error("CREATE TABLE aa (id NUMBER, PRIMARY KEY (id))").code(), StatusCode::kInUse);
  EXPECT_EQ(Error("CREATE TABLE cc (id NUMBER)").code(), StatusCode::kValidation);
  EXPECT_EQ(Error("CREATE TABLE cc (id NUMBER, PRIMARY KEY (other))").code(), StatusCode::kValidation);
  EXPECT_FALSE(Error("CREATE TABLE cc (id DATE, PRIMARY KEY (id))").ok());
  EXPECT_EQ(Error("CREATE TABLE cc (id NUMBER, a STRING, b STRING, PRIMARY KEY (id, a, b))").ok(), false);
  Value d = Row("DESCRIBE bb");
  EXPECT_EQ(d.Get("TableStatus"), Value("ACTIVE"));
  EXPECT_EQ(d.Get("ItemCount"), Value(0));
  EXPECT_EQ(d.Get("TableSizeBytes"), Value(0));
  EXPECT_EQ(d.Get("KeySchema").ToLiteral(),
            "[{'AttributeName': 'p', 'KeyType': 'HASH'}, {'AttributeName': 'q', 'KeyType': 'RANGE'}]");
  EXPECT_EQ(d.Get("ProvisionedThroughput").Get("WriteCapacityUnits"), Value(6));
  Value g = d.Get("GlobalSecondaryIndexes").elements()[0];
  EXPECT_EQ(g.Get("Projection").ToLiteral(), "{'ProjectionType': 'INCLUDE', 'NonKeyAttributes': ['x', 'y']}");
  EXPECT_EQ(g.Get("ProvisionedThroughput").Get("ReadCapacityUnits"), Value(7));
  EXPECT_EQ(d.Get("LocalSecondaryIndexes").elements().size(), 1u);
}

TEST_F(CommandsTest, ShowCreateTableRunsAgain) {
  Run("CREATE TABLE aa (p STRING, q NUMBER, c STRING, PRIMARY KEY (p, q), GLOBAL INDEX g1 (c, q) PROJECT INCLUDE (x), "
      "LOCAL INDEX l1 (p, c)) WITH (stream = 'new image', ttl = 'expires', deletion_protection = true)");
  std::string text = Text("SHOW CREATE TABLE aa");
  Run("ALTER TABLE aa SET (deletion_protection = false); DROP TABLE aa");
  Run(text);
  EXPECT_EQ(Text("SHOW CREATE TABLE aa"), text);
  EXPECT_EQ(Error("DROP TABLE aa").code(), StatusCode::kValidation);
}

TEST_F(CommandsTest, AlterAndThroughput) {
  Run("CREATE TABLE aa (p NUMBER, c NUMBER) PRIMARY KEY (p HASH) BILLING MODE ON DEMAND THROUGHPUT (10 RCU, 20 WCU) "
      "WARM "
      "THROUGHPUT (13000 RCU, 4000 WCU) GSI (g1 ON (c HASH) PROJECTING ALL)");
  Value d = Row("DESCRIBE aa");
  EXPECT_EQ(d.Get("OnDemandThroughput").Get("MaxWriteRequestUnits"), Value(20));
  EXPECT_EQ(d.Get("WarmThroughput").Get("ReadUnitsPerSecond"), Value(13000));
  Run("ALTER TABLE aa UPDATE GSI (g1 SET BILLING MODE ON DEMAND THROUGHPUT (200 RCU, 300 WCU))");
  d = Row("DESCRIBE aa");
  EXPECT_EQ(d.Get("GlobalSecondaryIndexes").elements()[0].Get("OnDemandThroughput").Get("MaxReadRequestUnits"),
            Value(200));
  Run("ALTER TABLE aa SET BILLING MODE ON DEMAND THROUGHPUT UNLIMITED");
  EXPECT_TRUE(Row("DESCRIBE aa").Get("OnDemandThroughput").is_missing());
  Run("ALTER TABLE aa SET TTL (expires); ALTER TABLE aa SET STREAM (BOTH IMAGES)");
  d = Row("DESCRIBE aa");
  EXPECT_EQ(d.Get("TimeToLiveDescription").Get("AttributeName"), Value("expires"));
  EXPECT_EQ(d.Get("StreamSpecification").Get("StreamViewType"), Value("NEW_AND_OLD_IMAGES"));
  EXPECT_FALSE(Error("ALTER TABLE aa SET (nosuch = 1)").ok());
  EXPECT_EQ(Error("ALTER TABLE nosuch SET (ttl = 'x')").code(), StatusCode::kNotFound);
}

TEST_F(CommandsTest, Indexes) {
  Run("CREATE TABLE aa (p NUMBER, PRIMARY KEY (p)); INSERT INTO aa << {'p': 1, 'c': 'x'}, {'p': 2} >>;"
      "CREATE INDEX g1 ON aa (c STRING); CREATE INDEX IF NOT EXISTS g1 ON aa (c STRING)");
  EXPECT_EQ(Rows("SELECT VALUE p FROM aa.g1"), (Strings{"1"}));
  EXPECT_EQ(Error("CREATE INDEX g1 ON aa (c STRING)").code(), StatusCode::kInUse);
  EXPECT_EQ(Error("CREATE INDEX g2 ON aa (d)").code(), StatusCode::kValidation);
  EXPECT_EQ(Error("CREATE INDEX g2 ON nosuch (d STRING)").code(), StatusCode::kNotFound);
  Run("ALTER TABLE aa (e NUMBER) CREATE GSI g3 ON (e HASH, c RANGE) PROJECTING KEYS ONLY; DROP INDEX g1 ON aa");
  EXPECT_EQ(Error("DROP INDEX g1 ON aa").code(), StatusCode::kNotFound);
  Run("DROP INDEX IF EXISTS g1 ON aa; ALTER TABLE aa DROP GSI g3; TRUNCATE TABLE aa");
  EXPECT_EQ(Rows("SELECT * FROM aa").size(), 0u);
  Run("DROP TABLE aa; DROP TABLE IF EXISTS aa");
  Status s = Error("DROP TABLE aaa");
  EXPECT_EQ(s.code(), StatusCode::kNotFound);
}

TEST_F(CommandsTest, Show) {
  Run("CREATE TABLE ab (p NUMBER, PRIMARY KEY (p)); CREATE TABLE cd (p NUMBER, PRIMARY KEY (p))");
  EXPECT_EQ(Rows("SHOW TABLES").size(), 2u);
  EXPECT_EQ(Rows("SHOW TABLES LIKE 'a%'").size(), 1u);
  EXPECT_EQ(Row("SHOW LIMITS").Count(), 4u);
  EXPECT_EQ(Row("SHOW VERSION").Get("version"), Value(Version()));
  EXPECT_GT(Rows("SHOW ALL").size(), 5u);
  Run("SET scan = warn");
  EXPECT_EQ(One("SHOW scan"), "{'scan': 'warn'}");
  Run("SET scan = DEFAULT");
  EXPECT_EQ(One("SHOW scan"), "{'scan': 'allow'}");
  EXPECT_FALSE(Error("SHOW nosuch").ok());
  EXPECT_FALSE(Error("SET nosuch = 1").ok());
  EXPECT_TRUE(Error("SET durable = on").ok());
  EXPECT_FALSE(Error("SET durable = off").ok());
  EXPECT_EQ(Rows("CHECK DATABASE").size(), 0u);
}

TEST_F(CommandsTest, Explain) {
  Run("CREATE TABLE ab (p NUMBER, PRIMARY KEY (p)); INSERT INTO ab << {'p': 1, 'c': 1}, {'p': 2, 'c': 2} >>");
  EXPECT_NE(Text("EXPLAIN SELECT * FROM ab WHERE p = 1").find("GetItem ab"), std::string::npos);
  EXPECT_NE(Text("EXPLAIN (FORMAT JSON) SELECT * FROM ab WHERE p = 1").find("\"operator\":\"GetItem\""),
            std::string::npos);
  std::string text = Text("EXPLAIN ANALYZE SELECT * FROM ab WHERE c = 2");
  EXPECT_NE(text.find("items examined: 2"), std::string::npos) << text;
  EXPECT_NE(text.find("rows: 1"), std::string::npos) << text;
  (void)Text("EXPLAIN DELETE FROM ab");
  EXPECT_EQ(Rows("SELECT * FROM ab").size(), 2u);
  (void)Text("EXPLAIN ANALYZE DELETE FROM ab WHERE p = 1");
  EXPECT_EQ(Rows("SELECT * FROM ab").size(), 1u);
  EXPECT_FALSE(Error("EXPLAIN SELECT * FROM nosuch").ok());
}

TEST_F(CommandsTest, Copy) {
  Run("CREATE TABLE ab (p NUMBER, PRIMARY KEY (p)); CREATE TABLE cd (p NUMBER, PRIMARY KEY (p));"
      "INSERT INTO ab << {'p': 1, 's': 'a, \"b\"', 'm': {'x': [1, 2.5]}}, {'p': 2, 't': <<'q'>>} >>");
  for (const char* format : {"json", "jsonl", "ddbjson"}) {
    const std::string file = File(format);
    EXPECT_EQ(Affected(fmt::format("COPY ab TO '{}' (FORMAT {})", file, format)), 2u);
    EXPECT_EQ(Affected(fmt::format("COPY cd FROM '{}' (FORMAT {})", file, format)), 2u);
    EXPECT_EQ(One("SELECT VALUE m.x[1] FROM cd WHERE p = 1"), "2.5");
    Run("TRUNCATE TABLE cd");
    std::remove(file.c_str());
  }
  const std::string csv = File("csv.csv");
  EXPECT_EQ(Affected(fmt::format("COPY (SELECT p, s FROM ab) TO '{}'", csv)), 2u);
  EXPECT_EQ(Content(csv), "p,s\n1,\"a, \"\"b\"\"\"\n2,\n");
  EXPECT_EQ(Affected(fmt::format("COPY cd FROM '{}'", csv)), 2u);
  EXPECT_EQ(Error(fmt::format("COPY cd FROM '{}'", csv)).code(), StatusCode::kDuplicateItem);
  EXPECT_EQ(Affected(fmt::format("COPY cd FROM '{}' (mode = 'replace', batch = 1)", csv)), 2u);
  EXPECT_EQ(One("SELECT VALUE s FROM cd WHERE p = 1"), "'a, \"b\"'");
  EXPECT_EQ(Error("COPY cd FROM '/no/such.csv'").code(), StatusCode::kIoError);
  EXPECT_EQ(Error("COPY cd TO '/no/such/dir/file.csv'").code(), StatusCode::kIoError);
  EXPECT_FALSE(Error("COPY cd TO '/tmp/x' (FORMAT nosuch)").ok());
  EXPECT_FALSE(Error(fmt::format("COPY cd FROM '{}' (nosuch = 1)", csv)).ok());
  std::remove(csv.c_str());
}

}  // namespace
}  // namespace parton
