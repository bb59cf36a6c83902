#include "types/item/update_actions.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "types/functions/functions.h"
#include "types/item/document_path.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

constexpr char kBadPath[] = "The document path provided in the update expression is invalid for update";
constexpr char kNoAttribute[] = "The provided expression refers to an attribute that does not exist in the item";

using Path = DocumentPath;
using Kind = UpdateAction::Kind;

// DynamoDB's word for the type of an operand.
std::string_view OperandType(const Value& v) {
  switch (v.type()) {
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOLEAN";
    case Type::kBlob: return "BINARY";
    case Type::kList: return "LIST";
    case Type::kStruct: return "MAP";
    case Type::kStringSet: return "STRING_SET";
    case Type::kNumberSet: return "NUMBER_SET";
    case Type::kBinarySet: return "BINARY_SET";
    default: return v.is_exact() ? "NUMBER" : "STRING";
  }
}

// Why a value is MISSING: an attribute that is not there, or an operand of the wrong type.
Status MissingReason(const Expr& e, EvalContext& ctx, TextSpan span) {
  bool absent = true;
  if (e.As<Expr::Binary>() != nullptr || e.As<Expr::Call>() != nullptr) {
    absent = false;
    ForEachChild(e, [&](const ExprPtr& child) {
      if (EvaluateValue(*child, ctx).is_missing()) absent = true;
    });
  }
  return Status::Validation(absent ? kNoAttribute : kBadUpdateOperand, span);
}

Result<Value> Storable(const Value& v, const UpdateAction& action) {
  if (v.is_null() || v.is_bool() || v.is_small_int()) return v;
  Result<Value> r = ToStorable(v, PathText(action.path));
  if (!r.ok()) return std::move(r).status().At(action.span);
  return r;
}

// `base` with the elements of `more` in (add) or out. MISSING if nothing is left.
Result<Value> ChangeSet(const Value& base, const Value& more, bool add, TextSpan span) {
  if (!base.is_missing() && base.type() != more.type()) return Status::Validation(kBadUpdateOperand, span);
  const std::vector<Value>& change = more.elements();
  std::vector<Value> elements;
  if (!base.is_missing()) elements = base.elements();
  auto less = [](const Value& a, const Value& b) { return TotalOrder(a, b) < 0; };
  std::vector<Value> out;
  // Both are in canonical order.
  if (add) {
    std::set_union(elements.begin(), elements.end(), change.begin(), change.end(), std::back_inserter(out), less);
  } else {
    std::set_difference(elements.begin(), elements.end(), change.begin(), change.end(), std::back_inserter(out), less);
  }
  if (out.empty()) return Value::Missing();
  return Value::Set(std::move(out));
}

// The value of SET's right-hand side. + and - are exact, as DynamoDB has them: never rounded.
Result<Value> SetValue(const Expr& e, EvalContext& ctx, TextSpan span) {
  if (const auto* b = e.As<Expr::Binary>(); b && (b->op == BinaryOp::kAdd || b->op == BinaryOp::kSub)) {
    PARTON_ASSIGN_OR_RETURN(Value left, SetValue(*b->left, ctx, span));
    PARTON_ASSIGN_OR_RETURN(Value right, SetValue(*b->right, ctx, span));
    if (left.is_missing() || right.is_missing()) return Status::Validation(kNoAttribute, span);
    if (!left.is_numeric() || !right.is_numeric()) {
      // Dates and intervals are added by the evaluator.
      Value v = EvaluateValue(e, ctx).Own();
      if (ctx.failed()) return ctx.error;
      // To DynamoDB NULL is a value, and no number.
      const bool bad = v.is_missing() || (v.is_null() && ctx.logic == Logic::kDynamo);
      return bad ? Result<Value>(Status::Validation(kBadUpdateOperand, span)) : v;
    }
    if (left.is_small_int() && right.is_small_int()) {
      const int64_t x = left.int_value(), y = right.int_value();
      int64_t sum;
      const bool overflow =
          b->op == BinaryOp::kAdd ? __builtin_add_overflow(x, y, &sum) : __builtin_sub_overflow(x, y, &sum);
      if (!overflow) return Value(sum);
    }
    if (left.is_exact() && right.is_exact()) {
      auto sum = b->op == BinaryOp::kAdd ? Number::Add(left.number(), right.number(), Rounding::kExact)
                                         : Number::Sub(left.number(), right.number(), Rounding::kExact);
      if (!sum.ok()) return std::move(sum).status().At(span);
      return Value::FromStored(*sum);
    }
  }
  Value v = EvaluateValue(e, ctx).Own();
  if (ctx.failed()) return ctx.error;
  return v;
}

Result<Value> NewValue(const UpdateAction& action, const Value& old_value, EvalContext& ctx) {
  const TextSpan span = action.span;
  if (action.kind == Kind::kRemove) return Value::Missing();
  const Expr& e = *action.value;
  if (action.kind == Kind::kSet) {
    if (const auto* call = e.As<Expr::Call>();
        call && call->args.size() == 2 && (call->function->name == "SET_ADD" || call->function->name == "SET_DELETE")) {
      Value base = EvaluateValue(*call->args[0], ctx).Own();
      Value more = EvaluateValue(*call->args[1], ctx).Own();
      if (ctx.failed()) return ctx.error;
      PARTON_ASSIGN_OR_RETURN(more, Storable(more, action));
      if (!more.is_set()) {
        return Status::Validation("The second argument to " + call->function->name + " must be a value with type SET",
                                  span);
      }
      if (!base.is_missing()) {
        PARTON_ASSIGN_OR_RETURN(base, Storable(base, action));
      }
      return ChangeSet(base, more, call->function->name == "SET_ADD", span);
    }
    PARTON_ASSIGN_OR_RETURN(Value v, SetValue(e, ctx, span));
    if (v.is_missing()) {
      Status reason = MissingReason(e, ctx, span);
      if (ctx.failed()) return ctx.error;
      return reason;
    }
    return Storable(v, action);
  }
  PARTON_ASSIGN_OR_RETURN(Value v, SetValue(e, ctx, span));
  if (v.is_missing()) return MissingReason(e, ctx, span);
  PARTON_ASSIGN_OR_RETURN(v, Storable(v, action));
  const bool add = action.kind == Kind::kAdd;
  if (!v.is_set() && !(add && v.is_exact())) {
    return Status::Validation(
        "Incorrect operand type for operator or function; operator: " + std::string(add ? "ADD" : "DELETE") +
            ", operand type: " + std::string(OperandType(v)),
        span);
  }
  if (v.is_set()) return ChangeSet(old_value, v, add, span);
  if (old_value.is_missing()) return v;
  if (!old_value.is_exact()) return Status::Validation(kBadUpdateOperand, span);
  auto sum = Number::Add(old_value.number(), v.number(), Rounding::kExact);
  if (!sum.ok()) return std::move(sum).status().At(span);
  return Value::FromStored(*sum);
}

// Puts `v` (MISSING: removes) at path[depth..] below *node. False: a step's parent is not there, or
// no map or list.
bool Place(Value* node, const Path& path, size_t depth, const Value& v) {
  if (depth == path.size()) {
    *node = v;
    return true;
  }
  const PathStep& step = path[depth];
  const bool last = depth + 1 == path.size();
  if (step.index < 0) {
    if (!node->is_struct()) return false;
    std::vector<Field> fields = node->Materialize().fields();
    auto it = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == step.name; });
    if (it == fields.end()) {
      if (!last) return false;
      if (!v.is_missing()) fields.push_back(Field{step.name, v});
    } else if (!Place(&it->value, path, depth + 1, v)) {
      return false;
    }
    *node = Value::Struct(std::move(fields));
    return true;
  }
  if (node->type() != Type::kList) return false;
  std::vector<Value> elements = node->elements();
  const auto index = static_cast<size_t>(step.index);
  if (index >= elements.size()) {
    if (!last) return false;
    if (!v.is_missing()) elements.push_back(v);
  } else if (last && v.is_missing()) {
    elements.erase(elements.begin() + step.index);
  } else if (!Place(&elements[index], path, depth + 1, v)) {
    return false;
  }
  *node = Value::List(std::move(elements));
  return true;
}

bool PathLess(const Path& a, const Path& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](const PathStep& x, const PathStep& y) {
    return x.index != y.index ? x.index < y.index : x.index < 0 && x.name < y.name;
  });
}

}  // namespace

Status CheckActionsApart(const std::vector<UpdateAction>& actions) {
  if (actions.size() < 2) return Status::Ok();
  std::vector<const DocumentPath*> paths;
  paths.reserve(actions.size());
  for (const UpdateAction& a : actions) paths.push_back(&a.path);
  size_t second = 0;
  Status apart = CheckPathsApart(paths, &second);
  return apart.ok() ? apart : std::move(apart).At(actions[second].span);
}

Status CheckUpdatePaths(const TableSchema& schema, const std::vector<UpdateAction>& actions) {
  for (const UpdateAction& a : actions) {
    const std::string& name = a.path[0].name;
    if (name.empty()) {
      return Status::Validation("An attribute name may not be empty", a.span);
    }
    if (schema.key.Has(name)) {
      if (a.path.size() > 1) {
        return Status::Validation(
            "Key attributes must be scalars; list random access '[]' and map "
            "lookup '.' are not allowed: Key: " +
                name,
            a.span);
      }
      return Status::Validation("One or more parameter values were invalid: Cannot update attribute " + name +
                                    ". This attribute is part of the key",
                                a.span);
    }
    if (a.path.size() > 1) {
      if (a.path.size() > static_cast<size_t>(kMaxItemNesting)) {
        return Status::Validation(
            "The document path has too many nesting levels; nesting levels: " + std::to_string(a.path.size()), a.span);
      }
      for (const IndexSchema& index : schema.indexes) {
        if (index.key.Has(name)) {
          return Status::Validation(
              "Key attributes must be scalars; list random access '[]' and map "
              "lookup '.' are not allowed: IndexKey: " +
                  name,
              a.span);
        }
      }
    }
  }
  return CheckActionsApart(actions);
}

Value ValueAt(const Value& item, const Path& path) {
  if (const internal::HeapItem* lazy = EncodedItem(item)) {
    ItemView view(lazy->bytes, lazy->names);
    return view.GetPath(lazy->names->Find(path[0].name), path[0].name, std::span<const PathStep>(path).subspan(1))
        .Own();
  }
  Value v = item;
  for (const PathStep& step : path) {
    if (step.index < 0) {
      v = v.Get(step.name);
    } else if (v.is_list() && static_cast<size_t>(step.index) < v.elements().size()) {
      v = Value(v.elements()[step.index]);
    } else {
      return Value::Missing();
    }
  }
  return v;
}

namespace {

// One action on an attribute as a whole.
Result<UpdatedAttributes> ApplySimple(const Value& old_item, const UpdateAction& a, EvalContext& ctx) {
  UpdatedAttributes out;
  Value old_value;
  if (a.kind == Kind::kAdd || a.kind == Kind::kDelete) old_value = ValueAt(old_item, a.path);
  PARTON_ASSIGN_OR_RETURN(Value v, NewValue(a, old_value, ctx));
  // Nothing is made of what is not there: by DELETE, or by SET where a set loses its last member.
  const auto is_there = [&] { return a.kind == Kind::kRemove || !ValueAt(old_item, a.path).is_missing(); };
  const bool gone = v.is_missing() && (old_item.is_missing() || !is_there());
  if (!gone) out.attributes.push_back(Field{a.path[0].name, v});
  out.results.push_back(std::move(v));
  return out;
}

}  // namespace

Result<UpdatedAttributes> ApplyActions(const Value& old_item, const std::vector<UpdateAction>& actions,
                                       EvalContext& ctx) {
  if (actions.size() == 1 && actions[0].path.size() == 1) return ApplySimple(old_item, actions[0], ctx);
  UpdatedAttributes out;
  for (const UpdateAction& a : actions) {
    Value old_value;
    if (a.kind == Kind::kAdd || a.kind == Kind::kDelete) old_value = ValueAt(old_item, a.path);
    PARTON_ASSIGN_OR_RETURN(Value v, NewValue(a, old_value, ctx));
    out.results.push_back(std::move(v));
  }

  std::map<std::string, Value> tops;
  auto top = [&](const UpdateAction& a) -> Value& {
    auto [it, fresh] = tops.try_emplace(a.path[0].name);
    if (fresh && a.path.size() > 1) it->second = old_item.Get(a.path[0].name);
    return it->second;
  };
  // Values first, by rising list positions, so that appended ones come in order; then removals by falling
  // ones, so that none moves what a later one means.
  std::vector<size_t> order(actions.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const bool removes_a = out.results[a].is_missing();
    const bool removes_b = out.results[b].is_missing();
    if (removes_a != removes_b) return removes_b;
    return removes_a ? PathLess(actions[b].path, actions[a].path) : PathLess(actions[a].path, actions[b].path);
  });
  for (size_t i : order) {
    const UpdateAction& a = actions[i];
    // Removing from an item that is not there is no error; nor is DELETE of what is not there.
    if (out.results[i].is_missing()) {
      if (old_item.is_missing()) continue;
      if (a.kind != Kind::kRemove && ValueAt(old_item, a.path).is_missing()) continue;
    }
    if (!Place(&top(a), a.path, 1, out.results[i])) return Status::Validation(kBadPath, a.span);
  }
  out.attributes.reserve(tops.size());
  for (auto& [name, value] : tops) {
    // What was put together may be nested too deeply now.
    if (value.is_list() || value.is_struct()) {
      PARTON_ASSIGN_OR_RETURN(value, ToStorable(value, name));
    }
    out.attributes.push_back(Field{name, std::move(value)});
  }
  return out;
}

void SpliceItem(std::string_view item, const std::vector<Field>& attributes, NameTable* names, std::string* out) {
  struct Piece {
    uint32_t id;
    const Field* field;
    std::string_view name() const { return field->name; }
  };
  std::array<Piece, 8> few;
  std::vector<Piece> many;
  if (attributes.size() > few.size()) many.resize(attributes.size());
  const std::span<Piece> pieces = std::span<Piece>(many.empty() ? few.data() : many.data(), attributes.size());
  size_t room = item.size();
  for (size_t i = 0; i < attributes.size(); ++i) {
    const Field& f = attributes[i];
    constexpr size_t kSmallValue = 24;
    room += kSmallValue + f.name.size() + (f.value.is_text() || f.value.is_lob() ? f.value.bytes().size() : 0);
    pieces[i] = {f.value.is_missing() ? names->Find(f.name) : names->FindOrAdd(f.name), &f};
  }
  if (pieces.size() > 1) {
    std::sort(pieces.begin(), pieces.end(),
              [](const Piece& a, const Piece& b) { return a.id != b.id ? a.id < b.id : a.name() < b.name(); });
  }
  out->reserve(out->size() + room);
  auto emit = [&](const Piece& piece) {
    if (piece.field->value.is_missing()) return;
    if (piece.id != NameTable::kNone) {
      PutVarint(piece.id + 1, out);
    } else {
      PutVarint(0u, out);
      PutVarint(piece.name().size(), out);
      out->append(piece.name());
    }
    EncodeValue(piece.field->value, out);
  };
  out->push_back(kItemVersion);
  const char* p = item.data() + 1;
  const char* end = item.data() + item.size();
  const char* kept = p;  // what follows is not yet copied
  size_t next = 0;
  while (p < end && next < pieces.size()) {
    const char* start = p;
    uint32_t mark = 0;
    std::string_view full;
    p = GetVarint(p, end, &mark);
    if (p != nullptr && mark == 0) {
      uint64_t n = 0;
      p = GetVarint(p, end, &n);
      if (p != nullptr) {
        if (n <= static_cast<uint64_t>(end - p)) {
          full = std::string_view(p, n);
          p += n;
        } else {
          p = nullptr;
        }
      }
    }
    if (p != nullptr) p = SkipValue(p, end);
    if (p == nullptr) {
      end = start;  // the rest is no item
      break;
    }
    const uint32_t id = mark == 0 ? NameTable::kNone : mark - 1;
    auto before = [&](const Piece& piece) { return piece.id != id ? piece.id < id : mark == 0 && piece.name() < full; };
    auto same = [&](const Piece& piece) { return piece.id == id && (mark != 0 || piece.name() == full); };
    if (!before(pieces[next]) && !same(pieces[next])) continue;
    out->append(kept, start);
    kept = start;
    while (next < pieces.size() && before(pieces[next])) emit(pieces[next++]);
    if (next < pieces.size() && same(pieces[next])) {
      emit(pieces[next++]);
      kept = p;
    }
  }
  out->append(kept, end);
  while (next < pieces.size()) emit(pieces[next++]);
}

namespace {

// A tree of the paths, for building the nested result.
struct Nest {
  std::map<std::string, Nest> names;
  std::map<int64_t, Nest> positions;
  const Value* leaf = nullptr;

  Value Build() const {
    if (leaf != nullptr) return *leaf;
    if (!positions.empty()) {
      std::vector<Value> elements;
      for (const auto& [index, child] : positions) elements.push_back(child.Build());
      return Value::List(std::move(elements));
    }
    std::vector<Field> fields;
    for (const auto& [name, child] : names) fields.push_back(Field{name, child.Build()});
    return Value::Struct(std::move(fields));
  }
};

}  // namespace

Value NestValues(const std::vector<UpdateAction>& actions, const std::vector<Value>& values) {
  Nest root;
  for (size_t i = 0; i < actions.size(); ++i) {
    if (values[i].is_missing()) continue;
    Nest* node = &root;
    for (const PathStep& s : actions[i].path) {
      node = s.index < 0 ? &node->names[s.name] : &node->positions[s.index];
    }
    node->leaf = &values[i];
  }
  return root.names.empty() ? Value::Missing() : root.Build();
}

}  // namespace parton
