// The work that a read does in LevelDB, counted. An iterator steps over dead versions and tombstones in silence, but it
// compares their keys; clocks would cost more than a step does.
#ifndef PARTON_STORAGE_LOCAL_KEY_COMPARISONS_H_
#define PARTON_STORAGE_LOCAL_KEY_COMPARISONS_H_

#include <leveldb/comparator.h>

#include <cstdint>

namespace parton {

namespace internal {
extern constinit thread_local uint64_t key_comparisons;
}

// How many keys this thread compared so far, in all databases.
inline uint64_t KeyComparisons() { return internal::key_comparisons; }

// LevelDB's default order, under its name, that counts. Not owned by the caller; never destroyed.
const leveldb::Comparator* CountingComparator();

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_KEY_COMPARISONS_H_
