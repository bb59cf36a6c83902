#include "planner/predicate/key_terms.h"

#include <algorithm>

namespace parton {

namespace {

bool Reads(const Expr& e, int slot) {
  std::vector<int> slots = SlotsRead(e);
  return std::binary_search(slots.begin(), slots.end(), slot);
}

// The items' attribute or one of its parts: x.a, x.a.b[0].
std::string_view RootAttributeOf(const Expr& e, int slot) {
  const auto* path = e.As<Expr::Path>();
  if (path == nullptr || path->steps.empty() || path->steps[0].index >= 0) return {};
  const auto* base = path->base->As<Expr::Slot>();
  if (base == nullptr || base->index != slot) return {};
  return path->steps[0].name;
}

enum class Fit { kUsable, kNever, kUnusable };

// Whether bounds may be made of the value. Literals are judged now; others when the access opens, where a
// mistyped value means that nothing matches.
Fit FitOf(const ExprPtr& value, int slot, KeyType type, bool equality, const Settings& settings) {
  if (Reads(*value, slot) || value->As<Expr::BadLiteral>()) return Fit::kUnusable;
  const auto* literal = value->As<Expr::Literal>();
  const bool strict = settings.typing == Typing::kStrict;
  if (literal == nullptr) return !equality && strict ? Fit::kUnusable : Fit::kUsable;
  const Value& v = literal->value;
  if (MatchesKeyType(v, type)) return Fit::kUsable;
  if (v.type() == parton::Type::kFloat) return Fit::kUnusable;
  if (v.is_absent() || equality || !strict) return Fit::kNever;
  return Fit::kUnusable;
}

KeyTerm Never() {
  KeyTerm t;
  t.kind = KeyTerm::Kind::kNever;
  return t;
}

// The first value of a row, which may have been folded to a literal; null: it is not known.
ExprPtr FirstOf(const ExprPtr& e) {
  if (const auto* row = e->As<Expr::MakeCollection>()) return row->elements.empty() ? nullptr : row->elements[0];
  const auto* literal = e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_list() || literal->value.elements().empty()) return nullptr;
  return MakeExpr(Expr::Literal{literal->value.elements()[0]}, e->span);
}
// (a, b) > (x, y) as a >= x: what it says about its first column.
std::optional<Expr::Compare> OfFirstColumn(const Expr::Compare& c) {
  const ExprPtr left = FirstOf(c.left), right = FirstOf(c.right);
  if (!c.rows || c.op == CompareOp::kNe || left == nullptr || right == nullptr) return std::nullopt;
  const bool low = c.op == CompareOp::kGt || c.op == CompareOp::kGe;
  const CompareOp op = c.op == CompareOp::kEq ? c.op : low ? CompareOp::kGe : CompareOp::kLe;
  return Expr::Compare{op, left, right, false};
}

KeyTerm ReadCompare(const Expr::Compare& c, int slot, const KeyAttribute& key, const Settings& settings) {
  KeyTerm t;
  if (c.op == CompareOp::kNe || AttributeOf(*c.left, slot) != key.name) return t;
  const bool equality = c.op == CompareOp::kEq;
  Fit fit = FitOf(c.right, slot, key.type, equality, settings);
  if (fit == Fit::kNever) return Never();
  if (fit == Fit::kUnusable) return t;
  t.value = c.right;
  t.inclusive = c.op == CompareOp::kLe || c.op == CompareOp::kGe;
  switch (c.op) {
    case CompareOp::kEq: t.kind = KeyTerm::Kind::kEqual; break;
    case CompareOp::kLt:
    case CompareOp::kLe: t.kind = KeyTerm::Kind::kHigh; break;
    default: t.kind = KeyTerm::Kind::kLow; break;
  }
  return t;
}

KeyTerm ReadBetween(const Expr::Between& b, int slot, const KeyAttribute& key, const Settings& settings) {
  KeyTerm t;
  if (b.negated || AttributeOf(*b.value, slot) != key.name) return t;
  Fit low = FitOf(b.low, slot, key.type, false, settings);
  Fit high = FitOf(b.high, slot, key.type, false, settings);
  if (low == Fit::kUnusable || high == Fit::kUnusable) return t;
  if (low == Fit::kNever || high == Fit::kNever) return Never();
  t.kind = KeyTerm::Kind::kBetween;
  t.value = b.low;
  t.high = b.high;
  return t;
}

KeyTerm ReadIn(const Expr::In& in, int slot, const KeyAttribute& key, const Settings& settings) {
  KeyTerm t;
  if (in.negated || AttributeOf(*in.needle, slot) != key.name) return t;
  if (Reads(*in.haystack, slot)) return t;
  std::vector<ExprPtr> elements;
  if (const auto* list = in.haystack->As<Expr::MakeCollection>()) {
    elements = list->elements;
  } else if (const auto* literal = in.haystack->As<Expr::Literal>()) {
    if (!literal->value.is_collection()) return t;
    for (const Value& v : literal->value.elements()) elements.push_back(MakeExpr(Expr::Literal{v}));
  } else if (in.haystack->As<Expr::Parameter>() || in.haystack->As<Expr::Slot>()) {
    t.kind = KeyTerm::Kind::kInValue;
    t.value = in.haystack;
    return t;
  } else {
    return t;
  }
  for (const ExprPtr& e : elements) {
    switch (FitOf(e, slot, key.type, true, settings)) {
      case Fit::kUnusable: return KeyTerm{};
      case Fit::kNever: break;  // matches nothing: left out
      case Fit::kUsable: t.list.push_back(e); break;
    }
  }
  if (t.list.empty()) return Never();
  t.kind = KeyTerm::Kind::kIn;
  return t;
}

KeyTerm ReadLike(const Expr::Like& like, int slot, const KeyAttribute& key) {
  KeyTerm t;
  if (like.negated || like.escape != nullptr || key.type != KeyType::kString) return t;
  if (AttributeOf(*like.value, slot) != key.name) return t;
  const auto* literal = like.pattern->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_text()) return t;
  std::string_view pattern = literal->value.bytes();
  size_t stop = pattern.find_first_of("%_");
  if (stop == std::string_view::npos) {
    t.kind = KeyTerm::Kind::kEqual;
    t.value = like.pattern;
    return t;
  }
  if (stop == 0) return t;
  t.kind = KeyTerm::Kind::kPrefix;
  t.value = MakeExpr(Expr::Literal{Value::String(pattern.substr(0, stop))}, like.pattern->span);
  t.exact = pattern.substr(stop) == "%";
  return t;
}

KeyTerm ReadCall(const Expr::Call& call, int slot, const KeyAttribute& key, const Settings& settings) {
  KeyTerm t;
  if (call.function->name != "BEGINS_WITH" || call.args.size() != 2 || key.type == KeyType::kNumber) return t;
  if (AttributeOf(*call.args[0], slot) != key.name) return t;
  if (FitOf(call.args[1], slot, key.type, false, settings) != Fit::kUsable) return t;
  t.kind = KeyTerm::Kind::kPrefix;
  t.value = call.args[1];
  return t;
}

}  // namespace

std::string_view AttributeOf(const Expr& e, int slot) {
  const auto* path = e.As<Expr::Path>();
  if (path == nullptr || path->steps.size() != 1) return {};
  return RootAttributeOf(e, slot);
}

KeyTerm ReadKeyTerm(const Expr& term, int slot, const KeyAttribute& key, const Settings& settings) {
  if (const auto* n = term.As<Expr::Compare>()) {
    if (n->rows) {
      const std::optional<Expr::Compare> first = OfFirstColumn(*n);
      if (!first.has_value()) return {};
      KeyTerm t = ReadKeyTerm(*MakeExpr(*first), slot, key, settings);
      t.exact = false;
      return t;
    }
    KeyTerm t = ReadCompare(*n, slot, key, settings);
    if (t.kind != KeyTerm::Kind::kNone) return t;
    // `value = x.a` with something other than a path on the left is normalised; two paths are not.
    Expr::Compare mirrored = *n;
    std::swap(mirrored.left, mirrored.right);
    switch (n->op) {
      case CompareOp::kLt: mirrored.op = CompareOp::kGt; break;
      case CompareOp::kLe: mirrored.op = CompareOp::kGe; break;
      case CompareOp::kGt: mirrored.op = CompareOp::kLt; break;
      case CompareOp::kGe: mirrored.op = CompareOp::kLe; break;
      default: break;
    }
    return ReadCompare(mirrored, slot, key, settings);
  }
  if (const auto* n = term.As<Expr::Between>()) return ReadBetween(*n, slot, key, settings);
  if (const auto* n = term.As<Expr::In>()) return ReadIn(*n, slot, key, settings);
  if (const auto* n = term.As<Expr::Like>()) return ReadLike(*n, slot, key);
  if (const auto* n = term.As<Expr::Call>()) return ReadCall(*n, slot, key, settings);
  return {};
}

namespace {

// Certainly a collection that is not empty: x NOT IN [] is true for an absent x.
bool HasElements(const Expr& haystack) {
  if (const auto* make = haystack.As<Expr::MakeCollection>()) return !make->elements.empty();
  const auto* literal = haystack.As<Expr::Literal>();
  return literal != nullptr && literal->value.is_collection() && literal->value.Count() > 0;
}

}  // namespace

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
    return (!n->negated || (logic == Logic::kPartiql && HasElements(*n->haystack))) && names(n->needle);
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
