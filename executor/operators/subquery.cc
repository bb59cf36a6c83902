// Queries as values: the runner of whole queries, and of those inside expressions.
#include <unordered_map>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "planner/plan/plan_depth.h"

namespace parton {

QueryRunner::QueryRunner(const Query& query, ExecutionContext& ctx) : query_(query), ctx_(ctx) {
  CheckStackFor(*query.root);
  SlotSet live = {query.slot};
  if (query.name_slot >= 0) live.insert(query.name_slot);
  root_ = BuildOperator(*query.root, live, ctx);
}

QueryRunner::~QueryRunner() = default;

bool QueryRunner::Open() { return root_->Open(); }
bool QueryRunner::Next() { return root_->Next(); }
void QueryRunner::Close() { root_->Close(); }

Value QueryRunner::Collect() {
  Value result;
  if (Open()) {
    switch (query_.shape) {
      case Query::Shape::kValue:
        if (Next()) result = row().Own();
        break;
      case Query::Shape::kPivot: {
        std::vector<Field> fields;
        MemoryHold memory(ctx_);
        while (Next()) {
          const Value& name = ctx_.slot(query_.name_slot);
          if (!name.is_text()) {
            (void)ctx_.eval.Mismatch("the name of a tuple's field must be a string");
            if (ctx_.failed()) break;
            continue;
          }
          if (!memory.TakeOrFail(ApproximateBytes(row()) + 48, "PIVOT")) break;
          fields.push_back({std::string(name.bytes()), row().Own()});
        }
        result = Value::Struct(std::move(fields));
        break;
      }
      case Query::Shape::kBag:
      case Query::Shape::kList: {
        std::vector<Value> rows;
        MemoryHold memory(ctx_);
        while (Next()) {
          rows.push_back(row().Own());
          if (!memory.TakeOrFail(ApproximateBytes(rows.back()), "a subquery's rows")) break;
        }
        result = query_.shape == Query::Shape::kList ? Value::List(std::move(rows)) : Value::Bag(std::move(rows));
        break;
      }
    }
  }
  Close();
  return ctx_.failed() ? Value::Missing() : result;
}

namespace {

class Runner final : public SubqueryRunner {
 public:
  explicit Runner(ExecutionContext& ctx) : ctx_(ctx) {}

  Value Run(const Expr::Subquery& subquery, EvalContext&) override {
    if (!subquery.reads.empty()) return Compute(subquery);
    // The same for the whole execution: the first thread computes it, the others wait.
    auto cached = ctx_.shared->CachedFor(&subquery);
    MutexLock lock(cached->mutex);
    if (!cached->done) {
      cached->value = Compute(subquery).Own();
      if (ctx_.failed()) return Value::Missing();
      cached->done = true;
    }
    return cached->value;
  }

 private:
  Value Compute(const Expr::Subquery& subquery) {
    auto& runner = runners_[&subquery];
    if (runner == nullptr) {
      runner = std::make_unique<QueryRunner>(*static_cast<const Query*>(subquery.plan.get()), ctx_);
    }
    switch (subquery.kind) {
      case Expr::Subquery::Kind::kCollection: return runner->Collect();
      case Expr::Subquery::Kind::kExists: return Exists(*runner);
      case Expr::Subquery::Kind::kScalar: return Single(*runner, false);
      case Expr::Subquery::Kind::kRow: return Single(*runner, true);
    }
    return Value::Missing();
  }

  Value Exists(QueryRunner& q) {
    Query::Shape shape = q.query().shape;
    if (shape == Query::Shape::kValue || shape == Query::Shape::kPivot) {
      Value v = q.Collect();
      if (v.is_collection()) return Value::Bool(v.Count() > 0);
      return Value::Bool(!v.is_absent());
    }
    bool any = q.Open() && q.Next();
    q.Close();
    return ctx_.failed() ? Value::Missing() : Value::Bool(any);
  }

  // SQL's coercion of a query to a value or, as_row, to a row.
  Value Single(QueryRunner& q, bool as_row) {
    Value result = Value::Null();
    bool more = false;
    if (q.Open() && q.Next()) {
      result = Columns(q.row(), as_row);
      more = !ctx_.failed() && q.Next();
    }
    q.Close();
    if (more) {
      return ctx_.eval.Mismatch("a subquery used as a value gave more than one row");
    }
    return ctx_.failed() ? Value::Missing() : result;
  }

  Value Columns(const Value& row, bool as_row) {
    if (!row.is_struct()) {
      return as_row ? Value::List({row}) : row.Own();
    }
    Value whole = row.Materialize();
    if (as_row) {
      std::vector<Value> values;
      for (const Field& f : whole.fields()) values.push_back(f.value);
      return Value::List(std::move(values));
    }
    if (whole.fields().empty()) return Value::Missing();
    if (whole.fields().size() > 1) {
      return ctx_.eval.Mismatch("a subquery used as a value gave more than one column");
    }
    return whole.fields()[0].value.Own();
  }

  ExecutionContext& ctx_;
  std::unordered_map<const Expr::Subquery*, std::unique_ptr<QueryRunner>> runners_;
};

}  // namespace

std::unique_ptr<SubqueryRunner> MakeSubqueryRunner(ExecutionContext& ctx) { return std::make_unique<Runner>(ctx); }

}  // namespace parton
