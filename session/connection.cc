#include "session/connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "session/database_settings.h"
#include "session/thrown.h"
#include "types/status/cancellation.h"

namespace parton {

namespace {

// Literals of longer texts are not lifted: such a text is seldom seen twice.
constexpr size_t kMaxLiftedText = 16 << 10;

Status WrongCount(int wanted, size_t given) {
  return Status::Validation(fmt::format("the statement has {} parameter{}, but {} value{} given", wanted,
                                        wanted == 1 ? "" : "s", given, given == 1 ? " was" : "s were"));
}

Status DatabaseClosed() { return Status::Validation("the database of this connection is closed"); }

// EXPLAIN alone does not need values; requests of the API do.
bool FitsParameters(const PlannedStatement& plan, size_t given) {
  if (plan.parameter_count == static_cast<int>(given)) return true;
  const auto* explain = std::get_if<ExplainPlan>(&plan.body);
  return explain != nullptr && !explain->analyze && given == 0 &&
         (explain->format == ExplainPlan::Format::kText || explain->format == ExplainPlan::Format::kJson);
}

}  // namespace

ConnectionImpl::ConnectionImpl(DatabaseState* db) : db_(db) {
  auto settings = std::make_shared<Settings>();
  settings->threads = db->options.threads;
  settings->throttle = db->options.throttle;
  settings->memory_limit_bytes = db->options.memory_limit_bytes;
  settings->durable = db->options.durable;
  settings_ = std::move(settings);
  plan_key_ = settings_->PlanKey();
}

ConnectionImpl::~ConnectionImpl() {
  DetachExecutions(Status::Validation("the connection of this result or statement is closed"));
  if (db_ == nullptr) return;
  EndTransaction();
  std::lock_guard lock(db_->handles_mutex);
  db_->connections.erase(this);
}

void ConnectionImpl::Detach() {
  DetachExecutions(DatabaseClosed());
  EndTransaction();
  db_ = nullptr;
}

void ConnectionImpl::DetachExecutions(const Status& why) {
  while (executions_ != nullptr) {
    Execution* e = executions_;
    Forget(e);
    e->Detach(why);
  }
}

void ConnectionImpl::Attach(Execution* e) {
  e->next_ = executions_;
  if (executions_ != nullptr) executions_->previous_ = e;
  executions_ = e;
}

void ConnectionImpl::Forget(Execution* e) {
  (e->previous_ != nullptr ? e->previous_->next_ : executions_) = e->next_;
  if (e->next_ != nullptr) e->next_->previous_ = e->previous_;
  e->previous_ = e->next_ = nullptr;
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
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, db_->plans.Plan(text, *settings_, plan_key_, &store(), &cache_key_));
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
  // The result keeps its parameters.
  struct Owned final : public ResultSet {
    Owned(ConnectionImpl* c, std::vector<Value> p) : parameters(std::move(p)), execution(c) {}
    ResultKind kind() const override { return execution.kind(); }
    bool ordered() const override { return execution.ordered(); }
    bool Next() override { return execution.Next(); }
    const Value& row() const override { return execution.row(); }
    const Status& status() const override { return execution.status(); }
    const Value& value() const override { return execution.value(); }
    uint64_t affected() const override { return execution.affected(); }
    const std::string& text() const override { return execution.text(); }
    const std::vector<std::string>& columns() const override { return execution.columns(); }
    const std::vector<std::string>& notices() const override { return execution.notices(); }
    const ExecutionStats& stats() const override { return execution.stats(); }
    std::vector<Value> parameters;
    Execution execution;
  };

  for (Value& v : parameters) v = std::move(v).Own();
  PlannedPtr plan;
  bool lifted = false;
  // Texts that differ in their literals share a plan, unless literals matter before execution.
  if (parameters.empty() && settings_->typing == Typing::kPermissive && settings_->dialect == Dialect::kExtended &&
      text.size() <= kMaxLiftedText && LiftLiterals(text, &lifted_)) {
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
  if (!FitsParameters(*plan, parameters.size())) return WrongCount(plan->parameter_count, parameters.size());
  auto result = std::make_unique<Owned>(this, std::move(parameters));
  if (lifted) {
    result->execution.SetTexts(lifted_.text, std::string(text));
  } else if (settings_->lint) {
    result->execution.SetTexts("", std::string(text));
  }
  PARTON_RETURN_IF_ERROR(result->execution.Start(std::move(plan), &result->parameters));
  return std::unique_ptr<ResultSet>(std::move(result));
}

Result<std::unique_ptr<ResultSet>> ConnectionImpl::ExecuteNamedNow(
    std::string_view text, const std::vector<std::pair<std::string, Value>>& parameters) {
  if (db_ == nullptr) return DatabaseClosed();
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, Plan(text));
  std::vector<Value> values;
  for (const std::string& name : plan->parameter_names) {
    auto it = std::find_if(parameters.begin(), parameters.end(),
                           [&](const auto& p) { return !name.empty() && p.first == name; });
    if (it == parameters.end()) {
      return Status::Validation(name.empty() ? "the statement has parameters without a name (?)"
                                             : fmt::format("no value is given for the parameter :{}", name));
    }
    values.push_back(it->second);
  }
  for (const auto& [name, value] : parameters) {
    const auto& names = plan->parameter_names;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Status::Validation(fmt::format("the statement has no parameter :{}", name));
    }
  }
  return ExecuteNow(text, std::move(values));
}

Status ConnectionImpl::SetNow(std::string_view name, const Value& value) {
  if (IsDatabaseSetting(name)) return SetDatabaseSetting(name, value, db_);
  auto changed = std::make_shared<Settings>(*settings_);
  PARTON_RETURN_IF_ERROR(ApplySetting(name, value, changed.get()));
  // A setting that would do nothing must not look as if it did.
  if (changed->durable != db_->options.durable) {
    return Status::Validation("durability is chosen when the database is opened", {},
                              "Options::durable; in the shell, parton DB --set durable=off");
  }
  settings_ = std::move(changed);
  plan_key_ = settings_->PlanKey();
  ++settings_version_;
  return Status();
}

Result<Value> ConnectionImpl::Get(std::string_view name) const {
  if (db_ == nullptr) return DatabaseClosed();
  return Guarded([&]() -> Result<Value> {
    if (IsDatabaseSetting(name)) return ReadDatabaseSetting(name, *db_);
    return ReadSetting(name, *settings_);
  });
}

// ---- Transactions

Status ConnectionImpl::Begin() {
  if (db_ == nullptr) return DatabaseClosed();
  if (transaction_ != nullptr) return Status::Validation("a transaction is running already");
  if (db_->options.read_only) {
    return Status(StatusCode::kReadOnly, "the database was opened for reading only");
  }
  return Guarded([&] {
    PARTON_ASSIGN_OR_RETURN(transaction_, store().Begin());
    return Status();
  });
}

void ConnectionImpl::EndTransaction() noexcept {
  // Ending one unregisters it.
  for (size_t i = 0; i < open_.size();) {
    Execution* e = open_[i];
    if (!e->in_transaction()) {
      ++i;
      continue;
    }
    e->End(Guarded(
        [] { return Status(StatusCode::kTransactionCanceled, "the transaction this result belongs to has ended"); }));
    if (i < open_.size() && open_[i] == e) ++i;
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

// ---- Prepared statements

StatementImpl::StatementImpl(ConnectionImpl* connection, std::string text, PlannedPtr plan)
    : connection_(connection),
      text_(std::move(text)),
      plan_(std::move(plan)),
      settings_version_(connection->settings_version()),
      parameters_(static_cast<size_t>(plan_->parameter_count)),
      bound_(static_cast<size_t>(plan_->parameter_count), false),
      planned_at_(std::chrono::steady_clock::now()),
      execution_(connection) {}

Status StatementImpl::Bind(int position, Value value) {
  if (position < 1 || position > plan_->parameter_count) {
    return Status::Validation(
        fmt::format("there is no parameter {}: the statement has {}", position, plan_->parameter_count));
  }
  const size_t i = static_cast<size_t>(position - 1);
  // A running result may still look at the old value.
  if (execution_.running()) execution_.End(Status());
  parameters_[i] = std::move(value).Own();
  bound_[i] = true;
  return Status();
}

Status StatementImpl::Bind(std::string_view name, Value value) {
  if (!name.empty() && name[0] == ':') name.remove_prefix(1);
  for (size_t i = 0; i < plan_->parameter_names.size(); ++i) {
    if (!name.empty() && plan_->parameter_names[i] == name) {
      return Bind(static_cast<int>(i) + 1, std::move(value));
    }
  }
  return Status::Validation(fmt::format("the statement has no parameter :{}", name));
}

Result<ResultSet*> StatementImpl::Execute() {
  if (execution_.detached()) return execution_.Start(nullptr, nullptr);
  return connection_->Call([&] { return ExecuteNow(); });
}

Result<ResultSet*> StatementImpl::ExecuteNow() {
  for (size_t i = 0; i < bound_.size(); ++i) {
    if (!bound_[i]) return Status::Validation(fmt::format("parameter {} has no value", i + 1));
  }
  if (plan_->schema_version != connection_->store().SchemaVersion() ||
      settings_version_ != connection_->settings_version() || Stale()) {
    execution_.End(Status());
    PARTON_ASSIGN_OR_RETURN(plan_, connection_->Plan(text_));
    settings_version_ = connection_->settings_version();
    planned_at_ = std::chrono::steady_clock::now();
  }
  PARTON_RETURN_IF_ERROR(execution_.Start(plan_, &parameters_));
  return static_cast<ResultSet*>(&execution_);
}

}  // namespace parton
