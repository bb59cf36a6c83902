// Expressions: each syntax node to its bound form.
#include <fmt/format.h>

#include "planner/binder/binder_internal.h"
#include "types/expr/row_predicates.h"
#include "types/status/bounds.h"

namespace parton::binder {

namespace {

// The value of a path index known now: a literal position or name.
const Value* LiteralIndex(const ast::PathStep& step) {
  const auto* literal = step.index == nullptr ? nullptr : step.index->As<ast::Literal>();
  return literal != nullptr && literal->error.ok() ? &literal->value : nullptr;
}

// tuple[CAST(x AS STRING)] is tuple navigation.
bool IsStringCast(const ast::Expr& e) {
  const auto* cast = e.As<ast::Cast>();
  if (cast == nullptr) return false;
  using Kind = TypeSpec::Kind;
  return cast->type.kind == Kind::kString || cast->type.kind == Kind::kVarchar || cast->type.kind == Kind::kChar ||
         cast->type.kind == Kind::kSymbol;
}

// A path that steps are added to. What it was begun with may be shared, and is copied once.
class PathBuilder {
 public:
  explicit PathBuilder(ExprPtr base) : base_(std::move(base)) {}

  void Extend(PathStep step, bool ignore_case, bool nullable, TextSpan span) {
    if (!open_) {
      open_ = true;
      if (const auto* path = base_->As<Expr::Path>()) {
        path_ = *path;
      } else {
        path_ = Expr::Path();
        path_.base = base_;
        path_.null_row = nullable;
      }
    }
    path_.steps.push_back(std::move(step));
    path_.ignore_case.push_back(ignore_case);
    span_ = span;
  }
  void Replace(ExprPtr base) {
    open_ = false;
    base_ = std::move(base);
  }
  const ExprPtr& Get() {
    if (std::exchange(open_, false)) base_ = MakeExpr(std::move(path_), span_);
    return base_;
  }

 private:
  ExprPtr base_;
  bool open_ = false;  // path_ is ahead of base_
  Expr::Path path_;
  TextSpan span_;
};

}  // namespace

Result<ExprPtr> Binder::Bind(const ast::Expr& e, bool coerce) {
  CheckStack();
  CheckPoint();
  if (const auto* sub = e.As<ast::Subquery>()) return BindSubquery(*sub->query, coerce, e.span);
  return std::visit([&](const auto& n) { return BindNode(n, e); }, e.node);
}

Result<std::vector<ExprPtr>> Binder::BindAll(const std::vector<ast::ExprPtr>& list) {
  std::vector<ExprPtr> out;
  out.reserve(list.size());
  for (const ast::ExprPtr& e : list) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr bound, BindExpr(*e));
    out.push_back(std::move(bound));
  }
  return out;
}

Result<ExprPtr> Binder::BindNode(const ast::Literal& n, const ast::Expr& e) {
  if (!n.error.ok()) {
    Status error = Status(n.error).At(e.span);
    if (strict()) return error;
    return MakeExpr(Expr::BadLiteral{std::move(error)}, e.span);
  }
  if (dynamo() && (n.kind == ast::Literal::Kind::kFloat || n.rounded)) {
    // DynamoDB has one kind of number: 1e5 is an exact one there.
    PARTON_ASSIGN_OR_RETURN(Number exact, Number::ParseStrict(n.text));
    return MakeExpr(Expr::Literal{Value::FromStored(exact)}, e.span);
  }
  if (n.rounded && !rounds_numerals_) return Number::ParseExact(n.text).status().At(e.span);
  if (n.rounded) notices_.push_back(fmt::format("{} is rounded to 38 digits", n.text));
  return MakeExpr(Expr::Literal{n.value}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Parameter& n, const ast::Expr& e) {
  return MakeExpr(Expr::Parameter{n.index}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Variable& n, const ast::Expr&) {
  PARTON_ASSIGN_OR_RETURN(Resolved found, ResolveVariable(n, /*path_root=*/false));
  return std::move(found.value);
}

Result<ExprPtr> Binder::BindNode(const ast::Path& n, const ast::Expr& e) {
  if (const auto* variable = n.root->As<ast::Variable>()) {
    PARTON_ASSIGN_OR_RETURN(Resolved root, ResolveVariable(*variable, /*path_root=*/true));
    return BindSteps(std::move(root), n.steps, e.span);
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr root, BindCollection(*n.root));
  return BindSteps(Resolved{std::move(root)}, n.steps, e.span);
}

Result<ExprPtr> Binder::BindSteps(Resolved root, const std::vector<ast::PathStep>& steps, TextSpan span) {
  ExprPtr base = std::move(root.value);
  const bool stored = root.stored;
  bool nullable = root.nullable;  // of the first step alone
  // x[*].a is SELECT VALUE v.a FROM x AS v; x.*.a ranges over UNPIVOT x.
  PlanPtr plan;
  PathBuilder path(std::move(base));
  // Each computed step is a level of the expression, and of what destroys it.
  constexpr size_t kBytesPerLevel = 200;
  size_t levels = 0;
  for (const ast::PathStep& step : steps) {
    CheckPoint();
    switch (step.kind) {
      case ast::PathStep::Kind::kName:
        path.Extend(PathStep{step.name.name, -1}, !step.name.quoted && !stored, nullable, span);
        break;
      case ast::PathStep::Kind::kIndex: {
        const Value* literal = LiteralIndex(step);
        if (literal != nullptr && literal->is_small_int() && literal->int_value() >= 0) {
          path.Extend(PathStep{"", literal->int_value()}, false, nullable, span);
        } else if (literal != nullptr && literal->is_text()) {
          path.Extend(PathStep{std::string(literal->bytes()), -1}, false, nullable, span);
        } else {
          Result<ExprPtr> key = BindExpr(*step.index);
          if (!key.ok() && !strict() && step.index->As<ast::Variable>() != nullptr) {
            // A bare name as a subscript finds nothing in a tuple, whatever it stands for.
            key = MakeExpr(Expr::Literal{Value::Missing()}, step.span);
          }
          if (!key.ok()) return std::move(key).status();
          if (StackLeft() < ++levels * kBytesPerLevel) internal::StackEnds();
          path.Replace(MakeExpr(Expr::Index{path.Get(), *std::move(key), IsStringCast(*step.index)}, span));
        }
        break;
      }
      case ast::PathStep::Kind::kWildcard:
      case ast::PathStep::Kind::kUnpivot: {
        Plan::Unnest unnest;
        unnest.collection = path.Get();
        unnest.slot = NewSlot();
        unnest.unpivot = step.kind == ast::PathStep::Kind::kUnpivot;
        path.Replace(SlotRef(unnest.slot, "", span));
        if (plan == nullptr) plan = MakePlan(Plan::Once{});
        plan = MakePlan(std::move(unnest), {std::move(plan)});
        break;
      }
    }
    nullable = false;
  }
  base = path.Get();
  if (plan == nullptr) return base;
  BoundQuery q;
  q.query.slot = ComputeSlot(base, "", &plan);
  q.query.root = std::move(plan);
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
}

Result<ExprPtr> Binder::BindNode(const ast::Unary& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  return MakeExpr(Expr::Unary{n.op, std::move(operand)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Binary& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindExpr(*n.left));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindExpr(*n.right));
  return CheckedOperator(MakeExpr(Expr::Binary{n.op, std::move(left), std::move(right)}, e.span));
}

Result<ExprPtr> Binder::BindNode(const ast::And& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> terms, BindAll(n.terms));
  return MakeExpr(Expr::And{std::move(terms)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Or& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> terms, BindAll(n.terms));
  return MakeExpr(Expr::Or{std::move(terms)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Not& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  return MakeExpr(Expr::Not{std::move(operand)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Is& n, const ast::Expr& e) {
  if (n.test == Expr::Is::Test::kType) {
    PARTON_RETURN_IF_ERROR(CheckType(n.type, false, n.type_span));
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  if (!n.type.parts.empty()) {
    ExprPtr test = TestType(operand, n.type, e.span);
    return n.negated ? MakeExpr(Expr::Not{std::move(test)}, e.span) : test;
  }
  return MakeExpr(Expr::Is{std::move(operand), n.test, n.type, n.negated}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Like& n, const ast::Expr& e) {
  Expr::Like like;
  like.negated = n.negated;
  PARTON_ASSIGN_OR_RETURN(like.value, BindExpr(*n.value));
  PARTON_ASSIGN_OR_RETURN(like.pattern, BindExpr(*n.pattern));
  if (n.escape != nullptr) {
    PARTON_ASSIGN_OR_RETURN(like.escape, BindExpr(*n.escape));
  }
  return CheckedOperator(MakeExpr(std::move(like), e.span));
}

Result<ExprPtr> Binder::BindNode(const ast::Overlaps& n, const ast::Expr& e) {
  std::vector<ExprPtr> args(2);
  PARTON_ASSIGN_OR_RETURN(args[0], BindComparand(*n.left, *n.right));
  PARTON_ASSIGN_OR_RETURN(args[1], BindComparand(*n.right, *n.left));
  return CallFunction("OVERLAPS", std::move(args), e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Case& n, const ast::Expr& e) {
  Expr::Case c;
  if (n.operand != nullptr) {
    PARTON_ASSIGN_OR_RETURN(c.operand, BindExpr(*n.operand));
  }
  for (const auto& [when, then] : n.branches) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr test, BindExpr(*when));
    PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*then));
    c.branches.emplace_back(std::move(test), std::move(value));
  }
  if (n.otherwise != nullptr) {
    PARTON_ASSIGN_OR_RETURN(c.otherwise, BindExpr(*n.otherwise));
  }
  return MakeExpr(std::move(c), e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Cast& n, const ast::Expr& e) {
  PARTON_RETURN_IF_ERROR(CheckType(n.type, true, n.type_span));
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  if (n.kind == ast::Cast::Kind::kCast) return CastTo(std::move(operand), n.type, e.span);
  if (!n.type.parts.empty()) {
    return Status::Unsupported("CAN_CAST takes types without parts", n.type_span, "CAST gives MISSING where it cannot");
  }
  ExprPtr can = MakeExpr(Expr::Cast{operand, n.type, true}, e.span);
  if (n.kind == ast::Cast::Kind::kCanCast) return can;
  // Lossless: it can be cast, and the result still equals what it was.
  ExprPtr same =
      MakeExpr(Expr::Compare{CompareOp::kEq, MakeExpr(Expr::Cast{operand, n.type, false}, e.span), operand}, e.span);
  Expr::Case guarded;  // CASE, so that the cast is not tried where it would fail
  guarded.branches.emplace_back(std::move(can), std::move(same));
  guarded.otherwise = MakeExpr(Expr::Literal{Value::Bool(false)}, e.span);
  return MakeExpr(std::move(guarded), e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Call& n, const ast::Expr& e) {
  if (n.over != nullptr) return BindWindow(n, e.span);
  return BindFunction(n, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Extract& n, const ast::Expr& e) {
  if (!n.part.has_value()) {
    return Status::Validation(fmt::format("EXTRACT does not know the field {}", n.field.name), n.field.span,
                              "YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, TIMEZONE_HOUR, TIMEZONE_MINUTE");
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  ExprPtr field = MakeExpr(Expr::Literal{Value::String(DatePartName(*n.part))}, n.field.span);
  return CallFunction("EXTRACT", {std::move(field), std::move(operand)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Trim& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr operand, BindExpr(*n.operand));
  ExprPtr chars;
  if (n.chars != nullptr) {
    PARTON_ASSIGN_OR_RETURN(chars, BindExpr(*n.chars));
  } else {
    chars = MakeExpr(Expr::Literal{Value::String(" ")}, e.span);
  }
  const char* spec = n.spec == ast::Trim::Spec::kLeading    ? "LEADING"
                     : n.spec == ast::Trim::Spec::kTrailing ? "TRAILING"
                                                            : "BOTH";
  ExprPtr side = MakeExpr(Expr::Literal{Value::String(spec)}, e.span);
  return CallFunction("TRIM", {std::move(side), std::move(chars), std::move(operand)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Array& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> elements, BindAll(n.elements));
  return MakeExpr(Expr::MakeCollection{Type::kList, std::move(elements)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Bag& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> elements, BindAll(n.elements));
  return MakeExpr(Expr::MakeCollection{Type::kBag, std::move(elements)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Sexp& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> elements, BindAll(n.elements));
  return MakeExpr(Expr::MakeCollection{Type::kSexp, std::move(elements)}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Tuple& n, const ast::Expr& e) {
  Expr::MakeStruct make;
  for (const auto& [name, value] : n.pairs) {
    Expr::StructPart part;
    PARTON_ASSIGN_OR_RETURN(part.name, BindExpr(*name));
    PARTON_ASSIGN_OR_RETURN(part.value, BindExpr(*value));
    make.parts.push_back(std::move(part));
  }
  return MakeExpr(std::move(make), e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Subquery& n, const ast::Expr& e) {
  return BindSubquery(*n.query, true, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::GraphMatch& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindGraph(n, e.span));
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), e.span);
}

Result<ExprPtr> Binder::BindSubquery(const ast::Query& query, bool coerce, TextSpan span) {
  ++with_.depth;
  Result<BoundQuery> bound = BindQuery(query);
  --with_.depth;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
  if (q.query.shape == Query::Shape::kValue && q.query.root->inputs.size() == 1 &&
      q.query.root->inputs[0]->As<Plan::Once>() != nullptr) {
    if (const auto* compute = q.query.root->As<Plan::Compute>()) return compute->outputs[0].expr;
  }
  auto kind = Expr::Subquery::Kind::kCollection;
  if (coerce && q.explicit_columns && q.query.shape != Query::Shape::kPivot) {
    if (q.query.columns.size() > 1) {
      return Status::Validation("a subquery that stands for a value must select one column", span,
                                "SELECT VALUE gives a collection");
    }
    kind = Expr::Subquery::Kind::kScalar;
  }
  return MakeSubquery(kind, std::move(q), span);
}

ExprPtr Binder::MakeSubquery(Expr::Subquery::Kind kind, BoundQuery q, TextSpan span) {
  q.query.span = span;
  Expr::Subquery sub;
  sub.kind = kind;
  sub.reads = SlotsFree(*q.query.root);
  sub.text = "subquery";
  sub.plan = std::make_shared<const Query>(std::move(q.query));
  return MakeExpr(std::move(sub), span);
}

}  // namespace parton::binder
