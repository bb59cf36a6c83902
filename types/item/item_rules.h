// DynamoDB's rules for what may be stored (reference: developer guide, "Constraints", "Item
// sizes").
#ifndef PARTON_TYPES_ITEM_ITEM_RULES_H_
#define PARTON_TYPES_ITEM_ITEM_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/schema/schema.h"

namespace parton {

inline constexpr size_t kMaxItemBytes = 409600;
inline constexpr size_t kMaxHashKeyBytes = 2048;
inline constexpr size_t kMaxRangeKeyBytes = 1024;
inline constexpr int kMaxItemNesting = 32;
inline constexpr size_t kMaxAttributeNameBytes = 65535;

// Turns a value into one that DynamoDB can store: bags become sets, symbols strings, floats
// decimals, numbers are range-checked and normalised. Error: a type with no counterpart (dates,
// MISSING inside a list, sexps, mixed or empty bags, duplicates), naming the attribute `path`.
Result<Value> ToStorable(const Value& v, std::string_view path);

// ToStorable for a whole item: a STRUCT of attributes; MISSING attributes are dropped. Checks
// attribute names, duplicates, nesting, and the 400 KB limit.
Result<Value> ToStorableItem(const Value& v);

// The same without the limit: the fields, storable, of an item that is not to be stored.
Result<std::vector<Field>> ToStorableFields(const Value& item);
// DynamoDB's code of a value's type: "S", "N", "NULL", ...; empty for a type that a table cannot hold.
std::string_view DynamoTypeCode(const Value& v);

// Size of a value or item as DynamoDB computes it. REQUIRES: storable.
size_t StoredSize(const Value& v);
size_t ItemSize(const Value& item);
// The same from encoded bytes, without decoding.
size_t ItemSizeEncoded(std::string_view bytes, const class NameTable& names);

// Key of `item` in the table, as Value::GetBorrowed gives it. Errors as DynamoDB: missing key, wrong type, empty or
// oversize key value.
Result<Key> ExtractKey(const KeySchema& schema, const Value& item);
// The same, independent of the item.
Result<Key> OwnedKey(const KeySchema& schema, const Value& item);
// Makes *item what the table stores, and takes out its key.
Result<Key> MakeStorable(const KeySchema& schema, Value* item);
// The same checks on a key given by itself ("The provided key element does not match the schema").
Status ValidateKey(const KeySchema& schema, const Key& key);
// Index keys present in `item` must have the declared type, be non-empty and within size.
Status ValidateIndexKeys(const TableSchema& schema, const Value& item);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_ITEM_RULES_H_
