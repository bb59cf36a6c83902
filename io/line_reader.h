// Lines of a stream, read in big pieces.
#ifndef PARTON_IO_LINE_READER_H_
#define PARTON_IO_LINE_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "types/json/json_reader.h"

namespace parton {

class LineReader {
 public:
  // Generous: an item has at most 400 KB.
  static constexpr size_t kMaxLine = 16 << 20;

  // `source` must outlive the reader. A byte order mark at the start is skipped.
  explicit LineReader(ByteSource* source) : source_(source) {}

  // The next line with its end ("\n", unless the last one has none); valid until the next call. False at the
  // end. Errors: the source's; a line longer than kMaxLine.
  Result<bool> Next(std::string_view* line);
  // The number of the last line, from 1.
  uint64_t line() const { return line_; }

 private:
  ByteSource* source_;
  std::vector<char> buffer_ = std::vector<char>(256 << 10);
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t line_ = 0;
  bool ended_ = false;
};

}  // namespace parton

#endif  // PARTON_IO_LINE_READER_H_
