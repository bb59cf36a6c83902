// Opening for reading only: nothing is written, and what another one writes meanwhile does no harm.
#include "storage/local/recovery/frozen_env.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

#include "tests/unit/storage/store_test_util.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT
namespace fs = std::filesystem;

class FrozenEnvTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  Result<std::unique_ptr<LocalStore>> Open(bool read_only, size_t write_buffer = 64 << 10) const {
    StoreOptions options;
    options.path = folder_;
    options.read_only = read_only;
    options.durable = false;
    options.write_buffer_bytes = write_buffer;
    return OpenLocalStore(options);
  }
  static void Fill(LocalStore* store, int from, int to) {
    TablePtr t = store->GetTable("t").value();
    for (int i = from; i < to; ++i) {
      Write(store, Put(t, Item({{"pk", "a"}, {"sk", i}, {"v", std::string(300, static_cast<char>('a' + i % 26))}})));
    }
  }
  static size_t Count(LocalStore* store) { return Scan(store, Spec(store->GetTable("t").value())).size(); }
  // All files with their bytes and times.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& f : fs::directory_iterator(folder_)) {
      std::ifstream in(f.path(), std::ios::binary);
      struct stat info {};
      stat(f.path().c_str(), &info);
      files[f.path().filename()] = std::string(std::istreambuf_iterator<char>(in), {}) + "@" +
                                   std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
    }
    return files;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("parton_frozen_" + std::to_string(getpid()));
};

TEST_F(FrozenEnvTest, NothingIsWritten) {
  {
    auto store = Open(false).value();
    Create(store.get(), Table("t", true, {Index("gix", Attribute("v", KeyType::kString))}));
    Fill(store.get(), 0, 1500);
  }
  // Half a record behind, as a crash leaves it.
  fs::path log;
  for (const auto& f : fs::directory_iterator(folder_)) {
    if (f.path().extension() == ".log") log = std::max(log, f.path());
  }
  std::ofstream(log, std::ios::app) << "half a rec";
  const auto before = Files();
  for (int round = 0; round < 3; ++round) {
    auto store = Open(true);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    EXPECT_EQ(Count(store->get()), 1500u);
    ExpectSound(store->get());
    EXPECT_EQ((*store)->CreateTable(Table("ttt")).status().code(), StatusCode::kReadOnly);
  }
  EXPECT_EQ(Files(), before);
  EXPECT_EQ(Count(Open(false).value().get()), 1500u);
}

TEST_F(FrozenEnvTest, ShowsWhatThereWasWhenItWasOpened) {
  auto writer = Open(false).value();
  Create(writer.get(), Table("t"));
  Fill(writer.get(), 0, 700);
  auto first = Open(true).value();
  // Enough for compactions to take the files away that the first view reads.
  Fill(writer.get(), 0, 3000);
  auto second = Open(true).value();
  EXPECT_EQ(Count(first.get()), 700u);
  EXPECT_EQ(Count(second.get()), 3000u);
  ExpectSound(first.get());
  writer.reset();
  fs::remove_all(folder_);
  EXPECT_EQ(Count(first.get()), 700u);
  ExpectSound(second.get());
}

// Items come in order: a view holds a beginning of them, with all that were there before it was opened.
TEST_F(FrozenEnvTest, IsConsistentWhileAnotherWrites) {
  auto writer = Open(false, 32 << 10).value();
  Create(writer.get(), Table("t"));
  std::atomic<int> written{0};
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    for (int i = 0; !stop.load(); ++i) {
      Fill(writer.get(), i, i + 1);
      written.store(i + 1);
    }
  });
  for (int round = 0; round < 25; ++round) {
    const int before = written.load();
    auto view = Open(true);
    const int after = written.load() + 1;
    ASSERT_TRUE(view.ok()) << view.status().ToString();
    std::vector<Value> items = Scan(view->get(), Spec((*view)->GetTable("t").value()));
    ASSERT_GE(static_cast<int>(items.size()), before);
    ASSERT_LE(static_cast<int>(items.size()), after);
    for (size_t i = 0; i < items.size(); ++i) ASSERT_EQ(items[i].Get("sk").int_value(), static_cast<int64_t>(i));
  }
  stop.store(true);
  thread.join();
}

TEST_F(FrozenEnvTest, DamageIsRefusedAsElsewhere) {
  {
    auto store = Open(false).value();
    Create(store.get(), Table("t"));
    Fill(store.get(), 0, 1500);
  }
  for (const auto& f : fs::directory_iterator(folder_)) {
    if (f.path().extension() == ".ldb") {
      fs::remove(f.path());
      break;
    }
  }
  EXPECT_EQ(Open(true).status().code(), StatusCode::kCorruption);
  fs::remove(folder_ / "CURRENT");
  EXPECT_EQ(Open(true).status().code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace parton
