// Which attributes the items of a table have, from a sample of its items: for warnings about names
// that nothing has, and for completion.
#ifndef PARTON_SESSION_ATTRIBUTE_SAMPLE_H_
#define PARTON_SESSION_ATTRIBUTE_SAMPLE_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "planner/planner.h"
#include "storage/table_store.h"
#include "types/sync/mutex.h"

namespace parton {

struct AttributeSample {
  uint64_t items = 0;
  std::set<std::string> names;  // of attributes
  std::set<std::string> paths;  // nested ones too: "address", "address.city"
};

// Samples of all tables, kept for a while. Threads: any.
class AttributeSamples {
 public:
  using Clock = std::chrono::steady_clock;

  // Some hundred items from all over the key range; a sample taken less than `max_age` ago will do.
  std::shared_ptr<const AttributeSample> Of(TableStore& store, const TablePtr& table, Clock::duration max_age);
  // As fresh as can be while sampling takes no more than a tenth of the time.
  std::shared_ptr<const AttributeSample> Fresh(TableStore& store, const TablePtr& table);

 private:
  struct Kept {
    std::shared_ptr<const AttributeSample> sample;
    Clock::time_point taken;
    Clock::duration cost;
  };
  Mutex mutex_;
  std::map<uint32_t, Kept> kept_ GUARDED_BY(mutex_);  // by table id
};

// A line for each attribute that the statement reads by name and no item was seen to have: a typo would silently match
// nothing. Tests for absence (IS MISSING, attribute_not_exists, ...) do not count, nor does an empty table.
// `text`: the statement's.
std::vector<std::string> UnknownAttributes(const PlannedStatement& planned, std::string_view text, TableStore& store,
                                           AttributeSamples* samples);

// Paths of attributes that items were seen to have, in a sample or by ANALYZE; steps into lists are left out:
// credits.name for credits[].name.
std::set<std::string> KnownPaths(TableStore& store, const TablePtr& table, AttributeSamples* samples);

}  // namespace parton

#endif  // PARTON_SESSION_ATTRIBUTE_SAMPLE_H_
