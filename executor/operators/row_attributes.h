// Attributes of the encoded items in a row, taken from their bytes.
#ifndef PARTON_EXECUTOR_OPERATORS_ROW_ATTRIBUTES_H_
#define PARTON_EXECUTOR_OPERATORS_ROW_ATTRIBUTES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "executor/execution.h"
#include "types/item/attribute_walk.h"
#include "types/item/item_codec.h"

namespace parton {

// The expressions of an operator that read one attribute of one slot, `x.a`, and nothing else. Those of one slot are
// found in one walk over its item. Whatever the slot holds, an expression's value is that which Evaluate gives.
//
// Threads: one.
class RowAttributes {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  // The number of the attribute that `e` reads; kNone: it is to be evaluated.
  size_t Add(const Expr& e);

  // The walk over the items in `slot`, for what else is to be found in it. Lives as long as this does.
  AttributeWalk* WalkOf(int slot) { return &SourceOf(slot).walk; }
  // Whether the slot holds an encoded item, whose attributes its walk finds. REQUIRES: WalkOf(slot) was asked for.
  bool OnBytes(int slot, ExecutionContext& ctx) {
    Source& source = SourceOf(slot);
    if (source.state == State::kNew) Start(&source, ctx);
    return source.state == State::kBytes;
  }

  // There is another row in the frame.
  void NextRow() {
    for (Source& s : sources_) s.state = State::kNew;
  }
  // Where the attribute's value starts in the item of the row; null: it has none, or the slot holds no encoded item
  // (*on_bytes tells), or the attribute is to be evaluated for the error that it is.
  const char* Find(size_t attribute, ExecutionContext& ctx, bool* on_bytes) {
    const Place& place = places_[attribute];
    Source& source = *place.source;
    if (source.state == State::kNew) Start(&source, ctx);
    *on_bytes = source.state == State::kBytes;
    if (!*on_bytes) return nullptr;
    const char* p = source.walk.Find(place.in_walk);
    if (p == nullptr && ctx.eval.typing == Typing::kStrict) *on_bytes = false;
    return p;
  }
  // The end of the item that Find found the attribute in.
  const char* End(size_t attribute) const { return places_[attribute].source->walk.end(); }

  // As Evaluate(e, ctx.eval, scratch), where Add(e) gave `attribute`.
  const Value& Get(size_t attribute, const Expr& e, ExecutionContext& ctx, Value* scratch) {
    if (attribute == kNone) return Evaluate(e, ctx.eval, scratch);
    bool on_bytes;
    const char* p = Find(attribute, ctx, &on_bytes);
    if (!on_bytes) return Evaluate(e, ctx.eval, scratch);
    return *scratch = p == nullptr ? Value::Missing() : raw::ValueAt(p, End(attribute));
  }

 private:
  enum class State : uint8_t { kNew, kBytes, kOther };
  struct Source {
    int slot = 0;
    State state = State::kNew;
    AttributeWalk walk;
  };
  struct Place {
    Source* source = nullptr;
    size_t in_walk = 0;
  };

  static void Start(Source* source, ExecutionContext& ctx) {
    const internal::HeapItem* item = EncodedItem(ctx.slot(source->slot));
    const bool on_bytes = item != nullptr && source->walk.Start(item->bytes, item->names);
    source->state = on_bytes ? State::kBytes : State::kOther;
  }

  // Made if need be.
  Source& SourceOf(int slot) {
    for (Source& s : sources_) {
      if (s.slot == slot) return s;
    }
    Source& made = sources_.emplace_back();
    made.slot = slot;
    return made;
  }

  std::deque<Source> sources_;
  std::vector<Place> places_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_ROW_ATTRIBUTES_H_
