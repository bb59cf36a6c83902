// The LevelDB key of an item with its hash, which latches and the item cache go by: it is computed once.
#ifndef PARTON_STORAGE_LOCAL_HASHED_KEY_H_
#define PARTON_STORAGE_LOCAL_HASHED_KEY_H_

#include <xxhash.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace parton {

inline uint64_t HashOfKey(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

// Borrowed. REQUIRES: the hash is the key's.
struct HashedKey {
  HashedKey(std::string_view key) : bytes(key), hash(HashOfKey(key)) {}
  HashedKey(const std::string& key) : HashedKey(std::string_view(key)) {}
  HashedKey(const char* key) : HashedKey(std::string_view(key)) {}
  HashedKey(std::string_view key, uint64_t its_hash) : bytes(key), hash(its_hash) {}

  std::string_view bytes;
  uint64_t hash;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_HASHED_KEY_H_
