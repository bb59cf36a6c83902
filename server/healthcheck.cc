// CheckHealth: one GET /health, for images without a shell and curl.
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <memory>

#include "server/server.h"

namespace parton::server {

namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

}  // namespace

Status CheckHealth(std::string_view url) {
  const bool tls = url.starts_with("https://");
  std::string_view address = url;
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find('/'));
  const std::string host(address);
  const auto failed = [&](std::string_view why) { return Status::IoError(fmt::format("{}: {}", url, why)); };

  // It asks about life, not about identity: the certificate is not looked at.
  const std::unique_ptr<SSL_CTX, FreeContext> context(tls ? SSL_CTX_new(TLS_client_method()) : nullptr);
  const std::unique_ptr<BIO, FreeBio> bio(tls ? BIO_new_ssl_connect(context.get()) : BIO_new_connect(host.c_str()));
  if (bio == nullptr) return failed("no such address");
  if (tls) BIO_set_conn_hostname(bio.get(), host.c_str());
  if (BIO_do_connect(bio.get()) <= 0) return failed("no server answers");
  const std::string request = fmt::format("GET /health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host);
  if (BIO_write(bio.get(), request.data(), static_cast<int>(request.size())) <= 0)
    return failed("the connection broke");
  std::string answer;
  char buffer[1024];
  constexpr size_t kEnough = 4096;
  for (int n = 1; n > 0 && answer.size() < kEnough;) {
    n = BIO_read(bio.get(), buffer, sizeof(buffer));
    if (n > 0) answer.append(buffer, static_cast<size_t>(n));
  }
  if (answer.empty()) return failed("the server closed the connection");
  if (!answer.starts_with("HTTP/1.1 200"))
    return failed(fmt::format("the server answers {}", answer.substr(0, answer.find('\r'))));
  return Status::Ok();
}

}  // namespace parton::server
