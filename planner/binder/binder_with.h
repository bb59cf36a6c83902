// The queries of WITH. For the binder only.
#ifndef PARTON_PLANNER_BINDER_BINDER_WITH_H_
#define PARTON_PLANNER_BINDER_BINDER_WITH_H_

#include <memory>
#include <string>
#include <vector>

#include "planner/binder/binder_scopes.h"

namespace parton::binder {

// A bound query, and what its reader may know of its rows.
struct BoundQuery {
  Query query;
  bool stored = false;            // rows are items of a table as stored
  bool tuple = false;             // rows are certainly tuples
  bool explicit_columns = false;  // SELECT with a list of named expressions: coerces to a scalar
  int width = 0;                  // VALUES: rows are arrays of so many elements; 0: not known
};

// A WITH query in force. They form a chain: each sees those before it.
struct CommonTable {
  const ast::CommonTable* ast = nullptr;
  const CommonTable* outer = nullptr;
  int id = 0;
  BoundQuery bound;
  const Scope* scope = nullptr;  // where it was defined
  int depth = 0;                 // of subqueries, there
  // Depends on outer rows, or is no collection of rows: bound again at each use.
  bool bind_again = false;
  bool recursive = false;
  bool recursing = false;  // the step of its recursion is being bound
  int uses = 0;
  bool used_in_subquery = false;
};

class WithQueries {
 public:
  // Null: none of that name is in sight.
  CommonTable* Find(const ast::Identifier& name) const;
  void AddNames(std::vector<std::string>* out) const;

  // One that sees those in sight; it is not in sight itself before Show.
  std::unique_ptr<CommonTable> New(const ast::CommonTable& with, const Scope* scope);
  void Show(std::unique_ptr<CommonTable> table);

  // So many were shown.
  size_t size() const { return tables_.size(); }
  // Queries from the `first` shown on that were used once stand in place of their uses in *result.
  void PutInPlace(size_t first, BoundQuery* result) const;

  const CommonTable* top = nullptr;  // the innermost one in sight
  int depth = 0;                     // of subqueries

 private:
  std::vector<std::unique_ptr<CommonTable>> tables_;
  int next_id_ = 0;
};

}  // namespace parton::binder

#endif  // PARTON_PLANNER_BINDER_BINDER_WITH_H_
