// Token buckets and the ledger of consumed capacity.
#include "executor/capacity/throughput.h"

#include <gtest/gtest.h>

namespace parton {
namespace {

constexpr CapacityKind kRead = CapacityKind::kRead;
constexpr CapacityKind kWrite = CapacityKind::kWrite;

TEST(TokenBucket, StartsFullAndFillsWithTime) {
  TokenBucket b;
  b.Refill(5, 1000);
  EXPECT_EQ(b.tokens(), 1500);
  b.Take(1500, true);
  EXPECT_FALSE(b.Holds(0.5));
  EXPECT_DOUBLE_EQ(b.SecondsUntil(1), 0.2);
  b.Refill(5, 1100);
  EXPECT_TRUE(b.Holds(0.5));
  EXPECT_FALSE(b.Holds(1));
  b.Refill(5, 1200);
  EXPECT_TRUE(b.Holds(1));
  b.Refill(5, int64_t{1000} * 3600);
  EXPECT_EQ(b.tokens(), 1500);  // no more than the burst
}

TEST(TokenBucket, AnotherRateStartsFull) {
  TokenBucket b;
  b.Refill(5, 0);
  b.Take(1500, true);
  b.Refill(100, 0);
  EXPECT_EQ(b.tokens(), 30000);
}

TEST(TokenBucket, ClockThatGoesBackAddsNothing) {
  TokenBucket b;
  b.Refill(1, 100'000);
  b.Take(300, true);
  b.Refill(1, 0);
  EXPECT_EQ(b.tokens(), 0);
  b.Refill(1, 2000);
  EXPECT_EQ(b.tokens(), 2);
}

TEST(TokenBucket, FullOneLetsAnythingPass) {
  TokenBucket b;
  b.Refill(1, 0);
  EXPECT_TRUE(b.Holds(400));
  b.Take(400, true);
  EXPECT_EQ(b.tokens(), -100);
  b.Take(50, false);
  EXPECT_EQ(b.tokens(), -100);  // not deeper into debt
  EXPECT_EQ(b.SecondsUntil(400), 400);
}

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    table_.id = 1;
    table_.name = "t";
    table_.provisioned = Throughput{1, 2};
    IndexSchema g, l;
    g.id = 2;
    g.name = "g";
    g.provisioned = Throughput{1, 1};
    l.id = 3;
    l.name = "l";
    l.kind = IndexKind::kLocal;
    table_.indexes = {g, l};
  }
  CapacityTarget Table() const { return {&table_, nullptr}; }
  CapacityTarget Global() const { return {&table_, &table_.indexes[0]}; }
  CapacityTarget Local() const { return {&table_, &table_.indexes[1]}; }
  CapacityMinute Last(const CapacityTarget& target, int64_t now = 0) {
    std::vector<CapacityMinute> minutes = ledger_.Minutes(target, now);
    return minutes.empty() ? CapacityMinute{} : minutes.back();
  }

  TableSchema table_;
  ThroughputLedger ledger_;
};

TEST_F(LedgerTest, ShortIndexHoldsBackTheWritesOfItsTable) {
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 300}, {Global(), 300}}, {0, false}).ok());
  const Status s = ledger_.Take(kWrite, {{Table(), 1}, {Global(), 1}}, {0, false});
  EXPECT_EQ(s.code(), StatusCode::kThrottled);
  EXPECT_TRUE(s.IsRetryable());
  EXPECT_NE(s.message().find("index g of table t"), std::string::npos) << s.message();
  EXPECT_EQ(Last(Table()).throttled_writes, 1u);
  EXPECT_EQ(Last(Global()).throttled_writes, 1u);
  // Nothing was taken of the table for it.
  EXPECT_EQ(Last(Table()).write_units, 300);
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 300}}, {0, false}).ok());
  EXPECT_FALSE(ledger_.Take(kWrite, {{Table(), 1}}, {0, false}).ok());
  EXPECT_EQ(Last(Global()).throttled_writes, 1u);
}

TEST_F(LedgerTest, LocalIndexUsesTheTable) {
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 400}, {Local(), 200}}, {0, false}).ok());
  const Status s = ledger_.Take(kWrite, {{Local(), 1}}, {0, true});
  EXPECT_EQ(s.message(),
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
            "provisioning level with the UpdateTable API.");
  EXPECT_NE(s.hint().find("table t has 2 write units a second"), std::string::npos) << s.hint();
  EXPECT_EQ(Last(Local()).write_units, 200);
  EXPECT_EQ(Last(Table()).write_units, 400);
}

TEST_F(LedgerTest, ChargesOfOneAccountAreSummed) {
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 100}}, {0, false}).ok());
  EXPECT_FALSE(ledger_.Take(kWrite, {{Table(), 400}, {Local(), 200}}, {0, false}).ok());
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 300}, {Local(), 200}}, {0, false}).ok());
}

TEST_F(LedgerTest, ReadsBeginWhileThereIsSomethingLeft) {
  EXPECT_TRUE(ledger_.Admit(kRead, {Global(), 0.5}, {0, false}).ok());
  ledger_.Charge(kRead, {{Global(), 310}}, 0, true);
  EXPECT_FALSE(ledger_.Admit(kRead, {Global(), 0.5}, {10'000, false}).ok());
  EXPECT_TRUE(ledger_.Admit(kRead, {Global(), 0.5}, {10'500, false}).ok());
  EXPECT_TRUE(ledger_.Admit(kRead, {Table(), 0.5}, {0, false}).ok());  // an account of its own
  EXPECT_EQ(Last(Table()).throttled_reads, 0u);
  EXPECT_EQ(Last(Global()).throttled_reads, 1u);
}

TEST_F(LedgerTest, OnDemandIsNotLimited) {
  table_.provisioned.reset();
  EXPECT_TRUE(ledger_.Take(kWrite, {{Table(), 1e9}, {Global(), 1e9}}, {0, false}).ok());
  EXPECT_EQ(Last(Global()).write_units, 1e9);
}

TEST_F(LedgerTest, MinutesAreKeptForAnHour) {
  for (int64_t m = 0; m < 100; ++m) ledger_.Charge(kWrite, {{Table(), 1}}, m * 60'000, false);
  EXPECT_EQ(ledger_.Minutes(Table(), 99 * 60'000).size(), 60u);
  EXPECT_EQ(ledger_.Minutes(Table(), 110 * 60'000).front().minute, 51);
  ledger_.Charge(kWrite, {{Table(), 1}}, 70 * 60'000, false);  // the clock went back
  EXPECT_EQ(Last(Table(), 70 * 60'000).minute, 70);
  EXPECT_EQ(Last(Table(), 70 * 60'000).write_units, 2);
  EXPECT_EQ(ledger_.Minutes(Table(), 99 * 60'000).back().minute, 70);
  EXPECT_EQ(MinuteOf(-1), -1);
}

}  // namespace
}  // namespace parton
