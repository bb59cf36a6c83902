// Client request tokens: a one-shot transaction that succeeded under a token is not done again for ten minutes.
//
//   token := version(1) varint(ms it is good until) hash of the request (16 bytes)
//
// The record goes into the batch of the transaction's own commit, so the two are durable together, and calls of one
// token run one after the other. The sweeper removes expired tokens, by a queue in order of time.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_TOKEN_H_
#define PARTON_SESSION_REQUESTS_REQUEST_TOKEN_H_

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/table_store.h"
#include "types/sync/mutex.h"

namespace parton {

// A hash of a whole request; equal requests have equal fingerprints, whatever the order of attributes and how
// numbers are written.
class RequestFingerprint {
 public:
  void Add(std::string_view text);
  void Add(const Value& v);
  void AddNumber(uint64_t n);
  std::string Finish() const;  // 16 bytes

 private:
  std::string bytes_;
};

// The kind of transaction that a token belongs to; tokens of the two kinds are independent.
enum class TokenKind : char { kOperations = 'W', kStatements = 'S' };

// Threads: any.
class RequestTokens {
 public:
  static constexpr int64_t kValidMs = int64_t{10} * 60 * 1000;

  explicit RequestTokens(TableStore* store) : store_(store) {}

  // Holds the token (and some others) until destroyed: no two calls of one token at a time.
  std::unique_lock<Mutex> Hold(TokenKind kind, std::string_view token);
  // Whether the request was done under this token. Errors: kIdempotentMismatch (another one was).
  Result<bool> WasDone(TokenKind kind, std::string_view token, const std::string& fingerprint, int64_t now_ms);
  // Adds the records that the commit must carry.
  static void Note(TokenKind kind, std::string_view token, const std::string& fingerprint, int64_t now_ms,
                   RecordWrites* records);
  // Removes the tokens that are no longer valid.
  Status Forget(int64_t now_ms);

 private:
  Result<size_t> ForgetSome(int64_t now_ms);

  TableStore* store_;
  std::array<Mutex, 16> mutexes_;  // by the token's hash; they guard its record in the store
};

// 1 to 36 characters; empty is none. Error: kValidation.
Status CheckToken(std::string_view token);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_TOKEN_H_
