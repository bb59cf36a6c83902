#include "storage/local/recovery/torn_tail.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/recovery/directory_sync.h"
#include "storage/local/recovery/log_scan.h"
#include "storage/local/recovery/manifest.h"

namespace parton {

namespace {

struct NumberedFile {
  uint64_t number;
  std::string name;
};

class TailCutter {
 public:
  TailCutter(leveldb::Env* env, const std::string& path, bool relaxed) : env_(env), path_(path), relaxed_(relaxed) {}

  Status Run() {
    PARTON_RETURN_IF_ERROR(ListFiles());
    PARTON_RETURN_IF_ERROR(CutManifest());
    return CutLogs();
  }

 private:
  Status ListFiles() {
    std::vector<std::string> names;
    PARTON_RETURN_IF_ERROR(FromLevelDb(env_->GetChildren(path_, &names)));
    for (const std::string& name : names) {
      const size_t dot = name.find_first_not_of("0123456789");
      if (dot == 0 || dot == std::string::npos || dot > 19) continue;
      const uint64_t number = std::stoull(name.substr(0, dot));
      const std::string_view suffix = std::string_view(name).substr(dot);
      if (suffix == ".log") logs_.push_back({number, name});
      if (suffix == ".ldb" || suffix == ".sst") tables_.insert(number);
    }
    std::sort(logs_.begin(), logs_.end(),
              [](const NumberedFile& a, const NumberedFile& b) { return a.number < b.number; });
    return Status::Ok();
  }

  Status Read(const std::string& name, std::string* bytes) {
    return FromLevelDb(leveldb::ReadFileToString(env_, path_ + "/" + name, bytes));
  }

  Status CutManifest() {
    std::string name, bytes;
    PARTON_RETURN_IF_ERROR(Read("CURRENT", &name));
    if (!name.ends_with('\n')) return Damaged("CURRENT", 0, "does not name a MANIFEST", kNoRemedy);
    name.pop_back();
    if (!env_->FileExists(path_ + "/" + name)) {
      return Damaged("CURRENT", 0, "names '" + name + "', which is not there", kNoRemedy);
    }
    PARTON_RETURN_IF_ERROR(Read(name, &bytes));
    std::vector<std::string> records;
    const LogScan scan = ScanLog(bytes, &records, LogKind::kManifest);
    for (const std::string& r : records) {
      if (!manifest_.Apply(r)) return Damaged(name, 0, "has a record that makes no sense", kNoRemedy);
    }
    if (records.empty()) return Damaged(name, 0, "has no good record", kNoRemedy);
    if (scan.begins_again) {
      return Damaged(name, scan.good_bytes, "has a bad record with good ones behind it", kNoRemedy);
    }
    // A crash leaves none such: CURRENT names a MANIFEST when it has its second record.
    if (!manifest_.names_log) {
      return Damaged(name, scan.good_bytes, "ends before the record that names the log", kNoRemedy);
    }
    const std::string missing = MissingFile();
    if (!missing.empty()) {
      return Damaged(name, 0,
                     (scan.damaged ? "has a bad record, and names " : "names ") + missing + ", which is not there",
                     kNoRemedy);
    }
    if (!scan.damaged) return Status::Ok();
    return Cut(name, std::string_view(bytes).substr(0, scan.good_bytes));
  }

  // A file that the MANIFEST's good records name and that is gone: they are not all that was there. Empty: none is.
  std::string MissingFile() const {
    const uint64_t log = manifest_.log_number;
    if (log != 0 && std::none_of(logs_.begin(), logs_.end(), [&](const NumberedFile& f) { return f.number == log; })) {
      return "log " + std::to_string(log);
    }
    for (const auto& [table, file] : manifest_.tables) {
      if (!tables_.contains(table)) return "table file " + std::to_string(table);
    }
    return "";
  }

  Status CutLogs() {
    struct Tail {
      std::string name;
      std::string good;
    };
    std::vector<Tail> tails;
    tails.reserve(logs_.size());
    const Tail* torn = nullptr;
    for (const NumberedFile& log : logs_) {
      // Older ones are in tables already and wait for their removal.
      if (log.number < manifest_.log_number) continue;
      std::string bytes;
      PARTON_RETURN_IF_ERROR(Read(log.name, &bytes));
      const LogScan scan = ScanLog(bytes);
      if (torn != nullptr && (scan.records > 0 || scan.begins_again)) {
        return Damaged(torn->name, torn->good.size(), "has a bad record, with good ones in " + log.name, kLogRemedy);
      }
      if (!scan.damaged) continue;
      if (scan.begins_again && !relaxed_) {
        return Damaged(log.name, scan.good_bytes, "has a bad record with good ones behind it", kLogRemedy);
      }
      bytes.resize(torn == nullptr ? scan.good_bytes : 0);
      tails.push_back({log.name, std::move(bytes)});
      // Zeros written ahead are an end, also where it went on in the next log.
      if (torn == nullptr && !scan.zeros_ahead) torn = &tails.back();
    }
    for (const Tail& tail : tails) PARTON_RETURN_IF_ERROR(Cut(tail.name, tail.good));
    return Status::Ok();
  }

  Status Cut(const std::string& name, std::string_view good) {
    // LevelDB takes away files of such a name that are left over.
    const std::string temporary = path_ + "/000000.dbtmp";
    leveldb::WritableFile* opened;
    PARTON_RETURN_IF_ERROR(FromLevelDb(env_->NewWritableFile(temporary, &opened)));
    std::unique_ptr<leveldb::WritableFile> file(opened);
    PARTON_RETURN_IF_ERROR(FromLevelDb(file->Append(ToSlice(good))));
    PARTON_RETURN_IF_ERROR(FromLevelDb(file->Sync()));
    PARTON_RETURN_IF_ERROR(FromLevelDb(file->Close()));
    PARTON_RETURN_IF_ERROR(FromLevelDb(env_->RenameFile(temporary, path_ + "/" + name)));
    // With the tail back, records in the next log would look like the other side of damage.
    return FromLevelDb(SyncDirectory(env_, path_));
  }

  // What helps against any damage, opening says.
  static constexpr const char* kNoRemedy = "";
  static constexpr const char* kLogRemedy =
      "if the database was used with relaxed durability, open it that way (--set durable=off, or Options::durable = "
      "false): it goes on without what follows the bad record";

  Status Damaged(const std::string& file, uint64_t offset, const std::string& what, const char* remedy) const {
    std::string text = "the database at '" + path_ + "' is damaged: " + file + " " + what;
    if (offset != 0) text += " (at byte " + std::to_string(offset) + ")";
    return Status::Corruption(text).WithHint(remedy);
  }

  leveldb::Env* env_;
  const std::string& path_;
  const bool relaxed_;
  std::vector<NumberedFile> logs_;
  std::set<uint64_t> tables_;
  Manifest manifest_;
};

}  // namespace

Status CutTornTails(leveldb::Env* env, const std::string& path, bool relaxed) {
  return TailCutter(env, path, relaxed).Run();
}

}  // namespace parton
