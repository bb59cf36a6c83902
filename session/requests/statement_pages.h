// ExecuteStatement, page by page (parton/items.h), outside of any connection of the program.
//
// What a page leaves behind is in its token alone, so that any later page can be asked for at any time:
//
//   token := version(1) fingerprint of text, parameters and table (16 bytes) way(1) varint(n) position
//     way 'A'   the page goes on in range or key n of the access path, behind `position`
//     way 'R'   n rows have been given; for statements whose rows come in another order than items are read
#ifndef PARTON_SESSION_REQUESTS_STATEMENT_PAGES_H_
#define PARTON_SESSION_REQUESTS_STATEMENT_PAGES_H_

#include "parton/database.h"

namespace parton {

struct DatabaseState;

// Database's function of this name; `database` is that of `db`. Threads: any.
Result<StatementPage> ExecuteStatement(DatabaseState* db, Database* database, const ExecuteStatementRequest& request,
                                       Value* existing);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_STATEMENT_PAGES_H_
