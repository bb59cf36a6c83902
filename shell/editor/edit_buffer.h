// The text being edited at the prompt: any number of lines, a cursor, undo, and killed text to
// yank.
//
// Knows nothing of terminals. Positions are byte offsets; they always stand between characters as
// people see them (NextCluster in parton/text.h).
#ifndef PARTON_SHELL_EDITOR_EDIT_BUFFER_H_
#define PARTON_SHELL_EDITOR_EDIT_BUFFER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

class EditBuffer {
 public:
  const std::string& text() const { return text_; }
  size_t cursor() const { return cursor_; }
  bool empty() const { return text_.empty(); }

  // Forgets everything but the killed text.
  void Clear();
  // Another text; can be undone.
  void Replace(std::string text, size_t cursor);
  // `typed`: one key; keys typed in a row are undone word by word.
  void Insert(std::string_view text, bool typed = false);
  // Puts `with` in the place of the `length` bytes before the cursor.
  void ReplaceBefore(size_t length, std::string_view with);

  // Movements. False where there is nowhere to go.
  bool Left();
  bool Right();
  bool WordLeft();
  bool WordRight();
  bool LineStart();
  bool LineEnd();
  bool TextStart();
  bool TextEnd();
  // To the line above or below, as near to the same column as can be.
  bool Up();
  bool Down();

  void DeleteLeft();
  void DeleteRight();
  // Killed text can be yanked; kills in a row add up.
  void KillToLineEnd();
  void KillToLineStart();
  void KillWordLeft();
  void KillBigWordLeft();  // back to white space
  void KillWordRight();
  void Yank();
  void Transpose();
  void UppercaseWord() { ChangeCase(true); }
  void LowercaseWord() { ChangeCase(false); }

  void Undo();
  void Redo();

 private:
  enum class Last { kOther, kTyped, kKilled, kVertical };
  struct State {
    std::string text;
    size_t cursor;
  };

  void Remember();
  void MoveTo(size_t position);
  void Kill(size_t from, size_t to, bool before);
  void ChangeCase(bool upper);
  size_t WordStartBefore(size_t position) const;
  size_t WordEndAfter(size_t position) const;
  size_t StartOfLine(size_t position) const;
  size_t EndOfLine(size_t position) const;

  std::string text_;
  size_t cursor_ = 0;
  std::string killed_;
  std::vector<State> undo_;
  std::vector<State> redo_;
  size_t undo_bytes_ = 0;
  Last last_ = Last::kOther;
  int wanted_column_ = 0;  // of Up and Down in a row
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_EDIT_BUFFER_H_
