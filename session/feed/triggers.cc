#include "session/feed/triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "executor/operators/feed_rows.h"
#include "parser/parser.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kBatchBytes = 4 << 20;
constexpr int kAttempts = 3;
constexpr int kConflicts = 100;
constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(30'000);
constexpr uint64_t kMostLag = 1'000'000;

Status Damaged(const std::string& name) {
  return Status::Corruption(fmt::format("the trigger {} is damaged", name)).WithHint("DROP TRIGGER and make it again");
}

Status NoTrigger(const std::string& name) {
  return Status::NotFound(fmt::format("there is no trigger {}", name), {}, "SHOW TRIGGERS lists them");
}

StatementRunner::Globals Globals(std::vector<Value> records) { return {{"records", Value::Bag(std::move(records))}}; }

// No record is to blame.
bool IsOfTheDatabase(StatusCode code) {
  return code == StatusCode::kIoError || code == StatusCode::kCorruption || code == StatusCode::kReadOnly ||
         code == StatusCode::kOutOfMemory || code == StatusCode::kThrottled;
}

std::chrono::milliseconds Pause(int failures) {
  return std::min<std::chrono::milliseconds>(kLongestPause, kFirstPause * (1 << std::min(failures, 12)));
}

}  // namespace

Triggers::Triggers(TableStore* store, const DatabaseClock* clock, Mode mode, MakeStatementRunner make_runner)
    : store_(store), clock_(clock), mode_(mode), make_runner_(std::move(make_runner)) {}

Triggers::~Triggers() { Stop(); }

Status Triggers::Prepare(Trigger* t) {
  PARTON_ASSIGN_OR_RETURN(ast::Statement parsed, ParseStatement(t->definition.statement));
  if (parsed.parameter_count > 0) return Status::Validation("the statement of a trigger takes no parameters");
  if (parsed.As<ast::Insert>() == nullptr && parsed.As<ast::Update>() == nullptr &&
      parsed.As<ast::Delete>() == nullptr) {
    return Status::Validation("a trigger runs INSERT, REPLACE, UPSERT, UPDATE or DELETE", parsed.span);
  }
  t->parsed = std::make_shared<const ast::Statement>(std::move(parsed));
  PARTON_ASSIGN_OR_RETURN(t->runner, make_runner_({t->definition.dynamo, t->definition.strict}));
  t->limit = t->definition.batch;
  return Status::Ok();
}

Status Triggers::Load() {
  bool any;
  {
    MutexLock lock(mutex_);
    PARTON_RETURN_IF_ERROR(LoadLocked());
    any = !triggers_.empty();
  }
  if (any) StartThread();
  return Status::Ok();
}

Status Triggers::Decode(const std::string& bytes, Trigger* t) {
  const std::string& name = t->definition.name;
  if (!DecodeTrigger(bytes, &t->definition)) return Damaged(name);
  PARTON_ASSIGN_OR_RETURN(auto state, store_->records().Get(RecordKey::TriggerState(name)));
  if (!state || !DecodeProgress(*state, &t->progress)) return Damaged(name);
  return Prepare(t);
}

Status Triggers::LoadLocked() {
  triggers_.clear();
  PARTON_ASSIGN_OR_RETURN(auto records, store_->records().List(RecordKey::Trigger("")));
  for (const auto& [key, bytes] : records) {
    const std::string& name = key.name;
    auto t = std::make_unique<Trigger>();
    t->definition.name = name;
    if (Status s = Decode(bytes, t.get()); !s.ok()) {
      if (s.code() == StatusCode::kIoError) return s;
      t->damaged = true;
      t->progress.position = 0;
      t->progress.last_error = s.ToString();
    }
    triggers_[name] = std::move(t);
  }
  return Status::Ok();
}

Status Triggers::Create(TriggerDefinition d, uint64_t after) {
  if (d.name.empty() || d.name.size() > 255 || d.name.find('\0') != std::string::npos) {
    return Status::Validation("the name of a trigger has 1 to 255 bytes, and none of them is 0");
  }
  auto t = std::make_unique<Trigger>();
  t->definition = d;
  t->progress.position = after;
  PARTON_RETURN_IF_ERROR(Prepare(t.get()));
  {
    MutexLock lock(mutex_);
    if (triggers_.contains(d.name)) {
      return Status(StatusCode::kInUse, fmt::format("the trigger {} exists already", d.name));
    }
    PARTON_RETURN_IF_ERROR(store_->records().Write({{RecordKey::Trigger(d.name), EncodeTrigger(d)},
                                                    {RecordKey::TriggerState(d.name), EncodeProgress(t->progress)}}));
    triggers_[d.name] = std::move(t);
  }
  StartThread();
  Wake();
  return Status::Ok();
}

Triggers::Trigger* Triggers::Find(const std::string& name) {
  auto it = triggers_.find(name);
  return it == triggers_.end() ? nullptr : it->second.get();
}

bool Triggers::Has(const std::string& name) {
  MutexLock lock(mutex_);
  return Find(name) != nullptr;
}

std::vector<std::string> Triggers::Names() {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, t] : triggers_) names.push_back(name);
  return names;
}

Status Triggers::DropLocked(const std::string& name) {
  RecordStore& store = store_->records();
  RecordWrites records = {{RecordKey::Trigger(name), std::nullopt}, {RecordKey::TriggerState(name), std::nullopt}};
  PARTON_ASSIGN_OR_RETURN(auto parked, store.List(RecordKey::Parked(name, 0)));
  for (const StoredRecord& record : parked) records[record.key] = std::nullopt;
  PARTON_RETURN_IF_ERROR(store.Write(records));
  triggers_.erase(name);
  return Status::Ok();
}

Status Triggers::Drop(const std::string& name) {
  MutexLock lock(mutex_);
  if (Find(name) == nullptr) return NoTrigger(name);
  return DropLocked(name);
}

Status Triggers::DropOfTable(const std::string& table) {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, t] : triggers_) {
    if (t->definition.table == table) names.push_back(name);
  }
  for (const std::string& name : names) PARTON_RETURN_IF_ERROR(DropLocked(name));
  return Status::Ok();
}

Status Triggers::Alter(const std::string& name, ast::AlterTrigger::Action action) {
  using Action = ast::AlterTrigger::Action;
  {
    MutexLock lock(mutex_);
    Trigger* t = Find(name);
    if (t == nullptr) return NoTrigger(name);
    if (t->damaged) return Damaged(name);
    FeedStore& feed = store_->feed();
    RecordStore& store = store_->records();
    switch (action) {
      case Action::kPause:
      case Action::kResume: {
        const bool before = std::exchange(t->progress.paused, action == Action::kPause);
        Status s = store.Write({{RecordKey::TriggerState(name), EncodeProgress(t->progress)}});
        if (!s.ok()) {
          t->progress.paused = before;
          return s;
        }
        break;
      }
      case Action::kRetry: {
        PARTON_ASSIGN_OR_RETURN(auto parked, store.List(RecordKey::Parked(name, 0)));
        t->retry.clear();
        for (const StoredRecord& record : parked) t->retry.push_back(record.key.sequence);
        break;
      }
      case Action::kSkip: {
        PARTON_ASSIGN_OR_RETURN(auto parked, store.List(RecordKey::Parked(name, 0)));
        RecordWrites records;
        for (const StoredRecord& record : parked) records[record.key] = std::nullopt;
        TriggerProgress next = t->progress;
        next.last_error.clear();
        if (records.empty() && (t->attempts > 0 || t->stuck > 0)) {
          // What it fails on now.
          PARTON_ASSIGN_OR_RETURN(TablePtr table, store_->GetTable(t->definition.table));
          std::vector<FeedEntry> entries;
          uint64_t reached;
          PARTON_RETURN_IF_ERROR(
              feed.ReadFeed(table->id, next.position, feed.FeedEnd(), t->limit, kBatchBytes, &entries, &reached));
          if (!entries.empty()) next.position = entries.back().sequence;
        }
        records[RecordKey::TriggerState(name)] = EncodeProgress(next);
        PARTON_RETURN_IF_ERROR(store.Write(records));
        t->progress = std::move(next);
        t->retry.clear();
        break;
      }
    }
    t->attempts = t->stuck = 0;
    t->limit = t->definition.batch;
    t->not_before = {};
  }
  Wake();
  return Status::Ok();
}

Result<std::vector<TriggerInfo>> Triggers::List() {
  MutexLock lock(mutex_);
  std::vector<TriggerInfo> out;
  FeedStore& feed = store_->feed();
  for (const auto& [name, t] : triggers_) {
    TriggerInfo i;
    i.definition = t->definition;
    i.progress = t->progress;
    PARTON_ASSIGN_OR_RETURN(auto parked, store_->records().List(RecordKey::Parked(name, 0)));
    i.parked = parked.size();
    if (Result<TablePtr> table = store_->GetTable(t->definition.table); table.ok()) {
      PARTON_ASSIGN_OR_RETURN(i.lag, feed.CountFeed((*table)->id, t->progress.position, kMostLag));
    }
    i.state = t->damaged                        ? "damaged"
              : t->progress.paused              ? "paused"
              : t->attempts > 0 || t->stuck > 0 ? "failing"
              : i.parked > 0                    ? "parked"
                                                : "active";
    out.push_back(std::move(i));
  }
  return out;
}

Result<std::vector<Value>> Triggers::ListParked() {
  MutexLock lock(mutex_);
  FeedStore& feed = store_->feed();
  std::vector<Value> rows;
  for (const auto& [name, t] : triggers_) {
    PARTON_ASSIGN_OR_RETURN(auto parked, store_->records().List(RecordKey::Parked(name, 0)));
    for (const auto& [key, bytes] : parked) {
      const uint64_t sequence = key.sequence;
      ParkedRecord r;
      if (!DecodeParked(bytes, &r)) return Damaged(name);
      PARTON_ASSIGN_OR_RETURN(FeedEntry entry, feed.DecodeFeed(sequence, r.bytes));
      rows.push_back(Value::Struct({{"trigger", Value::String(name)},
                                    {"SequenceNumber", Value::Int(static_cast<int64_t>(sequence))},
                                    {"failed", Value::Int(r.failed_ms / 1000)},
                                    {"error", Value::String(r.error)},
                                    {"record", FeedRecord(entry)}}));
    }
  }
  return rows;
}

std::vector<std::string> Triggers::Problems() {
  MutexLock lock(mutex_);
  std::vector<std::string> problems;
  for (const auto& [name, t] : triggers_) {
    if (t->damaged) problems.push_back(fmt::format("trigger {}: {}", name, t->progress.last_error));
  }
  return problems;
}

uint64_t Triggers::HoldBack(const TableSchema& table) {
  MutexLock lock(mutex_);
  uint64_t lowest = UINT64_MAX;
  for (const auto& [name, t] : triggers_) {
    const bool its = t->definition.table == table.name || (t->damaged && t->definition.table.empty());
    if (its) lowest = std::min(lowest, t->progress.position);
  }
  return lowest;
}

// ---- Running

Status Triggers::Apply(Trigger* t, std::vector<FeedEntry> entries, TriggerProgress* next, RecordWrites records) {
  std::vector<Value> rows;
  rows.reserve(entries.size());
  for (const FeedEntry& e : entries) rows.push_back(FeedRecord(e));
  return t->runner->Run(t->parsed, Globals(std::move(rows)), [&](uint64_t changed, StoreTransaction* transaction) {
    ++next->runs;
    next->records += entries.size();
    next->last_run_ms = clock_->NowMs();
    if (changed == 0) {
      next->unchanged += entries.size();
      next->last_unchanged = entries.back().sequence;
    }
    records[RecordKey::TriggerState(t->definition.name)] = EncodeProgress(*next);
    transaction->WriteRecords(records);
    transaction->SetChangeDepth(entries[0].depth + 1);
  });
}

bool Triggers::Unplannable(Trigger* t) { return !t->runner->Check(t->parsed, Globals({})).ok(); }

Triggers::Step Triggers::Stuck(Trigger* t, const Status& s) {
  t->progress.last_error = s.ToString();
  t->not_before = Clock::now() + Pause(t->stuck++);
  return Step::kStuck;
}

Triggers::Step Triggers::Park(Trigger* t, const TableSchema& table, const FeedEntry& entry, const std::string& error) {
  FeedStore& feed = store_->feed();
  Result<std::string> bytes = feed.ReadFeedBytes(table.id, entry.sequence);
  if (!bytes.ok()) return Stuck(t, bytes.status());
  TriggerProgress next = t->progress;
  next.position = entry.sequence;
  next.last_run_ms = clock_->NowMs();
  next.last_error = error;
  const std::string& name = t->definition.name;
  Status s = store_->records().Write(
      {{RecordKey::Parked(name, entry.sequence), EncodeParked({next.last_run_ms, t->definition.table, error, *bytes})},
       {RecordKey::TriggerState(name), EncodeProgress(next)}});
  if (!s.ok()) return Stuck(t, s);
  t->progress = std::move(next);
  t->attempts = t->stuck = 0;
  t->limit = t->definition.batch;
  t->not_before = {};
  return Step::kProgress;
}

Triggers::Step Triggers::Failed(Trigger* t, const TableSchema& table, const std::vector<FeedEntry>& entries, Status s) {
  if (IsOfTheDatabase(s.code()) || Unplannable(t)) return Stuck(t, s);
  t->progress.last_error = s.ToString();
  ++t->attempts;
  if (s.code() == StatusCode::kTransactionConflict && t->attempts < kConflicts) {
    t->not_before = Clock::now() + std::chrono::milliseconds(std::min(t->attempts, 20));
    return Step::kProgress;
  }
  // Halves are tried once: only what is left at the end needs patience again.
  const bool whole = t->limit == t->definition.batch;
  if (t->attempts < (whole || entries.size() == 1 ? kAttempts : 1)) {
    t->not_before = Clock::now() + Pause(t->attempts);
    return Step::kProgress;
  }
  if (entries.size() > 1) {
    t->limit = entries.size() / 2;
    t->attempts = 0;
    t->not_before = {};
    return Step::kProgress;
  }
  return Park(t, table, entries[0], t->progress.last_error);
}

Triggers::Step Triggers::RunParked(Trigger* t) {
  FeedStore& feed = store_->feed();
  const std::string& name = t->definition.name;
  const uint64_t sequence = t->retry.front();
  const RecordKey key = RecordKey::Parked(name, sequence);
  Result<std::optional<std::string>> bytes = store_->records().Get(key);
  if (!bytes.ok()) return Stuck(t, bytes.status());
  if (!*bytes) {
    t->retry.erase(t->retry.begin());
    return Step::kProgress;
  }
  ParkedRecord parked;
  const bool decoded = DecodeParked(**bytes, &parked);
  Result<FeedEntry> entry = decoded ? feed.DecodeFeed(sequence, parked.bytes) : Result<FeedEntry>(Damaged(name));
  if (!entry.ok()) {
    t->retry.erase(t->retry.begin());
    return Stuck(t, entry.status());
  }
  // Who asks for it again has looked at it: its depth counts anew.
  entry->depth = 0;
  TriggerProgress next;
  Status s;
  for (int attempt = 0; attempt < kConflicts; ++attempt) {
    next = t->progress;
    next.last_error.clear();
    s = Apply(t, {*entry}, &next, {{key, std::nullopt}});
    if (s.code() != StatusCode::kTransactionConflict) break;
  }
  if (!s.ok() && IsOfTheDatabase(s.code())) return Stuck(t, s);
  t->retry.erase(t->retry.begin());
  if (s.ok()) {
    t->progress = std::move(next);
    return Step::kProgress;
  }
  parked.failed_ms = clock_->NowMs();
  parked.error = t->progress.last_error = s.ToString();
  Status kept = store_->records().Write({{key, EncodeParked(parked)}});
  return kept.ok() ? Step::kProgress : Stuck(t, kept);
}

Triggers::Step Triggers::Run(Trigger* t, bool without_pauses) {
  if (t->progress.paused || t->damaged) return Step::kIdle;
  if (!without_pauses && Clock::now() < t->not_before) return Step::kIdle;
  if (!t->retry.empty()) return RunParked(t);
  FeedStore& feed = store_->feed();
  Result<TablePtr> table = store_->GetTable(t->definition.table);
  if (!table.ok()) return Stuck(t, table.status());
  const uint64_t end = feed.FeedEnd();
  if (t->progress.position >= end) return Step::kIdle;
  std::vector<FeedEntry> entries;
  uint64_t reached;
  Status s = feed.ReadFeed((*table)->id, t->progress.position, end, t->limit, kBatchBytes, &entries, &reached);
  if (!s.ok()) return Stuck(t, s);
  if (entries.empty()) {
    t->progress.position = reached;
    return Step::kIdle;
  }
  const uint32_t depth = entries[0].depth;
  auto deeper = std::find_if(entries.begin(), entries.end(), [&](const FeedEntry& e) { return e.depth != depth; });
  if (deeper != entries.end()) {
    entries.erase(deeper, entries.end());
    reached = entries.back().sequence;
  }
  if (depth >= depth_.load()) {
    return Park(t, **table, entries[0],
                fmt::format("the change comes from triggers that ran on triggers' changes {} times, the limit "
                            "(SET trigger_depth)",
                            depth));
  }
  TriggerProgress next = t->progress;
  next.position = reached;
  next.last_error.clear();
  s = Apply(t, entries, &next, {});
  if (!s.ok()) return Failed(t, **table, entries, std::move(s));
  t->progress = std::move(next);
  t->attempts = t->stuck = 0;
  t->not_before = {};
  t->limit = std::min<size_t>(t->definition.batch, t->limit * 2);
  return Step::kProgress;
}

Status Triggers::Settle(const StatementBounds* bounds) {
  if (mode_ == Mode::kNever) return Status::Ok();
  for (bool progress = true; progress;) {
    progress = false;
    for (const std::string& name : Names()) {
      for (;;) {
        if (bounds != nullptr && bounds->cancel.load()) return CancelledStatus(bounds);
        MutexLock lock(mutex_);
        Trigger* t = Find(name);
        if (t == nullptr || Run(t, true) != Step::kProgress) break;
        progress = true;
      }
    }
  }
  return Status::Ok();
}

void Triggers::StartThread() {
  if (mode_ != Mode::kBackground) return;
  MutexLock lock(thread_mutex_);
  if (!thread_.joinable() && !stop_.load()) thread_ = std::thread([this] { Loop(); });
}

void Triggers::Wake() {
  wake_.store(true);
  store_->feed().WakeFeed();
}

void Triggers::Stop() {
  stop_.store(true);
  Wake();
  MutexLock lock(thread_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Triggers::Loop() {
  constexpr auto kPauseWithoutMemory = std::chrono::milliseconds(100);
  while (!stop_.load()) {
    try {
      LoopUntilStopped();
    } catch (...) {
      // Nothing of the run was written: it comes again.
      std::this_thread::sleep_for(kPauseWithoutMemory);
    }
  }
}

void Triggers::LoopUntilStopped() {
  FeedStore& feed = store_->feed();
  for (;;) {
    // In this order: Stop() sets the flags in the other one.
    wake_.store(false);
    if (stop_.load()) return;
    const uint64_t end = feed.FeedEnd();
    bool more = false;
    for (const std::string& name : Names()) {
      if (stop_.load()) return;
      MutexLock lock(mutex_);
      Trigger* t = Find(name);
      if (t != nullptr && Run(t, false) == Step::kProgress && t->not_before <= Clock::now()) more = true;
    }
    if (more) continue;
    auto until = Clock::now() + std::chrono::hours(1);
    {
      MutexLock lock(mutex_);
      for (const auto& [name, t] : triggers_) {
        if (t->progress.paused || t->not_before <= Clock::time_point{}) continue;
        if (t->progress.position >= end && t->retry.empty()) continue;
        until = std::min(until, t->not_before);
      }
    }
    feed.WaitForFeed(end, until, &wake_);
  }
}

}  // namespace parton
