// Statements and their results.
#include <string>
#include <utility>

#include "capi/handles.h"

namespace parton::capi {

namespace {

Status RunAgain() { return Status::Validation("the statement of this result was bound or run again"); }

// Reads the rows of `rows` to their end.
Status ToTheEnd(ResultSet& rows) {
  while (rows.Next()) {
  }
  return rows.status();
}

void Forget(parton_result* result) {
  result->values.Clear();
  result->columns.clear();
  result->row = nullptr;
}

// What a statement gave as a handle.
std::unique_ptr<parton_result> HandleOf(ResultSet* rows) {
  auto handle = std::make_unique<parton_result>();
  handle->rows = rows;
  return handle;
}

bool HasNext(parton_result* result) {
  if (result->rows->kind() != ResultKind::kValue) return result->rows->Next();
  return !std::exchange(result->value_given, true);
}

// The result as long as it is that of its statement's last run; else null.
ResultSet* Rows(const parton_result* result) {
  return result == nullptr || !result->current() ? nullptr : result->rows;
}

template <typename Make>
parton_status Bind(parton_statement* statement, size_t position, parton_error** error, Make&& make) noexcept {
  return Entry(error, [&]() -> Status {
    if (statement == nullptr) return NullHandle("statement");
    constexpr size_t kNone = 1u << 30;  // no statement has so many
    PreparedStatement& prepared = *statement->prepared;
    PARTON_RETURN_IF_ERROR(prepared.statement->Bind(static_cast<int>(position < kNone ? position : kNone), make()));
    // That ended its result, which must not look like one that was read to its end.
    ++prepared.runs;
    return Status::Ok();
  });
}

}  // namespace

}  // namespace parton::capi

using parton::ResultSet;
using parton::Status;
using parton::Value;
using namespace parton::capi;

extern "C" {

parton_status parton_execute(parton_connection* connection, const char* text, size_t size, parton_result** result,
                             parton_error** error) {
  if (result != nullptr) *result = nullptr;
  return Entry(error, [&]() -> Status {
    if (connection == nullptr) return NullHandle("connection");
    PARTON_ASSIGN_OR_RETURN(std::unique_ptr<ResultSet> rows, connection->connection->Execute(Text(text, size)));
    if (result == nullptr) return ToTheEnd(*rows);
    std::unique_ptr<parton_result> handle = HandleOf(rows.get());
    handle->own = std::move(rows);
    *result = handle.release();
    return Status::Ok();
  });
}

parton_status parton_prepare(parton_connection* connection, const char* text, size_t size, parton_statement** statement,
                             parton_error** error) {
  if (statement != nullptr) *statement = nullptr;
  return Entry(error, [&]() -> Status {
    if (connection == nullptr) return NullHandle("connection");
    if (statement == nullptr) return NullHandle("place for the statement");
    auto handle = std::make_unique<parton_statement>();
    handle->prepared = std::make_shared<PreparedStatement>();
    PARTON_ASSIGN_OR_RETURN(handle->prepared->statement, connection->connection->Prepare(Text(text, size)));
    *statement = handle.release();
    return Status::Ok();
  });
}

void parton_statement_free(parton_statement* statement) { delete statement; }

size_t parton_parameter_count(const parton_statement* statement) {
  return statement == nullptr ? 0 : static_cast<size_t>(statement->prepared->statement->parameter_count());
}

size_t parton_parameter_index(const parton_statement* statement, const char* name, size_t size) {
  if (statement == nullptr) return 0;
  std::string_view wanted = Text(name, size);
  if (wanted.starts_with(':')) wanted.remove_prefix(1);
  const std::vector<std::string>& names = statement->prepared->statement->parameter_names();
  for (size_t i = 0; i < names.size(); ++i) {
    if (!wanted.empty() && names[i] == wanted) return i + 1;
  }
  return 0;
}

parton_status parton_bind_null(parton_statement* statement, size_t position, parton_error** error) {
  return Bind(statement, position, error, [] { return Value::Null(); });
}
parton_status parton_bind_bool(parton_statement* statement, size_t position, int value, parton_error** error) {
  return Bind(statement, position, error, [&] { return Value::Bool(value != 0); });
}
parton_status parton_bind_int64(parton_statement* statement, size_t position, int64_t value, parton_error** error) {
  return Bind(statement, position, error, [&] { return Value(value); });
}
parton_status parton_bind_double(parton_statement* statement, size_t position, double value, parton_error** error) {
  return Bind(statement, position, error, [&] { return Value(value); });
}
parton_status parton_bind_text(parton_statement* statement, size_t position, const char* text, size_t size,
                               parton_error** error) {
  return Bind(statement, position, error, [&] { return Value::String(Text(text, size)); });
}
parton_status parton_bind_blob(parton_statement* statement, size_t position, const void* data, size_t size,
                               parton_error** error) {
  return Bind(statement, position, error, [&] { return Value::Blob(Text(static_cast<const char*>(data), size)); });
}
parton_status parton_bind_value(parton_statement* statement, size_t position, const parton_value* value,
                                parton_error** error) {
  return Bind(statement, position, error, [&] { return ValueOf(value); });
}

parton_status parton_run(parton_statement* statement, parton_result** result, parton_error** error) {
  if (result != nullptr) *result = nullptr;
  return Entry(error, [&]() -> Status {
    if (statement == nullptr) return NullHandle("statement");
    PreparedStatement& prepared = *statement->prepared;
    // From here on an earlier result looks at nothing any more.
    ++prepared.runs;
    PARTON_ASSIGN_OR_RETURN(ResultSet * rows, prepared.statement->Execute());
    if (result == nullptr) return ToTheEnd(*rows);
    std::unique_ptr<parton_result> handle = HandleOf(rows);
    handle->prepared = statement->prepared;
    handle->run = prepared.runs;
    *result = handle.release();
    return Status::Ok();
  });
}

void parton_result_free(parton_result* result) { delete result; }

parton_status parton_step(parton_result* result, parton_error** error) {
  parton_status moved = PARTON_DONE;
  const parton_status status = Entry(error, [&]() -> Status {
    if (result == nullptr) return NullHandle("result");
    Forget(result);
    if (!result->current()) return RunAgain();
    if (!HasNext(result)) return result->rows->status();
    const bool one = result->rows->kind() == parton::ResultKind::kValue;
    result->row = result->values.Add(one ? result->rows->value() : result->rows->row());
    moved = PARTON_ROW;
    return Status::Ok();
  });
  return status == PARTON_OK ? moved : status;
}

const parton_value* parton_row(const parton_result* result) {
  return result == nullptr || result->row == nullptr || !result->current() ? MissingValue() : result->row;
}

size_t parton_column_count(const parton_result* result) {
  const ResultSet* rows = Rows(result);
  return rows == nullptr ? 0 : rows->columns().size();
}

parton_view parton_column_name(const parton_result* result, size_t index) {
  return index < parton_column_count(result) ? View(result->rows->columns()[index]) : EmptyView();
}

const parton_value* parton_column(const parton_result* result, size_t index) {
  if (index >= parton_column_count(result) || result->row == nullptr) return MissingValue();
  return OrElse(MissingValue(), [&] {
    auto* r = const_cast<parton_result*>(result);
    if (r->columns.size() <= index) r->columns.resize(index + 1, nullptr);
    if (r->columns[index] == nullptr) {
      r->columns[index] = r->values.Add(r->row->value.GetBorrowed(r->rows->columns()[index]));
    }
    return r->columns[index];
  });
}

uint64_t parton_affected(const parton_result* result) {
  const ResultSet* rows = Rows(result);
  return rows == nullptr ? 0 : rows->affected();
}
parton_view parton_result_text(const parton_result* result) {
  const ResultSet* rows = Rows(result);
  return rows == nullptr ? EmptyView() : View(rows->text());
}
parton_view parton_notices(const parton_result* result) {
  if (result == nullptr) return EmptyView();
  return OrElse(EmptyView(), [&] {
    auto* r = const_cast<parton_result*>(result);
    // More may come with the rows.
    if (const ResultSet* rows = Rows(r); rows != nullptr && rows->notices().size() != r->notice_count) {
      r->notice_count = rows->notices().size();
      r->notices.clear();
      for (const std::string& notice : rows->notices()) r->notices += (r->notices.empty() ? "" : "\n") + notice;
    }
    return View(r->notices);
  });
}

}  // extern "C"
