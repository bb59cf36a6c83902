// A cache of LevelDB's blocks that a scan does not wash out, in place of LevelDB's own, which is an LRU list.
//
// New blocks come into a queue that has a tenth of the bytes once the cache is full. A block that is asked for again
// while it is there moves to the main queue, as does one that comes back soon after it left; the others go. The main
// queue is a CLOCK: a block goes round as often as it was asked for, at most three times. (S3-FIFO; Yang and others,
// SOSP 2023.)
#ifndef PARTON_STORAGE_LOCAL_BLOCK_CACHE_H_
#define PARTON_STORAGE_LOCAL_BLOCK_CACHE_H_

#include <leveldb/cache.h>

#include <cstddef>
#include <memory>

namespace parton {

// Thread-safe. Holds blocks of `bytes` in all, and beyond them those that are in use; 0: keeps none.
std::unique_ptr<leveldb::Cache> NewBlockCache(size_t bytes);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BLOCK_CACHE_H_
