// A header of HTTP, as client and server see it.
#ifndef PARTON_NET_HTTP_HEADER_H_
#define PARTON_NET_HTTP_HEADER_H_

#include <string_view>

namespace parton::net {

struct Header {
  std::string_view name;  // as it is sent: case does not matter
  std::string_view value;
};

// Without blanks at both ends.
inline std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace parton::net

#endif  // PARTON_NET_HTTP_HEADER_H_
