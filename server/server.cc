#include "server/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>

#include "server/credentials.h"
#include "server/metrics.h"
#include "server/serve_file.h"
#include "server/service.h"
#include "types/sync/mutex.h"

namespace parton::server {

namespace {

bool IsLoopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

std::string Bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

Status CheckOptions(const ServeOptions& o) {
  if (!IsLoopback(o.host) && o.credentials.empty() && !o.no_auth)
    return Status::Validation(fmt::format("{} can be reached from other machines: who may come in?", o.host), {},
                              "--credentials FILE names the keys that may; --no-auth lets everybody in");
  if (o.transport.tls_certificate.empty() != o.transport.tls_key.empty())
    return Status::Validation("--tls-cert and --tls-key go together");
  return Status::Ok();
}

// A line for each request.
class AccessLog {
 public:
  ~AccessLog() {
    if (file_ != nullptr && file_ != stderr) std::fclose(file_);
  }
  Status Open(const std::string& path) {
    if (path.empty()) return Status::Ok();
    file_ = path == "-" ? stderr : std::fopen(path.c_str(), "ae");
    if (file_ == nullptr) return Status::IoError(fmt::format("{}: cannot be written", path));
    return Status::Ok();
  }
  bool on() const { return file_ != nullptr; }
  void Write(const HttpRequest& request, const HttpResponse& response, const Handled& handled, int64_t microseconds) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    const std::string_view operation =
        handled.operation < 0 ? "-" : AllOperations()[static_cast<size_t>(handled.operation)].name;
    const std::string line =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z {} {} {} {} {} {} {}us\n", parts.tm_year + 1900,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, request.peer,
                    handled.caller.empty() ? "-" : handled.caller, operation, response.status,
                    handled.exception.empty() ? "-" : handled.exception, response.body.size(), microseconds);
    const MutexLock lock(mutex_);
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
  }

 private:
  Mutex mutex_;  // one line at a time
  std::FILE* file_ = nullptr;
};

ServiceOptions MakeServiceOptions(const ServeOptions& o, std::shared_ptr<const Credentials> credentials) {
  ServiceOptions service;
  service.settings = o.settings;
  service.writes_wait = o.database != ":memory:" && o.database_options.durable;
  service.cors_origin = o.cors_origin;
  // A signature keeps strange pages away as well as the name does.
  if (IsLoopback(o.host) && credentials == nullptr) service.hosts = {"localhost", "127.0.0.1", "[::1]", o.host};
  service.credentials = std::move(credentials);
  return service;
}

Transport::Handler MakeHandler(Service* service, AccessLog* log) {
  return [service, log](HttpRequest* request) {
    Handled handled;
    if (!log->on()) return service->Handle(request, &handled);
    const auto start = std::chrono::steady_clock::now();
    HttpResponse response = service->Handle(request, &handled);
    const auto taken = std::chrono::steady_clock::now() - start;
    log->Write(*request, response, handled, std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
    return response;
  };
}

HttpResponse TellMetrics(const HttpRequest& request, const Metrics& metrics, const Database& db) {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4";
  if (request.method != "GET" || (request.target != "/metrics" && request.target != "/")) {
    response.status = 404;
    return response;
  }
  response.body = metrics.Text(db.cache_metrics());
  return response;
}

void TellReady(int fd, const std::string& url) {
  const std::string line = url + "\n";
  if (::write(fd, line.data(), line.size()) < 0) return;  // whoever waits sees the end
  ::close(fd);
}

// Who comes in over the network has no business with the files of this machine, but for those that were offered.
Options OpenOptions(const ServeOptions& options) {
  Options open = options.database_options;
  open.files.all = false;
  if (!options.settings.bucket_directory.empty()) open.files.writable.push_back(options.settings.bucket_directory);
  return open;
}

}  // namespace

Status Serve(const ServeOptions& options, const std::function<void(const std::string& url)>& on_ready,
             const std::function<void(const Status&)>& on_trouble) {
  PARTON_RETURN_IF_ERROR(CheckOptions(options));
  std::shared_ptr<const Credentials> credentials;
  if (!options.credentials.empty()) {
    PARTON_ASSIGN_OR_RETURN(credentials, Credentials::Read(options.credentials));
  }
  AccessLog log;
  PARTON_RETURN_IF_ERROR(log.Open(options.access_log));
  Metrics metrics;
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<Transport> transport, Transport::Create(options.transport, &metrics));
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, Database::Open(options.database, OpenOptions(options)));
  Service service(db.get(), MakeServiceOptions(options, credentials), &metrics);
  const auto is_quick = [&service](const HttpRequest& r, int64_t connections) {
    return service.IsQuick(r, connections);
  };
  PARTON_ASSIGN_OR_RETURN(const uint16_t port,
                          transport->Listen(options.host, options.port, true, MakeHandler(&service, &log), is_quick));
  if (options.metrics_port.has_value()) {
    const auto tell = [&metrics, &db](HttpRequest* request) { return TellMetrics(*request, metrics, *db); };
    const auto always = [](const HttpRequest&, int64_t) { return true; };
    PARTON_RETURN_IF_ERROR(transport->Listen("127.0.0.1", *options.metrics_port, false, tell, always).status());
  }
  const std::string url = fmt::format("{}://{}:{}", options.transport.tls_certificate.empty() ? "http" : "https",
                                      Bracketed(options.host), port);
  std::unique_ptr<ServeFile> serve_file;
  if (options.database != ":memory:" && !options.database_options.read_only) {
    PARTON_ASSIGN_OR_RETURN(serve_file, ServeFile::Write(options.database, url));
  }
  on_ready(url);
  if (options.ready_fd >= 0) TellReady(options.ready_fd, url);
  transport->Run([&] {
    if (options.credentials.empty()) return;
    Result<std::shared_ptr<const Credentials>> read = Credentials::Read(options.credentials);
    if (read.ok())
      service.SetCredentials(std::move(read).value());
    else
      on_trouble(read.status());  // the old ones stay
  });
  return Status::Ok();
}

}  // namespace parton::server
