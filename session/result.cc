// A running statement: sets up what its operators share, pulls rows, and cleans up.
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "executor/write.h"
#include "planner/plan/plan_visit.h"
#include "session/connection.h"
#include "session/thrown.h"
#include "types/item/item_codec.h"
#include "types/value/kept_bytes.h"

namespace parton {

namespace {

const Value kMissing;

// What an expression may ask of its execution.
struct Needs {
  bool subquery = false;
  bool clock = false;  // a function that may give another result next time

  void Add(const ExprPtr& e) {
    if (e == nullptr) return;
    if (e->As<Expr::Subquery>() != nullptr) subquery = clock = true;
    const auto* call = e->As<Expr::Call>();
    if (call != nullptr && !call->function->deterministic) clock = true;
    ForEachChild(*e, [&](const ExprPtr& child) { Add(child); });
  }
  void Add(const Plan& plan) {
    ForEachExpr(plan, [&](const ExprPtr& e) { Add(e); });
    for (const PlanPtr& input : plan.inputs) Add(*input);
  }
};

// Whether the tree reads tables only by one get, if at all: then there is nothing a snapshot could keep consistent.
bool IsPointRead(const Plan& plan) {
  if (const auto* access = plan.As<Plan::Access>()) return access->kind == AccessKind::kGetItem;
  if (!plan.As<Plan::Compute>() && !plan.As<Plan::Filter>()) return false;
  return IsPointRead(*plan.inputs[0]);
}

bool ReadsTables(const Plan& plan) {
  if (plan.As<Plan::Access>() != nullptr) return true;
  for (const PlanPtr& input : plan.inputs) {
    if (ReadsTables(*input)) return true;
  }
  return false;
}

std::string_view PathName(AccessKind kind) {
  switch (kind) {
    case AccessKind::kScan: return "Scan";
    case AccessKind::kRangeScan: return "RangeScan";
    case AccessKind::kQuery: return "Query";
    case AccessKind::kGetItem: return "GetItem";
    case AccessKind::kBatchGet: return "BatchGet";
    case AccessKind::kEmpty: return "Empty";
  }
  return "";
}

void AddPaths(const Plan& plan, std::string* out) {
  if (const auto* a = plan.As<Plan::Access>()) {
    if (!out->empty()) *out += ", ";
    *out += fmt::format("{} {}", PathName(a->kind), a->table->name);
    if (a->index != nullptr) *out += "." + a->index->name;
  }
  ForEachPlanBelow(plan, [&](const Plan& below) { AddPaths(below, out); });
}

void AddPaths(const PlannedStatement& planned, std::string* out) {
  if (const auto* query = std::get_if<QueryPtr>(&planned.body)) {
    AddPaths(*(*query)->root, out);
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&planned.body)) {
    if ((*write)->target != nullptr) AddPaths(*(*write)->target, out);
    if ((*write)->source != nullptr) AddPaths(*(*write)->source->root, out);
  }
}

// The position in `original` of the token that stands at `span` in `lifted`: both have the same tokens, but for
// the literals.
TextSpan MapSpan(TextSpan span, std::string_view lifted, std::string_view original) {
  RawScanner a(lifted), b(original);
  for (;;) {
    RawToken x = a.Next(), y = b.Next();
    if (x.kind == RawToken::Kind::kEnd || y.kind == RawToken::Kind::kEnd) return {};
    if (x.end <= span.offset) continue;
    size_t begin = y.begin, end = y.end;
    while (x.end < span.offset + span.length) {
      x = a.Next();
      y = b.Next();
      if (x.kind == RawToken::Kind::kEnd || y.kind == RawToken::Kind::kEnd) break;
      end = y.end;
    }
    return SpanAt(original, begin, end - begin);
  }
}

// What the scans and queries of the plan will examine, by the planner's estimates.
double ItemsOf(const Plan& plan) {
  double items = plan.As<Plan::Access>() != nullptr ? plan.estimate.items : 0;
  ForEachPlanBelow(plan, [&](const Plan& below) { items += ItemsOf(below); });
  return items;
}

uint64_t ExpectedItems(const PlannedStatement& planned) {
  double items = 0;
  if (const auto* query = std::get_if<QueryPtr>(&planned.body)) {
    items = ItemsOf(*(*query)->root);
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&planned.body)) {
    if ((*write)->target != nullptr) items = ItemsOf(*(*write)->target);
    if ((*write)->source != nullptr) items = ItemsOf(*(*write)->source->root);
  }
  return items >= 1 && items < 1e18 ? static_cast<uint64_t>(items) : 0;
}

}  // namespace

Execution::Execution(ConnectionImpl* connection) : connection_(connection), row_(&kMissing) {
  connection_->Attach(this);
}

Execution::~Execution() {
  if (detached()) return;
  End(Status());
  connection_->Unregister(this);
  connection_->Forget(this);
}

void Execution::Detach(const Status& why) {
  End(why);
  connection_->Unregister(this);
  // They hold cursors and snapshots of the store.
  runner_.reset();
  context_.reset();
  connection_ = nullptr;
  detached_ = why;
}

Status Execution::Locate(Status s) const {
  if (s.ok() || lifted_.empty() || s.span().line == 0) return s;
  Status moved(s.code(), s.message(), MapSpan(s.span(), lifted_, original_), s.hint());
  return s.reasons().empty() ? std::move(moved) : std::move(moved).WithReasons(s.reasons());
}

void Execution::PrepareShared(bool read_latest) {
  DatabaseState& db = connection_->db();
  const std::shared_ptr<const Settings>& settings = connection_->settings();
  if (settings_ != settings) {
    // Operators and contexts of an earlier execution go by the old settings.
    runner_.reset();
    context_.reset();
    settings_ = settings;
  }
  shared_.store = db.store.get();
  shared_.settings = settings_.get();
  shared_.bounds = connection_->bounds();
  shared_.progress = connection_->progress();
  if (*connection_->progress() && expected_items_ > 0) {
    progress_ = [this](uint64_t done, uint64_t total) {
      return (*connection_->progress())(done, total > 0 ? total : expected_items_);
    };
    shared_.progress = &progress_;
  }
  shared_.cache_bytes = db.options.cache_bytes;
  if (shared_.temp_dir.empty()) shared_.temp_dir = db.temp_dir;
  shared_.files = &db.options.files;
  if (needs_clock_) shared_.now_nanos = db.NowNanos();
  SetMeter();
  shared_.memory.Reset(settings_->memory_limit_bytes);
  shared_.bounds->Start(settings_->memory_limit_bytes, &shared_.memory);
  shared_.ResetResults();
  StoreTransaction* transaction = connection_->transaction();
  in_transaction_ = transaction != nullptr;
  const bool limited = in_transaction_ && settings_->dialect == Dialect::kDynamo;
  shared_.transaction_items = limited ? &connection_->transaction_items() : nullptr;
  if (transaction != nullptr) {
    shared_.view = &transaction->view();
  } else if (read_latest) {
    shared_.view = &db.store->LatestView();
  } else {
    view_ = db.store->NewView();
    shared_.view = view_.get();
  }
}

void Execution::SetMeter() {
  shared_.capacity_incomplete = false;
  const bool wanted = settings_->capacity || settings_->throttle || !plan_->capacity.empty();
  if (!wanted && !shared_.profiling) {
    shared_.capacity = nullptr;
    return;
  }
  if (meter_ == nullptr) meter_ = std::make_unique<CapacityMeter>();
  DatabaseState& db = connection_->db();
  CapacityMeter::Mode mode;
  mode.ledger = &db.throughput;
  mode.clock = db.clock.get();
  mode.throttle = settings_->throttle;
  mode.in_transaction = connection_->transaction() != nullptr;
  mode.dynamo_wording = settings_->dialect == Dialect::kDynamo;
  mode.optional = !wanted;
  meter_->SetMode(mode);
  shared_.capacity = meter_.get();
}

// All but the access path, which is the plan's.
void Execution::ResetStats() {
  stats_.items_examined = stats_.bytes_read = stats_.seeks = 0;
  stats_.milliseconds = 0;
  if (stats_.capacity_counted) {
    stats_.capacity_counted = false;
    stats_.capacity.clear();
    stats_.read_units = stats_.write_units = 0;
  }
}

void Execution::NoteCapacity() const {
  stats_.capacity_counted = shared_.capacity != nullptr && !shared_.capacity_incomplete;
  if (!stats_.capacity_counted) return;
  stats_.capacity = meter_->consumed();
  stats_.read_units = stats_.write_units = 0;
  for (const ConsumedCapacity& c : stats_.capacity) {
    stats_.read_units += c.read_units;
    stats_.write_units += c.write_units;
  }
}

void Execution::SayCapacity() {
  if (plan_->capacity.empty() || shared_.capacity == nullptr) return;
  // What was written is written: without memory for the notice there is none.
  try {
    const std::string text = DescribeCapacity(meter_->consumed(), plan_->capacity == "INDEXES");
    notices_.push_back("consumed capacity: " + (text.empty() ? "none" : text));
  } catch (const std::bad_alloc&) {
  }
}

Status Execution::Start(PlannedPtr plan, const std::vector<Value>* parameters) {
  if (detached()) return detached_;
  End(Status());
  started_ = std::chrono::steady_clock::now();
  shared_.parameters = parameters;
  status_ = Status();
  affected_ = 0;
  if (meter_ != nullptr) {
    shared_.capacity = nullptr;
    meter_->Reset();
  }
  rows_.clear();
  next_row_ = 0;
  row_ = &kMissing;
  value_ = Value();
  if (!text_.empty()) text_.clear();
  streaming_ = false;
  in_transaction_ = false;
  ordered_ = false;
  ResetStats();
  if (plan_ != plan) {
    runner_.reset();
    context_.reset();
    plan_ = std::move(plan);
    columns_.clear();
    stats_.access_path.clear();
    Needs needs;
    bool latest = false;
    if (const auto* query = std::get_if<QueryPtr>(&plan_->body)) {
      columns_ = (*query)->columns;
      needs.Add(*(*query)->root);
      latest = IsPointRead(*(*query)->root);
    } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&plan_->body)) {
      const WritePlan& w = **write;
      needs.Add(w.condition);
      for (const UpdateAction& a : w.actions) needs.Add(a.value);
      if (w.again != nullptr) needs.Add(*w.again);
      if (w.target != nullptr) {
        needs.Add(*w.target);
        latest = WritesByKey(w);
      }
      if (w.source != nullptr) {
        needs.Add(*w.source->root);
        latest = !ReadsTables(*w.source->root);
      }
    } else {
      needs.clock = true;
    }
    expected_items_ = ExpectedItems(*plan_);
    reads_latest_ = latest && !needs.subquery;
    needs_clock_ = needs.clock;
  }
  notices_ = plan_->notices;
  if (connection_->in_transaction()) connection_->ExpectStatement();
  running_ = true;
  Status s = Guarded([&] {
    if (const auto* query = std::get_if<QueryPtr>(&plan_->body)) return StartQuery(**query);
    if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&plan_->body)) {
      return RunWriteStatement(**write, plan_->slot_count);
    }
    if (const auto* explain = std::get_if<ExplainPlan>(&plan_->body)) return RunExplain(*explain, this);
    const ast::Statement& statement = *std::get<CommandPlan>(plan_->body).statement;
    kind_ = ResultKind::kDone;
    return RunCommand(statement, *parameters, this);
  });
  if (in_transaction_) connection_->NoteStatement(s, CancelsTransaction(*plan_, s));
  if (streaming_ && connection_->deadline() != StatementTimer::Clock::time_point::max()) {
    time_left_ = connection_->deadline() - StatementTimer::Clock::now();
  }
  if (!s.ok()) {
    End(std::move(s));
    return status_;
  }
  return Status();
}

// EXISTS alone is there to cancel its transaction. In DynamoDB's dialect every write that fails does.
bool Execution::CancelsTransaction(const PlannedStatement& plan, const Status& s) const {
  const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&plan.body);
  if (write != nullptr && (*write)->kind == WritePlan::Kind::kExistsCheck) {
    return s.code() == StatusCode::kConditionFailed;
  }
  return connection_->settings()->dialect == Dialect::kDynamo && !plan.read_only && s.code() != StatusCode::kCancelled;
}

Status Execution::StartQuery(const Query& query) {
  PrepareShared(reads_latest_);
  if (context_ == nullptr) {
    context_ = std::make_unique<ExecutionContext>(&shared_, plan_->slot_count);
    runner_ = std::make_unique<QueryRunner>(query, *context_);
  } else {
    context_->Prepare();
  }
  if (query.shape == Query::Shape::kBag || query.shape == Query::Shape::kList) {
    kind_ = ResultKind::kRows;
    ordered_ = query.shape == Query::Shape::kList;
    streaming_ = true;
    connection_->Register(this);
    if (!runner_->Open()) return context_->eval.error;
    return Status();
  }
  Value v = runner_->Collect().Own();
  if (context_->failed()) return context_->eval.error;
  if (v.type() == Type::kBag || v.type() == Type::kList) {
    kind_ = ResultKind::kRows;
    ordered_ = v.type() == Type::kList;
    rows_ = v.elements();
    return Status();
  }
  kind_ = ResultKind::kValue;
  value_ = std::move(v);
  return Status();
}

Status Execution::RunQuery(const Query& query, int slot_count, const std::function<Status(const Value&)>& each) {
  ExecutionContext ctx(&shared_, slot_count);
  Status s;
  {
    QueryRunner runner(query, ctx);
    if (query.shape == Query::Shape::kBag || query.shape == Query::Shape::kList) {
      if (runner.Open()) {
        while (s.ok() && runner.Next()) s = each(runner.row());
      }
      runner.Close();
    } else {
      Value v = runner.Collect();
      if (!ctx.failed() && (v.type() == Type::kBag || v.type() == Type::kList)) {
        for (const Value& e : v.elements()) {
          s = each(e);
          if (!s.ok()) break;
        }
      } else if (!ctx.failed()) {
        s = each(v);
      }
    }
  }
  stats_.items_examined += ctx.stats.items_examined;
  stats_.bytes_read += ctx.stats.bytes_read;
  stats_.seeks += ctx.stats.seeks;
  return s.ok() && ctx.failed() ? ctx.eval.error : s;
}

Status Execution::RunWriteStatement(const WritePlan& plan, int slot_count) {
  const bool check = plan.kind == WritePlan::Kind::kExistsCheck;
  if (connection_->db().options.read_only && !check) {
    return Status(StatusCode::kReadOnly, "the database was opened for reading only");
  }
  PrepareShared(reads_latest_);
  // EXPLAIN ANALYZE and COPY run a plan that is not the statement's own.
  std::unique_ptr<ExecutionContext> own;
  if (&plan != OwnWrite()) {
    own = std::make_unique<ExecutionContext>(&shared_, slot_count);
  } else if (context_ == nullptr) {
    context_ = std::make_unique<ExecutionContext>(&shared_, slot_count);
  } else {
    context_->Prepare();
  }
  ExecutionContext& ctx = own != nullptr ? *own : *context_;
  WriteResult result;
  Status s = RunWrite(plan, connection_->transaction(), ctx, &result);
  if (own != nullptr) {
    stats_.items_examined += ctx.stats.items_examined;
    stats_.bytes_read += ctx.stats.bytes_read;
    stats_.seeks += ctx.stats.seeks;
  }
  kind_ = ResultKind::kChanged;
  affected_ = result.affected;
  rows_ = std::move(result.rows);
  if (check && connection_->transaction() == nullptr && !rows_.empty()) {
    kind_ = ResultKind::kValue;
    value_ = std::move(rows_[0]);
    rows_.clear();
  }
  if (s.ok() && &plan == OwnWrite()) SayCapacity();
  return s;
}

const WritePlan* Execution::OwnWrite() const {
  const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&plan_->body);
  return write == nullptr ? nullptr : write->get();
}

// A value that the operators own is shown as it is, whoever holds it.
void Execution::ShowRow(const Value& row) {
  const internal::HeapItem* item = EncodedItem(row);
  if (item == nullptr || item->owned) {
    row_ = &row;
    if (item == nullptr && row.borrowed()) {
      KeepBytes(row, &shown_);
      row_ = &shown_;
    }
    return;
  }
  internal::HeapItem* shown = EncodedItem(shown_);
  if (shown == nullptr || shown->owned || shown->names != item->names) {
    shown = new internal::HeapItem;
    shown->names = item->names;
    shown_ = FromEncodedItem(shown);
  }
  shown->bytes = item->bytes;
  row_ = &shown_;
}

void Execution::KeepShownRow() {
  internal::HeapItem* shown = EncodedItem(shown_);
  if (shown == nullptr || shown->owned || shown->Unique()) return;
  try {
    shown->storage = shown->bytes;
  } catch (...) {
    // The copies must not look at bytes that go.
    shown->storage.clear();
    shown->bytes = shown->storage;
    shown->Keep();
    throw;
  }
  shown->bytes = shown->storage;
  shown->Keep();
}

bool Execution::Next() {
  if (!running_) return false;
  try {
    KeepShownRow();
    if (!streaming_ && next_row_ < rows_.size()) {
      row_ = &rows_[next_row_++];
      return true;
    }
    if (streaming_ && NextStreamed()) {
      ShowRow(runner_->row());
      return true;
    }
  } catch (...) {
    End(StatusOfException());
    return false;
  }
  End(streaming_ && context_->failed() ? std::move(context_->eval.error) : Status());
  return false;
}

bool Execution::NextStreamed() {
  const BoundsScope scope(shared_.bounds);
  shared_.bounds->Start(settings_->memory_limit_bytes, &shared_.memory);
  try {
    if (settings_->statement_timeout_ms == 0) return runner_->Next();
    const auto deadline = StatementTimer::Clock::now() + time_left_;
    const StatementTimer::Watch watch(&connection_->db().timer, shared_.bounds, deadline);
    const bool more = runner_->Next();
    time_left_ = deadline - StatementTimer::Clock::now();
    return more;
  } catch (...) {
    context_->Fail(StatusOfException());
    return false;
  }
}

void Execution::End(Status status) {
  if (!running_) return;
  running_ = false;
  if (status.code() == StatusCode::kCancelled) {
    if (Status thrown = connection_->TakeProgressError(); !thrown.ok()) status = std::move(thrown);
  }
  try {
    KeepShownRow();
  } catch (...) {
    status = StatusOfException();
  }
  row_ = &kMissing;
  try {
    status_ = Locate(std::move(status));
  } catch (...) {
    status_ = StatusOfException();
  }
  Release();
  try {
    if (status_.ok() && settings_ != nullptr && settings_->lint) SayMismatches();
  } catch (...) {
    // A note that cannot be made is left out: what is done is done.
  }
  stats_.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count();
}

// A value of a wrong type is MISSING, and a MISSING one is a blank: nothing else would tell.
void Execution::SayMismatches() {
  if (shared_.mismatches.count == 0) return;
  const Status first = Locate(shared_.mismatches.first);
  const TextSpan span = first.span();
  std::string where;
  if (span.length > 0 && size_t{span.offset} + span.length <= original_.size()) {
    where = original_.substr(span.offset, span.length) + ": ";
  } else if (span.line > 0) {
    where = fmt::format("line {}, column {}: ", span.line, span.column);
  }
  const uint64_t count = shared_.mismatches.count;
  notices_.push_back(fmt::format("{}{} ({}, MISSING each time)", where, first.message(),
                                 count == 1 ? "once" : fmt::format("{} times", count)));
  shared_.mismatches = {};
}

void Execution::Release() {
  try {
    if (runner_ != nullptr) runner_->Close();
    if (plan_ != nullptr && status_.ok() && std::holds_alternative<QueryPtr>(plan_->body)) SayCapacity();
  } catch (...) {
    if (status_.ok()) status_ = StatusOfException();
  }
  if (context_ != nullptr) {
    stats_.items_examined += context_->stats.items_examined;
    stats_.bytes_read += context_->stats.bytes_read;
    stats_.seeks += context_->stats.seeks;
    context_->stats = ReadStats();
    shared_.AddMismatches(&context_->eval.mismatches);
  }
  view_.reset();
  if (streaming_) connection_->Unregister(this);
}

const ExecutionStats& Execution::stats() const {
  try {
    NoteCapacity();
    if (stats_.access_path.empty() && plan_ != nullptr) AddPaths(*plan_, &stats_.access_path);
  } catch (const std::bad_alloc&) {
    // The numbers are there, the names are not.
    stats_.capacity_counted = false;
    stats_.access_path.clear();
  }
  return stats_;
}

}  // namespace parton
