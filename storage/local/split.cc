// The keys of a range form a trie. It is opened where it is heaviest, by seeking from one child to the next,
// until leaves are much smaller than pieces; then leaves are gathered into pieces of equal weight. The weight of a
// leaf is LevelDB's estimate of its size in files, or, if that is little beside its neighbours, a guess from how the
// trie branches below it: its items may be in memory. Of a leaf that has nothing in files the children get equal
// shares, as all leaves do where little is in files yet.
#include "storage/local/split.h"

#include <algorithm>
#include <queue>

#include "storage/local/bytes/key_codec.h"

namespace parton {

namespace {

struct Leaf {
  std::string prefix;
  double weight = 0;
  bool in_memory = false;
};

class Splitter {
 public:
  Splitter(Engine* engine, const KeyInterval& range)
      : engine_(engine),
        range_(range),
        it_(engine->db()->NewIterator(engine->ReadOptions(nullptr))),
        by_size_(engine->ApproximateSize(range.begin, range.end) > (256 << 10)) {}

  std::vector<ScanSegment> Run(int pieces) {
    std::string first, last;
    it_->Seek(range_.begin);
    if (!it_->Valid() || !Inside()) return {{range_.begin, range_.end}};
    first = it_->key().ToString();
    it_->Seek(range_.end);
    if (it_->Valid()) {
      it_->Prev();
    } else {
      it_->SeekToLast();
    }
    if (!it_->Valid() || !Inside()) return {{range_.begin, range_.end}};
    last = it_->key().ToString();
    size_t common = 0;
    while (common < first.size() && common < last.size() && first[common] == last[common]) ++common;

    auto lighter = [](const Leaf& a, const Leaf& b) { return a.weight < b.weight; };
    std::vector<Leaf> heap{{first.substr(0, common), 1, !by_size_}};
    std::vector<Leaf> done;
    double total = 1;
    for (int opened = 0; !heap.empty() && heap.front().weight > total / pieces / kLeavesAPiece && opened < kMostOpened;
         ++opened) {
      std::pop_heap(heap.begin(), heap.end(), lighter);
      Leaf leaf = std::move(heap.back());
      heap.pop_back();
      std::vector<Leaf> children = Open(leaf);
      if (children.empty()) {
        done.push_back(std::move(leaf));
        continue;
      }
      total -= leaf.weight;
      for (Leaf& child : children) {
        total += child.weight;
        heap.push_back(std::move(child));
        std::push_heap(heap.begin(), heap.end(), lighter);
      }
    }
    for (Leaf& leaf : heap) done.push_back(std::move(leaf));
    std::sort(done.begin(), done.end(), [](const Leaf& a, const Leaf& b) { return a.prefix < b.prefix; });
    return Gather(done, pieces);
  }

 private:
  static constexpr double kLeavesAPiece = 2;  // each opened costs up to 256 seeks
  static constexpr int kMostOpened = 512;

  bool Inside() const { return range_.Contains(ToView(it_->key())); }

  // One leaf per next byte below the prefix; none if the prefix is a whole key.
  std::vector<Leaf> Open(const Leaf& leaf) {
    std::vector<Leaf> children;
    const std::string end = PrefixSuccessor(leaf.prefix);
    std::string position = std::max(leaf.prefix, range_.begin);
    while (true) {
      it_->Seek(position);
      if (!it_->Valid() || !Inside() || ToView(it_->key()) >= end) break;
      if (it_->key().size() <= leaf.prefix.size()) return {};
      std::string prefix = it_->key().ToString().substr(0, leaf.prefix.size() + 1);
      std::string next = PrefixSuccessor(prefix);
      children.push_back({std::move(prefix), 1, true});
      if (!leaf.in_memory)
        children.back().weight = 1 + static_cast<double>(engine_->ApproximateSize(children.back().prefix, next));
      if (next.empty() || next >= end) break;
      position = std::move(next);
    }
    if (leaf.in_memory) {
      for (Leaf& child : children) child.weight = leaf.weight / static_cast<double>(children.size());
    } else {
      WeighMemory(&children);
    }
    return children;
  }

  // Leaves that have little in files beside the others may have more in memory.
  void WeighMemory(std::vector<Leaf>* leaves) {
    double sum = 0;
    for (const Leaf& leaf : *leaves) sum += leaf.weight;
    for (Leaf& leaf : *leaves) {
      leaf.in_memory = leaf.weight <= 1;
      if (leaf.weight * 4 > sum / static_cast<double>(leaves->size())) continue;
      it_->Seek(leaf.prefix);
      constexpr double kTypicalPacking = 0.5;  // files are compressed
      const auto row = static_cast<double>(it_->key().size() + it_->value().size());
      leaf.weight = std::max(leaf.weight, KeysBelow(leaf.prefix, PrefixSuccessor(leaf.prefix)) * row * kTypicalPacking);
    }
  }

  // About how many keys: on one way down, the number of branches is estimated from the first few of them. Some of them
  // may be keys that end there, so these are counted apart.
  double KeysBelow(std::string prefix, std::string end) {
    double keys = 0, scale = 1;
    std::string first, last;
    while (FirstAndLast(prefix, end, &first, &last)) {
      if (first == last) return keys + scale;
      size_t common = 0;
      while (first[common] == last[common]) ++common;
      const std::string stem = first.substr(0, common);
      const unsigned begin = static_cast<unsigned char>(first[common]), most = static_cast<unsigned char>(last[common]);
      constexpr int kLooked = 4;
      unsigned at;
      int seen = 0, whole = 0;
      prefix.clear();
      for (it_->Seek(first);; it_->Seek(stem + static_cast<char>(at + 1))) {
        at = static_cast<unsigned char>(it_->key()[common]);
        ++seen;
        if (it_->key().size() == common + 1) {
          ++whole;
        } else {
          prefix = stem + static_cast<char>(at);
        }
        if (seen == kLooked || at >= most) break;
      }
      const double branches = at == begin ? 1 : 1 + (seen - 1.0) * (most - begin) / (at - begin);
      keys += scale * branches * whole / seen;
      scale *= branches * (seen - whole) / seen;
      if (prefix.empty()) return keys;
      end = PrefixSuccessor(prefix);
    }
    return keys + scale;
  }

  // False: there is no key between, or one is the start of the other, which no two keys of a table are.
  bool FirstAndLast(const std::string& begin, const std::string& end, std::string* first, std::string* last) {
    it_->Seek(begin);
    if (!it_->Valid() || ToView(it_->key()) >= end) return false;
    first->assign(ToView(it_->key()));
    it_->Seek(end);
    if (it_->Valid()) {
      it_->Prev();
    } else {
      it_->SeekToLast();
    }
    last->assign(ToView(it_->key()));
    return *first == *last || !last->starts_with(*first);
  }

  std::vector<ScanSegment> Gather(const std::vector<Leaf>& leaves, int pieces) {
    double total = 0;
    for (const Leaf& leaf : leaves) total += leaf.weight;
    std::vector<ScanSegment> out;
    std::string begin = range_.begin;
    double sum = 0;
    for (size_t i = 0; i + 1 < leaves.size(); ++i) {
      sum += leaves[i].weight;
      if (static_cast<int>(out.size()) + 1 == pieces) break;
      const double target = total * static_cast<double>(out.size() + 1) / pieces;
      if (sum + leaves[i + 1].weight / 2 < target) continue;
      const std::string& cut = leaves[i + 1].prefix;
      if (cut <= begin || cut >= range_.end) continue;
      out.push_back({begin, cut});
      begin = cut;
    }
    out.push_back({begin, range_.end});
    return out;
  }

  Engine* engine_;
  const KeyInterval& range_;
  std::unique_ptr<leveldb::Iterator> it_;
  const bool by_size_;
};

}  // namespace

std::vector<ScanSegment> SplitInterval(Engine* engine, const KeyInterval& range, int pieces) {
  if (pieces <= 1 || range.empty()) return {{range.begin, range.end}};
  return Splitter(engine, range).Run(pieces);
}

}  // namespace parton
