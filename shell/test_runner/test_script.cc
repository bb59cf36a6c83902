#include "shell/test_runner/test_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "parton/script.h"
#include "parton/text.h"

namespace parton::shell {

namespace {

std::string_view Trim(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front())) != 0) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back())) != 0) s.remove_suffix(1);
  return s;
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

bool StartsValue(std::string_view line) {
  if (line.empty()) return false;
  const char c = line.front();
  if (c == '{' || c == '[' || c == '<' || c == '\'' || c == '"' || c == '`' || c == '(' ||
      std::isdigit(static_cast<unsigned char>(c)) != 0) {
    return true;
  }
  if ((c == '-' || c == '+') && line.size() > 1 && std::isdigit(static_cast<unsigned char>(line[1])) != 0) {
    return true;
  }
  std::string word;
  for (const char w : line) {
    if (std::isalnum(static_cast<unsigned char>(w)) == 0 && w != '_') break;
    word += AsciiLower(w);
  }
  for (const char* known :
       {"null", "missing", "true", "false", "date", "time", "timestamp", "interval", "b64", "x", "cast"}) {
    if (word == known) return true;
  }
  return false;
}

// The quoted pattern of `like '...'`; quotes are doubled inside.
std::optional<std::string> QuotedPattern(std::string_view text) {
  text = Trim(text);
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string out;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\'' && i + 2 < text.size() && text[i + 1] == '\'') ++i;
    out += text[i];
  }
  return out;
}

std::optional<Bound> ReadBound(std::string_view line) {
  for (const std::string_view figure : {"rcu", "wcu", "examined", "rows", "affected", "notices"}) {
    if (!line.starts_with(figure)) continue;
    std::string_view rest = Trim(line.substr(figure.size()));
    Bound b;
    b.figure = figure;
    b.text = line;
    if (rest.starts_with(":")) {
      b.operator_ = "=";
      rest.remove_prefix(1);
    } else {
      for (const std::string_view op : {"<=", ">=", "<", ">", "="}) {
        if (!rest.starts_with(op)) continue;
        b.operator_ = op;
        rest.remove_prefix(op.size());
        break;
      }
    }
    if (b.operator_.empty()) return std::nullopt;
    const std::string number(Trim(rest));
    char* end = nullptr;
    b.number = std::strtod(number.c_str(), &end);
    if (number.empty() || *end != 0) return std::nullopt;
    return b;
  }
  return std::nullopt;
}

// Reads the comment lines [first, last) into `e`. On error `*bad` is the line.
Status ReadExpectations(const std::vector<std::string>& lines, size_t first, size_t last, Expectations* e,
                        size_t* bad) {
  for (size_t i = first; i < last; ++i) {
    *bad = i;
    const std::string_view raw = Trim(std::string_view(Trim(lines[i])).substr(2));
    if (raw.empty() || raw.front() == '@' || raw.front() == '#') continue;
    if (raw == "text:") {
      std::string text;
      while (i + 1 < last) {
        const std::string_view next = Trim(std::string_view(Trim(lines[i + 1])).substr(2));
        if (next.empty() || next.front() != '|') break;
        const std::string_view content = next.substr(1);
        text += std::string(content.starts_with(" ") ? content.substr(1) : content) + "\n";
        ++i;
      }
      e->text = text;
      continue;
    }
    if (raw.starts_with("text like ")) {
      e->text_like = QuotedPattern(raw.substr(10));
      if (!e->text_like) return Status::Syntax("expected a pattern: -- text like '%...%'");
      continue;
    }
    if (raw.starts_with("notice like ")) {
      const auto pattern = QuotedPattern(raw.substr(12));
      if (!pattern) return Status::Syntax("expected a pattern: -- notice like '%...%'");
      e->notices.push_back(*pattern);
      continue;
    }
    if (raw.starts_with("error:")) {
      std::string_view rest = Trim(raw.substr(6));
      ErrorExpectation error;
      const size_t like = rest.find("like ");
      if (like != std::string_view::npos && (like == 0 || rest[like - 1] == ' ')) {
        const auto pattern = QuotedPattern(rest.substr(like + 5));
        if (!pattern) return Status::Syntax("expected a pattern: -- error: Name like '%...%'");
        error.like = *pattern;
        rest = Trim(rest.substr(0, like));
      }
      error.name = rest;
      e->error = error;
      continue;
    }
    if (raw.starts_with("plan:")) {
      e->plan = std::string(Trim(raw.substr(5)));
      continue;
    }
    if (raw == "ordered" || raw == "unordered") {
      e->ordered = raw == "ordered";
      continue;
    }
    if (raw == "...") {
      if (!e->rows) e->rows.emplace();
      e->rows_open = true;
      continue;
    }
    if (const std::optional<Bound> bound = ReadBound(raw)) {
      e->bounds.push_back(*bound);
      continue;
    }
    if (!StartsValue(raw)) {
      return Status::Syntax(fmt::format("neither a value nor a known expectation: {}", raw), {},
                            "a comment that is no expectation is parted from the statement by an empty line");
    }
    // A value goes on over the next lines until its brackets close.
    std::string value(raw);
    while (i + 1 < last && WhatIsOpen(value) != 0 && WhatIsOpen(value) != ';') {
      ++i;
      value += "\n" + std::string(Trim(std::string_view(Trim(lines[i])).substr(2)));
    }
    if (!e->rows) e->rows.emplace();
    e->rows->push_back(std::move(value));
  }
  return Status::Ok();
}

// Whether a comment that belongs to no statement can only be meant as an expectation: prose has none of these forms.
bool IsExpectation(std::string_view comment) {
  const std::string_view raw = Trim(comment);
  if (raw.empty()) return false;
  for (const std::string_view word : {"error:", "plan:", "text like '", "notice like '"}) {
    if (raw.starts_with(word)) return true;
  }
  if (raw == "text:" || raw == "ordered" || raw == "unordered" || raw == "..." || ReadBound(raw)) return true;
  const std::string lower = AsciiLower(raw);
  if (lower == "null" || lower == "missing" || lower == "true" || lower == "false") return true;
  const char first = raw.front();
  const char last = raw.back();
  if ((first == '{' && last == '}') || (first == '[' && last == ']')) return WhatIsOpen(raw) == 0;
  if (raw.starts_with("<<") && raw.ends_with(">>")) return true;
  if (first == '\'' && last == '\'' && raw.size() > 1) return true;
  const std::string number(raw);
  char* end = nullptr;
  (void)std::strtod(number.c_str(), &end);
  return *end == 0 && (std::isdigit(static_cast<unsigned char>(first)) != 0 || first == '-' || first == '+');
}

// Lines [first, last) of comments and empty lines after a statement and its expectations.
Status CheckStrayComments(const std::vector<std::string>& lines, size_t first, size_t last) {
  for (size_t i = first; i < last && i < lines.size(); ++i) {
    const std::string_view line = Trim(lines[i]);
    if (!line.starts_with("--") || !IsExpectation(line.substr(2))) continue;
    return Status::Syntax(fmt::format("an expectation that belongs to no statement: {}", line),
                          TextSpan{0, 0, static_cast<uint32_t>(i + 1), 1},
                          "no empty line may stand before it; in a comment that is none, write -- # before it");
  }
  return Status::Ok();
}

}  // namespace

bool MatchesLike(std::string_view text, std::string_view pattern) { return LikeMatches(text, pattern) == true; }

Result<TestScript> ParseTestScript(std::string path, const std::string& text) {
  TestScript script;
  script.path = std::move(path);
  script.lines = SplitLines(text);
  // Directives by line; those inside of statements (in a string, say) are told apart below.
  std::vector<bool> inside(script.lines.size() + 1, false);
  std::vector<TestStep> statements;
  for (const ScriptStatement& s : SplitScript(text)) {
    TestStep step;
    step.text = std::string(s.text);
    step.line = s.span.line;
    step.column = s.span.column;
    const auto begin = static_cast<size_t>(s.text.data() - text.data());
    size_t end = begin + s.text.size();
    if (s.terminated) end = std::min(text.find(';', end), text.size() - 1);
    const auto last = static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<long>(end), '\n'));
    for (size_t i = step.line - 1; i <= last && i < inside.size(); ++i) inside[i] = true;
    step.first_line = last + 1;
    step.last_line = last + 1;
    while (step.last_line < script.lines.size() && Trim(script.lines[step.last_line]).starts_with("--")) {
      ++step.last_line;
    }
    size_t bad = 0;
    Status read = ReadExpectations(script.lines, step.first_line, step.last_line, &step.expect, &bad);
    if (!read.ok()) {
      return std::move(read).At(TextSpan{0, 0, static_cast<uint32_t>(bad + 1), 1});
    }
    statements.push_back(std::move(step));
  }
  for (size_t i = 0; i < statements.size(); ++i) {
    const size_t next_line = i + 1 < statements.size() ? statements[i + 1].line - 1 : script.lines.size();
    PARTON_RETURN_IF_ERROR(CheckStrayComments(script.lines, statements[i].last_line, next_line));
  }
  size_t next = 0;
  for (size_t i = 0; i < script.lines.size(); ++i) {
    while (next < statements.size() && statements[next].line - 1 <= i) {
      script.steps.push_back(std::move(statements[next++]));
    }
    if (inside[i]) continue;
    std::string_view line = Trim(script.lines[i]);
    if (!line.starts_with("--")) continue;
    line = Trim(line.substr(2));
    if (!line.starts_with("@")) continue;
    TestStep step;
    step.directive = true;
    step.text = line.substr(1);
    step.line = static_cast<uint32_t>(i + 1);
    script.steps.push_back(std::move(step));
  }
  while (next < statements.size()) script.steps.push_back(std::move(statements[next++]));
  return script;
}

}  // namespace parton::shell
