// EXPLAIN and EXPLAIN ANALYZE.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "planner/dynamo/api_calls.h"
#include "planner/plan/plan_facts.h"
#include "session/commands/commands.h"
#include "session/running_plan.h"

namespace parton::commands {

namespace {

// Puts what was measured beside what was planned, and finds the operator that took most time of its own.
class Annotator {
 public:
  explicit Annotator(const ExecutionShared& shared) : shared_(shared) {}

  void Run(PlanDescription* d) {
    Visit(d);
    if (operators_ > 1 && slowest_ != nullptr && total_ > 0) {
      const double share = 100 * static_cast<double>(most_) / static_cast<double>(total_);
      slowest_->properties.emplace_back(
          "slowest", fmt::format("{:.3f} ms of its own, {:.0f} %", static_cast<double>(most_) / 1e6, share));
    }
  }

 private:
  struct Sums {
    int64_t nanos = 0;
    uint64_t spilled_bytes = 0;
  };

  // What it took, with its inputs.
  Sums Visit(PlanDescription* d) {
    Sums inputs;
    for (PlanDescription& input : d->inputs) {
      const Sums sums = Visit(&input);
      inputs.nanos += sums.nanos;
      inputs.spilled_bytes += sums.spilled_bytes;
    }
    auto it = d->plan == nullptr ? shared_.profiles.end() : shared_.profiles.find(d->plan);
    if (it == shared_.profiles.end()) return inputs;
    const OperatorProfile& p = it->second;
    d->properties.emplace_back("rows", std::to_string(p.rows));
    if (p.opens > 1) d->properties.emplace_back("opened", fmt::format("{} times", p.opens));
    if (d->plan->As<Plan::Access>() != nullptr) {
      d->properties.emplace_back("items examined", std::to_string(p.reads.items_examined));
      d->properties.emplace_back("bytes read", std::to_string(p.reads.bytes_read));
      d->properties.emplace_back("seeks", std::to_string(p.reads.seeks));
      const ReadStats& reads = p.reads;
      if (reads.cache_hits + reads.cache_misses > 0) {
        d->properties.emplace_back("item cache",
                                   fmt::format("{} hits, {} misses", reads.cache_hits, reads.cache_misses));
      }
      if (reads.answer_hits + reads.answer_misses > 0) {
        d->properties.emplace_back("kept answers",
                                   fmt::format("{} hits, {} misses", reads.answer_hits, reads.answer_misses));
      }
      if (shared_.CountsCapacity() || p.reads.units > 0) {
        d->properties.emplace_back("read units", fmt::format("{}", p.reads.units));
      }
    }
    if (p.spilled_bytes > inputs.spilled_bytes) {
      d->properties.emplace_back("spilled",
                                 fmt::format("{} KB", (p.spilled_bytes - inputs.spilled_bytes + 1023) >> 10));
    }
    d->properties.emplace_back("time", fmt::format("{:.3f} ms", static_cast<double>(p.nanos) / 1e6));
    const int64_t own = std::max<int64_t>(0, p.nanos - inputs.nanos);
    ++operators_;
    total_ += own;
    if (slowest_ == nullptr || own > most_) {
      slowest_ = d;
      most_ = own;
    }
    return {p.nanos, p.spilled_bytes};
  }

  const ExecutionShared& shared_;
  PlanDescription* slowest_ = nullptr;
  int64_t most_ = 0;
  int64_t total_ = 0;
  int operators_ = 0;
};

// The items of an INSERT that gives them itself; more than a few are not worth showing.
Result<std::optional<std::vector<Value>>> GivenItems(const WritePlan& write, int slot_count, RunningPlan& run) {
  constexpr size_t kMaxShown = 1000;
  std::optional<std::vector<Value>> items;
  if (write.source == nullptr || ReadsData(*write.source->root)) return items;
  items.emplace();
  PARTON_RETURN_IF_ERROR(run.RunQuery(*write.source, slot_count, [&](const Value& row) {
    if (items->size() == kMaxShown) {
      return Status(StatusCode::kLimitExceeded, fmt::format("the statement writes more than {} items", kMaxShown));
    }
    items->push_back(row.Own());
    return Status();
  }));
  return items;
}

Status ExplainApi(const ExplainPlan& explain, const Query* query, const WritePlan* write, const CommandContext& context,
                  RunningPlan& run) {
  const int slot_count = explain.statement->slot_count;
  run.Prepare(false);
  ExecutionContext execution(&run.shared(), slot_count);
  ApiPlan plan;
  if (query != nullptr) {
    plan = ApiCallsOf(*query, context.settings, &execution.eval);
  } else {
    PARTON_ASSIGN_OR_RETURN(auto items, GivenItems(*write, slot_count, run));
    plan = ApiCallsOf(*write, items ? &*items : nullptr, context.settings, &execution.eval);
  }
  std::string text = explain.format == ExplainPlan::Format::kCli ? RenderCli(plan) : RenderApi(plan);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  context.result.ClearRows();
  context.result.SetText(ResultKind::kText, std::move(text));
  return Status::Ok();
}

// What reading costs by the estimates, in units of DynamoDB.
double EstimatedReadUnits(const PlanDescription& d) {
  double units = 0;
  for (const PlanDescription& input : d.inputs) units += EstimatedReadUnits(input);
  const auto* access = d.plan == nullptr ? nullptr : d.plan->As<Plan::Access>();
  if (access == nullptr) return units;
  const Estimate& e = d.plan->estimate;
  const double items = std::max(1.0, e.items);
  const bool keyed = access->kind == AccessKind::kGetItem || access->kind == AccessKind::kBatchGet;
  const double own =
      keyed ? items * std::ceil(std::max(1.0, e.bytes / items) / 4096) : std::ceil(std::max(1.0, e.bytes) / 4096);
  return units + (access->consistent ? own : own / 2);
}

std::string Money(double units, double price_of_million) {
  return fmt::format("{:.6g}", units / 1e6 * price_of_million);
}

// Units and their price, of statements that an engine is paid for.
void AddPrice(PlanDescription* d, const CommandContext& context) {
  const Settings& settings = context.settings;
  const bool remote = context.store.capabilities().bulk != nullptr;
  if (!remote && settings.price_of_reads == 0) return;
  const double units = EstimatedReadUnits(*d);
  if (units == 0) return;
  std::string text = fmt::format("about {}", units);
  if (settings.price_of_reads > 0) text += ", price " + Money(units, settings.price_of_reads);
  d->properties.emplace_back("read units", std::move(text));
}

// The same of what was consumed.
void AddPriceOf(const std::vector<ConsumedCapacity>& consumed, const Settings& settings, PlanDescription* d) {
  if (settings.price_of_reads == 0 && settings.price_of_writes == 0) return;
  double price = 0;
  for (const ConsumedCapacity& c : consumed) {
    price += c.read_units / 1e6 * settings.price_of_reads + c.write_units / 1e6 * settings.price_of_writes;
  }
  d->properties.emplace_back("price", fmt::format("{:.6g}", price));
}

}  // namespace

Status Explain(const ExplainPlan& explain, const CommandContext& context, RunningPlan& run) {
  const PlannedStatement& inner = *explain.statement;
  const auto* query = std::get_if<QueryPtr>(&inner.body);
  const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&inner.body);
  if (query == nullptr && write == nullptr) {
    return Status::Unsupported("EXPLAIN takes queries, INSERT, REPLACE, UPSERT, UPDATE and DELETE");
  }
  const bool api = explain.format == ExplainPlan::Format::kApi || explain.format == ExplainPlan::Format::kCli;
  if (api && explain.analyze) {
    return Status::Validation("EXPLAIN ANALYZE has the formats TEXT and JSON");
  }
  for (const std::string& notice : inner.notices) context.result.AddNotice(notice);
  if (api)
    return ExplainApi(explain, query != nullptr ? query->get() : nullptr, write != nullptr ? write->get() : nullptr,
                      context, run);
  PlanDescription d = query != nullptr ? Describe(**query) : Describe(**write);
  AddPrice(&d, context);
  if (explain.analyze) {
    ExecutionShared& shared = run.shared();
    shared.profiling = true;
    auto start = std::chrono::steady_clock::now();
    uint64_t rows = 0;
    Status s;
    if (query != nullptr) {
      run.Prepare(false);
      s = run.RunQuery(**query, inner.slot_count, [&](const Value&) {
        ++rows;
        return Status();
      });
    } else {
      s = run.RunWrite(**write, inner.slot_count, &context.result);
      rows = context.result.affected();
    }
    shared.profiling = false;
    PARTON_RETURN_IF_ERROR(s);
    Annotator(shared).Run(&d);
    const std::vector<ConsumedCapacity>* consumed = run.capacity();
    d.properties.emplace_back("consumed capacity", consumed == nullptr
                                                       ? "not counted of parallel scans; SET capacity = on counts it"
                                                   : consumed->empty() ? "none"
                                                                       : DescribeCapacity(*consumed, true));
    if (consumed != nullptr) AddPriceOf(*consumed, context.settings, &d);
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    d.properties.emplace_back(query != nullptr ? "result rows" : "items changed", std::to_string(rows));
    d.properties.emplace_back("total time", fmt::format("{:.3f} ms", ms));
  }
  std::string text = explain.format == ExplainPlan::Format::kJson ? RenderJson(d) : RenderText(d);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  context.result.ClearRows();
  context.result.SetText(ResultKind::kText, std::move(text));
  return Status();
}

}  // namespace parton::commands
