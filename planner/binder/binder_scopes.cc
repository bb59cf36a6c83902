#include "planner/binder/binder_scopes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace parton::binder {

bool SameName(std::string_view known, const ast::Identifier& written) {
  return written.quoted ? known == written.name : EqualsIgnoreCase(known, written.name);
}

bool Written(const ast::Identifier& name) { return !name.name.empty() || name.quoted; }

bool IsMerged(const Variable& row, const std::string& column) {
  return std::any_of(row.merged.begin(), row.merged.end(),
                     [&](const ast::Identifier& name) { return SameName(column, name); });
}

ExprPtr SlotRef(int slot, std::string_view name, TextSpan span) {
  return MakeExpr(Expr::Slot{slot, std::string(name)}, span);
}

namespace {

// The last variable of that name in one scope: an exact match before one that differs in case.
const Variable* FindIn(const Scope& scope, const ast::Identifier& name, bool skip_aliases) {
  const Variable* close = nullptr;
  for (auto v = scope.variables.rbegin(); v != scope.variables.rend(); ++v) {
    const bool alias = v->kind == Variable::Kind::kAlias || v->kind == Variable::Kind::kMerged;
    if (skip_aliases && alias) continue;
    for (const std::string* known : {&v->name, &v->also_name}) {
      if (known->empty() && !(name.quoted && known == &v->name && v->kind == Variable::Kind::kAlias)) continue;
      if (*known == name.name) return &*v;
      if (close == nullptr && SameName(*known, name)) close = &*v;
    }
  }
  return close;
}

const std::string* FindColumn(const Variable& v, const ast::Identifier& name) {
  const std::string* close = nullptr;
  for (const std::string& column : v.columns) {
    if (column == name.name) return &column;
    if (close == nullptr && SameName(column, name)) close = &column;
  }
  return close;
}

// Whether some element of a collection is a tuple with that attribute.
bool HasAttribute(const Value& rows, const ast::Identifier& name) {
  if (rows.is_struct()) {
    const Value row = rows.Materialize();
    return std::any_of(row.fields().begin(), row.fields().end(),
                       [&](const Field& f) { return SameName(f.name, name); });
  }
  if (!rows.is_collection()) return false;
  return std::any_of(rows.elements().begin(), rows.elements().end(),
                     [&](const Value& v) { return v.is_struct() && HasAttribute(v, name); });
}

std::string Quoted(const Variable& v) { return fmt::format("\"{}\"", v.name); }

// "a" and "b"
std::string Listing(const std::vector<const Variable*>& rows) {
  std::string out;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) out += i + 1 == rows.size() ? " and " : ", ";
    out += rows[i]->name.empty() ? "an unnamed source" : Quoted(*rows[i]);
  }
  return out;
}

Status Ambiguous(const ast::Identifier& name, const std::vector<const Variable*>& rows) {
  return Status::Validation(
      fmt::format("the name \"{}\" is ambiguous: it may be an attribute of {}", name.name, Listing(rows)), name.span,
      rows[0]->name.empty() ? "" : fmt::format("write {}.{}", rows[0]->name, name.name));
}

// Whether a name that `row` has means an attribute all the same: a bare name, where the row's is only
// its table's, or is that of one of its columns too. `@name` is the row in any case.
bool HidesNothing(const Variable& row, const ast::Variable& written, bool path_root) {
  if (path_root || written.local || row.kind != Variable::Kind::kRow || !row.implied_name) return false;
  return !row.closed || FindColumn(row, written.name) != nullptr;
}

ExprPtr At(const ExprPtr& e, TextSpan span) {
  auto copy = std::make_shared<Expr>(*e);
  copy->span = span;
  return copy;
}

}  // namespace

const Variable* Scopes::Find(const ast::Identifier& name, bool skip_aliases) const {
  for (const Scope* s = top; s != nullptr; s = s->outer) {
    if (const Variable* v = FindIn(*s, name, skip_aliases)) return v;
  }
  return nullptr;
}

ExprPtr AttributeExpr(const Variable& row, const ast::Identifier& name) {
  Expr::Path path;
  path.base = row.value;
  path.steps.push_back(PathStep{name.name, -1});
  path.ignore_case.push_back(!name.quoted && !row.stored);
  path.null_row = row.nullable;
  return MakeExpr(std::move(path), name.span);
}

Result<std::optional<Resolved>> Scopes::FindAttribute(const ast::Identifier& name) const {
  for (const Scope* s = top; s != nullptr; s = s->outer) {
    std::vector<const Variable*> open;
    for (const Variable& v : s->variables) {
      if (v.kind == Variable::Kind::kRow && !v.closed) open.push_back(&v);
    }
    if (open.size() > 1) {
      // Among constants, the one whose rows have it.
      std::vector<const Variable*> having;
      for (const Variable* v : open) {
        if (v->constant == nullptr || HasAttribute(v->constant->As<Expr::Literal>()->value, name)) {
          having.push_back(v);
        }
      }
      if (having.size() != 1 || having[0]->constant == nullptr) return Ambiguous(name, open);
      open = std::move(having);
    }
    if (open.size() == 1) {
      return std::optional<Resolved>(Resolved{AttributeExpr(*open[0], name), open[0]->stored});
    }
  }
  return std::optional<Resolved>();
}

Result<std::optional<Resolved>> Scopes::Resolve(const ast::Variable& v, bool path_root, bool* may_be_attribute) const {
  const ast::Identifier& name = v.name;
  // `ORDER BY x.a`, `ORDER BY @x`: the FROM variable x before a select alias x.
  bool skip_aliases = false;
  if (path_root || v.local) {
    const Variable* row = Find(name, /*skip_aliases=*/true);
    skip_aliases = row != nullptr && (v.local || row->kind == Variable::Kind::kRow);
  }
  bool may_be_nearer = false;  // an attribute of a row of an inner scope, before an outer row's column
  for (const Scope* s = top; s != nullptr; s = s->outer) {
    const Variable* found = FindIn(*s, name, skip_aliases);
    if (found != nullptr && found->kind == Variable::Kind::kMerged && may_be_nearer) found = nullptr;
    if (found != nullptr && HidesNothing(*found, v, path_root)) {
      found = nullptr;
      *may_be_attribute = true;
    }
    if (found != nullptr) return std::optional(Resolved{At(found->value, name.span), found->stored, found->nullable});
    std::vector<const Variable*> having;
    const std::string* column = nullptr;
    for (const Variable& row : s->variables) {
      if (row.kind != Variable::Kind::kRow || !row.closed || may_be_nearer) continue;
      if (const std::string* c = FindColumn(row, name)) {
        having.push_back(&row);
        column = c;
      }
    }
    if (having.size() > 1) return Ambiguous(name, having);
    if (column != nullptr) {
      ast::Identifier exact{*column, true, name.span};
      return std::optional(Resolved{AttributeExpr(*having[0], exact), having[0]->stored});
    }
    for (const Variable& row : s->variables) {
      if (row.kind == Variable::Kind::kRow && !row.closed) may_be_nearer = true;
    }
  }
  return std::optional<Resolved>();
}

void Scopes::AddNames(std::vector<std::string>* out) const {
  for (const Scope* s = top; s != nullptr; s = s->outer) {
    for (const Variable& v : s->variables) {
      if (!v.name.empty()) out->push_back(v.name);
      out->insert(out->end(), v.columns.begin(), v.columns.end());
    }
  }
}

void Outside::AddNames(std::vector<std::string>* out) const {
  if (input_.store != nullptr) {
    for (const TablePtr& t : input_.store->Tables()) out->push_back(t->name);
  }
  if (input_.globals != nullptr) {
    for (const auto& [global, value] : *input_.globals) out->push_back(global);
  }
}

const Value* Outside::FindGlobal(const ast::Identifier& name) const {
  if (input_.globals == nullptr) return nullptr;
  auto exact = input_.globals->find(name.name);
  if (exact != input_.globals->end()) return &exact->second;
  if (name.quoted) return nullptr;
  for (const auto& [known, value] : *input_.globals) {
    if (EqualsIgnoreCase(known, name.name)) return &value;
  }
  return nullptr;
}

ast::Identifier Joined(const ast::Identifier& database, const ast::Identifier& table) {
  TextSpan span = database.span;
  if (table.span.offset >= span.offset) span.length = table.span.offset + table.span.length - span.offset;
  return ast::Identifier{database.name + "." + table.name, true, span};
}

bool Outside::HasDatabase(const ast::Identifier& name) const {
  return input_.store != nullptr && input_.store->HasDatabase(name.name);
}

TablePtr Outside::FindAttached(const ast::Identifier& database, const ast::Identifier& name) const {
  if (!HasDatabase(database)) return nullptr;
  Result<TablePtr> table = input_.store->GetTable(Joined(database, name).name);
  return table.ok() ? *table : nullptr;
}

TablePtr Outside::FindTable(const ast::Identifier& name) const {
  if (input_.store == nullptr) return nullptr;
  Result<TablePtr> table = input_.store->GetTable(name.name);
  return table.ok() ? *table : nullptr;
}

}  // namespace parton::binder
