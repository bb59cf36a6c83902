#include "storage/local/size_estimates.h"

#include <algorithm>
#include <memory>
#include <string>

#include "types/item/item_rules.h"

namespace parton {

namespace {

constexpr uint64_t kSample = 512;           // items between two looks at how much of the files that was
constexpr uint64_t kWalked = 64 * kSample;  // at most; a smaller table is known exactly
constexpr uint64_t kBlocks = 8;             // of files: sizes are known to a block, so a sample of less says little
constexpr uint64_t kTolerated = 16;         // an estimate is good until every so-many-th item may have changed

TableStats Estimate(Engine* engine, const KeyInterval& range) {
  TableStats stats;
  leveldb::ReadOptions options = engine->ReadOptions(nullptr);
  options.fill_cache = false;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(options));
  uint64_t items = 0, in_files = 0;
  for (it->Seek(range.begin); it->Valid() && range.Contains(ToView(it->key())); it->Next()) {
    if (items == kWalked) break;
    if (items != 0 && items % kSample == 0) {
      in_files = engine->ApproximateSize(range.begin, ToView(it->key()));
      if (in_files >= kBlocks * engine->options().block_bytes) break;
    }
    ++items;
    stats.approximate_bytes += it->key().size() + it->value().size();
    stats.approximate_size += ItemSizeEncoded(ToView(it->value()), engine->names());
  }
  stats.approximate_items = items;
  stats.exact = it->status().ok() && (!it->Valid() || !range.Contains(ToView(it->key())));
  if (stats.exact || items == 0 || in_files == 0) return stats;
  // The rest is as what was walked.
  const double factor = std::max(
      1.0, static_cast<double>(engine->ApproximateSize(range.begin, range.end)) / static_cast<double>(in_files));
  for (uint64_t* n : {&stats.approximate_items, &stats.approximate_bytes, &stats.approximate_size}) {
    *n = static_cast<uint64_t>(static_cast<double>(*n) * factor);
  }
  stats.approximate_items = std::max(stats.approximate_items, items + 1);
  return stats;
}

}  // namespace

TableStats SizeEstimates::Get(uint32_t id, const KeyInterval& range) {
  const uint64_t changes = engine_->changes();
  {
    MutexLock lock(mutex_);
    if (auto it = kept_.find(id); it != kept_.end()) {
      const uint64_t since = changes - it->second.changes;
      const uint64_t items = it->second.stats.approximate_items;
      if (since == 0 || (items > kSample && since <= items / kTolerated)) return it->second.stats;
    }
  }
  const TableStats stats = Estimate(engine_, range);
  MutexLock lock(mutex_);
  kept_[id] = {stats, changes};
  return stats;
}

void SizeEstimates::Forget() {
  MutexLock lock(mutex_);
  kept_.clear();
}

}  // namespace parton
