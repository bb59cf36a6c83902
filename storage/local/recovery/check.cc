#include "storage/local/recovery/check.h"

#include <xxhash.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/bytes/stream_codec.h"
#include "storage/local/key_progress.h"
#include "storage/local/recovery/file_check.h"
#include "storage/local/table_backups.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr size_t kMaxProblems = 200;

std::string KeyText(const KeySchema& schema, std::string_view bytes) {
  std::string text = KeyComponentsText(schema, bytes);
  return text.empty() ? "(unreadable key)" : text;
}

// The records of each item must follow from each other, and the last one must be of the item as it is. Numbers cannot
// tell whether a record is missing: a commit that failed leaves a gap.
class RecordChains {
 public:
  // What is wrong with a record, empty: nothing.
  std::string Add(uint64_t sequence, const ChangeRecord& r) {
    if (last_.size() >= kMaxItems && !last_.contains(std::string(r.keys))) return "";
    const auto [it, first] = last_.try_emplace(std::string(r.keys));
    Link& last = it->second;
    std::string problem;
    if (!first && ((last.event != ChangeEvent::kRemove) != (r.event != ChangeEvent::kInsert) ||
                   !Agree(last.image, r.old_image))) {
      problem = "does not follow from record " + std::to_string(last.sequence) + ", the one before of its item";
    }
    last = {r.event, sequence, r.new_image.empty() ? 0 : ImageHash(r.new_image)};
    return problem;
  }

  // Calls fn(keys, sequence, exists, agrees) for the last record of each item; agrees(bytes): they may be what it left.
  template <typename Fn>
  void ForEachLast(Fn fn) const {
    for (const auto& entry : last_) {
      const Link& last = entry.second;
      fn(entry.first, last.sequence, last.event != ChangeEvent::kRemove,
         [&last](std::string_view item) { return Agree(last.image, item); });
    }
  }

 private:
  static constexpr size_t kMaxItems = 1 << 20;  // more are not looked at
  struct Link {
    ChangeEvent event = ChangeEvent::kInsert;
    uint64_t sequence = 0;
    uint64_t image = 0;  // a hash; 0: not known
  };
  static uint64_t ImageHash(std::string_view image) { return XXH3_64bits(image.data(), image.size()) | 1; }
  static bool Agree(uint64_t hash, std::string_view image) {
    return hash == 0 || image.empty() || hash == ImageHash(image);
  }

  std::unordered_map<std::string, Link> last_;  // by the record's keys
};

class Checker {
 public:
  // The snapshot is taken while no writer is between a schema and its commit.
  Checker(Engine* engine, const ProgressFn& progress) : e_(engine), progress_(engine->db(), progress) {
    const GateLock gate(engine->gate());
    visible_ = engine->feed().Visible();
    catalog_ = engine->catalog();
    snapshot_ = engine->db()->GetSnapshot();
  }
  ~Checker() { e_->db()->ReleaseSnapshot(snapshot_); }

  // Error: kCancelled.
  Result<CheckResult> Run() {
    CollectRanges();
    for (const auto& [name, info] : catalog_->by_name) PlanTable(*info);
    const uint64_t files = e_->in_memory() ? 0 : BytesOfTableFiles(*e_);
    progress_.PlanOther(files / kFileBytesForOne);
    CheckSpaces();
    CheckCatalog();
    for (const auto& [name, info] : catalog_->by_name) {
      CheckItems(*info);
      CheckFeed(*info);
      if (progress_.cancelled()) return Cancelled();
    }
    for (const StoredBackup& backup : backups_) CheckBackup(backup);
    if (progress_.cancelled()) return Cancelled();
    if (!e_->in_memory()) PARTON_RETURN_IF_ERROR(CheckFiles());
    return std::move(found_);
  }

 private:
  // Bytes of files are read so much faster than items are checked.
  static constexpr uint64_t kFileBytesForOne = 8;

  // As CheckItems and CheckFeed walk it.
  void PlanTable(const TableInfo& info) {
    const auto plan = [&](const std::string& prefix, bool counts) {
      progress_.Plan(prefix, PrefixSuccessor(prefix), counts);
    };
    plan(IdPrefix(KeySpace::kItem, info.schema->id), true);
    for (const IndexPlan& index : info.indexes) plan(index.prefix, false);
    plan(IdPrefix(KeySpace::kExpiry, info.ttl_id), false);
    plan(IdPrefix(KeySpace::kChange, info.schema->id), false);
  }

  Status CheckFiles() {
    progress_.Next();
    PARTON_ASSIGN_OR_RETURN(const FileDamage damage,
                            FindFileDamage(*e_, [this](double part) { return progress_.StepOther(part); }));
    for (std::string& problem : DescribeDamage(*e_, damage)) Problem(std::move(problem));
    return Status::Ok();
  }

  void CatalogProblem(std::string text) {
    found_.catalog_differs = true;
    Problem(std::move(text));
  }

  void Problem(std::string text) {
    if (found_.problems.size() < kMaxProblems) found_.problems.push_back(std::move(text));
  }

  // Calls fn(key, value) for the keys with this prefix. False if not all could be read.
  template <typename Fn>
  bool ForEach(const std::string& prefix, const std::string& what, Fn fn) {
    leveldb::ReadOptions options = e_->ReadOptions(snapshot_);
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(e_->db()->NewIterator(options));
    std::string last = prefix;
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      if (!progress_.Step(ToView(it->key()))) return false;
      fn(ToView(it->key()), ToView(it->value()));
      last.assign(it->key().data(), it->key().size());
    }
    if (!it->status().ok()) {
      Problem(what + ": reading failed behind key " + Hex(last) + ": " + it->status().ToString());
      return false;
    }
    return true;
  }

  static std::string Hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (char c : bytes.substr(0, 64)) {
      text.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
      text.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
    }
    return text;
  }

  // The ranges that may hold anything: those of tables, and those on their way out.
  void CollectRanges() {
    known_.insert({KeySpace::kLoad, 0});  // records of imports that are under way
    for (const auto& [id, info] : catalog_->by_id) {
      known_.insert({KeySpace::kItem, id});
      known_.insert({KeySpace::kChange, id});
      known_.insert({KeySpace::kConsumer, id});
      known_.insert({KeySpace::kTrimmed, id});
      if (info->schema->point_in_time) known_.insert({KeySpace::kHistory, id});
      known_.insert({KeySpace::kStatistics, id});
      known_.insert({KeySpace::kLoad, id});
      if (!info->schema->ttl_attribute.empty()) {
        known_.insert({KeySpace::kExpiry, info->ttl_id});
      }
      for (const IndexSchema& i : info->schema->indexes) known_.insert({KeySpace::kEntry, i.id});
    }
    ForEach(SpacePrefix(KeySpace::kStream), "closed streams", [&](std::string_view key, std::string_view bytes) {
      Result<ClosedStream> stream = DecodeStream(key, bytes);
      if (!stream.ok()) return Problem(stream.status().message());
      known_.insert({KeySpace::kChange, stream->table_id});
      known_.insert({KeySpace::kTrimmed, stream->table_id});
      known_.insert({KeySpace::kStream, stream->table_id});
      last_closed_ = std::max(last_closed_, stream->last);
    });
    ForEach(SpacePrefix(KeySpace::kBackup), "backups", [&](std::string_view key, std::string_view bytes) {
      Result<StoredBackup> backup = DecodeBackup(key, bytes);
      if (!backup.ok()) return Problem(backup.status().message());
      known_.insert({KeySpace::kSaved, backup->id});
      backups_.push_back(std::move(*backup));
    });
    ForEach(SpacePrefix(KeySpace::kDoomed), "doomed ranges", [&](std::string_view key, std::string_view) {
      if (key.size() != 6) return Problem("a doomed range has a bad key");
      known_.insert({static_cast<KeySpace>(key[1]), ReadU32(key.substr(2))});
    });
    ForEach(SpacePrefix(KeySpace::kPending), "pending ranges", [&](std::string_view key, std::string_view) {
      if (key.size() != 6) return Problem("a pending range has a bad key");
      pending_.insert({static_cast<KeySpace>(key[1]), ReadU32(key.substr(2))});
      known_.insert({static_cast<KeySpace>(key[1]), ReadU32(key.substr(2))});
    });
  }

  // No keys outside of known spaces and ranges: jumps from range to range by seeking.
  void CheckSpaces() {
    std::unique_ptr<leveldb::Iterator> it(e_->db()->NewIterator(e_->ReadOptions(snapshot_)));
    for (it->SeekToFirst(); it->Valid();) {
      std::string_view key = ToView(it->key());
      bool known = false;
      for (KeySpace s : kAllKeySpaces) known |= !key.empty() && static_cast<char>(s) == key[0];
      if (!known) {
        Problem("a key of no known kind: " + Hex(key));
        it->Next();
        continue;
      }
      const auto space = static_cast<KeySpace>(key[0]);
      const bool ranged = space == KeySpace::kItem || space == KeySpace::kEntry || space == KeySpace::kChange ||
                          space == KeySpace::kExpiry || space == KeySpace::kConsumer || space == KeySpace::kTrimmed ||
                          space == KeySpace::kStatistics || space == KeySpace::kLoad || space == KeySpace::kHistory ||
                          space == KeySpace::kSaved || space == KeySpace::kStream;
      std::string prefix = SpacePrefix(space);
      if (ranged) {
        if (key.size() < kPrefixBytes) {
          Problem("a key too short: " + Hex(key));
          it->Next();
          continue;
        }
        const uint32_t id = ReadU32(key.substr(1));
        prefix = IdPrefix(space, id);
        if (known_.count({space, id}) == 0) {
          found_.strays.insert({space, id});
          Problem("keys that belong to no table, index or queue: " + Hex(prefix));
        }
      }
      it->Seek(PrefixSuccessor(prefix));
    }
    if (!it->status().ok()) Problem("reading failed: " + it->status().ToString());
  }

  void CheckCatalog() {
    uint32_t next = 0;
    ForEach(SpacePrefix(KeySpace::kName), "dictionary", [&](std::string_view key, std::string_view name) {
      if (key.size() != kPrefixBytes || ReadU32(key.substr(1)) != next || next >= e_->names().size() ||
          e_->names().Name(next) != name) {
        CatalogProblem("dictionary: name " + std::to_string(next) + " is wrong");
      }
      ++next;
    });
    size_t count = 0;
    ForEach(SpacePrefix(KeySpace::kTable), "catalog", [&](std::string_view, std::string_view bytes) {
      ++count;
      Result<StoredTable> stored = DecodeSchema(bytes);
      if (!stored.ok()) return CatalogProblem("catalog: " + stored.status().ToString());
      const TableSchema* schema = &stored->schema;
      Status valid = ValidateTableSchema(*schema);
      if (!valid.ok()) Problem("catalog: table " + schema->name + ": " + valid.ToString());
      const TableInfo* info = catalog_->Find(schema->id);
      if (info == nullptr || info->schema->version != schema->version) {
        CatalogProblem("catalog: table " + schema->name + " differs from the one in memory");
      }
    });
    if (count != catalog_->by_id.size()) CatalogProblem("catalog: a table in memory is not stored");
    if (next < e_->durable_names()) CatalogProblem("dictionary: names in memory are not stored");
    CheckCounters();
  }

  // What is in use must lie below what will be handed out next.
  void CheckCounters() {
    uint64_t id = 0, version = 0, feed = last_closed_;
    for (const StoredBackup& backup : backups_) id = std::max<uint64_t>(id, backup.id);
    for (const auto& [table_id, info] : catalog_->by_id) {
      id = std::max<uint64_t>({id, table_id, info->ttl_id});
      for (const IndexSchema& i : info->schema->indexes) id = std::max<uint64_t>(id, i.id);
      version = std::max(version, info->schema->version);
      ForEach(IdPrefix(KeySpace::kChange, table_id), "change feed of table " + info->schema->name,
              [&](std::string_view key, std::string_view) {
                if (key.size() == kPrefixBytes + 8) feed = std::max(feed, ReadU64(key.substr(kPrefixBytes)));
              });
    }
    ForEach(SpacePrefix(KeySpace::kHistory), "histories of tables", [&](std::string_view key, std::string_view bytes) {
      if (key.size() != kPrefixBytes + 8) return Problem("a key of a table's history is damaged: " + Hex(key));
      feed = std::max(feed, ReadU64(key.substr(kPrefixBytes)));
      const Result<ChangeRecord> record = DecodeChange(bytes);
      if (!record.ok())
        return Problem("history of table " + std::to_string(ReadU32(key.substr(1))) + ": record " +
                       std::to_string(ReadU64(key.substr(kPrefixBytes))) + ": " + record.status().message());
    });
    CheckCounter(kNextIdCounter, id + 1);
    CheckCounter(kVersionCounter, version);
    CheckCounter(kFeedCounter, feed == 0 ? 0 : feed + 1);
  }

  void CheckCounter(std::string_view name, uint64_t least) {
    std::string bytes;
    bool found = false;
    Status s = e_->ReadItem(snapshot_, NamedKey(KeySpace::kCounter, name), &bytes, &found);
    uint64_t value = 0;
    const char* end = bytes.data() + bytes.size();
    if (s.ok() && found && GetVarint(bytes.data(), end, &value) != end) value = 0;
    if (!s.ok() || (value < least && least > 1)) {
      found_.counters.emplace_back(name, least);
      Problem("counter " + std::string(name) + ": is " + std::to_string(value) + ", and must be at least " +
              std::to_string(least));
    }
  }

  void CheckItems(const TableInfo& info) {
    const TableSchema& table = *info.schema;
    const std::string where = "table " + table.name;
    std::vector<uint64_t> expected(info.indexes.size(), 0);
    uint64_t expected_queue = 0;
    const bool queue_ready = pending_.count({KeySpace::kExpiry, info.ttl_id}) == 0;
    std::string key_bytes, entry_key, entry_value, stored;
    progress_.Next();
    const bool readable =
        ForEach(IdPrefix(KeySpace::kItem, table.id), where, [&](std::string_view key, std::string_view bytes) {
          const std::string_view components = key.substr(kPrefixBytes);
          auto item_name = [&] { return where + ": item " + KeyText(table.key, components); };
          Status s = VerifyItem(bytes, e_->names());
          if (!s.ok()) {
            found_.unreadable.insert(table.name);
            return Problem(item_name() + ": " + s.message());
          }
          const Value item = ItemValue(std::string(bytes), &e_->names());
          Result<Key> own = ExtractKey(table.key, item);
          if (!own.ok()) return Problem(item_name() + ": " + own.status().message());
          if (!ItemKey(table, *own, &key_bytes) || key_bytes != key) {
            return Problem(item_name() + ": is stored under a key that is not its own");
          }
          const ItemView view(bytes, &e_->names());
          for (size_t i = 0; i < info.indexes.size(); ++i) {
            const IndexPlan& plan = info.indexes[i];
            if (plan.schema->state != IndexState::kActive) continue;
            if (!MakeEntry(plan, view, components, &entry_key, &entry_value)) {
              if (!plan.schema->none_left_out || !HasPartitionKey(plan, view)) continue;
              found_.broken.insert({table.name, plan.schema->name});
              Problem(item_name() + ": is left out of index " + plan.schema->name +
                      ", which is said to have all items");
              continue;
            }
            ++expected[i];
            bool found = false;
            s = e_->ReadItem(snapshot_, entry_key, &stored, &found);
            if (!s.ok() || !found || stored != entry_value) found_.broken.insert({table.name, plan.schema->name});
            if (!s.ok()) {
              Problem(item_name() + ": index " + plan.schema->name + ": " + s.message());
            } else if (!found) {
              Problem(item_name() + ": is missing from index " + plan.schema->name);
            } else if (stored != entry_value) {
              Problem(item_name() + ": its entry in index " + plan.schema->name + " is out of date");
            }
          }
          if (queue_ready && ExpiryKey(info, e_->names(), bytes, key, &entry_key)) {
            ++expected_queue;
            bool found = false;
            s = e_->ReadItem(snapshot_, entry_key, &stored, &found);
            if (!s.ok() || !found) {
              found_.broken.insert({table.name, ""});
              Problem(item_name() + ": is missing from the TTL queue");
            }
          }
        });
    if (progress_.cancelled()) return;
    if (!readable) found_.unreadable.insert(table.name);
    // Each item's entry is there, so equal counts mean there are no others.
    for (size_t i = 0; i < info.indexes.size(); ++i) {
      progress_.Next();
      if (!readable || info.indexes[i].schema->state != IndexState::kActive) continue;
      uint64_t count = 0;
      ForEach(info.indexes[i].prefix, where, [&](std::string_view, std::string_view) { ++count; });
      if (count != expected[i]) {
        found_.broken.insert({table.name, info.indexes[i].schema->name});
        ReportStray(info, info.indexes[i]);
      }
    }
    progress_.Next();
    if (readable && !table.ttl_attribute.empty() && queue_ready) {
      uint64_t count = 0;
      ForEach(IdPrefix(KeySpace::kExpiry, info.ttl_id), where, [&](std::string_view, std::string_view) { ++count; });
      if (count != expected_queue) {
        found_.broken.insert({table.name, ""});
        Problem(where + ": the TTL queue has " + std::to_string(count) + " entries instead of " +
                std::to_string(expected_queue));
      }
    }
  }

  void ReportStray(const TableInfo& info, const IndexPlan& plan) {
    const TableSchema& table = *info.schema;
    const KeySchema& key = plan.schema->key;
    std::string item_bytes, entry_key, entry_value;
    ForEach(plan.prefix, "index " + plan.schema->name, [&](std::string_view entry, std::string_view) {
      const std::string where = "table " + table.name + ": index " + plan.schema->name + ": entry " + Hex(entry);
      std::string_view rest = entry.substr(kPrefixBytes);
      if (!SkipComponent(key.hash.type, &rest) || (key.range && !SkipComponent(key.range->type, &rest))) {
        return Problem(where + ": bad key");
      }
      const std::string item_key = IdPrefix(KeySpace::kItem, table.id) + std::string(rest);
      bool found = false;
      Status s = e_->ReadItem(snapshot_, item_key, &item_bytes, &found);
      if (!s.ok()) return;  // reported with the items
      if (!found || !MakeEntry(plan, ItemView(item_bytes, &e_->names()), rest, &entry_key, &entry_value) ||
          entry_key != entry) {
        Problem(where + ": there is no such item " + KeyText(table.key, rest));
      }
    });
  }

  void CheckBackup(const StoredBackup& backup) {
    const std::string where = "backup " + backup.label + " of table " + backup.schema.name;
    uint64_t count = 0;
    ForEach(IdPrefix(KeySpace::kSaved, backup.id), where, [&](std::string_view key, std::string_view bytes) {
      ++count;
      Status s = VerifyItem(bytes, e_->names());
      if (!s.ok())
        Problem(where + ": item " + KeyText(backup.schema.key, key.substr(kPrefixBytes)) + ": " + s.message());
    });
    if (!progress_.cancelled() && count != backup.item_count) {
      Problem(where + ": has " + std::to_string(count) + " items, and must have " + std::to_string(backup.item_count));
    }
  }

  uint64_t TrimmedUpTo(uint32_t table_id, const std::string& where) {
    std::string bytes;
    bool found = false;
    Status s = e_->ReadItem(snapshot_, IdPrefix(KeySpace::kTrimmed, table_id), &bytes, &found);
    uint64_t trimmed = 0;
    const char* end = bytes.data() + bytes.size();
    if (!s.ok() || (found && GetVarint(bytes.data(), end, &trimmed) != end)) {
      Problem(where + ": how far it was trimmed cannot be read");
      return 0;
    }
    return trimmed;
  }

  void FeedProblem(const TableInfo& info, std::string text) {
    found_.feeds.insert(info.schema->name);
    Problem(std::move(text));
  }

  void CheckFeed(const TableInfo& info) {
    progress_.Next();
    const std::string where = "change feed of table " + info.schema->name;
    const uint64_t trimmed = TrimmedUpTo(info.schema->id, where);
    RecordChains chains;
    ForEach(IdPrefix(KeySpace::kChange, info.schema->id), where, [&](std::string_view key, std::string_view bytes) {
      if (key.size() != kPrefixBytes + 8) return Problem(where + ": bad key " + Hex(key));
      const uint64_t sequence = ReadU64(key.substr(kPrefixBytes));
      const std::string record = where + ": record " + std::to_string(sequence);
      if (sequence > visible_) Problem(record + ": its number was not given out yet");
      if (sequence <= trimmed) {
        found_.trimmed_records.emplace_back(key);
        Problem(record + ": was trimmed away, and is there");
      }
      Result<ChangeRecord> r = DecodeChange(bytes);
      if (!r.ok()) return Problem(record + ": " + r.status().message());
      for (std::string_view item : {r->keys, r->new_image, r->old_image}) {
        if (item.empty()) continue;
        Status s = VerifyItem(item, e_->names());
        if (!s.ok()) Problem(record + ": " + s.message());
      }
      const bool wants_new = r->view == StreamView::kNewImage || r->view == StreamView::kBothImages;
      const bool wants_old = r->view == StreamView::kOldImage || r->view == StreamView::kBothImages;
      if (r->keys.empty() || r->new_image.empty() != !(wants_new && r->event != ChangeEvent::kRemove) ||
          r->old_image.empty() != !(wants_old && r->event != ChangeEvent::kInsert)) {
        return Problem(record + ": its images do not fit its kind");
      }
      if (sequence < info.schema->stream_start) return;
      const std::string problem = chains.Add(sequence, *r);
      if (!problem.empty()) FeedProblem(info, record + ": " + problem);
    });
    if (info.schema->stream != StreamView::kOff && !found_.unreadable.contains(info.schema->name) &&
        !progress_.cancelled()) {
      CheckLastRecords(info, chains);
    }
  }

  void CheckLastRecords(const TableInfo& info, const RecordChains& chains) {
    std::string item_key, item;
    chains.ForEachLast([&](const std::string& keys, uint64_t sequence, bool exists, auto agrees) {
      const std::string record = "change feed of table " + info.schema->name + ": record " + std::to_string(sequence);
      const Value key_item = ItemValue(keys, &e_->names());
      Result<Key> key = ExtractKey(info.schema->key, key_item);
      if (!key.ok() || !ItemKey(*info.schema, *key, &item_key))
        return Problem(record + ": its keys are not the table's");
      bool found = false;
      Status s = e_->ReadItem(snapshot_, item_key, &item, &found);
      if (!s.ok()) return;  // reported with the items
      if (found != exists || (found && !agrees(item))) {
        FeedProblem(info, record + ": is the last one of its item, which is not as the record left it");
      }
    });
  }

  Engine* e_;
  KeyProgress progress_;
  uint64_t visible_ = 0;
  CatalogPtr catalog_;
  const leveldb::Snapshot* snapshot_ = nullptr;
  std::set<std::pair<KeySpace, uint32_t>> known_;
  std::set<std::pair<KeySpace, uint32_t>> pending_;
  std::vector<StoredBackup> backups_;
  uint64_t last_closed_ = 0;
  CheckResult found_;
};

}  // namespace

Result<CheckResult> CheckDatabase(Engine* engine, const ProgressFn& progress) {
  return Checker(engine, progress).Run();
}

}  // namespace parton
