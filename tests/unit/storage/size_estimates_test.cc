// Estimates of the number of items, against the truth: in files, in memory, and in both.
#include <algorithm>
#include <random>

#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

constexpr int kItems = 60000;

std::string Noise(std::mt19937* random, size_t size) {
  std::string out;
  while (out.size() < size) out.push_back(static_cast<char>('a' + (*random)() % 26));
  return out;
}

// Of kItems items in the order of `ids`, where an item's size depends on its id.
void ExpectClose(size_t write_buffer, const std::vector<int>& ids) {
  StoreOptions options;
  options.path = ":memory:";
  options.durable = false;
  options.write_buffer_bytes = write_buffer;
  options.block_bytes = 4 << 10;
  auto opened = OpenLocalStore(options);
  ASSERT_TRUE(opened.ok());
  LocalStore* store = opened->get();
  auto table = Create(store, Table("t", true, {Index("x", Attribute("g", KeyType::kString), Projection::kKeysOnly)}));
  Create(store, Table("other"));
  std::mt19937 random(1);
  Context c;
  for (size_t i = 0; i < ids.size();) {
    std::vector<WriteOp> ops;
    for (; ops.size() < 500 && i < ids.size(); ++i) {
      // Small ones first, and some that compress well.
      const size_t size = 20 + static_cast<size_t>(ids[i]) / 500;
      std::string text = ids[i] % 3 == 0 ? std::string(size, 'x') : Noise(&random, size);
      ops.push_back(Put(table, Item({{"pk", "a"},
                                     {"sk", ids[i]},
                                     {"g", "g" + std::to_string(ids[i] % 100)},
                                     {"text", Value::String(text)}})));
    }
    ASSERT_TRUE(store->TransactWrite(ops, c.ctx, {}).ok());
  }
  const double n = static_cast<double>(ids.size());
  const auto items = static_cast<double>(store->Stats(*table, nullptr).approximate_items);
  const auto entries = static_cast<double>(store->Stats(*table, &table->indexes[0]).approximate_items);
  EXPECT_NEAR(items / n, 1, 0.1);
  EXPECT_NEAR(entries / n, 1, 0.3);  // how much of the memory is theirs is a guess
}

std::vector<int> InOrder() {
  std::vector<int> ids(kItems);
  for (int i = 0; i < kItems; ++i) ids[static_cast<size_t>(i)] = i;
  return ids;
}

TEST(SizeEstimatesTest, InFiles) { ExpectClose(256 << 10, InOrder()); }

TEST(SizeEstimatesTest, ManyBehindTheFiles) { ExpectClose(3 << 20, InOrder()); }

TEST(SizeEstimatesTest, InMemoryAlone) {
  std::vector<int> ids = InOrder();
  ids.resize(20000);
  ExpectClose(64 << 20, ids);
}

TEST(SizeEstimatesTest, InNoOrder) {
  std::vector<int> ids = InOrder();
  std::shuffle(ids.begin(), ids.end(), std::mt19937(5));
  ExpectClose(1 << 20, ids);
}

}  // namespace
}  // namespace parton::storage_test
