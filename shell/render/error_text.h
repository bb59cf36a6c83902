// Prints errors: `file:line:column: Exception: message`, the line, a caret, a hint; or one JSON object.
#ifndef PARTON_SHELL_RENDER_ERROR_TEXT_H_
#define PARTON_SHELL_RENDER_ERROR_TEXT_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "shell/render/styled_text.h"
#include "shell/script_reader.h"

namespace parton::shell {

struct ErrorPlace {
  std::string source;
  uint32_t line = 0;
  uint32_t column = 0;
};

// Where in its source the error of a statement is: the statement's place if the error names none.
ErrorPlace PlaceOf(const Status& error, const SourceStatement& statement);

// For people; ends with a line break. `width` columns for the line shown; 0: 100.
StyledText FormatError(const Status& error, const SourceStatement& statement, int width);
// {"code": ..., "message": ..., "file": ..., "line": ..., "column": ..., "hint": ..., "statement":
// ...}
std::string FormatErrorJson(const Status& error, const SourceStatement& statement);

// `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_ERROR_TEXT_H_
