// Paths: x.a.b[0] and x[key].
#include <algorithm>

#include "parton/text.h"
#include "types/expr/evaluate_internal.h"
#include "types/item/item_codec.h"

namespace parton::eval {
namespace {

const char* const kNoField = "the tuple has no such attribute";
const char* const kAmbiguous = "the attribute name is ambiguous: the tuple has it more than once";

// The field of a materialised tuple; null after a mismatch.
const Value* FindField(const Value& tuple, std::string_view name, bool ignore_case, EvalContext& ctx,
                       const Expr* where) {
  const std::vector<Field>& fields = tuple.fields();
  const auto find = [&](auto same) {
    return std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return same(f.name, name); });
  };
  const auto exact = [](std::string_view a, std::string_view b) { return a == b; };
  bool by_case = false;
  auto it = find(exact);
  if (it == fields.end() && ignore_case) {
    by_case = true;
    it = find(EqualsIgnoreCase);
  }
  if (it == fields.end()) {
    (void)ctx.Absent(kNoField, where);
    return nullptr;
  }
  if (ctx.typing == Typing::kStrict) {
    const bool again = std::any_of(it + 1, fields.end(), [&](const Field& f) {
      return by_case ? EqualsIgnoreCase(f.name, name) : f.name == name;
    });
    if (again) {
      (void)ctx.Absent(kAmbiguous, where);
      return nullptr;
    }
  }
  return &it->value;
}

// The element of a list; null after a mismatch.
const Value* FindElement(const Value& list, int64_t i, EvalContext& ctx, const Expr* where) {
  if (!list.is_list()) {
    (void)ctx.Absent("only a list has elements by position", where);
    return nullptr;
  }
  const std::vector<Value>& elements = list.elements();
  if (i < 0 || static_cast<uint64_t>(i) >= elements.size()) {
    (void)ctx.Absent("the list has no element at that position", where);
    return nullptr;
  }
  return &elements[static_cast<size_t>(i)];
}

// One step from `v`: a value inside v's payload, or *made (which is owned), or null: MISSING.
const Value* Step(const Value& v, const PathStep& step, bool ignore_case, Value* made, EvalContext& ctx,
                  const Expr* where) {
  if (v.is_null()) return nullptr;
  if (v.is_missing()) {
    (void)ctx.Absent("a path into MISSING", where);
    return nullptr;
  }
  if (step.index >= 0) return FindElement(v, step.index, ctx, where);
  if (!v.is_struct()) {
    (void)ctx.Absent("only a tuple has attributes", where);
    return nullptr;
  }
  if (const internal::HeapItem* item = EncodedItem(v)) {
    *made = ItemView(item->bytes, item->names).Get(step.name).Own();
    if (made->is_missing()) (void)ctx.Absent(kNoField, where);
    return made;
  }
  return FindField(v, step.name, ignore_case, ctx, where);
}

}  // namespace

namespace {

// `done` steps of the path led to `current`; `made`: it is, or is inside, *scratch.
[[gnu::noinline]] const Value& Walk(const Expr& e, const Expr::Path& path, const Value* current, size_t done, bool made,
                                    EvalContext& ctx, Value* scratch) {
  Value item_value;
  for (; done < path.steps.size(); ++done) {
    const bool ignore_case = done < path.ignore_case.size() && path.ignore_case[done];
    const Value* next = Step(*current, path.steps[done], ignore_case, &item_value, ctx, &e);
    if (next == nullptr) return *scratch = Value::Missing();
    if (next == &item_value) {
      *scratch = std::move(item_value);
      next = scratch;
      made = true;
    }
    current = next;
  }
  if (!made) return *current;
  if (current != scratch) *scratch = *current;
  return *scratch;
}

}  // namespace

const Value& Path(const Expr& e, const Expr::Path& path, EvalContext& ctx, Value* scratch) {
  const Value& base = Evaluate(*path.base, ctx, scratch);
  if (path.null_row && base.is_null()) return *scratch = Value::Null();
  // The result must not point into what only *scratch holds.
  const bool temporary = &base == scratch;
  const internal::HeapItem* item = base.is_struct() ? EncodedItem(base) : nullptr;
  const PathStep& first = path.steps[0];
  if (item == nullptr || first.index >= 0) return Walk(e, path, &base, 0, temporary, ctx, scratch);
  const ItemView view(item->bytes, item->names);
  const uint32_t id = path.first_id.Get(item->names, first.name);
  const size_t count = path.steps.size();
  if (count == 1 && !temporary) {
    *scratch = view.Get(id, first.name);
    if (scratch->is_missing()) (void)ctx.Absent(kNoField, &e);
    return *scratch;
  }
  // Strict typing must know at which step the path failed, so it goes step by step.
  const bool whole = count == 1 || ctx.typing == Typing::kPermissive || ctx.logic == Logic::kDynamo;
  Value v =
      count == 1 || !whole ? view.Get(id, first.name) : view.GetPath(id, first.name, std::span(path.steps).subspan(1));
  if (v.is_missing()) {
    (void)ctx.Absent(kNoField, &e);
    return *scratch = Value::Missing();
  }
  if (temporary) {
    *scratch = std::move(v).Own();
  } else {
    *scratch = std::move(v);
  }
  return whole ? *scratch : Walk(e, path, scratch, 1, true, ctx, scratch);
}

const Value& Index(const Expr& e, const Expr::Index& index, EvalContext& ctx, Value* scratch) {
  const Value& base = Evaluate(*index.base, ctx, scratch);
  Value key_scratch;
  const Value& key = Evaluate(*index.key, ctx, &key_scratch);
  if (base.is_null() || key.is_missing()) return *scratch = Value::Missing();
  if (base.is_missing()) return *scratch = ctx.Absent("a path into MISSING", &e);
  if (key.is_null()) return *scratch = Value::Null();
  Value item_value;
  const Value* found = nullptr;
  if (key.is_text() && index.string_key_allowed) {
    found = Step(base, PathStep{std::string(key.bytes()), -1}, false, &item_value, ctx, &e);
  } else if (key.is_small_int()) {
    found = FindElement(base, key.int_value(), ctx, &e);
  } else {
    (void)ctx.Mismatch("a position in a list must be an integer", &e);
  }
  if (found == nullptr) return *scratch = Value::Missing();
  if (&base != scratch && found != &item_value) return *found;
  return *scratch = *found;
}

}  // namespace parton::eval
