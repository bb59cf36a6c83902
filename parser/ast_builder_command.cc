// Commands of the AST builder: SHOW, transactions, EXPLAIN, SET, COPY, IMPORT, triggers.
#include <fmt/format.h>

#include <string>
#include <unordered_map>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

namespace {

// Names of settings are all that is not one of these.
ast::Show::What ShowWhat(const ast::Identifier& name) {
  using What = ast::Show::What;
  static const std::unordered_map<std::string, What> known = {
      {"TABLES", What::kTables},   {"VERSION", What::kVersion},       {"LIMITS", What::kLimits},
      {"ALL", What::kAll},         {"SETTINGS", What::kAll},          {"TRIGGERS", What::kTriggers},
      {"PARKED", What::kParked},   {"STATISTICS", What::kStatistics}, {"CONSUMERS", What::kConsumers},
      {"METRICS", What::kMetrics}, {"CACHES", What::kCaches},
  };
  const auto it = known.find(name.quoted ? name.name : AsciiUpper(name.name));
  return it == known.end() ? What::kSetting : it->second;
}

}  // namespace

decltype(ast::Statement::node) AstBuilder::Show(Grammar::ShowContext* c) const {
  if (c->CREATE()) return ast::ShowCreateTable{Qualified(c->tableName()), IfExists(c->tableOption(), true)};
  ast::Show show;
  if (c->ALL()) {
    show.name = NameAt(c->ALL()->getSymbol());
    if (!c->identifier()) show.what = ast::Show::What::kAll;
    return show;
  }
  show.name = Name(c->identifier());
  if (c->memberName().empty()) show.what = ShowWhat(show.name);
  for (auto* part : c->memberName()) show.name.name += "." + Name(part).name;
  if (c->tableName()) show.target = Qualified(c->tableName());
  if (c->STRING()) show.like = StringOf(c->STRING());
  return show;
}

decltype(ast::Statement::node) AstBuilder::Transaction(Grammar::TransactionContext* c) const {
  switch (c->start->getType()) {
    case Grammar::BEGIN: return ast::Begin{};
    case Grammar::COMMIT: return ast::Commit{};
    case Grammar::ROLLBACK: return ast::Rollback{OptionalName(c->identifier())};
    case Grammar::SAVEPOINT: return ast::Savepoint{Name(c->identifier())};
    default: return ast::ReleaseSavepoint{Name(c->identifier())};
  }
}

ast::Explain AstBuilder::Explain(Grammar::ExplainContext* c) {
  ast::Explain explain;
  explain.analyze = c->ANALYZE() != nullptr;
  for (auto* option : c->explainOption()) {
    if (option->ANALYZE()) {
      explain.analyze = true;
      continue;
    }
    std::string format = AsciiUpper(TextOf(option->identifier()));
    if (format == "JSON")
      explain.format = ast::Explain::Format::kJson;
    else if (format == "API")
      explain.format = ast::Explain::Format::kApi;
    else if (format == "CLI")
      explain.format = ast::Explain::Format::kCli;
    else if (format != "TEXT") {
      Fail(option->identifier(), fmt::format("unknown format {}", TextOf(option->identifier())),
           "formats are TEXT, JSON, API and CLI");
    }
  }
  auto* e = c->explainable();
  if (e->advisable()) {
    explain.statement = Advisable(e->advisable());
    return explain;
  }
  auto s = std::make_unique<ast::Statement>();
  s->span = SpanOf(e);
  if (e->createTable()) {
    s->node = CreateTable(e->createTable());
  } else if (e->createIndex()) {
    s->node = CreateIndex(e->createIndex());
  } else if (auto* t = e->dropTable()) {
    s->node = ast::DropTable{IfExists(t->tableOption(), false), Name(t->identifier())};
  } else if (auto* i = e->dropIndex()) {
    s->node = ast::DropIndex{IfExists(i->tableOption(), false), Name(i->identifier()), Qualified(i->tableName())};
  } else if (e->alterTable()) {
    s->node = AlterTable(e->alterTable());
  } else {
    s->node = ast::TruncateTable{Qualified(e->truncate()->tableName()).parts[0]};
  }
  explain.statement = std::move(s);
  return explain;
}

ast::SetOption AstBuilder::SetOption(Grammar::SetOptionContext* c) {
  ast::SetOption set;
  set.name = Name(c->identifier());
  for (auto* part : c->memberName()) {
    ast::Identifier name = Name(part);
    set.name.name += "." + name.name;
    set.name.span.length = name.span.offset + name.span.length - set.name.span.offset;
  }
  if (!c->optionValue()->DEFAULT()) set.value = OptionValue(c->optionValue());
  set.value_span = SpanOf(c->optionValue());
  return set;
}

decltype(ast::Statement::node) AstBuilder::Copy(Grammar::CopyContext* c) {
  std::vector<ast::Option> options;
  if (c->optionList()) options = Options(c->optionList());
  std::string file = StringOf(c->STRING());
  TextSpan span = source_.Span(c->STRING()->getSymbol());
  if (c->FROM()) {
    return ast::CopyFrom{Qualified(c->tableName()), std::move(file), std::move(options), span};
  }
  ast::CopyTo copy;
  copy.file = std::move(file);
  copy.options = std::move(options);
  copy.file_span = span;
  if (c->tableName()) {
    copy.table = Qualified(c->tableName());
    return copy;
  }
  copy.query = ParensQuery(c->parens());
  if (copy.query) return copy;
  copy.query = std::make_unique<ast::Query>();
  copy.query->span = SpanOf(c->parens());
  copy.query->body = Parens(c->parens());
  return copy;
}

ast::Import AstBuilder::Import(Grammar::ImportTableContext* c) {
  ast::Import import;
  if (c->tableName()) import.table = Qualified(c->tableName());
  import.file = StringOf(c->STRING());
  import.file_span = source_.Span(c->STRING()->getSymbol());
  if (c->optionList()) import.options = Options(c->optionList());
  return import;
}

ast::CreateTrigger AstBuilder::CreateTrigger(Grammar::CreateTriggerContext* c) {
  ast::CreateTrigger trigger;
  trigger.if_not_exists = IfExists(c->tableOption(), true);
  trigger.name = Name(c->identifier(0));
  trigger.table = Qualified(c->tableName());
  if (c->FROM()) {
    std::string_view from = TextOf(c->identifier(1));
    trigger.from_trim_horizon = EqualsIgnoreCase(from, "TRIM_HORIZON");
    if (!trigger.from_trim_horizon && !EqualsIgnoreCase(from, "LATEST")) {
      Fail(c->identifier(1), "expected TRIM_HORIZON or LATEST");
    }
  }
  if (c->BATCH()) trigger.batch = IntegerOf(c->INTEGER());
  trigger.statement = Advisable(c->advisable());
  trigger.statement_text = TextOf(c->advisable());
  return trigger;
}

ast::AlterTrigger AstBuilder::AlterTrigger(Grammar::AlterTriggerContext* c) const {
  using Action = ast::AlterTrigger::Action;
  ast::AlterTrigger alter;
  alter.name = Name(c->identifier(0));
  std::string action = AsciiUpper(TextOf(c->identifier(1)));
  if (action == "RETRY")
    alter.action = Action::kRetry;
  else if (action == "SKIP")
    alter.action = Action::kSkip;
  else if (action == "PAUSE")
    alter.action = Action::kPause;
  else if (action == "RESUME")
    alter.action = Action::kResume;
  else
    Fail(c->identifier(1), "expected RETRY, SKIP, PAUSE or RESUME");
  return alter;
}

}  // namespace parton::internal
