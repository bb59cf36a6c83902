#include "storage/local/local_feed.h"

#include <algorithm>
#include <memory>
#include <shared_mutex>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/number_key.h"
#include "storage/local/bytes/stream_codec.h"
#include "storage/local/schema_change.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr size_t kTrimChunk = 1000;

Status DamagedFeed(uint64_t sequence, const Status& s) {
  return Status::Corruption("record " + std::to_string(sequence) + " of the change feed: " + s.message());
}

}  // namespace

Result<FeedEntry> LocalFeed::DecodeFeed(uint64_t sequence, std::string_view bytes) const {
  Result<ChangeRecord> record = DecodeChange(bytes);
  if (!record.ok()) return DamagedFeed(sequence, record.status());
  FeedEntry e;
  e.sequence = sequence;
  e.event = record->event;
  e.view = record->view;
  e.by_ttl = record->by_ttl;
  e.depth = record->depth;
  e.created_ms = record->created_ms;
  const NameTable* names = &engine_->names();
  auto item = [&](std::string_view b) { return b.empty() ? Value::Missing() : ItemValue(std::string(b), names); };
  e.keys = item(record->keys);
  e.new_image = item(record->new_image);
  e.old_image = item(record->old_image);
  return e;
}

Status LocalFeed::ReadFeed(uint32_t table_id, uint64_t after, uint64_t upto, size_t limit, size_t max_bytes,
                           std::vector<FeedEntry>* out, uint64_t* reached) const {
  *reached = after;
  if (upto <= after) return Status::Ok();
  const std::string prefix = IdPrefix(KeySpace::kChange, table_id);
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(engine_->ReadOptions(nullptr)));
  size_t count = 0, bytes = 0;
  engine_->compactor().Seek(it.get(), ChangeKey(table_id, after + 1));
  for (; it->Valid() && it->key().starts_with(prefix); it->Next()) {
    if (it->key().size() != kPrefixBytes + 8) return Status::Corruption("a key of the change feed is damaged");
    const uint64_t sequence = ReadU64(ToView(it->key()).substr(kPrefixBytes));
    if (sequence > upto) break;
    if (count == limit || (count != 0 && bytes + it->value().size() > max_bytes)) return Status::Ok();
    PARTON_ASSIGN_OR_RETURN(FeedEntry e, DecodeFeed(sequence, ToView(it->value())));
    out->push_back(std::move(e));
    ++count;
    bytes += it->value().size();
    *reached = sequence;
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  *reached = upto;
  return Status::Ok();
}

Result<uint64_t> LocalFeed::CountFeed(uint32_t table_id, uint64_t after, uint64_t limit) const {
  if (after == UINT64_MAX) return uint64_t{0};
  const std::string prefix = IdPrefix(KeySpace::kChange, table_id);
  leveldb::ReadOptions options = engine_->ReadOptions(nullptr);
  options.fill_cache = false;
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options));
  uint64_t count = 0;
  for (it->Seek(ChangeKey(table_id, after + 1)); count < limit && it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    ++count;
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return count;
}

Result<std::string> LocalFeed::ReadFeedBytes(uint32_t table_id, uint64_t sequence) const {
  std::string bytes;
  bool found = false;
  PARTON_RETURN_IF_ERROR(engine_->ReadItem(nullptr, ChangeKey(table_id, sequence), &bytes, &found));
  if (!found) return Status(StatusCode::kTrimmed, "the record is not in the change feed any more");
  return bytes;
}

Result<uint64_t> LocalFeed::TrimmedUpTo(uint32_t table_id) const {
  std::string value;
  bool found = false;
  PARTON_RETURN_IF_ERROR(engine_->ReadItem(nullptr, IdPrefix(KeySpace::kTrimmed, table_id), &value, &found));
  if (!found) return uint64_t{0};
  uint64_t sequence = 0;
  if (GetVarint(value.data(), value.data() + value.size(), &sequence) != value.data() + value.size()) {
    return Status::Corruption("the record of what was trimmed is damaged");
  }
  return sequence;
}

Result<uint64_t> LocalFeed::TrimFeed(uint32_t table_id, int64_t before_ms, uint64_t upto) {
  const std::string prefix = IdPrefix(KeySpace::kChange, table_id);
  upto = std::min(upto, FeedEnd());
  uint64_t trimmed = 0;
  std::string position = prefix;  // behind what is gone
  for (bool more = true; more;) {
    more = false;
    leveldb::WriteBatch batch;
    size_t count = 0;
    uint64_t last = 0;
    {
      leveldb::ReadOptions options = engine_->ReadOptions(nullptr);
      options.fill_cache = false;
      std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options));
      engine_->compactor().Seek(it.get(), position);
      for (; it->Valid() && it->key().starts_with(prefix); it->Next()) {
        if (it->key().size() != kPrefixBytes + 8) break;
        const uint64_t sequence = ReadU64(ToView(it->key()).substr(kPrefixBytes));
        if (sequence > upto) break;
        if (count == kTrimChunk) {
          more = true;
          break;
        }
        Result<ChangeRecord> record = DecodeChange(ToView(it->value()));
        // What cannot be read cannot be used either, but its time is not known.
        if (!record.ok()) return DamagedFeed(sequence, record.status());
        if (record->created_ms >= before_ms) break;
        batch.Delete(it->key());
        position = it->key().ToString();
        last = sequence;
        ++count;
      }
      PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    }
    if (count == 0) break;
    const SharedGateLock gate(engine_->gate());
    if (engine_->catalog_held().Find(table_id) == nullptr) break;
    std::string value;
    PutVarint(last, &value);
    batch.Put(IdPrefix(KeySpace::kTrimmed, table_id), value);
    PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch, engine_->options().durable));
    trimmed += count;
  }
  return trimmed;
}

Result<uint64_t> LocalFeed::TrimHistory(uint32_t table_id, int64_t before_ms) {
  const std::string prefix = IdPrefix(KeySpace::kHistory, table_id);
  uint64_t trimmed = 0;
  std::string position = prefix;  // behind what is gone
  for (bool more = true; more;) {
    leveldb::WriteBatch batch;
    size_t count = 0;
    {
      leveldb::ReadOptions options = engine_->ReadOptions(nullptr);
      options.fill_cache = false;
      std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options));
      engine_->compactor().Seek(it.get(), position);
      for (; it->Valid() && it->key().starts_with(prefix) && count < kTrimChunk; it->Next()) {
        PARTON_ASSIGN_OR_RETURN(const ChangeRecord record, DecodeChange(ToView(it->value())));
        if (record.created_ms >= before_ms) break;
        batch.Delete(it->key());
        position = it->key().ToString();
        ++count;
      }
      PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    }
    more = count == kTrimChunk;
    if (count == 0) break;
    PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch, engine_->options().durable));
    trimmed += count;
  }
  return trimmed;
}

Result<std::vector<ClosedStream>> LocalFeed::ClosedStreams() const {
  std::vector<ClosedStream> streams;
  const std::string prefix = SpacePrefix(KeySpace::kStream);
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(engine_->ReadOptions(nullptr)));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    PARTON_ASSIGN_OR_RETURN(ClosedStream stream, DecodeStream(ToView(it->key()), ToView(it->value())));
    streams.push_back(std::move(stream));
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return streams;
}

Status LocalFeed::ForgetClosedStreams(int64_t before_ms) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<ClosedStream> streams, ClosedStreams());
  for (const ClosedStream& stream : streams) {
    if (stream.closed_ms >= before_ms) continue;
    std::lock_guard ddl(engine_->ddl_mutex());
    SchemaChange change(engine_);
    change.batch()->Delete(StreamKey(stream.table_id, stream.created_ms));
    const bool others = std::any_of(streams.begin(), streams.end(), [&](const ClosedStream& s) {
      return s.table_id == stream.table_id && s.created_ms > stream.created_ms;
    });
    if (!others && change.catalog().Find(stream.table_id) == nullptr) {
      change.Doom(KeySpace::kChange, stream.table_id);
      change.Doom(KeySpace::kTrimmed, stream.table_id);
    }
    PARTON_RETURN_IF_ERROR(change.Commit());
    PARTON_RETURN_IF_ERROR(DeleteDoomed(engine_, change, {}));
  }
  return Status::Ok();
}

Result<std::vector<Key>> LocalFeed::ExpiredKeys(const TableSchema& table, const Number& low, const Number& high,
                                                size_t limit, std::string* position) const {
  std::vector<Key> keys;
  if (table.ttl_attribute.empty()) return keys;
  const CatalogPtr catalog = engine_->catalog();
  const TableInfo* info = catalog->Find(table.id);
  if (info == nullptr) return keys;
  const std::string prefix = IdPrefix(KeySpace::kExpiry, info->ttl_id);
  std::string begin = *position, end = prefix;
  if (begin.empty()) {
    begin = prefix;
    AppendNumberKey(low, &begin);
  }
  AppendNumberKey(high, &end);
  position->clear();
  leveldb::ReadOptions options = engine_->ReadOptions(nullptr);
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options));
  engine_->compactor().Seek(it.get(), begin);
  for (; it->Valid() && ToView(it->key()) < end; it->Next()) {
    if (keys.size() == limit) {
      *position = it->key().ToString();
      break;
    }
    std::string_view rest = ToView(it->key()).substr(kPrefixBytes);
    Key key;
    if (!SkipNumberKey(&rest) || !ReadKey(table.key, &rest, &key) || !rest.empty()) {
      return Status::Corruption("the TTL queue of table " + table.name + " is damaged")
          .WithHint("REPAIR DATABASE builds it again from the items");
    }
    keys.push_back({std::move(key.hash).Own(), std::move(key.range).Own()});
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return keys;
}

}  // namespace parton
