#include "types/expr/list_sets.h"

#include <algorithm>

#include "types/expr/evaluate.h"
#include "types/status/bounds.h"

namespace parton::eval {

namespace {

constexpr int kUsesBefore = 4;
constexpr size_t kBytesPerElement = 64;

bool IsFixed(const ExprPtr& e) { return e->As<Expr::Literal>() != nullptr || e->As<Expr::Parameter>() != nullptr; }

// The value of a literal or parameter; null: it is neither, or there is no such parameter.
const Value* FixedValue(const Expr& e, const EvalContext& ctx) {
  if (const auto* literal = e.As<Expr::Literal>()) return &literal->value;
  const auto* parameter = e.As<Expr::Parameter>();
  if (parameter == nullptr || ctx.parameters == nullptr) return nullptr;
  const auto i = static_cast<size_t>(parameter->index);
  return i < ctx.parameters->size() ? &(*ctx.parameters)[i] : nullptr;
}

bool SameElements(const Value& a, const Value& b) {
  return a.is_collection() && a.elements().data() == b.elements().data() && a.elements().size() == b.elements().size();
}

bool SameElements(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return a.size() == b.size() && a.front() == b.front() && a.back() == b.back() && a[a.size() / 2] == b[a.size() / 2];
}

}  // namespace

bool IsWorthHashing(const Expr& haystack, const EvalContext& ctx) {
  if (const auto* written = haystack.As<Expr::MakeCollection>()) {
    return written->elements.size() >= ListSets::kWorthwhile;
  }
  const Value* v = FixedValue(haystack, ctx);
  return v != nullptr && v->is_collection() && v->Count() >= ListSets::kWorthwhile;
}

const ListSets::Set* ListSets::Find(const Expr& haystack, EvalContext& ctx) {
  Entry& entry = entries_[&haystack];
  if (const auto* written = haystack.As<Expr::MakeCollection>()) {
    if (entry.written.empty() || !SameElements(entry.written, written->elements)) {
      entry = Entry();
      entry.written = written->elements;
      // Never, if an element depends on the row.
      const bool fixed = std::all_of(written->elements.begin(), written->elements.end(), IsFixed);
      entry.uses = fixed ? 0 : -1;
    }
  } else {
    const Value& v = *FixedValue(haystack, ctx);
    if (!SameElements(entry.collection, v)) {
      entry = Entry();
      entry.collection = v;
    }
  }
  if (entry.made) return &entry.set;
  if (entry.uses < 0 || ++entry.uses <= kUsesBefore) return nullptr;
  Make(ctx, &entry);
  return entry.made ? &entry.set : nullptr;
}

void ListSets::Make(EvalContext& ctx, Entry* entry) {
  std::vector<const Value*> elements;
  for (const ExprPtr& e : entry->written) {
    const Value* v = FixedValue(*e, ctx);
    if (v == nullptr) {
      entry->uses = -1;
      return;
    }
    elements.push_back(v);
  }
  if (entry->collection.is_collection()) {
    for (const Value& v : entry->collection.elements()) elements.push_back(&v);
  }
  CheckRoomFor(elements.size() * kBytesPerElement);
  Set set;
  set.values.reserve(elements.size());
  for (const Value* v : elements) {
    set.has_null = set.has_null || v->is_null();
    set.has_missing = set.has_missing || v->is_missing();
    if (!v->is_absent()) set.values.insert(*v);
  }
  entry->set = std::move(set);
  entry->made = true;
}

}  // namespace parton::eval
