// JSON Lines, one JSON array, and DynamoDB-JSON.
#include <string>

#include "shell/render/render.h"

namespace parton::shell {

namespace {

class JsonlRenderer : public Renderer {
 public:
  explicit JsonlRenderer(Output* output) : output_(output) {}
  void Begin(const RowsInfo&) override {}
  Status Row(const Value& row) override {
    output_->Write(row.ToJson() + "\n");
    return Status::Ok();
  }
  void End() override {}
  Status Single(const Value& value) override { return Row(value); }

 private:
  Output* output_;
};

class JsonRenderer : public Renderer {
 public:
  explicit JsonRenderer(Output* output) : output_(output) {}
  void Begin(const RowsInfo&) override { first_ = true; }
  Status Row(const Value& row) override {
    output_->Write((first_ ? "[\n  " : ",\n  ") + row.ToJson());
    first_ = false;
    return Status::Ok();
  }
  void End() override { output_->Write(first_ ? "[]\n" : "\n]\n"); }
  Status Single(const Value& value) override {
    output_->Write(value.ToJson() + "\n");
    return Status::Ok();
  }

 private:
  Output* output_;
  bool first_ = true;
};

// {"Item": {"id": {"N": "1"}, ...}}, a line each; a row that is no struct is written as its typed
// value.
class DdbjsonRenderer : public Renderer {
 public:
  explicit DdbjsonRenderer(Output* output) : output_(output) {}
  void Begin(const RowsInfo&) override {}
  Status Row(const Value& row) override {
    Result<std::string> text = row.ToDynamoJson();
    if (!text.ok()) return text.status();
    if (row.is_struct() && text->starts_with("{\"M\":")) {
      output_->Write("{\"Item\":" + text->substr(5) + "\n");
    } else {
      output_->Write(*text + "\n");
    }
    return Status::Ok();
  }
  void End() override {}
  Status Single(const Value& value) override { return Row(value); }

 private:
  Output* output_;
};

}  // namespace

std::unique_ptr<Renderer> MakeJsonRenderer(Mode mode, Output* output) {
  if (mode == Mode::kJson) return std::make_unique<JsonRenderer>(output);
  if (mode == Mode::kDdbjson) return std::make_unique<DdbjsonRenderer>(output);
  return std::make_unique<JsonlRenderer>(output);
}

}  // namespace parton::shell
