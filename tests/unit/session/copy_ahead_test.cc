// COPY of a file that is read by a thread of its own loads, and leaves out, what it does without the thread.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "parton/database.h"

namespace parton {
namespace {

constexpr int kRecords = 12000;  // enough for the thread to be worth its start

class CopyAheadTest : public ::testing::Test {
 protected:
  CopyAheadTest()
      : directory_(std::filesystem::temp_directory_path() / ("parton_copy_ahead_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(directory_);
  }
  ~CopyAheadTest() override { std::filesystem::remove_all(directory_); }

  std::string File(const std::string& name) const { return (directory_ / name).string(); }

  // Records 1 to kRecords, but for `bad` (0: none), which is no JSON.
  void Write(const std::string& name, int bad) const {
    std::ofstream out(File(name));
    for (int i = 1; i <= kRecords; ++i) {
      if (i == bad) {
        out << "{\"id\": " << i << ", oops\n";
      } else {
        out << "{\"id\": " << i << ", \"text\": \"a text that makes the file longer\", \"n\": [1, " << i << "]}\n";
      }
    }
  }

  // What the statement says, and what is in the table afterwards.
  std::string Load(int threads, const std::string& statement, const ProgressCallback& progress = nullptr) const {
    auto db = Database::Open(":memory:").value();
    auto c = db->Connect();
    EXPECT_TRUE(c->Set("threads", int64_t{threads}).ok());
    EXPECT_TRUE(c->ExecuteScript("CREATE TABLE t (id NUMBER, PRIMARY KEY (id))").ok());
    c->SetProgress(progress);
    auto result = c->Execute(statement);
    std::string out = result.ok() ? std::to_string((*result)->affected()) : result.status().ToString();
    c->SetProgress(nullptr);
    for (const char* query : {"SELECT VALUE COUNT(*) FROM t", "SELECT VALUE SUM(id) FROM t"}) {
      auto rows = c->Execute(query).value();
      out += "; " + (rows->kind() == ResultKind::kValue ? rows->value() : rows->All().value().at(0)).ToLiteral();
    }
    return out;
  }

  const std::filesystem::path directory_;
};

TEST_F(CopyAheadTest, LoadsTheSame) {
  Write("good", 0);
  Write("bad", 7777);
  for (const std::string options : {"", "(BATCH 70)", "(ATOMIC)", "(ON CONFLICT MERGE)"}) {
    for (const std::string file : {"good", "bad"}) {
      const std::string statement =
          "COPY t FROM '" + File(file) + "' (FORMAT jsonl" + (options.empty() ? ")" : ", " + options.substr(1));
      const std::string alone = Load(1, statement);
      EXPECT_EQ(Load(2, statement), alone) << statement;
      if (file == "bad") {
        EXPECT_NE(alone.find("Line 7777"), std::string::npos) << alone;
      } else {
        EXPECT_EQ(alone, "12000; 12000; 72006000");
      }
    }
  }
}

TEST_F(CopyAheadTest, PutsTheSameAside) {
  Write("bad", 7777);
  std::string errors[2];
  for (const int threads : {1, 2}) {
    const std::string to = File("errors" + std::to_string(threads));
    EXPECT_EQ(Load(threads, "COPY t FROM '" + File("bad") + "' (FORMAT jsonl, ERRORS '" + to + "')"),
              "11999; 11999; 71998223");
    std::ifstream in(to);
    std::getline(in, errors[threads - 1], '\0');
  }
  EXPECT_FALSE(errors[0].empty());
  EXPECT_EQ(errors[0], errors[1]);
}

TEST_F(CopyAheadTest, StopsWhenItIsToldTo) {
  Write("good", 0);
  const std::string statement = "COPY t FROM '" + File("good") + "' (FORMAT jsonl, BATCH 1000)";
  std::string said[2];
  for (const int threads : {1, 2}) {
    said[threads - 1] = Load(threads, statement, [](uint64_t done, uint64_t) { return done < 3000; });
  }
  EXPECT_EQ(said[0], said[1]);
  EXPECT_NE(said[0].find("; 3000; 4501500"), std::string::npos) << said[0];
}

}  // namespace
}  // namespace parton
