// What a name means: a variable, a known column, a WITH query, a global, an attribute of the open
// FROM variable, a table; in this order.
#include <fmt/format.h>

#include <algorithm>

#include "planner/binder/binder_internal.h"

namespace parton::binder {

Status Binder::UnknownTable(const ast::Identifier& name) const {
  std::vector<std::string> known;
  outside_.AddNames(&known);
  with_.AddNames(&known);
  std::string nearest = NearestName(name.name, known);
  return Status::NotFound(dynamo() ? "Requested resource not found"
                                   : fmt::format("Requested resource not found: Table: {} not found", name.name),
                          name.span, nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
}

Status Binder::UnknownName(const ast::Identifier& name) const {
  std::vector<std::string> known;
  scopes_.AddNames(&known);
  outside_.AddNames(&known);
  std::string nearest = NearestName(name.name, known);
  return Status::Validation(fmt::format("unknown name \"{}\"", name.name), name.span,
                            nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
}

Result<TablePtr> Binder::RequireTable(const ast::QualifiedName& name) {
  if (name.parts.size() == 2 && outside_.FindTable(name.parts[0]) == nullptr) {
    if (TablePtr attached = outside_.FindAttached(name.parts[0], name.parts[1])) return attached;
    if (outside_.HasDatabase(name.parts[0])) return UnknownTable(Joined(name.parts[0], name.parts[1]));
  }
  if (name.parts.size() > 1) {
    return Status::Validation("a table's name has one part here; quote names that hold a dot", name.span);
  }
  TablePtr table = outside_.FindTable(name.parts[0]);
  if (table == nullptr) return UnknownTable(name.parts[0]);
  return table;
}

Source Binder::TableSource(const TablePtr& table, const IndexSchema* index) {
  Plan::Access access;
  access.table = table;
  access.index = index;
  access.pinned = index != nullptr;
  access.slot = NewSlot();
  access.alias = index != nullptr ? index->name : table->name;
  Source source;
  source.variable.name = access.alias;
  if (index != nullptr) source.variable.also_name = table->name;
  source.variable.value = SlotRef(access.slot, access.alias);
  source.variable.stored = true;
  source.variable.tuple = true;
  source.variable.table = table;
  source.variable.index = index;
  source.plan = MakePlan(std::move(access));
  return source;
}

ExprPtr Binder::TableValue(const TablePtr& table, TextSpan span) {
  Source source = TableSource(table, nullptr);
  BoundQuery q;
  q.query.root = source.plan;
  q.query.slot = source.variable.value->As<Expr::Slot>()->index;
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
}

Result<Resolved> Binder::ResolveVariable(const ast::Variable& v, bool path_root) {
  const ast::Identifier& name = v.name;
  bool may_be_attribute = false;  // the name of the table is no name here
  PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> known, scopes_.Resolve(v, path_root, &may_be_attribute));
  if (known.has_value()) return *std::move(known);
  if (CommonTable* common = with_.Find(name); common != nullptr && !may_be_attribute) {
    ++with_.depth;
    Result<BoundQuery> used = UseCommonTable(common);
    --with_.depth;
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, std::move(used));
    bool stored = q.stored;
    return Resolved{MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), name.span), stored};
  }
  if (!v.local && !may_be_attribute) {
    if (const Value* global = outside_.FindGlobal(name)) {
      return Resolved{MakeExpr(Expr::Literal{*global}, name.span), false};
    }
  }
  PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, scopes_.FindAttribute(name));
  if (attribute.has_value()) return *std::move(attribute);
  if (!v.local) {
    if (TablePtr table = outside_.FindTable(name)) return Resolved{TableValue(table, name.span), true};
  }
  return UnknownName(name);
}

}  // namespace parton::binder
