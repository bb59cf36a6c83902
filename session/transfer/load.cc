#include "session/transfer/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "executor/write.h"
#include "storage/record_store.h"
#include "types/json/json_reader.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kMaxBatchBytes = 16 << 20;
constexpr size_t kMaxRemoteBytes = size_t{2} << 20;
constexpr uint64_t kMaxRemoteItems = 100;

// Whether one operation is to blame, so that the others could be written without it.
bool IsAboutItems(const Status& s) {
  switch (s.code()) {
    case StatusCode::kValidation:
    case StatusCode::kDuplicateItem:
    case StatusCode::kTypeMismatch:
    case StatusCode::kTransactionCanceled: return true;
    default: return false;
  }
}

}  // namespace

Loader::Loader(TablePtr table, LoadOptions options, const CommandContext& command, RunningPlan& run)
    : table_(std::move(table)),
      options_(std::move(options)),
      command_(command),
      run_(run),
      transaction_(run.transaction()),
      pace_(options_.rate) {}

Loader::~Loader() = default;

Result<std::optional<uint64_t>> Loader::Interrupted() {
  if (options_.note_name.empty()) return std::optional<uint64_t>();
  PARTON_ASSIGN_OR_RETURN(std::optional<std::string> note, command_.store.records().Get(NoteKey()));
  if (!note) return std::optional<uint64_t>();
  noted_ = true;
  Result<Value> v = ParseJson(*note);
  if (!v.ok() || !v->is_struct() || !v->Get("records").is_small_int()) return std::optional<uint64_t>();
  const Value mark = v->Get("file");
  if (!mark.is_text() || mark.bytes() != options_.file_mark) {
    return Status::Validation(
        fmt::format("{} is not the file that was being loaded: it has changed since", options_.note_name), {},
        "without RESUME, ON CONFLICT SKIP leaves out what is there");
  }
  noted_position_ = v->Get("at").Own();
  if (v->Get("line").is_small_int()) noted_line_ = static_cast<uint64_t>(v->Get("line").int_value());
  return std::optional<uint64_t>(static_cast<uint64_t>(v->Get("records").int_value()));
}

Status Loader::Begin(uint64_t done) {
  PARTON_RETURN_IF_ERROR(CheckWritable(command_));
  records_ = earlier_ = written_ = done;
  run_.Prepare(true);
  context_ = std::make_unique<ExecutionContext>(&run_.shared(), 1);
  if (transaction_ != nullptr) savepoint_ = transaction_->Savepoint();
  if (options_.errors_file.empty()) return Status::Ok();
  return errors_.Open(options_.errors_file, done == 0 ? 0 : noted_line_, command_.files);
}

Status Loader::Add(Value item, uint64_t line, std::string_view text) {
  if (!item.is_struct()) {
    return AddBad(Status::Validation(fmt::format("an item must be a tuple, not {}", TypeName(item.type()))), line,
                  text);
  }
  const uint64_t limit = context_->shared->settings->atomic_limit;
  if (options_.batch == 0 && ops_.size() >= limit) {
    return Fail(Status(StatusCode::kLimitExceeded,
                       fmt::format("there are more than {} items, the limit of an atomic statement", limit), {},
                       "without ATOMIC they are loaded in batches; SET atomic_limit raises the limit"));
  }
  pending_bytes_ += text.empty() ? ApproximateBytes(item) : text.size();
  WriteOp op;
  op.table = table_;
  if (options_.conflict == LoadOptions::Conflict::kMerge) {
    Status made = MakeUpsert(table_, item, &op);
    if (!made.ok()) return AddBad(std::move(made), line, text);
  } else {
    op.kind = options_.conflict == LoadOptions::Conflict::kReplace ? WriteOp::Kind::kPut : WriteOp::Kind::kInsert;
    op.if_exists =
        options_.conflict == LoadOptions::Conflict::kSkip ? WriteOp::Otherwise::kSkip : WriteOp::Otherwise::kFail;
    op.item = std::move(item);
  }
  ops_.push_back(std::move(op));
  pending_.push_back({line, options_.errors_file.empty() ? std::string() : std::string(text)});
  ++records_;
  line_ = line;
  // A store without records is a remote one, and a batch is what it writes as one.
  const bool remote = command_.store.capabilities().records == nullptr;
  const size_t most_bytes =
      std::min(remote && Bulk() == nullptr ? kMaxRemoteBytes : kMaxBatchBytes, context_->shared->memory.limit() / 8);
  const bool full = options_.batch != 0 && (ops_.size() >= MostItems() || pending_bytes_ >= most_bytes);
  return full ? Flush(false) : Status::Ok();
}

// A store without records is a remote one, and a batch is what it writes as one.
size_t Loader::MostItems() const {
  if (command_.store.capabilities().records != nullptr) return options_.batch;
  if (Bulk() == nullptr) return std::min(options_.batch, kMaxRemoteItems);
  // So that a slow load tells of itself now and then.
  return options_.rate > 0 ? std::clamp<uint64_t>(static_cast<uint64_t>(options_.rate), 25, options_.batch)
                           : options_.batch;
}

BulkWriter* Loader::Bulk() const {
  const bool fits = options_.conflict == LoadOptions::Conflict::kReplace ||
                    (each_ && options_.conflict != LoadOptions::Conflict::kMerge);
  return fits && transaction_ == nullptr && options_.batch != 0 ? command_.store.capabilities().bulk : nullptr;
}

Status Loader::AddBad(Status reason, uint64_t line, std::string_view text) {
  ++records_;
  line_ = line;
  if (options_.errors_file.empty()) return Fail(WithPlace(std::move(reason), line));
  Status s = WriteError(reason, line, text);
  return s.ok() ? s : Fail(std::move(s));
}

Status Loader::Finish() {
  PARTON_RETURN_IF_ERROR(Flush(true));
  if (transaction_ != nullptr) transaction_->Release(savepoint_);
  return Status::Ok();
}

Status Loader::Flush(bool last) {
  if (context_->Stopped()) return Fail(context_->Cancelled());
  bool find_bad = errors_.is_open();
  // An entry is written before what makes it final.
  auto flush_errors = [&] { return errors_.is_open() ? errors_.Flush() : Status::Ok(); };
  while (!ops_.empty() || (last && noted_)) {
    if (Status flushed = flush_errors(); !flushed.ok()) return Fail(std::move(flushed));
    Result<std::vector<WriteOutcome>> outcomes = Write(last, find_bad);
    if (outcomes.ok()) {
      for (const WriteOutcome& o : *outcomes) ++(o.applied ? loaded_ : skipped_);
      written_ = records_;
      if (transaction_ == nullptr) {
        noted_ = !last && !options_.note_name.empty() && options_.batch != 0 &&
                 command_.store.capabilities().records != nullptr;
      } else if (last) {
        noted_ = false;
      }
      break;
    }
    Status s = std::move(outcomes).status();
    if (!IsAboutItems(s)) return Fail(std::move(s));
    if (s.code() == StatusCode::kTransactionCanceled && find_bad) {
      Status aside = PutAside(s.reasons());
      if (!aside.ok()) return Fail(std::move(aside));
    } else if (find_bad) {
      return Fail(std::move(s));
    }
    find_bad = true;  // again, to learn which ones
  }
  ops_.clear();
  pending_.clear();
  pending_bytes_ = 0;
  if (Status flushed = flush_errors(); !flushed.ok()) return Fail(std::move(flushed));
  if (options_.written && !last) {
    if (Status noted = options_.written(); !noted.ok()) return Fail(std::move(noted));
  }
  Status told = TellProgress();
  return told.ok() ? told : Fail(std::move(told));
}

Result<std::vector<WriteOutcome>> Loader::Write(bool last, bool find_bad) {
  WriteOptions options;
  options.sequential = true;
  options.collect_reasons = find_bad;
  WriteMeter meter;
  CapacityMeter* const capacity = context_->capacity;
  if (capacity != nullptr) {
    // A batch that fails is tried again without what is wrong with it.
    meter = [this, capacity](const auto& done, const Status& error) {
      return error.ok() ? capacity->Write(ops_, done, error) : Status::Ok();
    };
    options.meter = &meter;
  }
  TableStore& store = command_.store;
  RecordWrites records;
  if (transaction_ != nullptr) {
    Result<std::vector<WriteOutcome>> outcomes = transaction_->Write(ops_, context_->eval, options);
    if (outcomes.ok() && last && noted_) transaction_->WriteRecords({{NoteKey(), std::nullopt}});
    return outcomes;
  }
  const bool keeps_notes = !options_.note_name.empty() && store.capabilities().records != nullptr;
  if (keeps_notes && options_.batch != 0 && (noted_ || !last)) {
    records[NoteKey()] = last ? std::nullopt : std::optional<std::string>(Note());
    options.records = &records;
  }
  if (store.capabilities().records == nullptr) return Guarded([&] { return WriteRemote(options); });
  return store.TransactWrite(ops_, context_->eval, options);
}

Result<std::vector<WriteOutcome>> Loader::WriteRemote(const WriteOptions& options) {
  if (ops_.empty()) return std::vector<WriteOutcome>();
  if (BulkWriter* bulk = Bulk()) return bulk->WriteEach(ops_, options, &pace_);
  Result<std::vector<WriteOutcome>> outcomes = command_.store.TransactWrite(ops_, context_->eval, options);
  if (!outcomes.ok() && outcomes.status().code() == StatusCode::kUnsupported && !each_) {
    each_ = true;
    if (BulkWriter* bulk = Bulk()) return bulk->WriteEach(ops_, options, &pace_);
  }
  if (!outcomes.ok() || options_.rate == 0) return outcomes;
  double units = 0;  // of a transaction: twice those of single writes
  for (const WriteOutcome& o : *outcomes) units += 2 * std::ceil(static_cast<double>(o.new_size) / 1024);
  pace_.Spend(units);
  return outcomes;
}

Status Loader::PutAside(const std::vector<Status>& reasons) {
  std::vector<WriteOp> good_ops;
  std::vector<Pending> good;
  for (size_t i = 0; i < ops_.size(); ++i) {
    if (i >= reasons.size() || reasons[i].ok()) {
      good_ops.push_back(std::move(ops_[i]));
      good.push_back(std::move(pending_[i]));
      continue;
    }
    if (options_.errors_file.empty()) {
      Status first(reasons[i].code(), reasons[i].message(), {}, reasons[i].hint());
      return WithPlace(std::move(first), pending_[i].line);
    }
    PARTON_RETURN_IF_ERROR(WriteError(reasons[i], pending_[i].line, pending_[i].text));
  }
  if (good_ops.size() == ops_.size()) return Status::Internal("a batch failed without a reason");
  ops_ = std::move(good_ops);
  pending_ = std::move(good);
  return Status::Ok();
}

Status Loader::WriteError(const Status& reason, uint64_t line, std::string_view text) {
  if (++bad_ > options_.max_errors) {
    return WithPlace(Status(reason.code(), fmt::format("more than {} bad records; the last one: {}",
                                                       options_.max_errors, reason.message())),
                     line);
  }
  return errors_.Add(line, reason, text);
}

RecordKey Loader::NoteKey() const { return RecordKey::Load(table_->id, options_.note_name); }

std::string Loader::Note() const {
  std::vector<Field> note = {
      {"file", options_.file_mark}, {"records", static_cast<int64_t>(records_)}, {"line", static_cast<int64_t>(line_)}};
  if (options_.position) note.push_back({"at", options_.position()});
  return Value::Struct(std::move(note)).ToJson();
}

Status Loader::WithPlace(Status s, uint64_t line) const {
  std::string message = s.message();
  // Readers of files have added the place already.
  const std::string place = fmt::format("ine {}: ", line);
  if (line != 0 && message.find(place) == std::string::npos) message = "L" + place + message;
  return Status(s.code(), std::move(message), s.span(), s.hint());
}

Status Loader::Fail(Status s) {
  if (transaction_ != nullptr) {
    transaction_->RollbackTo(savepoint_);
    return s;
  }
  if (loaded_ == 0 && earlier_ == 0) return s;
  std::string hint = fmt::format("{} items were loaded before", loaded_);
  if (noted_ || options_.written) {
    hint += "; COPY with (RESUME) goes on behind them";
  } else if (options_.can_skip && options_.errors_file.empty()) {
    hint += fmt::format("; COPY with (SKIP = {}) goes on behind them", written_);
  }
  if (!s.hint().empty()) hint = s.hint() + "; " + hint;
  return std::move(s).WithHint(std::move(hint));
}

Status Loader::TellProgress() {
  const ProgressCallback& progress = command_.progress;
  if (!progress) return Status::Ok();
  const double fraction = fraction_ ? fraction_() : 0;
  const uint64_t total = fraction > 0 ? static_cast<uint64_t>(static_cast<double>(records_) / fraction) : 0;
  if (progress(records_, total)) return Status::Ok();
  return CancelledStatus(CurrentBounds());
}

void Loader::AddNotices() const {
  if (earlier_ != 0) command_.result.AddNotice(fmt::format("{} records had been loaded before", earlier_));
  if (skipped_ != 0)
    command_.result.AddNotice(fmt::format("{} items were skipped: their keys are there already", skipped_));
  if (bad_ != 0) command_.result.AddNotice(fmt::format("{} bad records are in {}", bad_, options_.errors_file));
}

}  // namespace parton
