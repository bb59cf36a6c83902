// Pages of Query, Scan and ExecuteStatement, held against what a SELECT gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

using Strings = std::vector<std::string>;

class PagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    db_ = Database::Open(":memory:", options).value();
    connection_ = db_->Connect();
    Run("CREATE TABLE t (p STRING, s NUMBER, kind STRING, PRIMARY KEY (p, s), "
        "LOCAL INDEX l (p, kind) PROJECT KEYS ONLY)");
    Run("CREATE INDEX g ON t (kind STRING, weight NUMBER)");
    Run("CREATE TABLE h (id NUMBER, PRIMARY KEY (id))");
    std::mt19937 random(7);
    for (int p = 0; p < 6; ++p) {
      for (int s = 0; s < 40; ++s) {
        std::vector<Field> item{{"p", "p" + std::to_string(p)}, {"s", s - 10}, {"x", static_cast<int>(random() % 10)}};
        // Many entries of one index key, and items that are not in the indexes.
        if (random() % 8 != 0) item.push_back({"kind", "k" + std::to_string(random() % 3)});
        if (random() % 8 != 0) item.push_back({"weight", static_cast<int>(random() % 3)});
        connection_->Execute("INSERT INTO t VALUE ?", {Value::Struct(std::move(item))}).value();
      }
    }
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
  }
  // Rows of a SELECT as texts.
  Strings Rows(const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return {result.status().ToString()};
    Strings out;
    while ((*result)->Next()) out.push_back(TextOf((*result)->row()));
    return out;
  }
  static std::string TextOf(const Value& item) {
    const Value whole = item.Materialize();
    std::vector<Field> fields = whole.fields();
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
    return Value::Struct(fields).ToLiteral();
  }
  template <typename Request>
  Strings AllPages(Request request, const std::function<Result<ItemPage>(const Request&)>& call, int* pages = nullptr) {
    Strings out;
    for (int n = 0; n < 10000; ++n) {
      Result<ItemPage> page = call(request);
      if (!page.ok()) return {page.status().ToString()};
      EXPECT_EQ(page->count, static_cast<int64_t>(page->items.size()));
      EXPECT_GE(page->scanned_count, page->count);
      if (request.limit) {
        EXPECT_LE(page->scanned_count, *request.limit);
      }
      for (const Value& item : page->items) out.push_back(TextOf(item));
      if (pages != nullptr) ++*pages;
      if (page->last_key.is_missing()) return out;
      request.start_key = page->last_key;
    }
    return {"no end"};
  }
  Strings QueryAll(const QueryRequest& r, int* pages = nullptr) {
    return AllPages<QueryRequest>(
        r, [&](const QueryRequest& q) { return db_->Query(q); }, pages);
  }
  Strings ScanAll(const ScanRequest& r, int* pages = nullptr) {
    return AllPages<ScanRequest>(
        r, [&](const ScanRequest& q) { return db_->Scan(q); }, pages);
  }
  static QueryRequest Query(const std::string& condition, Expressions::Values values) {
    QueryRequest r;
    r.table = "t";
    r.expressions.key_condition = condition;
    r.expressions.values = std::move(values);
    return r;
  }
  static Strings Sorted(Strings s) {
    std::sort(s.begin(), s.end());
    return s;
  }
  std::string ErrorOf(const QueryRequest& r) { return db_->Query(r).status().message(); }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(PagesTest, TableInBothDirections) {
  for (int64_t limit : {1, 3, 7, 40, 1000}) {
    QueryRequest r = Query("p = :p AND s BETWEEN :a AND :b", {{":p", "p3"}, {":a", -5}, {":b", 20}});
    r.limit = limit;
    int pages = 0;
    EXPECT_EQ(QueryAll(r, &pages), Rows("SELECT * FROM t WHERE p = 'p3' AND s BETWEEN -5 AND 20 ORDER BY s"));
    EXPECT_EQ(pages, 26 / limit + 1);
    r.forward = false;
    EXPECT_EQ(QueryAll(r), Rows("SELECT * FROM t WHERE p = 'p3' AND s BETWEEN -5 AND 20 ORDER BY s DESC"));
  }
}

TEST_F(PagesTest, IndexesWithDuplicateKeys) {
  for (int64_t limit : {1, 2, 5, 1000}) {
    QueryRequest local = Query("p = :p AND kind = :k", {{":p", "p1"}, {":k", "k1"}});
    local.index = "l";
    local.limit = limit;
    const Strings forward = QueryAll(local);
    EXPECT_EQ(Sorted(forward), Sorted(Rows("SELECT p, s, kind FROM t WHERE p = 'p1' AND kind = 'k1'"))) << limit;
    local.forward = false;
    Strings backward = QueryAll(local);
    std::reverse(backward.begin(), backward.end());
    EXPECT_EQ(backward, forward) << limit;
    local.select = SelectedAttributes::kAll;
    EXPECT_EQ(Sorted(QueryAll(local)), Sorted(Rows("SELECT * FROM t WHERE p = 'p1' AND kind = 'k1'"))) << limit;

    QueryRequest global = Query("kind = :k AND weight = :w", {{":k", "k0"}, {":w", 1}});
    global.index = "g";
    global.limit = limit;
    const Strings up = QueryAll(global);
    EXPECT_EQ(Sorted(up), Sorted(Rows("SELECT * FROM t WHERE kind = 'k0' AND weight = 1"))) << limit;
    global.forward = false;
    Strings down = QueryAll(global);
    std::reverse(down.begin(), down.end());
    EXPECT_EQ(down, up) << limit;
  }
}

TEST_F(PagesTest, FilterProjectionAndCount) {
  QueryRequest r = Query("p = :p", {{":p", "p2"}, {":x", 5}});
  r.expressions.filter = "x < :x AND attribute_exists(kind)";
  r.limit = 4;
  EXPECT_EQ(QueryAll(r), Rows("SELECT * FROM t WHERE p = 'p2' AND x < 5 AND kind IS NOT MISSING ORDER BY s"));
  r.expressions.projection = "s, x";
  EXPECT_EQ(QueryAll(r), Rows("SELECT s, x FROM t WHERE p = 'p2' AND x < 5 AND kind IS NOT MISSING ORDER BY s"));
  r.expressions.projection.reset();
  r.select = SelectedAttributes::kCount;
  r.limit.reset();
  Result<ItemPage> page = db_->Query(r);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_TRUE(page->items.empty());
  EXPECT_EQ(page->scanned_count, 40);
  EXPECT_EQ(page->count,
            static_cast<int64_t>(Rows("SELECT * FROM t WHERE p = 'p2' AND x < 5 AND kind IS NOT MISSING").size()));
}

TEST_F(PagesTest, ScanWithFilter) {
  ScanRequest r;
  r.table = "t";
  r.expressions.filter = "x = :x";
  r.expressions.values = Expressions::Values{{":x", 4}};
  for (int64_t limit : {1, 17, 239, 240, 241}) {
    r.limit = limit;
    int pages = 0;
    EXPECT_EQ(ScanAll(r, &pages), Rows("SELECT * FROM t WHERE x = 4 ORDER BY p, s")) << limit;
    EXPECT_EQ(pages, 240 / limit + 1) << limit;
  }
  r.index = "g";
  r.limit = 10;
  EXPECT_EQ(Sorted(ScanAll(r)),
            Sorted(Rows("SELECT * FROM t WHERE x = 4 AND kind IS NOT MISSING AND weight IS NOT MISSING")));
}

TEST_F(PagesTest, SegmentsCoverEachItemOnce) {
  for (int i = 0; i < 500; ++i) {
    connection_->Execute("INSERT INTO h VALUE {'id': ?}", {Value(i * i - 1000)}).value();
  }
  for (int32_t total : {1, 2, 5, 8, 100}) {
    Strings all;
    std::set<int32_t> used;
    for (int32_t segment = 0; segment < total; ++segment) {
      ScanRequest r;
      r.table = "h";
      r.segment = segment;
      r.total_segments = total;
      r.limit = 3;
      const Strings part = ScanAll(r);
      if (!part.empty()) used.insert(segment);
      EXPECT_EQ(part, ScanAll(r));
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_EQ(Sorted(all), Sorted(Rows("SELECT * FROM h"))) << total;
    EXPECT_GT(used.size(), static_cast<size_t>(total) * 9 / 10);
  }
  // Items of one partition are in one segment, and a key belongs to its segment.
  ScanRequest r;
  r.table = "t";
  r.total_segments = 4;
  std::set<std::string> seen;
  for (int32_t segment = 0; segment < 4; ++segment) {
    r.segment = segment;
    r.start_key = Value();
    Result<ItemPage> page = db_->Scan(r);
    std::set<std::string> partitions;
    for (const Value& item : page->items) partitions.insert(item.Get("p").ToLiteral());
    for (const std::string& p : partitions) EXPECT_TRUE(seen.insert(p).second);
    if (page->items.empty()) continue;
    r.start_key = Value::Struct({{"p", page->items[0].Get("p")}, {"s", 0}});
    EXPECT_TRUE(db_->Scan(r).ok());
    r.segment = (segment + 1) % 4;
    EXPECT_FALSE(db_->Scan(r).ok());
  }
  EXPECT_EQ(seen.size(), 6u);
}

TEST_F(PagesTest, PagesOfOneMegabyte) {
  const std::string big(300 * 1024, 'x');
  for (int i = 0; i < 10; ++i) {
    connection_->Execute("INSERT INTO h VALUE {'id': ?, 'big': ?}", {Value(i), Value(big)}).value();
  }
  ScanRequest r;
  r.table = "h";
  Result<ItemPage> page = db_->Scan(r);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_EQ(page->scanned_count, 4);
  EXPECT_EQ(page->last_key.ToLiteral(), "{'id': 3}");
  EXPECT_EQ(page->capacity[0].read_units, 150.5);
  EXPECT_EQ(ScanAll(r).size(), 10u);
}

TEST_F(PagesTest, Errors) {
  EXPECT_EQ(ErrorOf(Query("s = :s", {{":s", 1}})), "Query condition missed key schema element: p");
  EXPECT_EQ(ErrorOf(Query("p = :p AND x = :p", {{":p", "a"}})), "Query condition missed key schema element: s");
  EXPECT_EQ(ErrorOf(Query("p > :p", {{":p", "a"}})), "Query key condition not supported");
  EXPECT_EQ(ErrorOf(Query("p = :p", {{":p", 1}})),
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
  EXPECT_EQ(
      ErrorOf(Query("p = :p", {{":p", ""}})),
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
      "string value. Key: p");
  QueryRequest r = Query("p = :p AND s > :s", {{":p", "p1"}, {":s", 3}});
  r.start_key = Value::Struct({{"p", "p2"}, {"s", 5}});
  EXPECT_EQ(ErrorOf(r), "The provided starting key is outside query boundaries based on provided conditions");
  r.start_key = Value::Struct({{"p", "p1"}, {"s", 2}});
  EXPECT_EQ(ErrorOf(r), "The provided starting key does not match the range key predicate");
  r.start_key = Value::Struct({{"p", "p1"}});
  EXPECT_EQ(ErrorOf(r), "The provided starting key is invalid");
  r.start_key = Value::Struct({{"p", "p1"}, {"s", 5}, {"x", 1}});
  EXPECT_EQ(ErrorOf(r), "The provided starting key is invalid");
  r.start_key = Value();
  r.expressions.filter = "s <> :s";
  EXPECT_EQ(ErrorOf(r), "Filter Expression can only contain non-primary key attributes: Primary key attribute: s");
  r.expressions.filter.reset();
  r.index = "none";
  EXPECT_EQ(ErrorOf(r), "The table does not have the specified index: none");
  r = Query("kind = :k", {{":k", "k1"}});
  r.index = "g";
  r.consistent = true;
  EXPECT_EQ(ErrorOf(r), "Consistent reads are not supported on global secondary indexes");
  r.consistent = false;
  r.limit = 0;
  EXPECT_EQ(ErrorOf(r),
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1");
  r.limit.reset();
  r.expressions.key_condition.reset();
  r.expressions.values.reset();
  EXPECT_EQ(ErrorOf(r),
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  r.index.reset();
  r.legacy = LegacyParameters();
  r.legacy->key_conditions =
      std::vector<LegacyCondition>{{"p", LegacyOperator::kEq, std::vector<Value>{"p1"}, {}, {}, Status()},
                                   {"s", LegacyOperator::kGe, std::vector<Value>{20}, {}, {}, Status()}};
  r.legacy->attributes_to_get = Strings{"s"};
  EXPECT_EQ(QueryAll(r), Rows("SELECT s FROM t WHERE p = 'p1' AND s >= 20 ORDER BY s"));
}

// Any query by the API gives what the SELECT of the same meaning gives.
TEST_F(PagesTest, RandomQueries) {
  std::mt19937 random(11);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const Strings operators = {"=", "<", "<=", ">", ">="};
  for (int i = 0; i < 300; ++i) {
    const std::string p = "p" + std::to_string(below(7)), kind = "k" + std::to_string(below(4));
    const int bound = below(44) - 12, x = below(10);
    const std::string op = operators[static_cast<size_t>(below(5))];
    const bool filtered = below(2) == 0, global = below(2) == 0;
    QueryRequest r = global ? Query("kind = :h AND weight " + op + " :b", {{":h", kind}, {":b", below(3)}})
                            : Query("p = :h AND s " + op + " :b", {{":h", p}, {":b", bound}});
    const int used = static_cast<int>((*r.expressions.values)[1].second.int_value());
    std::string select = global ? "kind = '" + kind + "' AND weight " : "p = '" + p + "' AND s ";
    select += op + " " + std::to_string(used);
    if (global) r.index = "g";
    if (filtered) {
      r.expressions.filter = "NOT #x = :x";
      r.expressions.names = Expressions::Names{{"#x", "x"}};
      r.expressions.values->push_back({":x", x});
      select += " AND NOT x = " + std::to_string(x);
    }
    if (below(3) > 0) r.limit = 1 + below(12);
    r.forward = below(2) == 0;
    const Strings got = QueryAll(r);
    const Strings wanted = Rows("SELECT * FROM t WHERE " + select);
    ASSERT_EQ(Sorted(got), Sorted(wanted)) << select;
  }
}

TEST_F(PagesTest, StatementsPageByPage) {
  const auto all = [&](ExecuteStatementRequest r) {
    Strings out;
    for (int n = 0; n < 1000; ++n) {
      Result<StatementPage> page = db_->ExecuteStatement(r);
      if (!page.ok()) return Strings{page.status().ToString()};
      for (const Value& v : page->items) out.push_back(TextOf(v));
      if (page->next_token.empty()) return out;
      r.next_token = page->next_token;
    }
    return Strings{"no end"};
  };
  ExecuteStatementRequest r;
  r.text = "SELECT * FROM \"t\" WHERE p = ? AND x > ?";
  r.parameters = {"p4", 3};
  for (int64_t limit : {1, 6, 1000}) {
    r.limit = limit;
    EXPECT_EQ(all(r), Rows("SELECT * FROM t WHERE p = 'p4' AND x > 3 ORDER BY s")) << limit;
  }
  r.text = "SELECT * FROM \"t\" WHERE p IN ['p1', 'p5'] AND s < 0";
  r.parameters.clear();
  r.limit = 3;
  EXPECT_EQ(all(r), Rows("SELECT * FROM t WHERE p IN ('p1', 'p5') AND s < 0 ORDER BY p, s"));
  r.text = "SELECT p, s FROM \"t\" WHERE p = 'p1' ORDER BY s DESC";
  EXPECT_EQ(all(r), Rows("SELECT p, s FROM t WHERE p = 'p1' ORDER BY s DESC"));
  r.text = "SELECT s FROM \"t\".\"g\" WHERE kind = 'k1'";
  EXPECT_EQ(Sorted(all(r)), Sorted(Rows("SELECT s FROM t WHERE kind = 'k1' AND weight IS NOT MISSING")));
  r.text = "SELECT kind, COUNT(*) AS n FROM t GROUP BY kind ORDER BY kind";
  EXPECT_NE(all(r)[0].find("ValidationException"), std::string::npos);
  r.extended = true;
  r.limit = 1;
  EXPECT_EQ(all(r), Rows("SELECT kind, COUNT(*) AS n FROM t GROUP BY kind ORDER BY kind"));
}

TEST_F(PagesTest, ExtendedRowsAsItems) {
  ExecuteStatementRequest r;
  r.extended = true;
  const auto json = [&](const std::string& text) {
    r.text = text;
    Result<StatementPage> page = db_->ExecuteStatement(r);
    if (!page.ok()) return page.status().ToString();
    std::string out;
    for (const Value& item : page->items) {
      if (Status s = item.AppendDynamoItem(&out); !s.ok()) return s.ToString();
    }
    return out;
  };
  EXPECT_EQ(json("SELECT VALUE {'d': DATE '2024-02-29', 'b': <<1, 'x'>>, 'f': 1.5e0} FROM [1] AS x"),
            R"({"d":{"S":"2024-02-29"},"b":{"L":[{"N":"1"},{"S":"x"}]},"f":{"N":"1.5"}})");
  EXPECT_EQ(json("1 + 1"), R"({"_1":{"N":"2"}})");
  EXPECT_NE(json("EXPLAIN SELECT * FROM t").find("Scan"), std::string::npos);
  EXPECT_EQ(json("CREATE TABLE other (id NUMBER, PRIMARY KEY (id))"), "");
  // What changes items gives all its rows at once.
  r.text = "UPDATE t SET x = x + 100 WHERE p = 'p0' RETURNING ALL NEW *";
  r.limit = 3;
  Result<StatementPage> changed = db_->ExecuteStatement(r);
  ASSERT_TRUE(changed.ok()) << changed.status().ToString();
  EXPECT_EQ(changed->items.size(), 40u);
  EXPECT_TRUE(changed->next_token.empty());
}

TEST_F(PagesTest, StatementTokens) {
  ExecuteStatementRequest r;
  r.text = "SELECT * FROM \"t\"";
  r.limit = 5;
  Result<StatementPage> page = db_->ExecuteStatement(r);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_EQ(page->items.size(), 5u);
  EXPECT_EQ(page->last_key.ToLiteral(), "{'p': 'p0', 's': -6}");
  r.next_token = page->next_token;
  r.limit = 7;
  EXPECT_EQ(db_->ExecuteStatement(r)->items.size(), 7u);
  r.text = "SELECT p FROM \"t\"";
  EXPECT_EQ(db_->ExecuteStatement(r).status().message(), "NextToken does not match request");
  r.next_token = "rubbish";
  EXPECT_EQ(db_->ExecuteStatement(r).status().message(), "Invalid NextToken");
  r.next_token.reset();
  r.limit = 0;
  EXPECT_FALSE(db_->ExecuteStatement(r).ok());
}

TEST_F(PagesTest, StatementsThatWrite) {
  ExecuteStatementRequest r;
  r.text = "INSERT INTO \"h\" VALUE {'id': ?, 'n': 1}";
  r.parameters = {7};
  Result<StatementPage> page = db_->ExecuteStatement(r);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_TRUE(page->items.empty());
  EXPECT_EQ(page->capacity[0].write_units, 1);
  EXPECT_EQ(db_->ExecuteStatement(r).status().code(), StatusCode::kDuplicateItem);
  r.text = "UPDATE \"h\" SET n = n + 1 WHERE id = ? RETURNING ALL NEW *";
  page = db_->ExecuteStatement(r);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_EQ(TextOf(page->items[0]), "{'id': 7, 'n': 2}");
  r.text = "DELETE FROM \"h\" WHERE id = ? AND n = 5";
  Value existing;
  EXPECT_EQ(db_->ExecuteStatement(r, &existing).status().code(), StatusCode::kConditionFailed);
  EXPECT_EQ(existing.Get("n"), Value(2));
  r.parameters = {};
  EXPECT_FALSE(db_->ExecuteStatement(r).ok());
  r.text = "UPDATE \"nowhere\" SET n = 1 WHERE id = 1";
  EXPECT_EQ(db_->ExecuteStatement(r).status().message(), "Requested resource not found");
}

}  // namespace
}  // namespace parton
