// Where results go: standard output, a file, or a command (also the pager). Buffered; the session
// flushes after every statement, so that what one printed is out before the next one starts.
//
// Text is data: on a terminal, also through the pager, control characters are shown as escapes, in every mode. Files,
// pipes and commands get the bytes as they are.
//
// Errors do not throw and do not end the process: failed() reports a failed write (full disk), and reader_gone() a
// closed pipe (`parton ... | head`).
#ifndef PARTON_SHELL_RENDER_OUTPUT_H_
#define PARTON_SHELL_RENDER_OUTPUT_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "shell/render/styled_text.h"

namespace parton::shell {

// Columns and lines of the terminal; 80 and 24 where there is none.
struct TerminalSize {
  int columns = 80;
  int lines = 24;
};
TerminalSize GetTerminalSize();

// The pager to use, of $PARTON_PAGER, $PAGER, less and more the first that is installed; "" if none is.
std::string PagerCommand();

// Whether standard error is a terminal.
bool MessagesOnTerminal();
// Errors, notes: on standard error; on a terminal as Output does it. `color`: with the styles, on a terminal.
void WriteMessage(const StyledText& text, bool color);
void WriteMessage(std::string_view text);

class Output {
 public:
  Output();
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view text);
  // With the codes of the style if the text goes to a terminal.
  void Write(std::string_view text, Style style);
  void Write(const StyledText& text);
  // Wipes the screen if the text goes to a terminal.
  void ClearScreen();
  void Flush();

  // From now on, to a file (truncated) or to the input of a command. Errors: cannot open, cannot
  // start.
  Status OpenFile(const std::string& path);
  Status OpenCommand(const std::string& command);
  // Flushes, closes the file or waits for the command, and goes back to standard output.
  Status Close();
  bool redirected() const { return file_ != nullptr || fd_ != 1; }

  // While paging, text is held back until it is longer than the screen (then the pager gets it) or
  // EndPaging.
  void BeginPaging(TerminalSize size, std::string command);
  void EndPaging();

  bool reader_gone() const { return reader_gone_; }
  // OK, or why writing failed since the last call of ClearError.
  const Status& error() const { return error_; }
  void ClearError() {
    error_ = Status();
    reader_gone_ = false;
  }

  // Whether standard output is a terminal and results go there.
  bool is_terminal() const;

 private:
  void Append(std::string_view text);
  void Spill();
  void WriteOut(std::string_view text);
  void CountLines(std::string_view text);
  bool for_terminal() const { return terminal_ && (!redirected() || pager_running_); }

  const bool terminal_;  // standard output is one
  std::string buffer_;
  FILE* file_ = nullptr;  // a command's input
  int fd_ = 1;
  Status error_;
  bool reader_gone_ = false;
  int page_lines_ = 0;  // > 0 while holding back
  int page_columns_ = 80;
  int held_lines_ = 0;
  int held_columns_ = 0;  // of the line begun
  std::string pager_;
  bool pager_running_ = false;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_OUTPUT_H_
