// Databases, connections and transactions.
#include <string>
#include <utility>

#include "capi/handles.h"

namespace parton::capi {

namespace {

Result<Options> OptionsOf(const parton_options* given) {
  parton_options o;
  PARTON_RETURN_IF_ERROR(Given(given, &o));
  Options options;
  options.create_if_missing = o.must_exist == 0;
  options.error_if_exists = o.must_be_new != 0;
  options.read_only = o.read_only != 0;
  options.durable = o.not_durable == 0;
  options.background = o.no_background == 0;
  options.throttle = o.throttle != 0;
  options.files.all = o.no_files == 0;
  options.threads = o.threads;
  if (o.cache_bytes != 0) options.cache_bytes = o.cache_bytes;
  if (o.memory_limit != 0) options.memory_limit_bytes = o.memory_limit;
  return options;
}

// Runs `body` on what is behind the handle.
template <typename Body>
parton_status OnDatabase(parton_database* database, parton_error** error, Body&& body) noexcept {
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("database");
    return body(*database->database);
  });
}

template <typename Body>
parton_status OnConnection(parton_connection* connection, parton_error** error, Body&& body) noexcept {
  return Entry(error, [&]() -> Status {
    if (connection == nullptr) return NullHandle("connection");
    return body(*connection->connection);
  });
}

}  // namespace

}  // namespace parton::capi

using parton::Connection;
using parton::Database;
using parton::Status;
using parton::capi::Entry;
using parton::capi::NullHandle;
using parton::capi::OnConnection;
using parton::capi::OnDatabase;
using parton::capi::Text;

extern "C" {

parton_status parton_open(const char* path, const parton_options* options, parton_database** database,
                          parton_error** error) {
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("place for the database");
    *database = nullptr;
    if (path == nullptr) return NullHandle("path");
    PARTON_ASSIGN_OR_RETURN(const parton::Options o, parton::capi::OptionsOf(options));
    auto handle = std::make_unique<parton_database>();
    PARTON_ASSIGN_OR_RETURN(handle->database, Database::Open(path, o));
    *database = handle.release();
    return Status::Ok();
  });
}

parton_status parton_close(parton_database* database, parton_error** error) {
  const std::unique_ptr<parton_database> end(database);
  return Entry(error, [&] { return database == nullptr ? Status::Ok() : database->database->Close(); });
}

parton_status parton_settle(parton_database* database, parton_error** error) {
  return OnDatabase(database, error, [](Database& db) { return db.Settle(); });
}

parton_status parton_connect(parton_database* database, parton_connection** connection, parton_error** error) {
  if (connection != nullptr) *connection = nullptr;
  return OnDatabase(database, error, [&](Database& db) -> Status {
    if (connection == nullptr) return NullHandle("place for the connection");
    auto handle = std::make_unique<parton_connection>();
    handle->connection = db.Connect();
    *connection = handle.release();
    return Status::Ok();
  });
}

void parton_disconnect(parton_connection* connection) { delete connection; }

void parton_cancel(parton_connection* connection) {
  if (connection != nullptr) connection->connection->Cancel();
}

parton_status parton_set_progress(parton_connection* connection, parton_progress callback, void* data,
                                  parton_error** error) {
  return OnConnection(connection, error, [&](Connection& c) {
    if (callback == nullptr) {
      c.SetProgress(nullptr);
    } else {
      c.SetProgress([callback, data](uint64_t done, uint64_t total) { return callback(done, total, data) != 0; });
    }
    return Status::Ok();
  });
}

parton_status parton_execute_script(parton_connection* connection, const char* text, size_t size,
                                    parton_error** error) {
  return OnConnection(connection, error, [&](Connection& c) { return c.ExecuteScript(Text(text, size)); });
}

parton_status parton_begin(parton_connection* connection, parton_error** error) {
  return OnConnection(connection, error, [](Connection& c) { return c.Begin(); });
}
parton_status parton_commit(parton_connection* connection, parton_error** error) {
  return OnConnection(connection, error, [](Connection& c) { return c.Commit(); });
}
parton_status parton_rollback(parton_connection* connection, parton_error** error) {
  return OnConnection(connection, error, [](Connection& c) { return c.Rollback(); });
}
int parton_in_transaction(const parton_connection* connection) {
  return connection != nullptr && connection->connection->in_transaction() ? 1 : 0;
}
parton_status parton_savepoint(parton_connection* connection, const char* name, parton_error** error) {
  return OnConnection(connection, error, [&](Connection& c) { return c.MakeSavepoint(std::string(Text(name))); });
}
parton_status parton_rollback_to(parton_connection* connection, const char* name, parton_error** error) {
  return OnConnection(connection, error, [&](Connection& c) { return c.RollbackTo(std::string(Text(name))); });
}
parton_status parton_release(parton_connection* connection, const char* name, parton_error** error) {
  return OnConnection(connection, error, [&](Connection& c) { return c.ReleaseSavepoint(std::string(Text(name))); });
}

}  // extern "C"
