#include "session/commands/statistics_collector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "types/item/item_rules.h"
#include "types/status/bounds.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 4;
constexpr size_t kHottest = 10;
constexpr int kPieces = 100;
constexpr double kGuessError = 0.2;  // of the store's estimates, in most cases

// As it would be written in a path.
std::string PathName(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
  });
  return plain ? name : "\"" + name + "\"";
}

// Spreads HashValue, whose low bits may be regular.
uint64_t Mixed(uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

struct PathState {
  explicit PathState(size_t values) : distinct(values) {}
  uint64_t count = 0;
  uint64_t bytes = 0;
  uint64_t largest = 0;
  uint64_t scalars = 0;
  std::map<std::string_view, uint64_t> types;
  DistinctCounter distinct;
  std::optional<double> low, high;
};

class PathCollector {
 public:
  explicit PathCollector(const StatisticsLimits& limits) : limits_(limits) {}

  void AddItem(const Value& item) {
    const Value whole = item.Materialize();
    for (const Field& f : whole.fields()) AddValue(PathName(f.name), f.value, 1);
  }

  // Most frequent first; `factor` scales what was seen to the whole table.
  std::vector<TableStatistics::Attribute> Finish(double factor) const {
    std::vector<TableStatistics::Attribute> out;
    auto scaled = [&](uint64_t n) { return static_cast<uint64_t>(std::llround(static_cast<double>(n) * factor)); };
    for (const auto& [path, state] : paths_) {
      TableStatistics::Attribute a;
      a.path = path;
      a.count = scaled(state.count);
      for (const auto& [type, n] : state.types) a.types.emplace_back(type, scaled(n));
      std::stable_sort(a.types.begin(), a.types.end(),
                       [](const auto& l, const auto& r) { return l.second > r.second; });
      a.average_size = static_cast<double>(state.bytes) / static_cast<double>(state.count);
      a.largest = state.largest;
      a.distinct = state.distinct.Estimate(state.scalars, scaled(state.scalars));
      a.distinct_exact = factor == 1 && state.distinct.exact();
      a.low = state.low;
      a.high = state.high;
      out.push_back(std::move(a));
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return a.count != b.count ? a.count > b.count : a.path < b.path;
    });
    return out;
  }
  bool left_out() const { return left_out_; }

 private:
  void AddValue(const std::string& path, const Value& v, int depth) {
    auto it = paths_.find(path);
    if (it == paths_.end()) {
      if (paths_.size() >= limits_.paths) {
        left_out_ = true;
        return;
      }
      it = paths_.emplace(path, PathState(depth == 1 ? limits_.values : limits_.values / 4)).first;
    }
    PathState& state = it->second;
    ++state.count;
    ++state.types[DynamoTypeCode(v)];
    const uint64_t size = StoredSize(v);
    state.bytes += size;
    state.largest = std::max(state.largest, size);
    if (v.is_struct()) {
      if (depth == kMaxDepth) return;
      const Value whole = v.Materialize();
      for (const Field& f : whole.fields()) AddValue(path + "." + PathName(f.name), f.value, depth + 1);
    } else if (v.is_collection()) {
      if (depth == kMaxDepth) return;
      for (const Value& e : v.elements()) AddValue(path + "[]", e, depth + 1);
    } else if (!v.is_null()) {
      AddScalar(v, &state);
    }
  }
  static void AddScalar(const Value& v, PathState* state) {
    ++state->scalars;
    state->distinct.Add(Mixed(HashValue(v)));
    if (!v.is_numeric()) return;
    const double d = v.ToDouble();
    state->low = std::min(d, state->low.value_or(d));
    state->high = std::max(d, state->high.value_or(d));
  }

  const StatisticsLimits& limits_;
  std::map<std::string, PathState> paths_;
  bool left_out_ = false;
};

// Partitions as they go by: the items of one come one after another. Of each of many segments the first items may be
// all that is read (the segment is cut): the rest of a partition after the cut is then estimated.
class PartitionCollector {
 public:
  // How far segments' numbers of items may be off, as a part of them.
  void SetUncertainty(double part) { uncertainty_ = part; }

  void Add(const Value& hash, uint64_t size) {
    if (run_.items != 0 && !(hash == key_)) EndRun();
    if (run_.items == 0) key_ = hash.Own();
    ++run_.items;
    run_.bytes += size;
    ++segment_.read;
  }

  // `items`: how many the segment has, read or not.
  void EndSegment(double items, bool cut) {
    if (run_.items == 0) return;
    const bool whole_segment = segment_.runs == 0;
    EndRun();
    const auto read = static_cast<double>(segment_.read);
    const double factor = cut ? std::max(1.0, items / read) : 1;
    // Few that are large are met anyway, if not here then where the next segment begins.
    const double unseen = segment_.runs > 3 ? factor : 1;
    partitions_ += static_cast<double>(segment_.runs - 1) * unseen + (segment_.first_is_new ? 1 : 0);
    // A partition that fills the whole segment may begin anywhere after the last cut.
    if (whole_segment && cut && segment_.first_is_new) Widen(rest_ / 2, rest_ / 2);
    rest_ = cut ? std::max(0.0, items - read) : 0;
    mean_run_ = read / static_cast<double>(segment_.runs);
    filled_ = whole_segment;
    segment_ = {};
  }

  void Finish(TableStatistics::Source* out) {
    CloseOpen();
    KeepHottest();
    out->partitions = partitions_;
    out->hottest = std::move(hottest_);
  }

 private:
  struct Segment {
    uint64_t read = 0;
    uint64_t runs = 0;
    bool first_is_new = false;  // its first partition is not the last one of the segment before
  };

  void EndRun() {
    ++segment_.runs;
    if (segment_.runs == 1 && has_open_ && key_ == open_key_) {
      // All between the cut and here is of this partition.
      const auto between = static_cast<uint64_t>(rest_);
      open_.bytes += run_.bytes + between * open_.bytes / std::max<uint64_t>(1, open_.items);
      open_.items += run_.items + between;
      estimated_ += static_cast<double>(between);
    } else {
      CloseOpen();
      if (segment_.runs == 1) segment_.first_is_new = true;
      open_ = std::move(run_);
      open_key_ = std::move(key_);
      has_open_ = true;
    }
    run_ = {};
  }

  // The partition that may have gone on is at its end.
  void CloseOpen() {
    if (!has_open_) return;
    // Behind a cut it has about as many more as partitions there usually have. One that filled what was read ends
    // anywhere.
    if (segment_.runs <= 1 && rest_ > 0) {
      filled_ ? Widen(rest_ / 2, rest_ / 2) : Widen(std::min(rest_, mean_run_ - 1), std::min(rest_, mean_run_));
    }
    open_.error += static_cast<uint64_t>(std::ceil(estimated_ * uncertainty_));
    estimated_ = 0;
    open_.key = open_key_.ToLiteral();
    hottest_.push_back(std::move(open_));
    if (hottest_.size() >= 8 * kHottest) KeepHottest();
    has_open_ = false;
  }

  void Widen(double more, double error) {
    const auto added = static_cast<uint64_t>(std::llround(more));
    open_.bytes += added * open_.bytes / std::max<uint64_t>(1, open_.items);
    open_.items += added;
    open_.error += static_cast<uint64_t>(std::llround(error));
  }

  void KeepHottest() {
    std::stable_sort(hottest_.begin(), hottest_.end(), [](const auto& a, const auto& b) { return a.items > b.items; });
    if (hottest_.size() > kHottest) hottest_.resize(kHottest);
  }

  Value key_, open_key_;
  TableStatistics::Partition run_, open_;  // being read; the last one, which may go on in the next segment
  bool has_open_ = false;
  Segment segment_;
  double rest_ = 0;       // after the cut of the last segment
  double mean_run_ = 1;   // items of a partition there
  double estimated_ = 0;  // items of open_ that were not read
  double uncertainty_ = 0;
  bool filled_ = false;  // one partition was all that was read there
  double partitions_ = 0;
  std::vector<TableStatistics::Partition> hottest_;
};

class Collector {
 public:
  Collector(TableStore* store, ReadView* view, TablePtr table, const StatisticsLimits& limits,
            const StoreProgress& progress)
      : store_(store), view_(view), table_(std::move(table)), limits_(limits), progress_(progress), paths_(limits) {}

  Result<TableStatistics> Run() {
    Estimate table = Guess(nullptr);
    std::vector<Estimate> indexes;
    planned_ = table.to_read;
    for (const IndexSchema& index : table_->indexes) {
      indexes.push_back(Guess(&index));
      if (index.state == IndexState::kActive) planned_ += indexes.back().to_read;
    }
    PARTON_RETURN_IF_ERROR(ReadTable(&table));
    for (size_t i = 0; i < indexes.size(); ++i) {
      const IndexSchema& index = table_->indexes[i];
      if (index.state == IndexState::kActive) PARTON_RETURN_IF_ERROR(ReadIndex(index, &indexes[i]));
    }
    return std::move(out_);
  }

 private:
  // How many entries there are: before reading, a guess.
  struct Estimate {
    double items = 0;
    double error = 0;
    bool counted = false;
    bool sampled = false;  // only a part of each segment is read
    uint64_t read = 0;
    uint64_t to_read = 0;
  };

  Estimate Guess(const IndexSchema* index) {
    Estimate e;
    const TableStats stats = store_->Stats(*table_, index);
    e.items = static_cast<double>(stats.approximate_items);
    e.error = stats.exact ? 0 : kGuessError * e.items;
    e.sampled = stats.approximate_items > std::max(limits_.sample, limits_.counted);
    e.to_read = e.sampled ? limits_.sample : stats.approximate_items;
    return e;
  }

  Status ReadTable(Estimate* e) {
    out_.store_items = static_cast<uint64_t>(e->items);
    TableStatistics::Source source;
    source.name = table_->name;
    PartitionCollector partitions;
    std::vector<uint64_t> sizes(out_.sizes.size());
    uint64_t bytes = 0, seen = 0;
    // Looking at attributes costs most: every so-many-th item is enough.
    const uint64_t stride = std::max<uint64_t>(1, e->to_read / std::max<uint64_t>(1, limits_.sample));
    PARTON_RETURN_IF_ERROR(Read(nullptr, e, &partitions, [&](const Value& item) {
      const uint64_t size = ItemSize(item);
      bytes += size;
      ++sizes[SizeBucketOf(size)];
      if (seen++ % stride == 0) {
        paths_.AddItem(item);
        ++out_.read;
      }
      return size;
    }));
    out_.items = static_cast<uint64_t>(std::llround(e->items));
    out_.items_error = static_cast<uint64_t>(std::llround(e->error));
    out_.complete = e->counted && stride == 1;
    const double factor = Factor(out_.items, e->read);
    auto scaled = [&](uint64_t n) { return static_cast<uint64_t>(std::llround(static_cast<double>(n) * factor)); };
    out_.bytes = scaled(bytes);
    for (size_t i = 0; i < sizes.size(); ++i) out_.sizes[i] = scaled(sizes[i]);
    out_.attributes = paths_.Finish(Factor(out_.items, out_.read));
    out_.paths_left_out = paths_.left_out();
    AddSource(*e, &partitions, std::move(source));
    return Status::Ok();
  }

  static double Factor(uint64_t all, uint64_t read) {
    return read == 0 ? 1 : static_cast<double>(all) / static_cast<double>(read);
  }

  Status ReadIndex(const IndexSchema& index, Estimate* e) {
    TableStatistics::Source source;
    source.id = index.id;
    source.name = index.name;
    PartitionCollector partitions;
    PARTON_RETURN_IF_ERROR(Read(&index, e, &partitions, [](const Value& item) { return ItemSize(item); }));
    AddSource(*e, &partitions, std::move(source));
    return Status::Ok();
  }

  void AddSource(const Estimate& e, PartitionCollector* partitions, TableStatistics::Source source) {
    source.entries = static_cast<uint64_t>(std::llround(e.items));
    source.error = static_cast<uint64_t>(std::llround(e.error));
    source.counted = e.counted;
    partitions->Finish(&source);
    out_.sources.push_back(std::move(source));
  }

  // The value of the partition key: of several attributes a list.
  static Value PartitionOf(const KeySchema& key, const Value& item) {
    if (key.more_hash.empty()) return item.GetBorrowed(key.hash.name);
    std::vector<Value> values;
    for (size_t i = 0; i < key.hash_parts(); ++i) values.push_back(item.Get(key.part(i).name));
    return Value::List(std::move(values));
  }

  // All items, or the first ones of each of many segments. `each` gives an item's size. Makes the estimate better.
  template <typename Each>
  Status Read(const IndexSchema* index, Estimate* e, PartitionCollector* partitions, const Each& each) {
    const KeySchema& key = index != nullptr ? index->key : table_->key;
    std::vector<ScanSegment> segments(1);
    if (e->sampled) segments = store_->Split(*table_, index, KeyRange(), kPieces);
    const double pieces = static_cast<double>(segments.size());
    if (e->items > 0) partitions->SetUncertainty(e->error / e->items);
    const uint64_t share = std::max<uint64_t>(1, limits_.sample / segments.size());
    e->counted = true;
    for (const ScanSegment& segment : segments) {
      CursorSpec spec;
      spec.table = table_;
      spec.index = index;
      if (e->sampled) spec.segment = &segment;
      spec.fill_cache = false;
      if (e->sampled) spec.examine_items = share;
      PARTON_ASSIGN_OR_RETURN(auto cursor, store_->OpenCursor(*view_, spec, &context_, 0));
      Value item;
      uint64_t read = 0;
      while (cursor->Next(&item)) {
        if ((++read_ & 63) == 0 && !progress_(read_, read_ < planned_ ? planned_ : 0)) {
          return CancelledStatus(CurrentBounds());
        }
        ++read;
        partitions->Add(PartitionOf(key, item), each(item));
      }
      PARTON_RETURN_IF_ERROR(cursor->status());
      const bool cut = cursor->stopped_at_limit();
      e->counted = e->counted && !cut;
      // Segments have about equal numbers of items.
      partitions->EndSegment(cut ? e->items / pieces : static_cast<double>(read), cut);
      e->read += read;
    }
    if (e->counted) {
      e->items = static_cast<double>(e->read);
      e->error = 0;
    }
    e->items = std::max(e->items, static_cast<double>(e->read));
    return Status::Ok();
  }

  TableStore* store_;
  ReadView* view_;
  const TablePtr table_;
  const StatisticsLimits& limits_;
  const StoreProgress& progress_;
  EvalContext context_;
  PathCollector paths_;
  TableStatistics out_;
  uint64_t read_ = 0;
  uint64_t planned_ = 0;  // to be read, about
};

}  // namespace

void DistinctCounter::Add(uint64_t hash) {
  if (!Kept(hash)) return;
  ++counts_[hash];
  while (counts_.size() > bound_) {
    ++level_;
    std::erase_if(counts_, [&](const auto& entry) { return !Kept(entry.first); });
  }
}

double DistinctCounter::Estimate(uint64_t seen, uint64_t total) const {
  const double scale = std::ldexp(1.0, level_);
  const double values = static_cast<double>(counts_.size()) * scale;
  if (seen >= total || seen == 0) return values;
  // What comes once in the sample stands for others that were not met (the estimator of Charikar and others).
  const auto once = static_cast<double>(
      std::count_if(counts_.begin(), counts_.end(), [](const auto& entry) { return entry.second == 1; }));
  const double all = static_cast<double>(total);
  // Nearly all different: they are different everywhere.
  if (once * scale > 0.9 * static_cast<double>(seen)) return all * (values / static_cast<double>(seen));
  return std::min(all, values - once * scale + once * scale * std::sqrt(all / static_cast<double>(seen)));
}

Result<TableStatistics> CollectStatistics(TableStore* store, ReadView* view, const TablePtr& table,
                                          const StatisticsLimits& limits, const StoreProgress& progress) {
  return Collector(store, view, table, limits, progress).Run();
}

}  // namespace parton
