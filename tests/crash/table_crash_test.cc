// Backups of tables, tables made again of them, and streams that are switched off, when the power goes: after each
// point of death each of them is there whole, or not at all.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "parton/backups.h"
#include "parton/streams.h"
#include "parton/tables.h"
#include "session/open_database.h"
#include "tests/crash/fault_env.h"
#include "tests/crash/statements.h"

namespace parton::crash {
namespace {

constexpr int kItems = 40;

Result<std::unique_ptr<Database>> Open(FaultEnv* env) {
  Options options;
  options.background = false;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 1 << 20;
  return OpenDatabase("/db", options, env);
}

// The steps, until one is not acknowledged; how many were.
int Work(FaultEnv* env) {
  int done = 0;
  auto opened = Open(env);
  if (!opened.ok()) return done;
  Database& db = **opened;
  auto c = db.Connect();
  const auto step = [&](bool ok) {
    done += ok ? 1 : 0;
    return ok;
  };
  if (!step(RunStatement(c.get(),
                         "CREATE TABLE t (id NUMBER, kind STRING, PRIMARY KEY (id), GLOBAL INDEX by_kind (kind)) "
                         "WITH (stream = 'both images', pitr = true, \"tag:a\" = 'b')")
                .ok())) {
    return done;
  }
  std::string items;
  for (int i = 0; i < kItems; ++i) items += fmt::format("{}{{'id': {}, 'kind': 'k'}}", i == 0 ? "" : ", ", i);
  if (!step(RunStatement(c.get(), "INSERT INTO t << " + items + " >>").ok())) return done;
  const Result<BackupDescription> backup = db.backups().Create("t", "first");
  if (!step(backup.ok())) return done;
  if (!step(db.backups().Restore(backup->id, {"again", {}, {}, {}, {}}).ok())) return done;
  if (!step(RunStatement(c.get(), "DELETE FROM t WHERE id = 3").ok())) return done;
  const ContinuousBackups window = *db.backups().DescribeContinuous("t");
  if (!step(db.backups().RestoreToTime("t", window.earliest_ms, {"before", {}, {}, {}, {}}).ok())) return done;
  if (!step(RunStatement(c.get(), "ALTER TABLE t SET STREAM DISABLED").ok())) return done;
  if (!step(RunStatement(c.get(), "ALTER TABLE t SET STREAM (NEW IMAGE)").ok())) return done;
  if (!step(RunStatement(c.get(), "DROP TABLE t").ok())) return done;
  step(db.backups().Drop(backup->id).ok());
  return done;
}

int64_t Count(Connection* c, const std::string& table) {
  return OneInteger(c, "SELECT VALUE COUNT(*) FROM " + table + " AS t", -1);
}

void Verify(FaultEnv* env, int done, const std::string& when) {
  auto opened = Open(env);
  ASSERT_TRUE(opened.ok()) << when << ": " << opened.status().ToString();
  Database& db = **opened;
  for (const std::string& problem : db.Check()) ADD_FAILURE() << when << ": " << problem;
  auto c = db.Connect();
  const auto has = [&](const std::string& table) { return db.tables().DescribeSchema(table).ok(); };
  // What was acknowledged is there, and what is there is whole.
  const std::vector<BackupDescription> backups = db.backups().List()->backups;
  if (done >= 3 && done < 9) {
    EXPECT_EQ(backups.size(), 1u) << when;
  }
  if (done >= 10) {
    EXPECT_TRUE(backups.empty()) << when;
  }
  if (!backups.empty()) {
    EXPECT_EQ(backups[0].item_count, static_cast<uint64_t>(kItems)) << when;
    EXPECT_TRUE(db.backups().Restore(backups[0].id, {"third", {}, {}, {}, {}}).ok()) << when;
    EXPECT_EQ(Count(c.get(), "third.by_kind"), kItems) << when;
  }
  if (done >= 4) {
    EXPECT_TRUE(has("again")) << when;
  }
  if (has("again")) {
    EXPECT_EQ(Count(c.get(), "again"), kItems) << when;
    EXPECT_EQ(Count(c.get(), "again.by_kind"), kItems) << when;
  }
  if (done >= 6) {
    EXPECT_TRUE(has("before")) << when;
  }
  const std::vector<StreamId> streams = db.streams().List("t")->streams;
  if (done >= 1) {
    EXPECT_FALSE(streams.empty()) << when;
  }
  if (done >= 8) {
    EXPECT_EQ(streams.size(), 2u) << when;
  }
  if (done >= 2) {
    const StreamDescription first = *db.streams().Describe(streams[0]);
    FeedOptions start;
    start.start = FeedOptions::Start::kTrimHorizon;
    const Result<StreamPage> page = db.streams().Read(*db.streams().Start(first.id, first.shards[0].id, start), 1000);
    ASSERT_TRUE(page.ok()) << when << ": " << page.status().ToString();
    EXPECT_GE(page->changes.size(), static_cast<size_t>(kItems)) << when;
  }
  if (has("t")) {
    EXPECT_EQ(*db.tables().ListTags("t"), (Tags{{"a", "b"}})) << when;
  }
  for (const std::string& problem : db.Check()) ADD_FAILURE() << when << ", after: " << problem;
}

TEST(TableCrash, WholeOrNotAtAll) {
  int64_t operations;
  {
    FaultEnv env;
    ASSERT_EQ(Work(&env), 10);
    operations = env.operations();
    Verify(&env, 10, "no crash");
  }
  const int step = std::getenv("PARTON_FULL") != nullptr ? 1 : 4;
  for (Unsynced what : {Unsynced::kDrop, Unsynced::kKeep, Unsynced::kTear}) {
    for (int64_t at = 1 + static_cast<int>(what) % step; at <= operations; at += step) {
      FaultEnv env;
      env.DieAt(at);
      const int done = Work(&env);
      env.PowerLoss(what, static_cast<uint32_t>(at));
      Verify(&env, done, fmt::format("died at {}, unsynced {}, {} steps done", at, static_cast<int>(what), done));
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// An error of the disk: what was begun is given up now, or when the database is opened.
TEST(TableCrash, IoErrors) {
  for (int64_t at = 5; at < 120; at += std::getenv("PARTON_FULL") != nullptr ? 1 : 5) {
    FaultEnv env;
    env.FailAt(at, 2);
    const int done = Work(&env);
    env.PowerLoss(Unsynced::kKeep, 1);
    Verify(&env, done, fmt::format("failed at {}, {} steps done", at, done));
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace parton::crash
