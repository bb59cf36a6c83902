#include "shell/render/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "parton/files.h"
#include "shell/interrupt.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

// Whether the shell would find the program that `command` starts with; "VARIABLE=value" may stand before it.
bool IsInstalled(std::string_view command) {
  std::string_view word;
  do {
    command.remove_prefix(std::min(command.find_first_not_of(' '), command.size()));
    word = command.substr(0, command.find(' '));
    command.remove_prefix(word.size());
  } while (word.find('=') != std::string_view::npos);
  if (word.empty()) return false;
  if (word.find('/') != std::string_view::npos) return ::access(std::string(word).c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (::access(fmt::format("{}/{}", folder.empty() ? "." : folder, word).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

std::string PagerCommand() {
  for (const char* name : {"PARTON_PAGER", "PAGER"}) {
    const char* command = std::getenv(name);
    if (command != nullptr && *command != 0 && IsInstalled(command)) return command;
  }
  for (const char* command : {"less -SRFX", "more"}) {
    if (IsInstalled(command)) return command;
  }
  return "";
}

bool MessagesOnTerminal() {
  static const bool terminal = isatty(2) != 0;
  return terminal;
}

void WriteMessage(const StyledText& text, bool color) {
  const std::string bytes = MessagesOnTerminal() ? ForTerminal(text, color) : Plain(text);
  std::fwrite(bytes.data(), 1, bytes.size(), stderr);
  std::fflush(stderr);
}

void WriteMessage(std::string_view text) { WriteMessage({{std::string(text), Style::kPlain}}, false); }

Output::Output() : terminal_(isatty(1) != 0) {}

Output::~Output() {
  EndPaging();
  (void)Close();
}

void Output::Append(std::string_view text) {
  if (!for_terminal()) {
    buffer_.append(text);
    return;
  }
  const std::string shown = ForTerminal(text);
  buffer_ += shown;
  if (page_lines_ > 0) CountLines(shown);
}

void Output::Write(std::string_view text) {
  Append(text);
  Spill();
}

void Output::Write(std::string_view text, Style style) {
  const std::string_view code = for_terminal() && !text.empty() ? StyleCode(style) : "";
  buffer_ += code;
  Append(text);
  if (!code.empty()) buffer_ += kStyleEnd;
  Spill();
}

void Output::Write(const StyledText& text) {
  for (const Piece& piece : text) Write(piece.text, piece.style);
}

void Output::ClearScreen() {
  if (for_terminal()) buffer_ += "\033[H\033[2J";
}

// More than a screen goes to the pager.
void Output::Spill() {
  if (page_lines_ > 0) {
    if (held_lines_ < page_lines_) return;
    page_lines_ = 0;
    std::fflush(stdout);
    file_ = StartCommand(pager_);
    pager_running_ = file_ != nullptr;
  }
  if (buffer_.size() >= kBufferBytes) Flush();
}

// Lines of the screen: a long one takes several.
void Output::CountLines(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    held_columns_ += DisplayWidth(text.substr(0, end));
    if (end == text.size()) return;
    held_lines_ += std::max(1, (held_columns_ + page_columns_ - 1) / page_columns_);
    held_columns_ = 0;
    text.remove_prefix(end + 1);
  }
}

void Output::Flush() {
  if (page_lines_ > 0) return;
  WriteOut(buffer_);
  buffer_.clear();
}

void Output::WriteOut(std::string_view text) {
  const int fd = file_ != nullptr ? fileno(file_) : fd_;
  while (!text.empty() && error_.ok() && !reader_gone_) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno != EINTR) {
      error_ = Status::IoError(fmt::format("cannot write the results: {}", std::strerror(errno)));
    }
  }
}

Status Output::OpenFile(const std::string& path) {
  PARTON_RETURN_IF_ERROR(Close());
  PARTON_RETURN_IF_ERROR(CheckFileUse(path, FileUse::kWrite));
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return Status::IoError(fmt::format("cannot write to {}: {}", path, std::strerror(errno)));
  }
  fd_ = fd;
  return Status::Ok();
}

Status Output::OpenCommand(const std::string& command) {
  PARTON_RETURN_IF_ERROR(Close());
  file_ = StartCommand(command);
  if (file_ == nullptr) {
    return Status::IoError(fmt::format("cannot start {}: {}", command, std::strerror(errno)));
  }
  return Status::Ok();
}

Status Output::Close() {
  Flush();
  Status result = error_;
  if (file_ != nullptr) {
    const int status = pclose(file_);
    file_ = nullptr;
    if (result.ok() && !reader_gone_ && status != 0) {
      result = Status::IoError(
          fmt::format("the command ended with status {}", WIFEXITED(status) ? WEXITSTATUS(status) : -1));
    }
    ClearError();
  }
  if (fd_ != 1) {
    if (::close(fd_) != 0 && result.ok()) {
      result = Status::IoError(fmt::format("cannot write the results: {}", std::strerror(errno)));
    }
    fd_ = 1;
    ClearError();
  }
  return result;
}

void Output::BeginPaging(TerminalSize size, std::string command) {
  Flush();
  page_lines_ = std::max(size.lines - 1, 1);
  page_columns_ = std::max(size.columns, 1);
  held_lines_ = 0;
  held_columns_ = 0;
  pager_ = std::move(command);
}

void Output::EndPaging() {
  page_lines_ = 0;
  Flush();
  if (!pager_running_) return;
  pager_running_ = false;
  pclose(file_);
  file_ = nullptr;
  ClearError();  // leaving the pager early is no error
}

bool Output::is_terminal() const { return terminal_ && !redirected(); }

TerminalSize GetTerminalSize() {
  TerminalSize size;
  winsize w{};
  if (ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col > 0) {
    size.columns = w.ws_col;
    if (w.ws_row > 0) size.lines = w.ws_row;
  } else if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    const int n = std::atoi(columns);
    if (n > 0) size.columns = n;
  }
  return size;
}

}  // namespace parton::shell
