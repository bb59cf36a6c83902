// The public functions on text: parton/text.h.
#include "parton/text.h"

#include <gtest/gtest.h>

#include <string>

namespace parton {
namespace {

TEST(Text, LettersOfAscii) {
  EXPECT_EQ(AsciiLower("ABC xyz \xC3\x84"), "abc xyz \xC3\x84");
  EXPECT_EQ(AsciiUpper("abc XYZ \xC3\xA4"), "ABC XYZ \xC3\xA4");
  EXPECT_TRUE(EqualsIgnoreCase("Select", "sELECT"));
  EXPECT_FALSE(EqualsIgnoreCase("select", "selec"));
  EXPECT_FALSE(EqualsIgnoreCase("\xC3\x84", "\xC3\xA4"));
  EXPECT_FALSE(EqualsIgnoreCase("@", "`"));
}

TEST(Text, InvalidUtf8IsFound) {
  EXPECT_EQ(FindInvalidUtf8("plain \xC3\xA4"), std::string_view::npos);
  EXPECT_EQ(FindInvalidUtf8("ab\xff"
                            "c"),
            2u);
  EXPECT_EQ(FindInvalidUtf8("ab\xE6\xBC"), 2u);
}

TEST(Text, Columns) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("a\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x98\x80z"), 1 + 1 + 2 + 2 + 1);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(DisplayWidth("\t\x7f"), 2 + 1);  // a control is shown as one sign
  EXPECT_EQ(DisplayWidth("\xff"), 1);
}

TEST(Text, Like) {
  EXPECT_EQ(LikeMatches("parton", "p%n"), true);
  EXPECT_EQ(LikeMatches("\xC3\xA4", "_"), true);
  EXPECT_EQ(LikeMatches("100%", "100!%", "!"), true);
  EXPECT_EQ(LikeMatches("a", "b"), false);
  EXPECT_EQ(LikeMatches("a", "a!", "!"), std::nullopt);
}

}  // namespace
}  // namespace parton
