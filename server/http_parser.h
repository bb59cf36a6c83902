// HTTP/1.1 requests from bytes, and what a server must refuse beyond what the parser of Boost.Beast refuses.
//
// Refused with 400 are: a transfer coding other than chunked, no Host or several, a header or a request line that is
// longer than 16 KB, a chunk's extension longer than 4 KB, and everything that Beast says is wrong. A body
// longer than 16 MB is refused with 413, as soon as its length is known.
#ifndef PARTON_SERVER_HTTP_PARSER_H_
#define PARTON_SERVER_HTTP_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http_message.h"

namespace parton::server {

class HttpParser {
 public:
  static constexpr size_t kMaxHeaderBytes = size_t{16} << 10;
  // What a caller must be able to hold of input that Feed does not take yet.
  static constexpr size_t kMaxBufferBytes = size_t{64} << 10;

  enum class State : uint8_t { kHeader, kBody, kDone, kRefused };

  HttpParser();
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  // Takes bytes from the front; the result is how many. Fewer than there are: the rest belongs to the next request, or
  // more is needed behind it. It stops between header and body: call it again.
  size_t Feed(std::string_view bytes);
  State state() const { return state_; }

  // kRefused: the status to answer, and why. The connection cannot go on.
  int refused_status() const { return refused_status_; }
  const std::string& refused_why() const { return refused_why_; }

  // From kBody on.
  bool expects_continue() const { return expects_continue_; }
  std::optional<uint64_t> declared_length() const;  // nullopt: chunked
  bool keep_alive() const;
  // kDone. The views in it are good as long as the parser is.
  HttpRequest TakeRequest();

 private:
  struct Impl;

  void Refuse(int status, std::string why);
  void CheckHeader();

  std::unique_ptr<Impl> impl_;
  State state_ = State::kHeader;
  int refused_status_ = 0;
  std::string refused_why_;
  bool expects_continue_ = false;
};

}  // namespace parton::server

#endif  // PARTON_SERVER_HTTP_PARSER_H_
