#include "planner/predicate/row_terms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "planner/predicate/terms.h"

namespace parton {

namespace {

// The elements of a row, which may have been folded to a literal.
std::vector<ExprPtr> ElementsOf(const ExprPtr& e) {
  if (const auto* row = e->As<Expr::MakeCollection>()) return row->elements;
  std::vector<ExprPtr> out;
  const auto* literal = e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_list()) return out;
  for (const Value& v : literal->value.elements()) out.push_back(MakeExpr(Expr::Literal{v}, e->span));
  return out;
}

bool AreAttributes(const std::vector<ExprPtr>& row, int slot) {
  return !row.empty() &&
         std::all_of(row.begin(), row.end(), [&](const ExprPtr& e) { return !AttributeOf(*e, slot).empty(); });
}

// A comparison with the value is never in error, and bounds can be made of it when the access opens.
bool IsUsable(const ExprPtr& value, int slot, KeyType type, const Settings& settings) {
  if (ReadsSlot(*value, slot) || value->As<Expr::BadLiteral>() != nullptr) return false;
  if (settings.typing != Typing::kStrict) return true;
  const auto* literal = value->As<Expr::Literal>();
  return literal != nullptr && MatchesKeyType(literal->value, type);
}

std::optional<size_t> FirstNamed(const std::vector<KeyAttribute>& components, std::string_view name) {
  for (size_t i = 0; i < components.size(); ++i) {
    if (components[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace

std::vector<KeyAttribute> KeyComponents(const TableSchema& table, const IndexSchema* index) {
  std::vector<KeyAttribute> out;
  for (const KeySchema* key : {index != nullptr ? &index->key : nullptr, &table.key}) {
    if (key == nullptr) continue;
    for (size_t i = 0; i < key->parts(); ++i) out.push_back(key->part(i));
  }
  return out;
}

std::optional<RowTerm> ReadRowTerm(const ExprPtr& term, int slot, const std::vector<KeyAttribute>& components,
                                   const Settings& settings) {
  const auto* compare = term->As<Expr::Compare>();
  if (compare == nullptr || !compare->rows || settings.logic() != Logic::kPartiql) return std::nullopt;
  if (compare->op == CompareOp::kEq || compare->op == CompareOp::kNe) return std::nullopt;
  std::vector<ExprPtr> attributes = ElementsOf(compare->left), values = ElementsOf(compare->right);
  CompareOp op = compare->op;
  if (!AreAttributes(attributes, slot)) {
    std::swap(attributes, values);
    op = Mirrored(op);
  }
  if (!AreAttributes(attributes, slot) || attributes.size() != values.size()) return std::nullopt;
  const std::optional<size_t> first = FirstNamed(components, AttributeOf(*attributes[0], slot));
  if (!first) return std::nullopt;

  RowTerm out;
  out.term = term;
  out.low = op == CompareOp::kGt || op == CompareOp::kGe;
  out.inclusive = op == CompareOp::kGe || op == CompareOp::kLe;
  out.first = *first;
  size_t taken = 0;
  for (size_t at = *first; at < components.size() && taken < attributes.size(); ++at) {
    const size_t same = *FirstNamed(components, components[at].name);
    if (same < at) {
      // The value it has before: of this row, or of the partition key.
      if (same != 0 && same < *first) break;
      out.values.push_back(same < *first ? nullptr : out.values[same - *first]);
      continue;
    }
    if (AttributeOf(*attributes[taken], slot) != components[at].name) break;
    if (!IsUsable(values[taken], slot, components[at].type, settings)) break;
    out.values.push_back(values[taken++]);
  }
  if (taken < 2) return std::nullopt;
  if (taken < attributes.size()) {
    out.exact = false;
    out.inclusive = true;
  }
  return out;
}

namespace {

void AddTexts(const RowBoundExpr& b, const std::vector<KeyAttribute>& components, size_t first, size_t said,
              std::string_view op, std::vector<std::string>* out) {
  auto add = [&](std::string text) {
    if (std::find(out->begin(), out->end(), text) == out->end()) out->push_back(std::move(text));
  };
  std::vector<std::string> names, values;
  for (size_t i = said; i < b.values.size(); ++i) {
    const std::string& name = components[first + i].name;
    if (*FirstNamed(components, name) != first + i) continue;  // it has been named
    if (i < b.fixed) {
      add(fmt::format("{} = {}", name, ToString(*b.values[i])));
    } else {
      names.push_back(name);
      values.push_back(ToString(*b.values[i]));
    }
  }
  if (names.empty()) return;
  if (b.prefix) {
    add(fmt::format("begins_with({}, {})", names.back(), values.back()));
    return;
  }
  const std::string_view form = names.size() == 1 ? "{} {} {}" : "({}) {} ({})";
  add(fmt::format(fmt::runtime(form), fmt::join(names, ", "), op, fmt::join(values, ", ")));
}

}  // namespace

std::vector<std::string> RowBoundTexts(const AccessRange& range, const Plan::Access& access) {
  const std::vector<KeyAttribute> components = KeyComponents(*access.table, access.index);
  // A fixed sort key is among the other bounds.
  const KeySchema& key = access.index != nullptr ? access.index->key : access.table->key;
  const size_t said = key.range && !key.multi() ? 1 : 0;
  std::vector<std::string> out;
  for (const auto* rows : {&range.row_lows, &range.row_highs}) {
    for (const RowBoundExpr& b : *rows) {
      const std::string op = std::string(rows == &range.row_lows ? ">" : "<") + (b.inclusive ? "=" : "");
      const size_t first = b.with_hash || access.kind == AccessKind::kRangeScan ? 0 : 1;
      AddTexts(b, components, first, std::min(said, b.fixed), op, &out);
    }
  }
  return out;
}

}  // namespace parton
