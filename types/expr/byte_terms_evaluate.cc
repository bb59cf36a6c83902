// What was compiled, on the bytes of one item.
#include <algorithm>
#include <optional>

#include "parton/text.h"
#include "types/expr/byte_terms.h"
#include "types/text/unicode.h"

namespace parton::eval {

namespace {

using Kind = ByteTerm::Kind;

ByteTruth Of(bool b) { return b ? ByteTruth::kTrue : ByteTruth::kFalse; }
ByteTruth Negated(bool negated, ByteTruth t) {
  if (!negated || t == ByteTruth::kNull || t == ByteTruth::kUnknown) return t;
  return Of(t == ByteTruth::kFalse);
}

template <typename T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

// The order of the value at `p` and the operand, which is of the same kind; nullopt: it is of another, or malformed.
std::optional<int> Order(const char* p, const char* end, const ByteOperand& operand) {
  const ItemTag tag = raw::TagAt(p);
  switch (operand.kind) {
    case ByteOperand::Kind::kInt:
    case ByteOperand::Kind::kNumber: {
      if (tag != ItemTag::kInt && tag != ItemTag::kNumber) return std::nullopt;
      int64_t i;
      if (tag == ItemTag::kInt && operand.kind == ByteOperand::Kind::kInt) {
        return raw::IntAt(p, end, &i) ? std::optional<int>(Sign(i, operand.integer)) : std::nullopt;
      }
      const Value v = raw::ValueAt(p, end);
      return v.is_exact() ? std::optional<int>(Number::Compare(v.number(), operand.number)) : std::nullopt;
    }
    case ByteOperand::Kind::kText:
    case ByteOperand::Kind::kBlob: {
      std::string_view s;
      if (tag != (operand.kind == ByteOperand::Kind::kText ? ItemTag::kString : ItemTag::kBinary)) return std::nullopt;
      return raw::BytesAt(p, end, &s) ? std::optional<int>(s.compare(operand.bytes)) : std::nullopt;
    }
    case ByteOperand::Kind::kBool:
      if (tag != ItemTag::kTrue && tag != ItemTag::kFalse) return std::nullopt;
      return Sign<int64_t>(tag == ItemTag::kTrue ? 1 : 0, operand.integer);
  }
  return std::nullopt;
}

// Whether the value at `p` is of the operand's kind, malformed or not.
bool SameKind(const char* p, ByteOperand::Kind kind) {
  const ItemTag tag = raw::TagAt(p);
  switch (kind) {
    case ByteOperand::Kind::kInt:
    case ByteOperand::Kind::kNumber: return tag == ItemTag::kInt || tag == ItemTag::kNumber;
    case ByteOperand::Kind::kText: return tag == ItemTag::kString;
    case ByteOperand::Kind::kBlob: return tag == ItemTag::kBinary;
    case ByteOperand::Kind::kBool: return tag == ItemTag::kTrue || tag == ItemTag::kFalse;
  }
  return false;
}

// Whether the value, which these bytes are, is encoded as EncodeValue does it: only then are other bytes other values.
// Damage may make it otherwise.
bool IsCanonical(std::string_view bytes) {
  const char* const p = bytes.data();
  const char* const end = p + bytes.size();
  const auto shortest = [](const char* varint, const char* behind) { return behind - varint == 1 || behind[-1] != 0; };
  switch (raw::TagAt(p)) {
    case ItemTag::kTrue:
    case ItemTag::kFalse: return true;
    case ItemTag::kInt: {
      int64_t i;
      return raw::IntAt(p, end, &i) && shortest(p + 1, end);
    }
    case ItemTag::kString:
    case ItemTag::kBinary: {
      std::string_view s;
      return raw::BytesAt(p, end, &s) && shortest(p + 1, s.data());
    }
    case ItemTag::kNumber: {
      const Value v = raw::ValueAt(p, end);
      std::string again;
      if (v.is_exact()) EncodeValue(v, &again);
      return again == bytes;
    }
    default: return false;
  }
}

bool IsTag(ItemTag tag) { return tag >= ItemTag::kNull && tag <= ItemTag::kBinarySet; }

}  // namespace

ByteTruth ByteTerms::EvaluateCompare(CompareOp op, const char* p, const ByteOperand& operand) const {
  if (p == nullptr) {
    if (dynamo_) return Of(op == CompareOp::kNe);
    return strict_ ? ByteTruth::kUnknown : ByteTruth::kNull;
  }
  const ItemTag tag = raw::TagAt(p);
  if (tag == ItemTag::kNull) return dynamo_ ? Of(op == CompareOp::kNe) : ByteTruth::kNull;
  if (SameKind(p, operand.kind)) {
    const std::optional<int> order = Order(p, walk_.end(), operand);
    return order ? Of(Holds(op, *order)) : ByteTruth::kUnknown;
  }
  // Malformed bytes are no values, and of containers only decoding tells.
  if (!IsTag(tag) || tag >= ItemTag::kList) return ByteTruth::kUnknown;
  if (op == CompareOp::kEq || op == CompareOp::kNe) {
    return raw::ValueAt(p, walk_.end()).is_missing() ? ByteTruth::kUnknown : Of(op == CompareOp::kNe);
  }
  return ByteTruth::kUnknown;
}

ByteTruth ByteTerms::OfAbsent(const char* p, bool in_dynamo) const {
  if (dynamo_) return Of(in_dynamo);
  return strict_ && p == nullptr ? ByteTruth::kUnknown : ByteTruth::kNull;
}

ByteTruth ByteTerms::EvaluatePair(const ByteTerm& t) {
  const char* a = walk_.Find(t.attribute);
  const char* b = walk_.Find(t.other);
  if (dynamo_ && (a == nullptr || b == nullptr)) return Of(t.op == CompareOp::kNe);
  if (a == nullptr || b == nullptr) return strict_ ? ByteTruth::kUnknown : ByteTruth::kNull;
  const ItemTag tag = raw::TagAt(a);
  if (tag != raw::TagAt(b)) return ByteTruth::kUnknown;
  if (tag == ItemTag::kInt) {
    int64_t x, y;
    if (!raw::IntAt(a, walk_.end(), &x) || !raw::IntAt(b, walk_.end(), &y)) return ByteTruth::kUnknown;
    return Of(Holds(t.op, Sign(x, y)));
  }
  std::string_view x, y;
  if (tag != ItemTag::kString || !raw::BytesAt(a, walk_.end(), &x) || !raw::BytesAt(b, walk_.end(), &y)) {
    return ByteTruth::kUnknown;
  }
  return Of(Holds(t.op, x.compare(y)));
}

ByteTruth ByteTerms::EvaluateIn(const ByteTerm& t, const char* p) const {
  if (p == nullptr || raw::TagAt(p) == ItemTag::kNull) {
    if (!dynamo_) return OfAbsent(p, false);
    return Of((p != nullptr && t.null_member) != t.negated);
  }
  if (raw::TagAt(p) >= ItemTag::kList) return ByteTruth::kUnknown;
  const char* const behind = raw::Skip(p, walk_.end());
  if (behind == nullptr) return ByteTruth::kUnknown;
  const std::string_view bytes(p, static_cast<size_t>(behind - p));
  bool found = false;
  constexpr size_t kFew = 4;
  if (t.members.size() <= kFew) {
    for (const std::string& m : t.members) found = found || m == bytes;
  } else {
    found = t.members.contains(bytes);
  }
  if (found) return Of(!t.negated);
  if (!IsCanonical(bytes)) return ByteTruth::kUnknown;
  return t.null_member && !dynamo_ ? ByteTruth::kNull : Of(t.negated);
}

ByteTruth ByteTerms::EvaluateText(const ByteTerm& t, const char* p) const {
  const bool like = t.kind == Kind::kLike;
  if (p == nullptr || raw::TagAt(p) == ItemTag::kNull) return OfAbsent(p, like && t.negated);
  std::string_view s;
  if (raw::TagAt(p) != ItemTag::kString || !raw::BytesAt(p, walk_.end(), &s)) return ByteTruth::kUnknown;
  const std::string& text = t.operand.bytes;
  if (t.kind == Kind::kBeginsWith) return Of(s.starts_with(text));
  if (t.kind == Kind::kContains) return Of(s.find(text) != std::string_view::npos);
  bool matches;
  if (!t.plain) {
    const std::optional<bool> found = LikeMatches(s, text, t.escape);
    if (!found.has_value()) return ByteTruth::kUnknown;
    matches = *found;
  } else if (t.any_before) {
    matches = t.any_behind ? FindText(s, text) != std::string_view::npos : s.ends_with(text);
  } else {
    matches = t.any_behind ? s.starts_with(text) : s == text;
  }
  return Of(matches != t.negated);
}

ByteTruth ByteTerms::EvaluateJunction(const ByteTerm& t) {
  const ByteTruth stop = t.kind == Kind::kAnd ? ByteTruth::kFalse : ByteTruth::kTrue;
  ByteTruth result = t.kind == Kind::kAnd ? ByteTruth::kTrue : ByteTruth::kFalse;
  for (const ByteTerm& term : t.terms) {
    const ByteTruth truth = Evaluate(term);
    if (truth == stop || truth == ByteTruth::kUnknown) return truth;
    if (truth == ByteTruth::kNull) result = truth;
  }
  return result;
}

ByteTruth ByteTerms::Evaluate(const ByteTerm& t) {
  switch (t.kind) {
    case Kind::kUnfit: return ByteTruth::kUnknown;
    case Kind::kAnd:
    case Kind::kOr: return EvaluateJunction(t);
    case Kind::kNot: return Negated(true, Evaluate(t.terms[0]));
    case Kind::kCompareInt: {
      const char* p = walk_.Find(t.attribute);
      int64_t i;
      if (p != nullptr && raw::TagAt(p) == ItemTag::kInt && raw::IntAt(p, walk_.end(), &i)) [[likely]] {
        return Of(Holds(t.op, Sign(i, t.operand.integer)));
      }
      return EvaluateCompare(t.op, p, t.operand);
    }
    case Kind::kCompareText: {
      const char* p = walk_.Find(t.attribute);
      std::string_view s;
      if (p != nullptr && raw::TagAt(p) == ItemTag::kString && raw::BytesAt(p, walk_.end(), &s)) [[likely]] {
        if (t.op == CompareOp::kEq) return Of(s == t.operand.bytes);
        return Of(Holds(t.op, s.compare(t.operand.bytes)));
      }
      return EvaluateCompare(t.op, p, t.operand);
    }
    case Kind::kCompare: return EvaluateCompare(t.op, walk_.Find(t.attribute), t.operand);
    case Kind::kComparePair: return EvaluatePair(t);
    case Kind::kBetween: {
      const char* p = walk_.Find(t.attribute);
      const ByteTruth above = EvaluateCompare(CompareOp::kGe, p, t.operand);
      const ByteTruth below = EvaluateCompare(CompareOp::kLe, p, t.high);
      if (above == ByteTruth::kUnknown || below == ByteTruth::kUnknown) return ByteTruth::kUnknown;
      if (above == ByteTruth::kFalse || below == ByteTruth::kFalse) return Of(t.negated);
      if (above == ByteTruth::kNull || below == ByteTruth::kNull) return ByteTruth::kNull;
      return Of(!t.negated);
    }
    case Kind::kIn: return EvaluateIn(t, walk_.Find(t.attribute));
    case Kind::kIsMissing:
    case Kind::kIsNull: {
      const char* p = walk_.Find(t.attribute);
      if (p == nullptr && strict_) return ByteTruth::kUnknown;
      if (p != nullptr && !IsTag(raw::TagAt(p))) return ByteTruth::kUnknown;
      const bool null = p != nullptr && raw::TagAt(p) == ItemTag::kNull;
      const bool missing = p == nullptr || (!null && raw::ValueAt(p, walk_.end()).is_missing());
      const bool holds = t.kind == Kind::kIsMissing ? missing : null || (missing && !dynamo_);
      return Of(holds != t.negated);
    }
    case Kind::kLike:
    case Kind::kBeginsWith:
    case Kind::kContains: return EvaluateText(t, walk_.Find(t.attribute));
    case Kind::kExists: {
      const char* p = walk_.Find(t.attribute);
      const bool there = p != nullptr && !raw::ValueAt(p, walk_.end()).is_missing();
      return Of(there != t.negated);
    }
    case Kind::kType: {
      const char* p = walk_.Find(t.attribute);
      if (p == nullptr) return dynamo_ ? ByteTruth::kFalse : ByteTruth::kNull;
      if (raw::ValueAt(p, walk_.end()).is_missing()) return ByteTruth::kUnknown;
      return Of(std::find(t.tags.begin(), t.tags.end(), raw::TagAt(p)) != t.tags.end());
    }
  }
  return ByteTruth::kUnknown;
}

ByteTruth ByteTerms::EvaluateFilter(const ByteTerm& t) {
  if (t.kind != Kind::kAnd || strict_) return Evaluate(t);
  for (const ByteTerm& term : t.terms) {
    const ByteTruth truth = EvaluateFilter(term);
    if (truth != ByteTruth::kTrue) return truth;
  }
  return ByteTruth::kTrue;
}

ByteResult ByteTerms::Compute(const ByteNumber& n, int64_t* out) {
  using NumberKind = ByteNumber::Kind;
  switch (n.kind) {
    case NumberKind::kUnfit: return ByteResult::kUnknown;
    case NumberKind::kNull: return ByteResult::kAbsent;
    case NumberKind::kInteger: *out = n.integer; return ByteResult::kInteger;
    case NumberKind::kAttribute: {
      const char* p = walk_.Find(n.attribute);
      if (p == nullptr && strict_) return ByteResult::kUnknown;
      if (p == nullptr || raw::TagAt(p) == ItemTag::kNull) return ByteResult::kAbsent;
      const bool integer = raw::TagAt(p) == ItemTag::kInt && raw::IntAt(p, walk_.end(), out);
      return integer ? ByteResult::kInteger : ByteResult::kUnknown;
    }
    case NumberKind::kCase:
      for (size_t i = 0; i < n.conditions.size(); ++i) {
        const ByteTruth truth = Evaluate(n.conditions[i]);
        if (truth == ByteTruth::kUnknown) return ByteResult::kUnknown;
        if (truth == ByteTruth::kTrue) return Compute(n.operands[i], out);
      }
      return Compute(n.operands.back(), out);
    case NumberKind::kAdd:
    case NumberKind::kSub:
    case NumberKind::kMul: {
      int64_t a, b;
      // What becomes of absent operands, and of integers beyond 64 bits, is arithmetic's to say.
      if (Compute(n.operands[0], &a) != ByteResult::kInteger || Compute(n.operands[1], &b) != ByteResult::kInteger) {
        return ByteResult::kUnknown;
      }
      const bool overflow = n.kind == NumberKind::kAdd   ? __builtin_add_overflow(a, b, out)
                            : n.kind == NumberKind::kSub ? __builtin_sub_overflow(a, b, out)
                                                         : __builtin_mul_overflow(a, b, out);
      return overflow ? ByteResult::kUnknown : ByteResult::kInteger;
    }
  }
  return ByteResult::kUnknown;
}

}  // namespace parton::eval
