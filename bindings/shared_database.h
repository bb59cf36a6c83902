// Open databases of a process by path: what a package for another language opens twice is opened once.
#ifndef PARTON_BINDINGS_SHARED_DATABASE_H_
#define PARTON_BINDINGS_SHARED_DATABASE_H_

#include <memory>
#include <string>
#include <utility>

#include "parton/database.h"

namespace parton::bindings {

// Grows in the child of a fork: nothing that was open before may be used or closed there.
unsigned ForkGeneration();

// An open database. The last holder closes it. Threads: any. A callback of the program must not need a lock that a
// thread holds while it opens or drops one: closing waits for what runs in the background.
class SharedDatabase {
 public:
  // The one that is open at `path`, whatever its options; or a new one. ":memory:" is always new, and a database that
  // is only read is another one than that which is written.
  static Result<std::shared_ptr<SharedDatabase>> Open(const std::string& path, const Options& options);
  ~SharedDatabase();
  SharedDatabase(const SharedDatabase&) = delete;
  SharedDatabase& operator=(const SharedDatabase&) = delete;

  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }

 private:
  SharedDatabase(std::unique_ptr<Database> database, std::string key)
      : database_(std::move(database)), key_(std::move(key)) {}

  std::unique_ptr<Database> database_;
  std::string key_;  // of the map of open databases; empty: it is in none
};

}  // namespace parton::bindings

#endif  // PARTON_BINDINGS_SHARED_DATABASE_H_
