// Ion text to values.
#include "parser/ion_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "parton/temporal.h"

namespace parton {
namespace {

Value Read(std::string_view text) {
  Result<Value> v = ReadIon(text);
  EXPECT_TRUE(v.ok()) << text << ": " << v.status().ToString();
  return v.ok() ? *v : Value();
}

TEST(IonReaderTest, Scalars) {
  EXPECT_TRUE(Read("null").is_null());
  for (const char* type : {"null", "bool", "int", "float", "decimal", "timestamp", "symbol", "string", "clob", "blob",
                           "list", "sexp", "struct"}) {
    EXPECT_TRUE(Read(std::string("null.") + type).is_null()) << type;
  }
  EXPECT_TRUE(Read("true").is_true());
  EXPECT_EQ(Read("-12_345").int_value(), -12345);
  EXPECT_EQ(Read("0xFf").int_value(), 255);
  EXPECT_EQ(Read("-0b101").int_value(), -5);
  EXPECT_EQ(Read("1.50").number().ToText(), "1.50");
  EXPECT_EQ(Read("5.").type(), Type::kDecimal);
  EXPECT_EQ(Read("1d0").type(), Type::kDecimal);
  EXPECT_EQ(Read("-5d-1").number().ToText(), "-0.5");
  EXPECT_EQ(Read("15e-1").float_value(), 1.5);
  EXPECT_TRUE(std::isnan(Read("nan").float_value()));
  EXPECT_EQ(Read("-inf").float_value(), -INFINITY);
  EXPECT_EQ(Read("+inf").float_value(), INFINITY);
  EXPECT_EQ(Read("hello").type(), Type::kSymbol);
  EXPECT_EQ(Read("'hello world'").bytes(), "hello world");
  EXPECT_EQ(Read(" /* a */ x // b").bytes(), "x");
}

TEST(IonReaderTest, Strings) {
  EXPECT_EQ(Read(R"("a\tb\"\\\x41\u00e9\U0001F600\/")").bytes(), "a\tb\"\\A\xC3\xA9\xF0\x9F\x98\x80/");
  EXPECT_EQ(Read(R"("\uD83D\uDE00")").bytes(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(Read("\"\xF0\x9F\x98\x80\"").bytes(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(Read("'''it's ''' '''long\\\n'''").bytes(), "it's long");
  EXPECT_EQ(Read("''").type(), Type::kSymbol);
}

TEST(IonReaderTest, LobsAndTimestamps) {
  EXPECT_EQ(Read("{{ aGk= }}").bytes(), "hi");
  EXPECT_EQ(Read("{{}}").type(), Type::kBlob);
  EXPECT_EQ(Read(R"({{"a\xff"}})").type(), Type::kClob);
  EXPECT_EQ(Read(R"({{"a\xff"}})").bytes(), "a\xff");
  EXPECT_EQ(Read("2017T").type(), Type::kTimestamp);
  EXPECT_EQ(Read("2017-01-02T03:04:05.006+07:00").timestamp().time.offset, 420);
}

TEST(IonReaderTest, Containers) {
  Value v = Read("{a: [1, two, \"three\",], 'b c': (+ 1 (x)), \"d\": {}, a: null}");
  ASSERT_EQ(v.fields().size(), 4u);
  EXPECT_EQ(v.fields()[0].value.elements().size(), 3u);
  EXPECT_EQ(v.fields()[1].name, "b c");
  EXPECT_EQ(v.fields()[1].value.type(), Type::kSexp);
  EXPECT_EQ(v.fields()[1].value.elements()[0].bytes(), "+");
  EXPECT_EQ(v.fields()[3].name, "a");
  EXPECT_EQ(Read("a::'b'::[x::1]").elements()[0].int_value(), 1);
  EXPECT_TRUE(Read("()").elements().empty());
  EXPECT_EQ(Read("(n1 -> n2)").elements().size(), 3u);
}

TEST(IonReaderTest, Refuses) {
  for (const char* bad :
       {"",        "[1",       "{a}", "{a:}",  "01",      "1 2",         "null.foo", "\"a", "'''a", "{{a}}",
        "{{\"a}}", "2017-13T", "0x",  "1.5.2", "\"\\q\"", "\"\\uD800\"", "[,]",      "a::", "1abc", "+"}) {
    EXPECT_FALSE(ReadIon(bad).ok()) << bad;
  }
  EXPECT_FALSE(ReadIon(std::string(100'000, '[')).ok());
}

TEST(Base64Test, Strict) {
  std::string out;
  EXPECT_TRUE(DecodeBase64("", &out));
  EXPECT_TRUE(DecodeBase64("AAEC", &out));
  EXPECT_EQ(out, std::string("\0\1\2", 3));
  out.clear();
  EXPECT_TRUE(DecodeBase64(" aA == ", &out));
  EXPECT_EQ(out, "h");
  for (const char* bad : {"A", "AA", "AAA", "A===", "====", "AA=A", "AAAA=", "AA==AAAA", "A!AA", "AA=", "=AAA"}) {
    EXPECT_FALSE(DecodeBase64(bad, &out)) << bad;
  }
}

}  // namespace
}  // namespace parton
