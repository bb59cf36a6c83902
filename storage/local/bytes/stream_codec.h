// A stream that was switched off, as the bytes of its record.
//
//   record := version(1 byte) varint(view) signed(closed ms) varint(first) varint(last) text(table) key schema
#ifndef PARTON_STORAGE_LOCAL_BYTES_STREAM_CODEC_H_
#define PARTON_STORAGE_LOCAL_BYTES_STREAM_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "storage/feed.h"

namespace parton {

std::string StreamKey(uint32_t table_id, int64_t created_ms);
void EncodeStream(const ClosedStream& stream, std::string* out);
// Error: kCorruption.
Result<ClosedStream> DecodeStream(std::string_view key, std::string_view bytes);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_STREAM_CODEC_H_
