// Function calls: scalar functions, aggregates, windows, and the forms that are no plain functions.
#include <fmt/format.h>

#include <algorithm>

#include "planner/binder/binder_internal.h"
#include "types/functions/functions.h"

namespace parton::binder {

namespace {

bool IsWindowFunction(std::string_view upper) {
  static constexpr std::string_view kNames[] = {"ROW_NUMBER",  "RANK",       "DENSE_RANK", "PERCENT_RANK",
                                                "CUME_DIST",   "NTILE",      "LAG",        "LEAD",
                                                "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"};
  for (std::string_view name : kNames) {
    if (name == upper) return true;
  }
  return false;
}

std::pair<int, int> WindowArguments(std::string_view upper) {
  if (upper == "LAG" || upper == "LEAD") return {1, 3};
  if (upper == "NTILE" || upper == "FIRST_VALUE" || upper == "LAST_VALUE") return {1, 1};
  if (upper == "NTH_VALUE") return {2, 2};
  return {0, 0};
}

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
  std::string upper = UpperCase(word->name.name);
  if (std::find(f.keywords.begin(), f.keywords.end(), upper) == f.keywords.end()) return nullptr;
  return MakeExpr(Expr::Literal{Value::String(upper)}, arg.span);
}

// attribute_type(p, NUMBER): ddbsh's words for the types a key may have; null if it is none of
// them.
ExprPtr TypeWord(const ast::Expr& arg) {
  const auto* word = arg.As<ast::Variable>();
  if (word == nullptr || word->local || word->name.quoted) return nullptr;
  std::string upper = UpperCase(word->name.name);
  const char* code = upper == "NUMBER" ? "N" : upper == "STRING" ? "S" : upper == "BINARY" ? "B" : nullptr;
  return code == nullptr ? nullptr : MakeExpr(Expr::Literal{Value::String(code)}, arg.span);
}

}  // namespace

Result<ExprPtr> Binder::CheckedOperator(ExprPtr e) const {
  if (strict()) PARTON_RETURN_IF_ERROR(CheckOperatorStatically(*e).At(e->span));
  return e;
}

Result<ExprPtr> Binder::CallFunction(std::string_view name, std::vector<ExprPtr> args, TextSpan span) {
  const ScalarFunction* f = FindScalarFunction(name);
  if (f == nullptr) return Status::Unsupported(fmt::format("there is no function {}", name), span);
  Status fits = CheckCallStatically(*f, args, /*counts_only=*/!strict());
  if (!fits.ok()) return std::move(fits).At(span);
  return MakeExpr(Expr::Call{f, std::move(args)}, span);
}

Result<ExprPtr> Binder::BindFunction(const ast::Call& call, TextSpan span) {
  std::string name = UpperCase(call.name.name);
  if (name == "EXISTS" && call.args.size() == 1) {
    if (const auto* sub = call.args[0]->As<ast::Subquery>()) {
      ++subquery_depth_;
      Result<BoundQuery> bound = BindQuery(*sub->query);
      --subquery_depth_;
      PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(bound));
      if (q.query.shape == Query::Shape::kBag || q.query.shape == Query::Shape::kList) {
        return MakeSubquery(Expr::Subquery::Kind::kExists, std::move(q), span);
      }
      std::vector<ExprPtr> args{MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span)};
      return CallFunction(name, std::move(args), span);
    }
  }
  const ScalarFunction* scalar = FindScalarFunction(name);
  const AggregateFunction* aggregate = FindAggregateFunction(name);
  if (aggregate != nullptr && (scalar == nullptr || call.star || call.args.size() <= 1 || call.filter != nullptr)) {
    return BindAggregate(call, *aggregate, span);
  }
  if (IsWindowFunction(name)) {
    return Status::Validation(fmt::format("{} needs an OVER clause", name), call.name.span);
  }
  if (name == "GROUPING" && scalar == nullptr) return BindGrouping(call, span);
  if (scalar == nullptr) {
    std::string nearest = NearestFunction(name);
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
  Restore<const Scope*> rows(&scope_, block_->from);
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
    Restore<const Scope*> rows(&scope_, block_->from);
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

Status Binder::FillWindow(const ast::WindowSpec& spec, Plan::WindowCall* call) {
  if (!spec.base.empty()) {
    const ast::NamedWindow* found = nullptr;
    for (const ast::NamedWindow& w : block_->select->windows) {
      if (SameName(w.name.name, spec.base)) found = &w;
    }
    if (found == nullptr) {
      return Status::Validation(fmt::format("there is no window \"{}\"", spec.base.name), spec.base.span);
    }
    if (&found->spec == &spec || SameName(found->spec.base.name, spec.base)) {
      return Status::Validation(fmt::format("the window \"{}\" refers to itself", spec.base.name), spec.base.span);
    }
    PARTON_RETURN_IF_ERROR(FillWindow(found->spec, call));
    if (!spec.partition_by.empty()) {
      return Status::Validation("a window that extends another cannot have its own PARTITION BY", spec.base.span);
    }
    if (!spec.order_by.empty() && !call->order.empty()) {
      return Status::Validation("the window this one extends has an ORDER BY already", spec.base.span);
    }
  }
  for (const ast::ExprPtr& e : spec.partition_by) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr key, BindExpr(*e));
    call->partition.push_back(std::move(key));
  }
  for (const ast::OrderItem& item : spec.order_by) {
    PARTON_ASSIGN_OR_RETURN(SortKey key, BindSortKey(item));
    call->order.push_back(std::move(key));
  }
  if (spec.frame == nullptr) {
    if (spec.base.empty() || !spec.order_by.empty()) {
      // From the start to the current row and its peers; all of the partition without an order.
      call->frame = Plan::WindowCall::Frame::kRange;
      call->start_offset.reset();
      if (call->order.empty()) {
        call->end_offset.reset();
      } else {
        call->end_offset = ExprPtr();
      }
    }
    return Status::Ok();
  }
  const ast::WindowFrame& frame = *spec.frame;
  switch (frame.unit) {
    case ast::WindowFrame::Unit::kRows: call->frame = Plan::WindowCall::Frame::kRows; break;
    case ast::WindowFrame::Unit::kRange: call->frame = Plan::WindowCall::Frame::kRange; break;
    case ast::WindowFrame::Unit::kGroups:
      call->frame = Plan::WindowCall::Frame::kGroups;
      if (call->order.empty()) return Status::Validation("a GROUPS frame needs an ORDER BY");
  }
  auto bound = [&](const ast::FrameBound& b, bool start, std::optional<ExprPtr>* offset, bool* following) -> Status {
    using Kind = ast::FrameBound::Kind;
    switch (b.kind) {
      case Kind::kUnboundedPreceding:
        if (!start) return Status::Validation("a frame cannot end with UNBOUNDED PRECEDING");
        offset->reset();
        return Status::Ok();
      case Kind::kUnboundedFollowing:
        if (start) return Status::Validation("a frame cannot start with UNBOUNDED FOLLOWING");
        offset->reset();
        return Status::Ok();
      case Kind::kCurrentRow: *offset = ExprPtr(); return Status::Ok();
      case Kind::kPreceding:
      case Kind::kFollowing: {
        PARTON_ASSIGN_OR_RETURN(ExprPtr e, BindExpr(*b.offset));
        if (call->frame == Plan::WindowCall::Frame::kRange && call->order.size() != 1) {
          return Status::Validation("a RANGE frame with an offset needs one ORDER BY key", b.offset->span);
        }
        *offset = std::move(e);
        *following = b.kind == Kind::kFollowing;
        return Status::Ok();
      }
    }
    return Status::Ok();
  };
  PARTON_RETURN_IF_ERROR(bound(frame.start, true, &call->start_offset, &call->start_following));
  return bound(frame.end, false, &call->end_offset, &call->end_following);
}

Result<ExprPtr> Binder::BindWindow(const ast::Call& call, TextSpan span) {
  std::string name = UpperCase(call.name.name);
  if (block_ == nullptr || block_->no_windows != nullptr) {
    return Status::Validation(fmt::format("the window function {} cannot stand in {}", name,
                                          block_ == nullptr ? "an expression without FROM" : block_->no_windows),
                              span);
  }
  if (block_->in_window || block_->in_aggregate) {
    return Status::Validation("window functions cannot be nested", span);
  }
  Plan::WindowCall w;
  w.function = name;
  if (!IsWindowFunction(name)) {
    w.aggregate = FindAggregateFunction(name);
    if (w.aggregate == nullptr) {
      return Status::Validation(fmt::format("{} is no window function", call.name.name), call.name.span);
    }
    if (call.star && name != "COUNT") {
      return Status::Validation(fmt::format("only COUNT takes *, not {}", name), span);
    }
    if (!call.star && (call.args.empty() || static_cast<int>(call.args.size()) > w.aggregate->max_args)) {
      return Status::Validation(fmt::format("wrong number of arguments for {}", name), span, w.aggregate->signature);
    }
  } else {
    auto [least, most] = WindowArguments(name);
    int count = static_cast<int>(call.args.size());
    if (count < least || count > most || call.star) {
      return Status::Validation(
          fmt::format("{} takes {} arguments", name,
                      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most)),
          span);
    }
    if (call.filter != nullptr) return Status::Validation("FILTER is for aggregate functions", span);
  }
  w.distinct = call.quantifier == ast::SetQuantifier::kDistinct;
  if (w.distinct && (w.aggregate == nullptr || call.star)) {
    return Status::Validation(fmt::format("{} takes no DISTINCT", call.star ? "COUNT(*)" : name), span);
  }
  w.ignore_nulls = call.nulls == ast::Call::Nulls::kIgnore;
  if (!call.order_by.empty() && w.aggregate == nullptr) {
    return Status::Validation(fmt::format("{} takes no ORDER BY in its parentheses", name), span,
                              "OVER (ORDER BY ...) orders the rows of its window");
  }
  std::vector<SortKey> order;
  block_->in_window = true;
  Status status = [&]() -> Status {
    PARTON_ASSIGN_OR_RETURN(w.args, BindAll(call.args));
    if (call.filter != nullptr) {
      PARTON_ASSIGN_OR_RETURN(w.filter, BindExpr(*call.filter));
    }
    for (const ast::OrderItem& item : call.order_by) {
      PARTON_ASSIGN_OR_RETURN(SortKey key, BindSortKey(item));
      order.push_back(std::move(key));
    }
    return FillWindow(*call.over, &w);
  }();
  block_->in_window = false;
  if (!status.ok()) return std::move(status).At(span);
  if ((name == "LAG" || name == "LEAD" || name == "RANK" || name == "DENSE_RANK" || name == "PERCENT_RANK" ||
       name == "CUME_DIST") &&
      w.order.empty() && strict()) {
    return Status::Validation(fmt::format("{} needs ORDER BY in its window", name), span);
  }
  w.slot = NewSlot();
  ExprPtr result = SlotRef(w.slot, name, span);
  if (!order.empty()) {
    // The rows of the frame as a list, which is sorted for each row.
    result = OrderedAggregate(result, *w.aggregate, w.args.size(), w.distinct, order, span);
    w.args = {OrderedRow(w.args, order, span)};
    w.function = "ARRAY_AGG";
    w.aggregate = FindAggregateFunction(w.function);
    w.distinct = false;
  }
  block_->windows.push_back(std::move(w));
  return result;
}

}  // namespace parton::binder
