#include "storage/local/key_comparisons.h"

#include <leveldb/slice.h>

#include <string>

namespace parton {

constinit thread_local uint64_t internal::key_comparisons = 0;

namespace {

class Counting final : public leveldb::Comparator {
 public:
  int Compare(const leveldb::Slice& a, const leveldb::Slice& b) const override {
    ++internal::key_comparisons;
    return a.compare(b);
  }
  const char* Name() const override { return base_->Name(); }
  void FindShortestSeparator(std::string* start, const leveldb::Slice& limit) const override {
    base_->FindShortestSeparator(start, limit);
  }
  void FindShortSuccessor(std::string* key) const override { base_->FindShortSuccessor(key); }

 private:
  const leveldb::Comparator* const base_ = leveldb::BytewiseComparator();
};

}  // namespace

const leveldb::Comparator* CountingComparator() {
  static const Counting* const comparator = new Counting;
  return comparator;
}

}  // namespace parton
