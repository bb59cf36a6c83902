#include "runner.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "canonical.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "tagged_json.h"
#include "tests/evaluate_statement.h"

namespace parton::conformance {

namespace {

using Globals = std::map<std::string, Value>;

// Globals by the id of their environment; one at a time, as consecutive cases share them.
class Environments {
 public:
  explicit Environments(const Suite& suite) : suite_(suite) {}

  Result<const Globals*> Get(const std::string& id) {
    if (id.empty()) return &none_;
    if (id == id_) return &globals_;
    const rapidjson::Document& line = *suite_.environments.at(id);
    id_.clear();
    globals_.clear();
    for (const rapidjson::Value& pair : line["env"].GetArray()) {
      PARTON_ASSIGN_OR_RETURN(Value v, FromTaggedJson(pair[1]));
      globals_[std::string(pair[0].GetString(), pair[0].GetStringLength())] = std::move(v);
    }
    id_ = id;
    return &globals_;
  }

 private:
  const Suite& suite_;
  const Globals none_;
  std::string id_;
  Globals globals_;
};

// An error when parsed or planned in strict typing.
Status CheckStatically(const std::string& text, Settings settings) {
  PARTON_ASSIGN_OR_RETURN(ast::Statement parsed, ParseStatement(text));
  auto statement = std::make_shared<const ast::Statement>(std::move(parsed));
  settings.typing = Typing::kStrict;
  PlannerInput input;
  input.settings = &settings;
  return PlanStatement(std::move(statement), input).status();
}

// What is wrong; nullopt if all is well.
std::optional<std::string> RunStatement(const Case& c, const std::string& text, const Globals* globals,
                                        const Value* expected, Settings settings) {
  switch (c.expectation) {
    case Expectation::kSyntaxSuccess: {
      Status status = ParseStatement(text).status();
      if (status.ok()) return std::nullopt;
      return "is refused: " + status.ToString();
    }
    case Expectation::kSyntaxFailure:
      if (!ParseStatement(text).ok()) return std::nullopt;
      return "is accepted by the parser";
    case Expectation::kStaticFailure:
      if (!CheckStatically(text, settings).ok()) return std::nullopt;
      return "passes the static checks";
    case Expectation::kSuccess:
    case Expectation::kFailure: break;
  }
  settings.typing = c.mode == Mode::kError ? Typing::kStrict : Typing::kPermissive;
  Result<Value> actual = EvaluateToValue(text, globals, settings);
  if (c.expectation == Expectation::kFailure) {
    if (!actual.ok()) return std::nullopt;
    return "an error is expected, the result is " + actual->ToLiteral();
  }
  std::string wanted = c.output_text.empty() ? expected->ToLiteral() : c.output_text;
  if (!actual.ok()) return fmt::format("expected {}, error: {}", wanted, actual.status().ToString());
  if (Canonical(*actual) == Canonical(*expected)) return std::nullopt;
  return fmt::format("expected {}, the result is {}", wanted, actual->ToLiteral());
}

Outcome RunCase(const Case& c, const Settings& settings, Environments* environments) {
  Result<const Globals*> globals = environments->Get(c.env);
  if (!globals.ok()) return {false, "environment: " + globals.status().ToString()};
  std::optional<Value> expected;
  if (c.output != nullptr) {
    Result<Value> output = FromTaggedJson(*c.output);
    if (!output.ok()) return {false, "expected output: " + output.status().ToString()};
    expected = std::move(output).value();
  }
  for (size_t i = 0; i < c.statements.size(); ++i) {
    std::optional<std::string> wrong =
        RunStatement(c, c.statements[i], *globals, expected ? &*expected : nullptr, settings);
    if (!wrong) continue;
    if (c.statements.size() > 1) *wrong = fmt::format("statement {}: {}", i + 1, *wrong);
    return {false, *wrong};
  }
  return {true, ""};
}

void WriteAll(int fd, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(3);
    done += static_cast<size_t>(n);
  }
}

// The child: one record per case, `P` or `F`, the message, a zero byte.
[[noreturn]] void RunChild(const Suite& suite, const Settings& settings, size_t first, int fd) {
#ifndef __SANITIZE_ADDRESS__
  rlimit limit{rlim_t{4} << 30, rlim_t{4} << 30};
  (void)setrlimit(RLIMIT_AS, &limit);
#endif
  Environments environments(suite);
  for (size_t i = first; i < suite.cases.size(); ++i) {
    Outcome outcome = RunCase(suite.cases[i], settings, &environments);
    std::erase(outcome.message, '\0');
    WriteAll(fd, (outcome.passed ? "P" : "F") + outcome.message + '\0');
  }
  _exit(0);
}

// Reads records until the child ends or hangs; gives the reason if it did not get to the end.
std::string Collect(int fd, pid_t child, int seconds, std::vector<Outcome>* outcomes) {
  std::string buffer;
  bool hung = false;
  for (;;) {
    pollfd p{fd, POLLIN, 0};
    int ready = poll(&p, 1, seconds * 1000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      hung = true;
      kill(child, SIGKILL);
      break;
    }
    char bytes[1 << 16];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    buffer.append(bytes, static_cast<size_t>(n));
    size_t start = 0;
    for (size_t end; (end = buffer.find('\0', start)) != std::string::npos; start = end + 1) {
      outcomes->push_back({buffer[start] == 'P', buffer.substr(start + 1, end - start - 1)});
    }
    buffer.erase(0, start);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (hung) return fmt::format("no result within {} s", seconds);
  if (WIFSIGNALED(status)) return fmt::format("crash: {}", strsignal(WTERMSIG(status)));
  return fmt::format("the process ended with code {}", WEXITSTATUS(status));
}

}  // namespace

std::vector<Outcome> RunCases(const Suite& suite, const Settings& settings, int seconds_per_case) {
  std::vector<Outcome> outcomes;
  while (outcomes.size() < suite.cases.size()) {
    int fds[2];
    if (pipe(fds) != 0) {
      std::perror("pipe");
      std::exit(2);
    }
    std::fflush(nullptr);
    pid_t child = fork();
    if (child < 0) {
      std::perror("fork");
      std::exit(2);
    }
    if (child == 0) {
      close(fds[0]);
      RunChild(suite, settings, outcomes.size(), fds[1]);
    }
    close(fds[1]);
    std::string end = Collect(fds[0], child, seconds_per_case, &outcomes);
    close(fds[0]);
    if (outcomes.size() < suite.cases.size()) outcomes.push_back({false, end});
  }
  return outcomes;
}

}  // namespace parton::conformance
