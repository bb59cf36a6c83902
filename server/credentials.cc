#include "server/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "server/http_message.h"

namespace parton::server {

namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 20;

Status Unreadable(const std::string& path) {
  return {StatusCode::kOpenFailed, fmt::format("{}: {}", path, std::strerror(errno))};
}

Result<std::string> ReadPrivateFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Unreadable(path);
  struct stat info {};
  std::string text;
  Status error;
  if (::fstat(fd, &info) != 0)
    error = Unreadable(path);
  else if ((info.st_mode & 077) != 0)
    error = Status(StatusCode::kOpenFailed,
                   fmt::format("{}: others may read the secrets in it (mode {:03o})", path, info.st_mode & 0777),
                   TextSpan{}, fmt::format("chmod 600 {}", path));
  char buffer[4096];
  while (error.ok()) {
    const ssize_t n = ::read(fd, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) error = Unreadable(path);
    if (n <= 0) break;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > kMaxFileBytes)
      error = Status(StatusCode::kOpenFailed, fmt::format("{}: too large for a file of credentials", path));
  }
  ::close(fd);
  if (!error.ok()) return error;
  return text;
}

std::vector<std::string> Patterns(std::string_view list) {
  std::vector<std::string> patterns;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(part.size() + 1, list.size()));
    if (!Trimmed(part).empty()) patterns.emplace_back(Trimmed(part));
  }
  return patterns;
}

// False: no such setting. Others than ours are those of AWS's tools, and mean nothing here.
bool Assign(std::string_view name, std::string_view value, Caller* caller, std::string* wrong) {
  if (name == "aws_access_key_id") {
    caller->key_id = value;
  } else if (name == "aws_secret_access_key") {
    caller->secret = value;
  } else if (name == "read_only") {
    if (value != "true" && value != "false") *wrong = "read_only is true or false";
    caller->read_only = value != "false";
  } else if (name == "tables") {
    caller->tables = Patterns(value);
    if (caller->tables.empty()) *wrong = "tables needs a name or a pattern";
  } else if (name != "aws_session_token" && name != "region" && name != "output") {
    return false;
  }
  return true;
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Caller::MayUse(std::string_view table) const {
  return tables.empty() ||
         std::any_of(tables.begin(), tables.end(), [&](const std::string& p) { return MatchesPattern(p, table); });
}

Result<std::shared_ptr<const Credentials>> Credentials::Read(const std::string& path) {
  PARTON_ASSIGN_OR_RETURN(const std::string text, ReadPrivateFile(path));
  return Parse(text, path);
}

Result<std::shared_ptr<const Credentials>> Credentials::Parse(std::string_view text, const std::string& name) {
  auto result = std::make_shared<Credentials>();
  std::vector<Caller> sections;
  size_t line = 0;
  const auto fail = [&](std::string_view what) {
    return Status(StatusCode::kOpenFailed, fmt::format("{}:{}: {}", name, line, what));
  };
  while (!text.empty()) {
    ++line;
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(row.size() + 1, text.size()));
    if (row.ends_with('\r')) row.remove_suffix(1);
    row = Trimmed(row);
    if (row.empty() || row[0] == '#' || row[0] == ';') continue;
    if (row[0] == '[') {
      if (row.back() != ']') return fail("a section is [name]");
      sections.push_back({});
      sections.back().name = Trimmed(row.substr(1, row.size() - 2));
      continue;
    }
    const size_t equals = row.find('=');
    if (equals == std::string_view::npos) return fail("expected name = value");
    if (sections.empty()) return fail("a section [name] comes first");
    std::string wrong;
    if (!Assign(Trimmed(row.substr(0, equals)), Trimmed(row.substr(equals + 1)), &sections.back(), &wrong))
      return fail(fmt::format("no setting {}", Trimmed(row.substr(0, equals))));
    if (!wrong.empty()) return fail(wrong);
  }
  for (Caller& caller : sections) {
    if (caller.key_id.empty() || caller.secret.empty())
      return fail(fmt::format("section [{}] needs aws_access_key_id and aws_secret_access_key", caller.name));
    const std::string id = caller.key_id;
    if (!result->callers_.emplace(id, std::move(caller)).second)
      return fail(fmt::format("two sections have key {}", id));
  }
  if (result->callers_.empty()) return fail("there are no keys in it");
  return std::shared_ptr<const Credentials>(std::move(result));
}

const Caller* Credentials::Find(std::string_view key_id) const {
  const auto found = callers_.find(key_id);
  return found == callers_.end() ? nullptr : &found->second;
}

}  // namespace parton::server
