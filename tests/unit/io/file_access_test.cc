// FileAccess: which files statements may open.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "parton/database.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

class FileAccessTest : public ::testing::Test {
 protected:
  FileAccessTest() {
    std::string name = ::testing::TempDir() + "/file_access_XXXXXX";
    root_ = mkdtemp(name.data());
    for (const char* folder : {"in", "out", "inner", "elsewhere"}) fs::create_directory(root_ / folder);
    for (const char* file : {"in/a.csv", "elsewhere/a.csv"}) std::ofstream(root_ / file) << "id,n\n1,2\n";
    fs::create_directory_symlink(root_ / "elsewhere", root_ / "in/link");
    access_.all = false;
    access_.readable = {Path("in")};
    access_.writable = {Path("out") + "/"};
  }
  ~FileAccessTest() override { fs::remove_all(root_); }
  std::string Path(const std::string& name) const { return (root_ / name).string(); }

  fs::path root_;
  FileAccess access_;
};

TEST_F(FileAccessTest, DirectoriesAndWhatIsBelow) {
  EXPECT_TRUE(access_.MayRead(Path("in/a.csv")).ok());
  EXPECT_TRUE(access_.MayRead(Path("in")).ok());
  EXPECT_TRUE(access_.MayRead(Path("in/not/there/yet")).ok());
  EXPECT_TRUE(access_.MayRead(Path("out/b")).ok());
  EXPECT_TRUE(access_.MayWrite(Path("out/b")).ok());
  EXPECT_EQ(access_.MayWrite(Path("in/a.csv")).code(), StatusCode::kIoError);
  for (const char* path : {"inner/a", "elsewhere/a.csv", "in/../elsewhere/a.csv", "in/link/a.csv", "in/link/new", ""}) {
    EXPECT_EQ(access_.MayRead(Path(path)).code(), StatusCode::kIoError) << path;
  }
  EXPECT_FALSE(access_.MayRead("").ok());
  EXPECT_FALSE(access_.MayRead(std::string("a\0b", 3)).ok());
  EXPECT_FALSE(access_.MayRead(std::string(100000, 'x')).ok());
  EXPECT_TRUE(FileAccess().MayWrite("/anywhere").ok());
}

TEST_F(FileAccessTest, StatementsAndTheTriggersOfADatabase) {
  Options options;
  options.files = access_;
  auto db = Database::Open(Path("db"), options).value();
  auto c = db->Connect();
  ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (id STRING, PRIMARY KEY (id))").ok());
  const auto code = [&](const std::string& statement) {
    auto result = c->Execute(statement);
    if (!result.ok()) return result.status().code();
    while ((*result)->Next()) {
    }
    return (*result)->status().code();
  };
  EXPECT_EQ(code("COPY t FROM '" + Path("in/a.csv") + "'"), StatusCode::kOk);
  EXPECT_EQ(code("COPY t TO '" + Path("out/a.csv") + "'"), StatusCode::kOk);
  EXPECT_EQ(code("COPY t TO '" + Path("in/a.csv") + "'"), StatusCode::kIoError);
  EXPECT_EQ(code("SELECT * FROM csv('" + Path("in/link/a.csv") + "') AS x"), StatusCode::kIoError);
  EXPECT_EQ(code("BACKUP TO '" + Path("elsewhere/backup") + "'"), StatusCode::kIoError);
  EXPECT_FALSE(fs::exists(Path("elsewhere/backup")));
  // A statement cannot change it.
  EXPECT_NE(code("SET files = on"), StatusCode::kOk);
  // Requests go the same way.
  StatementOperation read;
  read.text = "SELECT * FROM csv('" + Path("elsewhere/a.csv") + "') AS x";
  auto batch = db->BatchExecuteStatement({read});
  EXPECT_TRUE(!batch.ok() || !(*batch)[0].status.ok());
}

}  // namespace
}  // namespace parton
