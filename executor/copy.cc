// COPY between tables and files.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

#include <csv.h>
#include <fmt/format.h>

#include "executor/commands.h"
#include "executor/write.h"
#include "types/json_reader.h"
#include "types/value_print.h"

namespace parton {

namespace commands {

namespace {

std::string Lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

struct CopyOptions {
  std::string format;         // csv, json (an array), jsonl, ddbjson
  std::vector<Field> csv;     // those of the table function
  std::string mode = "insert";
  uint64_t batch = 0;
  bool header = true;
  std::string delimiter = ",";
};

std::string FormatOfFile(std::string file) {
  if (file.ends_with(".gz")) file.resize(file.size() - 3);
  for (const char* format : {"csv", "jsonl", "ddbjson", "json", "ndjson"}) {
    if (file.ends_with(std::string(".") + format)) return format == std::string("ndjson") ? "jsonl" : format;
  }
  return "";
}

Result<CopyOptions> ParseOptions(const std::vector<ast::Option>& options, const std::string& file, bool from) {
  CopyOptions out;
  out.format = FormatOfFile(file);
  for (const ast::Option& o : options) {
    const std::string name = Lower(o.name.name);
    bool good = true;
    if (name == "format") {
      good = o.value.is_text();
      if (good) out.format = Lower(o.value.bytes());
    } else if (name == "header") {
      good = o.value.is_bool();
      if (good) out.header = o.value.bool_value();
      out.csv.push_back({name, o.value});
    } else if (name == "delimiter" || name == "delim") {
      good = o.value.is_text() && o.value.bytes().size() == 1;
      if (good) out.delimiter = o.value.bytes();
      out.csv.push_back({"delimiter", o.value});
    } else if (from && (name == "quote" || name == "columns" || name == "types")) {
      out.csv.push_back({name, o.value});
    } else if (from && name == "batch") {
      good = o.value.is_small_int() && o.value.int_value() > 0;
      if (good) out.batch = static_cast<uint64_t>(o.value.int_value());
    } else if (from && name == "mode") {
      good = o.value.is_text();
      if (good) out.mode = Lower(o.value.bytes());
      good = good && (out.mode == "insert" || out.mode == "replace" || out.mode == "upsert");
    } else {
      return Status::Validation(fmt::format("COPY has no option {} here", o.name.name), o.span);
    }
    if (!good) return Status::Validation(fmt::format("a wrong value for the option {}", o.name.name), o.span);
  }
  if (out.format != "csv" && out.format != "json" && out.format != "jsonl" && out.format != "ddbjson") {
    return Status::Validation(out.format.empty() ? "COPY needs a format" : "unknown format " + out.format, {},
                              "(FORMAT csv), json, jsonl or ddbjson");
  }
  return out;
}

// Key attributes declared NUMBER are numbers in a CSV file, too.
void AddKeyTypes(const TableSchema& table, CopyOptions* o) {
  std::vector<Field> types;
  auto given = std::find_if(o->csv.begin(), o->csv.end(), [](const Field& f) { return f.name == "types"; });
  if (given != o->csv.end()) {
    types = given->value.Materialize().fields();
    o->csv.erase(given);
  } else if (!o->header) {
    return;
  }
  auto add = [&](const KeyAttribute& k) {
    if (k.type != KeyType::kNumber) return;
    for (const Field& f : types) {
      if (f.name == k.name) return;
    }
    types.push_back({k.name, Value::String("NUMBER")});
  };
  add(table.key.hash);
  if (table.key.range) add(*table.key.range);
  if (!types.empty()) o->csv.push_back({"types", Value::Struct(std::move(types))});
}

// ---- Writing files

// A file that appears under its name only when it is complete.
class OutputFile {
 public:
  ~OutputFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    if (direct_) return;
    std::remove(temporary_.c_str());
  }
  Status Open(const std::string& path) {
    path_ = path;
    direct_ = path == "/dev/stdout" || path == "/dev/null";
    temporary_ = direct_ ? path : path + ".part";
    file_ = std::fopen(temporary_.c_str(), "wb");
    if (file_ == nullptr) return Error("cannot write");
    return Status::Ok();
  }
  Status Write(std::string_view s) {
    if (!s.empty() && std::fwrite(s.data(), s.size(), 1, file_) != 1) return Error("cannot write");
    return Status::Ok();
  }
  Status Finish() {
    std::FILE* f = std::exchange(file_, nullptr);
    if (std::fclose(f) != 0) return Error("cannot write");
    if (!direct_ && std::rename(temporary_.c_str(), path_.c_str()) != 0) return Error("cannot write");
    return Status::Ok();
  }

 private:
  Status Error(const char* what) const {
    return Status::IoError(fmt::format("{} {}: {}", what, path_, std::strerror(errno)));
  }
  std::string path_;
  std::string temporary_;
  std::FILE* file_ = nullptr;
  bool direct_ = false;
};

std::string CsvField(const Value& v, char delimiter) {
  if (v.is_absent()) return "";
  std::string text = v.is_text() ? std::string(v.bytes()) : v.ToJson();
  if (!v.is_text() && v.is_lob()) text = text.substr(1, text.size() - 2);
  if (text.find_first_of(std::string("\"\r\n") + delimiter) == std::string::npos && !text.empty()) return text;
  std::string quoted(text.size() * 2 + 2, '\0');
  quoted.resize(csv_write(quoted.data(), quoted.size(), text.data(), text.size()));
  return quoted;
}

}  // namespace

Status CopyFrom(const ast::CopyFrom& s, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  PARTON_ASSIGN_OR_RETURN(CopyOptions options, ParseOptions(s.options, s.file, true));
  // The file's rows are the source of an INSERT.
  Plan::FunctionScan scan;
  scan.function = options.format == "csv" ? "csv" : options.format == "ddbjson" ? "ddbjson" : "json";
  scan.args.push_back(MakeExpr(Expr::Literal{Value::String(s.file)}, s.file_span));
  if (options.format == "csv") {
    AddKeyTypes(*table, &options);
    scan.args.push_back(MakeExpr(Expr::Literal{Value::Struct(options.csv)}, s.file_span));
  }
  scan.slot = 0;
  Query query;
  query.root = MakePlan(std::move(scan));
  query.slot = 0;
  query.span = s.file_span;
  WritePlan plan;
  plan.kind = options.mode == "insert"    ? WritePlan::Kind::kInsert
              : options.mode == "replace" ? WritePlan::Kind::kReplace
                                          : WritePlan::Kind::kUpsert;
  plan.table = table;
  plan.source = std::make_shared<const Query>(std::move(query));
  plan.batch = options.batch;
  return result->RunWriteStatement(plan, 1);
}

Status CopyTo(const ast::CopyTo& s, const ast::Statement& statement, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(CopyOptions options, ParseOptions(s.options, s.file, false));
  PlannedPtr planned;
  if (s.table) {
    std::string text = "SELECT VALUE x FROM ";
    for (const ast::Identifier& part : s.table->parts) {
      if (text.back() != ' ') text += ".";
      text += '"';
      for (char c : part.name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    PARTON_ASSIGN_OR_RETURN(planned, result->connection().Plan(text + " AS x"));
  } else {
    PlannerInput input;
    input.store = &result->connection().store();
    input.settings = result->connection().settings().get();
    PARTON_ASSIGN_OR_RETURN(planned, PlanQuery(*s.query, statement, input));
  }
  const Query& query = *std::get<QueryPtr>(planned->body);
  result->PrepareShared(false);
  OutputFile file;
  PARTON_RETURN_IF_ERROR(file.Open(s.file));
  uint64_t count = 0;

  if (options.format == "csv") {
    std::vector<std::string> columns = query.columns;
    if (columns.empty()) {
      // Two passes over one snapshot: the columns first.
      PARTON_RETURN_IF_ERROR(result->RunQuery(query, planned->slot_count, [&](const Value& row) {
        const Value whole = row.Materialize();
        for (const Field& f : whole.fields()) {
          if (std::find(columns.begin(), columns.end(), f.name) == columns.end()) columns.push_back(f.name);
        }
        return Status();
      }));
      result->shared().ResetResults();
    }
    std::string line;
    auto end_line = [&] {
      line += "\n";
      Status done = file.Write(line);
      line.clear();
      return done;
    };
    if (options.header) {
      for (size_t i = 0; i < columns.size(); ++i) {
        line += (i == 0 ? "" : options.delimiter) + CsvField(Value::String(columns[i]), options.delimiter[0]);
      }
      PARTON_RETURN_IF_ERROR(end_line());
    }
    PARTON_RETURN_IF_ERROR(result->RunQuery(query, planned->slot_count, [&](const Value& row) -> Status {
      if (!row.is_struct()) return Status::Validation("COPY TO a CSV file takes rows that are tuples");
      for (size_t i = 0; i < columns.size(); ++i) {
        line += (i == 0 ? "" : options.delimiter) + CsvField(row.GetBorrowed(columns[i]), options.delimiter[0]);
      }
      ++count;
      return end_line();
    }));
  } else {
    const bool array = options.format == "json";
    PARTON_RETURN_IF_ERROR(result->RunQuery(query, planned->slot_count, [&](const Value& row) -> Status {
      std::string line;
      if (array) line = count == 0 ? "[\n" : ",\n";
      ++count;
      if (options.format == "ddbjson") {
        // An item as S3 exports have it: {"Item": {name: value, ...}}.
        Result<std::string> text = ItemToDynamoJson(row);
        if (!text.ok()) return std::move(text).status();
        line += "{\"Item\":" + *text + "}";
      } else {
        line += row.ToJson();
      }
      if (!array) line += "\n";
      return file.Write(line);
    }));
    if (array) PARTON_RETURN_IF_ERROR(file.Write(count == 0 ? "[]\n" : "\n]\n"));
  }
  PARTON_RETURN_IF_ERROR(file.Finish());
  result->SetAffected(count);
  return Status::Ok();
}

}  // namespace commands
}  // namespace parton
