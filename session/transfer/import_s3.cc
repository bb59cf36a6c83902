// Exports of DynamoDB to S3: a folder with
//   manifest-summary.json   what was exported, how many items, where the list of files is
//   manifest-files.json     a line per data file: its key in the bucket, items, MD5 in base64
//   *.md5                   the MD5 of both, in base64
//   data/*.json.gz          lines {"Item": {...}}
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "io/file_md5.h"
#include "io/file_source.h"
#include "io/record_reader.h"
#include "parton/files.h"
#include "session/transfer/import_formats.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

struct DataFile {
  std::string path;
  std::string md5;  // base64
  uint64_t items = 0;
};

struct Manifest {
  std::string folder;
  uint64_t items = 0;
  std::vector<DataFile> files;
};

Result<std::string> ReadSmallFile(const std::string& path, const FileAccess& access) {
  PARTON_ASSIGN_OR_RETURN(auto file, OpenFileSource(path, access));
  std::string text;
  char buffer[64 << 10];
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(size_t got, file->Read(buffer, sizeof(buffer)));
    if (got == 0) return text;
    text.append(buffer, got);
  }
}

std::string_view Trimmed(std::string_view s) {
  while (!s.empty() && (s.back() == '\n' || s.back() == '\r' || s.back() == ' ')) s.remove_suffix(1);
  return s;
}

Status CompareMd5(const std::string& path, std::string_view expected, const FileAccess& access) {
  PARTON_ASSIGN_OR_RETURN(std::string found, Md5OfFile(path, access));
  if (found == expected) return Status::Ok();
  return Status::Corruption(fmt::format("{} is not what was exported: its MD5 is {}, not {}", path, found, expected));
}

// Compares a manifest with the .md5 beside it, if that was downloaded too.
Status CheckManifest(const std::string& path, const FileAccess& access) {
  const std::string sum = path.substr(0, path.size() - std::strlen(".json")) + ".md5";
  struct stat info;
  if (stat(sum.c_str(), &info) != 0) return Status::Ok();
  PARTON_ASSIGN_OR_RETURN(std::string expected, ReadSmallFile(sum, access));
  return CompareMd5(path, Trimmed(expected), access);
}

std::string BaseName(std::string_view key) {
  const size_t slash = key.rfind('/');
  return std::string(slash == std::string_view::npos ? key : key.substr(slash + 1));
}

std::string TextOf(const Value& v, std::string_view name) {
  const Value text = v.Get(name);
  return text.is_text() ? std::string(text.bytes()) : std::string();
}

uint64_t CountOf(const Value& v, std::string_view name) {
  const Value n = v.Get(name);
  return n.is_small_int() && n.int_value() > 0 ? static_cast<uint64_t>(n.int_value()) : 0;
}

Status CheckSummary(const std::string& path, const Value& summary) {
  if (TextOf(summary, "manifestFilesS3Key").empty()) {
    return Status::Validation(path + " is no summary of an export: it names no list of files");
  }
  const std::string format = TextOf(summary, "outputFormat");
  if (format == "ION") {
    return Status::Unsupported("the export is in Ion", {}, "export it once more with --export-format DYNAMODB_JSON");
  }
  if (!format.empty() && format != "DYNAMODB_JSON") return Status::Unsupported("the export is in the format " + format);
  if (const std::string type = TextOf(summary, "exportType"); type == "INCREMENTAL_EXPORT") {
    return Status::Unsupported("the export is an incremental one: it has changes, not items", {},
                               "IMPORT takes full exports (--export-type FULL_EXPORT)");
  }
  return Status::Ok();
}

Result<Manifest> ReadManifest(const std::string& path, const FileAccess& access) {
  Manifest manifest;
  const bool file = path.ends_with(".json");
  manifest.folder = file ? path.substr(0, path.size() - BaseName(path).size()) : path + "/";
  const std::string summary_path = manifest.folder + "manifest-summary.json";
  const std::string list_path = manifest.folder + "manifest-files.json";
  PARTON_ASSIGN_OR_RETURN(std::string text, ReadSmallFile(summary_path, access));
  PARTON_RETURN_IF_ERROR(CheckManifest(summary_path, access));
  Result<Value> summary = ParseJson(text);
  if (!summary.ok()) return Status::Validation(fmt::format("{}: {}", summary_path, summary.status().message()));
  PARTON_RETURN_IF_ERROR(CheckSummary(summary_path, *summary));
  manifest.items = CountOf(*summary, "itemCount");

  PARTON_RETURN_IF_ERROR(CheckManifest(list_path, access));
  PARTON_ASSIGN_OR_RETURN(auto list, OpenFileSource(list_path, access));
  PARTON_ASSIGN_OR_RETURN(auto lines, MakeRecordReader(list.get(), FileFormat::kJsonl, {}));
  for (;;) {
    Value line;
    Result<bool> more = lines->Next(&line);
    if (!more.ok()) return Status::Validation(fmt::format("{}: {}", list_path, more.status().message()));
    if (!*more) return manifest;
    const std::string key = TextOf(line, "dataFileS3Key");
    if (key.empty()) return Status::Validation(fmt::format("{}: line {} names no file", list_path, lines->line()));
    manifest.files.push_back(
        {manifest.folder + "data/" + BaseName(key), TextOf(line, "md5Checksum"), CountOf(line, "itemCount")});
  }
}

Status CheckFiles(const Manifest& manifest, const FileAccess& access) {
  uint64_t items = 0;
  for (const DataFile& file : manifest.files) {
    if (!file.md5.empty()) {
      PARTON_RETURN_IF_ERROR(CompareMd5(file.path, file.md5, access));
    } else {
      PARTON_ASSIGN_OR_RETURN(auto readable, OpenFileSource(file.path, access));
    }
    items += file.items;
  }
  if (items == manifest.items) return Status::Ok();
  return Status::Corruption(
      fmt::format("the export has {} items by its summary and {} by its list of files", manifest.items, items));
}

Status LoadFile(const DataFile& file, const FileAccess& access, Loader* loader) {
  PARTON_ASSIGN_OR_RETURN(auto source, OpenFileSource(file.path, access));
  PARTON_ASSIGN_OR_RETURN(auto reader, MakeRecordReader(source.get(), FileFormat::kDdbJson, {}));
  uint64_t items = 0;
  for (;; ++items) {
    Value item;
    Result<bool> more = reader->Next(&item);
    if (more.ok() && !*more) break;
    if (more.ok()) {
      PARTON_RETURN_IF_ERROR(loader->Add(std::move(item), reader->line(), reader->text()));
    } else if (reader->recoverable()) {
      PARTON_RETURN_IF_ERROR(loader->AddBad(std::move(more).status(), reader->line(), reader->text()));
    } else {
      return loader->Abandon(std::move(more).status());
    }
  }
  if (items == file.items) return Status::Ok();
  return loader->Abandon(Status::Corruption(fmt::format("{} has {} items, not {}", file.path, items, file.items)));
}

}  // namespace

Status ImportS3Export(const std::string& path, TablePtr table, const ImportOptions& options,
                      const CommandContext& context, RunningPlan& run) {
  const FileAccess& access = context.files;
  PARTON_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(path, access));
  PARTON_RETURN_IF_ERROR(CheckFiles(manifest, access));
  Loader loader(std::move(table), options.load, context, run);
  PARTON_RETURN_IF_ERROR(loader.Begin(0));
  const double total = static_cast<double>(manifest.items);
  loader.SetFraction([&] { return total == 0 ? 0 : static_cast<double>(loader.records()) / total; });
  for (const DataFile& file : manifest.files) {
    Status s = LoadFile(file, access, &loader);
    if (!s.ok()) {
      return Status(s.code(), fmt::format("{}: {}", BaseName(file.path), s.message()), {}, s.hint());
    }
  }
  PARTON_RETURN_IF_ERROR(loader.Finish());
  context.result.SetAffected(loader.loaded());
  loader.AddNotices();
  return Status::Ok();
}

}  // namespace parton
