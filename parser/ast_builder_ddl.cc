// Tables and indexes of the AST builder: the dialect's own forms and ddbsh's.
#include <fmt/format.h>

#include <algorithm>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

bool AstBuilder::IfExists(const std::vector<Grammar::TableOptionContext*>& options, bool negated) const {
  bool found = false;
  for (auto* o : options) {
    if (o->NOWAIT()) continue;  // nothing here ever waits
    if ((o->NOT() != nullptr) != negated) {
      Fail(o, negated ? "expected IF NOT EXISTS" : "expected IF EXISTS");
    }
    found = true;
  }
  return found;
}

ast::ColumnType AstBuilder::Column(Grammar::ColumnTypeContext* c) const {
  ast::ColumnType column;
  column.attribute = Name(c->identifier());
  column.type = TextOf(c->IDENTIFIER());
  column.type_span = source_.Span(c->IDENTIFIER()->getSymbol());
  return column;
}

std::vector<ast::KeyPart> AstBuilder::Key(Grammar::KeyPartsContext* c) const {
  using Role = ast::KeyPart::Role;
  std::vector<ast::KeyPart> key;
  const std::vector<Grammar::KeyGroupContext*> groups = c->keyGroup();
  // ((a, b), (c, d)), and ((a, b), c, d): the first is the partition key.
  const bool grouped = std::any_of(groups.begin(), groups.end(), [](auto* g) { return g->LPAREN() != nullptr; });
  bool said = grouped;
  for (size_t i = 0; i < groups.size(); ++i) {
    for (auto* p : groups[i]->keyPart()) {
      ast::KeyPart part;
      part.attribute = Name(p->identifier());
      if (p->IDENTIFIER()) part.type = TextOf(p->IDENTIFIER());
      if (grouped) part.role = i == 0 ? Role::kHash : Role::kRange;
      if (p->HASH()) part.role = Role::kHash;
      if (p->RANGE()) part.role = Role::kRange;
      said = said || part.role != Role::kUnsaid;
      key.push_back(std::move(part));
    }
  }
  if (key.size() > 2 && !said) {
    Fail(c,
         "a key has a partition key and at most one sort key; several attributes of one part stand in "
         "parentheses: ((a, b), (c, d))");
  }
  return key;
}

void AstBuilder::Project(ast::IndexDefinition* index, Grammar::ProjectionContext* c) const {
  if (!c) return;
  if (c->ALL()) {
    index->projection = Projection::kAll;
  } else if (c->KEYS()) {
    index->projection = Projection::kKeysOnly;
  } else {
    index->projection = Projection::kInclude;
    index->include = Names(c->nameList());
  }
}

std::pair<std::optional<int64_t>, std::optional<int64_t>> AstBuilder::Capacity(Grammar::CapacityContext* c) const {
  std::optional<int64_t> read;
  std::optional<int64_t> write;
  for (auto* p : c->capacityPart()) {
    int64_t units = IntegerOf(p->INTEGER());
    if (p->MINUS()) units = -units;
    auto& side = p->RCU() ? read : write;
    if (side) Fail(p, fmt::format("{} is given twice", p->RCU() ? "RCU" : "WCU"));
    side = units;
  }
  return {read, write};
}

Throughput AstBuilder::ThroughputOf(Grammar::CapacityContext* c) const {
  auto [read, write] = Capacity(c);
  return Throughput{read.value_or(0), write.value_or(0)};
}

namespace {

// DynamoDB's words for provisioned units below 1; empty if there are none.
std::string BelowMinimum(std::optional<int64_t> read, std::optional<int64_t> write) {
  std::string all;
  int count = 0;
  for (auto [units, name] : {std::pair{read, "readCapacityUnits"}, std::pair{write, "writeCapacityUnits"}}) {
    if (!units || *units >= 1) continue;
    all += fmt::format(
        "{}Value '{}' at 'provisionedThroughput.{}' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1",
        count++ == 0 ? "" : "; ", *units, name);
  }
  return count == 0 ? "" : fmt::format("{} validation error{} detected: {}", count, count == 1 ? "" : "s", all);
}

}  // namespace

ast::Billing AstBuilder::BillingOf(Grammar::BillingContext* c, std::optional<ast::Billing> before) const {
  ast::Billing billing = before.value_or(ast::Billing{});
  if (c->BILLING()) {
    billing.on_demand = c->DEMAND() != nullptr;
    if (c->capacity()) {
      auto [read, write] = Capacity(c->capacity());
      // One that is not given is for the schema's check: both are needed.
      const std::string wrong = BelowMinimum(read, write);
      if (!wrong.empty()) throw BuildError{Status::Validation(wrong, SpanOf(c->capacity()), "the minimum is 1")};
      billing.provisioned = Throughput{read.value_or(0), write.value_or(0)};
    }
  }
  if (auto* t = c->throughput()) {
    billing.unlimited = t->UNLIMITED() != nullptr;
    if (t->capacity()) billing.maximum = ThroughputOf(t->capacity());
  }
  return billing;
}

ast::IndexClauses AstBuilder::IndexClauses(const std::vector<Grammar::IndexClauseContext*>& clauses) {
  ast::IndexClauses out;
  for (auto* c : clauses) {
    if (c->billing()) out.billing = BillingOf(c->billing(), out.billing);
    if (c->warmThroughput()) out.warm = ThroughputOf(c->warmThroughput()->capacity());
    if (c->optionList()) {
      for (ast::Option& o : Options(c->optionList())) out.options.push_back(std::move(o));
    }
  }
  return out;
}

ast::IndexDefinition AstBuilder::NamedIndex(Grammar::NamedIndexContext* c, IndexKind kind) {
  ast::IndexDefinition index;
  index.span = SpanOf(c);
  index.name = Name(c->identifier());
  index.kind = kind;
  index.key = Key(c->keyParts());
  Project(&index, c->projection());
  index.clauses = IndexClauses(c->indexClause());
  return index;
}

void AstBuilder::CommonClause(ast::TableClauses* out, Ctx* c) const {
  if (auto* billing = c->getRuleContext<Grammar::BillingContext>(0)) {
    out->billing = BillingOf(billing, out->billing);
  } else if (auto* warm = c->getRuleContext<Grammar::WarmThroughputContext>(0)) {
    out->warm = ThroughputOf(warm->capacity());
  } else if (auto* stream = c->getRuleContext<Grammar::StreamContext>(0)) {
    ast::Stream s;
    if (stream->KEYS()) s.view = StreamView::kKeysOnly;
    if (stream->NEW()) s.view = StreamView::kNewImage;
    if (stream->OLD()) s.view = StreamView::kOldImage;
    if (stream->BOTH()) s.view = StreamView::kBothImages;
    out->stream = s;
  } else if (auto* sse = c->getRuleContext<Grammar::SseContext>(0)) {
    if (sse->DISABLED()) {
      out->sse = "DISABLED";
    } else {
      std::string_view text = TextOf(sse);
      text.remove_prefix(text.find('(') + 1);
      text.remove_suffix(1);
      out->sse = std::string(text);
    }
  } else if (auto* table_class = c->getRuleContext<Grammar::TableClassContext>(0)) {
    std::string name;
    for (auto* word : table_class->IDENTIFIER()) {
      if (!name.empty()) name += '_';
      name += AsciiUpper(TextOf(word));
    }
    if (name == "STANDARD_IA") name = "STANDARD_INFREQUENT_ACCESS";
    if (name != "STANDARD" && name != "STANDARD_INFREQUENT_ACCESS") {
      Fail(table_class, "unknown table class", "STANDARD or STANDARD INFREQUENT ACCESS");
    }
    out->table_class = name;
  } else if (auto* protection = c->getRuleContext<Grammar::DeletionProtectionContext>(0)) {
    out->deletion_protection = protection->ENABLED() != nullptr;
  } else if (auto* ttl = c->getRuleContext<Grammar::TtlContext>(0)) {
    out->ttl = ttl->DISABLED() ? std::string() : Name(ttl->identifier()).name;
  } else if (auto* pitr = c->getRuleContext<Grammar::PitrContext>(0)) {
    out->pitr = pitr->ENABLED() != nullptr;
  }
}

void AstBuilder::Clause(ast::CreateTable* table, Grammar::TableClauseContext* c) {
  if (c->PRIMARY()) {
    if (!table->primary_key.empty()) Fail(c, "the table has a primary key already");
    table->primary_key = Key(c->keyParts());
  } else if (c->GSI() || c->LSI()) {
    IndexKind kind = c->GSI() ? IndexKind::kGlobal : IndexKind::kLocal;
    for (auto* index : c->namedIndex()) table->indexes.push_back(NamedIndex(index, kind));
  } else if (c->TAGS()) {
    for (auto* tag : c->tag()) {
      auto text = [&](size_t child) {
        const antlr4::Token* t = nullptr;
        if (auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(tag->children[child])) {
          t = leaf->getSymbol();
        } else {
          t = static_cast<Ctx*>(tag->children[child])->start;
        }
        return NameAt(t).name;
      };
      table->clauses.tags.emplace_back(text(0), text(2));
    }
  } else if (c->WITH()) {
    for (ast::Option& o : Options(c->optionList())) table->clauses.options.push_back(std::move(o));
  } else {
    CommonClause(&table->clauses, c);
  }
}

ast::CreateTable AstBuilder::CreateTable(Grammar::CreateTableContext* c) {
  ast::CreateTable table;
  table.if_not_exists = IfExists(c->tableOption(), true);
  table.name = Name(c->identifier());
  for (auto* e : c->tableElement()) {
    if (e->columnType()) {
      table.columns.push_back(Column(e->columnType()));
    } else if (e->PRIMARY()) {
      if (!table.primary_key.empty()) Fail(e, "the table has a primary key already");
      table.primary_key = Key(e->keyParts());
    } else {
      ast::IndexDefinition index;
      index.span = SpanOf(e);
      index.kind = e->GLOBAL() ? IndexKind::kGlobal : IndexKind::kLocal;
      index.name = Name(e->identifier());
      index.key = Key(e->keyParts());
      Project(&index, e->projection());
      index.clauses = IndexClauses(e->indexClause());
      table.indexes.push_back(std::move(index));
    }
  }
  for (auto* clause : c->tableClause()) Clause(&table, clause);
  return table;
}

ast::CreateIndex AstBuilder::CreateIndex(Grammar::CreateIndexContext* c) {
  ast::CreateIndex create;
  create.if_not_exists = IfExists(c->tableOption(), true);
  create.table = Qualified(c->tableName());
  create.index.span = SpanOf(c);
  create.index.name = Name(c->identifier());
  create.index.key = Key(c->keyParts());
  Project(&create.index, c->projection());
  create.index.clauses = IndexClauses(c->indexClause());
  return create;
}

std::vector<ast::AlterTable::IndexChange> AstBuilder::IndexChanges(Grammar::UpdateIndexesContext* c) {
  std::vector<ast::AlterTable::IndexChange> changes;
  for (auto* i : c->indexChange()) {
    ast::AlterTable::IndexChange change;
    change.name = Name(i->identifier());
    change.clauses = IndexClauses(i->indexClause());
    if (i->optionList()) change.clauses.options = Options(i->optionList());
    changes.push_back(std::move(change));
  }
  return changes;
}

decltype(ast::Statement::node) AstBuilder::AlterTable(Grammar::AlterTableContext* c) {
  ast::QualifiedName name = Qualified(c->tableName());
  if (c->CREATE()) {
    ast::CreateIndex create;
    create.table = std::move(name);
    create.index = NamedIndex(c->namedIndex(), IndexKind::kGlobal);
    for (auto* column : c->columnType()) create.columns.push_back(Column(column));
    return create;
  }
  if (c->DROP() && c->GSI()) return ast::DropIndex{false, Name(c->identifier()), std::move(name)};
  ast::AlterTable alter;
  alter.table = std::move(name);
  if (c->optionList()) alter.clauses.options = Options(c->optionList());
  if (auto* set = c->setClause()) {
    for (auto* b : set->billing()) alter.clauses.billing = BillingOf(b, alter.clauses.billing);
    for (auto* w : set->warmThroughput()) alter.clauses.warm = ThroughputOf(w->capacity());
    if (set->billing().empty() && set->warmThroughput().empty()) CommonClause(&alter.clauses, set);
  }
  if (c->updateIndexes()) alter.indexes = IndexChanges(c->updateIndexes());
  if (c->REPLICA()) {
    TextSpan from = SpanOf(c->replicaWord(0));
    TextSpan all = SpanOf(c);
    alter.replica = source_.text().substr(from.offset, all.offset + all.length - from.offset);
  }
  return alter;
}

}  // namespace parton::internal
