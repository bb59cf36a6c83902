#include "parton/status.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace parton {

namespace {
const std::string kEmpty;
const std::vector<Status> kNoReasons;
}  // namespace

Status::Status(StatusCode code, std::string message) : Status(code, std::move(message), TextSpan{}) {}

Status::Status(StatusCode code, std::string message, TextSpan span, std::string hint)
    : rep_(new Rep{code, std::move(message), std::move(hint), span, {}}) {}

Status::Status(const Status& other) : rep_(CopyOf(other.rep_)) {}

Status& Status::operator=(const Status& other) {
  if (this != &other) rep_ = CopyOf(other.rep_);
  return *this;
}

// Made before it is needed, and never deleted.
Status::Rep* const Status::out_of_memory_ =
    new Rep{StatusCode::kOutOfMemory, "the statement needs more memory than there is", "", {}, {}};

void Status::RepDeleter::operator()(Rep* rep) const {
  if (rep != out_of_memory_) delete rep;
}

Status::RepPtr Status::CopyOf(const RepPtr& rep) {
  return RepPtr(rep == nullptr || rep.get() == out_of_memory_ ? rep.get() : new Rep(*rep));
}

Status Status::OutOfMemory() noexcept {
  Status s;
  s.rep_.reset(out_of_memory_);
  return s;
}

Status Status::Syntax(std::string m, TextSpan s, std::string hint) {
  return Status(StatusCode::kSyntax, std::move(m), s, std::move(hint));
}
Status Status::Validation(std::string m, TextSpan s, std::string hint) {
  return Status(StatusCode::kValidation, std::move(m), s, std::move(hint));
}
Status Status::TypeMismatch(std::string m, TextSpan s, std::string hint) {
  return Status(StatusCode::kTypeMismatch, std::move(m), s, std::move(hint));
}
Status Status::NotFound(std::string m, TextSpan s, std::string hint) {
  return Status(StatusCode::kNotFound, std::move(m), s, std::move(hint));
}
Status Status::Unsupported(std::string m, TextSpan s, std::string hint) {
  return Status(StatusCode::kUnsupported, std::move(m), s, std::move(hint));
}
Status Status::Corruption(std::string m) { return Status(StatusCode::kCorruption, std::move(m)); }
Status Status::IoError(std::string m) { return Status(StatusCode::kIoError, std::move(m)); }
Status Status::Internal(std::string m) { return Status(StatusCode::kInternal, std::move(m)); }

const std::string& Status::message() const { return rep_ ? rep_->message : kEmpty; }
const std::string& Status::hint() const { return rep_ ? rep_->hint : kEmpty; }
const std::vector<Status>& Status::reasons() const { return rep_ ? rep_->reasons : kNoReasons; }

Status Status::At(TextSpan span) && {
  if (Changeable() && rep_->span.line == 0) rep_->span = span;
  return std::move(*this);
}

Status Status::WithHint(std::string hint) && {
  if (Changeable()) rep_->hint = std::move(hint);
  return std::move(*this);
}

Status Status::WithReasons(std::vector<Status> reasons) && {
  if (Changeable()) rep_->reasons = std::move(reasons);
  return std::move(*this);
}

std::string_view Status::ExceptionName() const {
  switch (code()) {
    case StatusCode::kOk: return "OK";
    case StatusCode::kSyntax:
    case StatusCode::kValidation:
    case StatusCode::kTypeMismatch: return "ValidationException";
    case StatusCode::kNotFound: return "ResourceNotFoundException";
    case StatusCode::kInUse: return "ResourceInUseException";
    case StatusCode::kConditionFailed: return "ConditionalCheckFailedException";
    case StatusCode::kDuplicateItem: return "DuplicateItemException";
    case StatusCode::kTransactionCanceled: return "TransactionCanceledException";
    case StatusCode::kTransactionConflict: return "TransactionConflictException";
    case StatusCode::kIdempotentMismatch: return "IdempotentParameterMismatchException";
    case StatusCode::kLimitExceeded: return "LimitExceededException";
    case StatusCode::kThrottled: return "ProvisionedThroughputExceededException";
    case StatusCode::kTrimmed: return "TrimmedDataAccessException";
    case StatusCode::kCancelled: return "Cancelled";
    case StatusCode::kTimedOut: return "TimedOut";
    case StatusCode::kScanDenied: return "AccessDeniedException";
    case StatusCode::kUnsupported: return "Unsupported";
    case StatusCode::kReadOnly: return "ReadOnly";
    case StatusCode::kCorruption: return "Corruption";
    case StatusCode::kIoError: return "IoError";
    case StatusCode::kLocked: return "DatabaseLocked";
    case StatusCode::kOpenFailed: return "CannotOpenDatabase";
    case StatusCode::kOutOfMemory: return "OutOfMemory";
    case StatusCode::kInternal: return "InternalServerError";
  }
  return "InternalServerError";
}

bool Status::IsRetryable() const {
  return code() == StatusCode::kTransactionConflict || code() == StatusCode::kThrottled;
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  std::string text = fmt::format("{}: {}", ExceptionName(), message());
  if (rep_->span.line != 0) {
    text += fmt::format(" (line {}, column {})", rep_->span.line, rep_->span.column);
  }
  return text;
}

Status internal::NotOk(Status status) {
  return status.ok() ? Status::Internal("a Result was made of the status OK") : std::move(status);
}

void internal::NoValue(const Status& status) {
  fmt::print(stderr, "parton: Result::value() of an error: {}\n", status.ToString());
  std::abort();
}

void CheckFailed(const char* condition, const char* file, int line) {
  fmt::print(stderr, "{}:{}: check failed: {}\n", file, line, condition);
  std::abort();
}

}  // namespace parton
