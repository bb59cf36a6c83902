// Conditions and updates on one item, by the service's rules.
#include "evaluate.h"

#include <algorithm>

namespace parton::requests {

namespace {

// MISSING if there is none.
Value Of(const Operand& o, const Value& item) {
  if (o.kind == Operand::Kind::kValue) return o.value;
  if (o.kind == Operand::Kind::kPath) return ValueAt(item, o.path);
  const Value v = Of(o.args[0], item);
  const std::string type = TypeOf(v);
  if (type == "S") {
    // Units of UTF-16: two for what takes four bytes in UTF-8.
    int64_t units = 0;
    for (const char c : v.bytes()) {
      const auto byte = static_cast<unsigned char>(c);
      units += (byte & 0xC0) != 0x80 ? (byte >= 0xF0 ? 2 : 1) : 0;
    }
    return units;
  }
  if (type == "B") return v.bytes().size();
  if (type == "M" || type == "L" || type.size() == 2) return v.Count();
  return Value();
}

bool IsUndefinedSize(const Operand& o, const Value& v) { return o.kind == Operand::Kind::kCall && v.is_missing(); }

bool Compares(const std::string& op, const Value& a, const Value& b) {
  if (op == "=") return !a.is_missing() && !b.is_missing() && Same(a, b);
  if (op == "<>") return a.is_missing() || b.is_missing() || !Same(a, b);
  const std::string type = TypeOf(a);
  if (type != TypeOf(b) || (type != "S" && type != "N" && type != "B")) return false;
  const int order = Order(a, b);
  return op == "<" ? order < 0 : op == "<=" ? order <= 0 : op == ">" ? order > 0 : order >= 0;
}

bool Calls(const Condition& c, const Value& item) {
  const Value a = Of(c.operands[0], item);
  if (c.word == "attribute_exists") return !a.is_missing();
  if (c.word == "attribute_not_exists") return a.is_missing();
  const Value b = Of(c.operands[1], item);
  if (a.is_missing() || b.is_missing()) return false;
  const std::string x = TypeOf(a), y = TypeOf(b);
  if (c.word == "attribute_type") return x == b.bytes();
  const bool texts = x == y && (x == "S" || x == "B");
  if (c.word == "begins_with") return texts && a.bytes().starts_with(b.bytes());
  if (texts) return a.bytes().find(b.bytes()) != std::string_view::npos;
  if (x != "L" && x != "SS" && x != "NS" && x != "BS") return false;
  return std::any_of(a.elements().begin(), a.elements().end(), [&](const Value& e) { return Same(e, b); });
}

Value WithField(const Value& map, const std::string& name, Value value) {
  std::vector<Field> fields = map.AsStruct().value();
  for (Field& f : fields) {
    if (f.name != name) continue;
    f.value = std::move(value);
    return Value::Struct(std::move(fields));  // drops a MISSING one
  }
  fields.push_back({name, std::move(value)});
  return Value::Struct(std::move(fields));
}

// `base` with `value` at path[i...]; MISSING removes.
Result<Value> With(const Value& base, const DocumentPath& path, size_t i, const Value& value) {
  const Status invalid =
      Status::Validation("The document path provided in the update expression is invalid for update");
  if (i == path.size()) return value;
  const Step& step = path[i];
  const bool last = i + 1 == path.size();
  if (step.index < 0) {
    if (TypeOf(base) != "M") return invalid;
    const Value inner = base.Get(step.name);
    if (!last && inner.is_missing()) return invalid;
    Result<Value> changed = With(inner, path, i + 1, value);
    if (!changed.ok()) return changed;
    return WithField(base, step.name, std::move(*changed));
  }
  if (TypeOf(base) != "L") return invalid;
  std::vector<Value> elements = base.elements();
  const auto at = static_cast<size_t>(step.index);
  if (at >= elements.size()) {
    if (!last) return invalid;
    if (!value.is_missing()) elements.push_back(value);
    return Value::List(std::move(elements));
  }
  if (last && value.is_missing()) {
    elements.erase(elements.begin() + static_cast<ptrdiff_t>(at));
  } else {
    Result<Value> changed = With(elements[at], path, i + 1, value);
    if (!changed.ok()) return changed;
    elements[at] = std::move(*changed);
  }
  return Value::List(std::move(elements));
}

Result<Value> NewValue(const Operand& o, const Value& item) {
  if (o.kind == Operand::Kind::kValue) return o.value;
  if (o.kind == Operand::Kind::kPath) {
    Value v = ValueAt(item, o.path);
    if (v.is_missing()) {
      return Status::Validation("The provided expression refers to an attribute that does not exist in the item");
    }
    return v;
  }
  if (o.kind == Operand::Kind::kCall && o.word == "if_not_exists") {
    Value v = ValueAt(item, o.args[0].path);
    if (!v.is_missing()) return v;
    return NewValue(o.args[1], item);
  }
  PARTON_ASSIGN_OR_RETURN(const Value a, NewValue(o.args[0], item));
  PARTON_ASSIGN_OR_RETURN(const Value b, NewValue(o.args[1], item));
  const Status wrong = Status::Validation("An operand in the update expression has an incorrect data type");
  if (o.kind == Operand::Kind::kCall) {
    if (TypeOf(a) != "L" || TypeOf(b) != "L") return wrong;
    std::vector<Value> all = a.elements();
    all.insert(all.end(), b.elements().begin(), b.elements().end());
    return Value::List(std::move(all));
  }
  if (TypeOf(a) != "N" || TypeOf(b) != "N") return wrong;
  Result<Number> n = o.word == "+" ? Number::Add(a.number(), b.number(), Rounding::kExact)
                                   : Number::Sub(a.number(), b.number(), Rounding::kExact);
  if (!n.ok()) return n.status();
  return Value(*n);
}

// What ADD or DELETE makes of the old value.
Result<Value> Changed(bool add, const Value& old, const Value& by) {
  const Status wrong = Status::Validation("An operand in the update expression has an incorrect data type");
  if (old.is_missing()) return add ? by : Value();
  if (TypeOf(old) != TypeOf(by)) return wrong;
  if (TypeOf(by) == "N") {
    Result<Number> n = Number::Add(old.number(), by.number(), Rounding::kExact);
    if (!n.ok()) return n.status();
    return Value(*n);
  }
  auto in = [](const Value& set, const Value& e) {
    return std::any_of(set.elements().begin(), set.elements().end(), [&](const Value& f) { return Same(e, f); });
  };
  std::vector<Value> all;
  for (const Value& e : old.elements()) {
    if (add || !in(by, e)) all.push_back(e);
  }
  for (const Value& e : by.elements()) {
    if (add && !in(old, e)) all.push_back(e);
  }
  if (all.empty()) return Value();
  return Value::Set(std::move(all));
}

}  // namespace

Value ValueAt(const Value& item, const DocumentPath& path) {
  Value v = item;
  for (const Step& s : path) {
    if (s.index < 0) {
      v = TypeOf(v) == "M" ? v.Get(s.name) : Value();
    } else {
      const bool there = TypeOf(v) == "L" && static_cast<size_t>(s.index) < v.elements().size();
      v = there ? Value(v.elements()[static_cast<size_t>(s.index)]) : Value();
    }
  }
  return v;
}

bool Holds(const Condition& c, const Value& item) {
  auto holds = [&](const Condition& t) { return Holds(t, item); };
  switch (c.kind) {
    case Condition::Kind::kAnd: return std::all_of(c.terms.begin(), c.terms.end(), holds);
    case Condition::Kind::kOr: return std::any_of(c.terms.begin(), c.terms.end(), holds);
    case Condition::Kind::kNot: return !holds(c.terms[0]);
    case Condition::Kind::kCall: return Calls(c, item);
    case Condition::Kind::kCompare: {
      const Value a = Of(c.operands[0], item), b = Of(c.operands[1], item);
      // A size that is not defined compares as false in any way, unlike a missing attribute.
      if (IsUndefinedSize(c.operands[0], a) || IsUndefinedSize(c.operands[1], b)) return false;
      return Compares(c.word, a, b);
    }
    case Condition::Kind::kBetween: {
      const Value v = Of(c.operands[0], item);
      return Compares(">=", v, Of(c.operands[1], item)) && Compares("<=", v, Of(c.operands[2], item));
    }
    case Condition::Kind::kIn: {
      const Value v = Of(c.operands[0], item);
      return std::any_of(c.operands.begin() + 1, c.operands.end(),
                         [&](const Operand& o) { return Compares("=", v, Of(o, item)); });
    }
  }
  return false;
}

Result<Value> Apply(const Update& u, const Value& item) {
  Value out = item;
  auto put = [&](const DocumentPath& path, const Value& v) {
    PARTON_ASSIGN_OR_RETURN(out, With(out, path, 0, v));
    return Status();
  };
  // Elements beyond the end are appended in the order of their indexes, and removed by those of the old list.
  auto set = u.set;
  std::stable_sort(set.begin(), set.end(),
                   [](const auto& a, const auto& b) { return a.first.back().index < b.first.back().index; });
  for (const auto& [path, operand] : set) {
    PARTON_ASSIGN_OR_RETURN(const Value v, NewValue(operand, item));
    PARTON_RETURN_IF_ERROR(put(path, v));
  }
  for (const auto* list : {&u.add, &u.remove_from}) {
    for (const auto& [path, operand] : *list) {
      PARTON_ASSIGN_OR_RETURN(const Value v, Changed(list == &u.add, ValueAt(item, path), operand.value));
      if (list == &u.remove_from && ValueAt(item, path).is_missing()) continue;
      PARTON_RETURN_IF_ERROR(put(path, v));
    }
  }
  auto remove = u.remove;
  std::stable_sort(remove.begin(), remove.end(),
                   [](const DocumentPath& a, const DocumentPath& b) { return a.back().index > b.back().index; });
  for (const DocumentPath& path : remove) PARTON_RETURN_IF_ERROR(put(path, Value()));
  return out;
}

Value Project(const std::vector<DocumentPath>& paths, const Value& item) {
  // Top-level attributes are all that the requests project.
  std::vector<Field> fields;
  for (const DocumentPath& path : paths) fields.push_back({path[0].name, ValueAt(item, path)});
  return Value::Struct(std::move(fields));
}

}  // namespace parton::requests
