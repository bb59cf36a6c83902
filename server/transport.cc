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
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/http_parser.h"
#include "server/service.h"
#include "server/transport.h"
#include "server/worker_pool.h"
#include "types/sync/mutex.h"

namespace parton::server {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kMaxIoThreads = 8;
constexpr int64_t kNever = 0;  // no deadline
constexpr int64_t kSweepMs = 250;
constexpr int64_t kQuickUs = 300;  // longer ones belong to the pool, whatever they are
constexpr size_t kReadBytes = 4096;
constexpr size_t kLargeReadBytes = HttpParser::kMaxBufferBytes;
constexpr size_t kBytesPerSecond = 16 << 10;  // the slowest client
constexpr int64_t kDrainMs = 3'000;           // for a client to read why it was refused
constexpr size_t kMaxDrainBytes = size_t{64} << 20;
constexpr size_t kMaxJoinedBytes = 16 << 10;  // header and body are sent as one

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string_view Reason(int status) {
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
std::string_view DateHeader() {
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

std::string Head(const HttpResponse& response, bool keep_alive) {
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
asio::awaitable<bool> ToPool(WorkerPool* pool) {
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

class AsioTransport : public Transport {
 public:
  AsioTransport(const TransportOptions& options, Metrics* metrics)
      : shared_(options, metrics), signals_(main_, SIGTERM, SIGINT, SIGHUP), sweeper_(main_) {
    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    for (size_t i = 0; i + 1 < std::min(kMaxIoThreads, cores); ++i)
      others_.push_back(std::make_unique<asio::io_context>(1));
  }
  ~AsioTransport() override { shared_.pool.reset(); }

  Status LoadCertificate() {
    const TransportOptions& o = shared_.options;
    if (o.tls_certificate.empty()) return Status::Ok();
    tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    // Idle connections keep no buffers.
    SSL_CTX_set_mode(tls_->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    error_code error;
    tls_->use_certificate_chain_file(o.tls_certificate, error);
    if (error)
      return {StatusCode::kOpenFailed, fmt::format("no certificate in {}: {}", o.tls_certificate, error.message())};
    tls_->use_private_key_file(o.tls_key, asio::ssl::context::pem, error);
    if (error) return {StatusCode::kOpenFailed, fmt::format("no private key in {}: {}", o.tls_key, error.message())};
    return Status::Ok();
  }

  Result<uint16_t> Listen(const std::string& host, uint16_t port, bool main, Handler handler,
                          IsQuick is_quick) override {
    const auto failed = [&](const error_code& e) {
      return Status::IoError(fmt::format("cannot listen on {}:{}: {}", host, port, e.message()));
    };
    error_code error;
    tcp::resolver resolver(main_);
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) return failed(error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    tcp::acceptor acceptor(main_);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed(error);
    const uint16_t bound = acceptor.local_endpoint(error).port();
    listeners_.push_back(
        std::make_unique<Listener>(Listener{std::move(acceptor), main, std::move(handler), std::move(is_quick)}));
    return bound;
  }

  void Run(const std::function<void()>& on_hangup) override {
    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const size_t workers = shared_.options.workers > 0 ? shared_.options.workers : std::max<size_t>(16, 4 * cores);
    shared_.pool = std::make_unique<WorkerPool>(workers, shared_.options.queue_limit);
    on_hangup_ = on_hangup;
    WaitForSignal();
    Sweep();
    for (const auto& l : listeners_) asio::co_spawn(main_, Accept(l.get()), asio::detached);
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
    std::vector<std::thread> threads;
    for (const auto& context : others_) {
      guards.push_back(asio::make_work_guard(*context));
      threads.emplace_back([c = context.get()] { c->run(); });
    }
    main_.run();
    guards.clear();
    for (const auto& context : others_) context->stop();
    for (std::thread& t : threads) t.join();
    shared_.pool.reset();
  }

  void Stop() override {
    asio::post(main_, [this] { BeginStop(); });
  }

 private:
  void WaitForSignal() {
    signals_.async_wait([this](const error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP)
        on_hangup_();
      else if (shared_.stopping.load())
        ::_exit(128 + signal);
      else
        BeginStop();
      WaitForSignal();
    });
  }

  void BeginStop() {
    if (shared_.stopping.exchange(true)) return;
    for (const auto& l : listeners_) {
      error_code ignored;
      l->acceptor.close(ignored);
    }
    sweeper_.cancel();  // now, not in a while
  }

  // Ends what is late. When the server stops and the last connection has gone, everything ends.
  void Sweep() {
    const bool stopping = shared_.stopping.load();
    if (shared_.registry.Sweep(stopping) == 0 && stopping) {
      signals_.cancel();
      main_.stop();
      return;
    }
    sweeper_.expires_after(std::chrono::milliseconds(stopping ? 10 : kSweepMs));
    sweeper_.async_wait([this](const error_code&) { Sweep(); });
  }

  asio::io_context& NextContext() {
    const size_t i = next_context_++ % (others_.size() + 1);
    return i == 0 ? main_ : *others_[i - 1];
  }

  asio::awaitable<void> Accept(Listener* listener) {
    while (!shared_.stopping.load()) {
      asio::io_context& context = NextContext();
      error_code error;
      tcp::socket socket =
          co_await listener->acceptor.async_accept(context, asio::redirect_error(asio::use_awaitable, error));
      if (shared_.stopping.load()) break;
      if (error) {
        // No descriptors left, most likely: some will be closed.
        asio::steady_timer pause(main_, std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (shared_.metrics->connections.load() >= static_cast<int64_t>(shared_.options.max_connections) ||
          IsCrowded(socket)) {
        shared_.metrics->connections_refused.fetch_add(1, std::memory_order_relaxed);
        continue;  // closes it
      }
      Start(context, std::move(socket), listener);
    }
  }

  // Whether the other side's address has all the connections that one may have.
  bool IsCrowded(const tcp::socket& socket) {
    const size_t most = shared_.options.max_connections_per_address;
    if (most == 0) return false;
    error_code ignored;
    const tcp::endpoint peer = socket.remote_endpoint(ignored);
    return shared_.registry.CountOf(peer.address().to_string(ignored)) >= most;
  }

  void Start(asio::io_context& context, tcp::socket socket, Listener* listener) {
    using TlsStream = asio::ssl::stream<tcp::socket>;
    if (listener->main && tls_ != nullptr) {
      auto connection =
          std::make_unique<Connection<TlsStream>>(TlsStream(std::move(socket), *tls_), &shared_, listener);
      asio::co_spawn(context, ServeConnection(std::move(connection)), asio::detached);
    } else {
      auto connection = std::make_unique<Connection<tcp::socket>>(std::move(socket), &shared_, listener);
      asio::co_spawn(context, ServeConnection(std::move(connection)), asio::detached);
    }
  }

  Shared shared_;
  std::vector<std::unique_ptr<asio::io_context>> others_;
  asio::io_context main_{1};
  asio::signal_set signals_;
  asio::steady_timer sweeper_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::function<void()> on_hangup_;
  size_t next_context_ = 0;
};

}  // namespace

Result<std::unique_ptr<Transport>> Transport::Create(const TransportOptions& options, Metrics* metrics) {
  auto transport = std::make_unique<AsioTransport>(options, metrics);
  PARTON_RETURN_IF_ERROR(transport->LoadCertificate());
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace parton::server
