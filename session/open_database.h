// Database::Open for tests: on a LevelDB environment that fails, or with transactions that are not validated.
#ifndef PARTON_SESSION_OPEN_DATABASE_H_
#define PARTON_SESSION_OPEN_DATABASE_H_

#include <memory>
#include <string>

#include "parton/database.h"

namespace leveldb {
class Env;
}

namespace parton {

// `env` is not owned; null: the default one.
Result<std::unique_ptr<Database>> OpenDatabase(const std::string& path, const Options& options, leveldb::Env* env,
                                               bool validate_transactions = true);

}  // namespace parton

#endif  // PARTON_SESSION_OPEN_DATABASE_H_
