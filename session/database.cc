// The composition root: store, settings and connections are put together here.
#include <filesystem>
#include <system_error>

#include "executor/spill/spill_file.h"
#include "session/attribute_sample.h"
#include "session/bounded_call.h"
#include "session/commands/commands.h"
#include "session/connection.h"
#include "session/connection_runner.h"
#include "session/database_state.h"
#include "session/feed/feed_consumer.h"
#include "session/feed/guarded_feed.h"
#include "session/feed/streams.h"
#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "session/open_database.h"
#include "session/options.h"
#include "session/requests/items.h"
#include "session/requests/one_shot.h"
#include "session/requests/pages.h"
#include "session/requests/request_token.h"
#include "session/requests/statement_pages.h"
#include "session/tables/backups.h"
#include "session/tables/tables.h"
#include "session/transfer/unfinished_import.h"
#include "session/user_functions.h"
#include "storage/attached_stores.h"
#include "storage/local/local_store.h"
#include "storage/local/recovery/salvage.h"
#include "storage/remote/remote_store.h"

namespace parton {

namespace {

class DatabaseImpl final : public Database {
 public:
  DatabaseImpl(const std::string& path, const Options& options, std::shared_ptr<DatabaseClock> clock,
               std::unique_ptr<TableStore> store) {
    state_.path = path;
    state_.options = options;
    state_.clock = std::move(clock);
    state_.store = std::move(store);
    state_.answers = std::make_unique<AnswerCache>(options.answer_cache_bytes);
    state_.tokens = std::make_unique<RequestTokens>(state_.store.get());
    const Triggers::Mode mode = options.read_only    ? Triggers::Mode::kNever
                                : options.background ? Triggers::Mode::kBackground
                                                     : Triggers::Mode::kWhenSettled;
    state_.triggers =
        std::make_unique<Triggers>(state_.store.get(), state_.clock.get(), mode,
                                   [this](const RunnerModes& modes) { return MakeConnectionRunner(&state_, modes); });
    state_.sweeper = std::make_unique<Sweeper>(state_.store.get(), state_.clock.get(), state_.tokens.get(),
                                               [this](const TableSchema& t) { return state_.triggers->HoldBack(t); });
    // Spilled rows stay with the data, which may not fit anywhere else.
    const bool beside_data = path != ":memory:" && !options.read_only && !IsRemotePath(path);
    std::error_code error;
    state_.temp_dir =
        (beside_data ? std::filesystem::absolute(path, error) : std::filesystem::temp_directory_path(error)).string();
    if (state_.temp_dir.empty()) state_.temp_dir = "/tmp";
    if (beside_data) RemoveSpillLeftovers(path);
  }

  Status Start() {
    const StoreCapabilities has = state_.store->capabilities();
    if (state_.options.read_only || has.records == nullptr || has.feed == nullptr) return Status::Ok();
    // Not without triggers that are there: the records they still need would be trimmed.
    Status loaded = state_.triggers->Load();
    if (loaded.code() == StatusCode::kCorruption) {
      return std::move(loaded).WithHint("open it read-only (--read-only) to read its tables, or restore a backup");
    }
    PARTON_RETURN_IF_ERROR(loaded);
    if (has.admin != nullptr) PARTON_RETURN_IF_ERROR(DropUnfinishedImports(state_.store.get()));
    if (state_.options.background) state_.sweeper->Start();
    return Status::Ok();
  }

  ~DatabaseImpl() override { (void)Close(); }

  Status Close() override {
    if (closed()) return Status::Ok();
    // Feeds first: a callback that still runs may give up a connection.
    state_.feeds.DetachAll();
    // Their threads have connections of their own.
    state_.sweeper.reset();
    state_.triggers.reset();
    state_.tokens.reset();
    {
      MutexLock lock(state_.connections_mutex);
      for (ConnectionImpl* c : state_.connections) c->Detach();
      state_.connections.clear();
    }
    const bool unsynced = !state_.options.durable && state_.store->capabilities().maintenance != nullptr;
    Status synced = unsynced ? Guarded([&] { return state_.store->maintenance().Sync(); }) : Status::Ok();
    state_.plans.Clear();
    state_.store.reset();
    return synced;
  }

  std::unique_ptr<Connection> Connect() override {
    auto connection = std::make_unique<ConnectionImpl>(&state_);
    if (closed()) {
      connection->Detach();
      return connection;
    }
    MutexLock lock(state_.connections_mutex);
    state_.connections.insert(connection.get());
    return connection;
  }
  Status AddFunction(Function function) override {
    return Call([&]() -> Status {
      PARTON_ASSIGN_OR_RETURN(ScalarFunction f, FunctionOf(std::move(function)));
      return state_.functions.Add(std::move(f));
    });
  }
  Status AddAggregate(AggregateDefinition aggregate) override {
    return Call([&]() -> Status {
      PARTON_ASSIGN_OR_RETURN(AggregateFunction f, FunctionOf(std::move(aggregate)));
      return state_.functions.Add(std::move(f));
    });
  }
  Status RemoveFunction(std::string_view name) override {
    return Call([&]() -> Status {
      PARTON_RETURN_IF_ERROR(state_.functions.Remove(name));
      state_.plans.Clear();
      return Status::Ok();
    });
  }
  const std::string& path() const override { return state_.path; }
  std::vector<std::string> Check() override {
    if (closed()) return {DatabaseClosed().message()};
    Result<std::vector<std::string>> problems = CheckAll(*state_.store, *state_.triggers, {});
    return problems.ok() ? *std::move(problems) : std::vector<std::string>{problems.status().message()};
  }
  CacheMetrics cache_metrics() const override {
    return {state_.store->maintenance().ItemCacheCounts(), state_.answers->Items(), state_.answers->Queries()};
  }
  Result<GetItemResult> GetItem(const GetItemRequest& request) override {
    return Call([&] { return parton::GetItem(&state_, request); });
  }
  Result<WriteItemResult> PutItem(const PutItemRequest& request, Value* existing) override {
    return Call([&] { return parton::PutItem(&state_, request, existing); });
  }
  Result<WriteItemResult> UpdateItem(const UpdateItemRequest& request, Value* existing) override {
    return Call([&] { return parton::UpdateItem(&state_, request, existing); });
  }
  Result<WriteItemResult> DeleteItem(const DeleteItemRequest& request, Value* existing) override {
    return Call([&] { return parton::DeleteItem(&state_, request, existing); });
  }
  Result<ItemPage> Query(const QueryRequest& request) override {
    return Call([&] { return parton::QueryItems(&state_, request); });
  }
  Result<ItemPage> Scan(const ScanRequest& request) override {
    return Call([&] { return parton::ScanItems(&state_, request); });
  }
  Result<StatementPage> ExecuteStatement(const ExecuteStatementRequest& request, Value* existing) override {
    return Call([&] { return parton::ExecuteStatement(&state_, this, request, existing); });
  }
  Result<BatchGetResult> BatchGetItem(const std::vector<BatchGetTable>& tables) override {
    return Call([&] { return parton::BatchGetItem(&state_, tables); });
  }
  Result<BatchStatementResult> BatchExecute(const std::vector<StatementOperation>& statements) override {
    return Call([&] { return parton::BatchExecute(&state_, statements); });
  }
  Result<TransactResult> TransactWrite(const TransactWriteRequest& request,
                                       std::vector<CancellationReason>* reasons) override {
    return Call([&] { return parton::TransactWrite(&state_, request, reasons); });
  }
  Result<TransactResult> TransactGet(const std::vector<ReadOperation>& reads) override {
    return Call([&] { return parton::TransactGet(&state_, reads); });
  }
  Result<TransactResult> ExecuteTransaction(const ExecuteTransactionRequest& request,
                                            std::vector<CancellationReason>* reasons) override {
    return Call([&] { return parton::ExecuteTransaction(&state_, request, reasons); });
  }
  Result<BatchWriteResult> BatchWrite(const std::vector<WriteOperation>& writes, bool collection_metrics) override {
    return Call([&] { return parton::BatchWrite(&state_, writes, collection_metrics); });
  }
  Result<BatchGetResult> BatchGet(const std::vector<ReadOperation>& reads) override {
    return Call([&] { return parton::BatchGet(&state_, reads); });
  }
  Result<std::vector<StatementResult>> BatchExecuteStatement(
      const std::vector<StatementOperation>& statements) override {
    PARTON_ASSIGN_OR_RETURN(BatchStatementResult done, BatchExecute(statements));
    return std::move(done.statements);
  }
  Result<std::unique_ptr<ChangeFeed>> OpenFeed(std::string_view table, const FeedOptions& options) override {
    return Call([&]() -> Result<std::unique_ptr<ChangeFeed>> {
      PARTON_ASSIGN_OR_RETURN(std::unique_ptr<ChangeFeed> feed,
                              OpenFeedConsumer(state_.store.get(), &state_.feeds, table, options));
      return GuardFeed(std::move(feed));
    });
  }
  Tables& tables() override { return *tables_; }
  Streams& streams() override { return *streams_; }
  Backups& backups() override { return *backups_; }
  Result<std::string> Secret() override {
    return Call([&] { return state_.store->maintenance().Secret(); });
  }
  Status Settle() override {
    if (closed()) return DatabaseClosed();
    if (state_.options.read_only) return Status::Ok();
    return Guarded([&] {
      PARTON_RETURN_IF_ERROR(state_.sweeper->RunOnce());
      return state_.triggers->Settle(nullptr);
    });
  }
  std::vector<std::string> TableNames() const override {
    std::vector<std::string> names;
    if (closed()) return names;
    const std::shared_ptr<TableStore> store = Listed();
    for (const TablePtr& t : store->Tables()) names.push_back(t->name);
    return names;
  }
  std::vector<std::string> IndexNames(std::string_view table) const override {
    std::vector<std::string> names;
    Result<TablePtr> t = Table(table);
    if (!t.ok()) return names;
    for (const IndexSchema& i : (*t)->indexes) names.push_back(i.name);
    return names;
  }
  std::vector<std::string> KeyAttributes(std::string_view table) const override {
    const Result<TablePtr> t = Table(table);
    if (!t.ok()) return {};
    std::vector<std::string> names = {(*t)->key.hash.name};
    if ((*t)->key.range) names.push_back((*t)->key.range->name);
    return names;
  }
  std::vector<std::string> AttributePaths(std::string_view table) override {
    const Result<TablePtr> t = Table(table);
    if (!t.ok()) return {};
    const std::set<std::string> paths = KnownPaths(*Listed(), *t, &state_.samples);
    return std::vector<std::string>(paths.begin(), paths.end());
  }

 private:
  template <typename F>
  auto Call(F&& f) -> decltype(f()) {
    if (closed()) return DatabaseClosed();
    return BoundedCall(state_.options.memory_limit_bytes, std::forward<F>(f));
  }

  bool closed() const { return state_.store == nullptr; }
  Result<TablePtr> Table(std::string_view name) const {
    if (closed()) return DatabaseClosed();
    return Listed()->GetTable(name);
  }
  // The store, with the tables of other databases that a connection attached.
  std::shared_ptr<TableStore> Listed() const {
    MutexLock lock(state_.connections_mutex);
    if (std::shared_ptr<AttachedStores> attached = state_.attached.lock()) return attached;
    return std::shared_ptr<TableStore>(std::shared_ptr<TableStore>(), state_.store.get());
  }

  mutable DatabaseState state_;
  const std::unique_ptr<Tables> tables_ = MakeTables(&state_);
  const std::unique_ptr<Streams> streams_ = MakeStreams(&state_);
  const std::unique_ptr<Backups> backups_ = MakeBackups(&state_);
};

Result<std::unique_ptr<Database>> Start(const std::string& path, const Options& options,
                                        std::shared_ptr<DatabaseClock> clock, std::unique_ptr<TableStore> store) {
  auto database = std::make_unique<DatabaseImpl>(path, options, std::move(clock), std::move(store));
  PARTON_RETURN_IF_ERROR(database->Start());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, const Options& options) {
  return Guarded([&] { return OpenDatabase(path, options, nullptr); });
}

Result<std::vector<std::string>> Database::Salvage(const std::string& path, const std::string& into) {
  return Guarded([&]() -> Result<std::vector<std::string>> {
    PARTON_ASSIGN_OR_RETURN(std::vector<std::string> report, SalvageStore(path, into));
    StoreOptions options;
    options.path = into;
    options.create_if_missing = false;
    PARTON_ASSIGN_OR_RETURN(std::unique_ptr<LocalStore> store, OpenLocalStore(options));
    PARTON_ASSIGN_OR_RETURN(std::vector<std::string> mended, store->Repair({}));
    report.insert(report.end(), mended.begin(), mended.end());
    for (const std::string& problem : store->Check()) report.push_back("still wrong: " + problem);
    return report;
  });
}

Result<std::unique_ptr<Database>> OpenDatabase(const std::string& path, const Options& options, leveldb::Env* env,
                                               bool validate_transactions) {
  auto clock = std::make_shared<DatabaseClock>(options.clock_ms);
  if (IsRemotePath(path)) {
    PARTON_ASSIGN_OR_RETURN(std::unique_ptr<TableStore> remote,
                            OpenRemoteStore(path, {options.read_only, [clock] { return clock->NowMs(); }}));
    return Start(path, options, std::move(clock), std::move(remote));
  }
  StoreOptions store = StoreOptionsOf(path, options);
  store.env = env;
  store.validate_transactions = validate_transactions;
  store.clock_ms = [clock] { return clock->NowMs(); };
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<LocalStore> opened, OpenLocalStore(store));
  return Start(path, options, std::move(clock), std::move(opened));
}

Result<std::unique_ptr<Database>> OpenDatabaseOn(std::unique_ptr<TableStore> store, const std::string& path,
                                                 const Options& options) {
  return Start(path, options, std::make_shared<DatabaseClock>(options.clock_ms), std::move(store));
}

}  // namespace parton
