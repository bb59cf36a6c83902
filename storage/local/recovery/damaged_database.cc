#include "storage/local/recovery/damaged_database.h"

#include <algorithm>
#include <queue>

#include "storage/local/bytes/key_layout.h"
#include "storage/local/engine.h"
#include "storage/local/recovery/log_scan.h"

namespace parton {

namespace {

// Logs are newer than level 0, and that newer than the others. What is lost without a MANIFEST may be newer than any
// table.
constexpr int kLogRank = 1000, kUnknownRank = 950, kLevelRank = 900;

std::string Count(uint64_t n, const std::string& thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

std::string_view UserKeyOf(std::string_view internal) {
  InternalKey key;
  return ParseInternalKey(internal, &key) ? key.user : std::string_view();
}

class Source {
 public:
  explicit Source(FileRank rank) : rank_(rank) {}
  virtual ~Source() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual InternalKey key() const = 0;
  virtual std::string_view value() const = 0;
  // OK unless something could not be read in spite of all.
  virtual Status status() const = 0;
  const FileRank& rank() const { return rank_; }

 private:
  FileRank rank_;
};

class TableSource final : public Source {
 public:
  TableSource(std::unique_ptr<TableEntries> entries, FileRank rank) : Source(rank), entries_(std::move(entries)) {
    entries_->iterator()->SeekToFirst();
    Parse();
  }
  bool Valid() const override { return valid_; }
  void Next() override {
    entries_->iterator()->Next();
    Parse();
  }
  InternalKey key() const override { return key_; }
  std::string_view value() const override { return ToView(entries_->iterator()->value()); }
  Status status() const override { return FromLevelDb(entries_->iterator()->status()); }

 private:
  void Parse() {
    leveldb::Iterator* it = entries_->iterator();
    while (it->Valid() && !ParseInternalKey(ToView(it->key()), &key_)) it->Next();
    valid_ = it->Valid();
  }

  std::unique_ptr<TableEntries> entries_;
  InternalKey key_;
  bool valid_ = false;
};

bool Precedes(std::string_view a, uint64_t a_sequence, std::string_view b, uint64_t b_sequence) {
  return a != b ? a < b : a_sequence > b_sequence;
}

// The logs are sorted in memory.
class LogSource final : public Source {
 public:
  LogSource(std::vector<LogEntry>* entries, FileRank rank) : Source(rank), entries_(*entries) {
    std::sort(entries_.begin(), entries_.end(),
              [](const LogEntry& a, const LogEntry& b) { return Precedes(a.key, a.sequence, b.key, b.sequence); });
  }
  bool Valid() const override { return at_ < entries_.size(); }
  void Next() override { ++at_; }
  InternalKey key() const override { return {entries_[at_].key, entries_[at_].sequence, entries_[at_].is_put}; }
  std::string_view value() const override { return entries_[at_].value; }
  Status status() const override { return Status::Ok(); }

 private:
  std::vector<LogEntry>& entries_;
  size_t at_ = 0;
};

struct Later {
  bool operator()(const Source* a, const Source* b) const {
    const InternalKey x = a->key(), y = b->key();
    return Precedes(y.user, y.sequence, x.user, x.sequence);
  }
};

}  // namespace

Result<std::string> ReadFileAsFarAsPossible(leveldb::Env* env, const std::string& path, uint64_t size) {
  constexpr size_t kMuch = 1 << 20, kSector = 4096;
  uint64_t there = 0;
  PARTON_RETURN_IF_ERROR(FromLevelDb(env->GetFileSize(path, &there)));
  size = std::min(size, there);
  leveldb::SequentialFile* opened = nullptr;
  PARTON_RETURN_IF_ERROR(FromLevelDb(env->NewSequentialFile(path, &opened)));
  std::unique_ptr<leveldb::SequentialFile> file(opened);
  std::string bytes, scratch(kMuch, '\0');
  bytes.reserve(size);
  size_t step = kMuch;
  while (bytes.size() < size) {
    const size_t wanted = std::min<uint64_t>(step, size - bytes.size());
    leveldb::Slice got;
    if (file->Read(wanted, &got, scratch.data()).ok()) {
      if (got.empty()) break;
      bytes.append(got.data(), got.size());
    } else if (step == kMuch) {
      step = kSector;
    } else {
      bytes.append(wanted, '\0');
      if (!file->Skip(wanted).ok()) break;
    }
  }
  return bytes;
}

Status DamagedDatabase::Inspect() {
  PARTON_RETURN_IF_ERROR(ListFiles());
  ReadManifest();
  for (const auto& [number, name] : table_names_) {
    if (manifest_known_ && !manifest_.tables.contains(number)) continue;  // an older state, or one never reached
    PARTON_RETURN_IF_ERROR(InspectTable(number, name));
  }
  if (manifest_known_) {
    for (const auto& [number, file] : manifest_.tables) {
      if (!table_names_.contains(number)) MissingTable(number, file);
    }
  }
  return ReadLogs();
}

Status DamagedDatabase::ListFiles() {
  std::vector<std::string> names;
  PARTON_RETURN_IF_ERROR(FromLevelDb(env_->GetChildren(path_, &names)));
  for (const std::string& name : names) {
    for (const char* suffix : {".ldb", ".sst"}) {
      if (const uint64_t number = NumberOfFile(name, suffix)) table_names_[number] = name;
    }
    if (const uint64_t number = NumberOfFile(name, ".log")) log_names_[number] = name;
    constexpr std::string_view kManifest = "MANIFEST-";
    if (!name.starts_with(kManifest)) continue;
    if (const uint64_t number = NumberOfFile(name.substr(kManifest.size()), "")) manifest_names_[number] = name;
  }
  if (!table_names_.empty() || !log_names_.empty()) return Status::Ok();
  return Status(StatusCode::kOpenFailed, "'" + path_ + "' holds no data of a database");
}

void DamagedDatabase::ReadManifest() {
  std::string current;
  const leveldb::Status read = leveldb::ReadFileToString(env_, path_ + "/CURRENT", &current);
  if (!current.empty() && current.back() == '\n') current.pop_back();
  const bool named = read.ok() && std::any_of(manifest_names_.begin(), manifest_names_.end(),
                                              [&](const auto& m) { return m.second == current; });
  if (named) {
    manifest_known_ = ReadManifest(current);
  } else {
    notes_.push_back("CURRENT does not name a MANIFEST");
    for (auto m = manifest_names_.rbegin(); m != manifest_names_.rend() && !manifest_known_; ++m) {
      manifest_known_ = ReadManifest(m->second) && MissingTables() == 0;
      if (manifest_known_) notes_.back() += ": " + m->second + " is used";
    }
  }
  if (manifest_known_) return;
  notes_.push_back(
      "the MANIFEST cannot be read, which says what files are current: all there are were used. Items that were "
      "deleted or "
      "changed may be there as they were before, and files that are missing cannot be told");
}

bool DamagedDatabase::ReadManifest(const std::string& name) {
  manifest_ = Manifest();
  const Result<std::string> bytes = ReadFileAsFarAsPossible(env_, path_ + "/" + name);
  if (!bytes.ok()) return false;
  std::vector<std::string> records;
  const LogScan scan = ScanLog(*bytes, &records, LogKind::kManifest);
  if (records.empty() || scan.begins_again) return false;
  for (const std::string& record : records) {
    if (!manifest_.Apply(record)) return false;
  }
  if (!manifest_.names_log) return false;
  if (MissingTables() == 0 && (manifest_.log_number == 0 || log_names_.contains(manifest_.log_number))) return true;
  // Files are missing: lost, or deleted rightly as the end of the MANIFEST says.
  return !scan.damaged && !HasUnnamedTables();
}

size_t DamagedDatabase::MissingTables() const {
  return static_cast<size_t>(std::count_if(manifest_.tables.begin(), manifest_.tables.end(),
                                           [&](const auto& t) { return !table_names_.contains(t.first); }));
}

bool DamagedDatabase::HasUnnamedTables() const {
  return std::any_of(table_names_.begin(), table_names_.end(),
                     [&](const auto& t) { return !manifest_.tables.contains(t.first); });
}

FileRank DamagedDatabase::RankOf(uint64_t number) const {
  if (!manifest_known_) return {kUnknownRank, 0};
  const uint32_t level = manifest_.tables.at(number).level;
  return {kLevelRank - static_cast<int>(level), level == 0 ? number : 0};
}

Status DamagedDatabase::InspectTable(uint64_t number, const std::string& name) {
  const ManifestFile bounds = manifest_known_ ? manifest_.tables.at(number) : ManifestFile();
  PARTON_ASSIGN_OR_RETURN(
      std::string bytes, ReadFileAsFarAsPossible(env_, path_ + "/" + name, manifest_known_ ? bounds.size : UINT64_MAX));
  TableFile file = InspectTableFile(bytes, bounds.largest);
  const FileRank rank = RankOf(number);
  AddLost(name, file.lost, bounds, rank);
  if (!file.blocks.empty()) tables_.push_back({number, name, bytes.size(), rank, std::move(file.blocks)});
  return Status::Ok();
}

void DamagedDatabase::AddLost(const std::string& name, const std::vector<LostBlocks>& blocks,
                              const ManifestFile& bounds, const FileRank& rank) {
  const std::string smallest(UserKeyOf(bounds.smallest)), largest(UserKeyOf(bounds.largest));
  for (size_t i = 0; i < blocks.size();) {
    LostRange range;
    range.rank = rank;
    range.low = std::max(blocks[i].low, smallest);
    uint64_t count = 0, size = 0;
    bool known = true;
    // One line for those that follow each other.
    do {
      known = known && blocks[i].span.has_value();
      ++count;
      if (known) size += blocks[i].span->size;
      range.high = blocks[i].high;
      ++i;
    } while (i < blocks.size() && blocks[i].low == range.high && !range.high.empty());
    if (range.high.empty() || (!largest.empty() && largest < range.high)) range.high = largest;
    range.what =
        name + ": " + (known ? Count(count, "block") + " (" + Count(size, "byte") + ")" : "a part") + " cannot be read";
    lost_.push_back(std::move(range));
  }
}

void DamagedDatabase::MissingTable(uint64_t number, const ManifestFile& file) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  lost_.push_back({digits + ".ldb: the file is missing", std::string(UserKeyOf(file.smallest)),
                   std::string(UserKeyOf(file.largest)), RankOf(number), 0, 0});
}

Status DamagedDatabase::ReadLogs() {
  constexpr const char* kEffect =
      ": what they wrote is missing, and what they changed or deleted may be as it was before them";
  uint64_t next = 0;
  std::string silent;  // the first log, if it is empty: the sequences do not tell whether something was in it
  bool missing = manifest_known_ && manifest_.log_number != 0 && !log_names_.contains(manifest_.log_number);
  if (missing) {
    notes_.push_back("log " + std::to_string(manifest_.log_number) + " is missing, with the last commits" + kEffect);
  }
  for (const auto& [number, name] : log_names_) {
    if (manifest_known_ && number < manifest_.log_number && number != manifest_.previous_log) continue;
    PARTON_ASSIGN_OR_RETURN(std::string bytes, ReadFileAsFarAsPossible(env_, path_ + "/" + name));
    LogBatches log = ReadLogBatches(bytes, next);
    if (log.gaps != 0) {
      notes_.push_back(name + ": commits in " + Count(log.gaps, "place") + " cannot be read" + kEffect);
    }
    if (next != 0 && log.first_sequence > next) {
      notes_.push_back(name + ": commits are missing between this log and the one before" + kEffect);
    }
    if (log.torn) {
      notes_.push_back(name +
                       ": the end cannot be read. If a crash left it so, it was no finished commit; else the last "
                       "commits are missing");
    }
    if (log.first_sequence != 0 && !silent.empty()) {
      notes_.push_back(silent + ": not a commit is in this log, but in " + name +
                       ", which follows it. If there were any" + kEffect);
      silent.clear();
    }
    if (next == 0 && log.first_sequence == 0 && log.gaps == 0 && !log.torn) silent = name;
    next = log.next_sequence;
    log_entries_.insert(log_entries_.end(), std::make_move_iterator(log.entries.begin()),
                        std::make_move_iterator(log.entries.end()));
  }
  return Status::Ok();
}

Status DamagedDatabase::ForEachNewest(const std::function<Status(std::string_view, std::string_view)>& fn) {
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<LogSource>(&log_entries_, FileRank{kLogRank, 0}));
  for (const Table& table : tables_) {
    leveldb::RandomAccessFile* file = nullptr;
    PARTON_RETURN_IF_ERROR(FromLevelDb(env_->NewRandomAccessFile(path_ + "/" + table.name, &file)));
    PARTON_ASSIGN_OR_RETURN(
        auto entries, TableEntries::Open(std::unique_ptr<leveldb::RandomAccessFile>(file), table.size, table.blocks));
    // Without a MANIFEST any entry may be older than one that is lost.
    const FileRank rank = manifest_known_ ? table.rank : FileRank{0, 0};
    sources.push_back(std::make_unique<TableSource>(std::move(entries), rank));
  }
  for (LostRange& range : lost_) by_low_.push_back(&range);
  std::sort(by_low_.begin(), by_low_.end(), [](const LostRange* a, const LostRange* b) { return a->low < b->low; });

  std::priority_queue<Source*, std::vector<Source*>, Later> queue;
  for (const auto& source : sources) {
    if (source->Valid()) queue.push(source.get());
  }
  std::string last;
  bool any = false;
  while (!queue.empty()) {
    Source* source = queue.top();
    queue.pop();
    const InternalKey key = source->key();
    if (!any || key.user != last) {
      any = true;
      last = key.user;
      if (key.is_put) {
        CountOlder(key.user, source->rank());
        PARTON_RETURN_IF_ERROR(fn(key.user, source->value()));
      }
    }
    source->Next();
    if (source->Valid()) {
      queue.push(source);
    } else {
      PARTON_RETURN_IF_ERROR(source->status());
    }
  }
  return Status::Ok();
}

void DamagedDatabase::CountOlder(std::string_view key, const FileRank& rank) {
  while (opened_ < by_low_.size() && by_low_[opened_]->low <= key) open_ranges_.push_back(by_low_[opened_++]);
  std::erase_if(open_ranges_, [&](const LostRange* r) { return !r->high.empty() && r->high < key; });
  for (LostRange* range : open_ranges_) {
    // Entries of the file before the lost ones are newer, those after them older.
    if (rank > range->rank || (rank == range->rank && key == range->low)) continue;
    const bool item = !key.empty() && key[0] == static_cast<char>(KeySpace::kItem);
    ++(item ? range->older_items : range->older_records);
  }
}

}  // namespace parton
