// The select list: items, `*`, EXCLUDE, and the value of a row.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "planner/binder/binder_internal.h"
#include "planner/binder/row_functions.h"
#include "planner/plan/plan_visit.h"

namespace parton::binder {

namespace {

Value ExcludeStepValue(const ast::ExcludeStep& step) {
  using Kind = ast::PathStep::Kind;
  switch (step.kind) {
    case Kind::kName:
      return Value::List({Value::String("n"), Value::String(step.name.name), Value::Bool(step.name.quoted)});
    case Kind::kIndex: return Value::List({Value::String("i"), Value::Int(step.index)});
    case Kind::kWildcard: return Value::List({Value::String("w")});
    case Kind::kUnpivot: return Value::List({Value::String("u")});
  }
  return Value::Missing();
}

bool HasWildcard(const ast::Expr& e) {
  const auto* path = e.As<ast::Path>();
  if (path == nullptr) return false;
  for (const ast::PathStep& step : path->steps) {
    if (step.kind == ast::PathStep::Kind::kWildcard || step.kind == ast::PathStep::Kind::kUnpivot) return true;
  }
  return false;
}

// The attributes that `e` names of a global index which has them not.
void AddUnprojected(const Expr& e, const Scopes& scopes, std::string* index, std::set<std::string>* names) {
  const auto* path = e.As<Expr::Path>();
  const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
  for (const Scope* scope = scopes.top; base != nullptr && scope != nullptr; scope = scope->outer) {
    for (const Variable& v : scope->variables) {
      const auto* slot = v.value == nullptr ? nullptr : v.value->As<Expr::Slot>();
      const PathStep& step = path->steps[0];
      if (v.index == nullptr || v.index->kind != IndexKind::kGlobal || slot == nullptr || slot->index != base->index ||
          step.index >= 0 || path->ignore_case[0]) {
        continue;
      }
      if (v.index->Covers(step.name, v.table->key)) continue;
      *index = v.index->name;
      names->insert(step.name);
    }
  }
  ForEachChild(e, [&](const ExprPtr& child) { AddUnprojected(*child, scopes, index, names); });
}

// Beside a `*`, which gives what an index has, only what it has may be named. Elsewhere the choice of the access path
// finds out.
Status CheckProjected(const Projection& p, const Scopes& scopes) {
  if (std::none_of(p.items.begin(), p.items.end(), [](const Item& i) { return i.spread; })) return Status::Ok();
  std::string index;
  std::set<std::string> names;
  TextSpan span;
  for (const Item& item : p.items) {
    if (!item.spread) AddUnprojected(*item.value, scopes, &index, &names);
    if (!names.empty() && span.line == 0) span = item.span;
  }
  if (names.empty()) return Status::Ok();
  return Status::Validation(
      fmt::format("One or more parameter values were invalid: Global secondary index {} does not project [{}]", index,
                  fmt::join(names, ", ")),
      span);
}

}  // namespace

std::optional<std::string> LastName(const ast::Expr& e) {
  if (const auto* v = e.As<ast::Variable>()) return v->name.name;
  const auto* p = e.As<ast::Path>();
  if (p == nullptr) return std::nullopt;
  const ast::PathStep& last = p->steps.back();
  if (last.kind == ast::PathStep::Kind::kName) return last.name.name;
  if (last.kind != ast::PathStep::Kind::kIndex) return std::nullopt;
  const auto* literal = last.index->As<ast::Literal>();
  if (literal == nullptr || !literal->value.is_text()) return std::nullopt;
  return std::string(literal->value.bytes());
}

std::optional<std::string> ItemName(const ast::Expr& e, bool dynamo) {
  if (std::optional<std::string> name = LastName(e)) return name;
  const auto* p = e.As<ast::Path>();
  if (dynamo && p != nullptr && p->steps.back().kind == ast::PathStep::Kind::kIndex) {
    // The last named component with its subscripts: m.k[0] is k[0].
    std::string subscripts;
    for (size_t i = p->steps.size(); i-- > 0;) {
      const ast::PathStep& step = p->steps[i];
      if (step.kind == ast::PathStep::Kind::kName) return step.name.name + subscripts;
      const auto* index = step.index == nullptr ? nullptr : step.index->As<ast::Literal>();
      if (index == nullptr) break;
      subscripts = fmt::format("[{}]", index->value.ToLiteral()) + subscripts;
    }
    if (const auto* root = p->root->As<ast::Variable>()) return root->name.name + subscripts;
  }
  if (const auto* cast = e.As<ast::Cast>(); cast != nullptr && cast->operand->As<ast::Variable>() != nullptr) {
    return cast->operand->As<ast::Variable>()->name.name;
  }
  return std::nullopt;
}

Status Binder::BindExclude(const ast::Select& select, Scope* from, Scope* groups, std::vector<SlotExpr>* outputs) {
  std::vector<std::pair<Variable*, std::vector<Value>>> roots;
  for (const ast::ExcludePath& path : select.exclude) {
    Variable* root = nullptr;
    for (Scope* s : {groups, from}) {
      if (s == nullptr || root != nullptr) continue;
      for (Variable& v : s->variables) {
        if (SameName(v.name, path.root) || (!v.also_name.empty() && SameName(v.also_name, path.root))) root = &v;
      }
    }
    std::vector<Value> steps;
    if (root == nullptr) {
      // EXCLUDE a: an attribute of the one FROM variable.
      int rows = 0;
      for (Variable& v : from->variables) {
        if (v.kind == Variable::Kind::kRow) {
          ++rows;
          root = &v;
        }
      }
      if (rows != 1) {
        return Status::Validation(fmt::format("EXCLUDE: unknown name \"{}\"", path.root.name), path.span);
      }
      steps.push_back(ExcludeStepValue(ast::ExcludeStep{ast::PathStep::Kind::kName, path.root, 0}));
    } else if (path.steps.empty()) {
      return Status::Validation("EXCLUDE needs a path into a variable, not all of it", path.span);
    }
    for (const ast::ExcludeStep& step : path.steps) steps.push_back(ExcludeStepValue(step));
    auto known = std::find_if(roots.begin(), roots.end(), [&](const auto& r) { return r.first == root; });
    if (known == roots.end()) {
      roots.emplace_back(root, std::vector<Value>());
      known = roots.end() - 1;
    }
    known->second.push_back(Value::List(std::move(steps)));
  }
  for (auto& [root, paths] : roots) {
    int slot = NewSlot();
    std::vector<ExprPtr> args{root->value, MakeExpr(Expr::Literal{Value::List(std::move(paths))})};
    outputs->push_back(SlotExpr{slot, MakeExpr(Expr::Call{&ExcludeFunction(), std::move(args)})});
    root->value = SlotRef(slot, root->name);
    root->columns.clear();
    root->closed = false;
  }
  return Status::Ok();
}

void AddSpread(const Variable& v, int position, bool merged, Projection* p) {
  const bool fewer = merged && !v.merged.empty();
  if ((v.nullable || fewer) && v.closed) {
    // Unmatched rows of an outer join have all known columns, as NULL.
    for (const std::string& column : v.columns) {
      if (fewer && IsMerged(v, column)) continue;
      Item item;
      item.name = column;
      item.value = AttributeExpr(v, ast::Identifier{column, true, {}});
      p->items.push_back(std::move(item));
    }
    return;
  }
  Item item;
  item.value = v.value;
  if (fewer) {
    std::vector<Value> paths;
    for (const ast::Identifier& name : v.merged) {
      ast::ExcludeStep step{ast::PathStep::Kind::kName, name, 0};
      step.name.quoted = name.quoted || v.stored;
      paths.push_back(Value::List({ExcludeStepValue(step)}));
    }
    std::vector<ExprPtr> args{v.value, MakeExpr(Expr::Literal{Value::List(std::move(paths))})};
    item.value = MakeExpr(Expr::Call{&ExcludeFunction(), std::move(args)});
  }
  item.spread = true;
  item.position = position;
  p->items.push_back(std::move(item));
}

void AddStar(const Scope& from, const Scope* groups, Projection* p) {
  if (groups != nullptr) {
    for (const Variable& v : groups->variables) {
      Item item;
      item.name = v.name;
      item.value = v.value;
      p->columns.push_back(v.name);
      p->items.push_back(std::move(item));
    }
    p->tuple = true;
    return;
  }
  bool known = true;
  int position = 0;
  // Columns of USING come first, those of the outermost join before the others.
  std::vector<const Variable*> merged;
  for (const Variable& v : from.variables) {
    if (v.kind == Variable::Kind::kMerged) merged.push_back(&v);
  }
  std::stable_sort(merged.begin(), merged.end(), [](const auto* a, const auto* b) { return a->join > b->join; });
  for (const Variable* v : merged) {
    Item item;
    item.name = v->name;
    item.value = v->value;
    p->columns.push_back(v->name);
    p->items.push_back(std::move(item));
  }
  for (const Variable& v : from.variables) {
    if (v.kind == Variable::Kind::kLet || v.kind == Variable::Kind::kMerged) continue;
    if (v.kind == Variable::Kind::kRow) {
      AddSpread(v, ++position, true, p);
      known = known && v.closed;
      for (const std::string& c : v.columns) {
        if (!IsMerged(v, c)) p->columns.push_back(c);
      }
      continue;
    }
    Item item;
    item.name = v.name;
    item.value = v.value;
    p->columns.push_back(v.name);
    p->items.push_back(std::move(item));
  }
  std::set<std::string> distinct(p->columns.begin(), p->columns.end());
  if (!known || distinct.size() != p->columns.size()) p->columns.clear();
  p->tuple = true;
  if (p->items.size() == 1 && p->items[0].spread) {
    const Variable& only = from.variables[0];
    if (only.tuple && !only.nullable) {
      p->value = only.value;
      p->stored = only.stored;
    }
  }
}

Status Binder::BindItems(const ast::Select& select, Projection* p) {
  p->named = true;
  p->tuple = true;
  // Items without a name are numbered among themselves.
  int position = 1;
  for (const ast::SelectItem& item : select.items) {
    if (item.kind == ast::SelectItem::Kind::kAllOf) {
      p->named = false;
      const auto* variable = item.expr->As<ast::Variable>();
      const Variable* row = variable == nullptr ? nullptr : scopes_.Find(variable->name);
      if (row != nullptr && row->kind == Variable::Kind::kRow) {
        AddSpread(*row, position++, false, p);
        if (select.items.size() == 1 && row->tuple && !row->nullable) {
          p->value = row->value;
          p->stored = row->stored;
          p->columns = row->columns;
        }
        continue;
      }
      if (strict() && item.expr->As<ast::Path>() != nullptr) {
        for (const ast::PathStep& step : item.expr->As<ast::Path>()->steps) {
          if (step.kind != ast::PathStep::Kind::kName) {
            return Status::Validation("only names may stand before .* in a select list", item.span);
          }
        }
      }
      Item spread;
      PARTON_ASSIGN_OR_RETURN(spread.value, BindExpr(*item.expr));
      spread.spread = true;
      spread.position = position++;
      spread.span = item.span;
      p->items.push_back(std::move(spread));
      continue;
    }
    if (strict() && HasWildcard(*item.expr)) {
      return Status::Validation("a path with a wildcard cannot be a select item", item.span, "SELECT VALUE takes it");
    }
    Item out;
    for (const auto& [key, bound] : block_->keys) {
      if (key == item.expr.get()) out.value = bound;
    }
    if (out.value == nullptr) {
      PARTON_ASSIGN_OR_RETURN(out.value, BindExpr(*item.expr));
    }
    out.alias = Written(item.as);
    std::optional<std::string> name = out.alias ? item.as.name : ItemName(*item.expr, dynamo());
    out.name = name ? *std::move(name) : fmt::format("_{}", position++);
    out.span = item.span;
    p->items.push_back(std::move(out));
  }
  if (p->named) {
    for (const Item& item : p->items) p->columns.push_back(item.name);
  }
  return CheckProjected(*p, scopes_);
}

Result<Projection> Binder::BindProjection(const ast::Select& select, const Scope& from, const Scope* groups) {
  Projection p;
  switch (select.kind) {
    case ast::Select::Kind::kItems: PARTON_RETURN_IF_ERROR(BindItems(select, &p)); break;
    case ast::Select::Kind::kStar:
      if (select.from.empty()) return Status::Validation("SELECT * needs a FROM clause", {});
      AddStar(from, groups, &p);
      break;
    case ast::Select::Kind::kValue: {
      PARTON_ASSIGN_OR_RETURN(p.value, BindExpr(*select.value));
      if (const auto* slot = p.value->As<Expr::Slot>()) {
        for (const Variable& v : from.variables) {
          const auto* row = v.value->As<Expr::Slot>();
          if (row == nullptr || row->index != slot->index) continue;
          p.stored = v.stored;
          p.tuple = v.tuple && !v.nullable;
        }
      }
      break;
    }
    case ast::Select::Kind::kPivot: {
      PARTON_ASSIGN_OR_RETURN(p.value, BindExpr(*select.value));
      PARTON_ASSIGN_OR_RETURN(p.pivot_name, BindExpr(*select.pivot_name));
      break;
    }
  }
  return p;
}

ExprPtr RowValue(const Projection& p, RowForm form, TextSpan span) {
  if (p.value != nullptr) return p.value;
  if (p.named && form == RowForm::kColumn && p.items.size() == 1) return p.items[0].value;
  if (p.named && form == RowForm::kArray) {
    Expr::MakeCollection make;
    make.type = Type::kList;
    for (const Item& item : p.items) make.elements.push_back(item.value);
    return MakeExpr(std::move(make), span);
  }
  Expr::MakeStruct make;
  for (const Item& item : p.items) {
    Expr::StructPart part;
    if (!item.spread) part.name = MakeExpr(Expr::Literal{Value::String(item.name)}, item.span);
    part.value = item.value;
    part.position = item.position;
    make.parts.push_back(std::move(part));
  }
  return MakeExpr(std::move(make), span);
}

}  // namespace parton::binder
