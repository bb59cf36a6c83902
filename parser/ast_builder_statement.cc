// Statements of the AST builder, except those that define tables.
#include <fmt/format.h>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

ast::Script AstBuilder::Script(Grammar::ScriptContext* c) {
  ast::Script script;
  for (auto* s : c->statement()) script.statements.push_back(Statement(s));
  return script;
}

ast::Statement AstBuilder::Statement(Grammar::StatementContext* c) {
  ast::Statement s;
  if (c->queryStatement()) {
    s = OfQuery(c->queryStatement());
  } else if (c->select()) {
    s.node = ast::ExistsStatement{c->NOT() != nullptr, SelectQuery(c->select())};
  } else if (c->insertStatement()) {
    s.node = Insert(c->insertStatement());
  } else if (c->updateStatement()) {
    s.node = Update(c->updateStatement());
  } else if (c->deleteStatement()) {
    s.node = Delete(c->deleteStatement());
  } else if (c->fromUpdate()) {
    s.node = Update(c->fromUpdate());
  } else if (c->createTable()) {
    s.node = CreateTable(c->createTable());
  } else if (c->createIndex()) {
    s.node = CreateIndex(c->createIndex());
  } else if (c->createTrigger()) {
    s.node = CreateTrigger(c->createTrigger());
  } else if (auto* t = c->dropTable()) {
    s.node = ast::DropTable{IfExists(t->tableOption(), false), Name(t->identifier())};
  } else if (auto* i = c->dropIndex()) {
    s.node = ast::DropIndex{IfExists(i->tableOption(), false), Name(i->identifier()), Qualified(i->tableName())};
  } else if (auto* r = c->dropTrigger()) {
    s.node = ast::DropTrigger{IfExists(r->tableOption(), false), Name(r->identifier())};
  } else if (c->alterTable()) {
    s.node = AlterTable(c->alterTable());
  } else if (c->alterTrigger()) {
    s.node = AlterTrigger(c->alterTrigger());
  } else if (auto* u = c->truncate()) {
    ast::QualifiedName name = Qualified(u->tableName());
    if (name.parts.size() > 1) Fail(u->tableName(), "expected the name of a table");
    s.node = ast::TruncateTable{std::move(name.parts[0])};
  } else if (c->show()) {
    s.node = Show(c->show());
  } else if (auto* d = c->describe()) {
    ast::Describe describe{Qualified(d->tableName()), d->ATTRIBUTES() != nullptr, {}};
    if (d->optionList()) describe.options = Options(d->optionList());
    s.node = std::move(describe);
  } else if (c->explain()) {
    s.node = Explain(c->explain());
  } else if (c->transaction()) {
    s.node = Transaction(c->transaction());
  } else if (c->setOption()) {
    s.node = SetOption(c->setOption());
  } else if (c->copy()) {
    s.node = Copy(c->copy());
  } else if (c->importTable()) {
    s.node = Import(c->importTable());
  } else if (c->BACKUP()) {
    s.node = ast::BackupTo{StringOf(c->STRING())};
  } else if (c->ATTACH()) {
    s.node = ast::Attach{StringOf(c->STRING()), Name(c->identifier()), source_.Span(c->STRING()->getSymbol())};
  } else if (c->DETACH()) {
    s.node = ast::Detach{Name(c->identifier())};
  } else if (c->RESTORE()) {
    s.node = ast::RestoreFrom{StringOf(c->STRING())};
  } else if (c->CHECK()) {
    s.node = ast::CheckDatabase{};
  } else if (c->REPAIR()) {
    s.node = ast::Repair{};
  } else if (c->ANALYZE()) {
    ast::Analyze analyze;
    if (c->tableName()) analyze.table = Qualified(c->tableName());
    if (c->optionList()) analyze.options = Options(c->optionList());
    s.node = std::move(analyze);
  } else if (c->ADVISE()) {
    ast::Advise advise;
    if (c->advisable()) {
      advise.statement = Advisable(c->advisable());
    } else {
      advise.file = StringOf(c->STRING());
      advise.file_span = source_.Span(c->STRING()->getSymbol());
    }
    s.node = std::move(advise);
  } else {
    s.node = ast::AdvanceClock{StringOf(c->STRING()), source_.Span(c->STRING()->getSymbol())};
  }
  s.span = SpanOf(c);
  NumberParameters(&s);
  // What stands inside another statement takes the same parameters.
  ast::Statement* inner = nullptr;
  if (auto* e = s.As<ast::Explain>()) inner = e->statement.get();
  if (auto* a = s.As<ast::Advise>()) inner = a->statement.get();
  if (auto* t = s.As<ast::CreateTrigger>()) inner = t->statement.get();
  if (inner) {
    inner->parameter_count = s.parameter_count;
    inner->parameter_names = s.parameter_names;
  }
  return s;
}

ast::StatementPtr AstBuilder::Advisable(Grammar::AdvisableContext* c) {
  auto s = std::make_unique<ast::Statement>();
  if (c->queryStatement()) {
    *s = OfQuery(c->queryStatement());
  } else if (c->insertStatement()) {
    s->node = Insert(c->insertStatement());
  } else if (c->updateStatement()) {
    s->node = Update(c->updateStatement());
  } else if (c->deleteStatement()) {
    s->node = Delete(c->deleteStatement());
  } else {
    s->node = Update(c->fromUpdate());
  }
  s->span = SpanOf(c);
  return s;
}

ast::Statement AstBuilder::OfQuery(Grammar::QueryStatementContext* c) {
  ast::Statement s;
  ast::QueryPtr query = Query(c->query());
  ast::StatementTail tail = Tail(c->statementTail());
  if (auto* body = query->BodyAs<ast::ExprPtr>(); body && !query->HasTail() && query->with.empty()) {
    ast::Expr* e = body->get();
    if (auto* v = e->As<ast::Variable>(); v && !v->name.quoted && !v->local && !e->parenthesized) {
      // A lone DATE is a literal cut short, a lone SHOW a statement: outside a query there is
      // nothing that a keyword could name.
      switch (c->start->getType()) {
        case Grammar::DATE:
        case Grammar::TIME:
        case Grammar::TIMESTAMP:
        case Grammar::INTERVAL: Fail(c, fmt::format("expected a string after {}", TextOf(c)));
        case Grammar::SHOW:
        case Grammar::DESCRIBE:
        case Grammar::EXPLAIN:
        case Grammar::COPY:
        case Grammar::IMPORT:
        case Grammar::ADVISE:
        case Grammar::ATTACH:
        case Grammar::DETACH:
        case Grammar::BACKUP:
        case Grammar::RESTORE:
        case Grammar::CHECK:
        case Grammar::SAVEPOINT:
        case Grammar::RELEASE:
        case Grammar::TRUNCATE:
        case Grammar::UPSERT:
        case Grammar::REPLACE:
        case Grammar::EXISTS:
        case Grammar::ADVANCE: Fail(c, fmt::format("the statement ends after {}", TextOf(c)));
        default: break;
      }
    }
    bool negated = false;
    if (auto* inverted = e->As<ast::Not>(); inverted && !e->parenthesized) {
      negated = true;
      e = inverted->operand.get();
    }
    auto* call = e->As<ast::Call>();
    if (call && !e->parenthesized && !call->name.quoted && EqualsIgnoreCase(call->name.name, "EXISTS") &&
        call->args.size() == 1 && !call->filter && !call->over && call->quantifier == ast::SetQuantifier::kNone &&
        c->statementTail().empty()) {
      if (auto* subquery = call->args[0]->As<ast::Subquery>()) {
        s.node = ast::ExistsStatement{negated, std::move(subquery->query)};
        s.span = SpanOf(c);
        return s;
      }
    }
  }
  s.node = ast::QueryStatement{std::move(query), std::move(tail)};
  s.span = SpanOf(c);
  return s;
}

ast::StatementTail AstBuilder::Tail(const std::vector<Grammar::StatementTailContext*>& tails) {
  using What = ast::Returning::What;
  ast::StatementTail tail;
  for (auto* t : tails) {
    if (t->RETURNING() || t->VALUES()) {
      if (tail.returning) Fail(t, "the statement has a RETURNING already");
      bool all = t->ALL() != nullptr;
      bool old = t->OLD() != nullptr;
      tail.returning = ast::Returning{
          all ? (old ? What::kAllOld : What::kAllNew) : (old ? What::kModifiedOld : What::kModifiedNew), SpanOf(t)};
    } else if (t->CONSUMED()) {
      std::string_view what = TextOf(t->alias());
      if (EqualsIgnoreCase(what, "TOTAL"))
        tail.capacity = ast::ReturnCapacity::kTotal;
      else if (EqualsIgnoreCase(what, "INDEXES"))
        tail.capacity = ast::ReturnCapacity::kIndexes;
      else if (!EqualsIgnoreCase(what, "NONE"))
        Fail(t->alias(), "expected TOTAL, INDEXES or NONE");
    } else if (t->RATELIMIT()) {
      std::tie(tail.rate_read, tail.rate_write) = Capacity(t->capacity());
    } else {
      for (ast::Option& option : Options(t->optionList())) tail.options.push_back(std::move(option));
    }
  }
  return tail;
}

ast::Insert AstBuilder::Insert(Grammar::InsertStatementContext* c) {
  ast::Insert insert;
  if (c->start->getType() == Grammar::REPLACE) insert.verb = ast::Insert::Verb::kReplace;
  if (c->start->getType() == Grammar::UPSERT) insert.verb = ast::Insert::Verb::kUpsert;
  insert.table = Qualified(c->tableName());
  insert.as = OptionalName(c->identifier());
  if (c->nameList()) insert.columns = Names(c->nameList());
  if (c->expr()) insert.value = Expr(c->expr());
  if (c->query()) insert.source = Query(c->query());
  if (auto* conflict = c->onConflict()) {
    if (conflict->identifier() && !EqualsIgnoreCase(TextOf(conflict->identifier()), "EXCLUDED")) {
      Fail(conflict->identifier(), "expected EXCLUDED or the end of the clause");
    }
    insert.on_conflict = conflict->NOTHING() ? ast::Insert::OnConflict::kNothing : ast::Insert::OnConflict::kReplace;
  }
  insert.tail = Tail(c->statementTail());
  return insert;
}

ast::Update AstBuilder::Update(Grammar::UpdateStatementContext* c) {
  ast::Update update;
  update.upsert = c->UPSERT() != nullptr;
  update.table = Qualified(c->tableName());
  update.as = c->identifier() ? Name(c->identifier()) : OptionalName(c->alias());
  update.actions = Actions(c->updateAction());
  if (c->expr()) update.where = Expr(c->expr());
  update.tail = Tail(c->statementTail());
  return update;
}

ast::Update AstBuilder::Update(Grammar::FromUpdateContext* c) {
  ast::Update update;
  update.table = Qualified(c->tableName());
  update.as = c->identifier() ? Name(c->identifier()) : OptionalName(c->alias());
  if (c->expr()) update.where = Expr(c->expr());
  update.actions = Actions(c->updateAction());
  update.tail = Tail(c->statementTail());
  return update;
}

ast::Delete AstBuilder::Delete(Grammar::DeleteStatementContext* c) {
  ast::Delete d;
  d.table = Qualified(c->tableName());
  d.as = c->identifier() ? Name(c->identifier()) : OptionalName(c->alias());
  if (c->expr()) d.where = Expr(c->expr());
  d.tail = Tail(c->statementTail());
  return d;
}

std::vector<ast::UpdateAction> AstBuilder::Actions(const std::vector<Grammar::UpdateActionContext*>& actions) {
  using Kind = ast::UpdateAction::Kind;
  std::vector<ast::UpdateAction> out;
  for (auto* a : actions) {
    for (auto* set : a->assignment()) {
      auto* path = set->updatePath();
      ast::ExprPtr target = Target(path, path->identifier(), path->updateStep());
      out.push_back({Kind::kSet, std::move(target), Expr(set->expr()), SpanOf(set)});
    }
    for (auto* path : a->updatePath()) {
      ast::ExprPtr target = Target(path, path->identifier(), path->updateStep());
      out.push_back({Kind::kRemove, std::move(target), nullptr, SpanOf(path)});
    }
    for (auto* add : a->addition()) {
      auto* path = add->additionPath();
      ast::ExprPtr target = Target(path, path->identifier(), path->updateStep());
      out.push_back({a->ADD() ? Kind::kAdd : Kind::kDelete, std::move(target), Expr(add->expr()), SpanOf(add)});
    }
  }
  return out;
}

std::vector<ast::UpdateAction> AstBuilder::UpdatePart(Grammar::UpdatePartContext* c, ast::Statement* s) {
  std::vector<ast::UpdateAction> actions = Actions(c->updateAction());
  NumberParameters(s);
  return actions;
}

ast::ExprPtr AstBuilder::ConditionPart(Grammar::ConditionPartContext* c, ast::Statement* s) {
  ast::ExprPtr condition = Expr(c->expr());
  NumberParameters(s);
  return condition;
}

std::vector<ast::ExprPtr> AstBuilder::PathsPart(Grammar::PathsPartContext* c) {
  std::vector<ast::ExprPtr> paths;
  for (auto* path : c->updatePath()) paths.push_back(Target(path, path->identifier(), path->updateStep()));
  return paths;
}

ast::ExprPtr AstBuilder::Target(Ctx* whole, Grammar::IdentifierContext* root,
                                const std::vector<Grammar::UpdateStepContext*>& steps) {
  ast::ExprPtr variable = Make(SpanOf(root), ast::Variable{Name(root)});
  if (steps.empty()) return variable;
  ast::Path path;
  path.root = std::move(variable);
  for (auto* s : steps) {
    ast::PathStep step;
    step.kind = ast::PathStep::Kind::kName;
    step.span = SpanOf(s);
    if (s->INTEGER()) {
      step.kind = ast::PathStep::Kind::kIndex;
      step.index = Number(s->INTEGER()->getSymbol(), ast::Literal::Kind::kInt);
    } else if (s->STRING()) {
      step.name = NameAt(s->STRING()->getSymbol());
    } else {
      step.name = Name(s->memberName());
    }
    path.steps.push_back(std::move(step));
  }
  return Make(SpanOf(whole), std::move(path));
}

}  // namespace parton::internal
