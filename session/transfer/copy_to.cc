// COPY from a table or a query to a file.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "io/csv_parser.h"
#include "io/file_sink.h"
#include "session/commands/commands.h"
#include "session/compile.h"
#include "session/running_plan.h"
#include "session/transfer/copy_options.h"
#include "session/transfer/copy_remote.h"
#include "storage/remote/remote_store.h"
#include "types/value/value_print.h"

namespace parton {

namespace commands {

namespace {

// A field that CopyFrom reads back: absent ones are empty, an empty string is "".
void AppendCsvField(const Value& v, char delimiter, std::string* line) {
  if (v.is_absent()) return;
  std::string text = v.is_text() ? std::string(v.bytes()) : v.ToJson();
  if (v.is_lob()) text = text.substr(1, text.size() - 2);
  const char special[] = {'"', '\r', '\n', delimiter};
  if (!text.empty() && text.find_first_of(special, 0, sizeof(special)) == std::string::npos) {
    *line += text;
    return;
  }
  AppendCsvQuoted(text, line);
}

// One file being written: the rows of a query in one of the formats.
class Export {
 public:
  Export(const CopyToOptions& options, FileSink* file) : options_(options), file_(file) {}

  Status Begin(std::vector<std::string> columns) {
    columns_ = std::move(columns);
    if (options_.format != FileFormat::kCsv || !options_.header) return Status::Ok();
    for (const std::string& column : columns_) {
      if (&column != &columns_[0]) line_ += options_.delimiter;
      AppendCsvField(Value::String(column), options_.delimiter, &line_);
    }
    return EndLine();
  }

  Status Row(const Value& row) {
    switch (options_.format) {
      case FileFormat::kCsv: PARTON_RETURN_IF_ERROR(CsvRow(row)); break;
      case FileFormat::kJson: line_ += (count_ == 0 ? "[\n" : ",\n") + row.ToJson(); break;
      case FileFormat::kJsonl: line_ += row.ToJson(); break;
      case FileFormat::kDdbJson: {
        PARTON_ASSIGN_OR_RETURN(std::string item, ItemToDynamoJson(row));
        line_ += "{\"Item\":" + item + "}";
        break;
      }
    }
    ++count_;
    return options_.format == FileFormat::kJson ? Put() : EndLine();
  }

  Status Finish() {
    if (options_.format == FileFormat::kJson) line_ += count_ == 0 ? "[]\n" : "\n]\n";
    PARTON_RETURN_IF_ERROR(Put());
    return file_->Finish();
  }
  uint64_t count() const { return count_; }

 private:
  Status CsvRow(const Value& row) {
    if (!row.is_struct()) return Status::Validation("COPY TO a CSV file takes rows that are tuples");
    for (const std::string& column : columns_) {
      if (&column != &columns_[0]) line_ += options_.delimiter;
      AppendCsvField(row.GetBorrowed(column), options_.delimiter, &line_);
    }
    return Status::Ok();
  }
  Status EndLine() {
    line_ += '\n';
    return Put();
  }
  Status Put() {
    Status done = file_->Write(line_);
    line_.clear();
    return done;
  }

  const CopyToOptions& options_;
  FileSink* file_;
  std::vector<std::string> columns_;
  std::string line_;
  uint64_t count_ = 0;
};

}  // namespace

Result<PlannedPtr> PlanOf(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& context) {
  if (!s.table) {
    PlannerInput input;
    input.store = &context.store;
    input.settings = &context.settings;
    input.functions = context.functions;
    return PlanQuery(*s.query, statement, input);
  }
  std::string text = "SELECT VALUE x FROM ";
  for (const ast::Identifier& part : s.table->parts) {
    if (text.back() != ' ') text += ".";
    text += '"';
    for (char c : part.name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  return Compile(text + " AS x", context.settings, &context.store, context.functions);
}

namespace {

// The columns of a CSV file: of the select list, or all attributes there are, the key's first, in the order in
// which they are met. The same snapshot is read again for the rows.
Result<std::vector<std::string>> Columns(const ast::CopyTo& s, const PlannedStatement& planned,
                                         const CommandContext& context, RunningPlan& run) {
  const Query& query = *std::get<QueryPtr>(planned.body);
  std::vector<std::string> columns = query.columns;
  if (!columns.empty()) return columns;
  std::unordered_set<std::string> known;
  auto add = [&](const std::string& name) {
    if (known.insert(name).second) columns.push_back(name);
  };
  if (s.table && s.table->parts.size() == 1) {
    PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(*s.table, context));
    add(table->key.hash.name);
    if (table->key.range) add(table->key.range->name);
  }
  PARTON_RETURN_IF_ERROR(run.RunQuery(query, planned.slot_count, [&](const Value& row) {
    const Value whole = row.Materialize();
    if (!whole.is_struct()) return Status::Validation("COPY TO a CSV file takes rows that are tuples");
    for (const Field& f : whole.fields()) add(f.name);
    return Status();
  }));
  run.shared().ResetResults();
  return columns;
}

}  // namespace

Status CopyTo(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& context, RunningPlan& run) {
  if (IsRemotePath(s.file)) return PushTable(s, statement, context, run);
  PARTON_ASSIGN_OR_RETURN(CopyToOptions options, ParseCopyTo(s.options, s.file));
  PARTON_ASSIGN_OR_RETURN(PlannedPtr planned, PlanOf(s, statement, context));
  const Query& query = *std::get<QueryPtr>(planned->body);
  run.Prepare(false);
  FileSink file;
  PARTON_RETURN_IF_ERROR(file.Open(s.file, options.compression, context.files));
  std::vector<std::string> columns;
  if (options.format == FileFormat::kCsv) {
    PARTON_ASSIGN_OR_RETURN(columns, Columns(s, *planned, context, run));
  }
  Export out(options, &file);
  PARTON_RETURN_IF_ERROR(out.Begin(std::move(columns)));
  PARTON_RETURN_IF_ERROR(run.RunQuery(query, planned->slot_count, [&](const Value& row) { return out.Row(row); }));
  PARTON_RETURN_IF_ERROR(out.Finish());
  context.result.SetAffected(out.count());
  return Status::Ok();
}

}  // namespace commands
}  // namespace parton
