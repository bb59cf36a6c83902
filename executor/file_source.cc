#include "executor/file_source.h"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <zlib.h>

namespace parton {

namespace {

class GzFile final : public ByteSource {
 public:
  GzFile(std::string path, gzFile file) : path_(std::move(path)), file_(file) {}
  ~GzFile() override { gzclose(file_); }
  Result<size_t> Read(char* buffer, size_t n) override {
    int got = gzread(file_, buffer, static_cast<unsigned>(std::min<size_t>(n, 1 << 20)));
    if (got < 0) {
      int code = 0;
      const char* message = gzerror(file_, &code);
      return Status::IoError("cannot read " + path_ + ": " +
                             (code == Z_ERRNO ? std::strerror(errno) : message));
    }
    return static_cast<size_t>(got);
  }

 private:
  std::string path_;
  gzFile file_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return Status::IoError("cannot read " + path + ": it is a directory");
  }
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return Status::IoError("cannot open " + path + ": " + std::strerror(errno));
  gzbuffer(file, 256 << 10);
  return std::unique_ptr<ByteSource>(new GzFile(path, file));
}

}  // namespace parton
