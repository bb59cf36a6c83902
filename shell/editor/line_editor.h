// Edits one statement of any number of lines at a time, with history, search and completion.
//
// On a terminal that can be drawn on; elsewhere (TERM=dumb) lines are read as they are.
#ifndef PARTON_SHELL_EDITOR_LINE_EDITOR_H_
#define PARTON_SHELL_EDITOR_LINE_EDITOR_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shell/editor/history.h"
#include "shell/editor/menu.h"
#include "shell/editor/screen.h"

namespace parton::shell {

struct KeyBinding {
  std::string_view keys;  // "C-a", "M-b", "Up", "C-Right", "S-Tab"
  std::string_view help;  // of the first of several keys for one thing; else empty
};

class LineEditor {
 public:
  enum class Outcome {
    kStatement,
    kEnd,          // Ctrl-D at an empty prompt, or no more input
    kInterrupted,  // Ctrl-C
    kEdit,         // Ctrl-X Ctrl-E: the text is to be opened in an editor
  };

  // The language of the text, as functions; each may be empty.
  struct Language {
    // Whether Enter runs the text; it starts another line otherwise.
    std::function<bool(std::string_view text)> is_complete;
    // The prompt of a line after the first, given the text above it.
    std::function<std::string(std::string_view above)> continuation;
    // A style for each byte.
    std::function<std::vector<Style>(std::string_view text, size_t cursor)> highlight;
    // Candidates for the word that ends at the cursor, sorted; sets how many bytes before it they replace.
    std::function<std::vector<Candidate>(std::string_view text, size_t cursor, size_t* word_length)> complete;
  };

  LineEditor(History* history, Language language, bool color);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // One statement, or one line that is complete by itself.
  Outcome Read(const std::string& prompt, std::string* text);
  // The text that the next Read starts with.
  void Prefill(std::string text);

  // All keys with what they do, for help and the manual.
  static std::vector<KeyBinding> Keys();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_LINE_EDITOR_H_
