// A large scan runs in workers, each over segments of one snapshot, together with the filters, projections
// and unnestings right above it, and with the first half of an aggregation. Gather gives the workers' rows
// in segment order, so nothing above can tell. What threads cost decides how many there are, or none: each has its
// operators to make and its segments to seek, and a row that is handed over costs more than one that is scanned.
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
constexpr double kSmallTableBytes = 4 << 20;
constexpr double kSmallTableItems = 20000;
constexpr uint64_t kSmallLimit = 1000;
// What keeps a thread busy for much longer than it takes to start it.
constexpr double kBytesOfAThread = 2 << 20;
constexpr double kItemsOfAThread = 10000;
// A row that a thread hands over costs two to three times what it costs to scan one.
constexpr double kMostRowsHandedOver = 0.5;  // of those that are scanned

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
    if (PlanPtr chain = Chain(plan)) return WorthHandingOver(*chain) ? Gathered(chain) : plan;
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
      const int threads = ThreadsFor(*access, plan->estimate);
      if (threads <= 1) return nullptr;
      Plan::Access copy = *access;
      copy.threads = threads;
      return MakePlan(std::move(copy), {}, plan->estimate);
    }
    const bool row_wise = plan->As<Plan::Filter>() || plan->As<Plan::Compute>() || plan->As<Plan::Unnest>();
    if (!row_wise) return nullptr;
    PlanPtr input = Chain(plan->inputs[0]);
    return input == nullptr ? nullptr : WithInputs(plan, {std::move(input)});
  }

  // 1: it is not worth any.
  int ThreadsFor(const Plan::Access& access, const Estimate& estimate) const {
    if (context_.store == nullptr || access.backward) return 1;
    if (access.kind != AccessKind::kScan && access.kind != AccessKind::kRangeScan) return 1;
    if (access.limit && *access.limit <= kSmallLimit && access.filter == nullptr) return 1;
    const TableStats stats = context_.store->Stats(*access.table, access.index);
    // With bounds or a limit it reads a part of the table only.
    const auto all = static_cast<double>(stats.approximate_items);
    const double part = estimate.items > 0 && estimate.items < all ? estimate.items / all : 1;
    const double items = part * all, bytes = part * static_cast<double>(stats.approximate_bytes);
    if (bytes <= kSmallTableBytes && items <= kSmallTableItems) return 1;
    const double busy = std::max(bytes / kBytesOfAThread, items / kItemsOfAThread);
    return busy < threads_ ? static_cast<int>(busy) : threads_;
  }

  // Whether the chain's rows are few enough, or take enough work, to be handed over.
  static bool WorthHandingOver(const Plan& chain) {
    const Plan* plan = &chain;
    for (; plan->As<Plan::Access>() == nullptr; plan = plan->inputs[0].get()) {
      if (plan->As<Plan::Filter>() == nullptr) return true;
    }
    return chain.estimate.rows <= kMostRowsHandedOver * plan->estimate.items;
  }

  static int ThreadsOf(const Plan& chain) {
    const Plan* plan = &chain;
    while (plan->As<Plan::Access>() == nullptr) plan = plan->inputs[0].get();
    return plan->As<Plan::Access>()->threads;
  }

  static PlanPtr Gathered(PlanPtr chain) {
    const Estimate estimate = chain->estimate;
    const int threads = ThreadsOf(*chain);
    return MakePlan(Plan::Gather{threads}, {std::move(chain)}, estimate);
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
