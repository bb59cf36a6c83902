// ALL key prefixes of a database, and the grammar of keys. Nothing else in storage/ invents keys.
//
//   key        := space(1 byte) body                         LevelDB's default comparator: memcmp order
//
//   system     := 00 name                                    "format" -> varint version; marks of BACKUP, RESTORE
//   counter    := 08 name                                    -> varint: the next number not handed out
//   table      := 10 u32(table id)                           -> schema (schema_codec.h)
//   backup     := 12 u32(backup id)                          -> what it is of (table_backups.h)
//   doomed     := 14 space u32(id)                           -> nothing: range (space, id) is to be deleted
//   pending    := 15 space u32(id)                           -> nothing: range (space, id) is being filled
//   name       := 18 u32(name id)                            -> attribute name (types/item/name_table.h)
//   statistics := 1C u32(table id)                           -> what ANALYZE saw (types/schema/table_statistics.h)
//   item       := 20 u32(table id) pk [sk]                   -> item (types/item/item_codec.h)
//   saved      := 24 u32(backup id) pk [sk]                  -> item of a backup
//   entry      := 30 u32(index id) ipk [isk] pk [sk]         -> projected item
//   change     := 40 u32(table id) u64(sequence)             -> change record (change_feed.h)
//   history    := 42 u32(table id) u64(sequence)             -> what an item was before (change_feed.h)
//   trimmed    := 44 u32(table id)                           -> varint: the highest sequence trimmed away
//   expiry     := 48 u32(ttl id) number(epoch s) pk [sk]     -> nothing
//   stream     := 4C u32(table id) u64(ms of its start)      -> a stream that was switched off (stream_codec.h)
//   consumer   := 50 u32(table id) name                      -> position (consumers of the change feed)
//   load       := 54 u32(table id) name                      -> how far a COPY FROM of that name came
//   trigger    := 58 name                                    -> definition (session/feed/triggers.h)
//   state      := 5C name                                    -> position and counts of a trigger
//   parked     := 5E name 00 u64(sequence)                   -> record a trigger failed on, with the error
//   token      := 60 kind(1 byte) client token               -> what was done under it (request_token.h)
//   due        := 61 u64(ms) kind(1 byte) client token       -> nothing: the token may be forgotten then
//
//   u32, u64   := big endian
//   pk, sk, .. := one component by the type in the schema: number (number_key.h), or
//                 the bytes with 00 -> 00 FF, then 00 01     (strings, binaries)
//
// Components are self-delimiting and none is a prefix of another, so the bytes of a key's first
// components are the exact prefix of all keys that start with these values.
#ifndef PARTON_STORAGE_LOCAL_BYTES_KEY_LAYOUT_H_
#define PARTON_STORAGE_LOCAL_BYTES_KEY_LAYOUT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace parton {

// The version written by this code. Older ones are read (none yet); newer ones are refused.
inline constexpr uint64_t kFormatVersion = 1;

enum class KeySpace : char {
  kSystem = 0x00,
  kCounter = 0x08,
  kTable = 0x10,
  kBackup = 0x12,
  kDoomed = 0x14,
  kPending = 0x15,
  kName = 0x18,
  kStatistics = 0x1C,
  kItem = 0x20,
  kSaved = 0x24,
  kEntry = 0x30,
  kChange = 0x40,
  kHistory = 0x42,
  kTrimmed = 0x44,
  kExpiry = 0x48,
  kStream = 0x4C,
  kConsumer = 0x50,
  kLoad = 0x54,
  kTrigger = 0x58,
  kTriggerState = 0x5C,
  kParked = 0x5E,
  kToken = 0x60,
  kTokenDue = 0x61,
};

// Every space, for tools that walk a whole database.
inline constexpr KeySpace kAllKeySpaces[] = {
    KeySpace::kSystem,     KeySpace::kCounter,  KeySpace::kTable,   KeySpace::kDoomed,       KeySpace::kPending,
    KeySpace::kName,       KeySpace::kItem,     KeySpace::kEntry,   KeySpace::kChange,       KeySpace::kTrimmed,
    KeySpace::kExpiry,     KeySpace::kConsumer, KeySpace::kTrigger, KeySpace::kTriggerState, KeySpace::kParked,
    KeySpace::kStatistics, KeySpace::kLoad,     KeySpace::kToken,   KeySpace::kTokenDue,     KeySpace::kBackup,
    KeySpace::kSaved,      KeySpace::kStream,   KeySpace::kHistory};

inline constexpr std::string_view kFormatName = "format";
inline constexpr std::string_view kUnfinishedBackupName = "backup";  // instead of the format, until it is done
inline constexpr std::string_view kSecretName = "secret";            // 32 random bytes
inline constexpr std::string_view kRestoringName = "restoring";      // everything is to be dropped
inline constexpr std::string_view kNextIdCounter = "id";             // tables, indexes, TTL queues
inline constexpr std::string_view kFeedCounter = "feed";             // change sequence numbers, in blocks
inline constexpr std::string_view kVersionCounter = "version";       // schema versions

inline void AppendU32(uint32_t v, std::string* out) {
  const char b[4] = {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
                     static_cast<char>(v)};
  out->append(b, 4);
}
inline void AppendU64(uint64_t v, std::string* out) {
  AppendU32(static_cast<uint32_t>(v >> 32), out);
  AppendU32(static_cast<uint32_t>(v), out);
}
// REQUIRES: p.size() >= 4, 8.
inline uint32_t ReadU32(std::string_view p) {
  auto b = [&](int i) { return static_cast<uint32_t>(static_cast<uint8_t>(p[i])); };
  return b(0) << 24 | b(1) << 16 | b(2) << 8 | b(3);
}
inline uint64_t ReadU64(std::string_view p) { return static_cast<uint64_t>(ReadU32(p)) << 32 | ReadU32(p.substr(4)); }

inline constexpr size_t kPrefixBytes = 5;  // space and u32

inline std::string SpacePrefix(KeySpace space) { return std::string(1, static_cast<char>(space)); }
inline bool IsIn(KeySpace space, std::string_view key) { return !key.empty() && key[0] == static_cast<char>(space); }
inline std::string IdPrefix(KeySpace space, uint32_t id) {
  std::string k(1, static_cast<char>(space));
  AppendU32(id, &k);
  return k;
}
inline std::string NamedKey(KeySpace space, std::string_view name) {
  std::string k(1, static_cast<char>(space));
  k.append(name);
  return k;
}
// Keys of kDoomed and kPending.
inline std::string RangeRecordKey(KeySpace record, KeySpace space, uint32_t id) {
  std::string k(1, static_cast<char>(record));
  k.push_back(static_cast<char>(space));
  AppendU32(id, &k);
  return k;
}

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_KEY_LAYOUT_H_
