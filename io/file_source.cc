#include "io/file_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "parton/files.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kChunk = 256 << 10;

Status Error(const std::string& path, std::string_view what) {
  return Status::IoError("cannot read " + path + ": " + std::string(what));
}

// The bytes as they are on disk, with a look at the first ones.
class PlainFile final : public FileSource {
 public:
  // `waits`: there may be nothing to read for now, as of a pipe; `fd` does not block then.
  PlainFile(std::string path, int fd, uint64_t size, bool waits)
      : path_(std::move(path)), fd_(fd), size_(size), waits_(waits) {}
  ~PlainFile() override { close(fd_); }

  Result<size_t> Read(char* buffer, size_t n) override {
    if (at_ < ahead_.size()) {
      const size_t got = std::min(n, ahead_.size() - at_);
      std::memcpy(buffer, ahead_.data() + at_, got);
      at_ += got;
      return got;
    }
    for (;;) {
      CheckPoint();
      if (waits_ && !Ready()) continue;
      const ssize_t got = read(fd_, buffer, std::min(n, kChunk));
      if (got < 0 && (errno == EINTR || (waits_ && errno == EAGAIN))) continue;
      if (got < 0) return Error(path_, std::strerror(errno));
      consumed_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
  }
  uint64_t consumed() const override { return consumed_; }
  uint64_t size() const override { return size_; }
  const std::string& path() const { return path_; }

  // The first bytes, at least `n` unless the file is shorter; they will be read again.
  Result<std::string_view> Peek(size_t n) {
    char buffer[16];
    while (ahead_.size() < n) {
      at_ = ahead_.size();
      PARTON_ASSIGN_OR_RETURN(size_t got, Read(buffer, sizeof(buffer)));
      if (got == 0) break;
      ahead_.append(buffer, got);
    }
    at_ = 0;
    return std::string_view(ahead_);
  }

 private:
  // Waits a little for something to read.
  bool Ready() const {
    pollfd p{fd_, POLLIN, 0};
    return poll(&p, 1, 50) > 0;
  }

  const std::string path_;
  const int fd_;
  const uint64_t size_;
  const bool waits_;
  uint64_t consumed_ = 0;
  std::string ahead_;
  size_t at_ = 0;
};

// What both decompressors share: a buffer of packed bytes.
class PackedFile : public FileSource {
 public:
  explicit PackedFile(std::unique_ptr<PlainFile> file) : file_(std::move(file)), packed_(kChunk) {}
  uint64_t consumed() const override { return file_->consumed(); }
  uint64_t size() const override { return file_->size(); }

 protected:
  // False at the end of the file.
  Result<bool> Fill() {
    PARTON_ASSIGN_OR_RETURN(filled_, file_->Read(packed_.data(), packed_.size()));
    return filled_ > 0;
  }

  std::unique_ptr<PlainFile> file_;
  std::vector<char> packed_;
  size_t filled_ = 0;
};

// One or more gzip members, one after another.
class GzipFile final : public PackedFile {
 public:
  explicit GzipFile(std::unique_ptr<PlainFile> file) : PackedFile(std::move(file)) {
    good_ = inflateInit2(&stream_, 15 + 16) == Z_OK;
  }
  ~GzipFile() override {
    if (good_) inflateEnd(&stream_);
  }

  Result<size_t> Read(char* buffer, size_t n) override {
    if (!good_) return Error(file_->path(), "no memory for gzip");
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min(n, kChunk));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        PARTON_ASSIGN_OR_RETURN(bool more, Fill());
        if (!more) {
          if (between_members_) return size_t{0};
          return Error(file_->path(), "the gzip data is cut short");
        }
        stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
        stream_.avail_in = static_cast<uInt>(filled_);
      }
      between_members_ = false;
      const int rc = inflate(&stream_, Z_NO_FLUSH);
      if (rc == Z_STREAM_END) {
        between_members_ = true;
        inflateReset(&stream_);
      } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        return Error(file_->path(), "the gzip data is damaged");
      }
    }
    return static_cast<size_t>(wanted - stream_.avail_out);
  }

 private:
  z_stream stream_{};
  bool good_ = false;
  bool between_members_ = false;
};

class ZstdFile final : public PackedFile {
 public:
  explicit ZstdFile(std::unique_ptr<PlainFile> file)
      : PackedFile(std::move(file)), stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {}

  Result<size_t> Read(char* buffer, size_t n) override {
    if (stream_ == nullptr) return Error(file_->path(), "no memory for zstd");
    ZSTD_outBuffer out{buffer, std::min(n, kChunk), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !flushing_) {
        PARTON_ASSIGN_OR_RETURN(bool more, Fill());
        if (!more) {
          if (at_frame_end_) return size_t{0};
          return Error(file_->path(), "the zstd data is cut short");
        }
        in_ = {packed_.data(), filled_, 0};
      }
      const size_t left = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(left)) return Error(file_->path(), "the zstd data is damaged");
      at_frame_end_ = left == 0;
      flushing_ = out.pos == out.size && left != 0;
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool at_frame_end_ = true;
  bool flushing_ = false;  // the decompressor may hold more output
};

}  // namespace

Result<std::unique_ptr<FileSource>> OpenFileSource(const std::string& path, const FileAccess& access) {
  PARTON_RETURN_IF_ERROR(access.MayRead(path));
  PARTON_RETURN_IF_ERROR(CheckFileUse(path, FileUse::kRead));
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Status::IoError("cannot open " + path + ": " + std::strerror(errno));
  struct stat info;
  const bool known = fstat(fd, &info) == 0;
  if (known && S_ISDIR(info.st_mode)) {
    close(fd);
    return Error(path, "it is a directory");
  }
  const uint64_t size = known && S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
  const bool waits = !known || !(S_ISREG(info.st_mode) || S_ISBLK(info.st_mode));
  auto file = std::make_unique<PlainFile>(path, fd, size, waits);
  PARTON_ASSIGN_OR_RETURN(std::string_view start, file->Peek(4));
  if (start.starts_with("\x1f\x8b")) return std::unique_ptr<FileSource>(new GzipFile(std::move(file)));
  if (start.starts_with("\x28\xb5\x2f\xfd")) {
    return std::unique_ptr<FileSource>(new ZstdFile(std::move(file)));
  }
  return std::unique_ptr<FileSource>(std::move(file));
}

}  // namespace parton
