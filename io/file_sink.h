// Files to write, plain or compressed. A file appears under its name only when it is complete.
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

// Writes to a new file `path`.part-PID. Finish renames it; the destructor removes it if Finish was not called. It
// gets the access rights of the file that it replaces. A device, a pipe or /dev/stdout is written directly.
// Files of databases are refused.
class FileSink {
 public:
  FileSink();
  ~FileSink();
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  // Error, here and below (kIoError): the system's, or `access` refuses the path.
  Status Open(const std::string& path, Compression compression, const FileAccess& access);
  Status Write(std::string_view s);
  // Syncs the file, and gives it its name.
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
