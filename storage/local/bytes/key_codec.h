// Order-preserving bytes of key values; the grammar is in key_layout.h.
#ifndef PARTON_STORAGE_LOCAL_BYTES_KEY_CODEC_H_
#define PARTON_STORAGE_LOCAL_BYTES_KEY_CODEC_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/local/bytes/key_layout.h"
#include "storage/table_reader.h"
#include "types/schema/schema.h"

namespace parton {

// Appends `bytes` escaped, without the terminator: the prefix of all strings that start with them.
void AppendEscaped(std::string_view bytes, std::string* out);

// Appends a key component. False (nothing appended) if the value is not of the type.
bool AppendComponent(KeyType type, const Value& v, std::string* out);

// Reads a component from the front of `*in`, advancing it; false if it is malformed.
bool ReadComponent(KeyType type, std::string_view* in, Value* out);
bool SkipComponent(KeyType type, std::string_view* in);

// The smallest string greater than every string with this prefix; empty = there is none.
std::string PrefixSuccessor(std::string prefix);

// Appends the components of `key`. False if a value is not of its type. REQUIRES: !schema.multi(), here and below.
bool AppendKey(const KeySchema& schema, const Key& key, std::string* out);
// Reads a key; false if it is malformed.
bool ReadKey(const KeySchema& schema, std::string_view* in, Key* out);

// The components at the front of `in` as text, "('a', 1)"; empty: they are malformed.
std::string KeyComponentsText(const KeySchema& schema, std::string_view in);

// The LevelDB key of an item, into `*out` (replaced). False if a value is not of its type.
bool ItemKey(const TableSchema& table, const Key& key, std::string* out);

// Half-open stretch of LevelDB keys.
struct KeyInterval {
  std::string begin;
  std::string end;  // empty: to the end of the database
  bool empty() const { return !end.empty() && begin >= end; }
  bool Contains(std::string_view key) const { return key >= begin && (end.empty() || key < end); }
};

// The part of a table (index null) or of an index that `range` selects. Bounds whose type is not the
// key's select nothing; numbers are exact, a FLOAT is of another type.
KeyInterval RangeInterval(const TableSchema& table, const IndexSchema* index, const KeyRange& range);

// The LevelDB key of the item, or of its entry in the index, with the key attributes that are in the STRUCT; empty: it
// does not have them, or of other types.
std::string PositionOfKey(const TableSchema& table, const IndexSchema* index, const Value& attributes);
// The key attributes in such a key, as a STRUCT; MISSING if it is none.
Value KeyAtPosition(const TableSchema& table, const IndexSchema* index, std::string_view position);
// A number below `segments` for the partition key in such a key.
uint32_t HashSegment(const KeySchema& schema, std::string_view position, uint32_t segments);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_KEY_CODEC_H_
