#include "session/feed/sweeper.h"

#include <chrono>
#include <utility>
#include <vector>

#include "storage/feed.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// DynamoDB leaves alone what expired longer ago than that.
constexpr int64_t kFiveYears = int64_t{5} * 365 * 24 * 3600;
constexpr size_t kBatch = 100;
constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

// attribute >= low AND attribute < high, on the item in slot 0. What is no number compares as unknown.
ExprPtr IsExpired(const std::string& attribute, int64_t low, int64_t high) {
  auto compare = [&](CompareOp op, int64_t bound) {
    Expr::Path path;
    path.base = MakeExpr(Expr::Slot{0, ""});
    path.steps = {PathStep{attribute, -1}};
    path.ignore_case = {false};
    return MakeExpr(Expr::Compare{op, MakeExpr(std::move(path)), MakeExpr(Expr::Literal{Value::Int(bound)})});
  };
  return MakeExpr(Expr::And{{compare(CompareOp::kGe, low), compare(CompareOp::kLt, high)}});
}

}  // namespace

Sweeper::Sweeper(TableStore* store, const DatabaseClock* clock, RequestTokens* tokens,
                 std::function<uint64_t(const TableSchema&)> hold_back)
    : store_(store), clock_(clock), tokens_(tokens), hold_back_(std::move(hold_back)) {}

void Sweeper::Start() {
  thread_ = std::thread([this] {
    MutexLock lock(mutex_);
    while (!stop_.load()) {
      const int64_t interval = interval_ms_.load();
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(interval);
      while (!stop_.load() && interval_ms_.load() == interval) {
        if (!changed_.WaitUntil(mutex_, until)) break;
      }
      if (stop_.load()) return;
      if (interval_ms_.load() != interval) continue;
      lock.Unlock();
      // A failed run is repeated the next time; CHECK DATABASE reports damage.
      (void)Guarded([&] { return RunOnce(); });
      lock.Lock();
    }
  });
}

void Sweeper::Stop() {
  {
    MutexLock lock(mutex_);
    stop_.store(true);
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Sweeper::SetInterval(int64_t ms) {
  MutexLock lock(mutex_);
  interval_ms_.store(ms);
  changed_.NotifyAll();
}

Status Sweeper::RunOnce() {
  MutexLock run(run_mutex_);
  const int64_t now_ms = clock_->NowMs();
  Status first;
  auto note = [&](Status s) {
    // A table dropped meanwhile is nothing to report.
    if (first.ok() && !s.ok() && s.code() != StatusCode::kNotFound) first = std::move(s);
  };
  for (const TablePtr& table : store_->Tables()) {
    if (stop_.load()) break;
    if (!table->ttl_attribute.empty()) note(SweepTable(table, now_ms / 1000));
    if (table->point_in_time) {
      note(store_->feed().TrimHistory(table->id, now_ms - table->point_in_time->days * kDayMs).status());
    }
    note(store_->feed().TrimFeed(table->id, now_ms - retention_ms_.load(), hold_back_(*table)).status());
  }
  note(store_->feed().ForgetClosedStreams(now_ms - retention_ms_.load()));
  note(tokens_->Forget(now_ms));
  return first;
}

Status Sweeper::SweepTable(const TablePtr& table, int64_t now_s) {
  const int64_t low = now_s - kFiveYears;
  const ExprPtr condition = IsExpired(table->ttl_attribute, low, now_s);
  std::string position;
  do {
    PARTON_ASSIGN_OR_RETURN(std::vector<Key> keys,
                            store_->feed().ExpiredKeys(*table, Number(low), Number(now_s), kBatch, &position));
    if (keys.empty()) return Status::Ok();
    std::vector<WriteOp> ops;
    for (Key& key : keys) {
      WriteOp op;
      op.kind = WriteOp::Kind::kDelete;
      op.table = table;
      op.key = std::move(key);
      op.condition = condition;
      op.if_false = WriteOp::Otherwise::kSkip;
      op.if_absent = WriteOp::Otherwise::kSkip;
      op.by_ttl = true;
      ops.push_back(std::move(op));
    }
    EvalContext ctx;
    PARTON_RETURN_IF_ERROR(store_->TransactWrite(ops, ctx, WriteOptions()).status());
  } while (!position.empty() && !stop_.load());
  return Status::Ok();
}

}  // namespace parton
