#include "shell/test_runner/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace parton::shell {

namespace {

std::string Indented(const std::string& text, const std::string& indent) {
  std::string out;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    out += indent + text.substr(start, end - start) + "\n";
    start = end + 1;
  }
  return out;
}

// The expected lines in red, the actual ones in green.
void AddDiff(const std::string& text, StyledText* out) {
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    const Style style = line.starts_with("- ") ? Style::kBad : line.starts_with("+ ") ? Style::kGood : Style::kPlain;
    out->push_back({"    "});
    out->push_back({line, style});
    out->push_back({"\n"});
    start = end + 1;
  }
}

StyledText PlainReport(const std::vector<FileResult>& results) {
  StyledText out;
  size_t passed = 0;
  size_t failed = 0;
  for (const FileResult& file : results) {
    if (!file.skipped.empty()) out.push_back({fmt::format("{}: skipped: {}\n", file.path, file.skipped)});
    failed += file.failed();
    passed += file.tests.size() - file.failed();
    for (const TestResult& t : file.tests) {
      if (t.failure.empty()) continue;
      out.push_back({fmt::format("{}:{}: {} failed", file.path, t.line, t.name), Style::kHeader});
      out.push_back({"\n"});
      AddDiff(t.failure, &out);
      out.push_back({"\n"});
    }
  }
  out.push_back({fmt::format("{} passed, {} failed", passed, failed), failed == 0 ? Style::kGood : Style::kBad});
  out.push_back({"\n"});
  return out;
}

std::string Tap(const std::vector<FileResult>& results) {
  size_t total = 0;
  for (const FileResult& file : results) total += file.skipped.empty() ? file.tests.size() : 1;
  std::string out = fmt::format("TAP version 13\n1..{}\n", total);
  size_t n = 0;
  for (const FileResult& file : results) {
    if (!file.skipped.empty()) {
      out += fmt::format("ok {} - {} # SKIP {}\n", ++n, file.path, file.skipped);
      continue;
    }
    for (const TestResult& t : file.tests) {
      out += fmt::format("{} {} - {} {}\n", t.failure.empty() ? "ok" : "not ok", ++n, file.path, t.name);
      out += Indented(t.failure, "# ");
    }
  }
  return out;
}

std::string Xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

// The first line that says what is wrong: those of the statement are indented.
std::string Summary(const TestResult& t) {
  for (size_t start = 0; start < t.failure.size();) {
    const size_t end = std::min(t.failure.find('\n', start), t.failure.size());
    if (t.failure[start] != ' ') return t.failure.substr(start, end - start);
    start = end + 1;
  }
  return t.name + " failed";
}

std::string Junit(const std::vector<FileResult>& results) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileResult& file : results) {
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n", Xml(file.path),
                       file.skipped.empty() ? file.tests.size() : 1, file.failed(), file.skipped.empty() ? 0 : 1);
    if (!file.skipped.empty()) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"file\"><skipped message=\"{}\"/></testcase>\n",
                         Xml(file.path), Xml(file.skipped));
    }
    for (const TestResult& t : file.tests) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6f}\"",
                         Xml(file.path), Xml(t.name), Xml(file.path), t.line, t.milliseconds / 1000);
      if (t.failure.empty()) {
        out += "/>\n";
      } else {
        out += fmt::format("><failure message=\"{}\" type=\"failure\">{}</failure></testcase>\n", Xml(Summary(t)),
                           Xml(fmt::format("{}:{}\n{}", file.path, t.line, t.failure)));
      }
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace

StyledText Report(const std::vector<FileResult>& results, ReportFormat format) {
  switch (format) {
    case ReportFormat::kTap: return {{Tap(results)}};
    case ReportFormat::kJunit: return {{Junit(results)}};
    case ReportFormat::kPlain: break;
  }
  return PlainReport(results);
}

}  // namespace parton::shell
