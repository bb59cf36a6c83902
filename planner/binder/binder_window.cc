// Window functions: the call, and the window it runs over.
#include <fmt/format.h>

#include <utility>

#include "planner/binder/binder_internal.h"
#include "types/functions/program_functions.h"

namespace parton::binder {

bool IsWindowFunction(std::string_view upper) {
  static constexpr std::string_view kNames[] = {"ROW_NUMBER",  "RANK",       "DENSE_RANK", "PERCENT_RANK",
                                                "CUME_DIST",   "NTILE",      "LAG",        "LEAD",
                                                "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"};
  for (std::string_view name : kNames) {
    if (name == upper) return true;
  }
  return false;
}

namespace {

std::pair<int, int> WindowArguments(std::string_view upper) {
  if (upper == "LAG" || upper == "LEAD") return {1, 3};
  if (upper == "NTILE" || upper == "FIRST_VALUE" || upper == "LAST_VALUE") return {1, 1};
  if (upper == "NTH_VALUE") return {2, 2};
  return {0, 0};
}

}  // namespace

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
  std::string name = AsciiUpper(call.name.name);
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
    w.aggregate = FindAggregateFunction(input_.functions, name);
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
