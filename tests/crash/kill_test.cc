// A process under load is killed with SIGKILL, again and again, on a directory of the real file system. Several threads
// write; each tells the parent by a pipe what was acknowledged. After each death the parent opens the database and
// looks.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "parton/database.h"
#include "tests/crash/statements.h"

namespace parton::crash {
namespace {

namespace fs = std::filesystem;

constexpr int kAccounts = 10;
constexpr int kStartSum = kAccounts * 100;
enum Kind : int { kCounter, kTransfer, kGroup, kKinds };

Options LoadOptions() {
  Options options;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 4 << 20;
  return options;
}

// What an empty table has for MAX is no number.
int64_t One(Connection* c, const std::string& query) { return OneInteger(c, query, 0); }

// ---- the process that is killed

void Acknowledge(int pipe, Kind kind, int64_t number) {
  const std::array<int64_t, 2> message{kind, number};
  if (::write(pipe, message.data(), sizeof(message)) != sizeof(message)) std::_Exit(0);
}

// The end of a child that met an error: the parent sees that it was not killed.
void Must(const Status& s) {
  if (s.ok()) return;
  std::fprintf(stderr, "%s\n", s.ToString().c_str());
  std::_Exit(3);
}

void Count(Database* db, int pipe) {
  auto c = db->Connect();
  for (int64_t n = One(c.get(), "SELECT VALUE n FROM counter WHERE k = 'c'") + 1;; ++n) {
    Must(RunStatement(c.get(), "UPDATE counter SET n = n + 1 WHERE k = 'c'"));
    Acknowledge(pipe, kCounter, n);
  }
}

Status TransferOnce(Connection* c, int64_t n, const std::string& pad) {
  PARTON_RETURN_IF_ERROR(RunStatement(c, "BEGIN"));
  PARTON_RETURN_IF_ERROR(RunStatement(c, "UPDATE account SET v = v - 1 WHERE id = ?", {Value(n % kAccounts)}));
  PARTON_RETURN_IF_ERROR(RunStatement(c, "UPDATE account SET v = v + 1 WHERE id = ?", {Value(n * 7 % kAccounts)}));
  PARTON_RETURN_IF_ERROR(RunStatement(c, "INSERT INTO log VALUE {'id': ?, 'g': ?, 'pad': ?, 'e': 1000000000}",
                                      {Value(n), Value(fmt::format("g{}", n % 5)), Value(pad)}));
  return RunStatement(c, "COMMIT");
}

// Transactions: two accounts and a line of the log, whose change feed has triggers.
void Transfer(Database* db, int pipe) {
  auto c = db->Connect();
  const std::string pad(200, 'x');
  for (int64_t n = One(c.get(), "SELECT VALUE MAX(l.id) FROM log AS l") + 1;; ++n) {
    Status s = TransferOnce(c.get(), n, pad);
    while (s.code() == StatusCode::kTransactionConflict) {  // with a schema change
      if (c->in_transaction()) Must(RunStatement(c.get(), "ROLLBACK"));
      s = TransferOnce(c.get(), n, pad);
    }
    Must(s);
    Acknowledge(pipe, kTransfer, n);
  }
}

// Groups of items in one statement, indexes made and dropped, feeds switched on and off.
void Group(Database* db, int pipe) {
  auto c = db->Connect();
  for (int64_t n = One(c.get(), "SELECT VALUE MAX(b.g) FROM bulk AS b") + 1;; ++n) {
    Must(RunStatement(c.get(), "INSERT INTO bulk << {'g': ?, 'i': 1}, {'g': ?, 'i': 2, 'm': 1}, {'g': ?, 'i': 3} >>",
                      {Value(n), Value(n), Value(n)}));
    Acknowledge(pipe, kGroup, n);
    if (n % 7 == 3) Must(RunStatement(c.get(), "CREATE INDEX IF NOT EXISTS by_pad ON log (pad STRING, id NUMBER)"));
    if (n % 7 == 6) Must(RunStatement(c.get(), "DROP INDEX IF EXISTS by_pad ON log"));
    // An error says that it is so already: the last switch did not come to pass before the end.
    if (n % 20 == 10) (void)RunStatement(c.get(), "ALTER TABLE bulk SET (stream = 'new image')");
    if (n % 20 == 0) (void)RunStatement(c.get(), "ALTER TABLE bulk SET STREAM DISABLED");
  }
}

int Child(const std::string& path, int pipe) {
  auto db = Database::Open(path, LoadOptions());
  Must(db.status());
  std::array threads{std::thread(Count, db->get(), pipe), std::thread(Transfer, db->get(), pipe),
                     std::thread(Group, db->get(), pipe)};
  for (std::thread& t : threads) t.join();
  return 0;
}

int BackUp(const std::string& path, const std::string& to) {
  auto db = Database::Open(path, LoadOptions());
  Must(db.status());
  Must(RunStatement((*db)->Connect().get(), fmt::format("BACKUP TO '{}'", to)));
  return 0;
}

// ---- the parent

class KillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + fmt::format("/parton_kill_test_{}", ::getpid());
    fs::remove_all(path_);
    auto db = Database::Open(path_, LoadOptions());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    const Status s = c->ExecuteScript(
        "CREATE TABLE counter (k STRING, PRIMARY KEY (k)); INSERT INTO counter VALUE {'k': 'c', 'n': 0};"
        "CREATE TABLE account (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_v (v NUMBER));"
        "CREATE TABLE bulk (g NUMBER, i NUMBER, PRIMARY KEY (g, i), GLOBAL INDEX by_m (m NUMBER));"
        "CREATE TABLE total (k STRING, PRIMARY KEY (k)); INSERT INTO total VALUE {'k': 't', 'n': 0};"
        "CREATE TABLE audit (id NUMBER, PRIMARY KEY (id));"
        "CREATE TABLE log (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g STRING, id NUMBER)) WITH (stream = 'both "
        "images');"
        "CREATE TRIGGER adds ON log FROM TRIM_HORIZON BATCH 7 AS UPDATE total SET n = n + (SELECT COUNT(*) FROM "
        "records AS r) WHERE k = 't';"
        "CREATE TRIGGER audits ON log FROM TRIM_HORIZON BATCH 5 AS INSERT INTO audit SELECT r.Keys.id AS id FROM "
        "records AS r;");
    ASSERT_TRUE(s.ok()) << s.ToString();
    for (int i = 0; i < kAccounts; ++i)
      ASSERT_TRUE(RunStatement(c.get(), "INSERT INTO account VALUE {'id': ?, 'v': 100}", {Value(i)}).ok());
  }
  void TearDown() override { fs::remove_all(path_); }

  // Starts a child that works on the database and tells of it by *pipe.
  pid_t Start(int* pipe) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      ::execl("/proc/self/exe", "kill_tests", "--child", path_.c_str(), std::to_string(ends[1]).c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    *pipe = ends[0];
    return pid;
  }

  // Lets a child work and kills it after `acknowledgements`, or (negative) that many milliseconds after its start.
  void Kill(int acknowledgements) {
    int ends[1];
    const pid_t pid = Start(ends);
    ASSERT_GE(pid, 0);
    if (acknowledgements < 0) {
      ::usleep(static_cast<useconds_t>(-acknowledgements) * 1000);
      ::kill(pid, SIGKILL);
    }
    std::array<int64_t, 2> message;
    while (::read(ends[0], message.data(), sizeof(message)) == sizeof(message)) {
      acknowledged_[message[0]] = message[1];
      ++total_;
      if (--acknowledgements == 0) ::kill(pid, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child failed: " << WEXITSTATUS(status);
  }

  // A number that grew by one with each acknowledgement: none is lost, at most one was on its way.
  void Expect(Kind kind, int64_t there) {
    EXPECT_GE(there, acknowledged_[kind]) << kind;
    EXPECT_LE(there, acknowledged_[kind] + 1) << kind;
    acknowledged_[kind] = there;
  }

  void Verify() {
    auto db = Database::Open(path_, LoadOptions());
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    Expect(kCounter, One(c.get(), "SELECT VALUE n FROM counter WHERE k = 'c'"));
    const int64_t lines = One(c.get(), "SELECT VALUE COUNT(*) FROM log AS l");
    EXPECT_EQ(lines, One(c.get(), "SELECT VALUE MAX(l.id) FROM log AS l"));
    Expect(kTransfer, lines);
    EXPECT_EQ(One(c.get(), "SELECT VALUE SUM(a.v) FROM account AS a"), kStartSum);
    const int64_t groups = One(c.get(), "SELECT VALUE MAX(b.g) FROM bulk AS b");
    EXPECT_EQ(One(c.get(), "SELECT VALUE COUNT(*) FROM bulk AS b"), 3 * groups);
    Expect(kGroup, groups);
    ASSERT_TRUE((*db)->Settle().ok());
    EXPECT_EQ(One(c.get(), "SELECT VALUE n FROM total WHERE k = 't'"), lines);
    EXPECT_EQ(One(c.get(), "SELECT VALUE COUNT(*) FROM audit AS a"), lines);
    auto parked = c->Execute("SHOW PARKED");
    ASSERT_TRUE(parked.ok()) << parked.status().ToString();
    EXPECT_TRUE((*parked)->All().value().empty());
    for (const std::string& problem : (*db)->Check()) ADD_FAILURE() << problem;
  }

  std::string path_;
  std::array<int64_t, kKinds> acknowledged_{};
  int64_t total_ = 0;
};

TEST_F(KillTest, NothingAcknowledgedIsLost) {
  const int rounds = std::getenv("PARTON_FULL") != nullptr ? 200 : 5;
  std::mt19937 random(1);
  for (int round = 1; round <= rounds; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    // Every fifth one may die while it opens the database.
    Kill(round % 5 == 0 ? -static_cast<int>(1 + random() % 60) : static_cast<int>(1 + random() % 150));
    Verify();
    if (HasFailure()) return;
  }
  EXPECT_GT(total_, rounds);
}

// Another process looks at the database while it is written, and sees a state that it had.
TEST_F(KillTest, AReaderSeesWholeCommits) {
  int pipe;
  const pid_t pid = Start(&pipe);
  ASSERT_GE(pid, 0);
  const int rounds = std::getenv("PARTON_FULL") != nullptr ? 300 : 10;
  for (int round = 0; round < rounds; ++round) {
    std::array<int64_t, 2> message;
    for (int i = 0; i < 60 && ::read(pipe, message.data(), sizeof(message)) == sizeof(message); ++i) {
      acknowledged_[message[0]] = message[1];
    }
    Options options;
    options.read_only = true;
    auto db = Database::Open(path_, options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    EXPECT_GE(One(c.get(), "SELECT VALUE n FROM counter WHERE k = 'c'"), acknowledged_[kCounter]);
    const int64_t lines = One(c.get(), "SELECT VALUE COUNT(*) FROM log AS l");
    EXPECT_GE(lines, acknowledged_[kTransfer]);
    EXPECT_EQ(lines, One(c.get(), "SELECT VALUE MAX(l.id) FROM log AS l"));
    EXPECT_EQ(One(c.get(), "SELECT VALUE SUM(a.v) FROM account AS a"), kStartSum);
    const int64_t groups = One(c.get(), "SELECT VALUE MAX(b.g) FROM bulk AS b");
    EXPECT_GE(groups, acknowledged_[kGroup]);
    EXPECT_EQ(One(c.get(), "SELECT VALUE COUNT(*) FROM bulk AS b"), 3 * groups);
    EXPECT_EQ(Database::Open(path_).status().code(), StatusCode::kLocked);
    if (HasFailure()) break;
  }
  ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed: " << WEXITSTATUS(status);
  ::close(pipe);
}

// A backup that dies is refused, or it is complete, or there is none.
TEST_F(KillTest, ABackupThatIsKilledIsNoDatabase) {
  const int rounds = std::getenv("PARTON_FULL") != nullptr ? 200 : 15;
  const fs::path folder = path_ + "_backups";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::mt19937 random(2);
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string to = (folder / std::to_string(round)).string();
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      ::execl("/proc/self/exe", "kill_tests", "--backup", path_.c_str(), to.c_str(), nullptr);
      ::_exit(127);
    }
    // Once something is there, or a little later.
    while (!fs::exists(to) && ::waitpid(pid, nullptr, WNOHANG) == 0) ::usleep(50);
    ::usleep(static_cast<useconds_t>(random() % (200 << round % 8)));
    ::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
    auto backup = Database::Open(to);
    if (backup.ok()) {
      EXPECT_EQ((*backup)->TableNames().size(), 6u) << to;
      EXPECT_TRUE((*backup)->Check().empty());
    } else {
      ++refused;
      EXPECT_NE(backup.status().message().find("did not get to its end"), std::string::npos)
          << backup.status().ToString();
    }
    if (HasFailure()) break;
  }
  EXPECT_GT(refused, 0);
  fs::remove_all(folder);
}

}  // namespace

int RunChild(char** argv) {
  return std::string(argv[1]) == "--backup" ? BackUp(argv[2], argv[3]) : Child(argv[2], std::atoi(argv[3]));
}

}  // namespace parton::crash

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]).starts_with("--")) return parton::crash::RunChild(argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
