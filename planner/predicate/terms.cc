#include "planner/predicate/terms.h"

#include <algorithm>

#include "types/functions/functions.h"

namespace parton {

namespace {

using Op = Term::Op;

// The items' attribute or one of its parts: x.a, x.a.b[0].
std::string_view RootAttributeOf(const Expr& e, int slot) {
  const auto* path = e.As<Expr::Path>();
  if (path == nullptr || path->steps.empty() || path->steps[0].index >= 0) return {};
  const auto* base = path->base->As<Expr::Slot>();
  if (base == nullptr || base->index != slot) return {};
  return path->steps[0].name;
}

Op OpOf(CompareOp op) {
  switch (op) {
    case CompareOp::kEq: return Op::kEqual;
    case CompareOp::kNe: return Op::kNotEqual;
    case CompareOp::kLt: return Op::kLess;
    case CompareOp::kLe: return Op::kLessEqual;
    case CompareOp::kGt: return Op::kGreater;
    case CompareOp::kGe: return Op::kGreaterEqual;
  }
  return Op::kNone;
}

Term ReadCompare(CompareOp op, const ExprPtr& left, const ExprPtr& right,
                 const std::function<bool(const Expr&)>& wanted) {
  if (wanted(*left)) return {OpOf(op), left, right, nullptr};
  if (wanted(*right)) return {OpOf(Mirrored(op)), right, left, nullptr};
  return {};
}

// Certainly a collection that is not empty: x NOT IN [] is true for an absent x.
bool IsFilled(const Expr& haystack) {
  if (const auto* make = haystack.As<Expr::MakeCollection>()) return !make->elements.empty();
  const auto* literal = haystack.As<Expr::Literal>();
  return literal != nullptr && literal->value.is_collection() && literal->value.Count() > 0;
}

// The first value of a row, which may have been folded to a literal; null: it is not known.
ExprPtr FirstOf(const ExprPtr& e) {
  if (const auto* row = e->As<Expr::MakeCollection>()) return row->elements.empty() ? nullptr : row->elements[0];
  const auto* literal = e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_list() || literal->value.elements().empty()) return nullptr;
  return MakeExpr(Expr::Literal{literal->value.elements()[0]}, e->span);
}

}  // namespace

bool Term::HasElements() const {
  if (op != Op::kIn) return false;
  if (value->As<Expr::MakeCollection>() != nullptr) return true;
  const auto* literal = value->As<Expr::Literal>();
  return literal != nullptr && literal->value.is_collection();
}

size_t Term::ElementCount() const {
  if (const auto* list = value->As<Expr::MakeCollection>()) return list->elements.size();
  return value->As<Expr::Literal>()->value.Count();
}

std::vector<ExprPtr> Term::Elements() const {
  if (!HasElements()) return {};
  if (const auto* list = value->As<Expr::MakeCollection>()) return list->elements;
  std::vector<ExprPtr> out;
  for (const Value& v : value->As<Expr::Literal>()->value.elements()) out.push_back(MakeExpr(Expr::Literal{v}));
  return out;
}

Term ReadTerm(const Expr& e, const std::function<bool(const Expr&)>& wanted) {
  if (const auto* n = e.As<Expr::Compare>()) {
    return n->rows ? Term{} : ReadCompare(n->op, n->left, n->right, wanted);
  }
  if (const auto* n = e.As<Expr::Between>()) {
    if (!n->negated && wanted(*n->value)) return {Op::kBetween, n->value, n->low, n->high};
  } else if (const auto* n = e.As<Expr::In>()) {
    if (n->negated || n->rows) return {};
    const auto* list = n->haystack->As<Expr::MakeCollection>();
    if (list != nullptr && list->elements.size() == 1) {
      return ReadCompare(CompareOp::kEq, n->needle, list->elements[0], wanted);
    }
    if (wanted(*n->needle)) return {Op::kIn, n->needle, n->haystack, nullptr};
  } else if (const auto* n = e.As<Expr::Like>()) {
    if (!n->negated && n->escape == nullptr && wanted(*n->value)) return {Op::kLike, n->value, n->pattern, nullptr};
  } else if (const auto* n = e.As<Expr::Call>()) {
    if (n->function->name == "BEGINS_WITH" && n->args.size() == 2 && wanted(*n->args[0])) {
      return {Op::kPrefix, n->args[0], n->args[1], nullptr};
    }
  } else if (const auto* n = e.As<Expr::Is>()) {
    if (n->test == Expr::Is::Test::kMissing && wanted(*n->operand)) {
      return {n->negated ? Op::kPresent : Op::kMissing, n->operand, nullptr, nullptr};
    }
  }
  return {};
}

Term ReadTerm(const Expr& e) {
  return ReadTerm(e, [](const Expr& operand) { return operand.As<Expr::Path>() != nullptr; });
}

Term ReadTerm(const Expr& e, int slot) {
  return ReadTerm(e, [slot](const Expr& operand) { return !AttributeOf(operand, slot).empty(); });
}

Term ReadTerm(const Expr& e, int slot, std::string_view attribute) {
  return ReadTerm(e, [&](const Expr& operand) { return AttributeOf(operand, slot) == attribute; });
}

std::string_view AttributeOf(const Expr& e, int slot) {
  const auto* path = e.As<Expr::Path>();
  return path != nullptr && path->steps.size() == 1 ? RootAttributeOf(e, slot) : std::string_view();
}

const KeyAttribute* KeyAttributeOf(const Expr& e, int slot, const KeySchema& key) {
  const std::string_view name = AttributeOf(e, slot);
  const size_t at = name.empty() ? key.parts() : key.Find(name);
  return at < key.parts() ? &key.part(at) : nullptr;
}

bool ReadsSlot(const Expr& e, int slot) {
  const std::vector<int> slots = SlotsRead(e);
  return std::binary_search(slots.begin(), slots.end(), slot);
}

bool Mentions(const Expr& e, int slot, std::string_view attribute) {
  bool found = RootAttributeOf(e, slot) == attribute;
  ForEachChild(e, [&](const ExprPtr& child) { found = found || Mentions(*child, slot, attribute); });
  return found;
}

std::optional<Expr::Compare> OfFirstColumn(const Expr::Compare& c) {
  if (!c.rows || c.op == CompareOp::kNe) return std::nullopt;
  const ExprPtr left = FirstOf(c.left), right = FirstOf(c.right);
  if (left == nullptr || right == nullptr) return std::nullopt;
  const bool low = c.op == CompareOp::kGt || c.op == CompareOp::kGe;
  const CompareOp op = c.op == CompareOp::kEq ? c.op : low ? CompareOp::kGe : CompareOp::kLe;
  return Expr::Compare{op, left, right, false};
}

const KeyAttribute* FixedKey(const Expr& term, int slot, const KeySchema& key) {
  for (size_t i = 0; i < key.parts(); ++i) {
    const KeyAttribute& attribute = key.part(i);
    const Term t = ReadTerm(term, slot, attribute.name);
    if (t.op == Op::kEqual && !ReadsSlot(*t.value, slot)) return &attribute;
  }
  return nullptr;
}

bool ImpliesPresent(const Expr& term, int slot, std::string_view attribute, Logic logic) {
  auto names = [&](const ExprPtr& e) { return e != nullptr && RootAttributeOf(*e, slot) == attribute; };
  if (const auto* n = term.As<Expr::Compare>()) {
    // DynamoDB: a missing attribute is unequal to everything.
    if (n->op == CompareOp::kNe && logic == Logic::kDynamo) return false;
    if (n->rows) {
      const std::optional<Expr::Compare> first = OfFirstColumn(*n);
      return first.has_value() && (names(first->left) || names(first->right));
    }
    return names(n->left) || names(n->right);
  }
  if (const auto* n = term.As<Expr::Between>()) {
    return (!n->negated || logic == Logic::kPartiql) && names(n->value);
  }
  if (const auto* n = term.As<Expr::In>()) {
    return (!n->negated || (logic == Logic::kPartiql && IsFilled(*n->haystack))) && names(n->needle);
  }
  if (const auto* n = term.As<Expr::Like>()) {
    return (!n->negated || logic == Logic::kPartiql) && names(n->value);
  }
  if (const auto* n = term.As<Expr::Is>()) {
    using Test = Expr::Is::Test;
    if (!names(n->operand)) return false;
    return (n->test == Test::kMissing && n->negated) || (n->test == Test::kTrue && !n->negated);
  }
  if (const auto* n = term.As<Expr::Call>()) {
    const std::string& f = n->function->name;
    return (f == "BEGINS_WITH" || f == "CONTAINS" || f == "ATTRIBUTE_EXISTS" || f == "ATTRIBUTE_TYPE") &&
           !n->args.empty() && names(n->args[0]);
  }
  if (const auto* n = term.As<Expr::And>()) {
    return std::any_of(n->terms.begin(), n->terms.end(),
                       [&](const ExprPtr& t) { return ImpliesPresent(*t, slot, attribute, logic); });
  }
  if (const auto* n = term.As<Expr::Or>()) {
    return std::all_of(n->terms.begin(), n->terms.end(),
                       [&](const ExprPtr& t) { return ImpliesPresent(*t, slot, attribute, logic); });
  }
  return false;
}

}  // namespace parton
