// Sockets, HTTP connections and TLS: carries requests to handlers, and answers back.
//
// Connections are handled by coroutines on a few threads; handlers that may block run on a pool. Each phase of a
// request has a deadline: the header, the body (by its length), the answer, the time between requests. The number of
// connections, the queue of requests and the memory for bodies are bounded.
#ifndef PARTON_SERVER_TRANSPORT_H_
#define PARTON_SERVER_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "parton/status.h"
#include "server/http_message.h"
#include "server/metrics.h"

namespace parton::server {

struct TransportOptions {
  size_t max_connections = 1024;
  size_t max_connections_per_address = 0;  // of one remote address; 0: as many as there may be at all
  size_t queue_limit = 1024;               // requests that wait for a thread
  size_t body_bytes = size_t{512} << 20;   // for the bodies of all requests that are being read or run
  size_t workers = 0;                      // 0: by the number of cores
  int64_t header_ms = 10'000;              // from its first byte to its last
  int64_t idle_ms = 60'000;                // between requests
  int64_t body_ms = 10'000;                // and a second more for each 16 KB
  std::string tls_certificate;             // files in PEM form; empty: no TLS
  std::string tls_key;
};

class Transport {
 public:
  using Handler = std::function<HttpResponse(HttpRequest*)>;
  // Whether a request is handled so soon that it need not go to the pool. `connections`: how many are open.
  using IsQuick = std::function<bool(const HttpRequest&, int64_t connections)>;

  // Errors (kOpenFailed): the certificate or the key cannot be used. `metrics` outlives it.
  static Result<std::unique_ptr<Transport>> Create(const TransportOptions& options, Metrics* metrics);
  virtual ~Transport() = default;

  // Accepts connections from Run() on. `port` 0: one that is free; the result is the port. `main`: with TLS, if there
  // is a certificate, and with handlers on the pool. Errors (kIoError): the address is in use, ...
  virtual Result<uint16_t> Listen(const std::string& host, uint16_t port, bool main, Handler handler,
                                  IsQuick is_quick) = 0;

  // Serves until SIGTERM or SIGINT, or Stop(). Then what runs is finished, idle connections are closed, and it returns;
  // a second signal ends the process at once. `on_hangup` is called for SIGHUP.
  virtual void Run(const std::function<void()>& on_hangup) = 0;
  // Any thread.
  virtual void Stop() = 0;
};

}  // namespace parton::server

#endif  // PARTON_SERVER_TRANSPORT_H_
