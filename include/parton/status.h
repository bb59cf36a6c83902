// Errors: what went wrong, and what the caller should do about it.
//
// A Status is OK (one null pointer) or an error with a code, a message, and, where there is one, the
// position in the statement text and a hint. Codes say what the caller should do and map one-to-one
// on DynamoDB's exception names (`Status::ExceptionName`).
#ifndef PARTON_STATUS_H_
#define PARTON_STATUS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace parton {

enum class StatusCode : uint8_t {
  kOk = 0,
  kSyntax,           // ValidationException: the text is not a statement
  kValidation,       // ValidationException: decidable from statement, schema or operand types
  kTypeMismatch,     // an operation met a value of a type it does not take (strict typing)
  kNotFound,         // ResourceNotFoundException: table or index does not exist
  kInUse,            // ResourceInUseException: it exists already, or is being changed
  kConditionFailed,  // ConditionalCheckFailedException
  kDuplicateItem,    // DuplicateItemException
  kTransactionCanceled,
  kTransactionConflict,  // retry the transaction
  kIdempotentMismatch,
  kLimitExceeded,
  kThrottled,   // ProvisionedThroughputExceededException: retry later
  kTrimmed,     // TrimmedDataAccessException
  kCancelled,   // the caller cancelled the statement
  kTimedOut,    // the statement took longer than SET statement_timeout allows
  kScanDenied,  // SET scan = deny
  kUnsupported,
  kReadOnly,
  kCorruption,  // stored bytes are damaged
  kIoError,
  kLocked,       // the database is held by another process
  kOpenFailed,   // no database, or of a newer format
  kOutOfMemory,  // a memory limit was reached, or there is no memory
  kInternal,     // a bug in Parton
};

// A stretch of statement text. Line and column count from 1, in code points; 0 = unknown.
struct TextSpan {
  uint32_t offset = 0;  // bytes from the start of the text given to Prepare/Execute
  uint32_t length = 0;  // bytes
  uint32_t line = 0;
  uint32_t column = 0;
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(StatusCode code, std::string message);
  Status(StatusCode code, std::string message, TextSpan span, std::string hint = {});
  Status(const Status& other);
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  static Status Ok() { return Status(); }
  static Status Syntax(std::string m, TextSpan s = {}, std::string hint = {});
  static Status Validation(std::string m, TextSpan s = {}, std::string hint = {});
  static Status TypeMismatch(std::string m, TextSpan s = {}, std::string hint = {});
  static Status NotFound(std::string m, TextSpan s = {}, std::string hint = {});
  static Status Unsupported(std::string m, TextSpan s = {}, std::string hint = {});
  static Status Corruption(std::string m);
  static Status IoError(std::string m);
  static Status Internal(std::string m);
  // kOutOfMemory, without asking for memory. It takes no position, hint or reasons.
  static Status OutOfMemory() noexcept;

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  const std::string& message() const;
  const std::string& hint() const;
  TextSpan span() const { return rep_ ? rep_->span : TextSpan{}; }

  // Of a cancelled transaction: one status per operation, by position; OK for operations that did not cause it.
  // Else empty.
  const std::vector<Status>& reasons() const;

  // The same error with a position (kept if it already has one), a hint, or reasons.
  Status At(TextSpan span) &&;
  Status WithHint(std::string hint) &&;
  Status WithReasons(std::vector<Status> reasons) &&;

  // "ValidationException", "ConditionalCheckFailedException", ...; "OK".
  std::string_view ExceptionName() const;
  // True where the same call may succeed later: conflict, throttling.
  bool IsRetryable() const;
  // "ValidationException: message (line 1, column 8)"; "OK".
  std::string ToString() const;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
    std::string hint;
    TextSpan span;
    std::vector<Status> reasons;
  };
  // Deletes all but the one of OutOfMemory().
  struct RepDeleter {
    void operator()(Rep* rep) const;
  };
  using RepPtr = std::unique_ptr<Rep, RepDeleter>;
  static Rep* const out_of_memory_;
  static RepPtr CopyOf(const RepPtr& rep);
  bool Changeable() const { return rep_ != nullptr && rep_.get() != out_of_memory_; }

  RepPtr rep_;
};

namespace internal {
// `status` as the error of a Result: kInternal if it is OK, which is no error.
Status NotOk(Status status);
// Writes the unchecked error to standard error, and aborts.
[[noreturn]] void NoValue(const Status& status);
}  // namespace internal

// A T or the error that prevented it.
//
//   parton::Result<parton::Number> price = parton::Number::ParseStrict("12.50");
//   if (!price.ok()) std::puts(price.status().ToString().c_str());
//   else std::puts(price->ToString().c_str());          // also *price, price.value()
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}                          // NOLINT: implicit
  Result(Status status) : v_(std::in_place_index<1>, internal::NotOk(std::move(status))) {}  // NOLINT: implicit

  bool ok() const { return v_.index() == 0; }
  const Status& status() const& {
    static const Status kOk;
    return ok() ? kOk : std::get<1>(v_);
  }
  Status status() && { return ok() ? Status() : std::move(std::get<1>(v_)); }
  // REQUIRES: ok(). On an error they write it to standard error and abort.
  T& value() & {
    Check();
    return *std::get_if<0>(&v_);
  }
  const T& value() const& {
    Check();
    return *std::get_if<0>(&v_);
  }
  // By value, so that `for (x : F().value())` walks a living object.
  T value() && {
    Check();
    return std::move(*std::get_if<0>(&v_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void Check() const {
    if (!ok()) [[unlikely]]
      internal::NoValue(*std::get_if<1>(&v_));
  }

  std::variant<T, Status> v_;
};

#define PARTON_CONCAT_INNER_(a, b) a##b
#define PARTON_CONCAT_(a, b) PARTON_CONCAT_INNER_(a, b)

// Returns the error of `expr` (a Status) to the caller's caller.
#define PARTON_RETURN_IF_ERROR(expr)                 \
  do {                                               \
    ::parton::Status parton_status_ = (expr);        \
    if (!parton_status_.ok()) return parton_status_; \
  } while (false)

// Evaluates `expr` (a Result<T>); assigns its value to `lhs` or returns its error.
#define PARTON_ASSIGN_OR_RETURN(lhs, expr) \
  PARTON_ASSIGN_OR_RETURN_IMPL_(PARTON_CONCAT_(parton_result_, __LINE__), lhs, expr)
#define PARTON_ASSIGN_OR_RETURN_IMPL_(result, lhs, expr) \
  auto result = (expr);                                  \
  if (!result.ok()) return std::move(result).status();   \
  lhs = std::move(result).value()

// Aborts with a message: for states that only a bug in Parton can bring about.
#define PARTON_CHECK(condition)                                              \
  do {                                                                       \
    if (!(condition)) ::parton::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace parton

#endif  // PARTON_STATUS_H_
