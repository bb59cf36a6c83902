// INSERT, REPLACE, UPSERT, UPDATE, DELETE, and EXISTS as a statement. Not for use outside of the binder.
#ifndef PARTON_PLANNER_BINDER_BINDER_WRITE_H_
#define PARTON_PLANNER_BINDER_BINDER_WRITE_H_

#include <vector>

#include "planner/binder/binder_internal.h"

namespace parton::binder {

class WriteBinder {
 public:
  // Works on the binder's state. `binder` must outlive it.
  explicit WriteBinder(Binder& binder) : binder_(binder) {}

  Result<WritePlan> BindInsert(const ast::Insert& insert);
  Result<WritePlan> BindUpdate(const ast::Update& update);
  Result<WritePlan> BindDelete(const ast::Delete& del);
  Result<WritePlan> BindExists(const ast::ExistsStatement& exists);

 private:
  Result<BoundQuery> InsertRows(const ast::Insert& insert);
  Result<BoundQuery> ColumnRows(const ast::Values& values, const std::vector<ast::Identifier>& columns);
  // The table of UPDATE and DELETE: fills table, slot and target (without a filter), and the scope.
  Status BindTarget(const ast::QualifiedName& name, const ast::Identifier& as, Scope* scope, WritePlan* write);
  // WHERE: target's filter and the condition. With `upsert` the condition is what is left beside
  // the key.
  Status BindWhere(const ast::Expr* where, bool upsert, TextSpan span, WritePlan* write);
  Result<UpdateAction> BindAction(const ast::UpdateAction& action, const WritePlan& write, const Scope& scope);
  Result<std::vector<PathStep>> TargetPath(const ast::Expr& path, const Scope& scope);
  Status BindWriteTail(const ast::StatementTail& tail, WritePlan* write);
  // `error`, after noting for the planner's caller that the key is the reason.
  Status KeyConditionFailed(Status error) const {
    if (binder_.input_.key_condition_failed != nullptr) *binder_.input_.key_condition_failed = true;
    return error;
  }

  Binder& binder_;
};

}  // namespace parton::binder

#endif  // PARTON_PLANNER_BINDER_BINDER_WRITE_H_
