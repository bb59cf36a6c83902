// ADVISE statement, ADVISE FROM 'file'.
#include <fmt/format.h>

#include "io/file_source.h"
#include "parser/parser.h"
#include "parton/script.h"
#include "planner/advisor.h"
#include "session/commands/commands.h"
#include "session/running_plan.h"

namespace parton::commands {

namespace {

// A plan is wanted also of what scans where scans are forbidden.
Settings Lenient(const Settings& settings) {
  Settings lenient = settings;
  lenient.scan = ScanPolicy::kAllow;
  return lenient;
}

Result<std::string> ReadScript(const ast::Advise& s, const FileAccess& access) {
  auto file = OpenFileSource(s.file, access);
  if (!file.ok()) return std::move(file).status().At(s.file_span);
  std::string text;
  char buffer[64 << 10];
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(size_t got, (*file)->Read(buffer, sizeof(buffer)));
    if (got == 0) break;
    text.append(buffer, got);
    if (text.size() > kMaxTextBytes) return Status::Validation(s.file + " is too large for a script", s.file_span);
  }
  // The shell's own commands stand on lines of their own.
  std::string statements;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    statements.append(text[at] == '.' ? "\n" : text.substr(at, end - at));  // lines keep their numbers
    at = end;
  }
  return statements;
}

bool HasPlan(const ast::Statement& s) {
  return s.As<ast::QueryStatement>() || s.As<ast::Insert>() || s.As<ast::Update>() || s.As<ast::Delete>();
}

// Statements without a plan change nothing here: CREATE TABLE, SET, COMMIT, ...
void AddText(size_t line, std::string_view text, const PlannerInput& input, Advisor* advisor) {
  Result<ast::Statement> parsed = ParseStatement(text);
  if (!parsed.ok()) return advisor->AddSkipped(line, parsed.status().message());
  auto statement = std::make_shared<const ast::Statement>(*std::move(parsed));
  if (!HasPlan(*statement)) return;
  Result<PlannedPtr> planned = PlanStatement(statement, input);
  if (!planned.ok()) return advisor->AddSkipped(line, planned.status().message());
  advisor->Add(line, **planned);
}

}  // namespace

Status Advise(const ast::Advise& s, const CommandContext& context, RunningPlan& run) {
  const Settings settings = Lenient(context.settings);
  PlannerInput input;
  input.store = &context.store;
  input.settings = &settings;
  input.functions = context.functions;
  RuleContext rules;
  rules.store = input.store;
  rules.settings = &settings;
  run.Prepare(false);
  ExecutionContext execution(&run.shared(), 1);
  Advisor advisor(rules, &execution.eval);
  if (s.statement != nullptr) {
    // Owned by the command, which outlives the plan.
    std::shared_ptr<const ast::Statement> statement(std::shared_ptr<void>(), s.statement.get());
    PARTON_ASSIGN_OR_RETURN(PlannedPtr planned, PlanStatement(std::move(statement), input));
    advisor.Add(1, *planned);
  } else {
    PARTON_ASSIGN_OR_RETURN(std::string script, ReadScript(s, context.files));
    for (const ScriptStatement& part : SplitScript(script)) {
      AddText(static_cast<size_t>(part.span.line), part.text, input, &advisor);
    }
  }
  std::string text = advisor.Report(s.statement != nullptr);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  context.result.SetText(ResultKind::kText, text.empty() ? "-- there is no statement to advise on" : std::move(text));
  return Status::Ok();
}

}  // namespace parton::commands
