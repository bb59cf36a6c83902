// CREATE, DROP, ALTER and TRUNCATE: syntax to schemas.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "session/commands/commands.h"
#include "session/transfer/unfinished_import.h"

namespace parton::commands {

namespace {

std::string Upper(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

Result<KeyType> ParseKeyType(const std::string& type, TextSpan span) {
  const std::string t = Upper(type);
  if (t == "STRING" || t == "S") return KeyType::kString;
  if (t == "NUMBER" || t == "N") return KeyType::kNumber;
  if (t == "BINARY" || t == "B") return KeyType::kBinary;
  return Status::Validation(fmt::format("{} is no type of a key attribute", type), span,
                            "the types are STRING, NUMBER and BINARY");
}

// Types of attributes, as declared in the statement or by the table.
class Declared {
 public:
  explicit Declared(const TableSchema* table) : table_(table) {}

  Status Add(const ast::Identifier& attribute, KeyType type) {
    for (auto& [name, known] : types_) {
      if (name != attribute.name) continue;
      if (known != type) {
        return Status::Validation(fmt::format("{} is declared with two types", name), attribute.span);
      }
      return Status::Ok();
    }
    types_.emplace_back(attribute.name, type);
    return Status::Ok();
  }
  Status AddColumns(const std::vector<ast::ColumnType>& columns) {
    for (const ast::ColumnType& c : columns) {
      PARTON_ASSIGN_OR_RETURN(KeyType type, ParseKeyType(c.type, c.type_span));
      PARTON_RETURN_IF_ERROR(Add(c.attribute, type));
    }
    return Status::Ok();
  }
  Result<KeyAttribute> Key(const ast::KeyPart& part) {
    KeyAttribute k;
    k.name = part.attribute.name;
    if (!part.type.empty()) {
      PARTON_ASSIGN_OR_RETURN(k.type, ParseKeyType(part.type, part.attribute.span));
      PARTON_RETURN_IF_ERROR(Add(part.attribute, k.type));
    }
    used_.push_back(k.name);
    for (const auto& [name, type] : types_) {
      if (name == k.name) {
        k.type = type;
        return k;
      }
    }
    if (table_ != nullptr) {
      if (std::optional<KeyType> type = table_->DeclaredType(k.name)) {
        k.type = *type;
        return k;
      }
    }
    return Status::Validation(
        fmt::format("One or more parameter values were invalid: Some index key attributes are not defined in "
                    "AttributeDefinitions. Keys: [{}]",
                    k.name),
        part.attribute.span, fmt::format("declare its type: {} STRING", k.name));
  }
  Result<KeySchema> Keys(const std::vector<ast::KeyPart>& parts, TextSpan span) {
    using Role = ast::KeyPart::Role;
    if (parts.empty() || parts.size() > 2) {
      return Status::Validation("a key has one or two attributes: a partition key and a sort key", span);
    }
    if (parts[0].role == Role::kRange) {
      return Status::Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
                                parts[0].attribute.span);
    }
    if (parts.size() > 1 && parts[1].role == Role::kHash) {
      return Status::Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
                                parts[1].attribute.span);
    }
    KeySchema key;
    PARTON_ASSIGN_OR_RETURN(key.hash, Key(parts[0]));
    if (parts.size() > 1) {
      PARTON_ASSIGN_OR_RETURN(KeyAttribute range, Key(parts[1]));
      key.range = std::move(range);
    }
    return key;
  }
  // Declared attributes that no key uses.
  std::vector<std::string> Unused() const {
    std::vector<std::string> out;
    for (const auto& [name, type] : types_) {
      if (std::find(used_.begin(), used_.end(), name) == used_.end()) out.push_back(name);
    }
    return out;
  }

 private:
  const TableSchema* table_;
  std::vector<std::pair<std::string, KeyType>> types_;
  std::vector<std::string> used_;
};

std::string UnitsText(const Throughput& t) { return fmt::format("{} RCU, {} WCU", t.read, t.write); }

void PutOption(const std::string& name, const std::string& value, TableSchema* schema) {
  if (value.empty()) {
    schema->options.erase(name);
  } else {
    schema->options[name] = value;
  }
}

// Of a table, or (`prefix`: "index:g:") of one of its indexes.
void ApplyBilling(const ast::Billing& b, const std::string& prefix, std::optional<Throughput>* provisioned,
                  TableSchema* schema) {
  *provisioned = b.provisioned;
  const bool limited = b.maximum && (b.maximum->read >= 0 || b.maximum->write >= 0) && !b.unlimited;
  PutOption(prefix + "maximum_throughput", limited ? UnitsText(*b.maximum) : "", schema);
}

void ApplyWarm(const std::optional<Throughput>& warm, const std::string& prefix, TableSchema* schema) {
  if (warm) PutOption(prefix + "warm_throughput", UnitsText(*warm), schema);
}

std::string IndexPrefix(const std::string& index) { return "index:" + index + ":"; }

Status ApplyIndexClauses(const ast::IndexClauses& c, IndexSchema* index, TableSchema* table) {
  if (c.billing) ApplyBilling(*c.billing, IndexPrefix(index->name), &index->provisioned, table);
  ApplyWarm(c.warm, IndexPrefix(index->name), table);
  for (const ast::Option& o : c.options) {
    Status s = ApplyIndexOption(o.name.name, o.value, index);
    if (!s.ok()) return std::move(s).At(o.span);
  }
  return Status::Ok();
}

Status ApplyClauses(const ast::TableClauses& c, TableSchema* schema) {
  if (c.billing) ApplyBilling(*c.billing, "", &schema->provisioned, schema);
  ApplyWarm(c.warm, "", schema);
  if (c.stream) schema->stream = c.stream->view;
  if (c.ttl) schema->ttl_attribute = *c.ttl;
  if (c.deletion_protection) {
    PutOption("deletion_protection", *c.deletion_protection ? "true" : "", schema);
  }
  if (c.pitr) PutOption("pitr", *c.pitr ? "enabled" : "", schema);
  if (c.table_class) PutOption("table_class", *c.table_class, schema);
  if (c.sse) PutOption("sse", *c.sse, schema);
  for (const auto& [name, value] : c.tags) PutOption("tag:" + name, value, schema);
  for (const ast::Option& o : c.options) {
    Status s = ApplyTableOption(o.name.name, o.value, schema);
    if (!s.ok()) return std::move(s).At(o.span);
  }
  return Status::Ok();
}

// SET STREAM and SET TTL switch on what is off and off what is on, as DynamoDB has it; the options of SET (...) may
// say again what is.
Status CheckSwitches(const ast::TableClauses& c, const TableSchema& schema) {
  if (c.stream) {
    const bool was = schema.stream != StreamView::kOff, on = c.stream->view != StreamView::kOff;
    if (was && on) {
      return Status(StatusCode::kInUse, fmt::format("Table already has an enabled stream: TableName: {}", schema.name))
          .WithHint("SET STREAM DISABLED first, or SET (stream = ...)");
    }
    if (!was && !on) {
      return Status::Validation(fmt::format("Table is already without a stream: TableName: {}", schema.name));
    }
  }
  if (c.ttl) {
    const bool was = !schema.ttl_attribute.empty(), on = !c.ttl->empty();
    if (was && on) return Status::Validation("TimeToLive is already enabled");
    if (!was && !on) return Status::Validation("TimeToLive is already disabled");
  }
  return Status::Ok();
}

Result<IndexSchema> MakeIndex(const ast::IndexDefinition& d, Declared* declared, TableSchema* table) {
  IndexSchema index;
  index.name = d.name.name;
  index.kind = d.kind;
  index.projection = d.projection;
  for (const ast::Identifier& i : d.include) index.include.push_back(i.name);
  PARTON_ASSIGN_OR_RETURN(index.key, declared->Keys(d.key, d.span));
  // An index of a provisioned table without numbers of its own has the table's.
  if (index.kind == IndexKind::kGlobal) index.provisioned = table->provisioned;
  PARTON_RETURN_IF_ERROR(ApplyIndexClauses(d.clauses, &index, table));
  return index;
}

// A table that turns provisioned takes its global indexes along, and back.
void FollowBilling(const std::optional<Throughput>& before, TableSchema* schema) {
  if (before.has_value() == schema->provisioned.has_value()) return;
  for (IndexSchema& index : schema->indexes) {
    if (index.kind != IndexKind::kGlobal) continue;
    if (!schema->provisioned) {
      index.provisioned.reset();
    } else if (!index.provisioned) {
      index.provisioned = schema->provisioned;
    }
  }
}

}  // namespace

StoreProgress Progress(Execution* result) {
  struct Sum {
    uint64_t before = 0;  // by work that is at its end
    uint64_t last = 0;
  };
  ConnectionImpl* c = &result->connection();
  return [c, sum = std::make_shared<Sum>()](uint64_t done, uint64_t total) {
    if (c->cancelled()) return false;
    if (!*c->progress()) return true;
    if (done < sum->last) sum->before += sum->last;
    sum->last = done;
    return (*c->progress())(sum->before + done, total == 0 ? 0 : sum->before + total);
  };
}

Status CreateTable(const ast::CreateTable& s, Execution* result, const std::string& import_mark) {
  TableStore& store = result->connection().store();
  const bool dynamo = result->connection().settings()->dialect == Dialect::kDynamo;
  if (s.if_not_exists && store.GetTable(s.name.name).ok()) {
    result->SetText(ResultKind::kDone, fmt::format("table {} exists already", s.name.name));
    return Status::Ok();
  }
  if (s.primary_key.empty()) {
    return Status::Validation(fmt::format("table {} needs a primary key", s.name.name), s.name.span,
                              "CREATE TABLE t (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk))");
  }
  TableSchema schema;
  schema.name = s.name.name;
  Declared declared(nullptr);
  PARTON_RETURN_IF_ERROR(declared.AddColumns(s.columns));
  PARTON_ASSIGN_OR_RETURN(schema.key, declared.Keys(s.primary_key, s.name.span));
  PARTON_RETURN_IF_ERROR(ApplyClauses(s.clauses, &schema));
  PutOption(std::string(kImportMark), import_mark, &schema);
  for (const ast::IndexDefinition& d : s.indexes) {
    PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndex(d, &declared, &schema));
    schema.indexes.push_back(std::move(index));
  }
  for (const std::string& name : declared.Unused()) {
    if (dynamo) {
      return Status::Validation(
          "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
          "number of attributes defined in AttributeDefinitions",
          s.name.span);
    }
    result->AddNotice(fmt::format("{} is in no key: its type is not enforced", name));
  }
  Status valid = ValidateTableSchema(schema, dynamo);
  if (!valid.ok()) return std::move(valid).At(s.name.span);
  // What was done must not fail afterwards: the text is made before, here and below.
  std::string text = fmt::format("table {} created", s.name.name);
  Result<TablePtr> made = store.admin().CreateTable(std::move(schema));
  if (!made.ok()) {
    // Somebody else may have been quicker.
    if (s.if_not_exists && made.status().code() == StatusCode::kInUse) return Status::Ok();
    return std::move(made).status().At(s.name.span);
  }
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status DropTable(const ast::DropTable& s, Execution* result) {
  if (s.if_exists && !result->connection().store().GetTable(s.name.name).ok()) {
    result->SetText(ResultKind::kDone, fmt::format("there is no table {}", s.name.name));
    return Status::Ok();
  }
  PARTON_RETURN_IF_ERROR(FindTable(s.name, result).status());
  std::string text = fmt::format("table {} dropped", s.name.name);
  Status dropped = result->connection().store().admin().DropTable(s.name.name, Progress(result));
  if (!dropped.ok()) return std::move(dropped).At(s.name.span);
  PARTON_RETURN_IF_ERROR(result->connection().db().triggers->DropOfTable(s.name.name));
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status TruncateTable(const ast::TruncateTable& s, Execution* result) {
  PARTON_RETURN_IF_ERROR(FindTable(s.name, result).status());
  std::string text = fmt::format("table {} is empty now", s.name.name);
  Status done = result->connection().store().admin().TruncateTable(s.name.name, Progress(result));
  if (!done.ok()) return std::move(done).At(s.name.span);
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status CreateIndex(const ast::CreateIndex& s, Execution* result) {
  TableStore& store = result->connection().store();
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  if (table->FindIndex(s.index.name.name) != nullptr) {
    if (s.if_not_exists) {
      result->SetText(ResultKind::kDone, fmt::format("index {} exists already", s.index.name.name));
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
  Declared declared(table.get());
  PARTON_RETURN_IF_ERROR(declared.AddColumns(s.columns));
  TableSchema changed = *table;
  PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndex(s.index, &declared, &changed));
  for (const std::string& name : declared.Unused()) {
    result->AddNotice(fmt::format("{} is in no key: its type is not enforced", name));
  }
  changed.indexes.push_back(index);
  Status valid = ValidateTableSchema(changed, result->connection().settings()->dialect == Dialect::kDynamo);
  if (!valid.ok()) return std::move(valid).At(s.index.name.span);
  std::string text = fmt::format("index {} created", s.index.name.name);
  Status done = store.admin().CreateIndex(table->name, std::move(index), Progress(result));
  if (!done.ok()) return std::move(done).At(s.index.name.span);
  if (changed.options != table->options) {
    PARTON_RETURN_IF_ERROR(store.admin().AlterTable(table->name, [&](TableSchema* schema) {
      for (const auto& [name, value] : changed.options) schema->options[name] = value;
      return Status::Ok();
    }));
  }
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status DropIndex(const ast::DropIndex& s, Execution* result) {
  TableStore& store = result->connection().store();
  if (s.if_exists && !FindTable(s.table, result).ok()) {
    result->SetText(ResultKind::kDone, "there is no such table");
    return Status::Ok();
  }
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  const IndexSchema* index = table->FindIndex(s.name.name);
  if (index == nullptr && s.if_exists) {
    result->SetText(ResultKind::kDone, fmt::format("there is no index {}", s.name.name));
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
  Status done = store.admin().DropIndex(table->name, s.name.name, Progress(result));
  if (!done.ok()) return std::move(done).At(s.name.span);
  const std::string prefix = IndexPrefix(s.name.name);
  auto belongs = [&](const auto& option) { return option.first.starts_with(prefix); };
  if (std::any_of(table->options.begin(), table->options.end(), belongs)) {
    PARTON_RETURN_IF_ERROR(store.admin().AlterTable(table->name, [&](TableSchema* schema) {
      std::erase_if(schema->options, belongs);
      return Status::Ok();
    }));
  }
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

Status AlterTable(const ast::AlterTable& s, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
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
  Status done = result->connection().store().admin().AlterTable(table->name, [&](TableSchema* schema) -> Status {
    PARTON_RETURN_IF_ERROR(CheckSwitches(s.clauses, *schema));
    const std::optional<Throughput> before = schema->provisioned;
    PARTON_RETURN_IF_ERROR(ApplyClauses(s.clauses, schema));
    FollowBilling(before, schema);
    for (const ast::AlterTable::IndexChange& change : s.indexes) {
      for (IndexSchema& index : schema->indexes) {
        if (index.name != change.name.name) continue;
        PARTON_RETURN_IF_ERROR(ApplyIndexClauses(change.clauses, &index, schema));
      }
    }
    return Status::Ok();
  });
  if (!done.ok()) return std::move(done).At(s.table.span);
  result->SetText(ResultKind::kDone, std::move(text));
  return Status::Ok();
}

}  // namespace parton::commands
