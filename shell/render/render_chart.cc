// Results as a picture: bars for a label and a number, a sparkline for a series of numbers.
//
//   several columns: the first is the label, the last that holds numbers is drawn as bars (as
//     sparklines where it holds lists of numbers)
//   one column: its numbers, in the order in which they come, are one sparkline
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shell/render/render.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr size_t kMostRows = 10'000;
constexpr int kDefaultWidth = 80;
constexpr int kShortestBar = 5;
std::string TextOf(const Value& v) {
  if (v.is_missing()) return "";
  return Printable(v.is_text() ? std::string(v.bytes()) : v.ToLiteral());
}

std::optional<double> NumberOf(const Value& v) {
  if (!v.is_numeric()) return std::nullopt;
  const double d = v.type() == Type::kFloat ? v.float_value() : std::strtod(v.number().ToText().c_str(), nullptr);
  return std::isfinite(d) ? std::optional<double>(d) : std::nullopt;
}

std::vector<std::optional<double>> SeriesOf(const Value& v) {
  std::vector<std::optional<double>> series;
  for (const Value& e : v.elements()) series.push_back(NumberOf(e));
  return series;
}

bool IsSeries(const Value& v) {
  return v.is_collection() && v.Count() > 0 &&
         std::all_of(v.elements().begin(), v.elements().end(),
                     [](const Value& e) { return e.is_numeric() || e.is_null(); });
}

class ChartRenderer : public Renderer {
 public:
  ChartRenderer(Output* output, const Look& look) : output_(output), look_(look) {}

  void Begin(const RowsInfo& info) override {
    collector_ = ColumnCollector(info.columns);
    rows_.clear();
  }
  Status Row(const Value& row) override {
    if (rows_.size() >= kMostRows) {
      return Status::Validation(fmt::format("a chart shows at most {} rows", kMostRows), {},
                                "group or limit the rows, or choose another .mode");
    }
    collector_.Add(row);
    rows_.push_back(row.Own());
    return Status::Ok();
  }
  void End() override {
    if (rows_.empty()) return;
    const std::vector<std::string> columns = collector_.Columns();
    const std::optional<size_t> value = ValueColumn(columns);
    if (!value.has_value()) {
      output_->Write("no chart: no column holds numbers\n");
      return;
    }
    if (columns.size() == 1)
      Series(columns[0]);
    else
      Bars(columns[*value == 0 ? 1 : 0], columns[*value]);
  }
  Status Single(const Value& value) override {
    if (IsSeries(value))
      WriteLine(Sparkline(SeriesOf(value)));
    else
      output_->Write(TextOf(value) + "\n");
    return Status::Ok();
  }

 private:
  int Width() const { return look_.width > 0 ? look_.width : kDefaultWidth; }

  // The last column that holds nothing but numbers or series of them.
  std::optional<size_t> ValueColumn(const std::vector<std::string>& columns) const {
    for (size_t i = columns.size(); i-- > 0;) {
      bool any = false;
      bool all = true;
      for (const Value& row : rows_) {
        const Value cell = CellOf(row, columns[i]);
        if (cell.is_missing() || cell.is_null()) continue;
        any = true;
        all = all && (cell.is_numeric() || IsSeries(cell));
      }
      if (any && all) return i;
    }
    return std::nullopt;
  }

  void Bars(const std::string& label_column, const std::string& value_column) {
    std::vector<std::string> labels;
    std::vector<Value> values;
    int label_width = 1;
    int value_width = 1;
    double low = 0;
    double high = 0;
    for (const Value& row : rows_) {
      labels.push_back(TextOf(CellOf(row, label_column)));
      values.push_back(CellOf(row, value_column).Own());
      label_width = std::max(label_width, DisplayWidth(labels.back()));
      const std::optional<double> number = NumberOf(values.back());
      if (!number.has_value()) continue;
      value_width = std::max(value_width, DisplayWidth(TextOf(values.back())));
      low = std::min(low, *number);
      high = std::max(high, *number);
    }
    label_width = std::min(label_width, std::max(1, Width() / 3));
    const int room = std::max(kShortestBar, Width() - label_width - value_width - 3);
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string label = Truncate(labels[i], label_width);
      StyledText line = {{label + Blanks(label_width - DisplayWidth(label)) + " "}};
      if (IsSeries(values[i])) {
        const StyledText drawn = Sparkline(SeriesOf(values[i]), room);
        line.insert(line.end(), drawn.begin(), drawn.end());
      } else if (const std::optional<double> number = NumberOf(values[i])) {
        const std::string text = TextOf(values[i]);
        line.push_back({Blanks(value_width - DisplayWidth(text)) + text + " "});
        const StyledText drawn = Bar(*number, low, high, room);
        line.insert(line.end(), drawn.begin(), drawn.end());
      }
      WriteLine(std::move(line));
    }
  }

  // Bars start at zero, which is at the left unless some are negative.
  StyledText Bar(double value, double low, double high, int room) const {
    const double span = high - low;
    if (span <= 0) return {};
    const int zero = static_cast<int>(std::lround(-low / span * room));
    if (value < 0) {
      const int length = static_cast<int>(std::lround(-value / span * room));
      return {{Blanks(zero - length)}, Painted(Repeat(look_.unicode ? "█" : "#", length))};
    }
    const int eighths = static_cast<int>(std::lround(value / span * room * 8));
    std::string bar = Repeat(look_.unicode ? "█" : "#", eighths / 8);
    static constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (look_.unicode) bar += kParts[eighths % 8];
    if (bar.empty() && value > 0) bar = look_.unicode ? "▏" : "|";
    return {{Blanks(zero)}, Painted(bar)};
  }

  void Series(const std::string& column) {
    std::vector<std::optional<double>> numbers;
    for (const Value& row : rows_) {
      const Value cell = CellOf(row, column);
      if (IsSeries(cell)) {
        WriteLine(Sparkline(SeriesOf(cell)));
        continue;
      }
      numbers.push_back(NumberOf(cell));
    }
    if (!numbers.empty()) WriteLine(Sparkline(numbers));
  }

  // At most as many signs as fit: of more numbers, each sign is the mean of its share. Behind it
  // the least and the greatest number.
  StyledText Sparkline(const std::vector<std::optional<double>>& all, int room = 0) const {
    std::optional<double> low;
    std::optional<double> high;
    for (const std::optional<double>& n : all) {
      if (!n.has_value()) continue;
      low = low.has_value() ? std::min(*low, *n) : *n;
      high = high.has_value() ? std::max(*high, *n) : *n;
    }
    if (!low.has_value()) return {};
    const std::string range = fmt::format("  {:g} … {:g}", *low, *high);
    if (room == 0) room = Width();
    const auto signs = static_cast<size_t>(std::max(1, room - DisplayWidth(range)));
    const size_t count = std::min(signs, all.size());
    static constexpr const char* kHeights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static constexpr const char* kPlain[] = {"_", "_", ".", ".", "-", "-", "^", "^"};
    std::string line;
    for (size_t i = 0; i < count; ++i) {
      double sum = 0;
      size_t n = 0;
      for (size_t k = i * all.size() / count; k < (i + 1) * all.size() / count; ++k) {
        if (!all[k].has_value()) continue;
        sum += *all[k];
        ++n;
      }
      if (n == 0) {
        line += ' ';
        continue;
      }
      const double part = *high > *low ? (sum / static_cast<double>(n) - *low) / (*high - *low) : 0.5;
      const auto height = static_cast<size_t>(std::clamp(std::lround(part * 7), 0L, 7L));
      line += look_.unicode ? kHeights[height] : kPlain[height];
    }
    return {Painted(line), {range}};
  }

  static std::string Blanks(int n) { return std::string(static_cast<size_t>(std::max(0, n)), ' '); }
  static std::string Repeat(std::string_view sign, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += sign;
    return out;
  }
  Piece Painted(std::string text) const { return {std::move(text), look_.color ? Style::kBar : Style::kPlain}; }
  // Without blanks at the end.
  void WriteLine(StyledText line) {
    while (!line.empty()) {
      std::string& last = line.back().text;
      last.erase(last.find_last_not_of(' ') + 1);
      if (!last.empty()) break;
      line.pop_back();
    }
    output_->Write(line);
    output_->Write("\n");
  }

  Output* output_;
  Look look_;
  ColumnCollector collector_{{}};
  std::vector<Value> rows_;
};

}  // namespace

std::unique_ptr<Renderer> MakeChartRenderer(Output* output, const Look& look) {
  return std::make_unique<ChartRenderer>(output, look);
}

}  // namespace parton::shell
