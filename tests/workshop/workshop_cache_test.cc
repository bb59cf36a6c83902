// A cache between program and table: hits, writes through it, what grows old, and its bounds.
#include "parton/items.h"
#include "tests/workshop/workshop_support.h"

namespace parton {
namespace {

class CacheWorkshop : public WorkshopTest {
 protected:
  void SetUp() override {
    WorkshopTest::SetUp();
    if (database_ == nullptr) return;
    Fill();
  }
  void Fill() {
    Run("SET clock = '2024-03-01 12:00:00'");
    Run("CREATE TABLE Products ( ProductID STRING ) PRIMARY KEY ( ProductID HASH )");
    Run("INSERT INTO Products (ProductID, \"Name\", Price, Category) VALUES ('PROD-001', 'Widget A', 19.99, "
        "'Widgets'), "
        "('PROD-002', 'Widget B', 29.99, 'Widgets'), ('PROD-003', 'Gadget', 49.99, 'Gadgets')");
    Run("CREATE TABLE Orders ( CustomerID STRING, OrderDate STRING ) PRIMARY KEY ( CustomerID HASH, OrderDate RANGE )");
    Run("INSERT INTO Orders (CustomerID, OrderDate, Total) VALUES ('C001', '2024-01-15', 150), "
        "('C001', '2024-02-20', 75), ('C002', '2024-01-20', 50)");
    cached_ = database_->Connect();
    ASSERT_TRUE(cached_->Set("cache", Value::String("on")).ok());
  }

  // As Rows(), by a connection that reads and writes through the cache.
  std::vector<std::string> Cached(const std::string& statement) {
    std::swap(connection_, cached_);
    std::vector<std::string> rows = Literals(statement);
    std::swap(connection_, cached_);
    return rows;
  }
  std::string Price(const std::string& id, const std::string& hint = "") {
    const std::vector<std::string> rows =
        Cached(fmt::format("SELECT VALUE Price FROM Products WHERE ProductID = '{}'{}", id, hint));
    return rows.size() == 1 ? rows[0] : fmt::format("{} rows", rows.size());
  }

  std::unique_ptr<Connection> cached_;
};

constexpr const char* kFirst = "SELECT * FROM Products WHERE ProductID = 'PROD-001'";

TEST_F(CacheWorkshop, T7_1TheSecondGetIsAHit) {
  const std::vector<std::string> first = Cached(kFirst);
  EXPECT_EQ(stats_.answer_hits, 0U);
  EXPECT_EQ(stats_.answer_misses, 1U);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(Cached(kFirst), first);
  EXPECT_EQ(stats_.answer_hits, 1U);
  EXPECT_EQ(database_->cache_metrics().answer_items.hits, 1U);
  // Asked for by the statement alone; and that there is no item is kept, too.
  EXPECT_EQ(Literals(std::string(kFirst) + " WITH (cache = on)"), first);
  EXPECT_EQ(stats_.answer_hits, 1U);
  EXPECT_EQ(Count("SELECT * FROM Products WHERE ProductID = 'PROD-404' WITH (cache = on)"), 0U);
  EXPECT_EQ(Count("SELECT * FROM Products WHERE ProductID = 'PROD-404' WITH (cache = on)"), 0U);
  EXPECT_EQ(stats_.answer_hits, 1U);
  // Without it nothing of this is asked or kept.
  EXPECT_EQ(Literals(kFirst), first);
  EXPECT_EQ(stats_.answer_hits + stats_.answer_misses, 0U);
  EXPECT_EQ(Cached(std::string(kFirst) + " WITH (cache = off)"), first);
  EXPECT_EQ(stats_.answer_hits + stats_.answer_misses, 0U);
  // Several keys are several items.
  EXPECT_EQ(Cached("SELECT VALUE Price FROM Products WHERE ProductID IN ('PROD-001', 'PROD-002')").size(), 2U);
  EXPECT_EQ(stats_.answer_hits, 1U);
  EXPECT_EQ(stats_.answer_misses, 1U);
}

TEST_F(CacheWorkshop, T7_2WritesGoThrough) {
  EXPECT_EQ(Price("PROD-001"), "19.99");
  (void)Cached("UPDATE Products SET Price = 17.99 WHERE ProductID = 'PROD-001'");
  EXPECT_EQ(Price("PROD-001"), "17.99");
  EXPECT_EQ(Row("SELECT VALUE Price FROM Products WHERE ProductID = 'PROD-001'"), "17.99");
  (void)Cached("REPLACE INTO Products VALUE {'ProductID': 'PROD-001', 'Price': 16.99}");
  EXPECT_EQ(Price("PROD-001"), "16.99");
  (void)Cached("DELETE FROM Products WHERE ProductID = 'PROD-001'");
  EXPECT_EQ(Price("PROD-001"), "0 rows");
  (void)Cached("INSERT INTO Products VALUE {'ProductID': 'PROD-001', 'Price': 15.99}");
  EXPECT_EQ(Price("PROD-001"), "15.99");
  // A transaction: at its commit. Inside of it nothing is stale.
  for (const char* statement : {"BEGIN", "UPDATE Products SET Price = 14.99 WHERE ProductID = 'PROD-001'"}) {
    (void)Cached(statement);
  }
  EXPECT_EQ(Price("PROD-001"), "14.99");
  EXPECT_EQ(Row("SELECT VALUE Price FROM Products WHERE ProductID = 'PROD-001' WITH (cache = on)"), "15.99");
  (void)Cached("COMMIT");
  EXPECT_EQ(Price("PROD-001"), "14.99");
  // A write of its own accord.
  Run("UPDATE Products SET Price = 13.99 WHERE ProductID = 'PROD-001' WITH (cache = on)");
  EXPECT_EQ(Price("PROD-001"), "13.99");
}

TEST_F(CacheWorkshop, T7_3AnItemIsOldUntilItsTimeIsOver) {
  EXPECT_EQ(Price("PROD-001"), "19.99");
  Run("UPDATE Products SET Price = 9.99 WHERE ProductID = 'PROD-001'");
  Run("ADVANCE CLOCK '4 minutes'");
  EXPECT_EQ(Price("PROD-001"), "19.99");
  EXPECT_EQ(Cached("SELECT CONSISTENT VALUE Price FROM Products WHERE ProductID = 'PROD-001'")[0], "9.99");
  EXPECT_EQ(Price("PROD-001"), "19.99") << "what passes by leaves nothing";
  EXPECT_EQ(Price("PROD-001", " WITH (cache = '5min')"), "19.99");
  EXPECT_EQ(Price("PROD-001", " WITH (cache = off)"), "9.99");
  Run("ADVANCE CLOCK '1 minute'");
  EXPECT_EQ(Price("PROD-001"), "9.99");
  // Times of one's own.
  Run("UPDATE Products SET Price = 8.99 WHERE ProductID = 'PROD-001'");
  Run("ADVANCE CLOCK '31 seconds'");
  EXPECT_EQ(Price("PROD-001"), "9.99");
  EXPECT_EQ(Price("PROD-001", " WITH (cache = '30s')"), "8.99");
  Run("UPDATE Products SET Price = 7.99 WHERE ProductID = 'PROD-001'");
  ASSERT_TRUE(cached_->Set("cache_item_ttl", Value::String("10s")).ok());
  EXPECT_EQ(Price("PROD-001"), "8.99");
  Run("ADVANCE CLOCK '10 seconds'");
  EXPECT_EQ(Price("PROD-001"), "7.99");
}

TEST_F(CacheWorkshop, T7_4QueriesAreKeptApartFromItems) {
  const std::string query = "SELECT OrderDate, Total FROM Orders WHERE CustomerID = 'C001'";
  const std::vector<std::string> rows = Cached(query);
  EXPECT_EQ(rows.size(), 2U);
  EXPECT_EQ(stats_.answer_misses, 1U);
  // An item that is written through the cache is new where it is read by its key, not in what queries gave.
  (void)Cached("UPDATE Orders SET Total = 151 WHERE CustomerID = 'C001' AND OrderDate = '2024-01-15'");
  EXPECT_EQ(Cached(query), rows);
  EXPECT_EQ(stats_.answer_hits, 1U);
  EXPECT_EQ(stats_.items_examined, 0U);
  EXPECT_EQ(Cached("SELECT VALUE Total FROM Orders WHERE CustomerID = 'C001' AND OrderDate = '2024-01-15'")[0], "151");
  EXPECT_EQ(Cached("SELECT OrderDate, Total FROM Orders WHERE CustomerID = 'C002'").size(), 1U) << "another key";
  EXPECT_EQ(Number("SELECT SUM(Total) AS s FROM Orders WHERE CustomerID = 'C001' WITH (cache = on)"), 226);
  Run("ADVANCE CLOCK '5 minutes'");
  EXPECT_NE(Cached(query), rows);
  const CacheMetrics caches = database_->cache_metrics();
  EXPECT_EQ(caches.answer_queries.hits, 1U);
  EXPECT_GT(caches.answer_queries.entries, 0U);
  EXPECT_EQ(caches.answer_items.entries, 1U);
  // A result that was not read to its end is not kept.
  auto part = cached_->Execute("SELECT Total FROM Orders WHERE CustomerID = 'C001' ORDER BY OrderDate DESC");
  ASSERT_TRUE(part.ok() && (*part)->Next());
  part->reset();
  EXPECT_EQ(Cached("SELECT Total FROM Orders WHERE CustomerID = 'C001' ORDER BY OrderDate DESC").size(), 2U);
  EXPECT_EQ(stats_.answer_misses, 1U);
  // What gives another answer each time is never kept.
  (void)Cached("SELECT CURRENT_TIMESTAMP AS t, Total FROM Orders WHERE CustomerID = 'C001'");
  (void)Cached("SELECT CURRENT_TIMESTAMP AS t, Total FROM Orders WHERE CustomerID = 'C001'");
  EXPECT_EQ(stats_.answer_hits, 0U);
}

TEST_F(CacheWorkshop, T7_5TheLeastRecentlyUsedLeave) {
  Options options;
  options.answer_cache_bytes = 64 << 10;
  connection_.reset();
  cached_.reset();
  database_ = Database::Open(":memory:", options).value();
  connection_ = database_->Connect();
  Fill();
  const std::string item = "SELECT * FROM Products WHERE ProductID = 'P{}' WITH (cache = on)";
  for (int i = 0; i < 500; ++i) {
    Run(fmt::format("INSERT INTO Products VALUE {{'ProductID': 'P{}', 'text': '{}'}}", i, std::string(300, 'x')));
    EXPECT_EQ(Count(fmt::format(fmt::runtime(item), i)), 1U);
    EXPECT_EQ(Count(fmt::format(fmt::runtime(item), 0)), 1U);
    EXPECT_EQ(stats_.answer_hits, i == 0 ? 1U : 1U) << "in use all the time";
    EXPECT_LE(database_->cache_metrics().answer_items.bytes, size_t{32} << 10);
  }
  EXPECT_GT(database_->cache_metrics().answer_items.evictions, 300U);
  EXPECT_EQ(Count(fmt::format(fmt::runtime(item), 10)), 1U);
  EXPECT_EQ(stats_.answer_misses, 1U);
}

TEST_F(CacheWorkshop, T7HitsCostNoUnits) {
  const std::string get = std::string(kFirst) + " WITH (cache = on) RETURN CONSUMED CAPACITY TOTAL";
  (void)Rows(get);
  EXPECT_TRUE(stats_.capacity_counted);
  EXPECT_EQ(stats_.read_units, 0.5);
  (void)Rows(get);
  EXPECT_TRUE(stats_.capacity_counted);
  EXPECT_EQ(stats_.read_units, 0);
  const std::string query =
      "SELECT * FROM Orders WHERE CustomerID = 'C001' WITH (cache = on) RETURN CONSUMED CAPACITY TOTAL";
  (void)Rows(query);
  EXPECT_EQ(stats_.read_units, 0.5);
  (void)Rows(query);
  EXPECT_TRUE(stats_.capacity_counted);
  EXPECT_EQ(stats_.read_units, 0);
  // The cache of items, which is never stale, does not change what reads cost.
  (void)Rows(std::string(kFirst) + " RETURN CONSUMED CAPACITY TOTAL");
  (void)Rows(std::string(kFirst) + " RETURN CONSUMED CAPACITY TOTAL");
  EXPECT_EQ(stats_.cache_hits, 1U);
  EXPECT_EQ(stats_.read_units, 0.5);
}

TEST_F(CacheWorkshop, T7TheQueryOfTheTutorialIsRefused) {
  QueryRequest query;
  query.table = "Products";
  query.expressions.key_condition = "Category = :cat";
  query.expressions.values = {{":cat", Value::String("Widgets")}};
  EXPECT_EQ(database_->Query(query).status().code(), StatusCode::kValidation) << "Category is no key";
}

TEST_F(CacheWorkshop, T7CountersAreShown) {
  (void)Cached(kFirst);
  (void)Cached(kFirst);
  EXPECT_EQ(Row("SELECT VALUE 1 FROM Products WHERE ProductID = 'PROD-001'"), "1");
  std::vector<std::string> shown;
  for (const Value& row : Rows("SHOW CACHES")) {
    shown.push_back(fmt::format("{} {} {}", row.Get("cache").bytes(), row.Get("hits").int_value() > 0,
                                row.Get("entries").int_value() > 0));
  }
  EXPECT_EQ(shown,
            (std::vector<std::string>{"items true true", "answers: items true true", "answers: queries false false"}));
  auto metrics = connection_->Execute("SHOW METRICS");
  ASSERT_TRUE(metrics.ok());
  EXPECT_EQ(std::count((*metrics)->notices().begin(), (*metrics)->notices().end(),
                       "cache of answers: items: 1 hits, 1 misses"),
            1);
  auto explained = cached_->Execute(std::string("EXPLAIN ANALYZE ") + kFirst);
  ASSERT_TRUE(explained.ok());
  EXPECT_NE((*explained)->text().find("1 hits, 0 misses"), std::string::npos) << (*explained)->text();
}

}  // namespace
}  // namespace parton
