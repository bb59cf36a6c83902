#include "storage/remote/remote_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "storage/read_budget.h"
#include "storage/remote/remote_admin.h"
#include "storage/remote/remote_bulk.h"
#include "storage/remote/remote_catalog.h"
#include "storage/remote/remote_changes.h"
#include "storage/remote/remote_cursor.h"
#include "storage/remote/remote_path.h"
#include "storage/remote/remote_transaction.h"
#include "storage/remote/remote_writer.h"
#include "storage/remote/requests.h"
#include "types/item/item_rules.h"

namespace parton {

namespace remote {

namespace {

constexpr size_t kMostKeys = 100;    // of one BatchGetItem
constexpr size_t kBatchesAhead = 4;  // under way at once
constexpr int kMostRounds = 12;      // for keys that were not processed

class RemoteStore final : public TableStore, public InteractiveTransactions, public ChangeReader {
 public:
  RemoteStore(std::unique_ptr<DynamoClient> client, bool consistent, bool read_only)
      : client_(std::move(client)),
        always_consistent_(consistent),
        read_only_(read_only),
        catalog_(client_.get()),
        admin_(client_.get(), &catalog_),
        bulk_(client_.get(), &catalog_),
        writer_(client_.get(), &catalog_, Reader()) {}

  StoreCapabilities capabilities() const override {
    StoreCapabilities has;
    if (!read_only_) has.admin = &admin_;
    has.transactions = const_cast<RemoteStore*>(this);
    if (!read_only_) has.bulk = &bulk_;
    return has;
  }
  std::unique_ptr<StoreTransaction> Begin() override { return BeginRemote(&writer_, Reader()); }
  using TableStore::Begin;

  Result<std::unique_ptr<ChangeCursor>> OpenChanges(const TableSchema& table, const std::string& position) override {
    return OpenRemoteChanges(client_.get(), table, position);
  }

  // ---- Catalog

  Result<TablePtr> GetTable(std::string_view name) const override { return catalog_.GetTable(name); }
  std::vector<TablePtr> Tables() const override { return catalog_.Tables(); }
  uint64_t SchemaVersion() const override { return catalog_.SchemaVersion(); }

  // ---- TableReader

  ReadView& LatestView() override { return latest_; }
  ReadView& Consistent(ReadView& view) override {
    return dynamic_cast<TransactionView*>(&view) != nullptr ? view : consistent_;
  }

  Status Get(ReadView& view, const TableSchema& table, const Key& key, const AttributeList* attributes, Value* item,
             ReadStats* stats) override {
    PARTON_RETURN_IF_ERROR(ValidateKey(table.key, key));
    if (auto* transaction = dynamic_cast<TransactionView*>(&view)) {
      std::vector<Value> items;
      PARTON_RETURN_IF_ERROR(ReadIn(transaction, table, {&key, 1}, &items, stats));
      *item = std::move(items[0]);
      return Status::Ok();
    }
    PARTON_ASSIGN_OR_RETURN(const std::string key_json, KeyJson(table.key, key));
    JsonObject body;
    body.AddText("TableName", table.name).Add("Key", key_json).AddText("ReturnConsumedCapacity", "TOTAL");
    AddReadMembers(view, table, attributes, &body);
    Answer answer = client_->Call("GetItem", body.Text());
    if (!answer.status.ok()) return ReadFailed(&catalog_, table, std::move(answer.status));
    NoteUnits(answer.body.Get("ConsumedCapacity"), stats);
    PARTON_ASSIGN_OR_RETURN(*item, ItemFrom(answer.body.Get("Item")));
    if (stats != nullptr) {
      ++stats->seeks;
      if (!item->is_missing()) ++stats->items_examined;
    }
    return Status::Ok();
  }

  Status BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys, const AttributeList* attributes,
                  std::vector<Value>* items, ReadStats* stats) override;
  size_t KeysAhead(const TableSchema&) const override { return kMostKeys; }

  Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                 int slot) override {
    if (dynamic_cast<TransactionView*>(&view) != nullptr) return TransactionView::RangeRefused();
    return OpenRemoteCursor(client_.get(), &catalog_, spec, spec.consistent || IsConsistent(view), ctx, slot);
  }
  std::vector<ScanSegment> Split(const TableSchema& table, const IndexSchema* index, const KeyRange& range,
                                 int pieces) override {
    if (range.hash) return std::vector<ScanSegment>(1);
    return CutScan(Stats(table, index).approximate_bytes, pieces);
  }
  std::string PositionOf(const TableSchema& table, const IndexSchema* index, const Value& attributes) const override {
    return PositionText(table, index, attributes);
  }
  Value KeyAt(const TableSchema&, const IndexSchema*, std::string_view position) const override {
    const Result<Value> json = ParsePosition(position);
    return json.ok() ? *json : Value::Missing();
  }
  bool ScansInOrder(const TableSchema&) const override { return false; }
  bool CanEvaluate(const Expr& e) const override { return !HasSubquery(e); }

  TableStats Stats(const TableSchema& table, const IndexSchema* index) override {
    const TableFacts facts = catalog_.Facts(table);
    TableStats stats;
    stats.approximate_items = facts.items;
    stats.approximate_bytes = facts.bytes;
    if (index != nullptr) {
      const auto found = facts.indexes.find(index->name);
      if (found != facts.indexes.end() && found->second.approximate_items > 0) stats = found->second;
    }
    stats.approximate_size = stats.approximate_bytes;
    return stats;
  }

  // ---- TableWriter

  Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) override {
    if (read_only_) return ReadOnly();
    return writer_.Write(op, ctx, options);
  }
  Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                  const WriteOptions& options) override {
    if (read_only_) return ReadOnly();
    return writer_.TransactWrite(ops, ctx, options);
  }

 private:
  bool IsConsistent(const ReadView& view) const { return always_consistent_ || &view == &consistent_; }

  // ConsumedCapacity of an answer.
  static void NoteUnits(const Value& consumed, ReadStats* stats) {
    const Value units = consumed.Get("CapacityUnits");
    if (!units.is_numeric()) return;
    if (stats != nullptr) stats->units += units.ToDouble();
    ReadBudget::Spend(units.ToDouble());
  }

  static Status ReadOnly() { return Status(StatusCode::kReadOnly, "the database was opened read-only"); }

  ItemImages::Reader Reader() {
    return [this](const TablePtr& table, std::span<const Key> keys, std::vector<Value>* items) {
      return BatchGet(consistent_, *table, keys, nullptr, items, nullptr);
    };
  }
  Status ReadIn(TransactionView* transaction, const TableSchema& table, std::span<const Key> keys,
                std::vector<Value>* items, ReadStats* stats) {
    PARTON_ASSIGN_OR_RETURN(const TablePtr known, catalog_.GetTable(table.name));
    PARTON_RETURN_IF_ERROR(transaction->Read(known, keys, items));
    for (const Value& v : *items) {
      if (stats != nullptr && !v.is_missing()) ++stats->items_examined;
    }
    return Status::Ok();
  }

  static Result<Value> ParsePosition(std::string_view position) {
    if (position.empty()) return Value::Missing();
    return Value::FromDynamoJson(position);
  }

  // ConsistentRead, and the attributes that are wanted.
  void AddReadMembers(const ReadView& view, const TableSchema& table, const AttributeList* attributes,
                      JsonObject* body) const {
    if (IsConsistent(view)) body->Add("ConsistentRead", "true");
    if (attributes == nullptr) return;
    std::set<std::string> wanted(attributes->begin(), attributes->end());
    wanted.insert(table.key.hash.name);
    if (table.key.range) wanted.insert(table.key.range->name);
    EvalContext none;
    DynamoExpressions names(0, Logic::kPartiql, &none);
    std::string list;
    for (const std::string& name : wanted) list += (list.empty() ? "" : ", ") + names.Name(name);
    if (list.size() > kMaxExpressionText) return;
    body->AddText("ProjectionExpression", list).AddPlaceholders(names);
  }

  const std::unique_ptr<DynamoClient> client_;
  const bool always_consistent_;
  const bool read_only_;
  mutable RemoteCatalog catalog_;
  mutable RemoteAdmin admin_;
  mutable RemoteBulk bulk_;
  ReadView latest_;
  ReadView consistent_;
  RemoteWriter writer_;
};

// One BatchGetItem: what it asks for, and the call.
struct Batch {
  std::vector<std::string> keys;  // JSON
  std::unique_ptr<PendingCall> call;
  int round = 1;
};

Status RemoteStore::BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys,
                             const AttributeList* attributes, std::vector<Value>* items, ReadStats* stats) {
  if (auto* transaction = dynamic_cast<TransactionView*>(&view)) {
    return ReadIn(transaction, table, keys, items, stats);
  }
  items->assign(keys.size(), Value());
  JsonObject members;
  AddReadMembers(view, table, attributes, &members);
  // A request must not name a key twice.
  std::unordered_map<std::string, std::vector<size_t>> wanted;
  std::vector<std::string> texts;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!ValidateKey(table.key, keys[i]).ok()) continue;
    PARTON_ASSIGN_OR_RETURN(std::string json, KeyJson(table.key, keys[i]));
    std::vector<size_t>& places = wanted[KeyText(keys[i])];
    if (places.empty()) texts.push_back(std::move(json));
    places.push_back(i);
  }
  const auto start = [&](Batch* batch) {
    JsonObject of_table = members;
    of_table.Add("Keys", fmt::format("[{}]", fmt::join(batch->keys, ",")));
    JsonObject body;
    body.Add("RequestItems", JsonObject().Add(table.name, of_table.Text()).Text());
    body.AddText("ReturnConsumedCapacity", "TOTAL");
    batch->call = client_->Start("BatchGetItem", body.Text(), Repeat::kSafe);
  };
  std::deque<Batch> under_way;
  size_t next = 0;
  while (next < texts.size() || !under_way.empty()) {
    while (next < texts.size() && under_way.size() < kBatchesAhead) {
      Batch& batch = under_way.emplace_back();
      const size_t end = std::min(texts.size(), next + kMostKeys);
      for (; next < end; ++next) batch.keys.push_back(texts[next]);
      start(&batch);
    }
    Batch batch = std::move(under_way.front());
    under_way.pop_front();
    Answer answer = batch.call->Wait();
    if (!answer.status.ok()) return ReadFailed(&catalog_, table, std::move(answer.status));
    const Value consumed = answer.body.Get("ConsumedCapacity");
    for (const Value& c : consumed.is_collection() ? consumed.elements() : std::vector<Value>()) NoteUnits(c, stats);
    if (stats != nullptr) ++stats->seeks;
    const Value found = answer.body.Get("Responses").Get(table.name);
    for (const Value& json : found.is_collection() ? found.elements() : std::vector<Value>()) {
      PARTON_ASSIGN_OR_RETURN(const Value item, ItemFrom(json));
      PARTON_ASSIGN_OR_RETURN(const Key key, ExtractKey(table.key, item));
      for (const size_t i : wanted[KeyText(key)]) (*items)[i] = item;
      if (stats != nullptr) ++stats->items_examined;
    }
    const Value left = answer.body.Get("UnprocessedKeys").Get(table.name).Get("Keys");
    if (!left.is_collection() || left.Count() == 0) continue;
    if (batch.round >= kMostRounds) {
      return Status(StatusCode::kThrottled, fmt::format("{} keys of {} were not processed", left.Count(), table.name));
    }
    Batch again;
    again.round = batch.round + 1;
    for (const Value& key : left.elements()) again.keys.push_back(ToJsonText(key));
    // An answer is cut where it is too long; nothing at all means that the engine is busy.
    if (again.keys.size() == batch.keys.size()) DynamoClient::Sleep(DynamoClient::Backoff(batch.round, 50));
    if (again.keys.size() < batch.keys.size()) again.round = 1;
    start(&again);
    under_way.push_back(std::move(again));
  }
  return Status::Ok();
}

}  // namespace

}  // namespace remote

Result<std::unique_ptr<TableStore>> OpenRemoteStore(const std::string& path, const RemoteOptions& options) {
  PARTON_ASSIGN_OR_RETURN(const remote::RemotePath parsed, remote::ParseRemotePath(path));
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<remote::DynamoClient> client, remote::DynamoClient::Create(parsed.client));
  // That nobody answers is said at once.
  const remote::Answer answer = client->Call("ListTables", "{\"Limit\":1}");
  if (!answer.status.ok()) return answer.status;
  return std::unique_ptr<TableStore>(
      std::make_unique<remote::RemoteStore>(std::move(client), parsed.consistent, options.read_only));
}

}  // namespace parton
