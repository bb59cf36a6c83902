#include "storage/remote/remote_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "storage/remote/requests.h"
#include "storage/write_rules.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton::remote {

namespace {

using Kind = WriteOp::Kind;
using Otherwise = WriteOp::Otherwise;

constexpr int kMostRounds = 30;  // of a write that others are quicker than
constexpr int64_t kRoundMs = 10;

Status DuplicateItem(const WriteOp& op) {
  return Status(StatusCode::kDuplicateItem, "Duplicate primary key exists in table", op.span);
}

// A random name for a request: sent again under it, it is done once.
std::string NewToken() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}{:016x}", random(), random());
}

bool ReadsItem(const Expr& e, int slot) {
  const std::vector<int> slots = SlotsRead(e);
  return std::binary_search(slots.begin(), slots.end(), slot);
}

bool ShowsOld(ReturnValues r) { return r == ReturnValues::kAllOld || r == ReturnValues::kModifiedOld; }

// One write as a request, if the engine's language has it.
class SingleWrite {
 public:
  SingleWrite(const WriteOp& op, EvalContext& ctx) : op_(op), ctx_(ctx), e_(op.slot, ctx.logic, &ctx, true) {}

  // False: it has not.
  Result<bool> Make() {
    const bool reads = op_.condition != nullptr || !op_.actions.empty();
    if (op_.kind == Kind::kCheck || !op_.premises.empty() || (reads && ctx_.typing == Typing::kStrict)) return false;
    PARTON_RETURN_IF_ERROR(PrepareOp(op_, &key_, &item_));
    body_.AddText("TableName", op_.table->name);
    if (puts()) {
      std::string item;
      PARTON_RETURN_IF_ERROR(item_.AppendDynamoItem(&item));
      body_.Add("Item", item);
    } else {
      PARTON_ASSIGN_OR_RETURN(const std::string key, KeyJson(op_.table->key, key_));
      body_.Add("Key", key);
    }
    const bool expressible = Condition() && Update();
    if (ctx_.failed()) ctx_.error = Status();  // of a constant: evaluated here it is told
    if (!expressible) return false;
    body_.AddPlaceholders(e_);
    if (const std::string_view shown = Shown(); shown != "NONE") body_.AddText("ReturnValues", shown);
    if (conditional_) body_.AddText("ReturnValuesOnConditionCheckFailure", "ALL_OLD");
    body_.AddText("ReturnConsumedCapacity", "TOTAL");
    return true;
  }

  std::string_view operation() const {
    return puts() ? "PutItem" : op_.kind == Kind::kDelete ? "DeleteItem" : "UpdateItem";
  }
  std::string body() const { return body_.Text(); }
  Repeat repeat() const {
    if (op_.condition != nullptr || conditional_on_absence_ || ShowsOld(op_.returning)) return Repeat::kUnsafe;
    if (op_.kind == Kind::kDelete) return Repeat::kUnsafe;  // whether there was an item is told
    const bool same = std::all_of(op_.actions.begin(), op_.actions.end(), [&](const UpdateAction& a) {
      const bool plain = a.kind == UpdateAction::Kind::kSet || a.kind == UpdateAction::Kind::kRemove;
      const bool whole = std::all_of(a.path.begin(), a.path.end(), [](const PathStep& s) { return s.index < 0; });
      return plain && whole && (a.value == nullptr || !ReadsItem(*a.value, op_.slot));
    });
    return same ? Repeat::kSafe : Repeat::kUnsafe;
  }

  Result<WriteOutcome> Done(const Value& body) {
    WriteOutcome out;
    out.applied = out.changed = out.judged = true;
    PARTON_ASSIGN_OR_RETURN(Value shown, ItemFrom(body.Get("Attributes")));
    out.existed = op_.kind == Kind::kUpdate || !shown.is_missing();
    const Value units = body.Get("ConsumedCapacity").Get("CapacityUnits");
    if (units.is_numeric()) out.new_size = static_cast<uint64_t>(units.ToDouble() * 1024);
    switch (op_.returning) {
      case ReturnValues::kNone: break;
      case ReturnValues::kAllNew:
      case ReturnValues::kModifiedNew:
        if (op_.kind == Kind::kUpdate) out.returned = std::move(shown);
        if (puts()) out.returned = item_;
        break;
      default: out.returned = std::move(shown);
    }
    return out;
  }

  // What a condition that was false means; `old`: the item, MISSING if there was none.
  Result<WriteOutcome> Refused(const Value& old) {
    WriteOutcome out;
    out.judged = true;
    out.existed = !old.is_missing();
    if (op_.kind == Kind::kInsert && out.existed && op_.if_exists != Otherwise::kProceed) {
      if (op_.if_exists == Otherwise::kSkip) return out;
      return DuplicateItem(op_);
    }
    const bool absent = op_.kind == Kind::kUpdate && !out.existed && op_.if_absent != Otherwise::kProceed;
    if ((absent ? op_.if_absent : op_.if_false) == Otherwise::kSkip) return out;
    return Failure(old);
  }

 private:
  bool puts() const { return op_.kind == Kind::kPut || op_.kind == Kind::kInsert; }

  // False: a term has no counterpart, or there is no room.
  bool Condition() {
    std::string text;
    if (op_.condition != nullptr && op_.if_false != Otherwise::kProceed) {
      std::vector<ExprPtr> terms;
      AppendTerms(op_.condition, &terms);
      for (const ExprPtr& term : terms) {
        const std::optional<std::string> t = e_.Condition(*term, [](const std::string&) { return true; });
        if (!t) return false;
        text += (text.empty() ? "" : " AND ") + (terms.size() == 1 ? *t : InParentheses(*t));
      }
    }
    const auto absent = [&] { return fmt::format("attribute_not_exists({})", e_.Name(op_.table->key.hash.name)); };
    if (op_.kind == Kind::kInsert && op_.if_exists != Otherwise::kProceed) {
      conditional_on_absence_ = true;
      text = text.empty() ? absent() : absent() + " AND " + InParentheses(text);
    }
    if (op_.kind == Kind::kUpdate && op_.if_absent != Otherwise::kProceed) {
      const std::string there = fmt::format("attribute_exists({})", e_.Name(op_.table->key.hash.name));
      text = text.empty() ? there : there + " AND " + InParentheses(text);
    }
    if (op_.kind == Kind::kDelete && !text.empty() && op_.if_absent != Otherwise::kProceed) {
      text = absent() + " OR " + InParentheses(text);
    }
    conditional_ = !text.empty();
    if (!FitsExpression(text)) return false;
    if (conditional_) body_.AddText("ConditionExpression", text);
    return true;
  }

  bool Update() {
    if (op_.kind != Kind::kUpdate || op_.actions.empty()) return true;
    const std::optional<std::string> text = e_.Update(op_.actions);
    if (!text || !FitsExpression(*text)) return false;
    body_.AddText("UpdateExpression", *text);
    return true;
  }

  std::string_view Shown() const {
    if (op_.kind == Kind::kUpdate) return ReturnValuesName(op_.returning);
    // Whether there was an item.
    if (op_.kind == Kind::kDelete || ShowsOld(op_.returning)) return "ALL_OLD";
    return "NONE";
  }

  Status Failure(const Value& old) {
    const ItemInSlot slot(ctx_, op_.slot, old);
    return ConditionFailed(op_, !old.is_missing(), ctx_);
  }

  const WriteOp& op_;
  EvalContext& ctx_;
  DynamoExpressions e_;
  Key key_;
  Value item_;
  JsonObject body_;
  bool conditional_ = false;
  bool conditional_on_absence_ = false;
};

bool IsPlainPut(const WriteOp& op) {
  const bool put = op.kind == Kind::kPut || (op.kind == Kind::kInsert &&
                                             (op.if_exists == Otherwise::kFail || op.if_exists == Otherwise::kProceed));
  const bool shows = op.returning != ReturnValues::kNone && op.returning != ReturnValues::kAllNew;
  return put && op.condition == nullptr && op.premises.empty() && !shows;
}

Status TooMany(size_t count) {
  return Status(StatusCode::kLimitExceeded,
                fmt::format("the statement writes {} items, and {} at most are one transaction of this store", count,
                            kMostTransactItems))
      .WithHint("SET bulk = each writes them one by one; WITH (batch = 100) writes in batches, each of them atomic");
}

}  // namespace

Status RemoteWriter::Failed(const TableSchema& table, Answer* answer) const {
  if (answer->unknown && answer->status.message().find("unknown") == std::string::npos) {
    return Status(answer->status.code(), "the outcome of the write is unknown: " + answer->status.message())
        .WithHint("it may have been done: look at the item before it is tried again");
  }
  const StatusCode code = answer->status.code();
  if (code == StatusCode::kNotFound || code == StatusCode::kValidation) catalog_->Forget(table.name);
  return std::move(answer->status);
}

Result<std::optional<WriteOutcome>> RemoteWriter::Direct(const WriteOp& op, EvalContext& ctx,
                                                         const WriteOptions& options) {
  SingleWrite write(op, ctx);
  PARTON_ASSIGN_OR_RETURN(const bool made, write.Make());
  if (!made) return std::optional<WriteOutcome>();
  Answer answer = client_->Call(write.operation(), write.body(), write.repeat());
  if (answer.status.ok()) {
    PARTON_ASSIGN_OR_RETURN(WriteOutcome outcome, write.Done(answer.body));
    return std::optional<WriteOutcome>(std::move(outcome));
  }
  if (answer.status.code() == StatusCode::kConditionFailed) {
    PARTON_ASSIGN_OR_RETURN(const Value old, ItemFrom(answer.body.Get("Item")));
    Result<WriteOutcome> outcome = write.Refused(old);
    if (!outcome.ok() && options.failed_items != nullptr) options.failed_items->assign(1, old);
    PARTON_RETURN_IF_ERROR(outcome.status());
    return std::optional<WriteOutcome>(*std::move(outcome));
  }
  // PartiQL may have an answer where the engine's language has none: NULL + 1, a path that leads nowhere.
  if (answer.status.code() == StatusCode::kValidation && op.kind == Kind::kUpdate) return std::optional<WriteOutcome>();
  return Failed(*op.table, &answer);
}

Result<WriteOutcome> RemoteWriter::Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) {
  if (options.records != nullptr) return Status::Unsupported("the store of this database keeps no records");
  PARTON_ASSIGN_OR_RETURN(std::optional<WriteOutcome> direct, Direct(op, ctx, options));
  if (direct) {
    std::vector<WriteOutcome> one;
    one.push_back(*std::move(direct));
    if (options.meter != nullptr) (void)(*options.meter)(one, Status::Ok());
    return std::move(one[0]);
  }
  PARTON_ASSIGN_OR_RETURN(std::vector<WriteOutcome> outcomes, ReadAndWrite({&op, 1}, ctx, options));
  return std::move(outcomes[0]);
}

Result<std::vector<WriteOutcome>> RemoteWriter::TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                              const WriteOptions& options) {
  if (options.records != nullptr) return Status::Unsupported("the store of this database keeps no records");
  if (ops.size() > kMostTransactItems) return TooMany(ops.size());
  const bool plain = std::all_of(ops.begin(), ops.end(), IsPlainPut);
  if (plain && options.failed_items == nullptr && !options.collect_reasons) {
    PARTON_ASSIGN_OR_RETURN(std::optional<std::vector<WriteOutcome>> done, PutAll(ops));
    if (done) {
      if (options.meter != nullptr) (void)(*options.meter)(*done, Status::Ok());
      return *std::move(done);
    }
  }
  return ReadAndWrite(ops, ctx, options);
}

Result<std::optional<std::vector<WriteOutcome>>> RemoteWriter::PutAll(std::span<const WriteOp> ops) {
  std::vector<WriteRequest> requests;
  std::vector<WriteOutcome> outcomes;
  std::set<std::string> seen;
  for (const WriteOp& op : ops) {
    Key key;
    Value item;
    if (Status s = PrepareOp(op, &key, &item); !s.ok()) return std::move(s).At(op.span);
    if (!seen.insert(op.table->name + "\n" + KeyText(key)).second) return std::optional<std::vector<WriteOutcome>>();
    EvalContext none;
    DynamoExpressions e(0, Logic::kPartiql, &none);
    JsonObject body;
    std::string json;
    PARTON_RETURN_IF_ERROR(item.AppendDynamoItem(&json));
    body.AddText("TableName", op.table->name).Add("Item", json);
    if (op.kind == Kind::kInsert && op.if_exists == Otherwise::kFail) {
      body.AddText("ConditionExpression", fmt::format("attribute_not_exists({})", e.Name(op.table->key.hash.name)));
    }
    body.AddPlaceholders(e);
    requests.push_back({"Put", body.Text()});
    WriteOutcome& outcome = outcomes.emplace_back();
    outcome.applied = outcome.changed = outcome.judged = true;
    outcome.new_size = ItemSize(item);
    if (op.returning == ReturnValues::kAllNew) outcome.returned = item;
  }
  Status s = Transact(requests);
  if (s.code() == StatusCode::kTransactionCanceled) {
    for (size_t i = 0; i < s.reasons().size() && i < ops.size(); ++i) {
      if (s.reasons()[i].code() == StatusCode::kConditionFailed) return DuplicateItem(ops[i]);
    }
  }
  PARTON_RETURN_IF_ERROR(s);
  return std::optional<std::vector<WriteOutcome>>(std::move(outcomes));
}

Status RemoteWriter::Transact(const std::vector<WriteRequest>& requests) {
  std::string list;
  for (const WriteRequest& r : requests) {
    list += (list.empty() ? "" : ",") + JsonObject().Add(r.verb, r.body).Text();
  }
  JsonObject body;
  body.Add("TransactItems", "[" + list + "]").AddText("ClientRequestToken", NewToken());
  Answer answer = client_->Call("TransactWriteItems", body.Text(), Repeat::kSafe);
  if (answer.status.ok()) return Status::Ok();
  if (answer.unknown) {
    return Status(answer.status.code(), "the outcome of the transaction is unknown: " + answer.status.message())
        .WithHint("it may have been done: look at the items before it is tried again");
  }
  return std::move(answer.status);
}

Status RemoteWriter::Send(const ItemImages& images, bool checks) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<WriteRequest> requests, images.Requests(checks));
  if (requests.empty()) return Status::Ok();
  if (requests.size() > kMostTransactItems) return TooMany(requests.size());
  Status s;
  const bool single = requests.size() == 1 && requests[0].verb != "ConditionCheck";
  if (single) {
    Answer answer = client_->Call(requests[0].verb + "Item", requests[0].body, Repeat::kUnsafe);
    s = answer.unknown ? Failed(TableSchema(), &answer) : std::move(answer.status);
  } else {
    s = Transact(requests);
  }
  const auto is_conflict = [](const Status& r) {
    return r.code() == StatusCode::kConditionFailed || r.code() == StatusCode::kTransactionConflict;
  };
  const bool canceled =
      s.code() == StatusCode::kTransactionCanceled &&
      std::any_of(s.reasons().begin(), s.reasons().end(), is_conflict) &&
      std::all_of(s.reasons().begin(), s.reasons().end(), [&](const Status& r) { return r.ok() || is_conflict(r); });
  if (canceled || is_conflict(s)) {
    return Status(StatusCode::kTransactionConflict,
                  "Transaction is ongoing for the item: it was changed since it was read; run it again");
  }
  return s;
}

Result<std::vector<WriteOutcome>> RemoteWriter::ReadAndWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                             const WriteOptions& options) {
  for (int round = 1;; ++round) {
    ItemImages images;
    PARTON_ASSIGN_OR_RETURN(std::vector<WriteOutcome> outcomes, images.Apply(ops, ctx, options, reader_));
    const bool checks = std::any_of(ops.begin(), ops.end(), [](const WriteOp& op) { return op.kind == Kind::kCheck; });
    Status s = Send(images, checks);
    if (s.ok()) {
      if (options.meter != nullptr) (void)(*options.meter)(outcomes, Status::Ok());
      return outcomes;
    }
    if (s.code() != StatusCode::kTransactionConflict || round >= kMostRounds) return s;
    DynamoClient::Sleep(DynamoClient::Backoff(std::min(round, 6), kRoundMs));
  }
}

}  // namespace parton::remote
