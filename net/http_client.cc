// <utility> stands first: Asio 1.74 needs it as C++20.
#include "net/http_client.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/version.hpp>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_header.h"
#include "net/signature.h"
#include "parton/text.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::milliseconds kStep{50};  // between looks at the statement's bounds
constexpr std::chrono::seconds kMaxIdle{20};    // servers close connections sooner or later
constexpr size_t kMaxKept = 32;                 // connections
constexpr size_t kHeaderBytes = 64 << 10;

bool IsCancelled() {
  const StatementBounds* bounds = CurrentBounds();
  return bounds != nullptr && bounds->cancel.load(std::memory_order_relaxed);
}

std::string EnvironmentOf(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Whether NO_PROXY names the host: by name, by a domain it is in, or by *.
bool IsExcepted(std::string_view host, std::string_view list) {
  for (const std::string_view entry : Split(list, ',')) {
    std::string_view name = Trimmed(entry);
    if (name == "*") return true;
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.empty()) continue;
    if (EqualsIgnoreCase(host, name)) return true;
    if (host.size() > name.size() && EqualsIgnoreCase(host.substr(host.size() - name.size()), name) &&
        host[host.size() - name.size() - 1] == '.') {
      return true;
    }
  }
  return false;
}

std::optional<Endpoint> ProxyFor(const Endpoint& endpoint) {
  if (!endpoint.tls) return std::nullopt;
  std::string except = EnvironmentOf("NO_PROXY");
  if (except.empty()) except = EnvironmentOf("no_proxy");
  if (IsExcepted(endpoint.host, except)) return std::nullopt;
  std::string proxy = EnvironmentOf("HTTPS_PROXY");
  if (proxy.empty()) proxy = EnvironmentOf("https_proxy");
  if (proxy.empty()) return std::nullopt;
  Result<Endpoint> parsed = ParseEndpoint(proxy);
  if (!parsed.ok() || parsed->tls) return std::nullopt;
  return *std::move(parsed);
}

// A connection with its own loop, which runs only while somebody waits for it.
class Connection {
 public:
  Connection(const Endpoint& endpoint, const std::optional<Endpoint>& proxy, const HttpLimits& limits,
             asio::ssl::context* tls)
      : endpoint_(endpoint), proxy_(proxy), limits_(limits) {
    if (endpoint.tls) {
      tls_.emplace(beast::tcp_stream(io_), *tls);
    } else {
      plain_.emplace(io_);
    }
  }

  Status Open() {
    const Clock::time_point deadline = Clock::now() + limits_.connect;
    const Endpoint& first = proxy_ ? *proxy_ : endpoint_;
    std::vector<tcp::endpoint> addresses;
    Status s = Resolve(first, deadline, &addresses);
    if (!s.ok()) return s;
    s = Await(deadline, "cannot connect",
              [&](auto done) { Lowest().async_connect(addresses, [done](error_code e, const auto&) { done(e); }); });
    if (!s.ok()) return s;
    error_code ignored;
    Lowest().socket().set_option(tcp::no_delay(true), ignored);
    if (proxy_) PARTON_RETURN_IF_ERROR(OpenTunnel(deadline));
    if (!tls_) return Status::Ok();
    if (SSL_set_tlsext_host_name(tls_->native_handle(), endpoint_.host.c_str()) != 1) {
      return Status::IoError(Named("this host name cannot be asked for by TLS"));
    }
    error_code e;
    tls_->set_verify_mode(asio::ssl::verify_peer, e);
    tls_->set_verify_callback(asio::ssl::host_name_verification(endpoint_.host), e);
    return Await(deadline, "no TLS with", [&](auto done) {
      tls_->async_handshake(asio::ssl::stream_base::client, [done](error_code e) { done(e); });
    });
  }

  Status Send(const HttpMessage& message) {
    // Written at once in one piece: header and body.
    std::string bytes =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", message.method, message.target, endpoint_.HostHeader());
    for (const auto& [name, value] : message.headers) bytes += fmt::format("{}: {}\r\n", name, value);
    bytes += fmt::format("Content-Length: {}\r\n\r\n", message.body.size());
    bytes += message.body;
    answer_ = message.answer.count() > 0 ? message.answer : limits_.answer;
    return Write(bytes, Clock::now() + answer_);
  }

  Status Receive(HttpReply* reply) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(limits_.body_bytes);
    parser.header_limit(kHeaderBytes);
    Status s = Await(Clock::now() + answer_, "no answer from", [&](auto done) {
      auto handler = [done](error_code e, size_t) { done(e); };
      if (tls_) {
        http::async_read(*tls_, buffer_, parser, handler);
      } else {
        http::async_read(*plain_, buffer_, parser, handler);
      }
    });
    if (!s.ok()) return s;
    auto message = parser.release();
    reply->status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      reply->headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    reply->body = std::move(message.body());
    reusable_ = message.keep_alive() && buffer_.size() == 0;
    last_used_ = Clock::now();
    return s;
  }

  // Whether another request may go over it: the server has not closed it, and has nothing more to say.
  bool IsIdle() {
    if (!reusable_ || Clock::now() - last_used_ > kMaxIdle) return false;
    char byte = 0;
    const ssize_t n = ::recv(Lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  bool reusable() const { return reusable_; }

 private:
  beast::tcp_stream& Lowest() { return tls_ ? beast::get_lowest_layer(*tls_) : *plain_; }
  std::string Named(std::string_view what) const { return fmt::format("{} {}", what, endpoint_.HostHeader()); }

  // A look-up cannot be ended: it has a thread of its own, for which nobody waits any longer than he likes.
  struct Lookup {
    Mutex mutex;
    bool done GUARDED_BY(mutex) = false;
    error_code error GUARDED_BY(mutex);
    std::vector<tcp::endpoint> found GUARDED_BY(mutex);
  };

  Status Resolve(const Endpoint& where, Clock::time_point deadline, std::vector<tcp::endpoint>* out) {
    error_code e;
    if (const asio::ip::address address = asio::ip::make_address(where.host, e); !e) {
      out->emplace_back(address, where.port);
      return Status::Ok();
    }
    const auto lookup = std::make_shared<Lookup>();
    std::thread([lookup, host = where.host, port = std::to_string(where.port)] {
      asio::io_context io;
      tcp::resolver resolver(io);
      error_code error;
      const auto results = resolver.resolve(host, port, error);
      const MutexLock lock(lookup->mutex);
      lookup->error = error;
      for (const auto& r : results) lookup->found.push_back(r.endpoint());
      lookup->done = true;
    }).detach();
    for (auto pause = std::chrono::milliseconds(1);; pause = std::min(2 * pause, kStep)) {
      {
        const MutexLock lock(lookup->mutex);
        if (lookup->done) {
          if (lookup->error) {
            return Status::IoError(fmt::format("{}: {}", Named("cannot find the host"), lookup->error.message()));
          }
          *out = lookup->found;
          return Status::Ok();
        }
      }
      if (IsCancelled()) return CancelledStatus(CurrentBounds());
      if (Clock::now() > deadline) return Status::IoError(Named("cannot find the host") + ": no answer in time");
      std::this_thread::sleep_for(pause);
    }
  }

  // Starts an operation and runs the loop until it is done, the deadline has passed or the statement is cancelled.
  template <typename Begin>
  Status Await(Clock::time_point deadline, std::string_view what, Begin begin) {
    bool finished = false;
    error_code error;
    reusable_ = false;
    io_.restart();
    begin([&finished, &error](error_code e) {
      finished = true;
      error = e;
    });
    Status s;
    while (!finished) {
      io_.run_one_for(kStep);
      if (finished) break;
      if (IsCancelled()) s = CancelledStatus(CurrentBounds());
      if (s.ok() && Clock::now() > deadline) s = Status::IoError(Named(what) + ": no answer in time");
      if (s.ok()) continue;
      Abandon(&finished);
      return s;
    }
    if (error) return Status::IoError(fmt::format("{}: {}", Named(what), error.message()));
    return s;
  }

  // The handlers refer to this frame: they are run before it ends.
  void Abandon(const bool* finished) {
    error_code ignored;
    Lowest().socket().close(ignored);
    Lowest().close();
    while (!*finished) {
      io_.restart();
      io_.run_one_for(kStep);
    }
  }

  Status Write(const std::string& bytes, Clock::time_point deadline) {
    return Await(deadline, "cannot send to", [&](auto done) {
      auto handler = [done](error_code e, size_t) { done(e); };
      if (tls_) {
        asio::async_write(*tls_, asio::buffer(bytes), handler);
      } else {
        asio::async_write(*plain_, asio::buffer(bytes), handler);
      }
    });
  }

  Status OpenTunnel(Clock::time_point deadline) {
    const std::string name = fmt::format("{}:{}", endpoint_.host, endpoint_.port);
    const std::string request = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n\r\n", name, name);
    Status s = Await(deadline, "the proxy fails for", [&](auto done) {
      asio::async_write(Lowest(), asio::buffer(request), [done](error_code e, size_t) { done(e); });
    });
    if (!s.ok()) return s;
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    s = Await(deadline, "the proxy fails for", [&](auto done) {
      http::async_read_header(Lowest(), buffer_, parser, [done](error_code e, size_t) { done(e); });
    });
    if (!s.ok()) return s;
    if (parser.get().result_int() / 100 != 2) {
      return Status::IoError(fmt::format("{}: it answers {}", Named("the proxy fails for"), parser.get().result_int()));
    }
    return s;
  }

  const Endpoint& endpoint_;
  const std::optional<Endpoint>& proxy_;
  const HttpLimits& limits_;
  asio::io_context io_{1};
  std::optional<beast::tcp_stream> plain_;
  std::optional<TlsStream> tls_;
  beast::flat_buffer buffer_;
  bool reusable_ = false;
  Clock::time_point last_used_;
  std::chrono::milliseconds answer_{0};  // how long the answer may take
};

class ClientImpl final : public HttpClient {
 public:
  ClientImpl(Endpoint endpoint, const HttpLimits& limits)
      : endpoint_(std::move(endpoint)), proxy_(ProxyFor(endpoint_)), limits_(limits) {}

  Status Trust(const std::string& ca_file) {
    if (!endpoint_.tls) return Status::Ok();
    const std::string file = ca_file.empty() ? EnvironmentOf("AWS_CA_BUNDLE") : ca_file;
    error_code e;
    if (file.empty()) {
      tls_.set_default_verify_paths(e);
    } else {
      tls_.load_verify_file(file, e);
    }
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    if (e) return Status(StatusCode::kOpenFailed, fmt::format("certificates {}: {}", file, e.message()));
    return Status::Ok();
  }

  std::unique_ptr<Exchange> Start(const HttpMessage& message) override;
  const Endpoint& endpoint() const override { return endpoint_; }

  void Keep(std::unique_ptr<Connection> connection) {
    if (!connection->reusable()) return;
    const MutexLock lock(mutex_);
    if (kept_.size() < kMaxKept) kept_.push_back(std::move(connection));
  }

 private:
  Result<std::unique_ptr<Connection>> Connected() {
    for (;;) {
      std::unique_ptr<Connection> kept;
      {
        const MutexLock lock(mutex_);
        if (kept_.empty()) break;
        kept = std::move(kept_.back());
        kept_.pop_back();
      }
      if (kept->IsIdle()) return kept;
    }
    auto fresh = std::make_unique<Connection>(endpoint_, proxy_, limits_, &tls_);
    PARTON_RETURN_IF_ERROR(fresh->Open());
    return fresh;
  }

  const Endpoint endpoint_;
  const std::optional<Endpoint> proxy_;
  const HttpLimits limits_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> kept_ GUARDED_BY(mutex_);
};

class ExchangeImpl final : public Exchange {
 public:
  ExchangeImpl(ClientImpl* client, Result<std::unique_ptr<Connection>> connection, const HttpMessage& message)
      : client_(client) {
    if (!connection.ok()) {
      outcome_.status = std::move(connection).status();
      return;
    }
    connection_ = *std::move(connection);
    outcome_.sent = true;
    outcome_.status = connection_->Send(message);
  }

  Outcome Finish() override {
    if (outcome_.status.ok()) outcome_.status = connection_->Receive(&outcome_.reply);
    if (outcome_.status.ok()) client_->Keep(std::move(connection_));
    connection_.reset();
    return std::move(outcome_);
  }

 private:
  ClientImpl* const client_;
  std::unique_ptr<Connection> connection_;
  Outcome outcome_;
};

std::unique_ptr<Exchange> ClientImpl::Start(const HttpMessage& message) {
  return std::make_unique<ExchangeImpl>(this, Connected(), message);
}

}  // namespace

std::string Endpoint::HostHeader() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? "[" + host + "]" : host;
  return port == (tls ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

Result<Endpoint> ParseEndpoint(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return Status::Validation(fmt::format("this is no endpoint: {}", why), {},
                              "https://dynamodb.eu-west-1.amazonaws.com, http://127.0.0.1:8000");
  };
  Endpoint out;
  if (url.starts_with("https://")) {
    out.tls = true;
  } else if (!url.starts_with("http://")) {
    return bad("it begins neither with http:// nor with https://");
  }
  url.remove_prefix(out.tls ? 8 : 7);
  out.port = out.tls ? 443 : 80;
  const size_t slash = std::min(url.find_first_of("/?#"), url.size());
  if (slash < url.size() && url.substr(slash) != "/") out.path = std::string(url.substr(slash));
  std::string_view authority = url.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return bad("a user or password does not belong there");
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("a bracket is not closed");
    out.host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    out.host = std::string(authority.substr(0, colon));
    port = authority.substr(colon);
  }
  if (out.host.empty()) return bad("it names no host");
  for (const unsigned char c : out.host + out.path) {
    if (c <= ' ' || c >= 127) return bad("a host has letters, digits, points and hyphens");
  }
  if (port.empty()) return out;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  if (port[0] != ':' || error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) {
    return bad("the port is a number from 1 to 65535");
  }
  out.port = static_cast<uint16_t>(number);
  return out;
}

std::string_view HttpReply::Find(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (EqualsIgnoreCase(header, name)) return value;
  }
  return {};
}

Result<std::unique_ptr<HttpClient>> HttpClient::Create(Endpoint endpoint, const HttpLimits& limits,
                                                       const std::string& ca_file) {
  auto client = std::make_unique<ClientImpl>(std::move(endpoint), limits);
  PARTON_RETURN_IF_ERROR(client->Trust(ca_file));
  return std::unique_ptr<HttpClient>(std::move(client));
}

}  // namespace parton::net
