// A mixed workload in the language, step by step, and what a database must hold after each step: the same steps on a
// database in memory. A step is one statement, one transaction, or what the background does; it never fails by itself.
#ifndef PARTON_TESTS_CRASH_WORKLOAD_H_
#define PARTON_TESTS_CRASH_WORKLOAD_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "parton/database.h"

namespace parton::crash {

struct Step {
  int64_t now = 0;                      // epoch seconds
  std::vector<std::string> statements;  // none: the background's work (Database::Settle)
};

// `backups`: with steps that back up, each to a directory of its own.
std::vector<Step> MakeSteps(uint32_t seed, int count, bool backups);

// Leaves no transaction open.
Status RunStep(Database* db, Connection* c, const Step& step);

// Does what the background has left to do, then all there is to see: schemas, items, feeds, triggers. Equal texts,
// equal databases.
Result<std::string> Digest(Database* db);
// Of a database that can be read only: items and schemas as they are.
Result<std::string> DigestUnsettled(Database* db);

class Reference {
 public:
  explicit Reference(std::vector<Step> steps) : steps_(std::move(steps)) {}

  // What is there after the first `count` steps, when it is `now`.
  const std::string& After(size_t count, int64_t now);
  const std::string& UnsettledAfter(size_t count, int64_t now);

 private:
  const std::string& Find(size_t count, int64_t now, bool settled);

  const std::vector<Step> steps_;
  std::map<std::pair<size_t, bool>, std::map<int64_t, std::string>> digests_;
};

}  // namespace parton::crash

#endif  // PARTON_TESTS_CRASH_WORKLOAD_H_
