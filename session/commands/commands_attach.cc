// ATTACH and DETACH: tables of another engine beside those of the database.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "session/commands/commands.h"
#include "session/connection.h"
#include "session/remote_access.h"
#include "storage/table_store.h"

namespace parton::commands {

Status Attach(const ast::Attach& s, const CommandContext& context, ConnectionImpl& connection) {
  if (s.name.name.empty() || s.name.name.find('.') != std::string::npos) {
    return Status::Validation("the name of an attached database is a word without a dot", s.name.span,
                              "ATTACH 'dynamodb://eu-west-1' AS prod");
  }
  Result<std::unique_ptr<TableStore>> store = OpenOtherEngine(s.path, context);
  if (!store.ok()) return std::move(store).status().At(s.path_span);
  PARTON_RETURN_IF_ERROR(connection.AttachStore(s.name, EngineName(s.path), *std::move(store)));
  context.result.SetText(ResultKind::kDone, fmt::format("database attached as {}", s.name.name));
  return Status::Ok();
}

Status Detach(const ast::Detach& s, const CommandContext& context, ConnectionImpl& connection) {
  PARTON_RETURN_IF_ERROR(connection.DetachStore(s.name));
  context.result.SetText(ResultKind::kDone, fmt::format("database {} detached", s.name.name));
  return Status::Ok();
}

}  // namespace parton::commands
