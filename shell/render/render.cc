#include "shell/render/render.h"

#include <algorithm>

namespace parton::shell {

namespace {

class QuietRenderer : public Renderer {
 public:
  void Begin(const RowsInfo&) override {}
  Status Row(const Value&) override { return Status::Ok(); }
  void End() override {}
  Status Single(const Value&) override { return Status::Ok(); }
};

}  // namespace

const std::vector<ModeInfo>& AllModes() {
  static const std::vector<ModeInfo> kModes = {
      {Mode::kTable, "table", "aligned, fitted to the terminal"},
      {Mode::kVertical, "vertical", "one attribute a line"},
      {Mode::kJsonl, "jsonl", "one JSON object a line"},
      {Mode::kJson, "json", "one JSON array a result"},
      {Mode::kDdbjson, "ddbjson", "DynamoDB-JSON as its S3 exports have it, one item a line"},
      {Mode::kCsv, "csv", "comma-separated, with a header"},
      {Mode::kMarkdown, "markdown", "a Markdown table"},
      {Mode::kPartiql, "partiql", "literals that read back to the same typed values"},
      {Mode::kChart, "chart", "bars for a label and a number, a sparkline for a series"},
      {Mode::kQuiet, "quiet", "nothing"},
  };
  return kModes;
}

const ModeInfo* FindMode(std::string_view name) {
  const ModeInfo* found = nullptr;
  for (const ModeInfo& m : AllModes()) {
    if (m.name == name) return &m;
    if (!name.empty() && m.name.substr(0, name.size()) == name) {
      if (found != nullptr) return nullptr;
      found = &m;
    }
  }
  return found;
}

std::string_view ModeName(Mode mode) {
  for (const ModeInfo& m : AllModes()) {
    if (m.mode == mode) return m.name;
  }
  return "";
}

std::unique_ptr<Renderer> MakeRenderer(Mode mode, Output* output, const Look& look) {
  switch (mode) {
    case Mode::kTable: return MakeTableRenderer(output, look);
    case Mode::kVertical: return MakeVerticalRenderer(output, look);
    case Mode::kJsonl:
    case Mode::kJson:
    case Mode::kDdbjson: return MakeJsonRenderer(mode, output);
    case Mode::kCsv: return MakeCsvRenderer(output);
    case Mode::kMarkdown: return MakeMarkdownRenderer(output);
    case Mode::kPartiql: return MakePartiqlRenderer(output);
    case Mode::kChart: return MakeChartRenderer(output, look);
    case Mode::kQuiet: break;
  }
  return std::make_unique<QuietRenderer>();
}

void ColumnCollector::Add(const Value& row) {
  ++rows_;
  if (!given_.empty() && row.is_struct()) return;
  const auto count = [this](const std::string& name) {
    for (Seen& s : seen_) {
      if (s.name == name) {
        ++s.count;
        return;
      }
    }
    seen_.push_back({name, 1});
  };
  if (!row.is_struct()) {
    count(std::string(kValueColumn));
    return;
  }
  const Value whole = row.Materialize();
  for (const Field& f : whole.fields()) {
    if (!f.value.is_missing()) count(f.name);
  }
}

std::vector<std::string> ColumnCollector::Columns() const {
  std::vector<std::string> columns = given_;
  std::vector<Seen> seen = seen_;
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.count > b.count; });
  for (const Seen& s : seen) {
    if (std::find(columns.begin(), columns.end(), s.name) == columns.end()) columns.push_back(s.name);
  }
  return columns;
}

Value Expanded(const Value& row, const std::vector<std::string>& paths) {
  if (!row.is_struct()) return row.Own();
  std::vector<Field> fields = row.Materialize().Own().fields();
  // Spreading one path may bring forth another.
  for (size_t i = 0; i < fields.size();) {
    const std::string name = fields[i].name;
    const Value value = fields[i].value;
    const bool wanted = std::find(paths.begin(), paths.end(), name) != paths.end();
    if (!wanted || !(value.is_struct() || value.is_collection()) || value.Count() == 0) {
      ++i;
      continue;
    }
    std::vector<Field> inner;
    if (value.is_struct()) {
      const Value whole = value.Materialize();
      for (const Field& f : whole.fields()) inner.push_back({name + "." + f.name, f.value});
    } else {
      for (size_t k = 0; k < value.elements().size(); ++k) {
        inner.push_back({name + "[" + std::to_string(k) + "]", value.elements()[k]});
      }
    }
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(i), inner.begin(), inner.end());
  }
  return Value::Struct(std::move(fields));
}

Value CellOf(const Value& row, const std::string& column) {
  if (row.is_struct()) return row.GetBorrowed(column);
  return column == kValueColumn ? row : Value::Missing();
}

}  // namespace parton::shell
