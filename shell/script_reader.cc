#include "shell/script_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "parton/script.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {
constexpr size_t kChunk = size_t{64} << 10;
constexpr size_t kKeepConsumed = size_t{1} << 20;
constexpr size_t kContext = 200;  // bytes of a line kept beside a statement
}  // namespace

ScriptReader::ScriptReader(int fd, std::string source) : fd_(fd), source_(std::move(source)) {}

ScriptReader::ScriptReader(std::string text, std::string source)
    : source_(std::move(source)), buffer_(std::move(text)), end_(true) {}

Status ScriptReader::Fill() {
  if (start_ > kKeepConsumed) {
    buffer_.erase(0, start_);
    checked_ -= start_;
    searched_ -= start_;
    start_ = 0;
  }
  const size_t size = buffer_.size();
  // Long statements: reading in growing steps keeps splitting them again cheap.
  const size_t want = std::max(kChunk, (size - start_) / 2);
  buffer_.resize(size + want);
  ssize_t n;
  do {
    n = ::read(fd_, buffer_.data() + size, want);
  } while (n < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<size_t>(n > 0 ? n : 0));
  if (n < 0) {
    return Status::IoError(fmt::format("cannot read {}: {}", source_, std::strerror(errno)));
  }
  if (n == 0) end_ = true;
  return Status::Ok();
}

// Only whole code points are checked: one may be cut at the end of a chunk.
Status ScriptReader::CheckText() {
  if (first_ && (end_ || buffer_.size() >= 3)) {
    first_ = false;
    if (buffer_.starts_with("\xEF\xBB\xBF")) start_ = checked_ = searched_ = 3;
  }
  const std::string_view rest = std::string_view(buffer_).substr(checked_);
  size_t bad = FindInvalidUtf8(rest);
  const size_t nul = rest.find('\0');
  if (bad != std::string_view::npos && !end_ && rest.size() - bad < 4) {
    const size_t cut = bad;
    if (nul == std::string_view::npos) {
      checked_ += cut;
      return Status::Ok();
    }
    bad = std::string_view::npos;
  }
  if (bad == std::string_view::npos && nul == std::string_view::npos) {
    checked_ = buffer_.size();
    return Status::Ok();
  }
  const size_t at = std::min(bad, nul);
  Skip(checked_ + at - start_);
  return Status::Validation(nul <= bad ? "this is no text: it has a NUL byte" : "this is no UTF-8 text", {},
                            "scripts are UTF-8 text; is this the right file?");
}

void ScriptReader::Skip(size_t bytes) {
  const size_t stop = start_ + bytes;
  while (start_ < stop) {
    if (buffer_[start_] == '\n') {
      ++line_;
      column_ = 1;
      line_before_.clear();
    } else {
      if ((static_cast<unsigned char>(buffer_[start_]) & 0xC0) != 0x80) ++column_;
      line_before_ += buffer_[start_];
    }
    ++start_;
  }
  if (line_before_.size() > 2 * kContext) line_before_.erase(0, line_before_.size() - kContext);
}

// White space, comments and stray semicolons. False if a comment is cut off at the end of the
// buffer.
bool ScriptReader::SkipBlank() {
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(start_);
    if (rest.empty()) return true;
    if (std::strchr(" \t\r\n\f\v;", rest[0]) != nullptr) {
      Skip(1);
      continue;
    }
    const bool line_comment = rest.starts_with("--");
    if (!line_comment && !rest.starts_with("/*")) return end_ || rest.size() > 1;
    const size_t close = line_comment ? rest.find('\n') : rest.find("*/", 2);
    if (close != std::string_view::npos) {
      Skip(close + (line_comment ? 1 : 2));
    } else if (line_comment && end_) {
      Skip(rest.size());
    } else {
      return false;
    }
  }
}

// The length of the statement that starts at start_ and of what ends it, with its `;`; 0 if its end
// is not read yet.
size_t ScriptReader::FindEnd(size_t* with_semicolon) {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  searched_ = std::max(searched_, start_);
  // Splitting takes time in proportion to the text: it waits for a `;` that was not there before,
  // and looks at a window first.
  if (!end_ && buffer_.find(';', searched_) == std::string::npos) return 0;
  for (size_t window = std::min(rest.size(), size_t{4096});; window = std::min(rest.size(), window * 4)) {
    const bool whole = window == rest.size();
    const std::vector<ScriptStatement> found = SplitScript(rest.substr(0, window));
    if (!found.empty() && (found[0].terminated || (whole && end_))) {
      const ScriptStatement& first = found[0];
      const size_t length = static_cast<size_t>(first.text.data() - rest.data()) + first.text.size();
      *with_semicolon = length;
      if (!first.terminated) return length;
      // Comments may stand between the text and its `;`.
      size_t n = length;
      while (n < rest.size() && rest[n] != ';') {
        const bool line = rest.substr(n, 2) == "--";
        const size_t close = line ? rest.find('\n', n) : rest.substr(n, 2) == "/*" ? rest.find("*/", n + 2) : n;
        n = close == std::string_view::npos ? rest.size() : close + 1;
      }
      *with_semicolon = std::min(n + 1, rest.size());
      return length;
    }
    if (whole) break;
  }
  searched_ = buffer_.size();
  if (!end_) return 0;
  *with_semicolon = rest.size();  // an open comment: the parser says what is wrong with it
  return rest.size();
}

Result<bool> ScriptReader::Next(SourceStatement* statement) {
  for (;;) {
    PARTON_RETURN_IF_ERROR(CheckText());
    const bool blank_known = SkipBlank();
    const std::string_view rest = std::string_view(buffer_).substr(start_);
    if (rest.empty() && end_) return false;
    if (rest.empty() || (!blank_known && !end_)) {
      PARTON_RETURN_IF_ERROR(Fill());
      continue;
    }
    const bool dot = rest[0] == '.' && !(rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9');
    size_t whole = 0;
    size_t length = 0;
    if (dot) {
      const size_t end_of_line = rest.find('\n');
      if (end_of_line != std::string_view::npos || end_) length = std::min(end_of_line, rest.size());
      whole = length;
      while (length > 0 && (rest[length - 1] == '\r' || rest[length - 1] == ' ')) --length;
    } else {
      length = FindEnd(&whole);
    }
    if (length == 0) {
      PARTON_RETURN_IF_ERROR(Fill());
      continue;
    }
    const std::string_view after = rest.substr(length);
    *statement = {std::string(rest.substr(0, length)),
                  source_,
                  line_,
                  column_,
                  line_before_,
                  std::string(after.substr(0, std::min(after.find('\n'), kContext))),
                  dot};
    Skip(whole);
    return true;
  }
}

}  // namespace parton::shell
