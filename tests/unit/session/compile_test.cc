// When statements are compiled, and when the plan that is kept of them is used.
#include "session/compile.h"

#include <gtest/gtest.h>

#include <string>

#include "parser/parser.h"
#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

uint64_t Parsed() { return GetParseCounters().sll + GetParseCounters().ll; }

class CompileTest : public ExecutorTest {
 protected:
  void SetUp() override {
    ExecutorTest::SetUp();
    Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t << {'a': 1}, {'a': 2} >>");
  }
};

TEST(Compile, TheErrorsAreTheParsersAndThePlanners) {
  EXPECT_EQ(Compile("SELECT FROM", Settings(), nullptr, nullptr).status().code(), StatusCode::kSyntax);
  EXPECT_FALSE(Compile("SELECT * FROM nowhere", Settings(), nullptr, nullptr).ok());
  Settings dynamo;
  dynamo.dialect = Dialect::kDynamo;
  const Status worded = Compile("SELECT FROM", dynamo, nullptr, nullptr).status();
  EXPECT_NE(worded.message().find("Statement wasn't well formed"), std::string::npos) << worded.ToString();
}

TEST_F(CompileTest, ATextIsParsedOnceWhateverItsVariables) {
  // Too long to be kept: each compilation shows.
  const std::string text = "SELECT VALUE a FROM t WHERE a = :one OR a = :two " + std::string(20'000, ' ');
  const uint64_t before = Parsed();
  auto result = connection_->ExecuteNamed(text, {{"one", 1}, {"two", 2}});
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ((*result)->All().value().size(), 2u);
  EXPECT_EQ(Parsed() - before, 1u);
}

TEST_F(CompileTest, AKeptPlanIsNotCompiledAgain) {
  const std::string text = "SELECT VALUE a FROM t WHERE a = :one";
  ASSERT_TRUE(connection_->ExecuteNamed(text, {{"one", 1}}).ok());
  const uint64_t before = Parsed();
  for (int i = 0; i < 3; ++i) {
    auto result = connection_->ExecuteNamed(text, {{"one", i}});
    ASSERT_TRUE(result.ok());
    EXPECT_EQ((*result)->All().value().size(), i == 0 ? 0u : 1u);
  }
  EXPECT_EQ(Parsed(), before);
  // Another connection's settings are others.
  auto other = db_->Connect();
  ASSERT_TRUE(other->Set("typing", "strict").ok());
  ASSERT_TRUE(other->ExecuteNamed(text, {{"one", 1}}).ok());
  EXPECT_EQ(Parsed(), before + 1);
}

}  // namespace
}  // namespace parton
