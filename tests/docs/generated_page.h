// The main() of a program that makes a page of docs/ from the project's tables, and of the test that the page is
// current.
#ifndef PARTON_TESTS_DOCS_GENERATED_PAGE_H_
#define PARTON_TESTS_DOCS_GENERATED_PAGE_H_

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace parton {

// The text in a cell of a table, which `|` would end.
inline std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

// NAME FILE: whether FILE has `page`; NAME FILE --write: makes it so. `source`: where the page comes from, for people.
// Returns the exit status.
inline int CheckOrWritePage(int argc, char** argv, std::string_view name, std::string_view source,
                            const std::string& page) {
  const bool write = argc == 3 && std::string_view(argv[2]) == "--write";
  if (argc < 2 || argc > 3 || (argc == 3 && !write)) {
    std::cerr << "usage: " << name << " FILE [--write]\n";
    return 2;
  }
  if (write) {
    std::ofstream file(argv[1]);
    file << page;
    file.close();
    if (!file) std::cerr << "cannot write " << argv[1] << "\n";
    return file ? 0 : 1;
  }
  std::ifstream file(argv[1]);
  std::stringstream text;
  text << file.rdbuf();
  const bool current = text.str() == page;
  if (!current) {
    std::cout << argv[1] << " is not what " << source << ": run " << name << " " << argv[1] << " --write\n";
  }
  std::cout << (current ? "1 passed, 0 failed\n" : "0 passed, 1 failed\n");
  return current ? 0 : 1;
}

}  // namespace parton

#endif  // PARTON_TESTS_DOCS_GENERATED_PAGE_H_
