// What Tab offers: keywords, tables, indexes, attributes seen in the tables, dot commands, files.
#ifndef PARTON_SHELL_COMPLETION_H_
#define PARTON_SHELL_COMPLETION_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shell/session.h"

namespace parton::shell {

class Completion {
 public:
  explicit Completion(Session* session) : session_(session) {}

  // Candidates for the last word of `line`; `earlier` is the part of the statement on lines before.
  // Sorted, no duplicates. `*word_length`: bytes of the word they replace.
  std::vector<std::string> Find(std::string_view earlier, std::string_view line,
                                size_t* word_length);

 private:
  const std::vector<std::string>& Attributes(const std::string& table);

  Session* session_;
  std::map<std::string, std::vector<std::string>> attributes_;  // by table, from a sample
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMPLETION_H_
