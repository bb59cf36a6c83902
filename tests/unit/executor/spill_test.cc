// Statements that exceed their memory limit: the files are there only while they are needed, and a disk that is full is
// an error like others. What they answer is tested by the golden scripts and the random queries.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

constexpr char kMuchDistinct[] = "SELECT DISTINCT VALUE 'some text ' || CAST(x AS STRING) FROM range(1, 20000) AS x";

size_t OpenFiles() {
  size_t n = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++n;
  return n;
}

class SpillTest : public ExecutorTest {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/parton_spill_test_" + std::to_string(getpid());
    fs::remove_all(directory_);
    Open();
  }
  void TearDown() override {
    connection_.reset();
    db_.reset();
    fs::remove_all(directory_);
  }
  void Open() {
    connection_.reset();
    db_.reset();
    auto db = Database::Open(directory_, {});
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
    Run("SET memory_limit = 100000");
  }
  // The names in the database's directory that are not LevelDB's.
  std::vector<std::string> SpillFiles() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.path().filename().string().starts_with("parton-")) names.push_back(entry.path().filename());
    }
    return names;
  }

  std::string directory_;
};

TEST_F(SpillTest, FilesGoWithTheStatement) {
  EXPECT_EQ(Rows(kMuchDistinct).size(), 20000u);
  const size_t before = OpenFiles();
  for (const char* text :
       {kMuchDistinct, "SELECT x, ARRAY_AGG(x) AS a FROM range(1, 20000) AS x GROUP BY x % 7000 AS k, x",
        "SELECT VALUE x FROM range(1, 20000) AS x ORDER BY x % 100",
        "SELECT a, b FROM range(1, 9000) AS a JOIN range(1, 9000) AS b ON a = b",
        "SELECT VALUE x FROM range(1, 9000) AS x WHERE EXISTS (SELECT 1 FROM range(1, 9000) AS y WHERE y = x)",
        "SELECT x, SUM(x) OVER (PARTITION BY x % 500) AS s FROM range(1, 9000) AS x",
        "(SELECT x AS v FROM range(1, 9000) AS x) EXCEPT (SELECT x AS v FROM range(1, 8000) AS x)"}) {
    EXPECT_GE(Rows(text).size(), 1000u) << text << "\n" << Rows(text)[0];
    // Given up in the middle.
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    EXPECT_TRUE((*result)->Next()) << (*result)->status().ToString();
    EXPECT_TRUE(SpillFiles().empty());
    (*result).reset();
    EXPECT_EQ(OpenFiles(), before) << text;
  }
  // Failed in the middle.
  EXPECT_EQ(Error("SELECT ARRAY_AGG(x) AS a FROM range(1, 20000) AS x GROUP BY x % 2 AS k").code(),
            StatusCode::kOutOfMemory);
  EXPECT_EQ(OpenFiles(), before);
  // Cancelled while the files are written.
  connection_->SetProgress([](uint64_t, uint64_t) { return false; });
  EXPECT_EQ(Error("SELECT DISTINCT VALUE 'some text ' || CAST(x AS STRING) FROM range(1, 100000000) AS x").code(),
            StatusCode::kCancelled);
  connection_->SetProgress(nullptr);
  EXPECT_EQ(OpenFiles(), before);
  EXPECT_TRUE(SpillFiles().empty());
}

TEST_F(SpillTest, LeftoversOfACrashGoAtOpen) {
  std::ofstream(directory_ + "/parton-spill-Ab12Cd") << "rows";
  std::ofstream(directory_ + "/parton-notes") << "mine";
  Open();
  EXPECT_EQ(SpillFiles(), (Strings{"parton-notes"}));
}

TEST_F(SpillTest, AFullDiskIsAnError) {
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = old;
  small.rlim_cur = 20000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (const char* text : {kMuchDistinct, "SELECT x, COUNT(*) AS n FROM range(1, 90000) AS x GROUP BY x",
                           "SELECT VALUE x FROM range(1, 90000) AS x ORDER BY x % 100",
                           "SELECT a, b FROM range(1, 30000) AS a JOIN range(1, 30000) AS b ON a = b"}) {
    const Status s = Error(text);
    EXPECT_EQ(s.code(), StatusCode::kIoError) << text;
    EXPECT_NE(s.ToString().find("temporary file"), std::string::npos) << s.ToString();
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(Rows(kMuchDistinct).size(), 20000u);
}

// Groups that outgrow the memory are aggregated by reading the input again; a pipe cannot be.
TEST_F(SpillTest, APipeIsNotReadTwice) {
  const std::string pipe = directory_ + "_pipe";
  std::filesystem::remove(pipe);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto ask = [&](const std::string& what) {
    std::thread writer([&] {
      std::ofstream out(pipe);
      for (int i = 0; i < 20000; ++i) out << "{\"k\": " << i % 10 << ", \"v\": " << i << "}\n";
    });
    const std::vector<std::string> rows =
        Rows("SELECT k, " + what + " FROM json('" + pipe + "') AS r GROUP BY r.k AS k");
    writer.join();
    return rows;
  };
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(ask("COUNT(DISTINCT r.v) AS n").size(), 10u);
  const std::vector<std::string> rows = ask("ARRAY_AGG(r.v) AS a");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(rows[0].find("can be read only once"), std::string::npos) << rows[0];
  std::filesystem::remove(pipe);
}

}  // namespace
}  // namespace parton
