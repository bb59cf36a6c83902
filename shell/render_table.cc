// The aligned table and the vertical form.
//
// The table's widths come from the first kHeldRows rows; what follows streams in the same widths.
// On a terminal the table never is wider than the screen: wide columns shrink first, then columns
// are left out on the right, and a line below says which. A single row that does not fit is shown
// vertically.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "shell/render.h"
#include "shell/text_width.h"

namespace parton::shell {

namespace {

constexpr size_t kHeldRows = 1000;
constexpr int kMinColumn = 6;
constexpr int kWideRow =
    200;  // columns; beyond that a single row is vertical where there is no terminal

constexpr int kVerticalWidth = 100;

constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kDim = "\033[2m";
constexpr std::string_view kReset = "\033[0m";

struct Cell {
  std::string text;
  bool right = false;  // numbers
  bool dim = false;    // NULL
};

Cell MakeCell(const Value& v) {
  if (v.is_missing()) return {};
  if (v.is_null()) return {"NULL", false, true};
  if (v.is_text()) return {Printable(v.bytes()), false, false};
  return {Printable(v.ToLiteral()), v.is_numeric(), false};
}

class TableRenderer : public Renderer {
 public:
  TableRenderer(Output* output, const Look& look) : output_(output), look_(look) {}

  void Begin(const RowsInfo& info) override {
    collector_ = ColumnCollector(info.columns);
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
        Truncate(fmt::format(
                     "not shown, {}: {}",
                     hidden_.size() == 1 ? "1 column" : fmt::format("{} columns", hidden_.size()),
                     names),
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
    for (const std::string& c : columns_)
      widths_.push_back(std::max(1, DisplayWidth(Printable(c))));
    for (const Value& row : held_) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        widths_[i] = std::max(widths_[i], DisplayWidth(MakeCell(CellOf(row, columns_[i])).text));
      }
    }
    Fit();
    Rule(look_.unicode ? "┌" : "+", look_.unicode ? "┬" : "+", look_.unicode ? "┐" : "+");
    std::vector<Cell> header;
    for (const std::string& c : columns_) header.push_back({Printable(c), false, false});
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

  void Fit() {
    hidden_.clear();
    if (look_.max_cell > 0) {
      for (int& w : widths_) w = std::min(w, look_.max_cell);
    }
    if (look_.width <= 0) return;
    const auto total = [this] {
      int sum = 1;
      for (const int w : widths_) sum += w + 3;
      return sum;
    };
    int excess = total() - look_.width;
    while (excess > 0) {
      // Shrink the widest down to the second widest, or as far as needed.
      int widest = 0;
      int second = 0;
      int how_many = 0;
      for (const int w : widths_) {
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
      for (int& w : widths_) {
        if (w == widest) w -= std::max(step, 1);
      }
      excess = total() - look_.width;
    }
    while (excess > 0 && columns_.size() > 1) {
      hidden_.insert(hidden_.begin(), columns_.back());
      columns_.pop_back();
      widths_.pop_back();
      excess = total() - look_.width;
    }
    if (excess > 0) widths_[0] = std::max(1, widths_[0] - excess);
  }

  void Print(const Value& row) {
    std::vector<Cell> cells;
    for (const std::string& c : columns_) cells.push_back(MakeCell(CellOf(row, c)));
    Line(cells, false);
  }

  void Line(const std::vector<Cell>& cells, bool header) {
    const std::string_view bar = look_.unicode ? "│" : "|";
    std::string line(bar);
    for (size_t i = 0; i < cells.size(); ++i) {
      const int width = widths_[i];
      const std::string text = Truncate(cells[i].text, width);
      const auto padding = static_cast<size_t>(std::max(0, width - DisplayWidth(text)));
      line += ' ';
      if (cells[i].right) line.append(padding, ' ');
      const std::string_view style = !look_.color ? "" : header ? kBold : cells[i].dim ? kDim : "";
      line += style;
      line += text;
      if (!style.empty()) line += kReset;
      if (!cells[i].right) line.append(padding, ' ');
      line += ' ';
      line += bar;
    }
    output_->Write(line + "\n");
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
  std::vector<int> widths_;
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
  *out += "\n" + std::string(static_cast<size_t>(indent), ' ') +
          (v.is_struct() ? "}"
           : list        ? "]"
                         : ">>");
}

class VerticalRenderer : public Renderer {
 public:
  VerticalRenderer(Output* output, const Look& look) : output_(output), look_(look) {}
  void Begin(const RowsInfo&) override { row_ = 0; }
  Status Row(const Value& row) override {
    output_->Write(fmt::format("{}-- row {} --{}\n", look_.color ? kBold : "", ++row_,
                               look_.color ? kReset : ""));
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
        AppendPretty(f.value, width + 3, look_.width > 0 ? look_.width : kVerticalWidth,
                     &cell.text);
      }
      output_->Write(fmt::format("{}{} = {}{}{}\n", std::string(padding, ' '), name,
                                 look_.color && cell.dim ? kDim : "", cell.text,
                                 look_.color && cell.dim ? kReset : ""));
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
