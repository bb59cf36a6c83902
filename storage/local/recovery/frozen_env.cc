#include "storage/local/recovery/frozen_env.h"

#include <fcntl.h>
#include <leveldb/helpers/memenv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>

#include "storage/local/engine.h"
#include "storage/local/recovery/log_scan.h"
#include "storage/local/recovery/manifest.h"

namespace parton {

namespace {

class MappedFile final : public leveldb::RandomAccessFile {
 public:
  MappedFile(std::string name, char* data, size_t size) : name_(std::move(name)), data_(data), size_(size) {}
  ~MappedFile() override { ::munmap(data_, size_); }

  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result, char*) const override {
    *result = leveldb::Slice();
    if (offset > size_ || n > size_ - offset) return leveldb::Status::IOError(name_, "it is shorter than it should be");
    *result = leveldb::Slice(data_ + offset, n);
    return leveldb::Status::OK();
  }

 private:
  const std::string name_;
  char* const data_;
  const size_t size_;
};

class SharedFile final : public leveldb::RandomAccessFile {
 public:
  explicit SharedFile(std::shared_ptr<leveldb::RandomAccessFile> file) : file_(std::move(file)) {}
  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result, char* scratch) const override {
    return file_->Read(offset, n, result, scratch);
  }

 private:
  const std::shared_ptr<leveldb::RandomAccessFile> file_;
};

// A table from its begin to its end.
class FrozenTable final : public leveldb::SequentialFile {
 public:
  FrozenTable(std::shared_ptr<leveldb::RandomAccessFile> file, uint64_t size) : file_(std::move(file)), size_(size) {}
  leveldb::Status Read(size_t n, leveldb::Slice* result, char* scratch) override {
    n = static_cast<size_t>(std::min<uint64_t>(n, size_ - at_));
    leveldb::Status s = file_->Read(at_, n, result, scratch);
    at_ += result->size();
    return s;
  }
  leveldb::Status Skip(uint64_t n) override {
    at_ += std::min(n, size_ - at_);
    return leveldb::Status::OK();
  }

 private:
  const std::shared_ptr<leveldb::RandomAccessFile> file_;
  const uint64_t size_;
  uint64_t at_ = 0;
};

leveldb::Status MapFile(const std::string& name, leveldb::RandomAccessFile** file, uint64_t* size) {
  const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    return error == ENOENT ? leveldb::Status::NotFound(name, std::strerror(error))
                           : leveldb::Status::IOError(name, std::strerror(error));
  }
  struct stat info {};
  void* data = MAP_FAILED;
  leveldb::Status s;
  if (::fstat(fd, &info) == 0 && info.st_size > 0) {
    *size = static_cast<uint64_t>(info.st_size);
    data = ::mmap(nullptr, *size, PROT_READ, MAP_SHARED, fd, 0);
  } else {
    errno = EINVAL;
  }
  if (data == MAP_FAILED) {
    s = leveldb::Status::IOError(name, std::strerror(errno));
  } else {
    *file = new MappedFile(name, static_cast<char*>(data), *size);
  }
  ::close(fd);
  return s;
}

std::string NumberedName(uint64_t number, const char* suffix) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + suffix;
}

}  // namespace

// One attempt to copy a directory that may be changing.
class FrozenEnv::Copier {
 public:
  Copier(leveldb::Env* base, const std::string& path, FrozenEnv* to) : base_(base), path_(path), to_(to) {}

  // *changed: files went away while it was copied, so that it has to be done again.
  Status Run(bool* changed) {
    *changed = false;
    std::string current, manifest_name, manifest;
    PARTON_RETURN_IF_ERROR(Read("CURRENT", &current));
    PARTON_RETURN_IF_ERROR(Keep("CURRENT", current));
    manifest_name = current.substr(0, current.find('\n'));
    if (!Read(manifest_name, &manifest).ok()) {
      *changed = Changed(current, manifest);
      return Status::Ok();  // what is wrong, opening it says
    }
    PARTON_RETURN_IF_ERROR(Keep(manifest_name, manifest));
    std::vector<std::string> records;
    (void)ScanLog(manifest, &records, LogKind::kManifest);
    Manifest state;
    for (const std::string& r : records) (void)state.Apply(r);
    bool missing = false;
    for (const auto& [number, file] : state.tables) PARTON_RETURN_IF_ERROR(KeepTable(number, &missing));
    PARTON_RETURN_IF_ERROR(KeepLogs(state.log_number, &missing));
    *changed = (missing && Changed(current, manifest)) || LogNumberNow() != state.log_number;
    return Status::Ok();
  }

 private:
  Status Read(const std::string& name, std::string* bytes) {
    return FromLevelDb(leveldb::ReadFileToString(base_, path_ + "/" + name, bytes));
  }
  Status Keep(const std::string& name, const std::string& bytes) {
    return FromLevelDb(leveldb::WriteStringToFile(to_->target(), bytes, path_ + "/" + name));
  }

  Status KeepTable(uint64_t number, bool* missing) {
    for (const char* suffix : {".ldb", ".sst"}) {
      const std::string name = path_ + "/" + NumberedName(number, suffix);
      leveldb::RandomAccessFile* file = nullptr;
      uint64_t size = 0;
      leveldb::Status s;
      if (base_ == leveldb::Env::Default()) {
        s = MapFile(name, &file, &size);
      } else {
        s = base_->NewRandomAccessFile(name, &file);
        if (s.ok()) s = base_->GetFileSize(name, &size);
      }
      if (s.ok()) {
        MutexLock lock(to_->mutex_);
        to_->tables_[name] = {Table(file), size};
        return Status::Ok();
      }
      delete file;
      if (base_->FileExists(name)) return FromLevelDb(s);
    }
    *missing = true;
    return Status::Ok();
  }

  // The newest one first: once it is there, those before it do not grow any more.
  Status KeepLogs(uint64_t oldest, bool* missing) {
    std::vector<std::string> names;
    PARTON_RETURN_IF_ERROR(FromLevelDb(base_->GetChildren(path_, &names)));
    std::vector<std::pair<uint64_t, std::string>> logs;
    for (const std::string& name : names) {
      const size_t dot = name.find_first_not_of("0123456789");
      if (dot == 0 || dot > 19 || dot == name.npos || name.substr(dot) != ".log") continue;
      const uint64_t number = std::stoull(name.substr(0, dot));
      if (number >= oldest) logs.emplace_back(number, name);
    }
    std::sort(logs.begin(), logs.end(), std::greater<>());
    for (const auto& [number, name] : logs) {
      std::string bytes;
      if (Read(name, &bytes).ok()) {
        PARTON_RETURN_IF_ERROR(Keep(name, bytes));
      } else if (!base_->FileExists(path_ + "/" + name)) {
        *missing = true;
      } else {
        return Read(name, &bytes);
      }
    }
    if (oldest != 0 && (logs.empty() || logs.back().first != oldest)) *missing = true;
    return Status::Ok();
  }

  bool Changed(const std::string& current, const std::string& manifest) {
    std::string now;
    if (!Read("CURRENT", &now).ok() || now != current) return true;
    std::string bytes;
    return Read(current.substr(0, current.find('\n')), &bytes).ok() && bytes != manifest;
  }

  uint64_t LogNumberNow() {
    std::string current, manifest;
    if (!Read("CURRENT", &current).ok() || !Read(current.substr(0, current.find('\n')), &manifest).ok())
      return UINT64_MAX;
    std::vector<std::string> records;
    (void)ScanLog(manifest, &records, LogKind::kManifest);
    Manifest state;
    for (const std::string& r : records) (void)state.Apply(r);
    return state.log_number;
  }

  leveldb::Env* base_;
  const std::string& path_;
  FrozenEnv* to_;
};

FrozenEnv::FrozenEnv(std::unique_ptr<leveldb::Env> memory) : EnvWrapper(memory.get()), memory_(std::move(memory)) {}

FrozenEnv::~FrozenEnv() = default;

Result<std::unique_ptr<FrozenEnv>> FrozenEnv::Make(leveldb::Env* base, const std::string& path) {
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    std::unique_ptr<FrozenEnv> env(
        new FrozenEnv(std::unique_ptr<leveldb::Env>(leveldb::NewMemEnv(leveldb::Env::Default()))));
    bool changed;
    PARTON_RETURN_IF_ERROR(Copier(base, path, env.get()).Run(&changed));
    if (!changed) return env;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Status(StatusCode::kLocked, "the database at '" + path + "' changes too quickly to be looked at")
      .WithHint("try again when less is written");
}

void FrozenEnv::Freeze() {
  std::vector<std::pair<void (*)(void*), void*>> held;
  {
    MutexLock lock(mutex_);
    frozen_ = true;
    held.swap(held_);
  }
  for (const auto& [work, argument] : held) target()->Schedule(work, argument);
}

leveldb::Status FrozenEnv::NewSequentialFile(const std::string& name, leveldb::SequentialFile** file) {
  {
    MutexLock lock(mutex_);
    if (auto it = tables_.find(name); it != tables_.end()) {
      *file = new FrozenTable(it->second.first, it->second.second);
      return leveldb::Status::OK();
    }
  }
  return target()->NewSequentialFile(name, file);
}

leveldb::Status FrozenEnv::NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** file) {
  {
    MutexLock lock(mutex_);
    if (auto it = tables_.find(name); it != tables_.end()) {
      *file = new SharedFile(it->second.first);
      return leveldb::Status::OK();
    }
  }
  return target()->NewRandomAccessFile(name, file);
}

leveldb::Status FrozenEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  *file = nullptr;
  {
    MutexLock lock(mutex_);
    if (frozen_) return leveldb::Status::IOError(name, "the database was opened read-only");
  }
  return target()->NewWritableFile(name, file);
}

bool FrozenEnv::FileExists(const std::string& name) {
  {
    MutexLock lock(mutex_);
    if (tables_.contains(name)) return true;
  }
  return target()->FileExists(name);
}

leveldb::Status FrozenEnv::GetChildren(const std::string& directory, std::vector<std::string>* names) {
  leveldb::Status s = target()->GetChildren(directory, names);
  MutexLock lock(mutex_);
  for (const auto& [name, table] : tables_) {
    if (name.starts_with(directory + "/")) names->push_back(name.substr(directory.size() + 1));
  }
  return s;
}

leveldb::Status FrozenEnv::RemoveFile(const std::string& name) {
  {
    MutexLock lock(mutex_);
    if (tables_.erase(name) != 0) return leveldb::Status::OK();
  }
  return target()->RemoveFile(name);
}

leveldb::Status FrozenEnv::GetFileSize(const std::string& name, uint64_t* size) {
  {
    MutexLock lock(mutex_);
    if (auto it = tables_.find(name); it != tables_.end()) {
      *size = it->second.second;
      return leveldb::Status::OK();
    }
  }
  return target()->GetFileSize(name, size);
}

void FrozenEnv::Schedule(void (*work)(void*), void* argument) {
  {
    MutexLock lock(mutex_);
    if (!frozen_) {
      held_.emplace_back(work, argument);
      return;
    }
  }
  target()->Schedule(work, argument);
}

}  // namespace parton
