#include "session/transfer/import_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "io/file_source.h"
#include "io/record_reader.h"
#include "session/database_state.h"
#include "session/tables/schema_builder.h"
#include "session/tables/table_description.h"
#include "session/transfer/unfinished_import.h"
#include "types/expr/evaluate.h"

namespace parton {

namespace {

constexpr size_t kBatch = 500;

// Files whose path below the directory begins with the prefix, in order.
Result<std::vector<std::string>> FilesOf(const ImportRequest& request) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator it(request.directory, error), end;
  for (; !error && it != end; it.increment(error)) {
    const std::string key = it->path().lexically_relative(request.directory).string();
    std::error_code ignored;
    if (key.starts_with(request.prefix) && it->is_regular_file(ignored)) files.push_back(it->path().string());
  }
  if (error) return Status::IoError(fmt::format("cannot read {}: {}", request.directory, error.message()));
  if (files.empty()) {
    return Status::Validation(
        fmt::format("there are no files in {} whose names begin with {}", request.directory, request.prefix));
  }
  std::sort(files.begin(), files.end());
  return files;
}

CsvOptions CsvOptionsOf(const ImportRequest& request, const TableSchema& table) {
  CsvOptions csv;
  csv.delimiter = request.delimiter;
  csv.columns = request.header;
  csv.header = request.header.empty();
  csv.empty_is_absent = true;
  // All others are texts.
  for (const AttributeDefinition& a : DescribeSchema(table).definition.attributes) {
    if (a.type == KeyType::kNumber) csv.types.emplace_back(a.name, CsvType::kNumber);
    if (a.type == KeyType::kBinary) csv.types.emplace_back(a.name, CsvType::kBinary);
  }
  return csv;
}

class Importer {
 public:
  Importer(DatabaseState* db, const ImportRequest& request, TablePtr table)
      : db_(db), request_(request), table_(std::move(table)) {}

  Status Run(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      Status s = Load(file);
      if (!s.ok()) return Status(s.code(), fmt::format("{}: {}", file, s.message()), {}, s.hint());
    }
    return Flush();
  }
  ImportDescription& out() { return out_; }

 private:
  Status Load(const std::string& file) {
    std::error_code ignored;
    out_.processed_bytes += std::filesystem::file_size(file, ignored);
    PARTON_ASSIGN_OR_RETURN(const auto source, OpenFileSource(file, db_->options.files));
    const bool csv = request_.format == ImportRequest::Format::kCsv;
    PARTON_ASSIGN_OR_RETURN(const auto reader,
                            MakeRecordReader(source.get(), csv ? FileFormat::kCsv : FileFormat::kDdbJson,
                                             csv ? CsvOptionsOf(request_, *table_) : CsvOptions()));
    while (true) {
      Value item;
      Result<bool> more = reader->Next(&item);
      if (more.ok() && !*more) return Status::Ok();
      if (!more.ok() && !reader->recoverable()) return std::move(more).status();
      ++out_.processed_count;
      if (!more.ok()) {
        Bad(more.status());
        continue;
      }
      WriteOp& op = ops_.emplace_back();
      op.kind = WriteOp::Kind::kPut;
      op.table = table_;
      op.item = std::move(item).Own();
      if (ops_.size() == kBatch) PARTON_RETURN_IF_ERROR(Flush());
    }
  }

  void Bad(const Status& reason) {
    ++out_.error_count;
    if (out_.first_error.empty()) out_.first_error = reason.message();
  }

  // Items that the table does not take are left out.
  Status Flush() {
    while (!ops_.empty()) {
      EvalContext ctx;
      WriteOptions options;
      options.collect_reasons = true;
      options.sequential = true;
      const Status written = db_->store->Write(ops_, ctx, options).status();
      if (written.ok()) break;
      const std::vector<Status>& reasons = written.reasons();
      if (reasons.size() != ops_.size()) return written;
      std::vector<WriteOp> good;
      for (size_t i = 0; i < ops_.size(); ++i) {
        if (reasons[i].ok()) {
          good.push_back(std::move(ops_[i]));
        } else {
          Bad(reasons[i]);
        }
      }
      if (good.size() == ops_.size()) return written;
      ops_ = std::move(good);
    }
    out_.imported_count += ops_.size();
    ops_.clear();
    return Status::Ok();
  }

  DatabaseState* db_;
  const ImportRequest& request_;
  const TablePtr table_;
  std::vector<WriteOp> ops_;
  ImportDescription out_;
};

}  // namespace

Result<ImportDescription> ImportFiles(DatabaseState* db, const ImportRequest& request) {
  PARTON_RETURN_IF_ERROR(db->options.files.MayRead(request.directory));
  const int64_t started = db->clock->NowMs();
  PARTON_ASSIGN_OR_RETURN(TableSchema schema, MakeSchema(request.table));
  PARTON_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(request));
  UnfinishedImport import(db->store.get());
  PARTON_RETURN_IF_ERROR(import.Begin());
  schema.options[std::string(kImportMark)] = import.mark();
  Result<TablePtr> table = db->store->CreateTable(std::move(schema));
  if (!table.ok()) {
    import.Undo();
    return std::move(table).status();
  }
  Importer importer(db, request, *table);
  const Status loaded = importer.Run(files);
  if (!loaded.ok()) {
    import.Undo();
    return loaded;
  }
  PARTON_RETURN_IF_ERROR(import.Finish());
  ImportDescription& out = importer.out();
  std::random_device random;
  out.request = request;
  out.started_ms = started;
  out.ended_ms = db->clock->NowMs();
  out.id = fmt::format("{:014}-{:08x}", started, random());
  out.table = (*table)->name;
  out.table_id = DescribeSchema(**table).id;
  return std::move(out);
}

}  // namespace parton
