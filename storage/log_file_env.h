// The Env that LevelDB gets: another one, and two promises about writing files.
//   * After an operation on a file failed, all later ones on it fail. LevelDB would go on behind half a record,
//     where nothing can be read again; commits that wait in its queue come before the engine hears of the error.
//   * With `sync_closed_logs` a log is synced before it is closed, so before the next one takes records: what power loss
//     takes from a database with relaxed durability is the end of its history, never a piece of the middle.
// With `zeros_ahead` logs are ZeroedLogFiles, for databases that sync each commit.
#ifndef PARTON_STORAGE_LOG_FILE_ENV_H_
#define PARTON_STORAGE_LOG_FILE_ENV_H_

#include <leveldb/env.h>

#include <string>

namespace parton {

class LogFileEnv : public leveldb::EnvWrapper {
 public:
  // `base` is not owned. REQUIRES: with `zeros_ahead` it is the operating system's.
  LogFileEnv(leveldb::Env* base, bool sync_closed_logs, bool zeros_ahead)
      : EnvWrapper(base), sync_closed_logs_(sync_closed_logs), zeros_ahead_(zeros_ahead) {}

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override;

 private:
  leveldb::WritableFile* Wrap(const std::string& name, leveldb::WritableFile* base) const;

  const bool sync_closed_logs_;
  const bool zeros_ahead_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOG_FILE_ENV_H_
