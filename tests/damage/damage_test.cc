// Databases with damaged files. What Salvage and REPAIR give back was written once, what is missing is reported, the
// result is sound, and nothing ends the process.
//
// PARTON_RANDOM_SEEDS: how many databases. PARTON_RANDOM_SEED: only this one.
#include "tests/damage/damage.h"

#include <fmt/ranges.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <unistd.h>

#include "storage/local/recovery/log_scan.h"
#include "storage/local/recovery/manifest.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

constexpr int kDamagesOfASeed = 40;

class DamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("parton_damage_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  template <typename Fn>
  void ForEachSeed(Fn fn, int damages = kDamagesOfASeed) {
    const char* only = std::getenv("PARTON_RANDOM_SEED");
    const int seeds = SeedsToRun(2);
    for (int i = 0; i < (only != nullptr ? 1 : seeds); ++i) {
      const unsigned seed = only != nullptr ? static_cast<unsigned>(std::atoi(only)) : static_cast<unsigned>(i);
      SCOPED_TRACE("PARTON_RANDOM_SEED=" + std::to_string(seed));
      const std::string sound = (folder_ / ("sound_" + std::to_string(seed))).string();
      const History history(sound, seed);
      std::mt19937 random(seed + 1000);
      for (int n = 0; n < damages && !HasFailure(); ++n) fn(history, sound, &random);
      fs::remove_all(sound);
    }
  }

  std::string CopyOf(const std::string& sound) const {
    const std::string copy = (folder_ / "copy").string();
    fs::remove_all(copy);
    fs::copy(sound, copy);
    return copy;
  }

  // Each item was written once. Returns whether any is missing, and whether any is not the latest.
  static void Compare(const History& history, const Content& content, bool names_lost, bool* missing, bool* stale) {
    for (const auto& [key, item] : content) {
      if (names_lost) continue;
      EXPECT_TRUE(history.WasThere(key, item)) << key << ": " << item;
      const auto now = history.now().find(key);
      if (now == history.now().end() || now->second != item) *stale = true;
    }
    for (const auto& [key, item] : history.now()) {
      if (!content.contains(key)) *missing = true;
    }
  }

  // It is sound, can be written to and compacted as a whole, also when it is opened again.
  static void ExpectHealthy(const std::string& directory) {
    for (int round = 0; round < 2; ++round) {
      auto db = Database::Open(directory, History::SmallFiles());
      ASSERT_TRUE(db.ok()) << db.status().ToString();
      for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
      auto c = (*db)->Connect();
      const auto made = c->Execute("CREATE TABLE IF NOT EXISTS written_later (a NUMBER, PRIMARY KEY (a))");
      ASSERT_TRUE(made.ok()) << made.status().ToString();
      const auto written = c->Execute("REPLACE INTO written_later VALUE {'a': 1}");
      ASSERT_TRUE(written.ok()) << written.status().ToString();
      c.reset();
      db->reset();
      CompactEverything(directory);
    }
  }

  static void CompactEverything(const std::string& directory) {
    const std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
    leveldb::Options options;
    options.paranoid_checks = true;
    options.filter_policy = filter.get();
    leveldb::DB* opened = nullptr;
    const leveldb::Status s = leveldb::DB::Open(options, directory, &opened);
    ASSERT_TRUE(s.ok()) << s.ToString();
    const std::unique_ptr<leveldb::DB> db(opened);
    db->CompactRange(nullptr, nullptr);
    const leveldb::Status written = db->Delete({}, "\xff");
    EXPECT_TRUE(written.ok()) << written.ToString();
  }

  fs::path folder_;
};

bool Mentions(const std::vector<std::string>& lines, std::initializer_list<const char*> texts) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return std::any_of(texts.begin(), texts.end(), [&](const char* t) { return line.find(t) != std::string::npos; });
  });
}

TEST_F(DamageTest, SalvageGivesWhatWasWritten) {
  int lossless = 0, reported = 0;
  ForEachSeed([&](const History& history, const std::string& sound, std::mt19937* random) {
    const std::string damaged = CopyOf(sound), saved = (folder_ / "saved").string();
    fs::remove_all(saved);
    std::string all;
    for (unsigned i = 0; i < 1 + (*random)() % 2; ++i) {
      const std::vector<fs::path> files = DataFiles(damaged);
      std::string what;
      (void)DamageFile(files[(*random)() % files.size()], kAllDamage[(*random)() % std::size(kAllDamage)], random,
                       &what);
      all += what + "; ";
    }
    SCOPED_TRACE(all);
    const auto report = Database::Salvage(damaged, saved);
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    std::string lines;
    for (const std::string& line : *report) lines += line + "\n";
    SCOPED_TRACE(lines);
    auto db = Database::Open(saved, History::SmallFiles());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    const Content content = ReadContent(db->get());
    db->reset();
    bool missing = false, stale = false;
    Compare(history, content, Mentions(*report, {"lost_name_", "lost_table_"}), &missing, &stale);
    // A log that ends early, at the end of a record, is that of a shorter history.
    if (missing || stale) {
      EXPECT_TRUE(!report->empty() || history.IsPrefix(content));
    }
    if (stale && !history.IsPrefix(content)) {
      EXPECT_TRUE(Mentions(*report,
                           {"may have been changed", "what they changed", "MANIFEST", "the last commits are missing"}));
    }
    EXPECT_FALSE(Mentions(*report, {"still wrong"}));
    ++(missing || stale ? reported : lossless);
    ExpectHealthy(saved);
  });
  fmt::print("{} without a loss, {} with one\n", lossless, reported);
}

// The log's first commits are gone without a trace, the later ones are in a log of their own: LevelDB began it before
// the first one was in a table.
TEST_F(DamageTest, SalvageReportsALogThatIsEmptyBeforeAnother) {
  for (const bool zeros : {false, true}) {
    const std::string damaged = (folder_ / "damaged").string(), saved = (folder_ / "saved").string();
    fs::remove_all(damaged);
    fs::remove_all(saved);
    {
      auto db = Database::Open(damaged, History::SmallFiles(true));
      ASSERT_TRUE(db.ok()) << db.status().ToString();
      auto c = (*db)->Connect();
      ASSERT_TRUE(c->Execute("CREATE TABLE t (a NUMBER, PRIMARY KEY (a))").ok());
      for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 10; ++i) {
          ASSERT_TRUE(c->Execute(fmt::format("REPLACE INTO t VALUE {{'a': {}, 'round': {}}}", i, round)).ok());
        }
        c.reset();
        db->reset();
        db = Database::Open(damaged, History::SmallFiles(true));
        ASSERT_TRUE(db.ok()) << db.status().ToString();
        c = (*db)->Connect();
      }
      for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(c->Execute(fmt::format("REPLACE INTO t VALUE {{'a': {}, 'round': {}}}", i, i < 5 ? 2 : 3)).ok());
      }
    }
    std::vector<fs::path> files = DataFiles(damaged);
    std::erase_if(files, [](const fs::path& f) { return f.extension() != ".log" || fs::file_size(f) == 0; });
    ASSERT_FALSE(files.empty());
    const std::string bytes = ReadFile(files.back());
    ASSERT_LT(bytes.size(), 32768U);
    // Records lie one behind the other; half of them go on.
    size_t at = 0;
    for (int records = 0; records < 5; ++records) {
      ASSERT_LT(at + 7, bytes.size());
      at += 7 + static_cast<uint8_t>(bytes[at + 4]) + (static_cast<uint8_t>(bytes[at + 5]) << 8);
    }
    WriteFile(fs::path(damaged) / "009999.log", bytes.substr(at));
    WriteFile(files.back(), zeros ? std::string(175, '\0') : std::string());
    const auto report = Database::Salvage(damaged, saved);
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_TRUE(Mentions(*report, {"what they changed"})) << fmt::format("{}", fmt::join(*report, "\n"));
  }
}

// Whether the database consists of this table file, too. Others are left over from what did not get to its end.
bool IsLive(const fs::path& table) {
  std::string current = ReadFile(table.parent_path() / "CURRENT");
  current.pop_back();
  std::vector<std::string> records;
  (void)ScanLog(ReadFile(table.parent_path() / current), &records, LogKind::kManifest);
  Manifest manifest;
  for (const std::string& record : records) EXPECT_TRUE(manifest.Apply(record));
  return manifest.tables.contains(NumberOfFile(table.filename().string(), ".ldb"));
}

// The lines of REPAIR DATABASE, run again after opening again if it asks for that.
std::vector<std::string> RunRepair(const std::string& directory) {
  std::vector<std::string> lines;
  for (int round = 0; round < 3; ++round) {
    auto db = Database::Open(directory, History::SmallFiles());
    EXPECT_TRUE(db.ok()) << db.status().ToString();
    if (!db.ok()) return lines;
    auto c = (*db)->Connect();
    auto result = c->Execute("REPAIR DATABASE");
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (!result.ok()) return lines;
    bool again = false;
    while ((*result)->Next()) {
      lines.emplace_back((*result)->row().Get("repair").bytes());
      again = again || lines.back().find("open it again") != std::string::npos;
    }
    if (!again) {
      for (const std::string& line : lines) EXPECT_EQ(line.find("still wrong"), std::string::npos) << line;
      return lines;
    }
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [](const std::string& l) { return l.find("still wrong") != std::string::npos; }),
                lines.end());
  }
  ADD_FAILURE() << "REPAIR does not come to an end";
  return lines;
}

TEST_F(DamageTest, RepairMakesItUsable) {
  int refused = 0, lossless = 0, reported = 0;
  ForEachSeed([&](const History& history, const std::string& sound, std::mt19937* random) {
    const std::string damaged = CopyOf(sound);
    std::vector<fs::path> files = DataFiles(damaged);
    // Mostly tables: REPAIR is for them.
    const bool of_a_table = (*random)() % 4 != 0;
    std::erase_if(files, [&](const fs::path& f) { return (f.extension() == ".ldb") != of_a_table; });
    ASSERT_FALSE(files.empty());
    const fs::path file = files[(*random)() % files.size()];
    const bool of_a_log = file.extension() == ".log", live = of_a_table && IsLive(file);
    std::string what;
    const bool changed = DamageFile(file, kAllDamage[(*random)() % std::size(kAllDamage)], random, &what);
    SCOPED_TRACE(what);
    {
      auto db = Database::Open(damaged, History::SmallFiles());
      if (!db.ok()) {
        // What a database needs to be opened is lost.
        EXPECT_EQ(db.status().code(), StatusCode::kCorruption) << db.status().ToString();
        EXPECT_NE(db.status().hint().find("--salvage"), std::string::npos);
        ++refused;
        return;
      }
      const bool told = !(*db)->Check().empty();
      db->reset();
      // A compaction reads the entries, and not what finds them; then the file is in use no more.
      EXPECT_TRUE(told || !changed || !live || !IsLive(file));
    }
    const std::vector<std::string> report = RunRepair(damaged);
    std::string lines;
    for (const std::string& line : report) lines += line + "\n";
    SCOPED_TRACE(lines);
    auto db = Database::Open(damaged, History::SmallFiles());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    const Content content = ReadContent(db->get());
    db->reset();
    bool missing = false, stale = false;
    Compare(history, content, false, &missing, &stale);
    // Of a log, the end may be cut off, as after a crash.
    if (!of_a_log || !history.IsPrefix(content)) {
      EXPECT_TRUE(!(missing || stale) || Mentions(report, {"was taken out"}));
      EXPECT_TRUE(!stale || Mentions(report, {"may be older"}));
    }
    ++(missing || stale ? reported : lossless);
    ExpectHealthy(damaged);
  });
  fmt::print("{} could not be opened, {} without a loss, {} with one\n", refused, lossless, reported);
}

// The other files, damaged while the database is open, which has in memory what they hold: REPAIR writes a log again,
// and says what it cannot mend.
TEST_F(DamageTest, RepairWhileOpen) {
  int mended = 0, told = 0;
  ForEachSeed(
      [&](const History&, const std::string& sound, std::mt19937* random) {
        const std::string damaged = CopyOf(sound), backup = (folder_ / "backup").string();
        fs::remove_all(backup);
        auto db = Database::Open(damaged, History::SmallFiles());
        ASSERT_TRUE(db.ok()) << db.status().ToString();
        auto c = (*db)->Connect();
        for (int i = 0; i < 5; ++i) {
          ASSERT_TRUE(c->Execute(fmt::format("REPLACE INTO plain VALUE {{'a': {}, 'new': true}}", 1000 + i)).ok());
        }
        const Content content = ReadContent(db->get());
        std::vector<fs::path> files = DataFiles(damaged);
        std::erase_if(files, [](const fs::path& f) { return f.extension() == ".ldb"; });
        const fs::path file = files[(*random)() % files.size()];
        std::string what;
        const bool changed = DamageFile(file, kAllDamage[(*random)() % std::size(kAllDamage)], random, &what);
        SCOPED_TRACE(what);
        auto result = c->Execute("REPAIR DATABASE");
        ASSERT_TRUE(result.ok()) << result.status().ToString();
        std::vector<std::string> lines;
        while ((*result)->Next()) lines.emplace_back((*result)->row().Get("repair").bytes());
        const bool may_not_open = Mentions(lines, {"--salvage"});
        if (file.extension() != ".log") {
          EXPECT_EQ(may_not_open, changed);
          EXPECT_TRUE(c->Execute(fmt::format("BACKUP TO '{}'", backup)).ok());
        }
        EXPECT_EQ(Mentions(lines, {"still wrong"}), may_not_open) << fmt::format("{}", fmt::join(lines, "\n"));
        EXPECT_EQ(ReadContent(db->get()), content);
        result->reset();
        c.reset();
        db->reset();
        ++(may_not_open ? told : mended);
        auto again = Database::Open(may_not_open ? backup : damaged, History::SmallFiles());
        ASSERT_TRUE(again.ok()) << again.status().ToString();
        EXPECT_EQ(ReadContent(again->get()), content);
        again->reset();
        ExpectHealthy(may_not_open ? backup : damaged);
        if (!may_not_open) return;
        // It opens as it was, or not at all.
        auto reopened = Database::Open(damaged, History::SmallFiles());
        if (reopened.ok()) {
          EXPECT_EQ(ReadContent(reopened->get()), content);
        } else {
          EXPECT_EQ(reopened.status().code(), StatusCode::kCorruption) << reopened.status().ToString();
          EXPECT_NE(reopened.status().hint().find("--salvage"), std::string::npos);
        }
      },
      kDamagesOfASeed / 4);
  fmt::print("{} could be mended, {} could not\n", mended, told);
}

}  // namespace
}  // namespace parton
