// Files to read, plain or compressed: gzip and zstd are recognised by their first bytes.
#ifndef PARTON_IO_FILE_SOURCE_H_
#define PARTON_IO_FILE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "parton/database.h"
#include "parton/status.h"
#include "types/json/json_reader.h"

namespace parton {

class FileSource : public ByteSource {
 public:
  // How many bytes of the file itself were read, and how many it has; 0: unknown (a pipe).
  virtual uint64_t consumed() const = 0;
  virtual uint64_t size() const = 0;
};

// Errors (kIoError): absent, unreadable, a directory, refused by `access`. Read reports damaged or truncated
// compressed data.
Result<std::unique_ptr<FileSource>> OpenFileSource(const std::string& path, const FileAccess& access);

}  // namespace parton

#endif  // PARTON_IO_FILE_SOURCE_H_
