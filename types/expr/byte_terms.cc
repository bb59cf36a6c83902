// How the terms of a filter become comparisons of bytes. A term that may count a mismatch, fail, or take a value of
// another kind is unfit, or says kUnknown for the item: evaluation does that.
#include "types/expr/byte_terms.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "parton/text.h"
#include "types/functions/functions.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton::eval {

namespace {

using Kind = ByteTerm::Kind;

// The same as a set member and as an attribute's bytes.
bool EncodeMember(const Value& v, std::string* out) {
  const bool simple = v.is_exact() || v.is_text() || v.is_bool() || v.type() == Type::kBlob;
  if (simple) EncodeValue(v, out);
  return simple;
}

// The tags of a DynamoDB type; none: there is no such type.
std::vector<ItemTag> TagsOf(std::string_view type) {
  if (type == "N") return {ItemTag::kInt, ItemTag::kNumber};
  if (type == "S") return {ItemTag::kString};
  if (type == "B") return {ItemTag::kBinary};
  if (type == "BOOL") return {ItemTag::kTrue, ItemTag::kFalse};
  if (type == "NULL") return {ItemTag::kNull};
  if (type == "L") return {ItemTag::kList};
  if (type == "M") return {ItemTag::kMap};
  if (type == "SS") return {ItemTag::kStringSet};
  if (type == "NS") return {ItemTag::kNumberSet};
  if (type == "BS") return {ItemTag::kBinarySet};
  return {};
}

}  // namespace

ByteTerms::ByteTerms(int slot, const EvalContext& ctx, AttributeWalk* walk)
    : slot_(slot),
      parameters_(ctx.parameters),
      strict_(ctx.typing == Typing::kStrict && ctx.logic == Logic::kPartiql),
      dynamo_(ctx.logic == Logic::kDynamo),
      walk_(*walk) {}

bool ByteTerms::Useful(const ByteTerm& t) {
  if (t.kind == Kind::kAnd) return !t.terms.empty() && Useful(t.terms.front());
  return t.kind != Kind::kUnfit;
}

bool ByteTerms::Attribute(const Expr& e, size_t* attribute) {
  const auto* path = e.As<Expr::Path>();
  if (path == nullptr || path->steps.size() != 1 || path->steps[0].index >= 0) return false;
  const auto* slot = path->base->As<Expr::Slot>();
  if (slot == nullptr || slot->index != slot_) return false;
  *attribute = walk_.Add(path->steps[0].name);
  return true;
}

const Value* ByteTerms::Fixed(const Expr& e) const {
  if (const auto* literal = e.As<Expr::Literal>()) return &literal->value;
  const auto* parameter = e.As<Expr::Parameter>();
  if (parameter == nullptr || parameters_ == nullptr || parameter->index < 0) return nullptr;
  const auto i = static_cast<size_t>(parameter->index);
  return i < parameters_->size() ? &(*parameters_)[i] : nullptr;
}

bool ByteTerms::Operand(const Expr& e, ByteOperand* out) const {
  using OperandKind = ByteOperand::Kind;
  const Value* v = Fixed(e);
  if (v == nullptr) return false;
  if (v->is_exact()) {
    out->kind = v->is_small_int() ? OperandKind::kInt : OperandKind::kNumber;
    out->number = v->number();
    if (v->is_small_int()) out->integer = v->int_value();
  } else if (v->is_text() || v->type() == Type::kBlob) {
    out->kind = v->is_text() ? OperandKind::kText : OperandKind::kBlob;
    out->bytes = v->bytes();
  } else if (v->is_bool()) {
    out->kind = OperandKind::kBool;
    out->integer = v->bool_value() ? 1 : 0;
  } else {
    return false;
  }
  return true;
}

ByteTerm ByteTerms::Compile(const Expr& e) {
  ByteTerm t;
  const auto compile_all = [&](Kind kind, const std::vector<ExprPtr>& terms) {
    t.kind = kind;
    for (const ExprPtr& term : terms) t.terms.push_back(Compile(*term));
  };
  if (const auto* both = e.As<Expr::And>()) {
    compile_all(Kind::kAnd, both->terms);
  } else if (const auto* either = e.As<Expr::Or>()) {
    compile_all(Kind::kOr, either->terms);
  } else if (const auto* no = e.As<Expr::Not>()) {
    compile_all(Kind::kNot, {no->operand});
  } else if (const auto* compare = e.As<Expr::Compare>()) {
    return CompileCompare(*compare);
  } else if (const auto* between = e.As<Expr::Between>()) {
    return CompileBetween(*between);
  } else if (const auto* in = e.As<Expr::In>()) {
    return CompileIn(*in);
  } else if (const auto* like = e.As<Expr::Like>()) {
    return CompileLike(*like);
  } else if (const auto* call = e.As<Expr::Call>()) {
    return CompileCall(*call);
  } else if (const auto* is = e.As<Expr::Is>()) {
    const bool null = is->test == Expr::Is::Test::kNull;
    if ((null || is->test == Expr::Is::Test::kMissing) && Attribute(*is->operand, &t.attribute)) {
      t.kind = null ? Kind::kIsNull : Kind::kIsMissing;
      t.negated = is->negated;
    }
  }
  return t;
}

ByteTerm ByteTerms::CompileCompare(const Expr::Compare& c) {
  ByteTerm t;
  if (c.rows) return t;
  t.op = c.op;
  const Expr* other = c.right.get();
  if (!Attribute(*c.left, &t.attribute)) {
    if (!Attribute(*c.right, &t.attribute)) return t;
    other = c.left.get();
    t.op = Mirrored(c.op);
  }
  if (Operand(*other, &t.operand)) {
    t.kind = t.operand.kind == ByteOperand::Kind::kInt    ? Kind::kCompareInt
             : t.operand.kind == ByteOperand::Kind::kText ? Kind::kCompareText
                                                          : Kind::kCompare;
  } else if (Attribute(*other, &t.other)) {
    t.kind = Kind::kComparePair;
  }
  return t;
}

ByteTerm ByteTerms::CompileBetween(const Expr::Between& b) {
  ByteTerm t;
  t.negated = b.negated;
  if (Attribute(*b.value, &t.attribute) && Operand(*b.low, &t.operand) && Operand(*b.high, &t.high)) {
    t.kind = Kind::kBetween;
  }
  return t;
}

ByteTerm ByteTerms::CompileIn(const Expr::In& in) {
  ByteTerm t;
  t.negated = in.negated;
  if (in.rows || !Attribute(*in.needle, &t.attribute)) return t;
  std::vector<const Value*> elements;
  if (const auto* written = in.haystack->As<Expr::MakeCollection>()) {
    for (const ExprPtr& e : written->elements) elements.push_back(Fixed(*e));
  } else if (const Value* list = Fixed(*in.haystack); list != nullptr && list->is_collection()) {
    for (const Value& v : list->elements()) elements.push_back(&v);
  }
  if (elements.empty()) return t;
  constexpr size_t kBytesPerMember = 96;
  CheckRoomFor(elements.size() * kBytesPerMember);
  for (const Value* v : elements) {
    std::string bytes;
    if (v == nullptr) return t;
    if (v->is_absent()) {
      t.null_member = t.null_member || v->is_null() || !dynamo_;
    } else if (EncodeMember(*v, &bytes)) {
      t.members.insert(std::move(bytes));
    } else {
      return t;
    }
  }
  t.kind = Kind::kIn;
  return t;
}

ByteTerm ByteTerms::CompileLike(const Expr::Like& like) {
  ByteTerm t;
  t.negated = like.negated;
  const Value* pattern = Fixed(*like.pattern);
  const Value* escape = like.escape == nullptr ? nullptr : Fixed(*like.escape);
  if (pattern == nullptr || !pattern->is_text() || !Attribute(*like.value, &t.attribute)) return t;
  if (like.escape != nullptr) {
    // One character of several bytes is left to evaluation, as is what is wrong.
    if (escape == nullptr || !escape->is_text() || escape->bytes().size() != 1) return t;
    t.escape = escape->bytes();
  }
  t.operand.bytes = pattern->bytes();
  if (!LikeMatches("", t.operand.bytes, t.escape).has_value()) return t;
  t.kind = Kind::kLike;
  std::string_view text = t.operand.bytes;
  const bool before = text.starts_with('%');
  if (before) text.remove_prefix(1);
  const bool behind = text.ends_with('%');
  if (behind) text.remove_suffix(1);
  if (like.escape == nullptr && text.find_first_of("%_") == std::string_view::npos) {
    t.plain = true;
    t.any_before = before;
    t.any_behind = behind;
    t.operand.bytes = std::string(text);
  }
  return t;
}

ByteTerm ByteTerms::CompileCall(const Expr::Call& call) {
  ByteTerm t;
  const std::string& name = call.function->name;
  const bool begins = name == "BEGINS_WITH", contains = name == "CONTAINS", type = name == "ATTRIBUTE_TYPE";
  const bool exists = name == "ATTRIBUTE_EXISTS", not_exists = name == "ATTRIBUTE_NOT_EXISTS";
  if (call.args.empty() || !(begins || contains || type || exists || not_exists)) return t;
  if (!Attribute(*call.args[0], &t.attribute)) return t;
  if (exists || not_exists) {
    t.negated = not_exists;
    if (call.args.size() == 1) t.kind = Kind::kExists;
    return t;
  }
  if (call.args.size() != 2 || !Operand(*call.args[1], &t.operand)) return t;
  const bool text = t.operand.kind == ByteOperand::Kind::kText;
  if (type) {
    t.tags = text ? TagsOf(t.operand.bytes) : std::vector<ItemTag>();
    if (!t.tags.empty()) t.kind = Kind::kType;
  } else if (text) {
    t.kind = begins ? Kind::kBeginsWith : Kind::kContains;
  }
  return t;
}

ByteNumber ByteTerms::CompileNumber(const Expr& e) {
  using NumberKind = ByteNumber::Kind;
  ByteNumber n;
  if (Attribute(e, &n.attribute)) {
    n.kind = NumberKind::kAttribute;
  } else if (const Value* v = Fixed(e)) {
    if (v->is_small_int()) n.integer = v->int_value();
    n.kind = v->is_small_int() ? NumberKind::kInteger : v->is_absent() ? NumberKind::kNull : NumberKind::kUnfit;
  } else if (const auto* binary = e.As<Expr::Binary>()) {
    const NumberKind kind = binary->op == BinaryOp::kAdd   ? NumberKind::kAdd
                            : binary->op == BinaryOp::kSub ? NumberKind::kSub
                            : binary->op == BinaryOp::kMul ? NumberKind::kMul
                                                           : NumberKind::kUnfit;
    if (kind == NumberKind::kUnfit) return n;
    for (const ExprPtr& side : {binary->left, binary->right}) n.operands.push_back(CompileNumber(*side));
    n.kind = kind;
  } else if (const auto* cases = e.As<Expr::Case>(); cases != nullptr && cases->operand == nullptr) {
    for (const auto& [when, then] : cases->branches) {
      n.conditions.push_back(Compile(*when));
      n.operands.push_back(CompileNumber(*then));
    }
    ByteNumber null;
    null.kind = NumberKind::kNull;
    n.operands.push_back(cases->otherwise == nullptr ? null : CompileNumber(*cases->otherwise));
    n.kind = NumberKind::kCase;
  }
  // One part that only evaluation can tell would have the others computed twice.
  const auto unfit = [](const auto& part) { return part.kind == std::decay_t<decltype(part)>::Kind::kUnfit; };
  if (std::any_of(n.operands.begin(), n.operands.end(), unfit) ||
      std::any_of(n.conditions.begin(), n.conditions.end(), unfit)) {
    n.kind = NumberKind::kUnfit;
  }
  return n;
}

}  // namespace parton::eval
