#include "io/csv_parser.h"

#include <gtest/gtest.h>

namespace parton {
namespace {

// The records as text: [field], [] of quotes, - without; | ends a record, ! is an error.
std::string Parse(std::string_view text) {
  CsvParser parser(',', '"');
  std::string out;
  auto add = [&](CsvParser::Event event) {
    if (event == CsvParser::Event::kBad) {
      out += '!';
      out += parser.error();
    } else if (event != CsvParser::Event::kMore) {
      out += parser.field().empty() && !parser.quoted() ? "-" : "[" + std::string(parser.field()) + "]";
      if (event == CsvParser::Event::kLastField) out += '|';
    }
    return event != CsvParser::Event::kMore && event != CsvParser::Event::kBad;
  };
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n') == text.npos ? text.size() : text.find('\n') + 1);
    text.remove_prefix(line.size());
    while (add(parser.Next(&line))) {
    }
  }
  add(parser.End());
  return out;
}

TEST(CsvParser, FieldsAndRecords) {
  EXPECT_EQ(Parse("a,b\nc,d"), "[a][b]|[c][d]|");
  EXPECT_EQ(Parse("a,b\r\n\r\n\nc,d\r\n"), "[a][b]|[c][d]|");
  EXPECT_EQ(Parse(",\"\",x,\n"), "-[][x]-|");
  EXPECT_EQ(Parse(" a , b \n"), "[ a ][ b ]|");
  EXPECT_EQ(Parse(""), "");
}

TEST(CsvParser, Quotes) {
  EXPECT_EQ(Parse("\"a,\"\"b\"\"\",c\n"), "[a,\"b\"][c]|");
  EXPECT_EQ(Parse("\"a\n\nb\",\"c\r\nd\"\ne\n"), "[a\n\nb][c\r\nd]|[e]|");
  EXPECT_EQ(Parse("\"a\""), "[a]|");
}

TEST(CsvParser, WhatIsWrong) {
  EXPECT_EQ(Parse("a\"b\nc\n"), "!a quote stands within a field that does not start with one[c]|");
  EXPECT_EQ(Parse("\"a\"b\nc\n"), "!text follows the quote that ends a field[c]|");
  EXPECT_EQ(Parse("a,\"b\nc\n"), "[a]!a quote is open at the end");
  EXPECT_EQ(Parse("a\rb\nc"), "!a carriage return stands within the line; lines end with LF or CRLF[c]|");
}

TEST(CsvParser, Writes) {
  std::string out = "x,";
  AppendCsvQuoted("a\"b,\n", &out);
  EXPECT_EQ(out, "x,\"a\"\"b,\n\"");
}

}  // namespace
}  // namespace parton
