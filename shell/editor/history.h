// The history: statements typed, oldest first; each text once.
//
// The file has one entry a line, with line breaks as `\n` and backslashes doubled. Entries are
// appended as they come, so that several shells may share it; it is written anew when it has grown
// well beyond the limit.
#ifndef PARTON_SHELL_EDITOR_HISTORY_H_
#define PARTON_SHELL_EDITOR_HISTORY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

class History {
 public:
  // `file`: "" keeps the history in memory. A file that cannot be read is an empty history.
  History(std::string file, size_t limit);

  // Blank entries are left out; one that is there already moves to the end.
  void Add(const std::string& entry);

  const std::vector<std::string>& entries() const { return entries_; }
  // The newest entry before `index` that holds `part` in any case; npos if none.
  size_t FindBefore(std::string_view part, size_t index) const;
  // The oldest one after `index`.
  size_t FindAfter(std::string_view part, size_t index) const;

  // Where `text` holds `part` in any case of its letters; npos if nowhere.
  static size_t Find(std::string_view text, std::string_view part);

  static constexpr size_t npos = static_cast<size_t>(-1);

 private:
  void Load();
  void Append(const std::string& entry) const;
  void Rewrite() const;
  void Remember(const std::string& entry);

  std::string file_;
  size_t limit_;
  std::vector<std::string> entries_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_HISTORY_H_
