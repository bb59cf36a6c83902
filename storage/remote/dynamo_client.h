// Calls of DynamoDB's protocol: signed, sent again where that is safe, with errors as ours.
#ifndef PARTON_STORAGE_REMOTE_DYNAMO_CLIENT_H_
#define PARTON_STORAGE_REMOTE_DYNAMO_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton::remote {

struct ClientOptions {
  std::string endpoint;  // a URL
  std::string region;
  std::string profile;         // empty: as the environment says
  bool keys_may_lack = false;  // the endpoint may not look at keys
};

// Whether a call that may have reached the engine may be made again.
enum class Repeat : uint8_t {
  kSafe,    // reads, and writes that do the same twice
  kUnsafe,  // an answer that is lost is reported: "the outcome ... is unknown"
};

struct Answer {
  Status status;
  Value body;  // the JSON of the answer, of an error too; MISSING: there is none
  // The call was not refused, and not answered either.
  bool unknown = false;
};

// A call under way. What is destroyed before its end is given up.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  // Waits for the answer, and makes the call again where that may help. Throws if the statement is cancelled meanwhile
  // and nothing is lost by that. Once.
  virtual Answer Wait() = 0;
};

// Threads: any; a PendingCall is one thread's at a time, and ends before its client.
class DynamoClient {
 public:
  // Connects to nothing yet. Errors: kValidation (the endpoint), kOpenFailed.
  static Result<std::unique_ptr<DynamoClient>> Create(const ClientOptions& options);
  virtual ~DynamoClient() = default;

  // `operation` is "Query" and its like; of "Streams.GetRecords" the prefix names the other service.
  virtual std::unique_ptr<PendingCall> Start(std::string_view operation, std::string body, Repeat repeat) = 0;
  Answer Call(std::string_view operation, std::string body, Repeat repeat = Repeat::kSafe) {
    return Start(operation, std::move(body), repeat)->Wait();
  }
  // Waits; throws if the statement is cancelled.
  static void Sleep(int64_t milliseconds);
  // A random time to wait before try `attempt` (from 1).
  static int64_t Backoff(int attempt, int64_t base_ms);
};

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_DYNAMO_CLIENT_H_
