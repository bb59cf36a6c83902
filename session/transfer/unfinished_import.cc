#include "session/transfer/unfinished_import.h"

#include <fmt/format.h>

#include <random>
#include <set>
#include <vector>

#include "session/transfer/import_records.h"
#include "storage/record_store.h"

namespace parton {

namespace {

// No table has the id 0.
RecordKey RecordOf(const std::string& mark) { return RecordKey::Load(0, mark); }

std::string MarkOf(const TableSchema& table) {
  const auto found = table.options.find(std::string(kImportMark));
  return found == table.options.end() ? std::string() : found->second;
}

Status TakeMarkOff(TableStore* store, const std::string& table) {
  return store->admin().AlterTable(table, [](TableSchema* schema) {
    schema->options.erase(std::string(kImportMark));
    return Status::Ok();
  });
}

}  // namespace

UnfinishedImport::UnfinishedImport(TableStore* store) : store_(store) {
  std::random_device random;
  mark_ = fmt::format("import-{:08x}{:08x}", random(), random());
}

Status UnfinishedImport::Begin() { return store_->records().Write({{RecordOf(mark_), std::string()}}); }

Status UnfinishedImport::Finish() {
  PARTON_RETURN_IF_ERROR(store_->records().Write({{RecordOf(mark_), std::nullopt}}));
  // A mark without a record means nothing: one that stays on is taken off later.
  for (const TablePtr& table : store_->Tables()) {
    if (MarkOf(*table) == mark_) (void)TakeMarkOff(store_, table->name);
  }
  return Status::Ok();
}

void UnfinishedImport::Undo() {
  bool all = true;
  for (const TablePtr& table : store_->Tables()) {
    if (MarkOf(*table) == mark_) all = store_->admin().DropTable(table->name).ok() && all;
  }
  if (all) (void)store_->records().Write({{RecordOf(mark_), std::nullopt}});
}

Status DropUnfinishedImports(TableStore* store) {
  PARTON_ASSIGN_OR_RETURN(std::vector<StoredRecord> records, store->records().List(RecordOf("")));
  std::set<std::string> unfinished;
  for (const StoredRecord& record : records) {
    if (!record.key.name.starts_with(kDoneImport)) unfinished.insert(record.key.name);
  }
  for (const TablePtr& table : store->Tables()) {
    const std::string mark = MarkOf(*table);
    if (mark.empty()) continue;
    PARTON_RETURN_IF_ERROR(unfinished.contains(mark) ? store->admin().DropTable(table->name)
                                                     : TakeMarkOff(store, table->name));
  }
  if (unfinished.empty()) return Status::Ok();
  RecordWrites done;
  for (const std::string& mark : unfinished) done[RecordOf(mark)] = std::nullopt;
  return store->records().Write(done);
}

}  // namespace parton
