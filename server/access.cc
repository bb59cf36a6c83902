#include "server/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

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

// One that cannot be prepared is left to the operation, which says why.
bool OnlyReads(Call& call, const Input& input) {
  const std::unique_ptr<Connection> connection = call.db->Connect();
  if (!call.extended && !connection->Set("dialect", Value::String("dynamodb")).ok()) return false;
  for (const std::string_view text : StatementsOf(input)) {
    const Result<std::unique_ptr<Statement>> statement = connection->Prepare(text);
    if (!statement.ok() || !(*statement)->is_read_only()) return false;
  }
  return true;
}

}  // namespace

Outcome CheckAccess(const Caller& caller, const ActionInfo& action, Call& call, const Input& input) {
  const bool statements = !StatementsOf(input).empty();
  if (caller.read_only && (action.writes || (statements && !OnlyReads(call, input))))
    return Denied(caller, action.operation, " because its key is read_only");
  if (caller.tables.empty()) return {};
  // Which tables a statement uses only the engine knows.
  if (statements) return Denied(caller, action.operation, " because its key is restricted to some tables");
  std::vector<std::string> tables;
  CollectTables(input, &tables);
  for (const std::string& table : tables) {
    if (!caller.MayUse(table))
      return Denied(caller, action.operation, fmt::format(" on resource: {}", TableArn(call, table)));
  }
  return {};
}

}  // namespace parton::server
