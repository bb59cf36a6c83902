// <utility> stands first: Asio 1.74 needs it as C++20. It does not know yet that Clang has C++20's coroutines.
#include <utility>
#if defined(__clang__)
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <thread>

#include "server/connection.h"

namespace parton::server {

namespace {

using namespace serving;  // NOLINT

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
