// class Transaction and Database::Run.
#include "parton/transaction.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = std::move(Database::Open(":memory:").value());
    connection_ = db_->Connect();
    Run("CREATE TABLE acct (id STRING, PRIMARY KEY (id))");
    Run("INSERT INTO acct << {'id': 'a', 'sum': 10}, {'id': 'b', 'sum': 5} >>");
  }
  void TearDown() override {
    for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
  }
  int64_t Sum(const std::string& id) { return Sum(*connection_, id); }
  static int64_t Sum(Connection& connection, const std::string& id) {
    auto result = connection.Execute("SELECT VALUE t.sum FROM acct AS t WHERE t.id = ?", {id});
    return result.ok() && (*result)->Next() ? (*result)->row().int_value() : -1;
  }
  static Status Add(Transaction& t, const std::string& id, int n) {
    return t.Execute("UPDATE acct SET sum = sum + ? WHERE id = ?", {n, id}).status();
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(TransactionTest, CommitsOrRollsBack) {
  auto t = db_->Begin().value();
  EXPECT_TRUE(t->active());
  ASSERT_TRUE(Add(*t, "a", -4).ok());
  ASSERT_TRUE(Add(*t, "b", 4).ok());
  EXPECT_EQ(Sum(t->connection(), "a"), 6);
  EXPECT_EQ(Sum("a"), 10);
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_FALSE(t->active());
  EXPECT_EQ(Sum("a"), 6);
  EXPECT_EQ(Sum("b"), 9);

  auto other = db_->Begin().value();
  ASSERT_TRUE(Add(*other, "a", 100).ok());
  ASSERT_TRUE(other->Rollback().ok());
  EXPECT_EQ(Sum("a"), 6);
}

TEST_F(TransactionTest, LeavingTheScopeRollsBack) {
  {
    auto t = db_->Begin().value();
    ASSERT_TRUE(Add(*t, "a", 1).ok());
  }
  EXPECT_EQ(Sum("a"), 10);
  {
    auto t = Transaction::Begin(connection_.get()).value();
    ASSERT_TRUE(Add(*t, "a", 1).ok());
    EXPECT_FALSE(Transaction::Begin(connection_.get()).ok());
  }
  EXPECT_FALSE(connection_->in_transaction());
  EXPECT_EQ(Sum("a"), 10);
}

TEST_F(TransactionTest, NothingGoesThroughOneThatIsOver) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_EQ(t->Execute("SELECT * FROM acct").status().code(), StatusCode::kValidation);
  EXPECT_EQ(t->Prepare("SELECT * FROM acct").status().code(), StatusCode::kValidation);
  EXPECT_EQ(t->Commit().code(), StatusCode::kValidation);
  EXPECT_EQ(t->Rollback().code(), StatusCode::kValidation);
  EXPECT_EQ(t->Savepoint("s").code(), StatusCode::kValidation);
  EXPECT_EQ(t->RollbackTo("s").code(), StatusCode::kValidation);
  EXPECT_EQ(t->ReleaseSavepoint("s").code(), StatusCode::kValidation);
}

TEST_F(TransactionTest, Savepoints) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(Add(*t, "a", 1).ok());
  ASSERT_TRUE(t->Savepoint("s").ok());
  ASSERT_TRUE(Add(*t, "a", 10).ok());
  ASSERT_TRUE(t->Savepoint("deeper").ok());
  ASSERT_TRUE(Add(*t, "b", 10).ok());
  ASSERT_TRUE(t->RollbackTo("s").ok());
  EXPECT_EQ(Sum(t->connection(), "a"), 11);
  EXPECT_EQ(t->RollbackTo("deeper").code(), StatusCode::kNotFound);
  ASSERT_TRUE(Add(*t, "a", 100).ok());
  ASSERT_TRUE(t->RollbackTo("s").ok());
  ASSERT_TRUE(t->ReleaseSavepoint("s").ok());
  EXPECT_EQ(t->RollbackTo("s").code(), StatusCode::kNotFound);
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_EQ(Sum("a"), 11);
  EXPECT_EQ(Sum("b"), 5);
}

TEST_F(TransactionTest, DdlIsRefusedAndLeavesItOpen) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(Add(*t, "a", 1).ok());
  EXPECT_FALSE(t->Execute("DROP TABLE acct").ok());
  EXPECT_TRUE(t->active());
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_EQ(Sum("a"), 11);
}

TEST_F(TransactionTest, ConflictIsRetryable) {
  auto t = db_->Begin().value();
  EXPECT_EQ(Sum(t->connection(), "b"), 5);
  ASSERT_TRUE(Add(*t, "a", 1).ok());
  Run("UPDATE acct SET sum = 50 WHERE id = 'b'");
  const Status s = t->Commit();
  EXPECT_EQ(s.code(), StatusCode::kTransactionConflict);
  EXPECT_TRUE(s.IsRetryable());
  EXPECT_FALSE(t->active());
  EXPECT_EQ(Sum("a"), 10);
}

TEST_F(TransactionTest, RunTriesAgainAfterConflicts) {
  int attempts = 0;
  const Status s = db_->Run([&](Transaction& t) {
    ++attempts;
    PARTON_RETURN_IF_ERROR(Add(t, "a", 1));
    // Somebody is quicker, twice.
    if (attempts <= 2) Run("UPDATE acct SET sum = sum + 100 WHERE id = 'a'");
    return Status();
  });
  EXPECT_TRUE(s.ok()) << s.ToString();
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(Sum("a"), 211);
}

TEST_F(TransactionTest, RunGivesUp) {
  int attempts = 0;
  RunOptions options;
  options.max_attempts = 4;
  const Status s = db_->Run(
      [&](Transaction& t) {
        ++attempts;
        PARTON_RETURN_IF_ERROR(Add(t, "a", 1));
        Run("UPDATE acct SET sum = sum + 100 WHERE id = 'a'");
        return Status();
      },
      options);
  EXPECT_EQ(s.code(), StatusCode::kTransactionConflict);
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(Sum("a"), 410);
}

TEST_F(TransactionTest, RunReturnsOtherErrorsAtOnce) {
  int attempts = 0;
  const Status s = db_->Run([&](Transaction& t) {
    ++attempts;
    PARTON_RETURN_IF_ERROR(Add(t, "a", 1));
    return Status::Validation("no");
  });
  EXPECT_EQ(s.message(), "no");
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(Sum("a"), 10);
}

TEST_F(TransactionTest, RunsBodyMayEndItItself) {
  EXPECT_TRUE(db_->Run([](Transaction& t) {
                   PARTON_RETURN_IF_ERROR(Add(t, "a", 1));
                   return t.Rollback();
                 })
                  .ok());
  EXPECT_EQ(Sum("a"), 10);
  EXPECT_TRUE(db_->Run([](Transaction& t) {
                   PARTON_RETURN_IF_ERROR(Add(t, "a", 1));
                   return t.Commit();
                 })
                  .ok());
  EXPECT_EQ(Sum("a"), 11);
}

TEST_F(TransactionTest, RunRollsBackWhenItsBodyThrows) {
  EXPECT_THROW((void)db_->Run([](Transaction& t) -> Status {
    (void)Add(t, "a", 1);
    throw std::runtime_error("out");
  }),
               std::runtime_error);
  EXPECT_EQ(Sum("a"), 10);
}

TEST_F(TransactionTest, ReasonsNameEachStatement) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(Add(*t, "a", 1).ok());
  const Status check = t->Execute("EXISTS (SELECT * FROM acct WHERE id = 'b' AND sum > 100)").status();
  EXPECT_EQ(check.code(), StatusCode::kConditionFailed);
  EXPECT_NE(check.hint().find("sum > 100"), std::string::npos) << check.hint();
  EXPECT_NE(check.hint().find("sum = 5"), std::string::npos) << check.hint();
  EXPECT_FALSE(t->Execute("NOT EXISTS (SELECT * FROM acct WHERE id = 'b')").ok());
  ASSERT_TRUE(Add(*t, "b", 1).ok());
  const Status s = t->Commit();
  EXPECT_EQ(s.code(), StatusCode::kTransactionCanceled);
  EXPECT_EQ(s.message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[None, ConditionalCheckFailed, ConditionalCheckFailed, None]");
  ASSERT_EQ(s.reasons().size(), 4u);
  EXPECT_TRUE(s.reasons()[0].ok());
  EXPECT_EQ(s.reasons()[1].hint(), check.hint());
  EXPECT_EQ(Sum("a"), 10);
}

TEST_F(TransactionTest, GoingBackForgetsTheFailure) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(Add(*t, "a", 1).ok());
  ASSERT_TRUE(t->Savepoint("s").ok());
  EXPECT_FALSE(t->Execute("EXISTS (SELECT * FROM acct WHERE id = 'nobody')").ok());
  ASSERT_TRUE(t->RollbackTo("s").ok());
  EXPECT_TRUE(t->Commit().ok());
  EXPECT_EQ(Sum("a"), 11);
}

TEST_F(TransactionTest, ThreadsThatRunLoseNothing) {
  constexpr int kThreads = 4, kTimes = 50;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&, n] {
      for (int i = 0; i < kTimes; ++i) {
        RunOptions options;
        options.max_attempts = 1000;
        const Status s = db_->Run(
            [&](Transaction& t) {
              PARTON_RETURN_IF_ERROR(Add(t, n % 2 == 0 ? "a" : "b", -1));
              return Add(t, n % 2 == 0 ? "b" : "a", 1);
            },
            options);
        if (!s.ok()) ++failures;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Sum("a"), 10);
  EXPECT_EQ(Sum("b"), 5);
}

}  // namespace
}  // namespace parton
