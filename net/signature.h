// AWS Signature Version 4, header form: what a client puts into Authorization, and the parts of which it is made.
#ifndef PARTON_NET_SIGNATURE_H_
#define PARTON_NET_SIGNATURE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_header.h"

namespace parton::net {

using Digest = std::array<unsigned char, 32>;

// Lower-case hexadecimal of SHA-256.
std::string Sha256Hex(std::string_view bytes);
Digest HmacSha256(std::string_view key, std::string_view text);

// The key that signs all requests of a day to a service in a region.
Digest SigningKey(std::string_view secret, std::string_view date, std::string_view region, std::string_view service);

// What is signed of a request.
struct SignedParts {
  std::string_view method;
  std::string_view path = "/";  // as it is on the wire, without the query
  std::string_view query;
  const std::vector<Header>* headers = nullptr;
  std::vector<std::string> signed_headers;  // lower case, in order
  std::string_view payload_hash;            // Sha256Hex of the body
};
std::string CanonicalRequest(const SignedParts& parts);
// `scope` is date/region/service/aws4_request.
std::string StringToSign(std::string_view timestamp, std::string_view scope, std::string_view canonical_request);

struct Signer {
  std::string key_id;
  std::string secret;
  std::string region;
  std::string service = "dynamodb";
};
// The value of Authorization. `headers` are those that are sent, X-Amz-Date with `timestamp` (20151231T235959Z) among
// them; all of them are signed.
std::string SignRequest(const Signer& signer, std::string_view method, std::string_view target,
                        const std::vector<Header>& headers, std::string_view body, std::string_view timestamp);

// "20151231T235959Z"
std::string TimestampOf(int64_t epoch_seconds);
std::optional<int64_t> ParseTimestamp(std::string_view timestamp);

// Lower-case hexadecimal.
std::string Hex(std::string_view bytes);
inline std::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// The parts of `text` between separators: one more than there are of them.
std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace parton::net

#endif  // PARTON_NET_SIGNATURE_H_
