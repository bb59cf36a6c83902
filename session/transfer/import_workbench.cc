// Data models of NoSQL Workbench: JSON with a list of tables, each with keys, indexes, and perhaps sample items.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "session/commands/commands.h"
#include "session/transfer/import_formats.h"
#include "session/transfer/unfinished_import.h"
#include "types/functions/functions.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

std::string TextOf(const Value& v, std::string_view name) {
  const Value text = v.Get(name);
  return text.is_text() ? std::string(text.bytes()) : std::string();
}

std::vector<Value> ListOf(const Value& v, std::string_view name) {
  const Value list = v.Get(name);
  return list.is_collection() ? list.elements() : std::vector<Value>();
}

ast::Identifier Quoted(std::string name) {
  ast::Identifier id;
  id.name = std::move(name);
  id.quoted = true;
  return id;
}

Result<std::vector<ast::KeyPart>> KeyOf(const Value& v, const std::string& what) {
  std::vector<ast::KeyPart> key;
  const Value attributes = v.Get("KeyAttributes");
  for (const char* part : {"PartitionKey", "SortKey"}) {
    const Value a = attributes.Get(part);
    if (a.is_absent()) continue;
    ast::KeyPart k;
    k.attribute = Quoted(TextOf(a, "AttributeName"));
    k.type = TextOf(a, "AttributeType");
    k.role = key.empty() ? ast::KeyPart::Role::kHash : ast::KeyPart::Role::kRange;
    if (k.attribute.empty() || k.type.empty()) {
      return Status::Validation(fmt::format("the {} of {} lacks AttributeName or AttributeType", part, what));
    }
    key.push_back(std::move(k));
  }
  if (key.empty()) return Status::Validation(fmt::format("{} has no PartitionKey", what));
  return key;
}

Result<ast::IndexDefinition> IndexOf(const Value& v, IndexKind kind, const std::string& table) {
  ast::IndexDefinition index;
  index.kind = kind;
  index.name = Quoted(TextOf(v, "IndexName"));
  if (index.name.empty()) return Status::Validation(fmt::format("an index of {} has no IndexName", table));
  const std::string what = fmt::format("the index {} of {}", index.name.name, table);
  PARTON_ASSIGN_OR_RETURN(index.key, KeyOf(v, what));
  const Value projection = v.Get("Projection");
  const std::string type = TextOf(projection, "ProjectionType");
  if (type == "KEYS_ONLY") {
    index.projection = Projection::kKeysOnly;
  } else if (type == "INCLUDE") {
    index.projection = Projection::kInclude;
    for (const Value& name : ListOf(projection, "NonKeyAttributes")) {
      if (name.is_text()) index.include.push_back(Quoted(std::string(name.bytes())));
    }
  } else if (!type.empty() && type != "ALL") {
    return Status::Validation(fmt::format("{} has the unknown projection {}", what, type));
  }
  return index;
}

std::optional<Throughput> CapacityOf(const Value& table) {
  const Value provisioned = table.Get("ProvisionedCapacitySettings").Get("ProvisionedThroughput");
  const Value read = provisioned.Get("ReadCapacityUnits"), write = provisioned.Get("WriteCapacityUnits");
  if (TextOf(table, "BillingMode") != "PROVISIONED" || !read.is_small_int() || !write.is_small_int()) return {};
  return Throughput{read.int_value(), write.int_value()};
}

Result<ast::CreateTable> TableOf(const Value& v) {
  ast::CreateTable table;
  table.name = Quoted(TextOf(v, "TableName"));
  if (table.name.empty()) return Status::Validation("a table of the model has no TableName");
  PARTON_ASSIGN_OR_RETURN(table.primary_key, KeyOf(v, "the table " + table.name.name));
  for (const Value& i : ListOf(v, "GlobalSecondaryIndexes")) {
    PARTON_ASSIGN_OR_RETURN(auto index, IndexOf(i, IndexKind::kGlobal, table.name.name));
    table.indexes.push_back(std::move(index));
  }
  for (const Value& i : ListOf(v, "LocalSecondaryIndexes")) {
    PARTON_ASSIGN_OR_RETURN(auto index, IndexOf(i, IndexKind::kLocal, table.name.name));
    table.indexes.push_back(std::move(index));
  }
  if (std::optional<Throughput> capacity = CapacityOf(v)) {
    table.clauses.billing.emplace();
    table.clauses.billing->on_demand = false;
    table.clauses.billing->provisioned = capacity;
  }
  return table;
}

Result<std::vector<Value>> TablesOf(const Value& model, const std::string& only) {
  const Value list = model.Get("DataModel");
  if (!list.is_collection()) {
    return Status::Validation("this is no data model of NoSQL Workbench: it has no DataModel", {},
                              "COPY reads files of items");
  }
  std::vector<Value> tables;
  std::vector<std::string> names;
  for (const Value& t : list.elements()) {
    names.push_back(TextOf(t, "TableName"));
    if (only.empty() || names.back() == only) tables.push_back(t);
  }
  if (!tables.empty() || (only.empty() && names.empty())) return tables;
  const std::string nearest = NearestName(only, names);
  return Status::NotFound(fmt::format("the model has no table {}", only), {},
                          nearest.empty() ? "" : "did you mean " + nearest + "?");
}

Status LoadItems(const Value& table, const ImportOptions& options, const CommandContext& context, RunningPlan& run,
                 uint64_t* count) {
  const std::string name = TextOf(table, "TableName");
  PARTON_ASSIGN_OR_RETURN(TablePtr schema, context.store.GetTable(name));
  Loader loader(schema, options.load, context, run);
  PARTON_RETURN_IF_ERROR(loader.Begin(0));
  uint64_t position = 0;
  for (const Value& json : ListOf(table, "TableData")) {
    ++position;
    Result<Value> item = DynamoItemFromJson(json);
    Status s = item.ok() ? loader.Add(*std::move(item), 0, json.ToJson())
                         : loader.AddBad(std::move(item).status(), 0, json.ToJson());
    if (!s.ok()) {
      return Status(s.code(), fmt::format("item {} of {}: {}", position, name, s.message()), {}, s.hint());
    }
  }
  Status finished = loader.Finish();
  if (!finished.ok()) {
    return Status(finished.code(), fmt::format("the items of {}: {}", name, finished.message()), {}, finished.hint());
  }
  *count += loader.loaded();
  return Status::Ok();
}

Status MakeTables(const std::vector<Value>& tables, const ImportOptions& options, const std::string& mark,
                  const CommandContext& context, RunningPlan& run, std::vector<std::string>* made, uint64_t* items) {
  for (const Value& t : tables) {
    PARTON_ASSIGN_OR_RETURN(ast::CreateTable create, TableOf(t));
    PARTON_RETURN_IF_ERROR(commands::CreateTable(create, context, mark));
    made->push_back(create.name.name);
    if (options.data) PARTON_RETURN_IF_ERROR(LoadItems(t, options, context, run, items));
  }
  return Status::Ok();
}

}  // namespace

Status ImportWorkbenchModel(const Value& model, const std::string& only, const ImportOptions& options,
                            const CommandContext& context, RunningPlan& run) {
  PARTON_ASSIGN_OR_RETURN(std::vector<Value> tables, TablesOf(model, only));
  std::vector<std::string> made;
  uint64_t items = 0;
  UnfinishedImport import(&context.store);
  PARTON_RETURN_IF_ERROR(import.Begin());
  Status s = MakeTables(tables, options, import.mark(), context, run, &made, &items);
  if (!s.ok()) {
    import.Undo();
    return s;
  }
  PARTON_RETURN_IF_ERROR(import.Finish());
  context.result.SetText(ResultKind::kDone,
                         fmt::format("{} tables made, {} items loaded: {}", made.size(), items, fmt::join(made, ", ")));
  return Status::Ok();
}

}  // namespace parton
