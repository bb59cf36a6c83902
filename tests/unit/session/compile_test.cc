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

// What is expected is of the dialect.
TEST(Compile, DynamoDBsErrorsDoNotAskForWordsThatItLacks) {
  Settings dynamo;
  dynamo.dialect = Dialect::kDynamo;
  const auto hint = [&](std::string_view text) { return Compile(text, dynamo, nullptr, nullptr).status().hint(); };
  EXPECT_EQ(hint("SELECT * FROM t ORDER BY pk WHERE pk = 'a'"),
            "expected ASC, DESC, a comma or the end of the statement before WHERE");
  EXPECT_EQ(hint("SELECT * FROM t WHERE a = 1)"), "expected ORDER or the end of the statement before )");
  EXPECT_EQ(hint("DELETE FROM t WHERE pk = 'a' AND sk = 1 ORDER BY pk"),
            "expected RETURNING or the end of the statement before ORDER");
  EXPECT_EQ(hint("SELECT * FROM t WHERE (a = 1"), "expected a comma or ) before the end of the text");
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
