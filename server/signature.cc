#include "server/signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>

#include "parton/text.h"

namespace parton::server {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr int64_t kWindowSeconds = 15 * 60;
constexpr size_t kMaxKeys = 256;

std::string Hex(const unsigned char* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    out.push_back(kDigits[bytes[i] >> 4]);
    out.push_back(kDigits[bytes[i] & 15]);
  }
  return out;
}

std::string_view View(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// Blanks at the ends go, runs of them become one.
void AppendHeaderValue(std::string_view value, std::string* out) {
  bool blank = false;
  for (const char c : Trimmed(value)) {
    const bool is_blank = c == ' ' || c == '\t';
    if (!is_blank)
      out->push_back(c);
    else if (!blank)
      out->push_back(' ');
    blank = is_blank;
  }
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// The parameters of a query, each percent-encoded as it came, in order.
std::string CanonicalQuery(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::string> parts;
  for (const std::string_view part : Split(query, '&')) {
    if (part.empty()) continue;
    parts.emplace_back(part);
    if (part.find('=') == std::string_view::npos) parts.back() += '=';
  }
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, "&"));
}

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

std::string Sha256Hex(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kSha256, nullptr);
  return Hex(digest.data(), digest.size());
}

Digest HmacSha256(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return digest;
}

Digest SigningKey(std::string_view secret, std::string_view date, std::string_view region, std::string_view service) {
  Digest key = HmacSha256("AWS4" + std::string(secret), date);
  key = HmacSha256(View(key), region);
  key = HmacSha256(View(key), service);
  return HmacSha256(View(key), kTerminator);
}

std::string CanonicalRequest(const SignedParts& parts) {
  std::string out = fmt::format("{}\n{}\n{}\n", parts.method, parts.path, CanonicalQuery(parts.query));
  for (const std::string& name : parts.signed_headers) {
    out += name;
    out += ':';
    bool first = true;
    for (const Header& h : *parts.headers) {
      if (!EqualsIgnoreCase(h.name, name)) continue;
      if (!first) out += ',';
      first = false;
      AppendHeaderValue(h.value, &out);
    }
    out += '\n';
  }
  fmt::format_to(std::back_inserter(out), "\n{}\n{}", fmt::join(parts.signed_headers, ";"), parts.payload_hash);
  return out;
}

std::string StringToSign(std::string_view timestamp, std::string_view scope, std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kAlgorithm, timestamp, scope, Sha256Hex(canonical_request));
}

std::string SignRequest(const Signer& signer, std::string_view method, std::string_view target,
                        const std::vector<Header>& headers, std::string_view body, std::string_view timestamp) {
  SignedParts parts;
  parts.method = method;
  parts.path = target.substr(0, target.find('?'));
  if (parts.path.size() < target.size()) parts.query = target.substr(parts.path.size() + 1);
  parts.headers = &headers;
  for (const Header& h : headers) parts.signed_headers.push_back(AsciiLower(h.name));
  std::sort(parts.signed_headers.begin(), parts.signed_headers.end());
  parts.signed_headers.erase(std::unique(parts.signed_headers.begin(), parts.signed_headers.end()),
                             parts.signed_headers.end());
  const std::string hash = Sha256Hex(body);
  parts.payload_hash = hash;
  const std::string_view date = timestamp.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/{}/{}", date, signer.region, signer.service, kTerminator);
  const Digest key = SigningKey(signer.secret, date, signer.region, signer.service);
  const Digest signature = HmacSha256(View(key), StringToSign(timestamp, scope, CanonicalRequest(parts)));
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, signer.key_id, scope,
                     fmt::join(parts.signed_headers, ";"), Hex(signature.data(), signature.size()));
}

std::string TimestampOf(int64_t epoch_seconds) {
  const auto time = static_cast<time_t>(epoch_seconds);
  tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::optional<int64_t> ParseTimestamp(std::string_view timestamp) {
  if (timestamp.size() != 16 || timestamp[8] != 'T' || timestamp[15] != 'Z') return std::nullopt;
  const auto digits = [&](size_t at, size_t count) {
    int value = 0;
    for (size_t i = at; i < at + count; ++i) {
      if (timestamp[i] < '0' || timestamp[i] > '9') return -1;
      value = 10 * value + (timestamp[i] - '0');
    }
    return value;
  };
  tm parts{};
  parts.tm_year = digits(0, 4) - 1900;
  parts.tm_mon = digits(4, 2) - 1;
  parts.tm_mday = digits(6, 2);
  parts.tm_hour = digits(9, 2);
  parts.tm_min = digits(11, 2);
  parts.tm_sec = digits(13, 2);
  if (parts.tm_year < 70 || parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
      parts.tm_hour < 0 || parts.tm_hour > 23 || parts.tm_min < 0 || parts.tm_min > 59 || parts.tm_sec < 0 ||
      parts.tm_sec > 60)
    return std::nullopt;
  return static_cast<int64_t>(timegm(&parts));
}

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
  const Digest digest = HmacSha256(View(key), text);
  const std::string expected = Hex(digest.data(), digest.size());
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
