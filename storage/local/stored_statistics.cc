#include "storage/local/stored_statistics.h"

#include <shared_mutex>
#include <string>
#include <utility>

#include "storage/local/bytes/key_layout.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

std::shared_ptr<const TableStatistics> Decode(const std::string& bytes) {
  Result<Value> value = ParseJson(bytes);
  if (!value.ok()) return nullptr;
  Result<TableStatistics> statistics = TableStatistics::FromValue(*value);
  if (!statistics.ok()) return nullptr;
  return std::make_shared<const TableStatistics>(*std::move(statistics));
}

}  // namespace

std::shared_ptr<const TableStatistics> StatisticsCache::Find(uint32_t table_id) {
  MutexLock lock(mutex_);
  auto [it, unknown] = known_.try_emplace(table_id);
  if (!unknown) return it->second;
  std::string bytes;
  bool found = false;
  Status s = engine_->ReadItem(nullptr, IdPrefix(KeySpace::kStatistics, table_id), &bytes, &found);
  if (s.ok() && found) it->second = Decode(bytes);
  return it->second;
}

void StatisticsCache::Forget() {
  MutexLock lock(mutex_);
  known_.clear();
}

Status StatisticsCache::Save(uint32_t table_id, TableStatistics statistics) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  const SharedGateLock gate(engine_->gate());
  if (engine_->catalog_held().Find(table_id) == nullptr) return Status::NotFound("the table is gone");
  leveldb::WriteBatch batch;
  batch.Put(IdPrefix(KeySpace::kStatistics, table_id), statistics.ToValue().ToJson());
  PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch, engine_->options().durable));
  MutexLock lock(mutex_);
  known_[table_id] = std::make_shared<const TableStatistics>(std::move(statistics));
  return Status::Ok();
}

}  // namespace parton
