#include "storage/local/recovery/log_file_env.h"

#include <atomic>
#include <memory>
#include <utility>

#include "storage/local/recovery/directory_sync.h"
#include "storage/local/recovery/zeroed_log_file.h"
#include "types/sync/mutex.h"

namespace parton {

class LogFileEnv::ClosingError {
 public:
  void Set(const leveldb::Status& s) {
    MutexLock lock(mutex_);
    if (status_.ok()) status_ = s;
    any_.store(true, std::memory_order_release);
  }
  leveldb::Status Get() const {
    if (!any_.load(std::memory_order_acquire)) return leveldb::Status::OK();
    MutexLock lock(mutex_);
    return status_;
  }

 private:
  std::atomic<bool> any_{false};
  mutable Mutex mutex_;
  leveldb::Status status_ GUARDED_BY(mutex_);
};

namespace {

class NoLock final : public leveldb::FileLock {};

class CarefulFile : public leveldb::WritableFile {
 public:
  // `log`: of a log, what the closing of any log came to; null for other files.
  CarefulFile(leveldb::WritableFile* base, bool sync_at_end, std::shared_ptr<LogFileEnv::ClosingError> log)
      : base_(base), sync_at_end_(sync_at_end), log_(std::move(log)) {}
  ~CarefulFile() override {
    if (!closed_) (void)CarefulFile::Close();
  }

  leveldb::Status Append(const leveldb::Slice& data) override {
    unsynced_ = true;
    return Do([&] { return base_->Append(data); });
  }
  leveldb::Status Flush() override {
    return Do([&] { return base_->Flush(); });
  }
  leveldb::Status Sync() override {
    leveldb::Status s = Do([&] { return base_->Sync(); });
    if (s.ok()) unsynced_ = false;
    return s;
  }
  leveldb::Status Close() override {
    closed_ = true;
    if (sync_at_end_ && unsynced_) (void)Sync();
    leveldb::Status s = base_->Close();
    if (!failed_.ok()) s = failed_;
    if (!s.ok() && log_ != nullptr) log_->Set(s);
    return s;
  }

 private:
  template <typename Fn>
  leveldb::Status Do(Fn fn) {
    if (failed_.ok() && log_ != nullptr) failed_ = log_->Get();
    if (failed_.ok()) failed_ = fn();
    return failed_;
  }

  std::unique_ptr<leveldb::WritableFile> base_;
  const bool sync_at_end_;
  const std::shared_ptr<LogFileEnv::ClosingError> log_;
  bool unsynced_ = false;
  bool closed_ = false;
  leveldb::Status failed_;
};

struct Work {
  void (*function)(void*);
  void* argument;
  std::shared_ptr<std::atomic<int>> count;  // the Env may be gone when the function is done
};

void RunWork(void* argument) {
  const std::unique_ptr<Work> work(static_cast<Work*>(argument));
  work->function(work->argument);
  work->count->fetch_sub(1);
}

}  // namespace

LogFileEnv::LogFileEnv(leveldb::Env* base, bool sync_closed_logs, bool zeros_ahead)
    : EnvWrapper(base),
      sync_closed_logs_(sync_closed_logs),
      zeros_ahead_(zeros_ahead),
      closing_(std::make_shared<ClosingError>()) {}

leveldb::WritableFile* LogFileEnv::Wrap(const std::string& name, leveldb::WritableFile* base) const {
  const bool log = name.ends_with(".log");
  return new CarefulFile(base, sync_closed_logs_ && log, log ? closing_ : nullptr);
}

leveldb::Status LogFileEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  const bool log = name.ends_with(".log");
  leveldb::Status s = zeros_ahead_ && log ? NewZeroedLogFile(name, file) : target()->NewWritableFile(name, file);
  if (!s.ok()) return s;
  std::unique_ptr<leveldb::WritableFile> made(*file);
  *file = nullptr;
  // A record of the MANIFEST that names a table may reach the disk before LevelDB syncs it.
  const bool table = name.ends_with(".ldb");
  if (log || table) s = SyncDirectoryOf(target(), name);
  if (s.ok()) *file = Wrap(name, made.release());
  return s;
}

leveldb::Status LogFileEnv::NewAppendableFile(const std::string& name, leveldb::WritableFile** file) {
  leveldb::Status s = target()->NewAppendableFile(name, file);
  if (s.ok()) *file = Wrap(name, *file);
  return s;
}

leveldb::Status LogFileEnv::RenameFile(const std::string& from, const std::string& to) {
  leveldb::Status s = target()->RenameFile(from, to);
  return s.ok() && to.ends_with("/CURRENT") ? SyncDirectoryOf(target(), to) : s;
}

leveldb::Status LogFileEnv::RemoveFile(const std::string& name) {
  const size_t slash = name.rfind('/');
  if (slash != std::string::npos && name.compare(slash, 10, "/MANIFEST-") == 0) {
    // LevelDB takes a new MANIFEST away again when it hears that CURRENT is not safe on the disk. It may name it all
    // the same.
    std::string current;
    const leveldb::Status read = leveldb::ReadFileToString(target(), name.substr(0, slash) + "/CURRENT", &current);
    if (read.ok() && current == name.substr(slash + 1) + "\n") {
      return leveldb::Status::IOError(name, "CURRENT names it");
    }
  }
  return target()->RemoveFile(name);
}

void LogFileEnv::Schedule(void (*function)(void*), void* argument) {
  background_work_->fetch_add(1);
  target()->Schedule(&RunWork, new Work{function, argument, background_work_});
}

leveldb::Status LogFileEnv::LockFile(const std::string& name, leveldb::FileLock** lock) {
  if (target() != leveldb::Env::Default()) return target()->LockFile(name, lock);
  *lock = new NoLock;
  return leveldb::Status::OK();
}

leveldb::Status LogFileEnv::UnlockFile(leveldb::FileLock* lock) {
  if (target() != leveldb::Env::Default()) return target()->UnlockFile(lock);
  delete lock;
  return leveldb::Status::OK();
}

}  // namespace parton
