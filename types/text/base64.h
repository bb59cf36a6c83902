// Standard base64 with padding (RFC 4648, section 4): the text form of binaries.
#ifndef PARTON_TYPES_TEXT_BASE64_H_
#define PARTON_TYPES_TEXT_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace parton {

std::string Base64Encode(std::string_view bytes);
// nullopt if `text` is not the padded form of some bytes. Blanks are not skipped.
std::optional<std::string> Base64Decode(std::string_view text);

}  // namespace parton

#endif  // PARTON_TYPES_TEXT_BASE64_H_
