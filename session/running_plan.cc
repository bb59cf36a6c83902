#include "session/running_plan.h"

#include <utility>

#include "executor/write.h"
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
  reads_ = ReadStats();
  if (plan_ == plan) return;
  runner_.reset();
  context_.reset();
  plan_ = plan;
}

void RunningPlan::Close() {
  if (runner_ != nullptr) runner_->Close();
}

void RunningPlan::Settle() noexcept {
  if (context_ != nullptr) {
    AddReads(context_->stats);
    context_->stats = ReadStats();
    shared_.AddMismatches(&context_->eval.mismatches);
  }
  view_.reset();
}

void RunningPlan::Detach() {
  // They hold cursors and snapshots of the store.
  runner_.reset();
  context_.reset();
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
    runner_.reset();
    context_.reset();
    settings_ = settings;
  }
  shared_.store = db.store.get();
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
    shared_.view = &db.store->LatestView();
  } else {
    view_ = db.store->NewView();
    shared_.view = view_.get();
  }
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
  ExecutionContext& context = OwnContext();
  if (runner_ == nullptr) runner_ = std::make_unique<QueryRunner>(query, context);
  const bool open = runner_->Open();
  NoteTimeLeft();
  return open ? Status() : context.eval.error;
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
  return RunWriteOn(write, OwnContext(), result);
}

Status RunningPlan::RunWrite(const WritePlan& write, int slot_count, ResultBuffer* result) {
  PARTON_RETURN_IF_ERROR(PrepareWrite(write));
  ExecutionContext context(&shared_, slot_count);
  Status s = RunWriteOn(write, context, result);
  AddReads(context.stats);
  return s;
}

Status RunningPlan::PrepareWrite(const WritePlan& write) {
  if (write.kind != WritePlan::Kind::kExistsCheck) PARTON_RETURN_IF_ERROR(connection_->CheckWritable());
  Prepare(plan_->facts.needs_no_snapshot);
  return Status();
}

Status RunningPlan::RunWriteOn(const WritePlan& write, ExecutionContext& context, ResultBuffer* result) {
  WriteResult written;
  Status s = parton::RunWrite(write, connection_->transaction(), context, &written);
  result->SetAffected(written.affected, std::move(written.rows));
  return s;
}

}  // namespace parton
