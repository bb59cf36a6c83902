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

bool IsOrder(CompareOp op) { return op != CompareOp::kEq && op != CompareOp::kNe; }

Status CheckWidths(const ast::Array& a, const ast::Array& b, TextSpan span) {
  if (a.elements.size() == b.elements.size()) return Status::Ok();
  return Status::Validation(
      fmt::format("a row of {} values cannot be compared with one of {}", a.elements.size(), b.elements.size()), span);
}

// Element by element: every one equal, or (negated) some one not.
ExprPtr RowsEqual(const ast::Array& a, const std::vector<ExprPtr>& x, const ast::Array& b,
                  const std::vector<ExprPtr>& y, bool negated, TextSpan span) {
  std::vector<ExprPtr> terms;
  for (size_t i = 0; i < x.size(); ++i) {
    const bool rows = AsRow(*a.elements[i]) != nullptr && AsRow(*b.elements[i]) != nullptr;
    terms.push_back(MakeExpr(Expr::Compare{negated ? CompareOp::kNe : CompareOp::kEq, x[i], y[i], rows}, span));
  }
  return negated ? MakeExpr(Expr::Or{std::move(terms)}, span) : MakeExpr(Expr::And{std::move(terms)}, span);
}

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

Result<ExprPtr> Binder::BindComparand(const ast::Expr& e, const ast::Expr& other) {
  // (a, b) = (SELECT x, y ...): the subquery's row as an array.
  const auto* sub = e.As<ast::Subquery>();
  const auto* row = other.As<ast::Array>();
  if (sub == nullptr || row == nullptr || !row->row) return BindExpr(e);
  ++subquery_depth_;
  Result<BoundQuery> bound = BindQuery(*sub->query);
  --subquery_depth_;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
  Expr::Subquery::Kind kind = q.explicit_columns ? Expr::Subquery::Kind::kRow : Expr::Subquery::Kind::kCollection;
  return MakeSubquery(kind, std::move(q), e.span);
}

Result<ExprPtr> Binder::BindRows(const ast::Comparison& n, const ast::Expr& e) {
  const ast::Array* a = AsRow(*n.left);
  const ast::Array* b = AsRow(*n.right);
  if (a != nullptr && b != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*a, *b, e.span));
  if (a != nullptr && b != nullptr && !IsOrder(n.op) && !a->elements.empty()) {
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> x, BindAll(a->elements));
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> y, BindAll(b->elements));
    return RowsEqual(*a, x, *b, y, n.op == CompareOp::kNe, e.span);
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindComparand(*n.left, *n.right));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindComparand(*n.right, *n.left));
  const bool query = n.left->As<ast::Subquery>() != nullptr || n.right->As<ast::Subquery>() != nullptr;
  // A row and a list that is no row are equal as lists are.
  const bool rows = IsOrder(n.op) || query;
  return MakeExpr(Expr::Compare{n.op, std::move(left), std::move(right), rows}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Comparison& n, const ast::Expr& e) {
  if (n.quantifier != ast::Comparison::Quantifier::kNone) return BindQuantified(n, e);
  if (!dynamo() && (AsRow(*n.left) != nullptr || AsRow(*n.right) != nullptr)) return BindRows(n, e);
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindComparand(*n.left, *n.right));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindComparand(*n.right, *n.left));
  return MakeExpr(Expr::Compare{n.op, std::move(left), std::move(right)}, e.span);
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

Result<ExprPtr> Binder::BindNode(const ast::DistinctFrom& n, const ast::Expr& e) {
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindExpr(*n.left));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindExpr(*n.right));
  return DistinctFrom(std::move(left), std::move(right), n.negated, e.span);
}

Result<ExprPtr> Binder::BindElements(const ast::Expr& needle, const ast::Expr& haystack) {
  const auto* sub = haystack.As<ast::Subquery>();
  if (sub == nullptr) return BindCollection(haystack);
  const ast::Array* row = AsRow(needle);
  ++subquery_depth_;
  Result<BoundQuery> bound = BindQuery(*sub->query, row != nullptr ? RowForm::kArray : RowForm::kColumn);
  --subquery_depth_;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), haystack.span);
}

Result<ExprPtr> Binder::BindQuantified(const ast::Comparison& n, const ast::Expr& e) {
  const bool all = n.quantifier == ast::Comparison::Quantifier::kAll;
  const bool rows = AsRow(*n.left) != nullptr;
  PARTON_ASSIGN_OR_RETURN(ExprPtr left, BindExpr(*n.left));
  PARTON_ASSIGN_OR_RETURN(ExprPtr right, BindElements(*n.left, *n.right));
  // = ANY is IN, <> ALL is NOT IN: semi-joins and key look-ups are made of those.
  if (n.op == (all ? CompareOp::kNe : CompareOp::kEq)) {
    return MakeExpr(Expr::In{std::move(left), std::move(right), all, rows}, e.span);
  }
  std::vector<ExprPtr> args{std::move(left), std::move(right)};
  return MakeExpr(Expr::Call{&QuantifiedFunction(n.op, all, rows), std::move(args)}, e.span);
}

Result<ExprPtr> Binder::BindRowList(const ast::In& n, const ast::Expr& e) {
  const ast::Array& needle = *AsRow(*n.needle);
  const auto& list = *n.haystack->As<ast::Array>();
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> x, BindAll(needle.elements));
  std::vector<ExprPtr> terms;
  for (const ast::ExprPtr& element : list.elements) {
    PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> y, BindAll(AsRow(*element)->elements));
    terms.push_back(RowsEqual(needle, x, *AsRow(*element), y, false, element->span));
  }
  ExprPtr any = terms.size() == 1 ? terms[0] : MakeExpr(Expr::Or{std::move(terms)}, e.span);
  return n.negated ? MakeExpr(Expr::Not{std::move(any)}, e.span) : any;
}

Result<ExprPtr> Binder::BindNode(const ast::In& n, const ast::Expr& e) {
  constexpr size_t kMostRows = 1000;  // that become terms
  const ast::Array* row = dynamo() ? nullptr : AsRow(*n.needle);
  const auto* list = n.haystack->As<ast::Array>();
  if (row != nullptr && list != nullptr) {
    bool all_rows = !list->elements.empty() && !row->elements.empty();
    for (const ast::ExprPtr& element : list->elements) {
      const ast::Array* other = AsRow(*element);
      if (other != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*row, *other, element->span));
      all_rows = all_rows && other != nullptr;
    }
    if (all_rows && list->elements.size() <= kMostRows) return BindRowList(n, e);
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr needle, BindExpr(*n.needle));
  PARTON_ASSIGN_OR_RETURN(ExprPtr haystack, BindElements(*n.needle, *n.haystack));
  return MakeExpr(Expr::In{std::move(needle), std::move(haystack), n.negated, row != nullptr}, e.span);
}

Result<ExprPtr> Binder::BindNode(const ast::Between& n, const ast::Expr& e) {
  if (!dynamo() && AsRow(*n.value) != nullptr) {
    for (const ast::ExprPtr& bound : {std::cref(n.low), std::cref(n.high)}) {
      if (AsRow(*bound) != nullptr) PARTON_RETURN_IF_ERROR(CheckWidths(*AsRow(*n.value), *AsRow(*bound), bound->span));
    }
    PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*n.value));
    PARTON_ASSIGN_OR_RETURN(ExprPtr low, BindComparand(*n.low, *n.value));
    PARTON_ASSIGN_OR_RETURN(ExprPtr high, BindComparand(*n.high, *n.value));
    Expr::And both;
    both.terms.push_back(MakeExpr(Expr::Compare{CompareOp::kGe, value, std::move(low), true}, e.span));
    both.terms.push_back(MakeExpr(Expr::Compare{CompareOp::kLe, value, std::move(high), true}, e.span));
    ExprPtr between = MakeExpr(std::move(both), e.span);
    return n.negated ? MakeExpr(Expr::Not{std::move(between)}, e.span) : between;
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*n.value));
  PARTON_ASSIGN_OR_RETURN(ExprPtr low, BindExpr(*n.low));
  PARTON_ASSIGN_OR_RETURN(ExprPtr high, BindExpr(*n.high));
  return MakeExpr(Expr::Between{std::move(value), std::move(low), std::move(high), n.negated}, e.span);
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
  ++subquery_depth_;
  Result<BoundQuery> bound = BindQuery(query);
  --subquery_depth_;
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
