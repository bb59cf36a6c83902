// Callbacks of the program that throw: errors, never worse.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "executor_test_util.h"
#include "parton/change_feed.h"
#include "parton/functions.h"

namespace parton {
namespace {

class CallbackTest : public ExecutorTest {
 protected:
  void SetUp() override {
    ExecutorTest::SetUp();
    Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'both images'); "
        "INSERT INTO t << {'a': 1}, {'a': 2}, {'a': 3} >>");
  }
};

TEST_F(CallbackTest, WhatListenersThrowIsReported) {
  for (bool standard : {true, false}) {
    FeedOptions options;
    options.start = FeedOptions::Start::kTrimHorizon;
    auto feed = db_->OpenFeed("t", options).value();
    std::atomic<bool> called{false};
    ASSERT_TRUE(feed->Listen(1, [&](const std::vector<Change>&) -> Status {
                      called.store(true);
                      if (standard) throw std::runtime_error("no more");
                      throw 5;
                    }).ok());
    while (!called.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const Status s = feed->Stop();
    EXPECT_EQ(s.code(), StatusCode::kInternal) << s.ToString();
    EXPECT_NE(s.message().find(standard ? "no more" : "threw"), std::string::npos) << s.ToString();
  }
}

TEST_F(CallbackTest, WhatProgressCallbacksThrowEndsTheStatement) {
  connection_->SetProgress([](uint64_t, uint64_t) -> bool { throw std::runtime_error("enough"); });
  const Status s = Error("CREATE INDEX g ON t (b NUMBER)");
  EXPECT_EQ(s.code(), StatusCode::kInternal) << s.ToString();
  EXPECT_NE(s.message().find("enough"), std::string::npos) << s.ToString();
  connection_->SetProgress(nullptr);
  EXPECT_TRUE(db_->IndexNames("t").empty());
  Run("CREATE INDEX g ON t (b NUMBER)");
  EXPECT_TRUE(db_->Check().empty());
}

struct Throwing final : public Aggregate {
  Status Add(const Value&) override { throw std::runtime_error("cannot add"); }
  Status Merge(Aggregate&) override { throw 1; }
  Result<Value> Finish() override { throw 2; }
  void Reset() override { throw 3; }
  size_t MemoryUsed() const override { throw 4; }
};

TEST_F(CallbackTest, WhatFunctionsThrowEndsTheStatement) {
  ASSERT_TRUE(RegisterFunction({.name = "throws_it",
                                .min_args = 1,
                                .max_args = 1,
                                .deterministic = false,
                                .doc = "Throws.",
                                .call = [](std::span<const Value> args) -> Result<Value> {
                                  if (args[0] == Value::Int(2)) throw std::runtime_error("two");
                                  return args[0];
                                }})
                  .ok());
  ASSERT_TRUE(
      RegisterAggregate({.name = "throws_all", .doc = "Throws.", .make = [] { return std::make_unique<Throwing>(); }})
          .ok());
  ASSERT_TRUE(
      RegisterAggregate(
          {.name = "makes_none", .doc = "Makes none.", .make = []() -> std::unique_ptr<Aggregate> { return nullptr; }})
          .ok());
  for (const char* text :
       {"SELECT throws_it(a) AS x FROM t", "UPDATE t SET b = throws_it(a) WHERE a = 2",
        "SELECT throws_all(a) AS x FROM t", "SELECT makes_none(a) AS x FROM t",
        "SELECT a, makes_none(a) AS x FROM t GROUP BY a", "SELECT throws_all(a) OVER (ORDER BY a) AS x FROM t"}) {
    EXPECT_EQ(Error(text).code(), StatusCode::kInternal) << text;
  }
  EXPECT_EQ(Rows("SELECT throws_it(a) AS x FROM t WHERE a = 1").size(), 1u);
  EXPECT_EQ(Rows("SELECT * FROM t WHERE b IS NOT MISSING").size(), 0u);
}

TEST_F(CallbackTest, AClockThatThrowsIsReplacedByTheSystems) {
  Options options;
  options.clock_ms = []() -> int64_t { throw std::runtime_error("no time"); };
  OpenWith(options);
  Run("CREATE TABLE c (a NUMBER, PRIMARY KEY (a)); INSERT INTO c VALUE {'a': 1}");
  EXPECT_EQ(Rows("SELECT * FROM c").size(), 1u);
}

}  // namespace
}  // namespace parton
