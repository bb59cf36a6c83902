// Types as CAST and IS name them. One with parts, LIST<INT>, STRUCT<a: INT>, MAP<STRING, INT>, becomes a cast or test
// of the whole, and of each element.
#include <fmt/format.h>

#include <utility>

#include "planner/binder/binder_internal.h"
#include "types/functions/functions.h"

namespace parton::binder {

namespace {

using Kind = TypeSpec::Kind;

bool IsCollection(Kind kind) {
  return kind == Kind::kList || kind == Kind::kArray || kind == Kind::kBag || kind == Kind::kSexp;
}
bool IsText(Kind kind) {
  return kind == Kind::kString || kind == Kind::kVarchar || kind == Kind::kChar || kind == Kind::kAny;
}

Status UnknownType(const std::string& name, TextSpan span) {
  static const std::vector<std::string> known = {"ANY",     "BOOL",      "TINYINT",  "SMALLINT", "INT",
                                                 "INTEGER", "BIGINT",    "REAL",     "FLOAT",    "DOUBLE PRECISION",
                                                 "CHAR",    "DECIMAL",   "NUMERIC",  "VARCHAR",  "CHARACTER",
                                                 "STRING",  "SYMBOL",    "CLOB",     "BLOB",     "DATE",
                                                 "TIME",    "TIMESTAMP", "INTERVAL", "STRUCT",   "TUPLE",
                                                 "LIST",    "ARRAY",     "BAG",      "SEXP",     "MAP"};
  const std::string nearest = NearestName(name, known);
  return Status::Validation(fmt::format("unknown type {}", name), span,
                            nearest.empty() ? "" : fmt::format("did you mean {}?", nearest));
}

// Checks that the types in <> fit the type before it.
Status CheckParts(const ast::TypeName& type, TextSpan span) {
  bool all_named = true, none_named = true;
  for (const std::string& name : type.names) (name.empty() ? all_named : none_named) = false;
  if (IsCollection(type.kind)) {
    if (type.parts.size() == 1 && none_named) return Status::Ok();
    return Status::Validation(fmt::format("{} takes one type, that of its elements", type.name), span);
  }
  if (type.kind == Kind::kMap) {
    if (type.parts.size() == 2 && none_named && IsText(type.parts[0].kind)) return Status::Ok();
    return Status::Validation(fmt::format("{} takes two types, STRING and that of its values", type.name), span);
  }
  if (type.kind == Kind::kStruct || type.kind == Kind::kTuple) {
    if (all_named) return Status::Ok();
    return Status::Validation(fmt::format("{} takes names with types", type.name), span, "STRUCT<name: STRING>");
  }
  return Status::Validation(fmt::format("{} is no type with parts", type.name), span);
}

ExprPtr FieldOf(const ExprPtr& tuple, const std::string& name, TextSpan span) {
  Expr::Path path;
  path.base = tuple;
  path.steps.push_back(PathStep{name, -1});
  path.ignore_case.push_back(false);
  return MakeExpr(std::move(path), span);
}

}  // namespace

Status Binder::CheckType(const ast::TypeName& type, bool cast, TextSpan span) const {
  if (type.kind == Kind::kNamed) return UnknownType(type.name, span);
  if (cast && (type.kind == Kind::kNull || type.kind == Kind::kMissing)) {
    return Status::Validation(fmt::format("nothing can be cast to {}", type.name), span);
  }
  if (!type.parts.empty()) PARTON_RETURN_IF_ERROR(CheckParts(type, span));
  for (const ast::TypeName& part : type.parts) PARTON_RETURN_IF_ERROR(CheckType(part, cast, span));
  if (!strict() || type.kind != Kind::kDecimal || !type.precision.has_value()) return Status::Ok();
  if (*type.precision < 1) return Status::Validation("a decimal's precision is at least 1", span);
  if (type.scale.has_value() && *type.scale > *type.precision) {
    return Status::Validation("a decimal's scale is at most its precision", span);
  }
  return Status::Ok();
}

ExprPtr Binder::CastTo(ExprPtr value, const ast::TypeName& type, TextSpan span) {
  const ExprPtr whole = MakeExpr(Expr::Cast{std::move(value), type, false}, span);
  if (type.parts.empty()) return whole;
  ExprPtr cast;
  if (type.kind == Kind::kStruct || type.kind == Kind::kTuple) {
    // The fields that the type names, and no others.
    Expr::MakeStruct tuple;
    for (size_t i = 0; i < type.parts.size(); ++i) {
      ExprPtr name = MakeExpr(Expr::Literal{Value::String(type.names[i])}, span);
      tuple.parts.push_back({std::move(name), CastTo(FieldOf(whole, type.names[i], span), type.parts[i], span)});
    }
    cast = MakeExpr(std::move(tuple), span);
  } else {
    const bool map = type.kind == Kind::kMap;
    Plan::Unnest unnest;
    unnest.collection = whole;
    unnest.slot = NewSlot();
    unnest.unpivot = map;
    if (map) unnest.at_slot = NewSlot();
    BoundQuery q;
    q.query.shape = map ? Query::Shape::kPivot : Query::Shape::kList;
    if (map) q.query.name_slot = unnest.at_slot;
    ExprPtr element = CastTo(SlotRef(unnest.slot, "element", span), type.parts.back(), span);
    PlanPtr plan = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
    q.query.slot = ComputeSlot(element, "element", &plan);
    q.query.root = std::move(plan);
    cast = MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
    if (!map) cast = MakeExpr(Expr::Cast{std::move(cast), type, false}, span);
  }
  // What is absent, or cannot be cast as a whole, has no elements.
  Expr::Case guarded;
  guarded.branches.emplace_back(MakeExpr(Expr::Is{whole, Expr::Is::Test::kNull, TypeSpec(), false}, span), whole);
  guarded.otherwise = std::move(cast);
  return MakeExpr(std::move(guarded), span);
}

ExprPtr Binder::TestType(const ExprPtr& value, const ast::TypeName& type, TextSpan span) {
  ExprPtr whole = MakeExpr(Expr::Is{value, Expr::Is::Test::kType, type, false}, span);
  if (type.parts.empty()) return whole;
  Expr::And all;
  all.terms.push_back(std::move(whole));
  if (type.kind == Kind::kStruct || type.kind == Kind::kTuple) {
    for (size_t i = 0; i < type.parts.size(); ++i) {
      all.terms.push_back(TestType(FieldOf(value, type.names[i], span), type.parts[i], span));
    }
    return MakeExpr(std::move(all), span);
  }
  // There is no element that is not of the type.
  Plan::Unnest unnest;
  unnest.collection = value;
  unnest.slot = NewSlot();
  unnest.unpivot = type.kind == Kind::kMap;
  BoundQuery others;
  others.query.slot = unnest.slot;
  ExprPtr fits = TestType(SlotRef(unnest.slot, "element", span), type.parts.back(), span);
  PlanPtr rows = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  others.query.root = MakePlan(Plan::Filter{MakeExpr(Expr::Not{std::move(fits)}, span)}, {std::move(rows)});
  ExprPtr other = MakeSubquery(Expr::Subquery::Kind::kExists, std::move(others), span);
  all.terms.push_back(MakeExpr(Expr::Not{std::move(other)}, span));
  return MakeExpr(std::move(all), span);
}

}  // namespace parton::binder
