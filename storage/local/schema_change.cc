#include "storage/local/schema_change.h"

#include <algorithm>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/bytes/stream_codec.h"

namespace parton {

namespace {

constexpr size_t kChunk = 1000;

std::string TableRecordKey(uint32_t id) { return IdPrefix(KeySpace::kTable, id); }

}  // namespace

Status TableNotFound(std::string_view name) {
  return Status::NotFound("Requested resource not found: Table: " + std::string(name) + " not found");
}

SchemaChange::SchemaChange(Engine* engine)
    : engine_(engine), lock_(engine->gate()), next_(new CatalogState(*engine->catalog())) {
  next_->version = engine->NewVersion(&batch_);
}

TablePtr SchemaChange::Put(StoredTable table) {
  table.schema.version = next_->version;
  return Store(std::move(table));
}

void SchemaChange::PutSameVersion(StoredTable table) { (void)Store(std::move(table)); }

TablePtr SchemaChange::Store(StoredTable table) {
  std::string bytes;
  EncodeSchema(table, &bytes);
  batch_.Put(TableRecordKey(table.schema.id), bytes);
  auto info = std::make_shared<const TableInfo>(std::move(table), &engine_->names());
  TablePtr schema = info->schema;
  next_->Put(std::move(info));
  return schema;
}

void SchemaChange::Erase(const TableSchema& table) {
  batch_.Delete(TableRecordKey(table.id));
  next_->Erase(table);
}

void SchemaChange::Doom(KeySpace space, uint32_t id) {
  batch_.Put(RangeRecordKey(KeySpace::kDoomed, space, id), "");
  doomed_.emplace_back(space, id);
}

void SchemaChange::DoomTable(const StoredTable& stored) {
  const TableSchema& table = stored.schema;
  Doom(KeySpace::kItem, table.id);
  for (const IndexSchema& index : table.indexes) Doom(KeySpace::kEntry, index.id);
  Doom(KeySpace::kStatistics, table.id);
  Doom(KeySpace::kLoad, table.id);
  if (!table.ttl_attribute.empty()) Doom(KeySpace::kExpiry, stored.ttl_id);
  Doom(KeySpace::kConsumer, table.id);
  if (table.point_in_time) Doom(KeySpace::kHistory, table.id);
  if (keeps_feed_ || HasClosedStreams(*engine_, table.id)) return;
  Doom(KeySpace::kChange, table.id);
  Doom(KeySpace::kTrimmed, table.id);
}

void SchemaChange::CloseStream(const TableSchema& table) {
  ClosedStream stream;
  stream.table = table.name;
  stream.key = table.key;
  stream.view = table.stream;
  stream.closed_ms = engine_->NowMs();
  stream.first = std::max<uint64_t>(table.stream_start, 1);
  stream.last = engine_->feed().Visible();
  std::string bytes;
  EncodeStream(stream, &bytes);
  batch_.Put(StreamKey(table.id, table.stream_created_ms), bytes);
  keeps_feed_ = true;
}

Status SchemaChange::Commit() {
  PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch_, true));
  engine_->gate().AssertHeld();
  engine_->Publish(std::move(next_));
  for (const auto& [space, id] : doomed_) {
    if (space == KeySpace::kItem && engine_->item_cache().on()) {
      engine_->item_cache().ErasePrefix(IdPrefix(KeySpace::kItem, id));
    }
  }
  lock_.unlock();
  return Status::Ok();
}

Status DeleteDoomed(Engine* engine, KeySpace space, uint32_t id, KeyProgress* progress) {
  const std::string prefix = IdPrefix(space, id);
  const std::string end = PrefixSuccessor(prefix);
  leveldb::ReadOptions options = engine->ReadOptions(nullptr);
  options.fill_cache = false;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(options));
  leveldb::WriteBatch batch;
  size_t count = 0;
  progress->Next();
  for (it->Seek(prefix); it->Valid() && ToView(it->key()) < end; it->Next()) {
    batch.Delete(it->key());
    if (!progress->Step(ToView(it->key()))) return Cancelled();
    if (++count == kChunk) {
      PARTON_RETURN_IF_ERROR(engine->WriteBatch(&batch, engine->options().durable));
      batch.Clear();
      count = 0;
    }
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  batch.Delete(RangeRecordKey(KeySpace::kDoomed, space, id));
  return engine->WriteBatch(&batch, true);
}

Status DeleteDoomed(Engine* engine, const SchemaChange& change, const ProgressFn& fn) {
  KeyProgress progress(engine->db(), fn);
  for (const auto& [space, id] : change.doomed()) {
    std::string prefix = IdPrefix(space, id);
    std::string end = PrefixSuccessor(prefix);
    progress.Plan(std::move(prefix), std::move(end), space == KeySpace::kItem || change.doomed().size() == 1);
  }
  for (const auto& [space, id] : change.doomed()) {
    Status s = DeleteDoomed(engine, space, id, &progress);
    if (s.code() == StatusCode::kCancelled) return Status::Ok();
    PARTON_RETURN_IF_ERROR(s);
  }
  return Status::Ok();
}

bool HasClosedStreams(const Engine& engine, uint32_t table_id) {
  const std::string prefix = IdPrefix(KeySpace::kStream, table_id);
  std::unique_ptr<leveldb::Iterator> it(engine.db()->NewIterator(engine.ReadOptions(nullptr)));
  it->Seek(prefix);
  // What cannot be read is kept.
  return !it->status().ok() || (it->Valid() && it->key().starts_with(prefix));
}

}  // namespace parton
