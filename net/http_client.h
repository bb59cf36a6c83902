// HTTP/1.1 as a client: requests over kept connections, with deadlines, TLS, and cancellation by the statement's
// bounds.
#ifndef PARTON_NET_HTTP_CLIENT_H_
#define PARTON_NET_HTTP_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"

namespace parton::net {

using Clock = std::chrono::steady_clock;

struct Endpoint {
  bool tls = false;
  std::string host;  // without brackets
  uint16_t port = 80;
  std::string path = "/";

  // As the Host header has it: with the port, unless it is the scheme's own.
  std::string HostHeader() const;
};
// "http://127.0.0.1:8000". Errors (kValidation): another scheme, no host, no port, a user or password in it.
Result<Endpoint> ParseEndpoint(std::string_view url);

struct HttpMessage {
  std::string method = "POST";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;  // Host and Content-Length are added
  std::string body;
  std::chrono::milliseconds answer{0};  // 0: as the client's limits say
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The first one's value; empty if there is none.
  std::string_view Find(std::string_view name) const;
};

struct HttpLimits {
  std::chrono::milliseconds connect{5'000};  // with TLS's handshake
  std::chrono::milliseconds answer{20'000};  // from the request's last byte to the answer's last one
  size_t body_bytes = size_t{64} << 20;
};

// Errors: kIoError (refused, cut, no answer in time, a certificate that is not the host's), kCancelled.
struct Outcome {
  Status status;
  HttpReply reply;    // if `status` is OK
  bool sent = false;  // the request may have reached the server
};

// A request under way. What is destroyed before its end closes its connection.
class Exchange {
 public:
  virtual ~Exchange() = default;
  // Waits for the answer. Once.
  virtual Outcome Finish() = 0;
};

// Threads: any. It must outlive its exchanges; each of those belongs to one thread at a time.
class HttpClient {
 public:
  // `ca_file`: certificates in PEM form in place of the system's; empty: the system's, or AWS_CA_BUNDLE. A proxy is
  // taken from HTTPS_PROXY and NO_PROXY, for TLS only. Errors (kOpenFailed): the file cannot be used.
  static Result<std::unique_ptr<HttpClient>> Create(Endpoint endpoint, const HttpLimits& limits,
                                                    const std::string& ca_file = {});
  virtual ~HttpClient() = default;

  // Sends the request, and returns when its bytes have left.
  virtual std::unique_ptr<Exchange> Start(const HttpMessage& message) = 0;
  Outcome Post(const HttpMessage& message) { return Start(message)->Finish(); }
  virtual const Endpoint& endpoint() const = 0;
};

}  // namespace parton::net

#endif  // PARTON_NET_HTTP_CLIENT_H_
