#include "storage/local/bytes/schema_codec.h"

#include "storage/local/bytes/field_reader.h"
#include "types/item/varint.h"
#include "types/number/number_codec.h"

namespace parton {

namespace {

constexpr char kSchemaVersion = 1;

enum Tag : uint32_t {
  kId = 1,
  kVersion,
  kName,
  kKey,
  kIndex,
  kProvisioned,
  kStream,
  kStreamCreated,
  kTtlAttribute,
  kTtlId,
  kCreated,
  kOption,
  kStreamStart,
  kUuid,
  kMaximum,
  kWarm,
  kBillingTimes,
  kDeletionProtection,
  kTableClass,
  kEncryption,
  kTag,
  kPointInTime,
  kRestored,
  // Inside kKey and kIndex.
  kHash = 32,
  kRange,
  kIndexId,
  kIndexName,
  kIndexKind,
  kIndexKey,
  kIndexProjection,
  kIndexInclude,
  kIndexState,
  kIndexProvisioned,
  kIndexIncomplete,
  kIndexMaximum,
  kIndexWarm,
  kIndexNoneLeftOut,
  // Inside kKey.
  kMoreHash,
  kMoreRange,
};

void PutField(Tag tag, std::string_view payload, std::string* out) {
  PutVarint(static_cast<uint32_t>(tag), out);
  PutVarint(payload.size(), out);
  out->append(payload);
}

void PutNumber(Tag tag, uint64_t v, std::string* out) {
  std::string payload;
  PutVarint(v, &payload);
  PutField(tag, payload, out);
}

std::string Pair(uint64_t a, uint64_t b) {
  std::string payload;
  PutVarint(a, &payload);
  PutVarint(b, &payload);
  return payload;
}

void PutThroughput(Tag tag, const std::optional<Throughput>& t, std::string* out) {
  if (t) PutField(tag, Pair(ZigZag(t->read), ZigZag(t->write)), out);
}

void PutNamed(Tag tag, std::string_view name, std::string_view value, std::string* out) {
  std::string payload;
  PutText(name, &payload);
  payload += value;
  PutField(tag, payload, out);
}

std::string EncodeAttribute(const KeyAttribute& a) { return std::string(1, static_cast<char>(a.type)) + a.name; }

}  // namespace

std::string EncodeKeySchema(const KeySchema& key) {
  std::string out;
  PutField(kHash, EncodeAttribute(key.hash), &out);
  if (key.range) PutField(kRange, EncodeAttribute(*key.range), &out);
  for (const KeyAttribute& a : key.more_hash) PutField(kMoreHash, EncodeAttribute(a), &out);
  for (const KeyAttribute& a : key.more_range) PutField(kMoreRange, EncodeAttribute(a), &out);
  return out;
}

namespace {

std::string EncodeIndex(const IndexSchema& index) {
  std::string out;
  PutNumber(kIndexId, index.id, &out);
  PutField(kIndexName, index.name, &out);
  PutNumber(kIndexKind, static_cast<uint64_t>(index.kind), &out);
  PutField(kIndexKey, EncodeKeySchema(index.key), &out);
  PutNumber(kIndexProjection, static_cast<uint64_t>(index.projection), &out);
  for (const std::string& a : index.include) PutField(kIndexInclude, a, &out);
  PutNumber(kIndexState, static_cast<uint64_t>(index.state), &out);
  if (!index.complete) PutNumber(kIndexIncomplete, 1, &out);
  PutThroughput(kIndexProvisioned, index.provisioned, &out);
  PutThroughput(kIndexMaximum, index.maximum, &out);
  PutThroughput(kIndexWarm, index.warm, &out);
  // Without a sort key nothing lacks one: what is said elsewhere is enough.
  if (index.none_left_out && index.key.range) PutNumber(kIndexNoneLeftOut, 1, &out);
  return out;
}

Status Damaged() { return Status::Corruption("a table's schema in the catalog is damaged"); }

// Calls fn(tag, payload) -> Status for each field.
template <typename Fn>
Status ForEachField(std::string_view bytes, Fn fn) {
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  while (p < end) {
    uint32_t tag = 0;
    uint64_t n = 0;
    p = GetVarint(p, end, &tag);
    if (p == nullptr) return Damaged();
    p = GetVarint(p, end, &n);
    if (p == nullptr || n > static_cast<uint64_t>(end - p)) return Damaged();
    PARTON_RETURN_IF_ERROR(fn(tag, std::string_view(p, n)));
    p += n;
  }
  return Status::Ok();
}

Status UnknownTag(uint32_t tag) {
  return Status(StatusCode::kOpenFailed, "the catalog has a table option (" + std::to_string(tag) +
                                             ") that this version of Parton does not know: use a newer one");
}

template <typename T>
Status ReadNumber(std::string_view payload, T* out, uint64_t max = UINT64_MAX) {
  uint64_t v = 0;
  const char* end = payload.data() + payload.size();
  if (GetVarint(payload.data(), end, &v) != end || v > max) return Damaged();
  *out = static_cast<T>(v);
  return Status::Ok();
}

Status ReadThroughput(std::string_view payload, std::optional<Throughput>* out) {
  uint64_t a = 0, b = 0;
  const char* end = payload.data() + payload.size();
  const char* p = GetVarint(payload.data(), end, &a);
  if (p == nullptr || GetVarint(p, end, &b) != end) return Damaged();
  *out = Throughput{UnZigZag(a), UnZigZag(b)};
  return Status::Ok();
}

Status DecodeAttribute(std::string_view payload, KeyAttribute* out) {
  if (payload.empty() || static_cast<uint8_t>(payload[0]) > 2) return Damaged();
  out->type = static_cast<KeyType>(payload[0]);
  out->name = payload.substr(1);
  return Status::Ok();
}

}  // namespace

Status DecodeKeySchema(std::string_view bytes, KeySchema* out) {
  PARTON_RETURN_IF_ERROR(ForEachField(bytes, [&](uint32_t tag, std::string_view payload) {
    switch (tag) {
      case kHash: return DecodeAttribute(payload, &out->hash);
      case kRange: return DecodeAttribute(payload, &out->range.emplace());
      case kMoreHash: return DecodeAttribute(payload, &out->more_hash.emplace_back());
      case kMoreRange: return DecodeAttribute(payload, &out->more_range.emplace_back());
      default: return UnknownTag(tag);
    }
  }));
  const bool fits = out->more_hash.size() < KeySchema::kMaxKeyParts && out->more_range.size() < KeySchema::kMaxKeyParts;
  return fits && (out->range || out->more_range.empty()) ? Status::Ok() : Damaged();
}

namespace {

Status DecodeIndex(std::string_view bytes, IndexSchema* out) {
  return ForEachField(bytes, [&](uint32_t tag, std::string_view payload) {
    switch (tag) {
      case kIndexId: return ReadNumber(payload, &out->id, UINT32_MAX);
      case kIndexName: out->name = payload; return Status::Ok();
      case kIndexKind: return ReadNumber(payload, &out->kind, 1);
      case kIndexKey: return DecodeKeySchema(payload, &out->key);
      case kIndexProjection: return ReadNumber(payload, &out->projection, 2);
      case kIndexInclude: out->include.emplace_back(payload); return Status::Ok();
      case kIndexState: return ReadNumber(payload, &out->state, 1);
      case kIndexIncomplete: out->complete = false; return Status::Ok();
      case kIndexProvisioned: return ReadThroughput(payload, &out->provisioned);
      case kIndexMaximum: return ReadThroughput(payload, &out->maximum);
      case kIndexWarm: return ReadThroughput(payload, &out->warm);
      case kIndexNoneLeftOut: out->none_left_out = true; return Status::Ok();
      default: return UnknownTag(tag);
    }
  });
}

// Fields that the first databases did not have: written only where they say something.
void PutNewer(const TableSchema& schema, std::string* out) {
  if (!schema.uuid.empty()) PutField(kUuid, schema.uuid, out);
  PutThroughput(kMaximum, schema.maximum, out);
  PutThroughput(kWarm, schema.warm, out);
  if (schema.on_demand_since_ms != 0 || schema.throughput_increased_ms != 0 || schema.throughput_decreased_ms != 0) {
    std::string payload = Pair(ZigZag(schema.on_demand_since_ms), ZigZag(schema.throughput_increased_ms));
    PutVarint(ZigZag(schema.throughput_decreased_ms), &payload);
    PutField(kBillingTimes, payload, out);
  }
  if (schema.deletion_protection) PutNumber(kDeletionProtection, 1, out);
  if (schema.table_class) PutNumber(kTableClass, static_cast<uint64_t>(*schema.table_class), out);
  if (schema.encryption) {
    std::string payload(1, schema.encryption->enabled ? 1 : 0);
    PutText(schema.encryption->type, &payload);
    payload += schema.encryption->key;
    PutField(kEncryption, payload, out);
  }
  for (const auto& [name, value] : schema.tags) PutNamed(kTag, name, value, out);
  if (schema.point_in_time) {
    PutField(kPointInTime, Pair(ZigZag(schema.point_in_time->days), ZigZag(schema.point_in_time->since_ms)), out);
  }
  if (schema.restored) {
    std::string payload;
    PutVarint(ZigZag(schema.restored->time_ms), &payload);
    PutText(schema.restored->table, &payload);
    payload += schema.restored->backup;
    PutField(kRestored, payload, out);
  }
}

template <typename Put>
Status ReadNamed(std::string_view payload, Put put) {
  FieldReader in(payload);
  std::string name;
  if (!in.Text(&name)) return Damaged();
  put(std::move(name), in.Rest());
  return Status::Ok();
}

Status DecodeNewer(uint32_t tag, std::string_view payload, TableSchema* schema) {
  FieldReader in(payload);
  bool good = false;
  switch (tag) {
    case kUuid: schema->uuid = payload; return Status::Ok();
    case kMaximum: return ReadThroughput(payload, &schema->maximum);
    case kWarm: return ReadThroughput(payload, &schema->warm);
    case kBillingTimes:
      good = in.Signed(&schema->on_demand_since_ms) && in.Signed(&schema->throughput_increased_ms) &&
             in.Signed(&schema->throughput_decreased_ms) && in.AtEnd();
      break;
    case kDeletionProtection: schema->deletion_protection = true; return Status::Ok();
    case kTableClass: return ReadNumber(payload, &schema->table_class.emplace(), 1);
    case kEncryption: {
      Encryption& e = schema->encryption.emplace();
      uint8_t enabled = 0;
      good = in.Byte(&enabled) && enabled <= 1 && in.Text(&e.type);
      if (!good) break;
      e.enabled = enabled == 1;
      e.key = in.Rest();
      break;
    }
    case kTag:
      return ReadNamed(payload, [&](std::string name, std::string value) { schema->tags[name] = std::move(value); });
    case kPointInTime: {
      PointInTime& p = schema->point_in_time.emplace();
      good = in.Signed(&p.days) && in.Signed(&p.since_ms) && in.AtEnd();
      break;
    }
    case kRestored: {
      Restored& r = schema->restored.emplace();
      good = in.Signed(&r.time_ms) && in.Text(&r.table);
      if (good) r.backup = in.Rest();
      break;
    }
    default: return UnknownTag(tag);
  }
  return good ? Status::Ok() : Damaged();
}

}  // namespace

void EncodeSchema(const StoredTable& table, std::string* out) {
  const TableSchema& schema = table.schema;
  out->push_back(kSchemaVersion);
  PutNumber(kId, schema.id, out);
  PutNumber(kVersion, schema.version, out);
  PutField(kName, schema.name, out);
  PutField(kKey, EncodeKeySchema(schema.key), out);
  for (const IndexSchema& index : schema.indexes) PutField(kIndex, EncodeIndex(index), out);
  PutThroughput(kProvisioned, schema.provisioned, out);
  PutNumber(kStream, static_cast<uint64_t>(schema.stream), out);
  PutNumber(kStreamCreated, ZigZag(schema.stream_created_ms), out);
  if (schema.stream_start != 0) PutNumber(kStreamStart, schema.stream_start, out);
  if (!schema.ttl_attribute.empty()) PutField(kTtlAttribute, schema.ttl_attribute, out);
  PutNumber(kTtlId, table.ttl_id, out);
  PutNumber(kCreated, ZigZag(schema.created_ms), out);
  for (const auto& [name, value] : schema.options) PutNamed(kOption, name, value, out);
  PutNewer(schema, out);
}

Result<StoredTable> DecodeSchema(std::string_view bytes) {
  if (bytes.empty()) return Damaged();
  if (bytes[0] != kSchemaVersion) {
    return Status(StatusCode::kOpenFailed, "the catalog was written by a newer version of Parton: use that one");
  }
  StoredTable table;
  TableSchema& schema = table.schema;
  uint64_t zigzag = 0;
  Status status = ForEachField(bytes.substr(1), [&](uint32_t tag, std::string_view payload) -> Status {
    switch (tag) {
      case kId: return ReadNumber(payload, &schema.id, UINT32_MAX);
      case kVersion: return ReadNumber(payload, &schema.version);
      case kName: schema.name = payload; return Status::Ok();
      case kKey: return DecodeKeySchema(payload, &schema.key);
      case kIndex: return DecodeIndex(payload, &schema.indexes.emplace_back());
      case kProvisioned: return ReadThroughput(payload, &schema.provisioned);
      case kStream: return ReadNumber(payload, &schema.stream, 4);
      case kStreamCreated:
        PARTON_RETURN_IF_ERROR(ReadNumber(payload, &zigzag));
        schema.stream_created_ms = UnZigZag(zigzag);
        return Status::Ok();
      case kStreamStart: return ReadNumber(payload, &schema.stream_start);
      case kTtlAttribute: schema.ttl_attribute = payload; return Status::Ok();
      case kTtlId: return ReadNumber(payload, &table.ttl_id, UINT32_MAX);
      case kCreated:
        PARTON_RETURN_IF_ERROR(ReadNumber(payload, &zigzag));
        schema.created_ms = UnZigZag(zigzag);
        return Status::Ok();
      case kOption:
        return ReadNamed(
            payload, [&](std::string name, std::string value) { schema.options[std::move(name)] = std::move(value); });
      default: return DecodeNewer(tag, payload, &schema);
    }
  });
  PARTON_RETURN_IF_ERROR(status);
  if (schema.name.empty() || schema.key.hash.name.empty()) return Damaged();
  if (!schema.options.empty()) AdoptTextOptions(&schema);
  return table;
}

}  // namespace parton
