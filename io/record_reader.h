// Records of a file in any of the formats of COPY, one after another, each with its line and text for error messages.
#ifndef PARTON_IO_RECORD_READER_H_
#define PARTON_IO_RECORD_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_reader.h"
#include "parton/status.h"
#include "parton/value.h"

namespace parton {

class ItemBuilder;

enum class FileFormat : uint8_t {
  kCsv,
  kJson,     // one array, or texts one after another
  kJsonl,    // one text a line
  kDdbJson,  // one item a line, as S3 exports have them: {"Item": {"id": {"S": "x"}}}, or bare
};

// csv, json, jsonl (ndjson), ddbjson; any case.
std::optional<FileFormat> FileFormatFromName(std::string_view name);
std::string_view FileFormatName(FileFormat format);
// By the suffix of the name, that of a compression aside.
std::optional<FileFormat> FormatOfFile(std::string_view path);

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // The next record; false at the end. Errors name the line. After an error in one record (recoverable() is true)
  // the next call continues after it.
  virtual Result<bool> Next(Value* out) = 0;
  // The same, for the writer of a table: items are encoded where `builder` can make them.
  virtual Result<bool> NextItem(ItemBuilder* builder, Value* out) = 0;
  // The same, but reads only as far as it takes to find the end of the record.
  virtual Result<bool> Skip() = 0;
  // Of the last record: the line on which it starts, whether its error was about it alone, and its text
  // (empty where that is not kept).
  virtual uint64_t line() const = 0;
  virtual bool recoverable() const = 0;
  virtual std::string_view text() const = 0;
};

// `source` must outlive the reader; `csv` is for kCsv.
Result<std::unique_ptr<RecordReader>> MakeRecordReader(ByteSource* source, FileFormat format, CsvOptions csv);

}  // namespace parton

#endif  // PARTON_IO_RECORD_READER_H_
