// Statements and the directories of open databases: their files are left alone, backups are private and whole.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

class DirectoryTest : public ExecutorTest {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    before_ = fs::current_path();
    fs::current_path(folder_);
    Reopen();
    Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1}");
  }
  void TearDown() override {
    connection_.reset();
    db_.reset();
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  void Reopen(const std::string& path = "d", bool read_only = false) {
    connection_.reset();
    db_.reset();
    Options options;
    options.read_only = read_only;
    auto db = Database::Open(path, options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
  }
  static mode_t Mode(const fs::path& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("parton_dirs_" + std::to_string(getpid()));
  fs::path before_;
};

TEST_F(DirectoryTest, ADatabaseIsNotRestoredFromItself) {
  fs::create_directory_symlink("d", "link");
  for (const char* path : {"d", "./d", "link", "d/"}) {
    const Status s = Error(fmt::format("RESTORE FROM '{}'", path));
    EXPECT_EQ(s.code(), StatusCode::kValidation) << s.ToString();
  }
  Run("INSERT INTO t VALUE {'a': 2}; INSERT INTO t VALUE {'a': 3}");
  Reopen();
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 3u);
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(DirectoryTest, StatementsLeaveTheFilesOfOpenDatabasesAlone) {
  std::ofstream("in.csv") << "a\n5\n";
  fs::create_hard_link("d/CURRENT", "hard");
  for (const char* text : {"SELECT COUNT(*) AS n FROM csv('d/LOCK') AS x", "SELECT * FROM json('./d/CURRENT') AS x",
                           "COPY t FROM 'd/LOCK' (FORMAT CSV)", "COPY t TO 'd/CURRENT' (FORMAT CSV)",
                           "COPY t TO 'd/new.csv'", "COPY t TO 'hard' (FORMAT CSV)",
                           "COPY t FROM 'in.csv' (ERRORS 'd/LOCK')", "BACKUP TO 'd/backup'", "BACKUP TO 'd'"}) {
    const Status s = Error(text);
    EXPECT_EQ(s.code(), StatusCode::kIoError) << text << ": " << s.ToString();
    EXPECT_NE(s.message().find("open database"), std::string::npos) << text << ": " << s.ToString();
  }
  Run("INSERT INTO t VALUE {'a': 7}");
  Reopen();
  EXPECT_EQ(Rows("SELECT * FROM t WHERE a = 7").size(), 1u);
  EXPECT_TRUE(db_->Check().empty());
  // Nor the files of one that is closed.
  Reopen(":memory:");
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a))");
  EXPECT_FALSE(Error("COPY t TO 'd/CURRENT' (FORMAT CSV)").ok());
}

TEST_F(DirectoryTest, WhatIsExportedFollowsNoLinksAndKeepsItsMode) {
  std::ofstream("victim") << "untouched";
  fs::create_symlink("victim", fmt::format("out.csv.part-{}", getpid()));
  std::ofstream("out.csv") << "secret";
  ASSERT_EQ(chmod("out.csv", 0600), 0);
  Run("COPY t TO 'out.csv'");
  EXPECT_EQ(Mode("out.csv"), 0600u);
  std::string text;
  std::getline(std::ifstream("victim") >> std::ws, text);
  EXPECT_EQ(text, "untouched");
  EXPECT_EQ(fs::file_size("victim"), 9u);
}

TEST_F(DirectoryTest, ABackupIsAsPrivateAsTheDatabase) {
  ASSERT_EQ(chmod("d", 0700), 0);
  Run("BACKUP TO 'b/'");
  EXPECT_EQ(Mode("b"), 0700u);
  for (const auto& f : fs::directory_iterator("b")) EXPECT_EQ(Mode(f.path()) & 077u, 0u) << f.path();
  ASSERT_EQ(chmod("d", 0755), 0);
  fs::create_directory("there");
  Run("BACKUP TO 'there'; BACKUP TO 'deep/er'");
  EXPECT_EQ(Mode("there"), 0755u);
  EXPECT_EQ(Mode("deep/er"), 0755u);
  Reopen("deep/er");
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 1u);
}

TEST_F(DirectoryTest, AnUnfinishedBackupIsNoDatabase) {
  Run("BACKUP TO 'b'");
  EXPECT_FALSE(fs::exists("b/BACKUP-UNFINISHED"));
  fs::create_directory("c");
  std::ofstream("c/BACKUP-UNFINISHED") << "";
  std::ofstream("b/BACKUP-UNFINISHED") << "";
  for (const char* path : {"b", "c"}) {
    for (bool read_only : {false, true}) {
      Options options;
      options.read_only = read_only;
      const Status s = Database::Open(path, options).status();
      EXPECT_EQ(s.code(), StatusCode::kOpenFailed);
      EXPECT_NE(s.message().find("did not get to its end"), std::string::npos) << s.ToString();
    }
    EXPECT_FALSE(Error(fmt::format("BACKUP TO '{}'", path)).ok());
  }
  Reopen("e");
  EXPECT_EQ(Error("RESTORE FROM 'b'").code(), StatusCode::kOpenFailed);
  fs::remove("b/BACKUP-UNFINISHED");
  Run("RESTORE FROM 'b'");
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 1u);
}

// A backup is only read: it may lie where nobody can write.
TEST_F(DirectoryTest, RestoringChangesNothingInTheBackup) {
  Run("BACKUP TO 'b'");
  std::map<std::string, fs::file_time_type> before;
  for (const auto& f : fs::directory_iterator("b")) before[f.path()] = f.last_write_time();
  Reopen("e");
  Run("RESTORE FROM 'b'");
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 1u);
  std::map<std::string, fs::file_time_type> after;
  for (const auto& f : fs::directory_iterator("b")) after[f.path()] = f.last_write_time();
  EXPECT_EQ(after, before);
}

TEST_F(DirectoryTest, ReadingLooksAtADatabaseThatIsInUse) {
  Options options;
  options.read_only = true;
  auto view = Database::Open("./d", options);
  ASSERT_TRUE(view.ok()) << view.status().ToString();
  auto c = (*view)->Connect();
  Run("INSERT INTO t VALUE {'a': 2}");
  EXPECT_EQ(c->Execute("SELECT * FROM t").value()->All().value().size(), 1u);
  EXPECT_EQ(c->Execute("INSERT INTO t VALUE {'a': 3}").status().code(), StatusCode::kReadOnly);
  auto later = Database::Open("d", options).value();
  EXPECT_EQ(later->Connect()->Execute("SELECT * FROM t").value()->All().value().size(), 2u);
}

}  // namespace
}  // namespace parton
