#include "session/feed/triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "executor/operators/feed_rows.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "session/connection.h"
#include "session/feed/change_feed.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr char kVersion = 1;
constexpr char kDynamo = 1, kStrict = 2;  // flags of a definition
constexpr char kPaused = 1;               // of a state
constexpr size_t kBatchBytes = 4 << 20;
constexpr int kAttempts = 3;
constexpr int kConflicts = 100;
constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(30'000);
constexpr uint64_t kMostLag = 1'000'000;

void PutField(std::string_view bytes, std::string* out) {
  PutVarint(bytes.size(), out);
  out->append(bytes);
}

// Reads fields from the front of bytes; stays false once something is missing.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) { ok_ = Byte() == kVersion; }
  bool ok() const { return ok_; }
  bool AtEnd() const { return p_ == end_; }
  char Byte() {
    if (p_ == end_) {
      ok_ = false;
      return 0;
    }
    return *p_++;
  }
  uint64_t Number() {
    uint64_t n = 0;
    const char* p = ok_ ? GetVarint(p_, end_, &n) : nullptr;
    ok_ = p != nullptr;
    if (ok_) p_ = p;
    return n;
  }
  std::string Text() {
    const uint64_t n = Number();
    if (!ok_ || n > static_cast<uint64_t>(end_ - p_)) {
      ok_ = false;
      return "";
    }
    std::string text(p_, n);
    p_ += n;
    return text;
  }

 private:
  const char* p_;
  const char* end_;
  bool ok_ = true;
};

Status Damaged(const std::string& name) {
  return Status::Corruption(fmt::format("the trigger {} is damaged", name)).WithHint("DROP TRIGGER and make it again");
}

Status NoTrigger(const std::string& name) {
  return Status::NotFound(fmt::format("there is no trigger {}", name), {}, "SHOW TRIGGERS lists them");
}

std::string EncodeParked(int64_t now_ms, const std::string& table, const std::string& error, std::string_view record) {
  std::string out(1, kVersion);
  PutVarint(static_cast<uint64_t>(now_ms), &out);
  PutField(table, &out);
  PutField(error, &out);
  PutField(record, &out);
  return out;
}

struct ParkedRecord {
  int64_t failed_ms = 0;
  std::string table, error, bytes;
};

Result<ParkedRecord> DecodeParked(const std::string& trigger, std::string_view bytes) {
  FieldReader in(bytes);
  ParkedRecord r;
  r.failed_ms = static_cast<int64_t>(in.Number());
  r.table = in.Text();
  r.error = in.Text();
  r.bytes = in.Text();
  if (!in.ok()) return Damaged(trigger);
  return r;
}

// No record is to blame.
bool IsOfTheDatabase(StatusCode code) {
  return code == StatusCode::kIoError || code == StatusCode::kCorruption || code == StatusCode::kReadOnly ||
         code == StatusCode::kOutOfMemory || code == StatusCode::kThrottled;
}

std::chrono::milliseconds Pause(int failures) {
  return std::min<std::chrono::milliseconds>(kLongestPause, kFirstPause * (1 << std::min(failures, 12)));
}

}  // namespace

Triggers::Triggers(DatabaseState* db) : db_(db) {}

Triggers::~Triggers() { Stop(); }

std::string Triggers::EncodeState(const Trigger& t) const {
  std::string out(1, kVersion);
  out.push_back(t.paused ? kPaused : 0);
  PutVarint(t.position, &out);
  PutVarint(t.runs, &out);
  PutVarint(t.records, &out);
  PutVarint(static_cast<uint64_t>(t.last_run_ms), &out);
  PutField(t.last_error, &out);
  PutVarint(t.unchanged, &out);
  PutVarint(t.last_unchanged, &out);
  return out;
}

Status Triggers::Prepare(Trigger* t) {
  PARTON_ASSIGN_OR_RETURN(ast::Statement parsed, ParseStatement(t->definition.statement));
  if (parsed.parameter_count > 0) return Status::Validation("the statement of a trigger takes no parameters");
  if (parsed.As<ast::Insert>() == nullptr && parsed.As<ast::Update>() == nullptr &&
      parsed.As<ast::Delete>() == nullptr) {
    return Status::Validation("a trigger runs INSERT, REPLACE, UPSERT, UPDATE or DELETE", parsed.span);
  }
  t->parsed = std::make_shared<const ast::Statement>(std::move(parsed));
  t->connection = std::make_unique<ConnectionImpl>(db_);
  if (t->definition.dynamo) PARTON_RETURN_IF_ERROR(t->connection->Set("dialect", Value::String("dynamodb")));
  if (t->definition.strict) PARTON_RETURN_IF_ERROR(t->connection->Set("typing", Value::String("strict")));
  // A trigger does what a statement that was admitted asks of it.
  PARTON_RETURN_IF_ERROR(t->connection->Set("throttle", Value::Bool(false)));
  t->limit = t->definition.batch;
  return Status::Ok();
}

Status Triggers::Load() {
  bool any;
  {
    std::lock_guard lock(mutex_);
    PARTON_RETURN_IF_ERROR(LoadLocked());
    any = !triggers_.empty();
  }
  if (any) StartThread();
  return Status::Ok();
}

Status Triggers::Decode(const std::string& bytes, Trigger* t) {
  TriggerDefinition& d = t->definition;
  FieldReader in(bytes);
  const char flags = in.Byte();
  d.dynamo = (flags & kDynamo) != 0;
  d.strict = (flags & kStrict) != 0;
  d.batch = in.Number();
  d.created_ms = static_cast<int64_t>(in.Number());
  d.table = in.Text();
  d.statement = in.Text();
  if (!in.ok() || d.batch == 0) return Damaged(d.name);
  PARTON_ASSIGN_OR_RETURN(auto state, db_->store->records().Get(RecordKey::TriggerState(d.name)));
  if (!state) return Damaged(d.name);
  FieldReader s(*state);
  t->paused = (s.Byte() & kPaused) != 0;
  t->position = s.Number();
  t->runs = s.Number();
  t->records = s.Number();
  t->last_run_ms = static_cast<int64_t>(s.Number());
  t->last_error = s.Text();
  if (s.ok() && !s.AtEnd()) {
    t->unchanged = s.Number();
    t->last_unchanged = s.Number();
  }
  if (!s.ok()) return Damaged(d.name);
  return Prepare(t);
}

Status Triggers::LoadLocked() {
  triggers_.clear();
  PARTON_ASSIGN_OR_RETURN(auto records, db_->store->records().List(RecordKey::Trigger("")));
  for (const auto& [key, bytes] : records) {
    const std::string& name = key.name;
    auto t = std::make_unique<Trigger>();
    t->definition.name = name;
    if (Status s = Decode(bytes, t.get()); !s.ok()) {
      if (s.code() == StatusCode::kIoError) return s;
      t->damaged = true;
      t->position = 0;
      t->last_error = s.ToString();
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
  t->position = after;
  PARTON_RETURN_IF_ERROR(Prepare(t.get()));
  std::string bytes(1, kVersion);
  bytes.push_back(static_cast<char>((d.dynamo ? kDynamo : 0) | (d.strict ? kStrict : 0)));
  PutVarint(d.batch, &bytes);
  PutVarint(static_cast<uint64_t>(d.created_ms), &bytes);
  PutField(d.table, &bytes);
  PutField(d.statement, &bytes);
  {
    std::lock_guard lock(mutex_);
    if (triggers_.contains(d.name)) {
      return Status(StatusCode::kInUse, fmt::format("the trigger {} exists already", d.name));
    }
    PARTON_RETURN_IF_ERROR(db_->store->records().Write(
        {{RecordKey::Trigger(d.name), bytes}, {RecordKey::TriggerState(d.name), EncodeState(*t)}}));
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
  std::lock_guard lock(mutex_);
  return Find(name) != nullptr;
}

std::vector<std::string> Triggers::Names() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, t] : triggers_) names.push_back(name);
  return names;
}

Status Triggers::DropLocked(const std::string& name) {
  RecordStore& store = db_->store->records();
  RecordWrites records = {{RecordKey::Trigger(name), std::nullopt}, {RecordKey::TriggerState(name), std::nullopt}};
  PARTON_ASSIGN_OR_RETURN(auto parked, store.List(RecordKey::Parked(name, 0)));
  for (const StoredRecord& record : parked) records[record.key] = std::nullopt;
  PARTON_RETURN_IF_ERROR(store.Write(records));
  triggers_.erase(name);
  return Status::Ok();
}

Status Triggers::Drop(const std::string& name) {
  std::lock_guard lock(mutex_);
  if (Find(name) == nullptr) return NoTrigger(name);
  return DropLocked(name);
}

Status Triggers::DropOfTable(const std::string& table) {
  std::lock_guard lock(mutex_);
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
    std::lock_guard lock(mutex_);
    Trigger* t = Find(name);
    if (t == nullptr) return NoTrigger(name);
    if (t->damaged) return Damaged(name);
    FeedStore& feed = db_->store->feed();
    RecordStore& store = db_->store->records();
    switch (action) {
      case Action::kPause:
      case Action::kResume: {
        const bool before = std::exchange(t->paused, action == Action::kPause);
        Status s = store.Write({{RecordKey::TriggerState(name), EncodeState(*t)}});
        if (!s.ok()) {
          t->paused = before;
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
        const uint64_t position = t->position;
        if (records.empty() && (t->attempts > 0 || t->stuck > 0)) {
          // What it fails on now.
          PARTON_ASSIGN_OR_RETURN(TablePtr table, db_->store->GetTable(t->definition.table));
          std::vector<FeedEntry> entries;
          uint64_t reached;
          PARTON_RETURN_IF_ERROR(
              feed.ReadFeed(table->id, t->position, feed.FeedEnd(), t->limit, kBatchBytes, &entries, &reached));
          if (!entries.empty()) t->position = entries.back().sequence;
        }
        const std::string error = std::exchange(t->last_error, "");
        records[RecordKey::TriggerState(name)] = EncodeState(*t);
        Status s = store.Write(records);
        if (!s.ok()) {
          t->position = position;
          t->last_error = error;
          return s;
        }
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
  std::lock_guard lock(mutex_);
  std::vector<TriggerInfo> out;
  FeedStore& feed = db_->store->feed();
  for (const auto& [name, t] : triggers_) {
    TriggerInfo i;
    i.definition = t->definition;
    i.position = t->position;
    i.runs = t->runs;
    i.records = t->records;
    i.unchanged = t->unchanged;
    i.last_unchanged = t->last_unchanged;
    i.last_run_ms = t->last_run_ms;
    i.last_error = t->last_error;
    PARTON_ASSIGN_OR_RETURN(auto parked, db_->store->records().List(RecordKey::Parked(name, 0)));
    i.parked = parked.size();
    if (Result<TablePtr> table = db_->store->GetTable(t->definition.table); table.ok()) {
      PARTON_ASSIGN_OR_RETURN(i.lag, feed.CountFeed((*table)->id, t->position, kMostLag));
    }
    i.state = t->damaged                        ? "damaged"
              : t->paused                       ? "paused"
              : t->attempts > 0 || t->stuck > 0 ? "failing"
              : i.parked > 0                    ? "parked"
                                                : "active";
    out.push_back(std::move(i));
  }
  return out;
}

Result<std::vector<Value>> Triggers::ListParked() {
  std::lock_guard lock(mutex_);
  FeedStore& feed = db_->store->feed();
  std::vector<Value> rows;
  for (const auto& [name, t] : triggers_) {
    PARTON_ASSIGN_OR_RETURN(auto parked, db_->store->records().List(RecordKey::Parked(name, 0)));
    for (const auto& [key, bytes] : parked) {
      const uint64_t sequence = key.sequence;
      PARTON_ASSIGN_OR_RETURN(ParkedRecord r, DecodeParked(name, bytes));
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

Result<std::vector<std::string>> CheckAll(DatabaseState* db, const StoreProgress& progress) {
  PARTON_ASSIGN_OR_RETURN(std::vector<std::string> problems, db->store->Check(progress));
  for (std::string& problem : db->triggers->Problems()) problems.push_back(std::move(problem));
  return problems;
}

std::vector<std::string> Triggers::Problems() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> problems;
  for (const auto& [name, t] : triggers_) {
    if (t->damaged) problems.push_back(fmt::format("trigger {}: {}", name, t->last_error));
  }
  return problems;
}

uint64_t Triggers::HoldBack(const TableSchema& table) {
  std::lock_guard lock(mutex_);
  uint64_t lowest = UINT64_MAX;
  for (const auto& [name, t] : triggers_) {
    const bool its = t->definition.table == table.name || (t->damaged && t->definition.table.empty());
    if (its) lowest = std::min(lowest, t->position);
  }
  return lowest;
}

// ---- Running

Triggers::Trigger Triggers::StateOf(const Trigger& t) {
  Trigger next;
  next.paused = t.paused;
  next.position = t.position;
  next.runs = t.runs;
  next.records = t.records;
  next.unchanged = t.unchanged;
  next.last_unchanged = t.last_unchanged;
  return next;
}

void Triggers::TakeState(const Trigger& next, Trigger* t) {
  t->position = next.position;
  t->runs = next.runs;
  t->records = next.records;
  t->unchanged = next.unchanged;
  t->last_unchanged = next.last_unchanged;
  t->last_run_ms = next.last_run_ms;
  t->last_error = next.last_error;
}

Status Triggers::Apply(Trigger* t, std::vector<FeedEntry> entries, Trigger* next, RecordWrites records) {
  std::vector<Value> rows;
  rows.reserve(entries.size());
  for (const FeedEntry& e : entries) rows.push_back(FeedRecord(e));
  const std::map<std::string, Value> globals = {{"records", Value::Bag(std::move(rows))}};
  ConnectionImpl& c = *t->connection;
  const StatementEntry entry(&c);
  if (c.in_transaction()) (void)c.Rollback();  // an exception ended the run before
  PlannerInput input;
  input.store = db_->store.get();
  input.settings = c.settings().get();
  input.globals = &globals;
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, PlanStatement(t->parsed, input));
  PARTON_RETURN_IF_ERROR(c.Begin());
  Status s;
  uint64_t changed = 0;
  {
    const std::vector<Value> no_parameters;
    Execution execution(&c);
    s = execution.Start(std::move(plan), &no_parameters);
    if (s.ok()) {
      while (execution.Next()) {
      }
      s = execution.status();
      changed = execution.affected();
    }
  }
  if (!s.ok()) {
    (void)c.Rollback();
    return s;
  }
  ++next->runs;
  next->records += entries.size();
  next->last_run_ms = db_->clock->NowMs();
  if (changed == 0) {
    next->unchanged += entries.size();
    next->last_unchanged = entries.back().sequence;
  }
  records[RecordKey::TriggerState(t->definition.name)] = EncodeState(*next);
  c.transaction()->WriteRecords(records);
  c.transaction()->SetChangeDepth(entries[0].depth + 1);
  return c.Commit();
}

bool Triggers::Unplannable(Trigger* t) {
  const std::map<std::string, Value> globals = {{"records", Value::Bag({})}};
  PlannerInput input;
  input.store = db_->store.get();
  input.settings = t->connection->settings().get();
  input.globals = &globals;
  return !PlanStatement(t->parsed, input).ok();
}

Triggers::Step Triggers::Stuck(Trigger* t, const Status& s) {
  t->last_error = s.ToString();
  t->not_before = Clock::now() + Pause(t->stuck++);
  return Step::kStuck;
}

Triggers::Step Triggers::Park(Trigger* t, const TableSchema& table, const FeedEntry& entry, const std::string& error) {
  FeedStore& feed = db_->store->feed();
  Result<std::string> bytes = feed.ReadFeedBytes(table.id, entry.sequence);
  if (!bytes.ok()) return Stuck(t, bytes.status());
  Trigger next = StateOf(*t);
  next.position = entry.sequence;
  next.last_run_ms = db_->clock->NowMs();
  next.last_error = error;
  const std::string& name = t->definition.name;
  Status s = db_->store->records().Write(
      {{RecordKey::Parked(name, entry.sequence), EncodeParked(next.last_run_ms, t->definition.table, error, *bytes)},
       {RecordKey::TriggerState(name), EncodeState(next)}});
  if (!s.ok()) return Stuck(t, s);
  TakeState(next, t);
  t->attempts = t->stuck = 0;
  t->limit = t->definition.batch;
  t->not_before = {};
  return Step::kProgress;
}

Triggers::Step Triggers::Failed(Trigger* t, const TableSchema& table, const std::vector<FeedEntry>& entries, Status s) {
  if (IsOfTheDatabase(s.code()) || Unplannable(t)) return Stuck(t, s);
  t->last_error = s.ToString();
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
  return Park(t, table, entries[0], t->last_error);
}

Triggers::Step Triggers::RunParked(Trigger* t) {
  FeedStore& feed = db_->store->feed();
  const std::string& name = t->definition.name;
  const uint64_t sequence = t->retry.front();
  const RecordKey key = RecordKey::Parked(name, sequence);
  Result<std::optional<std::string>> bytes = db_->store->records().Get(key);
  if (!bytes.ok()) return Stuck(t, bytes.status());
  if (!*bytes) {
    t->retry.erase(t->retry.begin());
    return Step::kProgress;
  }
  Result<ParkedRecord> parked = DecodeParked(name, **bytes);
  Result<FeedEntry> entry = parked.ok() ? feed.DecodeFeed(sequence, parked->bytes) : Result<FeedEntry>(parked.status());
  if (!entry.ok()) {
    t->retry.erase(t->retry.begin());
    return Stuck(t, entry.status());
  }
  // Who asks for it again has looked at it: its depth counts anew.
  entry->depth = 0;
  Trigger next;
  Status s;
  for (int attempt = 0; attempt < kConflicts; ++attempt) {
    next = StateOf(*t);
    s = Apply(t, {*entry}, &next, {{key, std::nullopt}});
    if (s.code() != StatusCode::kTransactionConflict) break;
  }
  if (!s.ok() && IsOfTheDatabase(s.code())) return Stuck(t, s);
  t->retry.erase(t->retry.begin());
  if (s.ok()) {
    TakeState(next, t);
    return Step::kProgress;
  }
  t->last_error = s.ToString();
  Status kept = db_->store->records().Write(
      {{key, EncodeParked(db_->clock->NowMs(), parked->table, t->last_error, parked->bytes)}});
  return kept.ok() ? Step::kProgress : Stuck(t, kept);
}

Triggers::Step Triggers::Run(Trigger* t, bool without_pauses) {
  if (t->paused || t->damaged) return Step::kIdle;
  if (!without_pauses && Clock::now() < t->not_before) return Step::kIdle;
  if (!t->retry.empty()) return RunParked(t);
  FeedStore& feed = db_->store->feed();
  Result<TablePtr> table = db_->store->GetTable(t->definition.table);
  if (!table.ok()) return Stuck(t, table.status());
  const uint64_t end = feed.FeedEnd();
  if (t->position >= end) return Step::kIdle;
  std::vector<FeedEntry> entries;
  uint64_t reached;
  Status s = feed.ReadFeed((*table)->id, t->position, end, t->limit, kBatchBytes, &entries, &reached);
  if (!s.ok()) return Stuck(t, s);
  if (entries.empty()) {
    t->position = reached;
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
  Trigger next = StateOf(*t);
  next.position = reached;
  s = Apply(t, entries, &next, {});
  if (!s.ok()) return Failed(t, **table, entries, std::move(s));
  TakeState(next, t);
  t->attempts = t->stuck = 0;
  t->not_before = {};
  t->limit = std::min<size_t>(t->definition.batch, t->limit * 2);
  return Step::kProgress;
}

Status Triggers::Settle(const StatementBounds* bounds) {
  if (db_->options.read_only) return Status::Ok();
  for (bool progress = true; progress;) {
    progress = false;
    for (const std::string& name : Names()) {
      for (;;) {
        if (bounds != nullptr && bounds->cancel.load()) return CancelledStatus(bounds);
        std::lock_guard lock(mutex_);
        Trigger* t = Find(name);
        if (t == nullptr || Run(t, true) != Step::kProgress) break;
        progress = true;
      }
    }
  }
  return Status::Ok();
}

void Triggers::StartThread() {
  if (db_->options.read_only || !db_->options.background) return;
  std::lock_guard lock(thread_mutex_);
  if (!thread_.joinable() && !stop_.load()) thread_ = std::thread([this] { Loop(); });
}

void Triggers::Wake() {
  wake_.store(true);
  db_->store->feed().WakeFeed();
}

void Triggers::Stop() {
  stop_.store(true);
  if (db_->store != nullptr) Wake();
  std::lock_guard lock(thread_mutex_);
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
  FeedStore& feed = db_->store->feed();
  for (;;) {
    // In this order: Stop() sets the flags in the other one.
    wake_.store(false);
    if (stop_.load()) return;
    const uint64_t end = feed.FeedEnd();
    bool more = false;
    for (const std::string& name : Names()) {
      if (stop_.load()) return;
      std::lock_guard lock(mutex_);
      Trigger* t = Find(name);
      if (t != nullptr && Run(t, false) == Step::kProgress && t->not_before <= Clock::now()) more = true;
    }
    if (more) continue;
    auto until = Clock::now() + std::chrono::hours(1);
    {
      std::lock_guard lock(mutex_);
      for (const auto& [name, t] : triggers_) {
        if (t->paused || t->not_before <= Clock::time_point{}) continue;
        if (t->position >= end && t->retry.empty()) continue;
        until = std::min(until, t->not_before);
      }
    }
    feed.WaitForFeed(end, until, &wake_);
  }
}

}  // namespace parton
