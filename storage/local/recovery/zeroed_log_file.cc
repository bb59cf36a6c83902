#include "storage/local/recovery/zeroed_log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace parton {

namespace {

constexpr uint64_t kSmallCommit = 16 << 10;  // larger ones would write much of the log twice
constexpr size_t kBuffer = 64 << 10;

class ZeroedLogFile final : public leveldb::WritableFile {
 public:
  ZeroedLogFile(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
  ~ZeroedLogFile() override {
    if (fd_ >= 0) (void)ZeroedLogFile::Close();
  }

  leveldb::Status Append(const leveldb::Slice& data) override {
    if (buffer_.size() + data.size() > kBuffer) {
      leveldb::Status s = Flush();
      if (!s.ok()) return s;
    }
    if (data.size() > kBuffer) return Write({data.data(), data.size()});
    buffer_.append(data.data(), data.size());
    return leveldb::Status::OK();
  }

  leveldb::Status Flush() override {
    leveldb::Status s = Write(buffer_);
    buffer_.clear();
    return s;
  }

  leveldb::Status Sync() override {
    leveldb::Status s = Flush();
    if (!s.ok()) return s;
    if (end_ > zeroed_ && end_ - synced_ <= kSmallCommit) WriteZeros();
    synced_ = end_;
    return ::fdatasync(fd_) == 0 ? leveldb::Status::OK() : Error();
  }

  leveldb::Status Close() override {
    leveldb::Status s = Flush();
    // The next log's records must not be there without the end of this one.
    if (s.ok() && zeroed_ > end_ && (!CutOff() || ::fdatasync(fd_) != 0)) s = Error();
    if (::close(std::exchange(fd_, -1)) != 0 && s.ok()) s = Error();
    return s;
  }

 private:
  leveldb::Status Error() const { return leveldb::Status::IOError(name_, std::strerror(errno)); }

  bool WriteAt(std::string_view data, uint64_t at) {
    while (!data.empty()) {
      const ssize_t n = ::pwrite(fd_, data.data(), data.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      data.remove_prefix(static_cast<size_t>(n));
      at += static_cast<uint64_t>(n);
    }
    return true;
  }

  leveldb::Status Write(std::string_view data) {
    if (!WriteAt(data, end_)) return Error();
    end_ += data.size();
    return leveldb::Status::OK();
  }

  bool CutOff() {
    int result;
    do {
      result = ::ftruncate(fd_, static_cast<off_t>(end_));
    } while (result != 0 && errno == EINTR);
    return result == 0;
  }

  // Where there is no room for them, the log grows as others do.
  void WriteZeros() {
    static const std::string kZeros(kLogZerosAhead, '\0');
    if (WriteAt(kZeros, end_) || !CutOff()) zeroed_ = end_ + kLogZerosAhead;
  }

  const std::string name_;
  int fd_;
  std::string buffer_;
  uint64_t end_ = 0;     // of what was written
  uint64_t synced_ = 0;  // up to here
  uint64_t zeroed_ = 0;  // zeros lie between end_ and here, where there was room for them
};

}  // namespace

leveldb::Status NewZeroedLogFile(const std::string& name, leveldb::WritableFile** file) {
  *file = nullptr;
  const int fd = ::open(name.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) return leveldb::Status::IOError(name, std::strerror(errno));
  *file = new ZeroedLogFile(name, fd);
  return leveldb::Status::OK();
}

}  // namespace parton
