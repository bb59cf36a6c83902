// What a path of a remote store says.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_PATH_H_
#define PARTON_STORAGE_REMOTE_REMOTE_PATH_H_

#include <string>
#include <string_view>

#include "storage/remote/dynamo_client.h"

namespace parton::remote {

struct RemotePath {
  ClientOptions client;
  bool consistent = false;  // reads of tables and local indexes, where nothing else is said
};

// Region and endpoint are completed by the environment and the profile. Errors: kValidation, kOpenFailed.
Result<RemotePath> ParseRemotePath(std::string_view path);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_PATH_H_
