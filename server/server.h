// `parton serve`: a database behind DynamoDB's own protocol, from opening it to closing it.
#ifndef PARTON_SERVER_SERVER_H_
#define PARTON_SERVER_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "parton/database.h"
#include "parton/status.h"
#include "server/actions.h"
#include "server/transport.h"

namespace parton::server {

struct ServeOptions {
  std::string database = ":memory:";
  Options database_options;  // files: only those that are listed, and the directory for S3
  std::string host = "127.0.0.1";
  uint16_t port = 8000;                  // 0: one that is free
  std::optional<uint16_t> metrics_port;  // on the loopback address, without access control
  std::string credentials;               // a file (server/credentials.h); empty: no signatures are asked for
  bool no_auth = false;                  // other hosts than this one may come in without credentials
  std::string cors_origin;               // empty: no answers for browsers
  std::string access_log;                // a file; "-": standard error; empty: none
  int ready_fd = -1;                     // gets the URL when the server accepts
  ServiceSettings settings;
  TransportOptions transport;
};

// Serves until a signal ends it. `on_ready` gets the URL when connections are accepted, `on_trouble` what goes wrong
// meanwhile. Errors: those of Database::Open, kIoError (the address, a file), kOpenFailed (credentials, a certificate),
// kValidation (access from other hosts without a word about who may).
Status Serve(const ServeOptions& options, const std::function<void(const std::string& url)>& on_ready,
             const std::function<void(const Status&)>& on_trouble);

// Whether a server answers at `url`, http://HOST:PORT or https://.... Errors (kIoError): why not.
Status CheckHealth(std::string_view url);

}  // namespace parton::server

#endif  // PARTON_SERVER_SERVER_H_
