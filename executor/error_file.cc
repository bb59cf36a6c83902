#include "executor/error_file.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "executor/file_source.h"
#include "executor/line_reader.h"
#include "parton/value.h"

namespace parton {

namespace {

// The entries about lines up to `upto`.
Result<std::string> EarlierEntries(const std::string& path, uint64_t upto) {
  std::string kept;
  auto file = OpenFileSource(path);
  if (!file.ok()) return kept;  // there was no bad record then
  LineReader lines(file->get());
  std::string_view line;
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(bool more, lines.Next(&line));
    if (!more) return kept;
    Result<Value> entry = ParseJson(line);
    if (!entry.ok() || !entry->Get("line").is_small_int()) continue;
    if (static_cast<uint64_t>(entry->Get("line").int_value()) <= upto) kept += line;
  }
}

}  // namespace

ErrorFile::~ErrorFile() {
  if (file_ != nullptr) std::fclose(file_);
}

Status ErrorFile::Open(const std::string& path, uint64_t keep) {
  path_ = path;
  std::string kept;
  if (keep != 0) {
    PARTON_ASSIGN_OR_RETURN(kept, EarlierEntries(path, keep));
  }
  file_ = std::fopen(path.c_str(), "wb");
  if (file_ == nullptr) return Error();
  if (!kept.empty() && std::fwrite(kept.data(), kept.size(), 1, file_) != 1) return Error();
  return Flush();
}

Status ErrorFile::Add(uint64_t line, const Status& reason, std::string_view record) {
  while (!record.empty() && (record.back() == '\n' || record.back() == '\r')) record.remove_suffix(1);
  const Value entry = Value::Struct({{"line", static_cast<int64_t>(line)},
                                     {"reason", reason.message()},
                                     {"record", record.empty() ? Value::Missing() : Value::String(record)}});
  const std::string text = entry.ToJson() + "\n";
  if (std::fwrite(text.data(), text.size(), 1, file_) != 1) return Error();
  return Status::Ok();
}

Status ErrorFile::Flush() { return std::fflush(file_) == 0 ? Status::Ok() : Error(); }

Status ErrorFile::Error() const {
  return Status::IoError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace parton
