// Statements of the crash tests, run to their end.
#ifndef PARTON_TESTS_CRASH_STATEMENTS_H_
#define PARTON_TESTS_CRASH_STATEMENTS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"

namespace parton::crash {

inline Status RunStatement(Connection* c, const std::string& text, std::vector<Value> parameters = {}) {
  PARTON_ASSIGN_OR_RETURN(auto result, c->Execute(text, std::move(parameters)));
  while (result->Next()) {
  }
  return result->status();
}

// The one integer that the query gives; `other` if it gives something else. A query that fails, or has not one row,
// fails the test and gives -1.
inline int64_t OneInteger(Connection* c, const std::string& query, int64_t other) {
  auto result = c->Execute(query);
  if (!result.ok()) {
    ADD_FAILURE() << query << ": " << result.status().ToString();
    return -1;
  }
  auto rows = (*result)->All();
  if (!rows.ok() || rows->size() != 1) {
    ADD_FAILURE() << query << ": " << rows.status().ToString();
    return -1;
  }
  const Value v = (*rows)[0];
  return v.is_exact() && v.number().FitsInt64() ? v.number().ToInt64() : other;
}

}  // namespace parton::crash

#endif  // PARTON_TESTS_CRASH_STATEMENTS_H_
