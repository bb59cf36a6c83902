// A large scan runs in workers, each over segments of one snapshot, together with the filters, projections
// and unnestings right above it, and with the first half of an aggregation. Gather gives the workers' rows
// in segment order, so nothing above can tell.
#include <algorithm>
#include <thread>
#include <unordered_set>

#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// Fewer bytes than this are read faster by one thread than handed out.
constexpr uint64_t kSmallTableBytes = 4 << 20;
constexpr uint64_t kSmallTableItems = 20000;
constexpr uint64_t kSmallLimit = 1000;

int ThreadCount(const Settings& settings) {
  if (settings.threads > 0) return settings.threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

class Parallelizer {
 public:
  explicit Parallelizer(const RuleContext& context) : context_(context), threads_(ThreadCount(*context.settings)) {}

  PlanPtr Visit(const PlanPtr& plan) {
    if (threads_ <= 1) return plan;
    // Its rows have positions, which need one cursor.
    if (const auto* limit = plan->As<Plan::Limit>(); limit != nullptr && limit->after != nullptr) return plan;
    if (const auto* aggregate = plan->As<Plan::Aggregate>()) {
      if (PlanPtr split = SplitAggregate(plan, *aggregate)) return split;
    }
    if (PlanPtr chain = Chain(plan)) return Gathered(chain);
    std::vector<PlanPtr> inputs = plan->inputs;
    const auto* join = plan->As<Plan::Join>();
    for (size_t i = 0; i < inputs.size(); ++i) {
      // The right side of a lateral join is opened for each left row.
      if (i == 1 && join != nullptr && join->lateral) continue;
      inputs[i] = Visit(inputs[i]);
    }
    return WithInputs(plan, std::move(inputs));
  }

 private:
  // `plan` with its access marked for threads, if it is a chain of row-wise nodes over a large scan.
  PlanPtr Chain(const PlanPtr& plan) {
    // Asked at each node of what may be a long pile.
    if (no_chains_.contains(plan.get())) return nullptr;
    PlanPtr chain = NewChain(plan);
    if (chain == nullptr) no_chains_.insert(plan.get());
    return chain;
  }

  PlanPtr NewChain(const PlanPtr& plan) {
    CheckStack();
    if (UsesSubquery(*plan)) return nullptr;
    if (const auto* access = plan->As<Plan::Access>()) {
      if (!Worthwhile(*access)) return nullptr;
      Plan::Access copy = *access;
      copy.threads = threads_;
      return MakePlan(std::move(copy), {}, plan->estimate);
    }
    const bool row_wise = plan->As<Plan::Filter>() || plan->As<Plan::Compute>() || plan->As<Plan::Unnest>();
    if (!row_wise) return nullptr;
    PlanPtr input = Chain(plan->inputs[0]);
    return input == nullptr ? nullptr : WithInputs(plan, {std::move(input)});
  }

  bool Worthwhile(const Plan::Access& access) const {
    if (context_.store == nullptr || access.backward) return false;
    if (access.kind != AccessKind::kScan && access.kind != AccessKind::kRangeScan) return false;
    if (access.limit && *access.limit <= kSmallLimit && access.filter == nullptr) return false;
    TableStats stats = context_.store->Stats(*access.table, access.index);
    return stats.approximate_bytes > kSmallTableBytes || stats.approximate_items > kSmallTableItems;
  }

  PlanPtr Gathered(PlanPtr chain) const {
    Estimate estimate = chain->estimate;
    return MakePlan(Plan::Gather{threads_}, {std::move(chain)}, estimate);
  }

  PlanPtr SplitAggregate(const PlanPtr& plan, const Plan::Aggregate& aggregate) {
    if (aggregate.stage != Plan::Aggregate::Stage::kWhole || aggregate.group_as_slot >= 0) return nullptr;
    for (const Plan::AggregateCall& c : aggregate.calls) {
      if (c.distinct || !c.order.empty()) return nullptr;
    }
    if (UsesSubquery(*plan)) return nullptr;
    PlanPtr chain = Chain(plan->inputs[0]);
    if (chain == nullptr) return nullptr;
    Plan::Aggregate partial = aggregate;
    partial.stage = Plan::Aggregate::Stage::kPartial;
    Plan::Aggregate final = aggregate;
    final.stage = Plan::Aggregate::Stage::kFinal;
    PlanPtr below = MakePlan(std::move(partial), {std::move(chain)}, plan->estimate);
    return MakePlan(std::move(final), {Gathered(std::move(below))}, plan->estimate);
  }

  const RuleContext& context_;
  const int threads_;
  std::unordered_set<const Plan*> no_chains_;
};

}  // namespace

Result<PlanPtr> Parallelize(const PlanPtr& plan, const RuleContext& context) {
  if (!context.parallel) return plan;
  return Parallelizer(context).Visit(plan);
}

}  // namespace parton
