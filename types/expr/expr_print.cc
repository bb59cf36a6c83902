// The text of bound expressions, for EXPLAIN and messages: PartiQL with as few parentheses as it takes.
#include <string>

#include "types/expr/expr.h"
#include "types/expr/row_predicates.h"
#include "types/functions/functions.h"

namespace parton {
namespace {

// How tightly an expression binds; a child that binds less tightly than asked for gets parentheses.
enum Level { kOr = 1, kAnd, kNot, kPredicate, kOther, kSum, kProduct, kSign, kPrimary };

std::pair<const char*, Level> Symbol(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd: return {" + ", kSum};
    case BinaryOp::kSub: return {" - ", kSum};
    case BinaryOp::kMul: return {" * ", kProduct};
    case BinaryOp::kDiv: return {" / ", kProduct};
    case BinaryOp::kMod: return {" % ", kProduct};
    case BinaryOp::kConcat: return {" || ", kOther};
    case BinaryOp::kBitAnd: return {" & ", kOther};
  }
  return {" ? ", kOther};
}

bool IsPlainName(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  for (char c : s) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$')) {
      return false;
    }
  }
  return true;
}

std::string Name(std::string_view s) {
  if (IsPlainName(s)) return std::string(s);
  std::string quoted = "\"";
  for (char c : s) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string TypeText(const TypeSpec& t) {
  std::string text = t.name;
  if (t.kind == TypeSpec::Kind::kInterval && !t.interval_leading.empty()) {
    text = "INTERVAL " + t.interval_leading;
    const bool to = !t.interval_trailing.empty() && t.interval_trailing != t.interval_leading;
    const bool both_here = !to && t.scale.has_value();
    if (t.precision.has_value() || both_here) {
      text += "(" + std::to_string(t.precision.value_or(2));
      if (both_here) text += ", " + std::to_string(*t.scale);
      text += ")";
    }
    if (to) text += " TO " + t.interval_trailing;
    if (to && t.scale.has_value()) text += "(" + std::to_string(*t.scale) + ")";
    return text;
  }
  if (t.precision.has_value() && text.find('(') == std::string::npos) {
    std::string parameters = "(" + std::to_string(*t.precision);
    if (t.scale.has_value()) parameters += ", " + std::to_string(*t.scale);
    parameters += ")";
    // TIME(3) WITH TIME ZONE
    const size_t with = text.find(" WITH");
    text.insert(with == std::string::npos ? text.size() : with, parameters);
  }
  return text;
}

class Printer {
 public:
  std::string Print(const Expr& e, Level wanted) {
    level_ = kPrimary;
    std::string text = std::visit([&](const auto& node) { return Text(node); }, e.node);
    return level_ < wanted ? "(" + text + ")" : text;
  }

 private:
  // Prints a child; keeps this expression's own level.
  std::string Child(const ExprPtr& e, Level wanted) { return Printer().Print(*e, wanted); }

  std::string List(const std::vector<ExprPtr>& elements) {
    std::string text;
    for (const ExprPtr& e : elements) {
      if (!text.empty()) text += ", ";
      text += Child(e, kOr);
    }
    return text;
  }
  std::string Joined(const std::vector<ExprPtr>& terms, const char* word, Level level) {
    level_ = level;
    std::string text;
    for (const ExprPtr& e : terms) {
      if (!text.empty()) text += word;
      text += Child(e, static_cast<Level>(level + 1));
    }
    return text;
  }

  // (a, b)
  std::string Row(const ExprPtr& e) {
    if (const auto* row = e->As<Expr::MakeCollection>()) return "(" + List(row->elements) + ")";
    const auto* literal = e->As<Expr::Literal>();
    if (literal == nullptr || !literal->value.is_list()) return Child(e, kOther);
    std::string text;
    for (const Value& v : literal->value.elements()) text += (text.empty() ? "" : ", ") + v.ToLiteral();
    return "(" + text + ")";
  }

  std::string Text(const Expr::Literal& n) {
    std::string text = n.value.ToLiteral();
    if (n.value.is_numeric() && !text.empty() && text[0] == '-') level_ = kSign;
    return text;
  }
  std::string Text(const Expr::BadLiteral& n) { return "<" + n.error.message() + ">"; }
  std::string Text(const Expr::Parameter& n) { return "?" + std::to_string(n.index + 1); }
  std::string Text(const Expr::Slot& n) { return n.name.empty() ? "$" + std::to_string(n.index) : Name(n.name); }
  std::string Text(const Expr::Path& n) {
    std::string text = Child(n.base, kPrimary);
    for (const PathStep& step : n.steps) {
      if (step.index >= 0) {
        text += "[" + std::to_string(step.index) + "]";
      } else {
        text += "." + Name(step.name);
      }
    }
    return text;
  }
  std::string Text(const Expr::Index& n) { return Child(n.base, kPrimary) + "[" + Child(n.key, kOr) + "]"; }
  std::string Text(const Expr::Unary& n) {
    level_ = kSign;
    return (n.op == UnaryOp::kNeg ? "-" : "+") + Child(n.operand, kPrimary);
  }
  std::string Text(const Expr::Binary& n) {
    const auto [symbol, level] = Symbol(n.op);
    level_ = level;
    return Child(n.left, level) + symbol + Child(n.right, static_cast<Level>(level + 1));
  }
  std::string Text(const Expr::Compare& n) {
    level_ = kPredicate;
    ExprPtr a, b;
    if (IsDistinctFrom(n, &a, &b)) {
      const char* word = n.op == CompareOp::kEq ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ";
      return Child(a, kOther) + word + Child(b, kOther);
    }
    const std::string op = " " + std::string(CompareOpText(n.op)) + " ";
    if (n.rows) return Row(n.left) + op + Row(n.right);
    return Child(n.left, kOther) + op + Child(n.right, kOther);
  }
  std::string Text(const Expr::And& n) { return Joined(n.terms, " AND ", kAnd); }
  std::string Text(const Expr::Or& n) { return Joined(n.terms, " OR ", kOr); }
  std::string Text(const Expr::Not& n) {
    level_ = kNot;
    return "NOT " + Child(n.operand, kNot);
  }
  std::string Text(const Expr::Is& n) {
    level_ = kPredicate;
    std::string text = Child(n.operand, kOther) + (n.negated ? " IS NOT " : " IS ");
    switch (n.test) {
      case Expr::Is::Test::kMissing: return text + "MISSING";
      case Expr::Is::Test::kNull: return text + "NULL";
      case Expr::Is::Test::kTrue: return text + "TRUE";
      case Expr::Is::Test::kFalse: return text + "FALSE";
      case Expr::Is::Test::kUnknown: return text + "UNKNOWN";
      case Expr::Is::Test::kType: return text + TypeText(n.type);
    }
    return text;
  }
  std::string Text(const Expr::In& n) {
    level_ = kPredicate;
    std::string text = Child(n.needle, kOther) + (n.negated ? " NOT IN " : " IN ");
    if (const auto* written = n.haystack->As<Expr::MakeCollection>();
        written != nullptr && written->type != Type::kBag) {
      return text + "(" + List(written->elements) + ")";
    }
    return text + Child(n.haystack, kOther);
  }
  std::string Text(const Expr::Between& n) {
    level_ = kPredicate;
    return Child(n.value, kOther) + (n.negated ? " NOT BETWEEN " : " BETWEEN ") + Child(n.low, kOther) + " AND " +
           Child(n.high, kOther);
  }
  std::string Text(const Expr::Like& n) {
    level_ = kPredicate;
    std::string text = Child(n.value, kOther) + (n.negated ? " NOT LIKE " : " LIKE ") + Child(n.pattern, kOther);
    if (n.escape != nullptr) text += " ESCAPE " + Child(n.escape, kOther);
    return text;
  }
  std::string Text(const Expr::Case& n) {
    std::string text = "CASE";
    if (n.operand != nullptr) text += " " + Child(n.operand, kOr);
    for (const auto& [when, then] : n.branches) {
      text += " WHEN " + Child(when, kOr) + " THEN " + Child(then, kOr);
    }
    if (n.otherwise != nullptr) text += " ELSE " + Child(n.otherwise, kOr);
    return text + " END";
  }
  std::string Text(const Expr::Call& n) {
    if (IsInfix(*n.function) && n.args.size() == 2) {
      level_ = kPredicate;
      return Child(n.args[0], kOther) + " " + n.function->name + " " + Child(n.args[1], kOther);
    }
    return n.function->name + "(" + List(n.args) + ")";
  }
  std::string Text(const Expr::Cast& n) {
    return (n.test_only ? "CAN_CAST(" : "CAST(") + Child(n.operand, kOr) + " AS " + TypeText(n.type) + ")";
  }
  std::string Text(const Expr::MakeStruct& n) {
    std::string text = "{";
    for (const Expr::StructPart& part : n.parts) {
      if (text.size() > 1) text += ", ";
      text += part.name == nullptr ? Child(part.value, kPrimary) + ".*"
                                   : Child(part.name, kOr) + ": " + Child(part.value, kOr);
    }
    return text + "}";
  }
  std::string Text(const Expr::MakeCollection& n) {
    if (n.type == Type::kBag) return "<<" + List(n.elements) + ">>";
    if (n.type == Type::kSexp) return "SEXP(" + List(n.elements) + ")";
    return "[" + List(n.elements) + "]";
  }
  std::string Text(const Expr::Subquery& n) {
    return (n.kind == Expr::Subquery::Kind::kExists ? "EXISTS (" : "(") + n.text + ")";
  }

  Level level_ = kPrimary;
};

}  // namespace

std::string ToString(const Expr& e) { return Printer().Print(e, kOr); }

}  // namespace parton
