// JSON and DynamoDB-JSON into Values.
//
// Numbers are exact: one written without a point and integral (1, 1e3) is an INT, any other a
// DECIMAL with its scale; more than 38 significant digits are an error. Objects keep member order, and duplicate
// names are kept. Input must be UTF-8; nesting is limited to kMaxJsonDepth.
#ifndef PARTON_TYPES_JSON_JSON_READER_H_
#define PARTON_TYPES_JSON_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "parton/json.h"
#include "parton/status.h"
#include "parton/value.h"

namespace parton {

inline constexpr int kMaxJsonDepth = 256;

// One DynamoDB-JSON text: an attribute value ({"S": "x"}), else an item as for DynamoItemFromJson.
Result<Value> ParseDynamoJson(std::string_view text);

// The attribute value that `json` spells. Errors (Validation) as DynamoDB words them.
Result<Value> DynamoValueFromJson(const Value& json);
// An item: {"id": {"N": "1"}, ...}, or {"Item": {...}} as in S3 exports.
Result<Value> DynamoItemFromJson(const Value& json);

// Where a reader's bytes come from: a file, a decompressor.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `n` bytes into `buffer`; 0 at the end.
  virtual Result<size_t> Read(char* buffer, size_t n) = 0;
};

// Records of a stream: JSON texts one after another (JSON lines), and the elements of arrays that
// stand at the top. Holds one buffer and one record at a time. Not for use from several threads.
class JsonRecordReader {
 public:
  enum class Format : uint8_t { kJson, kDynamoItem };

  // `source` must outlive the reader.
  JsonRecordReader(ByteSource* source, Format format);
  ~JsonRecordReader();

  // The next record into `*out`; false at the end. Errors name the line. After an error in the content of one
  // record (line() is set, recoverable() true) the next call continues after that record.
  Result<bool> Next(Value* out);
  // The line, from 1, on which the last record started.
  uint64_t line() const;
  bool recoverable() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parton

#endif  // PARTON_TYPES_JSON_JSON_READER_H_
