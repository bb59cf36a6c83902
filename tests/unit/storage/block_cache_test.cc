// The cache of LevelDB's blocks: against a model, what a scan leaves, blocks in use, threads.
#include "storage/local/block_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace parton {
namespace {

using leveldb::Cache;

// A value that knows whether it was deleted.
struct Block {
  int id = 0;
  int users = 0;
  bool deleted = false;
};

void DeleteBlock(const leveldb::Slice&, void* value) {
  Block* b = static_cast<Block*>(value);
  EXPECT_FALSE(b->deleted);
  EXPECT_EQ(b->users, 0);
  b->deleted = true;
}

std::string KeyOf(int id) {
  std::string key(16, '\0');
  key[0] = 7;
  for (int i = 0; i < 4; ++i) key[8 + i] = static_cast<char>(id >> (8 * i));
  return key;
}

Block* Of(Cache& cache, Cache::Handle* handle) { return static_cast<Block*>(cache.Value(handle)); }

// Asks for a block and puts it in if it is not there. True: it was.
bool Use(Cache& cache, int id, size_t charge = 1 << 14) {
  if (Cache::Handle* found = cache.Lookup(KeyOf(id))) {
    cache.Release(found);
    return true;
  }
  static char nothing;
  cache.Release(cache.Insert(KeyOf(id), &nothing, charge, [](const leveldb::Slice&, void*) {}));
  return false;
}

TEST(BlockCache, AgreesWithAModel) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    std::minstd_rand random(seed);
    const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
    constexpr size_t kCapacity = 1 << 20;
    std::vector<std::unique_ptr<Block>> blocks;
    auto cache = NewBlockCache(kCapacity);
    std::map<int, Block*> newest;  // by key; null: erased
    std::vector<std::pair<Cache::Handle*, Block*>> held;
    size_t held_charge = 0;
    constexpr size_t kCharge = 9000;
    const auto release = [&](size_t at) {
      --held[at].second->users;
      cache->Release(held[at].first);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
      held_charge -= kCharge;
    };
    const auto hold = [&](Cache::Handle* handle, Block* block) {
      ++block->users;
      held.emplace_back(handle, block);
      held_charge += kCharge;
      if (held.size() > 8 || pick(3) > 0) release(static_cast<size_t>(pick(static_cast<unsigned>(held.size()))));
    };
    for (int step = 0; step < 20000; ++step) {
      const int key = pick(3) == 0 ? pick(40) : pick(600);
      const int what = pick(100);
      if (what < 2) {
        cache->Erase(KeyOf(key));
        newest[key] = nullptr;
      } else if (what == 2 && pick(20) == 0) {
        cache->Prune();
        EXPECT_LE(cache->TotalCharge(), held_charge);
      } else if (Cache::Handle* found = what < 90 ? cache->Lookup(KeyOf(key)) : nullptr) {
        ASSERT_EQ(Of(*cache, found), newest[key]);
        ASSERT_FALSE(newest[key]->deleted);
        hold(found, newest[key]);
      } else {
        blocks.push_back(std::make_unique<Block>(Block{key}));
        Block* block = blocks.back().get();
        newest[key] = block;
        hold(cache->Insert(KeyOf(key), block, kCharge, DeleteBlock), block);
      }
      ASSERT_LE(cache->TotalCharge(), kCapacity + held_charge + kCharge);
    }
    while (!held.empty()) release(0);
    cache.reset();
    for (const auto& block : blocks) EXPECT_TRUE(block->deleted);
  }
}

TEST(BlockCache, AScanLeavesWhatWasAskedForTwice) {
  auto cache = NewBlockCache(16 << 20);  // 1024 blocks
  constexpr int kHot = 500;
  for (int round = 0; round < 3; ++round) {
    for (int id = 0; id < kHot; ++id) Use(*cache, id);
  }
  for (int id = 10000; id < 30000; ++id) EXPECT_FALSE(Use(*cache, id));
  int there = 0;
  for (int id = 0; id < kHot; ++id) there += Use(*cache, id) ? 1 : 0;
  EXPECT_EQ(there, kHot);
}

TEST(BlockCache, AScanThatGoesRoundFindsAPart) {
  auto cache = NewBlockCache(16 << 20);
  constexpr int kBlocks = 1300;
  int there = 0;
  for (int round = 0; round < 8; ++round) {
    there = 0;
    for (int id = 0; id < kBlocks; ++id) there += Use(*cache, id) ? 1 : 0;
  }
  EXPECT_GT(there, kBlocks / 3);
}

TEST(BlockCache, WhatIsHotChanges) {
  auto cache = NewBlockCache(16 << 20);
  for (int start : {0, 5000, 10000}) {
    int there = 0;
    for (int round = 0; round < 6; ++round) {
      there = 0;
      for (int id = start; id < start + 600; ++id) there += Use(*cache, id) ? 1 : 0;
    }
    EXPECT_GT(there, 570) << start;
  }
}

TEST(BlockCache, BlocksInUseStay) {
  std::vector<Block> blocks(200);
  auto cache = NewBlockCache(1 << 20);
  std::vector<Cache::Handle*> handles;
  for (int id = 0; id < 200; ++id) {
    ++blocks[id].users;
    handles.push_back(cache->Insert(KeyOf(id), &blocks[id], 1 << 14, DeleteBlock));
  }
  EXPECT_EQ(cache->TotalCharge(), 200u << 14);
  for (int id = 0; id < 200; ++id) {
    EXPECT_FALSE(blocks[id].deleted);
    --blocks[id].users;
    cache->Release(handles[id]);
  }
  for (int id = 1000; id < 1020; ++id) Use(*cache, id);
  EXPECT_LE(cache->TotalCharge(), size_t{1} << 20);
}

TEST(BlockCache, NoneAndVeryLittle) {
  for (const size_t bytes : {0, 1, 1000}) {
    Block block, other;
    auto cache = NewBlockCache(bytes);
    block.users = 1;
    Cache::Handle* handle = cache->Insert("key", &block, 1 << 14, DeleteBlock);
    EXPECT_EQ(Of(*cache, handle), &block);
    block.users = 0;
    cache->Release(handle);
    cache->Release(cache->Insert("other", &other, 1 << 14, DeleteBlock));
    EXPECT_TRUE(block.deleted);
    EXPECT_NE(cache->NewId(), cache->NewId());
  }
}

TEST(BlockCache, Threads) {
  struct Counted {
    std::atomic<int>* alive;
    int id;
  };
  std::atomic<int> alive{0};
  {
    auto cache = NewBlockCache(2 << 20);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        std::minstd_rand random(t + 1);
        for (int step = 0; step < 20000; ++step) {
          const int id = static_cast<int>(random() % 400);
          Cache::Handle* handle = cache->Lookup(KeyOf(id));
          if (handle == nullptr) {
            ++alive;
            handle = cache->Insert(KeyOf(id), new Counted{&alive, id}, 1 << 14, [](const leveldb::Slice&, void* v) {
              auto* c = static_cast<Counted*>(v);
              --*c->alive;
              delete c;
            });
          }
          ASSERT_EQ(static_cast<Counted*>(cache->Value(handle))->id, id);
          cache->Release(handle);
          if (random() % 50 == 0) cache->Erase(KeyOf(id));
          if (random() % 5000 == 0) cache->Prune();
        }
      });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_LE(cache->TotalCharge(), size_t{2} << 20);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace parton
