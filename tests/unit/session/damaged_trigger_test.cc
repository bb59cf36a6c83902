// A trigger whose record is damaged keeps neither the database nor other triggers from working; it can be dropped.
#include <gtest/gtest.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include "session/open_database.h"
#include "storage/local/bytes/key_layout.h"

namespace parton {
namespace {

class DamagedTriggerTest : public ::testing::Test {
 protected:
  DamagedTriggerTest() : env_(leveldb::NewMemEnv(leveldb::Env::Default())) {}

  void Open() {
    Options options;
    options.background = false;
    auto db = OpenDatabase("/db", options, env_.get());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
  }
  void Close() {
    connection_.reset();
    db_.reset();
  }
  Status Run(const std::string& text) { return connection_->ExecuteScript(text); }
  std::string One(const std::string& query) {
    auto rows = connection_->Execute(query).value()->All().value();
    return rows.size() == 1 ? rows[0].ToLiteral() : std::to_string(rows.size()) + " rows";
  }

  std::unique_ptr<leveldb::Env> env_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(DamagedTriggerTest, IsNamedAndDropped) {
  Open();
  ASSERT_TRUE(Run("CREATE TABLE src (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'new image');"
                  "CREATE TABLE one (a NUMBER, PRIMARY KEY (a)); CREATE TABLE two (a NUMBER, PRIMARY KEY (a));"
                  "CREATE TRIGGER first ON src AS INSERT INTO one SELECT VALUE r.NewImage FROM records AS r;"
                  "CREATE TRIGGER second ON src AS INSERT INTO two SELECT VALUE r.NewImage FROM records AS r")
                  .ok());
  Close();
  {
    leveldb::Options options;
    options.env = env_.get();
    leveldb::DB* opened;
    ASSERT_TRUE(leveldb::DB::Open(options, "/db", &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, NamedKey(KeySpace::kTrigger, "first"), "\x01").ok());
  }
  Open();
  ASSERT_TRUE(Run("INSERT INTO src VALUE {'a': 1}").ok());
  EXPECT_TRUE(db_->Settle().ok());
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM two AS t"), "1");
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM one AS t"), "0");
  ASSERT_EQ(db_->Check().size(), 1u);
  EXPECT_NE(db_->Check()[0].find("trigger first"), std::string::npos) << db_->Check()[0];
  const Status resume = Run("ALTER TRIGGER first RESUME");
  EXPECT_EQ(resume.code(), StatusCode::kCorruption);
  EXPECT_NE(resume.hint().find("DROP TRIGGER"), std::string::npos);
  EXPECT_TRUE(Run("DROP TRIGGER first").ok());
  EXPECT_TRUE(db_->Check().empty());
}

}  // namespace
}  // namespace parton
