// Pages of Query and Scan (parton/items.h), outside of any connection.
#ifndef PARTON_SESSION_REQUESTS_PAGES_H_
#define PARTON_SESSION_REQUESTS_PAGES_H_

#include "parton/items.h"

namespace parton {

struct DatabaseState;

// Database::Query and Database::Scan. Threads: any.
Result<ItemPage> QueryItems(DatabaseState* db, const QueryRequest& request);
Result<ItemPage> ScanItems(DatabaseState* db, const ScanRequest& request);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_PAGES_H_
