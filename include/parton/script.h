// Splitting text into statements: for shells, script runners and editors.
#ifndef PARTON_SCRIPT_H_
#define PARTON_SCRIPT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"

namespace parton {

struct ScriptStatement {
  std::string_view text;    // without the `;`, trimmed of white space and leading comments; into the script
  TextSpan span;            // where it stands in the script
  bool terminated = false;  // a `;` follows
};

// The statements of `script` in order; empty ones are left out. Never fails: an open quote runs to the end.
std::vector<ScriptStatement> SplitScript(std::string_view script);

// Why `text` is not complete yet: 0 if it is (ends with `;`, nothing open), else one of
// ' " ` ( [ { < (for <<) * (open comment) ; (only the semicolon is missing).
char WhatIsOpen(std::string_view text);

}  // namespace parton

#endif  // PARTON_SCRIPT_H_
