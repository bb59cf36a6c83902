// What all connections and requests of one database share. Put together in database.cc; whoever needs one part of it
// is given that part.
#ifndef PARTON_SESSION_DATABASE_STATE_H_
#define PARTON_SESSION_DATABASE_STATE_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "executor/answer_cache.h"
#include "executor/capacity/clock.h"
#include "executor/capacity/throughput.h"
#include "parton/database.h"
#include "session/attribute_sample.h"
#include "session/feed/open_feeds.h"
#include "session/plan_cache.h"
#include "session/requests/expression_cache.h"
#include "session/statement_timer.h"
#include "storage/table_store.h"
#include "types/functions/program_functions.h"
#include "types/sync/mutex.h"

namespace parton {

class AttachedStores;  // storage/attached_stores.h
class ConnectionImpl;
class RequestTokens;
class Sweeper;
class Triggers;

// What a closed database, and what came from it, says to every call.
Status DatabaseClosed();

struct DatabaseState {
  DatabaseState();
  ~DatabaseState();

  std::string path;
  Options options;
  std::shared_ptr<DatabaseClock> clock;
  std::unique_ptr<TableStore> store;  // null once the database is closed
  ProgramFunctions functions;
  PlanCache plans{1000};
  ExpressionCache expressions{1000};
  ThroughputLedger throughput;
  std::unique_ptr<AnswerCache> answers;
  AttributeSamples samples;
  StatementTimer timer;
  std::string temp_dir;

  // Connections and change feeds of the program; detached when the database is closed.
  Mutex connections_mutex;
  std::set<ConnectionImpl*> connections GUARDED_BY(connections_mutex);
  // With the tables that a connection attached last: for lists of names.
  std::weak_ptr<AttachedStores> attached GUARDED_BY(connections_mutex);
  OpenFeeds feeds;

  // Declared after the members they use, so that they end first.
  std::unique_ptr<RequestTokens> tokens;
  std::unique_ptr<Triggers> triggers;
  std::unique_ptr<Sweeper> sweeper;

  int64_t NowNanos() const { return clock->NowNanos(); }
};

}  // namespace parton

#endif  // PARTON_SESSION_DATABASE_STATE_H_
