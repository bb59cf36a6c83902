// Where AWS's keys come from: options, the environment, profiles, a container's or a machine's own service.
#ifndef PARTON_NET_AWS_CREDENTIALS_H_
#define PARTON_NET_AWS_CREDENTIALS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "parton/status.h"

namespace parton::net {

struct AwsKeys {
  std::string key_id;
  std::string secret;
  std::string token;      // empty: none
  int64_t expires_s = 0;  // seconds since the epoch; 0: never
};

struct CredentialOptions {
  std::string profile;  // empty: AWS_PROFILE, or "default"
  // Keys that are good for nothing, in place of an error where none are found: for engines that do not look at them.
  bool may_be_none = false;
};

// Threads: any.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // Refreshed ahead of their expiry, once for all threads; old ones are kept as long as they live while that fails.
  // Errors (kOpenFailed): there are none, or they cannot be read. No message has a part of a secret.
  virtual Result<AwsKeys> Get() = 0;
  // The engine refused them: the next Get() asks again.
  virtual void Forget() = 0;
};

// Looks in turn at AWS_ACCESS_KEY_ID and its like, the profile's keys or credential_process in ~/.aws, a container's
// service, and the machine's own (IMDSv2). The first place that has some is asked from then on. A profile that is
// named in the options comes before the environment.
std::unique_ptr<Credentials> FindCredentials(const CredentialOptions& options);

}  // namespace parton::net

#endif  // PARTON_NET_AWS_CREDENTIALS_H_
