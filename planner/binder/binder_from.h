// FROM: tables, indexes, queries, functions and collections as sources, and their joins. Not for use outside of the
// binder.
#ifndef PARTON_PLANNER_BINDER_BINDER_FROM_H_
#define PARTON_PLANNER_BINDER_BINDER_FROM_H_

#include <optional>
#include <vector>

#include "planner/binder/binder_internal.h"

namespace parton::binder {

class FromBinder {
 public:
  // Works on the binder's state. `binder` must outlive it.
  explicit FromBinder(Binder& binder) : binder_(binder) {}

  // The plan of the whole clause; its variables are added to `scope`. An empty clause is one row.
  Result<PlanPtr> BindFrom(const std::vector<ast::FromPtr>& from, Scope* scope);
  Result<Source> BindSource(const ast::FromSource& source, TextSpan span);

 private:
  Result<PlanPtr> BindFromItem(const ast::FromItem& item, PlanPtr left, Scope* scope);

  // binder_join.cc
  Result<PlanPtr> BindJoin(const ast::Join& join, PlanPtr left, Scope* scope, TextSpan span);
  // ON, USING or NATURAL; null: none. Merged columns are added to `scope`, whose variables from
  // `left` on are those of the join's left side, from `right` on those of its right side.
  Result<ExprPtr> BindJoinCondition(const ast::Join& join, size_t left, size_t right, TextSpan span, Scope* scope);
  Result<ExprPtr> SideColumn(const Scope& scope, size_t first, size_t last, const ast::Identifier& name,
                             const char* side);

  // binder_source.cc
  Result<Source> BindPlainSource(const ast::FromSource& from, TextSpan span, bool* named_columns);
  Result<Source> BindCollectionSource(const ast::FromSource& from, TextSpan span);
  Result<Source> BindVariableSource(const ast::FromSource& from, const ast::Variable* variable, Source source);
  void MakeCollection(Source* source, TextSpan span);
  void NameSource(const ast::FromSource& from, Variable* variable, bool planned) const;
  Result<Source> NameColumns(const ast::FromSource& from, Source source, TextSpan span);
  Result<std::optional<Source>> BindTableSource(const ast::FromSource& source, TextSpan span);
  Result<std::optional<Source>> BindFunctionSource(const ast::FromSource& source, TextSpan span);
  Result<Source> BindQuerySource(const ast::FromSource& source, BoundQuery q, TextSpan span);

  Binder& binder_;
};

}  // namespace parton::binder

#endif  // PARTON_PLANNER_BINDER_BINDER_FROM_H_
