// Callbacks of the program that throw: errors, never worse.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "parton/change_feed.h"
#include "tests/unit/database_test_util.h"

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
    ASSERT_TRUE(feed->Listen(1,
                             [&](const std::vector<Change>&) -> Status {
                               called.store(true);
                               if (standard) throw std::runtime_error("no more");
                               throw 5;
                             })
                    .ok());
    while (!called.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const Status s = feed->Stop();
    EXPECT_EQ(s.code(), StatusCode::kInternal) << s.ToString();
    EXPECT_NE(s.message().find(standard ? "no more" : "threw"), std::string::npos) << s.ToString();
  }
}

TEST_F(CallbackTest, WhatProgressCallbacksThrowEndsTheStatement) {
  Run("INSERT INTO t SELECT VALUE {'a': i, 'b': i} FROM range(10, 2000) AS i");
  connection_->SetProgress([](uint64_t, uint64_t) -> bool { throw std::runtime_error("enough"); });
  const Status s = Error("CREATE INDEX g ON t (b NUMBER)");
  EXPECT_EQ(s.code(), StatusCode::kInternal) << s.ToString();
  EXPECT_NE(s.message().find("enough"), std::string::npos) << s.ToString();
  connection_->SetProgress(nullptr);
  EXPECT_TRUE(db_->IndexNames("t").empty());
  Run("CREATE INDEX g ON t (b NUMBER)");
  EXPECT_TRUE(db_->Check().empty());
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
