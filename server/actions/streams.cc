// ListStreams, DescribeStream, GetShardIterator, GetRecords.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "server/actions/table_parts.h"
#include "server/signature.h"
#include "server/signed_token.h"

namespace parton::server {

namespace {

constexpr std::string_view kPurpose = "shard iterator";
constexpr int64_t kIteratorLifeMs = int64_t{15} * 60 * 1000;
constexpr int64_t kMostStreams = 100;
constexpr int64_t kMostRecords = 1000;

int64_t NowMs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Sequence numbers have 21 digits at least; with the first one all of them have as many.
std::string SequenceText(uint64_t sequence) { return fmt::format("1{:020}", sequence); }

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<uint64_t> ParseSequence(std::string_view text) {
  if (text.size() != 21 || text[0] != '1') return std::nullopt;
  return ParseNumber(text.substr(1));
}

Outcome NoSuchStream(std::string_view arn) {
  return Exception("ResourceNotFoundException", fmt::format("Requested resource not found: Stream: {} not found", arn));
}

Outcome ReadStreamArn(const Input& input, StreamId* stream) {
  std::optional<StreamId> found = StreamOf(input.text());
  if (!found) return Validation(fmt::format("Invalid StreamArn: {}", input.text()));
  *stream = std::move(*found);
  return {};
}

struct Iterator {
  int64_t issued_ms = 0;
  StreamPosition position;
};

// Fields with tabs between; names and labels have none.
Result<std::string> MakeIterator(Database* db, const StreamPosition& p) {
  return Seal(db, kPurpose,
              fmt::format("1\t{}\t{}\t{}\t{}\t{}\t{}", NowMs(), p.after, p.from_horizon ? 1 : 0, p.stream.table,
                          p.stream.label, p.shard));
}

std::optional<Iterator> ParseIterator(const std::string& payload) {
  std::vector<std::string_view> fields;
  for (std::string_view rest = payload;;) {
    const size_t tab = rest.find('\t');
    fields.push_back(rest.substr(0, tab));
    if (tab == std::string_view::npos) break;
    rest.remove_prefix(tab + 1);
  }
  if (fields.size() != 7 || fields[0] != "1") return std::nullopt;
  const std::optional<uint64_t> issued = ParseNumber(fields[1]), after = ParseNumber(fields[2]);
  if (!issued || !after) return std::nullopt;
  Iterator it;
  it.issued_ms = static_cast<int64_t>(*issued);
  it.position.after = *after;
  it.position.from_horizon = fields[3] == "1";
  it.position.stream = {std::string(fields[4]), std::string(fields[5])};
  it.position.shard = fields[6];
  return it;
}

Outcome ReadIterator(Call& call, const Input& input, Iterator* out) {
  PARTON_ASSIGN_OR_RETURN(const std::optional<std::string> payload,
                          Unseal(call.db, kPurpose, input["ShardIterator"].text()));
  std::optional<Iterator> it = payload ? ParseIterator(*payload) : std::nullopt;
  if (!it) return Validation("Invalid ShardIterator");
  const int64_t now = NowMs();
  if (now - it->issued_ms > kIteratorLifeMs) {
    return Exception("ExpiredIteratorException",
                     fmt::format("Iterator expired. The iterator was created at {} ms while right now it is {} ms, "
                                 "which is further in the future than the tolerated delay of 15 minutes",
                                 it->issued_ms, now));
  }
  *out = std::move(*it);
  return {};
}

std::string_view NameOf(Change::Event event) {
  switch (event) {
    case Change::Event::kInsert: return "INSERT";
    case Change::Event::kModify: return "MODIFY";
    case Change::Event::kRemove: return "REMOVE";
  }
  return "";
}

Status WriteImage(std::string_view name, const Value& image, JsonWriter& out) {
  if (image.is_missing()) return Status::Ok();
  out.Key(name);
  return out.Item(image);
}

Outcome WriteRecord(const Call& call, const StreamId& stream, const Change& change, JsonWriter& out) {
  out.BeginObject();
  out.Member("eventID", Sha256Hex(fmt::format("{}/{}/{}", stream.table, stream.label, change.sequence)).substr(0, 32));
  out.Member("eventName", NameOf(change.event)).Member("eventVersion", "1.1").Member("eventSource", "aws:dynamodb");
  out.Member("awsRegion", call.settings->region);
  out.Key("dynamodb").BeginObject();
  out.Member("ApproximateCreationDateTime", change.created_ms / 1000);
  PARTON_RETURN_IF_ERROR(WriteImage("Keys", change.keys, out));
  PARTON_RETURN_IF_ERROR(WriteImage("NewImage", change.new_image, out));
  PARTON_RETURN_IF_ERROR(WriteImage("OldImage", change.old_image, out));
  out.Member("SequenceNumber", SequenceText(change.sequence));
  out.Member("SizeBytes", change.record.Get("SizeBytes").int_value());
  out.Member("StreamViewType", change.record.Get("StreamViewType").bytes());
  out.EndObject();
  if (change.by_ttl) {
    // The service writes lower case; its model, by which SDKs read, has capitals.
    out.Key("userIdentity").BeginObject();
    out.Member("type", "Service").Member("principalId", "dynamodb.amazonaws.com");
    out.Member("Type", "Service").Member("PrincipalId", "dynamodb.amazonaws.com");
    out.EndObject();
  }
  out.EndObject();
  return {};
}

void WriteShard(const StreamShard& shard, JsonWriter& out) {
  out.BeginObject().Member("ShardId", shard.id);
  out.Key("SequenceNumberRange").BeginObject().Member("StartingSequenceNumber", SequenceText(shard.first));
  if (shard.last) out.Member("EndingSequenceNumber", SequenceText(*shard.last));
  out.EndObject();
  if (!shard.parent.empty()) out.Member("ParentShardId", shard.parent);
  out.EndObject();
}

}  // namespace

Outcome ListStreams(Call& call, const Input& input, JsonWriter& out) {
  std::optional<StreamId> after;
  if (input.Has("ExclusiveStartStreamArn")) {
    Outcome read = ReadStreamArn(input["ExclusiveStartStreamArn"], &after.emplace());
    if (!read.ok()) return read;
  }
  const Result<Streams::Page> page = call.db->streams().List(TableNameOf(input["TableName"]), after,
                                                             static_cast<size_t>(input["Limit"].integer(kMostStreams)));
  if (!page.ok()) return page.status();
  out.Key("Streams").BeginArray();
  for (const StreamId& stream : page->streams) {
    out.BeginObject().Member("StreamArn", StreamArn(call, stream));
    out.Member("TableName", stream.table).Member("StreamLabel", stream.label).EndObject();
  }
  out.EndArray();
  if (page->last) out.Member("LastEvaluatedStreamArn", StreamArn(call, *page->last));
  return {};
}

Outcome DescribeStream(Call& call, const Input& input, JsonWriter& out) {
  StreamId id;
  Outcome read = ReadStreamArn(input["StreamArn"], &id);
  if (!read.ok()) return read;
  const Result<StreamDescription> stream = call.db->streams().Describe(id);
  if (stream.status().code() == StatusCode::kNotFound) return NoSuchStream(input["StreamArn"].text());
  if (!stream.ok()) return stream.status();
  out.Key("StreamDescription").BeginObject();
  out.Member("StreamArn", StreamArn(call, id)).Member("StreamLabel", id.label);
  out.Member("StreamStatus", stream->enabled ? "ENABLED" : "DISABLED");
  out.Member("StreamViewType", StreamViewType(stream->view));
  out.Key("CreationRequestDateTime").Time(stream->created_ms);
  out.Member("TableName", id.table);
  WriteKeySchema(stream->key, out);
  const std::string_view after = input["ExclusiveStartShardId"].text();
  const auto limit = static_cast<size_t>(input["Limit"].integer(kMostStreams));
  const StreamShard* last = nullptr;
  bool more = false;
  size_t written = 0;
  bool begun = after.empty();
  out.Key("Shards").BeginArray();
  for (const StreamShard& shard : stream->shards) {
    if (begun && written == limit) {
      more = true;
      break;
    }
    if (begun) {
      WriteShard(shard, out);
      last = &shard;
      ++written;
    }
    begun = begun || shard.id == after;
  }
  out.EndArray();
  if (more && last != nullptr) out.Member("LastEvaluatedShardId", last->id);
  out.EndObject();
  return {};
}

Outcome GetShardIterator(Call& call, const Input& input, JsonWriter& out) {
  StreamId id;
  Outcome read = ReadStreamArn(input["StreamArn"], &id);
  if (!read.ok()) return read;
  const std::string_view type = input["ShardIteratorType"].text();
  const Input sequence = input["SequenceNumber"];
  using Start = FeedOptions::Start;
  FeedOptions start;
  start.start = type == "TRIM_HORIZON"         ? Start::kTrimHorizon
                : type == "LATEST"             ? Start::kLatest
                : type == "AT_SEQUENCE_NUMBER" ? Start::kAt
                                               : Start::kAfter;
  const bool at_number = start.start == Start::kAt || start.start == Start::kAfter;
  if (at_number != sequence.present()) {
    return Validation(
        fmt::format("Invalid combination of parameters: SequenceNumber {} be specified when "
                    "ShardIteratorType is {}",
                    at_number ? "must" : "must not", type));
  }
  if (at_number) {
    const std::optional<uint64_t> number = ParseSequence(sequence.text());
    if (!number) return Validation(fmt::format("Invalid SequenceNumber: {}", sequence.text()));
    start.sequence = *number;
  }
  const Result<StreamPosition> position = call.db->streams().Start(id, input["ShardId"].text(), start);
  if (!position.ok()) return position.status();
  PARTON_ASSIGN_OR_RETURN(const std::string iterator, MakeIterator(call.db, *position));
  out.Member("ShardIterator", iterator);
  return {};
}

Outcome GetRecords(Call& call, const Input& input, JsonWriter& out) {
  Iterator it;
  Outcome read = ReadIterator(call, input, &it);
  if (!read.ok()) return read;
  const Result<StreamPage> page =
      call.db->streams().Read(it.position, static_cast<size_t>(input["Limit"].integer(kMostRecords)));
  if (!page.ok()) return page.status();
  out.Key("Records").BeginArray();
  for (const Change& change : page->changes) {
    Outcome written = WriteRecord(call, it.position.stream, change, out);
    if (!written.ok()) return written;
  }
  out.EndArray();
  if (page->next) {
    PARTON_ASSIGN_OR_RETURN(const std::string next, MakeIterator(call.db, *page->next));
    out.Member("NextShardIterator", next);
  }
  return {};
}

}  // namespace parton::server
