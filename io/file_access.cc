// FileAccess of the Options: which files a statement may open.

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "parton/database.h"

namespace parton {

namespace fs = std::filesystem;

namespace {

// Where links and `..` lead. Empty if the system reports an error.
fs::path Real(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) return {};  // the system would see another name
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return {};
  return real.has_filename() ? real : real.parent_path();
}

bool IsBelow(const fs::path& path, const std::string& directory) {
  const fs::path real = Real(directory);
  if (real.empty()) return false;
  return std::mismatch(real.begin(), real.end(), path.begin(), path.end()).first == real.end();
}

bool IsBelowAny(const std::string& path, const std::vector<std::string>& directories) {
  const fs::path real = Real(path);
  return !real.empty() && std::any_of(directories.begin(), directories.end(),
                                      [&](const std::string& directory) { return IsBelow(real, directory); });
}

Status Refused(std::string_view verb, const std::string& path, const std::vector<std::string>& directories) {
  std::string allowed;
  for (const std::string& directory : directories) allowed += (allowed.empty() ? "" : ", ") + directory;
  return Status(StatusCode::kIoError, "statements may not " + std::string(verb) + " " + path, {},
                directories.empty() ? "this database was opened without access to files for statements"
                                    : "this database was opened with access to files in " + allowed + " only");
}

}  // namespace

Status FileAccess::MayRead(const std::string& path) const {
  if (all || IsBelowAny(path, readable) || IsBelowAny(path, writable)) return Status::Ok();
  std::vector<std::string> directories = readable;
  directories.insert(directories.end(), writable.begin(), writable.end());
  return Refused("read", path, directories);
}

Status FileAccess::MayWrite(const std::string& path) const {
  if (all || IsBelowAny(path, writable)) return Status::Ok();
  return Refused("write", path, writable);
}

}  // namespace parton
