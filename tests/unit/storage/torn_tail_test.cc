// What opening does with the ends of files: half a record is cut off, damage is refused with the file and the place.
#include "storage/local/recovery/torn_tail.h"

#include <fmt/format.h>
#include <leveldb/helpers/memenv.h>

#include <atomic>
#include <thread>

#include "storage/local/recovery/log_scan.h"
#include "storage/local/recovery/zeroed_log_file.h"
#include "tests/crash/fault_env.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT

class TornTailTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LocalStore>> Open(bool durable = true, size_t write_buffer = 1 << 20) {
    StoreOptions options;
    options.path = "/db";
    options.env = &env_;
    options.durable = durable;
    options.write_buffer_bytes = write_buffer;
    return OpenLocalStore(options);
  }

  // A database with the items 0 .. count - 1, each in a record of its own.
  void Fill(int count, size_t payload = 20, size_t write_buffer = 1 << 20) {
    auto store = Open(true, write_buffer).value();
    TablePtr t = Create(store.get(), Table("t"));
    for (int i = 0; i < count; ++i) {
      Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}, {"v", std::string(payload, 'v')}})));
    }
  }

  std::string FileLike(const std::string& part) {
    std::vector<std::string> names;
    (void)env_.GetChildren("/db", &names);
    std::string found;
    for (const std::string& n : names) {
      if (n.find(part) != std::string::npos) found = std::max(found, n);
    }
    return found;
  }
  std::string Bytes(const std::string& file) {
    std::string bytes;
    EXPECT_TRUE(leveldb::ReadFileToString(&env_, "/db/" + file, &bytes).ok());
    return bytes;
  }
  void Replace(const std::string& file, const std::string& bytes) {
    EXPECT_TRUE(leveldb::WriteStringToFile(&env_, bytes, "/db/" + file).ok());
  }

  size_t Count(const Result<std::unique_ptr<LocalStore>>& store) {
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    if (!store.ok()) return 0;
    ExpectSound(store->get());
    return Scan(store->get(), Spec((*store)->GetTable("t").value())).size();
  }

  crash::FaultEnv env_;
};

TEST_F(TornTailTest, HalfARecordAtTheEndOfTheLogIsCutOff) {
  Fill(10);
  const std::string log = FileLike(".log"), bytes = Bytes(log);
  Replace(log, bytes.substr(0, bytes.size() - 5));
  EXPECT_EQ(Count(Open()), 9u);
}

TEST_F(TornTailTest, GarbageAndZerosBehindTheLastRecordAreCutOff) {
  Fill(10);
  for (const std::string& tail :
       {std::string(3, '\0'), std::string(70000, '\0'), std::string("\x17garbage"), std::string(70000, '\x55')}) {
    const std::string log = FileLike(".log");
    Replace(log, Bytes(log) + tail);
    EXPECT_EQ(Count(Open()), 10u);
  }
}

TEST_F(TornTailTest, ARecordWithSectorsMissingInItsMiddleIsCutOff) {
  Fill(3);
  const size_t before = Bytes(FileLike(".log")).size();
  {
    auto store = Open().value();
    Write(store.get(),
          Put(store->GetTable("t").value(), Item({{"pk", "a"}, {"sk", 9}, {"v", std::string(200000, 'x')}})));
  }
  ASSERT_GT(before, 0u);
  // Its later fragments are good, but no record begins behind the hole.
  const std::string log = FileLike(".log");
  std::string bytes = Bytes(log);
  ASSERT_GT(bytes.size(), 200000u);
  std::fill(bytes.begin() + 40000, bytes.begin() + 41000, '\0');
  Replace(log, bytes);
  EXPECT_EQ(Count(Open()), 3u);
}

TEST_F(TornTailTest, DamageInFrontOfOtherRecordsIsRefused) {
  Fill(100);
  const std::string log = FileLike(".log"), good = Bytes(log);
  // A flipped bit; a hole of zeros, which LevelDB's reader skips; a length that points behind the end.
  std::string flipped = good, hole = good, longer = good;
  flipped[good.size() / 2] ^= 1;
  std::fill(hole.begin() + 1000, hole.begin() + 1512, '\0');
  longer[5] = '\x7f';
  for (const std::string& bad : {flipped, hole, longer}) {
    Replace(log, bad);
    Status s = Open().status();
    EXPECT_EQ(s.code(), StatusCode::kCorruption);
    EXPECT_NE(s.message().find(log), std::string::npos) << s.ToString();
    EXPECT_NE(s.hint().find("restore a backup"), std::string::npos) << s.ToString();
    EXPECT_EQ(Bytes(log), bad) << "refusing changes nothing";
  }
  Replace(log, good);
  EXPECT_EQ(Count(Open()), 100u);
}

// A log of one block, with the places where its records begin.
std::vector<size_t> RecordsOf(const std::string& log) {
  std::vector<size_t> begins;
  for (size_t at = 0; at + 7 < log.size();) {
    begins.push_back(at);
    at += 7 + static_cast<uint8_t>(log[at + 4]) + 256 * static_cast<uint8_t>(log[at + 5]);
  }
  return begins;
}

// Wherever a byte or a sector of the log is wrong: unless it is the last record, it is damage.
TEST_F(TornTailTest, NoDamageInFrontOfOtherRecordsIsTakenForTheEnd) {
  Fill(25, 300);
  const std::string good = Bytes(FileLike(".log"));
  ASSERT_LT(good.size(), 32768u);
  const size_t last = RecordsOf(good).back();
  for (size_t at = 0; at < last; ++at) {
    for (int bit : {0, 6}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      ASSERT_TRUE(ScanLog(bad).begins_again) << at;
    }
  }
  for (size_t at = 0; at + 512 < last; at += 128) {
    for (char fill : {'\0', '\xff', '\x01'}) {
      std::string bad = good;
      std::fill(bad.begin() + at, bad.begin() + at + 512, fill);
      ASSERT_TRUE(ScanLog(bad).begins_again) << at;
    }
  }
}

// What a user stored may be a good record itself, also one with numbers that would fit.
TEST_F(TornTailTest, RecordsInsideOfWhatAUserStoredAreNoRecords) {
  Fill(5);
  const std::string before = Bytes(FileLike(".log"));
  const std::vector<size_t> begins = RecordsOf(before);
  const std::string copied = before.substr(begins[begins.size() - 2]);
  // The records that the next commits will be.
  std::string coming;
  {
    auto store = Open().value();
    Write(store.get(), Put(store->GetTable("t").value(), Item({{"pk", "a"}, {"sk", 7}})));
    Write(store.get(), Put(store->GetTable("t").value(), Item({{"pk", "a"}, {"sk", 8}})));
  }
  coming = Bytes(FileLike(".log"));
  const std::string text("\x9f\x28\x6b\x41\x05\x00\x01hello", 12);
  for (const std::string& inside : {copied, coming, coming + coming, text, std::string(40000, 'x') + coming + text}) {
    for (size_t cut : {size_t{1}, size_t{5}, inside.size() / 2}) {
      crash::FaultEnv fresh;
      StoreOptions options;
      options.path = "/db";
      options.env = &fresh;
      std::string log;
      {
        auto store = OpenLocalStore(options).value();
        TablePtr t = Create(store.get(), Table("t"));
        for (int i = 0; i < 5; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}})));
        Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 9}, {"b", Value::Blob(inside + std::string(200, 'e'))}})));
      }
      std::vector<std::string> names;
      ASSERT_TRUE(fresh.GetChildren("/db", &names).ok());
      for (const std::string& n : names) log = n.ends_with(".log") ? "/db/" + n : log;
      std::string bytes;
      ASSERT_TRUE(leveldb::ReadFileToString(&fresh, log, &bytes).ok());
      bytes.resize(bytes.size() - cut);
      ASSERT_TRUE(leveldb::WriteStringToFile(&fresh, bytes, log).ok());
      EXPECT_EQ(Count(OpenLocalStore(options)), 5u) << inside.size() << " cut by " << cut;
    }
  }
}

// The same with sectors that did not reach the disk, at the borders of blocks, where the fragments' lengths are.
TEST_F(TornTailTest, RecordsInsideOfWhatAUserStoredAreNoRecordsBehindAHole) {
  Fill(5);
  {
    auto store = Open().value();
    Write(store.get(), Put(store->GetTable("t").value(), Item({{"pk", "a"}, {"sk", 7}})));
    Write(store.get(), Put(store->GetTable("t").value(), Item({{"pk", "a"}, {"sk", 8}})));
  }
  const std::string coming = Bytes(FileLike(".log"));
  crash::FaultEnv fresh;
  StoreOptions options;
  options.path = "/db";
  options.env = &fresh;
  std::string log, bytes;
  size_t begin = 0;
  {
    auto store = OpenLocalStore(options).value();
    TablePtr t = Create(store.get(), Table("t"));
    for (int i = 0; i < 5; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}})));
    std::vector<std::string> names;
    ASSERT_TRUE(fresh.GetChildren("/db", &names).ok());
    for (const std::string& n : names) log = n.ends_with(".log") ? "/db/" + n : log;
    ASSERT_TRUE(leveldb::ReadFileToString(&fresh, log, &bytes).ok());
    begin = bytes.size();
    std::string inside;
    for (int i = 0; i < 30; ++i) inside += std::string(3000, 'x') + coming;
    // Two of them in one commit.
    const Value value = Value::Blob(inside + "end");
    const auto put = [&](int sk) { return Put(t, Item({{"pk", "a"}, {"sk", sk}, {"b", value}})); };
    ASSERT_TRUE(TryWrite(store.get(), {put(9), put(10)}).ok());
    ASSERT_TRUE(leveldb::ReadFileToString(&fresh, log, &bytes).ok());
    Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 11}})));
  }
  std::string after_it;
  ASSERT_TRUE(leveldb::ReadFileToString(&fresh, log, &after_it).ok());
  after_it.erase(0, bytes.size());
  ASSERT_FALSE(after_it.empty());
  for (size_t border = 32768; border < bytes.size(); border += 32768) {
    for (size_t before : {0, 512, 4096}) {
      for (size_t after : {512, 4096}) {
        if (border - before < begin + 100) continue;
        std::string torn = bytes;
        std::fill(torn.begin() + static_cast<ptrdiff_t>(border - before),
                  torn.begin() + static_cast<ptrdiff_t>(std::min(border + after, torn.size())), '\0');
        EXPECT_FALSE(ScanLog(torn).begins_again) << border << " -" << before << " +" << after;
        EXPECT_FALSE(ScanLog(torn + std::string(kLogZerosAhead, '\0')).begins_again) << border;
        // The same hole in front of another commit is damage.
        const std::string all = torn + after_it;
        EXPECT_TRUE(ScanLog(all).begins_again) << border << " -" << before << " +" << after;
      }
    }
  }
}

TEST_F(TornTailTest, ZerosWrittenAheadAreAnEndAlsoInFrontOfAnotherLog) {
  Fill(20, 300);
  const std::string log = FileLike(".log"), all = Bytes(log);
  const size_t half = RecordsOf(all)[12];
  const std::string next = fmt::format("{:06}.log", std::stoull(log) + 100);
  Replace(next, all.substr(half));
  Replace(log, all.substr(0, half) + std::string(1000, '\0'));
  EXPECT_EQ(Open().status().code(), StatusCode::kCorruption);
  Replace(log, all.substr(0, half) + std::string(kLogZerosAhead, '\0'));
  EXPECT_EQ(Count(Open()), 20u);
}

TEST_F(TornTailTest, RelaxedDurabilityGoesOnWithoutWhatFollowsTheBadRecord) {
  Fill(100);
  const std::string log = FileLike(".log");
  std::string bytes = Bytes(log);
  bytes[bytes.size() / 2] ^= 1;
  Replace(log, bytes);
  const size_t left = Count(Open(false));
  EXPECT_GT(left, 10u);
  EXPECT_LT(left, 90u);
}

TEST_F(TornTailTest, AnUnfinishedRecordOfTheManifestIsCutOff) {
  Fill(10);
  const std::string manifest = FileLike("MANIFEST-");
  Replace(manifest, Bytes(manifest) + "\x01\x02\x03 half a record");
  EXPECT_EQ(Count(Open()), 10u);
}

TEST_F(TornTailTest, ABadRecordOfTheManifestThatHadTakenEffectIsRefused) {
  Fill(3000, 500, 64 << 10);  // several tables, and their logs are gone
  const std::string manifest = FileLike("MANIFEST-");
  std::string bytes = Bytes(manifest);
  bytes.back() ^= 1;
  Replace(manifest, bytes);
  Status s = Open().status();
  EXPECT_EQ(s.code(), StatusCode::kCorruption);
  EXPECT_NE(s.message().find(manifest), std::string::npos) << s.ToString();
}

// Cut off where a record ends, nothing looks damaged; but the log that the rest names is gone.
TEST_F(TornTailTest, AManifestThatLostItsEndIsRefused) {
  Fill(3000, 500, 64 << 10);
  const std::string manifest = FileLike("MANIFEST-"), bytes = Bytes(manifest);
  int refused = 0;
  for (size_t end = 1; end < bytes.size(); ++end) {
    const std::string part = bytes.substr(0, end);
    if (ScanLog(part).damaged) continue;
    Replace(manifest, part);
    EXPECT_EQ(Open().status().code(), StatusCode::kCorruption) << end;
    ++refused;
  }
  EXPECT_GT(refused, 3);
  Replace(manifest, bytes);
  EXPECT_EQ(Count(Open()), 3000u);
}

TEST_F(TornTailTest, AMissingLogIsRefusedAndAnEmptyOneInItsPlaceIsTaken) {
  Fill(100);
  const std::string log = FileLike(".log");
  ASSERT_TRUE(env_.RemoveFile("/db/" + log).ok());
  EXPECT_EQ(Open().status().code(), StatusCode::kCorruption);
  Replace(log, "");
  EXPECT_TRUE(Open().ok());
}

TEST_F(TornTailTest, CurrentThatNamesNothingIsRefused) {
  Fill(3);
  for (const char* bad : {"", "MANIFEST-000002", "MANIFEST-999999\n", "nonsense\n"}) {
    Replace("CURRENT", bad);
    EXPECT_EQ(Open().status().code(), StatusCode::kCorruption) << bad;
  }
}

// Commits wait behind the one that fails; none may be acknowledged behind its half record.
TEST_F(TornTailTest, NothingIsAcknowledgedBehindAFailedWrite) {
  for (int round = 0; round < 20; ++round) {
    crash::FaultEnv env;
    StoreOptions options;
    options.path = "/db";
    options.env = &env;
    std::atomic<int> acknowledged{0};
    {
      auto store = OpenLocalStore(options).value();
      TablePtr t = Create(store.get(), Table("t"));
      env.FailAt(env.operations() + 20 + round, 1);
      std::vector<std::thread> threads;
      for (int n = 0; n < 4; ++n) {
        threads.emplace_back([&, n] {
          for (int i = 0; i < 30; ++i) {
            if (TryWrite(store.get(), {Put(t, Item({{"pk", std::to_string(n)}, {"sk", i}}))}).ok()) ++acknowledged;
          }
        });
      }
      for (auto& thread : threads) thread.join();
    }
    auto store = OpenLocalStore(options);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    ExpectSound(store->get());
    EXPECT_GE(Scan(store->get(), Spec((*store)->GetTable("t").value())).size(), static_cast<size_t>(acknowledged));
  }
}

}  // namespace
}  // namespace parton
