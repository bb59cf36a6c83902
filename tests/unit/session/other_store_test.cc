// A database on a store that can read and write by key and range, and nothing else: statements run, what it lacks is
// refused.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "parton/change_feed.h"
#include "parton/database.h"
#include "session/open_database.h"
#include "tests/unit/storage/memory_store.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class OtherStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = std::make_unique<MemoryStore>();
    store_ = store.get();
    store_->Add(Table("orders"));
    store_->Add(Table("people", false));
    auto db = OpenDatabaseOn(std::move(store), ":memory:", Options());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
    Run("SET threads = 1");
    Run("INSERT INTO people << {'pk': 'ann', 'city': 'Rome', 'age': 30}, {'pk': 'bob', 'city': 'Oslo', 'age': 40}, "
        "{'pk': 'eve', 'age': 50} >>");
    Run("INSERT INTO orders SELECT VALUE {'pk': p, 'sk': i, 'total': i * 10, 'note': 'n'} "
        "FROM << 'ann', 'bob', 'eve' >> AS p, range(0, 3) AS i");
    store_->calls = {};
  }

  void Run(const std::string& text) {
    const Status s = connection_->ExecuteScript(text);
    ASSERT_TRUE(s.ok()) << text << ": " << s.ToString();
  }
  std::vector<std::string> Rows(const std::string& text) {
    std::vector<std::string> rows;
    auto r = connection_->Execute(text);
    if (!r.ok()) return {r.status().ToString()};
    while ((*r)->Next()) rows.push_back((*r)->row().ToLiteral());
    if (!(*r)->status().ok()) return {(*r)->status().ToString()};
    return rows;
  }
  uint64_t Affected(const std::string& text) {
    auto r = connection_->Execute(text);
    EXPECT_TRUE(r.ok()) << text << ": " << r.status().ToString();
    return r.ok() ? (*r)->affected() : UINT64_MAX;
  }
  void ExpectRefused(const std::string& text, const std::string& why) {
    const Status s = connection_->ExecuteScript(text);
    EXPECT_EQ(s.code(), StatusCode::kUnsupported) << text << ": " << s.ToString();
    EXPECT_NE(s.message().find(why), std::string::npos) << text << ": " << s.ToString();
  }
  using List = std::vector<std::string>;

  MemoryStore* store_ = nullptr;  // the database's
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(OtherStoreTest, ReadsByKeyRangeAndScan) {
  EXPECT_EQ(Rows("SELECT VALUE age FROM people WHERE pk = 'bob'"), List{"40"});
  EXPECT_EQ(store_->calls.gets, 1);
  EXPECT_EQ(Rows("SELECT VALUE total FROM orders WHERE pk = 'ann' AND sk >= 1 ORDER BY sk DESC LIMIT 2"),
            (List{"30", "20"}));
  EXPECT_EQ(Rows("SELECT city, COUNT(*) AS n FROM people AS p GROUP BY city ORDER BY city"),
            (List{"{'city': 'Oslo', 'n': 1}", "{'city': 'Rome', 'n': 1}", "{'city': NULL, 'n': 1}"}));
  EXPECT_EQ(Rows("SELECT VALUE COUNT(*) FROM orders WHERE pk IN ('ann', 'eve') AND sk > 1"), List{"4"});
}

TEST_F(OtherStoreTest, ATermOfTheFilterCrossesTheSeamOrStays) {
  for (const char* rule : {"on", "off"}) {
    SCOPED_TRACE(rule);
    Run(std::string("SET rule_push_filters_into_store = ") + rule);
    store_->calls = {};
    EXPECT_EQ(Rows("SELECT VALUE pk FROM people WHERE age > 35 AND char_length(city) = 4"), List{"'bob'"});
    EXPECT_EQ(store_->calls.cursors, 1);
    EXPECT_EQ(store_->calls.filters, rule == std::string("on") ? 1 : 0);
    EXPECT_EQ(Rows("SELECT VALUE p.pk FROM people AS p WHERE p.age > 35 AND "
                   "EXISTS (SELECT o.sk FROM orders AS o WHERE o.pk = p.pk AND o.total > p.age - 11)"),
              List{"'bob'"});
  }
}

TEST_F(OtherStoreTest, StrictTypingKeepsFiltersInOnePiece) {
  Run("INSERT INTO people VALUE {'pk': 'zoe', 'age': 'old'}; SET typing = strict");
  store_->calls = {};
  // This store cannot evaluate LIKE, which keeps the other term from the item whose age is no number.
  EXPECT_EQ(Rows("SELECT VALUE p.pk FROM people AS p WHERE p.pk NOT LIKE 'z%' AND p.age > 45"), List{"'eve'"});
  EXPECT_EQ(Rows("SELECT VALUE p.pk FROM people AS p WHERE p.pk <> 'zoe' AND p.age > 45 AND p.pk NOT LIKE 'z%'"),
            List{"'eve'"});
  EXPECT_EQ(store_->calls.filters, 0);
  EXPECT_EQ(Rows("SELECT VALUE p.pk FROM people AS p WHERE p.pk <> 'zoe' AND p.age > 45"), List{"'eve'"});
  EXPECT_EQ(store_->calls.filters, 1);
}

TEST_F(OtherStoreTest, SeveralKeysAreOneRequest) {
  EXPECT_EQ(Rows("SELECT VALUE age FROM people WHERE pk IN ('bob', 'ann', 'nobody')"), (List{"30", "40"}));
  EXPECT_EQ(store_->calls.gets, 0);
  EXPECT_EQ(store_->calls.batches, 1);
  EXPECT_EQ(store_->calls.most_keys, 3u);
  EXPECT_EQ(Rows("SELECT VALUE age FROM people WHERE pk IN ('bob', 'ann', 'eve') AND age > 35 LIMIT 1"), List{"40"});
}

TEST_F(OtherStoreTest, LookupJoinsAskForABlockOfKeys) {
  for (int i = 0; i < 60; ++i) Run("INSERT INTO people VALUE {'pk': 'x" + std::to_string(i) + "', 'age': 1}");
  store_->calls = {};
  const List rows = Rows("SELECT o.sk, p.age FROM orders AS o JOIN people AS p ON p.pk = o.pk WHERE o.pk = 'ann'");
  EXPECT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows.front(), "{'sk': 0, 'age': 30}");
  EXPECT_EQ(store_->calls.batches + store_->calls.gets, 1);
}

TEST_F(OtherStoreTest, OnlyAttributesThatAreReadCross) {
  EXPECT_EQ(Rows("SELECT VALUE o FROM orders AS o WHERE o.pk = 'ann' AND o.sk = 1"),
            List{"{'pk': 'ann', 'sk': 1, 'total': 10, 'note': 'n'}"});
  EXPECT_EQ(Rows("SELECT o.total + o.sk AS s FROM orders AS o WHERE o.note = 'n' AND o.pk = 'eve' AND o.total > 10"),
            (List{"{'s': 22}", "{'s': 33}"}));
  EXPECT_EQ(Rows("SELECT o.* FROM orders AS o WHERE o.total = 30 AND o.pk = 'bob'"),
            List{"{'pk': 'bob', 'sk': 3, 'total': 30, 'note': 'n'}"});
  EXPECT_EQ(Rows("SELECT p.pk, (SELECT SUM(o.total) AS t FROM orders AS o WHERE o.pk = p.pk) AS s FROM people AS p "
                 "WHERE p.age = 50"),
            List{"{'pk': 'eve', 's': 60}"});
}

TEST_F(OtherStoreTest, Writes) {
  EXPECT_EQ(Affected("UPDATE people SET age = age + 1, visits = [1] WHERE pk = 'ann'"), 1u);
  EXPECT_EQ(store_->calls.writes, 1);
  EXPECT_EQ(Rows("SELECT age, visits FROM people WHERE pk = 'ann'"), List{"{'age': 31, 'visits': [1]}"});
  EXPECT_EQ(Affected("UPDATE orders SET total = total * 2 WHERE note = 'n' AND total >= 20"), 6u);
  EXPECT_EQ(store_->calls.transact_writes, 1);
  EXPECT_EQ(Rows("SELECT VALUE SUM(total) FROM orders"), List{"330"});
  EXPECT_EQ(Affected("DELETE FROM orders WHERE pk = 'bob' AND sk = 0"), 1u);
  EXPECT_EQ(Affected("UPDATE people SET age = 1 WHERE pk = 'bob' AND age > 100"), 0u);
  EXPECT_EQ(connection_->Execute("INSERT INTO people VALUE {'pk': 'ann'}").status().code(), StatusCode::kDuplicateItem);
  // All or none.
  EXPECT_FALSE(connection_->Execute("INSERT INTO people << {'pk': 'new'}, {'pk': 'ann'} >>").ok());
  EXPECT_TRUE(Rows("SELECT * FROM people WHERE pk = 'new'").empty());
  EXPECT_EQ(Rows("UPDATE people SET age = (SELECT MAX(o.total) AS m FROM orders AS o) WHERE pk = 'eve' "
                 "RETURNING ALL NEW *"),
            List{"{'pk': 'eve', 'age': 60}"});
}

TEST_F(OtherStoreTest, Requests) {
  auto got = db_->BatchGet({{"people", Item({{"pk", "ann"}}), ""}, {"people", Item({{"pk", "nobody"}}), ""}});
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_EQ(got->items[0].Get("city"), Value("Rome"));
  EXPECT_TRUE(got->items[1].is_missing());
  EXPECT_GT(got->read_units, 0);
  EXPECT_EQ(store_->calls.batches, 1);
  TransactWriteRequest request;
  request.operations.push_back(WriteOperation::Update("people", Item({{"pk", "ann"}}), "SET age = ?", {7}));
  EXPECT_TRUE(db_->TransactWrite(request).ok());
  request.token = "once";
  EXPECT_EQ(db_->TransactWrite(request).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(Rows("SELECT VALUE age FROM people WHERE pk = 'ann'"), List{"7"});
}

TEST_F(OtherStoreTest, CapacityIsCountedForPlainItems) {
  Run("SET capacity = on");
  auto r = connection_->Execute("SELECT * FROM people WHERE pk = 'ann'");
  ASSERT_TRUE(r.ok());
  while ((*r)->Next()) {
  }
  EXPECT_EQ((*r)->stats().read_units, 0.5);
  Run("UPDATE people SET text = '" + std::string(5000, 'x') + "' WHERE pk = 'ann'");
  r = connection_->Execute("SELECT pk FROM people WHERE pk = 'ann'");
  while ((*r)->Next()) {
  }
  EXPECT_EQ((*r)->stats().read_units, 1);  // of the whole item
}

TEST_F(OtherStoreTest, WhatItLacksIsRefused) {
  ExpectRefused("BEGIN", "has no interactive transactions");
  EXPECT_EQ(db_->Begin().status().code(), StatusCode::kUnsupported);
  ExpectRefused("CREATE TABLE more (pk STRING, PRIMARY KEY (pk))", "does not create, change or drop tables");
  ExpectRefused("DROP TABLE people", "does not create, change or drop tables");
  ExpectRefused("TRUNCATE TABLE people", "does not create, change or drop tables");
  ExpectRefused("CREATE INDEX by_age ON people (age NUMBER)", "does not create, change or drop tables");
  ExpectRefused("ALTER TABLE people SET (ttl = 'e')", "does not create, change or drop tables");
  ExpectRefused("ANALYZE people", "has no upkeep");
  ExpectRefused("CHECK DATABASE", "has no upkeep");
  ExpectRefused("REPAIR DATABASE", "has no upkeep");
  ExpectRefused("BACKUP TO '/tmp/nowhere'", "has no upkeep");
  ExpectRefused("SELECT * FROM changes('people', 0)", "has no change feed");
  ExpectRefused("SHOW CONSUMERS", "keeps no positions");
  EXPECT_EQ(db_->OpenFeed("people", {}).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(db_->Check().size(), 1u);
  EXPECT_EQ(Rows("SELECT VALUE COUNT(*) FROM people"), List{"3"});
}

}  // namespace
}  // namespace parton::storage_test
