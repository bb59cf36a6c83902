// Files to write, plain or compressed, which appear under their name only when they are whole.
#ifndef PARTON_IO_FILE_SINK_H_
#define PARTON_IO_FILE_SINK_H_

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "parton/database.h"
#include "parton/status.h"

namespace parton {

enum class Compression : uint8_t { kNone, kGzip, kZstd };

// By the suffix: .gz, .zst, .zstd.
Compression CompressionOfFile(std::string_view path);

// Writes to a new file `path`.part-PID, which Finish renames; given up before, it is removed. It gets the access rights
// of the file that it takes the place of. What is no regular file (a device, a pipe, /dev/stdout) is written directly.
// Files of databases are refused.
class FileSink {
 public:
  FileSink();
  ~FileSink();
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  // Errors, here and below (kIoError): what the system says of the file; refused by `access`.
  Status Open(const std::string& path, Compression compression, const FileAccess& access);
  Status Write(std::string_view s);
  // Everything is on disk, and under its name.
  Status Finish();

 private:
  class Packer;
  class GzipPacker;
  class ZstdPacker;

  Status Error() const;
  int OpenTemporary();
  Status WriteRaw(std::string_view s);

  std::string path_;
  std::string temporary_;
  std::FILE* file_ = nullptr;
  bool direct_ = false;
  std::unique_ptr<Packer> packer_;  // null: plain
};

}  // namespace parton

#endif  // PARTON_IO_FILE_SINK_H_
