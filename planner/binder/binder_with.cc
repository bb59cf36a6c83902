// WITH: queries that have a name, and recursion.
//
// Each is bound where it is defined. A use reads a Shared node over that plan (a later use over a
// plan with slots of its own); when all is bound, one that was used once gets its plan put in place
// of the Shared node. A query that depends on outer rows is bound again at each use instead, since
// its rows differ with them.
#include <fmt/format.h>

#include "planner/binder/binder_internal.h"
#include "planner/binder/row_functions.h"
#include "planner/plan/plan_visit.h"

namespace parton::binder {

namespace {

ExprPtr NameList(const std::vector<std::string>& names, TextSpan span) {
  std::vector<Value> values;
  values.reserve(names.size());
  for (const std::string& name : names) values.push_back(Value::String(name));
  return MakeExpr(Expr::Literal{Value::List(std::move(values))}, span);
}

}  // namespace

CommonTable* WithQueries::Find(const ast::Identifier& name) const {
  for (const CommonTable* t = top; t != nullptr; t = t->outer) {
    if (SameName(t->ast->name.name, name)) return const_cast<CommonTable*>(t);
  }
  return nullptr;
}

void WithQueries::AddNames(std::vector<std::string>* out) const {
  for (const CommonTable* t = top; t != nullptr; t = t->outer) out->push_back(t->ast->name.name);
}

std::unique_ptr<CommonTable> WithQueries::New(const ast::CommonTable& with, const Scope* scope) {
  auto table = std::make_unique<CommonTable>();
  table->ast = &with;
  table->outer = top;
  table->id = next_id_++;
  table->scope = scope;
  table->depth = depth;
  return table;
}

void WithQueries::Show(std::unique_ptr<CommonTable> table) {
  top = table.get();
  tables_.push_back(std::move(table));
}

void WithQueries::PutInPlace(size_t first, BoundQuery* result) const {
  for (size_t i = tables_.size(); i-- > first;) {
    const CommonTable& table = *tables_[i];
    if (table.uses != 1 || table.used_in_subquery || table.bind_again) continue;
    const int id = table.id;
    result->query.root = TransformUp(result->query.root, [id](const PlanPtr& p) {
      const auto* shared = p->As<Plan::Shared>();
      return shared != nullptr && shared->id == id && !p->inputs.empty() ? p->inputs[0] : p;
    });
  }
}

Result<BoundQuery> Binder::RenameColumns(BoundQuery q, const std::vector<ast::Identifier>& names, TextSpan span) {
  std::vector<std::string> to;
  to.reserve(names.size());
  for (const ast::Identifier& name : names) to.push_back(name.name);
  size_t known = q.width > 0 ? static_cast<size_t>(q.width) : q.query.columns.size();
  if (known != 0 && known != to.size()) {
    return Status::Validation(fmt::format("{} names for {} columns", to.size(), known), span);
  }
  if (q.query.columns == to) return q;
  ExprPtr from =
      q.query.columns.empty() ? MakeExpr(Expr::Literal{Value::Null()}, span) : NameList(q.query.columns, span);
  std::vector<ExprPtr> args{SlotRef(q.query.slot, "", span), std::move(from), NameList(to, span)};
  ExprPtr row = MakeExpr(Expr::Call{&RenameColumnsFunction(), std::move(args)}, span);
  q.query.slot = ComputeSlot(row, "", &q.query.root);
  q.query.columns = std::move(to);
  q.stored = false;
  q.tuple = true;
  q.explicit_columns = true;
  q.width = 0;
  return q;
}

Result<BoundQuery> Binder::BindCommonTable(const CommonTable& table) {
  Restore<const Scope*> scope(&scopes_.top, table.scope);
  Restore<Block*> block(&block_, nullptr);
  Restore<const CommonTable*> sight(&with_.top, table.outer);
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(*table.ast->query));
  if (table.ast->columns.empty()) return q;
  return RenameColumns(AsRows(std::move(q)), table.ast->columns, table.ast->span);
}

Result<std::optional<BoundQuery>> Binder::BindRecursive(CommonTable* table) {
  const ast::Query& query = *table->ast->query;
  const auto* op = query.BodyAs<ast::SetOperation>();
  if (op == nullptr || op->op != ast::SetOp::kUnion || query.HasTail() || !query.with.empty()) {
    return std::optional<BoundQuery>();
  }
  Restore<const Scope*> scope(&scopes_.top, table->scope);
  Restore<Block*> block(&block_, nullptr);
  int slots = next_slot_;
  PARTON_ASSIGN_OR_RETURN(BoundQuery seed, [&]() -> Result<BoundQuery> {
    Restore<const CommonTable*> sight(&with_.top, table->outer);
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(*op->left));
    q = AsRows(std::move(q));
    if (table->ast->columns.empty()) return q;
    return RenameColumns(std::move(q), table->ast->columns, table->ast->span);
  }());
  table->bound = seed;
  table->recursing = true;
  table->uses = 0;
  Result<BoundQuery> bound_step = [&]() -> Result<BoundQuery> {
    Restore<const CommonTable*> sight(&with_.top, table);
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(*op->right));
    return AsRows(std::move(q));
  }();
  table->recursing = false;
  PARTON_ASSIGN_OR_RETURN(BoundQuery step, std::move(bound_step));
  if (table->uses == 0) {
    next_slot_ = slots;
    return std::optional<BoundQuery>();
  }
  table->uses = 0;
  table->used_in_subquery = false;
  if (!seed.query.columns.empty() && !op->outer && !op->corresponding && !step.query.columns.empty()) {
    std::vector<ast::Identifier> names;
    for (const std::string& column : seed.query.columns) {
      names.push_back(ast::Identifier{column, true, table->ast->span});
    }
    PARTON_ASSIGN_OR_RETURN(step, RenameColumns(std::move(step), names, table->ast->span));
  }
  Plan::Recursive recursive;
  recursive.id = table->id;
  recursive.distinct = op->quantifier != ast::SetQuantifier::kAll;
  recursive.seed_slot = seed.query.slot;
  recursive.step_slot = step.query.slot;
  recursive.slot = NewSlot();
  BoundQuery q;
  q.query.slot = recursive.slot;
  q.query.columns = seed.query.columns;
  q.tuple = seed.tuple && step.tuple;
  q.explicit_columns = seed.explicit_columns;
  q.query.root = MakePlan(recursive, {seed.query.root, step.query.root});
  return std::optional<BoundQuery>(std::move(q));
}

Status Binder::BindWith(const ast::Query& query) {
  for (const ast::CommonTable& with : query.with) {
    for (const ast::CommonTable& other : query.with) {
      if (&other == &with) break;
      if (other.name.name == with.name.name) {
        return Status::Validation(fmt::format("WITH names \"{}\" twice", with.name.name), with.name.span);
      }
    }
    std::unique_ptr<CommonTable> table = with_.New(with, scopes_.top);
    std::optional<BoundQuery> recursive;
    if (query.recursive) {
      PARTON_ASSIGN_OR_RETURN(recursive, BindRecursive(table.get()));
    }
    if (recursive.has_value()) {
      table->bound = *std::move(recursive);
      table->recursive = true;
      if (!SlotsFree(*table->bound.query.root).empty()) {
        return Status::Unsupported("a recursive query cannot depend on outer rows", with.span);
      }
    } else {
      PARTON_ASSIGN_OR_RETURN(table->bound, BindCommonTable(*table));
      table->bind_again = !table->bound.query.HasRows() || !SlotsFree(*table->bound.query.root).empty();
    }
    with_.Show(std::move(table));
  }
  return Status::Ok();
}

Result<BoundQuery> Binder::UseCommonTable(CommonTable* table) {
  BoundQuery q;
  if (table->bind_again) return BindCommonTable(*table);
  ++table->uses;
  q = table->bound;
  q.query.shape = Query::Shape::kBag;
  if (table->recursing) {
    q.query.slot = NewSlot();
    q.query.root = MakePlan(Plan::Shared{table->id, table->ast->name.name, q.query.slot});
    return q;
  }
  if (with_.depth > table->depth) table->used_in_subquery = true;
  if (!table->recursive) {
    // Each use has slots of its own, so that two of them may be joined; the rows are computed once.
    if (table->uses > 1) {
      PARTON_ASSIGN_OR_RETURN(q, BindCommonTable(*table));
      q.query.shape = Query::Shape::kBag;
    }
    q.query.root = MakePlan(Plan::Shared{table->id, table->ast->name.name, q.query.slot}, {q.query.root});
    return q;
  }
  int shared = q.query.slot;
  q.query.root = MakePlan(Plan::Shared{table->id, table->ast->name.name, shared}, {q.query.root});
  q.query.slot = NewSlot();
  Plan::Compute copy;
  copy.outputs.push_back(SlotExpr{q.query.slot, SlotRef(shared, table->ast->name.name)});
  q.query.root = MakePlan(std::move(copy), {q.query.root});
  return q;
}

}  // namespace parton::binder
