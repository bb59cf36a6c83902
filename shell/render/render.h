// Renderers turn the rows of one result into text. One renderer per mode and file; a renderer holds
// back only as many rows as it must see to lay out the rest.
#ifndef PARTON_SHELL_RENDER_RENDER_H_
#define PARTON_SHELL_RENDER_RENDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "shell/render/output.h"

namespace parton::shell {

enum class Mode : uint8_t {
  kTable,
  kVertical,
  kJsonl,
  kJson,
  kDdbjson,
  kCsv,
  kMarkdown,
  kPartiql,
  kChart,
  kQuiet,
};

struct ModeInfo {
  Mode mode;
  std::string_view name;
  std::string_view help;
};
const std::vector<ModeInfo>& AllModes();
// Null if there is no such mode; an unambiguous beginning of a name will do.
const ModeInfo* FindMode(std::string_view name);
std::string_view ModeName(Mode mode);

// How things look; the same for all results until a setting or the terminal changes.
struct Look {
  int width = 0;  // columns to fit into; 0: as wide as it needs
  bool color = false;
  bool unicode = true;  // box drawing characters
  int max_cell = 0;     // columns of one cell at most (.width); 0: fit the terminal
};

struct RowsInfo {
  std::vector<std::string> columns;  // where the statement names them
  std::vector<std::string> keys;     // columns that are never cut: the keys of the tables read
  bool ordered = false;
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual void Begin(const RowsInfo& info) = 0;
  // The row is valid only during the call. Error: this mode cannot show it.
  virtual Status Row(const Value& row) = 0;
  // After the last row, also when the statement failed or was cancelled after some.
  virtual void End() = 0;
  // A single value that is no collection.
  virtual Status Single(const Value& value) = 0;
};

// The output must outlive the renderer.
std::unique_ptr<Renderer> MakeRenderer(Mode mode, Output* output, const Look& look);

// The modes' own makers.
std::unique_ptr<Renderer> MakeTableRenderer(Output* output, const Look& look);
std::unique_ptr<Renderer> MakeVerticalRenderer(Output* output, const Look& look);
std::unique_ptr<Renderer> MakeJsonRenderer(Mode mode, Output* output);
std::unique_ptr<Renderer> MakeCsvRenderer(Output* output);
std::unique_ptr<Renderer> MakeMarkdownRenderer(Output* output);
std::unique_ptr<Renderer> MakePartiqlRenderer(Output* output);
std::unique_ptr<Renderer> MakeChartRenderer(Output* output, const Look& look);

// The columns of rows that name none: those of the select list if given, else the attributes of the
// rows seen, those in every row first, then by how many rows have them. Rows that are no structs go
// to a column "value".
class ColumnCollector {
 public:
  explicit ColumnCollector(std::vector<std::string> given) : given_(std::move(given)) {}
  void Add(const Value& row);
  std::vector<std::string> Columns() const;

 private:
  struct Seen {
    std::string name;
    size_t count;
  };
  std::vector<std::string> given_;
  std::vector<Seen> seen_;
  size_t rows_ = 0;
};

// `row` with what is nested at the `paths` ("address", "credits[0]") spread into attributes of
// their own: "address.city", "credits[0].name". Owned by itself.
Value Expanded(const Value& row, const std::vector<std::string>& paths);

// The cell of a row in a column; MISSING where there is none.
Value CellOf(const Value& row, const std::string& column);
inline constexpr std::string_view kValueColumn = "value";

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_RENDER_H_
