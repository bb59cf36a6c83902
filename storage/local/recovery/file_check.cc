#include "storage/local/recovery/file_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "storage/local/key_names.h"
#include "storage/local/recovery/damaged_database.h"
#include "storage/local/recovery/log_scan.h"

namespace parton {

namespace {

// The table files that the database consists of now, with their sizes.
std::map<uint64_t, uint64_t> LiveTables(const Engine& engine) {
  std::map<uint64_t, uint64_t> tables;
  std::string text;
  if (!engine.db()->GetProperty("leveldb.sstables", &text)) return tables;
  // Lines " <number>:<size>[<keys>]", and headings of levels. Keys are escaped, so they have no end of line.
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(' ')) continue;
    line.remove_prefix(1);
    const size_t colon = line.find(':'), bracket = line.find('[');
    if (colon == std::string_view::npos || bracket == std::string_view::npos || bracket < colon) continue;
    const uint64_t number = NumberOfFile(line.substr(0, colon), "");
    if (number != 0) tables[number] = NumberOfFile(line.substr(colon + 1, bracket - colon - 1), "");
  }
  return tables;
}

std::string NameOfTable(leveldb::Env* env, const std::string& directory, uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return env->FileExists(directory + "/" + digits + ".sst") ? digits + ".sst" : digits + ".ldb";
}

KeyNames NamesOf(const Engine& engine) {
  KeyNames names;
  for (const auto& [id, info] : engine.catalog()->by_id) names.Add(info->schema, info->ttl_id);
  return names;
}

class Finder {
 public:
  Finder(const Engine& engine, const std::function<bool(double)>& progress)
      : engine_(engine), env_(engine.env()), directory_(engine.files_path()), progress_(progress) {}

  Result<FileDamage> Run() {
    ReadManifest();
    ReadLogs();
    const std::map<uint64_t, uint64_t> tables = LiveTables(engine_);
    uint64_t done = 0, total = 0;
    for (const auto& [number, size] : tables) total += size;
    for (const auto& [number, size] : tables) {
      InspectTable(number, size);
      done += size;
      if (progress_ && !progress_(static_cast<double>(done) / static_cast<double>(std::max<uint64_t>(total, 1)))) {
        return Cancelled();
      }
    }
    return std::move(damage_);
  }

 private:
  void ReadManifest() {
    std::string name;
    const leveldb::Status read = leveldb::ReadFileToString(env_, directory_ + "/CURRENT", &name);
    if (!read.ok() || !name.ends_with('\n') || !env_->FileExists(directory_ + "/" + name.substr(0, name.size() - 1))) {
      damage_.manifest.push_back("CURRENT does not name a MANIFEST");
      return;
    }
    name.pop_back();
    // What is in use now was named before.
    const std::map<uint64_t, uint64_t> live = LiveTables(engine_);
    const uint64_t newest = live.empty() ? 0 : live.rbegin()->first;
    const std::string problem = Stable(name, [&](std::string_view bytes) -> std::string {
      std::vector<std::string> records;
      const LogScan scan = ScanLog(bytes, &records, LogKind::kManifest);
      manifest_ = Manifest();
      for (const std::string& record : records) {
        if (!manifest_.Apply(record)) return "has a record that makes no sense";
      }
      if (scan.damaged) return "has a bad record at byte " + std::to_string(scan.good_bytes);
      if (records.empty()) return "is empty";
      return !manifest_.names_log || manifest_.highest_table < newest ? "has lost its end" : "";
    });
    if (!problem.empty()) damage_.manifest.push_back(name + " " + problem);
  }

  // What judge(bytes) says of a file that may be written to: the same twice, for half a record may be only on its way.
  template <typename Judge>
  std::string Stable(const std::string& name, Judge judge) {
    std::string before;
    for (int attempt = 0; attempt < 4; ++attempt) {
      const Result<std::string> bytes = ReadFileAsFarAsPossible(env_, directory_ + "/" + name);
      if (!bytes.ok())
        return env_->FileExists(directory_ + "/" + name) ? "cannot be read: " + bytes.status().message() : "";
      std::string problem = judge(*bytes);
      if (problem.empty() || problem == before) return problem;
      before = std::move(problem);
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
    return "";
  }

  void ReadLogs() {
    std::vector<std::string> names;
    (void)env_->GetChildren(directory_, &names);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const uint64_t number = NumberOfFile(name, ".log");
      if (number == 0 || number < manifest_.log_number) continue;
      const std::string problem = Stable(name, [](std::string_view bytes) -> std::string {
        const LogScan scan = ScanLog(bytes);
        if (!scan.damaged || bytes.find_first_not_of('\0', scan.good_bytes) == std::string_view::npos) return "";
        return "has a bad record at byte " + std::to_string(scan.good_bytes);
      });
      if (!problem.empty()) damage_.logs.push_back(name + " " + problem);
    }
  }

  void InspectTable(uint64_t number, uint64_t size) {
    DamagedFile file;
    file.name = NameOfTable(env_, directory_, number);
    file.size = size;
    if (const auto it = manifest_.tables.find(number); it != manifest_.tables.end()) file.bounds = it->second;
    const Result<std::string> bytes = ReadFileAsFarAsPossible(env_, directory_ + "/" + file.name, size);
    // It may have been compacted away meanwhile.
    if ((!bytes.ok() || bytes->size() < size) && !LiveTables(engine_).contains(number)) return;
    file.bytes_read = bytes.ok() ? bytes->size() : 0;
    file.table = InspectTableFile(bytes.ok() ? *bytes : std::string_view(), file.bounds.largest);
    if (!file.table.sound() || file.bytes_read != size) damage_.tables.push_back(std::move(file));
  }

  const Engine& engine_;
  leveldb::Env* env_;
  const std::string directory_;
  const std::function<bool(double)>& progress_;
  Manifest manifest_;
  FileDamage damage_;
};

// The keys that a file lost, one stretch for blocks that follow each other.
std::vector<TakenOut> StretchesOf(const DamagedFile& file, const KeyNames& names) {
  std::vector<TakenOut> result;
  InternalKey key;
  const std::string smallest(ParseInternalKey(file.bounds.smallest, &key) ? key.user : "");
  const std::string largest(ParseInternalKey(file.bounds.largest, &key) ? key.user : "");
  const std::vector<LostBlocks>& lost = file.table.lost;
  for (size_t i = 0; i < lost.size();) {
    TakenOut out;
    out.low = std::max(lost[i].low, smallest);
    size_t count = 0;
    do {
      out.high = lost[i].high;
      ++count;
    } while (++i < lost.size() && lost[i].low == out.high && !out.high.empty());
    if (out.high.empty() || (!largest.empty() && largest < out.high)) out.high = largest;
    out.what = file.name + ": " + std::to_string(count) + (count == 1 ? " part" : " parts") +
               " cannot be read: " + names.Range(out.low, out.high);
    result.push_back(std::move(out));
  }
  return result;
}

class FileMender {
 public:
  explicit FileMender(const Engine& engine) : env_(engine.env()), directory_(engine.files_path()) {}

  // *replaced: whether another file took its place.
  Status Mend(DamagedFile* file, bool* replaced) {
    const std::string path = directory_ + "/" + file->name;
    bool whole =
        file->table.index_lost || file->table.filter_lost || file->table.footer_odd || file->bytes_read != file->size;
    for (const LostBlocks& lost : file->table.lost) {
      if (!lost.span || lost.span->size < 4 || lost.span->end() + kFooterBytes > file->bytes_read ||
          !Overwrite(path, *lost.span)) {
        whole = true;
      }
    }
    *replaced = whole;
    return whole ? Replace(path, file) : Status::Ok();
  }

 private:
  // False if it cannot be done in place.
  bool Overwrite(const std::string& path, const BlockSpan& span) const {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const std::string block = EmptyBlock(span.size);
    const bool done = ::pwrite(descriptor, block.data(), block.size(), static_cast<off_t>(span.offset)) ==
                          static_cast<ssize_t>(block.size()) &&
                      ::fsync(descriptor) == 0;
    return (::close(descriptor) == 0) && done;
  }

  Status Replace(const std::string& path, DamagedFile* file) {
    const Result<std::string> bytes = ReadFileAsFarAsPossible(env_, path, file->size);
    const std::string mended = MendTableFile(bytes.ok() ? *bytes : std::string_view(), file->size, &file->table);
    if (mended.empty()) return Status::IoError(file->name + " is too damaged to be mended");
    const std::string temporary = directory_ + "/000000.dbtmp";
    leveldb::WritableFile* opened = nullptr;
    PARTON_RETURN_IF_ERROR(FromLevelDb(env_->NewWritableFile(temporary, &opened)));
    std::unique_ptr<leveldb::WritableFile> out(opened);
    PARTON_RETURN_IF_ERROR(FromLevelDb(out->Append(ToSlice(mended))));
    PARTON_RETURN_IF_ERROR(FromLevelDb(out->Sync()));
    PARTON_RETURN_IF_ERROR(FromLevelDb(out->Close()));
    return FromLevelDb(env_->RenameFile(temporary, path));
  }

  leveldb::Env* env_;
  const std::string directory_;
};

}  // namespace

uint64_t BytesOfTableFiles(const Engine& engine) {
  uint64_t total = 0;
  for (const auto& [number, size] : LiveTables(engine)) total += size;
  return total;
}

Result<FileDamage> FindFileDamage(const Engine& engine, const std::function<bool(double)>& progress) {
  return Finder(engine, progress).Run();
}

std::vector<std::string> DescribeDamage(const Engine& engine, const FileDamage& damage) {
  const KeyNames names = NamesOf(engine);
  std::vector<std::string> lines;
  for (const std::string& line : damage.manifest) {
    lines.push_back(
        line + ": the database may not open again; BACKUP TO makes a good copy now, and once it is closed, parton " +
        engine.options().path + " --salvage NEW saves what can be read");
  }
  for (const std::string& line : damage.logs) lines.push_back(line);
  for (const DamagedFile& file : damage.tables) {
    if (file.bytes_read < file.size) {
      lines.push_back(file.name + ": " +
                      (file.bytes_read == 0 ? "the file is missing or empty" : "the end is missing"));
    }
    if (file.table.index_lost) lines.push_back(file.name + ": the index of the file cannot be read");
    if (file.table.filter_lost) lines.push_back(file.name + ": the filter of the file cannot be read");
    if (file.table.footer_odd) lines.push_back(file.name + ": the last bytes of the file are not as they were written");
    for (const TakenOut& lost : StretchesOf(file, names)) lines.push_back(lost.what);
  }
  return lines;
}

Result<std::vector<TakenOut>> MendFiles(Engine* engine, FileDamage damage) {
  const KeyNames names = NamesOf(*engine);
  FileMender mender(*engine);
  std::vector<TakenOut> taken_out;
  for (DamagedFile& file : damage.tables) {
    bool replaced = false;
    PARTON_RETURN_IF_ERROR(mender.Mend(&file, &replaced));
    std::vector<TakenOut> stretches = StretchesOf(file, names);
    if (stretches.empty()) taken_out.push_back({"", "", file.name + ": made readable again, nothing is lost", false});
    for (TakenOut& lost : stretches) {
      lost.what += "; it was taken out";
      lost.replaced = replaced;
      taken_out.push_back(std::move(lost));
    }
  }
  return taken_out;
}

}  // namespace parton
