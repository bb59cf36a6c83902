#include "storage/local/recovery/zeroed_log_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "storage/local/recovery/log_file_env.h"
#include "storage/local/recovery/log_scan.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT
namespace fs = std::filesystem;

class ZeroedLogFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string Bytes(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path folder_ = fs::temp_directory_path() / ("parton_zeroed_" + std::to_string(getpid()));
};

TEST_F(ZeroedLogFileTest, HasZerosBehindItsEndUntilItIsClosed) {
  const fs::path path = folder_ / "1.log";
  leveldb::WritableFile* opened = nullptr;
  ASSERT_TRUE(NewZeroedLogFile(path, &opened).ok());
  std::unique_ptr<leveldb::WritableFile> file(opened);
  std::string written;
  for (int i = 0; i < 3000; ++i) {
    const std::string record(static_cast<size_t>(i % 300), static_cast<char>('a' + i % 26));
    written += record;
    ASSERT_TRUE(file->Append(record).ok());
    ASSERT_TRUE((i % 50 == 0 ? file->Sync() : file->Flush()).ok());
  }
  ASSERT_TRUE(file->Sync().ok());
  const std::string now = Bytes(path);
  ASSERT_GT(now.size(), written.size());
  EXPECT_EQ(now.substr(0, written.size()), written);
  EXPECT_EQ(now.find_first_not_of('\0', written.size()), std::string::npos);
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Bytes(path), written);
}

TEST_F(ZeroedLogFileTest, LargeCommitsAreWrittenOnce) {
  const fs::path path = folder_ / "1.log";
  leveldb::WritableFile* opened = nullptr;
  ASSERT_TRUE(NewZeroedLogFile(path, &opened).ok());
  std::unique_ptr<leveldb::WritableFile> file(opened);
  ASSERT_TRUE(file->Append(std::string(100'000, 'x')).ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(Bytes(path).size(), 100'000u);
}

TEST_F(ZeroedLogFileTest, ADatabaseThatWasNotClosedOpensWithAllCommits) {
  const fs::path live = folder_ / "live", copy = folder_ / "copy";
  StoreOptions options;
  options.path = live;
  {
    auto store = OpenLocalStore(options).value();
    TablePtr t = Create(store.get(), Table("t"));
    for (int i = 0; i < 50; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}})));
    fs::copy(live, copy, fs::copy_options::recursive);  // as a crash leaves it
  }
  bool zeros = false;
  for (const auto& file : fs::directory_iterator(copy)) {
    if (file.path().extension() != ".log") continue;
    const std::string bytes = Bytes(file.path());
    zeros = zeros || bytes.ends_with(std::string(1000, '\0'));
    const LogScan scan = ScanLog(bytes);
    EXPECT_TRUE(!scan.damaged || scan.zeros_ahead);
    EXPECT_FALSE(scan.begins_again);
  }
  EXPECT_TRUE(zeros);
  options.path = copy;
  auto store = OpenLocalStore(options);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  ExpectSound(store->get());
  EXPECT_EQ(Scan(store->get(), Spec((*store)->GetTable("t").value())).size(), 50u);
}

// Its zeros cannot be cut off: the next log takes nothing, so that nothing comes behind an end that is open.
TEST_F(ZeroedLogFileTest, ALogThatCannotBeClosedStopsTheNextOne) {
  const int sealed = memfd_create("log", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ASSERT_GE(sealed, 0);
  fs::create_symlink("/proc/self/fd/" + std::to_string(sealed), folder_ / "1.log");
  LogFileEnv env(leveldb::Env::Default(), false, true);
  leveldb::WritableFile *first = nullptr, *second = nullptr, *table = nullptr;
  ASSERT_TRUE(env.NewWritableFile(folder_ / "1.log", &first).ok());
  ASSERT_TRUE(first->Append("record").ok());
  ASSERT_TRUE(first->Sync().ok());
  ASSERT_TRUE(env.NewWritableFile(folder_ / "2.log", &second).ok());
  ASSERT_EQ(fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  delete first;  // as LevelDB does, without looking at the outcome
  EXPECT_FALSE(second->Append("record").ok());
  EXPECT_FALSE(second->Sync().ok());
  ASSERT_TRUE(env.NewWritableFile(folder_ / "3.ldb", &table).ok());
  EXPECT_TRUE(table->Append("other files go on").ok());
  delete second;
  delete table;
  close(sealed);
}

}  // namespace
}  // namespace parton
