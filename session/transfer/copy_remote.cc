#include "session/transfer/copy_remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "session/remote_access.h"
#include "session/transfer/copy_options.h"
#include "session/transfer/load.h"
#include "session/transfer/segmented_scan.h"
#include "storage/attached_stores.h"
#include "types/json/json_reader.h"
#include "types/text/base64.h"

namespace parton::commands {

namespace {

constexpr uint64_t kBytesOfSegment = uint64_t{8} << 20;
constexpr uint64_t kMostSegments = 4;
constexpr double kUnitsOfPage = 128;  // a page of Scan has a megabyte

// A table that is to be as another one is, in another database.
TableSchema SameTable(const TableSchema& other, const std::string& name) {
  TableSchema made;
  made.name = name;
  made.key = other.key;
  for (const IndexSchema& index : other.indexes) {
    IndexSchema& own = made.indexes.emplace_back();
    own.name = index.name;
    own.kind = index.kind;
    own.key = index.key;
    own.projection = index.projection;
    own.include = index.include;
  }
  made.ttl_attribute = other.ttl_attribute;
  return made;
}

Result<std::string> OneName(const ast::QualifiedName& name) {
  if (name.parts.size() == 1) return name.parts[0].name;
  return Status::Validation("the name of a table is wanted here, without an index", name.span);
}

// The table, made now if it is not there and `create`.
Result<TablePtr> TargetTable(const CommandContext& target, const std::string& name, TextSpan span, bool create,
                             const TableSchema& like) {
  Result<TablePtr> table = target.store.GetTable(name);
  if (table.ok() || table.status().code() != StatusCode::kNotFound) return table;
  if (!create) {
    return std::move(table).status().At(span).WithHint(
        "COPY with (CREATE_TABLE) makes it with the same keys and indexes");
  }
  PARTON_RETURN_IF_ERROR(CheckWritable(target));
  PARTON_ASSIGN_OR_RETURN(table, target.store.admin().CreateTable(SameTable(like, name)));
  target.result.AddNotice(fmt::format("table {} created", name));
  return table;
}

std::string MarkOf(const TableSchema& table) { return fmt::format("table of {}", table.created_ms); }

}  // namespace

CommandContext OnStore(const CommandContext& c, TableStore* store) {
  return CommandContext{*store, c.settings, c.files, c.read_only, c.progress, c.bounds, c.result, c.functions};
}

Status CheckOneDatabase(const CommandContext& context, const TableStore& store, RunningPlan& run) {
  if (run.transaction() == nullptr || &store == &context.store) return Status::Ok();
  // The own store of a connection with attached databases.
  if (store.capabilities().records != nullptr) return Status::Ok();
  return Status::Unsupported(
             "COPY to another database cannot be part of a transaction of this one: neither engine "
             "waits for the other's COMMIT")
      .WithHint("COMMIT or ROLLBACK first");
}

Status PullTable(const ast::CopyFrom& s, const CommandContext& given, RunningPlan& run) {
  PARTON_ASSIGN_OR_RETURN(CopyRemoteOptions options, ParseCopyRemote(s.options, true));
  Result<RemoteTable> path = ParseRemoteTable(s.file);
  if (!path.ok()) return std::move(path).status().At(s.file_span);
  Result<std::unique_ptr<TableStore>> engine = OpenOtherEngine(path->database, given);
  if (!engine.ok()) return std::move(engine).status().At(s.file_span);
  Result<TablePtr> found = (*engine)->GetTable(path->table);
  if (!found.ok()) return std::move(found).status().At(s.file_span);
  const TablePtr source = *found;

  Result<TablePtr> there = FindTable(s.table, given);
  TableStore* store = &given.store;
  TablePtr table;
  if (there.ok()) {
    std::tie(store, table) = AttachedStores::OwnerOf(&given.store, *there);
  } else {
    PARTON_ASSIGN_OR_RETURN(const std::string name, OneName(s.table));
    if (options.create && run.transaction() != nullptr) {
      return Status::Validation("tables cannot be created inside a transaction", s.table.span);
    }
    PARTON_ASSIGN_OR_RETURN(table, TargetTable(given, name, s.table.span, options.create, *source));
  }
  PARTON_RETURN_IF_ERROR(CheckOneDatabase(given, *store, run));
  const CommandContext context = OnStore(given, store);

  options.load.note_name = EngineName(s.file);
  options.load.file_mark = MarkOf(*source);
  SegmentedScan scan(engine->get(), source, options.rate);
  options.load.position = [&scan] { return scan.Position(); };
  Loader loader(table, options.load, context, run);
  uint64_t done = 0;
  if (options.resume) {
    PARTON_ASSIGN_OR_RETURN(const std::optional<uint64_t> before, loader.Interrupted());
    if (!before) given.result.AddNotice("no load of this table was interrupted: it starts at the beginning");
    done = before.value_or(0);
  }
  PARTON_RETURN_IF_ERROR(loader.Begin(done));
  const TableStats stats = (*engine)->Stats(*source, nullptr);
  if (done > 0) {
    PARTON_RETURN_IF_ERROR(scan.Resume(loader.noted_position()));
  } else {
    uint64_t segments = options.segments;
    if (segments == 0) segments = std::min(kMostSegments, stats.approximate_bytes / kBytesOfSegment + 1);
    // Each segment has a page under way.
    if (options.rate > 0) segments = std::min(segments, static_cast<uint64_t>(options.rate / kUnitsOfPage) + 1);
    PARTON_RETURN_IF_ERROR(scan.Open(segments));
  }
  loader.SetFraction([&] {
    return stats.approximate_items == 0
               ? 0
               : std::min(1.0, static_cast<double>(loader.records()) / static_cast<double>(stats.approximate_items));
  });
  for (;;) {
    Value item;
    Result<bool> more = Guarded([&] { return scan.Next(&item); });
    if (!more.ok()) return loader.Abandon(std::move(more).status());
    if (!*more) break;
    PARTON_RETURN_IF_ERROR(loader.Add(std::move(item), 0, ""));
  }
  PARTON_RETURN_IF_ERROR(loader.Finish());
  given.result.SetAffected(loader.loaded());
  loader.AddNotices();
  if (scan.units() > 0) given.result.AddNotice(fmt::format("{} read units were consumed", scan.units()));
  return Status::Ok();
}

namespace {

// How far a push came, noted in the database that is pushed.
class PushNote {
 public:
  PushNote(RecordStore* records, const TableSchema& table, const std::string& target, std::string mark)
      : records_(records), key_(RecordKey::Load(table.id, "to " + target)), mark_(std::move(mark)) {}

  // The position to go on behind, and the records before it; nullopt: nothing is noted of this target.
  Result<std::optional<std::pair<std::string, uint64_t>>> Read() const {
    std::optional<std::pair<std::string, uint64_t>> out;
    if (records_ == nullptr) return out;
    PARTON_ASSIGN_OR_RETURN(const std::optional<std::string> note, records_->Get(key_));
    if (!note) return out;
    const Result<Value> v = ParseJson(*note);
    if (!v.ok() || !v->is_struct() || !v->Get("at").is_text() || !v->Get("records").is_small_int()) return out;
    if (!v->Get("mark").is_text() || v->Get("mark").bytes() != mark_) return out;
    std::optional<std::string> at = Base64Decode(v->Get("at").bytes());
    if (at) out.emplace(*std::move(at), static_cast<uint64_t>(v->Get("records").int_value()));
    return out;
  }
  Status Write(const std::string& position, uint64_t records) {
    if (records_ == nullptr) return Status::Ok();
    noted_ = true;
    const Value note =
        Value::Struct({{"mark", mark_}, {"records", static_cast<int64_t>(records)}, {"at", Base64Encode(position)}});
    return records_->Write({{key_, note.ToJson()}});
  }
  Status Forget(bool known) {
    if (records_ == nullptr || (!noted_ && !known)) return Status::Ok();
    return records_->Write({{key_, std::nullopt}});
  }

 private:
  RecordStore* const records_;
  const RecordKey key_;
  const std::string mark_;
  bool noted_ = false;
};

// A whole table, in the order in which the store scans it.
class TableItems {
 public:
  Status Open(TableStore* store, const TablePtr& table, const std::string& after) {
    store_ = store;
    view_ = store->NewView();
    CursorSpec spec;
    spec.table = table;
    spec.after = after;
    spec.fill_cache = false;
    PARTON_ASSIGN_OR_RETURN(cursor_, store->OpenCursor(*view_, spec, &eval_, 0));
    return Status::Ok();
  }
  Result<bool> Next(Value* item) {
    if (!cursor_->Next(item)) {
      PARTON_RETURN_IF_ERROR(cursor_->status());
      return false;
    }
    *item = item->Materialize().Own();
    return true;
  }
  std::string Position() const { return cursor_->Position(); }

 private:
  TableStore* store_ = nullptr;
  std::unique_ptr<ReadView> view_;
  EvalContext eval_;
  std::unique_ptr<ItemCursor> cursor_;
};

Status PushItems(const ast::CopyTo& s, const CommandContext& given, const TablePtr& source, TableStore* owner,
                 const CopyRemoteOptions& options, const TablePtr& target, const CommandContext& remote,
                 RunningPlan& run) {
  RecordStore* records = given.read_only ? nullptr : owner->capabilities().records;
  PushNote note(records, *source, EngineName(s.file), MarkOf(*target));
  std::string after;
  uint64_t done = 0;
  bool known = false;
  if (options.resume) {
    PARTON_ASSIGN_OR_RETURN(const auto before, note.Read());
    known = before.has_value();
    if (known) std::tie(after, done) = *before;
    if (!known) given.result.AddNotice("no copy to this table was interrupted: it starts at the beginning");
  }
  TableItems items;
  LoadOptions load = options.load;
  std::optional<Loader> loader;
  if (records != nullptr) load.written = [&] { return note.Write(items.Position(), loader->records()); };
  loader.emplace(target, load, remote, run);
  PARTON_RETURN_IF_ERROR(loader->Begin(done));
  PARTON_RETURN_IF_ERROR(items.Open(owner, source, after));
  const TableStats stats = owner->Stats(*source, nullptr);
  loader->SetFraction([&] {
    return stats.approximate_items == 0
               ? 0
               : std::min(1.0, static_cast<double>(loader->records()) / static_cast<double>(stats.approximate_items));
  });
  for (;;) {
    Value item;
    Result<bool> more = Guarded([&] { return items.Next(&item); });
    if (!more.ok()) return loader->Abandon(std::move(more).status());
    if (!*more) break;
    PARTON_RETURN_IF_ERROR(loader->Add(std::move(item), 0, ""));
  }
  PARTON_RETURN_IF_ERROR(loader->Finish());
  PARTON_RETURN_IF_ERROR(note.Forget(known));
  given.result.SetAffected(loader->loaded());
  loader->AddNotices();
  return Status::Ok();
}

}  // namespace

Status PushTable(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& given, RunningPlan& run) {
  PARTON_ASSIGN_OR_RETURN(CopyRemoteOptions options, ParseCopyRemote(s.options, false));
  options.load.rate = options.rate;
  if (run.transaction() != nullptr) {
    return Status::Unsupported(
        "COPY to another database cannot be part of a transaction of this one: neither engine "
        "waits for the other's COMMIT",
        s.file_span, "COMMIT or ROLLBACK first");
  }
  Result<RemoteTable> path = ParseRemoteTable(s.file);
  if (!path.ok()) return std::move(path).status().At(s.file_span);
  CommandContext writing{given.store,    given.settings, given.files,  false,
                         given.progress, given.bounds,   given.result, given.functions};
  Result<std::unique_ptr<TableStore>> engine = OpenOtherEngine(path->database, writing);
  if (!engine.ok()) return std::move(engine).status().At(s.file_span);
  const CommandContext remote = OnStore(writing, engine->get());
  // A table of the database itself, not an index of one.
  TablePtr source;
  if (s.table) {
    Result<TablePtr> found = FindTable(*s.table, given);
    if (!found.ok()) return std::move(found).status();
    source = *found;
  }
  if (source == nullptr && (options.create || options.resume)) {
    return Status::Validation(
        fmt::format("{} is for copies of whole tables", options.create ? "CREATE_TABLE" : "RESUME"), s.file_span);
  }
  PARTON_ASSIGN_OR_RETURN(const TablePtr target, TargetTable(remote, path->table, s.file_span, options.create,
                                                             source != nullptr ? *source : TableSchema()));
  if (source != nullptr) {
    const auto [owner, own] = AttachedStores::OwnerOf(&given.store, source);
    return PushItems(s, given, own, owner, options, target, remote, run);
  }
  PARTON_ASSIGN_OR_RETURN(const PlannedPtr planned, PlanOf(s, statement, given));
  Loader loader(target, options.load, remote, run);
  PARTON_RETURN_IF_ERROR(loader.Begin(0));
  run.Prepare(false);
  PARTON_RETURN_IF_ERROR(run.RunQuery(*std::get<QueryPtr>(planned->body), planned->slot_count,
                                      [&](const Value& row) { return loader.Add(row.Materialize().Own(), 0, ""); }));
  PARTON_RETURN_IF_ERROR(loader.Finish());
  given.result.SetAffected(loader.loaded());
  loader.AddNotices();
  return Status::Ok();
}

}  // namespace parton::commands
