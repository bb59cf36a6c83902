#include "io/csv_parser.h"

namespace parton {

CsvParser::Event CsvParser::Bad(const char* why) {
  error_ = why;
  place_ = Place::kRecordStart;
  delivered_ = true;
  return Event::kBad;
}

CsvParser::Event CsvParser::EndOfLine() {
  if (place_ == Place::kRecordStart) return Event::kMore;
  place_ = Place::kRecordStart;
  delivered_ = true;
  return Event::kLastField;
}

void CsvParser::StartField() {
  if (!delivered_) return;
  field_.clear();
  quoted_ = false;
  delivered_ = false;
}

CsvParser::Event CsvParser::Next(std::string_view* text) {
  StartField();
  while (!text->empty()) {
    const char c = text->front();
    text->remove_prefix(1);
    if (place_ == Place::kInQuotes) {
      if (c == quote_) {
        place_ = Place::kAfterQuote;
      } else {
        field_ += c;
      }
      continue;
    }
    if (c == delimiter_) {
      place_ = Place::kFieldStart;
      delivered_ = true;
      return Event::kField;
    }
    if (c == '\n' || c == '\r') {
      if (c == '\r' && !text->empty() && text->front() != '\n') {
        return Bad("a carriage return stands within the line; lines end with LF or CRLF");
      }
      if (c == '\r' && !text->empty()) text->remove_prefix(1);
      if (EndOfLine() == Event::kLastField) return Event::kLastField;
      continue;
    }
    if (c == quote_) {
      if (place_ == Place::kInField) return Bad("a quote stands within a field that does not start with one");
      if (place_ == Place::kAfterQuote) field_ += c;  // two are one
      place_ = Place::kInQuotes;
      quoted_ = true;
      continue;
    }
    if (place_ == Place::kAfterQuote) return Bad("text follows the quote that ends a field");
    place_ = Place::kInField;
    field_ += c;
  }
  return Event::kMore;
}

CsvParser::Event CsvParser::End() {
  StartField();
  if (place_ == Place::kInQuotes) return Bad("a quote is open at the end");
  return EndOfLine();
}

void AppendCsvQuoted(std::string_view text, std::string* out) {
  *out += '"';
  for (const char c : text) {
    if (c == '"') *out += '"';
    *out += c;
  }
  *out += '"';
}

}  // namespace parton
