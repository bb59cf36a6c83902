#include "server/api_error.h"

#include <algorithm>
#include <iterator>

#include "server/json_writer.h"

namespace parton::server {

namespace {

constexpr std::string_view kService = "com.amazonaws.dynamodb.v20120810#";
constexpr std::string_view kFramework = "com.amazon.coral.service#";
constexpr std::string_view kValidate = "com.amazon.coral.validate#";

struct Origin {
  std::string_view exception;
  std::string_view prefix;
  bool capital = false;  // the member is Message
};
// Those that do not come from the service itself, or that spell the member otherwise.
constexpr Origin kOrigins[] = {
    {"ValidationException", kValidate},
    {"SerializationException", kFramework, true},
    {"UnknownOperationException", kFramework},
    {"MissingAuthenticationTokenException", kFramework},
    {"IncompleteSignatureException", kFramework},
    {"InvalidSignatureException", kFramework},
    {"UnrecognizedClientException", kFramework},
    {"AccessDeniedException", kFramework, true},
    {"InternalFailure", kFramework},
    {"ServiceUnavailableException", kFramework},
    {"ThrottlingException", kFramework},
    {"TransactionCanceledException", kService, true},
};

// What has a name of Parton's own has the service's that is nearest to it.
std::string_view ExceptionOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kReadOnly: return "AccessDeniedException";
    case StatusCode::kScanDenied:
    case StatusCode::kUnsupported: return "ValidationException";
    case StatusCode::kCancelled:
    case StatusCode::kTimedOut:
    case StatusCode::kOutOfMemory: return "ServiceUnavailableException";
    case StatusCode::kCorruption:
    case StatusCode::kIoError:
    case StatusCode::kLocked:
    case StatusCode::kOpenFailed: return "InternalServerError";
    default: return status.ExceptionName();
  }
}

}  // namespace

std::string ApiError::Body() const {
  const auto* origin =
      std::find_if(std::begin(kOrigins), std::end(kOrigins), [&](const Origin& o) { return o.exception == exception; });
  const bool known = origin != std::end(kOrigins);
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Member("__type", std::string(known ? origin->prefix : kService) + exception);
  if (!message.empty()) json.Member(known && origin->capital ? "Message" : "message", message);
  if (!more.empty()) json.Raw(more);
  json.EndObject();
  return body;
}

ApiError Validation(std::string message) { return {400, "ValidationException", std::move(message), {}, {}}; }

ApiError Exception(std::string_view name, std::string message) {
  int status = 400;
  if (name == "InternalServerError" || name == "InternalFailure") status = 500;
  if (name == "ServiceUnavailableException") status = 503;
  return {status, std::string(name), std::move(message), {}, {}};
}

ApiError FromStatus(const Status& status) {
  ApiError error = Exception(ExceptionOf(status), status.message());
  error.hint = status.hint();
  return error;
}

Outcome::Outcome(const Status& status) {
  if (!status.ok()) error_ = std::make_unique<ApiError>(FromStatus(status));
}

}  // namespace parton::server
