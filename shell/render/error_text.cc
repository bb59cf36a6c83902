#include "shell/render/error_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr int kDefaultWidth = 100;
constexpr size_t kStatementBytes = 2000;  // of a statement quoted in JSON

// Line `wanted` (from 1, relative to the statement) of the source, as far as it is known.
std::string SourceLine(const SourceStatement& s, uint32_t wanted) {
  const std::string text = s.line_before + s.text + s.line_after;
  size_t start = 0;
  for (uint32_t line = 1; line < wanted; ++line) {
    const size_t next = text.find('\n', start);
    if (next == std::string::npos) return "";
    start = next + 1;
  }
  std::string line = text.substr(start, std::min(text.find('\n', start), text.size()) - start);
  return line;
}

// The line and a caret below `column`; of a long line, the part around it.
std::string Excerpt(const std::string& line, uint32_t column, uint32_t length, int width) {
  std::u32string points;
  for (size_t i = 0; i < line.size();) {
    const char32_t c = NextCodePoint(line, &i);
    // A sign each: the caret stands below the right one.
    points.push_back(c == '\t' || c == '\r' ? U' ' : IsControl(c) ? char32_t{0xFFFD} : c);
  }
  const size_t at = std::min<size_t>(column - 1, points.size());
  const auto room = static_cast<size_t>(std::max(width - 4, 10));
  size_t first = 0;
  if (points.size() > room && at > room * 2 / 3) first = std::min(at - room / 2, points.size() - room);
  std::string shown = first > 0 ? "…" : "";
  int before = first > 0 ? 1 : 0;
  int used = before;
  int caret_width = 0;
  size_t i = first;
  for (; i < points.size(); ++i) {
    const int w = CodePointWidth(points[i]);
    if (static_cast<size_t>(used) + static_cast<size_t>(w) > room) break;
    if (i < at)
      before += w;
    else if (i < at + std::max<size_t>(length, 1))
      caret_width += w;
    used += w;
    AppendUtf8(points[i], &shown);
  }
  if (i < points.size()) shown += "…";
  return fmt::format("  {}\n  {}{}\n", shown, std::string(static_cast<size_t>(before), ' '),
                     std::string(static_cast<size_t>(std::max(caret_width, 1)), '^'));
}

}  // namespace

ErrorPlace PlaceOf(const Status& error, const SourceStatement& s) {
  const TextSpan span = error.span();
  if (span.line == 0) return {s.source, s.line, s.column};
  return {s.source, s.line + span.line - 1, span.line == 1 ? s.column + span.column - 1 : span.column};
}

StyledText FormatError(const Status& error, const SourceStatement& s, int width) {
  const ErrorPlace place = PlaceOf(error, s);
  const std::string source =
      place.source.empty() ? "" : fmt::format("{}:{}:{}: ", place.source, place.line, place.column);
  std::string out = fmt::format(": {}\n", error.message());
  if (error.span().line != 0) {
    const std::string line = SourceLine(s, error.span().line);
    // The caret stays within the first line of a span of several.
    uint32_t length = 0;
    if (error.span().offset < s.text.size()) {
      const std::string_view rest = std::string_view(s.text).substr(error.span().offset, error.span().length);
      const std::string_view one = rest.substr(0, rest.find('\n'));
      for (size_t i = 0; i < one.size(); ++length) NextCodePoint(one, &i);
    }
    // Of a long line the reader keeps the end only.
    uint32_t column = error.span().column;
    if (error.span().line == 1) {
      for (size_t i = 0; i < s.line_before.size(); ++column) NextCodePoint(s.line_before, &i);
    }
    if (!line.empty()) out += Excerpt(line, column, length, width > 0 ? width : kDefaultWidth);
  }
  const std::vector<Status>& reasons = error.reasons();
  for (size_t i = 0; i < reasons.size(); ++i) {
    out += fmt::format("  statement {}: {}\n", i + 1, reasons[i].ok() ? "None" : reasons[i].ToString());
  }
  if (!error.hint().empty()) out += fmt::format("hint: {}\n", error.hint());
  return {{source}, {std::string(error.ExceptionName()), Style::kError}, {out}};
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const char32_t c = NextCodePoint(text, &i);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (c < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          AppendUtf8(c, &out);
    }
  }
  return out + "\"";
}

std::string FormatErrorJson(const Status& error, const SourceStatement& s) {
  const ErrorPlace place = PlaceOf(error, s);
  std::string out = fmt::format("{{\"code\":{},\"message\":{},\"file\":{},\"line\":{},\"column\":{}",
                                JsonString(error.ExceptionName()), JsonString(error.message()),
                                JsonString(place.source), place.line, place.column);
  out += ",\"hint\":" + (error.hint().empty() ? "null" : JsonString(error.hint()));
  if (!error.reasons().empty()) {
    out += ",\"reasons\":[";
    for (size_t i = 0; i < error.reasons().size(); ++i) {
      const Status& r = error.reasons()[i];
      out += fmt::format("{}{{\"code\":{},\"message\":{}}}", i > 0 ? "," : "",
                         JsonString(r.ok() ? "None" : r.ExceptionName()), JsonString(r.message()));
    }
    out += "]";
  }
  const std::string_view text = s.text;
  out += ",\"statement\":" + JsonString(text.substr(0, kStatementBytes));
  return out + "}\n";
}

}  // namespace parton::shell
