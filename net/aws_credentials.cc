#include "net/aws_credentials.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "net/aws_config.h"
#include "net/http_client.h"
#include "net/http_header.h"
#include "types/json/json_reader.h"
#include "types/sync/mutex.h"

namespace parton::net {

namespace {

constexpr int64_t kAheadS = 5 * 60;      // before the end of keys
constexpr int64_t kRetryAfterS = 30;     // while old keys live
constexpr size_t kMostOutput = 1 << 20;  // of a credential_process

// nullopt: the place has none.
using Found = Result<std::optional<AwsKeys>>;

Status Failed(std::string_view what) {
  return Status(StatusCode::kOpenFailed, fmt::format("no credentials: {}", what));
}

std::string TextOf(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_text() ? std::string(found.bytes()) : std::string();
}

// "2026-11-22T00:26:20Z", also with a fraction or +00:00; 0: it is no such thing.
int64_t ParseIso(const std::string& text) {
  tm parts{};
  return ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr ? 0 : static_cast<int64_t>(timegm(&parts));
}

// The JSON of a process or service. The text itself is never shown: it has the secret.
Found KeysFromJson(std::string_view text, std::string_view token_name, std::string_view where) {
  const Result<Value> json = ParseJson(text);
  if (!json.ok() || !json->is_struct()) return Failed(fmt::format("{} answers with no JSON", where));
  AwsKeys keys;
  keys.key_id = TextOf(*json, "AccessKeyId");
  keys.secret = TextOf(*json, "SecretAccessKey");
  keys.token = TextOf(*json, token_name);
  const std::string expires = TextOf(*json, "Expiration");
  if (!expires.empty()) keys.expires_s = ParseIso(expires);
  if (keys.key_id.empty() || keys.secret.empty()) return Failed(fmt::format("{} gives no keys", where));
  return std::optional<AwsKeys>(std::move(keys));
}

Found FromEnvironment() {
  AwsKeys keys{Environment("AWS_ACCESS_KEY_ID"), Environment("AWS_SECRET_ACCESS_KEY"), Environment("AWS_SESSION_TOKEN"),
               0};
  if (keys.key_id.empty()) return std::optional<AwsKeys>();
  if (keys.secret.empty()) return Failed("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not");
  return std::optional<AwsKeys>(std::move(keys));
}

Found FromProcess(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return Failed("credential_process cannot be run");
  std::string output;
  std::array<char, 4096> buffer{};
  while (output.size() < kMostOutput) {
    const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe);
    if (n == 0) break;
    output.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  if (status != 0) {
    return Failed(fmt::format("credential_process ends with status {}", WIFEXITED(status) ? WEXITSTATUS(status) : 128));
  }
  return KeysFromJson(output, "SessionToken", "credential_process");
}

Found FromProfile(const std::string& profile) {
  std::map<std::string, std::string> settings = ReadProfile(profile);
  AwsKeys keys{settings["aws_access_key_id"], settings["aws_secret_access_key"], settings["aws_session_token"], 0};
  if (!keys.key_id.empty() && !keys.secret.empty()) return std::optional<AwsKeys>(std::move(keys));
  const std::string& process = settings["credential_process"];
  if (!process.empty()) return FromProcess(process);
  if (profile.empty()) return std::optional<AwsKeys>();
  const bool other =
      !settings["role_arn"].empty() || !settings["sso_session"].empty() || !settings["sso_start_url"].empty();
  return Failed(fmt::format("profile {} has {}", profile,
                            other ? "a role or single sign-on: let credential_process = aws configure "
                                    "export-credentials --format process resolve it"
                                  : "no keys"));
}

// `wait_ms` for the connection as for the answer.
Result<std::string> Fetch(const std::string& url, HttpMessage message, int64_t wait_ms) {
  PARTON_ASSIGN_OR_RETURN(Endpoint endpoint, ParseEndpoint(url));
  message.target = endpoint.path;
  HttpLimits limits;
  limits.connect = limits.answer = std::chrono::milliseconds(wait_ms);
  limits.body_bytes = kMostOutput;
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client, HttpClient::Create(std::move(endpoint), limits));
  Outcome outcome = client->Post(message);
  PARTON_RETURN_IF_ERROR(outcome.status);
  if (outcome.reply.status != 200) return Status::IoError(fmt::format("HTTP status {}", outcome.reply.status));
  return std::move(outcome.reply.body);
}

Found FromContainer() {
  std::string url = Environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = Environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) url = "http://169.254.170.2" + relative;
  if (url.empty()) return std::optional<AwsKeys>();
  HttpMessage message;
  message.method = "GET";
  std::string token = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string file = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    token = std::string(std::istreambuf_iterator<char>(in), {});
  }
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  if (!token.empty()) message.headers.emplace_back("Authorization", token);
  const Result<std::string> body = Fetch(url, std::move(message), 2'000);
  if (!body.ok()) return Failed("the container's service: " + body.status().message());
  return KeysFromJson(*body, "Token", "the container's service");
}

Found FromMachine() {
  if (Environment("AWS_EC2_METADATA_DISABLED") == "true") return std::optional<AwsKeys>();
  std::string base = Environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) base = "http://169.254.169.254";
  while (base.ends_with('/')) base.pop_back();
  HttpMessage ask;
  ask.method = "PUT";
  ask.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  const Result<std::string> token = Fetch(base + "/latest/api/token", ask, 1'000);
  if (!token.ok()) return std::optional<AwsKeys>();  // this is no such machine
  HttpMessage get;
  get.method = "GET";
  get.headers.emplace_back("X-aws-ec2-metadata-token", *token);
  const std::string path = base + "/latest/meta-data/iam/security-credentials/";
  const Result<std::string> role = Fetch(path, get, 1'000);
  if (!role.ok()) return std::optional<AwsKeys>();
  const std::string name(Trimmed(role->substr(0, role->find('\n'))));
  const Result<std::string> body = Fetch(path + name, get, 1'000);
  if (!body.ok()) return Failed("the machine's service: " + body.status().message());
  return KeysFromJson(*body, "Token", "the machine's service");
}

class CredentialsImpl final : public Credentials {
 public:
  explicit CredentialsImpl(const CredentialOptions& options) : options_(options) {
    const auto profile = [name = options.profile] { return FromProfile(name); };
    // A profile that was asked for is what is meant.
    if (!options.profile.empty()) {
      places_ = {profile};
    } else {
      places_ = {FromEnvironment, profile, FromContainer, FromMachine};
    }
  }

  Result<AwsKeys> Get() override {
    const MutexLock lock(mutex_);
    const auto now = static_cast<int64_t>(std::time(nullptr));
    const bool fresh = keys_ && (keys_->expires_s == 0 || now < keys_->expires_s - kAheadS);
    const bool wait = keys_ && now < keys_->expires_s && now < tried_s_ + kRetryAfterS;
    if (fresh || wait) return *keys_;
    tried_s_ = now;
    Result<AwsKeys> found = Find();
    if (found.ok()) {
      keys_ = *found;
      return found;
    }
    if (keys_ && keys_->expires_s != 0 && now < keys_->expires_s) return *keys_;
    return found;
  }

  void Forget() override {
    const MutexLock lock(mutex_);
    keys_.reset();
  }

 private:
  Result<AwsKeys> Find() REQUIRES(mutex_) {
    for (const std::function<Found()>& place : places_) {
      // Engines of one's own are not worth a second's wait for a machine's service.
      const bool waits = Environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").empty();
      if (options_.may_be_none && waits && &place == &places_.back() && places_.size() > 1) break;
      PARTON_ASSIGN_OR_RETURN(std::optional<AwsKeys> keys, place());
      if (!keys) continue;
      const std::function<Found()> chosen = place;
      places_ = {chosen};
      return *std::move(keys);
    }
    if (options_.may_be_none) return AwsKeys{"parton", "parton", "", 0};
    return Failed("neither the environment nor a profile has any")
        .WithHint("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials, or --profile NAME");
  }

  const CredentialOptions options_;
  Mutex mutex_;
  std::vector<std::function<Found()>> places_ GUARDED_BY(mutex_);
  std::optional<AwsKeys> keys_ GUARDED_BY(mutex_);
  int64_t tried_s_ GUARDED_BY(mutex_) = 0;
};

}  // namespace

std::unique_ptr<Credentials> FindCredentials(const CredentialOptions& options) {
  return std::make_unique<CredentialsImpl>(options);
}

}  // namespace parton::net
