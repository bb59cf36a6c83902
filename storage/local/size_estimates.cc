#include "storage/local/size_estimates.h"

#include <algorithm>
#include <memory>
#include <string>

#include "storage/local/bytes/key_codec.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

constexpr uint64_t kWalked = 32 * 1024;  // items; a smaller table is known exactly
constexpr uint64_t kBlocks = 8;          // of files: a table of less is walked
constexpr int kSamples = 12;             // stretches that are counted, spread evenly over the bytes in files
constexpr uint64_t kSampleBlocks = 4;    // each
constexpr uint64_t kLook = 8;            // items between two looks at how much of the files that was
constexpr uint64_t kTolerated = 16;      // an estimate is good until every so-many-th item may have changed
constexpr uint64_t kExact = 512;         // items; of less the number is always right
constexpr uint64_t kInMemory = 64;       // bytes of an entry in LevelDB's memory, beside key and value

// What is in files is estimated by samples: sizes in files are known to a block, so a sample is counted from the start
// of one block to the start of another. What is in memory alone lies between the items of the files, where the samples
// count it too, or behind them.
class Estimator {
 public:
  Estimator(Engine* engine, const KeyInterval& range) : engine_(engine), range_(range) {
    leveldb::ReadOptions options = engine->ReadOptions(nullptr);
    options.fill_cache = false;
    it_.reset(engine->db()->NewIterator(options));
    in_files_ = Before(range_.end);
  }

  // Files are as they were when it was made: sizes were compared with sizes.
  bool SameFiles() const { return Before(range_.end) == in_files_; }

  TableStats Run() {
    const uint64_t few = kBlocks * engine_->options().block_bytes;
    it_->Seek(range_.begin);
    while (Inside() && stats_.approximate_items < kWalked) {
      if (in_files_ > few && stats_.approximate_items % kLook == 0 && Before(Key()) > few) break;
      Count();
    }
    if (!Inside()) {
      stats_.exact = it_->status().ok();
      return stats_;
    }
    if (in_files_ <= few) return Short();
    const TableStats sample = Sample();
    TableStats all = sample;
    if (sampled_bytes_ != 0) Scale(static_cast<double>(in_files_) / static_cast<double>(sampled_bytes_), &all);
    // Behind the last file.
    stats_ = {};
    it_->Seek(KeyAt(in_files_));
    while (Inside() && stats_.approximate_items < kWalked) Count();
    const TableStats behind = Inside() ? InMemory(stats_) : stats_;
    all.approximate_items += behind.approximate_items;
    all.approximate_bytes += behind.approximate_bytes;
    all.approximate_size += behind.approximate_size;
    return all;
  }

 private:
  std::string_view Key() const { return ToView(it_->key()); }
  bool Inside() const { return it_->Valid() && range_.Contains(Key()); }
  uint64_t Before(std::string_view key) const { return engine_->ApproximateSize(range_.begin, key); }

  void Count() {
    ++stats_.approximate_items;
    stats_.approximate_bytes += it_->key().size() + it_->value().size();
    stats_.approximate_size += ItemSizeEncoded(ToView(it_->value()), engine_->names());
    it_->Next();
  }

  static void Scale(double factor, TableStats* stats) {
    for (uint64_t* n : {&stats->approximate_items, &stats->approximate_bytes, &stats->approximate_size}) {
      *n = static_cast<uint64_t>(static_cast<double>(*n) * factor);
    }
  }

  // The stretches counted together.
  TableStats Sample() {
    stats_ = {};
    const uint64_t most = kSampleBlocks * engine_->options().block_bytes;
    for (int i = 0; i < kSamples; ++i) {
      it_->Seek(KeyAt(in_files_ * static_cast<uint64_t>(2 * i + 1) / (2 * kSamples)));
      if (!Inside()) break;
      // To the start of a block.
      const uint64_t first = Before(Key());
      uint64_t at = first;
      for (uint64_t n = 0; Inside() && at == first && n < kWalked; ++n, it_->Next()) {
        if (n % kLook == kLook - 1) at = Before(Key());
      }
      if (!Inside()) break;
      const uint64_t begin = Before(Key());
      const TableStats before = stats_;
      uint64_t end = begin;
      while (Inside() && stats_.approximate_items - before.approximate_items < kWalked) {
        if ((stats_.approximate_items - before.approximate_items) % kLook == 0) {
          const uint64_t now = Before(Key());
          if (now > end + most) break;  // a file ended, whose filter counts as if it lay here
          const bool another = now != end;
          end = now;
          if (another && now - begin >= most) break;
        }
        Count();
      }
      if (end == begin) {
        stats_ = before;
        continue;
      }
      sampled_bytes_ += end - begin;
    }
    return stats_;
  }

  // About the smallest key with so many bytes of files before it, byte by byte.
  std::string KeyAt(uint64_t bytes) const {
    constexpr size_t kLongest = 32;
    std::string key = range_.begin.substr(0, kPrefixBytes);  // as all keys of a table
    uint64_t below = in_files_;                              // the bytes of keys that begin with `key`
    while (key.size() < kLongest && below > engine_->options().block_bytes) {
      int low = 0, high = 255;  // the highest byte with less than `bytes` before it
      while (low < high) {
        const int middle = (low + high + 1) / 2;
        key.push_back(static_cast<char>(middle));
        const bool less = key <= range_.begin || (key < range_.end && Before(key) < bytes);
        key.pop_back();
        if (less) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      key.push_back(static_cast<char>(low));
      below = Before(std::min(PrefixSuccessor(key), range_.end)) - Before(std::max(key, range_.begin));
    }
    return std::max(key, range_.begin);
  }

  // Of small files, after much was walked that is in memory alone: where files go on, so does the rest, as what was
  // walked lies among them.
  TableStats Short() {
    const uint64_t passed = Before(Key());
    if (passed == 0 || passed * 10 > in_files_ * 9) return InMemory(stats_);
    TableStats all = stats_;
    Scale(static_cast<double>(in_files_) / static_cast<double>(passed), &all);
    return all;
  }

  // `walked` and what lies behind it, all in memory: the range's share of that is as its share of the files.
  TableStats InMemory(const TableStats& walked) const {
    const uint64_t files = engine_->ApproximateSize(SpacePrefix(KeySpace::kItem), "\xff");
    const double share = files == 0 ? 1 : static_cast<double>(in_files_) / static_cast<double>(files);
    const auto items = static_cast<double>(walked.approximate_items);
    const double held = static_cast<double>(walked.approximate_bytes) + items * static_cast<double>(kInMemory);
    TableStats all = walked;
    Scale(std::max(1.0, share * static_cast<double>(engine_->unflushed_bytes()) / held), &all);
    all.approximate_items = std::max(all.approximate_items, walked.approximate_items + 1);
    return all;
  }

  Engine* const engine_;
  const KeyInterval& range_;
  std::unique_ptr<leveldb::Iterator> it_;
  uint64_t in_files_;
  TableStats stats_;
  uint64_t sampled_bytes_ = 0;
};

}  // namespace

TableStats SizeEstimates::Get(uint32_t id, const KeyInterval& range) {
  const uint64_t changes = engine_->changes();
  {
    MutexLock lock(mutex_);
    if (auto it = kept_.find(id); it != kept_.end()) {
      const uint64_t since = changes - it->second.changes;
      const uint64_t items = it->second.stats.approximate_items;
      if (since == 0 || (items > kExact && since <= items / kTolerated)) return it->second.stats;
    }
  }
  // A compaction that ends in between makes them wrong by half.
  constexpr int kTries = 4;
  TableStats stats;
  for (int i = 0; i < kTries; ++i) {
    Estimator estimator(engine_, range);
    stats = estimator.Run();
    if (stats.exact || estimator.SameFiles()) break;
  }
  MutexLock lock(mutex_);
  kept_[id] = {stats, changes};
  return stats;
}

void SizeEstimates::Forget() {
  MutexLock lock(mutex_);
  kept_.clear();
}

}  // namespace parton
