// Statements one after the other from a file, a pipe or a string, each as soon as its `;` is there:
// piped input runs while more is written. Lines that start with a dot between statements are
// commands of the shell.
#ifndef PARTON_SHELL_SCRIPT_READER_H_
#define PARTON_SHELL_SCRIPT_READER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/status.h"

namespace parton::shell {

struct SourceStatement {
  std::string text;         // without `;`
  std::string source;       // "load.sql", "stdin", "-c"
  uint32_t line = 1;        // of its first character, from 1
  uint32_t column = 1;      // in code points, from 1
  std::string line_before;  // the text before it on its first line
  std::string line_after;   // and after it on its last, as far as it has been read
  bool dot_command = false;
};

class ScriptReader {
 public:
  // Reads `fd` (borrowed) to its end. `source` names it in messages.
  ScriptReader(int fd, std::string source);
  // Over a text.
  ScriptReader(std::string text, std::string source);

  // The next statement; false at the end. Errors: cannot read, no UTF-8, a NUL byte (at().line
  // tells where).
  Result<bool> Next(SourceStatement* statement);
  const std::string& source() const { return source_; }
  // Where the reader stands, for messages about what is no statement.
  uint32_t line() const { return line_; }
  uint32_t column() const { return column_; }

 private:
  Status Fill();
  Status CheckText();
  void Skip(size_t bytes);
  bool SkipBlank();
  size_t FindEnd(size_t* with_semicolon);

  int fd_ = -1;
  std::string source_;
  std::string buffer_;
  size_t start_ = 0;     // of what is not consumed yet
  size_t checked_ = 0;   // bytes of buffer_ known to be text
  size_t searched_ = 0;  // no statement ends before here
  bool end_ = false;
  bool first_ = true;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
  std::string line_before_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_SCRIPT_READER_H_
