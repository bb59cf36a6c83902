// COPY from a file into a table.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "io/file_source.h"
#include "io/record_reader.h"
#include "session/commands/commands.h"
#include "session/transfer/copy_options.h"
#include "session/transfer/copy_remote.h"
#include "session/transfer/copy_types.h"
#include "session/transfer/load.h"
#include "session/transfer/records_ahead.h"
#include "storage/attached_stores.h"
#include "storage/remote/remote_store.h"
#include "types/item/item_builder.h"

namespace parton {

namespace commands {

namespace {

constexpr size_t kPreviewRecords = 10;

// A file is known by its whole name, and by size and time to be the same still.
void NameLoad(const std::string& file, LoadOptions* load) {
  struct stat info;
  char* whole = realpath(file.c_str(), nullptr);
  if (whole == nullptr) return;
  if (stat(whole, &info) == 0 && S_ISREG(info.st_mode)) {
    load->note_name = whole;
    load->file_mark =
        fmt::format("{} bytes, changed {}.{:09}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }
  free(whole);
}

Status Preview(RecordReader* reader, const CommandContext& context) {
  std::vector<Value> rows;
  while (rows.size() < kPreviewRecords) {
    Value row;
    PARTON_ASSIGN_OR_RETURN(bool more, reader->Next(&row));
    if (!more) break;
    rows.push_back(std::move(row).Own());
  }
  context.result.SetRows(std::move(rows), {}, true);
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
  // A store of plain values has no names: the builder then makes none of its items.
  const NameTable none;
  ItemBuilder builder(names != nullptr ? names : &none);
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

Status LoadAhead(RecordsAhead* ahead, Loader* loader) {
  while (RecordsAhead::Record* record = ahead->Next()) {
    if (record->error.ok()) {
      PARTON_RETURN_IF_ERROR(loader->Add(std::move(record->item), record->line, record->text));
    } else if (record->recoverable) {
      PARTON_RETURN_IF_ERROR(loader->AddBad(std::move(record->error), record->line, record->text));
    } else {
      return loader->Abandon(std::move(record->error));
    }
  }
  return loader->Finish();
}

// A second thread is worth its start, allowed, and may be waited for: a file of the disk has a size.
bool ReadsAhead(const FileSource& file, const Settings& settings) {
  constexpr uint64_t kWorthwhile = uint64_t{256} << 10;
  const int threads = settings.threads > 0 ? settings.threads : static_cast<int>(std::thread::hardware_concurrency());
  return file.size() >= kWorthwhile && threads > 1;
}

}  // namespace

Status CopyFrom(const ast::CopyFrom& s, const CommandContext& given, RunningPlan& run) {
  if (IsRemotePath(s.file)) return PullTable(s, given, run);
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, given));
  TableStore* store = nullptr;
  std::tie(store, table) = AttachedStores::OwnerOf(&given.store, table);
  const CommandContext context = OnStore(given, store);
  PARTON_ASSIGN_OR_RETURN(CopyFromOptions options, ParseCopyFrom(s.options, s.file));
  auto opened = OpenFileSource(s.file, context.files);
  if (!opened.ok()) return std::move(opened).status().At(s.file_span);
  const std::unique_ptr<FileSource> file = *std::move(opened);
  RewindableSource source(file.get());
  if (options.format == FileFormat::kCsv) {
    PARTON_RETURN_IF_ERROR(DecideCsvTypes(table, s.file, &source, &options, context));
  }
  source.Rewind();
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader, MakeRecordReader(&source, options.format, options.csv));
  if (options.preview) return Preview(reader.get(), context);

  NameLoad(s.file, &options.load);
  options.load.can_skip = true;
  if (options.load.rate > 0 && store->capabilities().bulk == nullptr) {
    return Status::Validation("RATE is for tables of a remote engine", s.file_span);
  }
  PARTON_RETURN_IF_ERROR(CheckOneDatabase(given, *store, run));
  Loader loader(table, options.load, context, run);
  uint64_t done = 0;
  if (options.resume) {
    PARTON_ASSIGN_OR_RETURN(std::optional<uint64_t> before, loader.Interrupted());
    if (!before) context.result.AddNotice("no load of this file was interrupted: it starts at the beginning");
    done = before.value_or(0);
  }
  done = std::max(done, options.skip);
  PARTON_RETURN_IF_ERROR(loader.Begin(done));
  PARTON_RETURN_IF_ERROR(SkipRecords(reader.get(), done));
  const uint64_t size = file->size();
  const auto share = [size](uint64_t consumed) {
    return size == 0 ? 0 : static_cast<double>(consumed) / static_cast<double>(size);
  };
  if (ReadsAhead(*file, *run.settings())) {
    RecordsAhead ahead(reader.get(), context.store.names(), [&] { return file->consumed(); });
    loader.SetFraction([&] { return share(ahead.consumed()); });
    PARTON_RETURN_IF_ERROR(LoadAhead(&ahead, &loader));
  } else {
    loader.SetFraction([&] { return share(file->consumed()); });
    PARTON_RETURN_IF_ERROR(LoadRecords(reader.get(), context.store.names(), &loader));
  }
  context.result.SetAffected(loader.loaded());
  loader.AddNotices();
  return Status::Ok();
}

}  // namespace commands
}  // namespace parton
