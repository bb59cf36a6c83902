#include "storage/local/recovery/directory_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parton {

leveldb::Status SyncDirectory(leveldb::Env* env, const std::string& directory) {
  if (auto* syncer = dynamic_cast<DirectorySyncer*>(env); syncer != nullptr) return syncer->SyncDirectory(directory);
  if (env != leveldb::Env::Default()) return leveldb::Status::OK();
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return leveldb::Status::IOError(directory, std::strerror(errno));
  // Some file systems cannot, and need not.
  const bool good = ::fsync(fd) == 0 || errno == EINVAL;
  leveldb::Status s = good ? leveldb::Status::OK() : leveldb::Status::IOError(directory, std::strerror(errno));
  ::close(fd);
  return s;
}

leveldb::Status SyncDirectoryOf(leveldb::Env* env, const std::string& file) {
  const size_t slash = file.rfind('/');
  return SyncDirectory(env, slash == file.npos ? "." : slash == 0 ? "/" : file.substr(0, slash));
}

}  // namespace parton
