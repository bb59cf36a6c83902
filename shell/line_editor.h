// Line editing and history at the prompt, on libedit (BSD licence).
#ifndef PARTON_SHELL_LINE_EDITOR_H_
#define PARTON_SHELL_LINE_EDITOR_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

class LineEditor {
 public:
  enum class Outcome { kLine, kEnd, kInterrupted };

  // `history_file`: "" keeps the history in memory.
  explicit LineEditor(std::string history_file);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // One line (or several, when pasted or recalled) without its line break.
  Outcome Read(const std::string& prompt, std::string* line);

  // A whole statement becomes one entry; one that is there already moves to the end.
  void AddHistory(const std::string& statement);
  std::vector<std::string> HistoryEntries() const;

  // Given the line up to the cursor, the candidates for its last word; sets how many bytes that
  // word has.
  using Completer =
      std::function<std::vector<std::string>(std::string_view line, size_t* word_length)>;
  void SetCompleter(Completer completer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_LINE_EDITOR_H_
