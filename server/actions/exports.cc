// ExportTableToPointInTime, DescribeExport, ListExports, ImportTable, DescribeImport, ListImports. A directory stands
// for S3: its subdirectories are the buckets.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "parton/backups.h"
#include "server/actions/table_parts.h"

namespace parton::server {

namespace {

constexpr int64_t kMostListed = 25;

// The directory of a bucket.
Outcome BucketPath(const Call& call, std::string_view bucket, std::string* path) {
  if (call.settings->bucket_directory.empty()) {
    return Validation("This server has no directory that stands for S3: start it with --s3 DIR");
  }
  const bool good = !bucket.empty() && bucket[0] != '.' && std::all_of(bucket.begin(), bucket.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  if (!good) return Validation(fmt::format("Invalid S3 bucket name: {}", bucket));
  *path = call.settings->bucket_directory + "/" + std::string(bucket);
  return {};
}

std::string ExportArn(const Call& call, const ExportDescription& e) {
  return TableArn(call, e.table) + "/export/" + e.id;
}

std::string BucketOf(const ExportDescription& e) {
  // Found below the root, or made in a bucket.
  const std::string& directory = e.options.directory;
  return directory.substr(directory.rfind('/') + 1);
}

void WriteExport(const Call& call, const ExportDescription& e, JsonWriter& out) {
  out.Key("ExportDescription").BeginObject();
  out.Member("ExportArn", ExportArn(call, e)).Member("ExportStatus", "COMPLETED");
  out.Key("StartTime").Time(e.started_ms);
  out.Key("EndTime").Time(e.ended_ms);
  out.Member("ExportManifest", e.manifest).Member("TableArn", TableArn(call, e.table)).Member("TableId", e.table_id);
  out.Key("ExportTime").Time(e.started_ms);
  out.Member("S3Bucket", BucketOf(e));
  if (!e.options.prefix.empty()) out.Member("S3Prefix", e.options.prefix);
  out.Member("ExportFormat", "DYNAMODB_JSON").Member("ExportType", "FULL_EXPORT");
  out.Member("BilledSizeBytes", static_cast<int64_t>(e.size_bytes));
  out.Member("ItemCount", static_cast<int64_t>(e.item_count)).EndObject();
}

// The exports of all buckets.
Outcome AllExports(const Call& call, std::vector<ExportDescription>* exports) {
  if (call.settings->bucket_directory.empty()) return {};
  PARTON_ASSIGN_OR_RETURN(*exports, call.db->backups().Exports(call.settings->bucket_directory));
  for (ExportDescription& e : *exports) {
    // The first part of the path is the bucket.
    const size_t slash = e.manifest.find('/');
    e.options.directory += "/" + e.manifest.substr(0, slash);
    e.manifest = e.manifest.substr(slash + 1);
  }
  return {};
}

std::string ImportArn(const Call& call, const ImportDescription& i) {
  return TableArn(call, i.table) + "/import/" + i.id;
}

std::string_view FormatOf(const ImportDescription& i) {
  return i.request.format == ImportRequest::Format::kCsv ? "CSV" : "DYNAMODB_JSON";
}

void WriteSource(const ImportDescription& i, JsonWriter& out) {
  const std::string& directory = i.request.directory;
  out.Key("S3BucketSource").BeginObject().Member("S3Bucket", directory.substr(directory.rfind('/') + 1));
  if (!i.request.prefix.empty()) out.Member("S3KeyPrefix", i.request.prefix);
  out.EndObject();
}

void WriteImport(const Call& call, const ImportDescription& i, JsonWriter& out) {
  out.Key("ImportTableDescription").BeginObject();
  out.Member("ImportArn", ImportArn(call, i)).Member("ImportStatus", "COMPLETED");
  out.Member("TableArn", TableArn(call, i.table)).Member("TableId", i.table_id);
  WriteSource(i, out);
  out.Member("InputFormat", FormatOf(i));
  out.Member("ErrorCount", static_cast<int64_t>(i.error_count));
  out.Key("StartTime").Time(i.started_ms);
  out.Key("EndTime").Time(i.ended_ms);
  out.Member("ProcessedSizeBytes", static_cast<int64_t>(i.processed_bytes));
  out.Member("ProcessedItemCount", static_cast<int64_t>(i.processed_count));
  out.Member("ImportedItemCount", static_cast<int64_t>(i.imported_count));
  const TableDefinition& d = i.request.table;
  out.Key("TableCreationParameters").BeginObject().Member("TableName", d.name);
  WriteKeySchema(d.key, out);
  out.Member("BillingMode", d.provisioned ? "PROVISIONED" : "PAY_PER_REQUEST").EndObject();
  out.EndObject();
}

Outcome ReadImport(const Call& call, const Input& input, ImportRequest* request) {
  const std::string_view format = input["InputFormat"].text();
  if (format == "ION") return Validation("InputFormat ION is not supported: DYNAMODB_JSON and CSV are");
  request->format = format == "CSV" ? ImportRequest::Format::kCsv : ImportRequest::Format::kDynamoJson;
  const Input csv = input["InputFormatOptions"]["Csv"];
  if (csv["Delimiter"].text().size() == 1) request->delimiter = csv["Delimiter"].text()[0];
  for (size_t i = 0; i < csv["HeaderList"].Count(); ++i) {
    request->header.push_back(csv["HeaderList"].Element(i).Text());
  }
  const Input source = input["S3BucketSource"];
  request->prefix = source["S3KeyPrefix"].text();
  Outcome read = BucketPath(call, source["S3Bucket"].text(), &request->directory);
  return read.ok() ? ReadDefinition(input["TableCreationParameters"], &request->table) : std::move(read);
}

// A page of a list whose elements are named by ids.
template <typename T>
std::pair<size_t, size_t> PageOf(const std::vector<T>& all, const Input& limit, std::string_view token) {
  size_t begin = 0;
  while (begin < all.size() && !token.empty() && all[begin].id <= token) ++begin;
  return {begin, std::min(all.size(), begin + static_cast<size_t>(limit.integer(kMostListed)))};
}

}  // namespace

Outcome ExportTableToPointInTime(Call& call, const Input& input, JsonWriter& out) {
  if (input["ExportFormat"].text() == "ION") return Validation("ExportFormat ION is not supported: DYNAMODB_JSON is");
  if (input["ExportType"].text() == "INCREMENTAL_EXPORT") {
    return Validation("ExportType INCREMENTAL_EXPORT is not supported: FULL_EXPORT is");
  }
  if (input.Has("ExportTime")) {
    return Validation("ExportTime is not supported: the table is exported as it is; restore it to the time first");
  }
  const std::string table = TableNameOf(input["TableArn"]);
  ExportOptions options;
  options.prefix = input["S3Prefix"].text();
  Outcome read = BucketPath(call, input["S3Bucket"].text(), &options.directory);
  if (!read.ok()) return read;
  const Result<ExportDescription> e = call.db->backups().Export(table, options);
  if (e.status().code() == StatusCode::kNotFound) {
    return Exception("TableNotFoundException", fmt::format("Table not found: {}", table));
  }
  if (!e.ok()) return e.status();
  WriteExport(call, *e, out);
  return {};
}

Outcome DescribeExport(Call& call, const Input& input, JsonWriter& out) {
  const std::optional<std::string> id = PartOf(input["ExportArn"].text(), "export");
  if (!id) return Validation(fmt::format("Invalid ExportArn: {}", input["ExportArn"].text()));
  std::vector<ExportDescription> exports;
  Outcome found = AllExports(call, &exports);
  if (!found.ok()) return found;
  for (const ExportDescription& e : exports) {
    if (e.id != *id || e.table != TableNameOf(input["ExportArn"])) continue;
    WriteExport(call, e, out);
    return {};
  }
  return Exception("ExportNotFoundException", fmt::format("Export not found: {}", input["ExportArn"].text()));
}

Outcome ListExports(Call& call, const Input& input, JsonWriter& out) {
  std::vector<ExportDescription> exports;
  Outcome found = AllExports(call, &exports);
  if (!found.ok()) return found;
  const std::string table = TableNameOf(input["TableArn"]);
  std::erase_if(exports, [&](const ExportDescription& e) { return !table.empty() && e.table != table; });
  const auto [begin, end] = PageOf(exports, input["MaxResults"], input["NextToken"].text());
  out.Key("ExportSummaries").BeginArray();
  for (size_t i = begin; i < end; ++i) {
    out.BeginObject().Member("ExportArn", ExportArn(call, exports[i])).Member("ExportStatus", "COMPLETED");
    out.Member("ExportType", "FULL_EXPORT").EndObject();
  }
  out.EndArray();
  if (end < exports.size() && end > begin) out.Member("NextToken", exports[end - 1].id);
  return {};
}

Outcome ImportTable(Call& call, const Input& input, JsonWriter& out) {
  ImportRequest request;
  Outcome read = ReadImport(call, input, &request);
  if (!read.ok()) return read;
  const Result<ImportDescription> i = call.db->backups().Import(request);
  if (!i.ok()) return i.status();
  WriteImport(call, *i, out);
  return {};
}

Outcome DescribeImport(Call& call, const Input& input, JsonWriter& out) {
  const std::optional<std::string> id = PartOf(input["ImportArn"].text(), "import");
  if (!id) return Validation(fmt::format("Invalid ImportArn: {}", input["ImportArn"].text()));
  for (const ImportDescription& i : call.db->backups().Imports()) {
    if (i.id != *id || i.table != TableNameOf(input["ImportArn"])) continue;
    WriteImport(call, i, out);
    return {};
  }
  return Exception("ImportNotFoundException", fmt::format("Import not found: {}", input["ImportArn"].text()));
}

Outcome ListImports(Call& call, const Input& input, JsonWriter& out) {
  std::vector<ImportDescription> imports = call.db->backups().Imports();
  const std::string table = TableNameOf(input["TableArn"]);
  std::erase_if(imports, [&](const ImportDescription& i) { return !table.empty() && i.table != table; });
  const auto [begin, end] = PageOf(imports, input["PageSize"], input["NextToken"].text());
  out.Key("ImportSummaryList").BeginArray();
  for (size_t n = begin; n < end; ++n) {
    const ImportDescription& i = imports[n];
    out.BeginObject().Member("ImportArn", ImportArn(call, i)).Member("ImportStatus", "COMPLETED");
    out.Member("TableArn", TableArn(call, i.table));
    WriteSource(i, out);
    out.Member("InputFormat", FormatOf(i));
    out.Key("StartTime").Time(i.started_ms);
    out.Key("EndTime").Time(i.ended_ms);
    out.EndObject();
  }
  out.EndArray();
  if (end < imports.size() && end > begin) out.Member("NextToken", imports[end - 1].id);
  return {};
}

}  // namespace parton::server
