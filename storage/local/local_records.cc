#include "storage/local/local_records.h"

#include <memory>
#include <shared_mutex>
#include <utility>

#include "storage/local/bytes/key_layout.h"
#include "storage/local/engine.h"

namespace parton {

namespace {

using Kind = RecordKey::Kind;

KeySpace SpaceOf(Kind kind) {
  switch (kind) {
    case Kind::kConsumer: return KeySpace::kConsumer;
    case Kind::kLoad: return KeySpace::kLoad;
    case Kind::kTrigger: return KeySpace::kTrigger;
    case Kind::kTriggerState: return KeySpace::kTriggerState;
    case Kind::kParked: return KeySpace::kParked;
    case Kind::kToken: return KeySpace::kToken;
    case Kind::kTokenDue: return KeySpace::kTokenDue;
  }
  return KeySpace::kSystem;
}

// What the keys of all records in the scope of RecordStore::List start with.
std::string ScopePrefix(const RecordKey& scope) {
  switch (scope.kind) {
    case Kind::kConsumer:
    case Kind::kLoad: return IdPrefix(SpaceOf(scope.kind), scope.table_id);
    case Kind::kParked: {
      std::string prefix = NamedKey(KeySpace::kParked, scope.name);
      prefix.push_back('\0');
      return prefix;
    }
    default: return SpacePrefix(SpaceOf(scope.kind));
  }
}

// The key whose bytes after ScopePrefix(scope) are `rest`. False: damaged.
bool DecodeRest(const RecordKey& scope, std::string_view rest, RecordKey* key) {
  *key = RecordKey{scope.kind, 0, 0, 0, ""};
  switch (scope.kind) {
    case Kind::kConsumer:
    case Kind::kLoad: key->table_id = scope.table_id; break;
    case Kind::kTrigger:
    case Kind::kTriggerState: break;
    case Kind::kParked:
      if (rest.size() != 8) return false;
      key->name = scope.name;
      key->sequence = ReadU64(rest);
      return true;
    case Kind::kToken:
      if (rest.empty()) return false;
      key->token_kind = rest[0];
      rest.remove_prefix(1);
      break;
    case Kind::kTokenDue:
      if (rest.size() < 9) return false;
      key->sequence = ReadU64(rest);
      key->token_kind = rest[8];
      rest.remove_prefix(9);
      break;
  }
  key->name = rest;
  return true;
}

}  // namespace

std::string EncodeRecordKey(const RecordKey& key) {
  std::string out = ScopePrefix(key);
  switch (key.kind) {
    case Kind::kParked: AppendU64(key.sequence, &out); return out;
    case Kind::kTokenDue: AppendU64(key.sequence, &out); [[fallthrough]];
    case Kind::kToken: out.push_back(key.token_kind); break;
    default: break;
  }
  out += key.name;
  return out;
}

void AppendRecords(const RecordWrites& writes, leveldb::WriteBatch* batch) {
  for (const auto& [key, value] : writes) {
    if (value) {
      batch->Put(EncodeRecordKey(key), *value);
    } else {
      batch->Delete(EncodeRecordKey(key));
    }
  }
}

bool TablesExist(const RecordWrites& writes, const CatalogState& catalog) {
  for (const auto& [key, value] : writes) {
    if (key.table_id != 0 && catalog.Find(key.table_id) == nullptr) return false;
  }
  return true;
}

Result<std::optional<std::string>> LocalRecords::Get(const RecordKey& key) const {
  std::string value;
  bool found = false;
  PARTON_RETURN_IF_ERROR(engine_->ReadItem(nullptr, EncodeRecordKey(key), &value, &found));
  if (!found) return std::optional<std::string>();
  return std::optional<std::string>(std::move(value));
}

Result<std::vector<StoredRecord>> LocalRecords::List(const RecordKey& scope, size_t limit) const {
  std::vector<StoredRecord> records;
  const std::string prefix = ScopePrefix(scope);
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(engine_->ReadOptions(nullptr)));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && records.size() < limit; it->Next()) {
    StoredRecord& record = records.emplace_back();
    if (!DecodeRest(scope, ToView(it->key()).substr(prefix.size()), &record.key)) {
      return Status::Corruption(scope.kind == Kind::kParked ? "the trigger " + scope.name + " is damaged"
                                                            : "the key of a record is damaged");
    }
    record.value = it->value().ToString();
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return records;
}

Status LocalRecords::Write(const RecordWrites& writes) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  const SharedGateLock gate(engine_->gate());
  if (!TablesExist(writes, engine_->catalog_held())) {
    return Status::NotFound("Requested resource not found: the table was dropped");
  }
  leveldb::WriteBatch batch;
  AppendRecords(writes, &batch);
  return engine_->WriteBatch(&batch, engine_->options().durable);
}

}  // namespace parton
