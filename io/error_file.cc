#include "io/error_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "io/file_source.h"
#include "io/line_reader.h"
#include "parton/files.h"
#include "parton/value.h"

namespace parton {

namespace {

// Where the entries about lines up to `upto` end. Batches are written in order, so they stand before all others.
Result<uint64_t> EndOfEarlierEntries(const std::string& path, uint64_t upto, const FileAccess& access) {
  auto file = OpenFileSource(path, access);
  if (!file.ok()) return uint64_t{0};  // there was no bad record then
  LineReader lines(file->get());
  std::string_view line;
  uint64_t end = 0;
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(bool more, lines.Next(&line));
    if (!more || line.back() != '\n') return end;
    Result<Value> entry = ParseJson(line);
    if (entry.ok() && entry->Get("line").is_small_int() &&
        static_cast<uint64_t>(entry->Get("line").int_value()) > upto) {
      return end;
    }
    end += line.size();
  }
}

// Makes the entry of a new file last in its folder.
void SyncFolder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int fd = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

}  // namespace

ErrorFile::~ErrorFile() {
  if (file_ != nullptr) std::fclose(file_);
}

Status ErrorFile::Open(const std::string& path, uint64_t keep, const FileAccess& access) {
  PARTON_RETURN_IF_ERROR(access.MayWrite(path));
  path_ = path;
  PARTON_RETURN_IF_ERROR(CheckFileUse(path, FileUse::kWrite));
  uint64_t kept = 0;
  if (keep != 0) {
    PARTON_ASSIGN_OR_RETURN(kept, EndOfEarlierEntries(path, keep, access));
  }
  // What is kept is never written again: a crash here loses none of it.
  file_ = std::fopen(path.c_str(), kept == 0 ? "wb" : "r+b");
  if (file_ == nullptr) return Error();
  if (kept != 0 && (ftruncate(fileno(file_), static_cast<off_t>(kept)) != 0 || std::fseek(file_, 0, SEEK_END) != 0)) {
    return Error();
  }
  SyncFolder(path);
  return Flush();
}

Status ErrorFile::Add(uint64_t line, const Status& reason, std::string_view record) {
  while (!record.empty() && (record.back() == '\n' || record.back() == '\r')) record.remove_suffix(1);
  const Value entry = Value::Struct({{"line", static_cast<int64_t>(line)},
                                     {"reason", reason.message()},
                                     {"record", record.empty() ? Value::Missing() : Value::String(record)}});
  const std::string text = entry.ToJson() + "\n";
  if (std::fwrite(text.data(), text.size(), 1, file_) != 1) return Error();
  unsynced_ = true;
  return Status::Ok();
}

Status ErrorFile::Flush() {
  if (!unsynced_) return Status::Ok();
  if (std::fflush(file_) != 0) return Error();
  // Pipes and terminals cannot be synced.
  if (fdatasync(fileno(file_)) != 0 && errno != EINVAL && errno != EROFS) return Error();
  unsynced_ = false;
  return Status::Ok();
}

Status ErrorFile::Error() const {
  return Status::IoError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace parton
