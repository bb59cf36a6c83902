// Walks down from the top with what is demanded of each access (an order, a number of rows), picks the
// cheapest candidate there, and drops sorts that the chosen path makes needless.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/access_candidates.h"
#include "planner/predicate/terms.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// `CREATE INDEX` that would serve the filter: on an attribute compared by equality, if there is one.
std::string IndexHint(const Plan::Access& access) {
  for (const ExprPtr& term : Conjuncts(access.filter)) {
    const Term t = ReadTerm(*term, access.slot);
    if (t.op != Term::Op::kEqual) continue;
    const std::string_view attribute = AttributeOf(*t.operand, access.slot);
    std::string type = "STRING";
    if (const auto* literal = t.value->As<Expr::Literal>()) {
      if (literal->value.is_exact()) type = "NUMBER";
      if (literal->value.type() == Type::kBlob) type = "BINARY";
    }
    return fmt::format("CREATE INDEX by_{0} ON {1} ({0} {2}) would turn it into a Query", attribute, access.table->name,
                       type);
  }
  return fmt::format("add a condition on the partition key {} or on an index's", access.table->key.hash.name);
}

class Chooser {
 public:
  explicit Chooser(const RuleContext& context) : context_(context) {}

  // *ordered tells whether demand.order is met by the result.
  Result<PlanPtr> Visit(const PlanPtr& plan, const Demand& demand, bool* ordered) {
    *ordered = demand.order.empty();
    if (const auto* n = plan->As<Plan::Access>()) return Choose(*n, demand, ordered);
    if (const auto* n = plan->As<Plan::Limit>()) return VisitLimit(plan, *n, demand);
    if (const auto* n = plan->As<Plan::Sort>()) {
      Demand below;
      below.order = n->keys;
      below.rows = demand.rows;
      below.positions = demand.positions;
      bool sorted = false;
      PARTON_ASSIGN_OR_RETURN(PlanPtr input, Visit(plan->inputs[0], below, &sorted));
      return sorted ? input : WithInputs(plan, {std::move(input)});
    }
    if (const auto* n = plan->As<Plan::Compute>()) {
      Demand below = demand;
      for (SortKey& key : below.order) key.expr = Substitute(key.expr, n->outputs);
      return VisitFirst(plan, below, ordered);
    }
    // Semi-joins keep the order of their left rows too.
    if (plan->As<Plan::Filter>() || plan->As<Plan::Unnest>() || plan->As<Plan::SemiJoin>()) {
      Demand below;
      below.order = demand.order;
      below.positions = demand.positions;
      return VisitFirst(plan, below, ordered);
    }
    if (const auto* n = plan->As<Plan::Join>()) return VisitJoin(plan, *n, demand, ordered);
    return VisitInputs(plan);
  }

 private:
  static ExprPtr Substitute(const ExprPtr& e, const std::vector<SlotExpr>& outputs) {
    const auto* slot = e->As<Expr::Slot>();
    if (slot == nullptr) return e;
    for (const SlotExpr& o : outputs) {
      if (o.slot == slot->index) return o.expr;
    }
    return e;
  }

  Result<PlanPtr> VisitInputs(const PlanPtr& plan) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : plan->inputs) {
      bool ignored;
      PARTON_ASSIGN_OR_RETURN(PlanPtr planned, Visit(input, Demand{}, &ignored));
      inputs.push_back(std::move(planned));
    }
    return WithInputs(plan, std::move(inputs));
  }

  // The demand goes to the first input; the others get none.
  Result<PlanPtr> VisitFirst(const PlanPtr& plan, const Demand& demand, bool* ordered) {
    std::vector<PlanPtr> inputs;
    for (size_t i = 0; i < plan->inputs.size(); ++i) {
      bool ignored;
      PARTON_ASSIGN_OR_RETURN(PlanPtr planned,
                              Visit(plan->inputs[i], i == 0 ? demand : Demand{}, i == 0 ? ordered : &ignored));
      inputs.push_back(std::move(planned));
    }
    return WithInputs(plan, std::move(inputs));
  }

  Result<PlanPtr> VisitLimit(const PlanPtr& plan, const Plan::Limit& limit, const Demand& demand) {
    Demand below;
    const uint64_t offset = LiteralCount(limit.offset).value_or(0);
    below.rows = LimitedRows(limit);
    below.positions = limit.after != nullptr;
    if (below.rows && demand.rows && demand.order.empty()) below.rows = std::min(*below.rows, *demand.rows + offset);
    bool ignored;
    PARTON_ASSIGN_OR_RETURN(PlanPtr input, Visit(plan->inputs[0], below, &ignored));
    return WithInputs(plan, {std::move(input)});
  }

  // Joins keep the order of their left rows, unless unmatched right rows follow.
  Result<PlanPtr> VisitJoin(const PlanPtr& plan, const Plan::Join& join, const Demand& demand, bool* ordered) {
    Demand left;
    if (join.kind != JoinKind::kRight && join.kind != JoinKind::kFull) left.order = demand.order;
    bool left_ordered = false;
    bool ignored;
    PARTON_ASSIGN_OR_RETURN(PlanPtr l, Visit(plan->inputs[0], left, &left_ordered));
    PARTON_ASSIGN_OR_RETURN(PlanPtr r, Visit(plan->inputs[1], Demand{}, &ignored));
    *ordered = demand.order.empty() || (!left.order.empty() && left_ordered);
    return WithInputs(plan, {std::move(l), std::move(r)});
  }

  Result<PlanPtr> Choose(const Plan::Access& access, const Demand& demand, bool* ordered) {
    PARTON_RETURN_IF_ERROR(CheckPinned(access));
    std::vector<std::string> rejected;
    std::vector<Candidate> candidates = AccessCandidates(access, demand, context_, &rejected);
    PARTON_CHECK(!candidates.empty());
    if (candidates.size() > 1) NoteValues(candidates[0], context_);
    size_t best = 0;
    // Where scans are forbidden, statistics must not make one of what could do without.
    const bool deny = context_.settings->scan == ScanPolicy::kDeny;
    auto rank = [&](const Candidate& c) {
      return std::tuple(demand.positions && !c.gives_order, deny && IsScan(c.access), c.cost);
    };
    for (size_t i = 1; i < candidates.size(); ++i) {
      if (rank(candidates[i]) < rank(candidates[best])) best = i;
    }
    Candidate& chosen = candidates[best];
    *ordered = chosen.gives_order;
    if (chosen.access.kind == AccessKind::kEmpty) {
      return MakePlan(Plan::Empty{"no item can meet the condition " + ToString(*access.filter), {access.slot}});
    }
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (i == best) continue;
      const char* note =
          candidates[i].access.fetch && !chosen.access.fetch ? ": needs a fetch of each item, about " : ": about ";
      rejected.push_back(fmt::format("{}{}{:.0f} items' cost against {:.0f}", candidates[i].name, note,
                                     candidates[i].cost, chosen.cost));
    }
    if (IsScan(chosen.access)) PARTON_RETURN_IF_ERROR(GuardScan(chosen.access));
    chosen.access.rejected = std::move(rejected);
    return MakePlan(std::move(chosen.access), {}, chosen.estimate);
  }

  Status CheckPinned(const Plan::Access& access) const {
    if (access.index == nullptr || !access.pinned) return Status::Ok();
    const IndexSchema& index = *access.index;
    if (index.state != IndexState::kActive) {
      return Status::Validation(fmt::format("Cannot read from backfilling global secondary index: {}", index.name));
    }
    if (index.kind == IndexKind::kGlobal && access.consistent) {
      return Status::Validation("Strongly consistent read is not supported on Global Secondary Indexes");
    }
    if (index.kind == IndexKind::kGlobal && !access.whole_item) {
      std::string missing;
      for (const std::string& a : access.attributes) {
        if (index.Covers(a, access.table->key)) continue;
        missing += (missing.empty() ? "" : ", ") + a;
      }
      if (!missing.empty()) {
        return Status::Validation(
            fmt::format("One or more parameter values were invalid: Global secondary index {} does not project [{}]",
                        index.name, missing));
      }
    }
    return Status::Ok();
  }

  Status GuardScan(const Plan::Access& access) const {
    const ScanPolicy policy = context_.settings->scan;
    if (policy == ScanPolicy::kAllow) return Status::Ok();
    std::string source = access.table->name;
    if (access.index != nullptr) source += "." + access.index->name;
    const bool whole = access.kind == AccessKind::kScan;
    const std::string what = whole ? fmt::format("the whole of {}", source)
                                   : fmt::format("{} from one end: the range of partition keys is open", source);
    if (policy == ScanPolicy::kDeny) {
      return Status(StatusCode::kScanDenied, fmt::format("the statement scans {}", what), {},
                    IndexHint(access) + "; SET scan = allow lifts the refusal");
    }
    if (context_.notices != nullptr) {
      context_.notices->push_back(fmt::format("scans {}; {}", what, IndexHint(access)));
    }
    return Status::Ok();
  }

  const RuleContext& context_;
};

}  // namespace

Result<PlanPtr> ChooseAccessPaths(const PlanPtr& plan, const RuleContext& context) {
  bool ordered;
  return Chooser(context).Visit(plan, Demand{}, &ordered);
}

}  // namespace parton
