// The quick parser agrees with the careful one, or leaves the text to it.
#include "types/json/json_fast.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "types/json/json_reader.h"

namespace parton {
namespace {

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  Result<size_t> Read(char* buffer, size_t n) override {
    const size_t got = text_.copy(buffer, n);
    text_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view text_;
};

// By RapidJSON, which reads streams.
Result<Value> Carefully(std::string_view text) {
  const std::string wrapped = "[" + std::string(text) + "]";
  TextSource source(wrapped);
  JsonRecordReader reader(&source, JsonRecordReader::Format::kJson);
  Value v;
  Result<bool> more = reader.Next(&v);
  if (!more.ok()) return std::move(more).status();
  if (!*more) return Status::Validation("nothing");
  Value rest;
  Result<bool> end = reader.Next(&rest);
  if (!end.ok()) return std::move(end).status();
  if (*end) return Status::Validation("more");
  return v;
}

constexpr std::string_view kTexts[] = {R"(0)",
                                       R"(-0)",
                                       R"(12)",
                                       R"(-7)",
                                       R"(01)",
                                       R"(-)",
                                       R"(1.)",
                                       R"(.5)",
                                       R"(1.50)",
                                       R"(-0.001)",
                                       R"(1e3)",
                                       R"(1E-2)",
                                       R"(123456789012345678)",
                                       R"(1234567890123456789)",
                                       R"(12345678901234567890123456789012345678)",
                                       R"(123456789012345678901234567890123456789)",
                                       R"(0.1234567890123456789012345678901234567)",
                                       R"(1.5e)",
                                       R"(true)",
                                       R"(false)",
                                       R"(null)",
                                       R"(tru)",
                                       R"(nul)",
                                       R"(True)",
                                       R"("")",
                                       R"("a")",
                                       R"("abcdefgh")",
                                       R"("abcdefghi")",
                                       R"("a\"b")",
                                       R"("\\")",
                                       R"("\/\b\f\n\r\t")",
                                       R"("\u0041\u00e9\u20AC")",
                                       R"("\ud83d\ude00")",
                                       R"("\ud83d")",
                                       R"("\ude00")",
                                       R"("\u12")",
                                       R"("\x")",
                                       "\"tab\there\"",
                                       "\"new\nline\"",
                                       R"("open)",
                                       R"("esc\)",
                                       "\"\xC3\xA9t\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"",
                                       "\"\xC3\"",
                                       "\"\xFF abcdefgh\"",
                                       "\"\xC0\x80\"",
                                       R"({})",
                                       R"([])",
                                       R"( { "a" : 1 , "b" : [ 1 , 2.5 , { "c" : null } ] } )",
                                       R"({"a":1,"a":2})",
                                       R"({"a":1,})",
                                       R"([1,])",
                                       R"({"a"})",
                                       R"({a:1})",
                                       R"({"a":1)",
                                       R"([1)",
                                       R"([[[[[[[[[[1]]]]]]]]]])",
                                       R"({"a":1}})",
                                       R"(1 2)",
                                       R"({"":""})",
                                       R"([1 2])",
                                       R"({"k\u0041":"v"})",
                                       R"({"a":"\u0000"})",
                                       "\"\\u0000x\"",
                                       R"(/**/1)",
                                       R"('a')"};

TEST(JsonFast, AgreesWithTheCarefulParser) {
  for (std::string_view text : kTexts) {
    Result<Value> careful = Carefully(text);
    std::optional<Value> fast = ParseUsualJson(text);
    if (fast) {
      ASSERT_TRUE(careful.ok()) << text;
      EXPECT_EQ(fast->ToLiteral(), careful->ToLiteral()) << text;
      EXPECT_EQ(fast->type(), careful->type()) << text;
    }
    Result<Value> parsed = ParseJson(text);
    EXPECT_EQ(parsed.ok(), careful.ok()) << text;
    if (parsed.ok() && careful.ok()) {
      EXPECT_EQ(parsed->ToLiteral(), careful->ToLiteral()) << text;
    }
  }
}

TEST(JsonFast, TakesWhatIsUsual) {
  for (const char* text : {R"({"id": 1, "name": "x", "price": 12.50, "tags": ["a", "\n"], "ok": true})", R"("é")"}) {
    EXPECT_TRUE(ParseUsualJson(text).has_value()) << text;
  }
}

TEST(JsonFast, LeavesDeepTextsAlone) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_FALSE(ParseUsualJson(deep).has_value());
  EXPECT_TRUE(ParseJson(deep).ok());
}

// Specials at every position of the eight bytes that are looked at together.
TEST(JsonFast, FindsSpecialsAnywhere) {
  for (size_t length = 0; length < 40; ++length) {
    for (std::string_view special : {"\\n", "\\u00e9", "\xC3\xA9", "\x01", "\x80"}) {
      for (size_t at = 0; at <= length; ++at) {
        std::string text = "\"" + std::string(length, 'x') + "\"";
        text.insert(1 + at, special);
        Result<Value> careful = Carefully(text), parsed = ParseJson(text);
        ASSERT_EQ(parsed.ok(), careful.ok()) << text;
        if (parsed.ok()) {
          ASSERT_EQ(parsed->ToLiteral(), careful->ToLiteral());
        }
      }
    }
  }
}

}  // namespace
}  // namespace parton
