#include "session/attribute_sample.h"

#include <fmt/format.h>

#include <functional>

#include "planner/plan/plan_visit.h"
#include "session/sample_items.h"
#include "types/functions/functions.h"
#include "types/schema/table_statistics.h"

namespace parton {

namespace {

constexpr int kPieces = 8;
constexpr SampleLimits kPerPiece{64, uint64_t{256} << 10};
constexpr int kDepth = 4;  // of nested paths
constexpr size_t kMostPaths = 5000;

void AddPaths(const Value& item, const std::string& above, int depth, AttributeSample* sample) {
  const Value whole = item.Materialize();
  for (const Field& f : whole.fields()) {
    if (f.value.is_missing() || sample->paths.size() >= kMostPaths) continue;
    const std::string path = above + f.name;
    sample->paths.insert(path);
    if (f.value.is_struct() && depth > 1) AddPaths(f.value, path + ".", depth - 1, sample);
    if (f.value.type() == Type::kList && depth > 1) {
      for (const Value& v : f.value.elements()) {
        if (v.is_struct()) AddPaths(v, path + ".", depth - 1, sample);
      }
    }
  }
}

AttributeSample Take(TableStore& store, const TablePtr& table) {
  AttributeSample sample;
  const std::unique_ptr<ReadView> view = store.NewView();
  for (const ScanSegment& segment : store.Split(*table, nullptr, {}, kPieces)) {
    SampleItems(store, *view, table, &segment, kPerPiece, [&](const Value& item) {
      ++sample.items;
      for (const Field& f : item.fields()) sample.names.insert(f.name);
      AddPaths(item, "", kDepth, &sample);
    });
  }
  return sample;
}

// The attributes that expressions read by name, by the slot of their item.
class Reads {
 public:
  std::map<int, std::map<std::string, TextSpan>> names;  // with where they stand first
  std::map<int, TablePtr> tables;

  void Add(const Plan& plan) {
    if (const auto* access = plan.As<Plan::Access>()) tables[access->slot] = access->table;
    ForEachExpr(plan, [this](const ExprPtr& e) { Add(*e); });
    for (const PlanPtr& input : plan.inputs) Add(*input);
  }

  void Add(const Expr& e) {
    if (TestsAbsence(e)) return;
    if (const auto* path = e.As<Expr::Path>()) {
      const auto* base = path->base->As<Expr::Slot>();
      if (base != nullptr && path->steps[0].index < 0) {
        names[base->index].try_emplace(path->steps[0].name, e.span);
      }
    }
    if (const auto* sub = e.As<Expr::Subquery>()) {
      Add(*static_cast<const Query*>(sub->plan.get())->root);
      return;
    }
    ForEachChild(e, [this](const ExprPtr& child) { Add(*child); });
  }

 private:
  static bool TestsAbsence(const Expr& e) {
    if (const auto* is = e.As<Expr::Is>()) {
      return is->test == Expr::Is::Test::kMissing || is->test == Expr::Is::Test::kNull;
    }
    const auto* call = e.As<Expr::Call>();
    return call != nullptr && (call->function->probes || call->function->first_present);
  }
};

// A name in double quotes, and nothing else.
bool IsQuoted(std::string_view text, TextSpan span) {
  if (span.length < 2 || size_t{span.offset} + span.length > text.size()) return false;
  const std::string_view written = text.substr(span.offset, span.length);
  return written.front() == '"' && written.find('"', 1) == written.size() - 1;
}

}  // namespace

std::shared_ptr<const AttributeSample> AttributeSamples::Of(TableStore& store, const TablePtr& table,
                                                            Clock::duration max_age) {
  const auto start = Clock::now();
  {
    const MutexLock lock(mutex_);
    const auto found = kept_.find(table->id);
    if (found != kept_.end() && start - found->second.taken < max_age) return found->second.sample;
  }
  auto sample = std::make_shared<const AttributeSample>(Take(store, table));
  const auto end = Clock::now();
  const MutexLock lock(mutex_);
  kept_[table->id] = {sample, end, end - start};
  return sample;
}

std::shared_ptr<const AttributeSample> AttributeSamples::Fresh(TableStore& store, const TablePtr& table) {
  Clock::duration cost{};
  {
    const MutexLock lock(mutex_);
    const auto found = kept_.find(table->id);
    // A small table is sampled anew each time: it takes no time, and it may have just been filled.
    if (found != kept_.end() && found->second.sample->items > kPerPiece.items) cost = found->second.cost;
  }
  return Of(store, table, 10 * cost);
}

std::vector<std::string> UnknownAttributes(const PlannedStatement& planned, std::string_view text, TableStore& store,
                                           AttributeSamples* samples) {
  Reads reads;
  if (const auto* query = std::get_if<QueryPtr>(&planned.body)) {
    reads.Add(*(*query)->root);
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&planned.body)) {
    if ((*write)->source != nullptr) reads.Add(*(*write)->source->root);
    if ((*write)->target != nullptr) {
      reads.Add(*(*write)->target);
      reads.tables[(*write)->slot] = (*write)->table;
      if ((*write)->condition != nullptr) reads.Add(*(*write)->condition);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [slot, names] : reads.names) {
    const auto table = reads.tables.find(slot);
    if (table == reads.tables.end()) continue;
    for (const auto& [name, span] : names) {
      if (table->second->DeclaredType(name).has_value()) continue;
      auto sample = samples->Of(store, table->second, std::chrono::hours(1));
      if (!sample->names.contains(name)) sample = samples->Fresh(store, table->second);
      if (sample->names.contains(name)) continue;
      // ANALYZE read more than a sample, and knows rare attributes too.
      const auto statistics = store.Statistics(*table->second);
      if (statistics != nullptr && statistics->FindAttribute(name) != nullptr) continue;
      if (sample->items == 0) continue;
      std::string hint = NearestName(name, std::vector<std::string>(sample->names.begin(), sample->names.end()));
      if (name == table->second->name) {
        hint = fmt::format("; @{} is the item", name);  // the table's name alone is an attribute's
      } else if (!hint.empty()) {
        hint = fmt::format("; did you mean \"{}\"?", hint);
      } else if (IsQuoted(text, span)) {
        hint = fmt::format("; strings take single quotes: {}", Value::String(name).ToLiteral());
      }
      lines.push_back(fmt::format("no attribute \"{}\" in {} sampled item{} of {}{}", name, sample->items,
                                  sample->items == 1 ? "" : "s", table->second->name, hint));
    }
  }
  return lines;
}

std::set<std::string> KnownPaths(TableStore& store, const TablePtr& table, AttributeSamples* samples) {
  const auto sample = samples->Of(store, table, std::chrono::seconds(10));
  std::set<std::string> paths(sample->paths.begin(), sample->paths.end());
  const auto statistics = store.Statistics(*table);
  if (statistics == nullptr) return paths;
  for (const TableStatistics::Attribute& a : statistics->attributes) {
    std::string path;
    for (size_t i = 0; i < a.path.size(); ++i) {
      if (a.path.compare(i, 2, "[]") == 0) {
        ++i;
      } else {
        path += a.path[i];
      }
    }
    paths.insert(std::move(path));
  }
  return paths;
}

}  // namespace parton
