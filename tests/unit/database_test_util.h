// An in-memory database and short ways to run statements, for the executor's tests.
#ifndef PARTON_TESTS_UNIT_DATABASE_TEST_UTIL_H_
#define PARTON_TESTS_UNIT_DATABASE_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/database.h"

namespace parton {

class ExecutorTest : public ::testing::Test {
 protected:
  void SetUp() override { OpenWith({}); }

  void OpenWith(const Options& options) {
    connection_.reset();
    db_.reset();
    auto db = Database::Open(":memory:", options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
  }

  // Runs statements that must succeed.
  void Run(std::string_view script) {
    Status s = connection_->ExecuteScript(script);
    EXPECT_TRUE(s.ok()) << s.ToString() << "\nin " << script;
  }

  // The rows, or the value, as literals; an error as "error: ...".
  std::vector<std::string> Rows(std::string_view text, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(text, std::move(parameters));
    if (!result.ok()) return {"error: " + std::string(result.status().ToString())};
    if ((*result)->kind() == ResultKind::kValue) return {(*result)->value().ToLiteral()};
    std::vector<std::string> rows;
    while ((*result)->Next()) rows.push_back((*result)->row().ToLiteral());
    if (!(*result)->status().ok()) return {"error: " + (*result)->status().ToString()};
    return rows;
  }
  std::string One(std::string_view text, std::vector<Value> parameters = {}) {
    std::vector<std::string> rows = Rows(text, std::move(parameters));
    return rows.size() == 1 ? rows[0] : std::to_string(rows.size()) + " rows";
  }
  Status Error(std::string_view text, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(text, std::move(parameters));
    if (!result.ok()) return result.status();
    while ((*result)->Next()) {
    }
    return (*result)->status();
  }
  uint64_t Affected(std::string_view text, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(text, std::move(parameters));
    EXPECT_TRUE(result.ok()) << result.status().ToString() << "\nin " << text;
    if (!result.ok()) return UINT64_MAX;
    while ((*result)->Next()) {
    }
    return (*result)->affected();
  }

  using Strings = std::vector<std::string>;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace parton

#endif  // PARTON_TESTS_UNIT_DATABASE_TEST_UTIL_H_
