// Takes CSV apart into fields, as RFC 4180 has it: records that go over several lines, and what is wrong in them.
#ifndef PARTON_IO_CSV_PARSER_H_
#define PARTON_IO_CSV_PARSER_H_

#include <string>
#include <string_view>

namespace parton {

class CsvParser {
 public:
  enum class Event {
    kMore,       // the text is used up
    kField,      // a field is read, and others follow in its record
    kLastField,  // a field is read, and it ends the record
    kBad,        // error() says why; the parser starts anew with the next text
  };

  CsvParser(char delimiter, char quote) : delimiter_(delimiter), quote_(quote) {}

  // Reads up to the end of the next field, and takes what it read from `*text`, a line with its end or a part of it.
  // Empty lines are no records.
  Event Next(std::string_view* text);
  // The text has ended: kMore, kLastField or kBad.
  Event End();

  // Of kField and kLastField, valid until the next call.
  std::string_view field() const { return field_; }
  bool quoted() const { return quoted_; }
  // Of kBad.
  const char* error() const { return error_; }

 private:
  enum class Place { kRecordStart, kFieldStart, kInField, kInQuotes, kAfterQuote };

  Event Bad(const char* why);
  // The end of a line outside quotes.
  Event EndOfLine();
  void StartField();

  char delimiter_;
  char quote_;
  Place place_ = Place::kRecordStart;
  std::string field_;
  bool quoted_ = false;
  bool delivered_ = false;  // field_ is read, and the next one starts an empty one
  const char* error_ = "";
};

// Adds the text in quotes to `out`, those within it doubled.
void AppendCsvQuoted(std::string_view text, std::string* out);

}  // namespace parton

#endif  // PARTON_IO_CSV_PARSER_H_
