#include "server/service.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory_resource>
#include <random>

#include "server/access.h"
#include "server/content_coding.h"
#include "server/json_input.h"
#include "server/validation.h"

namespace parton::server {

namespace {

constexpr size_t kCompressFrom = 4096;
constexpr std::string_view kTargets[] = {"DynamoDB_20120810.", "DynamoDBStreams_20120810."};
constexpr std::string_view kDialectHeader = "X-Parton-Dialect";

int64_t NowMicroseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int64_t EpochSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// 52 characters, as the service's have.
std::string RequestId() {
  static constexpr char kCharacters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string id(52, 'A');
  for (size_t i = 0; i < id.size(); i += 8) {
    uint64_t bits = random();
    for (size_t j = i; j < i + 8 && j < id.size(); ++j) {
      id[j] = kCharacters[bits % 36];
      bits /= 36;
    }
  }
  return id;
}

int OperationOf(std::string_view target) {
  for (const std::string_view prefix : kTargets) {
    if (target.starts_with(prefix))
      return FindOperation(target.substr(prefix.size()), prefix.starts_with("DynamoDBStreams"));
  }
  return -1;
}

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon)) return host;
  return host.substr(0, colon);
}

}  // namespace

HttpResponse ErrorResponse(int status, std::string_view exception, std::string_view message) {
  ApiError error = Exception(exception, std::string(message));
  HttpResponse response;
  response.status = status;
  response.body = error.Body();
  return response;
}

Service::Service(Database* db, ServiceOptions options, Metrics* metrics)
    : db_(db), options_(std::move(options)), metrics_(metrics), credentials_(options_.credentials) {}

void Service::SetCredentials(std::shared_ptr<const Credentials> credentials) {
  const MutexLock lock(mutex_);
  credentials_ = std::move(credentials);
  verifier_.Clear();
}

bool Service::KnowsHost(std::string_view host) const {
  if (options_.hosts.empty()) return true;
  const std::string_view name = WithoutPort(host);
  for (const std::string& known : options_.hosts) {
    if (EqualsIgnoreCase(name, known)) return true;
  }
  return false;
}

bool Service::IsQuick(const HttpRequest& request, int64_t connections) const {
  constexpr size_t kSmall = size_t{64} << 10;
  if (request.body.size() > kSmall) return false;
  const int operation = OperationOf(request.Find("X-Amz-Target"));
  const ActionInfo* action = operation < 0 ? nullptr : ActionAt(operation);
  if (action == nullptr) return request.target != "/ready";
  switch (action->weight) {
    case ActionInfo::Weight::kRead: return true;
    case ActionInfo::Weight::kWrite: return !options_.writes_wait || connections <= 1;
    case ActionInfo::Weight::kSeveral: return connections <= 1;
    case ActionInfo::Weight::kAny: return false;
  }
  return false;
}

// A read of the catalog: it waits for what the database waits for.
HttpResponse Service::Ready() {
  (void)db_->TableNames();
  HttpResponse response;
  response.content_type = "text/plain";
  response.body = "ready";
  return response;
}

bool Service::HandlePlain(const HttpRequest& request, HttpResponse* response) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (!KnowsHost(request.Find("Host"))) {
    *response =
        ErrorResponse(403, "AccessDeniedException", "This server answers to localhost only: see --host in its manual");
    return true;
  }
  if (request.method == "GET" || request.method == "HEAD") {
    if (path == "/" || path == "/health") {
      response->content_type = "text/plain";
      response->body = fmt::format("healthy: {}", request.Find("Host"));
    } else if (path == "/ready") {
      *response = Ready();
    } else {
      *response = ErrorResponse(404, "UnknownOperationException", "");
    }
    return true;
  }
  if (request.method == "OPTIONS" && !options_.cors_origin.empty()) {
    response->content_type = "text/plain";
    response->headers.emplace_back("Access-Control-Allow-Methods", "POST, GET, OPTIONS");
    const std::string_view wanted = request.Find("Access-Control-Request-Headers");
    const bool plain = wanted.size() < 4096 && wanted.find_first_of("\r\n") == std::string_view::npos;
    response->headers.emplace_back("Access-Control-Allow-Headers", plain ? std::string(wanted) : std::string("*"));
    response->headers.emplace_back("Access-Control-Max-Age", "86400");
    return true;
  }
  if (request.method != "POST" || path != "/") {
    *response = ErrorResponse(404, "UnknownOperationException", "");
    return true;
  }
  return false;
}

Outcome Service::Authenticate(const HttpRequest& request, Handled* handled, Caller* caller, bool* restricted) {
  std::shared_ptr<const Credentials> credentials;
  {
    const MutexLock lock(mutex_);
    credentials = credentials_;
  }
  *restricted = credentials != nullptr;
  if (credentials == nullptr) return {};
  const auto lookup = [&](std::string_view key_id) -> std::optional<std::string> {
    const Caller* found = credentials->Find(key_id);
    return found == nullptr ? std::nullopt : std::optional(found->secret);
  };
  std::string key_id;
  Outcome verified = verifier_.Verify(request, EpochSeconds(), lookup, &key_id);
  if (!verified.ok()) {
    metrics_->auth_failures.fetch_add(1, std::memory_order_relaxed);
    return verified;
  }
  *caller = *credentials->Find(key_id);
  handled->caller = caller->name;
  return {};
}

Outcome Service::HandleOperation(HttpRequest* request, Handled* handled, HttpResponse* response) {
  Caller caller;
  bool restricted = false;
  Outcome outcome = Authenticate(*request, handled, &caller, &restricted);
  if (!outcome.ok()) return outcome;
  handled->operation = OperationOf(request->Find("X-Amz-Target"));
  const ActionInfo* action = handled->operation < 0 ? nullptr : ActionAt(handled->operation);
  if (action == nullptr) return Exception("UnknownOperationException", "");
  const Operation& operation = AllOperations()[static_cast<size_t>(handled->operation)];

  switch (Unpack(request->Find("Content-Encoding"), kMaxBodyBytes, &request->body)) {
    case Unpacked::kDone: break;
    case Unpacked::kBroken: return Exception("InternalFailure", "The request's content encoding cannot be undone");
    case Unpacked::kTooLarge: {
      ApiError error = Exception("RequestEntityTooLargeException", "The request is longer than 16 MB unpacked");
      error.http_status = 413;
      return error;
    }
  }
  std::array<std::byte, 4096> first;
  std::pmr::monotonic_buffer_resource arena(first.data(), first.size());
  Input input;
  const std::optional<std::string> wrong = ReadInput(&request->body, operation.input, &arena, &input);
  if (wrong.has_value()) return Exception("SerializationException", *wrong);

  Call call;
  call.db = db_;
  call.settings = &options_.settings;
  call.host = request->Find("Host");
  call.extended = options_.settings.extended;
  const std::string_view dialect = request->Find(kDialectHeader);
  if (!dialect.empty()) call.extended = dialect == "extended";
  outcome = CheckModel(operation, input);
  if (outcome.ok() && restricted) outcome = CheckAccess(caller, *action, call, input);
  if (outcome.ok()) {
    JsonWriter out(&response->body);
    out.BeginObject();
    outcome = action->action(call, input, out);
    out.EndObject();
    metrics_->CountUnits(call.read_units, call.write_units);
    if (action->empty_body) response->body.clear();
  }
  if (!outcome.ok()) WordAsServiceDoes(operation, &outcome.error());
  return outcome;
}

void Service::Finish(const HttpRequest& request, HttpResponse* response) const {
  if (!options_.cors_origin.empty()) {
    response->headers.emplace_back("Access-Control-Allow-Origin", options_.cors_origin);
    response->headers.emplace_back("Access-Control-Expose-Headers", "x-amzn-RequestId, x-amz-crc32");
  }
  if (response->body.size() >= kCompressFrom) {
    const Coding coding = ChooseCoding(request.Find("Accept-Encoding"));
    std::string packed;
    if (coding != Coding::kIdentity && Compress(coding, response->body, &packed)) {
      response->body = std::move(packed);
      response->headers.emplace_back("Content-Encoding", NameOf(coding));
    }
  }
  response->headers.emplace_back("x-amzn-RequestId", RequestId());
  response->headers.emplace_back("x-amz-crc32", fmt::format_int(Crc32(response->body)).str());
}

HttpResponse Service::Handle(HttpRequest* request, Handled* handled) {
  const int64_t start = NowMicroseconds();
  const size_t received = request->body.size();
  HttpResponse response;
  try {
    if (!HandlePlain(*request, &response)) {
      Outcome outcome = HandleOperation(request, handled, &response);
      if (!outcome.ok()) {
        response.status = outcome.error().http_status;
        response.body = outcome.error().Body();
        handled->exception = outcome.error().exception;
      }
      metrics_->CountCall(handled->operation, response.status, handled->exception, NowMicroseconds() - start);
    }
    Finish(*request, &response);
  } catch (const std::exception&) {  // no memory, or a value that is too large
    response = ErrorResponse(503, "ServiceUnavailableException", "There is not enough memory for this request");
    handled->exception = "ServiceUnavailableException";
    metrics_->CountCall(handled->operation, response.status, handled->exception, NowMicroseconds() - start);
  }
  metrics_->CountBytes(received, response.body.size());
  return response;
}

}  // namespace parton::server
