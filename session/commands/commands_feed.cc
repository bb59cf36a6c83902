// Triggers, the clock, backup, restore and repair.
#include <fmt/format.h>

#include <functional>
#include <map>

#include "parser/parser.h"
#include "planner/planner.h"
#include "session/commands/commands.h"
#include "session/database_settings.h"
#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "storage/feed.h"
#include "types/item/varint.h"

namespace parton::commands {

namespace {

constexpr int64_t kMostBatch = 10'000;

Status Done(const CommandContext& context, std::string text) {
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

}  // namespace

Status CreateTrigger(const ast::CreateTrigger& s, const CommandContext& context, const DatabaseClock& clock,
                     Triggers& triggers) {
  PARTON_RETURN_IF_ERROR(CheckWritable(context));
  if (s.if_not_exists && triggers.Has(s.name.name)) {
    return Done(context, fmt::format("trigger {} exists already", s.name.name));
  }
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  if (table->stream == StreamView::kOff) {
    return Status::Validation(fmt::format("table {} has no change feed", table->name), s.table.span,
                              fmt::format("ALTER TABLE {} SET (stream = 'both images')", table->name));
  }
  if (s.batch && (*s.batch < 1 || *s.batch > kMostBatch)) {
    return Status::Validation(fmt::format("a batch has 1 to {} records", kMostBatch), s.name.span);
  }
  TriggerDefinition d;
  d.name = s.name.name;
  d.table = table->name;
  d.statement = s.statement_text;
  d.dynamo = context.settings.dialect == Dialect::kDynamo;
  d.strict = context.settings.typing == Typing::kStrict;
  d.batch = static_cast<uint64_t>(s.batch.value_or(100));
  d.created_ms = clock.NowMs();
  // What is wrong with the statement shows now, not when it runs first.
  const std::map<std::string, Value> globals = {{"records", Value::Bag({})}};
  PlannerInput input;
  input.store = &context.store;
  input.settings = &context.settings;
  input.functions = context.functions;
  input.globals = &globals;
  auto parsed = ParseStatement(d.statement);
  if (!parsed.ok()) return std::move(parsed).status();
  auto planned = PlanStatement(std::make_shared<const ast::Statement>(std::move(*parsed)), input);
  if (!planned.ok()) {
    const Status& e = planned.status();
    return Status(e.code(), "the trigger's statement: " + e.message(), s.name.span, e.hint());
  }
  const uint64_t after = s.from_trim_horizon ? 0 : context.store.feed().FeedEnd();
  Status made = triggers.Create(std::move(d), after);
  if (!made.ok()) return std::move(made).At(s.name.span);
  return Done(context, fmt::format("trigger {} created", s.name.name));
}

Status AlterTrigger(const ast::AlterTrigger& s, const CommandContext& context, Triggers& triggers) {
  PARTON_RETURN_IF_ERROR(CheckWritable(context));
  Status done = triggers.Alter(s.name.name, s.action);
  if (!done.ok()) return std::move(done).At(s.name.span);
  return Done(context, fmt::format("trigger {} altered", s.name.name));
}

Status DropTrigger(const ast::DropTrigger& s, const CommandContext& context, Triggers& triggers) {
  PARTON_RETURN_IF_ERROR(CheckWritable(context));
  if (s.if_exists && !triggers.Has(s.name.name)) {
    return Done(context, fmt::format("there is no trigger {}", s.name.name));
  }
  Status done = triggers.Drop(s.name.name);
  if (!done.ok()) return std::move(done).At(s.name.span);
  return Done(context, fmt::format("trigger {} dropped", s.name.name));
}

Status ShowTriggers(const CommandContext& context, Triggers& triggers) {
  PARTON_ASSIGN_OR_RETURN(std::vector<TriggerInfo> all, triggers.List());
  std::vector<Value> rows;
  rows.reserve(all.size());
  auto number = [](uint64_t n) { return Value::Int(static_cast<int64_t>(n)); };
  for (const TriggerInfo& t : all) {
    std::vector<Field> row{
        {"name", Value::String(t.definition.name)},
        {"table", Value::String(t.definition.table)},
        {"state", Value::String(t.state)},
        {"position", number(t.progress.position)},
        {"lag", number(t.lag)},
        {"runs", number(t.progress.runs)},
        {"records", number(t.progress.records)},
        {"unchanged", number(t.progress.unchanged)},
        {"last_unchanged", t.progress.last_unchanged == 0 ? Value::Null() : number(t.progress.last_unchanged)},
        {"parked", number(t.parked)},
        {"last_error", t.progress.last_error.empty() ? Value::Null() : Value::String(t.progress.last_error)},
        {"batch", number(t.definition.batch)},
        {"statement", Value::String(t.definition.statement)}};
    // Where they are not what a new connection has.
    if (t.definition.dynamo) row.push_back({"dialect", Value::String("dynamodb")});
    if (t.definition.strict) row.push_back({"typing", Value::String("strict")});
    rows.push_back(Value::Struct(std::move(row)));
  }
  context.result.SetRows(std::move(rows),
                         {"name", "table", "state", "position", "lag", "runs", "records", "unchanged", "last_unchanged",
                          "parked", "last_error", "batch", "statement", "dialect", "typing"},
                         true);
  return Status::Ok();
}

Status ShowParked(const CommandContext& context, Triggers& triggers) {
  PARTON_ASSIGN_OR_RETURN(std::vector<Value> rows, triggers.ListParked());
  context.result.SetRows(std::move(rows), {"trigger", "SequenceNumber", "failed", "error", "record"}, true);
  return Status::Ok();
}

Status ShowConsumers(const CommandContext& context) {
  TableStore& store = context.store;
  std::vector<Value> rows;
  for (const TablePtr& table : store.Tables()) {
    PARTON_ASSIGN_OR_RETURN(auto records, store.records().List(RecordKey::Consumer(table->id, "")));
    for (const auto& [key, bytes] : records) {
      uint64_t position = 0;
      const char* end = bytes.data() + bytes.size();
      if (GetVarint(bytes.data(), end, &position) != end) {
        return Status::Corruption(fmt::format("the position of the consumer {} is damaged", key.name));
      }
      PARTON_ASSIGN_OR_RETURN(uint64_t lag, store.feed().CountFeed(table->id, position, 1'000'000));
      rows.push_back(Value::Struct({{"name", Value::String(key.name)},
                                    {"table", Value::String(table->name)},
                                    {"position", Value::Int(static_cast<int64_t>(position))},
                                    {"lag", Value::Int(static_cast<int64_t>(lag))}}));
    }
  }
  context.result.SetRows(std::move(rows), {"name", "table", "position", "lag"}, true);
  return Status::Ok();
}

Status AdvanceClock(const ast::AdvanceClock& s, const CommandContext& context, DatabaseClock& clock, Sweeper& sweeper,
                    Triggers& triggers) {
  Result<int64_t> ms = ParseDuration(s.amount);
  if (!ms.ok()) return std::move(ms).status().At(s.amount_span);
  clock.Advance(*ms);
  if (!context.read_only) {
    PARTON_RETURN_IF_ERROR(sweeper.RunOnce());
    PARTON_RETURN_IF_ERROR(triggers.Settle(&context.bounds));
  }
  return Done(context, "");
}

Status BackupTo(const ast::BackupTo& s, const CommandContext& context) {
  PARTON_RETURN_IF_ERROR(context.files.MayWrite(s.directory));
  PARTON_RETURN_IF_ERROR(context.store.maintenance().Backup(s.directory, ProgressOf(context)));
  return Done(context, fmt::format("backup made at {}", s.directory));
}

Status RestoreFrom(const ast::RestoreFrom& s, const CommandContext& context, Triggers& triggers) {
  PARTON_RETURN_IF_ERROR(CheckWritable(context));
  PARTON_RETURN_IF_ERROR(context.files.MayRead(s.directory));
  PARTON_RETURN_IF_ERROR(context.store.maintenance().Restore(s.directory, ProgressOf(context)));
  PARTON_RETURN_IF_ERROR(triggers.Load());
  return Done(context, fmt::format("{} tables restored", context.store.Tables().size()));
}

Status Repair(const CommandContext& context, Triggers& triggers) {
  PARTON_RETURN_IF_ERROR(CheckWritable(context));
  TableStore& store = context.store;
  const StoreProgress progress = ProgressOf(context);
  PARTON_ASSIGN_OR_RETURN(std::vector<std::string> done, store.maintenance().Repair(progress));
  std::vector<Value> rows;
  rows.reserve(done.size());
  for (const std::string& line : done) rows.push_back(Value::Struct({{"repair", Value::String(line)}}));
  PARTON_ASSIGN_OR_RETURN(const std::vector<std::string> problems, CheckAll(store, triggers, progress));
  for (const std::string& problem : problems) {
    rows.push_back(Value::Struct({{"repair", Value::String("still wrong: " + problem)}}));
  }
  context.result.SetRows(std::move(rows), {"repair"}, true);
  return Status::Ok();
}

}  // namespace parton::commands
