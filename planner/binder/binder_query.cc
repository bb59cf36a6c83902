// Queries around the SELECT block: set operators, VALUES, TABLE, bare expressions, ORDER BY and
// LIMIT.
#include <fmt/format.h>

#include <algorithm>

#include "planner/binder/binder_from.h"
#include "planner/binder/binder_internal.h"
#include "planner/binder/row_functions.h"
#include "types/status/bounds.h"

namespace parton::binder {

namespace {

bool IsNegativeLiteral(const ast::Expr& e) {
  const auto* literal = e.As<ast::Literal>();
  return literal != nullptr && literal->value.is_int() && literal->value.number() < Number(0);
}

}  // namespace

int Binder::ComputeSlot(const ExprPtr& e, std::string_view, PlanPtr* plan) {
  if (const auto* slot = e->As<Expr::Slot>()) {
    std::vector<int> defined = SlotsDefined(**plan);
    if (std::binary_search(defined.begin(), defined.end(), slot->index)) return slot->index;
  }
  Plan::Compute compute;
  int slot = NewSlot();
  compute.outputs.push_back(SlotExpr{slot, e});
  *plan = MakePlan(std::move(compute), {std::move(*plan)});
  return slot;
}

Result<BoundQuery> Binder::BindQuery(const ast::Query& query, RowForm form) {
  CheckStack();
  CheckPoint();
  Restore<const CommonTable*> sight(&with_.top, with_.top);
  if (next_slot_ > kMaxSlots) {
    return Status(StatusCode::kLimitExceeded, "the statement has too many parts", query.span);
  }
  size_t first = with_.size();
  PARTON_RETURN_IF_ERROR(BindWith(query));
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindBody(query, form));
  with_.PutInPlace(first, &q);
  q.query.span = query.span;
  return q;
}

Result<BoundQuery> Binder::BindBody(const ast::Query& query, RowForm form) {
  if (const auto* select = query.BodyAs<ast::Select>()) return BindSelect(*select, query, form);
  BoundQuery q;
  if (const auto* inner = query.BodyAs<ast::QueryPtr>()) {
    if (!query.HasTail()) return BindQuery(**inner, form);
    PARTON_ASSIGN_OR_RETURN(q, BindQuery(**inner));
  } else if (const auto* op = query.BodyAs<ast::SetOperation>()) {
    PARTON_ASSIGN_OR_RETURN(q, BindSetOperation(*op));
  } else if (const auto* values = query.BodyAs<ast::Values>()) {
    PARTON_ASSIGN_OR_RETURN(q, BindValues(*values));
  } else if (const auto* table = query.BodyAs<ast::TableQuery>()) {
    PARTON_ASSIGN_OR_RETURN(q, BindTableQuery(*table));
  } else {
    PARTON_ASSIGN_OR_RETURN(q, BindExprQuery(**query.BodyAs<ast::ExprPtr>()));
  }
  if (query.HasTail()) {
    q = AsRows(std::move(q));
    PARTON_RETURN_IF_ERROR(BindTail(query, &q));
  }
  return InForm(std::move(q), form);
}

// Rows of another form, for queries that are no SELECT block.
Result<BoundQuery> Binder::InForm(BoundQuery q, RowForm form) {
  if (form == RowForm::kTuple || !q.query.HasRows()) return q;
  TextSpan span = q.query.span;
  ExprPtr row = SlotRef(q.query.slot, "");
  if (form == RowForm::kColumn) {
    if (q.width == 1) {
      row = MakeExpr(Expr::Path{row, {PathStep{"", 0}}, {false}, {}}, span);
    } else if (q.explicit_columns && q.query.columns.size() == 1) {
      row = MakeExpr(Expr::Path{row, {PathStep{q.query.columns[0], -1}}, {false}, {}}, span);
    } else {
      return q;
    }
  } else {
    if (!q.explicit_columns) return q;
    std::vector<Value> names;
    for (const std::string& column : q.query.columns) names.push_back(Value::String(column));
    std::vector<ExprPtr> args{row, MakeExpr(Expr::Literal{Value::List(std::move(names))})};
    row = MakeExpr(Expr::Call{&RowArrayFunction(), std::move(args)}, span);
  }
  q.query.slot = ComputeSlot(row, "", &q.query.root);
  q.query.columns.clear();
  q.explicit_columns = q.stored = q.tuple = false;
  return q;
}

BoundQuery Binder::AsRows(BoundQuery q) {
  if (q.query.HasRows()) return q;
  Plan::Unnest unnest;
  PlanPtr below = MakePlan(Plan::Once{});
  const auto* compute = q.query.root->As<Plan::Compute>();
  if (q.query.shape == Query::Shape::kValue && compute != nullptr && compute->outputs.size() == 1) {
    unnest.collection = compute->outputs[0].expr;
    below = q.query.root->inputs[0];
  } else {
    const TextSpan span = q.query.span;
    unnest.collection = MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
  }
  unnest.slot = NewSlot();
  BoundQuery rows;
  rows.query.slot = unnest.slot;
  rows.query.root = MakePlan(std::move(unnest), {std::move(below)});
  return rows;
}

Result<BoundQuery> Binder::BindExprQuery(const ast::Expr& e) {
  if (const auto* sub = e.As<ast::Subquery>()) return BindQuery(*sub->query);
  if (const auto* match = e.As<ast::GraphMatch>()) return BindGraph(*match, e.span);
  BoundQuery q;
  q.query.shape = Query::Shape::kValue;
  PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindCollection(e));
  q.query.slot = NewSlot();
  Plan::Compute compute;
  compute.outputs.push_back(SlotExpr{q.query.slot, std::move(value)});
  q.query.root = MakePlan(std::move(compute), {MakePlan(Plan::Once{})});
  return q;
}

Result<BoundQuery> Binder::BindValues(const ast::Values& values) {
  BoundQuery q;
  PARTON_ASSIGN_OR_RETURN(std::vector<ExprPtr> rows, BindAll(values.rows));
  for (const ast::ExprPtr& row : values.rows) {
    const auto* array = row->As<ast::Array>();
    int width = array == nullptr ? 0 : static_cast<int>(array->elements.size());
    if (&row == &values.rows.front()) {
      q.width = width;
    } else if (q.width != width) {
      q.width = 0;
    }
  }
  Plan::Unnest unnest;
  unnest.collection = MakeExpr(Expr::MakeCollection{Type::kBag, std::move(rows)});
  unnest.slot = q.query.slot = NewSlot();
  q.query.root = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  return q;
}

Result<BoundQuery> Binder::BindTableQuery(const ast::TableQuery& table) {
  // As SELECT VALUE x FROM t AS x.
  ast::FromSource from;
  from.expr = std::make_unique<ast::Expr>();
  from.expr->span = table.table.span;
  from.expr->node = ast::Variable{table.table.parts[0], false};
  if (table.table.parts.size() > 1) {
    ast::Path path;
    path.root = std::move(from.expr);
    for (size_t i = 1; i < table.table.parts.size(); ++i) {
      const ast::Identifier& part = table.table.parts[i];
      path.steps.push_back(ast::PathStep{ast::PathStep::Kind::kName, part, nullptr, part.span});
    }
    from.expr = std::make_unique<ast::Expr>();
    from.expr->span = table.table.span;
    from.expr->node = std::move(path);
  }
  PARTON_ASSIGN_OR_RETURN(Source source, FromBinder(*this).BindSource(from, table.table.span));
  BoundQuery q;
  q.query.root = SourcePlan(source, nullptr);
  q.query.slot = source.variable.value->As<Expr::Slot>()->index;
  q.query.columns = source.variable.columns;
  q.stored = source.variable.stored;
  q.tuple = source.variable.tuple;
  return q;
}

Result<BoundQuery> Binder::BindSetOperation(const ast::SetOperation& op) {
  // A chain leans to the left: walk down it rather than recur.
  std::vector<const ast::SetOperation*> chain{&op};
  const ast::Query* leftmost = op.left.get();
  while (const auto* more = leftmost->BodyAs<ast::SetOperation>()) {
    if (leftmost->HasTail() || !leftmost->with.empty()) break;
    chain.push_back(more);
    leftmost = more->left.get();
  }
  PARTON_ASSIGN_OR_RETURN(BoundQuery left, BindQuery(*leftmost));
  for (auto step = chain.rbegin(); step != chain.rend(); ++step) {
    PARTON_ASSIGN_OR_RETURN(BoundQuery right, BindQuery(*(*step)->right));
    PARTON_ASSIGN_OR_RETURN(left, CombineSets(**step, std::move(left), std::move(right)));
  }
  return left;
}

Result<BoundQuery> Binder::CombineSets(const ast::SetOperation& op, BoundQuery left, BoundQuery right) {
  left = AsRows(std::move(left));
  right = AsRows(std::move(right));
  Plan::SetOperation set;
  set.kind = op.op == ast::SetOp::kUnion       ? Plan::SetKind::kUnion
             : op.op == ast::SetOp::kIntersect ? Plan::SetKind::kIntersect
                                               : Plan::SetKind::kExcept;
  set.all = op.quantifier == ast::SetQuantifier::kAll;
  set.outer = op.outer;
  set.left_slot = left.query.slot;
  set.right_slot = right.query.slot;
  BoundQuery q;
  const std::vector<std::string>& a = left.query.columns;
  const std::vector<std::string>& b = right.query.columns;
  if (op.corresponding) {
    set.by_name = true;
    for (const ast::Identifier& name : op.by) set.corresponding.push_back(name.name);
    if (op.by.empty() && !a.empty() && !b.empty()) {
      for (const std::string& column : a) {
        if (std::find(b.begin(), b.end(), column) != b.end()) set.corresponding.push_back(column);
      }
      if (set.corresponding.empty()) {
        return Status::Validation("CORRESPONDING: the two sides have no column in common", left.query.span);
      }
    }
    q.query.columns = set.corresponding;
    q.explicit_columns = !set.corresponding.empty();
    q.tuple = true;
  } else if (!op.outer) {
    if (!a.empty() && !b.empty() && a.size() != b.size()) {
      return Status::Validation(fmt::format("the sides of a set operator have {} and {} columns", a.size(), b.size()),
                                right.query.span, "OUTER UNION, INTERSECT and EXCEPT take any rows");
    }
    set.left_columns = a;
    set.right_columns = b;
    q.query.columns = a;
    q.explicit_columns = left.explicit_columns && right.explicit_columns;
    q.tuple = left.tuple && right.tuple;
    if (left.width > 0 && right.width > 0 && left.width != right.width) {
      return Status::Validation(
          fmt::format("the sides of a set operator have {} and {} columns", left.width, right.width));
    }
    if (left.width == right.width) q.width = left.width;
  }
  q.query.slot = set.slot = NewSlot();
  q.query.root = MakePlan(std::move(set), {left.query.root, right.query.root});
  return q;
}

Result<SortKey> Binder::BindSortKey(const ast::OrderItem& item) {
  SortKey key;
  PARTON_ASSIGN_OR_RETURN(key.expr, BindExpr(*item.expr));
  key.descending = item.descending;
  key.nulls_first = item.nulls_first.value_or(item.descending);
  return key;
}

Status Binder::AddLimit(const ast::Query& query, std::vector<SortKey> order, PlanPtr* plan) {
  if (query.limit == nullptr && query.offset == nullptr) return Status::Ok();
  Restore<Block*> block(&block_, nullptr);
  Plan::Limit limit;
  if (query.with_ties) limit.ties = std::move(order);
  if (query.limit != nullptr) {
    if (IsNegativeLiteral(*query.limit)) {
      return Status::Validation("LIMIT must not be negative", query.limit->span);
    }
    PARTON_ASSIGN_OR_RETURN(limit.limit, BindExpr(*query.limit));
  }
  if (query.after != nullptr) {
    if (query.offset != nullptr) {
      return Status::Validation("LIMIT ... AFTER goes on behind a row: it has no OFFSET", query.offset->span);
    }
    PARTON_ASSIGN_OR_RETURN(limit.after, BindExpr(*query.after));
  }
  if (query.offset != nullptr) {
    if (IsNegativeLiteral(*query.offset)) {
      return Status::Validation("OFFSET must not be negative", query.offset->span);
    }
    PARTON_ASSIGN_OR_RETURN(limit.offset, BindExpr(*query.offset));
  }
  *plan = MakePlan(std::move(limit), {std::move(*plan)});
  return Status::Ok();
}

Status Binder::BindTail(const ast::Query& query, BoundQuery* q) {
  std::vector<SortKey> order;
  if (!query.order_by.empty()) {
    // The rows are what names refer to.
    Scope rows;
    rows.outer = scopes_.top;
    Variable row;
    row.value = SlotRef(q->query.slot, "");
    row.columns = q->query.columns;
    row.closed = !row.columns.empty();
    row.stored = q->stored;
    rows.variables.push_back(row);
    Restore<const Scope*> inside(&scopes_.top, &rows);
    Restore<Block*> block(&block_, nullptr);
    Plan::Sort sort;
    for (const ast::OrderItem& item : query.order_by) {
      const auto* literal = item.expr->As<ast::Literal>();
      if (literal != nullptr && literal->value.is_small_int() && row.closed) {
        int64_t position = literal->value.int_value();
        if (position < 1 || position > static_cast<int64_t>(row.columns.size())) {
          return Status::Validation(fmt::format("ORDER BY position {} is not in the select list", position),
                                    item.expr->span);
        }
        ast::Identifier name{row.columns[static_cast<size_t>(position - 1)], true, item.expr->span};
        SortKey key;
        key.expr = AttributeExpr(row, name);
        key.descending = item.descending;
        key.nulls_first = item.nulls_first.value_or(item.descending);
        sort.keys.push_back(std::move(key));
        continue;
      }
      PARTON_ASSIGN_OR_RETURN(SortKey key, BindSortKey(item));
      sort.keys.push_back(std::move(key));
    }
    order = sort.keys;
    q->query.root = MakePlan(std::move(sort), {q->query.root});
    q->query.shape = Query::Shape::kList;
  }
  return AddLimit(query, std::move(order), &q->query.root);
}

}  // namespace parton::binder
