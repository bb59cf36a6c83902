// Triggers, TTL and trimming when the power goes: after each point of death every change of the source is in the
// copy exactly once, and what was acknowledged is there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "session/open_database.h"
#include "tests/crash/fault_env.h"
#include "tests/crash/statements.h"

namespace parton::crash {
namespace {

constexpr int64_t kNow = 1769860800;

Result<std::unique_ptr<Database>> Open(FaultEnv* env) {
  Options options;
  options.background = false;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 1 << 20;
  options.clock_ms = [] { return kNow * 1000; };
  return OpenDatabase("/db", options, env);
}

bool Try(Connection* c, const std::string& text) { return RunStatement(c, text).ok(); }

int64_t One(Connection* c, const std::string& query) { return OneInteger(c, query, -1); }

// The trigger adds: run twice it would show. Returns how many inserts were acknowledged.
int Workload(FaultEnv* env) {
  auto db = Open(env);
  if (!db.ok()) return 0;
  auto c = (*db)->Connect();
  // `src` comes last: where it is there, everything is.
  for (const char* text :
       {"CREATE TABLE IF NOT EXISTS total (k STRING, PRIMARY KEY (k), GLOBAL INDEX by_n (n NUMBER))",
        "UPSERT INTO total VALUE {'k': 'sum', 'n': 0}",
        "CREATE TABLE IF NOT EXISTS src (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image', ttl = 'e')",
        "CREATE TRIGGER IF NOT EXISTS adds ON src FROM TRIM_HORIZON BATCH 3 AS UPDATE total AS t SET n = n + "
        "(SELECT COUNT(*) FROM records AS r WHERE r.eventName = 'INSERT') WHERE k = 'sum'"}) {
    if (!Try(c.get(), text)) return 0;
  }
  int acknowledged = 0;
  for (int i = 0; i < 12; ++i) {
    if (!Try(c.get(),
             fmt::format("INSERT INTO src VALUE {{'id': {}, 'e': {}}}", i, i % 4 == 0 ? kNow - 5 : kNow + 5000))) {
      return acknowledged;
    }
    ++acknowledged;
    if (i % 4 == 3 && !(*db)->Settle().ok()) return acknowledged;
  }
  (void)(*db)->Settle();
  return acknowledged;
}

void Verify(FaultEnv* env, int acknowledged, const std::string& when) {
  auto opened = Open(env);
  ASSERT_TRUE(opened.ok()) << when << ": " << opened.status().ToString();
  auto& db = *opened;
  for (const std::string& problem : db->Check()) ADD_FAILURE() << when << ": " << problem;
  const std::vector<std::string> tables = db->TableNames();
  if (std::find(tables.begin(), tables.end(), "src") == tables.end()) {
    EXPECT_EQ(acknowledged, 0) << when;
    return;
  }
  auto c = db->Connect();
  ASSERT_TRUE(db->Settle().ok()) << when;
  auto triggers = c->Execute("SHOW TRIGGERS").value()->All().value();
  if (triggers.empty()) {
    EXPECT_EQ(acknowledged, 0) << when;
    return;
  }
  const int64_t inserted = One(c.get(), "SELECT VALUE COUNT(*) FROM changes('src') AS r WHERE r.eventName = 'INSERT'");
  EXPECT_GE(inserted, acknowledged) << when;
  EXPECT_LE(inserted, acknowledged + 1) << when;
  EXPECT_EQ(One(c.get(), "SELECT VALUE t.n FROM total AS t WHERE t.k = 'sum'"), inserted) << when;
  EXPECT_EQ(One(c.get(), "SELECT VALUE COUNT(*) FROM src AS s WHERE s.e < 1769860800"), 0) << when;
  EXPECT_TRUE(Try(c.get(), "INSERT INTO src VALUE {'id': 100}")) << when;
  ASSERT_TRUE(db->Settle().ok()) << when;
  EXPECT_EQ(One(c.get(), "SELECT VALUE t.n FROM total AS t WHERE t.k = 'sum'"), inserted + 1) << when;
  for (const std::string& problem : db->Check()) ADD_FAILURE() << when << ": " << problem;
}

TEST(TriggerCrash, ExactlyOnce) {
  int64_t operations;
  {
    FaultEnv env;
    EXPECT_EQ(Workload(&env), 12);
    operations = env.operations();
  }
  ASSERT_GT(operations, 20);
  const int step = std::getenv("PARTON_FULL") != nullptr ? 1 : 3;
  for (Unsynced what : {Unsynced::kDrop, Unsynced::kKeep, Unsynced::kTear, Unsynced::kGarbage}) {
    for (int64_t at = 1 + static_cast<int>(what) % step; at <= operations; at += step) {
      FaultEnv env;
      env.DieAt(at);
      const int acknowledged = Workload(&env);
      env.PowerLoss(what, static_cast<uint32_t>(at));
      Verify(&env, acknowledged, fmt::format("died at {}, unsynced {}", at, static_cast<int>(what)));
      if (HasFailure()) return;
    }
  }
}

// An error of the disk instead: nothing is done twice, and after opening again it goes on.
TEST(TriggerCrash, IoErrors) {
  for (int64_t at = 20; at < 90; at += std::getenv("PARTON_FULL") != nullptr ? 1 : 5) {
    FaultEnv env;
    env.FailAt(at, 2);
    const int acknowledged = Workload(&env);
    env.PowerLoss(Unsynced::kKeep, 1);
    Verify(&env, acknowledged, fmt::format("failed at {}", at));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace parton::crash
