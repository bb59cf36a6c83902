#include "session/requests/statement_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "executor/operator.h"
#include "session/database_state.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_metering.h"
#include "session/requests/request_statement.h"
#include "session/requests/request_token.h"
#include "types/item/item_codec.h"
#include "types/item/varint.h"
#include "types/text/base64.h"

namespace parton {

namespace {

constexpr char kTokenVersion = 1;
constexpr char kByAccess = 'A';
constexpr char kByRows = 'R';
constexpr size_t kFingerprintBytes = 16;

struct PageStart {
  char way = 0;  // 0: the first page
  uint64_t number = 0;
  std::string position;
};

std::string MakeToken(const std::string& fingerprint, const PageStart& start) {
  std::string bytes(1, kTokenVersion);
  bytes += fingerprint;
  bytes += start.way;
  PutVarint(start.number, &bytes);
  bytes += start.position;
  return Base64Encode(bytes);
}

Result<PageStart> ReadToken(const std::string& token, const std::string& fingerprint) {
  const std::optional<std::string> bytes = Base64Decode(token);
  const Status invalid = Status::Validation("Invalid NextToken");
  if (!bytes || bytes->size() < kFingerprintBytes + 3 || (*bytes)[0] != kTokenVersion) return invalid;
  if (bytes->substr(1, kFingerprintBytes) != fingerprint) {
    return Status::Validation("NextToken does not match request");
  }
  PageStart out;
  out.way = (*bytes)[kFingerprintBytes + 1];
  const char* end = bytes->data() + bytes->size();
  const char* p = GetVarint(bytes->data() + kFingerprintBytes + 2, end, &out.number);
  if (p == nullptr || (out.way != kByAccess && out.way != kByRows)) return invalid;
  out.position.assign(p, end);
  return out;
}

// Told from others by the database's secret, too: nobody makes a token but this database.
Result<std::string> FingerprintOf(DatabaseState* db, const ExecuteStatementRequest& request,
                                  const Plan::Access* access) {
  RequestFingerprint f;
  if (!db->options.read_only) {
    PARTON_ASSIGN_OR_RETURN(const std::string secret, db->store->maintenance().Secret());
    f.Add(std::string_view(secret));
  }
  f.Add(std::string_view(request.text));
  f.AddNumber(request.extended ? 1 : 0);
  f.AddNumber(request.parameters.size());
  for (const Value& v : request.parameters) f.Add(v);
  if (access != nullptr) {
    f.AddNumber(access->table->id);
    f.AddNumber(access->index == nullptr ? 0 : access->index->id);
    f.AddNumber(static_cast<uint64_t>(access->kind));
  }
  return f.Finish();
}

// The access whose items become the rows one by one; null if it is not so simple.
const Plan::Access* StreamedAccess(const Plan& plan) {
  if (const auto* access = plan.As<Plan::Access>()) return access;
  if (plan.As<Plan::Compute>() == nullptr && plan.As<Plan::Filter>() == nullptr) return nullptr;
  return StreamedAccess(*plan.inputs[0]);
}

const Plan::Access* AnyAccess(const Plan& plan) {
  if (const auto* access = plan.As<Plan::Access>()) return access;
  for (const PlanPtr& input : plan.inputs) {
    if (const Plan::Access* access = AnyAccess(*input)) return access;
  }
  return nullptr;
}

Status CheckLimit(const ExecuteStatementRequest& request) {
  if (!request.limit || *request.limit >= 1) return Status::Ok();
  return Status::Validation(
      fmt::format("1 validation error detected: Value '{}' at 'limit' failed to satisfy constraint: Member must have "
                  "value greater than or equal to 1",
                  *request.limit));
}

// One page of a SELECT of DynamoDB's dialect.
class SelectPage {
 public:
  SelectPage(DatabaseState* db, const ExecuteStatementRequest& request, const PlannedStatement& plan,
             const Query& query)
      : db_(db),
        request_(request),
        query_(query),
        access_(StreamedAccess(*query.root)),
        meter_(RequestMeter(db, false)),
        view_(db->store->NewView()),
        context_(Share(), plan.slot_count) {}

  Result<StatementPage> Run() {
    const Plan::Access* read = AnyAccess(*query_.root);
    if (request_.consistent && read != nullptr && read->index != nullptr && read->index->kind == IndexKind::kGlobal) {
      return Status::Validation("Strongly consistent read is not supported on Global Secondary Indexes");
    }
    PageStart start;
    if (request_.next_token) {
      PARTON_ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOf(db_, request_, read));
      PARTON_ASSIGN_OR_RETURN(start, ReadToken(*request_.next_token, fingerprint));
      if ((start.way == kByAccess) != (access_ != nullptr)) {
        return Status::Validation("NextToken does not match request");
      }
    }
    page_.consistent = request_.consistent;
    if (access_ != nullptr) {
      page_.limit = static_cast<uint64_t>(request_.limit.value_or(0));
      page_.bytes = kPageBytes + 1;
      page_.range = start.number;
      page_.after = start.position;
    }
    PARTON_RETURN_IF_ERROR(ReadRows(access_ == nullptr ? start.number : 0));
    PageStart next;
    if (access_ != nullptr && page_.more) {
      next = {kByAccess, page_.range, page_.after};
      if (!page_.after.empty()) out_.last_key = db_->store->KeyAt(*access_->table, access_->index, page_.after);
    } else if (more_rows_) {
      next = {kByRows, start.number + out_.items.size(), ""};
    }
    if (next.way != 0) {
      PARTON_ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOf(db_, request_, read));
      out_.next_token = MakeToken(fingerprint, next);
    }
    out_.capacity = meter_.TakeConsumed();
    return std::move(out_);
  }

 private:
  ExecutionShared* Share() {
    shared_.store = db_->store.get();
    shared_.view = view_.get();
    shared_.settings = &DynamoSettings();
    shared_.parameters = &request_.parameters;
    shared_.bounds = &bounds_;
    shared_.temp_dir = db_->temp_dir;
    shared_.files = &db_->options.files;
    shared_.now_nanos = db_->NowNanos();
    shared_.memory.Reset(shared_.settings->memory_limit_bytes);
    shared_.capacity = &meter_;
    return &shared_;
  }

  // `skip` rows were given before.
  Status ReadRows(uint64_t skip) {
    context_.page = &page_;
    context_.capacity = &meter_;
    QueryRunner runner(query_, context_);
    size_t bytes = 0;
    const uint64_t most = access_ != nullptr ? 0 : static_cast<uint64_t>(request_.limit.value_or(0));
    bool open = runner.Open();
    while (open && runner.Next()) {
      if (skip > 0) {
        --skip;
        continue;
      }
      if ((most > 0 && out_.items.size() >= most) || (access_ == nullptr && bytes > kPageBytes)) {
        more_rows_ = true;
        break;
      }
      out_.items.push_back(runner.row().Own());
      bytes += out_.items.back().ApproximateBytes();
    }
    runner.Close();
    return context_.failed() ? context_.eval.error : Status::Ok();
  }

  DatabaseState* db_;
  const ExecuteStatementRequest& request_;
  const Query& query_;
  const Plan::Access* access_;
  CapacityMeter meter_;
  const std::unique_ptr<ReadView> view_;
  StatementBounds bounds_;
  ExecutionShared shared_;
  ExecutionContext context_;
  AccessPage page_;
  bool more_rows_ = false;
  StatementPage out_;
};

Result<StatementPage> RunWrite(DatabaseState* db, const ExecuteStatementRequest& request, Value* existing) {
  StatementOperation operation;
  operation.text = request.text;
  operation.parameters = request.parameters;
  RequestStatement statement(db, operation);
  PARTON_RETURN_IF_ERROR(statement.Prepare());
  if (statement.checks()) {
    return Status::Validation("EXISTS can only be used in ExecuteTransaction write requests.");
  }
  CapacityMeter meter = RequestMeter(db, false);
  WriteOptions options;
  std::vector<Value> failed;
  if (existing != nullptr) options.failed_items = &failed;
  StatementPage page;
  page.items.reserve(1);  // after the write nothing may fail
  Result<std::vector<WriteOutcome>> outcomes = MeteredWrite(db, {statement.ToWriteOp()}, options, &meter);
  if (!outcomes.ok()) {
    const bool condition = outcomes.status().code() == StatusCode::kConditionFailed;
    if (existing != nullptr && condition && !failed.empty()) *existing = std::move(failed[0]);
    return std::move(outcomes).status();
  }
  Value& returned = (*outcomes)[0].returned;
  if (!returned.is_missing()) page.items.push_back(std::move(returned));
  page.capacity = meter.TakeConsumed();
  return page;
}

Result<StatementPage> RunDynamo(DatabaseState* db, const ExecuteStatementRequest& request, Value* existing) {
  Result<PlannedPtr> planned = PlanDynamo(db, request.text);
  if (!planned.ok()) {
    const Status& s = planned.status();
    if (s.code() != StatusCode::kNotFound) return s;
    return Status(s.code(), "Requested resource not found", s.span(), s.hint());
  }
  const PlannedPtr plan = std::move(*planned);
  if (plan->parameter_count != static_cast<int>(request.parameters.size())) {
    return Status::Validation(
        fmt::format("Number of parameters in request and statement don't match: {} are given, "
                    "the statement has {}",
                    request.parameters.size(), plan->parameter_count));
  }
  if (const auto* query = std::get_if<QueryPtr>(&plan->body)) {
    return std::make_unique<SelectPage>(db, request, *plan, **query)->Run();
  }
  if (std::get_if<std::shared_ptr<const WritePlan>>(&plan->body) != nullptr) return RunWrite(db, request, existing);
  return Status::Validation("Statement wasn't well formed, can't be processed: Expected data manipulation");
}

// The value as one of a type that items have: a date as its text, a bag as a list.
Value AsStored(const Value& v) {
  CheckStack();
  switch (v.type()) {
    case Type::kDate:
    case Type::kTime:
    case Type::kTimestamp:
    case Type::kInterval: {
      const std::string quoted = v.ToJson();
      return Value::String(std::string_view(quoted).substr(1, quoted.size() - 2));
    }
    case Type::kFloat: return std::isfinite(v.float_value()) ? v : Value::String(v.ToJson());
    case Type::kBag:
    case Type::kSexp:
    case Type::kList: {
      std::vector<Value> elements;
      for (const Value& e : v.elements()) elements.push_back(e.is_missing() ? Value::Null() : AsStored(e));
      return Value::List(std::move(elements));
    }
    case Type::kStruct: {
      const Value whole = v.Materialize();
      std::vector<Field> fields;
      for (const Field& f : whole.fields()) {
        const auto same = [&](const Field& other) { return other.name == f.name; };
        // Names are not empty there, and come once.
        if (f.name.empty() || std::any_of(fields.begin(), fields.end(), same)) continue;
        fields.push_back({f.name, AsStored(f.value)});
      }
      return Value::Struct(std::move(fields));
    }
    case Type::kGraph: return Value::String(v.ToJson());
    default: return v;
  }
}

// A row as an item: it must have names.
Value AsItem(const Value& row) {
  if (EncodedItem(row) != nullptr) return row;  // is one
  Value stored = AsStored(row);
  if (stored.is_struct()) return stored;
  return Value::Struct({{"_1", std::move(stored)}});
}

Result<StatementPage> RunExtended(DatabaseState* db, Database* database, const ExecuteStatementRequest& request) {
  PARTON_ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOf(db, request, nullptr));
  PageStart start;
  if (request.next_token) {
    PARTON_ASSIGN_OR_RETURN(start, ReadToken(*request.next_token, fingerprint));
  }
  const std::unique_ptr<Connection> connection = database->Connect();
  PARTON_RETURN_IF_ERROR(connection->Set("capacity", true));
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result,
                          connection->Execute(request.text, request.parameters));
  StatementPage page;
  size_t bytes = 0;
  uint64_t skip = start.number;
  const uint64_t most = static_cast<uint64_t>(request.limit.value_or(0));
  while (result->Next()) {
    if (skip > 0) {
      --skip;
      continue;
    }
    // What changes something is not run again for a next page.
    const bool full = (most > 0 && page.items.size() >= most) || bytes > kPageBytes;
    if (full && result->kind() != ResultKind::kChanged) {
      page.next_token = MakeToken(fingerprint, {kByRows, start.number + page.items.size(), ""});
      break;
    }
    page.items.push_back(AsItem(result->row().Own()));
    bytes += page.items.back().ApproximateBytes();
  }
  PARTON_RETURN_IF_ERROR(result->status());
  if (result->kind() == ResultKind::kValue) page.items.push_back(AsItem(result->value()));
  if (result->kind() == ResultKind::kText) page.items.push_back(Value::Struct({{"text", result->text()}}));
  page.capacity = result->stats().capacity;
  return page;
}

}  // namespace

Result<StatementPage> ExecuteStatement(DatabaseState* db, Database* database, const ExecuteStatementRequest& request,
                                       Value* existing) {
  PARTON_RETURN_IF_ERROR(CheckLimit(request));
  PARTON_RETURN_IF_ERROR(request.parameters_error);
  return request.extended ? RunExtended(db, database, request) : RunDynamo(db, request, existing);
}

}  // namespace parton
