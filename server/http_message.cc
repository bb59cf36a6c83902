#include "server/http_message.h"

namespace parton::server {

std::string_view HttpRequest::Find(std::string_view name) const {
  for (const Header& h : headers) {
    if (EqualsIgnoreCase(h.name, name)) return h.value;
  }
  return {};
}

}  // namespace parton::server
