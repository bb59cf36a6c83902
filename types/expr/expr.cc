// Structure of bound expressions: equality, children, and what they read. Printing is in expr_print.cc.
#include "types/expr/expr.h"

#include <algorithm>
#include <type_traits>

#include "types/functions/functions.h"
#include "types/status/bounds.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

// Calls fn(ExprPtr&) or fn(const ExprPtr&) for each child of `node`: one list of children serves
// reading and rewriting.
template <typename Node, typename Fn>
void VisitChildren(Node& node, Fn fn) {
  using T = std::remove_const_t<Node>;
  auto each = [&](auto& child) {
    if (child != nullptr) fn(child);
  };
  if constexpr (std::is_same_v<T, Expr::Path>) {
    each(node.base);
  } else if constexpr (std::is_same_v<T, Expr::Index>) {
    each(node.base);
    each(node.key);
  } else if constexpr (std::is_same_v<T, Expr::Unary> || std::is_same_v<T, Expr::Not> || std::is_same_v<T, Expr::Is> ||
                       std::is_same_v<T, Expr::Cast>) {
    each(node.operand);
  } else if constexpr (std::is_same_v<T, Expr::Binary> || std::is_same_v<T, Expr::Compare>) {
    each(node.left);
    each(node.right);
  } else if constexpr (std::is_same_v<T, Expr::And> || std::is_same_v<T, Expr::Or>) {
    for (auto& term : node.terms) each(term);
  } else if constexpr (std::is_same_v<T, Expr::In>) {
    each(node.needle);
    each(node.haystack);
  } else if constexpr (std::is_same_v<T, Expr::Between>) {
    each(node.value);
    each(node.low);
    each(node.high);
  } else if constexpr (std::is_same_v<T, Expr::Like>) {
    each(node.value);
    each(node.pattern);
    each(node.escape);
  } else if constexpr (std::is_same_v<T, Expr::Case>) {
    each(node.operand);
    for (auto& [when, then] : node.branches) {
      each(when);
      each(then);
    }
    each(node.otherwise);
  } else if constexpr (std::is_same_v<T, Expr::Call>) {
    for (auto& arg : node.args) each(arg);
  } else if constexpr (std::is_same_v<T, Expr::MakeStruct>) {
    for (auto& part : node.parts) {
      each(part.name);
      each(part.value);
    }
  } else if constexpr (std::is_same_v<T, Expr::MakeCollection>) {
    for (auto& element : node.elements) each(element);
  } else {
    static_assert(std::is_same_v<T, Expr::Literal> || std::is_same_v<T, Expr::BadLiteral> ||
                  std::is_same_v<T, Expr::Parameter> || std::is_same_v<T, Expr::Slot> ||
                  std::is_same_v<T, Expr::Subquery>);
  }
}

// Pre-order; stops when fn returns false and then returns false.
bool Walk(const Expr& e, const std::function<bool(const Expr&)>& fn) {
  if (!fn(e)) return false;
  bool go_on = true;
  ForEachChild(e, [&](const ExprPtr& child) {
    if (go_on) go_on = Walk(*child, fn);
  });
  return go_on;
}

bool SameType(const TypeSpec& a, const TypeSpec& b) {
  return a.kind == b.kind && a.precision == b.precision && a.scale == b.scale &&
         a.interval_leading == b.interval_leading && a.interval_trailing == b.interval_trailing &&
         (a.kind != TypeSpec::Kind::kNamed || a.name == b.name);
}

// Literals must be the same, not just equal: 1 and 1.0 differ in what arithmetic makes of them.
bool SameLiteral(const Value& a, const Value& b) {
  return a.type() == b.type() && DeepEqual(a, b) &&
         (a.type() == Type::kString || a.is_small_int() || a.ToLiteral() == b.ToLiteral());
}

// What is not a child in two nodes of one kind.
bool SameOwn(const Expr& a, const Expr& b) {
  return std::visit(
      [&](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        const T& y = std::get<T>(b.node);
        if constexpr (std::is_same_v<T, Expr::Literal>) {
          return SameLiteral(x.value, y.value);
        } else if constexpr (std::is_same_v<T, Expr::BadLiteral>) {
          return x.error.message() == y.error.message();
        } else if constexpr (std::is_same_v<T, Expr::Parameter> || std::is_same_v<T, Expr::Slot>) {
          return x.index == y.index;
        } else if constexpr (std::is_same_v<T, Expr::Path>) {
          return x.steps == y.steps && x.ignore_case == y.ignore_case && x.null_row == y.null_row;
        } else if constexpr (std::is_same_v<T, Expr::Index>) {
          return x.string_key_allowed == y.string_key_allowed;
        } else if constexpr (std::is_same_v<T, Expr::Unary> || std::is_same_v<T, Expr::Binary>) {
          return x.op == y.op;
        } else if constexpr (std::is_same_v<T, Expr::Compare>) {
          return x.op == y.op && x.rows == y.rows;
        } else if constexpr (std::is_same_v<T, Expr::Is>) {
          return x.test == y.test && x.negated == y.negated && SameType(x.type, y.type);
        } else if constexpr (std::is_same_v<T, Expr::In>) {
          return x.negated == y.negated && x.rows == y.rows;
        } else if constexpr (std::is_same_v<T, Expr::Between>) {
          return x.negated == y.negated;
        } else if constexpr (std::is_same_v<T, Expr::Like>) {
          return x.negated == y.negated && (x.escape == nullptr) == (y.escape == nullptr);
        } else if constexpr (std::is_same_v<T, Expr::Case>) {
          return x.branches.size() == y.branches.size() && (x.operand == nullptr) == (y.operand == nullptr) &&
                 (x.otherwise == nullptr) == (y.otherwise == nullptr);
        } else if constexpr (std::is_same_v<T, Expr::Call>) {
          return x.function == y.function;
        } else if constexpr (std::is_same_v<T, Expr::Cast>) {
          return x.test_only == y.test_only && SameType(x.type, y.type);
        } else if constexpr (std::is_same_v<T, Expr::MakeStruct>) {
          return std::equal(x.parts.begin(), x.parts.end(), y.parts.begin(), y.parts.end(),
                            [](const Expr::StructPart& p, const Expr::StructPart& q) {
                              return (p.name == nullptr) == (q.name == nullptr) && p.position == q.position;
                            });
        } else if constexpr (std::is_same_v<T, Expr::MakeCollection>) {
          return x.type == y.type;
        } else if constexpr (std::is_same_v<T, Expr::Subquery>) {
          return x.kind == y.kind && x.plan == y.plan;
        } else {
          return true;
        }
      },
      a.node);
}

bool IsVolatileCall(const Expr& e) {
  const auto* call = e.As<Expr::Call>();
  return call != nullptr && !call->function->deterministic;
}

}  // namespace

std::string_view CompareOpText(CompareOp op) {
  switch (op) {
    case CompareOp::kEq: return "=";
    case CompareOp::kNe: return "<>";
    case CompareOp::kLt: return "<";
    case CompareOp::kLe: return "<=";
    case CompareOp::kGt: return ">";
    case CompareOp::kGe: return ">=";
  }
  return "";
}

CompareOp Mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLt: return CompareOp::kGt;
    case CompareOp::kLe: return CompareOp::kGe;
    case CompareOp::kGt: return CompareOp::kLt;
    case CompareOp::kGe: return CompareOp::kLe;
    default: return op;
  }
}

void ForEachChild(const Expr& e, const std::function<void(const ExprPtr&)>& fn) {
  CheckStack();
  CheckPoint();
  std::visit([&](const auto& node) { VisitChildren(node, fn); }, e.node);
}

ExprPtr MapChildren(const ExprPtr& e, const std::function<ExprPtr(const ExprPtr&)>& fn) {
  std::vector<ExprPtr> mapped;
  bool changed = false;
  ForEachChild(*e, [&](const ExprPtr& child) {
    mapped.push_back(fn(child));
    changed = changed || mapped.back() != child;
  });
  if (!changed) return e;
  auto copy = std::make_shared<Expr>(*e);
  size_t i = 0;
  std::visit([&](auto& node) { VisitChildren(node, [&](ExprPtr& c) { c = mapped[i++]; }); }, copy->node);
  return copy;
}

bool SameExpr(const Expr& a, const Expr& b) {
  if (&a == &b) return true;
  CheckStack();
  CheckPoint();
  if (a.node.index() != b.node.index() || !SameOwn(a, b)) return false;
  std::vector<ExprPtr> mine, other;
  ForEachChild(a, [&](const ExprPtr& c) { mine.push_back(c); });
  ForEachChild(b, [&](const ExprPtr& c) { other.push_back(c); });
  return std::equal(mine.begin(), mine.end(), other.begin(), other.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return SameExpr(*x, *y); });
}

size_t HashExpr(const Expr& e) {
  size_t hash = e.node.index();
  auto add = [&hash](size_t h) { hash = hash * 0x9E3779B97F4A7C15u + h + (hash >> 29); };
  if (const auto* n = e.As<Expr::Literal>()) add(HashValue(n->value));
  if (const auto* n = e.As<Expr::Parameter>()) add(static_cast<size_t>(n->index));
  if (const auto* n = e.As<Expr::Slot>()) add(static_cast<size_t>(n->index));
  if (const auto* n = e.As<Expr::Call>()) add(std::hash<const void*>()(n->function));
  if (const auto* n = e.As<Expr::Compare>()) add(static_cast<size_t>(n->op));
  if (const auto* n = e.As<Expr::Binary>()) add(static_cast<size_t>(n->op));
  if (const auto* n = e.As<Expr::Path>()) {
    for (const PathStep& step : n->steps) add(std::hash<std::string>()(step.name) + static_cast<size_t>(step.index));
  }
  ForEachChild(e, [&](const ExprPtr& child) { add(HashExpr(*child)); });
  return hash;
}

std::vector<int> SlotsRead(const Expr& e) {
  std::vector<int> slots;
  Walk(e, [&](const Expr& x) {
    if (const auto* slot = x.As<Expr::Slot>()) slots.push_back(slot->index);
    if (const auto* query = x.As<Expr::Subquery>()) {
      slots.insert(slots.end(), query->reads.begin(), query->reads.end());
    }
    return true;
  });
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

bool IsConstant(const Expr& e) {
  return Walk(e, [](const Expr& x) {
    return x.As<Expr::Slot>() == nullptr && x.As<Expr::Parameter>() == nullptr && x.As<Expr::Subquery>() == nullptr &&
           !IsVolatileCall(x);
  });
}

bool IsFixedPerExecution(const Expr& e) {
  return Walk(e, [](const Expr& x) { return x.As<Expr::Slot>() == nullptr && x.As<Expr::Subquery>() == nullptr; });
}

// Asked at every write.
bool HasSubquery(const Expr& e) {
  if (e.As<Expr::Subquery>() != nullptr) return true;
  CheckStack();
  CheckPoint();
  bool found = false;
  std::visit(
      [&found](const auto& node) {
        VisitChildren(node, [&found](const ExprPtr& child) { found = found || HasSubquery(*child); });
      },
      e.node);
  return found;
}

}  // namespace parton
