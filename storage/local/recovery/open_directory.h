// The directories of open databases. One that is open for writing is not opened for writing again, by this process
// under any name or by another: two LevelDBs in one directory overwrite each other's commits.
//
// In this process a directory is identified by device and inode. Between processes it is the file LOCK, locked by an
// open file description lock: unlike the lock that LevelDB takes, it is not lost when the process closes another
// descriptor of the file. Both kinds exclude each other.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_OPEN_DIRECTORY_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_OPEN_DIRECTORY_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>

#include "parton/files.h"
#include "parton/status.h"

namespace parton {

// Holds a directory while it is in use. Movable by its pointer only; any thread.
class OpenDirectory {
 public:
  // Makes the directory if it is absent and takes its lock. Errors: kLocked, kOpenFailed.
  static Result<std::unique_ptr<OpenDirectory>> ForWriting(const std::string& path);
  // Takes no lock and writes nothing. Error: kOpenFailed.
  static Result<std::unique_ptr<OpenDirectory>> ForReading(const std::string& path);
  ~OpenDirectory();
  OpenDirectory(const OpenDirectory&) = delete;
  OpenDirectory& operator=(const OpenDirectory&) = delete;

  // Absolute, without symbolic links: stays right when the process changes its working directory.
  const std::string& path() const { return path_; }

 private:
  using Id = std::pair<dev_t, ino_t>;

  OpenDirectory() = default;
  Status Enter(const std::string& given, bool writes);
  Status Lock(const std::string& given);

  std::string path_;
  Id id_{};
  int directory_ = -1;  // held so that the inode is not given to another directory
  int lock_ = -1;
  bool entered_ = false;
  bool writes_ = false;
};

// True if both are there and the same directory.
bool IsSameDirectory(const std::string& a, const std::string& b);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_OPEN_DIRECTORY_H_
