#include "io/file_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "parton/files.h"

namespace parton {

namespace {

constexpr size_t kChunk = 256 << 10;

}  // namespace

Compression CompressionOfFile(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::kGzip;
  if (path.ends_with(".zst") || path.ends_with(".zstd")) return Compression::kZstd;
  return Compression::kNone;
}

// Packs what it is given; the packed bytes go to `sink`.
class FileSink::Packer {
 public:
  explicit Packer(FileSink* sink) : sink_(sink), out_(kChunk) {}
  virtual ~Packer() = default;
  // `last`: nothing follows.
  virtual Status Pack(std::string_view s, bool last) = 0;

 protected:
  FileSink* sink_;
  std::vector<char> out_;
};

class FileSink::GzipPacker final : public Packer {
 public:
  explicit GzipPacker(FileSink* sink) : Packer(sink) {
    good_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipPacker() override {
    if (good_) deflateEnd(&stream_);
  }
  Status Pack(std::string_view s, bool last) override {
    if (!good_) return Status(StatusCode::kOutOfMemory, "no memory for gzip");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(s.data()));
    stream_.avail_in = static_cast<uInt>(s.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      PARTON_RETURN_IF_ERROR(sink_->WriteRaw({out_.data(), out_.size() - stream_.avail_out}));
    } while (stream_.avail_out == 0);
    return Status::Ok();
  }

 private:
  z_stream stream_{};
  bool good_ = false;
};

class FileSink::ZstdPacker final : public Packer {
 public:
  explicit ZstdPacker(FileSink* sink) : Packer(sink), stream_(ZSTD_createCStream(), &ZSTD_freeCStream) {
    if (stream_ != nullptr) ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
  }
  Status Pack(std::string_view s, bool last) override {
    if (stream_ == nullptr) return Status(StatusCode::kOutOfMemory, "no memory for zstd");
    ZSTD_inBuffer in{s.data(), s.size(), 0};
    bool more = true;
    while (more) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const size_t left = ZSTD_compressStream2(stream_.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left)) return Status::Internal(ZSTD_getErrorName(left));
      PARTON_RETURN_IF_ERROR(sink_->WriteRaw({out_.data(), out.pos}));
      more = last ? left != 0 : in.pos < in.size;
    }
    return Status::Ok();
  }

 private:
  std::unique_ptr<ZSTD_CStream, size_t (*)(ZSTD_CStream*)> stream_;
};

FileSink::FileSink() = default;

FileSink::~FileSink() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  if (!direct_) std::remove(temporary_.c_str());
}

Status FileSink::Open(const std::string& path, Compression compression, const FileAccess& access) {
  PARTON_RETURN_IF_ERROR(access.MayWrite(path));
  path_ = path;
  PARTON_RETURN_IF_ERROR(CheckFileUse(path, FileUse::kWrite));
  struct stat info;
  const bool there = stat(path.c_str(), &info) == 0;
  direct_ = there && !S_ISREG(info.st_mode);
  if (direct_) {
    file_ = std::fopen(path.c_str(), "wbe");
    if (file_ == nullptr) return Error();
  } else {
    const int fd = OpenTemporary();
    if (fd < 0) return Error();
    // Users who could not read the earlier file cannot read this one.
    if (there && fchmod(fd, info.st_mode & 0777) != 0) {
      Status error = Error();
      close(fd);
      return error;
    }
    file_ = fdopen(fd, "wb");
    if (file_ == nullptr) return Error();
  }
  std::setvbuf(file_, nullptr, _IOFBF, kChunk);
  if (compression == Compression::kGzip) packer_ = std::make_unique<GzipPacker>(this);
  if (compression == Compression::kZstd) packer_ = std::make_unique<ZstdPacker>(this);
  return Status::Ok();
}

// A new file in any case: never one that somebody put there, nor where a link leads.
int FileSink::OpenTemporary() {
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    temporary_ = fmt::format("{}.part-{}", path_, getpid());
    if (i > 0) temporary_ += fmt::format("-{}", i);
    const int fd = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

Status FileSink::Write(std::string_view s) { return packer_ != nullptr ? packer_->Pack(s, false) : WriteRaw(s); }

Status FileSink::WriteRaw(std::string_view s) {
  if (!s.empty() && std::fwrite(s.data(), s.size(), 1, file_) != 1) return Error();
  return Status::Ok();
}

Status FileSink::Finish() {
  if (packer_ != nullptr) PARTON_RETURN_IF_ERROR(packer_->Pack({}, true));
  if (std::fflush(file_) != 0 || (!direct_ && fsync(fileno(file_)) != 0)) return Error();
  std::FILE* f = std::exchange(file_, nullptr);
  const bool closed = std::fclose(f) == 0;
  if (closed && (direct_ || std::rename(temporary_.c_str(), path_.c_str()) == 0)) return Status::Ok();
  Status error = Error();
  if (!direct_) std::remove(temporary_.c_str());
  return error;
}

Status FileSink::Error() const {
  return Status::IoError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace parton
