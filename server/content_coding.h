// gzip and deflate of bodies, both ways.
#ifndef PARTON_SERVER_CONTENT_CODING_H_
#define PARTON_SERVER_CONTENT_CODING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parton::server {

enum class Coding : uint8_t { kIdentity, kGzip, kDeflate };

// What an Accept-Encoding header asks for: the coding with the highest quality, the first of equals. Unknown ones are
// ignored; * is gzip.
Coding ChooseCoding(std::string_view accept_encoding);
std::string_view NameOf(Coding coding);

// False: there was no memory; `*out` is not to be used.
bool Compress(Coding coding, std::string_view body, std::string* out);

enum class Unpacked : uint8_t { kDone, kBroken, kTooLarge };
// Takes the codings of a Content-Encoding header off `*body`, which is at most `limit` bytes long at the end.
Unpacked Unpack(std::string_view content_encoding, size_t limit, std::string* body);

uint32_t Crc32(std::string_view bytes);

}  // namespace parton::server

#endif  // PARTON_SERVER_CONTENT_CODING_H_
