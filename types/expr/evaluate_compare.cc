// Predicates: comparison, IS, IN, BETWEEN, LIKE.
//
// PartiQL's logic: an absent operand makes the result absent, unlike types are a mismatch for `<` and
// unequal for `=`. DynamoDB's logic: NULL is a value like others; a predicate on a missing or mistyped
// operand is FALSE, only `<>` is TRUE.
#include "parton/text.h"
#include "types/expr/evaluate_internal.h"
#include "types/expr/list_sets.h"
#include "types/value/value_compare.h"

namespace parton::eval {
namespace {

Tri CompareDynamo(CompareOp op, const Value& a, const Value& b) {
  if (a.is_missing() || b.is_missing()) return ToTri(op == CompareOp::kNe);
  if (op == CompareOp::kEq) return ToTri(EqualValues(a, b));
  if (op == CompareOp::kNe) return ToTri(!EqualValues(a, b));
  if (a.is_null() || b.is_null()) return Tri::kFalse;
  const std::optional<int> order = CompareScalars(a, b);
  return ToTri(order.has_value() && Holds(op, *order));
}

bool IsNan(const Value& v) { return v.type() == Type::kFloat && v.float_value() != v.float_value(); }

Tri NegateIf(bool negated, Tri t) { return negated ? Negate(t) : t; }

// Calls fn(element) for each element of the written list or of the collection value, until it returns
// false. False if there is no collection; `*absent` says which value there was instead.
template <typename Fn>
bool ForEachElement(const Expr& haystack, EvalContext& ctx, Value* absent, Fn fn) {
  if (const auto* written = haystack.As<Expr::MakeCollection>()) {
    for (const ExprPtr& element : written->elements) {
      Value scratch;
      if (!fn(Evaluate(*element, ctx, &scratch))) break;
    }
    return true;
  }
  Value scratch;
  const Value& v = Evaluate(haystack, ctx, &scratch);
  if (!v.is_collection()) {
    *absent = v;
    return false;
  }
  for (const Value& element : v.elements()) {
    if (!fn(element)) break;
  }
  return true;
}

// As walking the elements, of which there are some.
Tri InSet(const Value& needle, const ListSets::Set& set, bool two_valued) {
  if (two_valued) {
    if (needle.is_null()) return ToTri(set.has_null);
    return ToTri(!needle.is_missing() && set.values.contains(needle));
  }
  if (needle.is_absent()) return needle.is_missing() ? Tri::kMissing : Tri::kNull;
  if (set.values.contains(needle)) return Tri::kTrue;
  return set.has_null || set.has_missing ? Tri::kNull : Tri::kFalse;
}

}  // namespace

Tri CompareSlow(CompareOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  if (ctx.logic == Logic::kDynamo) return CompareDynamo(op, a, b);
  if (a.is_absent() || b.is_absent()) {
    return a.is_null() || b.is_null() ? Tri::kNull : Tri::kMissing;
  }
  if (op == CompareOp::kEq) return ToTri(EqualValues(a, b));
  if (op == CompareOp::kNe) return ToTri(!EqualValues(a, b));
  const std::optional<int> order = CompareScalars(a, b);
  if (!order.has_value()) {
    (void)ctx.Mismatch("values of these types have no order", where);
    return Tri::kMissing;
  }
  // NaN has a place in the total order, but is neither less nor greater for the operators.
  if (IsNan(a) || IsNan(b)) return Tri::kFalse;
  return ToTri(Holds(op, *order));
}

Tri Is(const Expr& e, const Expr::Is& is, EvalContext& ctx) {
  using Test = Expr::Is::Test;
  Value scratch;
  const Value& v = Evaluate(*is.operand, ctx, &scratch);
  const bool two_valued = ctx.logic == Logic::kDynamo;
  bool result = false;
  switch (is.test) {
    case Test::kMissing: result = v.is_missing(); break;
    case Test::kNull: result = two_valued ? v.is_null() : v.is_absent(); break;
    case Test::kTrue:
    case Test::kFalse:
    case Test::kUnknown:
      if (!v.is_bool() && !v.is_absent() && !two_valued) {
        (void)ctx.Mismatch("a truth value was expected", &e);
        return Tri::kMissing;
      }
      result = is.test == Test::kUnknown ? v.is_absent() : v.is_bool() && v.bool_value() == (is.test == Test::kTrue);
      break;
    case Test::kType:
      result = IsOfType(v, is.type, ctx);
      if (ctx.failed()) {
        ctx.error = std::move(ctx.error).At(e.span);
        return Tri::kMissing;
      }
      break;
  }
  return ToTri(result != is.negated);
}

Tri In(const Expr& e, const Expr::In& in, EvalContext& ctx) {
  Value scratch;
  const Value& needle = Evaluate(*in.needle, ctx, &scratch);
  const bool two_valued = ctx.logic == Logic::kDynamo;
  if (!in.rows && IsWorthHashing(*in.haystack, ctx)) {
    if (ctx.lists == nullptr) ctx.lists = std::make_shared<ListSets>();
    const ListSets::Set* set = ctx.lists->Find(*in.haystack, ctx);
    if (set != nullptr) return NegateIf(in.negated, InSet(needle, *set, two_valued));
  }
  Tri result = Tri::kFalse;
  Value other;
  const bool is_collection = ForEachElement(*in.haystack, ctx, &other, [&](const Value& element) {
    if (!two_valued && needle.is_absent()) {
      result = needle.is_missing() ? Tri::kMissing : Tri::kNull;
      return false;
    }
    const Tri t = in.rows && !two_valued ? CompareRows(CompareOp::kEq, needle, element, ctx, &e)
                                         : Compare(CompareOp::kEq, needle, element, ctx, &e);
    if (t == Tri::kTrue) {
      result = t;
      return false;
    }
    if (t != Tri::kFalse) result = Tri::kNull;
    return true;
  });
  if (!is_collection) {
    if (two_valued) return NegateIf(in.negated, Tri::kFalse);
    if (other.is_absent()) {
      return needle.is_missing() || other.is_missing() ? Tri::kMissing : Tri::kNull;
    }
    (void)ctx.Mismatch("the right side of IN must be a collection", &e);
    return Tri::kMissing;
  }
  return NegateIf(in.negated, result);
}

Tri Between(const Expr& e, const Expr::Between& between, EvalContext& ctx) {
  Value value_scratch, low_scratch, high_scratch;
  const Value& v = Evaluate(*between.value, ctx, &value_scratch);
  const Value& low = Evaluate(*between.low, ctx, &low_scratch);
  const Value& high = Evaluate(*between.high, ctx, &high_scratch);
  const Tri above = Compare(CompareOp::kGe, v, low, ctx, &e);
  const Tri below = Compare(CompareOp::kLe, v, high, ctx, &e);
  Tri result = Tri::kTrue;
  if (above == Tri::kFalse || below == Tri::kFalse) {
    result = Tri::kFalse;
  } else if (above == Tri::kMissing || below == Tri::kMissing) {
    result = Tri::kMissing;
  } else if (above == Tri::kNull || below == Tri::kNull) {
    result = Tri::kNull;
  }
  return NegateIf(between.negated, result);
}

Tri Like(const Expr& e, const Expr::Like& like, EvalContext& ctx) {
  Value value_scratch, pattern_scratch, escape_scratch;
  const Value& v = Evaluate(*like.value, ctx, &value_scratch);
  const Value& pattern = Evaluate(*like.pattern, ctx, &pattern_scratch);
  const Value* escape = like.escape == nullptr ? nullptr : &Evaluate(*like.escape, ctx, &escape_scratch);
  const bool two_valued = ctx.logic == Logic::kDynamo;
  const auto wrong = [](const Value& x) { return !x.is_text() && !x.is_absent(); };
  if (wrong(v) || wrong(pattern) || (escape != nullptr && wrong(*escape))) {
    if (two_valued) return ToTri(like.negated);
    (void)ctx.Mismatch("LIKE takes strings", &e);
    return Tri::kMissing;
  }
  if (v.is_absent() || pattern.is_absent() || (escape != nullptr && escape->is_absent())) {
    if (two_valued) return ToTri(like.negated);
    const bool missing = v.is_missing() || pattern.is_missing() || (escape != nullptr && escape->is_missing());
    return missing ? Tri::kMissing : Tri::kNull;
  }
  std::string_view escape_text;
  if (escape != nullptr) {
    escape_text = escape->bytes();
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    size_t code_points = 0;
    for (char c : escape_text) code_points += !continues(c);
    if (code_points != 1) {
      (void)ctx.Fail(Status::Validation("ESCAPE of LIKE must be one character", e.span));
      return Tri::kMissing;
    }
  }
  const std::optional<bool> matches = LikeMatches(v.bytes(), pattern.bytes(), escape_text);
  if (!matches.has_value()) {
    (void)ctx.Fail(Status::Validation("the pattern of LIKE ends in its escape character", e.span));
    return Tri::kMissing;
  }
  return ToTri(*matches != like.negated);
}

}  // namespace parton::eval
