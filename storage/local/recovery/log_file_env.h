// The Env that LevelDB gets for a database of ours: another one, and promises about writing files.
//   * After an operation on a file failed, all later ones on it fail. LevelDB would continue after half a record,
//     where nothing can be read again; commits that wait in its queue come before the engine hears of the error.
//   * With `sync_closed_logs` a log is synced before it is closed, so before the next one takes records: power loss
//     takes only the end of the history of a database with relaxed durability, never a piece of the middle.
//   * A log that could not be closed properly fails all logs: the next one must not take records while the end of
//     the one before is open. LevelDB closes logs without checking the result.
//   * A new log, a new table and a new CURRENT are in the directory for good before they are used.
// With `zeros_ahead` logs are ZeroedLogFiles, for databases that sync each commit.
// On the operating system's files LevelDB takes no lock of its own: the opener of the database holds an
// OpenDirectory.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_LOG_FILE_ENV_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_LOG_FILE_ENV_H_

#include <leveldb/env.h>

#include <atomic>
#include <memory>
#include <string>

namespace parton {

class LogFileEnv : public leveldb::EnvWrapper {
 public:
  // `base` is not owned. REQUIRES: with `zeros_ahead` it is the operating system's.
  LogFileEnv(leveldb::Env* base, bool sync_closed_logs, bool zeros_ahead);

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  // Error: the MANIFEST that CURRENT names is not removed.
  leveldb::Status RemoveFile(const std::string& name) override;
  leveldb::Status LockFile(const std::string& name, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;
  void Schedule(void (*function)(void*), void* argument) override;

  // The number of functions that are scheduled and not done.
  std::shared_ptr<const std::atomic<int>> background_work() const { return background_work_; }

  // Why a log could not be closed.
  class ClosingError;

 private:
  leveldb::WritableFile* Wrap(const std::string& name, leveldb::WritableFile* base) const;

  const bool sync_closed_logs_;
  const bool zeros_ahead_;
  const std::shared_ptr<ClosingError> closing_;
  const std::shared_ptr<std::atomic<int>> background_work_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_LOG_FILE_ENV_H_
