#include "storage/remote/dynamo_client.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>
#include <utility>

#include "net/aws_credentials.h"
#include "net/http_client.h"
#include "net/signature.h"
#include "types/json/json_reader.h"
#include "types/status/bounds.h"

namespace parton::remote {

namespace {

constexpr int kAttempts = 4;
constexpr int64_t kTransientMs = 25;
constexpr int64_t kThrottledMs = 1'000;
constexpr int64_t kLongestMs = 20'000;
// An engine that never answered may not be there at all.
constexpr std::chrono::milliseconds kFirstAnswer{6'000};
constexpr std::chrono::seconds kFirstTries{8};
constexpr int kQuota = 500;
constexpr int kRetryCost = 14;

struct ExceptionCode {
  std::string_view name;
  StatusCode code;
};
constexpr std::array<ExceptionCode, 20> kExceptions = {{
    {"ValidationException", StatusCode::kValidation},
    {"ConditionalCheckFailedException", StatusCode::kConditionFailed},
    {"ResourceNotFoundException", StatusCode::kNotFound},
    {"TableNotFoundException", StatusCode::kNotFound},
    {"IndexNotFoundException", StatusCode::kNotFound},
    {"ResourceInUseException", StatusCode::kInUse},
    {"TableInUseException", StatusCode::kInUse},
    {"TransactionCanceledException", StatusCode::kTransactionCanceled},
    {"TransactionConflictException", StatusCode::kTransactionConflict},
    {"TransactionInProgressException", StatusCode::kTransactionConflict},
    {"IdempotentParameterMismatchException", StatusCode::kIdempotentMismatch},
    {"LimitExceededException", StatusCode::kLimitExceeded},
    {"ItemCollectionSizeLimitExceededException", StatusCode::kLimitExceeded},
    {"ProvisionedThroughputExceededException", StatusCode::kThrottled},
    {"ThrottlingException", StatusCode::kThrottled},
    {"RequestLimitExceeded", StatusCode::kThrottled},
    {"DuplicateItemException", StatusCode::kDuplicateItem},
    {"TrimmedDataAccessException", StatusCode::kTrimmed},
    {"UnknownOperationException", StatusCode::kUnsupported},
    {"SerializationException", StatusCode::kValidation},
}};

// "com.amazonaws.dynamodb.v20120810#ValidationException": what follows the last sign.
std::string_view ExceptionOf(std::string_view type) {
  const size_t sharp = type.find_last_of('#');
  if (sharp != std::string_view::npos) type.remove_prefix(sharp + 1);
  return type.substr(0, type.find(':'));
}

std::string TextOf(const Value& body, std::string_view name) {
  const Value v = body.Get(name);
  return v.is_text() ? std::string(v.bytes()) : std::string();
}

StatusCode CodeOf(std::string_view exception) {
  for (const ExceptionCode& e : kExceptions) {
    if (e.name == exception) return e.code;
  }
  return StatusCode::kIoError;
}

// The reasons of a cancelled transaction, by operation.
std::vector<Status> ReasonsOf(const Value& body) {
  std::vector<Status> out;
  const Value reasons = body.Get("CancellationReasons");
  if (!reasons.is_collection()) return out;
  for (const Value& r : reasons.elements()) {
    const std::string code = TextOf(r, "Code");
    const std::string message = TextOf(r, "Message");
    if (code.empty() || code == "None") {
      out.emplace_back();
    } else if (code == "ConditionalCheckFailed") {
      out.emplace_back(StatusCode::kConditionFailed, message);
    } else if (code == "TransactionConflict") {
      out.emplace_back(StatusCode::kTransactionConflict, message);
    } else if (code == "ThrottlingError" || code == "ProvisionedThroughputExceeded") {
      out.emplace_back(StatusCode::kThrottled, message);
    } else {
      out.emplace_back(StatusCode::kValidation, message.empty() ? code : message);
    }
  }
  return out;
}

Status ErrorOf(std::string_view exception, const Value& body, int http_status) {
  std::string message = TextOf(body, "message");
  if (message.empty()) message = TextOf(body, "Message");
  if (exception.empty()) return Status::IoError(fmt::format("the endpoint answers with HTTP status {}", http_status));
  const StatusCode code = CodeOf(exception);
  if (code == StatusCode::kIoError) {
    return Status::IoError(
        fmt::format("the endpoint refuses the request: {}{}{}", exception, message.empty() ? "" : ": ", message));
  }
  if (message.empty()) message = std::string(exception);
  Status s(code, std::move(message));
  return code == StatusCode::kTransactionCanceled ? std::move(s).WithReasons(ReasonsOf(body)) : s;
}

// Conflicts and throttling alone: the same transaction may succeed in a moment.
bool IsPassingCancellation(const Status& s) {
  if (s.code() != StatusCode::kTransactionCanceled) return false;
  bool passing = false;
  for (const Status& r : s.reasons()) {
    const bool retryable = r.code() == StatusCode::kTransactionConflict || r.code() == StatusCode::kThrottled;
    if (!r.ok() && !retryable) return false;
    passing = passing || retryable;
  }
  return passing;
}

// Seconds since the epoch of "Sun, 06 Nov 1994 08:49:37 GMT"; 0: it is no such thing.
int64_t ParseHttpDate(std::string_view text) {
  tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S", &parts);
  return end == nullptr ? 0 : static_cast<int64_t>(timegm(&parts));
}

bool IsIntact(const net::HttpReply& reply) {
  const std::string_view expected = reply.Find("x-amz-crc32");
  if (expected.empty() || !reply.Find("Content-Encoding").empty()) return true;
  uint32_t sum = 0;
  const auto [end, error] = std::from_chars(expected.data(), expected.data() + expected.size(), sum);
  if (error != std::errc() || end != expected.data() + expected.size()) return true;
  return sum == ::crc32(0, reinterpret_cast<const Bytef*>(reply.body.data()), static_cast<uInt>(reply.body.size()));
}

// What an attempt came to.
enum class Verdict : uint8_t {
  kDone,
  kTransient,  // it may have been done
  kRefused,    // it was not done: nothing was sent, or the engine says so
  kThrottled,  // the same
  kBadTime,    // our clock is wrong
  kOldKeys,
};

class ClientImpl final : public DynamoClient {
 public:
  // `streams`: where the service of streams has a host of its own; else null.
  ClientImpl(const ClientOptions& options, std::unique_ptr<net::HttpClient> http,
             std::unique_ptr<net::HttpClient> streams)
      : region_(options.region), http_(std::move(http)), streams_(std::move(streams)) {
    net::CredentialOptions find;
    find.profile = options.profile;
    find.may_be_none = options.keys_may_lack;
    credentials_ = net::FindCredentials(find);
  }

  std::unique_ptr<PendingCall> Start(std::string_view operation, std::string body, Repeat repeat) override;

  Result<std::unique_ptr<net::Exchange>> Send(const std::string& target, const std::string& body) {
    PARTON_ASSIGN_OR_RETURN(const net::AwsKeys keys, credentials_->Get());
    const int64_t now = static_cast<int64_t>(std::time(nullptr)) + skew_s_.load(std::memory_order_relaxed);
    const std::string timestamp = net::TimestampOf(now);
    net::HttpClient* const http =
        streams_ != nullptr && target.starts_with("DynamoDBStreams") ? streams_.get() : http_.get();
    net::HttpMessage message;
    message.target = http->endpoint().path;
    message.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                       {"X-Amz-Date", timestamp},
                       {"X-Amz-Target", target},
                       {"Accept-Encoding", "identity"}};
    if (!keys.token.empty()) message.headers.emplace_back("X-Amz-Security-Token", keys.token);
    const std::string host = http->endpoint().HostHeader();
    std::vector<net::Header> signed_headers = {{"Host", host}};
    for (const auto& [name, value] : message.headers) {
      if (name != "Accept-Encoding") signed_headers.push_back({name, value});
    }
    const net::Signer signer{keys.key_id, keys.secret, region_, "dynamodb"};
    message.headers.emplace_back("Authorization",
                                 net::SignRequest(signer, "POST", message.target, signed_headers, body, timestamp));
    message.headers.emplace_back("User-Agent", "parton");
    message.body = body;
    if (!answered()) message.answer = kFirstAnswer;
    return http->Start(message);
  }

  // Takes from the quota of repetitions; false: too many failed of late.
  bool TakeRetry() {
    int left = quota_.load(std::memory_order_relaxed);
    while (left >= kRetryCost) {
      if (quota_.compare_exchange_weak(left, left - kRetryCost, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void GiveBack(int tokens) {
    int left = quota_.load(std::memory_order_relaxed);
    while (left < kQuota && !quota_.compare_exchange_weak(left, std::min(kQuota, left + tokens))) {
    }
  }

  // Takes the endpoint's time from its answer. False: it has none.
  bool Correct(const net::HttpReply& reply) {
    const int64_t theirs = ParseHttpDate(reply.Find("Date"));
    if (theirs == 0) return false;
    skew_s_.store(theirs - static_cast<int64_t>(std::time(nullptr)), std::memory_order_relaxed);
    return true;
  }
  void ForgetKeys() { credentials_->Forget(); }
  bool answered() const { return answered_.load(std::memory_order_relaxed); }
  void NoteAnswer() { answered_.store(true, std::memory_order_relaxed); }

 private:
  const std::string region_;
  const std::unique_ptr<net::HttpClient> http_;
  const std::unique_ptr<net::HttpClient> streams_;
  std::unique_ptr<net::Credentials> credentials_;
  std::atomic<int64_t> skew_s_{0};
  std::atomic<int> quota_{kQuota};
  std::atomic<bool> answered_{false};
};

class CallImpl final : public PendingCall {
 public:
  CallImpl(ClientImpl* client, std::string_view operation, std::string body, Repeat repeat)
      : client_(client), body_(std::move(body)), repeat_(repeat) {
    const bool streams = operation.starts_with("Streams.");
    if (streams) operation.remove_prefix(8);
    started_ = std::chrono::steady_clock::now();
    target_ = fmt::format("{}_20120810.{}", streams ? "DynamoDBStreams" : "DynamoDB", operation);
    CheckPoint();
    Send();
  }

  Answer Wait() override {
    for (int attempt = 1;; ++attempt) {
      Answer answer;
      if (!failed_.ok()) {
        answer.status = std::move(failed_);
        return answer;
      }
      const net::Outcome outcome = exchange_->Finish();
      exchange_.reset();
      const Verdict verdict = Judge(outcome, &answer);
      if (verdict == Verdict::kDone) {
        client_->GiveBack(attempt > 1 ? kRetryCost : 1);
        return answer;
      }
      if (answer.status.code() == StatusCode::kCancelled || answer.status.code() == StatusCode::kTimedOut) {
        return Cancelled(outcome.sent, std::move(answer));
      }
      const bool once = verdict == Verdict::kBadTime || verdict == Verdict::kOldKeys;
      const bool unsafe = verdict == Verdict::kTransient && repeat_ == Repeat::kUnsafe;
      if (unsafe) return Unknown(std::move(answer));
      const bool hopeless = !client_->answered() && std::chrono::steady_clock::now() - started_ > kFirstTries;
      if (hopeless) return GiveUp(verdict, answer);
      const bool enough = once ? std::exchange(corrected_, true) : attempt >= kAttempts || !client_->TakeRetry();
      if (enough) return GiveUp(verdict, answer);
      if (!once) {
        const int64_t base = verdict == Verdict::kThrottled ? kThrottledMs : kTransientMs;
        DynamoClient::Sleep(std::max(asked_ms_, DynamoClient::Backoff(attempt, base)));
      }
      Send();
    }
  }

 private:
  void Send() {
    Result<std::unique_ptr<net::Exchange>> sent = client_->Send(target_, body_);
    if (sent.ok()) {
      exchange_ = *std::move(sent);
    } else {
      failed_ = std::move(sent).status();
    }
  }

  Verdict Judge(const net::Outcome& outcome, Answer* answer) {
    asked_ms_ = 0;
    if (!outcome.status.ok()) {
      answer->status = outcome.status;
      return outcome.sent ? Verdict::kTransient : Verdict::kRefused;
    }
    client_->NoteAnswer();
    const net::HttpReply& reply = outcome.reply;
    Result<Value> body = reply.body.empty() ? Result<Value>(Value::Missing()) : ParseJson(reply.body);
    if (!IsIntact(reply) || (!body.ok() && reply.status == 200)) {
      answer->status = Status::IoError("the endpoint's answer is damaged");
      return Verdict::kTransient;
    }
    if (body.ok()) answer->body = *std::move(body);
    if (reply.status == 200) return Verdict::kDone;
    const std::string type = TextOf(answer->body, "__type");
    const std::string_view exception = ExceptionOf(type);
    answer->status = ErrorOf(exception, answer->body, reply.status);
    const std::string_view wait = reply.Find("x-amz-retry-after");
    std::from_chars(wait.data(), wait.data() + wait.size(), asked_ms_);
    asked_ms_ = std::clamp<int64_t>(asked_ms_, 0, kLongestMs);
    return VerdictOn(exception, reply, answer->status);
  }

  Verdict VerdictOn(std::string_view exception, const net::HttpReply& reply, const Status& error) {
    const StatusCode code = error.code();
    if (code == StatusCode::kThrottled) return Verdict::kThrottled;
    if (IsPassingCancellation(error)) return Verdict::kRefused;
    if (code == StatusCode::kTransactionConflict) return Verdict::kRefused;
    if (exception == "InvalidSignatureException" || exception == "RequestTimeTooSkewed" ||
        exception == "RequestExpired") {
      const bool time = exception != "InvalidSignatureException" ||
                        error.message().find("Signature expired") != std::string::npos ||
                        error.message().find("not yet current") != std::string::npos;
      if (time && client_->Correct(reply)) return Verdict::kBadTime;
    }
    if (exception == "ExpiredTokenException" || exception == "ExpiredToken") {
      client_->ForgetKeys();
      return Verdict::kOldKeys;
    }
    if (reply.status == 429) return Verdict::kThrottled;
    return reply.status >= 500 ? Verdict::kTransient : Verdict::kDone;
  }

  // What is left to say after the last attempt.
  Answer GiveUp(Verdict verdict, Answer& answer) const {
    answer.unknown = verdict == Verdict::kTransient;
    return std::move(answer);
  }

  static Answer Unknown(Answer answer) {
    answer.unknown = true;
    answer.status = Status(StatusCode::kIoError, "the outcome of the write is unknown: " + answer.status.message())
                        .WithHint("it may have been done: look at the item before it is tried again");
    return answer;
  }

  Answer Cancelled(bool sent, Answer answer) const {
    if (!sent || repeat_ == Repeat::kSafe) throw StatementError(answer.status);
    answer.unknown = true;
    answer.status = Status(answer.status.code(), answer.status.message() + "; the outcome of its write is unknown");
    return answer;
  }

  ClientImpl* const client_;
  std::string target_;
  const std::string body_;
  const Repeat repeat_;
  std::unique_ptr<net::Exchange> exchange_;
  Status failed_;
  int64_t asked_ms_ = 0;
  bool corrected_ = false;
  std::chrono::steady_clock::time_point started_;
};

std::unique_ptr<PendingCall> ClientImpl::Start(std::string_view operation, std::string body, Repeat repeat) {
  return std::make_unique<CallImpl>(this, operation, std::move(body), repeat);
}

}  // namespace

void DynamoClient::Sleep(int64_t milliseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  for (;;) {
    CheckPoint();
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(20)));
  }
}

int64_t DynamoClient::Backoff(int attempt, int64_t base_ms) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int64_t most = std::min(kLongestMs, base_ms << std::min(attempt - 1, 20));
  return std::uniform_int_distribution<int64_t>(0, most)(random);
}

Result<std::unique_ptr<DynamoClient>> DynamoClient::Create(const ClientOptions& options) {
  PARTON_ASSIGN_OR_RETURN(net::Endpoint endpoint, net::ParseEndpoint(options.endpoint));
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<net::HttpClient> http, net::HttpClient::Create(endpoint, net::HttpLimits{}));
  std::unique_ptr<net::HttpClient> streams;
  if (endpoint.host.starts_with("dynamodb.") && endpoint.host.find(".amazonaws.com") != std::string::npos) {
    endpoint.host = "streams." + endpoint.host;
    PARTON_ASSIGN_OR_RETURN(streams, net::HttpClient::Create(std::move(endpoint), net::HttpLimits{}));
  }
  return std::unique_ptr<DynamoClient>(std::make_unique<ClientImpl>(options, std::move(http), std::move(streams)));
}

}  // namespace parton::remote
