// Any bytes at the prompt and on the terminal.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "parton/language.h"
#include "parton/script.h"
#include "shell/editor/highlight.h"
#include "shell/render/styled_text.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {
namespace {

// ESC, BEL, DEL, C1, direction marks, a line separator.
constexpr std::string_view kEvil = "a\x1b[31m\a\x7f\xC2\x9B\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8F\xD8\x9C\xE2\x80\xA8z";

TEST(TextForTerminalTest, ControlsAreShown) {
  const std::string shown = "a\\u001b[31m\\u0007\\u007f\\u009b\\u202e\\u2066\\u200f\\u061c\\u2028z";
  EXPECT_EQ(ForTerminal(kEvil), shown);
  EXPECT_EQ(Printable(kEvil), shown);
  EXPECT_EQ(ForTerminal("a\tb\r\nc"), "a\tb\\r\nc");
  EXPECT_EQ(Printable("a\tb\r\nc"), "a\\tb\\r\\nc");
  EXPECT_EQ(ForTerminal("\xFFh\u00E9\u6F22"), "\uFFFDh\u00E9\u6F22");
}

TEST(TextForTerminalTest, OnlyStylesHaveCodes) {
  const StyledText text = {{"\x1b[5m", Style::kDim}, {"x"}, {"", Style::kDim}};
  EXPECT_EQ(ForTerminal(text, true), "\x1b[2m\\u001b[5m\x1b[0mx");
  EXPECT_EQ(ForTerminal(text, false), "\\u001b[5mx");
  EXPECT_EQ(Plain(text), "\x1b[5mx");
}

TEST(TextForTerminalTest, ASignPerControlKeepsTheWidth) {
  for (const std::string_view text : {kEvil, std::string_view("a\tb\x01\xFF\xC3(\xE2\x82")}) {
    EXPECT_EQ(DisplayWidth(SignPerControl(text)), DisplayWidth(text));
  }
}

TEST(TextForTerminalTest, Broken) {
  EXPECT_EQ(Broken("123456789", 4), (std::vector<std::string>{"1234", "5678", "9"}));
  EXPECT_EQ(Broken("\u6F22\u5B57x", 3), (std::vector<std::string>{"\u6F22", "\u5B57x"}));
  EXPECT_EQ(Broken("\u6F22", 1), (std::vector<std::string>{"\u6F22"}));
  EXPECT_EQ(Broken("", 4), std::vector<std::string>{""});
}

// What is pasted need not be UTF-8; nothing that looks at it may throw.
TEST(TextForTerminalTest, AnyBytesAtThePrompt) {
  std::mt19937 random(7);
  const std::string pieces[] = {
      "SELECT ", "FROM ", "'",    "\"",   "\xE9",     "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80",
      "a.",      "(",     "`",    "<<",   "--",       "/*",   "\xE2\x82",     "\x01",
      ":",       "\n",    "\xFF", "\xFE", "\xC0\x80", "1",    ".set x ",      ""};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int k = 0; k < 8; ++k) text += pieces[random() % std::size(pieces)];
    (void)WhatMayFollow(text);
    (void)Tokenize(text);
    (void)SplitScript(text);
    (void)WhatIsOpen(text);
    EXPECT_EQ(Highlight(text, text.size() / 2, nullptr).size(), text.size());
    for (size_t at = 0; at < text.size();) NextCluster(text, &at);
    (void)PreviousCluster(text, text.size());
    EXPECT_EQ(FindInvalidUtf8(ForTerminal(text)), std::string_view::npos);
  }
}

}  // namespace
}  // namespace parton::shell
