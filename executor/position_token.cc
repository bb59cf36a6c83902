#include "executor/position_token.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <optional>

#include "types/item/varint.h"
#include "types/text/base64.h"

namespace parton {

namespace {

constexpr char kVersion = 1;
constexpr size_t kChecksumBytes = 4;

std::string ChecksumOf(std::string_view bytes) {
  const XXH32_hash_t hash = XXH32(bytes.data(), bytes.size(), 0);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(hash >> shift));
  return out;
}

std::string NameOf(const Plan::Access& access) {
  if (access.index == nullptr) return "table " + access.table->name;
  return fmt::format("index {} of table {}", access.index->name, access.table->name);
}

}  // namespace

std::string MakePositionToken(const Plan::Access& access, std::string_view position) {
  std::string bytes(1, kVersion);
  PutVarint(access.table->id, &bytes);
  PutVarint(access.index == nullptr ? 0 : access.index->id, &bytes);
  bytes += position;
  bytes += ChecksumOf(bytes);
  return Base64Encode(bytes);
}

Result<std::string> ReadPositionToken(const Plan::Access& access, std::string_view token) {
  const Status damaged = Status::Validation("the token after AFTER is damaged, or none that a result gave");
  const std::optional<std::string> decoded = Base64Decode(token);
  if (!decoded || decoded->size() < 3 + kChecksumBytes) return damaged;
  const std::string_view bytes = std::string_view(*decoded).substr(0, decoded->size() - kChecksumBytes);
  if (ChecksumOf(bytes) != decoded->substr(bytes.size()) || bytes[0] != kVersion) return damaged;
  const char* const end = bytes.data() + bytes.size();
  uint32_t table = 0, index = 0;
  const char* p = GetVarint(bytes.data() + 1, end, &table);
  if (p != nullptr) p = GetVarint(p, end, &index);
  if (p == nullptr) return damaged;
  if (table != access.table->id || index != (access.index == nullptr ? 0 : access.index->id)) {
    return Status::Validation(
        fmt::format("the token after AFTER is of another table or index than this statement reads, "
                    "which is {}",
                    NameOf(access)));
  }
  return std::string(p, end);
}

}  // namespace parton
