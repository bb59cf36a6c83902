#include "server/signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "parton/text.h"

namespace parton::server {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr int64_t kWindowSeconds = 15 * 60;
constexpr size_t kMaxKeys = 256;

// What stands in an Authorization header.
struct Authorization {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

Authorization ParseAuthorization(std::string_view value) {
  Authorization a;
  value.remove_prefix(std::min(value.size(), kAlgorithm.size()));
  for (const std::string_view part : Split(value, ',')) {
    const std::string_view trimmed = Trimmed(part);
    const size_t equals = trimmed.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed.substr(0, equals);
    const std::string_view content = trimmed.substr(equals + 1);
    if (name == "Credential") a.credential = content;
    if (name == "SignedHeaders") a.signed_headers = content;
    if (name == "Signature") a.signature = content;
  }
  return a;
}

Outcome Incomplete(const Authorization& a, std::string_view header, std::string_view timestamp) {
  std::string message;
  if (a.credential.empty()) message += "Authorization header requires 'Credential' parameter. ";
  if (a.signature.empty()) message += "Authorization header requires 'Signature' parameter. ";
  if (a.signed_headers.empty()) message += "Authorization header requires 'SignedHeaders' parameter. ";
  if (timestamp.empty())
    message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  if (message.empty()) return {};
  return Exception("IncompleteSignatureException", fmt::format("{}Authorization={}", message, header.substr(0, 256)));
}

Outcome CheckTime(std::string_view timestamp, int64_t signed_at, int64_t now) {
  if (signed_at < now - kWindowSeconds)
    return Exception("InvalidSignatureException",
                     fmt::format("Signature expired: {} is now earlier than {} ({} - 15 min.)", timestamp,
                                 TimestampOf(now - kWindowSeconds), TimestampOf(now)));
  if (signed_at > now + kWindowSeconds)
    return Exception("InvalidSignatureException",
                     fmt::format("Signature not yet current: {} is still later than {} ({} + 15 min.)", timestamp,
                                 TimestampOf(now + kWindowSeconds), TimestampOf(now)));
  return {};
}

Outcome CheckScope(const std::vector<std::string_view>& scope, std::string_view credential,
                   std::string_view timestamp) {
  const auto invalid = [](std::string message) {
    return Outcome(Exception("InvalidSignatureException", std::move(message)));
  };
  if (scope.size() != 5)
    return Exception("IncompleteSignatureException",
                     fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                                 "keyid/date/region/service/term, got '{}'",
                                 credential.substr(0, 256)));
  if (scope[1] != timestamp.substr(0, 8))
    return invalid(
        fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
                    "HTTP: '{}' != '{}', from '{}'.",
                    scope[1], timestamp.substr(0, 8), timestamp));
  if (scope[3] != "dynamodb") return invalid("Credential should be scoped to correct service: 'dynamodb'. ");
  if (scope[4] != kTerminator)
    return invalid(
        fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'.", kTerminator, scope[4]));
  return {};
}

Outcome CheckSignedHeaders(const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), "host") == names.end())
    return Exception("InvalidSignatureException",
                     "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  return {};
}

}  // namespace

Outcome SignatureVerifier::Verify(const HttpRequest& request, int64_t now_seconds, const Lookup& lookup,
                                  std::string* key_id) {
  const std::string_view header = request.Find("Authorization");
  if (header.empty())
    return Exception("MissingAuthenticationTokenException", "Request is missing Authentication Token");
  if (!header.starts_with("AWS4-"))
    return Exception("MissingAuthenticationTokenException", "Request is missing Authentication Token");
  const Authorization given = ParseAuthorization(header);
  const std::string_view timestamp = request.Find("X-Amz-Date");
  Outcome checked = Incomplete(given, header, timestamp);
  if (!checked.ok()) return checked;
  const std::vector<std::string_view> scope = Split(given.credential, '/');
  checked = CheckScope(scope, given.credential, timestamp);
  if (!checked.ok()) return checked;
  const std::optional<std::string> secret = lookup(scope[0]);
  if (!secret.has_value())
    return Exception("UnrecognizedClientException", "The security token included in the request is invalid.");
  const std::optional<int64_t> signed_at = ParseTimestamp(timestamp);
  if (!signed_at.has_value())
    return Exception("IncompleteSignatureException",
                     fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                                 "http://en.wikipedia.org/wiki/ISO_8601",
                                 timestamp.substr(0, 64)));
  checked = CheckTime(timestamp, *signed_at, now_seconds);
  if (!checked.ok()) return checked;

  SignedParts parts;
  parts.method = request.method;
  parts.path = request.target.substr(0, request.target.find('?'));
  if (parts.path.size() < request.target.size()) parts.query = request.target.substr(parts.path.size() + 1);
  parts.headers = &request.headers;
  for (const std::string_view name : Split(given.signed_headers, ';')) parts.signed_headers.push_back(AsciiLower(name));
  checked = CheckSignedHeaders(parts.signed_headers);
  if (!checked.ok()) return checked;
  const std::string hash = Sha256Hex(request.body);
  parts.payload_hash = hash;
  const std::string text =
      StringToSign(timestamp, given.credential.substr(scope[0].size() + 1), CanonicalRequest(parts));
  const Digest key = KeyFor(scope[0], *secret, scope[1], scope[2]);
  const Digest digest = HmacSha256(BytesOf(key), text);
  const std::string expected = Hex(BytesOf(digest));
  if (given.signature.size() != expected.size() ||
      CRYPTO_memcmp(given.signature.data(), expected.data(), expected.size()) != 0)
    return Exception("InvalidSignatureException",
                     "The request signature we calculated does not match the signature you provided. Check your AWS "
                     "Secret Access Key and signing method. Consult the service documentation for details.");
  *key_id = scope[0];
  return {};
}

Digest SignatureVerifier::KeyFor(std::string_view key_id, std::string_view secret, std::string_view date,
                                 std::string_view region) {
  const std::string name = fmt::format("{}/{}/{}", key_id, date, region);
  {
    const MutexLock lock(mutex_);
    const auto found = keys_.find(name);
    if (found != keys_.end()) return found->second;
  }
  const Digest key = SigningKey(secret, date, region, "dynamodb");
  const MutexLock lock(mutex_);
  if (keys_.size() >= kMaxKeys) keys_.clear();
  keys_.emplace(name, key);
  return key;
}

void SignatureVerifier::Clear() {
  const MutexLock lock(mutex_);
  keys_.clear();
}

}  // namespace parton::server
