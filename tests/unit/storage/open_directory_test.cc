// A directory is open once, whatever it is called, and the lock holds until the database is closed.
#include "storage/local/recovery/open_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <leveldb/env.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "tests/unit/storage/store_test_util.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT
namespace fs = std::filesystem;

class OpenDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  static Result<std::unique_ptr<LocalStore>> Open(const std::string& path) {
    StoreOptions options;
    options.path = path;
    return OpenLocalStore(options);
  }
  // What `body` says in another process.
  static bool InAnotherProcess(const std::function<bool()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  // With the lock that LevelDB takes by itself, as earlier versions did.
  static bool LevelDbLocks(const std::string& path) {
    leveldb::FileLock* lock;
    return leveldb::Env::Default()->LockFile(path + "/LOCK", &lock).ok();
  }

  const fs::path folder_ = fs::temp_directory_path() / ("parton_directory_" + std::to_string(getpid()));
  fs::path before_;
};

TEST_F(OpenDirectoryTest, OneDirectoryIsOpenOnceByAnyName) {
  auto store = Open("d");
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  fs::create_directory_symlink("d", "link");
  fs::create_directory("sub");
  for (const std::string& name :
       {std::string("d"), std::string("./d"), std::string("d/"), std::string("d/."), std::string("sub/../d"),
        std::string("link"), (folder_ / "d").string(), std::string("/proc/self/cwd/d")}) {
    const Status s = Open(name).status();
    EXPECT_EQ(s.code(), StatusCode::kLocked) << name;
    EXPECT_NE(s.message().find("in this process already"), std::string::npos) << s.ToString();
  }
  store = Status::Internal("closed");
  EXPECT_TRUE(Open("link").ok());
}

TEST_F(OpenDirectoryTest, ClosingAnotherDescriptorOfTheLockKeepsIt) {
  auto store = Open("d");
  ASSERT_TRUE(store.ok());
  { std::ifstream read("d/LOCK"); }
  { std::ofstream written("d/LOCK"); }
  EXPECT_FALSE(InAnotherProcess([] { return LevelDbLocks("d"); }));
  store = Status::Internal("closed");
  EXPECT_TRUE(InAnotherProcess([] { return LevelDbLocks("d"); }));
}

TEST_F(OpenDirectoryTest, TheLockOfLevelDbItselfIsRespected) {
  ASSERT_TRUE(Open("d").ok());
  int ready[2], done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  char c = 'x';
  const pid_t child = fork();
  if (child == 0) {
    leveldb::FileLock* lock;
    if (!leveldb::Env::Default()->LockFile("d/LOCK", &lock).ok()) _exit(1);
    (void)!write(ready[1], &c, 1);
    (void)!read(done[0], &c, 1);
    _exit(0);
  }
  ASSERT_EQ(read(ready[0], &c, 1), 1);
  const Status s = Open("d").status();
  EXPECT_EQ(s.code(), StatusCode::kLocked);
  EXPECT_NE(s.message().find("another process"), std::string::npos) << s.ToString();
  ASSERT_EQ(write(done[1], &c, 1), 1);
  int status;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Open("d").ok());
  for (int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
}

TEST_F(OpenDirectoryTest, StaysWhereItIsWhenTheWorkingDirectoryChanges) {
  auto store = Open("d");
  ASSERT_TRUE(store.ok());
  fs::current_path("/");
  TablePtr t = Create(store->get(), Table("t"));
  Write(store->get(), Put(t, Item({{"pk", "a"}, {"sk", 1}})));
  store = Status::Internal("closed");
  store = Open((folder_ / "d").string());
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  EXPECT_EQ(Scan(store->get(), Spec((*store)->GetTable("t").value())).size(), 1u);
}

TEST_F(OpenDirectoryTest, FilesOfOpenDatabasesAreRefused) {
  EXPECT_TRUE(CheckFileUse("d/CURRENT", FileUse::kRead).ok());
  auto store = Open("d");
  ASSERT_TRUE(store.ok());
  fs::create_symlink("d/LOCK", "link");
  fs::create_symlink("d/new", "dangling");
  fs::create_directory_symlink("d", "other");
  fs::create_hard_link("d/CURRENT", "hard");
  fs::create_directory("elsewhere");
  std::ofstream("elsewhere/CURRENT") << "x";
  for (FileUse use : {FileUse::kRead, FileUse::kWrite}) {
    for (const char* path :
         {"d", "d/LOCK", "d/none", "./d/../d/CURRENT", "link", "dangling", "other/x", "hard", "d/sub/deep"}) {
      const Status s = CheckFileUse(path, use);
      EXPECT_EQ(s.code(), StatusCode::kIoError) << path;
      EXPECT_NE(s.message().find((folder_ / "d").string()), std::string::npos) << s.ToString();
    }
    for (const char* path : {"x", "elsewhere/CURRENT", "dd/x", "/dev/null", "/", ".", ""}) {
      EXPECT_TRUE(CheckFileUse(path, use).ok()) << path;
    }
  }
  store = Status::Internal("closed");
  EXPECT_TRUE(CheckFileUse("d/LOCK", FileUse::kRead).ok());
  EXPECT_FALSE(CheckFileUse("d/CURRENT", FileUse::kWrite).ok());
  EXPECT_FALSE(CheckFileUse("other/000003.log", FileUse::kWrite).ok());
  EXPECT_TRUE(CheckFileUse("d/notes.txt", FileUse::kWrite).ok());
}

TEST_F(OpenDirectoryTest, ALostCurrentIsDamage) {
  ASSERT_TRUE(Open("d").ok());
  fs::remove("d/CURRENT");
  const Status s = Open("d").status();
  EXPECT_EQ(s.code(), StatusCode::kCorruption) << s.ToString();
  EXPECT_NE(s.hint().find("--salvage"), std::string::npos) << s.hint();
}

}  // namespace
}  // namespace parton
