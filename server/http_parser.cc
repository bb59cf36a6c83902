// <utility> stands first: Asio 1.74 needs it as C++20.
#include "server/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "server/service.h"

namespace parton::server {

namespace {

namespace http = boost::beast::http;

constexpr size_t kMaxChunkExtensionBytes = 4 << 10;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Chunks' extensions are not looked at; long ones are nothing but an attack.
struct ExtensionLimit {
  void operator()(uint64_t /*chunk_bytes*/, boost::beast::string_view extensions,
                  boost::beast::error_code& error) const {
    if (extensions.size() > kMaxChunkExtensionBytes) error = http::error::bad_chunk_extension;
  }
};

}  // namespace

struct HttpParser::Impl {
  http::request_parser<http::string_body> parser;
  ExtensionLimit extension_limit;
};

HttpParser::HttpParser() : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(kMaxHeaderBytes);
  impl_->parser.body_limit(kMaxBodyBytes);
  impl_->parser.eager(false);
  impl_->parser.on_chunk_header(impl_->extension_limit);
}

HttpParser::~HttpParser() = default;

void HttpParser::Refuse(int status, std::string why) {
  state_ = State::kRefused;
  refused_status_ = status;
  refused_why_ = std::move(why);
}

size_t HttpParser::Feed(std::string_view bytes) {
  if (state_ == State::kDone || state_ == State::kRefused) return 0;
  if (bytes.empty() && !(state_ == State::kBody && impl_->parser.is_done())) return 0;
  boost::beast::error_code error;
  size_t used = impl_->parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more) error = {};
  if (error == http::error::body_limit) {
    Refuse(413, "The request is longer than 16 MB");
    return used;
  }
  if (error) {
    Refuse(400, error == http::error::header_limit ? "The request's header is longer than 16 KB" : error.message());
    return used;
  }
  if (state_ == State::kHeader && impl_->parser.is_header_done()) {
    CheckHeader();
    if (state_ == State::kRefused) return used;
    state_ = State::kBody;
    impl_->parser.eager(true);
  }
  if (state_ == State::kBody && impl_->parser.is_done()) state_ = State::kDone;
  return used;
}

void HttpParser::CheckHeader() {
  size_t hosts = 0;
  size_t codings = 0;
  for (const auto& field : impl_->parser.get()) {
    switch (field.name()) {
      case http::field::host: ++hosts; break;
      case http::field::transfer_encoding:
        ++codings;
        if (!EqualsIgnoreCase(Trimmed(View(field.value())), "chunked"))
          return Refuse(400, "The transfer coding is not chunked");
        break;
      case http::field::expect: expects_continue_ = EqualsIgnoreCase(View(field.value()), "100-continue"); break;
      default: break;
    }
  }
  if (hosts != 1) return Refuse(400, hosts == 0 ? "There is no Host header" : "There are several Host headers");
  if (codings > 1) return Refuse(400, "There are several transfer codings");
  if (impl_->parser.upgrade()) return Refuse(400, "This server speaks HTTP/1.1 only");
}

std::optional<uint64_t> HttpParser::declared_length() const {
  if (impl_->parser.chunked()) return std::nullopt;
  const auto length = impl_->parser.content_length();
  return length ? uint64_t{*length} : uint64_t{0};
}

bool HttpParser::keep_alive() const { return impl_->parser.keep_alive(); }

HttpRequest HttpParser::TakeRequest() {
  auto& message = impl_->parser.get();
  HttpRequest request;
  request.method = View(message.method_string());
  request.target = View(message.target());
  for (const auto& field : message) request.headers.push_back({View(field.name_string()), View(field.value())});
  request.body = std::move(message.body());
  return request;
}

}  // namespace parton::server
