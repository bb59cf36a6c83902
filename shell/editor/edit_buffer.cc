#include "shell/editor/edit_buffer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "parton/text.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr size_t kUndoBytes = size_t{4} << 20;

bool IsWord(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || u >= 0x80;
}
bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

int ColumnOf(std::string_view line) { return DisplayWidth(line); }

// The offset in `line` whose column is `column`, or its end.
size_t OffsetAt(std::string_view line, int column) {
  int at = 0;
  size_t i = 0;
  while (i < line.size()) {
    size_t next = i;
    at += NextCluster(line, &next);
    if (at > column) break;
    i = next;
  }
  return i;
}

}  // namespace

void EditBuffer::Clear() {
  text_.clear();
  cursor_ = 0;
  undo_.clear();
  redo_.clear();
  undo_bytes_ = 0;
  last_ = Last::kOther;
}

void EditBuffer::Remember() {
  undo_.push_back({text_, cursor_});
  undo_bytes_ += text_.size();
  redo_.clear();
  while (undo_bytes_ > kUndoBytes && undo_.size() > 1) {
    undo_bytes_ -= undo_.front().text.size();
    undo_.erase(undo_.begin());
  }
}

void EditBuffer::Replace(std::string text, size_t cursor) {
  Remember();
  text_ = std::move(text);
  cursor_ = std::min(cursor, text_.size());
  last_ = Last::kOther;
}

void EditBuffer::Insert(std::string_view text, bool typed) {
  const bool word_goes_on = typed && last_ == Last::kTyped && !text.empty() && IsWord(text[0]);
  if (!word_goes_on) Remember();
  text_.insert(cursor_, text);
  cursor_ += text.size();
  last_ = typed ? Last::kTyped : Last::kOther;
}

void EditBuffer::ReplaceBefore(size_t length, std::string_view with) {
  Remember();
  text_.replace(cursor_ - length, length, with);
  cursor_ += with.size() - length;
  last_ = Last::kOther;
}

void EditBuffer::MoveTo(size_t position) {
  cursor_ = position;
  last_ = Last::kOther;
}

bool EditBuffer::Left() {
  if (cursor_ == 0) return false;
  MoveTo(PreviousCluster(text_, cursor_));
  return true;
}

bool EditBuffer::Right() {
  if (cursor_ == text_.size()) return false;
  size_t next = cursor_;
  NextCluster(text_, &next);
  MoveTo(next);
  return true;
}

size_t EditBuffer::WordStartBefore(size_t position) const {
  while (position > 0 && !IsWord(text_[position - 1])) --position;
  while (position > 0 && IsWord(text_[position - 1])) --position;
  return position;
}

size_t EditBuffer::WordEndAfter(size_t position) const {
  while (position < text_.size() && !IsWord(text_[position])) ++position;
  while (position < text_.size() && IsWord(text_[position])) ++position;
  return position;
}

size_t EditBuffer::StartOfLine(size_t position) const {
  if (position == 0) return 0;
  const size_t before = text_.rfind('\n', position - 1);
  return before == std::string::npos ? 0 : before + 1;
}

size_t EditBuffer::EndOfLine(size_t position) const { return std::min(text_.find('\n', position), text_.size()); }

bool EditBuffer::WordLeft() {
  const size_t before = cursor_;
  MoveTo(WordStartBefore(cursor_));
  return cursor_ != before;
}

bool EditBuffer::WordRight() {
  const size_t before = cursor_;
  MoveTo(WordEndAfter(cursor_));
  return cursor_ != before;
}

bool EditBuffer::LineStart() {
  const size_t before = cursor_;
  MoveTo(StartOfLine(cursor_));
  return cursor_ != before;
}

bool EditBuffer::LineEnd() {
  const size_t before = cursor_;
  MoveTo(EndOfLine(cursor_));
  return cursor_ != before;
}

bool EditBuffer::TextStart() {
  const size_t before = cursor_;
  MoveTo(0);
  return cursor_ != before;
}

bool EditBuffer::TextEnd() {
  const size_t before = cursor_;
  MoveTo(text_.size());
  return cursor_ != before;
}

bool EditBuffer::Up() {
  const size_t start = StartOfLine(cursor_);
  if (start == 0) return false;
  const std::string_view text = text_;
  if (last_ != Last::kVertical) wanted_column_ = ColumnOf(text.substr(start, cursor_ - start));
  const size_t above = StartOfLine(start - 1);
  cursor_ = above + OffsetAt(text.substr(above, start - 1 - above), wanted_column_);
  last_ = Last::kVertical;
  return true;
}

bool EditBuffer::Down() {
  const size_t end = EndOfLine(cursor_);
  if (end == text_.size()) return false;
  const std::string_view text = text_;
  const size_t start = StartOfLine(cursor_);
  if (last_ != Last::kVertical) wanted_column_ = ColumnOf(text.substr(start, cursor_ - start));
  const size_t below = end + 1;
  cursor_ = below + OffsetAt(text.substr(below, EndOfLine(below) - below), wanted_column_);
  last_ = Last::kVertical;
  return true;
}

void EditBuffer::DeleteLeft() {
  if (cursor_ == 0) return;
  Remember();
  const size_t from = PreviousCluster(text_, cursor_);
  text_.erase(from, cursor_ - from);
  MoveTo(from);
}

void EditBuffer::DeleteRight() {
  if (cursor_ == text_.size()) return;
  Remember();
  size_t next = cursor_;
  NextCluster(text_, &next);
  text_.erase(cursor_, next - cursor_);
  last_ = Last::kOther;
}

void EditBuffer::Kill(size_t from, size_t to, bool before) {
  if (from == to) return;
  Remember();
  const std::string part = text_.substr(from, to - from);
  if (last_ != Last::kKilled) killed_.clear();
  killed_ = before ? part + killed_ : killed_ + part;
  text_.erase(from, to - from);
  cursor_ = from;
  last_ = Last::kKilled;
}

void EditBuffer::KillToLineEnd() {
  size_t end = EndOfLine(cursor_);
  if (end == cursor_ && end < text_.size()) ++end;  // at its end: the line break
  Kill(cursor_, end, false);
}

void EditBuffer::KillToLineStart() {
  size_t start = StartOfLine(cursor_);
  if (start == cursor_ && start > 0) --start;
  Kill(start, cursor_, true);
}

void EditBuffer::KillWordLeft() { Kill(WordStartBefore(cursor_), cursor_, true); }

void EditBuffer::KillBigWordLeft() {
  size_t from = cursor_;
  while (from > 0 && IsBlank(text_[from - 1])) --from;
  while (from > 0 && !IsBlank(text_[from - 1])) --from;
  Kill(from, cursor_, true);
}

void EditBuffer::KillWordRight() { Kill(cursor_, WordEndAfter(cursor_), false); }

void EditBuffer::Yank() {
  if (!killed_.empty()) Insert(killed_);
}

void EditBuffer::Transpose() {
  if (cursor_ == text_.size()) Left();
  if (cursor_ == 0 || text_[cursor_] == '\n') return;
  Remember();
  const size_t before = PreviousCluster(text_, cursor_);
  size_t after = cursor_;
  NextCluster(text_, &after);
  const std::string swapped = text_.substr(cursor_, after - cursor_) + text_.substr(before, cursor_ - before);
  text_.replace(before, after - before, swapped);
  MoveTo(after);
}

void EditBuffer::ChangeCase(bool upper) {
  const size_t end = WordEndAfter(cursor_);
  if (end == cursor_) return;
  Remember();
  for (size_t i = cursor_; i < end; ++i) {
    text_[i] = upper ? AsciiUpper(text_[i]) : AsciiLower(text_[i]);
  }
  MoveTo(end);
}

void EditBuffer::Undo() {
  if (undo_.empty()) return;
  redo_.push_back({std::move(text_), cursor_});
  text_ = std::move(undo_.back().text);
  cursor_ = undo_.back().cursor;
  undo_.pop_back();
  undo_bytes_ -= std::min(undo_bytes_, text_.size());
  last_ = Last::kOther;
}

void EditBuffer::Redo() {
  if (redo_.empty()) return;
  undo_.push_back({std::move(text_), cursor_});
  undo_bytes_ += undo_.back().text.size();
  text_ = std::move(redo_.back().text);
  cursor_ = redo_.back().cursor;
  redo_.pop_back();
  last_ = Last::kOther;
}

}  // namespace parton::shell
