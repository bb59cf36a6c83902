#include "shell/editor/history.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "parton/text.h"

namespace parton::shell {

namespace {

std::string Escaped(std::string_view entry) {
  std::string out;
  for (const char c : entry) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\')
      out += "\\\\";
    else
      out += c;
  }
  return out + "\n";
}

std::string Unescaped(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    ++i;
    out += line[i] == 'n' ? '\n' : line[i];
  }
  return out;
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n <= 0) return;  // a history that cannot be kept is no reason to stop
    text.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace

History::History(std::string file, size_t limit) : file_(std::move(file)), limit_(limit) { Load(); }

void History::Load() {
  if (file_.empty()) return;
  std::ifstream in(file_);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(Unescaped(line));
  }
  for (const std::string& line : lines) Remember(line);
  if (lines.size() > 2 * limit_) Rewrite();
}

void History::Remember(const std::string& entry) {
  const auto same = std::find(entries_.begin(), entries_.end(), entry);
  if (same != entries_.end()) entries_.erase(same);
  entries_.push_back(entry);
  if (entries_.size() > limit_) {
    entries_.erase(entries_.begin(), entries_.end() - static_cast<std::ptrdiff_t>(limit_));
  }
}

void History::Add(const std::string& entry) {
  if (limit_ == 0 || entry.find_first_not_of(" \t\r\n") == std::string::npos) return;
  if (!entries_.empty() && entries_.back() == entry) return;
  Remember(entry);
  Append(entry);
}

void History::Append(const std::string& entry) const {
  if (file_.empty()) return;
  const int fd = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  flock(fd, LOCK_EX);
  WriteAll(fd, Escaped(entry));
  ::close(fd);
}

void History::Rewrite() const {
  const std::string fresh = fmt::format("{}.{}", file_, ::getpid());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  std::string text;
  for (const std::string& e : entries_) text += Escaped(e);
  WriteAll(fd, text);
  const bool good = ::close(fd) == 0 && std::rename(fresh.c_str(), file_.c_str()) == 0;
  if (!good) ::unlink(fresh.c_str());
}

size_t History::Find(std::string_view text, std::string_view part) {
  // Letters of ASCII; others are compared as they are.
  const auto same = [](char a, char b) { return AsciiLower(a) == AsciiLower(b); };
  const auto found = std::search(text.begin(), text.end(), part.begin(), part.end(), same);
  return found == text.end() && !part.empty() ? npos : static_cast<size_t>(found - text.begin());
}

size_t History::FindBefore(std::string_view part, size_t index) const {
  for (size_t i = std::min(index, entries_.size()); i-- > 0;) {
    if (Find(entries_[i], part) != npos) return i;
  }
  return npos;
}

size_t History::FindAfter(std::string_view part, size_t index) const {
  for (size_t i = index + 1; i < entries_.size(); ++i) {
    if (Find(entries_[i], part) != npos) return i;
  }
  return npos;
}

}  // namespace parton::shell
