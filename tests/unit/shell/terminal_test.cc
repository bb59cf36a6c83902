// Bytes of a terminal to keys, and pictures to bytes for a terminal.
#include "shell/editor/terminal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "shell/editor/menu.h"
#include "shell/editor/screen.h"

namespace parton::shell {
namespace {

std::string Keys(std::string_view bytes) {
  setenv("TERM", "xterm-256color", 1);
  Terminal terminal;
  terminal.Type(bytes);
  std::string out;
  for (Key key = terminal.NextTyped(); key.kind != Key::Kind::kEnd; key = terminal.NextTyped()) {
    switch (key.kind) {
      case Key::Kind::kText: out += key.text; break;
      case Key::Kind::kPaste: out += "{" + key.text + "}"; break;
      default: out += "<" + key.text + ">"; break;
    }
  }
  return out;
}

TEST(TerminalTest, NamedKeys) {
  EXPECT_EQ(Keys("a\x01z"), "a<C-a>z");
  EXPECT_EQ(Keys("\x1b[A\x1bOB\x1b[1;5C\x1b[1;5D\x1b[H\x1b[F\x1b[3~\x1b[5~"),
            "<Up><Down><C-Right><C-Left><Home><End><Delete><PageUp>");
  EXPECT_EQ(Keys("\x1b"
                 "b\x1b"
                 "f\x1b"
                 "d\x1b\x7f\x1b\r"),
            "<M-b><M-f><M-d><M-Backspace><M-Enter>");
  EXPECT_EQ(Keys("\x7f\r\t\x1b[Z\x03\x04"), "<Backspace><Enter><Tab><S-Tab><C-c><C-d>");
  EXPECT_EQ(Keys("\x1f\x18\x05"), "<C-_><C-x><C-e>");
  EXPECT_EQ(Keys("\x1b"), "<Escape>");
}

TEST(TerminalTest, Text) { EXPECT_EQ(Keys("SELECT 'h\u00E9\u6F22';"), "SELECT 'h\u00E9\u6F22';"); }

TEST(TerminalTest, ASequenceThatNeverEndsIsGivenUp) {
  const std::string keys = Keys("\x1b]" + std::string(100, 'x') + "\x03");
  EXPECT_TRUE(keys.ends_with("xx<C-c>")) << keys;
}

TEST(TerminalTest, WhatIsNoKeyIsDropped) {
  EXPECT_EQ(Keys("\x1b[/*Ax"), "*Ax");
  EXPECT_TRUE(Keys("\x1b[" + std::string(30, ';') + "y").ends_with("y"));
  EXPECT_TRUE(Keys("\x1b[\xE6\xBC\xA2"
                   "a\x01")
                  .ends_with("a<C-a>"));
  EXPECT_TRUE(Keys("\x1b[M\x01\x02\x03q").ends_with("q"));
}

TEST(TerminalTest, PastedTextIsNoKeys) {
  EXPECT_EQ(Keys("a\x1b[200~SELECT\t1\r\nFROM\rt;\x01\x03\r\n\x1b[201~b"), "a{SELECT\t1\nFROM\nt;}b");
}

// What a terminal of `columns` shows after the bytes; enough of its language for the screen's own.
class Emulator {
 public:
  explicit Emulator(int columns) : columns_(columns) {}

  void Write(std::string_view bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      const char c = bytes[i];
      if (c == '\r') {
        x_ = 0;
      } else if (c == '\n') {
        ++y_;
      } else if (c == '\033') {
        size_t end = i + 2;
        int n = 0;
        while (bytes[end] >= '0' && bytes[end] <= '9') n = n * 10 + (bytes[end++] - '0');
        while (bytes[end] == ';' || (bytes[end] >= '0' && bytes[end] <= '9')) ++end;
        Control(bytes[end], n);
        i = end;
      } else {
        ASSERT_LT(x_, columns_) << "wrote beyond the last column";
        Row(y_).resize(static_cast<size_t>(columns_), ' ');
        Row(y_)[static_cast<size_t>(x_++)] = c;
      }
    }
  }
  std::string Text() const {
    std::string out;
    for (std::string row : rows_) {
      while (row.ends_with(' ')) row.pop_back();
      out += row + "\n";
    }
    while (out.ends_with("\n\n")) out.pop_back();
    return out;
  }
  std::string Cursor() const { return std::to_string(y_) + "," + std::to_string(x_); }

 private:
  std::string& Row(int y) {
    while (static_cast<int>(rows_.size()) <= y) rows_.emplace_back();
    return rows_[static_cast<size_t>(y)];
  }
  void Control(char c, int n) {
    switch (c) {
      case 'A': y_ = std::max(0, y_ - std::max(n, 1)); break;
      case 'B': y_ += n == 0 ? 1 : n; break;
      case 'C': x_ += n == 0 ? 1 : n; break;
      case 'K': Row(y_).resize(static_cast<size_t>(x_), ' '); break;
      case 'J':
        Row(y_).resize(static_cast<size_t>(x_), ' ');
        rows_.resize(static_cast<size_t>(y_) + 1);
        break;
      default: break;
    }
  }
  int columns_;
  int x_ = 0;
  int y_ = 0;
  std::vector<std::string> rows_;
};

Picture Of(std::string_view text, size_t cursor) {
  Picture p;
  p.text = text;
  p.cursor = cursor;
  p.prompt = [](size_t line) { return std::string(line == 0 ? "db> " : " -> "); };
  return p;
}

TEST(ScreenTest, LinesHavePrompts) {
  Screen screen(false);
  Emulator terminal(20);
  terminal.Write(screen.Draw(Of("SELECT 1\nFROM t", 11), 20, 10));
  EXPECT_EQ(terminal.Text(), "db> SELECT 1\n -> FROM t\n");
  EXPECT_EQ(terminal.Cursor(), "1,6");
  terminal.Write(screen.Finish());
  EXPECT_EQ(terminal.Cursor(), "2,0");
}

TEST(ScreenTest, LongLinesWrap) {
  Screen screen(false);
  Emulator terminal(10);
  terminal.Write(screen.Draw(Of("0123456789abcdef", 6), 10, 10));
  EXPECT_EQ(terminal.Text(), "db> 012345\n6789abcdef\n");
  EXPECT_EQ(terminal.Cursor(), "1,0");
  terminal.Write(screen.Draw(Of("0123456789abcdef", 16), 10, 10));
  EXPECT_EQ(terminal.Cursor(), "2,0");
}

TEST(ScreenTest, ShorterTextWipesWhatWasThere) {
  Screen screen(true);
  Emulator terminal(20);
  terminal.Write(screen.Draw(Of("one\ntwo\nthree", 0), 20, 10));
  terminal.Write(screen.Draw(Of("four", 4), 20, 10));
  EXPECT_EQ(terminal.Text(), "db> four\n");
  EXPECT_EQ(terminal.Cursor(), "0,8");
}

TEST(ScreenTest, OnlyChangedRowsAreWritten) {
  Screen screen(false);
  (void)screen.Draw(Of("one\ntwo", 7), 20, 10);
  const std::string bytes = screen.Draw(Of("one\ntwos", 8), 20, 10);
  EXPECT_EQ(bytes.find("one"), std::string::npos);
  EXPECT_NE(bytes.find("twos"), std::string::npos);
}

TEST(ScreenTest, OfAStatementTallerThanTheScreenThePartAtTheCursor) {
  Screen screen(false);
  Emulator terminal(20);
  terminal.Write(screen.Draw(Of("1\n2\n3\n4\n5", 9), 20, 3));
  EXPECT_EQ(terminal.Text(), " -> 3\n -> 4\n -> 5\n");
  terminal.Write(screen.Draw(Of("1\n2\n3\n4\n5", 0), 20, 3));
  EXPECT_EQ(terminal.Text(), "db> 1\n -> 2\n -> 3\n");
}

TEST(ScreenTest, AnotherWidth) {
  Screen screen(false);
  (void)screen.Draw(Of("0123456789abcdef", 16), 10, 10);
  Emulator terminal(40);
  terminal.Write(screen.Redraw(Of("0123456789abcdef", 16), 40, 10));
  EXPECT_NE(terminal.Text().find("db> 0123456789abcdef"), std::string::npos);
}

TEST(MenuTest, StepsAround) {
  Menu menu;
  menu.Open({{"a", ""}, {"b", ""}, {"c", ""}});
  EXPECT_FALSE(menu.has_selection());
  menu.Step(1);
  EXPECT_EQ(menu.selected().text, "a");
  menu.Step(-1);
  EXPECT_EQ(menu.selected().text, "c");
  EXPECT_EQ(menu.Rows(10, 20).size(), 1U);
  EXPECT_EQ(CommonStart({{"songs", ""}, {"sonnets", ""}}), "son");
}

}  // namespace
}  // namespace parton::shell
