// CREATE, DROP, ALTER and TRUNCATE: syntax to schemas.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "parton/text.h"
#include "session/commands/commands.h"
#include "session/feed/triggers.h"
#include "session/tables/schema_builder.h"
#include "session/tables/tables.h"
#include "session/transfer/unfinished_import.h"

namespace parton::commands {

namespace {

Result<KeyType> ParseKeyType(const std::string& type, TextSpan span) {
  const std::string t = AsciiUpper(type);
  if (t == "STRING" || t == "S") return KeyType::kString;
  if (t == "NUMBER" || t == "N") return KeyType::kNumber;
  if (t == "BINARY" || t == "B") return KeyType::kBinary;
  return Status::Validation(fmt::format("{} is no type of a key attribute", type), span,
                            "the types are STRING, NUMBER and BINARY");
}

Status AddColumns(const std::vector<ast::ColumnType>& columns, SchemaBuilder* builder) {
  for (const ast::ColumnType& c : columns) {
    PARTON_ASSIGN_OR_RETURN(KeyType type, ParseKeyType(c.type, c.type_span));
    PARTON_RETURN_IF_ERROR(builder->Declare(c.attribute.name, type, c.attribute.span));
  }
  return Status::Ok();
}

Result<KeySchema> MakeKey(const std::vector<ast::KeyPart>& key, TextSpan span, SchemaBuilder* builder,
                          bool global = false) {
  using Role = ast::KeyPart::Role;
  std::vector<KeyPart> parts;
  for (const ast::KeyPart& p : key) {
    KeyPart& part = parts.emplace_back();
    part.attribute = p.attribute.name;
    part.span = p.attribute.span;
    if (p.role != Role::kUnsaid) part.role = p.role == Role::kHash ? KeyElement::Role::kHash : KeyElement::Role::kRange;
    if (p.type.empty()) continue;
    PARTON_ASSIGN_OR_RETURN(const KeyType type, ParseKeyType(p.type, p.attribute.span));
    part.type = type;
  }
  return builder->Key(parts, span, global);
}

void ApplyBilling(const ast::Billing& b, std::optional<Throughput>* provisioned, std::optional<Throughput>* maximum) {
  *provisioned = b.provisioned;
  const bool limited = b.maximum && (b.maximum->read >= 0 || b.maximum->write >= 0) && !b.unlimited;
  *maximum = limited ? b.maximum : std::nullopt;
}

Status ApplyIndexClauses(const ast::IndexClauses& c, IndexSchema* index) {
  if (c.billing) ApplyBilling(*c.billing, &index->provisioned, &index->maximum);
  if (c.warm) index->warm = c.warm;
  for (const ast::Option& o : c.options) {
    Status s = ApplyIndexOption(o.name.name, o.value, index);
    if (!s.ok()) return std::move(s).At(o.span);
  }
  return Status::Ok();
}

Status ApplyClauses(const ast::TableClauses& c, TableSchema* schema) {
  if (c.billing) ApplyBilling(*c.billing, &schema->provisioned, &schema->maximum);
  if (c.warm) schema->warm = c.warm;
  if (c.stream) schema->stream = c.stream->view;
  if (c.ttl) schema->ttl_attribute = *c.ttl;
  if (c.deletion_protection) schema->deletion_protection = *c.deletion_protection;
  if (c.pitr && !*c.pitr) schema->point_in_time.reset();
  if (c.pitr && *c.pitr && !schema->point_in_time) schema->point_in_time.emplace();
  if (c.table_class) {
    schema->table_class = *c.table_class == "STANDARD" ? TableClass::kStandard : TableClass::kInfrequentAccess;
  }
  if (c.sse) schema->encryption = ParseEncryption(*c.sse);
  for (const auto& [name, value] : c.tags) schema->tags[name] = value;
  for (const ast::Option& o : c.options) {
    Status s = ApplyTableOption(o.name.name, o.value, schema);
    if (!s.ok()) return std::move(s).At(o.span);
  }
  return Status::Ok();
}

// SET STREAM and SET TTL; the options of SET (...) may say again what is.
Status CheckSwitches(const ast::TableClauses& c, const TableSchema& schema) {
  if (c.stream) PARTON_RETURN_IF_ERROR(CheckStreamSwitch(schema, c.stream->view));
  if (c.ttl) PARTON_RETURN_IF_ERROR(CheckExpirySwitch(schema, !c.ttl->empty(), ""));
  return Status::Ok();
}

Result<IndexSchema> MakeIndex(const ast::IndexDefinition& d, const TableSchema& table, SchemaBuilder* builder) {
  IndexSchema index;
  index.name = d.name.name;
  index.kind = d.kind;
  index.projection = d.projection;
  for (const ast::Identifier& i : d.include) index.include.push_back(i.name);
  PARTON_ASSIGN_OR_RETURN(index.key, MakeKey(d.key, d.span, builder, d.kind == IndexKind::kGlobal));
  InheritThroughput(table, &index);
  PARTON_RETURN_IF_ERROR(ApplyIndexClauses(d.clauses, &index));
  return index;
}

}  // namespace

Status CreateTable(const ast::CreateTable& s, const CommandContext& context, const std::string& import_mark) {
  TableStore& store = context.store;
  const bool dynamo = context.settings.dialect == Dialect::kDynamo;
  if (s.if_not_exists && store.GetTable(s.name.name).ok()) {
    context.result.SetText(ResultKind::kDone, fmt::format("table {} exists already", s.name.name));
    return Status::Ok();
  }
  if (s.primary_key.empty()) {
    return Status::Validation(fmt::format("table {} needs a primary key", s.name.name), s.name.span,
                              "CREATE TABLE t (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk))");
  }
  TableSchema schema;
  schema.name = s.name.name;
  SchemaBuilder builder(nullptr);
  PARTON_RETURN_IF_ERROR(AddColumns(s.columns, &builder));
  PARTON_ASSIGN_OR_RETURN(schema.key, MakeKey(s.primary_key, s.name.span, &builder));
  PARTON_RETURN_IF_ERROR(ApplyClauses(s.clauses, &schema));
  if (!import_mark.empty()) schema.options[std::string(kImportMark)] = import_mark;
  for (const ast::IndexDefinition& d : s.indexes) {
    PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndex(d, schema, &builder));
    schema.indexes.push_back(std::move(index));
  }
  AdoptTextOptions(&schema);
  for (const std::string& name : builder.Unused()) {
    if (dynamo) {
      return Status::Validation(
          "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
          "number of attributes defined in AttributeDefinitions",
          s.name.span);
    }
    context.result.AddNotice(fmt::format("{} is in no key: its type is not enforced", name));
  }
  Status valid = ValidateTableSchema(schema, dynamo);
  if (!valid.ok()) return std::move(valid).At(s.name.span);
  // The text is made first, here and below: no error may follow once the work is done.
  std::string text = fmt::format("table {} created", s.name.name);
  Result<TablePtr> made = store.admin().CreateTable(std::move(schema));
  if (!made.ok()) {
    // Somebody else may have been quicker.
    if (s.if_not_exists && made.status().code() == StatusCode::kInUse) return Status::Ok();
    return std::move(made).status().At(s.name.span);
  }
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status DropTable(const ast::DropTable& s, const CommandContext& context, Triggers& triggers) {
  if (s.if_exists && !context.store.GetTable(s.name.name).ok()) {
    context.result.SetText(ResultKind::kDone, fmt::format("there is no table {}", s.name.name));
    return Status::Ok();
  }
  PARTON_RETURN_IF_ERROR(FindTable(s.name, context).status());
  std::string text = fmt::format("table {} dropped", s.name.name);
  Status dropped = parton::DropTable(context.store, triggers, s.name.name, ProgressOf(context));
  if (!dropped.ok()) return std::move(dropped).At(s.name.span);
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status TruncateTable(const ast::TruncateTable& s, const CommandContext& context) {
  PARTON_RETURN_IF_ERROR(FindTable(s.name, context).status());
  std::string text = fmt::format("table {} is empty now", s.name.name);
  Status done = context.store.admin().TruncateTable(s.name.name, ProgressOf(context));
  if (!done.ok()) return std::move(done).At(s.name.span);
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status CreateIndex(const ast::CreateIndex& s, const CommandContext& context) {
  TableStore& store = context.store;
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  if (table->FindIndex(s.index.name.name) != nullptr) {
    if (s.if_not_exists) {
      context.result.SetText(ResultKind::kDone, fmt::format("index {} exists already", s.index.name.name));
      return Status::Ok();
    }
    return Status(StatusCode::kInUse,
                  fmt::format("Attempting to create an index which already exists: {}", s.index.name.name),
                  s.index.name.span);
  }
  if (s.index.kind == IndexKind::kLocal) {
    return Status::Validation("a local index can only be made together with its table", s.index.name.span,
                              "CREATE TABLE ... LOCAL INDEX, or a global index");
  }
  SchemaBuilder builder(table.get());
  PARTON_RETURN_IF_ERROR(AddColumns(s.columns, &builder));
  TableSchema changed = *table;
  PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndex(s.index, changed, &builder));
  for (const std::string& name : builder.Unused()) {
    context.result.AddNotice(fmt::format("{} is in no key: its type is not enforced", name));
  }
  changed.indexes.push_back(index);
  Status valid = ValidateTableSchema(changed, context.settings.dialect == Dialect::kDynamo);
  if (!valid.ok()) return std::move(valid).At(s.index.name.span);
  std::string text = fmt::format("index {} created", s.index.name.name);
  Status done = store.admin().CreateIndex(table->name, std::move(index), ProgressOf(context));
  if (!done.ok()) return std::move(done).At(s.index.name.span);
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status DropIndex(const ast::DropIndex& s, const CommandContext& context) {
  TableStore& store = context.store;
  if (s.if_exists && !FindTable(s.table, context).ok()) {
    context.result.SetText(ResultKind::kDone, "there is no such table");
    return Status::Ok();
  }
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  const IndexSchema* index = table->FindIndex(s.name.name);
  if (index == nullptr && s.if_exists) {
    context.result.SetText(ResultKind::kDone, fmt::format("there is no index {}", s.name.name));
    return Status::Ok();
  }
  if (index == nullptr) {
    return Status::NotFound(
        fmt::format("Requested resource not found: Index: {} not found in table {}", s.name.name, table->name),
        s.name.span);
  }
  if (index->kind == IndexKind::kLocal) {
    return Status::Validation("a local index cannot be dropped: it goes with its table", s.name.span);
  }
  std::string text = fmt::format("index {} dropped", s.name.name);
  Status done = store.admin().DropIndex(table->name, s.name.name, ProgressOf(context));
  if (!done.ok()) return std::move(done).At(s.name.span);
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status AlterTable(const ast::AlterTable& s, const CommandContext& context) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  if (!s.replica.empty()) {
    return Status::Unsupported("replicas of a table are not supported", s.table.span);
  }
  for (const ast::AlterTable::IndexChange& i : s.indexes) {
    if (table->FindIndex(i.name.name) == nullptr) {
      return Status::NotFound(
          fmt::format("Requested resource not found: Index: {} not found in table {}", i.name.name, table->name),
          i.name.span);
    }
  }
  std::string text = fmt::format("table {} altered", table->name);
  Status done = context.store.admin().AlterTable(table->name, [&](TableSchema* schema) -> Status {
    PARTON_RETURN_IF_ERROR(CheckSwitches(s.clauses, *schema));
    const std::optional<Throughput> before = schema->provisioned;
    PARTON_RETURN_IF_ERROR(ApplyClauses(s.clauses, schema));
    FollowBilling(before, schema);
    for (const ast::AlterTable::IndexChange& change : s.indexes) {
      for (IndexSchema& index : schema->indexes) {
        if (index.name != change.name.name) continue;
        PARTON_RETURN_IF_ERROR(ApplyIndexClauses(change.clauses, &index));
      }
    }
    AdoptTextOptions(schema);
    return Status::Ok();
  });
  if (!done.ok()) return std::move(done).At(s.table.span);
  context.result.SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

}  // namespace parton::commands
