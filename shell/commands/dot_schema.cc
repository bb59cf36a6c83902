// Dot commands about tables and their items.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "parton/text.h"
#include "shell/commands/dot_actions.h"
#include "shell/commands/statement_names.h"
#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/session.h"

namespace parton::shell::actions {

namespace {

std::string QuoteName(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::vector<std::string> SortedTables(Session* s) {
  std::vector<std::string> names = s->database()->TableNames();
  std::sort(names.begin(), names.end());
  return names;
}

// The text a statement answers with, however the engine shapes it.
Result<std::string> AnswerText(Session* s, const std::string& statement) {
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result, s->connection()->Execute(statement));
  if (result->kind() == ResultKind::kText || result->kind() == ResultKind::kDone) {
    return result->text();
  }
  std::string text;
  if (result->kind() == ResultKind::kValue) {
    text = result->value().is_text() ? std::string(result->value().bytes()) : result->value().ToLiteral();
    return text;
  }
  while (result->Next()) {
    const Value row = result->row().Materialize();
    if (row.is_struct()) {
      for (const Field& f : row.fields()) {
        if (f.value.is_text()) text += std::string(f.value.bytes()) + "\n";
      }
    } else {
      text += (row.is_text() ? std::string(row.bytes()) : row.ToLiteral()) + "\n";
    }
  }
  PARTON_RETURN_IF_ERROR(result->status());
  return text;
}

Result<std::string> CreateText(Session* s, const std::string& table) {
  PARTON_ASSIGN_OR_RETURN(std::string text, AnswerText(s, "SHOW CREATE TABLE " + QuoteName(table)));
  while (!text.empty() && (text.back() == '\n' || text.back() == ';')) text.pop_back();
  return text + ";\n";
}

// INSERT statements with all items of a table. False if nobody reads any more.
Result<bool> DumpItems(Session* s, const std::string& table) {
  // Statements stay well below the longest text there may be.
  constexpr size_t kRowsPerInsert = 100;
  constexpr size_t kBytesPerInsert = 1 << 20;
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> rows,
                          s->connection()->Execute("SELECT * FROM " + QuoteName(table)));
  size_t n = 0, bytes = 0;
  bool open = false;
  while (rows->Next()) {
    if (open && (n == kRowsPerInsert || bytes > kBytesPerInsert)) {
      s->output()->Write("\n>>;\n");
      open = false;
    }
    if (!open) n = bytes = 0;
    s->output()->Write(open ? ",\n  " : fmt::format("INSERT INTO {} <<\n  ", QuoteName(table)));
    open = true;
    const std::string item = rows->row().ToLiteral();
    s->output()->Write(item);
    ++n;
    bytes += item.size();
    if (s->output()->reader_gone() || !s->output()->error().ok()) return false;
  }
  if (open) s->output()->Write("\n>>;\n");
  PARTON_RETURN_IF_ERROR(rows->status());
  return true;
}

// A trigger as it is, made under the dialect and typing it was made under.
std::string TriggerText(const Value& row) {
  auto text = [&](std::string_view name) -> std::string {
    const Value v = row.Get(name);
    return v.is_text() ? std::string(v.bytes()) : v.is_missing() ? "" : v.ToLiteral();
  };
  if (text("state") == "damaged") return fmt::format("-- trigger {}: {}\n", text("name"), text("last_error"));
  std::string out = fmt::format("CREATE TRIGGER {} ON {} BATCH {} AS {};\n", QuoteName(text("name")),
                                QuoteName(text("table")), text("batch"), text("statement"));
  constexpr std::pair<const char*, const char*> kDefaults[] = {{"dialect", "partiql"}, {"typing", "permissive"}};
  for (const auto& [setting, usual] : kDefaults) {
    if (text(setting).empty()) continue;
    out = fmt::format("SET {0} = {1};\n{2}SET {0} = {3};\n", setting, text(setting), out, usual);
  }
  if (text("state") == "paused") out += fmt::format("ALTER TRIGGER {} PAUSE;\n", QuoteName(text("name")));
  return out;
}

std::string QuoteText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Status RunGenerated(Session* s, const std::string& statement, std::string_view what) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  SourceStatement generated;
  generated.text = statement;
  if (s->Run(generated) || s->options().keep_going) return Status::Ok();
  return Status(StatusCode::kCancelled, fmt::format("{} failed", what));
}

}  // namespace

Status NeedDatabase(Session* s) {
  if (s->is_open()) return Status::Ok();
  return Status(StatusCode::kOpenFailed, "no database is open", {}, "try .open PATH");
}

Status Check(Session* s, const Args&) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  Progress progress(isatty(2) != 0 && s->interactive());
  s->connection()->SetProgress([&progress](uint64_t done, uint64_t total) {
    progress.Update(done, total);
    return true;
  });
  const Result<std::string> problems = [&] {
    const OnInterrupt cancel([s] { s->connection()->Cancel(); });
    return AnswerText(s, "CHECK DATABASE");
  }();
  s->connection()->SetProgress(nullptr);
  progress.Clear();
  PARTON_RETURN_IF_ERROR(problems.status());
  if (problems->empty()) {
    s->output()->Write("sound\n");
    return Status::Ok();
  }
  s->output()->Write(*problems);
  return Status::Corruption(fmt::format("{} problems found", std::count(problems->begin(), problems->end(), '\n')));
}

Status Dump(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    PARTON_ASSIGN_OR_RETURN(const std::string create, CreateText(s, table));
    // Indexes that leave out items follow the items.
    const size_t found = create.find(";\nCREATE INDEX ");
    const size_t end = found == std::string::npos ? create.size() : found + 2;
    s->output()->Write(create.substr(0, end));
    PARTON_ASSIGN_OR_RETURN(const bool go_on, DumpItems(s, table));
    if (!go_on) return Status::Ok();
    s->output()->Write(create.substr(end));
  }
  // Behind all tables and items: they may write to any, and must not run on what the dump itself inserts.
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> triggers, s->connection()->Execute("SHOW TRIGGERS"));
  while (triggers->Next()) {
    const Value row = triggers->row().Materialize();
    const Value table = row.Get("table");
    if (!args.empty() && std::find(args.begin(), args.end(), std::string(table.bytes())) == args.end()) continue;
    s->output()->Write(TriggerText(row));
  }
  return triggers->status();
}

Status Indexes(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    for (const std::string& index : s->database()->IndexNames(table)) {
      s->output()->Write(fmt::format("{}.{}\n", table, index));
    }
  }
  return Status::Ok();
}

Status Schema(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    PARTON_ASSIGN_OR_RETURN(const std::string text, CreateText(s, table));
    s->output()->Write(text);
  }
  return Status::Ok();
}

Status Tables(Session* s, const Args&) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& t : SortedTables(s)) s->output()->Write(t + "\n");
  return Status::Ok();
}

namespace {

// A statement that makes the table for a file, with the attribute that looks most like a key.
std::string CreateTableFor(Session* s, const std::string& file, const std::string& table) {
  std::string_view name = file;
  for (const std::string_view packed : {".gz", ".zst", ".zstd"}) {
    if (name.ends_with(packed)) name.remove_suffix(packed.size());
  }
  const char* reader = name.ends_with(".csv") ? "csv" : name.ends_with(".ddbjson") ? "ddbjson" : "json";
  const auto rows = s->connection()->Execute(fmt::format("SELECT * FROM {}({}) AS r LIMIT 1", reader, QuoteText(file)));
  if (!rows.ok() || !(*rows)->Next() || !(*rows)->row().is_struct()) return "";
  const Value row = (*rows)->row().Materialize();
  const Field* key = nullptr;
  for (const Field& f : row.fields()) {
    if (!f.value.is_text() && !f.value.is_numeric()) continue;
    const bool id = EqualsIgnoreCase(f.name, "id") || EqualsIgnoreCase(f.name, "pk") || EqualsIgnoreCase(f.name, "key");
    if (key == nullptr || id) key = &f;
    if (id) break;
  }
  if (key == nullptr) return "";
  const bool number =
      key->value.is_numeric() ||
      (!key->value.bytes().empty() && key->value.bytes().find_first_not_of("0123456789") == key->value.bytes().npos);
  return fmt::format("CREATE TABLE {0} ({1} {2}, PRIMARY KEY ({1}));", QuoteName(table), QuoteName(key->name),
                     number ? "NUMBER" : "STRING");
}

}  // namespace

Status Import(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  const std::vector<std::string> tables = SortedTables(s);
  if (std::find(tables.begin(), tables.end(), args[1]) == tables.end()) {
    PARTON_RETURN_IF_ERROR(s->files().MayRead(args[0]));
    const std::string create = CreateTableFor(s, args[0], args[1]);
    if (!create.empty()) {
      return Status::NotFound(fmt::format("there is no table {} to import into", args[1]), {},
                              "make it first, for example: " + create);
    }
  }
  std::string statement = fmt::format("COPY {} FROM {}", QuoteName(args[1]), QuoteText(args[0]));
  std::string options;
  for (size_t i = 2; i < args.size(); ++i) options += (i == 2 ? "" : " ") + args[i];
  if (!options.empty()) statement += options.front() == '(' ? " " + options : " (" + options + ")";
  return RunGenerated(s, statement, "the import");
}

Status Advise(Session* s, const Args& args) {
  return RunGenerated(s, "ADVISE FROM " + QuoteText(args[0]), "the advice");
}

}  // namespace parton::shell::actions
