// Makes the entries of a directory durable: which files it has, under which names.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_DIRECTORY_SYNC_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_DIRECTORY_SYNC_H_

#include <leveldb/env.h>

#include <string>

namespace parton {

// For an Env that is not the operating system's and whose directories can be synced too.
class DirectorySyncer {
 public:
  virtual ~DirectorySyncer() = default;
  virtual leveldb::Status SyncDirectory(const std::string& directory) = 0;
};

// Nothing for an Env in memory.
leveldb::Status SyncDirectory(leveldb::Env* env, const std::string& directory);
// The directory that `file` is in.
leveldb::Status SyncDirectoryOf(leveldb::Env* env, const std::string& file);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_DIRECTORY_SYNC_H_
