#include <exception>
#include <string>
#include <utility>

#include "capi/handles.h"

static_assert(static_cast<int>(parton::StatusCode::kInternal) == PARTON_INTERNAL &&
                  static_cast<int>(parton::StatusCode::kLocked) == PARTON_LOCKED &&
                  static_cast<int>(parton::StatusCode::kTransactionConflict) == PARTON_TRANSACTION_CONFLICT &&
                  static_cast<int>(parton::StatusCode::kCancelled) == PARTON_CANCELLED,
              "the codes of C are those of C++");

parton_error::parton_error(parton::Status s) : status(std::move(s)), text(status.ToString()) {
  reasons.reserve(status.reasons().size());
  for (const parton::Status& reason : status.reasons()) reasons.push_back(std::make_unique<parton_error>(reason));
}

namespace parton::capi {

namespace {

// Given where there is no memory for another one; never freed.
parton_error* OutOfMemory() {
  static parton_error* const error = new parton_error(Status::OutOfMemory());
  return error;
}
// Made while there is memory.
[[maybe_unused]] parton_error* const made_early = OutOfMemory();

}  // namespace

Status NullHandle(const char* what) { return Status::Validation(std::string("the ") + what + " is NULL"); }

Status Thrown() noexcept {
  try {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      return Status::OutOfMemory();
    } catch (const std::exception& e) {
      return Status::Internal(e.what());
    } catch (...) {
      return Status::Internal("an exception of an unknown type");
    }
  } catch (...) {
    return Status::OutOfMemory();
  }
}

parton_status Report(Status status, parton_error** error) noexcept {
  if (error != nullptr) *error = nullptr;
  const auto code = static_cast<parton_status>(status.code());
  if (code == PARTON_OK || error == nullptr) return code;
  try {
    *error = new parton_error(std::move(status));
  } catch (...) {
    *error = OutOfMemory();
  }
  return code;
}

}  // namespace parton::capi

using parton::capi::EmptyView;
using parton::capi::View;

extern "C" {

const char* parton_version(void) { return parton::Version().data(); }
int parton_version_number(void) { return PARTON_VERSION_NUMBER; }

void parton_error_free(parton_error* error) {
  if (error != parton::capi::OutOfMemory()) delete error;
}
parton_status parton_error_code(const parton_error* error) {
  return error == nullptr ? PARTON_OK : static_cast<parton_status>(error->status.code());
}
parton_view parton_error_exception_name(const parton_error* error) {
  if (error == nullptr) return EmptyView();
  const std::string_view name = error->status.ExceptionName();  // of a literal
  return {name.data(), name.size()};
}
parton_view parton_error_message(const parton_error* error) {
  return error == nullptr ? EmptyView() : View(error->status.message());
}
parton_view parton_error_hint(const parton_error* error) {
  return error == nullptr ? EmptyView() : View(error->status.hint());
}
parton_view parton_error_text(const parton_error* error) { return error == nullptr ? EmptyView() : View(error->text); }
int parton_error_retryable(const parton_error* error) {
  return error != nullptr && error->status.IsRetryable() ? 1 : 0;
}
int parton_error_position(const parton_error* error, size_t* offset, size_t* length, size_t* line, size_t* column) {
  const parton::TextSpan span = error == nullptr ? parton::TextSpan() : error->status.span();
  if (offset != nullptr) *offset = span.offset;
  if (length != nullptr) *length = span.length;
  if (line != nullptr) *line = span.line;
  if (column != nullptr) *column = span.column;
  return span.line != 0 ? 1 : 0;
}
size_t parton_error_reason_count(const parton_error* error) { return error == nullptr ? 0 : error->reasons.size(); }
const parton_error* parton_error_reason(const parton_error* error, size_t index) {
  return index < parton_error_reason_count(error) ? error->reasons[index].get() : nullptr;
}

}  // extern "C"
