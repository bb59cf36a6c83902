#include "types/dynamo/dynamo_expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "types/dynamo/type_list.h"
#include "types/functions/functions.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

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

// Longer names get a number: a placeholder has 255 bytes at most.
constexpr size_t kMaxPlainName = 64;
constexpr std::string_view kOrderedTypes = "S,N,B";
const std::string kNullType = R"({"S":"NULL"})";

bool IsStoredType(const Value& v);
bool IsStoredPart(const Value& v) { return v.is_null() || IsStoredType(v); }

// Whether a stored value can be equal to `v`: a date is stored as a string, and no string is a date.
bool IsStoredType(const Value& v) {
  switch (v.type()) {
    case Type::kBool:
    case Type::kInt:
    case Type::kDecimal:
    case Type::kFloat:
    case Type::kString:
    case Type::kSymbol:
    case Type::kBlob:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return true;
    case Type::kList: return std::all_of(v.elements().begin(), v.elements().end(), IsStoredPart);
    case Type::kStruct: {
      const Value whole = v.Materialize();
      return std::all_of(whole.fields().begin(), whole.fields().end(),
                         [](const Field& f) { return IsStoredPart(f.value); });
    }
    default: return false;
  }
}

// The value in DynamoDB-JSON, if it can be stored and its type is one of those wanted, "S,N,B"; empty: all.
std::optional<std::string> TypedJson(const Value& v, std::string_view wanted) {
  const Result<Value> storable = ToStorable(v, "");
  if (!storable.ok()) return std::nullopt;
  const Result<std::string> json = storable->ToDynamoJson();
  if (!json.ok()) return std::nullopt;
  // {"S":"x"}
  const std::string_view type = std::string_view(*json).substr(2, json->find('"', 2) - 2);
  if (!wanted.empty() && !ListsType(wanted, type)) return std::nullopt;
  return *json;
}

// The path whose size is asked, or null.
const Expr* SizeOf(const Expr& e) {
  const auto* call = e.As<Expr::Call>();
  return call != nullptr && call->function->name == "SIZE" ? call->args[0].get() : nullptr;
}

// Whether the first parenthesis is closed by the last.
bool IsParenthesized(std::string_view text) {
  if (!text.starts_with('(')) return false;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) return i + 1 == text.size();
  }
  return false;
}

bool ReadsNothing(const Expr& e) { return IsFixedPerExecution(e) && e.As<Expr::BadLiteral>() == nullptr; }

}  // namespace

std::string InParentheses(std::string text) { return IsParenthesized(text) ? text : "(" + text + ")"; }

std::string DynamoExpressions::Name(std::string_view attribute) {
  for (const auto& [placeholder, known] : names_) {
    if (known == attribute) return placeholder;
  }
  const bool plain = !attribute.empty() && attribute.size() <= kMaxPlainName &&
                     std::all_of(attribute.begin(), attribute.end(),
                                 [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); });
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

bool DynamoExpressions::ReadsItem(const Expr& e) const {
  const std::vector<int> slots = SlotsRead(e);
  return std::binary_search(slots.begin(), slots.end(), slot_);
}

std::optional<std::string> DynamoExpressions::ConstantOf(const Value& v, std::string_view wanted) {
  // NULL is a value to DynamoDB, and equal to itself. To PartiQL nothing is.
  const bool null = v.is_null() && logic_ == Logic::kDynamo;
  if (!null && !IsStoredType(v)) return std::nullopt;
  const std::optional<std::string> json = TypedJson(v, wanted);
  if (!json) return std::nullopt;
  return PlaceValue(*json);
}

template <typename Fn>
std::optional<std::string> DynamoExpressions::PlaceConstant(const Expr& e, std::string_view wanted, Fn place) {
  if (ReadsItem(e)) return std::nullopt;
  if (!ReadsNothing(e)) {
    if (sent_) return std::nullopt;
    const std::string_view type = wanted.empty() ? "S" : wanted.substr(0, wanted.find(','));
    return PlaceValue(fmt::format("{{\"{}\":{}}}", type, JsonText("<" + ToString(e) + ">")));
  }
  const Value v = EvaluateValue(e, *ctx_);
  if (ctx_->failed()) {
    ctx_->error = Status();
    return std::nullopt;
  }
  return place(v);
}

std::optional<std::string> DynamoExpressions::Constant(const Expr& e, std::string_view wanted) {
  return PlaceConstant(e, wanted, [&](const Value& v) { return ConstantOf(v, wanted); });
}

std::optional<std::string> DynamoExpressions::Stored(const Expr& e, std::string_view wanted) {
  return PlaceConstant(e, wanted, [&](const Value& v) -> std::optional<std::string> {
    const std::optional<std::string> json = v.is_missing() ? std::nullopt : TypedJson(v, wanted);
    if (!json) return std::nullopt;
    return PlaceValue(*json);
  });
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

std::optional<std::string> DynamoExpressions::Operand(const Expr& e, std::string_view wanted) {
  if (e.As<Expr::Path>() != nullptr) {
    if (std::optional<std::string> path = Path(e)) return path;
  }
  if (const Expr* sized = SizeOf(e)) {
    std::optional<std::string> path = Path(*sized);
    if (!path) return std::nullopt;
    return fmt::format("size({})", *path);
  }
  return Constant(e, wanted);
}

std::optional<std::string> DynamoExpressions::Compare(const Expr::Compare& c) {
  if (c.rows) return std::nullopt;  // lists have no order there
  // DynamoDB compares two constants, too, but it is Parton that knows how here.
  const bool mirrored = !ReadsItem(*c.left);
  const Expr& left = mirrored ? *c.right : *c.left;
  const Expr& right = mirrored ? *c.left : *c.right;
  const CompareOp op = mirrored ? Mirrored(c.op) : c.op;
  const bool equality = op == CompareOp::kEq || op == CompareOp::kNe;
  if (!ReadsItem(left) || SameExpr(left, right)) return std::nullopt;
  // PartiQL has an order of booleans, too: of two attributes nobody knows what they will be.
  if (logic_ == Logic::kPartiql && !equality && Path(left) && Path(right)) return std::nullopt;
  // A number is all that a size is ever equal to.
  const std::string_view wanted = SizeOf(left) != nullptr ? "N" : equality ? "" : kOrderedTypes;
  const std::optional<std::string> l = Operand(left, {}), r = Operand(right, wanted);
  if (!l || !r || (l->starts_with("size(") && r->starts_with("size(") && *l == *r)) return std::nullopt;
  const std::string text = fmt::format("{} {} {}", *l, CompareOpText(op), *r);
  if (logic_ == Logic::kDynamo || !equality) return text;
  // What is absent or NULL is unknown to PartiQL. To DynamoDB it is unequal to all, and NULL equal to NULL.
  std::string known;
  for (const Expr* side : {&left, &right}) {
    const Expr* sized = SizeOf(*side);
    const std::optional<std::string> path = Path(sized != nullptr ? *sized : *side);
    if (!path) continue;
    if (sized != nullptr) {
      // Other types have no size.
      if (op == CompareOp::kNe) known += fmt::format("size({}) >= {} AND ", *path, PlaceValue("{\"N\":\"0\"}"));
      continue;
    }
    const bool two_paths = Path(right).has_value();
    if (op == CompareOp::kNe) known += fmt::format("attribute_exists({}) AND ", *path);
    if (op == CompareOp::kNe || two_paths) {
      known += fmt::format("NOT attribute_type({}, {}) AND ", *path, PlaceValue(kNullType));
    }
  }
  return known.empty() ? text : fmt::format("({}{})", known, text);
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
  const char* word = nullptr;
  std::string_view wanted;
  if (name == "BEGINS_WITH") {
    word = "begins_with";
    wanted = "S,B";
  } else if (name == "CONTAINS") {
    word = "contains";
  } else if (name == "ATTRIBUTE_TYPE") {
    word = "attribute_type";
    wanted = "S";
  }
  if (word == nullptr) return std::nullopt;
  if (name == "ATTRIBUTE_TYPE") {
    // Parton fails where it meets another word, DynamoDB at once.
    const Value type = ReadsNothing(*c.args[1]) ? EvaluateValue(*c.args[1], *ctx_).Own() : Value();
    if (!type.is_text() || !IsTypeName(type.bytes())) return std::nullopt;
  }
  const std::optional<std::string> value = Constant(*c.args[1], wanted);
  if (!value) return std::nullopt;
  return fmt::format("{}({}, {})", word, *path, *value);
}

std::optional<std::string> DynamoExpressions::Is(const Expr::Is& is) {
  using Test = Expr::Is::Test;
  const std::optional<std::string> path = Path(*is.operand);
  if (!path) return std::nullopt;
  if (is.test == Test::kMissing) {
    return fmt::format("{}({})", is.negated ? "attribute_exists" : "attribute_not_exists", *path);
  }
  if (is.test != Test::kNull) return std::nullopt;
  const std::string typed = fmt::format("attribute_type({}, {})", *path, PlaceValue(kNullType));
  // To DynamoDB NULL is a stored value; to PartiQL what is absent is NULL, too.
  if (logic_ == Logic::kDynamo) return is.negated ? "NOT " + typed : typed;
  return is.negated ? fmt::format("(attribute_exists({}) AND NOT {})", *path, typed)
                    : fmt::format("(attribute_not_exists({}) OR {})", *path, typed);
}

std::optional<std::string> DynamoExpressions::Between(const Expr::Between& b) {
  // Bounds of two types, or in the wrong order, are an error to DynamoDB.
  if (b.negated || !ReadsNothing(*b.low) || !ReadsNothing(*b.high) || !ReadsItem(*b.value)) return std::nullopt;
  const Value low = EvaluateValue(*b.low, *ctx_).Own(), high = EvaluateValue(*b.high, *ctx_).Own();
  const bool numbers = low.is_numeric() && high.is_numeric();
  const bool texts = low.type() == high.type() && (low.type() == Type::kString || low.type() == Type::kBlob);
  if ((!numbers && !texts) || TotalOrder(low, high) > 0) return std::nullopt;
  const std::optional<std::string> value = Operand(*b.value, {}), from = ConstantOf(low, kOrderedTypes),
                                   to = ConstantOf(high, kOrderedTypes);
  if (!value || !from || !to) return std::nullopt;
  return fmt::format("{} BETWEEN {} AND {}", *value, *from, *to);
}

std::optional<std::string> DynamoExpressions::In(const Expr::In& in) {
  const std::optional<std::string> path = Path(*in.needle);
  if ((in.negated && logic_ != Logic::kDynamo) || !path) return std::nullopt;
  std::vector<std::string> values;
  auto add = [&](std::optional<std::string> v) {
    if (v) values.push_back(*std::move(v));
    return v.has_value();
  };
  if (const auto* list = in.haystack->As<Expr::MakeCollection>()) {
    for (const ExprPtr& e : list->elements) {
      if (!add(Constant(*e))) return std::nullopt;
    }
  } else if (ReadsNothing(*in.haystack)) {
    const Value list_value = EvaluateValue(*in.haystack, *ctx_);
    if (!list_value.is_collection()) return std::nullopt;
    for (const Value& v : list_value.elements()) {
      if (!add(ConstantOf(v, {}))) return std::nullopt;
    }
  }
  // An IN of DynamoDB has one to a hundred operands.
  if (values.empty() || values.size() > 100) return std::nullopt;
  return fmt::format("{}{} IN ({})", in.negated ? "NOT " : "", *path, fmt::join(values, ", "));
}

std::optional<std::string> DynamoExpressions::Not(const Expr::Not& n) {
  const auto* call = n.operand->As<Expr::Call>();
  const std::string_view name = call == nullptr ? std::string_view() : call->function->name;
  const bool typed = name == "ATTRIBUTE_TYPE";
  // Where NOT of something absent is absent, only what is never absent can be turned round.
  if (logic_ != Logic::kDynamo && !typed && name != "ATTRIBUTE_EXISTS" && name != "ATTRIBUTE_NOT_EXISTS") {
    return std::nullopt;
  }
  const std::optional<std::string> inner = ConditionOf(*n.operand);
  if (!inner) return std::nullopt;
  if (logic_ != Logic::kDynamo && typed) {
    return fmt::format("(attribute_exists({}) AND NOT {})", *Path(*call->args[0]), *inner);
  }
  return "NOT " + (call != nullptr ? *inner : InParentheses(*inner));
}

std::optional<std::string> DynamoExpressions::Join(const std::vector<ExprPtr>& terms, std::string_view word) {
  std::vector<std::string> texts;
  for (const ExprPtr& t : terms) {
    std::optional<std::string> text = ConditionOf(*t);
    if (!text) return std::nullopt;
    const bool nested = t->As<Expr::Or>() != nullptr || (word == "OR" && t->As<Expr::And>() != nullptr);
    texts.push_back(nested ? "(" + *text + ")" : *std::move(text));
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

std::optional<std::string> DynamoExpressions::Condition(const Expr& e,
                                                        const std::function<bool(const std::string&)>& fits) {
  return OrUndo([&]() -> std::optional<std::string> {
    std::optional<std::string> text = ConditionOf(e);
    if (!text || !fits(*text)) return std::nullopt;
    return text;
  });
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
  if (const auto* b = e.As<Expr::Between>()) return Between(*b);
  return std::nullopt;
}

std::optional<std::string> DynamoExpressions::UpdateOperand(const Expr& e, std::string_view wanted) {
  if (std::optional<std::string> path = Path(e)) return path;
  auto two = [&](const Expr& left, const Expr& right, std::string_view left_type, std::string_view right_type) {
    std::optional<std::pair<std::string, std::string>> out;
    // An operand cannot be a sum again.
    if (left.As<Expr::Binary>() != nullptr || right.As<Expr::Binary>() != nullptr) return out;
    const std::optional<std::string> l = UpdateOperand(left, left_type), r = UpdateOperand(right, right_type);
    if (l && r) out.emplace(*l, *r);
    return out;
  };
  if (const auto* b = e.As<Expr::Binary>(); b != nullptr && !ReadsNothing(e)) {
    if (b->op != BinaryOp::kAdd && b->op != BinaryOp::kSub) return std::nullopt;
    const auto both = two(*b->left, *b->right, "N", "N");
    if (!both) return std::nullopt;
    return fmt::format("{} {} {}", both->first, b->op == BinaryOp::kAdd ? "+" : "-", both->second);
  }
  if (const auto* call = e.As<Expr::Call>(); call != nullptr && !ReadsNothing(e)) {
    const bool append = call->function->name == "LIST_APPEND";
    if ((call->function->name != "IF_NOT_EXISTS" && !append) || call->args.size() != 2) return std::nullopt;
    if (!append && !Path(*call->args[0])) return std::nullopt;
    const std::string_view type = append ? "L" : wanted;
    const auto both = two(*call->args[0], *call->args[1], type, type);
    if (!both) return std::nullopt;
    return fmt::format("{}({}, {})", append ? "list_append" : "if_not_exists", both->first, both->second);
  }
  return Stored(e, wanted);
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
      const std::optional<std::string> value = kind == Kind::kSet   ? UpdateOperand(*a.value)
                                               : kind == Kind::kAdd ? Stored(*a.value, "N,NS,SS,BS")
                                                                    : Stored(*a.value, "NS,SS,BS");
      if (!value) return std::nullopt;
      out += (kind == Kind::kSet ? " = " : " ") + *value;
    }
  }
  return out;
}

std::string DynamoExpressions::NamesJson() const { return ObjectText(names_, true); }
std::string DynamoExpressions::ValuesJson() const { return ObjectText(values_, false); }

}  // namespace parton
