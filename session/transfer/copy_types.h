// COPY of a CSV file: which type each field has.
#ifndef PARTON_SESSION_TRANSFER_COPY_TYPES_H_
#define PARTON_SESSION_TRANSFER_COPY_TYPES_H_

#include <string>

#include "io/file_source.h"
#include "session/commands/command_context.h"
#include "session/transfer/copy_options.h"
#include "types/schema/schema.h"

namespace parton {

// Keeps what is read until Rewind, to give it once more: also pipes can be looked into first.
class RewindableSource final : public ByteSource {
 public:
  // `file` must outlive the source.
  explicit RewindableSource(FileSource* file) : file_(file) {}
  Result<size_t> Read(char* buffer, size_t n) override;
  void Rewind();

 private:
  FileSource* file_;
  std::string seen_;
  size_t at_ = 0;
  bool keeping_ = true;
};

// Sets options->csv.types: the given ones, those that keys must have, else guesses. A regular file is read whole for
// them. Of anything else, and for PREVIEW, the first 1000 records are, through `source`; a field that is written
// otherwise further on is then an error of its record (options->csv.guessed).
// Where all items at the table's start have a STRING, a guess of another type gives way to it.
// Adds notices to the result. Errors: the file's; kCancelled.
Status DecideCsvTypes(const TablePtr& table, const std::string& path, RewindableSource* source,
                      CopyFromOptions* options, const CommandContext& context);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_COPY_TYPES_H_
