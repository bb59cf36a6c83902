#include "session/commands/command_context.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "types/functions/functions.h"

namespace parton {

namespace {

Result<TablePtr> Find(const std::string& name, TextSpan span, TableStore& store) {
  Result<TablePtr> table = store.GetTable(name);
  if (table.ok()) return table;
  Status s = std::move(table).status().At(span);
  if (s.code() != StatusCode::kNotFound) return s;
  std::vector<std::string> known;
  for (const TablePtr& t : store.Tables()) known.push_back(t->name);
  std::string nearest = NearestName(name, known);
  return nearest.empty() ? s : std::move(s).WithHint("did you mean " + nearest + "?");
}

}  // namespace

Status CheckWritable(const CommandContext& context) {
  if (!context.read_only) return Status::Ok();
  return Status(StatusCode::kReadOnly, "the database was opened for reading only");
}

StoreProgress ProgressOf(const CommandContext& context) {
  struct Sum {
    uint64_t before = 0;  // by work that is at its end
    uint64_t last = 0;
  };
  return [bounds = &context.bounds, progress = &context.progress, sum = std::make_shared<Sum>()](uint64_t done,
                                                                                                 uint64_t total) {
    if (bounds->cancel.load(std::memory_order_relaxed)) return false;
    if (!*progress) return true;
    if (done < sum->last) sum->before += sum->last;
    sum->last = done;
    return (*progress)(sum->before + done, total == 0 ? 0 : sum->before + total);
  };
}

Result<TablePtr> FindTable(const ast::Identifier& name, const CommandContext& context) {
  return Find(name.name, name.span, context.store);
}

Result<TablePtr> FindTable(const ast::QualifiedName& name, const CommandContext& context) {
  if (name.parts.size() == 2 && context.store.HasDatabase(name.parts[0].name) &&
      !context.store.GetTable(name.parts[0].name).ok()) {
    return Find(name.parts[0].name + "." + name.parts[1].name, name.span, context.store);
  }
  if (name.parts.size() != 1) {
    return Status::Validation("the name of a table is wanted here, without an index", name.span);
  }
  return Find(name.parts[0].name, name.span, context.store);
}

Result<std::vector<TablePtr>> FindTables(const std::optional<ast::QualifiedName>& name, const CommandContext& context) {
  if (!name) return context.store.Tables();
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(*name, context));
  return std::vector<TablePtr>{std::move(table)};
}

}  // namespace parton
