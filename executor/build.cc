// The one switch from plan nodes to operators, and what each keeps: the slots read above it.
#include <algorithm>
#include <iterator>
#include <type_traits>

#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "planner/plan/plan_visit.h"

namespace parton {

namespace {

OperatorPtr Build(const Plan& plan, const SlotSet& live, ExecutionContext& ctx);

void AddSortReads(const std::vector<SortKey>& keys, SlotSet* out) {
  for (const SortKey& k : keys) AddReads(k.expr, out);
}

// What the node's inputs must provide: what is read above it, and by the node itself.
SlotSet InputLive(const Plan& plan, const SlotSet& live) {
  SlotSet out = live;
  ForEachExpr(plan, [&](const ExprPtr& e) { AddReads(e, &out); });
  return out;
}

struct Builder {
  const Plan& plan;
  const SlotSet& live;
  ExecutionContext& ctx;

  OperatorPtr Input(size_t i, const SlotSet& needed) { return Build(*plan.inputs[i], needed, ctx); }
  OperatorPtr Input() { return Input(0, InputLive(plan, live)); }

  OperatorPtr operator()(const Plan::Once&) { return MakeOnce(ctx); }
  OperatorPtr operator()(const Plan::Empty&) { return MakeEmpty(ctx); }
  OperatorPtr operator()(const Plan::Access& n) { return MakeAccess(n, ctx); }
  OperatorPtr operator()(const Plan::FunctionScan& n) { return MakeFunctionScan(n, ctx); }
  OperatorPtr operator()(const Plan::Unnest& n) {
    return MakeUnnest(n, plan.inputs.empty() ? MakeOnce(ctx) : Input(), ctx);
  }
  OperatorPtr operator()(const Plan::Filter& n) { return MakeFilter(n, Input(), ctx); }
  OperatorPtr operator()(const Plan::Compute& n) { return MakeCompute(n, Input(), ctx); }
  OperatorPtr operator()(const Plan::Limit& n) { return MakeLimit(n, Input(), ctx); }
  OperatorPtr operator()(const Plan::Distinct& n) {
    SlotSet needed = live;
    needed.insert(n.slot);
    std::vector<int> kept = {n.slot};
    for (int s : KeptSlots(*plan.inputs[0], live)) {
      if (s != n.slot) kept.push_back(s);
    }
    return MakeDistinct(Input(0, needed), std::move(kept), ctx);
  }

  OperatorPtr operator()(const Plan::Join& n) {
    SlotSet needed = InputLive(plan, live);
    SlotSet left_needed = needed;
    if (n.lateral) {
      for (int s : SlotsFree(*plan.inputs[1])) left_needed.insert(s);
    }
    OperatorPtr left = Input(0, left_needed);
    if (const Plan::Access* access = PointLookup(plan)) {
      return MakeLookupJoin(plan, *access, std::move(left), KeptSlots(*plan.inputs[0], left_needed), ctx);
    }
    OperatorPtr right = Input(1, needed);
    std::vector<int> left_slots = KeptSlots(*plan.inputs[0], needed);
    std::vector<int> right_slots = KeptSlots(*plan.inputs[1], needed);
    if (n.strategy == JoinStrategy::kHash && !n.keys.empty() && !n.lateral) {
      return MakeHashJoin(n, std::move(left), std::move(right), std::move(left_slots), std::move(right_slots), ctx);
    }
    return MakeNestedLoopJoin(n, std::move(left), std::move(right), std::move(left_slots), std::move(right_slots), ctx);
  }
  OperatorPtr operator()(const Plan::SemiJoin& n) {
    SlotSet needed = InputLive(plan, live);
    std::vector<int> free = SlotsFree(*plan.inputs[1]);
    bool correlated = Intersects(free, SlotsDefined(*plan.inputs[0]));
    SlotSet left_needed = needed;
    left_needed.insert(free.begin(), free.end());
    OperatorPtr left = Input(0, left_needed);
    OperatorPtr right = Input(1, needed);
    if (n.mark_slot >= 0) {
      return MakeMarkJoin(n, std::move(left), std::move(right), KeptSlots(*plan.inputs[1], needed), ctx);
    }
    return MakeSemiJoin(n, std::move(left), std::move(right), correlated, KeptSlots(*plan.inputs[0], needed),
                        KeptSlots(*plan.inputs[1], needed), ctx);
  }

  OperatorPtr operator()(const Plan::Aggregate& n) {
    if (n.stage == Plan::Aggregate::Stage::kFinal) {
      const Plan& below = *plan.inputs[0];
      const auto* gather = below.As<Plan::Gather>();
      const Plan& partial = gather != nullptr ? *below.inputs[0] : below;
      if (partial.As<Plan::Aggregate>() != nullptr) {
        return MakeParallelAggregate(n, partial, gather != nullptr ? gather->threads : 1, ctx);
      }
    }
    SlotSet needed;
    ForEachExpr(plan, [&](const ExprPtr& e) { AddReads(e, &needed); });
    return MakeAggregate(n, Input(0, needed), KeptSlots(*plan.inputs[0], needed), ctx);
  }
  OperatorPtr operator()(const Plan::Window& n) {
    SlotSet needed = InputLive(plan, live);
    return MakeWindow(n, Input(0, needed), KeptSlots(*plan.inputs[0], needed), ctx);
  }
  OperatorPtr operator()(const Plan::Sort& n) {
    SlotSet needed = live;
    AddSortReads(n.keys, &needed);
    return MakeSort(n, Input(0, needed), KeptSlots(*plan.inputs[0], live), ctx);
  }
  OperatorPtr operator()(const Plan::SetOperation& n) {
    return MakeSetOperation(n, Input(0, {n.left_slot}), Input(1, {n.right_slot}), ctx);
  }
  OperatorPtr operator()(const Plan::Shared& n) {
    if (plan.inputs.empty()) return MakeRecursionScan(n, ctx);
    // Copies of one shared query that the rules made have its id in common. Odd: no address is.
    const void* key = reinterpret_cast<const void*>(static_cast<uintptr_t>(n.id) * 2 + 1);
    if (!SlotsFree(*plan.inputs[0]).empty()) key = nullptr;
    return MakeShared(n, Input(0, {n.slot}), key, ctx);
  }
  OperatorPtr operator()(const Plan::Recursive& n) {
    return MakeRecursive(n, Input(0, {n.seed_slot}), Input(1, {n.step_slot}), ctx);
  }
  OperatorPtr operator()(const Plan::Gather& n) {
    if (ctx.worker || n.threads <= 1) return Input(0, live);
    return MakeGather(n, *plan.inputs[0], live, ctx);
  }
  OperatorPtr operator()(const Plan::GraphMatch& n) {
    return MakeGraphMatch(n, plan.inputs.empty() ? MakeOnce(ctx) : Input(), ctx);
  }
};

OperatorPtr Build(const Plan& plan, const SlotSet& live, ExecutionContext& ctx) {
  OperatorPtr op = std::visit(Builder{plan, live, ctx}, plan.node);
  if (ctx.shared->profiling) op = MakeProfiled(plan, std::move(op), ctx);
  return op;
}

class Profiled final : public Operator {
 public:
  Profiled(const Plan& plan, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), plan_(plan), input_(std::move(input)) {
    // The entry is made here: the destructor must not be in need of memory.
    ctx_.shared->AddProfile(&plan_, profile_);
  }
  ~Profiled() override {
    if (const ReadStats* reads = input_->reads()) profile_.reads = *reads;
    ctx_.shared->AddProfile(&plan_, profile_);
  }
  bool Open() override {
    ++profile_.opens;
    Meter meter(&profile_, ctx_);
    return input_->Open();
  }
  bool Next() override {
    Meter meter(&profile_, ctx_);
    bool more = input_->Next();
    profile_.rows += more ? 1 : 0;
    return more;
  }
  void Close() override {
    Meter meter(&profile_, ctx_);
    input_->Close();
  }
  const ReadStats* reads() const override { return nullptr; }

 private:
  struct Meter {
    Meter(OperatorProfile* sum, const ExecutionContext& ctx)
        : sum(sum), ctx(ctx), start(std::chrono::steady_clock::now()), spilled_before(ctx.spilled_bytes) {}
    ~Meter() {
      const auto time = std::chrono::steady_clock::now() - start;
      sum->nanos += std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
      sum->spilled_bytes += ctx.spilled_bytes - spilled_before;
    }
    OperatorProfile* sum;
    const ExecutionContext& ctx;
    std::chrono::steady_clock::time_point start;
    uint64_t spilled_before;
  };
  const Plan& plan_;
  OperatorPtr input_;
  OperatorProfile profile_;
};

}  // namespace

OperatorPtr BuildOperator(const Plan& plan, const SlotSet& live, ExecutionContext& ctx) {
  return Build(plan, live, ctx);
}

OperatorPtr MakeProfiled(const Plan& plan, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Profiled>(plan, std::move(input), ctx);
}

}  // namespace parton
