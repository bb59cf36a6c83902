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

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kBold = "\x1b[1m";

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string operator()(std::string_view style, std::string_view text) const {
    return color_ ? fmt::format("{}{}\x1b[0m", style, text) : std::string(text);
  }
  // What was expected in red, what came in green.
  std::string Diff(const std::string& text) const {
    std::string out;
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      const std::string_view line = std::string_view(text).substr(start, end - start);
      out += line.starts_with("- ") ? (*this)(kRed, line) : line.starts_with("+ ") ? (*this)(kGreen, line) : line;
      out += '\n';
      start = end + 1;
    }
    return out;
  }

 private:
  bool color_;
};

std::string Plain(const std::vector<FileResult>& results, const Painter& paint) {
  std::string out;
  size_t passed = 0;
  size_t failed = 0;
  for (const FileResult& file : results) {
    if (!file.skipped.empty()) out += fmt::format("{}: skipped: {}\n", file.path, file.skipped);
    failed += file.failed();
    passed += file.tests.size() - file.failed();
    for (const TestResult& t : file.tests) {
      if (t.failure.empty()) continue;
      out += paint(kBold, fmt::format("{}:{}: {} failed", file.path, t.line, t.name));
      out += fmt::format("\n{}\n", Indented(paint.Diff(t.failure), "    "));
    }
  }
  return out + paint(failed == 0 ? kGreen : kRed, fmt::format("{} passed, {} failed", passed, failed)) + "\n";
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
      out += fmt::format("{} {} - {} {}\n", t.failure.empty() ? "ok" : "not ok", ++n, file.path,
                         t.name);
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
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
                       Xml(file.path), file.skipped.empty() ? file.tests.size() : 1, file.failed(),
                       file.skipped.empty() ? 0 : 1);
    if (!file.skipped.empty()) {
      out += fmt::format(
          "    <testcase classname=\"{}\" name=\"file\"><skipped message=\"{}\"/></testcase>\n",
          Xml(file.path), Xml(file.skipped));
    }
    for (const TestResult& t : file.tests) {
      out += fmt::format(
          "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6f}\"", Xml(file.path), Xml(t.name),
          Xml(file.path), t.line, t.milliseconds / 1000);
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

std::string Report(const std::vector<FileResult>& results, ReportFormat format, bool color) {
  switch (format) {
    case ReportFormat::kTap: return Tap(results);
    case ReportFormat::kJunit: return Junit(results);
    case ReportFormat::kPlain: break;
  }
  return Plain(results, Painter(color));
}

}  // namespace parton::shell
