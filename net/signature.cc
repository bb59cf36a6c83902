#include "net/signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>

#include "parton/text.h"

namespace parton::net {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";

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

}  // namespace

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const unsigned char b : bytes) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
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

std::string Sha256Hex(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kSha256, nullptr);
  return Hex(BytesOf(digest));
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
  key = HmacSha256(BytesOf(key), region);
  key = HmacSha256(BytesOf(key), service);
  return HmacSha256(BytesOf(key), kTerminator);
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
  const Digest signature = HmacSha256(BytesOf(key), StringToSign(timestamp, scope, CanonicalRequest(parts)));
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, signer.key_id, scope,
                     fmt::join(parts.signed_headers, ";"), Hex(BytesOf(signature)));
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

}  // namespace parton::net
