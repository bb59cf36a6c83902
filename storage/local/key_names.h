// Names ranges of LevelDB's keys in the user's words: the contents of a place that cannot be read.
#ifndef PARTON_STORAGE_LOCAL_KEY_NAMES_H_
#define PARTON_STORAGE_LOCAL_KEY_NAMES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "storage/local/bytes/key_layout.h"
#include "types/schema/schema.h"

namespace parton {

// "items", "index entries", ...
std::string_view NameOf(KeySpace space);

class KeyNames {
 public:
  // `ttl_id`: of its queue of expiring items.
  void Add(TablePtr table, uint32_t ttl_id);

  // "table songs, items from ('Abba') to ('Beck')"; the keys may be cut short, as LevelDB's indexes have them. Empty:
  // the start, the end.
  std::string Range(std::string_view low, std::string_view high) const;

 private:
  struct Place {
    std::string what;  // "table songs, items"
    std::string key;   // "('Abba')"; empty: not known
  };
  Place Describe(std::string_view key) const;
  Place InTable(std::string_view key, const KeySchema& schema, std::string what) const;

  std::map<uint32_t, TablePtr> tables_, indexes_, queues_;  // by their ids
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_KEY_NAMES_H_
