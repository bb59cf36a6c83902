// Database::Open on a store of one's own; for tests also on a LevelDB environment that fails, or with transactions that
// are not validated.
#ifndef PARTON_SESSION_OPEN_DATABASE_H_
#define PARTON_SESSION_OPEN_DATABASE_H_

#include <memory>
#include <string>

#include "parton/database.h"
#include "storage/table_store.h"

namespace leveldb {
class Env;
}

namespace parton {

// A database on this store. `path` is what Database::path() says.
Result<std::unique_ptr<Database>> OpenDatabaseOn(std::unique_ptr<TableStore> store, const std::string& path,
                                                 const Options& options);

// `env` is not owned; null: the default one.
Result<std::unique_ptr<Database>> OpenDatabase(const std::string& path, const Options& options, leveldb::Env* env,
                                               bool validate_transactions = true);

}  // namespace parton

#endif  // PARTON_SESSION_OPEN_DATABASE_H_
