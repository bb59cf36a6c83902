// Time to live: what expires, what stays, what the feed says.
#include <fmt/format.h>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

constexpr int64_t kNow = 1769860800;  // 2026-01-31 12:00:00 UTC

class TtlTest : public ExecutorTest {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    options.clock_ms = [this] { return now_ms_; };
    OpenWith(options);
    Run("CREATE TABLE s (id STRING, g STRING, PRIMARY KEY (id), GLOBAL INDEX by_g (g), GLOBAL INDEX by_e (e NUMBER)) "
        "WITH (stream = 'both images', ttl = 'e')");
  }
  void Put(const std::string& id, const std::string& e) {
    Run(fmt::format("REPLACE INTO s VALUE {{'id': '{}', 'g': 'x', 'e': {}}}", id, e));
  }
  void Sweep() { EXPECT_TRUE(db_->Settle().ok()); }
  Strings All() { return Rows("SELECT VALUE s.id FROM s ORDER BY s.id"); }

  int64_t now_ms_ = kNow * 1000;
};

TEST_F(TtlTest, OnlyNumbersThatAreDue) {
  Put("due", std::to_string(kNow - 1));
  Put("fraction", std::to_string(kNow - 1) + ".5");
  Put("now", std::to_string(kNow));
  Put("later", std::to_string(kNow + 100));
  Put("ancient", std::to_string(kNow - int64_t{6} * 365 * 24 * 3600));
  Run("INSERT INTO s VALUE {'id': 'none', 'g': 'x'}");
  EXPECT_EQ(All().size(), 6u);  // still there before the sweep
  Sweep();
  EXPECT_EQ(All(), (Strings{"'ancient'", "'later'", "'none'", "'now'"}));
  EXPECT_EQ(Rows("SELECT * FROM s WHERE g = 'x'").size(), 4u);
  EXPECT_EQ(Rows("SELECT VALUE r.userIdentity FROM changes('s') AS r WHERE r.eventName = 'REMOVE'"),
            (Strings{"{'Type': 'Service', 'PrincipalId': 'dynamodb.amazonaws.com'}",
                     "{'Type': 'Service', 'PrincipalId': 'dynamodb.amazonaws.com'}"}));
  now_ms_ += 101'000;
  Sweep();
  EXPECT_EQ(All(), (Strings{"'ancient'", "'none'"}));
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(TtlTest, ChangedItemsLive) {
  Put("a", std::to_string(kNow + 10));
  Put("b", std::to_string(kNow + 10));
  Run("UPDATE s SET e = e + 1000 WHERE id = 'a'; UPDATE s REMOVE e WHERE id = 'b'");
  now_ms_ += 60'000;
  Sweep();
  EXPECT_EQ(All(), (Strings{"'a'", "'b'"}));
}

TEST_F(TtlTest, SwitchedOnLaterAndOff) {
  Run("CREATE TABLE u (id NUMBER, PRIMARY KEY (id))");
  for (int i = 0; i < 250; ++i) Run(fmt::format("INSERT INTO u VALUE {{'id': {}, 'x': {}}}", i, kNow - 10));
  Run("INSERT INTO u VALUE {'id': 1000, 'x': 'text'}");
  Sweep();
  EXPECT_EQ(Rows("SELECT * FROM u").size(), 251u);
  Run("ALTER TABLE u SET TTL (x)");
  EXPECT_EQ(Error("ALTER TABLE u SET TTL (x)").message(), "TimeToLive is already enabled");
  Sweep();
  EXPECT_EQ(Rows("SELECT * FROM u").size(), 1u);
  Run("ALTER TABLE u SET TTL DISABLED");
  EXPECT_EQ(Error("ALTER TABLE u SET TTL DISABLED").message(), "TimeToLive is already disabled");
  Run(fmt::format("INSERT INTO u VALUE {{'id': 1, 'x': {}}}", kNow - 10));
  Sweep();
  EXPECT_EQ(Rows("SELECT * FROM u").size(), 2u);
  EXPECT_TRUE(db_->Check().empty());
}

}  // namespace
}  // namespace parton
