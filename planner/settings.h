// The settings of a connection, which SET changes; settings.cc has the table of names and meanings.
#ifndef PARTON_PLANNER_SETTINGS_H_
#define PARTON_PLANNER_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/expr/evaluate.h"

namespace parton {

enum class Dialect : uint8_t { kExtended, kDynamo };
enum class ScanPolicy : uint8_t { kAllow, kWarn, kDeny };

// The default of validate_plans: off. Test programs set it before they open a database.
inline bool validate_plans_by_default = false;

struct Settings {
  Dialect dialect = Dialect::kExtended;
  Typing typing = Typing::kPermissive;
  ScanPolicy scan = ScanPolicy::kAllow;
  int threads = 0;  // 0: as many as the machine has cores
  size_t memory_limit_bytes = size_t{1} << 30;
  int64_t statement_timeout_ms = 0;  // 0: none
  uint64_t atomic_limit = 100000;    // items one atomic bulk statement may write
  bool bulk_each = false;            // a bulk statement writes item by item, each of them for itself
  bool durable = true;
  bool capacity = false;  // count consumed capacity
  bool throttle = false;
  // Reads that need not be consistent may be answered by what was kept of earlier ones, if that is younger than this.
  bool cache = false;
  int64_t cache_item_ttl_ms = 300'000;
  int64_t cache_query_ttl_ms = 300'000;
  double max_read_units = 0;  // a statement of a remote engine may not read more; 0: any number
  // Of a million units; 0: not known.
  double price_of_reads = 0;
  double price_of_writes = 0;
  bool lint = false;  // notices about attributes that no sampled item has
  // Check every plan after every rule; a plan that is wrong is an internal error naming the rule.
  bool validate_plans = validate_plans_by_default;
  // Planner rules switched off by SET rule_<name> = off: answers must not change.
  std::set<std::string> disabled_rules;

  Logic logic() const { return dialect == Dialect::kDynamo ? Logic::kDynamo : Logic::kPartiql; }
  // A short text that tells apart settings under which a plan may differ; part of the plan cache's key.
  std::string PlanKey() const;
};

struct SettingInfo {
  std::string name;    // "scan"
  std::string values;  // "allow | warn | deny"
  std::string doc;     // one sentence
};

// Bytes: 1000000, '512MB', '64 kb'. Nullopt: not that.
std::optional<uint64_t> ToBytes(const Value& v);

// All settings, by name.
const std::vector<SettingInfo>& AllSettings();
// Error: unknown name (with the nearest one as hint) or a value out of range.
Status ApplySetting(std::string_view name, const Value& value, Settings* settings);
Result<Value> ReadSetting(std::string_view name, const Settings& settings);

}  // namespace parton

#endif  // PARTON_PLANNER_SETTINGS_H_
