// The parts of include/parton that are the same for every implementation: draining results, scripts.
#include <utility>

#include "parser/scanner.h"
#include "parton/database.h"
#include "parton/script.h"

namespace parton {

Result<std::vector<Value>> ResultSet::All() {
  std::vector<Value> rows;
  while (Next()) rows.push_back(row().Own());
  if (!status().ok()) return status();
  return rows;
}

Result<ResultSet*> Statement::Execute(std::vector<Value> parameters) {
  if (static_cast<int>(parameters.size()) != parameter_count()) {
    return Status::Validation("the statement has " + std::to_string(parameter_count()) + " parameters, but " +
                              std::to_string(parameters.size()) + " values were given");
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    PARTON_RETURN_IF_ERROR(Bind(static_cast<int>(i) + 1, std::move(parameters[i])));
  }
  return Execute();
}

namespace {

// A position inside of a statement as one inside of the script.
Status InScript(const Status& s, TextSpan statement) {
  TextSpan span = s.span();
  if (span.line == 0) {
    span = statement;
  } else {
    span.offset += statement.offset;
    if (span.line == 1) span.column += statement.column - 1;
    span.line += statement.line - 1;
  }
  Status moved(s.code(), s.message(), span, s.hint());
  return s.reasons().empty() ? std::move(moved) : std::move(moved).WithReasons(s.reasons());
}

}  // namespace

Status Connection::ExecuteScript(std::string_view script) {
  for (const ScriptStatement& s : SplitScript(script)) {
    Result<std::unique_ptr<ResultSet>> result = Execute(s.text);
    if (!result.ok()) return InScript(result.status(), s.span);
    while ((*result)->Next()) {
    }
    if (!(*result)->status().ok()) return InScript((*result)->status(), s.span);
  }
  return Status();
}

std::vector<ScriptStatement> SplitScript(std::string_view script) {
  std::vector<ScriptStatement> out;
  for (const StatementText& s : SplitStatements(script)) {
    out.push_back(ScriptStatement{s.text, s.span, s.terminated});
  }
  return out;
}

char WhatIsOpen(std::string_view text) {
  std::vector<StatementText> statements = SplitStatements(text);
  if (statements.empty()) {
    // Blank, or comments only: one of them may be unclosed.
    RawScanner scanner(text);
    for (RawToken t = scanner.Next(); t.kind != RawToken::Kind::kEnd; t = scanner.Next()) {
      if (t.kind == RawToken::Kind::kComment && !t.closed) return '*';
    }
    return 0;
  }
  const StatementText& last = statements.back();
  switch (last.open) {
    case Open::kNothing: return last.terminated ? 0 : ';';
    case Open::kString: return '\'';
    case Open::kQuotedName: return '"';
    case Open::kIon: return '`';
    case Open::kComment: return '*';
    case Open::kParen: return '(';
    case Open::kBracket: return '[';
    case Open::kBrace: return '{';
    case Open::kBag: return '<';
  }
  return 0;
}

}  // namespace parton
