// Records of a CSV file as tuples.
#ifndef PARTON_EXECUTOR_CSV_READER_H_
#define PARTON_EXECUTOR_CSV_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/evaluate.h"
#include "types/json_reader.h"

namespace parton {

struct CsvOptions {
  bool header = true;  // the first record names the fields; else they are _1, _2, ...
  char delimiter = ',';
  char quote = '"';
  std::vector<std::string> columns;  // names given by the caller, in the place of _1, _2, ...
  // Fields to convert, by name; the others are strings. An empty field of another type than STRING is left out.
  std::vector<std::pair<std::string, TypeSpec>> types;
};

// Options as a tuple, {'header': true, 'delimiter': ',', 'quote': '"', 'columns': [...], 'types': {...}}. Error:
// unknown names, wrong types.
Result<CsvOptions> ParseCsvOptions(const Value& options);

class CsvReader {
 public:
  // `source` must outlive the reader.
  CsvReader(ByteSource* source, CsvOptions options);
  ~CsvReader();

  // The next record, a STRUCT; false at the end. Errors name the record.
  Result<bool> Next(Value* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_CSV_READER_H_
