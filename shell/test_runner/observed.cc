#include "shell/test_runner/observed.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>

#include "parton/language.h"
#include "shell/test_runner/canonical.h"

namespace parton::shell {

namespace {

constexpr size_t kMaxDiffLines = 40;
constexpr size_t kMaxUpdatedRows = 100;

bool IsAccessPath(const std::string& name) {
  static const std::vector<std::string> names = AccessPathNames();
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Objects {"operator": "Query", "table": ..., "index": ..., "inputs": [...]}, wherever they are
// nested.
void CollectAccessPaths(const rapidjson::Value& json, std::vector<std::string>* found) {
  if (json.IsArray()) {
    for (const auto& element : json.GetArray()) CollectAccessPaths(element, found);
    return;
  }
  if (!json.IsObject()) return;
  const auto text = [&json](const char* name) -> std::string {
    const auto member = json.FindMember(name);
    return member != json.MemberEnd() && member->value.IsString() ? member->value.GetString() : "";
  };
  const std::string kind = text("operator");
  if (IsAccessPath(kind)) {
    std::string path = kind;
    if (!text("table").empty() && kind != "Empty") path += " " + text("table");
    if (!text("index").empty()) path += "." + text("index");
    found->push_back(path);
  }
  for (const auto& member : json.GetObject()) {
    if (std::string_view(member.name.GetString()) != "rejected") {
      CollectAccessPaths(member.value, found);
    }
  }
}

std::vector<std::string> SplitPlan(const std::string& plan) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (start <= plan.size()) {
    const size_t comma = std::min(plan.find(',', start), plan.size());
    size_t a = start;
    size_t b = comma;
    while (a < b && plan[a] == ' ') ++a;
    while (b > a && plan[b - 1] == ' ') --b;
    if (b > a) parts.push_back(plan.substr(a, b - a));
    start = comma + 1;
  }
  return parts;
}

// "Query by_year" and "Query" match "Query songs.by_year"; "Query songs" means the table itself.
bool PlanMatches(const std::string& expected, const std::string& observed) {
  const std::vector<std::string> want = SplitPlan(expected);
  const std::vector<std::string> got = SplitPlan(observed);
  if (want.size() != got.size()) return false;
  for (size_t i = 0; i < want.size(); ++i) {
    if (want[i] == got[i]) continue;
    const size_t space = want[i].find(' ');
    const std::string kind = want[i].substr(0, space);
    const size_t got_space = got[i].find(' ');
    if (kind != got[i].substr(0, got_space)) return false;
    if (space == std::string::npos) continue;
    const std::string source = want[i].substr(space + 1);
    const std::string got_source = got_space == std::string::npos ? "" : got[i].substr(got_space + 1);
    const size_t dot = got_source.find('.');
    if (dot == std::string::npos || got_source.substr(dot + 1) != source) return false;
  }
  return true;
}

// A line diff of two lists by their longest common subsequence; for bags, what is lost and what is
// extra.
std::string Diff(const std::vector<std::string>& want, const std::vector<std::string>& got, bool ordered) {
  std::vector<std::string> lines;
  if (!ordered || want.size() * got.size() > 4000000) {
    std::map<std::string, long> count;
    for (const std::string& g : got) ++count[g];
    for (const std::string& w : want) {
      if (--count[w] < 0) lines.push_back("- " + w);
    }
    for (const auto& [text, n] : count) {
      for (long i = 0; i < n; ++i) lines.push_back("+ " + text);
    }
  } else {
    const size_t n = want.size();
    const size_t m = got.size();
    std::vector<std::vector<uint32_t>> common(n + 1, std::vector<uint32_t>(m + 1, 0));
    for (size_t i = n; i-- > 0;) {
      for (size_t j = m; j-- > 0;) {
        common[i][j] = want[i] == got[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
      }
    }
    size_t i = 0;
    size_t j = 0;
    while (i < n || j < m) {
      if (i < n && j < m && want[i] == got[j]) {
        lines.push_back("  " + want[i]);
        ++i;
        ++j;
      } else if (j == m || (i < n && common[i + 1][j] >= common[i][j + 1])) {
        lines.push_back("- " + want[i++]);
      } else {
        lines.push_back("+ " + got[j++]);
      }
    }
  }
  std::string out;
  for (size_t k = 0; k < std::min(lines.size(), kMaxDiffLines); ++k) out += lines[k] + "\n";
  if (lines.size() > kMaxDiffLines) {
    out += fmt::format("... {} more lines\n", lines.size() - kMaxDiffLines);
  }
  return out;
}

std::string CompareRows(const Observed& observed, const Expectations& expected, LiteralReader* reader) {
  std::vector<std::string> want;
  for (const std::string& literal : *expected.rows) {
    Result<Value> value = reader->Read(literal);
    if (!value.ok()) {
      return fmt::format("cannot read the expected value {}: {}\n", literal, value.status().ToString());
    }
    want.push_back(Canonical(*value));
  }
  std::vector<std::string> got;
  for (const Value& row : observed.rows) got.push_back(Canonical(row));
  const bool ordered = expected.ordered.value_or(observed.ordered);
  if (expected.ordered.value_or(false) && !observed.ordered && observed.rows.size() > 1) {
    return "expected an ordered result (a list), got a bag\n";
  }
  bool same;
  if (expected.rows_open) {
    std::vector<std::string> some = got;
    if (ordered) {
      some.resize(std::min(some.size(), want.size()));
      same = some == want;
      if (!same) got = some;
    } else {
      std::sort(some.begin(), some.end());
      std::vector<std::string> sorted = want;
      std::sort(sorted.begin(), sorted.end());
      same = std::includes(some.begin(), some.end(), sorted.begin(), sorted.end());
    }
  } else if (ordered) {
    same = want == got;
  } else {
    std::vector<std::string> a = want;
    std::vector<std::string> b = got;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    same = a == b;
  }
  if (same) return "";
  return fmt::format("{} rows expected, {} came{}\n{}", want.size(), got.size(), ordered ? "" : " (in any order)",
                     Diff(want, got, ordered));
}

double Figure(const Observed& o, const std::string& name) {
  if (name == "rcu") return o.stats.read_units;
  if (name == "wcu") return o.stats.write_units;
  if (name == "examined") return static_cast<double>(o.stats.items_examined);
  if (name == "affected") return static_cast<double>(o.affected);
  if (name == "notices") return static_cast<double>(o.notices.size());
  return static_cast<double>(o.rows.size());
}

bool Holds(double figure, const Bound& b) {
  if (b.operator_ == "=") return figure == b.number;
  if (b.operator_ == "<") return figure < b.number;
  if (b.operator_ == "<=") return figure <= b.number;
  if (b.operator_ == ">") return figure > b.number;
  return figure >= b.number;
}

std::vector<std::string> SplitText(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
    start = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

}  // namespace

LiteralReader::LiteralReader() {
  Options options;
  options.files.all = false;  // literals need none
  auto opened = Database::Open(":memory:", options);
  if (!opened.ok()) return;
  database_ = std::move(*opened);
  connection_ = database_->Connect();
}
LiteralReader::~LiteralReader() {
  connection_.reset();
  database_.reset();
}

Result<Value> LiteralReader::Read(const std::string& literal) {
  if (connection_ == nullptr) return Status::Internal("no database for literals");
  if (literal == "MISSING") return Value::Missing();
  // In a list, so that a collection comes back as one value.
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result, connection_->Execute("[" + literal + "]"));
  if (result->kind() == ResultKind::kRows) {
    PARTON_ASSIGN_OR_RETURN(std::vector<Value> rows, result->All());
    if (rows.size() == 1) return rows[0];
  } else if (result->kind() == ResultKind::kValue && result->value().is_list() && result->value().Count() == 1) {
    return result->value().elements()[0];
  }
  return Status::Validation("expected one value");
}

Observed Observe(Connection* connection, const std::string& statement) {
  Observed o;
  Result<std::unique_ptr<ResultSet>> executed = connection->Execute(statement);
  if (!executed.ok()) {
    o.status = executed.status();
    return o;
  }
  ResultSet& result = **executed;
  o.kind = result.kind();
  o.ordered = result.ordered();
  switch (o.kind) {
    case ResultKind::kValue:
      o.rows.push_back(result.value().Own());
      o.ordered = true;
      break;
    case ResultKind::kRows:
    case ResultKind::kChanged:
      while (result.Next()) o.rows.push_back(result.row().Own());
      break;
    case ResultKind::kText:
    case ResultKind::kDone: o.text = result.text(); break;
  }
  o.status = result.status();
  if (o.kind == ResultKind::kChanged && o.status.ok()) o.affected = result.affected();
  o.notices = result.notices();
  o.stats = result.stats();
  return o;
}

Result<std::string> ObservePlan(Connection* connection, const std::string& statement) {
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result,
                          connection->Execute("EXPLAIN (FORMAT JSON) " + statement));
  rapidjson::Document json;
  json.Parse(result->text().c_str());
  if (json.HasParseError()) return Status::Internal("EXPLAIN (FORMAT JSON) gave no JSON");
  std::vector<std::string> found;
  CollectAccessPaths(json, &found);
  std::string plan;
  for (const std::string& f : found) plan += (plan.empty() ? "" : ", ") + f;
  return plan;
}

std::string Compare(const Observed& observed, const Expectations& expected, LiteralReader* reader) {
  if (expected.error) {
    if (observed.status.ok()) {
      std::string got;
      if (observed.kind == ResultKind::kChanged) {
        got = fmt::format("{} items were changed", observed.affected);
      } else {
        got = fmt::format("{} rows came", observed.rows.size());
      }
      return fmt::format("expected {}, but it succeeded: {}\n",
                         expected.error->name.empty() ? "an error" : expected.error->name, got);
    }
    const bool name = expected.error->name.empty() || expected.error->name == observed.status.ExceptionName();
    const bool message = expected.error->like.empty() || MatchesLike(observed.status.message(), expected.error->like);
    if (name && message) return "";
    return fmt::format("- {} like {}\n+ {}\n", expected.error->name, Quoted(expected.error->like),
                       observed.status.ToString());
  }
  if (!observed.status.ok()) {
    std::string text = "failed: " + observed.status.ToString() + "\n";
    if (!observed.status.hint().empty()) text += "hint: " + observed.status.hint() + "\n";
    return text;
  }
  std::string wrong;
  if (expected.rows) wrong += CompareRows(observed, expected, reader);
  for (const Bound& b : expected.bounds) {
    const double figure = Figure(observed, b.figure);
    if (!Holds(figure, b)) wrong += fmt::format("- {}\n+ {} = {:g}\n", b.text, b.figure, figure);
  }
  if (expected.plan && !PlanMatches(*expected.plan, observed.plan)) {
    wrong += fmt::format("- plan: {}\n+ plan: {}\n", *expected.plan, observed.plan);
  }
  if (expected.text) {
    const std::vector<std::string> want = SplitText(*expected.text);
    const std::vector<std::string> got = SplitText(observed.text);
    if (want != got) wrong += "the text differs\n" + Diff(want, got, true);
  }
  if (expected.text_like && !MatchesLike(observed.text, *expected.text_like)) {
    wrong += fmt::format("- text like {}\n+ {}\n", Quoted(*expected.text_like), observed.text);
  }
  for (const std::string& pattern : expected.notices) {
    if (std::none_of(observed.notices.begin(), observed.notices.end(),
                     [&](const std::string& n) { return MatchesLike(n, pattern); })) {
      wrong += fmt::format("- notice like {}\n", Quoted(pattern));
      for (const std::string& n : observed.notices) wrong += "+ notice: " + n + "\n";
    }
  }
  return wrong;
}

std::vector<std::string> ExpectationLines(const Observed& o, const Expectations& expected) {
  if (!o.status.ok()) {
    return {fmt::format("-- error: {} like {}", o.status.ExceptionName(), Quoted(o.status.message()))};
  }
  std::vector<std::string> lines;
  const bool fresh = expected.empty() || expected.error;
  if (expected.plan) lines.push_back("-- plan: " + o.plan);
  for (const Bound& b : expected.bounds) {
    const double figure = Figure(o, b.figure);
    if (Holds(figure, b))
      lines.push_back("-- " + b.text);
    else
      lines.push_back(fmt::format("-- {} {} {:g}", b.figure, b.operator_, figure));
  }
  if (fresh && o.kind == ResultKind::kChanged) {
    lines.push_back(fmt::format("-- affected: {}", o.affected));
  }
  if (expected.ordered) lines.push_back(o.ordered ? "-- ordered" : "-- unordered");
  const bool wants_rows =
      expected.rows || (fresh && (o.kind == ResultKind::kRows || o.kind == ResultKind::kValue || !o.rows.empty()));
  if (wants_rows) {
    if (o.rows.empty() && !expected.rows_open) lines.push_back("-- rows: 0");
    size_t shown = 0;
    const size_t most = expected.rows_open ? expected.rows->size() : kMaxUpdatedRows;
    for (const Value& row : o.rows) {
      if (shown++ == most) {
        lines.push_back("-- ...");
        lines.push_back(fmt::format("-- rows: {}", o.rows.size()));
        break;
      }
      lines.push_back("-- " + row.ToLiteral());
    }
  }
  if (expected.text || (fresh && o.kind == ResultKind::kText)) {
    lines.emplace_back("-- text:");
    for (const std::string& line : SplitText(o.text)) lines.push_back("-- | " + line);
  }
  if (expected.text_like) lines.push_back("-- text like " + Quoted(*expected.text_like));
  for (const std::string& n : expected.notices) lines.push_back("-- notice like " + Quoted(n));
  return lines;
}

}  // namespace parton::shell
