#include "executor/operators/window_calls.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "executor/operators/hash_table.h"
#include "executor/operators/sort_order.h"
#include "types/expr/evaluate.h"

namespace parton {

namespace {

using Call = Plan::WindowCall;

// One partition, sorted: row numbers and, per row, the bounds of its peers and the number of their group.
struct Partition {
  std::vector<uint32_t> rows;
  std::vector<uint32_t> peer_begin;
  std::vector<uint32_t> peer_end;
  std::vector<uint32_t> group;
  std::vector<uint32_t> group_begin;  // by group number
};

// Where the values of a partition are present: for IGNORE NULLS.
class PresentValues {
 public:
  explicit PresentValues(const std::vector<Value>& values) : before_(values.size() + 1) {
    for (size_t i = 0; i < values.size(); ++i) {
      before_[i] = static_cast<uint32_t>(at_.size());
      if (!values[i].is_absent()) at_.push_back(static_cast<uint32_t>(i));
    }
    before_[values.size()] = static_cast<uint32_t>(at_.size());
  }
  // The position of the `nth` (from 1) that is present in [begin, end), counted from its end if `backward`; -1 if
  // there are not that many.
  int64_t Nth(size_t begin, size_t end, int64_t nth, bool backward) const {
    const int64_t first = before_[begin], count = before_[end] - first;
    if (nth > count) return -1;
    return at_[static_cast<size_t>(backward ? first + count - nth : first + nth - 1)];
  }

 private:
  std::vector<uint32_t> before_;  // how many are present before a position
  std::vector<uint32_t> at_;
};

// The aggregate of a frame that slides on, in time that does not depend on the frame's length: the values added last
// are in one accumulator, those before them in one for each start the frame may still have.
class SlidingAggregate {
 public:
  SlidingAggregate(const AggregateFunction& function, const std::vector<Value>& constants,
                   const std::vector<Value>& values, const std::vector<char>& counted, ExecutionContext& ctx)
      : function_(function), constants_(constants), values_(values), counted_(counted), ctx_(ctx), hold_(ctx) {}

  // The aggregate of [begin, end), neither of which goes back from call to call. False: failed.
  bool Slide(size_t begin, size_t end, Value* out) {
    if (begin >= middle_ && !TurnOver(begin, end)) return false;
    for (; end_ < end; ++end_) {
      if (counted_[end_]) back_->Add(values_[end_], ctx_.eval);
    }
    std::unique_ptr<Accumulator> whole = function_.make(constants_);
    if (begin < middle_) whole->Merge(*front_[begin - front_begin_], ctx_.eval);
    whole->Merge(*back_, ctx_.eval);
    *out = whole->Finish(ctx_.eval);
    return !ctx_.failed();
  }

 private:
  static constexpr size_t kAccumulatorBytes = 160;

  // All values known so far move to the front.
  bool TurnOver(size_t begin, size_t end) {
    end_ = std::max(end_, end);
    hold_.Release();
    front_.clear();
    front_begin_ = begin;
    middle_ = end_;
    const size_t n = middle_ > begin ? middle_ - begin : 0;
    if (!hold_.TakeOrFail(n * kAccumulatorBytes, "window functions")) return false;
    front_.resize(n);
    for (size_t k = n; k-- > 0;) {
      if (!ctx_.Tick()) return false;
      front_[k] = function_.make(constants_);
      if (counted_[begin + k]) front_[k]->Add(values_[begin + k], ctx_.eval);
      if (k + 1 < n) front_[k]->Merge(*front_[k + 1], ctx_.eval);
    }
    back_ = function_.make(constants_);
    return !ctx_.failed();
  }

  const AggregateFunction& function_;
  const std::vector<Value>& constants_;
  const std::vector<Value>& values_;
  const std::vector<char>& counted_;
  ExecutionContext& ctx_;
  MemoryHold hold_;
  std::vector<std::unique_ptr<Accumulator>> front_;  // [k]: of [front_begin_ + k, middle_)
  std::unique_ptr<Accumulator> back_;                // of [middle_, end_)
  size_t front_begin_ = 0;
  size_t middle_ = 0;
  size_t end_ = 0;
};

class Computer {
 public:
  Computer(const SavedRows& rows, MemoryHold& memory, ExecutionContext& ctx)
      : rows_(rows), memory_(memory), ctx_(ctx) {}

  bool Compute(const Call& call, std::vector<Value>* out) {
    out->assign(rows_.size(), Value());
    order_values_.assign(rows_.size() * call.order.size(), Value());
    KeyTable partitions(call.partition.size());
    std::vector<std::vector<uint32_t>> members;
    std::vector<Value> key(call.partition.size());
    for (uint32_t r = 0; r < rows_.size(); ++r) {
      rows_.Restore(r, &ctx_.frame);
      for (size_t i = 0; i < key.size(); ++i) key[i] = EvaluateValue(*call.partition[i], ctx_.eval);
      for (size_t i = 0; i < call.order.size(); ++i) {
        order_values_[r * call.order.size() + i] = EvaluateValue(*call.order[i].expr, ctx_.eval).Own();
      }
      if (ctx_.failed() || !ctx_.Tick()) return false;
      uint32_t p = 0;
      if (!key.empty()) {
        bool is_new;
        p = partitions.Insert(key.data(), &is_new);
      }
      if (members.size() <= p) members.resize(p + 1);
      members[p].push_back(r);
    }
    if (!memory_.TakeOrFail(rows_.size() * sizeof(Value) * (1 + call.order.size()), "window functions")) return false;
    for (auto& m : members) {
      Partition p;
      p.rows = std::move(m);
      SortPartition(call, &p);
      if (!ComputePartition(call, p, out)) return false;
    }
    return true;
  }

 private:
  const Value* Order(const Call& call, uint32_t row) const {
    return order_values_.data() + size_t{row} * call.order.size();
  }

  void SortPartition(const Call& call, Partition* p) {
    CheckPoints points;
    std::stable_sort(p->rows.begin(), p->rows.end(), [&](uint32_t a, uint32_t b) {
      points.Tick();
      return CompareSortKeys(call.order, Order(call, a), Order(call, b)) < 0;
    });
    const uint32_t n = static_cast<uint32_t>(p->rows.size());
    p->peer_begin.resize(n);
    p->peer_end.resize(n);
    p->group.resize(n);
    for (uint32_t i = 0; i < n;) {
      uint32_t j = i + 1;
      while (j < n && CompareSortKeys(call.order, Order(call, p->rows[i]), Order(call, p->rows[j])) == 0) ++j;
      for (uint32_t k = i; k < j; ++k) {
        p->peer_begin[k] = i;
        p->peer_end[k] = j;
        p->group[k] = static_cast<uint32_t>(p->group_begin.size());
      }
      p->group_begin.push_back(i);
      i = j;
    }
  }

  bool ComputePartition(const Call& call, const Partition& p, std::vector<Value>* out) {
    const std::string& f = call.function;
    if (call.aggregate != nullptr) return Aggregate(call, p, out);
    if (f == "LAG" || f == "LEAD") return Shift(call, p, f == "LAG" ? -1 : 1, out);
    if (f == "FIRST_VALUE" || f == "LAST_VALUE" || f == "NTH_VALUE") return FrameValue(call, p, out);
    return Rank(call, p, out);
  }

  bool Rank(const Call& call, const Partition& p, std::vector<Value>* out) {
    const std::string& f = call.function;
    const int64_t n = static_cast<int64_t>(p.rows.size());
    int64_t buckets = 0;
    if (f == "NTILE") {
      if (!Integer(*call.args[0], p.rows[0], "NTILE", &buckets)) return false;
      if (buckets < 1) {
        ctx_.Fail(Status::Validation("NTILE takes a positive number of buckets", call.args[0]->span));
        return false;
      }
    }
    int64_t dense = 0;
    for (int64_t i = 0; i < n; ++i) {
      const size_t at = static_cast<size_t>(i);
      const int64_t begin = p.peer_begin[at], end = p.peer_end[at];
      if (begin == i) ++dense;
      Value v;
      if (f == "ROW_NUMBER") {
        v = Value::Int(i + 1);
      } else if (f == "RANK") {
        v = Value::Int(begin + 1);
      } else if (f == "DENSE_RANK") {
        v = Value::Int(dense);
      } else if (f == "PERCENT_RANK") {
        v = Value::Float(n == 1 ? 0.0 : static_cast<double>(begin) / static_cast<double>(n - 1));
      } else if (f == "CUME_DIST") {
        v = Value::Float(static_cast<double>(end) / static_cast<double>(n));
      } else if (f == "NTILE") {
        const int64_t small = n / buckets, larger = n % buckets;
        const int64_t boundary = larger * (small + 1);
        v = Value::Int(i < boundary ? i / (small + 1) + 1 : larger + (small == 0 ? 0 : (i - boundary) / small) + 1);
      } else {
        ctx_.Fail(Status::Unsupported("the window function " + f + " is not known"));
        return false;
      }
      (*out)[p.rows[at]] = std::move(v);
    }
    return true;
  }

  // An argument that is an integer, evaluated on a row.
  bool Integer(const Expr& e, uint32_t row, const char* what, int64_t* out) {
    rows_.Restore(row, &ctx_.frame);
    Value v = EvaluateValue(e, ctx_.eval);
    if (ctx_.failed()) return false;
    if (!v.is_small_int()) {
      ctx_.Fail(Status::Validation(std::string(what) + " takes an integer", e.span));
      return false;
    }
    *out = v.int_value();
    return true;
  }
  Value On(const Expr& e, uint32_t row) {
    rows_.Restore(row, &ctx_.frame);
    return EvaluateValue(e, ctx_.eval).Own();
  }

  // The call's first argument on all rows of the partition.
  bool FirstArgument(const Call& call, const Partition& p, std::vector<Value>* values) {
    values->reserve(p.rows.size());
    for (uint32_t row : p.rows) {
      values->push_back(On(*call.args[0], row));
      if (!ctx_.Tick()) return false;
    }
    return !ctx_.failed();
  }

  bool Shift(const Call& call, const Partition& p, int direction, std::vector<Value>* out) {
    const size_t n = p.rows.size();
    std::vector<Value> values;
    if (!FirstArgument(call, p, &values)) return false;
    std::optional<PresentValues> present;
    if (call.ignore_nulls) present.emplace(values);
    for (size_t i = 0; i < n; ++i) {
      const uint32_t row = p.rows[i];
      int64_t offset = 1;
      if (call.args.size() > 1 && !Integer(*call.args[1], row, call.function.c_str(), &offset)) return false;
      if (offset < 0) {
        ctx_.Fail(Status::Validation(call.function + " takes an offset that is not negative", call.args[1]->span));
        return false;
      }
      int64_t at = static_cast<int64_t>(i);
      if (present && offset > 0) {
        at = direction < 0 ? present->Nth(0, i, offset, true) : present->Nth(i + 1, n, offset, false);
      } else {
        at = offset <= static_cast<int64_t>(n) ? at + direction * offset : -1;
      }
      Value v = Value::Null();
      if (at >= 0 && at < static_cast<int64_t>(n)) {
        v = values[static_cast<size_t>(at)];
      } else if (call.args.size() > 2) {
        v = On(*call.args[2], row);
      }
      if (ctx_.failed() || !ctx_.Tick()) return false;
      (*out)[row] = std::move(v);
    }
    return true;
  }

  bool FrameValue(const Call& call, const Partition& p, std::vector<Value>* out) {
    std::vector<Value> values;
    if (!FirstArgument(call, p, &values)) return false;
    std::optional<PresentValues> present;
    if (call.ignore_nulls) present.emplace(values);
    for (size_t i = 0; i < p.rows.size(); ++i) {
      size_t begin, end;
      if (!Frame(call, p, i, &begin, &end)) return false;
      int64_t nth = 1;
      const bool last = call.function == "LAST_VALUE";
      if (call.function == "NTH_VALUE") {
        if (!Integer(*call.args[1], p.rows[i], "NTH_VALUE", &nth)) return false;
        if (nth < 1) {
          ctx_.Fail(Status::Validation("NTH_VALUE counts from 1", call.args[1]->span));
          return false;
        }
      }
      int64_t at = -1;
      if (present) {
        at = present->Nth(begin, end, nth, last);
      } else if (nth <= static_cast<int64_t>(end - begin)) {
        at = static_cast<int64_t>(last ? end - 1 : begin) + (last ? 1 - nth : nth - 1);
      }
      if (!ctx_.Tick()) return false;
      (*out)[p.rows[i]] = at < 0 ? Value::Null() : values[static_cast<size_t>(at)];
    }
    return true;
  }

  bool Aggregate(const Call& call, const Partition& p, std::vector<Value>* out) {
    const size_t n = p.rows.size();
    std::vector<Value> values(n);
    std::vector<char> counted(n, 1);
    std::vector<Value> constants;
    for (size_t i = 0; i < n; ++i) {
      rows_.Restore(p.rows[i], &ctx_.frame);
      if (call.filter != nullptr) counted[i] = EvaluatePredicate(*call.filter, ctx_.eval);
      values[i] = call.args.empty() ? Value::Bool(true) : EvaluateValue(*call.args[0], ctx_.eval).Own();
      if (values[i].is_absent() && !call.aggregate->takes_absent) counted[i] = 0;
      for (size_t a = 1; i == 0 && a < call.args.size(); ++a) {
        constants.push_back(EvaluateValue(*call.args[a], ctx_.eval).Own());
      }
      if (ctx_.failed() || !ctx_.Tick()) return false;
    }
    // While the frame only grows, the running aggregate does; else it starts over, unless that would take long.
    std::unique_ptr<Accumulator> running = call.aggregate->make(constants);
    std::optional<SlidingAggregate> sliding;
    constexpr size_t kWideFrame = 64;
    const bool may_slide = !call.distinct && !call.aggregate->grows;
    KeyTable seen(1);  // of DISTINCT
    size_t from = 0, to = 0;
    bool valid = false;
    bool rebuild = false;  // `running` is not what [from, to) says
    Value current;
    for (size_t i = 0; i < n; ++i) {
      size_t begin, end;
      if (!Frame(call, p, i, &begin, &end)) return false;
      const bool onward = begin >= from && end >= to;
      if (may_slide && onward && (sliding || (begin != from && end - begin > kWideFrame))) {
        if (!sliding) sliding.emplace(*call.aggregate, constants, values, counted, ctx_);
        if (!ctx_.Tick() || !sliding->Slide(begin, end, &(*out)[p.rows[i]])) return false;
        from = begin;
        to = end;
        valid = false;
        rebuild = true;
        continue;
      }
      sliding.reset();
      if (begin != from || end < to || rebuild) {
        rebuild = false;
        running->Reset();
        seen.Clear();
        from = to = begin;
        valid = false;
      }
      for (; to < end; ++to) {
        bool add = counted[to];
        if (add && call.distinct) (void)seen.Insert(&values[to], &add);
        if (add) running->Add(values[to], ctx_.eval);
        valid = false;
        if (!ctx_.Tick()) return false;
      }
      if (!valid) {
        current = running->Finish(ctx_.eval);
        valid = true;
      }
      if (ctx_.failed() || !ctx_.Tick()) return false;
      (*out)[p.rows[i]] = current;
    }
    return true;
  }

  // The frame of the row at position `i`: [*begin, *end) of the partition.
  bool Frame(const Call& call, const Partition& p, size_t i, size_t* begin, size_t* end) {
    const size_t n = p.rows.size();
    *begin = 0;
    *end = n;
    if (call.start_offset && !Edge(call, p, i, *call.start_offset, call.start_following, true, begin)) {
      return false;
    }
    if (call.end_offset && !Edge(call, p, i, *call.end_offset, call.end_following, false, end)) return false;
    if (*begin > *end) *begin = *end;
    return true;
  }

  bool Edge(const Call& call, const Partition& p, size_t i, const ExprPtr& offset, bool following, bool start,
            size_t* out) {
    const int64_t n = static_cast<int64_t>(p.rows.size());
    if (offset == nullptr) {
      *out = call.frame == Call::Frame::kRows ? (start ? i : i + 1) : start ? p.peer_begin[i] : p.peer_end[i];
      return true;
    }
    if (call.frame == Call::Frame::kRange) return RangeEdge(call, p, i, offset, following, start, out);
    int64_t distance;
    if (!Integer(*offset, p.rows[i], "a frame", &distance)) return false;
    if (distance < 0) {
      ctx_.Fail(Status::Validation("a frame's offset must not be negative", offset->span));
      return false;
    }
    distance = std::min(distance, n + 1);
    const bool rows = call.frame == Call::Frame::kRows;
    int64_t at = rows ? static_cast<int64_t>(i) : int64_t{p.group[i]};
    at += (following ? distance : -distance) + (start ? 0 : 1);
    if (!rows && at >= 0) {
      const size_t group = static_cast<size_t>(at);
      at = group < p.group_begin.size() ? int64_t{p.group_begin[group]} : n;
    }
    *out = static_cast<size_t>(std::clamp<int64_t>(at, 0, n));
    return true;
  }

  // Rows whose key is within `offset` of the current row's.
  bool RangeEdge(const Call& call, const Partition& p, size_t i, const ExprPtr& offset, bool following, bool start,
                 size_t* out) {
    const size_t n = p.rows.size();
    const Value& key = Order(call, p.rows[i])[0];
    if (key.is_absent()) {
      *out = start ? p.peer_begin[i] : p.peer_end[i];
      return true;
    }
    rows_.Restore(p.rows[i], &ctx_.frame);
    // key +- offset, by the evaluator: numbers as well as dates and intervals.
    const bool add = following != call.order[0].descending;
    Expr sum;
    sum.node = Expr::Binary{add ? BinaryOp::kAdd : BinaryOp::kSub, MakeExpr(Expr::Literal{key}), offset};
    Value edge = EvaluateValue(sum, ctx_.eval);
    if (ctx_.failed()) return false;
    if (edge.is_absent()) {
      ctx_.Fail(Status::Validation("a RANGE frame's offset does not fit the ORDER BY key", offset->span));
      return false;
    }
    auto less = [&](size_t k) { return CompareSortKeys(call.order, Order(call, p.rows[k]), &edge); };
    size_t low = 0, high = n;
    while (low < high) {
      size_t mid = (low + high) / 2;
      int c = less(mid);
      if (c < 0 || (c == 0 && !start)) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    *out = low;
    return true;
  }

  const SavedRows& rows_;
  MemoryHold& memory_;
  ExecutionContext& ctx_;
  std::vector<Value> order_values_;  // the ORDER BY keys of all rows
};

}  // namespace

bool ComputeWindowCall(const Plan::WindowCall& call, const SavedRows& rows, MemoryHold& memory, ExecutionContext& ctx,
                       std::vector<Value>* out) {
  return Computer(rows, memory, ctx).Compute(call, out);
}

}  // namespace parton
