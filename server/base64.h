// Base64 as DynamoDB takes and gives it: the standard alphabet, with padding.
#ifndef PARTON_SERVER_BASE64_H_
#define PARTON_SERVER_BASE64_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parton::server {

// Decodes in place; the number of bytes, or nothing if it is not base64.
std::optional<size_t> DecodeBase64(char* text, size_t size);
void AppendBase64(std::string_view bytes, std::string* out);

}  // namespace parton::server

#endif  // PARTON_SERVER_BASE64_H_
