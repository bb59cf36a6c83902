// Records of a CSV file as tuples.
#ifndef PARTON_IO_CSV_READER_H_
#define PARTON_IO_CSV_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/csv_types.h"
#include "parton/status.h"
#include "parton/value.h"
#include "types/json/json_reader.h"

namespace parton {

struct CsvOptions {
  bool header = true;  // the first record names the fields; else they are _1, _2, ...
  char delimiter = ',';
  char quote = '"';
  std::vector<std::string> columns;  // names given by the caller, in the place of the header's
  // Fields to convert, by name; the others are strings. An empty field of another type than STRING is left out.
  std::vector<std::pair<std::string, CsvType>> types;
  // Those of `types` that were guessed from a part of the file: a later field of another type is an error.
  std::vector<std::string> guessed;
  bool empty_is_absent = false;  // an empty field of type STRING is left out too, unless it is quoted: ""
};

// Options as a tuple, {'header': true, 'delimiter': ',', 'quote': '"', 'columns': [...], 'types': {...}}. Error:
// unknown names, wrong types.
Result<CsvOptions> ParseCsvOptions(const Value& options);

class ItemBuilder;

class CsvReader {
 public:
  // `source` must outlive the reader.
  CsvReader(ByteSource* source, CsvOptions options);
  ~CsvReader();

  // The names of the fields, as far as they are known: after the header was read. Errors: as Next's.
  Result<std::vector<std::string>> Names();
  // The next record, a STRUCT; false at the end. A record with fewer fields than the header lacks the last ones.
  // Errors name the line. After an error in the content of one record (recoverable() is true) the next call
  // continues after that record.
  Result<bool> Next(Value* out);
  // The same; the STRUCT is an encoded item where `builder` can make one.
  Result<bool> NextItem(ItemBuilder* builder, Value* out);
  // Skips one record without reading its fields.
  Result<bool> Skip();
  // The fields of the next record as written; valid until the next call.
  Result<bool> NextTexts(std::vector<std::string_view>* out);

  // Of the last record: the line it starts on, its text, whether its error was about it alone.
  uint64_t line() const;
  std::string_view text() const;
  bool recoverable() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct CsvGuess {
  std::vector<std::pair<std::string, CsvType>> types;  // of all fields, in order
  std::vector<std::string> guessed;                    // of these, the ones that were not known
  bool whole = false;                                  // the whole file was read
};

// Types of the fields from the first `records` records. Fields in `known` have the type given there.
Result<CsvGuess> GuessCsvTypes(ByteSource* source, CsvOptions options,
                               const std::vector<std::pair<std::string, CsvType>>& known, size_t records);

}  // namespace parton

#endif  // PARTON_IO_CSV_READER_H_
