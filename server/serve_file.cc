#include "server/serve_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parton::server {

Result<std::unique_ptr<ServeFile>> ServeFile::Write(const std::string& directory, const std::string& url) {
  const std::string path = directory + "/SERVE";
  const auto failed = [&] { return Status::IoError(fmt::format("{}: {}", path, std::strerror(errno))); };
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return failed();
  std::unique_ptr<ServeFile> file(new ServeFile(path, fd));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &lock) != 0) return failed();
  const std::string text = fmt::format("{} {}\n", ::getpid(), url);
  if (::ftruncate(fd, 0) != 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failed();
  return file;
}

ServeFile::~ServeFile() {
  ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace parton::server
