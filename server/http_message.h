// A request and its answer as the service sees them, without the library that carries them.
#ifndef PARTON_SERVER_HTTP_MESSAGE_H_
#define PARTON_SERVER_HTTP_MESSAGE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_header.h"
#include "parton/text.h"

namespace parton::server {

using net::Header;
using net::Trimmed;

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::vector<Header> headers;
  std::string body;
  std::string peer;  // the client's address

  // The first one's value; empty if there is none.
  std::string_view Find(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/x-amz-json-1.0";
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;
  bool close = false;  // the connection ends after it
};

}  // namespace parton::server

#endif  // PARTON_SERVER_HTTP_MESSAGE_H_
