#include "session/requests/expression_cache.h"

#include <algorithm>
#include <optional>

#include "types/item/item_rules.h"

namespace parton {

namespace {

// Longer ones are seldom seen twice, and 1000 of them would be much.
constexpr size_t kMaxCachedKey = 16 << 10;

// No part holds the byte 0 but an attribute's name, whose length stands before it.
std::string KeyOf(ExpressionKind kind, std::string_view text, const Expressions& given) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(kind)));
  key.append(text);
  if (given.names) {
    for (const auto& [placeholder, name] : *given.names) {
      key.push_back('\0');
      key.append(placeholder).append(1, '\0').append(std::to_string(name.size())).append(1, '\0').append(name);
    }
  }
  key.push_back('\0');
  if (given.values) {
    for (const auto& [placeholder, value] : *given.values) {
      key.append(placeholder).append(1, '\0').append(DynamoTypeCode(value)).append(1, '\0');
    }
  }
  return key;
}

// Whether anything of it depends on more than the types of its constants: bounds in the wrong order, names of types.
bool ChecksValues(const dynamo::Node& n) {
  if (n.kind == dynamo::Node::Kind::kBetween || n.text == "attribute_type") return true;
  return std::any_of(n.args.begin(), n.args.end(), ChecksValues);
}

}  // namespace

Result<CompiledPtr> ExpressionCache::Compile(ExpressionKind kind, std::string_view text, const Expressions& given,
                                             Placeholders* placeholders) {
  std::string key = KeyOf(kind, text, given);
  const auto any = [](const CompiledPtr&) { return true; };
  if (std::optional<CompiledPtr> kept = compiled_.Find(key, any)) {
    CompiledPtr found = std::move(*kept);
    placeholders->AddUsed(found->used_names, found->used_values);
    // Types are as they were; what is checked of the values themselves may be wrong this time.
    if (found->checks_values) PARTON_RETURN_IF_ERROR(CheckDynamoExpression(found->tree, placeholders));
    return found;
  }
  auto compiled = std::make_shared<CompiledExpression>();
  PARTON_ASSIGN_OR_RETURN(compiled->tree, ParseDynamoExpression(kind, text));
  Placeholders own(given);
  PARTON_RETURN_IF_ERROR(CheckDynamoExpression(compiled->tree, &own));
  PARTON_ASSIGN_OR_RETURN(compiled->bound, BindDynamoExpression(compiled->tree, &own));
  compiled->checks_values = ChecksValues(compiled->tree.root);
  compiled->used_names = own.used_names();
  compiled->used_values = own.used_values();
  placeholders->AddUsed(compiled->used_names, compiled->used_values);
  if (key.size() <= kMaxCachedKey) compiled_.Insert(key, compiled);
  return CompiledPtr(std::move(compiled));
}

}  // namespace parton
