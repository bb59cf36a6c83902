#include "storage/size_estimates.h"

#include <algorithm>
#include <memory>
#include <string>

namespace parton {

namespace {

constexpr uint64_t kSample = 512;  // items that are looked at; a smaller table is known exactly
constexpr uint64_t kTolerated = 16;  // an estimate is good until every so-many-th item may have changed

TableStats Estimate(Engine* engine, const KeyInterval& range) {
  TableStats stats;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(engine->ReadOptions(nullptr)));
  uint64_t items = 0, bytes = 0;
  std::string last;
  for (it->Seek(range.begin); it->Valid() && range.Contains(ToView(it->key())); it->Next()) {
    if (items == kSample) break;
    ++items;
    bytes += it->key().size() + it->value().size();
    last = it->key().ToString();
  }
  const bool all = !it->Valid() || !range.Contains(ToView(it->key()));
  if (all) {
    stats.approximate_items = items;
    stats.approximate_bytes = bytes;
    return stats;
  }
  const uint64_t size = engine->ApproximateSize(range.begin, range.end);
  const double each = static_cast<double>(bytes) / static_cast<double>(items);
  // Files hold compressed blocks; the sample tells by how much, if enough of it is in files.
  const uint64_t sample_size = engine->ApproximateSize(range.begin, last);
  double factor = engine->options().compression ? 2 : 1;
  if (sample_size >= 4 * engine->options().block_bytes) {
    factor = std::clamp(static_cast<double>(bytes) / static_cast<double>(sample_size), 0.5, 8.0);
  }
  const double unpacked = static_cast<double>(size) * factor;
  stats.approximate_items = std::max(items + 1, static_cast<uint64_t>(unpacked / each));
  if (size < bytes) {
    // Mostly in memory: walk on a little, which is cheap there.
    uint64_t walked = items;
    for (; it->Valid() && range.Contains(ToView(it->key())) && walked < 64 * kSample; it->Next()) {
      ++walked;
    }
    stats.approximate_items = std::max(stats.approximate_items, walked);
  }
  stats.approximate_bytes =
      static_cast<uint64_t>(static_cast<double>(stats.approximate_items) * each);
  return stats;
}

}  // namespace

TableStats SizeEstimates::Get(uint32_t id, const KeyInterval& range) {
  const uint64_t changes = engine_->changes();
  {
    std::lock_guard lock(mutex_);
    if (auto it = kept_.find(id); it != kept_.end()) {
      const uint64_t since = changes - it->second.changes;
      const uint64_t items = it->second.stats.approximate_items;
      if (since == 0 || (items > kSample && since <= items / kTolerated)) return it->second.stats;
    }
  }
  const TableStats stats = Estimate(engine_, range);
  std::lock_guard lock(mutex_);
  kept_[id] = {stats, changes};
  return stats;
}

void SizeEstimates::Forget() {
  std::lock_guard lock(mutex_);
  kept_.clear();
}

}  // namespace parton
