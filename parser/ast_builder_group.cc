// GROUP BY of the AST builder.
#include <fmt/format.h>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

std::unique_ptr<ast::GroupBy> AstBuilder::GroupBy(Grammar::GroupByContext* c) {
  auto group = std::make_unique<ast::GroupBy>();
  group->all = c->ALL() != nullptr;
  group->partial = c->PARTIAL() != nullptr;
  std::vector<KeySets> parts;
  bool sets = false;
  for (auto* k : c->groupKey()) {
    if (k->parens()) {
      std::string words = std::string(TextOf(k->IDENTIFIER(0))) + " " + std::string(TextOf(k->IDENTIFIER(1)));
      if (!EqualsIgnoreCase(words, "GROUPING SETS")) Fail(k, "expected GROUPING SETS before (");
      ast::ExprPtr list = Parens(k->parens());
      std::vector<ast::ExprPtr> elements;
      if (list->parenthesized) {
        // ((a, b)): one set.
        list->parenthesized = false;
        elements.push_back(std::move(list));
      } else {
        elements = Row(std::move(list));
      }
      if (elements.empty()) Fail(k, "GROUPING SETS needs a set", "GROUPING SETS ((a, b), a, ())");
      parts.push_back(GroupingSets(std::move(elements), group.get()));
      sets = true;
      continue;
    }
    parts.push_back(GroupingElement(Expr(k->expr()), OptionalName(k->identifier()), group.get(), &sets));
  }
  if (sets) {
    KeySets all{{}};
    for (const KeySets& part : parts) all = Crossed(all, part, SpanOf(c));
    group->sets = std::move(all);
  }
  group->as = OptionalName(c->identifier());
  return group;
}

// The elements of a list in parentheses; of any other expression, itself.
std::vector<ast::ExprPtr> AstBuilder::Row(ast::ExprPtr e) const {
  auto* array = e->As<ast::Array>();
  if (array != nullptr && (array->row || (array->elements.empty() && IsParens(*e)))) {
    return std::move(array->elements);
  }
  std::vector<ast::ExprPtr> one;
  one.push_back(std::move(e));
  return one;
}

AstBuilder::KeySets AstBuilder::Crossed(const KeySets& a, const KeySets& b, TextSpan span) const {
  constexpr size_t kMostSets = 4096;
  if (a.size() * b.size() > kMostSets) {
    Fail(span, fmt::format("GROUP BY has more than {} grouping sets", kMostSets));
  }
  KeySets out;
  for (const auto& x : a) {
    for (const auto& y : b) {
      out.push_back(x);
      out.back().insert(out.back().end(), y.begin(), y.end());
    }
  }
  return out;
}

// What GROUPING SETS (...) lists: keys, lists of keys, ROLLUP, CUBE, and further GROUPING SETS.
AstBuilder::KeySets AstBuilder::GroupingSets(std::vector<ast::ExprPtr> elements, ast::GroupBy* group) {
  KeySets out;
  for (ast::ExprPtr& e : elements) {
    bool sets = false;
    auto* array = e->As<ast::Array>();
    if (array != nullptr && array->row && !e->parenthesized) {
      out.push_back(AddKeys(Row(std::move(e)), {}, group));
      continue;
    }
    for (auto& set : GroupingElement(std::move(e), {}, group, &sets)) out.push_back(std::move(set));
  }
  return out;
}

std::vector<size_t> AstBuilder::AddKeys(std::vector<ast::ExprPtr> keys, const ast::Identifier& as,
                                        ast::GroupBy* group) {
  std::vector<size_t> set;
  for (ast::ExprPtr& key : keys) {
    set.push_back(group->keys.size());
    group->keys.push_back({std::move(key), as});
  }
  return set;
}

// One element of GROUP BY: its keys go to `group`. `*sets` becomes true if it is more than a key.
AstBuilder::KeySets AstBuilder::GroupingElement(ast::ExprPtr e, ast::Identifier as, ast::GroupBy* group, bool* sets) {
  const TextSpan span = e->span;
  // (a, b) is one key by itself, and a set of keys in GROUPING SETS; () is the set of none.
  if (const auto* array = e->As<ast::Array>(); array != nullptr && array->elements.empty() && IsParens(*e)) {
    *sets = true;
    return {{}};
  }
  auto* call = e->As<ast::Call>();
  const bool plain = call != nullptr && !call->name.quoted && !call->over && !call->filter && !call->star;
  const bool rollup = plain && EqualsIgnoreCase(call->name.name, "ROLLUP");
  if (!rollup && !(plain && EqualsIgnoreCase(call->name.name, "CUBE"))) {
    std::vector<ast::ExprPtr> one;
    one.push_back(std::move(e));
    return {AddKeys(std::move(one), as, group)};
  }
  if (!as.empty()) Fail(span, fmt::format("{} takes no name", call->name.name));
  *sets = true;
  KeySets out{{}};
  std::vector<std::vector<size_t>> parts;
  for (ast::ExprPtr& arg : call->args) parts.push_back(AddKeys(Row(std::move(arg)), {}, group));
  if (rollup) {
    // (a, b), (a), ()
    out.clear();
    for (size_t n = parts.size() + 1; n-- > 0;) {
      out.emplace_back();
      for (size_t i = 0; i < n; ++i) out.back().insert(out.back().end(), parts[i].begin(), parts[i].end());
    }
    return out;
  }
  for (const auto& part : parts) out = Crossed(out, KeySets{part, {}}, span);
  return out;
}

}  // namespace parton::internal
