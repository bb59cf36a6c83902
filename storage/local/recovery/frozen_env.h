// A database's directory as it was at one moment, for reading only. LevelDB always writes when it opens a database (a
// new MANIFEST, tables made of the logs, its own log); here all of that stays in memory, and the directory is not
// touched.
//
// Table files never change: they are mapped, so that they stay readable when the process that writes the database
// removes them. CURRENT, the MANIFEST and the logs are copied. It holds all commits before it began.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_FROZEN_ENV_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_FROZEN_ENV_H_

#include <leveldb/env.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "types/sync/mutex.h"

namespace parton {

class FrozenEnv final : public leveldb::EnvWrapper {
 public:
  // The database at `path` of `base`, which is not owned. `path` is its path here too. A database that another process
  // writes meanwhile is no error. Errors: kIoError, kLocked (it changed too quickly to be copied).
  static Result<std::unique_ptr<FrozenEnv>> Make(leveldb::Env* base, const std::string& path);
  ~FrozenEnv() override;

  // To be called once LevelDB has opened the database, or failed to: from then on nothing is written, in memory either.
  // Compactions that LevelDB has in mind come to nothing.
  void Freeze();

  leveldb::Status NewSequentialFile(const std::string& name, leveldb::SequentialFile** file) override;
  leveldb::Status NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** file) override;
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  bool FileExists(const std::string& name) override;
  leveldb::Status GetChildren(const std::string& directory, std::vector<std::string>* names) override;
  leveldb::Status RemoveFile(const std::string& name) override;
  leveldb::Status GetFileSize(const std::string& name, uint64_t* size) override;
  void Schedule(void (*work)(void*), void* argument) override;

 private:
  class Copier;
  using Table = std::shared_ptr<leveldb::RandomAccessFile>;

  explicit FrozenEnv(std::unique_ptr<leveldb::Env> memory);

  std::unique_ptr<leveldb::Env> memory_;
  Mutex mutex_;
  std::map<std::string, std::pair<Table, uint64_t>> tables_ GUARDED_BY(mutex_);  // with their sizes, by path
  std::vector<std::pair<void (*)(void*), void*>> held_ GUARDED_BY(mutex_);       // work for the time after Freeze
  bool frozen_ GUARDED_BY(mutex_) = false;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_FROZEN_ENV_H_
