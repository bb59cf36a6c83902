#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "parton/database.h"
#include "parton/functions.h"

namespace parton {
namespace {

class Product final : public Aggregate {
 public:
  Status Add(const Value& v) override {
    if (!v.is_small_int()) return Status::TypeMismatch("PRODUCT takes integers");
    product_ *= v.int_value();
    return Status::Ok();
  }
  Status Merge(Aggregate& other) override {
    product_ *= static_cast<Product&>(other).product_;
    return Status::Ok();
  }
  Result<Value> Finish() override { return Value::Int(product_); }
  void Reset() override { product_ = 1; }

 private:
  int64_t product_ = 1;
};

class UserFunctions : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Function gcd;
    gcd.name = "test_gcd";
    gcd.min_args = gcd.max_args = 2;
    gcd.call = [](std::span<const Value> args) -> Result<Value> {
      if (!args[0].is_small_int() || !args[1].is_small_int()) return Status::TypeMismatch("TEST_GCD takes integers");
      if (args[0].int_value() < 0) return Status::Validation("TEST_GCD takes no negative number");
      return Value::Int(std::gcd(args[0].int_value(), args[1].int_value()));
    };
    ASSERT_TRUE(RegisterFunction(gcd).ok());
    ASSERT_TRUE(RegisterAggregate({"test_product", "", [] { return std::make_unique<Product>(); }}).ok());
  }

  void SetUp() override {
    database_ = Database::Open(":memory:").value();
    connection_ = database_->Connect();
  }

  Value One(const std::string& text) {
    auto r = connection_->Execute(text);
    if (!r.ok()) return Value::String(r.status().ToString());
    if ((*r)->kind() == ResultKind::kValue) return (*r)->value().Own();
    auto rows = (*r)->All();
    if (!rows.ok()) return Value::String(rows.status().ToString());
    return rows->empty() ? Value::Missing() : rows->front();
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(UserFunctions, ScalarsWorkOverTablesInAnyCase) {
  EXPECT_EQ(One("SELECT VALUE Test_Gcd(x, 12) FROM [18] AS x"), Value(6));
  auto made = connection_->Execute("CREATE TABLE t (a NUMBER, PRIMARY KEY (a))");
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(connection_->Execute("INSERT INTO t << {'a': 8}, {'a': 9} >>").ok());
  EXPECT_EQ(One("SELECT VALUE a FROM t WHERE test_gcd(a, 6) = 3"), Value(9));
}

TEST_F(UserFunctions, AbsentArgumentsAndErrorsFollowTheTyping) {
  EXPECT_TRUE(One("SELECT VALUE test_gcd(NULL, 2) FROM [1] AS x").is_null());
  EXPECT_TRUE(One("SELECT VALUE test_gcd('a', 2) FROM [1] AS x").is_missing());
  EXPECT_NE(One("SELECT VALUE test_gcd(-x, 2) FROM [1] AS x").ToLiteral().find("no negative"), std::string::npos);
  ASSERT_TRUE(connection_->Execute("SET typing = strict").ok());
  EXPECT_NE(One("SELECT VALUE test_gcd(x, 2) FROM ['a'] AS x").ToLiteral().find("integers"), std::string::npos);
}

TEST_F(UserFunctions, WrongArgumentCountIsRefused) {
  auto r = connection_->Execute("SELECT VALUE test_gcd(1) FROM [1] AS x");
  EXPECT_FALSE(r.ok());
}

TEST_F(UserFunctions, AggregatesGroupAndMerge) {
  EXPECT_EQ(One("SELECT VALUE TEST_PRODUCT(x) FROM [2, 3, NULL, 7] AS x"), Value(42));
  ASSERT_TRUE(connection_->Execute("CREATE TABLE big (id NUMBER, PRIMARY KEY (id))").ok());
  ASSERT_TRUE(connection_
                  ->Execute("INSERT INTO big SELECT VALUE {'id': x, 'v': CASE WHEN x % 10000 = 0 THEN 2 ELSE 1 END}"
                            " FROM range(1, 50000) AS x")
                  .ok());
  for (int threads : {1, 2, 4}) {
    ASSERT_TRUE(connection_->Set("threads", threads).ok());
    EXPECT_EQ(One("SELECT VALUE TEST_PRODUCT(v) FROM big"), Value(32)) << threads;
  }
}

struct Throwing final : public Aggregate {
  Status Add(const Value&) override { throw std::runtime_error("cannot add"); }
  Status Merge(Aggregate&) override { throw 1; }
  Result<Value> Finish() override { throw 2; }
  void Reset() override { throw 3; }
  size_t MemoryUsed() const override { throw 4; }
};

TEST_F(UserFunctions, WhatFunctionsThrowEndsTheStatement) {
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
  ASSERT_TRUE(
      connection_->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t << {'a': 1}, {'a': 2} >>")
          .ok());
  const auto error = [&](const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return result.status();
    while ((*result)->Next()) {
    }
    return (*result)->status();
  };
  for (const char* text :
       {"SELECT throws_it(a) AS x FROM t", "UPDATE t SET b = throws_it(a) WHERE a = 2",
        "SELECT throws_all(a) AS x FROM t", "SELECT makes_none(a) AS x FROM t",
        "SELECT a, makes_none(a) AS x FROM t GROUP BY a", "SELECT throws_all(a) OVER (ORDER BY a) AS x FROM t"}) {
    EXPECT_EQ(error(text).code(), StatusCode::kInternal) << text;
  }
  EXPECT_TRUE(error("SELECT throws_it(a) AS x FROM t WHERE a = 1").ok());
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM t WHERE b IS NOT MISSING"), Value(0));
}

Function Constant(const std::string& name, Value value) {
  return {.name = name, .doc = "", .call = [value](std::span<const Value>) -> Result<Value> { return value; }};
}

TEST_F(UserFunctions, OneDatabaseHasWhatOthersHaveNot) {
  auto other = Database::Open(":memory:").value();
  ASSERT_TRUE(database_->AddFunction(Constant("mine", 1)).ok());
  ASSERT_TRUE(other->AddFunction(Constant("Mine", 2)).ok());
  ASSERT_TRUE(database_->AddAggregate({"my_product", "", [] { return std::make_unique<Product>(); }}).ok());
  EXPECT_EQ(One("SELECT VALUE mine() FROM [0] AS x"), Value(1));
  EXPECT_EQ(One("SELECT VALUE my_product(x) FROM [2, 21] AS x"), Value(42));
  EXPECT_EQ(One("SELECT g, my_product(x) AS p FROM [2, 21] AS x GROUP BY 1 AS g")["p"], Value(42));
  EXPECT_EQ(other->Connect()->Execute("SELECT VALUE mine() FROM [0] AS x").value()->All().value()[0], Value(2));
  const Status unknown = other->Connect()->Execute("SELECT VALUE my_product(x) FROM [2] AS x").status();
  EXPECT_EQ(unknown.code(), StatusCode::kValidation) << unknown.ToString();
  const Status near = connection_->Execute("SELECT VALUE min3() FROM [0] AS x").status();
  EXPECT_NE(near.hint().find("MINE"), std::string::npos) << near.hint();
  for (const char* taken : {"mine", "MY_PRODUCT", "upper", "sum", "test_gcd", "1a", ""}) {
    EXPECT_EQ(database_->AddFunction(Constant(taken, 1)).code(), StatusCode::kValidation) << taken;
  }
}

TEST_F(UserFunctions, TheyServeTriggersCopiesAndRequests) {
  ASSERT_TRUE(database_->AddFunction(Constant("answer", 42)).ok());
  ASSERT_TRUE(connection_
                  ->ExecuteScript(
                      "CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); CREATE TABLE log (a NUMBER, PRIMARY KEY (a));"
                      "ALTER TABLE t SET STREAM (BOTH IMAGES);"
                      "CREATE TRIGGER copies ON t AS INSERT INTO log SELECT VALUE {'a': answer()} FROM records AS r")
                  .ok());
  ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUE {'a': answer()}").ok());
  ASSERT_TRUE(database_->Settle().ok());
  EXPECT_EQ(One("SELECT VALUE a FROM log"), Value(42));
  TransactWriteRequest request;
  request.operations.push_back(
      WriteOperation::Update("t", Value::Struct({{"a", 42}}), "SET b = answer()").If("a = answer()"));
  const Status done = database_->TransactWrite(request).status();
  EXPECT_TRUE(done.ok()) << done.ToString();
  EXPECT_EQ(One("SELECT VALUE b FROM t"), Value(42));
}

TEST_F(UserFunctions, RemovedOnesAreGone) {
  ASSERT_TRUE(database_->AddFunction(Constant("one", 1)).ok());
  auto prepared = connection_->Prepare("SELECT VALUE one() FROM [0] AS x").value();
  EXPECT_EQ(One("SELECT VALUE one() FROM [0] AS x"), Value(1));
  ASSERT_TRUE(database_->RemoveFunction("One").ok());
  EXPECT_EQ(connection_->Execute("SELECT VALUE one() FROM [0] AS x").status().code(), StatusCode::kValidation);
  EXPECT_EQ(prepared->Execute().value()->All().value()[0], Value(1));
  ASSERT_TRUE(database_->AddFunction(Constant("one", 11)).ok());
  EXPECT_EQ(One("SELECT VALUE one() FROM [0] AS x"), Value(11));
  for (const char* name : {"upper", "test_gcd", "nowhere", ""}) {
    EXPECT_EQ(database_->RemoveFunction(name).code(), StatusCode::kNotFound) << name;
  }
}

TEST_F(UserFunctions, NamesMustBeFreeAndWellFormed) {
  Function f;
  f.call = [](std::span<const Value>) -> Result<Value> { return Value::Null(); };
  for (const char* name : {"", "upper", "SUM", "test_gcd", "a-b", "1a"}) {
    f.name = name;
    EXPECT_FALSE(RegisterFunction(f).ok()) << name;
  }
}

}  // namespace
}  // namespace parton
