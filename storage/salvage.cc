#include "storage/salvage.h"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "storage/engine.h"
#include "storage/key_codec.h"
#include "storage/log_scan.h"
#include "storage/open_directory.h"
#include "types/item_codec.h"
#include "types/varint.h"

namespace parton {

namespace {

namespace fs = std::filesystem;

Status Failed(std::string message) { return Status(StatusCode::kOpenFailed, std::move(message)); }

// Keeps what LevelDB says of losses while it repairs.
class LossLog final : public leveldb::Logger {
 public:
  void Logv(const char* format, va_list arguments) override {
    char line[512];
    (void)std::vsnprintf(line, sizeof line, format, arguments);
    const std::string_view text = line;
    for (std::string_view loss : {"dropping", "ignoring", "unparsable", "entries repaired"}) {
      if (text.find(loss) == std::string_view::npos) continue;
      lines_.emplace_back(text.substr(0, text.find_last_not_of('\n') + 1));
      return;
    }
  }
  std::vector<std::string>& lines() { return lines_; }

 private:
  std::vector<std::string> lines_;
};

bool IsDataFile(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::string suffix = file.extension().string();
  return suffix == ".ldb" || suffix == ".sst" || suffix == ".log" || name.starts_with("MANIFEST-") || name == "CURRENT";
}

Status CopyFiles(const std::string& from, const std::string& into) {
  size_t copied = 0;
  for (const fs::directory_entry& file : fs::directory_iterator(from)) {
    if (!file.is_regular_file() || !IsDataFile(file.path())) continue;
    fs::copy_file(file.path(), fs::path(into) / file.path().filename());
    ++copied;
  }
  return copied != 0 ? Status::Ok() : Failed("'" + from + "' holds no database");
}

// LevelDB's repair takes damaged records of logs for what they are not: it gets to see good ones only.
Status CleanLogs(const std::string& path, std::vector<std::string>* lost) {
  for (const fs::directory_entry& file : fs::directory_iterator(path)) {
    if (file.path().extension() != ".log") continue;
    const std::string name = file.path().string();
    std::string bytes;
    PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::ReadFileToString(leveldb::Env::Default(), name, &bytes)));
    size_t gaps = 0;
    const std::string good = GoodRecords(bytes, &gaps);
    if (gaps == 0) continue;
    lost->push_back(file.path().filename().string() + ": commits in " + std::to_string(gaps) + " place" +
                    (gaps == 1 ? "" : "s") + " of the log cannot be read");
    PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::WriteStringToFile(leveldb::Env::Default(), good, name)));
  }
  return Status::Ok();
}

// One more than the greatest name id in an item's bytes.
uint32_t NamesIn(std::string_view item) {
  if (item.empty() || item[0] != kItemVersion) return 0;
  uint32_t names = 0;
  const char* p = item.data() + 1;
  const char* const end = item.data() + item.size();
  while (p != nullptr && p < end) {
    uint32_t mark;
    p = GetVarint(p, end, &mark);
    if (p == nullptr || mark == 0) break;  // behind all ids: names in full
    if (mark <= NameTable::kMaxNames) names = std::max(names, mark);
    p = SkipValue(p, end);
  }
  return names;
}

// Names that were in a lost record get others, so that the ones behind them keep their numbers.
Status FillNames(leveldb::DB* db, std::vector<std::string>* lost) {
  std::set<std::string> known;
  std::set<uint32_t> ids;
  uint32_t wanted = 0;
  std::unique_ptr<leveldb::Iterator> it(db->NewIterator(leveldb::ReadOptions()));
  const std::string names = SpacePrefix(KeySpace::kName), items = SpacePrefix(KeySpace::kItem);
  for (it->Seek(names); it->Valid() && it->key().starts_with(names); it->Next()) {
    if (it->key().size() != kPrefixBytes) continue;
    const uint32_t id = ReadU32(ToView(it->key()).substr(1));
    ids.insert(id);
    known.insert(it->value().ToString());
    wanted = std::max(wanted, id);
  }
  for (it->Seek(items); it->Valid() && it->key().starts_with(items); it->Next()) {
    wanted = std::max(wanted, NamesIn(ToView(it->value())));
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  leveldb::WriteBatch batch;
  for (uint32_t id = 0; id < wanted; ++id) {
    if (ids.contains(id)) continue;
    std::string name = "lost_name_" + std::to_string(id);
    while (known.contains(name)) name += '_';
    std::string key = names;
    AppendU32(id, &key);
    batch.Put(key, name);
    lost->push_back("the name of an attribute is not known any more: it is " + name + " now");
  }
  leveldb::WriteOptions synced;
  synced.sync = true;
  return FromLevelDb(db->Write(synced, &batch));
}

Result<std::vector<std::string>> SalvageFiles(const std::string& from, const std::string& into) {
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<OpenDirectory> held, OpenDirectory::ForWriting(from));
  PARTON_RETURN_IF_ERROR(CopyFiles(from, into));
  std::vector<std::string> lost;
  PARTON_RETURN_IF_ERROR(CleanLogs(into, &lost));
  LossLog log;
  const std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
  leveldb::Options options;
  options.info_log = &log;
  options.filter_policy = filter.get();
  PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::RepairDB(into, options)));
  leveldb::DB* opened = nullptr;
  PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::DB::Open(options, into, &opened)));
  const std::unique_ptr<leveldb::DB> db(opened);
  lost.insert(lost.end(), log.lines().begin(), log.lines().end());
  fs::remove_all(fs::path(into) / "lost");
  PARTON_RETURN_IF_ERROR(FillNames(db.get(), &lost));
  return lost;
}

}  // namespace

Result<std::vector<std::string>> SalvageStore(const std::string& from, const std::string& into) {
  std::error_code error;
  if (!fs::is_directory(from, error)) return Failed("there is no directory '" + from + "'");
  if (fs::exists(into, error)) {
    return Failed("'" + into + "' exists already").WithHint("what is saved goes into a new directory");
  }
  if (!fs::create_directories(into, error)) return Failed("cannot make '" + into + "': " + error.message());
  Result<std::vector<std::string>> lost = Status();
  try {
    lost = SalvageFiles(from, into);
  } catch (const fs::filesystem_error& e) {
    lost = Status(StatusCode::kIoError, std::string("cannot copy the database: ") + e.what());
  }
  if (!lost.ok()) fs::remove_all(into, error);
  return lost;
}

}  // namespace parton
