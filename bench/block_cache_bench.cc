// LevelDB's own block cache beside Parton's: how many blocks each finds, and what finding one takes.
//
//   block_cache_bench [leveldb|parton]     the word: only that one, for callgrind
#include <leveldb/cache.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "storage/local/block_cache.h"

namespace parton::bench {
namespace {

constexpr size_t kBlock = size_t{16} << 10;
constexpr int kRoom = 4096;  // blocks

struct Asked {
  leveldb::Cache& cache;
  int found = 0, all = 0;

  void For(int id) {
    char key[16] = {1};
    std::memcpy(key + 8, &id, sizeof(id));
    const leveldb::Slice slice(key, sizeof(key));
    leveldb::Cache::Handle* handle = cache.Lookup(slice);
    ++all;
    if (handle != nullptr) {
      ++found;
    } else {
      static char nothing;
      handle = cache.Insert(slice, &nothing, kBlock, [](const leveldb::Slice&, void*) {});
    }
    cache.Release(handle);
  }
};

// Blocks of a table of `blocks`, some much more often than others.
int Skewed(std::minstd_rand& random, int blocks) {
  const double u = static_cast<double>(random() - 1) / static_cast<double>(std::minstd_rand::max());
  return static_cast<int>(std::pow(u, 4) * blocks);
}

struct Work {
  const char* name;
  std::function<void(Asked&, std::minstd_rand&)> run;
};

const Work kWorks[] = {
    {"points, skewed, 4 times the cache",
     [](Asked& a, std::minstd_rand& r) {
       for (int i = 0; i < 400000; ++i) a.For(Skewed(r, 4 * kRoom));
     }},
    {"the same with scans of 4 caches",
     [](Asked& a, std::minstd_rand& r) {
       for (int i = 0; i < 400000; ++i) {
         a.For(Skewed(r, 4 * kRoom));
         if (i % 20000 == 0) {
           // They are not counted.
           const int found = a.found, all = a.all;
           for (int k = 0; k < 4 * kRoom; ++k) a.For(k);
           a.found = found;
           a.all = all;
         }
       }
     }},
    {"scans of 1.2 caches, again and again",
     [](Asked& a, std::minstd_rand&) {
       for (int i = 0; i < 20; ++i) {
         for (int k = 0; k < kRoom * 6 / 5; ++k) a.For(k);
       }
     }},
    {"scans of 0.9 caches",
     [](Asked& a, std::minstd_rand&) {
       for (int i = 0; i < 20; ++i) {
         for (int k = 0; k < kRoom * 9 / 10; ++k) a.For(k);
       }
     }},
    {"points in a hot eighth",
     [](Asked& a, std::minstd_rand& r) {
       for (int i = 0; i < 1000000; ++i) a.For(static_cast<int>(r() % (kRoom / 8)));
     }},
};

double Nanos() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void Main(const std::string& only) {
  std::printf("%d blocks of room\n%-40s %10s %10s %12s %12s\n", kRoom, "", "found", "found", "ns a block",
              "ns a block");
  std::printf("%-40s %10s %10s %12s %12s\n", "", "leveldb", "parton", "leveldb", "parton");
  for (const Work& work : kWorks) {
    double found[2] = {}, nanos[2] = {};
    for (const int ours : {0, 1}) {
      if (!only.empty() && (only == "parton") != (ours == 1)) continue;
      std::unique_ptr<leveldb::Cache> cache(
          ours == 1 ? NewBlockCache(kRoom * kBlock)
                    : std::unique_ptr<leveldb::Cache>(leveldb::NewLRUCache(kRoom * kBlock)));
      std::minstd_rand random(1);
      Asked asked{*cache};
      const double start = Nanos();
      work.run(asked, random);
      nanos[ours] = (Nanos() - start) / asked.all;
      found[ours] = 100.0 * asked.found / asked.all;
    }
    std::printf("%-40s %9.1f%% %9.1f%% %12.0f %12.0f\n", work.name, found[0], found[1], nanos[0], nanos[1]);
  }
}

}  // namespace
}  // namespace parton::bench

int main(int argc, char** argv) { parton::bench::Main(argc > 1 ? argv[1] : ""); }
