#include "shell/test_runner/report.h"

#include <fmt/format.h>

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

std::string Plain(const std::vector<FileResult>& results) {
  std::string out;
  size_t passed = 0;
  size_t failed = 0;
  for (const FileResult& file : results) {
    if (!file.skipped.empty()) out += fmt::format("{}: skipped: {}\n", file.path, file.skipped);
    failed += file.failed();
    passed += file.tests.size() - file.failed();
    for (const TestResult& t : file.tests) {
      if (t.failure.empty()) continue;
      out += fmt::format("{}:{}: {} failed\n{}\n", file.path, t.line, t.name,
                         Indented(t.failure, "    "));
    }
  }
  return out + fmt::format("{} passed, {} failed\n", passed, failed);
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
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"",
                         Xml(file.path), Xml(t.name), t.milliseconds / 1000);
      if (t.failure.empty())
        out += "/>\n";
      else
        out += fmt::format("><failure>{}</failure></testcase>\n", Xml(t.failure));
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace

std::string Report(const std::vector<FileResult>& results, ReportFormat format) {
  switch (format) {
    case ReportFormat::kTap: return Tap(results);
    case ReportFormat::kJunit: return Junit(results);
    case ReportFormat::kPlain: break;
  }
  return Plain(results);
}

}  // namespace parton::shell
