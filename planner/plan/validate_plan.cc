// The rules' safety net: what every plan must fulfil, whatever rule made it.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/plan/plan_visit.h"

namespace parton {

namespace {

using Slots = std::vector<int>;

struct InputCount {
  size_t least;
  size_t most;
};

// How many inputs a node of that kind has.
InputCount InputsOf(const Plan& plan) {
  if (plan.As<Plan::Once>() || plan.As<Plan::Empty>() || plan.As<Plan::Access>() || plan.As<Plan::FunctionScan>()) {
    return {0, 0};
  }
  if (plan.As<Plan::Join>() || plan.As<Plan::SemiJoin>() || plan.As<Plan::SetOperation>() ||
      plan.As<Plan::Recursive>()) {
    return {2, 2};
  }
  if (plan.As<Plan::Unnest>() || plan.As<Plan::Shared>() || plan.As<Plan::GraphMatch>()) return {0, 1};
  return {1, 1};
}

// A literal that no key of the type can be compared with is a mistake of the rule: it should have seen that.
bool FitsKey(const ExprPtr& e, KeyType type) {
  const auto* literal = e == nullptr ? nullptr : e->As<Expr::Literal>();
  if (literal == nullptr) return true;
  switch (type) {
    case KeyType::kString: return literal->value.is_text();
    case KeyType::kNumber: return literal->value.is_numeric();
    case KeyType::kBinary: return literal->value.type() == Type::kBlob;
  }
  return false;
}

// The fault of the keys and ranges of an access, by its kind; empty if there is none.
class AccessCheck {
 public:
  explicit AccessCheck(const Plan::Access& access)
      : access_(access), key_(access.index != nullptr ? access.index->key : access.table->key) {}

  std::string_view Fault() const {
    switch (access_.kind) {
      case AccessKind::kEmpty: return {};
      case AccessKind::kScan:
        return access_.keys.empty() && access_.ranges.empty() && !Lists() ? "" : "a scan has keys";
      case AccessKind::kGetItem:
        if (access_.keys.size() != 1 || Lists()) return "GetItem takes one key";
        return Keys();
      case AccessKind::kBatchGet:
        if (access_.keys.empty() && !Lists()) return "BatchGet has no keys";
        return Keys();
      case AccessKind::kQuery:
        if (access_.ranges.empty()) return "Query has no partition key";
        return Ranges(true);
      case AccessKind::kRangeScan:
        if (access_.ranges.empty() || Lists()) return "RangeScan has no range";
        return Ranges(false);
    }
    return {};
  }

 private:
  bool Lists() const { return access_.hash_list != nullptr || access_.range_list != nullptr; }

  std::string_view Keys() const {
    if (access_.index != nullptr) return "an index has no items to get";
    if (!access_.ranges.empty()) return "keys and ranges in one access";
    if (access_.range_list != nullptr && !key_.range) return "a list of sort keys without a sort key";
    for (const AccessKey& k : access_.keys) {
      if ((k.hash == nullptr) != (access_.hash_list != nullptr)) return "a key needs one partition key";
      const bool has_range = k.range != nullptr || access_.range_list != nullptr;
      if (has_range != key_.range.has_value()) return "a key does not have the table's attributes";
      if (!FitsKey(k.hash, key_.hash.type)) return "a partition key is of another type";
      if (key_.range && !FitsKey(k.range, key_.range->type)) return "a sort key is of another type";
    }
    return {};
  }

  std::string_view Ranges(bool of_sort_key) const {
    if (!access_.keys.empty()) return "keys and ranges in one access";
    for (const AccessRange& r : access_.ranges) {
      if (of_sort_key && (r.hash == nullptr) != (access_.hash_list != nullptr))
        return "a range needs one partition key";
      if (!of_sort_key && r.hash != nullptr) return "a range of partition keys has a partition key";
      if (!FitsKey(r.hash, key_.hash.type)) return "a partition key is of another type";
      for (const auto* rows : {&r.row_lows, &r.row_highs}) {
        if (!std::all_of(rows->begin(), rows->end(), [&](const RowBoundExpr& b) { return RowFits(b, of_sort_key); })) {
          return "a bound on a row does not fit the key";
        }
      }
      const bool bounded = !r.lows.empty() || !r.highs.empty() || !r.prefixes.empty();
      if (!bounded) {
        if (!of_sort_key && !r.HasLow() && !r.HasHigh()) return "RangeScan has no bounds";
        continue;
      }
      if (of_sort_key && !key_.range) return "bounds without a sort key";
      const KeyType type = of_sort_key ? key_.range->type : key_.hash.type;
      auto fits = [&](const BoundExpr& b) { return b.value != nullptr && FitsKey(b.value, type); };
      if (!std::all_of(r.lows.begin(), r.lows.end(), fits) || !std::all_of(r.highs.begin(), r.highs.end(), fits)) {
        return "a bound is of another type than the key";
      }
      if (!r.prefixes.empty() && type == KeyType::kNumber) return "a number has no prefix";
    }
    return {};
  }

  bool RowFits(const RowBoundExpr& b, bool of_sort_key) const {
    size_t components = 0;
    for (const KeySchema* key : {access_.index != nullptr ? &access_.index->key : nullptr, &access_.table->key}) {
      if (key != nullptr) components += key->parts();
    }
    if (of_sort_key && !b.with_hash) --components;
    if (b.values.empty() || b.values.size() > components || b.fixed > b.values.size()) return false;
    return std::find(b.values.begin(), b.values.end(), nullptr) == b.values.end() && (of_sort_key || !b.with_hash);
  }

  const Plan::Access& access_;
  const KeySchema& key_;
};

class Validator {
 public:
  explicit Validator(const Slots& outer) { Show(outer); }

  Status Run(const Plan& plan, Slots* defined) {
    PARTON_RETURN_IF_ERROR(Visit(plan, defined));
    return Status::Ok();
  }

 private:
  static Status Wrong(std::string what) { return Status::Internal(std::move(what)); }

  bool Visible(int slot) const { return visible_.contains(slot); }
  void Show(const Slots& slots) { visible_.insert(slots.begin(), slots.end()); }
  void Hide(const Slots& slots) {
    for (int s : slots) visible_.erase(visible_.find(s));
  }

  // The slots `plan` defines are added to *defined.
  Status Visit(const Plan& plan, Slots* defined) {
    const InputCount count = InputsOf(plan);
    if (plan.inputs.size() < count.least || plan.inputs.size() > count.most) {
      return Wrong(fmt::format("{} has {} inputs", Describe(plan).name, plan.inputs.size()));
    }
    for (const PlanPtr& input : plan.inputs) {
      if (input == nullptr) return Wrong("an input is null");
    }
    Slots first, second;
    if (!plan.inputs.empty()) PARTON_RETURN_IF_ERROR(Visit(*plan.inputs[0], &first));
    if (plan.inputs.size() > 1) {
      const auto* join = plan.As<Plan::Join>();
      const bool lateral = join != nullptr && join->lateral;
      if (lateral) Show(first);
      PARTON_RETURN_IF_ERROR(Visit(*plan.inputs[1], &second));
      if (lateral) Hide(first);
    }
    PARTON_RETURN_IF_ERROR(CheckNode(plan, first, second));

    const bool replaces = plan.As<Plan::Aggregate>() || plan.As<Plan::SetOperation>() || plan.As<Plan::Recursive>() ||
                          plan.As<Plan::Shared>();
    if (!replaces) {
      defined->insert(defined->end(), first.begin(), first.end());
      if (!plan.As<Plan::SemiJoin>()) defined->insert(defined->end(), second.begin(), second.end());
    }
    const Slots own = SlotsOwn(plan);
    defined->insert(defined->end(), own.begin(), own.end());
    return Status::Ok();
  }

  Status CheckNode(const Plan& plan, const Slots& first, const Slots& second) {
    if (const auto* n = plan.As<Plan::Access>()) return CheckAccess(*n);
    if (const auto* n = plan.As<Plan::SemiJoin>()) return CheckSemiJoin(*n, first, second);
    if (const auto* n = plan.As<Plan::SetOperation>()) {
      PARTON_RETURN_IF_ERROR(CheckApart(first, second));
      PARTON_RETURN_IF_ERROR(CheckApart(first, {n->slot}));
      PARTON_RETURN_IF_ERROR(Needs(first, n->left_slot, "the left side of a set operation"));
      return Needs(second, n->right_slot, "the right side of a set operation");
    }
    if (const auto* n = plan.As<Plan::Recursive>()) {
      PARTON_RETURN_IF_ERROR(Needs(first, n->seed_slot, "the first part of a recursive query"));
      return Needs(second, n->step_slot, "the repeated part of a recursive query");
    }
    if (const auto* n = plan.As<Plan::Distinct>()) return Needs(first, n->slot, "the input of DISTINCT");
    if (const auto* n = plan.As<Plan::Shared>()) {
      return plan.inputs.empty() ? Status::Ok() : Needs(first, n->slot, "a shared query");
    }
    if (const auto* n = plan.As<Plan::Gather>()) {
      return n->threads < 1 ? Wrong("Gather without threads") : Status::Ok();
    }
    if (const auto* n = plan.As<Plan::Join>()) return CheckJoin(*n, first, second);
    if (const auto* n = plan.As<Plan::Aggregate>(); n != nullptr && n->stage == Plan::Aggregate::Stage::kFinal) {
      return CheckFinal(*n, *plan.inputs[0]);
    }

    // What the other nodes' expressions may read: their inputs, and of what they define themselves the computed values,
    // which may build on each other, and a pattern's variables.
    Slots seen = first;
    if (plan.As<Plan::Compute>() || plan.As<Plan::GraphMatch>()) {
      const Slots own = SlotsOwn(plan);
      seen.insert(seen.end(), own.begin(), own.end());
    }
    return CheckAll(plan, seen);
  }

  // The second half of an aggregation merges what the first half, which evaluates the expressions, has made.
  static Status CheckFinal(const Plan::Aggregate& n, const Plan& input) {
    const Plan& below = input.As<Plan::Gather>() ? *input.inputs[0] : input;
    const auto* partial = below.As<Plan::Aggregate>();
    const bool fits = partial != nullptr && partial->stage == Plan::Aggregate::Stage::kPartial &&
                      partial->keys.size() == n.keys.size() && partial->calls.size() == n.calls.size();
    return fits ? Status::Ok() : Wrong("a final aggregate without its partial one");
  }

  // Every expression of the node, over `seen` and what is outside.
  Status CheckAll(const Plan& plan, const Slots& seen) {
    Status error;
    Show(seen);
    ForEachExpr(plan, [&](const ExprPtr& e) {
      if (error.ok()) error = CheckReads(e);
    });
    Hide(seen);
    return error;
  }
  Status Check(const ExprPtr& e, const Slots& seen) {
    if (e == nullptr) return Status::Ok();
    Show(seen);
    Status s = CheckReads(e);
    Hide(seen);
    return s;
  }
  Status CheckReads(const ExprPtr& e) {
    for (int slot : SlotsRead(*e)) {
      if (!Visible(slot))
        return Wrong(fmt::format("{} reads slot {}, which nothing defines there", ToString(*e), slot));
    }
    return HasSubquery(*e) ? CheckSubqueries(*e) : Status::Ok();
  }
  static Status CheckSubqueries(const Expr& e) {
    if (const auto* subquery = e.As<Expr::Subquery>()) {
      return ValidateQuery(*static_cast<const Query*>(subquery->plan.get()), subquery->reads);
    }
    Status error;
    ForEachChild(e, [&](const ExprPtr& child) {
      if (error.ok() && child != nullptr) error = CheckSubqueries(*child);
    });
    return error;
  }

  static Status Needs(const Slots& slots, int slot, std::string_view what) {
    if (std::find(slots.begin(), slots.end(), slot) != slots.end()) return Status::Ok();
    return Wrong(fmt::format("{} does not define slot {}", what, slot));
  }

  Status CheckAccess(const Plan::Access& n) {
    if (std::string_view fault = AccessCheck(n).Fault(); !fault.empty()) {
      return Wrong(fmt::format("access to {}: {}", n.table->name, fault));
    }
    Plan::Access bounds = n;
    bounds.filter = nullptr;
    bounds.exclusive = nullptr;
    bounds.pushed_filter = nullptr;
    PARTON_RETURN_IF_ERROR(CheckAll(*MakePlan(std::move(bounds)), {}));
    PARTON_RETURN_IF_ERROR(Check(n.filter, {n.slot}));
    PARTON_RETURN_IF_ERROR(Check(n.exclusive, {n.slot}));
    if (n.pushed_filter != nullptr && HasSubquery(*n.pushed_filter))
      return Wrong("a subquery is pushed into the store");
    if (n.pushed_filter == n.filter) return Status::Ok();
    const std::vector<ExprPtr> terms = Conjuncts(n.filter);
    for (const ExprPtr& pushed : Conjuncts(n.pushed_filter)) {
      if (std::find(terms.begin(), terms.end(), pushed) == terms.end()) {
        return Wrong("a term is pushed into the store that is none of the filter's");
      }
    }
    return Status::Ok();
  }

  Status CheckKeys(const std::vector<std::pair<ExprPtr, ExprPtr>>& keys, const Slots& left, const Slots& right) {
    for (const auto& [l, r] : keys) {
      if (l == nullptr || r == nullptr) return Wrong("a join key is null");
      PARTON_RETURN_IF_ERROR(Check(l, left));
      PARTON_RETURN_IF_ERROR(Check(r, right));
    }
    return Status::Ok();
  }
  static Status CheckApart(const Slots& left, const Slots& right) {
    for (int slot : right) {
      if (std::find(left.begin(), left.end(), slot) != left.end()) {
        return Wrong(fmt::format("both sides define slot {}", slot));
      }
    }
    return Status::Ok();
  }
  Status CheckJoin(const Plan::Join& n, const Slots& left, const Slots& right) {
    const bool keeps_right = n.kind == JoinKind::kRight || n.kind == JoinKind::kFull;
    if (n.lateral && keeps_right) return Wrong("a lateral join cannot keep unmatched right rows");
    if (n.lateral && n.strategy == JoinStrategy::kHash) return Wrong("a lateral join cannot hash its right side");
    if (n.strategy == JoinStrategy::kHash && n.keys.empty()) return Wrong("a hash join without keys");
    if (n.strategy != JoinStrategy::kHash && !n.keys.empty()) return Wrong("keys of a join that does not hash");
    if (n.kind == JoinKind::kCross && (n.on != nullptr || !n.keys.empty()))
      return Wrong("a cross join with a condition");
    PARTON_RETURN_IF_ERROR(CheckApart(left, right));
    PARTON_RETURN_IF_ERROR(CheckKeys(n.keys, left, right));
    Slots both = left;
    both.insert(both.end(), right.begin(), right.end());
    return Check(n.on, both);
  }
  Status CheckSemiJoin(const Plan::SemiJoin& n, const Slots& left, const Slots& right) {
    if (n.null_aware && n.keys.empty()) return Wrong("a null-aware join without a key");
    if (n.mark_slot < 0 && n.null_aware && !n.anti) return Wrong("a null-aware join that is no anti-join");
    if (n.mark_slot >= 0) PARTON_RETURN_IF_ERROR(CheckApart(left, {n.mark_slot}));
    PARTON_RETURN_IF_ERROR(CheckApart(left, right));
    PARTON_RETURN_IF_ERROR(CheckKeys(n.keys, left, right));
    Slots both = left;
    both.insert(both.end(), right.begin(), right.end());
    return Check(n.on, both);
  }

  std::multiset<int> visible_;
};

}  // namespace

Status ValidatePlan(const Plan& plan, const std::vector<int>& outer_slots) {
  Slots defined;
  return Validator(outer_slots).Run(plan, &defined);
}

Status ValidateQuery(const Query& query, const std::vector<int>& outer_slots) {
  Slots defined;
  PARTON_RETURN_IF_ERROR(Validator(outer_slots).Run(*query.root, &defined));
  for (int slot : {query.slot, query.name_slot}) {
    if (slot >= 0 && std::find(defined.begin(), defined.end(), slot) == defined.end()) {
      return Status::Internal(fmt::format("the query's root does not define slot {}", slot));
    }
  }
  return Status::Ok();
}

}  // namespace parton
