#include "session/remote_access.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/remote/remote_store.h"

namespace parton {

namespace {

constexpr std::string_view kExamples = "dynamodb://eu-west-1, http://127.0.0.1:8000";

}  // namespace

std::string EngineName(const std::string& path) { return path.substr(0, path.find('?')); }

Result<RemoteTable> ParseRemoteTable(const std::string& path) {
  const size_t question = std::min(path.find('?'), path.size());
  std::string base = path.substr(0, question);
  const size_t host = base.find("://") + 3;
  const size_t slash = base.rfind('/');
  if (slash == std::string::npos || slash < host || slash + 1 == base.size()) {
    return Status::Validation("the path names an engine, but no table of it", {},
                              "dynamodb://eu-west-1/songs, http://127.0.0.1:8000/songs");
  }
  return RemoteTable{base.substr(0, slash) + path.substr(question), base.substr(slash + 1)};
}

Result<std::unique_ptr<TableStore>> OpenOtherEngine(const std::string& path, const CommandContext& context) {
  if (!IsRemotePath(path)) {
    return Status::Validation(fmt::format("{} is no engine", path), {}, std::string(kExamples));
  }
  if (!context.files.all) {
    return Status::IoError("statements may not connect to other engines")
        .WithHint("this database was opened with access to files for statements restricted");
  }
  return OpenRemoteStore(path, {context.read_only, {}});
}

}  // namespace parton
