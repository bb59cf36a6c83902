// From a request to its answer: who asks, what for, with which body; then the operation itself.
#ifndef PARTON_SERVER_SERVICE_H_
#define PARTON_SERVER_SERVICE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "server/actions.h"
#include "server/credentials.h"
#include "server/http_message.h"
#include "server/metrics.h"
#include "server/signature.h"
#include "types/sync/mutex.h"

namespace parton::server {

inline constexpr size_t kMaxBodyBytes = size_t{16} << 20;

struct ServiceOptions {
  bool writes_wait = true;  // for the disk: writes are not quick
  ServiceSettings settings;
  // Only these Host headers are answered, with any port; empty: all. Keeps web pages away whose names point here.
  std::vector<std::string> hosts;
  std::string cors_origin;  // empty: no answers for browsers
  // Null: requests need no signature, and any key is taken.
  std::shared_ptr<const Credentials> credentials;
};

// What became of a request, for logs.
struct Handled {
  int operation = -1;
  std::string exception;  // empty: none
  std::string caller;
};

// Threads: any.
class Service {
 public:
  // `db` and `metrics` outlive it.
  Service(Database* db, ServiceOptions options, Metrics* metrics);

  // The request's body is used up.
  HttpResponse Handle(HttpRequest* request, Handled* handled);

  // Whether a request takes so little time that the thread which read it may run it: single items, if that does not
  // wait for the disk, and what is no operation. A connection that is alone may do a little more: nobody else waits.
  bool IsQuick(const HttpRequest& request, int64_t connections) const;

  // New secrets and rights, from the next request on.
  void SetCredentials(std::shared_ptr<const Credentials> credentials);

 private:
  // What is no operation: health, browsers' questions, other methods. True if it was, and is answered.
  bool HandlePlain(const HttpRequest& request, HttpResponse* response);
  Outcome HandleOperation(HttpRequest* request, Handled* handled, HttpResponse* response);
  Outcome Authenticate(const HttpRequest& request, Handled* handled, Caller* caller, bool* restricted);
  bool KnowsHost(std::string_view host) const;
  HttpResponse Ready();
  void Finish(const HttpRequest& request, HttpResponse* response) const;

  Database* const db_;
  const ServiceOptions options_;
  Metrics* const metrics_;
  SignatureVerifier verifier_;
  Mutex mutex_;
  std::shared_ptr<const Credentials> credentials_ GUARDED_BY(mutex_);
};

// The answer to a malformed request: its body is that of the error.
HttpResponse ErrorResponse(int status, std::string_view exception, std::string_view message);

}  // namespace parton::server

#endif  // PARTON_SERVER_SERVICE_H_
