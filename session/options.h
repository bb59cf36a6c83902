// Options of a database, as the store and as the settings of a connection have them.
#ifndef PARTON_SESSION_OPTIONS_H_
#define PARTON_SESSION_OPTIONS_H_

#include <string>

#include "parton/database.h"
#include "planner/settings.h"

namespace parton {

struct StoreOptions;

// But for the clock and what only tests choose.
StoreOptions StoreOptionsOf(const std::string& path, const Options& options);

// Those of a new connection.
Settings InitialSettings(const Options& options);

}  // namespace parton

#endif  // PARTON_SESSION_OPTIONS_H_
