#include "planner/dynamo_expression.h"

#include <algorithm>

#include <fmt/format.h>

#include "types/functions.h"
#include "types/item_rules.h"

namespace parton {

namespace {

std::string JsonText(std::string_view s) { return Value::String(s).ToJson(); }

std::string ObjectText(const std::vector<std::pair<std::string, std::string>>& fields, bool quote) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", JsonText(name), quote ? JsonText(value) : value);
  }
  return out.empty() ? out : "{" + out + "}";
}

bool ReadsNothing(const Expr& e) { return IsFixedPerExecution(e) && e.As<Expr::BadLiteral>() == nullptr; }

}  // namespace

std::string DynamoExpressions::Name(std::string_view attribute) {
  for (const auto& [placeholder, known] : names_) {
    if (known == attribute) return placeholder;
  }
  const bool plain = !attribute.empty() && std::all_of(attribute.begin(), attribute.end(), [](unsigned char c) {
    return c < 128 && (std::isalnum(c) != 0 || c == '_');
  });
  std::string placeholder = plain ? fmt::format("#{}", attribute) : fmt::format("#n{}", names_.size() + 1);
  auto taken = [&] {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& n) { return n.first == placeholder; });
  };
  while (taken()) placeholder += "_";
  names_.emplace_back(placeholder, attribute);
  return placeholder;
}

std::string DynamoExpressions::PlaceValue(const std::string& dynamo_json) {
  for (const auto& [placeholder, known] : values_) {
    if (known == dynamo_json) return placeholder;
  }
  values_.emplace_back(fmt::format(":v{}", values_.size() + 1), dynamo_json);
  return values_.back().first;
}

std::optional<std::string> DynamoExpressions::ValueJson(const Expr& e, std::string_view type) {
  const std::vector<int> slots = SlotsRead(e);
  if (std::binary_search(slots.begin(), slots.end(), slot_)) return std::nullopt;
  if (!ReadsNothing(e)) return fmt::format("{{\"{}\":{}}}", type, JsonText("<" + ToString(e) + ">"));
  Value v = EvaluateValue(e, *ctx_);
  if (ctx_->failed()) {
    ctx_->error = Status();
    return std::nullopt;
  }
  if (v.is_absent()) return std::nullopt;
  Result<Value> storable = ToStorable(v, "");
  if (!storable.ok()) return std::nullopt;
  Result<std::string> json = storable->ToDynamoJson();
  if (!json.ok()) return std::nullopt;
  return *std::move(json);
}

std::optional<std::string> DynamoExpressions::PlaceValueOf(const Expr& e, std::string_view type) {
  std::optional<std::string> json = ValueJson(e, type);
  if (json) return PlaceValue(*json);
  return std::nullopt;
}

std::string DynamoExpressions::PathText(const std::vector<PathStep>& steps) {
  std::string out;
  for (const PathStep& s : steps) {
    out += s.index >= 0 ? fmt::format("[{}]", s.index) : (out.empty() ? "" : ".") + Name(s.name);
  }
  return out;
}

std::optional<std::string> DynamoExpressions::Path(const Expr& e) {
  const auto* path = e.As<Expr::Path>();
  const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
  if (base == nullptr || base->index != slot_ || path->steps[0].index >= 0) return std::nullopt;
  return PathText(path->steps);
}

std::optional<std::string> DynamoExpressions::Operand(const Expr& e) {
  if (e.As<Expr::Path>() != nullptr) {
    if (std::optional<std::string> path = Path(e)) return path;
  }
  if (const auto* call = e.As<Expr::Call>(); call != nullptr && call->function->name == "SIZE") {
    std::optional<std::string> path = Path(*call->args[0]);
    if (!path) return std::nullopt;
    return fmt::format("size({})", *path);
  }
  return PlaceValueOf(e);
}

std::optional<std::string> DynamoExpressions::Compare(const Expr::Compare& c) {
  if (c.rows) return std::nullopt;  // lists have no order there
  const bool mirrored = !Path(*c.left) && c.left->As<Expr::Call>() == nullptr;
  const Expr& left = mirrored ? *c.right : *c.left;
  const Expr& right = mirrored ? *c.left : *c.right;
  std::optional<std::string> l = Operand(left), r = Operand(right);
  if (!l || !r) return std::nullopt;
  const std::string text = fmt::format("{} {} {}", *l, CompareOpText(mirrored ? Mirrored(c.op) : c.op), *r);
  if (c.op != CompareOp::kNe || logic_ == Logic::kDynamo) return text;
  // DynamoDB has `<>` true where the attribute is absent or NULL.
  if (Path(right)) return std::nullopt;
  std::optional<std::string> path = Path(left);
  if (!path) return std::nullopt;
  return fmt::format("(attribute_exists({0}) AND NOT attribute_type({0}, {1}) AND {2})", *path,
                     PlaceValue("{\"S\":\"NULL\"}"), text);
}

std::optional<std::string> DynamoExpressions::Call(const Expr::Call& c) {
  const std::string& name = c.function->name;
  std::optional<std::string> path;
  if (!c.args.empty()) path = Path(*c.args[0]);
  if (!path) return std::nullopt;
  if (name == "ATTRIBUTE_EXISTS" || name == "ATTRIBUTE_NOT_EXISTS") {
    return fmt::format("{}({})", name == "ATTRIBUTE_EXISTS" ? "attribute_exists" : "attribute_not_exists", *path);
  }
  if (c.args.size() != 2) return std::nullopt;
  const char* word = name == "BEGINS_WITH"      ? "begins_with"
                     : name == "CONTAINS"       ? "contains"
                     : name == "ATTRIBUTE_TYPE" ? "attribute_type"
                                                : nullptr;
  if (word == nullptr) return std::nullopt;
  std::optional<std::string> value = PlaceValueOf(*c.args[1]);
  if (!value) return std::nullopt;
  return fmt::format("{}({}, {})", word, *path, *value);
}

std::optional<std::string> DynamoExpressions::Is(const Expr::Is& is) {
  using Test = Expr::Is::Test;
  std::optional<std::string> path = Path(*is.operand);
  if (!path) return std::nullopt;
  if (is.test == Test::kMissing) {
    return fmt::format("{}({})", is.negated ? "attribute_exists" : "attribute_not_exists", *path);
  }
  if (is.test != Test::kNull) return std::nullopt;
  const std::string null = PlaceValue("{\"S\":\"NULL\"}");
  if (is.negated) return fmt::format("(attribute_exists({0}) AND NOT attribute_type({0}, {1}))", *path, null);
  return fmt::format("(attribute_not_exists({0}) OR attribute_type({0}, {1}))", *path, null);
}

std::optional<std::string> DynamoExpressions::In(const Expr::In& in) {
  std::optional<std::string> path = Path(*in.needle);
  if (in.negated || !path) return std::nullopt;
  std::vector<std::string> values;
  auto add = [&](const Expr& e) {
    std::optional<std::string> v = PlaceValueOf(e);
    if (v) values.push_back(*v);
    return v.has_value();
  };
  if (const auto* list = in.haystack->As<Expr::MakeCollection>()) {
    for (const ExprPtr& e : list->elements) {
      if (!add(*e)) return std::nullopt;
    }
  } else if (ReadsNothing(*in.haystack)) {
    const Value list_value = EvaluateValue(*in.haystack, *ctx_);
    if (!list_value.is_collection()) return std::nullopt;
    for (const Value& v : list_value.elements()) {
      if (!add(*MakeExpr(Expr::Literal{v}))) return std::nullopt;
    }
  }
  // An IN of DynamoDB has one to a hundred operands.
  if (values.empty() || values.size() > 100) return std::nullopt;
  return fmt::format("{} IN ({})", *path, fmt::join(values, ", "));
}

std::optional<std::string> DynamoExpressions::Not(const Expr::Not& n) {
  const auto* call = n.operand->As<Expr::Call>();
  // Where NOT of something absent is absent, only what is never absent can be turned round.
  const bool total = call != nullptr && call->function->probes;
  if (logic_ != Logic::kDynamo && !total) return std::nullopt;
  std::optional<std::string> inner = Condition(*n.operand);
  if (!inner) return std::nullopt;
  return fmt::format("NOT {}", call != nullptr ? *inner : "(" + *inner + ")");
}

std::optional<std::string> DynamoExpressions::Join(const std::vector<ExprPtr>& terms, std::string_view word) {
  std::vector<std::string> texts;
  for (const ExprPtr& t : terms) {
    std::optional<std::string> text = Condition(*t);
    if (!text) return std::nullopt;
    const bool nested = t->As<Expr::Or>() != nullptr || (word == "OR" && t->As<Expr::And>() != nullptr);
    texts.push_back(nested ? "(" + *text + ")" : *text);
  }
  return fmt::format("{}", fmt::join(texts, fmt::format(" {} ", word)));
}

template <typename Fn>
std::optional<std::string> DynamoExpressions::OrUndo(Fn translate) {
  const size_t names = names_.size(), values = values_.size();
  std::optional<std::string> text = translate();
  if (!text) {
    // DynamoDB refuses placeholders that no expression uses.
    names_.resize(names);
    values_.resize(values);
  }
  return text;
}

std::optional<std::string> DynamoExpressions::Condition(const Expr& e) {
  return OrUndo([&] { return ConditionOf(e); });
}

std::optional<std::string> DynamoExpressions::Update(const std::vector<UpdateAction>& actions) {
  return OrUndo([&] { return UpdateOf(actions); });
}

std::optional<std::string> DynamoExpressions::ConditionOf(const Expr& e) {
  if (const auto* c = e.As<Expr::Compare>()) return Compare(*c);
  if (const auto* a = e.As<Expr::And>()) return Join(a->terms, "AND");
  if (const auto* o = e.As<Expr::Or>()) return Join(o->terms, "OR");
  if (const auto* n = e.As<Expr::Not>()) return Not(*n);
  if (const auto* is = e.As<Expr::Is>()) return Is(*is);
  if (const auto* in = e.As<Expr::In>()) return In(*in);
  if (const auto* call = e.As<Expr::Call>()) return Call(*call);
  if (const auto* b = e.As<Expr::Between>(); b != nullptr && !b->negated) {
    std::optional<std::string> path = Operand(*b->value), low = PlaceValueOf(*b->low), high = PlaceValueOf(*b->high);
    if (path && low && high) return fmt::format("{} BETWEEN {} AND {}", *path, *low, *high);
  }
  return std::nullopt;
}

std::optional<std::string> DynamoExpressions::UpdateOperand(const Expr& e) {
  if (std::optional<std::string> path = Path(e)) return path;
  if (const auto* b = e.As<Expr::Binary>(); b != nullptr && !ReadsNothing(e)) {
    if (b->op != BinaryOp::kAdd && b->op != BinaryOp::kSub) return std::nullopt;
    // An operand cannot be a sum again.
    if (b->left->As<Expr::Binary>() != nullptr || b->right->As<Expr::Binary>() != nullptr) return std::nullopt;
    std::optional<std::string> l = UpdateOperand(*b->left), r = UpdateOperand(*b->right);
    if (!l || !r) return std::nullopt;
    return fmt::format("{} {} {}", *l, b->op == BinaryOp::kAdd ? "+" : "-", *r);
  }
  if (const auto* call = e.As<Expr::Call>(); call != nullptr && !ReadsNothing(e)) {
    const std::string& name = call->function->name;
    if ((name != "IF_NOT_EXISTS" && name != "LIST_APPEND") || call->args.size() != 2) return std::nullopt;
    std::optional<std::string> l = UpdateOperand(*call->args[0]), r = UpdateOperand(*call->args[1]);
    if (!l || !r) return std::nullopt;
    return fmt::format("{}({}, {})", name == "IF_NOT_EXISTS" ? "if_not_exists" : "list_append", *l, *r);
  }
  return PlaceValueOf(e);
}

std::optional<std::string> DynamoExpressions::UpdateOf(const std::vector<UpdateAction>& actions) {
  using Kind = UpdateAction::Kind;
  std::string out;
  for (const auto& [kind, word] : {std::pair{Kind::kSet, "SET"}, std::pair{Kind::kRemove, "REMOVE"},
                                   std::pair{Kind::kAdd, "ADD"}, std::pair{Kind::kDelete, "DELETE"}}) {
    bool first = true;
    for (const UpdateAction& a : actions) {
      if (a.kind != kind) continue;
      out += first ? fmt::format("{}{} ", out.empty() ? "" : " ", word) : ", ";
      first = false;
      out += PathText(a.path);
      if (kind == Kind::kRemove) continue;
      std::optional<std::string> value = UpdateOperand(*a.value);
      if (!value) return std::nullopt;
      out += (kind == Kind::kSet ? " = " : " ") + *value;
    }
  }
  return out;
}

std::string DynamoExpressions::NamesJson() const { return ObjectText(names_, true); }
std::string DynamoExpressions::ValuesJson() const { return ObjectText(values_, false); }

}  // namespace parton
