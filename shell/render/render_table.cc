// The aligned table and the vertical form.
//
// The table's widths come from the first kHeldRows rows; what follows streams in the same widths.
// On a terminal the table never is wider than the screen: wide columns shrink first, then columns
// are left out on the right, and a line below says which. Numbers, keys and headers that do not fit go on in the next
// line, other cells are cut. A single row that does not fit is shown vertically. Elsewhere nothing is cut: a cell that
// is wider than those before it makes its row wider, as it does on a terminal where there is room.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "shell/render/render.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr size_t kHeldRows = 1000;
constexpr int kMinColumn = 6;
constexpr int kWideRow = 200;  // columns; beyond that a single row is vertical where there is no terminal

constexpr int kVerticalWidth = 100;
constexpr int kNoLimit = 1 << 30;  // columns

struct Cell {
  std::string text;
  bool right = false;  // numbers
  bool dim = false;    // NULL
  bool whole = false;  // never cut
};

Cell MakeCell(const Value& v) {
  if (v.is_missing()) return {};
  if (v.is_null()) return {"NULL", false, true};
  if (v.is_text()) return {Printable(v.bytes()), false, false};
  return {Printable(v.ToLiteral()), v.is_numeric(), false, v.is_numeric()};
}

class TableRenderer : public Renderer {
 public:
  TableRenderer(Output* output, const Look& look) : output_(output), look_(look) {}

  void Begin(const RowsInfo& info) override {
    collector_ = ColumnCollector(info.columns);
    keys_ = info.keys;
    held_.clear();
    laid_out_ = false;
    any_ = false;
  }
  Status Row(const Value& row) override {
    any_ = true;
    if (laid_out_) {
      Print(row);
      return Status::Ok();
    }
    collector_.Add(row);
    held_.push_back(row.Own());
    if (held_.size() >= kHeldRows) LayOut();
    return Status::Ok();
  }
  void End() override {
    if (!any_) return;
    if (!laid_out_ && held_.size() == 1 && held_[0].is_struct() && !Fits(held_[0])) {
      std::unique_ptr<Renderer> vertical = MakeVerticalRenderer(output_, look_);
      vertical->Begin({});
      (void)vertical->Row(held_[0]);
      vertical->End();
      return;
    }
    if (!laid_out_) LayOut();
    Rule(look_.unicode ? "└" : "+", look_.unicode ? "┴" : "+", look_.unicode ? "┘" : "+");
    if (hidden_.empty()) return;
    std::string names;
    for (const std::string& h : hidden_) names += (names.empty() ? "" : ", ") + Printable(h);
    output_->Write(fmt::format(
        "{}\n",
        Truncate(fmt::format("not shown, {}: {}",
                             hidden_.size() == 1 ? "1 column" : fmt::format("{} columns", hidden_.size()), names),
                 std::max(look_.width, 1))));
  }
  Status Single(const Value& value) override {
    output_->Write((value.is_text() ? std::string(value.bytes()) : value.ToLiteral()) + "\n");
    return Status::Ok();
  }

 private:
  void LayOut() {
    laid_out_ = true;
    columns_ = collector_.Columns();
    widths_.clear();
    whole_.clear();
    for (const std::string& c : columns_) {
      widths_.push_back(std::max(1, DisplayWidth(Printable(c))));
      whole_.push_back(IsKey(c));
    }
    for (const Value& row : held_) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        const Cell cell = MakeCell(CellOf(row, columns_[i]));
        widths_[i] = std::max(widths_[i], DisplayWidth(cell.text));
        whole_[i] = whole_[i] || cell.whole;
      }
    }
    Fit();
    Rule(look_.unicode ? "┌" : "+", look_.unicode ? "┬" : "+", look_.unicode ? "┐" : "+");
    std::vector<Cell> header;
    for (const std::string& c : columns_) header.push_back({Printable(c), false, false, true});
    Line(header, true);
    Rule(look_.unicode ? "├" : "+", look_.unicode ? "┼" : "+", look_.unicode ? "┤" : "+");
    for (const Value& row : held_) Print(row);
    held_.clear();
  }

  bool Fits(const Value& row) const {
    int sum = 1;
    for (const std::string& c : collector_.Columns()) {
      sum += 3 + std::max(DisplayWidth(Printable(c)), DisplayWidth(MakeCell(CellOf(row, c)).text));
    }
    return sum <= (look_.width > 0 ? look_.width : kWideRow);
  }

  // Columns beyond the screen.
  int Excess() const {
    int sum = 1;
    for (const int w : widths_) sum += w + 3;
    return sum - look_.width;
  }

  // Narrows columns down to kMinColumn, the widest first; numbers and keys only with `all`. Gives the excess left.
  int Shrink(bool all) {
    int excess = Excess();
    while (excess > 0) {
      // The widest down to the second widest, or as far as needed.
      int widest = 0;
      int second = 0;
      int how_many = 0;
      for (size_t i = 0; i < widths_.size(); ++i) {
        if (!all && whole_[i]) continue;
        const int w = widths_[i];
        if (w > widest) {
          second = widest;
          widest = w;
          how_many = 1;
        } else if (w == widest) {
          ++how_many;
        } else {
          second = std::max(second, w);
        }
      }
      if (widest <= kMinColumn) break;
      const int floor = std::max(second, kMinColumn);
      const int step = std::min(widest - floor, (excess + how_many - 1) / how_many);
      for (size_t i = 0; i < widths_.size(); ++i) {
        if (widths_[i] == widest && (all || !whole_[i])) widths_[i] -= std::max(step, 1);
      }
      excess = Excess();
    }
    return excess;
  }

  void Fit() {
    hidden_.clear();
    if (look_.max_cell > 0) {
      for (int& w : widths_) w = std::min(w, look_.max_cell);
    }
    if (look_.width <= 0) return;
    // What may be cut gives way first.
    int excess = Shrink(false);
    if (excess > 0) excess = Shrink(true);
    while (excess > 0 && columns_.size() > 1) {
      hidden_.insert(hidden_.begin(), columns_.back());
      columns_.pop_back();
      widths_.pop_back();
      excess = Excess();
    }
    if (excess > 0) widths_[0] = std::max(1, widths_[0] - excess);
  }

  void Print(const Value& row) {
    std::vector<Cell> cells;
    for (const std::string& c : columns_) {
      cells.push_back(MakeCell(CellOf(row, c)));
      cells.back().whole = cells.back().whole || IsKey(c);
    }
    Line(cells, false);
  }
  bool IsKey(const std::string& column) const { return std::find(keys_.begin(), keys_.end(), column) != keys_.end(); }

  // How wide a cell of this row may be: as its column, and where there is room as wide as it needs, if it is never cut.
  int Grown(const Cell& cell, int width, int* spare) const {
    if (!cell.whole && look_.width > 0) return width;
    int wanted = DisplayWidth(cell.text);
    if (look_.max_cell > 0) wanted = std::min(wanted, look_.max_cell);
    const int more = std::clamp(wanted - width, 0, *spare);
    *spare -= more;
    return width + more;
  }

  static std::vector<std::string> Parts(const Cell& cell, int width) {
    if (DisplayWidth(cell.text) <= width) return {cell.text};
    if (!cell.whole) return {Truncate(cell.text, width)};
    return Broken(cell.text, width);
  }

  void Line(const std::vector<Cell>& cells, bool header) {
    int spare = look_.width > 0 ? std::max(0, -Excess()) : kNoLimit;
    std::vector<int> widths;
    std::vector<std::vector<std::string>> parts;
    size_t lines = 1;
    for (size_t i = 0; i < cells.size(); ++i) {
      widths.push_back(Grown(cells[i], widths_[i], &spare));
      parts.push_back(Parts(cells[i], widths[i]));
      lines = std::max(lines, parts.back().size());
    }
    for (size_t line = 0; line < lines; ++line) PrintLine(cells, parts, widths, line, header);
  }

  void PrintLine(const std::vector<Cell>& cells, const std::vector<std::vector<std::string>>& parts,
                 const std::vector<int>& widths, size_t line, bool header) {
    const std::string bar = look_.unicode ? "│" : "|";
    std::string before = bar;
    for (size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[i];
      const std::string text = line < parts[i].size() ? parts[i][line] : "";
      const std::string padding(static_cast<size_t>(std::max(0, widths[i] - DisplayWidth(text))), ' ');
      const bool right = cell.right && parts[i].size() == 1;
      const Style style = header ? Style::kHeader : cell.dim ? Style::kDim : Style::kPlain;
      output_->Write(before + ' ' + (right ? padding : ""));
      output_->Write(text, look_.color ? style : Style::kPlain);
      before = (right ? "" : padding) + ' ' + bar;
    }
    output_->Write(before + "\n");
  }

  void Rule(std::string_view left, std::string_view middle, std::string_view right) {
    std::string line(left);
    for (size_t i = 0; i < widths_.size(); ++i) {
      if (i > 0) line += middle;
      for (int k = 0; k < widths_[i] + 2; ++k) line += look_.unicode ? "─" : "-";
    }
    line += right;
    output_->Write(line + "\n");
  }

  Output* output_;
  Look look_;
  ColumnCollector collector_{{}};
  std::vector<Value> held_;
  std::vector<std::string> columns_;
  std::vector<std::string> hidden_;
  std::vector<std::string> keys_;
  std::vector<int> widths_;
  std::vector<bool> whole_;  // columns with numbers or keys
  bool laid_out_ = false;
  bool any_ = false;
};

// Collections over several lines where one is too short for them.
void AppendPretty(const Value& v, int indent, int room, std::string* out) {
  const std::string flat = Printable(v.ToLiteral());
  const bool nested = v.is_struct() || (v.is_collection() && v.type() != Type::kSexp);
  if (!nested || v.Count() == 0 || DisplayWidth(flat) + indent <= room) {
    *out += flat;
    return;
  }
  const std::string pad(static_cast<size_t>(indent) + 2, ' ');
  const bool list = v.type() == Type::kList;
  *out += v.is_struct() ? "{" : list ? "[" : "<<";
  if (v.is_struct()) {
    const Value whole = v.Materialize();
    for (size_t i = 0; i < whole.fields().size(); ++i) {
      const Field& f = whole.fields()[i];
      *out += (i > 0 ? ",\n" : "\n") + pad + Printable(Value::String(f.name).ToLiteral()) + ": ";
      AppendPretty(f.value, indent + 2, room, out);
    }
  } else {
    for (size_t i = 0; i < v.elements().size(); ++i) {
      *out += (i > 0 ? ",\n" : "\n") + pad;
      AppendPretty(v.elements()[i], indent + 2, room, out);
    }
  }
  *out += "\n" + std::string(static_cast<size_t>(indent), ' ') + (v.is_struct() ? "}" : list ? "]" : ">>");
}

class VerticalRenderer : public Renderer {
 public:
  VerticalRenderer(Output* output, const Look& look) : output_(output), look_(look) {}
  void Begin(const RowsInfo&) override { row_ = 0; }
  Status Row(const Value& row) override {
    output_->Write(fmt::format("-- row {} --", ++row_), look_.color ? Style::kHeader : Style::kPlain);
    output_->Write("\n");
    if (!row.is_struct()) return Single(row);
    const Value whole = row.Materialize();
    int width = 0;
    for (const Field& f : whole.fields()) width = std::max(width, DisplayWidth(Printable(f.name)));
    for (const Field& f : whole.fields()) {
      if (f.value.is_missing()) continue;
      const std::string name = Printable(f.name);
      const auto padding = static_cast<size_t>(width - DisplayWidth(name));
      Cell cell = MakeCell(f.value);
      if (f.value.is_struct() || f.value.is_collection()) {
        cell.text.clear();
        AppendPretty(f.value, width + 3, look_.width > 0 ? look_.width : kVerticalWidth, &cell.text);
      }
      output_->Write(std::string(padding, ' ') + name + " = ");
      output_->Write(cell.text, look_.color && cell.dim ? Style::kDim : Style::kPlain);
      output_->Write("\n");
    }
    return Status::Ok();
  }
  void End() override {}
  Status Single(const Value& value) override {
    output_->Write((value.is_text() ? std::string(value.bytes()) : value.ToLiteral()) + "\n");
    return Status::Ok();
  }

 private:
  Output* output_;
  Look look_;
  uint64_t row_ = 0;
};

}  // namespace

std::unique_ptr<Renderer> MakeTableRenderer(Output* output, const Look& look) {
  return std::make_unique<TableRenderer>(output, look);
}
std::unique_ptr<Renderer> MakeVerticalRenderer(Output* output, const Look& look) {
  return std::make_unique<VerticalRenderer>(output, look);
}

}  // namespace parton::shell
