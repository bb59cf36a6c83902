#include "shell/editor/edit_buffer.h"

#include <gtest/gtest.h>

#include "shell/render/terminal_text.h"

namespace parton::shell {
namespace {

// The text with | at the cursor.
std::string Shown(const EditBuffer& b) {
  std::string text = b.text();
  return text.insert(b.cursor(), "|");
}

EditBuffer Of(std::string text) {
  EditBuffer b;
  const size_t cursor = text.find('|');
  text.erase(cursor, 1);
  b.Replace(text, cursor);
  return b;
}

TEST(EditBufferTest, TypingAndUndo) {
  EditBuffer b;
  for (const char* c : {"a", "b", " ", "c"}) b.Insert(c, true);
  EXPECT_EQ(Shown(b), "ab c|");
  b.Undo();
  EXPECT_EQ(Shown(b), "ab|");
  b.Undo();
  EXPECT_EQ(Shown(b), "|");
  b.Redo();
  b.Redo();
  EXPECT_EQ(Shown(b), "ab c|");
  b.Undo();
  b.Insert("x", true);
  b.Redo();
  EXPECT_EQ(Shown(b), "abx|");
}

TEST(EditBufferTest, MovesByCharactersAsPeopleSeeThem) {
  // e with an accent of its own, a flag, a family joined of three, a wide letter
  EditBuffer b = Of("e\u0301\U0001F1EB\U0001F1F7\U0001F468\u200D\U0001F469\u200D\U0001F467\u6F22|");
  int moves = 0;
  while (b.Left()) ++moves;
  EXPECT_EQ(moves, 4);
  b.Right();
  b.DeleteLeft();
  EXPECT_EQ(b.text().find("e"), std::string::npos);
  b.DeleteRight();
  b.DeleteRight();
  EXPECT_EQ(b.text(), "\u6F22");
}

TEST(EditBufferTest, UpAndDownKeepTheColumn) {
  EditBuffer b = Of("SELECT title\nx\nFROM so|ngs");
  EXPECT_TRUE(b.Up());
  EXPECT_EQ(Shown(b), "SELECT title\nx|\nFROM songs");
  EXPECT_TRUE(b.Up());
  EXPECT_EQ(Shown(b), "SELECT |title\nx\nFROM songs");
  EXPECT_FALSE(b.Up());
  EXPECT_TRUE(b.Down());
  EXPECT_TRUE(b.Down());
  EXPECT_EQ(Shown(b), "SELECT title\nx\nFROM so|ngs");
  EXPECT_FALSE(b.Down());
}

TEST(EditBufferTest, ColumnsNotBytes) {
  EditBuffer b = Of("\u6F22\u5B57\nabcd|");
  b.Up();
  EXPECT_EQ(Shown(b), "\u6F22\u5B57|\nabcd");
  b.Left();
  b.Down();
  EXPECT_EQ(Shown(b), "\u6F22\u5B57\nab|cd");
}

TEST(EditBufferTest, LineStartAndEndAreOfTheLine) {
  EditBuffer b = Of("one\ntw|o\nthree");
  b.LineStart();
  EXPECT_EQ(Shown(b), "one\n|two\nthree");
  b.LineEnd();
  EXPECT_EQ(Shown(b), "one\ntwo|\nthree");
  b.TextStart();
  EXPECT_EQ(b.cursor(), 0U);
  b.TextEnd();
  EXPECT_EQ(b.cursor(), b.text().size());
}

TEST(EditBufferTest, KillsAddUpAndAreYanked) {
  EditBuffer b = Of("SELECT a|, b FROM t");
  b.KillWordRight();
  b.KillWordRight();
  EXPECT_EQ(Shown(b), "SELECT a| t");
  b.TextEnd();
  b.Yank();
  EXPECT_EQ(Shown(b), "SELECT a t, b FROM|");
  b.KillBigWordLeft();
  b.KillBigWordLeft();
  EXPECT_EQ(Shown(b), "SELECT a t, |");
  b.Yank();
  EXPECT_EQ(Shown(b), "SELECT a t, b FROM|");
}

TEST(EditBufferTest, KillingLines) {
  EditBuffer b = Of("one\ntw|o\nthree");
  b.KillToLineEnd();
  EXPECT_EQ(Shown(b), "one\ntw|\nthree");
  b.KillToLineEnd();
  EXPECT_EQ(Shown(b), "one\ntw|three");
  b.KillToLineStart();
  EXPECT_EQ(Shown(b), "one\n|three");
  b.KillToLineStart();
  EXPECT_EQ(Shown(b), "one|three");
}

TEST(EditBufferTest, WordsAndCase) {
  EditBuffer b = Of("select| from_there x");
  b.WordRight();
  EXPECT_EQ(Shown(b), "select from_there| x");
  b.WordLeft();
  b.UppercaseWord();
  EXPECT_EQ(Shown(b), "select FROM_THERE| x");
  b.KillWordLeft();
  EXPECT_EQ(Shown(b), "select | x");
}

TEST(EditBufferTest, Transpose) {
  EditBuffer b = Of("SELCE|T");
  b.Left();
  b.Transpose();
  EXPECT_EQ(Shown(b), "SELEC|T");
  EditBuffer end = Of("ab|");
  end.Transpose();
  EXPECT_EQ(Shown(end), "ba|");
}

TEST(TextWidthTest, ClustersHaveTheWidthOfTheirBase) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("\u6F22\u5B57"), 4);
  EXPECT_EQ(DisplayWidth("\U0001F1EB\U0001F1F7"), 2);
  EXPECT_EQ(DisplayWidth("\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA"), 4);
  EXPECT_EQ(DisplayWidth("\U0001F468\u200D\U0001F469\u200D\U0001F467"), 2);
  EXPECT_EQ(DisplayWidth("\U0001F44D\U0001F3FD"), 2);
  EXPECT_EQ(DisplayWidth("\u2764\uFE0F"), 2);
  EXPECT_EQ(Truncate("\u6F22\u5B57\u6F22", 4), "\u6F22…");
}

}  // namespace
}  // namespace parton::shell
