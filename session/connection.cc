#include "session/connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/lift_items.h"
#include "session/attribute_sample.h"
#include "session/compile.h"
#include "session/database_settings.h"
#include "session/database_state.h"
#include "session/options.h"
#include "session/result_set.h"
#include "session/statement.h"
#include "session/thrown.h"
#include "storage/attached_stores.h"
#include "types/status/cancellation.h"

namespace parton {

namespace {

// Literals of longer texts are not lifted: such a text is seldom seen twice.
constexpr size_t kMaxLiftedText = 16 << 10;
constexpr size_t kMostIdle = 8;

Status WrongCount(int wanted, size_t given) {
  return Status::Validation(fmt::format("the statement has {} parameter{}, but {} value{} given", wanted,
                                        wanted == 1 ? "" : "s", given, given == 1 ? " was" : "s were"));
}

DatabaseSettingTargets SettingTargetsOf(DatabaseState* db) {
  return {*db->clock, *db->triggers, *db->sweeper, db->store->maintenance()};
}

// EXPLAIN alone does not need values; requests of the API do.
bool FitsParameters(const PlannedStatement& plan, size_t given) {
  if (plan.parameter_count == static_cast<int>(given)) return true;
  const auto* explain = std::get_if<ExplainPlan>(&plan.body);
  return explain != nullptr && !explain->analyze && given == 0 &&
         (explain->format == ExplainPlan::Format::kText || explain->format == ExplainPlan::Format::kJson);
}

}  // namespace

ConnectionImpl::ConnectionImpl(DatabaseState* db) : db_(db) {
  settings_ = std::make_shared<const Settings>(InitialSettings(db->options));
  plan_key_ = settings_->PlanKey();
  idle_.reserve(kMostIdle);
}

ConnectionImpl::~ConnectionImpl() {
  idle_.clear();
  DetachResults(Status::Validation("the connection of this result or statement is closed"));
  if (db_ == nullptr) return;
  EndTransaction();
  MutexLock lock(db_->connections_mutex);
  db_->connections.erase(this);
}

void ConnectionImpl::Detach() {
  DetachResults(DatabaseClosed());
  EndTransaction();
  idle_.clear();
  attached_.reset();
  db_ = nullptr;
}

void ConnectionImpl::DetachResults(const Status& why) {
  while (results_ != nullptr) {
    ResultSetImpl* r = results_;
    Forget(r);
    r->Detach(why);
  }
}

void ConnectionImpl::Attach(ResultSetImpl* r) {
  r->next_ = results_;
  if (results_ != nullptr) results_->previous_ = r;
  results_ = r;
}

void ConnectionImpl::Forget(ResultSetImpl* r) {
  (r->previous_ != nullptr ? r->previous_->next_ : results_) = r->next_;
  if (r->next_ != nullptr) r->next_->previous_ = r->previous_;
  r->previous_ = r->next_ = nullptr;
}

std::unique_ptr<RunningPlan> ConnectionImpl::TakeIdle(const PlannedPtr& plan) {
  for (size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->plan() != plan) continue;
    std::unique_ptr<RunningPlan> run = std::move(idle_[i]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    return run;
  }
  return std::make_unique<RunningPlan>(this);
}

void ConnectionImpl::KeepIdle(std::unique_ptr<RunningPlan> run) noexcept {
  if (!run->Rest()) return;
  if (idle_.size() == kMostIdle) idle_.erase(idle_.begin());
  idle_.push_back(std::move(run));  // for which there is room
}

TableStore& ConnectionImpl::store() { return attached_ != nullptr ? *attached_ : *db_->store; }

void ConnectionImpl::RenewPlanKey() {
  idle_.clear();  // they were made for other stores, or settings
  plan_key_ = settings_->PlanKey();
  if (attached_ != nullptr) plan_key_ += attached_->State();
  ++settings_version_;
}

Status ConnectionImpl::CheckQuiet(std::string_view what) const {
  if (transaction_ != nullptr) {
    return Status::Validation(fmt::format("databases cannot be {} inside a transaction", what), {},
                              "COMMIT or ROLLBACK first");
  }
  if (open_.empty()) return Status();
  return Status::Validation(fmt::format("databases cannot be {} while a result is being read", what), {},
                            "read it to its end, or close it");
}

Status ConnectionImpl::AttachStore(const ast::Identifier& name, const std::string& engine,
                                   std::unique_ptr<TableStore> other) {
  PARTON_RETURN_IF_ERROR(CheckQuiet("attached"));
  if (db_->store->GetTable(name.name).ok()) {
    return Status::Validation(
        fmt::format("there is a table {}: a database of that name would be hidden by it", name.name), name.span,
        "ATTACH it under another name");
  }
  auto attached = attached_ != nullptr ? attached_ : std::make_shared<AttachedStores>(db_->store.get());
  PARTON_RETURN_IF_ERROR(attached->Attach(name.name, engine, std::move(other)).At(name.span));
  attached_ = std::move(attached);
  {
    MutexLock lock(db_->connections_mutex);
    db_->attached = attached_;
  }
  RenewPlanKey();
  return Status();
}

Status ConnectionImpl::DetachStore(const ast::Identifier& name) {
  PARTON_RETURN_IF_ERROR(CheckQuiet("detached"));
  if (attached_ == nullptr) {
    return Status::NotFound(fmt::format("no database is attached as {}", name.name), name.span);
  }
  PARTON_RETURN_IF_ERROR(attached_->Detach(name.name).At(name.span));
  RenewPlanKey();
  return Status();
}

const TableStore* ConnectionImpl::transaction_store() const { return db_ == nullptr ? nullptr : db_->store.get(); }

Status ConnectionImpl::CheckWritable() const {
  if (!db_->options.read_only) return Status();
  return Status(StatusCode::kReadOnly, "the database was opened for reading only");
}

void ConnectionImpl::SetProgress(ProgressCallback callback) {
  if (!callback) {
    progress_ = nullptr;
    return;
  }
  // What it throws must not pass through a statement that is half done: it ends the statement.
  progress_ = [this, callback = std::move(callback)](uint64_t done, uint64_t total) {
    try {
      return callback(done, total);
    } catch (...) {
      progress_error_ = ThrownBy("the progress callback");
    }
    return false;
  };
}

namespace {

StatementTimer::Clock::time_point DeadlineOf(const Settings& settings) {
  if (settings.statement_timeout_ms == 0) return StatementTimer::Clock::time_point::max();
  return StatementTimer::Clock::now() + std::chrono::milliseconds(settings.statement_timeout_ms);
}

}  // namespace

StatementEntry::StatementEntry(ConnectionImpl* connection)
    : connection_(connection),
      outer_(connection->deadline_),
      scope_(&connection->bounds_),
      watch_(connection->settings_->statement_timeout_ms == 0 ? nullptr : &connection->db_->timer, &connection->bounds_,
             connection->deadline_ = DeadlineOf(*connection->settings_)) {
  StatementBounds& bounds = connection_->bounds_;
  bounds.cancel.store(false, std::memory_order_relaxed);
  bounds.Start(connection_->settings_->memory_limit_bytes, nullptr);
}

StatementEntry::~StatementEntry() { connection_->deadline_ = outer_; }

Result<PlannedPtr> ConnectionImpl::Plan(std::string_view text) {
  PARTON_ASSIGN_OR_RETURN(
      PlannedPtr plan, CompileCached(text, *settings_, plan_key_, &store(), &db_->functions, &db_->plans, &cache_key_));
  if (!settings_->lint || transaction_ != nullptr) return plan;
  // What is unknown now may be there at the next execution: the cached plan stays as it is.
  const std::vector<std::string> unknown = UnknownAttributes(*plan, text, store(), &db_->samples);
  if (unknown.empty()) return plan;
  auto warned = std::make_shared<PlannedStatement>(*plan);
  warned->notices.insert(warned->notices.end(), unknown.begin(), unknown.end());
  return PlannedPtr(std::move(warned));
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::Execute(std::string_view text, std::vector<Value> parameters) {
  if (db_ == nullptr) return DatabaseClosed();
  return Call([&] { return ExecuteNow(text, std::move(parameters)); });
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::ExecuteNamed(
    std::string_view text, const std::vector<std::pair<std::string, Value>>& parameters) {
  if (db_ == nullptr) return DatabaseClosed();
  return Call([&] { return ExecuteNamedNow(text, parameters); });
}

Result<std::unique_ptr<Statement>> ConnectionImpl::Prepare(std::string_view text) {
  if (db_ == nullptr) return DatabaseClosed();
  return Call([&]() -> Result<std::unique_ptr<Statement>> {
    PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, Plan(text));
    return std::unique_ptr<Statement>(new StatementImpl(this, std::string(text), std::move(plan)));
  });
}

Status ConnectionImpl::Set(std::string_view name, const Value& value) {
  if (db_ == nullptr) return DatabaseClosed();
  return Guarded([&] { return SetNow(name, value); });
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::ExecuteNow(std::string_view text, std::vector<Value> parameters) {
  for (Value& v : parameters) v = std::move(v).Own();
  PlannedPtr plan;
  bool lifted = false;
  // Texts that differ in their literals share a plan, unless literals matter before execution.
  if (parameters.empty() && settings_->typing == Typing::kPermissive && settings_->dialect == Dialect::kExtended &&
      ((!settings_->lint && LiftItems(text, &lifted_)) ||
       (text.size() <= kMaxLiftedText && LiftLiterals(text, &lifted_)))) {
    Result<PlannedPtr> shared = Plan(lifted_.text);
    // The plan that runs is the one that EXPLAIN shows.
    if (shared.ok() && (*shared)->parameter_count == static_cast<int>(lifted_.values.size()) &&
        !(*shared)->depends_on_values && (*shared)->notices.empty()) {
      plan = std::move(*shared);
      parameters = std::move(lifted_.values);
      lifted = true;
    }
  }
  if (plan == nullptr) {
    PARTON_ASSIGN_OR_RETURN(plan, Plan(text));
  }
  return RunPlan(std::move(plan), text, lifted, std::move(parameters));
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::RunPlan(PlannedPtr plan, std::string_view text, bool lifted,
                                                           std::vector<Value> parameters) {
  if (!FitsParameters(*plan, parameters.size())) return WrongCount(plan->parameter_count, parameters.size());
  auto result = std::make_unique<ResultSetImpl>(this, TakeIdle(plan));
  result->parameters() = std::move(parameters);
  if (lifted) {
    result->SetTexts(lifted_.text, std::string(text));
  } else if (settings_->lint) {
    result->SetTexts("", std::string(text));
  }
  Status started = result->Start(std::move(plan));
  while (!started.ok() && result->stale()) {
    PARTON_ASSIGN_OR_RETURN(plan, Plan(lifted ? std::string_view(lifted_.text) : text));
    started = result->Start(std::move(plan));
  }
  PARTON_RETURN_IF_ERROR(started);
  return std::unique_ptr<ResultSet>(std::move(result));
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::ExecuteNamedNow(
    std::string_view text, const std::vector<std::pair<std::string, Value>>& parameters) {
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, Plan(text));
  std::vector<Value> values;
  for (const std::string& name : plan->parameter_names) {
    auto it = std::find_if(parameters.begin(), parameters.end(),
                           [&](const auto& p) { return !name.empty() && p.first == name; });
    if (it == parameters.end()) {
      return Status::Validation(name.empty() ? "the statement has parameters without a name (?)"
                                             : fmt::format("no value is given for the parameter :{}", name));
    }
    values.push_back(Value(it->second).Own());
  }
  for (const auto& [name, value] : parameters) {
    const auto& names = plan->parameter_names;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Status::Validation(fmt::format("the statement has no parameter :{}", name));
    }
  }
  return RunPlan(std::move(plan), text, false, std::move(values));
}

Status ConnectionImpl::SetNow(std::string_view name, const Value& value) {
  if (IsDatabaseSetting(name)) return SetDatabaseSetting(name, value, SettingTargetsOf(db_));
  auto changed = std::make_shared<Settings>(*settings_);
  PARTON_RETURN_IF_ERROR(ApplySetting(name, value, changed.get()));
  // A setting that would do nothing must not look as if it did.
  if (changed->durable != db_->options.durable) {
    return Status::Validation("durability is chosen when the database is opened", {},
                              "Options::durable; in the shell, parton DB --set durable=off");
  }
  settings_ = std::move(changed);
  RenewPlanKey();
  return Status();
}

Result<Value> ConnectionImpl::Get(std::string_view name) const {
  if (db_ == nullptr) return DatabaseClosed();
  return Guarded([&]() -> Result<Value> {
    if (IsDatabaseSetting(name)) return ReadDatabaseSetting(name, SettingTargetsOf(db_));
    return ReadSetting(name, *settings_);
  });
}

// ---- Transactions

Status ConnectionImpl::Begin() {
  if (db_ == nullptr) return DatabaseClosed();
  if (transaction_ != nullptr) return Status::Validation("a transaction is running already");
  PARTON_RETURN_IF_ERROR(CheckWritable());
  return Guarded([&] {
    PARTON_ASSIGN_OR_RETURN(transaction_, store().Begin());
    return Status();
  });
}

void ConnectionImpl::ForgetWrittenAnswers() noexcept {
  if (written_answers_.empty()) return;
  db_->answers->Forget(written_answers_);
  written_answers_.clear();
}

void ConnectionImpl::EndTransaction() noexcept {
  ForgetWrittenAnswers();
  // Ending one unregisters it.
  for (size_t i = 0; i < open_.size();) {
    ResultSetImpl* r = open_[i];
    if (!r->in_transaction()) {
      ++i;
      continue;
    }
    r->End(Guarded(
        [] { return Status(StatusCode::kTransactionCanceled, "the transaction this result belongs to has ended"); }));
    if (i < open_.size() && open_[i] == r) ++i;
  }
  transaction_.reset();
  savepoints_.clear();
  outcomes_.clear();
  transaction_items_.Shrink(0);
  cancelled_ = false;
}

Status ConnectionImpl::Commit() {
  if (transaction_ == nullptr) return Status::Validation("no transaction is running", {}, "BEGIN starts one");
  // It is all or nothing: nobody stops it halfway.
  const BoundsScope unbound(nullptr);
  Status s = Guarded([&] { return CommitNow(); });
  EndTransaction();
  return s;
}

Status ConnectionImpl::CommitNow() {
  if (!cancelled_) return transaction_->Commit();
  return TransactionCancelled(std::move(outcomes_))
      .WithHint("what failed cancels the transaction; ROLLBACK TO a savepoint before it would go on");
}

Status ConnectionImpl::Rollback() {
  if (transaction_ == nullptr) return Status::Validation("no transaction is running", {}, "BEGIN starts one");
  EndTransaction();
  return Status();
}

Status ConnectionImpl::MakeSavepoint(const std::string& name) {
  if (transaction_ == nullptr) return Status::Validation("a savepoint needs a transaction", {}, "BEGIN starts one");
  return Guarded([&] {
    savepoints_.push_back({name, transaction_->Savepoint(), outcomes_.size(), transaction_items_.size()});
    return Status();
  });
}

Status ConnectionImpl::RollbackTo(const std::string& name) {
  if (transaction_ == nullptr) return Status::Validation("no transaction is running", {}, "BEGIN starts one");
  for (size_t i = savepoints_.size(); i-- > 0;) {
    if (savepoints_[i].name != name) continue;
    PARTON_RETURN_IF_ERROR(Guarded([&] {
      transaction_->RollbackTo(savepoints_[i].state);
      return Status();
    }));
    outcomes_.resize(savepoints_[i].statements);
    transaction_items_.Shrink(savepoints_[i].items);
    cancelled_ = std::any_of(outcomes_.begin(), outcomes_.end(), [](const Status& s) { return !s.ok(); });
    savepoints_.resize(i + 1);
    return Status();
  }
  return Status::NotFound(fmt::format("there is no savepoint {}", name));
}

Status ConnectionImpl::ReleaseSavepoint(const std::string& name) {
  for (size_t i = savepoints_.size(); i-- > 0;) {
    if (savepoints_[i].name != name) continue;
    transaction_->Release(savepoints_[i].state);
    savepoints_.resize(i);
    return Status();
  }
  return Status::NotFound(fmt::format("there is no savepoint {}", name));
}

void ConnectionImpl::ExpectStatement() {
  if (outcomes_.size() == outcomes_.capacity()) outcomes_.reserve(2 * outcomes_.size() + 8);
}

void ConnectionImpl::NoteStatement(const Status& outcome, bool cancels) {
  if (transaction_ == nullptr) return;
  cancels = cancels && !outcome.ok();
  cancelled_ = cancelled_ || cancels;
  // Its position is one in that statement's text.
  outcomes_.push_back(cancels ? Status(outcome.code(), outcome.message(), {}, outcome.hint()) : Status());
}

}  // namespace parton
