// How an item (a struct of DynamoDB values) is written as bytes, and read without decoding it all.
//
//   item      := version(1 byte, kItemVersion) attribute*        attributes by ascending name id
//   attribute := varint(id + 1) value                            a name of the dictionary
//              | varint(0) varint(len) name value                in full; after all ids, by name
//   value     := tag(1 byte) payload
//     kNull kTrue kFalse                 no payload
//     kInt                               number_codec.h, kInteger
//     kNumber                            number_codec.h, kDecimal; never what kInt can say
//     kString kBinary                    varint(len) bytes
//     kList                              varint(bytes of the rest) value*
//     kMap                               varint(bytes of the rest) (varint(len) name value)*
//                                        by ascending name
//     kStringSet kNumberSet kBinarySet   varint(bytes of the rest) value*    canonical order
//
// Equal items have equal bytes (numbers normalised, attributes and map entries sorted), so "did
// this write change anything" is a comparison of bytes. Map entries keep no order of their own:
// DynamoDB's maps have none.
#ifndef PARTON_TYPES_ITEM_ITEM_CODEC_H_
#define PARTON_TYPES_ITEM_ITEM_CODEC_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/item/name_table.h"
#include "types/status/bounds.h"

namespace parton {

inline constexpr char kItemVersion = 1;

enum class ItemTag : uint8_t {
  kNull = 1,
  kTrue,
  kFalse,
  kInt,
  kNumber,
  kString,
  kBinary,
  kList,
  kMap,
  kStringSet,
  kNumberSet,
  kBinarySet,
};

// Appends `item`'s bytes. New names get ids from `names`. REQUIRES: `item` is a STRUCT that passed
// ValidateItem (types/item/item_rules.h).
void EncodeItem(const Value& item, NameTable* names, std::string* out);

// Appends a value's bytes. REQUIRES: a storable type.
void EncodeValue(const Value& value, std::string* out);

// One step of a path into an item: a name, or a list position.
struct PathStep {
  std::string name;  // used if index < 0
  int64_t index = -1;
  friend bool operator==(const PathStep&, const PathStep&) = default;
};

// A borrowed look at an encoded item. Valid as long as the bytes are; copies are free. Bytes that
// are not an item never crash the reader: they read as MISSING (use VerifyItem to tell).
class ItemView {
 public:
  ItemView(std::string_view bytes, const NameTable* names) : bytes_(bytes), names_(names) {}

  std::string_view bytes() const { return bytes_; }
  const NameTable* names() const { return names_; }

  // The attribute of that id (as NameTable::Find gave it) and name; MISSING if absent. The result's
  // strings and binaries are borrowed from the item.
  Value Get(uint32_t id, std::string_view name) const;
  Value Get(std::string_view name) const { return Get(names_->Find(name), name); }
  // Walks into maps and lists, and decodes nothing beside the path. `rest` follows the
  // top-level attribute.
  Value GetPath(uint32_t id, std::string_view name, std::span<const PathStep> rest) const;
  // The encoded bytes (tag and payload) of an attribute, empty if absent.
  std::string_view GetRaw(uint32_t id, std::string_view name) const;
  // All attributes, in stored order. Owned.
  std::vector<Field> Fields() const;
  size_t Count() const;

  // Calls fn(name, raw value bytes) for each attribute until it returns false.
  template <typename Fn>
  void ForEachRaw(Fn fn) const {
    if (bytes_.empty() || bytes_[0] != kItemVersion) return;
    const char* p = bytes_.data() + 1;
    const char* end = bytes_.data() + bytes_.size();
    std::string_view name, raw;
    while (NextRaw(&p, end, &name, &raw)) {
      if (!fn(name, raw)) return;
    }
  }

 private:
  // Where the attribute's value starts, or null.
  const char* Find(uint32_t id, std::string_view name) const;
  bool NextRaw(const char** p, const char* end, std::string_view* name, std::string_view* raw) const;

  std::string_view bytes_;
  const NameTable* names_;
};

// Decodes one value (tag and payload). Top-level strings are borrowed from `raw`. MISSING if
// malformed.
Value DecodeRaw(std::string_view raw);

// Corruption if the bytes are not a well-formed item in canonical form.
Status VerifyItem(std::string_view bytes, const NameTable& names);

// Skips one encoded value; null if the bytes are malformed.
const char* SkipValue(const char* p, const char* end);

namespace internal {

// The payload of a lazily decoded STRUCT. A cursor keeps one, and points it at row after row while no one else holds
// it.
struct HeapItem final : HeapObject {
  std::string_view bytes;
  const NameTable* names = nullptr;
  std::string storage;  // bytes points here if owned
  size_t counted = 0;   // of the statement's memory
  bool owned = false;

  HeapItem() { depth = 1; }
  ~HeapItem() override {
    if (counted != 0) CountFreed(counted);
    if (owned) names->Release();
  }
  // Makes the item own its bytes: `bytes` becomes `storage`, and the names are kept alive.
  void Keep() {
    if (!owned) names->Retain();
    owned = true;
  }
};

// What a Value knows of encoded items.
struct StoredItem {
  static constexpr uint32_t kMark = 1;

  static HeapItem* Of(const Value& v) {
    return v.type_ == Type::kStruct && v.size_ == kMark ? static_cast<HeapItem*>(v.u_.heap) : nullptr;
  }
  static Value Wrap(HeapItem* item) {
    Value v = Value::Heap(Type::kStruct, item);
    v.size_ = kMark;
    return v;
  }
};

}  // namespace internal

// The encoded item that a STRUCT decodes when asked; null: it is none, or a list of fields.
inline internal::HeapItem* EncodedItem(const Value& v) { return internal::StoredItem::Of(v); }
// The STRUCT of an encoded item. Takes one reference.
inline Value FromEncodedItem(internal::HeapItem* item) { return internal::StoredItem::Wrap(item); }
// A STRUCT that owns its encoded item. The value keeps `names` alive.
Value ItemValue(std::string bytes, const NameTable* names);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_ITEM_CODEC_H_
