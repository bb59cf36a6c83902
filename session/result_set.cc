#include "session/result_set.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <variant>

#include "parser/scanner.h"
#include "planner/plan/plan_facts.h"
#include "session/commands/commands.h"
#include "session/connection.h"

namespace parton {

namespace {

using WritePtr = std::shared_ptr<const WritePlan>;

}  // namespace

Result<std::vector<Value>> ResultSet::All() {
  std::vector<Value> rows;
  while (Next()) rows.push_back(row().Own());
  if (!status().ok()) return status();
  return rows;
}

ResultSetImpl::ResultSetImpl(ConnectionImpl* connection, std::unique_ptr<RunningPlan> run)
    : connection_(connection), run_(std::move(run)) {
  connection_->Attach(this);
}

ResultSetImpl::~ResultSetImpl() {
  if (detached()) return;
  End(Status());
  connection_->Unregister(this);
  connection_->Forget(this);
  if (status_.ok()) connection_->KeepIdle(std::move(run_));
}

void ResultSetImpl::Detach(const Status& why) {
  End(why);
  connection_->Unregister(this);
  run_->Detach();
  connection_ = nullptr;
  detached_ = why;
}

Status ResultSetImpl::Start(PlannedPtr plan) {
  if (detached()) return detached_;
  End(Status());
  started_ = std::chrono::steady_clock::now();
  status_ = Status();
  position_.clear();
  shown_.Clear();
  streaming_ = false;
  stats_.milliseconds = 0;
  run_->Begin(plan, &parameters_);
  if (plan_ != plan) {
    plan_ = std::move(plan);
    const auto* query = std::get_if<QueryPtr>(&plan_->body);
    buffer_.SetColumns(query != nullptr ? (*query)->columns : std::vector<std::string>());
    stats_.access_path.clear();
  }
  buffer_.Reset(plan_->notices);
  if (connection_->in_transaction()) connection_->ExpectStatement();
  running_ = true;
  Status s = Guarded([&] { return Run(); });
  if (in_transaction()) connection_->NoteStatement(s, CancelsTransaction(s));
  if (!s.ok()) {
    End(std::move(s));
    return status_;
  }
  return Status();
}

Status ResultSetImpl::Run() {
  if (const auto* query = std::get_if<QueryPtr>(&plan_->body)) return RunOwnQuery(**query);
  if (const auto* write = std::get_if<WritePtr>(&plan_->body)) return RunOwnWrite(**write);
  if (const auto* explain = std::get_if<ExplainPlan>(&plan_->body)) {
    return RunExplain(*explain, connection_, run_.get(), &buffer_);
  }
  buffer_.SetDone();
  return RunCommand(*std::get<CommandPlan>(plan_->body).statement, connection_, run_.get(), &buffer_);
}

Status ResultSetImpl::RunOwnQuery(const Query& query) {
  if (const KeptAnswerPtr kept = run_->FindAnswer(); kept != nullptr) {
    if (kept->value) {
      ShowValue(*kept->value);
    } else {
      buffer_.SetRows(kept->rows, query.shape == Query::Shape::kList);
    }
    return Status();
  }
  if (query.HasRows()) {
    buffer_.SetStreamed(query.shape == Query::Shape::kList);
    streaming_ = true;
    connection_->Register(this);
    return run_->Open(query);
  }
  PARTON_ASSIGN_OR_RETURN(Value v, run_->Collect(query));
  run_->KeepValue(v);
  ShowValue(std::move(v));
  return Status();
}

void ResultSetImpl::ShowValue(Value v) {
  if (v.type() == Type::kBag || v.type() == Type::kList) {
    buffer_.SetRows(v.elements(), v.type() == Type::kList);
  } else {
    buffer_.SetValue(std::move(v));
  }
}

Status ResultSetImpl::RunOwnWrite(const WritePlan& write) {
  PARTON_RETURN_IF_ERROR(run_->RunOwnWrite(write, &buffer_));
  if (write.kind == WritePlan::Kind::kExistsCheck && connection_->transaction() == nullptr) buffer_.TurnRowIntoValue();
  SayCapacity();
  return Status();
}

// EXISTS alone is there to cancel its transaction. In DynamoDB's dialect every write that fails does.
bool ResultSetImpl::CancelsTransaction(const Status& s) const {
  const auto* write = std::get_if<WritePtr>(&plan_->body);
  if (write != nullptr && (*write)->kind == WritePlan::Kind::kExistsCheck) {
    return s.code() == StatusCode::kConditionFailed;
  }
  return connection_->settings()->dialect == Dialect::kDynamo && !plan_->read_only &&
         s.code() != StatusCode::kCancelled;
}

bool ResultSetImpl::Next() {
  if (!running_) return false;
  try {
    shown_.KeepCopies();
    if (streaming_) {
      if (run_->Next()) {
        run_->KeepRow(run_->row());
        shown_.ShowStreamed(run_->row());
        if (run_->keeps_positions()) position_ = run_->Position();
        return true;
      }
      Status end = run_->TakeError();
      if (end.ok()) run_->KeepRows();
      End(std::move(end));
      return false;
    } else if (const Value* row = buffer_.NextRow()) {
      shown_.ShowStored(*row);
      return true;
    }
  } catch (...) {
    End(StatusOfException());
    return false;
  }
  End(Status());
  return false;
}

void ResultSetImpl::End(Status status) {
  if (!running_) return;
  running_ = false;
  if (status.code() == StatusCode::kCancelled) {
    if (Status thrown = connection_->TakeProgressError(); !thrown.ok()) status = std::move(thrown);
  }
  try {
    shown_.KeepCopies();
  } catch (...) {
    status = StatusOfException();
  }
  shown_.Clear();
  try {
    status_ = Locate(std::move(status));
  } catch (...) {
    status_ = StatusOfException();
  }
  try {
    run_->Close();
    if (status_.ok() && std::holds_alternative<QueryPtr>(plan_->body)) SayCapacity();
  } catch (...) {
    if (status_.ok()) status_ = StatusOfException();
  }
  run_->Settle();
  if (streaming_) connection_->Unregister(this);
  try {
    if (status_.ok() && run_->settings() != nullptr && run_->settings()->lint) SayMismatches();
  } catch (...) {
    // A note that cannot be made is left out: what is done is done.
  }
  stats_.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count();
}

Status ResultSetImpl::Locate(Status s) const {
  if (s.ok() || lifted_.empty() || s.span().line == 0) return s;
  Status moved(s.code(), s.message(), SpanInOriginal(s.span(), lifted_, original_), s.hint());
  return s.reasons().empty() ? std::move(moved) : std::move(moved).WithReasons(s.reasons());
}

// A value of a wrong type is MISSING, and a MISSING one is a blank: nothing else would tell.
void ResultSetImpl::SayMismatches() {
  const EvalContext::Mismatches met = run_->TakeMismatches();
  if (met.count == 0) return;
  const Status first = Locate(met.first);
  const TextSpan span = first.span();
  std::string where;
  if (span.length > 0 && size_t{span.offset} + span.length <= original_.size()) {
    where = original_.substr(span.offset, span.length) + ": ";
  } else if (span.line > 0) {
    where = fmt::format("line {}, column {}: ", span.line, span.column);
  }
  buffer_.AddNotice(fmt::format("{}{} ({}, MISSING each time)", where, first.message(),
                                met.count == 1 ? "once" : fmt::format("{} times", met.count)));
}

void ResultSetImpl::SayCapacity() {
  const std::vector<ConsumedCapacity>* consumed = run_->capacity();
  if (plan_->capacity == ast::ReturnCapacity::kNone || consumed == nullptr) return;
  // What was written is written: without memory for the notice there is none.
  try {
    const std::string text = DescribeCapacity(*consumed, plan_->capacity == ast::ReturnCapacity::kIndexes);
    buffer_.AddNotice("consumed capacity: " + (text.empty() ? "none" : text));
  } catch (const std::bad_alloc&) {
  }
}

void ResultSetImpl::NoteCapacity() const {
  const std::vector<ConsumedCapacity>* consumed = run_->capacity();
  stats_.capacity_counted = consumed != nullptr;
  stats_.read_units = stats_.write_units = 0;
  if (consumed == nullptr) {
    stats_.capacity.clear();
    return;
  }
  stats_.capacity = *consumed;
  for (const ConsumedCapacity& c : stats_.capacity) {
    stats_.read_units += c.read_units;
    stats_.write_units += c.write_units;
  }
}

std::string ResultSetImpl::position() const {
  if (!position_.empty() || !running_ || !streaming_) return position_;
  try {
    return run_->Position();
  } catch (const std::bad_alloc&) {
    return "";
  }
}

const ExecutionStats& ResultSetImpl::stats() const {
  stats_.items_examined = run_->reads().items_examined;
  stats_.bytes_read = run_->reads().bytes_read;
  stats_.seeks = run_->reads().seeks;
  stats_.cache_hits = run_->reads().cache_hits;
  stats_.cache_misses = run_->reads().cache_misses;
  stats_.answer_hits = run_->reads().answer_hits;
  stats_.answer_misses = run_->reads().answer_misses;
  try {
    NoteCapacity();
    if (stats_.access_path.empty() && plan_ != nullptr) {
      if (const auto* query = std::get_if<QueryPtr>(&plan_->body)) stats_.access_path = AccessPaths(**query);
      if (const auto* write = std::get_if<WritePtr>(&plan_->body)) stats_.access_path = AccessPaths(**write);
    }
  } catch (const std::bad_alloc&) {
    // The numbers are there, the names are not.
    stats_.capacity_counted = false;
    stats_.access_path.clear();
  }
  return stats_;
}

}  // namespace parton
