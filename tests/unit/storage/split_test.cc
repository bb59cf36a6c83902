// Segments of a scan are of about equal size, whether their items are in files or still in memory, and partition the
// table.
#include <algorithm>
#include <functional>
#include <random>

#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

constexpr int kRows = 40000;
constexpr int kPieces = 8;

// The numbers of rows of the segments of a table of which about the last fifth is in memory.
std::vector<size_t> SegmentSizes(const std::function<Value(int)>& key) {
  StoreOptions options;
  options.path = ":memory:";
  options.write_buffer_bytes = 4 << 20;
  auto store = OpenLocalStore(options).value();
  TablePtr table = Create(store.get(), Table("t"));
  // Payloads that do not compress all too well.
  std::mt19937 random(3);
  std::vector<WriteOp> ops;
  for (int i = 0; i < kRows; ++i) {
    std::string payload(250, ' ');
    for (char& c : payload) c = static_cast<char>('a' + random() % 8);
    ops.push_back(Put(table, Item({{"pk", "a"}, {"sk", key(i)}, {"v", payload}})));
    if (ops.size() < 1000) continue;
    EXPECT_TRUE(TryWrite(store.get(), std::exchange(ops, {})).ok());
  }
  std::vector<size_t> sizes;
  for (const ScanSegment& s : store->Split(*table, nullptr, KeyRange(), kPieces)) {
    CursorSpec spec = Spec(table);
    spec.segment = &s;
    sizes.push_back(Scan(store.get(), spec).size());
  }
  return sizes;
}

void ExpectBalanced(const std::vector<size_t>& sizes) {
  size_t sum = 0, largest = 0;
  for (size_t n : sizes) {
    sum += n;
    largest = std::max(largest, n);
  }
  EXPECT_EQ(sum, static_cast<size_t>(kRows));
  EXPECT_LE(largest, kRows * 3u / kPieces) << testing::PrintToString(sizes);
}

TEST(Split, KeysInTheOrderOfLoading) {
  ExpectBalanced(SegmentSizes([](int i) { return Value::Int(i); }));
}

TEST(Split, KeysOfManyLengths) {
  ExpectBalanced(SegmentSizes([](int i) { return Value::Int(int64_t{i} * i * 1237); }));
}

TEST(Split, KeysAllOver) {
  ExpectBalanced(SegmentSizes([](int i) { return Value::Int(int64_t{i} * 7919 % 999983); }));
}

}  // namespace
}  // namespace parton::storage_test
