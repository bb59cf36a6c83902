#include "session/running_plan.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <utility>

#include "executor/rows.h"
#include "planner/plan/plan_facts.h"
#include "session/connection.h"
#include "session/database_state.h"
#include "session/result_buffer.h"

namespace parton {

void RunningPlan::Begin(const PlannedPtr& plan, const std::vector<Value>* parameters) {
  shared_.parameters = parameters;
  if (meter_ != nullptr) {
    shared_.capacity = nullptr;
    meter_->Reset();
  }
  in_transaction_ = false;
  stale_ = false;
  keeps_positions_ = false;
  reads_ = ReadStats();
  keeping_ = false;
  kept_ = KeptAnswer();
  if (plan_ == plan) return;
  ForgetKept();
  plan_ = plan;
}

bool RunningPlan::Rest() noexcept {
  if (runner_ == nullptr && writer_ == nullptr) return false;
  for (Value& v : context_->frame) v = Value();
  shared_.parameters = nullptr;
  kept_ = KeptAnswer();
  return true;
}

void RunningPlan::ForgetKept() {
  runner_.reset();
  writer_.reset();
  context_.reset();
}

void RunningPlan::Close() {
  if (runner_ == nullptr) return;
#ifdef __GLIBC__
  // The allocator would keep the pages that a large sort or hash table took, under what others took after it.
  constexpr size_t kMuch = size_t{32} << 20;
  const size_t before = shared_.memory.used();
#endif
  runner_->Close();
#ifdef __GLIBC__
  if (before >= kMuch && before - shared_.memory.used() >= kMuch) malloc_trim(0);
#endif
}

void RunningPlan::Settle() noexcept {
  if (context_ != nullptr) {
    AddReads(context_->stats);
    context_->stats = ReadStats();
    shared_.AddMismatches(&context_->eval.mismatches);
  }
  view_.reset();
  budget_.reset();
}

void RunningPlan::Detach() {
  // They hold cursors and snapshots of the store.
  ForgetKept();
  connection_ = nullptr;
}

StoreTransaction* RunningPlan::transaction() const { return connection_->transaction(); }

const std::vector<ConsumedCapacity>* RunningPlan::capacity() const {
  return shared_.CountsCapacity() ? &meter_->consumed() : nullptr;
}

void RunningPlan::Prepare(bool latest) {
  DatabaseState& db = connection_->db();
  const std::shared_ptr<const Settings>& settings = connection_->settings();
  if (settings_ != settings) {
    // Operators and contexts of an earlier execution go by the old settings.
    ForgetKept();
    settings_ = settings;
  }
  TableStore& store = connection_->store();
  shared_.store = &store;
  shared_.settings = settings_.get();
  shared_.bounds = connection_->bounds();
  shared_.progress = connection_->progress();
  const uint64_t expected = plan_->facts.expected_items;
  if (*connection_->progress() && expected > 0) {
    progress_ = [this, expected](uint64_t done, uint64_t total) {
      return (*connection_->progress())(done, total > 0 ? total : expected);
    };
    shared_.progress = &progress_;
  }
  shared_.cache_bytes = db.options.cache_bytes;
  if (shared_.temp_dir.empty()) shared_.temp_dir = db.temp_dir;
  shared_.files = &db.options.files;
  if (plan_->facts.needs_clock) shared_.now_nanos = db.NowNanos();
  SetMeter();
  SetAnswers();
  budget_.reset();
  if (settings_->max_read_units > 0) budget_ = std::make_unique<ReadBudget>(shared_.bounds, settings_->max_read_units);
  shared_.memory.Reset(settings_->memory_limit_bytes);
  shared_.bounds->Start(settings_->memory_limit_bytes, &shared_.memory);
  shared_.ResetResults();
  StoreTransaction* transaction = connection_->transaction();
  in_transaction_ = transaction != nullptr;
  const bool limited = in_transaction_ && settings_->dialect == Dialect::kDynamo;
  shared_.transaction_items = limited ? &connection_->transaction_items() : nullptr;
  if (transaction != nullptr) {
    shared_.view = &transaction->view();
  } else if (latest) {
    shared_.view = &store.LatestView();
  } else {
    view_ = store.NewView();
    shared_.view = view_.get();
  }
}

const PlannedStatement& RunningPlan::Statement() const {
  const auto* explain = std::get_if<ExplainPlan>(&plan_->body);
  return explain != nullptr ? *explain->statement : *plan_;
}

bool RunningPlan::WantsAnswers() const {
  return Statement().cache.value_or(connection_->settings()->cache) && connection_->transaction() == nullptr;
}

void RunningPlan::SetAnswers() {
  const PlannedStatement& statement = Statement();
  DatabaseState& db = connection_->db();
  const bool reads = WantsAnswers() && statement.facts.reads_keys_only && statement.facts.can_be_kept;
  shared_.answers = reads ? db.answers.get() : nullptr;
  if (reads) {
    shared_.answer_ttl_ms = statement.cache_age_ms.value_or(settings_->cache_item_ttl_ms);
    shared_.answer_now_ms = db.clock->NowMs();
  }
  const bool writes = !statement.read_only && statement.cache.value_or(settings_->cache);
  shared_.written_answers = writes ? &connection_->written_answers() : nullptr;
}

KeptAnswerPtr RunningPlan::FindAnswer() {
  const PlannedStatement& statement = *plan_;
  if (!statement.facts.can_be_kept || statement.facts.reads_keys_only || statement.kept_text.empty() ||
      !WantsAnswers()) {
    return nullptr;
  }
  // Rows that are kept have no position.
  const Plan::Access* positioned = PositionedAccess(*std::get<QueryPtr>(statement.body)->root);
  if (positioned != nullptr && positioned->after != nullptr) return nullptr;
  DatabaseState& db = connection_->db();
  const Settings& settings = *connection_->settings();
  kept_under_ = connection_->plan_key() + '\0' + std::to_string(statement.schema_version) + '\0' + statement.kept_text;
  for (const Value& parameter : *shared_.parameters) {
    kept_under_ += '\0';
    EncodeSpilled(parameter, &kept_under_);
  }
  kept_at_ms_ = db.clock->NowMs();
  const int64_t ttl_ms = statement.cache_age_ms.value_or(settings.cache_query_ttl_ms);
  KeptAnswerPtr kept = db.answers->FindQuery(kept_under_, kept_at_ms_, ttl_ms);
  ++(kept != nullptr ? reads_.answer_hits : reads_.answer_misses);
  keeping_ = kept == nullptr;
  kept_bytes_ = 0;
  // It costs nothing, which is counted all the same.
  if (kept != nullptr) Prepare(true);
  return kept;
}

void RunningPlan::AddKept(const Value& row) {
  kept_.rows.push_back(Value(row).Own());
  kept_bytes_ += row.ApproximateBytes();
  if (kept_bytes_ <= connection_->db().answers->LargestAnswer()) return;
  keeping_ = false;
  kept_ = KeptAnswer();
}

void RunningPlan::KeepRows() {
  if (!std::exchange(keeping_, false)) return;
  connection_->db().answers->KeepQuery(kept_under_, std::move(kept_), kept_bytes_, kept_at_ms_);
  kept_ = KeptAnswer();
}

void RunningPlan::KeepValue(const Value& value) {
  if (!keeping_) return;
  kept_.value = value;
  kept_bytes_ = value.ApproximateBytes();
  KeepRows();
}

void RunningPlan::SetMeter() {
  shared_.had_workers = false;
  const bool wanted = settings_->capacity || settings_->throttle || plan_->capacity != ast::ReturnCapacity::kNone;
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

ExecutionContext& RunningPlan::OwnContext() {
  if (context_ == nullptr) {
    context_ = std::make_unique<ExecutionContext>(&shared_, plan_->slot_count);
  } else {
    context_->Prepare();
  }
  return *context_;
}

Status RunningPlan::Open(const Query& query) {
  Prepare(plan_->facts.needs_no_snapshot);
  PARTON_RETURN_IF_ERROR(CheckCatalog());
  ExecutionContext& context = OwnContext();
  if (runner_ == nullptr) runner_ = std::make_unique<QueryRunner>(query, context);
  context.positioned = PositionedAccess(*query.root);
  context.position = nullptr;
  keeps_positions_ = context.positioned != nullptr && context.positioned->after != nullptr;
  const bool open = runner_->Open();
  NoteTimeLeft();
  return open ? Status() : context.eval.error;
}

std::string RunningPlan::Position() const {
  return context_ != nullptr && context_->position ? context_->position() : "";
}

void RunningPlan::NoteTimeLeft() {
  const StatementTimer::Clock::time_point deadline = connection_->deadline();
  if (deadline != StatementTimer::Clock::time_point::max()) time_left_ = deadline - StatementTimer::Clock::now();
}

bool RunningPlan::Next() {
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

Result<Value> RunningPlan::Collect(const Query& query) {
  Prepare(plan_->facts.needs_no_snapshot);
  PARTON_RETURN_IF_ERROR(CheckCatalog());
  ExecutionContext& context = OwnContext();
  if (runner_ == nullptr) runner_ = std::make_unique<QueryRunner>(query, context);
  Value v = runner_->Collect().Own();
  if (context.failed()) return context.eval.error;
  return v;
}

Status RunningPlan::RunQuery(const Query& query, int slot_count, const std::function<Status(const Value&)>& each) {
  ExecutionContext ctx(&shared_, slot_count);
  Status s;
  {
    QueryRunner runner(query, ctx);
    if (query.HasRows()) {
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
  AddReads(ctx.stats);
  return s.ok() && ctx.failed() ? ctx.eval.error : s;
}

Status RunningPlan::RunOwnWrite(const WritePlan& write, ResultBuffer* result) {
  PARTON_RETURN_IF_ERROR(PrepareWrite(write));
  ExecutionContext& context = OwnContext();
  if (writer_ == nullptr) writer_ = std::make_unique<WriteRunner>(write, context);
  return RunWriteOn(writer_.get(), result);
}

Status RunningPlan::RunWrite(const WritePlan& write, int slot_count, ResultBuffer* result) {
  PARTON_RETURN_IF_ERROR(PrepareWrite(write));
  ExecutionContext context(&shared_, slot_count);
  WriteRunner runner(write, context);
  Status s = RunWriteOn(&runner, result);
  AddReads(context.stats);
  return s;
}

Status RunningPlan::PrepareWrite(const WritePlan& write) {
  if (write.kind != WritePlan::Kind::kExistsCheck) PARTON_RETURN_IF_ERROR(connection_->CheckWritable());
  Prepare(plan_->facts.needs_no_snapshot);
  return CheckCatalog();
}

Status RunningPlan::CheckCatalog() {
  stale_ = plan_->facts.needs_catalog && plan_->schema_version != connection_->store().SchemaVersion();
  if (!stale_) return Status();
  return Status(StatusCode::kInUse, "an index that the statement reads has changed; run it again");
}

Status RunningPlan::RunWriteOn(WriteRunner* runner, ResultBuffer* result) {
  WriteResult written;
  Status s = runner->Run(connection_->transaction(), &written);
  if (connection_->transaction() == nullptr) connection_->ForgetWrittenAnswers();
  result->SetAffected(written.affected, std::move(written.rows));
  return s;
}

}  // namespace parton
