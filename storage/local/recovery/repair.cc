// REPAIR DATABASE: first the files, so that everything can be read and written; then what the records must agree on.
#include <algorithm>
#include <memory>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/change_feed.h"
#include "storage/local/ddl.h"
#include "storage/local/key_names.h"
#include "storage/local/recovery/check.h"
#include "storage/local/recovery/file_check.h"
#include "types/item/varint.h"

namespace parton {

namespace {

class Repairer {
 public:
  Repairer(Engine* engine, const ProgressFn& progress) : e_(engine), progress_(progress) {}

  Result<std::vector<std::string>> Run() {
    if (e_->options().read_only) return e_->Writable();
    if (!e_->in_memory()) PARTON_RETURN_IF_ERROR(RepairFiles());
    Status written = TryToWrite();
    // A compaction that runs meanwhile may have read the damage, too.
    if (written.ok()) {
      written = RepairRecords();
      if (written.ok() || TakesWrites()) return Done(std::move(written));
    }
    if (!files_mended_ && written.code() != StatusCode::kCorruption) return written;
    done_.push_back(
        "the database met the damage before it was taken out and takes no writes now: open it again and run "
        "REPAIR DATABASE once more, which makes the rest fit");
    return std::move(done_);
  }

 private:
  Result<std::vector<std::string>> Done(Status s) {
    if (!s.ok()) return s;
    return std::move(done_);
  }

  Status RepairFiles() {
    // The first half of the work; its total is not known.
    PARTON_ASSIGN_OR_RETURN(FileDamage damage,
                            FindFileDamage(*e_, [this](double) { return !progress_ || progress_(0, 0); }));
    const bool logs = !damage.logs.empty();
    PARTON_ASSIGN_OR_RETURN(const std::vector<TakenOut> taken_out, MendFiles(e_, std::move(damage)));
    files_mended_ = !taken_out.empty();
    for (const TakenOut& part : taken_out) {
      bool all_read = true;
      const uint64_t left = part.lost ? ItemsBetween(part.low, part.high, &all_read) : 0;
      done_.push_back(part.what);
      if (!all_read || (part.replaced && left != 0)) {
        done_.back() +=
            ". Items between them that are there when the database is opened again may be older than what is lost";
      } else if (left != 0) {
        done_.back() += ". Of these, " + std::to_string(left) + (left == 1 ? " item is" : " items are") +
                        " there from other files, and may be older than what is lost";
      }
    }
    if (!TakesWrites()) return Status::Ok();
    // What logs hold is in memory: it goes to a table file, and the logs go, also one that lost its end unseen.
    const leveldb::Slice begin("", 0), end("\0", 1);
    e_->db()->CompactRange(&begin, &end);
    if (logs) done_.push_back("a log that could not be read any more was written again");
    return Status::Ok();
  }

  // *all_read: false where LevelDB has a file open still as it was.
  uint64_t ItemsBetween(const std::string& low, const std::string& high, bool* all_read) const {
    leveldb::ReadOptions options = e_->ReadOptions(nullptr);
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(e_->db()->NewIterator(options));
    const std::string items = SpacePrefix(KeySpace::kItem);
    uint64_t count = 0;
    for (it->Seek(std::max(low, items)); it->Valid() && it->key().starts_with(items); it->Next()) {
      if (!high.empty() && ToView(it->key()) > high) break;
      // The first key is the last one that is before the lost ones, if it is there.
      if (ToView(it->key()) != low) ++count;
    }
    *all_read = it->status().ok();
    return count;
  }

  // LevelDB refuses all writes once a compaction met something that it could not read.
  bool TakesWrites() const { return TryToWrite().ok(); }
  Status TryToWrite() const {
    leveldb::WriteBatch batch;
    std::string version;
    PutVarint(kFormatVersion, &version);
    batch.Put(NamedKey(KeySpace::kSystem, kFormatName), version);
    return e_->WriteBatch(&batch, true);
  }

  Status RepairRecords() {
    PARTON_ASSIGN_OR_RETURN(CheckResult found, CheckDatabase(e_, progress_));
    if (found.catalog_differs) {
      PARTON_RETURN_IF_ERROR(RewriteCatalog(e_));
      done_.push_back("definitions of tables and names of attributes: written again");
    }
    PARTON_RETURN_IF_ERROR(SetCounters(found));
    PARTON_RETURN_IF_ERROR(DeleteRecords(found));
    for (const auto& [space, id] : found.strays) {
      PARTON_RETURN_IF_ERROR(DeleteStrayRange(e_, space, id, progress_));
      done_.push_back(std::string(NameOf(space)) + " of the table with number " + std::to_string(id) +
                      ", which is not there, were deleted");
    }
    for (const std::string& table : found.feeds) {
      PARTON_RETURN_IF_ERROR(ForgetFeedHistory(e_, table));
      done_.push_back("table " + table + ": its change records so far do not tell all that happened to its items");
    }
    for (const std::string& table : found.unreadable) {
      done_.push_back("table " + table +
                      ": left as it is: its items cannot all be read, and its indexes may still have them; "
                      "restore a backup, or delete those items");
    }
    return Rebuild(found);
  }

  Status SetCounters(const CheckResult& found) {
    leveldb::WriteBatch batch;
    for (const auto& [name, least] : found.counters) {
      std::string value;
      PutVarint(least, &value);
      batch.Put(NamedKey(KeySpace::kCounter, name), value);
      done_.push_back("counter " + name + ": set to " + std::to_string(least));
    }
    return found.counters.empty() ? Status::Ok() : e_->WriteBatch(&batch, true);
  }

  Status DeleteRecords(const CheckResult& found) {
    if (found.trimmed_records.empty()) return Status::Ok();
    leveldb::WriteBatch batch;
    for (const std::string& key : found.trimmed_records) batch.Delete(key);
    done_.push_back(std::to_string(found.trimmed_records.size()) +
                    " change records that had been trimmed away were deleted");
    return e_->WriteBatch(&batch, true);
  }

  Status Rebuild(const CheckResult& found) {
    for (const auto& [table, index] : found.broken) {
      if (found.unreadable.contains(table)) continue;
      if (index.empty()) {
        PARTON_RETURN_IF_ERROR(RebuildQueue(e_, table, progress_));
        done_.push_back("table " + table + ": TTL queue built again");
      } else {
        PARTON_RETURN_IF_ERROR(RebuildIndex(e_, table, index, progress_));
        done_.push_back("table " + table + ": index " + index + " built again");
      }
    }
    return Status::Ok();
  }

  Engine* e_;
  const ProgressFn& progress_;
  bool files_mended_ = false;
  std::vector<std::string> done_;
};

}  // namespace

Result<std::vector<std::string>> RepairDatabase(Engine* engine, const ProgressFn& progress) {
  Result<std::vector<std::string>> done = Repairer(engine, progress).Run();
  // It may know items that are lost.
  engine->item_cache().Clear();
  return done;
}

}  // namespace parton
