// COPY from a file into a table.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "executor/commands.h"
#include "executor/copy_options.h"
#include "executor/file_source.h"
#include "executor/load.h"
#include "executor/record_reader.h"
#include "types/item_builder.h"

namespace parton {

namespace commands {

namespace {

constexpr size_t kGuessRecords = 1000;
constexpr size_t kPreviewRecords = 10;

// Keeps what is read until Rewind, to give it once more: also pipes can be looked into first.
class RewindableSource final : public ByteSource {
 public:
  explicit RewindableSource(FileSource* file) : file_(file) {}
  Result<size_t> Read(char* buffer, size_t n) override {
    if (at_ < seen_.size()) {
      const size_t got = std::min(n, seen_.size() - at_);
      seen_.copy(buffer, got, at_);
      at_ += got;
      if (!keeping_ && at_ == seen_.size()) std::string().swap(seen_), at_ = 0;
      return got;
    }
    PARTON_ASSIGN_OR_RETURN(size_t got, file_->Read(buffer, n));
    if (keeping_) {
      seen_.append(buffer, got);
      at_ = seen_.size();
    }
    return got;
  }
  void Rewind() {
    at_ = 0;
    keeping_ = false;
  }

 private:
  FileSource* file_;
  std::string seen_;
  size_t at_ = 0;
  bool keeping_ = true;
};

CsvType CsvTypeOfKey(KeyType type) {
  switch (type) {
    case KeyType::kNumber: return CsvType::kNumber;
    case KeyType::kBinary: return CsvType::kBinary;
    case KeyType::kString: break;
  }
  return CsvType::kString;
}

// The types of all fields: given ones, those that keys must have, guesses.
Result<std::vector<std::pair<std::string, CsvType>>> CsvTypes(const TableSchema& table, const CopyFromOptions& options,
                                                              ByteSource* source) {
  CsvOptions plain = options.csv;
  plain.types.clear();
  PARTON_ASSIGN_OR_RETURN(auto types, GuessCsvTypes(source, std::move(plain), options.infer ? kGuessRecords : 1));
  for (auto& field : types) {
    if (!options.infer) field.second = CsvType::kString;
    auto key = [&field](const KeyAttribute& k) {
      if (k.name == field.first) field.second = CsvTypeOfKey(k.type);
    };
    for (const IndexSchema& index : table.indexes) {
      key(index.key.hash);
      if (index.key.range) key(*index.key.range);
    }
    key(table.key.hash);
    if (table.key.range) key(*table.key.range);
  }
  for (const auto& given : options.csv.types) {
    auto it = std::find_if(types.begin(), types.end(), [&given](const auto& t) { return t.first == given.first; });
    if (it == types.end()) {
      types.push_back(given);  // the reader says what is wrong with it
    } else {
      it->second = given.second;
    }
  }
  return types;
}

std::string Shown(const std::vector<std::pair<std::string, CsvType>>& types) {
  std::string text = "fields: ";
  for (const auto& [name, type] : types) {
    if (&name != &types[0].first) text += ", ";
    text += fmt::format("{} {}", name, CsvTypeName(type));
  }
  return text;
}

// A file is known by its whole name, and by size and time to be the same still.
void NameLoad(const std::string& file, LoadOptions* load) {
  struct stat info;
  char* whole = realpath(file.c_str(), nullptr);
  if (whole == nullptr) return;
  if (stat(whole, &info) == 0 && S_ISREG(info.st_mode)) {
    load->note_name = whole;
    load->file_mark = fmt::format("{} bytes, changed {}.{:09}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }
  free(whole);
}

Status Preview(RecordReader* reader, Execution* result) {
  std::vector<Value> rows;
  while (rows.size() < kPreviewRecords) {
    Value row;
    PARTON_ASSIGN_OR_RETURN(bool more, reader->Next(&row));
    if (!more) break;
    rows.push_back(std::move(row).Own());
  }
  result->SetRows(std::move(rows), {}, true);
  return Status::Ok();
}

Status SkipRecords(RecordReader* reader, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    Result<bool> more = reader->Skip();
    if (!more.ok() && !reader->recoverable()) return std::move(more).status();
    if (more.ok() && !*more) break;
  }
  return Status::Ok();
}

Status LoadRecords(RecordReader* reader, const NameTable* names, Loader* loader) {
  ItemBuilder builder(names);
  for (;;) {
    Value record;
    Result<bool> more = reader->NextItem(&builder, &record);
    if (more.ok() && !*more) return loader->Finish();
    if (more.ok()) {
      PARTON_RETURN_IF_ERROR(loader->Add(std::move(record), reader->line(), reader->text()));
    } else if (reader->recoverable()) {
      PARTON_RETURN_IF_ERROR(loader->AddBad(std::move(more).status(), reader->line(), reader->text()));
    } else {
      return loader->Abandon(std::move(more).status());
    }
  }
}

}  // namespace

Status CopyFrom(const ast::CopyFrom& s, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  PARTON_ASSIGN_OR_RETURN(CopyFromOptions options, ParseCopyFrom(s.options, s.file));
  auto opened = OpenFileSource(s.file);
  if (!opened.ok()) return std::move(opened).status().At(s.file_span);
  const std::unique_ptr<FileSource> file = *std::move(opened);
  RewindableSource source(file.get());
  if (options.format == FileFormat::kCsv) {
    PARTON_ASSIGN_OR_RETURN(options.csv.types, CsvTypes(*table, options, &source));
    if (!options.csv.types.empty() && (options.infer || options.preview)) {
      result->AddNotice(Shown(options.csv.types));
    }
  }
  source.Rewind();
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader,
                          MakeRecordReader(&source, options.format, options.csv));
  if (options.preview) return Preview(reader.get(), result);

  NameLoad(s.file, &options.load);
  Loader loader(table, options.load, result);
  uint64_t done = 0;
  if (options.resume) {
    PARTON_ASSIGN_OR_RETURN(std::optional<uint64_t> before, loader.Interrupted());
    if (!before) result->AddNotice("no load of this file was interrupted: it starts at the beginning");
    done = before.value_or(0);
  }
  PARTON_RETURN_IF_ERROR(loader.Begin(done));
  PARTON_RETURN_IF_ERROR(SkipRecords(reader.get(), done));
  loader.SetFraction([&] {
    return file->size() == 0 ? 0 : static_cast<double>(file->consumed()) / static_cast<double>(file->size());
  });
  PARTON_RETURN_IF_ERROR(LoadRecords(reader.get(), &result->connection().store().names(), &loader));
  result->SetAffected(loader.loaded());
  loader.AddNotices();
  return Status::Ok();
}

}  // namespace commands
}  // namespace parton
