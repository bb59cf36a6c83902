// Engines that statements name: ATTACH, and COPY between databases.
#ifndef PARTON_SESSION_REMOTE_ACCESS_H_
#define PARTON_SESSION_REMOTE_ACCESS_H_

#include <memory>
#include <string>

#include "parton/status.h"
#include "session/commands/command_context.h"
#include "storage/table_store.h"

namespace parton {

// A table of an engine: "dynamodb://eu-west-1/songs?profile=dev" is the table songs of "dynamodb://eu-west-1?...".
struct RemoteTable {
  std::string database;
  std::string table;
};
// Error (kValidation): no table is named.
Result<RemoteTable> ParseRemoteTable(const std::string& path);

// Errors: kValidation (no path of an engine), kIoError (the program lets statements reach its own files only), and
// those of opening it.
Result<std::unique_ptr<TableStore>> OpenOtherEngine(const std::string& path, const CommandContext& context);
// The path without its parameters.
std::string EngineName(const std::string& path);

}  // namespace parton

#endif  // PARTON_SESSION_REMOTE_ACCESS_H_
