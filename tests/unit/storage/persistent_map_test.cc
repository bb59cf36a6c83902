// Maps that share: what one changes, its copies do not see.
#include "storage/local/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace parton {
namespace {

using Map = PersistentMap<std::string, int>;
using Model = std::map<std::string, int>;

void ExpectSame(const Map& map, const Model& model) {
  ASSERT_EQ(map.size(), model.size());
  Map::Iterator it(map);
  it.SeekToFirst();
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(it.Valid());
    EXPECT_EQ(it.key(), key);
    EXPECT_EQ(it.value(), value);
    ASSERT_NE(map.Find(key), nullptr);
    EXPECT_EQ(*map.Find(key), value);
    it.Next();
  }
  EXPECT_FALSE(it.Valid());
  it.SeekToLast();
  for (auto m = model.rbegin(); m != model.rend(); ++m, it.Prev()) {
    ASSERT_TRUE(it.Valid());
    EXPECT_EQ(it.key(), m->first);
  }
  EXPECT_FALSE(it.Valid());
}

TEST(PersistentMapTest, CopiesKeepWhatTheyHad) {
  std::mt19937 random(7);
  Map map;
  Model model;
  std::vector<std::pair<Map, Model>> copies;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = "k" + std::to_string(random() % 800);
    map.Put(key, i);
    model[key] = i;
    if (i % 300 == 0) copies.emplace_back(map, model);
    if (i % 1000 == 999) {
      map = copies[static_cast<size_t>(i / 1000)].first;
      model = copies[static_cast<size_t>(i / 1000)].second;
    }
  }
  ExpectSame(map, model);
  for (const auto& [copy, then] : copies) ExpectSame(copy, then);
}

TEST(PersistentMapTest, SeeksBothWays) {
  Map map;
  for (int i = 10; i < 100; i += 10) map.Put(std::to_string(i), i);
  Map::Iterator it(map);
  for (int i = 0; i < 110; ++i) {
    const std::string key = (i < 10 ? "0" : "") + std::to_string(i);
    it.Seek(key);
    const int behind = i <= 10 ? 10 : (i + 9) / 10 * 10;
    if (i >= 100) break;
    EXPECT_EQ(it.Valid(), behind < 100) << i;
    if (it.Valid()) {
      EXPECT_EQ(it.value(), behind) << i;
    }
    it.SeekBefore(key);
    const int before = (i - 1) / 10 * 10;
    EXPECT_EQ(it.Valid(), i > 10) << i;
    if (it.Valid()) {
      EXPECT_EQ(it.value(), before) << i;
    }
  }
  map.Put("55", 55);
  it.Seek(std::string("51"));
  EXPECT_EQ(it.value(), 60);  // of the map as it was
}

TEST(PersistentMapTest, OnlyTheWayDownIsMadeAnew) {
  Map map;
  for (int i = 0; i < 10000; ++i) map.Put(std::to_string(i), i);
  EXPECT_EQ(map.copied(), 0u);
  for (int i = 0; i < 1000; ++i) {
    const Map copy = map;
    map.Put(std::to_string(10000 + i), i);
  }
  EXPECT_LT(map.copied(), 1000u * 60);
}

}  // namespace
}  // namespace parton
