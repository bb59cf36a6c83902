// The file SERVE beside LOCK: who serves a database, and where. It is locked as long as the server lives, so that one
// that was left behind tells nobody anything (storage/local/recovery/open_directory.cc reads it).
#ifndef PARTON_SERVER_SERVE_FILE_H_
#define PARTON_SERVER_SERVE_FILE_H_

#include <memory>
#include <string>

#include "parton/status.h"

namespace parton::server {

class ServeFile {
 public:
  // Errors (kIoError): it cannot be written.
  static Result<std::unique_ptr<ServeFile>> Write(const std::string& directory, const std::string& url);
  // Removes it.
  ~ServeFile();
  ServeFile(const ServeFile&) = delete;
  ServeFile& operator=(const ServeFile&) = delete;

 private:
  ServeFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
};

}  // namespace parton::server

#endif  // PARTON_SERVER_SERVE_FILE_H_
