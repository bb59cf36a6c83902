#include "storage/remote/remote_bulk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "storage/remote/item_images.h"
#include "storage/remote/remote_cursor.h"
#include "storage/remote/requests.h"
#include "storage/write_rules.h"
#include "types/item/item_rules.h"
#include "types/status/cancellation.h"

namespace parton::remote {

namespace {

using Kind = WriteOp::Kind;
using Otherwise = WriteOp::Otherwise;

constexpr size_t kMostPuts = 25;  // of one BatchWriteItem
constexpr size_t kMostBytes = size_t{8} << 20;
constexpr size_t kBatchesAhead = 4;
constexpr size_t kInsertsAhead = 16;
constexpr int kMostRounds = 30;  // in a row in which nothing was written
constexpr int64_t kRoundMs = 50;

// An item to be written.
struct Entry {
  std::string json;
  std::string key;
  size_t op = 0;
  double units = 1;  // of writing it into the table alone
};

// What one call writes.
struct Sent {
  std::vector<size_t> entries;
  std::unique_ptr<PendingCall> call;
};

class Bulk {
 public:
  Bulk(DynamoClient* client, RemoteCatalog* catalog, std::span<const WriteOp> ops, Pace* pace)
      : client_(client), catalog_(catalog), ops_(ops), pace_(pace), outcomes_(ops.size()) {}

  Status Prepare(const WriteOptions& options) {
    std::vector<Status> reasons(ops_.size());
    bool failed = false;
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < ops_.size(); ++i) {
      Entry entry;
      entry.op = i;
      if (Status s = PrepareOne(ops_[i], &entry); !s.ok()) {
        reasons[i] = std::move(s).At(ops_[i].span);
        if (!options.collect_reasons) return reasons[i];
        failed = true;
        continue;
      }
      const auto [place, fresh] = places.emplace(entry.key, entries_.size());
      if (fresh) {
        entries_.push_back(std::move(entry));
      } else {
        PARTON_RETURN_IF_ERROR(Again(&entries_[place->second], std::move(entry), options, &reasons, &failed));
      }
    }
    if (failed) return TransactionCancelled(std::move(reasons));
    for (size_t i = 0; i < entries_.size(); ++i) (IsPut(i) ? puts_ : inserts_).push_back(i);
    return Status::Ok();
  }

  Status Run() {
    while (!puts_.empty() || !inserts_.empty() || !under_way_.empty()) {
      Fill();
      Sent sent = std::move(under_way_.front());
      under_way_.pop_front();
      Answer answer = sent.call->Wait();
      Status s = IsPut(sent.entries[0]) ? Batch(sent, &answer) : Insert(sent.entries[0], &answer);
      if (!s.ok()) return WithCount(std::move(s));
    }
    return Status::Ok();
  }
  std::vector<WriteOutcome> TakeOutcomes() { return std::move(outcomes_); }

 private:
  const TableSchema& table() const { return *ops_[0].table; }
  bool IsPut(size_t entry) const { return ops_[entries_[entry].op].kind == Kind::kPut; }

  static Status PrepareOne(const WriteOp& op, Entry* entry) {
    Key key;
    Value item;
    PARTON_RETURN_IF_ERROR(PrepareOp(op, &key, &item));
    entry->key = KeyText(key);
    entry->units = std::ceil(static_cast<double>(ItemSize(item)) / 1024);
    return item.AppendDynamoItem(&entry->json);
  }

  // An item that comes twice.
  Status Again(Entry* known, Entry entry, const WriteOptions& options, std::vector<Status>* reasons, bool* failed) {
    const WriteOp& op = ops_[entry.op];
    if (op.kind == Kind::kPut || op.if_exists == Otherwise::kProceed) {
      outcomes_[known->op].applied = outcomes_[known->op].judged = true;
      *known = std::move(entry);
      return Status::Ok();
    }
    outcomes_[entry.op].judged = true;
    if (op.if_exists == Otherwise::kSkip) return Status::Ok();
    Status s = Duplicate(op);
    if (!options.collect_reasons) return s;
    (*reasons)[entry.op] = std::move(s);
    *failed = true;
    return Status::Ok();
  }

  static Status Duplicate(const WriteOp& op) {
    return Status(StatusCode::kDuplicateItem, "Duplicate primary key exists in table", op.span);
  }

  // As many calls as may be under way.
  void Fill() {
    const bool slow = pace_ != nullptr && pace_->rate() > 0;
    while (!puts_.empty() && under_way_.size() < (slow ? 1 : kBatchesAhead)) {
      Sent sent;
      std::string list;
      while (!puts_.empty() && sent.entries.size() < kMostPuts && list.size() < kMostBytes) {
        const size_t i = puts_.front();
        puts_.pop_front();
        sent.entries.push_back(i);
        list += (list.empty() ? "" : ",") +
                JsonObject().Add("PutRequest", JsonObject().Add("Item", entries_[i].json).Text()).Text();
      }
      JsonObject body;
      body.Add("RequestItems", JsonObject().Add(table().name, "[" + list + "]").Text());
      body.AddText("ReturnConsumedCapacity", "TOTAL");
      sent.call = client_->Start("BatchWriteItem", body.Text(), Repeat::kSafe);
      under_way_.push_back(std::move(sent));
    }
    while (puts_.empty() && !inserts_.empty() && under_way_.size() < (slow ? 1 : kInsertsAhead)) {
      Sent sent;
      const size_t i = inserts_.front();
      inserts_.pop_front();
      sent.entries.push_back(i);
      sent.call = client_->Start("PutItem", InsertBody(entries_[i]), Repeat::kUnsafe);
      under_way_.push_back(std::move(sent));
    }
  }

  std::string InsertBody(const Entry& entry) const {
    EvalContext none;
    DynamoExpressions e(0, Logic::kPartiql, &none);
    JsonObject body;
    body.AddText("TableName", table().name).Add("Item", entry.json).AddText("ReturnConsumedCapacity", "TOTAL");
    if (ops_[entry.op].if_exists != Otherwise::kProceed) {
      body.AddText("ConditionExpression", fmt::format("attribute_not_exists({})", e.Name(table().key.hash.name)));
    }
    body.AddPlaceholders(e);
    return body.Text();
  }

  Status Batch(const Sent& sent, Answer* answer) {
    if (answer->status.code() == StatusCode::kThrottled) return Later(sent.entries, {});
    if (!answer->status.ok()) return Failed(answer);
    std::vector<size_t> left;
    const Value items = answer->body.Get("UnprocessedItems").Get(table().name);
    for (const Value& request : items.is_collection() ? items.elements() : std::vector<Value>()) {
      PARTON_ASSIGN_OR_RETURN(const Value item, ItemFrom(request.Get("PutRequest").Get("Item")));
      PARTON_ASSIGN_OR_RETURN(const Key key, ExtractKey(table().key, item));
      const std::string text = KeyText(key);
      const auto found =
          std::find_if(sent.entries.begin(), sent.entries.end(), [&](size_t i) { return entries_[i].key == text; });
      if (found == sent.entries.end()) return Status::IoError("the endpoint gives back an item that it was not given");
      left.push_back(*found);
    }
    double estimate = 0;
    for (const size_t i : sent.entries) {
      if (std::find(left.begin(), left.end(), i) != left.end()) continue;
      Done(i, true);
      estimate += entries_[i].units;
    }
    const Value consumed = answer->body.Get("ConsumedCapacity");
    double units = 0;
    for (const Value& c : consumed.is_collection() ? consumed.elements() : std::vector<Value>()) {
      const Value n = c.Get("CapacityUnits");
      if (n.is_numeric()) units += n.ToDouble();
    }
    Spend(units > 0 ? units : estimate);
    if (left.empty()) {
      rounds_ = 0;
      return Status::Ok();
    }
    return Later(left, sent.entries);
  }

  // Sends items again that were not written, before all others.
  Status Later(std::vector<size_t> left, const std::vector<size_t>& of) {
    std::sort(left.begin(), left.end());
    const bool some = !of.empty() && left.size() < of.size();
    rounds_ = some ? 0 : rounds_ + 1;
    if (rounds_ > kMostRounds) {
      return Status(StatusCode::kThrottled,
                    fmt::format("the engine writes no more items of {}: it throttles", table().name))
          .WithHint("(RATE = n) writes no more units a second than the table has");
    }
    puts_.insert(puts_.begin(), left.begin(), left.end());
    DynamoClient::Sleep(DynamoClient::Backoff(std::max(1, rounds_), kRoundMs));
    return Status::Ok();
  }

  Status Insert(size_t i, Answer* answer) {
    const WriteOp& op = ops_[entries_[i].op];
    if (answer->status.code() == StatusCode::kThrottled) {
      if (++rounds_ > kMostRounds) return Failed(answer);
      inserts_.push_front(i);
      DynamoClient::Sleep(DynamoClient::Backoff(rounds_, kRoundMs));
      return Status::Ok();
    }
    if (answer->status.code() == StatusCode::kConditionFailed) {
      if (op.if_exists != Otherwise::kSkip) return Duplicate(op);
      Done(i, false);
    } else if (answer->status.ok()) {
      Done(i, true);
    } else {
      return Failed(answer);
    }
    rounds_ = 0;
    Spend(entries_[i].units);
    return Status::Ok();
  }

  void Done(size_t i, bool applied) {
    WriteOutcome& outcome = outcomes_[entries_[i].op];
    outcome.judged = true;
    outcome.applied = outcome.changed = applied;
    ++written_;
  }

  void Spend(double units) {
    if (pace_ != nullptr) pace_->Spend(units);
  }

  Status Failed(Answer* answer) const {
    Status s = ReadFailed(catalog_, table(), std::move(answer->status));
    if (!answer->unknown) return s;
    return Status(s.code(), "the outcome of some writes is unknown: " + s.message());
  }

  Status WithCount(Status s) const {
    std::string hint =
        fmt::format("{} of the last {} items are written for certain, others may be", written_, entries_.size());
    if (!s.hint().empty()) hint = s.hint() + "; " + hint;
    return std::move(s).WithHint(std::move(hint));
  }

  DynamoClient* const client_;
  RemoteCatalog* const catalog_;
  const std::span<const WriteOp> ops_;
  Pace* const pace_;
  std::vector<WriteOutcome> outcomes_;
  std::vector<Entry> entries_;
  std::deque<size_t> puts_;     // still to be sent, in their order
  std::deque<size_t> inserts_;  // the same
  std::deque<Sent> under_way_;
  int rounds_ = 0;
  size_t written_ = 0;
};

}  // namespace

Result<std::vector<WriteOutcome>> RemoteBulk::WriteEach(std::span<const WriteOp> ops, const WriteOptions& options,
                                                        Pace* pace) {
  if (ops.empty()) return std::vector<WriteOutcome>();
  Bulk bulk(client_, catalog_, ops, pace);
  PARTON_RETURN_IF_ERROR(bulk.Prepare(options));
  PARTON_RETURN_IF_ERROR(bulk.Run());
  return bulk.TakeOutcomes();
}

}  // namespace parton::remote
