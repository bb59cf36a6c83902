#include "types/text/unicode.h"

#include <gtest/gtest.h>

#include "types/text/base64.h"

namespace parton {
namespace {

constexpr char kMixed[] = "a\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80z";  // a, e acute, Han, smile, z

TEST(Unicode, CaseMapping) {
  EXPECT_EQ(ToUpper("abc-1"), "ABC-1");
  EXPECT_EQ(ToLower("ABC-1"), "abc-1");
  EXPECT_EQ(ToUpper("stra\xC3\x9F"
                    "e"),
            "STRASSE");
  EXPECT_EQ(ToUpper("\xC3\xA9"), "\xC3\x89");
  EXPECT_EQ(ToLower("\xC4\xB0"), "i\xCC\x87");
  EXPECT_EQ(ToLower("\xCE\x9F\xCE\xA3"), "\xCE\xBF\xCF\x82");  // a final sigma
  EXPECT_EQ(ToUpper("I'\xEF\xAC\x81"), "I'FI");
}

TEST(Unicode, CodePoints) {
  EXPECT_EQ(CodePointCount(""), 0u);
  EXPECT_EQ(CodePointCount(kMixed), 5u);
  EXPECT_EQ(CodePointOffset(kMixed, 2), 3u);
  EXPECT_EQ(CodePointOffset(kMixed, 99), sizeof(kMixed) - 1);
  EXPECT_EQ(CodePointSubstring(kMixed, 2, 2), "\xE6\xBC\xA2\xF0\x9F\x98\x80");
  EXPECT_EQ(CodePointSubstring(kMixed, 4, 9), "z");
  EXPECT_EQ(CodePointSubstring(kMixed, 5, 1), "");
  EXPECT_EQ(Utf16Length(kMixed), 6u);
  size_t pos = 6;
  EXPECT_EQ(NextCodePoint(kMixed, &pos), U'\U0001F600');
  EXPECT_EQ(pos, 10u);
}

TEST(Unicode, Validity) {
  EXPECT_TRUE(IsValidUtf8(kMixed));
  EXPECT_TRUE(IsValidUtf8(std::string(100, 'x') + kMixed));
  for (const char* bad : {"\xff", "\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "12345678\xE6\xBC"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
    EXPECT_TRUE(IsValidUtf8(ToValidUtf8(bad)));
    (void)CodePointCount(bad);
    (void)ToUpper(bad);
    (void)CodePointSubstring(bad, 1, 1);
  }
  EXPECT_TRUE(IsAscii("plain text"));
  EXPECT_FALSE(IsAscii(kMixed));
}

TEST(Base64, BothWays) {
  for (std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
  }
  EXPECT_EQ(Base64Encode("foob"), "Zm9vYg==");
  for (const char* bad : {"a", "ab=", "ab=c", "====", "a===", "ab c", "Zm9vYh=="}) {
    EXPECT_EQ(Base64Decode(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace parton
