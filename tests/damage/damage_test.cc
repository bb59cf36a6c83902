// Databases with damaged files. What Salvage and REPAIR give back was written once, what is missing is reported, the
// result is sound, and nothing ends the process.
//
// PARTON_RANDOM_SEEDS: how many databases. PARTON_RANDOM_SEED: only this one.
#include "tests/damage/damage.h"

#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <unistd.h>

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
  void ForEachSeed(Fn fn) {
    const char* only = std::getenv("PARTON_RANDOM_SEED");
    const int seeds = SeedsToRun(2);
    for (int i = 0; i < (only != nullptr ? 1 : seeds); ++i) {
      const unsigned seed = only != nullptr ? static_cast<unsigned>(std::atoi(only)) : static_cast<unsigned>(i);
      SCOPED_TRACE("PARTON_RANDOM_SEED=" + std::to_string(seed));
      const std::string sound = (folder_ / ("sound_" + std::to_string(seed))).string();
      const History history(sound, seed);
      std::mt19937 random(seed + 1000);
      for (int n = 0; n < kDamagesOfASeed && !HasFailure(); ++n) fn(history, sound, &random);
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
    std::erase_if(files, [](const fs::path& f) { return f.extension() != ".ldb"; });
    ASSERT_FALSE(files.empty());
    std::string what;
    const bool changed = DamageFile(files[(*random)() % files.size()],
                                    kAllDamage[(*random)() % (std::size(kAllDamage) - 1)], random, &what);
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
      EXPECT_TRUE(!changed || !(*db)->Check().empty());
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
    EXPECT_TRUE(!(missing || stale) || Mentions(report, {"was taken out"}));
    EXPECT_TRUE(!stale || Mentions(report, {"may be older"}));
    ++(missing || stale ? reported : lossless);
    ExpectHealthy(damaged);
  });
  fmt::print("{} could not be opened, {} without a loss, {} with one\n", refused, lossless, reported);
}

}  // namespace
}  // namespace parton
