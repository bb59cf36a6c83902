// Table functions in FROM. Rows are produced as they are asked for.
#include <filesystem>
#include <system_error>
#include <utility>

#include "executor/operators/feed_rows.h"
#include "executor/operators/operators.h"
#include "io/csv_reader.h"
#include "io/file_source.h"
#include "storage/attached_stores.h"
#include "storage/change_reader.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

// One table function at work.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual Result<bool> Next(Value* row) = 0;
};

class CsvRows final : public RowSource {
 public:
  CsvRows(std::unique_ptr<ByteSource> file, CsvOptions options)
      : file_(std::move(file)), reader_(file_.get(), std::move(options)) {}
  Result<bool> Next(Value* row) override { return reader_.Next(row); }

 private:
  std::unique_ptr<ByteSource> file_;
  CsvReader reader_;
};

class JsonRows final : public RowSource {
 public:
  JsonRows(std::unique_ptr<ByteSource> file, JsonRecordReader::Format format)
      : file_(std::move(file)), reader_(file_.get(), format) {}
  Result<bool> Next(Value* row) override { return reader_.Next(row); }

 private:
  std::unique_ptr<ByteSource> file_;
  JsonRecordReader reader_;
};

// From one end to the other, both included.
class RangeRows final : public RowSource {
 public:
  RangeRows(Number from, Number to, Number step) : at_(from), to_(to), step_(step) {}
  Result<bool> Next(Value* row) override {
    if (done_) return false;
    const int c = Number::Compare(at_, to_);
    if (step_.Sign() > 0 ? c > 0 : c < 0) return false;
    *row = Value::FromStored(at_);
    Result<Number> next = Number::Add(at_, step_);
    if (!next.ok()) return std::move(next).status();
    // Beyond 38 digits a step may change nothing.
    done_ = Number::Compare(*next, at_) == 0;
    at_ = *next;
    return true;
  }

 private:
  Number at_;
  Number to_;
  Number step_;
  bool done_ = false;
};

Result<std::unique_ptr<RowSource>> MakeRange(const std::vector<Value>& args) {
  for (const Value& v : args) {
    if (!v.is_exact()) return Status::Validation("range takes exact numbers: range(from, to [, step])");
  }
  Number step = args.size() > 2 ? args[2].number() : Number(1);
  if (step.IsZero()) return Status::Validation("range: the step must not be 0");
  return std::unique_ptr<RowSource>(new RangeRows(args[0].number(), args[1].number(), step));
}

class ChangeRows final : public RowSource {
 public:
  explicit ChangeRows(std::unique_ptr<FeedRows> rows) : rows_(std::move(rows)) {}
  Result<bool> Next(Value* row) override { return rows_->Next(row); }

 private:
  std::unique_ptr<FeedRows> rows_;
};

class RemoteChangeRows final : public RowSource {
 public:
  explicit RemoteChangeRows(std::unique_ptr<ChangeCursor> changes) : changes_(std::move(changes)) {}
  Result<bool> Next(Value* row) override { return changes_->Next(row); }

 private:
  std::unique_ptr<ChangeCursor> changes_;
};

Result<std::unique_ptr<RowSource>> MakeChanges(const std::vector<Value>& args, TableStore* store) {
  if (store == nullptr || !args[0].is_text()) {
    return Status::Validation("changes takes the name of a table and a sequence number: changes('t' [, after])");
  }
  uint64_t after = 0;
  const bool from_start = args.size() < 2;
  PARTON_ASSIGN_OR_RETURN(const TablePtr table, store->GetTable(args[0].bytes()));
  const auto [owner, own] = AttachedStores::OwnerOf(store, table);
  if (auto* reader = dynamic_cast<ChangeReader*>(owner)) {
    if (!from_start && !args[1].is_text()) {
      return Status::Validation("changes('t', position): `position` is the Position of a record, of a remote engine");
    }
    PARTON_ASSIGN_OR_RETURN(auto changes,
                            reader->OpenChanges(*own, from_start ? std::string() : std::string(args[1].bytes())));
    return std::unique_ptr<RowSource>(new RemoteChangeRows(std::move(changes)));
  }
  if (!from_start) {
    const Value& v = args[1];
    if (!v.is_exact() || !v.number().FitsInt64() || v.number().ToInt64() < 0) {
      return Status::Validation("changes('t', after): `after` is a sequence number");
    }
    after = static_cast<uint64_t>(v.number().ToInt64());
  }
  PARTON_ASSIGN_OR_RETURN(auto rows, FeedRows::Open(store, args[0].bytes(), from_start, after));
  return std::unique_ptr<RowSource>(new ChangeRows(std::move(rows)));
}

Result<std::unique_ptr<RowSource>> MakeRows(const std::string& function, const std::vector<Value>& args,
                                            const ExecutionShared& shared) {
  if (function == "changes") return MakeChanges(args, shared.store);
  if (function == "range") return MakeRange(args);
  if (function == "csv" || function == "json" || function == "ddbjson") {
    if (!args[0].is_text()) return Status::Validation(function + " takes the name of a file");
    if (shared.files == nullptr) return Status::IoError("files cannot be read here");
    PARTON_ASSIGN_OR_RETURN(auto file, OpenFileSource(std::string(args[0].bytes()), *shared.files));
    if (function == "csv") {
      PARTON_ASSIGN_OR_RETURN(CsvOptions options, ParseCsvOptions(args.size() > 1 ? args[1] : Value::Missing()));
      return std::unique_ptr<RowSource>(new CsvRows(std::move(file), std::move(options)));
    }
    return std::unique_ptr<RowSource>(new JsonRows(
        std::move(file), function == "json" ? JsonRecordReader::Format::kJson : JsonRecordReader::Format::kDynamoItem));
  }
  return Status::Unsupported("the table function " + function + " cannot be used yet");
}

class FunctionScan final : public Operator {
 public:
  FunctionScan(const Plan::FunctionScan& node, ExecutionContext& ctx) : Operator(ctx), node_(node) {}

  bool Open() override {
    position_ = 0;
    std::vector<Value> args;
    for (const ExprPtr& e : node_.args) args.push_back(EvaluateValue(*e, ctx_.eval));
    if (ctx_.failed() || !MayOpen(args)) return false;
    Result<std::unique_ptr<RowSource>> rows = MakeRows(node_.function, args, *ctx_.shared);
    if (!rows.ok()) {
      TextSpan span = node_.args.empty() ? TextSpan{} : node_.args[0]->span;
      return ctx_.FailIfError(std::move(rows).status().At(span));
    }
    rows_ = std::move(*rows);
    return true;
  }
  bool Next() override {
    if (!ctx_.Tick()) return false;
    Result<bool> more = rows_->Next(&ctx_.slot(node_.slot));
    if (!more.ok()) return ctx_.FailIfError(std::move(more).status());
    if (!*more) return false;
    if (node_.at_slot >= 0) ctx_.slot(node_.at_slot) = Value::Int(position_);
    ++position_;
    return true;
  }
  void Close() override { rows_.reset(); }

 private:
  // A pipe gives its rows once: an operator that starts over would lose them without a word.
  bool MayOpen(const std::vector<Value>& args) {
    const bool again = std::exchange(opened_, true);
    if (!again || node_.function == "range" || node_.function == "changes" || !args[0].is_text()) return true;
    const std::string path(args[0].bytes());
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored)) return true;
    return ctx_.FailIfError(Status(StatusCode::kIoError,
                                   path + " can be read only once, and this statement needs it again",
                                   node_.args[0]->span, "a copy of it in a file, or a higher memory_limit, helps"));
  }

  const Plan::FunctionScan& node_;
  std::unique_ptr<RowSource> rows_;
  int64_t position_ = 0;
  bool opened_ = false;
};

}  // namespace

OperatorPtr MakeFunctionScan(const Plan::FunctionScan& node, ExecutionContext& ctx) {
  return std::make_unique<FunctionScan>(node, ctx);
}

}  // namespace parton
