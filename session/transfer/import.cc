// IMPORT: which kind of thing it is, and its options.
#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "io/file_source.h"
#include "parton/text.h"
#include "session/commands/commands.h"
#include "session/running_plan.h"
#include "session/transfer/copy_options.h"
#include "session/transfer/import_formats.h"

namespace parton::commands {

namespace {

constexpr size_t kMaxModel = 256 << 20;

enum class Kind : uint8_t { kUnknown, kS3, kWorkbench };

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The options of COPY that mean something here, and two more.
Status ParseImport(const ast::Import& s, ImportOptions* out, Kind* kind) {
  std::vector<ast::Option> rest;
  for (const ast::Option& o : s.options) {
    const std::string name = AsciiLower(o.name.name);
    if (name == "format") {
      const std::string format = o.value.is_text() ? AsciiLower(o.value.bytes()) : "";
      *kind = format == "s3" ? Kind::kS3 : format == "workbench" ? Kind::kWorkbench : Kind::kUnknown;
      if (*kind == Kind::kUnknown) {
        return Status::Validation("an unknown format", o.span, "IMPORT has the formats s3 and workbench");
      }
    } else if (name == "data") {
      if (!o.value.is_bool()) return Status::Validation("the option data takes true or false", o.span);
      out->data = o.value.bool_value();
    } else if (name == "conflict" || name == "batch" || name == "errors" || name == "max_errors") {
      rest.push_back(o);
    } else {
      return Status::Validation(fmt::format("IMPORT has no option {}", o.name.name), o.span,
                                "options are format, data, conflict, batch, errors and max_errors");
    }
  }
  PARTON_ASSIGN_OR_RETURN(CopyFromOptions copy, ParseCopyFrom(rest, "items.ddbjson"));
  out->load = std::move(copy.load);
  return Status::Ok();
}

Result<Value> ReadModel(const std::string& path, const FileAccess& access) {
  PARTON_ASSIGN_OR_RETURN(auto file, OpenFileSource(path, access));
  std::string text;
  char buffer[64 << 10];
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(size_t got, file->Read(buffer, sizeof(buffer)));
    if (got == 0) break;
    text.append(buffer, got);
    if (text.size() > kMaxModel) return Status::Validation(path + " is too large for a data model");
  }
  std::string_view json = text;
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  Result<Value> model = ParseJson(json);
  if (model.ok()) return model;
  return Status::Validation(fmt::format("{} is not JSON: {}", path, model.status().message()), {},
                            "IMPORT reads exports to S3 and data models of NoSQL Workbench; COPY reads files of items");
}

}  // namespace

Status Import(const ast::Import& s, const CommandContext& context, RunningPlan& run) {
  ImportOptions options;
  Kind kind = Kind::kUnknown;
  PARTON_RETURN_IF_ERROR(ParseImport(s, &options, &kind));
  const FileAccess& files = context.files;
  PARTON_RETURN_IF_ERROR(files.MayRead(s.file).At(s.file_span));
  const bool manifest = s.file.ends_with("manifest-summary.json");
  if (kind == Kind::kUnknown && (IsFolder(s.file) || manifest)) kind = Kind::kS3;
  if (kind == Kind::kS3) {
    if (!s.table) {
      return Status::Validation("an export does not tell the table's keys: name the table to import into", s.file_span,
                                "CREATE TABLE t (...); IMPORT TABLE t FROM '...'");
    }
    PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(*s.table, context));
    return ImportS3Export(s.file, std::move(table), options, context, run);
  }
  if (run.transaction() != nullptr) {
    return Status::Validation("tables cannot be made inside a transaction", {}, "COMMIT or ROLLBACK first");
  }
  Result<Value> model = ReadModel(s.file, files);
  if (!model.ok()) return std::move(model).status().At(s.file_span);
  std::string only;
  if (s.table) {
    if (s.table->parts.size() != 1) return Status::Validation("the name of a table is wanted here", s.table->span);
    only = s.table->parts[0].name;
  }
  return ImportWorkbenchModel(*model, only, options, context, run);
}

}  // namespace parton::commands
