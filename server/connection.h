// A connection of the HTTP server: a coroutine that reads requests, has them handled, here or on the pool, and answers.
// Only transport.cc includes this. Threads: a connection runs on one thread at a time; what others may do is said
// there.
#ifndef PARTON_SERVER_CONNECTION_H_
#define PARTON_SERVER_CONNECTION_H_

// <utility> stands first: Asio 1.74 needs it as C++20. It does not know yet that Clang has C++20's coroutines.
#include <utility>
#if defined(__clang__)
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#endif

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/http_parser.h"
#include "server/service.h"
#include "server/transport.h"
#include "server/worker_pool.h"
#include "types/sync/mutex.h"

namespace parton::server::serving {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

inline constexpr size_t kMaxIoThreads = 8;
inline constexpr int64_t kNever = 0;  // no deadline
inline constexpr int64_t kSweepMs = 250;
inline constexpr int64_t kQuickUs = 300;  // longer ones belong to the pool, whatever they are
inline constexpr size_t kReadBytes = 4096;
inline constexpr size_t kLargeReadBytes = HttpParser::kMaxBufferBytes;
inline constexpr size_t kBytesPerSecond = 16 << 10;  // the slowest client
inline constexpr int64_t kDrainMs = 3'000;           // for a client to read why it was refused
inline constexpr size_t kMaxDrainBytes = size_t{64} << 20;
inline constexpr size_t kMaxJoinedBytes = 16 << 10;  // header and body are sent as one

inline int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline std::string_view Reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 413: return "Payload Too Large";
    case 503: return "Service Unavailable";
    default: return status < 500 ? "Error" : "Internal Server Error";
  }
}

// "Date: Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
inline std::string_view DateHeader() {
  thread_local time_t made = 0;
  thread_local std::string header;
  const time_t now = std::time(nullptr);
  if (now != made) {
    tm parts{};
    gmtime_r(&now, &parts);
    static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    header = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", kDays[parts.tm_wday], parts.tm_mday,
                         kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    made = now;
  }
  return header;
}

inline std::string Head(const HttpResponse& response, bool keep_alive) {
  std::string head;
  head.reserve(384);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                 response.status, Reason(response.status), response.content_type, response.body.size());
  head += DateHeader();
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  head += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  return head;
}

// What can be seen of a connection from other threads.
struct Watched {
  int fd = -1;
  std::string address;  // of the other side, without its port
  std::atomic<int64_t> deadline_ms{kNever};
  std::atomic<bool> idle{true};
};

// All connections. A connection is ended by shutting its socket down, which any thread may do while it is in here; its
// coroutine then finds the end.
class Registry {
 public:
  void Add(Watched* w) {
    const MutexLock lock(mutex_);
    connections_.insert(w);
    ++of_address_[w->address];
  }
  void Remove(Watched* w) {
    const MutexLock lock(mutex_);
    connections_.erase(w);
    const auto it = of_address_.find(w->address);
    if (it != of_address_.end() && --it->second == 0) of_address_.erase(it);
  }
  size_t CountOf(const std::string& address) {
    const MutexLock lock(mutex_);
    const auto it = of_address_.find(address);
    return it == of_address_.end() ? 0 : it->second;
  }
  // Ends those whose time is over, and when `stopping` the idle ones. The result is how many there are.
  size_t Sweep(bool stopping) {
    const int64_t now = NowMs();
    const MutexLock lock(mutex_);
    for (Watched* w : connections_) {
      const int64_t deadline = w->deadline_ms.load(std::memory_order_relaxed);
      if ((deadline != kNever && deadline < now) || (stopping && w->idle.load())) ::shutdown(w->fd, SHUT_RDWR);
    }
    return connections_.size();
  }

 private:
  Mutex mutex_;
  std::unordered_set<Watched*> connections_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, size_t> of_address_ GUARDED_BY(mutex_);
};

// Memory for bodies that was promised to requests.
class Budget {
 public:
  explicit Budget(size_t bytes) : left_(static_cast<int64_t>(bytes)) {}
  bool Take(size_t bytes) {
    if (left_.fetch_sub(static_cast<int64_t>(bytes)) >= static_cast<int64_t>(bytes)) return true;
    Give(bytes);
    return false;
  }
  void Give(size_t bytes) { left_.fetch_add(static_cast<int64_t>(bytes)); }

 private:
  std::atomic<int64_t> left_;
};

struct Shared {
  TransportOptions options;
  Metrics* metrics;
  Registry registry;
  Budget budget{0};
  std::unique_ptr<WorkerPool> pool;
  std::atomic<bool> stopping{false};

  Shared(const TransportOptions& o, Metrics* m) : options(o), metrics(m), budget(o.body_bytes) {}
};

struct Listener {
  tcp::acceptor acceptor;
  bool main;
  Transport::Handler handler;
  Transport::IsQuick is_quick;
};

template <typename Resume>
class ResumeTask : public Task {
 public:
  explicit ResumeTask(Resume resume) : resume_(std::move(resume)) {}
  void Run() override { std::move(resume_)(true); }
  Resume TakeBack() { return std::move(resume_); }

 private:
  Resume resume_;
};

// Goes on, on a thread of the pool. The result is false, and the thread the same, if the queue is full.
inline asio::awaitable<bool> ToPool(WorkerPool* pool) {
  auto& token = asio::use_awaitable;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [pool](auto resume) {
        using Resume = ResumeTask<decltype(resume)>;
        std::unique_ptr<Task> task = std::make_unique<Resume>(std::move(resume));
        if (pool->Submit(task)) return;
        // Through the executor: a coroutine must not go on before it is suspended.
        auto back = static_cast<Resume*>(task.get())->TakeBack();
        const auto executor = asio::get_associated_executor(back);
        asio::post(executor, [back = std::move(back)]() mutable { std::move(back)(false); });
      },
      token);
}

template <typename Stream>
class Connection {
 public:
  Connection(Stream stream, Shared* shared, const Listener* listener)
      : stream_(std::move(stream)), shared_(shared), listener_(listener) {
    error_code ignored;
    Socket().set_option(tcp::no_delay(true), ignored);
    Socket().non_blocking(true, ignored);
    const tcp::endpoint peer = Socket().remote_endpoint(ignored);
    watched_.fd = Socket().native_handle();
    watched_.address = peer.address().to_string(ignored);
    shared_->registry.Add(&watched_);
    shared_->metrics->connections.fetch_add(1, std::memory_order_relaxed);
  }
  ~Connection() {
    shared_->registry.Remove(&watched_);
    shared_->metrics->connections.fetch_sub(1, std::memory_order_relaxed);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  asio::awaitable<void> Serve() {
    bool go_on = co_await Handshake(stream_);
    while (go_on) go_on = co_await ServeOne();
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  tcp::socket& Socket() {
    if constexpr (kTls)
      return stream_.next_layer();
    else
      return stream_;
  }
  static asio::awaitable<bool> Handshake(tcp::socket&) { co_return true; }
  asio::awaitable<bool> Handshake(asio::ssl::stream<tcp::socket>& stream) {
    Deadline(shared_->options.header_ms);
    error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }
  void Deadline(int64_t in_ms) { watched_.deadline_ms.store(NowMs() + in_ms, std::memory_order_relaxed); }

  // Reads more behind what is there. False: the client has gone, or its time is over.
  asio::awaitable<bool> Fill(size_t at_most) {
    const size_t had = buffer_.size();
    buffer_.resize(had + at_most);
    error_code error;
    const size_t n = co_await stream_.async_read_some(asio::buffer(buffer_.data() + had, at_most),
                                                      asio::redirect_error(asio::use_awaitable, error));
    buffer_.resize(had + n);
    co_return !error && n > 0;
  }

  // Feeds the parser until it leaves `state`. False: the client has gone.
  asio::awaitable<bool> Parse(HttpParser* parser, HttpParser::State state) {
    const size_t at_most = state == HttpParser::State::kBody ? kLargeReadBytes : kReadBytes;
    while (parser->state() == state) {
      const size_t used = parser->Feed(buffer_);
      buffer_.erase(0, used);
      if (parser->state() != state) break;
      if (used > 0 && !buffer_.empty()) continue;
      if (buffer_.size() >= HttpParser::kMaxBufferBytes) {
        // A header line, or a chunk's, that does not end.
        refused_ = ErrorResponse(400, "SerializationException", "A line of the request is too long");
        break;
      }
      const bool more = co_await Fill(at_most);
      if (!more) co_return false;
    }
    if (parser->state() == HttpParser::State::kRefused)
      refused_ = ErrorResponse(parser->refused_status(), "SerializationException", parser->refused_why());
    co_return true;
  }

  // GCC 12 goes on at wrong places after a co_await that is part of a condition: each is a statement of its own here.

  // One request and its answer. False: the connection is over.
  asio::awaitable<bool> ServeOne() {
    refused_.status = 0;
    if (buffer_.empty()) {
      std::string().swap(buffer_);
      Deadline(shared_->options.idle_ms);
      watched_.idle.store(true);
      if (shared_->stopping.load()) co_return false;
      const bool came = co_await Fill(kReadBytes);
      if (!came) co_return false;
    } else {
      // One request after the other: let those of other connections in between.
      co_await asio::post(stream_.get_executor(), asio::use_awaitable);
    }
    watched_.idle.store(false);
    HttpParser parser;
    Deadline(shared_->options.header_ms);
    const bool parsed = co_await Parse(&parser, HttpParser::State::kHeader);
    if (!parsed) co_return false;
    const size_t promised = refused_.status != 0 ? 0 : 2 * parser.declared_length().value_or(kMaxBodyBytes);
    if (refused_.status == 0 && !shared_->budget.Take(promised)) {
      shared_->metrics->shed.fetch_add(1, std::memory_order_relaxed);
      refused_ = ErrorResponse(400, "RequestLimitExceeded", "Too many large requests at a time");
    }
    bool go_on = false;
    if (refused_.status != 0) {
      co_await Refuse();
    } else {
      go_on = co_await ServeBody(&parser);
      shared_->budget.Give(promised);
    }
    co_return go_on;
  }

  asio::awaitable<bool> ServeBody(HttpParser* parser) {
    Deadline(shared_->options.body_ms +
             static_cast<int64_t>(1000 * parser->declared_length().value_or(kMaxBodyBytes) / kBytesPerSecond));
    if (parser->state() == HttpParser::State::kBody && parser->expects_continue() && buffer_.empty()) {
      const bool told = co_await Write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!told) co_return false;
    }
    const bool parsed = co_await Parse(parser, HttpParser::State::kBody);
    if (!parsed) co_return false;
    if (refused_.status != 0) {
      co_await Refuse();
      co_return false;
    }
    watched_.deadline_ms.store(kNever, std::memory_order_relaxed);
    HttpRequest request = parser->TakeRequest();
    request.peer = watched_.address;
    shared_->metrics->in_flight.fetch_add(1, std::memory_order_relaxed);
    const HttpResponse response = co_await Handle(&request);
    shared_->metrics->in_flight.fetch_sub(1, std::memory_order_relaxed);
    const bool keep_alive = parser->keep_alive() && !response.close && !shared_->stopping.load();
    const bool sent = co_await Send(response, keep_alive, request.method == "HEAD");
    co_return sent&& keep_alive;
  }

  asio::awaitable<HttpResponse> Handle(HttpRequest* request) {
    const int64_t connections = shared_->metrics->connections.load(std::memory_order_relaxed);
    if (last_took_us_ > kQuickUs || !listener_->is_quick(*request, connections)) {
      const bool taken = co_await ToPool(shared_->pool.get());
      if (!taken) {
        shared_->metrics->shed.fetch_add(1, std::memory_order_relaxed);
        co_return ErrorResponse(400, "RequestLimitExceeded", "Too many requests at a time");
      }
    }
    const auto start = std::chrono::steady_clock::now();
    HttpResponse response = listener_->handler(request);
    const auto took = std::chrono::steady_clock::now() - start;
    last_took_us_ = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    co_return response;
  }

  asio::awaitable<bool> Send(const HttpResponse& response, bool keep_alive, bool head_only) {
    std::string head = Head(response, keep_alive);
    Deadline(shared_->options.body_ms + static_cast<int64_t>(1000 * response.body.size() / kBytesPerSecond));
    const bool joined = head_only || response.body.size() <= kMaxJoinedBytes;
    if (joined && !head_only) head += response.body;
    bool sent = co_await Write(head);
    if (sent && !joined) sent = co_await Write(response.body);
    co_return sent;
  }

  // Sends what the socket takes at once; as a rule that is all, and no other thread is woken for it. False: an error.
  bool SendNow(std::string_view* bytes) {
    if constexpr (!kTls) {
      while (!bytes->empty()) {
        const ssize_t n = ::send(watched_.fd, bytes->data(), bytes->size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        bytes->remove_prefix(static_cast<size_t>(n));
      }
    }
    return true;
  }

  asio::awaitable<bool> Write(std::string_view bytes) {
    const bool good = SendNow(&bytes);
    if (!good || bytes.empty()) co_return good;
    error_code error;
    co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  // Answers, and lets the client read it: one that is still sending would lose the answer with the connection.
  asio::awaitable<void> Refuse() {
    shared_->metrics->bad_requests.fetch_add(1, std::memory_order_relaxed);
    const bool sent = co_await Send(refused_, false, false);
    if (!sent) co_return;
    Deadline(kDrainMs);
    if (!kTls) ::shutdown(watched_.fd, SHUT_WR);
    size_t drained = 0;
    bool more = true;
    while (more && drained < kMaxDrainBytes) {
      buffer_.clear();
      more = co_await Fill(kLargeReadBytes);
      drained += buffer_.size();
    }
  }

  Stream stream_;
  Shared* const shared_;
  const Listener* const listener_;
  std::string buffer_;
  int64_t last_took_us_ = 0;  // the last request: one that is like it is expected
  HttpResponse refused_;      // status 0: nothing was
  Watched watched_;
};

template <typename Stream>
asio::awaitable<void> ServeConnection(std::unique_ptr<Connection<Stream>> connection) {
  co_await connection->Serve();
}

}  // namespace parton::server::serving

#endif  // PARTON_SERVER_CONNECTION_H_
