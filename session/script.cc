// Scripts: their statements, run one after the other.
#include "parton/script.h"

#include <utility>

#include "parser/scanner.h"
#include "parton/database.h"

namespace parton {

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
