#include "storage/local/recovery/open_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "types/sync/mutex.h"

namespace parton {

namespace {

namespace fs = std::filesystem;
using Id = std::pair<dev_t, ino_t>;

struct Use {
  std::string path;
  int count = 0;
  bool written = false;
};

struct Registry {
  Mutex mutex;
  std::map<Id, Use> uses GUARDED_BY(mutex);
};

// Never destroyed: databases may be closed by destructors of static objects.
Registry& TheRegistry() {
  static auto* const registry = new Registry;
  return *registry;
}

Status CannotOpen(const std::string& path, std::string_view what, std::string hint = {}) {
  return Status(StatusCode::kOpenFailed, "cannot open '" + path + "': " + std::string(what)).WithHint(std::move(hint));
}

bool Find(const std::string& path, struct stat* info) { return ::stat(path.c_str(), info) == 0; }

// The directory that open databases have and `path` lies in (or is); empty: none.
std::string OpenDirectoryAround(const std::string& path) {
  Registry& registry = TheRegistry();
  MutexLock lock(registry.mutex);
  if (registry.uses.empty()) return "";
  for (fs::path at = path;; at = at.parent_path()) {
    struct stat info {};
    if (Find(at.string(), &info) && S_ISDIR(info.st_mode)) {
      auto it = registry.uses.find({info.st_dev, info.st_ino});
      if (it != registry.uses.end()) return it->second.path;
    }
    if (!at.has_relative_path()) break;
  }
  // A file with several names may have one in there.
  struct stat wanted {};
  if (!Find(path, &wanted) || !S_ISREG(wanted.st_mode) || wanted.st_nlink < 2) return "";
  for (const auto& [id, use] : registry.uses) {
    if (id.first != wanted.st_dev) continue;
    std::error_code error;
    for (fs::directory_iterator it(use.path, error), end; !error && it != end; it.increment(error)) {
      struct stat info {};
      if (Find(it->path().string(), &info) && info.st_dev == wanted.st_dev && info.st_ino == wanted.st_ino)
        return use.path;
    }
  }
  return "";
}

// Where opening `path` leads, also for a link to a file that is not there yet.
std::string Resolved(const std::string& path) {
  std::error_code error;
  fs::path at = fs::absolute(path, error);
  constexpr int kMaxLinks = 40;  // as the system
  for (int i = 0; i < kMaxLinks && fs::is_symlink(at, error) && !fs::exists(at, error); ++i) {
    const fs::path target = fs::read_symlink(at, error);
    if (error) break;
    at = target.is_absolute() ? target : at.parent_path() / target;
  }
  const fs::path found = fs::weakly_canonical(at, error);
  return (error ? at : found).string();
}

bool IsNumbered(std::string_view name) {
  const size_t dot = name.find_first_not_of("0123456789");
  if (dot == 0 || dot == name.npos) return false;
  const std::string_view suffix = name.substr(dot);
  return suffix == ".log" || suffix == ".ldb" || suffix == ".sst";
}

// One of the files that a database is made of, open or not.
bool IsDatabaseFile(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name != "CURRENT" && name != "LOCK" && !name.starts_with("MANIFEST-") && !IsNumbered(name)) return false;
  std::error_code error;
  if (!fs::exists(path.parent_path() / "CURRENT", error)) return false;
  for (fs::directory_iterator it(path.parent_path(), error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with("MANIFEST-")) return true;
  }
  return false;
}

// " (process 4711 serves it at http://127.0.0.1:8000)", by the file that a server keeps, and keeps locked, beside LOCK.
// Empty: no server, or one that has gone.
std::string ServedBy(const std::string& directory) {
  const int fd = ::open((directory + "/SERVE").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  char text[512];
  ssize_t size = 0;
  if (::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) size = ::read(fd, text, sizeof(text));
  ::close(fd);
  const std::string_view line(text, size > 0 ? static_cast<size_t>(size) : 0);
  const size_t blank = line.find(' ');
  const size_t end = line.find('\n');
  if (blank == line.npos || end == line.npos || end < blank) return "";
  return " (process " + std::string(line.substr(0, blank)) + " serves it at " +
         std::string(line.substr(blank + 1, end - blank - 1)) + ")";
}

}  // namespace

Result<std::unique_ptr<OpenDirectory>> OpenDirectory::ForWriting(const std::string& path) {
  std::unique_ptr<OpenDirectory> directory(new OpenDirectory);
  if (::mkdir(path.c_str(), 0777) == 0) {
    // Commits in a directory that a power loss takes away would be lost.
    const int parent = ::open((fs::path(Resolved(path)).parent_path()).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent >= 0) {
      (void)::fsync(parent);
      ::close(parent);
    }
  } else if (errno != EEXIST) {
    return CannotOpen(path, std::strerror(errno), errno == ENOENT ? "the directory it is to be in must exist" : "");
  }
  PARTON_RETURN_IF_ERROR(directory->Enter(path, true));
  PARTON_RETURN_IF_ERROR(directory->Lock(path));
  return directory;
}

Result<std::unique_ptr<OpenDirectory>> OpenDirectory::ForReading(const std::string& path) {
  std::unique_ptr<OpenDirectory> directory(new OpenDirectory);
  PARTON_RETURN_IF_ERROR(directory->Enter(path, false));
  return directory;
}

OpenDirectory::~OpenDirectory() {
  if (lock_ >= 0) {
    // A child that was forked meanwhile has the descriptor too: closing it would not be enough.
    struct flock lock {};
    lock.l_type = F_UNLCK;
    lock.l_whence = SEEK_SET;
    (void)::fcntl(lock_, F_OFD_SETLK, &lock);
    ::close(lock_);
  }
  if (entered_) {
    Registry& registry = TheRegistry();
    MutexLock lock(registry.mutex);
    auto it = registry.uses.find(id_);
    if (writes_) it->second.written = false;
    if (--it->second.count == 0) registry.uses.erase(it);
  }
  if (directory_ >= 0) ::close(directory_);
}

Status OpenDirectory::Enter(const std::string& given, bool writes) {
  directory_ = ::open(given.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return CannotOpen(given, std::strerror(errno));
  struct stat info {};
  char real[PATH_MAX];
  if (::fstat(directory_, &info) != 0 || ::realpath(given.c_str(), real) == nullptr) {
    return CannotOpen(given, std::strerror(errno));
  }
  path_ = real;
  id_ = {info.st_dev, info.st_ino};
  Registry& registry = TheRegistry();
  MutexLock lock(registry.mutex);
  Use& use = registry.uses[id_];
  if (writes && use.written) {
    return Status(StatusCode::kLocked, "the database at '" + given + "' is open in this process already" +
                                           (use.path == given ? "" : " (as '" + use.path + "')"))
        .WithHint("use the one that is open, or close it first");
  }
  if (use.count == 0) use.path = path_;
  ++use.count;
  use.written = use.written || writes;
  writes_ = writes;
  entered_ = true;
  return Status::Ok();
}

Status OpenDirectory::Lock(const std::string& given) {
  const std::string name = path_ + "/LOCK";
  for (;;) {
    lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0)
      return CannotOpen(given, name + ": " + std::strerror(errno), "to read only, open it read-only (--read-only)");
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(lock_, F_OFD_SETLK, &lock) != 0) {
      const int error = errno;
      ::close(std::exchange(lock_, -1));
      if (error != EAGAIN && error != EACCES) return CannotOpen(given, name + ": " + std::strerror(error));
      return Status(StatusCode::kLocked,
                    "the database at '" + given + "' is in use by another process" + ServedBy(path_))
          .WithHint(
              "close it there first; or look at it with --read-only (Options::read_only), which shows what it held "
              "when "
              "it was opened");
    }
    // Somebody may have removed the file between opening and locking it.
    struct stat held {
    }, there{};
    if (::fstat(lock_, &held) == 0 && Find(name, &there) && held.st_dev == there.st_dev &&
        held.st_ino == there.st_ino) {
      return Status::Ok();
    }
    ::close(std::exchange(lock_, -1));
  }
}

bool IsSameDirectory(const std::string& a, const std::string& b) {
  struct stat left {
  }, right{};
  return Find(a, &left) && Find(b, &right) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

Status CheckFileUse(const std::string& path, FileUse use) {
  const char* const verb = use == FileUse::kWrite ? "write" : "read";
  const std::string resolved = Resolved(path);
  if (const std::string around = OpenDirectoryAround(resolved); !around.empty()) {
    return Status(StatusCode::kIoError, std::string("cannot ") + verb + " " + path +
                                            ": it is in the directory of the open database " + around)
        .WithHint("the files of a database are for Parton alone; give another directory");
  }
  if (use == FileUse::kWrite && IsDatabaseFile(resolved)) {
    return Status(StatusCode::kIoError, "cannot write " + path + ": it is a file of a database")
        .WithHint("give another directory");
  }
  return Status::Ok();
}

}  // namespace parton
