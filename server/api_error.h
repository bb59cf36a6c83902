// Errors as the wire has them: an exception's name with the prefix of its origin, and a message.
#ifndef PARTON_SERVER_API_ERROR_H_
#define PARTON_SERVER_API_ERROR_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "parton/status.h"

namespace parton::server {

struct ApiError {
  int http_status = 400;
  std::string exception;  // "ValidationException"
  std::string message;
  std::string more;  // further members as JSON: "\"Item\":{...}"; may be empty
  std::string hint;  // for people; not sent

  std::string Body() const;
};

// What an action came to: nothing, or an error. Null is success.
class [[nodiscard]] Outcome {
 public:
  Outcome() = default;
  Outcome(ApiError error) : error_(std::make_unique<ApiError>(std::move(error))) {}  // NOLINT: implicit
  Outcome(const Status& status);                                                     // NOLINT: implicit

  bool ok() const { return error_ == nullptr; }
  const ApiError& error() const { return *error_; }
  ApiError& error() { return *error_; }

 private:
  std::unique_ptr<ApiError> error_;
};

ApiError FromStatus(const Status& status);
ApiError Validation(std::string message);
// Any other exception. Its HTTP status is 400, but for those that say the fault is the server's.
ApiError Exception(std::string_view name, std::string message);

}  // namespace parton::server

#endif  // PARTON_SERVER_API_ERROR_H_
