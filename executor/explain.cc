// EXPLAIN and EXPLAIN ANALYZE.
#include <fmt/format.h>

#include "executor/connection.h"

namespace parton {

namespace {

void Annotate(const ExecutionShared& shared, PlanDescription* d) {
  if (auto it = shared.profiles.find(d->plan); d->plan != nullptr && it != shared.profiles.end()) {
    const OperatorProfile& p = it->second;
    d->properties.emplace_back("rows", std::to_string(p.rows));
    if (p.opens > 1) d->properties.emplace_back("opened", fmt::format("{} times", p.opens));
    if (d->plan->As<Plan::Access>() != nullptr) {
      d->properties.emplace_back("items examined", std::to_string(p.reads.items_examined));
      d->properties.emplace_back("bytes read", std::to_string(p.reads.bytes_read));
      d->properties.emplace_back("seeks", std::to_string(p.reads.seeks));
    }
    d->properties.emplace_back("time", fmt::format("{:.3f} ms", static_cast<double>(p.nanos) / 1e6));
  }
  for (PlanDescription& input : d->inputs) Annotate(shared, &input);
}

}  // namespace

Status RunExplain(const ExplainPlan& explain, Execution* result) {
  const PlannedStatement& inner = *explain.statement;
  const auto* query = std::get_if<QueryPtr>(&inner.body);
  const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&inner.body);
  if (query == nullptr && write == nullptr) {
    return Status::Unsupported("EXPLAIN takes queries, INSERT, REPLACE, UPSERT, UPDATE and DELETE");
  }
  if (explain.format == ExplainPlan::Format::kApi || explain.format == ExplainPlan::Format::kCli) {
    return Status::Unsupported("EXPLAIN has the formats TEXT and JSON");
  }
  PlanDescription d = query != nullptr ? Describe(**query) : Describe(**write);
  if (explain.analyze) {
    ExecutionShared& shared = result->shared();
    shared.profiling = true;
    auto start = std::chrono::steady_clock::now();
    uint64_t rows = 0;
    Status s;
    if (query != nullptr) {
      result->PrepareShared(false);
      s = result->RunQuery(**query, inner.slot_count, [&](const Value&) {
        ++rows;
        return Status();
      });
    } else {
      s = result->RunWriteStatement(**write, inner.slot_count);
      rows = result->affected();
    }
    shared.profiling = false;
    PARTON_RETURN_IF_ERROR(s);
    Annotate(shared, &d);
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    d.properties.emplace_back(query != nullptr ? "result rows" : "items changed", std::to_string(rows));
    d.properties.emplace_back("total time", fmt::format("{:.3f} ms", ms));
  }
  for (const std::string& notice : inner.notices) result->AddNotice(notice);
  std::string text = explain.format == ExplainPlan::Format::kJson ? RenderJson(d) : RenderText(d);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  result->ClearRows();
  result->SetText(ResultKind::kText, std::move(text));
  return Status();
}

}  // namespace parton
