// The mixed workload dies, or the disk fails, at operation 1, 2, 3 ... of it. Afterwards the database holds exactly
// what its steps so far make of it, the last one wholly or not at all, and triggers have run once on each change.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <sstream>

#include "session/open_database.h"
#include "tests/crash/fault_env.h"
#include "tests/crash/statements.h"
#include "tests/crash/workload.h"

namespace parton::crash {
namespace {

constexpr int kSteps = 70;

bool Full() { return std::getenv("PARTON_FULL") != nullptr; }

// The lines that only one of two digests has.
std::string Difference(const std::string& there, const std::string& expected) {
  std::multiset<std::string> lines[2];
  int side = 0;
  for (const std::string* text : {&there, &expected}) {
    std::istringstream in(*text);
    for (std::string line; std::getline(in, line);) lines[side].insert(line.substr(0, 300));
    ++side;
  }
  std::string out;
  for (side = 0; side < 2; ++side) {
    for (const std::string& line : lines[side]) {
      if (lines[side].count(line) != lines[1 - side].count(line)) out += (side == 0 ? "+" : "-") + line + "\n";
    }
  }
  return out.empty() ? "(the order of lines)" : out;
}

// A database from its making to its death and what comes after it.
class Life {
 public:
  Life(FaultEnv* env, const std::vector<Step>& steps, Reference* reference)
      : env_(env), steps_(steps), reference_(reference) {}

  Result<std::unique_ptr<Database>> Open(const std::string& path = "/db") {
    Options options;
    options.background = false;
    options.write_buffer_bytes = 64 << 10;
    options.cache_bytes = 1 << 20;
    options.clock_ms = [this] { return now_ * 1000; };
    return OpenDatabase(path, options, env_);
  }

  // Runs steps until one fails.
  void Steps() {
    auto db = Open();
    if (!db.ok()) return;
    auto c = (*db)->Connect();
    while (done_ < steps_.size()) {
      now_ = steps_[done_].now;
      Status s = RunStep(db->get(), c.get(), steps_[done_]);
      // Triggers that cannot write wait for better times.
      if (s.ok() && steps_[done_].statements.empty() && env_->failed()) s = Status::IoError("not all is settled");
      if (!s.ok()) {
        failure_ = s;
        return AfterFailure(db->get(), c.get());
      }
      ++done_;
    }
  }

  // After reopening.
  void Verify() {
    auto db = Open();
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
    auto there = Digest(db->get());
    ASSERT_TRUE(there.ok()) << there.status().ToString();
    const std::string& before = reference_->After(done_, now_);
    if (*there != before) {
      ASSERT_LT(done_, steps_.size()) << Difference(*there, before);
      const std::string& after = reference_->After(done_ + 1, now_);
      ASSERT_TRUE(*there == after) << "with the last step:\n"
                                   << Difference(*there, after) << "without:\n"
                                   << Difference(*there, before) << "step: " << StepText();
    }
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
    auto c = (*db)->Connect();
    EXPECT_TRUE(RunStatement(c.get(), "CREATE TABLE after (k STRING, PRIMARY KEY (k))").ok());
    EXPECT_TRUE(RunStatement(c.get(), "INSERT INTO after VALUE {'k': 'a', 'new': 1}").ok());
  }

  bool finished() const { return done_ == steps_.size(); }

 private:
  std::string StepText() const {
    if (done_ == steps_.size()) return "(none)";
    return steps_[done_].statements.empty() ? "(the background)" : steps_[done_].statements[0];
  }

  // The error is a clean one, what was there can be read, and a write works or is refused with a reason.
  void AfterFailure(Database* db, Connection* c) {
    EXPECT_TRUE(failure_.code() == StatusCode::kIoError) << failure_.ToString() << " in " << StepText();
    EXPECT_FALSE(failure_.message().empty());
    auto there = DigestUnsettled(db);
    ASSERT_TRUE(there.ok()) << there.status().ToString() << " in " << StepText();
    if (!steps_[done_].statements.empty()) {
      const std::string &before = reference_->UnsettledAfter(done_, now_),
                        &after = reference_->UnsettledAfter(done_ + 1, now_);
      EXPECT_TRUE(*there == before || *there == after) << "with the step:\n"
                                                       << Difference(*there, after) << "without:\n"
                                                       << Difference(*there, before) << "step: " << StepText();
    }
    if (done_ < 2) return;
    Status s = RunStatement(c, "UPSERT INTO total VALUE {'k': 'sum'}");  // changes nothing
    if (!s.ok()) {
      EXPECT_EQ(s.code(), StatusCode::kIoError) << s.ToString();
    }
  }

  FaultEnv* env_;
  const std::vector<Step>& steps_;
  Reference* reference_;
  size_t done_ = 0;
  int64_t now_ = 1'769'860'800;
  Status failure_;
};

// Each operation in turn, by `stride`; `arm` makes it fail, `then` is what happens to unsynced bytes.
template <typename Arm>
void Loop(uint32_t seed, int64_t first, int64_t stride, Unsynced then, Arm arm) {
  const std::vector<Step> steps = MakeSteps(seed, kSteps, true);
  Reference reference(steps);
  for (int64_t k = first;; k += stride) {
    SCOPED_TRACE(fmt::format("seed {}, operation {}, unsynced {}", seed, k, static_cast<int>(then)));
    FaultEnv env;
    arm(&env, k);
    Life life(&env, steps, &reference);
    life.Steps();
    const bool failed = env.failed();
    env.PowerLoss(then, static_cast<uint32_t>(k * 31 + seed));
    life.Verify();
    if (::testing::Test::HasFailure()) return;
    if (!failed) {
      EXPECT_TRUE(life.finished());
      EXPECT_GT(k, 200);
      return;
    }
  }
}

TEST(WorkloadCrash, DiesAtEachOperation) {
  const int64_t stride = Full() ? 1 : 41;
  for (uint32_t seed = 1; seed <= (Full() ? 3u : 1u); ++seed) {
    int64_t first = 1;
    for (Unsynced what : {Unsynced::kDrop, Unsynced::kKeep, Unsynced::kTear, Unsynced::kGarbage, Unsynced::kScatter}) {
      Loop(seed, first, stride, what, [](FaultEnv* env, int64_t k) { env->DieAt(k); });
      if (HasFailure()) return;
      if (!Full()) first += 7;
    }
  }
}

// One error, some, or a disk that stays full.
TEST(WorkloadCrash, ErrorsAtEachOperation) {
  const int64_t stride = Full() ? 1 : 47;
  for (uint32_t seed = 11; seed <= (Full() ? 12u : 11u); ++seed) {
    for (int64_t count : {1, 4, 1'000'000}) {
      Loop(seed, 1 + count % 7, stride, Unsynced::kKeep, [&](FaultEnv* env, int64_t k) { env->FailAt(k, count); });
      if (HasFailure()) return;
    }
  }
}

// RESTORE dies: the database is empty then, or has everything.
TEST(WorkloadCrash, RestoreIsAllOrNothing) {
  std::vector<Step> steps = MakeSteps(21, 60, false);
  steps.push_back({steps.back().now, {"BACKUP TO '/backup'"}});
  Reference reference(steps);
  const std::string& everything = reference.After(steps.size(), steps.back().now);
  int empty = 0, full = 0;
  for (int64_t k = 1;; k += Full() ? 1 : 9) {
    SCOPED_TRACE(k);
    FaultEnv env;
    Life life(&env, steps, &reference);
    life.Steps();
    ASSERT_TRUE(life.finished());
    env.DieAt(env.operations() + k);
    if (auto db = life.Open("/new"); db.ok()) (void)RunStatement((*db)->Connect().get(), "RESTORE FROM '/backup'");
    const bool failed = env.failed();
    env.PowerLoss(static_cast<Unsynced>(k % 5), static_cast<uint32_t>(k));
    auto db = life.Open("/new");
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
    if ((*db)->TableNames().empty()) {
      ++empty;
      ASSERT_TRUE(RunStatement((*db)->Connect().get(), "RESTORE FROM '/backup'").ok());
    } else {
      ++full;
    }
    EXPECT_EQ(Digest(db->get()).value(), everything);
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
    if (HasFailure()) return;
    if (!failed) break;
  }
  EXPECT_GT(empty, 2);
  EXPECT_GT(full, 0);
}

// BACKUP dies or fails: the directory does not open as a database, or it is complete; the database itself goes on.
TEST(WorkloadCrash, ABackupIsCompleteOrNone) {
  const std::vector<Step> steps = MakeSteps(31, 60, false);
  Reference reference(steps);
  const std::string& everything = reference.After(steps.size(), steps.back().now);
  for (const bool dies : {true, false}) {
    int complete = 0, none = 0;
    for (int64_t k = 1;; k += Full() ? 1 : 9) {
      SCOPED_TRACE(k);
      FaultEnv env;
      Life life(&env, steps, &reference);
      life.Steps();
      ASSERT_TRUE(life.finished());
      {
        auto db = life.Open();
        ASSERT_TRUE(db.ok());
        auto c = (*db)->Connect();
        if (dies) {
          env.DieAt(env.operations() + k);
        } else {
          env.FailAt(env.operations() + k, 2);
        }
        const Status s = RunStatement(c.get(), "BACKUP TO '/backup'");
        if (!dies && !s.ok()) {
          EXPECT_EQ(s.code(), StatusCode::kIoError) << s.ToString();
          EXPECT_TRUE(RunStatement(c.get(), "UPSERT INTO total VALUE {'k': 'sum'}").ok());
          env.FailAt(0, 0);
          // Not the same directory: taking away what is there may have failed, too.
          EXPECT_TRUE(RunStatement(c.get(), "BACKUP TO '/again'").ok());
        }
      }
      const bool failed = env.failed();
      env.PowerLoss(static_cast<Unsynced>(k % 5), static_cast<uint32_t>(k));
      const bool begun = env.FileExists("/backup/CURRENT");
      if (auto backup = life.Open(dies || !failed ? "/backup" : "/again"); backup.ok() && (begun || !dies)) {
        ++complete;
        EXPECT_EQ(Digest(backup->get()).value(), everything);
        for (const std::string& problem : (*backup)->Check()) ADD_FAILURE() << problem;
      } else {
        ++none;
        EXPECT_TRUE(dies) << backup.status().ToString();
      }
      life.Verify();
      if (HasFailure()) return;
      if (!failed) break;
    }
    EXPECT_GT(complete, 0);
    EXPECT_TRUE(none > 2 || !dies);
  }
}

}  // namespace
}  // namespace parton::crash
