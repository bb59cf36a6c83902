#include "storage/remote/remote_changes.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "storage/remote/requests.h"
#include "types/json/json_reader.h"
#include "types/text/base64.h"

namespace parton::remote {

namespace {

constexpr int kEmptyPages = 2;  // in a row, of a shard that is open: there is nothing more now
constexpr std::string_view kRead = "+";

std::string TextOf(const Value& v) { return v.is_text() ? std::string(v.bytes()) : std::string(); }

struct Shard {
  std::string id;
  std::string parent;
};

// Sequence numbers are numerals of 21 digits and more.
Value SequenceOf(const std::string& text) {
  const size_t first = text.find_first_not_of('0');
  const Result<Value> number = ParseJson(first == std::string::npos ? "0" : text.substr(first));
  return number.ok() && number->is_numeric() ? *number : Value::String(text);
}

Status Gone(const std::string& table) {
  return Status(StatusCode::kTrimmed,
                fmt::format("records of {} behind that position are not kept any more, or its stream is another one",
                            table))
      .WithHint(fmt::format("changes('{}') begins with the oldest that is kept", table));
}

class RemoteChanges final : public ChangeCursor {
 public:
  RemoteChanges(DynamoClient* client, std::string table) : client_(client), table_(std::move(table)) {}

  Status Open(const std::string& position) {
    Answer answer = client_->Call("DescribeTable", JsonObject().AddText("TableName", table_).Text());
    PARTON_RETURN_IF_ERROR(answer.status);
    arn_ = TextOf(answer.body.Get("Table").Get("LatestStreamArn"));
    if (arn_.empty()) {
      return Status::Validation(fmt::format("{} does not record its changes: it has no stream", table_), {},
                                fmt::format("ALTER TABLE {} SET STREAM (BOTH IMAGES)", table_));
    }
    PARTON_RETURN_IF_ERROR(ReadPosition(position));
    return ReadShards();
  }

  Result<bool> Next(Value* record) override {
    for (;;) {
      if (next_ < records_.size()) {
        PARTON_ASSIGN_OR_RETURN(*record, Record(records_[next_++]));
        return true;
      }
      if (iterator_.empty()) {
        if (ended_) reached_[shard_] = std::string(kRead);
        ended_ = false;
        if (shards_.empty()) return false;
        PARTON_RETURN_IF_ERROR(NextShard());
        continue;
      }
      PARTON_RETURN_IF_ERROR(NextPage());
    }
  }

 private:
  Status ReadPosition(const std::string& position) {
    if (position.empty()) return Status::Ok();
    const std::optional<std::string> json = Base64Decode(position);
    const Result<Value> v = json ? ParseJson(*json) : Result<Value>(Value::Missing());
    if (!v.ok() || !v->is_struct() || !v->Get("stream").is_text() || !v->Get("shards").is_struct()) {
      return Status::Validation("this is no position of a stream", {},
                                "changes('t', position), as a record's Position");
    }
    if (TextOf(v->Get("stream")) != arn_) return Gone(table_);
    const Value shards = v->Get("shards").Materialize();
    for (const Field& f : shards.fields()) reached_[f.name] = TextOf(f.value);
    return Status::Ok();
  }

  // Parents before children: so the changes of an item are in order.
  Status ReadShards() {
    std::vector<Shard> all;
    for (std::string after;;) {
      JsonObject body;
      body.AddText("StreamArn", arn_);
      if (!after.empty()) body.AddText("ExclusiveStartShardId", after);
      Answer answer = client_->Call("Streams.DescribeStream", body.Text());
      PARTON_RETURN_IF_ERROR(answer.status);
      const Value description = answer.body.Get("StreamDescription");
      const Value shards = description.Get("Shards");
      for (const Value& s : shards.is_collection() ? shards.elements() : std::vector<Value>()) {
        all.push_back({TextOf(s.Get("ShardId")), TextOf(s.Get("ParentShardId"))});
      }
      after = TextOf(description.Get("LastEvaluatedShardId"));
      if (after.empty()) break;
    }
    std::map<std::string, std::vector<std::string>> children;
    std::map<std::string, bool> known;
    for (const Shard& s : all) known[s.id] = true;
    std::deque<std::string> waiting;
    for (const Shard& s : all) {
      if (known.contains(s.parent)) {
        children[s.parent].push_back(s.id);
      } else {
        waiting.push_back(s.id);
      }
    }
    while (!waiting.empty()) {
      const std::string id = waiting.front();
      waiting.pop_front();
      shards_.push_back(id);
      for (const std::string& child : children[id]) waiting.push_back(child);
    }
    // What was read of shards that are gone is not asked for any more; what was not is lost.
    for (auto at = reached_.begin(); at != reached_.end();) {
      if (known.contains(at->first)) {
        ++at;
      } else if (at->second == kRead) {
        at = reached_.erase(at);
      } else {
        return Gone(table_);
      }
    }
    return Status::Ok();
  }

  Status NextShard() {
    shard_ = shards_.front();
    shards_.pop_front();
    empty_pages_ = 0;
    const auto found = reached_.find(shard_);
    if (found != reached_.end() && found->second == kRead) return Status::Ok();
    return Seek(found == reached_.end() ? "" : found->second);
  }

  Status Seek(const std::string& after) {
    JsonObject body;
    body.AddText("StreamArn", arn_).AddText("ShardId", shard_);
    body.AddText("ShardIteratorType", after.empty() ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER");
    if (!after.empty()) body.AddText("SequenceNumber", after);
    Answer answer = client_->Call("Streams.GetShardIterator", body.Text());
    if (answer.status.code() == StatusCode::kTrimmed) return Gone(table_);
    PARTON_RETURN_IF_ERROR(answer.status);
    iterator_ = TextOf(answer.body.Get("ShardIterator"));
    return Status::Ok();
  }

  Status NextPage() {
    Answer answer = client_->Call("Streams.GetRecords",
                                  JsonObject().AddText("ShardIterator", iterator_).Add("Limit", "1000").Text());
    if (answer.status.code() == StatusCode::kTrimmed) return Gone(table_);
    PARTON_RETURN_IF_ERROR(answer.status);
    const Value records = answer.body.Get("Records");
    records_ = records.is_collection() ? records.elements() : std::vector<Value>();
    next_ = 0;
    iterator_ = TextOf(answer.body.Get("NextShardIterator"));
    ended_ = iterator_.empty();
    empty_pages_ = records_.empty() ? empty_pages_ + 1 : 0;
    if (empty_pages_ >= kEmptyPages) iterator_.clear();
    return Status::Ok();
  }

  Result<Value> Record(const Value& json) {
    const Value change = json.Get("dynamodb");
    const std::string sequence = TextOf(change.Get("SequenceNumber"));
    reached_[shard_] = sequence;
    std::vector<Field> f;
    f.push_back({"eventName", json.Get("eventName")});
    f.push_back({"SequenceNumber", SequenceOf(sequence)});
    f.push_back({"ApproximateCreationDateTime", change.Get("ApproximateCreationDateTime")});
    for (const char* image : {"Keys", "NewImage", "OldImage"}) {
      PARTON_ASSIGN_OR_RETURN(Value item, ItemFrom(change.Get(image)));
      if (!item.is_missing()) f.push_back({image, std::move(item)});
    }
    for (const char* name : {"SizeBytes", "StreamViewType"}) {
      const Value v = change.Get(name);
      if (!v.is_missing()) f.push_back({name, v});
    }
    const Value identity = json.Get("userIdentity");
    if (identity.is_struct()) {
      Value type = identity.Get("Type"), principal = identity.Get("PrincipalId");
      if (type.is_missing()) type = identity.Get("type");
      if (principal.is_missing()) principal = identity.Get("principalId");
      f.push_back({"userIdentity", Value::Struct({{"Type", type}, {"PrincipalId", principal}})});
    }
    f.push_back({"Position", Value::String(Position())});
    return Value::Struct(std::move(f)).Own();
  }

  std::string Position() const {
    JsonObject shards;
    for (const auto& [id, at] : reached_) shards.AddText(id, at);
    return Base64Encode(JsonObject().AddText("stream", arn_).Add("shards", shards.Text()).Text());
  }

  DynamoClient* const client_;
  const std::string table_;
  std::string arn_;
  std::deque<std::string> shards_;              // still to be read
  std::map<std::string, std::string> reached_;  // the last sequence number read of a shard, or kRead
  std::string shard_;
  std::string iterator_;  // empty: no shard is being read
  bool ended_ = false;    // of the shard nothing more will come
  int empty_pages_ = 0;
  std::vector<Value> records_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<ChangeCursor>> OpenRemoteChanges(DynamoClient* client, const TableSchema& table,
                                                        const std::string& position) {
  auto changes = std::make_unique<RemoteChanges>(client, table.name);
  PARTON_RETURN_IF_ERROR(changes->Open(position));
  return std::unique_ptr<ChangeCursor>(std::move(changes));
}

}  // namespace parton::remote
