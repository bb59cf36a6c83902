// AWS Signature Version 4, header form: what clients put into Authorization, and whether it is right.
//
// Not thread-safe, but SignatureVerifier, which any thread may use.
#ifndef PARTON_SERVER_SIGNATURE_H_
#define PARTON_SERVER_SIGNATURE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/api_error.h"
#include "server/http_message.h"
#include "types/sync/mutex.h"

namespace parton::server {

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

class SignatureVerifier {
 public:
  // The secret of a key; nullopt: there is no such key.
  using Lookup = std::function<std::optional<std::string>(std::string_view key_id)>;

  // The exceptions are DynamoDB's, with its messages. `*key_id` is who signed, if it is right.
  Outcome Verify(const HttpRequest& request, int64_t now_seconds, const Lookup& lookup, std::string* key_id);
  // Forgets the derived keys: secrets have changed.
  void Clear();

 private:
  Digest KeyFor(std::string_view key_id, std::string_view secret, std::string_view date, std::string_view region);

  Mutex mutex_;
  std::unordered_map<std::string, Digest> keys_ GUARDED_BY(mutex_);  // by key id, date and region
};

}  // namespace parton::server

#endif  // PARTON_SERVER_SIGNATURE_H_
