#include "session/plan_cache.h"

#include "parser/parser.h"
#include "planner/dynamo/dynamo_dialect.h"

namespace parton {

namespace {

// Longer texts are seldom seen twice.
constexpr size_t kMaxCachedText = 16 << 10;

}  // namespace

Result<PlannedPtr> PlanCache::Plan(std::string_view text, const Settings& settings, std::string_view settings_key,
                                   TableStore* store, std::string* buffer, bool* key_condition_failed) {
  const bool cached = text.size() <= kMaxCachedText;
  if (cached) {
    buffer->assign(settings_key);
    *buffer += '\0';
    *buffer += text;
    if (PlannedPtr plan = Find(*buffer, store->SchemaVersion())) return plan;
  }
  Result<ast::Statement> parsed = ParseStatement(text);
  if (!parsed.ok()) {
    const bool dynamo = settings.dialect == Dialect::kDynamo;
    return dynamo ? InDynamoWords(std::move(parsed).status(), text) : std::move(parsed).status();
  }
  PlannerInput input;
  input.store = store;
  input.settings = &settings;
  input.key_condition_failed = key_condition_failed;
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan,
                          PlanStatement(std::make_shared<const ast::Statement>(std::move(*parsed)), input));
  if (cached && !std::holds_alternative<CommandPlan>(plan->body)) Insert(*buffer, plan);
  return plan;
}

PlannedPtr PlanCache::Find(std::string_view key, uint64_t schema_version) {
  const auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  List::iterator entry = it->second;
  if (entry->plan->schema_version != schema_version || now - entry->made > kMaxAge) {
    by_key_.erase(it);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->plan;
}

void PlanCache::Insert(std::string_view key, PlannedPtr plan) {
  const auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  auto it = by_key_.find(key);
  if (it != by_key_.end()) {
    it->second->plan = std::move(plan);
    it->second->made = now;
    entries_.splice(entries_.begin(), entries_, it->second);
    return;
  }
  entries_.push_front(Entry{std::string(key), std::move(plan), now});
  by_key_.emplace(entries_.front().key, entries_.begin());
  if (entries_.size() > capacity_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

void PlanCache::Clear() {
  std::lock_guard lock(mutex_);
  by_key_.clear();
  entries_.clear();
}

}  // namespace parton
