// Bound expressions: immutable trees of data that the executor and a store evaluate, and EXPLAIN prints.
//
// Names are resolved: a variable is a *slot* of the statement's Frame. A query inside an expression is
// an opaque Subquery node that the executor runs through EvalContext::subqueries. Expressions are
// shared between plans and threads.
#ifndef PARTON_TYPES_EXPR_EXPR_H_
#define PARTON_TYPES_EXPR_EXPR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/item/item_codec.h"
#include "types/item/name_table.h"

namespace parton {

struct Expr;
struct ScalarFunction;  // types/functions/functions.h
using ExprPtr = std::shared_ptr<const Expr>;

enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
// "=", "<>", "<", ...
std::string_view CompareOpText(CompareOp op);
// The operator of the same comparison with its sides changed: a < b as b > a.
CompareOp Mirrored(CompareOp op);

enum class BinaryOp : uint8_t { kAdd, kSub, kMul, kDiv, kMod, kConcat, kBitAnd };
enum class UnaryOp : uint8_t { kNeg, kPlus };

// A type as CAST and IS name it, with its parameters.
struct TypeSpec {
  enum class Kind : uint8_t {
    kAny,
    kMissing,
    kNull,
    kBool,
    kTinyInt,
    kSmallInt,
    kInt,
    kBigInt,
    kReal,
    kFloat,
    kDouble,
    kDecimal,
    kChar,
    kVarchar,
    kString,
    kSymbol,
    kClob,
    kBlob,
    kDate,
    kTime,
    kTimeTz,
    kTimestamp,
    kTimestampTz,
    kInterval,
    kStruct,
    kTuple,
    kList,
    kArray,
    kBag,
    kSexp,
    kMap,
    kGraph,
    kNamed,  // unknown name: IS is an error, CAST too
  };
  Kind kind = Kind::kAny;
  std::string name;               // as written
  std::optional<int> precision;   // DECIMAL(p, s), CHAR(n), TIME(p), INTERVAL leading precision
  std::optional<int> scale;       // DECIMAL's s, INTERVAL's fraction precision
  std::string interval_leading;   // "YEAR", ... for INTERVAL
  std::string interval_trailing;  // empty: single field
};

// The id of an attribute name in the database's dictionary, looked up when first met: names are
// append-only, so a found id stays right, and a name that was not there need not be looked for again
// before the dictionary has grown. Benign races store what is as true.
class NameIdCache {
 public:
  NameIdCache() = default;
  NameIdCache(const NameIdCache&) {}
  NameIdCache& operator=(const NameIdCache&) {
    names_.store(nullptr, std::memory_order_relaxed);
    return *this;
  }
  uint32_t Get(const NameTable* names, std::string_view name) const {
    if (names_.load(std::memory_order_acquire) == names) {
      const uint64_t known = known_.load(std::memory_order_relaxed);
      const auto id = static_cast<uint32_t>(known);
      if (id != NameTable::kNone || known >> 32 == names->size()) return id;
    }
    return Find(names, name);
  }

 private:
  // A plan serves one database, so `names` changes at most once.
  uint32_t Find(const NameTable* names, std::string_view name) const {
    const uint64_t size = names->size();  // before the look-up: what it misses is newer
    const uint32_t id = names->Find(name);
    const NameTable* none = nullptr;
    const bool mine = names_.load(std::memory_order_acquire) == names;
    if (mine || names_.load(std::memory_order_relaxed) == none) {
      known_.store(size << 32 | id, std::memory_order_relaxed);
      names_.store(names, std::memory_order_release);
    }
    return id;
  }

  mutable std::atomic<const NameTable*> names_{nullptr};
  // The dictionary's size at the look-up, and the id.
  mutable std::atomic<uint64_t> known_{0};
};

struct Expr {
  struct Literal {
    Value value;
  };
  // A literal that is wrong (DATE '2021-02-30'): an error when evaluated, and when planned in strict typing.
  struct BadLiteral {
    Status error;
  };
  struct Parameter {
    int index;  // from 0
  };
  struct Slot {
    int index;
    std::string name;  // for messages and EXPLAIN
  };
  // base.a.b[0]: constant steps only.
  struct Path {
    ExprPtr base;
    std::vector<PathStep> steps;  // at least one
    // Per step: match the name regardless of case (an unquoted name met in a query). Items of tables
    // are always matched exactly.
    std::vector<bool> ignore_case;
    NameIdCache first_id;
    // The base is NULL where an outer join found no row: its attributes are NULL then, not MISSING.
    bool null_row = false;
  };
  // base[key] with a computed key: list by INT, tuple by STRING where `string_key_allowed`.
  struct Index {
    ExprPtr base;
    ExprPtr key;
    bool string_key_allowed = false;
  };
  struct Unary {
    UnaryOp op;
    ExprPtr operand;
  };
  struct Binary {
    BinaryOp op;
    ExprPtr left;
    ExprPtr right;
  };
  struct Compare {
    CompareOp op;
    ExprPtr left;
    ExprPtr right;
    bool rows = false;  // (a, b) < (c, d): element by element, as SQL compares rows
  };
  struct And {
    std::vector<ExprPtr> terms;
  };
  struct Or {
    std::vector<ExprPtr> terms;
  };
  struct Not {
    ExprPtr operand;
  };
  struct Is {
    ExprPtr operand;
    enum class Test : uint8_t { kMissing, kNull, kTrue, kFalse, kUnknown, kType } test;
    TypeSpec type;  // for kType
    bool negated = false;
  };
  struct In {
    ExprPtr needle;
    ExprPtr haystack;  // a collection-valued expression; MakeCollection for a written list
    bool negated = false;
    bool rows = false;  // (a, b) IN ...: as Compare's
  };
  struct Between {
    ExprPtr value;
    ExprPtr low;
    ExprPtr high;
    bool negated = false;
  };
  struct Like {
    ExprPtr value;
    ExprPtr pattern;
    ExprPtr escape;  // null if none
    bool negated = false;
  };
  struct Case {
    ExprPtr operand;  // null: searched CASE
    std::vector<std::pair<ExprPtr, ExprPtr>> branches;
    ExprPtr otherwise;  // null: NULL
  };
  struct Call {
    const ScalarFunction* function;
    std::vector<ExprPtr> args;
  };
  struct Cast {
    ExprPtr operand;
    TypeSpec type;
    bool test_only = false;  // CAN_CAST
  };
  // One part of a tuple being built: a named value, or all fields of a tuple (`x.*`). A value that is
  // MISSING is left out.
  struct StructPart {
    ExprPtr name;  // null: spread
    ExprPtr value;
    // For a spread of something that is no tuple: it gets the name `_<position>`.
    int position = 0;
  };
  struct MakeStruct {
    std::vector<StructPart> parts;
  };
  struct MakeCollection {
    Type type;  // kList, kBag, kSexp
    std::vector<ExprPtr> elements;
  };
  // A query as a value. `plan` is the planner's (a Query of planner/plan/plan.h), opaque here.
  struct Subquery {
    enum class Kind : uint8_t {
      kCollection,  // the bag or list (or PIVOT's tuple) itself
      kScalar,      // SQL coercion: no row NULL, one row its only column, more MISSING / error
      kRow,         // coerced to an array of the row's columns, for comparison with a row value
      kExists,
    } kind;
    std::shared_ptr<const void> plan;
    std::vector<int> reads;  // outer slots it depends on; empty = may be computed once per execution
    std::string text;        // for EXPLAIN
  };

  std::variant<Literal, BadLiteral, Parameter, Slot, Path, Index, Unary, Binary, Compare, And, Or, Not, Is, In, Between,
               Like, Case, Call, Cast, MakeStruct, MakeCollection, Subquery>
      node;
  TextSpan span;

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

template <typename Node>
ExprPtr MakeExpr(Node node, TextSpan span = {}) {
  auto e = std::make_shared<Expr>();
  e->node = std::move(node);
  e->span = span;
  return e;
}

// PartiQL-like text, with slots by name: for EXPLAIN and messages.
std::string ToString(const Expr& e);

// Structural equality (spans ignored).
bool SameExpr(const Expr& a, const Expr& b);

// Consistent with SameExpr.
size_t HashExpr(const Expr& e);
struct ExprHash {
  size_t operator()(const ExprPtr& e) const { return HashExpr(*e); }
};
struct ExprEqual {
  bool operator()(const ExprPtr& a, const ExprPtr& b) const { return SameExpr(*a, *b); }
};

// Calls fn(const ExprPtr&) for each direct child.
void ForEachChild(const Expr& e, const std::function<void(const ExprPtr&)>& fn);
// A copy with each direct child replaced by fn(child); the same pointer if nothing changed.
ExprPtr MapChildren(const ExprPtr& e, const std::function<ExprPtr(const ExprPtr&)>& fn);

// Slots read, including by subqueries; sorted, distinct.
std::vector<int> SlotsRead(const Expr& e);
// No slots, parameters, subqueries, or functions that may give another result next time: may be folded
// into a plan.
bool IsConstant(const Expr& e);
// The same value for every row of one execution: no slots and no subqueries; parameters and the
// statement's clock are allowed.
bool IsFixedPerExecution(const Expr& e);
bool HasSubquery(const Expr& e);

}  // namespace parton

#endif  // PARTON_TYPES_EXPR_EXPR_H_
