// IMPORT of a data model when the power goes: after each point of death all of its tables are there, or none.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "session/open_database.h"
#include "tests/crash/fault_env.h"
#include "tests/crash/statements.h"

namespace parton::crash {
namespace {

constexpr int kTables = 3;

std::string Model() {
  std::string tables;
  for (int t = 0; t < kTables; ++t) {
    tables += fmt::format(
        R"({}{{"TableName": "t{}", "KeyAttributes": {{"PartitionKey": {{"AttributeName": "id", "AttributeType": "S"}}}},
             "TableData": [{{"id": {{"S": "a"}}}}, {{"id": {{"S": "b"}}}}]}})",
        t == 0 ? "" : ",", t);
  }
  return R"({"DataModel": [)" + tables + "]}";
}

class ImportCrash : public ::testing::Test {
 protected:
  ImportCrash() : path_(fmt::format("{}/model_{}.json", ::testing::TempDir(), getpid())) {
    std::ofstream(path_) << Model();
    statement_ = fmt::format("IMPORT FROM '{}'", path_);
  }
  ~ImportCrash() override { std::filesystem::remove(path_); }

  static Result<std::unique_ptr<Database>> Open(FaultEnv* env) {
    Options options;
    options.background = false;
    options.write_buffer_bytes = 64 << 10;
    options.cache_bytes = 1 << 20;
    return OpenDatabase("/db", options, env);
  }
  // Whether the import was acknowledged.
  bool Import(FaultEnv* env) const {
    auto db = Open(env);
    return db.ok() && RunStatement((*db)->Connect().get(), statement_).ok();
  }
  void Verify(FaultEnv* env, bool acknowledged, const std::string& when) const {
    auto opened = Open(env);
    ASSERT_TRUE(opened.ok()) << when << ": " << opened.status().ToString();
    auto& db = *opened;
    for (const std::string& problem : db->Check()) ADD_FAILURE() << when << ": " << problem;
    auto c = db->Connect();
    const size_t tables = db->TableNames().size();
    if (acknowledged) {
      EXPECT_EQ(tables, static_cast<size_t>(kTables)) << when;
    }
    if (tables == 0) {
      EXPECT_TRUE(RunStatement(c.get(), statement_).ok()) << when;
    }
    ASSERT_EQ(db->TableNames().size(), static_cast<size_t>(kTables)) << when;
    for (const std::string& table : db->TableNames()) {
      EXPECT_EQ(OneInteger(c.get(), "SELECT VALUE COUNT(*) FROM " + table + " AS t", -1), 2) << when;
      auto shown = c->Execute("SHOW CREATE TABLE " + table);
      ASSERT_TRUE(shown.ok());
      EXPECT_EQ((*shown)->text().find("import"), std::string::npos) << (*shown)->text();
    }
  }

  std::string path_;
  std::string statement_;
};

TEST_F(ImportCrash, AllTablesOrNone) {
  int64_t operations;
  {
    FaultEnv env;
    ASSERT_TRUE(Import(&env));
    operations = env.operations();
  }
  ASSERT_GT(operations, 10);
  const int step = std::getenv("PARTON_FULL") != nullptr ? 1 : 2;
  for (Unsynced what : {Unsynced::kDrop, Unsynced::kKeep, Unsynced::kTear}) {
    for (int64_t at = 1 + static_cast<int>(what) % step; at <= operations; at += step) {
      FaultEnv env;
      env.DieAt(at);
      const bool acknowledged = Import(&env);
      env.PowerLoss(what, static_cast<uint32_t>(at));
      Verify(&env, acknowledged, fmt::format("died at {}, unsynced {}", at, static_cast<int>(what)));
      if (HasFailure()) return;
    }
  }
}

// An error of the disk: the statement undoes what it made, or the next opening does.
TEST_F(ImportCrash, IoErrors) {
  for (int64_t at = 5; at < 80; at += std::getenv("PARTON_FULL") != nullptr ? 1 : 3) {
    FaultEnv env;
    env.FailAt(at, 2);
    const bool acknowledged = Import(&env);
    env.PowerLoss(Unsynced::kKeep, 1);
    Verify(&env, acknowledged, fmt::format("failed at {}", at));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace parton::crash
