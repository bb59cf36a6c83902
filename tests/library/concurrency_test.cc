// Everything at once: transfers, increments, items that move in an index, schema changes, one-shot transactions and
// scans, on threads of their own. What they keep up is looked at meanwhile and at the end.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

constexpr int kAccounts = 8;
constexpr int kEach = 100;

class ConcurrencyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = std::move(Database::Open(":memory:").value());
    auto c = db_->Connect();
    ASSERT_TRUE(c->ExecuteScript("CREATE TABLE acct (id NUMBER, PRIMARY KEY (id));"
                                 "CREATE INDEX by_place ON acct (place STRING, id NUMBER);"
                                 "CREATE TABLE counters (id STRING, PRIMARY KEY (id))")
                    .ok());
    for (int i = 0; i < kAccounts; ++i) {
      ASSERT_TRUE(c->Execute("INSERT INTO acct VALUE {'id': ?, 'sum': ?, 'place': 'p0'}", {i, kEach}).ok());
    }
    ASSERT_TRUE(c->Execute("INSERT INTO counters VALUE {'id': 'c', 'n': 0}").ok());
  }

  void Must(const Status& s) {
    if (s.ok()) return;
    failures_++;
    ADD_FAILURE() << s.ToString() << " " << s.hint();
  }
  // The rows' only value; -1 if it failed.
  int64_t Number(Connection& c, const char* text) {
    auto result = c.Execute(text);
    Must(result.status());
    if (!result.ok() || !(*result)->Next()) return -1;
    const int64_t n = (*result)->row().Materialize().fields()[0].value.int_value();
    return n;
  }
  static RunOptions Patient() {
    RunOptions options;
    options.max_attempts = 10'000;
    options.longest_wait = std::chrono::microseconds(2000);
    return options;
  }

  void Transfer(unsigned seed, int times) {
    std::minstd_rand random(seed);
    for (int i = 0; i < times; ++i) {
      const int from = static_cast<int>(random() % kAccounts);
      const int to = (from + 1 + static_cast<int>(random() % (kAccounts - 1))) % kAccounts;
      const int n = static_cast<int>(random() % 10);
      Must(db_->Run(
          [&](Transaction& t) {
            PARTON_RETURN_IF_ERROR(t.Execute("UPDATE acct SET sum = sum - ? WHERE id = ?", {n, from}).status());
            return t.Execute("UPDATE acct SET sum = sum + ? WHERE id = ?", {n, to}).status();
          },
          Patient()));
    }
  }
  void TransferAtOnce(unsigned seed, int times) {
    std::minstd_rand random(seed);
    for (int i = 0; i < times; ++i) {
      const int from = static_cast<int>(random() % kAccounts);
      const int to = (from + 1) % kAccounts;
      const auto account = [](int id) { return Value::Struct({{"id", id}}); };
      TransactWriteRequest request;
      request.operations = {WriteOperation::Update("acct", account(from), "SET sum = sum - ?", {1}),
                            WriteOperation::Update("acct", account(to), "SET sum = sum + ?", {1})};
      Must(db_->TransactWrite(request).status());
    }
  }
  void Increment(int times) {
    auto c = db_->Connect();
    for (int i = 0; i < times; ++i) {
      Must(c->Execute("UPDATE counters SET n = n + 1 WHERE id = 'c'").status());
    }
  }
  void Move(unsigned seed, int times) {
    auto c = db_->Connect();
    std::minstd_rand random(seed);
    for (int i = 0; i < times; ++i) {
      const std::string place = "p" + std::to_string(random() % 3);
      Must(c->Execute("UPDATE acct SET place = ? WHERE id = ?", {place, static_cast<int>(random() % kAccounts)})
               .status());
    }
  }
  void ChangeSchema(int times) {
    auto c = db_->Connect();
    for (int i = 0; i < times; ++i) {
      Must(c->Execute("CREATE INDEX by_sum ON acct (place STRING, sum NUMBER)").status());
      Must(c->Execute("CREATE TABLE passing (id STRING, PRIMARY KEY (id))").status());
      Must(c->Execute("INSERT INTO passing VALUE {'id': 'x'}").status());
      Must(c->Execute("DROP TABLE passing").status());
      Must(c->Execute("DROP INDEX by_sum ON acct").status());
    }
  }
  // Until `stop`: each statement and each transaction sees one state.
  void Look(const std::atomic<bool>& stop) {
    auto c = db_->Connect();
    while (!stop.load() && failures_ == 0) {
      EXPECT_EQ(Number(*c, "SELECT SUM(a.sum) AS n FROM acct AS a"), kAccounts * kEach);
      EXPECT_EQ(Number(*c, "SELECT COUNT(*) AS n FROM acct.by_place AS a"), kAccounts);
      Must(c->Begin());
      int64_t sum = 0;
      for (const char* place : {"p0", "p1", "p2"}) {
        auto rows = c->Execute("SELECT VALUE a.sum FROM acct.by_place AS a WHERE a.place = ?", {place});
        Must(rows.status());
        while (rows.ok() && (*rows)->Next()) sum += (*rows)->row().int_value();
      }
      EXPECT_EQ(sum, kAccounts * kEach);
      EXPECT_EQ(Number(*c, "SELECT SUM(a.sum) AS n FROM acct AS a"), kAccounts * kEach);
      Must(c->Rollback());
    }
  }

  std::unique_ptr<Database> db_;
  std::atomic<int> failures_{0};
};

TEST_F(ConcurrencyTest, AllAtOnce) {
  constexpr int kTimes = 200;
  std::atomic<bool> stop{false};
  std::thread looker([&] { Look(stop); });
  const std::vector<std::function<void()>> work = {
      [&] { Transfer(1, kTimes); },   [&] { Transfer(2, kTimes); },   [&] { TransferAtOnce(3, kTimes); },
      [&] { Increment(kTimes * 3); }, [&] { Increment(kTimes * 3); }, [&] { Move(4, kTimes * 2); },
      [&] { ChangeSchema(6); },
  };
  std::vector<std::thread> threads;
  for (const auto& task : work) threads.emplace_back(task);
  for (std::thread& t : threads) t.join();
  stop.store(true);
  looker.join();

  auto c = db_->Connect();
  EXPECT_EQ(Number(*c, "SELECT SUM(a.sum) AS n FROM acct AS a"), kAccounts * kEach);
  EXPECT_EQ(Number(*c, "SELECT n FROM counters WHERE id = 'c'"), kTimes * 6);
  for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
}

}  // namespace
}  // namespace parton
