// Settings that all connections of a database share, for as long as it is open: its clock, how long change feeds are
// kept, how deep triggers may run on triggers' changes.
#ifndef PARTON_SESSION_DATABASE_SETTINGS_H_
#define PARTON_SESSION_DATABASE_SETTINGS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "planner/settings.h"

namespace parton {

class DatabaseClock;
class Maintenance;
class Sweeper;
class Triggers;

// What has them.
struct DatabaseSettingTargets {
  DatabaseClock& clock;
  Triggers& triggers;
  Sweeper& sweeper;
  Maintenance& store;
};

bool IsDatabaseSetting(std::string_view name);
const std::vector<SettingInfo>& DatabaseSettings();
// MISSING: the default.
Status SetDatabaseSetting(std::string_view name, const Value& value, const DatabaseSettingTargets& targets);
Result<Value> ReadDatabaseSetting(std::string_view name, const DatabaseSettingTargets& targets);

// "25 hours", "1 day 30 minutes", "500 ms": milliseconds. Error: not that.
Result<int64_t> ParseDuration(std::string_view text);

}  // namespace parton

#endif  // PARTON_SESSION_DATABASE_SETTINGS_H_
