// Filters on bytes against evaluation, and attributes found in one walk against ItemView: whatever the item and the
// expression, the same, or the filter says that it cannot tell.
#include "types/expr/item_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "types/functions/functions.h"
#include "types/item/attribute_walk.h"
#include "types/item/item_codec.h"
#include "types/item/item_rules.h"

namespace parton {
namespace {

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

  Value Text() {
    static const std::vector<std::string> texts = {
        "", "a", "b", "ab", "ba", "aba", "abab", "a%", "_b", "\xC3\xA9", "a\xC3\xA9", "z", std::string(200, 'a')};
    return Value::String(texts[static_cast<size_t>(Below(static_cast<int>(texts.size())))]);
  }
  Value Exact() {
    switch (Below(8)) {
      case 0: return Value::Decimal(Number::ParseStrict("1.50").value());
      case 1: return Value::Decimal(Number::ParseStrict("2.00").value());
      case 2: return Value::Int(Number::ParseStrict("123456789012345678901234567890").value());
      case 3: return Value::Decimal(Number::ParseStrict("-0.001").value());
      case 4: return Value::Int(Chance(50) ? INT64_MAX : INT64_MIN);
      default: return Value::Int(Below(5) - 1);
    }
  }
  // What a table can hold.
  Value Stored(int depth = 1) {
    switch (Below(depth > 0 ? 13 : 9)) {
      case 0: return Value::Null();
      case 1: return Value::Bool(Chance(50));
      case 2:
      case 3:
      case 4: return Exact();
      case 5:
      case 6:
      case 7: return Text();
      case 8: return Value::Bytes(Type::kBlob, Text().bytes());
      case 9: return Value::List({Stored(0), Stored(0)});
      case 10: return Value::Struct({{"x", Stored(0)}});
      case 11: return Value::Set({Value::String("a"), Value::String("b")}).value();
      default: return Value::Set({Value::Int(1), Value::Int(2)}).value();
    }
  }
  // What a query may compare it with.
  Value Operand() {
    switch (Below(14)) {
      case 0: return Value::Missing();
      case 1: return Value::Float(1.5);
      case 2: return Value::Float(2);
      case 3: return Value::Symbol("a");
      default: return Stored();
    }
  }

  std::string Name() { return std::string(1, static_cast<char>('a' + Below(6))); }
  Value Item() {
    std::vector<Field> fields;
    for (char c = 'a'; c <= 'f'; ++c) {
      if (Chance(75)) fields.push_back({std::string(1, c), Stored()});
    }
    return Value::Struct(std::move(fields));
  }

  ExprPtr Path() {
    Expr::Path path;
    path.base = MakeExpr(Expr::Slot{0, "t"});
    path.steps.push_back({Name(), -1});
    if (Chance(5)) path.steps.push_back({"x", -1});
    path.ignore_case.assign(path.steps.size(), Chance(50));
    return MakeExpr(std::move(path));
  }
  ExprPtr Fixed(Value v) {
    if (Chance(50)) return MakeExpr(Expr::Literal{std::move(v)});
    parameters.push_back(std::move(v));
    return MakeExpr(Expr::Parameter{static_cast<int>(parameters.size()) - 1});
  }
  ExprPtr Call(const char* name, std::vector<ExprPtr> args) {
    return MakeExpr(Expr::Call{FindScalarFunction(name), std::move(args)});
  }

  ExprPtr Predicate(int depth) {
    if (depth > 0 && Chance(50)) {
      if (Chance(20)) return MakeExpr(Expr::Not{Predicate(depth - 1)});
      std::vector<ExprPtr> terms;
      for (int i = 0, n = 2 + Below(2); i < n; ++i) terms.push_back(Predicate(depth - 1));
      if (Chance(50)) return MakeExpr(Expr::And{std::move(terms)});
      return MakeExpr(Expr::Or{std::move(terms)});
    }
    switch (Below(12)) {
      case 0: {
        Expr::Between b;
        b.value = Path();
        b.low = Fixed(Operand());
        b.high = Fixed(Operand());
        b.negated = Chance(30);
        return MakeExpr(std::move(b));
      }
      case 1:
      case 2: {
        Expr::In in;
        in.needle = Path();
        in.negated = Chance(30);
        Expr::MakeCollection list{Type::kList, {}};
        std::vector<Value> values;
        for (int i = 0, n = Chance(20) ? 20 : Below(6); i < n; ++i) values.push_back(Chance(95) ? Exact() : Operand());
        if (Chance(30)) values.push_back(Text());
        for (const Value& v : values) list.elements.push_back(Fixed(v));
        in.haystack = Chance(70) ? MakeExpr(std::move(list)) : Fixed(Value::List(values));
        return MakeExpr(std::move(in));
      }
      case 3: {
        Expr::Is is{Path(), Chance(50) ? Expr::Is::Test::kNull : Expr::Is::Test::kMissing, {}, Chance(40)};
        return MakeExpr(std::move(is));
      }
      case 4: {
        static const std::vector<std::string> patterns = {"a%", "%b", "%a%", "ab", "%", "", "a_", "_%b", "%a%b%", "%%"};
        Expr::Like like;
        like.value = Path();
        like.pattern = Fixed(Value::String(patterns[static_cast<size_t>(Below(static_cast<int>(patterns.size())))]));
        if (Chance(10)) like.escape = Fixed(Value::String("a"));
        like.negated = Chance(30);
        return MakeExpr(std::move(like));
      }
      case 5: return Call(Chance(50) ? "BEGINS_WITH" : "CONTAINS", {Path(), Fixed(Chance(80) ? Text() : Operand())});
      case 6: return Call(Chance(50) ? "ATTRIBUTE_EXISTS" : "ATTRIBUTE_NOT_EXISTS", {Path()});
      case 7: {
        static const std::vector<std::string> types = {"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"};
        return Call("ATTRIBUTE_TYPE", {Path(), Fixed(Value::String(types[static_cast<size_t>(Below(10))]))});
      }
      default: {
        Expr::Compare c;
        c.op = static_cast<CompareOp>(Below(6));
        c.left = Path();
        c.right = Chance(15) ? Path() : Fixed(Operand());
        if (Chance(20)) std::swap(c.left, c.right);
        return MakeExpr(std::move(c));
      }
    }
  }

  std::vector<Value> parameters;

 private:
  std::mt19937_64 random_;
};

TEST(ItemFilterTest, SaysWhatEvaluationSaysOrThatItCannotTell) {
  NameTable names;
  uint64_t known = 0, asked = 0, passed = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    Generator g(seed);
    const ExprPtr filter = g.Predicate(2);
    Frame frame(1);
    EvalContext ctx;
    ctx.frame = &frame;
    ctx.parameters = &g.parameters;
    ctx.typing = g.Chance(30) ? Typing::kStrict : Typing::kPermissive;
    ctx.logic = g.Chance(30) ? Logic::kDynamo : Logic::kPartiql;
    ItemFilter on_bytes(filter, 0, &ctx);
    for (int row = 0; row < 30; ++row) {
      std::string bytes;
      EncodeItem(g.Item(), &names, &bytes);
      frame[0] = ItemValue(bytes, &names);
      const ItemFilter::Verdict verdict = on_bytes.Test(bytes, &names);
      ASSERT_TRUE(ctx.error.ok());
      ASSERT_EQ(ctx.mismatches.count, 0u);
      const bool expected = EvaluatePredicate(*filter, ctx);
      asked += row >= 8;
      if (verdict != ItemFilter::Verdict::kUnknown) {
        ++known;
        passed += expected;
        const std::string what =
            ToString(*filter) + " on " + frame[0].Materialize().ToLiteral() + " seed " + std::to_string(seed);
        ASSERT_EQ(verdict == ItemFilter::Verdict::kYes, expected) << what;
        ASSERT_TRUE(ctx.error.ok()) << what << "\n" << ctx.error.ToString();
        ASSERT_EQ(ctx.mismatches.count, 0u) << what;
      }
      ctx.error = Status();
      ctx.mismatches = {};
    }
  }
  EXPECT_GT(known * 3, asked) << "it can tell too seldom to mean anything";
  EXPECT_GT(passed * 10, known);
}

TEST(ItemFilterTest, DamagedBytesAreLeftToEvaluation) {
  NameTable names;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Generator g(seed);
    const ExprPtr filter = g.Predicate(1);
    Frame frame(1);
    EvalContext ctx;
    ctx.frame = &frame;
    ctx.parameters = &g.parameters;
    ItemFilter on_bytes(filter, 0, &ctx);
    for (int row = 0; row < 40; ++row) {
      std::string bytes;
      EncodeItem(g.Item(), &names, &bytes);
      if (g.Chance(50)) {
        bytes.resize(static_cast<size_t>(g.Below(static_cast<int>(bytes.size()) + 1)));
      } else {
        bytes[static_cast<size_t>(g.Below(static_cast<int>(bytes.size())))] = static_cast<char>(g.Below(256));
      }
      frame[0] = ItemValue(bytes, &names);
      const ItemFilter::Verdict verdict = on_bytes.Test(bytes, &names);
      const bool expected = EvaluatePredicate(*filter, ctx);
      if (verdict != ItemFilter::Verdict::kUnknown) {
        ASSERT_EQ(verdict == ItemFilter::Verdict::kYes, expected) << ToString(*filter) << " seed " << seed;
      }
      ctx.mismatches = {};
    }
  }
}

TEST(AttributeWalkTest, FindsWhatItemViewFinds) {
  NameTable names;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    Generator g(seed);
    AttributeWalk walk;
    std::vector<std::string> wanted;
    std::vector<size_t> attributes;
    for (int i = 0, n = 1 + g.Below(5); i < n; ++i) {
      wanted.push_back(g.Chance(90) ? g.Name() : "unheard of " + std::to_string(seed));
      attributes.push_back(walk.Add(wanted.back()));
    }
    for (int row = 0; row < 20; ++row) {
      std::string bytes;
      EncodeItem(g.Item(), &names, &bytes);
      // The name may come into the dictionary between two items.
      if (row == 10) EncodeItem(Value::Struct({{wanted[0], Value::Int(1)}}), &names, &(bytes = ""));
      if (g.Chance(10)) bytes.resize(static_cast<size_t>(g.Below(static_cast<int>(bytes.size()) + 1)));
      ASSERT_TRUE(walk.Start(bytes, &names));
      const ItemView view(bytes, &names);
      for (int i = 0; i < 6; ++i) {
        const auto k = static_cast<size_t>(g.Below(static_cast<int>(wanted.size())));
        const char* p = walk.Find(attributes[k]);
        const Value found = p == nullptr ? Value::Missing() : raw::ValueAt(p, walk.end());
        const Value expected = view.Get(wanted[k]);
        ASSERT_EQ(found.type(), expected.type());
        ASSERT_EQ(found.ToLiteral(), expected.ToLiteral());
      }
    }
  }
}

TEST(AttributeWalkTest, NamesInFullAreLeftToItemView) {
  NameTable names;
  for (uint32_t i = 0; i < NameTable::kMaxNames; ++i) (void)names.FindOrAdd("n" + std::to_string(i));
  std::string bytes;
  EncodeItem(Value::Struct({{"n5", Value::Int(5)}, {"in full", Value::Int(7)}}), &names, &bytes);
  AttributeWalk known;
  const size_t n5 = known.Add("n5");
  ASSERT_TRUE(known.Start(bytes, &names));
  EXPECT_NE(known.Find(n5), nullptr);
  AttributeWalk other;
  (void)other.Add("n5");
  (void)other.Add("in full");
  EXPECT_FALSE(other.Start(bytes, &names));
}

}  // namespace
}  // namespace parton
