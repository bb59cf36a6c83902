// Where a load puts bad records: a JSON object a line, with `line`, `reason` and `record`.
#ifndef PARTON_IO_ERROR_FILE_H_
#define PARTON_IO_ERROR_FILE_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "parton/database.h"
#include "parton/status.h"

namespace parton {

// It is synced before the batch of its records is written: neither a killed process nor a power loss loses one.
class ErrorFile {
 public:
  ErrorFile() = default;
  ~ErrorFile();
  ErrorFile(const ErrorFile&) = delete;
  ErrorFile& operator=(const ErrorFile&) = delete;

  // Starts an empty file; with `keep` it keeps the entries of an earlier run up to that line of the input.
  // Error, here and below (kIoError): the system's, or `access` refuses the path.
  Status Open(const std::string& path, uint64_t keep, const FileAccess& access);
  bool is_open() const { return file_ != nullptr; }
  Status Add(uint64_t line, const Status& reason, std::string_view record);
  // Syncs the added records to disk.
  Status Flush();

 private:
  Status Error() const;

  std::string path_;
  std::FILE* file_ = nullptr;
  bool unsynced_ = false;
};

}  // namespace parton

#endif  // PARTON_IO_ERROR_FILE_H_
