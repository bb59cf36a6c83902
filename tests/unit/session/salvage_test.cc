// Damaged databases that cannot be opened, or not read, and what Salvage makes of them.
#include <gtest/gtest.h>
#include <leveldb/db.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "parton/database.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

class SalvageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("parton_salvage_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Options options;
    options.durable = false;
    auto db = std::move(Database::Open(Old(), options).value());
    auto c = db->Connect();
    Run(c.get(), "CREATE TABLE t (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_n (n NUMBER))");
    for (int i = 0; i < 200; ++i) {
      Run(c.get(), "INSERT INTO t VALUE {'id': ?, 'n': ?, 'name_" + std::to_string(i / 50) + "': 'x'}", {i, i % 7});
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Old() const { return (folder_ / "old").string(); }
  std::string New() const { return (folder_ / "new").string(); }
  static void Run(Connection* c, const std::string& text, std::vector<Value> parameters = {}) {
    auto r = c->Execute(text, std::move(parameters));
    ASSERT_TRUE(r.ok()) << r.status().ToString();
  }
  // Changes the file of the old database whose name has `part`.
  void Damage(const std::string& part, const std::function<void(std::string*)>& change) {
    for (const auto& file : fs::directory_iterator(Old())) {
      if (file.path().filename().string().find(part) == std::string::npos) continue;
      std::ifstream in(file.path(), std::ios::binary);
      std::string bytes(std::istreambuf_iterator<char>(in), {});
      in.close();
      change(&bytes);
      std::ofstream(file.path(), std::ios::binary) << bytes;
      return;
    }
    FAIL() << "no file " << part;
  }
  // Removes a file of the old database whose name has `part`; its name.
  std::string Remove(const std::string& part) {
    for (const auto& file : fs::directory_iterator(Old())) {
      const std::string name = file.path().filename().string();
      if (name.find(part) == std::string::npos) continue;
      fs::remove(file.path());
      return name;
    }
    ADD_FAILURE() << "no file " << part;
    return "";
  }
  // Everything from the log goes to a table file with small blocks.
  void MoveToTableFiles() {
    leveldb::Options options;
    options.block_size = 512;
    options.compression = leveldb::kNoCompression;
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(options, Old(), &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    db->CompactRange(nullptr, nullptr);
  }
  // The number of items in the copy, all of which is sound.
  int64_t Count() {
    auto db = Database::Open(New());
    EXPECT_TRUE(db.ok()) << db.status().ToString();
    if (!db.ok()) return -1;
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
    auto c = (*db)->Connect();
    auto by_index = c->Execute("SELECT VALUE COUNT(*) FROM t WHERE n IN (0, 1, 2, 3, 4, 5, 6)");
    auto by_scan = c->Execute("SELECT VALUE COUNT(*) FROM t");
    EXPECT_TRUE((*by_index)->Next() && (*by_scan)->Next());
    EXPECT_EQ((*by_index)->row().int_value(), (*by_scan)->row().int_value());
    Run(c.get(), "INSERT INTO t VALUE {'id': 1000, 'n': 1}");
    return (*by_scan)->row().int_value();
  }
  Status OpenOld() { return Database::Open(Old()).status(); }

  fs::path folder_;
};

TEST_F(SalvageTest, AManifestThatIsGarbage) {
  Damage("MANIFEST", [](std::string* bytes) { std::fill(bytes->begin(), bytes->end(), 'g'); });
  const Status refused = OpenOld();
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_NE(refused.hint().find("--salvage"), std::string::npos) << refused.hint();
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_EQ(Count(), 200);
  EXPECT_FALSE(OpenOld().ok()) << "the old one is not changed";
}

TEST_F(SalvageTest, AManifestThatLostAllButItsFirstRecord) {
  // Opening makes a table file of the log. The first record of the MANIFEST is of the tables before.
  ASSERT_TRUE(OpenOld().ok());
  for (const bool whole : {true, false}) {
    Damage("MANIFEST", [&](std::string* bytes) {
      const size_t first = 7 + (static_cast<uint8_t>((*bytes)[4]) | static_cast<uint8_t>((*bytes)[5]) << 8);
      ASSERT_LT(first, bytes->size());
      whole ? static_cast<void>(bytes->back() ^= 1) : bytes->resize(first);
    });
    const Status refused = OpenOld();
    EXPECT_EQ(refused.code(), StatusCode::kCorruption) << refused.ToString();
    EXPECT_NE(refused.hint().find("--salvage"), std::string::npos) << refused.hint();
    auto lost = Database::Salvage(Old(), New());
    ASSERT_TRUE(lost.ok()) << lost.status().ToString();
    ASSERT_FALSE(lost->empty());
    EXPECT_NE(lost->front().find("MANIFEST"), std::string::npos) << lost->front();
    EXPECT_EQ(Count(), 200);
    fs::remove_all(New());
  }
}

TEST_F(SalvageTest, ABadRecordInTheMiddleOfALog) {
  Damage(".log", [](std::string* bytes) { (*bytes)[bytes->size() / 2] ^= 1; });
  EXPECT_EQ(OpenOld().code(), StatusCode::kCorruption);
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_FALSE(lost->empty());
  const int64_t left = Count();
  EXPECT_GT(left, 50);
  EXPECT_LT(left, 200);
}

TEST_F(SalvageTest, ANameThatIsLostGetsAnother) {
  // The record with the 51st item brings a new name.
  Damage(".log", [](std::string* bytes) {
    const size_t at = bytes->find("name_1");
    ASSERT_NE(at, std::string::npos);
    (*bytes)[at] ^= 1;
  });
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_TRUE(std::any_of(lost->begin(), lost->end(),
                          [](const std::string& l) { return l.find("lost_name_") != std::string::npos; }));
  EXPECT_EQ(Count(), 199);
}

bool Says(const Result<std::vector<std::string>>& lost, const std::string& text) {
  if (!lost.ok()) return false;
  for (const std::string& line : *lost) {
    if (line.find(text) != std::string::npos) return true;
  }
  for (const std::string& line : *lost) std::fprintf(stderr, "  %s\n", line.c_str());
  return false;
}

TEST_F(SalvageTest, AMissingLogIsReported) {
  Remove(".log");
  EXPECT_FALSE(OpenOld().ok());
  auto lost = Database::Salvage(Old(), New());
  EXPECT_TRUE(Says(lost, "holds no data of a database") || lost.status().code() == StatusCode::kOpenFailed);
}

TEST_F(SalvageTest, AMissingTableFileIsReportedWithItsKeys) {
  MoveToTableFiles();
  const std::string name = Remove(".ldb");
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_TRUE(Says(lost, name + ": the file is missing"));
}

TEST_F(SalvageTest, AMissingLogBesideTableFiles) {
  MoveToTableFiles();
  Remove(".log");
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_TRUE(Says(lost, "is missing, with the last commits"));
  EXPECT_EQ(Count(), 200);
}

TEST_F(SalvageTest, TheRecordOfTheFormatIsNotTheEnd) {
  {
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open({}, Old(), &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    ASSERT_TRUE(db->Delete({}, std::string("\0format", 7)).ok());
  }
  EXPECT_FALSE(OpenOld().ok());
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_TRUE(Says(lost, "the record of the format is lost"));
  EXPECT_EQ(Count(), 200);
}

TEST_F(SalvageTest, OneDamagedBlockCostsItsKeysOnly) {
  MoveToTableFiles();
  // Items come before index entries.
  Damage(".ldb", [](std::string* bytes) { (*bytes)[bytes->size() / 4] ^= 1; });
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_TRUE(Says(lost, "cannot be read: table t, items from ("));
  const int64_t left = Count();
  EXPECT_GT(left, 100);
  EXPECT_LT(left, 200);
}

// What a user stored may look like a piece of a log: a record that is lost must not bring it to life.
TEST_F(SalvageTest, AValueThatLooksLikeALogIsNone) {
  std::string log;
  for (const auto& file : fs::directory_iterator(Old())) {
    if (file.path().extension() != ".log") continue;
    std::ifstream in(file.path(), std::ios::binary);
    log.assign(std::istreambuf_iterator<char>(in), {});
  }
  ASSERT_FALSE(log.empty());
  {
    Options options;
    options.durable = false;
    auto db = std::move(Database::Open(Old(), options).value());
    auto c = db->Connect();
    Run(c.get(), "DELETE FROM t WHERE id = 100");
    Run(c.get(), "INSERT INTO t VALUE {'id': 5000, 'n': 1, 'log': ?}", {Value::Blob(log.substr(0, 20000))});
    Run(c.get(), "INSERT INTO t VALUE {'id': 5001, 'n': 1}");
  }
  Damage(".log", [](std::string* bytes) {
    const size_t at = bytes->find("log", 100);
    ASSERT_NE(at, std::string::npos);
    (*bytes)[at] ^= 1;
  });
  auto lost = Database::Salvage(Old(), New());
  ASSERT_TRUE(lost.ok()) << lost.status().ToString();
  EXPECT_FALSE(lost->empty());
  auto db = Database::Open(New());
  ASSERT_TRUE(db.ok());
  auto c = (*db)->Connect();
  auto old = c->Execute("SELECT VALUE t FROM t AS t WHERE id = 100");
  EXPECT_FALSE((*old)->Next()) << "it was deleted";
}

TEST_F(SalvageTest, BadCalls) {
  auto open = std::move(Database::Open(Old()).value());
  EXPECT_EQ(Database::Salvage(Old(), New()).status().code(), StatusCode::kLocked);
  EXPECT_FALSE(fs::exists(New()));
  open.reset();
  EXPECT_EQ(Database::Salvage(Old(), Old()).status().code(), StatusCode::kOpenFailed);
  EXPECT_EQ(Database::Salvage((folder_ / "none").string(), New()).status().code(), StatusCode::kOpenFailed);
  fs::create_directories(folder_ / "empty");
  EXPECT_EQ(Database::Salvage((folder_ / "empty").string(), New()).status().code(), StatusCode::kOpenFailed);
  EXPECT_FALSE(fs::exists(New()));
  auto sound = Database::Salvage(Old(), New());
  ASSERT_TRUE(sound.ok()) << sound.status().ToString();
  EXPECT_TRUE(sound->empty()) << sound->front();
  EXPECT_EQ(Count(), 200);
}

}  // namespace
}  // namespace parton
