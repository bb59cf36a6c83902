#include "shell/editor/history.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace parton::shell {
namespace {

class HistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "history-" + std::to_string(::getpid());
    std::remove(path_.c_str());
  }
  void TearDown() override { std::remove(path_.c_str()); }
  std::string File() const {
    std::ifstream in(path_);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::string path_;
};

using Entries = std::vector<std::string>;

TEST_F(HistoryTest, StatementsOfSeveralLinesComeBackWhole) {
  {
    History h(path_, 10);
    h.Add("SELECT 'a\\n'\nFROM t;");
    h.Add("1;");
  }
  EXPECT_EQ(File(), "SELECT 'a\\\\n'\\nFROM t;\n1;\n");
  EXPECT_EQ(History(path_, 10).entries(), (Entries{"SELECT 'a\\n'\nFROM t;", "1;"}));
}

TEST_F(HistoryTest, EachTextOnce) {
  History h(path_, 10);
  for (const char* e : {"1;", "2;", "1;", "  ", ""}) h.Add(e);
  EXPECT_EQ(h.entries(), (Entries{"2;", "1;"}));
  EXPECT_EQ(History(path_, 10).entries(), (Entries{"2;", "1;"}));
}

TEST_F(HistoryTest, TheFileDoesNotGrowWithoutEnd) {
  {
    History h(path_, 3);
    for (int i = 0; i < 20; ++i) h.Add(std::to_string(i) + ";");
    EXPECT_EQ(h.entries(), (Entries{"17;", "18;", "19;"}));
  }
  EXPECT_EQ(History(path_, 3).entries(), (Entries{"17;", "18;", "19;"}));
  EXPECT_EQ(File(), "17;\n18;\n19;\n");
}

TEST_F(HistoryTest, TwoShellsShareAFile) {
  History a(path_, 10);
  History b(path_, 10);
  a.Add("1;");
  b.Add("2;");
  a.Add("3;");
  EXPECT_EQ(History(path_, 10).entries(), (Entries{"1;", "2;", "3;"}));
}

TEST_F(HistoryTest, Search) {
  History h("", 10);
  for (const char* e : {"SELECT 1;", "UPDATE t;", "SELECT 2;"}) h.Add(e);
  EXPECT_EQ(h.FindBefore("SELECT", 3), 2U);
  EXPECT_EQ(h.FindBefore("SELECT", 2), 0U);
  EXPECT_EQ(h.FindBefore("SELECT", 0), History::npos);
  EXPECT_EQ(h.FindAfter("SELECT", 0), 2U);
  EXPECT_EQ(h.FindBefore("DELETE", 3), History::npos);
}

TEST_F(HistoryTest, WithoutFileOrRoom) {
  History none(path_, 0);
  none.Add("1;");
  EXPECT_TRUE(none.entries().empty());
  EXPECT_EQ(File(), "");
  History nowhere("/nonexistent/folder/history", 5);
  nowhere.Add("1;");
  EXPECT_EQ(nowhere.entries(), (Entries{"1;"}));
}

TEST_F(HistoryTest, FindsInAnyCaseOfLetters) {
  History history("", 10);
  history.Add("SELECT 1;");
  history.Add("select 2;");
  EXPECT_EQ(history.FindBefore("Select", 2), 1u);
  EXPECT_EQ(history.FindBefore("SELECT 1", 2), 0u);
  EXPECT_EQ(history.FindBefore("x", 2), History::npos);
  EXPECT_EQ(History::Find("a FROM b", "from"), 2u);
  EXPECT_EQ(History::Find("a", ""), 0u);
}

}  // namespace
}  // namespace parton::shell
