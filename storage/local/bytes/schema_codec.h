// A table schema as the bytes of its catalog record.
//
//   schema := version(1 byte) field*
//   field  := varint(tag) varint(length) payload       tags in schema_codec.cc; repeated ones in order
//
// A reader that meets a version or tag it does not know was not made for this database: an error that
// says so, never a schema with something left out.
#ifndef PARTON_STORAGE_LOCAL_BYTES_SCHEMA_CODEC_H_
#define PARTON_STORAGE_LOCAL_BYTES_SCHEMA_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "types/schema/schema.h"

namespace parton {

// A table as the catalog keeps it.
struct StoredTable {
  TableSchema schema;
  uint32_t ttl_id = 0;  // of its queue of expiring items; 0: none
};

void EncodeSchema(const StoredTable& table, std::string* out);
// Errors: kCorruption; kOpenFailed (of a newer version).
Result<StoredTable> DecodeSchema(std::string_view bytes);
// Of a key alone.
std::string EncodeKeySchema(const KeySchema& key);
Status DecodeKeySchema(std::string_view bytes, KeySchema* out);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_SCHEMA_CODEC_H_
