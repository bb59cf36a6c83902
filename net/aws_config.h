// AWS's own files of settings: ~/.aws/config and ~/.aws/credentials.
#ifndef PARTON_NET_AWS_CONFIG_H_
#define PARTON_NET_AWS_CONFIG_H_

#include <map>
#include <string>
#include <string_view>

#include "parton/status.h"

namespace parton::net {

// "" if it is not set.
std::string Environment(const char* name);

// The settings of a profile, those of the credentials file first; empty: there is no such profile. `profile` empty:
// AWS_PROFILE, or "default". Settings of a group have its name before theirs: "services.dynamodb.endpoint_url".
std::map<std::string, std::string> ReadProfile(std::string_view profile);

// AWS_REGION, AWS_DEFAULT_REGION, the profile's; "" if none says one.
std::string FindRegion(std::string_view profile);
// AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, the profile's for DynamoDB, its own; "" if none says one.
std::string FindEndpointUrl(std::string_view profile);

// The sections of such a file: settings by name. What stands under a setting without a value is of its group.
std::map<std::string, std::map<std::string, std::string>> ParseAwsFile(std::string_view text);

}  // namespace parton::net

#endif  // PARTON_NET_AWS_CONFIG_H_
