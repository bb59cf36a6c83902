// Whether a request is signed right (net/signature.h).
//
// Not thread-safe, but SignatureVerifier, which any thread may use.
#ifndef PARTON_SERVER_SIGNATURE_H_
#define PARTON_SERVER_SIGNATURE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/signature.h"
#include "server/api_error.h"
#include "server/http_message.h"
#include "types/sync/mutex.h"

namespace parton::server {

using net::BytesOf;
using net::CanonicalRequest;
using net::Digest;
using net::Hex;
using net::HmacSha256;
using net::ParseTimestamp;
using net::Sha256Hex;
using net::SignedParts;
using net::Signer;
using net::SigningKey;
using net::SignRequest;
using net::Split;
using net::StringToSign;
using net::TimestampOf;

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
