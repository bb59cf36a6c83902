// Function calls: scalar functions, aggregates, windows, and the forms that are no plain functions.
#include <fmt/format.h>

#include <algorithm>

#include "planner/binder/binder_internal.h"
#include "types/functions/program_functions.h"

namespace parton::binder {

namespace {

bool TakesCollections(const ScalarFunction& f, size_t index) {
  if (f.args.empty()) return false;
  ArgType type = f.args[std::min(index, f.args.size() - 1)];
  return type == ArgType::kCollection || type == ArgType::kSized || type == ArgType::kStruct;
}

// DATE_ADD(year, 1, x): the bare word as the text it stands for; null if the argument is none of
// the words.
ExprPtr KeywordArgument(const ScalarFunction& f, const ast::Expr& arg) {
  const auto* word = arg.As<ast::Variable>();
  if (word == nullptr || word->local || word->name.quoted) return nullptr;
  std::string upper = AsciiUpper(word->name.name);
  if (std::find(f.keywords.begin(), f.keywords.end(), upper) == f.keywords.end()) return nullptr;
  return MakeExpr(Expr::Literal{Value::String(upper)}, arg.span);
}

// attribute_type(p, NUMBER): ddbsh's words for the types a key may have; null if it is none of
// them.
ExprPtr TypeWord(const ast::Expr& arg) {
  const auto* word = arg.As<ast::Variable>();
  if (word == nullptr || word->local || word->name.quoted) return nullptr;
  std::string upper = AsciiUpper(word->name.name);
  const char* code = upper == "NUMBER" ? "N" : upper == "STRING" ? "S" : upper == "BINARY" ? "B" : nullptr;
  return code == nullptr ? nullptr : MakeExpr(Expr::Literal{Value::String(code)}, arg.span);
}

}  // namespace

Result<ExprPtr> Binder::CheckedOperator(ExprPtr e) const {
  if (strict()) PARTON_RETURN_IF_ERROR(CheckOperatorStatically(*e).At(e->span));
  return e;
}

Result<ExprPtr> Binder::CallFunction(std::string_view name, std::vector<ExprPtr> args, TextSpan span) {
  const ScalarFunction* f = FindScalarFunction(input_.functions, name);
  if (f == nullptr) return Status::Unsupported(fmt::format("there is no function {}", name), span);
  Status fits = CheckCallStatically(*f, args, /*counts_only=*/!strict());
  if (!fits.ok()) return std::move(fits).At(span);
  return MakeExpr(Expr::Call{f, std::move(args)}, span);
}

Result<ExprPtr> Binder::BindFunction(const ast::Call& call, TextSpan span) {
  std::string name = AsciiUpper(call.name.name);
  if (name == "EXISTS" && call.args.size() == 1) {
    if (const auto* sub = call.args[0]->As<ast::Subquery>()) {
      ++with_.depth;
      Result<BoundQuery> bound = BindQuery(*sub->query);
      --with_.depth;
      PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
      if (q.query.HasRows()) {
        return MakeSubquery(Expr::Subquery::Kind::kExists, std::move(q), span);
      }
      std::vector<ExprPtr> args{MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span)};
      return CallFunction(name, std::move(args), span);
    }
  }
  const ScalarFunction* scalar = FindScalarFunction(input_.functions, name);
  const AggregateFunction* aggregate = FindAggregateFunction(input_.functions, name);
  if (aggregate != nullptr && (scalar == nullptr || call.star || call.args.size() <= 1 || call.filter != nullptr)) {
    return BindAggregate(call, *aggregate, span);
  }
  if (IsWindowFunction(name)) {
    return Status::Validation(fmt::format("{} needs an OVER clause", name), call.name.span);
  }
  if (name == "GROUPING" && scalar == nullptr) return BindGrouping(call, span);
  if (scalar == nullptr) {
    std::string nearest = NearestFunction(input_.functions, name);
    return Status::Validation(dynamo() ? fmt::format("Unrecognized function: {} at {}:{}:{}", call.name.name, span.line,
                                                     span.column, call.name.name.size())
                                       : fmt::format("there is no function {}", call.name.name),
                              call.name.span, nearest.empty() ? "" : fmt::format("did you mean {}?", nearest));
  }
  if (call.star) return Status::Validation(fmt::format("{} does not take *", name), span, scalar->signature);
  if (call.filter != nullptr || !call.order_by.empty() || call.nulls != ast::Call::Nulls::kUnsaid) {
    return Status::Validation(fmt::format("{} is no aggregate function", name), span);
  }
  bool over_collection = name.starts_with("COLL_");
  if (call.quantifier == ast::SetQuantifier::kDistinct && !over_collection) {
    return Status::Validation(fmt::format("{} is no aggregate function: DISTINCT has no meaning", name), span);
  }
  std::vector<ExprPtr> args;
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (i == 0 && call.args.size() > 1) {
      if (ExprPtr word = KeywordArgument(*scalar, *call.args[i])) {
        args.push_back(std::move(word));
        continue;
      }
    }
    if (i == 1 && name == "ATTRIBUTE_TYPE") {
      if (ExprPtr word = TypeWord(*call.args[i])) {
        args.push_back(std::move(word));
        continue;
      }
    }
    bool collection = over_collection || TakesCollections(*scalar, i) || name == "EXISTS";
    PARTON_ASSIGN_OR_RETURN(ExprPtr arg, Bind(*call.args[i], !collection));
    args.push_back(std::move(arg));
  }
  if (call.quantifier == ast::SetQuantifier::kDistinct && args.size() == 1) {
    PARTON_ASSIGN_OR_RETURN(args[0], DistinctCollection(std::move(args[0]), span));
  }
  return CallFunction(name, std::move(args), span);
}

Result<ExprPtr> Binder::DistinctCollection(ExprPtr collection, TextSpan span) {
  Plan::Unnest unnest;
  unnest.collection = collection;
  unnest.slot = NewSlot();
  BoundQuery q;
  q.query.slot = unnest.slot;
  PlanPtr rows = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  q.query.root = MakePlan(Plan::Distinct{q.query.slot}, {std::move(rows)});
  ExprPtr distinct = MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
  // What is no collection stays for the function to judge.
  Expr::Case guarded;
  TypeSpec list, bag, sexp;
  list.kind = TypeSpec::Kind::kList;
  bag.kind = TypeSpec::Kind::kBag;
  sexp.kind = TypeSpec::Kind::kSexp;
  Expr::Or any;
  for (const TypeSpec& type : {list, bag, sexp}) {
    any.terms.push_back(MakeExpr(Expr::Is{collection, Expr::Is::Test::kType, type, false}, span));
  }
  guarded.branches.emplace_back(MakeExpr(std::move(any), span), std::move(distinct));
  guarded.otherwise = std::move(collection);
  return MakeExpr(std::move(guarded), span);
}

Block* Binder::BlockOf(const std::vector<ExprPtr>& args) const {
  std::vector<int> reads;
  for (const ExprPtr& arg : args) {
    std::vector<int> more = SlotsRead(*arg);
    reads.insert(reads.end(), more.begin(), more.end());
  }
  for (Block* b = block_; b != nullptr; b = b->outer) {
    for (const Variable& v : b->from->variables) {
      for (int slot : SlotsRead(*v.value)) {
        if (std::find(reads.begin(), reads.end(), slot) != reads.end()) return b;
      }
    }
  }
  return block_;
}

Status Binder::BindAggregateParts(const ast::Call& call, Plan::AggregateCall* out) {
  Restore<bool> inside(&block_->in_aggregate, true);
  Restore<const Scope*> rows(&scopes_.top, block_->from);
  PARTON_ASSIGN_OR_RETURN(out->args, BindAll(call.args));
  if (call.filter != nullptr) {
    PARTON_ASSIGN_OR_RETURN(out->filter, BindExpr(*call.filter));
  }
  for (const ast::OrderItem& item : call.order_by) {
    PARTON_ASSIGN_OR_RETURN(SortKey key, BindSortKey(item));
    out->order.push_back(std::move(key));
  }
  return Status::Ok();
}

namespace {

size_t HashOf(const Plan::AggregateCall& call) {
  size_t hash = std::hash<const void*>()(call.function);
  for (const ExprPtr& arg : call.args) hash = hash * 31 + HashExpr(*arg);
  return hash;
}

}  // namespace

Result<ExprPtr> Binder::BindAggregate(const ast::Call& call, const AggregateFunction& function, TextSpan span) {
  const std::string& name = function.name;
  Plan::AggregateCall a;
  a.function = &function;
  a.distinct = call.quantifier == ast::SetQuantifier::kDistinct;
  if (call.star) {
    if (name != "COUNT" || !call.args.empty()) {
      return Status::Validation(fmt::format("only COUNT takes *, not {}", name), span, function.signature);
    }
    if (a.distinct) return Status::Validation("COUNT(DISTINCT *) has no meaning", span);
  } else if (call.args.empty() || static_cast<int>(call.args.size()) > function.max_args) {
    return Status::Validation(
        fmt::format("{} takes {}", name,
                    function.max_args == 1 ? "one argument" : fmt::format("1 to {} arguments", function.max_args)),
        span, function.signature);
  }
  if (call.nulls != ast::Call::Nulls::kUnsaid) {
    return Status::Validation(fmt::format("IGNORE NULLS has no meaning for {}", name), span);
  }
  Block* home = block_;
  Status bound;
  if (block_ != nullptr) {
    const bool stands = block_->no_aggregates == nullptr && !block_->in_aggregate;
    bound = BindAggregateParts(call, &a);
    // Where the query takes no aggregates, SUM(t.a) is one of the query around it whose row t is.
    if (bound.ok() && !stands) home = BlockOf(a.args);
  }
  if (home == nullptr || home->no_aggregates != nullptr) {
    return Status::Validation(fmt::format("the aggregate function {} cannot stand in {}", name,
                                          home == nullptr ? "an expression without FROM" : home->no_aggregates),
                              span, fmt::format("COLL_{} takes a collection", name));
  }
  if (home->in_aggregate) {
    return Status::Validation("aggregate functions cannot be nested", span);
  }
  PARTON_RETURN_IF_ERROR(std::move(bound));
  a.text = name + "(";
  if (call.star) a.text += "*";
  if (a.distinct) a.text += "DISTINCT ";
  for (size_t i = 0; i < a.args.size(); ++i) a.text += (i > 0 ? ", " : "") + ToString(*a.args[i]);
  a.text += ")";
  const Plan::AggregateCall* ordered =
      home->ordered_aggregate < 0 ? nullptr : &home->aggregates[static_cast<size_t>(home->ordered_aggregate)];
  const auto [first, last] = home->aggregates_by_hash.equal_range(HashOf(a));
  for (auto it = first; it != last && a.order.empty(); ++it) {
    const Plan::AggregateCall& known = home->aggregates[it->second];
    // The same call twice is computed once.
    if (known.function != a.function || known.distinct != a.distinct || known.args.size() != a.args.size() ||
        (known.filter == nullptr) != (a.filter == nullptr)) {
      continue;
    }
    bool same = a.filter == nullptr || SameExpr(*a.filter, *known.filter);
    for (size_t i = 0; same && i < a.args.size(); ++i) same = SameExpr(*a.args[i], *known.args[i]);
    if (same) return SlotRef(known.slot, known.text, span);
  }
  a.slot = NewSlot();
  ExprPtr result = SlotRef(a.slot, a.text, span);
  if (ordered != nullptr && !a.order.empty() && !SameOrder(ordered->order, a.order)) {
    // The rows reach the groups in one order. What wants another one gets them as a list, and sorts it.
    result = OrderedAggregate(result, function, a.args.size(), a.distinct, a.order, span);
    a.args = {OrderedRow(a.args, a.order, span)};
    a.function = FindAggregateFunction("ARRAY_AGG");
    a.distinct = false;
    a.order.clear();
  }
  if (a.order.empty()) {
    home->aggregates_by_hash.emplace(HashOf(a), home->aggregates.size());
  } else {
    home->ordered_aggregate = static_cast<int>(home->aggregates.size());
  }
  home->aggregates.push_back(std::move(a));
  return result;
}

Result<ExprPtr> Binder::BindGrouping(const ast::Call& call, TextSpan span) {
  if (block_ == nullptr || block_->no_aggregates != nullptr || block_->in_aggregate || block_->grouping == nullptr) {
    return Status::Validation("GROUPING stands in the select list, HAVING and ORDER BY of a query with GROUP BY", span);
  }
  constexpr size_t kMostKeys = 31;  // a bit each
  if (call.args.empty() || call.args.size() > kMostKeys || call.star) {
    return Status::Validation(fmt::format("GROUPING takes 1 to {} keys of GROUP BY", kMostKeys), span);
  }
  const GroupingSets& grouping = *block_->grouping;
  std::vector<size_t> keys;
  for (const ast::ExprPtr& arg : call.args) {
    Restore<const Scope*> rows(&scopes_.top, block_->from);
    PARTON_ASSIGN_OR_RETURN(ExprPtr bound, BindExpr(*arg));
    auto key = std::find_if(grouping.keys.begin(), grouping.keys.end(),
                            [&](const ExprPtr& k) { return SameExpr(*k, *bound); });
    if (key == grouping.keys.end()) {
      return Status::Validation(fmt::format("{} is no key of GROUP BY", ToString(*bound)), arg->span);
    }
    keys.push_back(static_cast<size_t>(key - grouping.keys.begin()));
  }
  std::vector<Value> bits;  // by grouping set
  for (const std::vector<size_t>& set : grouping.sets) {
    int64_t n = 0;
    for (size_t key : keys) n = n * 2 + (std::find(set.begin(), set.end(), key) == set.end() ? 1 : 0);
    bits.push_back(Value::Int(n));
  }
  if (grouping.slot < 0) {
    return MakeExpr(Expr::Literal{bits.empty() ? Value::Int(0) : bits[0]}, span);
  }
  ExprPtr all = MakeExpr(Expr::Literal{Value::List(std::move(bits))}, span);
  return MakeExpr(Expr::Index{std::move(all), SlotRef(grouping.slot, "grouping set")}, span);
}

}  // namespace parton::binder
