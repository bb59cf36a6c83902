#include "session/transfer/export_s3.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "io/file_md5.h"
#include "io/file_sink.h"
#include "session/database_state.h"
#include "session/tables/table_description.h"
#include "types/expr/evaluate.h"
#include "types/item/item_rules.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

// "01712345678901-1a2b3c4d", as in the ARNs of exports.
std::string NewId(int64_t now_ms) {
  std::random_device random;
  return fmt::format("{:014}-{:08x}", now_ms, random());
}

std::string Text(int64_t ms) { return StreamLabel(ms) + "Z"; }

Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? Status::IoError(fmt::format("cannot make {}: {}", path, error.message())) : Status::Ok();
}

// A path below the directory, and nowhere else.
Status CheckPrefix(const std::string& prefix) {
  const std::filesystem::path path(prefix);
  for (const std::filesystem::path& part : path) {
    if (part == ".." || part == "." || part.is_absolute()) {
      return Status::Validation(fmt::format("the prefix of an export is a path below its directory: {}", prefix));
    }
  }
  return path.is_absolute() ? Status::Validation("the prefix of an export does not begin with /") : Status::Ok();
}

class Exporter {
 public:
  Exporter(DatabaseState* db, const ExportOptions& options) : db_(db), options_(options) {}

  Result<ExportDescription> Run(std::string_view table_name) {
    PARTON_RETURN_IF_ERROR(CheckPrefix(options_.prefix));
    PARTON_ASSIGN_OR_RETURN(const TablePtr table, db_->store->GetTable(table_name));
    out_.table = table->name;
    out_.table_id = DescribeSchema(*table).id;
    out_.options = options_;
    out_.started_ms = db_->clock->NowMs();
    out_.id = NewId(out_.started_ms);
    key_ = options_.prefix.empty() ? "" : options_.prefix + "/";
    key_ += "AWSDynamoDB/" + out_.id + "/";
    PARTON_RETURN_IF_ERROR(files().MayWrite(PathOf("manifest-summary.json")));
    PARTON_RETURN_IF_ERROR(MakeDirectory(PathOf("data")));
    const std::string data = "data/" + out_.id.substr(out_.id.find('-') + 1) + ".json.gz";
    PARTON_RETURN_IF_ERROR(WriteItems(*table, PathOf(data)));
    PARTON_RETURN_IF_ERROR(WriteManifests(data));
    out_.manifest = key_ + "manifest-summary.json";
    return std::move(out_);
  }

 private:
  const FileAccess& files() const { return db_->options.files; }
  std::string PathOf(const std::string& name) const { return options_.directory + "/" + key_ + name; }

  Status WriteItems(const TableSchema& table, const std::string& path) {
    FileSink sink;
    PARTON_RETURN_IF_ERROR(sink.Open(path, Compression::kGzip, files()));
    const std::unique_ptr<ReadView> view = db_->store->NewView();
    CursorSpec spec;
    spec.table = std::make_shared<const TableSchema>(table);
    spec.fill_cache = false;
    EvalContext ctx;
    PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ItemCursor> cursor, db_->store->OpenCursor(*view, spec, &ctx, 0));
    Value item;
    std::string line;
    while (cursor->Next(&item)) {
      line = "{\"Item\":";
      PARTON_RETURN_IF_ERROR(item.AppendDynamoItem(&line));
      line += "}\n";
      PARTON_RETURN_IF_ERROR(sink.Write(line));
      ++out_.item_count;
      out_.size_bytes += ItemSize(item);
    }
    PARTON_RETURN_IF_ERROR(cursor->status());
    return sink.Finish();
  }

  Status WriteFile(const std::string& name, const std::string& text) {
    FileSink sink;
    PARTON_RETURN_IF_ERROR(sink.Open(PathOf(name), Compression::kNone, files()));
    PARTON_RETURN_IF_ERROR(sink.Write(text));
    return sink.Finish();
  }

  // With the .md5 beside it.
  Status WriteManifest(const std::string& name, const Value& value) {
    PARTON_RETURN_IF_ERROR(WriteFile(name + ".json", value.ToJson() + "\n"));
    PARTON_ASSIGN_OR_RETURN(const std::string md5, Md5OfFile(PathOf(name + ".json"), files()));
    return WriteFile(name + ".md5", md5);
  }

  Status WriteManifests(const std::string& data) {
    PARTON_ASSIGN_OR_RETURN(const std::string md5, Md5OfFile(PathOf(data), files()));
    const Value items = Value::Int(static_cast<int64_t>(out_.item_count));
    PARTON_RETURN_IF_ERROR(
        WriteManifest("manifest-files", Value::Struct({{"itemCount", items},
                                                       {"md5Checksum", Value::String(md5)},
                                                       {"etag", Value::String(md5)},
                                                       {"dataFileS3Key", Value::String(key_ + data)}})));
    out_.ended_ms = db_->clock->NowMs();
    const std::string arn = "arn:parton:local:table/" + out_.table;
    return WriteManifest(
        "manifest-summary",
        Value::Struct({{"version", Value::String("2020-06-30")},
                       {"exportArn", Value::String(arn + "/export/" + out_.id)},
                       {"startTime", Value::String(Text(out_.started_ms))},
                       {"endTime", Value::String(Text(out_.ended_ms))},
                       {"tableArn", Value::String(arn)},
                       {"tableId", Value::String(out_.table_id)},
                       {"exportTime", Value::String(Text(out_.started_ms))},
                       {"s3Bucket", Value::String(std::filesystem::path(options_.directory).filename().string())},
                       {"s3Prefix", options_.prefix.empty() ? Value::Null() : Value::String(options_.prefix)},
                       {"s3SseAlgorithm", Value::Null()},
                       {"s3SseKmsKeyId", Value::Null()},
                       {"manifestFilesS3Key", Value::String(key_ + "manifest-files.json")},
                       {"billedSizeBytes", Value::Int(static_cast<int64_t>(out_.size_bytes))},
                       {"itemCount", items},
                       {"outputFormat", Value::String("DYNAMODB_JSON")},
                       {"exportType", Value::String("FULL_EXPORT")}}));
  }

  DatabaseState* db_;
  const ExportOptions& options_;
  std::string key_;  // of the export's folder in the bucket, with a / behind it
  ExportDescription out_;
};

}  // namespace

Result<ExportDescription> ExportTable(DatabaseState* db, std::string_view table, const ExportOptions& options) {
  return Exporter(db, options).Run(table);
}

namespace {

constexpr std::string_view kSummary = "manifest-summary.json";

std::string TextOf(const Value& v, std::string_view name) {
  const Value text = v.Get(name);
  return text.is_text() ? std::string(text.bytes()) : std::string();
}

int64_t NumberOf(const Value& v, std::string_view name) {
  const Value n = v.Get(name);
  return n.is_small_int() ? n.int_value() : 0;
}

// "2026-01-31T12:00:00.000Z"; 0: it is no such time.
int64_t TimeOf(const std::string& text) {
  std::tm utc{};
  int milliseconds = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour,
                  &utc.tm_min, &utc.tm_sec, &milliseconds) < 6) {
    return 0;
  }
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return static_cast<int64_t>(timegm(&utc)) * 1000 + milliseconds;
}

// nullopt: it is no summary that Export wrote.
std::optional<ExportDescription> ReadSummary(const std::string& root, const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Result<Value> summary = ParseJson(text);
  if (!summary.ok() || !summary->is_struct()) return std::nullopt;
  const std::string arn = TextOf(*summary, "tableArn");
  ExportDescription e;
  e.id = path.parent_path().filename().string();
  e.table = arn.substr(arn.rfind('/') + 1);
  e.table_id = TextOf(*summary, "tableId");
  e.manifest = std::filesystem::relative(path, root).string();
  e.item_count = static_cast<uint64_t>(NumberOf(*summary, "itemCount"));
  e.size_bytes = static_cast<uint64_t>(NumberOf(*summary, "billedSizeBytes"));
  e.started_ms = TimeOf(TextOf(*summary, "startTime"));
  e.ended_ms = TimeOf(TextOf(*summary, "endTime"));
  e.options.directory = root;
  e.options.prefix = TextOf(*summary, "s3Prefix");
  return e.table.empty() ? std::nullopt : std::optional(std::move(e));
}

}  // namespace

Result<std::vector<ExportDescription>> FindExports(DatabaseState* db, const std::string& directory) {
  PARTON_RETURN_IF_ERROR(db->options.files.MayRead(directory));
  std::vector<ExportDescription> found;
  std::error_code error;
  std::filesystem::recursive_directory_iterator it(directory, error), end;
  for (; !error && it != end; it.increment(error)) {
    const std::filesystem::path& path = it->path();
    if (path.filename() != kSummary || path.parent_path().parent_path().filename() != "AWSDynamoDB") continue;
    if (std::optional<ExportDescription> e = ReadSummary(directory, path)) found.push_back(std::move(*e));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Status::IoError(fmt::format("cannot read {}: {}", directory, error.message()));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return found;
}

}  // namespace parton
