// Expressions on encoded items, compiled to what is done with their bytes.
#ifndef PARTON_TYPES_EXPR_BYTE_TERMS_H_
#define PARTON_TYPES_EXPR_BYTE_TERMS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "types/expr/evaluate.h"
#include "types/expr/evaluate_internal.h"
#include "types/expr/expr.h"
#include "types/item/attribute_walk.h"

namespace parton::eval {

// The truth of a term on bytes. NULL stands for MISSING too: the operators around a predicate, and WHERE, take them
// for the same.
enum class ByteTruth : uint8_t { kFalse, kTrue, kNull, kUnknown };

// A value that attributes are compared with.
struct ByteOperand {
  enum class Kind : uint8_t { kInt, kNumber, kText, kBlob, kBool } kind = Kind::kInt;
  int64_t integer = 0;  // of kInt and, 0 or 1, of kBool
  Number number;        // of kInt and kNumber
  std::string bytes;
};

// Set members are looked up by bytes that nobody copies.
struct ByteHash {
  using is_transparent = void;
  size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
};

struct ByteTerm {
  enum class Kind : uint8_t {
    kUnfit,  // only evaluation can tell
    kAnd,
    kOr,
    kNot,
    kCompare,      // attribute op operand
    kCompareInt,   // the same with a 64-bit integer
    kCompareText,  // the same with a string
    kComparePair,  // attribute op other
    kBetween,
    kIn,
    kIsMissing,
    kIsNull,
    kLike,
    kBeginsWith,
    kContains,
    kExists,
    kType,
  } kind = Kind::kUnfit;
  CompareOp op = CompareOp::kEq;
  bool negated = false;
  size_t attribute = 0;
  size_t other = 0;
  ByteOperand operand;
  ByteOperand high;                                                    // kBetween
  std::vector<ByteTerm> terms;                                         // kAnd, kOr, kNot
  std::unordered_set<std::string, ByteHash, std::equal_to<>> members;  // kIn: as they are encoded
  bool null_member = false;  // kIn: NULL, or (not in DynamoDB's logic) MISSING
  std::string escape;        // kLike
  // kLike: the pattern is a text with `%` before, behind or around it.
  bool plain = false, any_before = false, any_behind = false;
  std::vector<ItemTag> tags;  // kType
};

// An integer of 64 bits.
struct ByteNumber {
  enum class Kind : uint8_t {
    kUnfit,  // only evaluation can tell
    kAttribute,
    kInteger,
    kNull,
    kAdd,
    kSub,
    kMul,
    kCase,  // the operand of the first of `conditions` that is true; the last one if none is
  } kind = Kind::kUnfit;
  size_t attribute = 0;
  int64_t integer = 0;
  std::vector<ByteNumber> operands;
  std::vector<ByteTerm> conditions;
};

enum class ByteResult : uint8_t { kInteger, kAbsent, kUnknown };

// Compiles expressions on the item in one slot, and computes them.
//
// Threads: one.
class ByteTerms {
 public:
  // `walk` outlives it. What is compiled holds for the parameters, typing and logic that `ctx` has now.
  ByteTerms(int slot, const EvalContext& ctx, AttributeWalk* walk);

  ByteTerm Compile(const Expr& e);
  ByteNumber CompileNumber(const Expr& e);
  // Whether a filter of this term can ever tell.
  static bool Useful(const ByteTerm& t);

  // Of the item that the walk is in.
  ByteTruth Evaluate(const ByteTerm& t);
  // As EvaluatePredicate: without errors to look for, whatever is not TRUE ends a conjunction.
  ByteTruth EvaluateFilter(const ByteTerm& t);
  ByteResult Compute(const ByteNumber& n, int64_t* out);

 private:
  ByteTerm CompileCompare(const Expr::Compare& c);
  ByteTerm CompileBetween(const Expr::Between& b);
  ByteTerm CompileIn(const Expr::In& in);
  ByteTerm CompileLike(const Expr::Like& like);
  ByteTerm CompileCall(const Expr::Call& call);
  // The attribute that `e` reads of the item; false: something else.
  bool Attribute(const Expr& e, size_t* attribute);
  // The value of a literal or parameter; null: it is none.
  const Value* Fixed(const Expr& e) const;
  bool Operand(const Expr& e, ByteOperand* out) const;

  ByteTruth EvaluateJunction(const ByteTerm& t);
  ByteTruth EvaluateCompare(CompareOp op, const char* p, const ByteOperand& operand) const;
  ByteTruth EvaluatePair(const ByteTerm& t);
  ByteTruth EvaluateIn(const ByteTerm& t, const char* p) const;
  ByteTruth EvaluateText(const ByteTerm& t, const char* p) const;
  // Of a predicate other than a comparison, on an attribute that is not there, or NULL where `p` is not null.
  ByteTruth OfAbsent(const char* p, bool in_dynamo) const;

  const int slot_;
  const std::vector<Value>* const parameters_;
  const bool strict_;  // with errors to look for
  const bool dynamo_;
  AttributeWalk& walk_;
};

}  // namespace parton::eval

#endif  // PARTON_TYPES_EXPR_BYTE_TERMS_H_
