// What the workshop tests share: a database, short ways to run statements, the data's place.
#ifndef PARTON_TESTS_WORKSHOP_WORKSHOP_SUPPORT_H_
#define PARTON_TESTS_WORKSHOP_WORKSHOP_SUPPORT_H_

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"
#include "shell/test_runner/canonical.h"
#include "shell/test_runner/observed.h"

namespace parton {

inline std::string DataDirectory() {
  return std::filesystem::path(PARTON_SOURCE_DIR).parent_path().string() + "/shared/workshop/data";
}

// The columns of the log files, in order.
inline constexpr const char* kLogItem =
    "'requestid': {}, 'host': r._2, 'date': r._3, 'hourofday': CAST(r._4 AS INT), 'timezone': "
    "r._5, "
    "'method': r._6, 'url': r._7, 'responsecode': CAST(r._8 AS INT), 'bytessent': CAST(r._9 AS "
    "INT), "
    "'useragent': r._10";

class WorkshopTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(DataDirectory())) {
      GTEST_SKIP() << DataDirectory() << " is not there";
    }
    Open(":memory:");
  }

  void Open(const std::string& path) {
    connection_.reset();
    database_.reset();
    auto opened = Database::Open(path);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    database_ = std::move(*opened);
    connection_ = database_->Connect();
  }

  void TearDown() override {
    if (database_ == nullptr) return;
    for (const std::string& problem : database_->Check()) ADD_FAILURE() << problem;
    connection_.reset();
    database_.reset();
  }

  // Rows of a query or of RETURNING; a failure of the test if it fails.
  std::vector<Value> Rows(const std::string& statement, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(statement, std::move(parameters));
    if (!result.ok()) {
      ADD_FAILURE() << statement << "\n" << result.status().ToString();
      return {};
    }
    auto rows = (*result)->All();
    if (!rows.ok()) {
      ADD_FAILURE() << statement << "\n" << rows.status().ToString();
      return {};
    }
    stats_ = (*result)->stats();
    affected_ = (*result)->kind() == ResultKind::kChanged ? (*result)->affected() : 0;
    return std::move(*rows);
  }
  void Run(const std::string& statement, std::vector<Value> parameters = {}) {
    (void)Rows(statement, std::move(parameters));
  }
  uint64_t Affected(const std::string& statement, std::vector<Value> parameters = {}) {
    affected_ = 0;
    (void)Rows(statement, std::move(parameters));
    return affected_;
  }
  size_t Count(const std::string& statement, std::vector<Value> parameters = {}) {
    return Rows(statement, std::move(parameters)).size();
  }
  // The one row of a query as a literal, fields by name.
  std::string Row(const std::string& statement, std::vector<Value> parameters = {}) {
    const std::vector<Value> rows = Rows(statement, std::move(parameters));
    if (rows.size() != 1) return fmt::format("{} rows", rows.size());
    return shell::Canonical(rows[0]);
  }
  // Each row as a literal, in the order they came.
  std::vector<std::string> Literals(const std::string& statement, std::vector<Value> parameters = {}) {
    std::vector<std::string> out;
    for (const Value& row : Rows(statement, std::move(parameters))) out.push_back(shell::Canonical(row));
    return out;
  }
  // One number out of a query that gives one row with one field.
  int64_t Number(const std::string& statement, std::vector<Value> parameters = {}) {
    const std::vector<Value> rows = Rows(statement, std::move(parameters));
    if (rows.size() != 1) {
      ADD_FAILURE() << statement << ": " << rows.size() << " rows";
      return -1;
    }
    const Value row = rows[0].Materialize();
    const Value& v = row.is_struct() ? row.fields()[0].value : row;
    return v.is_exact() && v.number().FitsInt64() ? v.number().ToInt64() : -1;
  }
  // The exception's name; "OK".
  std::string Error(const std::string& statement, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(statement, std::move(parameters));
    if (!result.ok()) return std::string(result.status().ExceptionName());
    while ((*result)->Next()) {
    }
    return std::string((*result)->status().ExceptionName());
  }
  std::string Plan(const std::string& statement) {
    auto plan = shell::ObservePlan(connection_.get(), statement);
    return plan.ok() ? *plan : plan.status().ToString();
  }
  std::string Explain(const std::string& statement) {
    auto result = connection_->Execute("EXPLAIN " + statement);
    return result.ok() ? (*result)->text() : result.status().ToString();
  }

  // INSERT ... SELECT of one of the log files into `table`; put, so that equal keys replace.
  void LoadLog(const std::string& table, const std::string& file) {
    Run(fmt::format("REPLACE INTO {} SELECT VALUE {{{}}} FROM csv('{}/{}', {{'header': false}}) AS r", table,
                    fmt::format(fmt::runtime(kLogItem), "CAST(r._1 AS INT)"), DataDirectory(), file));
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  ExecutionStats stats_;
  uint64_t affected_ = 0;
};

}  // namespace parton

#endif  // PARTON_TESTS_WORKSHOP_WORKSHOP_SUPPORT_H_
