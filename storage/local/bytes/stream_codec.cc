#include "storage/local/bytes/stream_codec.h"

#include "storage/local/bytes/field_reader.h"
#include "storage/local/bytes/key_layout.h"
#include "storage/local/bytes/schema_codec.h"

namespace parton {

namespace {

constexpr char kRecordVersion = 1;

}  // namespace

std::string StreamKey(uint32_t table_id, int64_t created_ms) {
  std::string key = IdPrefix(KeySpace::kStream, table_id);
  AppendU64(static_cast<uint64_t>(created_ms), &key);
  return key;
}

void EncodeStream(const ClosedStream& stream, std::string* out) {
  out->push_back(kRecordVersion);
  PutVarint(static_cast<uint64_t>(stream.view), out);
  PutSigned(stream.closed_ms, out);
  PutVarint(stream.first, out);
  PutVarint(stream.last, out);
  PutText(stream.table, out);
  out->append(EncodeKeySchema(stream.key));
}

Result<ClosedStream> DecodeStream(std::string_view key, std::string_view bytes) {
  const Status damaged = Status::Corruption("the record of a stream is damaged");
  if (key.size() != kPrefixBytes + 8 || bytes.empty() || bytes[0] != kRecordVersion) return damaged;
  ClosedStream s;
  s.table_id = ReadU32(key.substr(1));
  s.created_ms = static_cast<int64_t>(ReadU64(key.substr(kPrefixBytes)));
  FieldReader in(bytes.substr(1));
  uint64_t view = 0;
  if (!in.Number(&view) || view > 4 || !in.Signed(&s.closed_ms) || !in.Number(&s.first) || !in.Number(&s.last) ||
      !in.Text(&s.table)) {
    return damaged;
  }
  s.view = static_cast<StreamView>(view);
  PARTON_RETURN_IF_ERROR(DecodeKeySchema(in.Rest(), &s.key));
  return s;
}

}  // namespace parton
