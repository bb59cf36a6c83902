// The aggregate functions. Absent values do not reach them, except ARRAY_AGG's NULLs.
//
// A value of a wrong type is a mismatch; the aggregate is then MISSING, whatever else is added.
#include <algorithm>
#include <cmath>

#include "types/expr/evaluate_internal.h"
#include "types/functions/integer_tally.h"
#include "types/functions/registry.h"
#include "types/value/value_compare.h"

namespace parton::functions {
namespace {

// Base of all: the flag that a mismatch spoiled the result.
template <typename Derived>
class Base : public Accumulator {
 public:
  void Add(const Value& v, EvalContext& ctx) final {
    if (!self().Take(v, ctx)) spoiled_ = true;
  }
  void Merge(Accumulator& other, EvalContext& ctx) final {
    auto& that = static_cast<Derived&>(other);
    spoiled_ = spoiled_ || that.spoiled_;
    self().TakeAll(that, ctx);
  }
  Value Finish(EvalContext& ctx) final { return spoiled_ ? Value::Missing() : self().Outcome(ctx); }
  void Reset() final {
    const auto fresh = self().Fresh();
    self() = std::move(*fresh);
  }

 protected:
  std::unique_ptr<Derived> Fresh() const { return std::make_unique<Derived>(); }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
  bool spoiled_ = false;
};

class Count final : public Base<Count> {
 public:
  bool Take(const Value&, EvalContext&) {
    ++count_;
    return true;
  }
  void TakeAll(Count& that, EvalContext&) { count_ += that.count_; }
  Value Outcome(EvalContext&) { return Value::Int(count_); }

 private:
  int64_t count_ = 0;
};

// SUM and AVG. Integers are added in 64 bits as long as that goes well; exact numbers and floats are
// summed apart, so that the order of rows matters as little as it can.
class Sum final : public Base<Sum>, public IntegerTally {
 public:
  explicit Sum(bool average = false) : average_(average) {}
  std::unique_ptr<Sum> Fresh() const { return std::make_unique<Sum>(average_); }

  bool Take(const Value& v, EvalContext& ctx) {
    ++count_;
    if (v.is_small_int()) {
      any_number_ = true;
      AddSmall(v.int_value(), ctx);
      return true;
    }
    return TakeOther(v, ctx);
  }

  void AddIntegers(int64_t sum, int64_t count, EvalContext& ctx) override {
    if (count == 0) return;
    count_ += count;
    any_number_ = true;
    AddSmall(sum, ctx);
  }

  void TakeAll(Sum& that, EvalContext& ctx) {
    count_ += that.count_;
    AddSmall(that.small_, ctx);
    AddExact(that.exact_, ctx);
    float_ += that.float_;
    any_number_ = any_number_ || that.any_number_;
    any_decimal_ = any_decimal_ || that.any_decimal_;
    any_float_ = any_float_ || that.any_float_;
    if (!that.interval_.is_missing()) AddInterval(that.interval_, ctx);
  }

  Value Outcome(EvalContext& ctx) {
    if (count_ == 0) return Value::Null();
    if (!interval_.is_missing()) {
      if (any_number_) return ctx.Mismatch("numbers and intervals cannot be summed together");
      return average_ ? eval::Arithmetic(BinaryOp::kDiv, interval_, Value::Int(count_), ctx, nullptr) : interval_;
    }
    Number total = exact_;
    if (const Result<Number> r = Number::Add(exact_, Number(small_), OfSums()); r.ok()) {
      total = *r;
    } else {
      return ctx.Fail(OfSums() == Rounding::kExact ? eval::IntOverflow() : r.status());
    }
    if (any_float_) {
      const double sum = float_ + total.ToDouble();
      return Value::Float(average_ ? sum / static_cast<double>(count_) : sum);
    }
    if (average_) {
      const Result<Number> r = Number::Div(total, Number(count_));
      return r.ok() ? Value::Decimal(*r) : ctx.Fail(r.status());
    }
    return any_decimal_ ? Value::Decimal(total) : Value::Int(total);
  }

 private:
  // A sum of integers is never rounded.
  Rounding OfSums() const { return any_decimal_ || any_float_ || average_ ? Rounding::kRound : Rounding::kExact; }
  void AddSmall(int64_t i, EvalContext& ctx) {
    if (__builtin_add_overflow(small_, i, &small_)) {
      // What is in small_ wrapped; take the old sum back out.
      const auto old = static_cast<int64_t>(static_cast<uint64_t>(small_) - static_cast<uint64_t>(i));
      small_ = i;
      AddExact(Number(old), ctx);
    }
  }
  void AddExact(const Number& n, EvalContext& ctx) {
    const Result<Number> r = Number::Add(exact_, n, OfSums());
    if (r.ok()) {
      exact_ = *r;
    } else {
      (void)ctx.Fail(OfSums() == Rounding::kExact ? eval::IntOverflow() : r.status());
    }
  }
  bool TakeOther(const Value& v, EvalContext& ctx) {
    switch (v.type()) {
      case Type::kDecimal: any_decimal_ = true; [[fallthrough]];
      case Type::kInt:
        any_number_ = true;
        AddExact(v.number(), ctx);
        return true;
      case Type::kFloat:
        any_number_ = any_float_ = true;
        float_ += v.float_value();
        return true;
      case Type::kInterval: return AddInterval(v, ctx);
      default: (void)ctx.Mismatch(average_ ? "AVG takes numbers" : "SUM takes numbers"); return false;
    }
  }
  bool AddInterval(const Value& v, EvalContext& ctx) {
    interval_ = interval_.is_missing() ? v : eval::Arithmetic(BinaryOp::kAdd, interval_, v, ctx, nullptr);
    return !interval_.is_missing();
  }

  int64_t count_ = 0;
  int64_t small_ = 0;
  bool average_;
  bool any_number_ = false;
  bool any_decimal_ = false;
  bool any_float_ = false;
  double float_ = 0;
  Number exact_;
  Value interval_;
};

// MIN and MAX, over values of all types by the total order.
class Extreme final : public Base<Extreme> {
 public:
  explicit Extreme(bool greatest = false) : greatest_(greatest) {}
  std::unique_ptr<Extreme> Fresh() const { return std::make_unique<Extreme>(greatest_); }

  bool Take(const Value& v, EvalContext&) {
    if (best_.is_missing() || Better(v)) best_ = v.Own();
    return true;
  }
  void TakeAll(Extreme& that, EvalContext& ctx) {
    if (!that.best_.is_missing()) (void)Take(that.best_, ctx);
  }
  Value Outcome(EvalContext&) { return best_.is_missing() ? Value::Null() : best_; }

 private:
  bool Better(const Value& v) const {
    if (v.is_small_int() && best_.is_small_int()) {
      return greatest_ ? v.int_value() > best_.int_value() : v.int_value() < best_.int_value();
    }
    const int order = TotalOrder(v, best_);
    return greatest_ ? order > 0 : order < 0;
  }

  Value best_;
  bool greatest_;
};

// ANY and EVERY.
class Quantifier final : public Base<Quantifier> {
 public:
  explicit Quantifier(bool every = false) : every_(every) {}
  std::unique_ptr<Quantifier> Fresh() const { return std::make_unique<Quantifier>(every_); }

  bool Take(const Value& v, EvalContext& ctx) {
    if (!v.is_bool()) {
      (void)ctx.Mismatch("ANY, SOME and EVERY take truth values");
      return false;
    }
    (v.bool_value() ? seen_true_ : seen_false_) = true;
    return true;
  }
  void TakeAll(Quantifier& that, EvalContext&) {
    seen_true_ = seen_true_ || that.seen_true_;
    seen_false_ = seen_false_ || that.seen_false_;
  }
  Value Outcome(EvalContext&) {
    if (!seen_true_ && !seen_false_) return Value::Null();
    return Value::Bool(every_ ? !seen_false_ : seen_true_);
  }

 private:
  bool every_;
  bool seen_true_ = false;
  bool seen_false_ = false;
};

class ArrayAgg final : public Base<ArrayAgg> {
 public:
  bool Take(const Value& v, EvalContext&) {
    if (v.is_missing()) return true;
    elements_.push_back(v.Own());
    bytes_ += sizeof(Value) + (v.is_text() || v.is_lob() ? v.bytes().size() + 16 : 0);
    if (v.is_struct() || v.is_collection()) bytes_ += 64 * (v.Count() + 1);
    return true;
  }
  void TakeAll(ArrayAgg& that, EvalContext&) {
    elements_.insert(elements_.end(), that.elements_.begin(), that.elements_.end());
    bytes_ += that.bytes_;
  }
  Value Outcome(EvalContext&) { return elements_.empty() ? Value::Null() : Value::List(elements_); }
  size_t MemoryUsed() const override { return bytes_; }

 private:
  std::vector<Value> elements_;
  size_t bytes_ = 0;
};

class StringAgg final : public Base<StringAgg> {
 public:
  explicit StringAgg(Value separator = Value::String("")) : separator_(std::move(separator)) {}
  std::unique_ptr<StringAgg> Fresh() const { return std::make_unique<StringAgg>(separator_); }

  bool Take(const Value& v, EvalContext& ctx) {
    if (!v.is_text() || !(separator_.is_text() || separator_.is_absent())) {
      (void)ctx.Mismatch("STRING_AGG takes strings");
      return false;
    }
    Append(v.bytes());
    return true;
  }
  void TakeAll(StringAgg& that, EvalContext&) {
    if (that.any_) Append(that.text_);
  }
  Value Outcome(EvalContext&) { return any_ ? Value::String(text_) : Value::Null(); }
  size_t MemoryUsed() const override { return text_.capacity(); }

 private:
  void Append(std::string_view s) {
    if (any_ && separator_.is_text()) text_ += separator_.bytes();
    text_ += s;
    any_ = true;
  }

  Value separator_;
  std::string text_;
  bool any_ = false;
};

// Variance and standard deviation, by Welford's method; partial ones are joined by Chan's.
class Variance final : public Base<Variance> {
 public:
  explicit Variance(bool sample = true, bool root = false) : sample_(sample), root_(root) {}
  std::unique_ptr<Variance> Fresh() const { return std::make_unique<Variance>(sample_, root_); }

  bool Take(const Value& v, EvalContext& ctx) {
    if (!v.is_numeric()) {
      (void)ctx.Mismatch("STDDEV and VARIANCE take numbers");
      return false;
    }
    const double x = v.ToDouble();
    count_ += 1;
    const double delta = x - mean_;
    mean_ += delta / count_;
    squares_ += delta * (x - mean_);
    return true;
  }
  void TakeAll(Variance& that, EvalContext&) {
    if (that.count_ == 0) return;
    const double count = count_ + that.count_;
    const double delta = that.mean_ - mean_;
    squares_ += that.squares_ + delta * delta * count_ * that.count_ / count;
    mean_ += delta * that.count_ / count;
    count_ = count;
  }
  Value Outcome(EvalContext&) {
    const double divisor = sample_ ? count_ - 1 : count_;
    if (divisor <= 0) return Value::Null();
    const double variance = squares_ / divisor;
    return Value::Float(root_ ? std::sqrt(variance) : variance);
  }

 private:
  bool sample_;
  bool root_;
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

template <typename T, typename... Args>
auto Maker(Args... args) {
  return [=](const std::vector<Value>&) -> std::unique_ptr<Accumulator> { return std::make_unique<T>(args...); };
}

void AddOne(Registry& r, std::string name, std::string type, std::string doc, std::string example,
            std::function<std::unique_ptr<Accumulator>(const std::vector<Value>&)> make) {
  AggregateFunction f;
  f.signature = name + type;
  f.name = std::move(name);
  f.doc = std::move(doc);
  f.example = std::move(example);
  f.make = std::move(make);
  r.Add(std::move(f));
}

// COLL_X(collection): the aggregate over a collection's elements.
void AddOverCollection(Registry& r, const char* name, const char* result, const char* doc, const char* example) {
  const std::string aggregate = name;
  const auto of_name = [&](const AggregateFunction& f) { return f.name == aggregate; };
  const auto make = std::find_if(r.aggregates.begin(), r.aggregates.end(), of_name)->make;
  r.Add("COLL_" + aggregate + "(c COLLECTION) -> " + result, "collection", doc, example, 1, 1, {kCollection},
        [make](const Value* args, int, EvalContext& ctx) {
          const std::unique_ptr<Accumulator> sum = make({});
          for (const Value& v : args[0].elements()) {
            if (!v.is_absent()) sum->Add(v, ctx);
          }
          return sum->Finish(ctx);
        });
}

}  // namespace

void AddAggregates(Registry& r) {
  AddOne(r, "COUNT", "(x ANY) -> INT", "How many values are present; COUNT(*): how many rows there are.",
         "COUNT over <<1, NULL, 'a'>> = 2", Maker<Count>());
  AddOne(r, "SUM", "(x NUMBER | INTERVAL) -> NUMBER | INTERVAL", "The sum; NULL of nothing.",
         "SUM over <<1, 2.5, NULL>> = 3.5", Maker<Sum>(false));
  AddOne(r, "AVG", "(x NUMBER | INTERVAL) -> NUMBER | INTERVAL",
         "The mean: a decimal for exact numbers; NULL of nothing.", "AVG over <<1, 2>> = 1.5", Maker<Sum>(true));
  AddOne(r, "MIN", "(x ANY) -> ANY", "The least value in the total order of all types; NULL of nothing.",
         "MIN over <<3, 1, 'a'>> = 1", Maker<Extreme>(false));
  AddOne(r, "MAX", "(x ANY) -> ANY", "The greatest value in the total order of all types; NULL of nothing.",
         "MAX over <<3, 1, 2>> = 3", Maker<Extreme>(true));
  AddOne(r, "ANY", "(x BOOL) -> BOOL", "Whether one value is true; NULL of nothing.", "ANY over <<false, true>> = true",
         Maker<Quantifier>(false));
  AddOne(r, "SOME", "(x BOOL) -> BOOL", "Another name of ANY.", "SOME over <<false, true>> = true",
         Maker<Quantifier>(false));
  AddOne(r, "EVERY", "(x BOOL) -> BOOL", "Whether all values are true; NULL of nothing.",
         "EVERY over <<false, true>> = false", Maker<Quantifier>(true));
  AddOne(r, "STDDEV", "(x NUMBER) -> FLOAT", "Another name of STDDEV_SAMP.",
         "STDDEV over <<1, 3>> = 1.4142135623730951e0", Maker<Variance>(true, true));
  AddOne(r, "STDDEV_SAMP", "(x NUMBER) -> FLOAT", "The standard deviation of a sample; NULL of fewer than two values.",
         "STDDEV_SAMP over <<1, 3>> = 1.4142135623730951e0", Maker<Variance>(true, true));
  AddOne(r, "STDDEV_POP", "(x NUMBER) -> FLOAT", "The standard deviation of a population.",
         "STDDEV_POP over <<1, 3>> = 1e0", Maker<Variance>(false, true));
  AddOne(r, "VARIANCE", "(x NUMBER) -> FLOAT", "Another name of VAR_SAMP.", "VARIANCE over <<1, 3>> = 2e0",
         Maker<Variance>(true, false));
  AddOne(r, "VAR_SAMP", "(x NUMBER) -> FLOAT", "The variance of a sample; NULL of fewer than two values.",
         "VAR_SAMP over <<1, 3>> = 2e0", Maker<Variance>(true, false));
  AddOne(r, "VAR_POP", "(x NUMBER) -> FLOAT", "The variance of a population.", "VAR_POP over <<1, 3>> = 1e0",
         Maker<Variance>(false, false));
  AddOne(r, "ARRAY_AGG", "(x ANY) -> LIST", "The list of all values that are not MISSING.",
         "ARRAY_AGG over [1, NULL, 2] = [1, NULL, 2]", Maker<ArrayAgg>());
  r.aggregates.back().takes_absent = true;
  r.aggregates.back().grows = true;
  AddOne(r, "STRING_AGG", "(x STRING [, separator STRING]) -> STRING",
         "The strings joined, with the separator between them.", "STRING_AGG over ['a', 'b'] = 'ab'",
         [](const std::vector<Value>& constant_args) {
           return std::unique_ptr<Accumulator>(
               std::make_unique<StringAgg>(constant_args.empty() ? Value::String("") : constant_args[0].Own()));
         });
  r.aggregates.back().max_args = 2;
  r.aggregates.back().grows = true;

  AddOverCollection(r, "COUNT", "INT", "How many elements are present.", "COLL_COUNT([1, NULL]) = 1");
  AddOverCollection(r, "SUM", "NUMBER", "The sum of the elements.", "COLL_SUM([1, 2.5]) = 3.5");
  AddOverCollection(r, "AVG", "NUMBER", "The mean of the elements.", "COLL_AVG([1, 2]) = 1.5");
  AddOverCollection(r, "MIN", "ANY", "The least element.", "COLL_MIN([3, 1, 2]) = 1");
  AddOverCollection(r, "MAX", "ANY", "The greatest element.", "COLL_MAX([3, 1, 2]) = 3");
  AddOverCollection(r, "ANY", "BOOL", "Whether one element is true.", "COLL_ANY([false, true])");
  AddOverCollection(r, "SOME", "BOOL", "Whether one element is true.", "COLL_SOME([false, true])");
  AddOverCollection(r, "EVERY", "BOOL", "Whether all elements are true.", "COLL_EVERY([true, true])");
}

}  // namespace parton::functions
