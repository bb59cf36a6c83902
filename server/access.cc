#include "server/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parton/statement_tables.h"

namespace parton::server {

namespace {

// Members that name a table, or a resource of one by its ARN.
constexpr std::string_view kTableMembers[] = {"TableName",       "TargetTableName", "SourceTableName", "ResourceArn",
                                              "TableArn",        "SourceTableArn",  "StreamArn",       "BackupArn",
                                              "GlobalTableName", "ExportArn",       "ImportArn"};

void CollectTables(const Input& input, std::vector<std::string>* tables) {
  if (!input.present()) return;
  const Shape& shape = ShapeAt(input.shape());
  const Node& node = input.node();
  switch (node.kind) {
    case Node::Kind::kStructure: {
      const std::span<const Member> members = MembersOf(shape);
      for (const Node& child : node.nodes()) {
        const Member& m = members[child.member];
        const Input value(&child, m.shape);
        if (value.present() && child.kind == Node::Kind::kText &&
            std::find(std::begin(kTableMembers), std::end(kTableMembers), m.name) != std::end(kTableMembers))
          tables->push_back(TableNameOf(value));
        else
          CollectTables(value, tables);
      }
      break;
    }
    case Node::Kind::kList:
      for (size_t i = 0; i < input.Count(); ++i) CollectTables(input.Element(i), tables);
      break;
    case Node::Kind::kMap:
      for (size_t i = 0; i < input.Count(); ++i) {
        if (ShapeAt(shape.key).name_pattern) tables->push_back(TableNameOf(input.Key(i)));
        CollectTables(input.MapValue(i), tables);
      }
      break;
    default: break;
  }
}

Outcome Denied(const Caller& caller, std::string_view operation, std::string_view why) {
  return Exception("AccessDeniedException",
                   fmt::format("User: {} is not authorized to perform: dynamodb:{}{}", caller.name, operation, why));
}

// The texts of the statements of a request.
std::vector<std::string_view> StatementsOf(const Input& input) {
  std::vector<std::string_view> texts;
  if (input.Has("Statement")) texts.push_back(input["Statement"].text());
  for (const std::string_view list : {"Statements", "TransactStatements"}) {
    for (size_t i = 0; i < input[list].Count(); ++i) texts.push_back(input[list].Element(i)["Statement"].text());
  }
  return texts;
}

// Whether the text is none in any dialect.
bool IsNoStatement(Call& call, std::string_view text) {
  return call.db->Connect()->Prepare(text).status().code() == StatusCode::kSyntax;
}

// Prepares the statements of a request as its operation will. One that is no statement at all is left to the operation,
// which says why; any other that cannot be prepared is denied, as the reason may tell of tables that are not the
// caller's.
Outcome CheckStatements(const Caller& caller, std::string_view operation, Call& call, const Input& input) {
  const std::unique_ptr<Connection> connection = call.db->Connect();
  if (!call.extended && !connection->Set("dialect", Value::String("dynamodb")).ok()) {
    return Denied(caller, operation, " because its statements cannot be looked at");
  }
  for (const std::string_view text : StatementsOf(input)) {
    const Result<std::unique_ptr<Statement>> statement = connection->Prepare(text);
    if (!statement.ok() && IsNoStatement(call, text)) continue;
    if (caller.read_only && (!statement.ok() || !(*statement)->is_read_only())) {
      return Denied(caller, operation, " because its key is read_only");
    }
    if (caller.tables.empty()) continue;
    const std::optional<std::vector<std::string>> tables = statement.ok() ? TablesOf(**statement) : std::nullopt;
    if (!tables) return Denied(caller, operation, " because its key is restricted to some tables");
    for (const std::string& table : *tables) {
      if (caller.MayUse(table)) continue;
      return Denied(caller, operation, fmt::format(" on resource: {}", TableArn(call, table)));
    }
  }
  return {};
}

}  // namespace

Outcome CheckAccess(const Caller& caller, const ActionInfo& action, Call& call, const Input& input) {
  const bool statements = !StatementsOf(input).empty();
  if (caller.read_only && action.writes) return Denied(caller, action.operation, " because its key is read_only");
  if (statements && (caller.read_only || !caller.tables.empty())) {
    return CheckStatements(caller, action.operation, call, input);
  }
  if (caller.tables.empty()) return {};
  std::vector<std::string> tables;
  CollectTables(input, &tables);
  for (const std::string& table : tables) {
    if (!caller.MayUse(table))
      return Denied(caller, action.operation, fmt::format(" on resource: {}", TableArn(call, table)));
  }
  return {};
}

}  // namespace parton::server
