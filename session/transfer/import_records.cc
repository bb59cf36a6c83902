#include "session/transfer/import_records.h"

#include <string>
#include <utility>

#include "storage/record_store.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

constexpr int64_t kKeptMs = int64_t{90} * 24 * 3600 * 1000;

RecordKey RecordOf(std::string_view id) { return RecordKey::Load(0, std::string(kDoneImport) + std::string(id)); }

Value Count(uint64_t n) { return Value::Int(static_cast<int64_t>(n)); }

Value Text(const std::string& s) { return Value::String(s); }

std::string Encode(const ImportDescription& d) {
  std::vector<Value> key, attributes, header;
  for (const KeyElement& e : d.request.table.key) {
    key.push_back(
        Value::Struct({{"name", Text(e.attribute)}, {"hash", Value::Bool(e.role == KeyElement::Role::kHash)}}));
  }
  for (const AttributeDefinition& a : d.request.table.attributes) {
    attributes.push_back(Value::Struct({{"name", Text(a.name)}, {"type", Count(static_cast<uint64_t>(a.type))}}));
  }
  for (const std::string& column : d.request.header) header.push_back(Text(column));
  std::vector<Field> fields = {{"table", Text(d.table)},
                               {"table_id", Text(d.table_id)},
                               {"processed", Count(d.processed_count)},
                               {"imported", Count(d.imported_count)},
                               {"errors", Count(d.error_count)},
                               {"bytes", Count(d.processed_bytes)},
                               {"started", Value::Int(d.started_ms)},
                               {"ended", Value::Int(d.ended_ms)},
                               {"first_error", Text(d.first_error)},
                               {"directory", Text(d.request.directory)},
                               {"prefix", Text(d.request.prefix)},
                               {"csv", Value::Bool(d.request.format == ImportRequest::Format::kCsv)},
                               {"delimiter", Text(std::string(1, d.request.delimiter))},
                               {"header", Value::List(std::move(header))},
                               {"key", Value::List(std::move(key))},
                               {"attributes", Value::List(std::move(attributes))}};
  if (d.request.table.provisioned) {
    fields.push_back({"read", Value::Int(d.request.table.provisioned->read)});
    fields.push_back({"write", Value::Int(d.request.table.provisioned->write)});
  }
  return Value::Struct(std::move(fields)).ToJson();
}

std::string TextOf(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_text() ? std::string(found.bytes()) : std::string();
}

int64_t NumberOf(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_small_int() ? found.int_value() : 0;
}

bool FlagOf(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_bool() && found.bool_value();
}

std::vector<Value> ListOf(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_collection() ? found.elements() : std::vector<Value>();
}

Result<ImportDescription> Decode(std::string_view id, std::string_view json) {
  PARTON_ASSIGN_OR_RETURN(const Value v, ParseJson(json));
  ImportDescription d;
  d.id = id;
  d.table = TextOf(v, "table");
  d.table_id = TextOf(v, "table_id");
  d.processed_count = static_cast<uint64_t>(NumberOf(v, "processed"));
  d.imported_count = static_cast<uint64_t>(NumberOf(v, "imported"));
  d.error_count = static_cast<uint64_t>(NumberOf(v, "errors"));
  d.processed_bytes = static_cast<uint64_t>(NumberOf(v, "bytes"));
  d.started_ms = NumberOf(v, "started");
  d.ended_ms = NumberOf(v, "ended");
  d.first_error = TextOf(v, "first_error");
  ImportRequest& r = d.request;
  r.directory = TextOf(v, "directory");
  r.prefix = TextOf(v, "prefix");
  if (FlagOf(v, "csv")) r.format = ImportRequest::Format::kCsv;
  const std::string delimiter = TextOf(v, "delimiter");
  if (delimiter.size() == 1) r.delimiter = delimiter[0];
  for (const Value& column : ListOf(v, "header")) r.header.emplace_back(column.is_text() ? column.bytes() : "");
  r.table.name = d.table;
  for (const Value& e : ListOf(v, "key")) {
    r.table.key.push_back({TextOf(e, "name"), FlagOf(e, "hash") ? KeyElement::Role::kHash : KeyElement::Role::kRange});
  }
  for (const Value& a : ListOf(v, "attributes")) {
    const int64_t type = NumberOf(a, "type");
    r.table.attributes.push_back({TextOf(a, "name"), type == 1   ? KeyType::kNumber
                                                     : type == 2 ? KeyType::kBinary
                                                                 : KeyType::kString});
  }
  if (!v.Get("read").is_missing()) r.table.provisioned = Throughput{NumberOf(v, "read"), NumberOf(v, "write")};
  return d;
}

}  // namespace

Status KeepImport(TableStore* store, const ImportDescription& import, int64_t now_ms) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<ImportDescription> kept, KeptImports(store));
  RecordWrites writes;
  for (const ImportDescription& d : kept) {
    if (d.ended_ms < now_ms - kKeptMs) writes[RecordOf(d.id)] = std::nullopt;
  }
  writes[RecordOf(import.id)] = Encode(import);
  return store->records().Write(writes);
}

Result<std::vector<ImportDescription>> KeptImports(TableStore* store) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, store->records().List(RecordKey::Load(0, "")));
  std::vector<ImportDescription> out;
  for (const StoredRecord& record : records) {
    if (!record.key.name.starts_with(kDoneImport)) continue;
    PARTON_ASSIGN_OR_RETURN(ImportDescription d,
                            Decode(std::string_view(record.key.name).substr(kDoneImport.size()), record.value));
    out.push_back(std::move(d));
  }
  return out;
}

}  // namespace parton
