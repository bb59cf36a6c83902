#include "server/signed_token.h"

#include <openssl/crypto.h>

#include "server/base64.h"
#include "server/signature.h"

namespace parton::server {

namespace {

constexpr size_t kMacBytes = 16;

Result<std::string> MacOf(Database* db, std::string_view purpose, std::string_view payload) {
  PARTON_ASSIGN_OR_RETURN(const std::string secret, db->Secret());
  std::string text(purpose);
  text.push_back('\0');
  text += payload;
  const Digest digest = HmacSha256(secret, text);
  return std::string(reinterpret_cast<const char*>(digest.data()), kMacBytes);
}

}  // namespace

Result<std::string> Seal(Database* db, std::string_view purpose, std::string_view payload) {
  PARTON_ASSIGN_OR_RETURN(const std::string mac, MacOf(db, purpose, payload));
  std::string token;
  AppendBase64(mac + std::string(payload), &token);
  return token;
}

Result<std::optional<std::string>> Unseal(Database* db, std::string_view purpose, std::string_view token) {
  std::string bytes(token);
  const std::optional<size_t> size = DecodeBase64(bytes.data(), bytes.size());
  if (!size || *size < kMacBytes) return std::optional<std::string>();
  bytes.resize(*size);
  std::string payload = bytes.substr(kMacBytes);
  PARTON_ASSIGN_OR_RETURN(const std::string mac, MacOf(db, purpose, payload));
  if (CRYPTO_memcmp(mac.data(), bytes.data(), kMacBytes) != 0) return std::optional<std::string>();
  return std::optional<std::string>(std::move(payload));
}

}  // namespace parton::server
