// The native module: functions on handles, each with a face that waits and one that gives a promise. index.js makes the
// package of them.
#include <memory>
#include <mutex>
#include <optional>

#include "bindings/result_kind.h"
#include "feed.h"
#include "handles.h"

namespace parton::node {
namespace {

struct CursorHandle {
  static constexpr napi_type_tag kTag = {0x7061'7274'6f6e'6462, 0x8f2e'3c1a'5b77'0003};
  std::shared_ptr<ConnectionHandle> connection;
  std::unique_ptr<ResultSet> result;
  std::vector<Value> rows;  // of the last step
  ExecutionStats stats;

  // The next rows, at most `limit` and about 1 MB. At the end `result` is null.
  Status Step(size_t limit) {
    rows.clear();
    size_t bytes = 0;
    while (result != nullptr && rows.size() < limit && bytes < (size_t{1} << 20)) {
      if (!result->Next()) {
        Status status = result->status();
        stats = result->stats();
        result.reset();
        return status;
      }
      rows.push_back(result->row().Own());
      bytes += rows.back().ApproximateBytes();
    }
    return Status();
  }
};

napi_value Rows(napi_env env, const std::vector<Value>& rows) {
  napi_value array;
  Check(env, napi_create_array_with_length(env, rows.size(), &array));
  for (size_t i = 0; i < rows.size(); ++i) {
    napi_handle_scope scope;
    Check(env, napi_open_handle_scope(env, &scope));
    Check(env, napi_set_element(env, array, static_cast<uint32_t>(i), ToJs(env, rows[i])));
    Check(env, napi_close_handle_scope(env, scope));
  }
  return array;
}

napi_value Texts(napi_env env, const std::vector<std::string>& texts) {
  napi_value array;
  Check(env, napi_create_array(env, &array));
  uint32_t i = 0;
  for (const std::string& text : texts) Check(env, napi_set_element(env, array, i++, String(env, text)));
  return array;
}

napi_value NumberOf(napi_env env, double d) {
  napi_value value;
  Check(env, napi_create_double(env, d, &value));
  return value;
}

napi_value StatsOf(napi_env env, const ExecutionStats& stats) {
  napi_value object;
  Check(env, napi_create_object(env, &object));
  SetProperty(env, object, "itemsExamined", NumberOf(env, static_cast<double>(stats.items_examined)));
  SetProperty(env, object, "bytesRead", NumberOf(env, static_cast<double>(stats.bytes_read)));
  SetProperty(env, object, "milliseconds", NumberOf(env, stats.milliseconds));
  SetProperty(env, object, "accessPath", String(env, stats.access_path));
  return object;
}

// ---- Functions

Options OptionsOf(napi_env env, napi_value object) {
  Options options;
  options.read_only = FlagOf(env, object, "readOnly", false);
  options.create_if_missing = FlagOf(env, object, "create", true);
  options.durable = FlagOf(env, object, "durable", true);
  options.background = FlagOf(env, object, "background", true);
  options.throttle = FlagOf(env, object, "throttle", false);
  const auto number = [&](const char* name, auto* out) {
    const napi_value value = Property(env, object, name);
    if (IsUndefined(env, value)) return;
    int64_t n = 0;
    if (napi_get_value_int64(env, value, &n) != napi_ok || n < 0) ThrowType(env, std::string(name) + " is a number");
    *out = static_cast<std::decay_t<decltype(*out)>>(n);
  };
  number("threads", &options.threads);
  number("cacheBytes", &options.cache_bytes);
  number("memoryLimit", &options.memory_limit_bytes);
  const napi_value files = Property(env, object, "files");
  if (!IsUndefined(env, files)) {
    options.files.all = false;
    for (const Value& file : Values(env, files)) {
      if (!file.is_text()) ThrowType(env, "files is an array of directories");
      options.files.readable.emplace_back(file.bytes());
    }
  }
  return options;
}

// open(path, options, now) -> database
napi_value Open(napi_env env, const Arguments& arguments) {
  auto handle = std::make_shared<DatabaseHandle>();
  return Run(
      env, arguments.Flag(2),
      [handle, path = arguments.Text(0, "a path"), options = OptionsOf(env, arguments[1])]() -> Status {
        PARTON_ASSIGN_OR_RETURN(handle->database, SharedDatabase::Open(path, options));
        return Status();
      },
      [handle](napi_env e) { return Hold(e, handle); });
}

// close(database, now)
napi_value Close(napi_env env, const Arguments& arguments) {
  const auto handle = Held<DatabaseHandle>(env, arguments[0]);
  return Run(
      env, arguments.Flag(1),
      [handle] {
        std::shared_ptr<SharedDatabase> database;
        const std::lock_guard<std::mutex> lock(handle->mutex);
        database.swap(handle->database);
        return Status();
      },
      Undefined);
}

// connect(database) -> connection
napi_value Connect(napi_env env, const Arguments& arguments) {
  auto handle = std::make_shared<ConnectionHandle>();
  handle->database = Held<DatabaseHandle>(env, arguments[0])->Get();
  if (handle->database == nullptr) Throw(env, Closed());
  handle->connection = (*handle->database)->Connect();
  return Hold(env, handle);
}

// disconnect(connection): it waits for nothing, and must run nothing.
napi_value Disconnect(napi_env env, const Arguments& arguments) {
  const auto handle = Held<ConnectionHandle>(env, arguments[0]);
  const std::lock_guard<std::mutex> lock(handle->mutex);
  if (handle->busy) Throw(env, Status::Validation("the connection runs a statement"));
  handle->connection.reset();
  handle->database.reset();
  return Undefined(env);
}

napi_value Cancel(napi_env env, const Arguments& arguments) {
  const auto handle = Held<ConnectionHandle>(env, arguments[0]);
  const std::lock_guard<std::mutex> lock(handle->mutex);
  if (handle->connection != nullptr) handle->connection->Cancel();
  return Undefined(env);
}

struct Executed {
  ResultKind kind = ResultKind::kDone;
  uint64_t affected = 0;
  std::string text;
  std::vector<std::string> columns;
  std::vector<std::string> notices;
};

napi_value ResultOf(napi_env env, const Executed& executed, const std::shared_ptr<CursorHandle>& cursor) {
  napi_value object;
  Check(env, napi_create_object(env, &object));
  SetProperty(env, object, "kind", String(env, bindings::ResultKindName(executed.kind)));
  SetProperty(env, object, "rows", Rows(env, cursor->rows));
  if (executed.kind == ResultKind::kChanged) {
    SetProperty(env, object, "affected", NumberOf(env, static_cast<double>(executed.affected)));
  }
  SetProperty(env, object, "text", String(env, executed.text));
  SetProperty(env, object, "columns", Texts(env, executed.columns));
  SetProperty(env, object, "notices", Texts(env, executed.notices));
  if (cursor->result != nullptr) {
    SetProperty(env, object, "cursor", Hold(env, cursor));
  } else {
    SetProperty(env, object, "stats", StatsOf(env, cursor->stats));
  }
  cursor->rows.clear();
  return object;
}

// execute(connection, text, parameters, limit, now) -> result; limit 0: all rows.
napi_value Execute(napi_env env, const Arguments& arguments) {
  auto cursor = std::make_shared<CursorHandle>();
  cursor->connection = Held<ConnectionHandle>(env, arguments[0]);
  std::string text = arguments.Text(1, "a statement");
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
  bool is_array = false;
  napi_valuetype type;
  Check(env, napi_is_array(env, arguments[2], &is_array));
  Check(env, napi_typeof(env, arguments[2], &type));
  const bool by_name = !is_array && type == napi_object;
  if (is_array) {
    positional = Values(env, arguments[2]);
  } else if (by_name) {
    named = NamedValues(env, arguments[2]);
  } else if (type != napi_undefined && type != napi_null) {
    ThrowType(env, "parameters are an array or an object");
  }
  int64_t limit = 0;
  Check(env, napi_get_value_int64(env, arguments[3], &limit));
  auto executed = std::make_shared<Executed>();
  const auto run = [cursor, executed, text = std::move(text), positional = std::move(positional), named, by_name,
                    limit]() mutable -> Status {
    const Use use(cursor->connection.get());
    PARTON_RETURN_IF_ERROR(use.status());
    Connection& connection = *cursor->connection->connection;
    PARTON_ASSIGN_OR_RETURN(cursor->result, by_name ? connection.ExecuteNamed(text, named)
                                                    : connection.Execute(text, std::move(positional)));
    ResultSet& result = *cursor->result;
    *executed = {result.kind(), 0, {}, result.columns(), {}};
    std::vector<Value> rows;
    if (result.kind() == ResultKind::kValue) {
      rows.push_back(result.value().Own());
      cursor->stats = result.stats();
    }
    // Until a step ends the result: all rows of what changes something, so that it is whole.
    const bool all = limit <= 0 || result.kind() != ResultKind::kRows;
    executed->affected = result.affected();
    executed->text = result.text();
    executed->notices = result.notices();
    do {
      PARTON_RETURN_IF_ERROR(cursor->Step(all ? 1024 : static_cast<size_t>(limit)));
      for (Value& row : cursor->rows) rows.push_back(std::move(row));
    } while (all && cursor->result != nullptr);
    cursor->rows = std::move(rows);
    return Status();
  };
  return Run(env, arguments.Flag(4), run, [cursor, executed](napi_env e) { return ResultOf(e, *executed, cursor); });
}

// next(cursor, limit, now) -> {rows, done, stats}
napi_value Next(napi_env env, const Arguments& arguments) {
  const auto cursor = Held<CursorHandle>(env, arguments[0]);
  return Run(
      env, arguments.Flag(2),
      [cursor, limit = arguments.Count(1)]() -> Status {
        const Use use(cursor->connection.get());
        PARTON_RETURN_IF_ERROR(use.status());
        return cursor->Step(limit);
      },
      [cursor](napi_env e) {
        napi_value object;
        Check(e, napi_create_object(e, &object));
        SetProperty(e, object, "rows", Rows(e, cursor->rows));
        cursor->rows.clear();
        napi_value done;
        Check(e, napi_get_boolean(e, cursor->result == nullptr, &done));
        SetProperty(e, object, "done", done);
        if (cursor->result == nullptr) SetProperty(e, object, "stats", StatsOf(e, cursor->stats));
        return object;
      });
}

// end(cursor)
napi_value End(napi_env env, const Arguments& arguments) {
  const auto cursor = Held<CursorHandle>(env, arguments[0]);
  const Use use(cursor->connection.get());
  if (use.status().ok()) cursor->result.reset();
  return Undefined(env);
}

// What needs a connection and gives nothing: script(connection, text, now), begin(connection, "", now), ...
template <typename Body>
napi_value OnConnection(napi_env env, const Arguments& arguments, Body body) {
  const auto handle = Held<ConnectionHandle>(env, arguments[0]);
  return Run(
      env, arguments.Flag(2),
      [handle, body, text = arguments.Text(1, "a text")]() -> Status {
        const Use use(handle.get());
        PARTON_RETURN_IF_ERROR(use.status());
        return body(*handle->connection, text);
      },
      Undefined);
}

napi_value Script(napi_env env, const Arguments& arguments) {
  return OnConnection(env, arguments, [](Connection& c, const std::string& text) { return c.ExecuteScript(text); });
}
napi_value Begin(napi_env env, const Arguments& arguments) {
  return OnConnection(env, arguments, [](Connection& c, const std::string&) { return c.Begin(); });
}
napi_value Commit(napi_env env, const Arguments& arguments) {
  return OnConnection(env, arguments, [](Connection& c, const std::string&) { return c.Commit(); });
}
napi_value Rollback(napi_env env, const Arguments& arguments) {
  return OnConnection(env, arguments,
                      [](Connection& c, const std::string&) { return c.in_transaction() ? c.Rollback() : Status(); });
}

// inTransaction(connection) -> boolean
napi_value InTransaction(napi_env env, const Arguments& arguments) {
  const auto handle = Held<ConnectionHandle>(env, arguments[0]);
  const Use use(handle.get());
  napi_value result;
  Check(env, napi_get_boolean(env, use.status().ok() && handle->connection->in_transaction(), &result));
  return result;
}

// set(connection, name, value)
napi_value Set(napi_env env, const Arguments& arguments) {
  const auto handle = Held<ConnectionHandle>(env, arguments[0]);
  const std::string name = arguments.Text(1, "a setting's name");
  const Value value = FromJs(env, arguments[2]);
  Status status;
  {
    const Use use(handle.get());
    status = use.status().ok() ? handle->connection->Set(name, value) : use.status();
  }
  if (!status.ok()) Throw(env, status);
  return Undefined(env);
}

napi_value TableNames(napi_env env, const Arguments& arguments) {
  const auto database = Held<DatabaseHandle>(env, arguments[0])->Get();
  if (database == nullptr) Throw(env, Closed());
  return Texts(env, (*database)->TableNames());
}

// ---- Items

ReturnedItem Returning(napi_env env, napi_value object) {
  const napi_value value = Property(env, object, "returning");
  if (IsUndefined(env, value)) return ReturnedItem::kNone;
  const std::string word = TextOf(env, value, "returning");
  if (word == "none") return ReturnedItem::kNone;
  if (word == "allOld") return ReturnedItem::kAllOld;
  if (word == "updatedOld") return ReturnedItem::kUpdatedOld;
  if (word == "allNew") return ReturnedItem::kAllNew;
  if (word == "updatedNew") return ReturnedItem::kUpdatedNew;
  ThrowType(env, "returning is none, allOld, updatedOld, allNew or updatedNew");
}

std::optional<std::string> MaybeText(napi_env env, napi_value object, const char* name) {
  const napi_value value = Property(env, object, name);
  if (IsUndefined(env, value)) return std::nullopt;
  return TextOf(env, value, name);
}

Expressions ExpressionsOf(napi_env env, napi_value object) {
  Expressions e;
  e.key_condition = MaybeText(env, object, "keyCondition");
  e.filter = MaybeText(env, object, "filter");
  e.projection = MaybeText(env, object, "projection");
  e.condition = MaybeText(env, object, "condition");
  e.update = MaybeText(env, object, "update");
  const napi_value names = Property(env, object, "names");
  if (!IsUndefined(env, names)) {
    e.names.emplace();
    for (auto& [name, attribute] : NamedValues(env, names)) {
      if (!attribute.is_text()) ThrowType(env, "names are strings");
      e.names->emplace_back(name, std::string(attribute.bytes()));
    }
  }
  const napi_value values = Property(env, object, "values");
  if (!IsUndefined(env, values)) e.values = NamedValues(env, values);
  return e;
}

// An operation on the database that gives one value: undefined if it is MISSING.
template <typename Body>
napi_value OnDatabase(napi_env env, const Arguments& arguments, Body body) {
  const auto handle = Held<DatabaseHandle>(env, arguments[0]);
  auto value = std::make_shared<Value>();
  return Run(
      env, arguments.Flag(4),
      [handle, value, body]() -> Status {
        const std::shared_ptr<SharedDatabase> database = handle->Get();
        if (database == nullptr) return Closed();
        PARTON_ASSIGN_OR_RETURN(*value, body(**database));
        return Status();
      },
      [value](napi_env e) { return ToJs(e, *value); });
}

// get(database, table, key, options, now)
napi_value Get(napi_env env, const Arguments& arguments) {
  GetItemRequest request;
  request.table = arguments.Text(1, "a table's name");
  request.key = FromJs(env, arguments[2]);
  request.expressions = ExpressionsOf(env, arguments[3]);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(GetItemResult result, d.GetItem(request));
    return result.item;
  });
}

template <typename Request>
Request WriteRequest(napi_env env, const Arguments& arguments) {
  Request request;
  request.table = arguments.Text(1, "a table's name");
  request.expressions = ExpressionsOf(env, arguments[3]);
  request.returning = Returning(env, arguments[3]);
  return request;
}

napi_value Put(napi_env env, const Arguments& arguments) {
  auto request = WriteRequest<PutItemRequest>(env, arguments);
  request.item = FromJs(env, arguments[2]);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(WriteItemResult result, d.PutItem(request));
    return result.attributes;
  });
}

napi_value Update(napi_env env, const Arguments& arguments) {
  auto request = WriteRequest<UpdateItemRequest>(env, arguments);
  request.key = FromJs(env, arguments[2]);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(WriteItemResult result, d.UpdateItem(request));
    return result.attributes;
  });
}

napi_value Delete(napi_env env, const Arguments& arguments) {
  auto request = WriteRequest<DeleteItemRequest>(env, arguments);
  request.key = FromJs(env, arguments[2]);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(WriteItemResult result, d.DeleteItem(request));
    return result.attributes;
  });
}

template <typename Request>
void FillPage(napi_env env, const Arguments& arguments, Request* request) {
  request->table = arguments.Text(1, "a table's name");
  request->start_key = FromJs(env, arguments[2]);
  const napi_value options = arguments[3];
  request->expressions = ExpressionsOf(env, options);
  request->index = MaybeText(env, options, "index");
  const napi_value limit = Property(env, options, "limit");
  if (IsUndefined(env, limit)) return;
  int64_t n = 0;
  if (napi_get_value_int64(env, limit, &n) != napi_ok) ThrowType(env, "limit is a number");
  request->limit = n;
}

// {items, last}
Value PageOf(ItemPage page) {
  return Value::Struct({{"items", Value::List(std::move(page.items))}, {"last", std::move(page.last_key)}});
}

// query(database, table, start, options, now)
napi_value Query(napi_env env, const Arguments& arguments) {
  QueryRequest request;
  FillPage(env, arguments, &request);
  request.forward = !FlagOf(env, arguments[3], "reverse", false);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(ItemPage page, d.Query(request));
    return PageOf(std::move(page));
  });
}

napi_value Scan(napi_env env, const Arguments& arguments) {
  ScanRequest request;
  FillPage(env, arguments, &request);
  return OnDatabase(env, arguments, [request](Database& d) -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(ItemPage page, d.Scan(request));
    return PageOf(std::move(page));
  });
}

// ---- The module

// setup({PartonError, Decimal})
napi_value Setup(napi_env env, const Arguments& arguments) {
  Classes& classes = ClassesOf(env);
  const auto keep = [&](const char* name, napi_ref* out) {
    if (*out != nullptr) Check(env, napi_delete_reference(env, *out));
    Check(env, napi_create_reference(env, Property(env, arguments[0], name), 1, out));
  };
  keep("PartonError", &classes.error);
  keep("Decimal", &classes.decimal);
  return Undefined(env);
}

napi_value Init(napi_env env, napi_value exports) {
  try {
    Check(env, napi_set_instance_data(
                   env, new Classes, [](napi_env, void* data, void*) { delete static_cast<Classes*>(data); }, nullptr));
    SetProperty(env, exports, "version", String(env, Version()));
    Export<Setup>(env, exports, "setup");
    Export<Open>(env, exports, "open");
    Export<Close>(env, exports, "close");
    Export<Connect>(env, exports, "connect");
    Export<Disconnect>(env, exports, "disconnect");
    Export<Cancel>(env, exports, "cancel");
    Export<Execute>(env, exports, "execute");
    Export<Next>(env, exports, "next");
    Export<End>(env, exports, "end");
    Export<Script>(env, exports, "script");
    Export<Begin>(env, exports, "begin");
    Export<Commit>(env, exports, "commit");
    Export<Rollback>(env, exports, "rollback");
    Export<InTransaction>(env, exports, "inTransaction");
    Export<Set>(env, exports, "set");
    Export<TableNames>(env, exports, "tableNames");
    Export<Get>(env, exports, "get");
    Export<Put>(env, exports, "put");
    Export<Update>(env, exports, "update");
    Export<Delete>(env, exports, "delete");
    Export<Query>(env, exports, "query");
    Export<Scan>(env, exports, "scan");
    ExportFeed(env, exports);
  } catch (const Pending&) {
    return nullptr;
  }
  return exports;
}

}  // namespace
}  // namespace parton::node

NAPI_MODULE_INIT() { return parton::node::Init(env, exports); }
