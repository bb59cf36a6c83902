#include "executor/statistics_collector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "types/bounds.h"
#include "types/item_rules.h"
#include "types/value_compare.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 4;
constexpr size_t kHottest = 10;
constexpr int kPieces = 200;

std::string_view DynamoTypeName(const Value& v) {
  switch (v.type()) {
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOL";
    case Type::kInt:
    case Type::kDecimal: return "N";
    case Type::kString: return "S";
    case Type::kBlob: return "B";
    case Type::kList: return "L";
    case Type::kStringSet: return "SS";
    case Type::kNumberSet: return "NS";
    case Type::kBinarySet: return "BS";
    case Type::kStruct: return "M";
    default: return "?";
  }
}

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
      std::stable_sort(a.types.begin(), a.types.end(), [](const auto& l, const auto& r) { return l.second > r.second; });
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
    ++state.types[DynamoTypeName(v)];
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

// Partitions as they go by: the items of one come one after another.
class PartitionCollector {
 public:
  explicit PartitionCollector(size_t values) : distinct_(values) {}

  void Add(const Value& hash, uint64_t size) {
    ++read_;
    distinct_.Add(Mixed(HashValue(hash)));
    if (items_ != 0 && !(hash == current_)) EndRun();
    if (items_ == 0) current_ = hash.Own();
    ++items_;
    bytes_ += size;
  }
  // Also where a segment ends.
  void EndRun() {
    if (items_ == 0) return;
    hottest_.push_back({current_.ToLiteral(), items_, bytes_});
    if (hottest_.size() >= 8 * kHottest) KeepHottest();
    items_ = bytes_ = 0;
  }

  void Finish(uint64_t entries, TableStatistics::Source* out) {
    EndRun();
    KeepHottest();
    const double factor = read_ == 0 ? 1 : static_cast<double>(entries) / static_cast<double>(read_);
    for (TableStatistics::Partition& p : hottest_) {
      p.items = static_cast<uint64_t>(std::llround(static_cast<double>(p.items) * factor));
      p.bytes = static_cast<uint64_t>(std::llround(static_cast<double>(p.bytes) * factor));
    }
    out->entries = entries;
    out->partitions = distinct_.Estimate(read_, entries);
    out->hottest = std::move(hottest_);
  }
  uint64_t read() const { return read_; }

 private:
  void KeepHottest() {
    std::stable_sort(hottest_.begin(), hottest_.end(), [](const auto& a, const auto& b) { return a.items > b.items; });
    if (hottest_.size() > kHottest) hottest_.resize(kHottest);
  }

  DistinctCounter distinct_;
  Value current_;
  uint64_t items_ = 0;
  uint64_t bytes_ = 0;
  uint64_t read_ = 0;
  std::vector<TableStatistics::Partition> hottest_;
};

class Collector {
 public:
  Collector(TableStore* store, ReadView* view, TablePtr table, const StatisticsLimits& limits,
            const std::function<bool(uint64_t)>& progress)
      : store_(store), view_(view), table_(std::move(table)), limits_(limits), progress_(progress), paths_(limits) {}

  Result<TableStatistics> Run() {
    PARTON_RETURN_IF_ERROR(ReadTable());
    for (const IndexSchema& index : table_->indexes) {
      if (index.state == IndexState::kActive) PARTON_RETURN_IF_ERROR(ReadIndex(index));
    }
    return std::move(out_);
  }

 private:
  Status ReadTable() {
    const uint64_t guess = store_->Stats(*table_, nullptr).approximate_items;
    out_.store_items = guess;
    TableStatistics::Source source;
    source.name = table_->name;
    PartitionCollector partitions(limits_.values);
    std::vector<uint64_t> sizes(out_.sizes.size());
    uint64_t bytes = 0;
    PARTON_RETURN_IF_ERROR(Read(nullptr, guess, &out_.complete, [&](const Value& item, bool ends) {
      if (ends) return partitions.EndRun();
      const uint64_t size = ItemSize(item);
      bytes += size;
      ++sizes[SizeBucketOf(size)];
      paths_.AddItem(item);
      partitions.Add(item.GetBorrowed(table_->key.hash.name), size);
    }));
    out_.read = partitions.read();
    out_.items = out_.complete ? out_.read : std::max(guess, out_.read);
    const double factor = out_.read == 0 ? 1 : static_cast<double>(out_.items) / static_cast<double>(out_.read);
    auto scaled = [&](uint64_t n) { return static_cast<uint64_t>(std::llround(static_cast<double>(n) * factor)); };
    out_.bytes = scaled(bytes);
    for (size_t i = 0; i < sizes.size(); ++i) out_.sizes[i] = scaled(sizes[i]);
    out_.attributes = paths_.Finish(factor);
    out_.paths_left_out = paths_.left_out();
    partitions.Finish(out_.items, &source);
    out_.sources.push_back(std::move(source));
    return Status::Ok();
  }

  Status ReadIndex(const IndexSchema& index) {
    const uint64_t guess = store_->Stats(*table_, &index).approximate_items;
    TableStatistics::Source source;
    source.id = index.id;
    source.name = index.name;
    PartitionCollector partitions(limits_.values);
    bool complete = true;
    PARTON_RETURN_IF_ERROR(Read(&index, guess, &complete, [&](const Value& item, bool ends) {
      if (ends) return partitions.EndRun();
      partitions.Add(item.GetBorrowed(index.key.hash.name), ItemSize(item));
    }));
    partitions.Finish(complete ? partitions.read() : std::max(guess, partitions.read()), &source);
    out_.sources.push_back(std::move(source));
    return Status::Ok();
  }

  // All items, or the first ones of each of many segments. `each` is also told where a segment ends.
  template <typename Each>
  Status Read(const IndexSchema* index, uint64_t guess, bool* complete, const Each& each) {
    const bool sample = guess > limits_.sample;
    std::vector<ScanSegment> segments(1);
    if (sample) segments = store_->Split(*table_, index, KeyRange(), kPieces);
    const uint64_t share = std::max<uint64_t>(1, limits_.sample / segments.size());
    *complete = true;
    for (const ScanSegment& segment : segments) {
      CursorSpec spec;
      spec.table = table_;
      spec.index = index;
      if (sample) spec.segment = &segment;
      spec.fill_cache = false;
      // A guess may be far too low.
      spec.examine_items = sample ? share : 10 * std::max<uint64_t>(limits_.sample, 1);
      PARTON_ASSIGN_OR_RETURN(auto cursor, store_->OpenCursor(*view_, spec, &context_, 0));
      Value item;
      while (cursor->Next(&item)) {
        if ((++read_ & 255) == 0 && !progress_(read_)) {
          return CancelledStatus(CurrentBounds());
        }
        each(item, false);
      }
      PARTON_RETURN_IF_ERROR(cursor->status());
      if (cursor->stopped_at_limit()) *complete = false;
      each(item, true);
    }
    return Status::Ok();
  }

  TableStore* store_;
  ReadView* view_;
  const TablePtr table_;
  const StatisticsLimits& limits_;
  const std::function<bool(uint64_t)>& progress_;
  EvalContext context_;
  PathCollector paths_;
  TableStatistics out_;
  uint64_t read_ = 0;
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
                                          const StatisticsLimits& limits,
                                          const std::function<bool(uint64_t)>& progress) {
  return Collector(store, view, table, limits, progress).Run();
}

}  // namespace parton
