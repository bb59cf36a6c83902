// PartiQL literals: a bag `<<...>>` or, where the order means something, a list `[...]`.
#include <string>

#include "shell/render/render.h"

namespace parton::shell {

namespace {

class PartiqlRenderer : public Renderer {
 public:
  explicit PartiqlRenderer(Output* output) : output_(output) {}
  void Begin(const RowsInfo& info) override {
    ordered_ = info.ordered;
    first_ = true;
  }
  Status Row(const Value& row) override {
    output_->Write(first_ ? (ordered_ ? "[\n  " : "<<\n  ") : ",\n  ");
    output_->Write(row.ToLiteral());
    first_ = false;
    return Status::Ok();
  }
  void End() override {
    if (first_)
      output_->Write(ordered_ ? "[]" : "<<>>");
    else
      output_->Write(ordered_ ? "\n]" : "\n>>");
    output_->Write("\n");
  }
  Status Single(const Value& value) override {
    output_->Write(value.ToLiteral() + "\n");
    return Status::Ok();
  }

 private:
  Output* output_;
  bool ordered_ = false;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Renderer> MakePartiqlRenderer(Output* output) { return std::make_unique<PartiqlRenderer>(output); }

}  // namespace parton::shell
