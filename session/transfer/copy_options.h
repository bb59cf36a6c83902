// The options in the parentheses of COPY.
#ifndef PARTON_SESSION_TRANSFER_COPY_OPTIONS_H_
#define PARTON_SESSION_TRANSFER_COPY_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "io/csv_reader.h"
#include "io/file_sink.h"
#include "io/record_reader.h"
#include "parser/ast.h"
#include "parton/status.h"
#include "session/transfer/load.h"

namespace parton {

struct CopyFromOptions {
  FileFormat format = FileFormat::kCsv;
  CsvOptions csv;     // `types`: those given
  bool infer = true;  // guess the types of the other fields
  LoadOptions load;
  bool resume = false;
  bool preview = false;
  uint64_t skip = 0;  // records at the beginning that are left out
};

// COPY between databases.
struct CopyRemoteOptions {
  LoadOptions load;
  bool resume = false;
  bool create = false;    // make the table if it is not there, with the keys and indexes of the other one
  double rate = 0;        // units a second, of the remote engine
  uint64_t segments = 0;  // of a parallel scan; 0: by the table's size
};

struct CopyToOptions {
  FileFormat format = FileFormat::kCsv;
  Compression compression = Compression::kNone;
  bool header = true;
  char delimiter = ',';
};

// Errors: an option there is not (with the nearest name), a wrong value, no format.
Result<CopyFromOptions> ParseCopyFrom(const std::vector<ast::Option>& options, const std::string& file);
Result<CopyRemoteOptions> ParseCopyRemote(const std::vector<ast::Option>& options, bool from);
Result<CopyToOptions> ParseCopyTo(const std::vector<ast::Option>& options, const std::string& file);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_COPY_OPTIONS_H_
