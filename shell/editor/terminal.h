// The terminal while a statement is edited: raw mode, and what is typed as named keys.
//
// libtermkey turns bytes into keys. Bytes are read and handed to it one by one, so that pasted text
// (bracketed paste) can be taken out as it is.
#ifndef PARTON_SHELL_EDITOR_TERMINAL_H_
#define PARTON_SHELL_EDITOR_TERMINAL_H_

#include <memory>
#include <string>
#include <string_view>

namespace parton::shell {

struct Key {
  enum class Kind {
    kText,     // a character: in `text`
    kPaste,    // pasted text
    kNamed,    // "C-a", "M-b", "Up", "C-Right", "S-Tab", "Enter", "Backspace": in `text`
    kResized,  // the terminal has another size now
    kEnd,      // no more input
  };
  Kind kind = Kind::kEnd;
  std::string text;
};

// Whether standard input and output are a terminal that an editor can draw on.
bool TerminalCanEdit();

class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Raw mode with bracketed paste, and back. Keys typed ahead are kept.
  void Enter();
  void Leave();
  // Stops the process (Ctrl-Z) until it is continued.
  void Suspend();

  Key Read();
  void Write(std::string_view text);

  // For tests: bytes as if they had been typed, and the next key among them (kEnd: none).
  void Type(std::string_view bytes);
  Key NextTyped();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_TERMINAL_H_
