// Reads Ion text (https://amazon-ion.github.io/ion-docs/docs/spec.html) into Values: back-tick
// literals, and files in Ion.
//
// Typed nulls become NULL, symbols SYMBOL, lobs BLOB and CLOB, timestamps TIMESTAMP with their
// precision, s-expressions SEXP; integers keep 38 digits. Annotations are read and dropped.
// Threads: any.
#ifndef PARTON_PARSER_ION_READER_H_
#define PARTON_PARSER_ION_READER_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// Exactly one Ion value; blanks and comments around it are allowed. Errors are kSyntax, with the
// byte offset in `text` in the message.
Result<Value> ReadIon(std::string_view text);

// Strict base64 with padding; blanks are skipped. False if `text` is none; `out` is appended to.
bool DecodeBase64(std::string_view text, std::string* out);

}  // namespace parton

#endif  // PARTON_PARSER_ION_READER_H_
