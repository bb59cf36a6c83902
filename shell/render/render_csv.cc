// CSV (RFC 4180) and Markdown tables. Both need all column names first: the first kHeldRows rows
// are held back to learn them; an attribute that only a later row has is reported as an error.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "shell/render/render.h"

namespace parton::shell {

namespace {

constexpr size_t kHeldRows = 10000;

class HeaderedRenderer : public Renderer {
 public:
  explicit HeaderedRenderer(Output* output) : output_(output) {}

  void Begin(const RowsInfo& info) override {
    collector_ = ColumnCollector(info.columns);
    fixed_ = false;
    held_.clear();
  }
  Status Row(const Value& row) override {
    if (fixed_) return Print(row);
    collector_.Add(row);
    held_.push_back(row.Own());
    if (held_.size() >= kHeldRows) return Fix();
    return Status::Ok();
  }
  void End() override {
    if (!fixed_) (void)Fix();
  }
  Status Single(const Value& value) override {
    Begin({});
    Status s = Row(value);
    End();
    return s;
  }

 protected:
  virtual void Header(const std::vector<std::string>& columns) = 0;
  virtual void Line(const std::vector<Value>& cells) = 0;
  Output* output_;

 private:
  Status Fix() {
    fixed_ = true;
    columns_ = collector_.Columns();
    if (!columns_.empty()) Header(columns_);
    Status first;
    for (const Value& row : held_) {
      Status s = Print(row);
      if (first.ok()) first = s;
    }
    held_.clear();
    return first;
  }
  Status Print(const Value& row) {
    std::vector<Value> cells;
    size_t filled = 0;
    for (const std::string& c : columns_) {
      cells.push_back(CellOf(row, c));
      if (!cells.back().is_missing()) ++filled;
    }
    Line(cells);
    if (!row.is_struct()) return Status::Ok();
    const Value whole = row.Materialize();
    if (whole.Count() <= filled) return Status::Ok();
    for (const Field& f : whole.fields()) {
      if (f.value.is_missing()) continue;
      bool known = false;
      for (const std::string& c : columns_) known = known || c == f.name;
      if (!known) {
        return Status::Validation(
            fmt::format("attribute {} first appears after row {}, when the header is already written", f.name,
                        kHeldRows),
            {}, "name the columns in the select list, or use --mode jsonl");
      }
    }
    return Status::Ok();
  }

  ColumnCollector collector_{{}};
  std::vector<std::string> columns_;
  std::vector<Value> held_;
  bool fixed_ = false;
};

// A cell as text: strings as they are, everything else as JSON; NULL and MISSING are empty.
std::string CellText(const Value& v) {
  if (v.is_absent()) return "";
  if (v.is_text()) return std::string(v.bytes());
  std::string json = v.ToJson();
  // Scalars that JSON writes as text (binaries, dates) stand without its quotes.
  if (json.size() >= 2 && json.front() == '"' && json.find('\\') == std::string::npos) {
    return json.substr(1, json.size() - 2);
  }
  return json;
}

class CsvRenderer : public HeaderedRenderer {
 public:
  using HeaderedRenderer::HeaderedRenderer;

 protected:
  void Header(const std::vector<std::string>& columns) override {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line += ',';
      line += Quote(columns[i], columns.size() == 1);
    }
    output_->Write(line + "\n");
  }
  void Line(const std::vector<Value>& cells) override {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += ',';
      // The empty string differs from NULL and from an absent attribute, which are nothing at all.
      if (cells[i].is_text() && cells[i].bytes().empty())
        line += "\"\"";
      else
        line += Quote(CellText(cells[i]), false);
    }
    output_->Write(line + "\n");
  }

 private:
  static std::string Quote(const std::string& text, bool only) {
    const bool plain = text.find_first_of(",\"\r\n") == std::string::npos && !(only && text.empty()) &&
                       (text.empty() || (text.front() != ' ' && text.back() != ' '));
    if (plain) return text;
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"') quoted += '"';
      quoted += c;
    }
    return quoted + "\"";
  }
};

class MarkdownRenderer : public HeaderedRenderer {
 public:
  using HeaderedRenderer::HeaderedRenderer;

 protected:
  void Header(const std::vector<std::string>& columns) override {
    std::string head = "|";
    std::string rule = "|";
    for (const std::string& c : columns) {
      head += " " + Escape(c) + " |";
      rule += " --- |";
    }
    output_->Write(head + "\n" + rule + "\n");
  }
  void Line(const std::vector<Value>& cells) override {
    std::string line = "|";
    for (const Value& v : cells) {
      line += " " + (v.is_null() ? std::string("NULL") : Escape(CellText(v))) + " |";
    }
    output_->Write(line + "\n");
  }

 private:
  static std::string Escape(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '|')
        out += "\\|";
      else if (c == '\n')
        out += "<br>";
      else if (c != '\r')
        out += c;
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Renderer> MakeCsvRenderer(Output* output) { return std::make_unique<CsvRenderer>(output); }
std::unique_ptr<Renderer> MakeMarkdownRenderer(Output* output) { return std::make_unique<MarkdownRenderer>(output); }

}  // namespace parton::shell
