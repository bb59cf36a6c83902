// Signature Version 4: AWS's published examples, round trips, and everything that must be refused.
#include "server/signature.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace parton::server {
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kTime = "20150830T123600Z";
constexpr int64_t kSeconds = 1440938160;

std::string Hex(const Digest& digest) {
  std::string out;
  for (const unsigned char c : digest) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

Signer Example(std::string service) { return {"AKIDEXAMPLE", std::string(kSecret), "us-east-1", std::move(service)}; }

std::string SignatureIn(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

TEST(Signature, DerivesThePublishedSigningKeys) {
  EXPECT_EQ(Hex(SigningKey(kSecret, "20150830", "us-east-1", "iam")),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  EXPECT_EQ(Hex(SigningKey(kSecret, "20120215", "us-east-1", "iam")),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(Signature, SignsThePublishedRequests) {
  const std::vector<Header> users = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                     {"Host", "iam.amazonaws.com"},
                                     {"X-Amz-Date", kTime}};
  EXPECT_EQ(SignRequest(Example("iam"), "GET", "/?Action=ListUsers&Version=2010-05-08", users, "", kTime),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  const std::vector<Header> vanilla = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", kTime}};
  EXPECT_EQ(SignatureIn(SignRequest(Example("service"), "GET", "/", vanilla, "", kTime)),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(SignatureIn(SignRequest(Example("service"), "POST", "/", vanilla, "", kTime)),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  const std::vector<Header> blanks = {{"Host", "example.amazonaws.com"},
                                      {"My-Header1", " value1"},
                                      {"My-Header2", " \"a   b   c\""},
                                      {"X-Amz-Date", kTime}};
  EXPECT_EQ(SignatureIn(SignRequest(Example("service"), "GET", "/", blanks, "", kTime)),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

TEST(Signature, ReadsAndWritesTimes) {
  EXPECT_EQ(ParseTimestamp(kTime), kSeconds);
  EXPECT_EQ(TimestampOf(kSeconds), kTime);
  for (const char* wrong : {"", "20150830", "20150830T123600", "2015083OT123600Z", "20151330T123600Z"})
    EXPECT_EQ(ParseTimestamp(wrong), std::nullopt) << wrong;
}

class Verifying : public testing::Test {
 protected:
  Verifying() {
    request_.method = "POST";
    request_.target = "/";
    request_.body = R"({"TableName":"t"})";
    headers_ = {{"Host", "localhost:8000"}, {"X-Amz-Date", kTime}, {"X-Amz-Target", "DynamoDB_20120810.GetItem"}};
  }
  void Sign(std::string_view secret = kSecret, std::string_view timestamp = kTime) {
    const Signer signer{"AKIDEXAMPLE", std::string(secret), "eu-west-1"};
    authorization_ = SignRequest(signer, "POST", "/", headers_, request_.body, timestamp);
  }
  // The exception, or "ok".
  std::string Verify(int64_t now = kSeconds) {
    request_.headers = headers_;
    if (!authorization_.empty()) request_.headers.push_back({"Authorization", authorization_});
    std::string key_id;
    const Outcome outcome = verifier_.Verify(
        request_, now,
        [](std::string_view id) { return id == "AKIDEXAMPLE" ? std::optional(std::string(kSecret)) : std::nullopt; },
        &key_id);
    message_ = outcome.ok() ? "" : outcome.error().message;
    EXPECT_EQ(key_id, outcome.ok() ? "AKIDEXAMPLE" : "");
    return outcome.ok() ? "ok" : outcome.error().exception;
  }
  void Replace(std::string_view what, std::string_view with) {
    const size_t at = authorization_.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    authorization_.replace(at, what.size(), with);
  }

  HttpRequest request_;
  std::vector<Header> headers_;
  std::string authorization_;
  std::string message_;
  SignatureVerifier verifier_;
};

TEST_F(Verifying, TakesWhatIsRight) {
  Sign();
  EXPECT_EQ(Verify(), "ok");
  EXPECT_EQ(Verify(), "ok") << "with the key that it remembers";
  EXPECT_EQ(Verify(kSeconds + 899), "ok");
  EXPECT_EQ(Verify(kSeconds - 899), "ok");
  Replace(", SignedHeaders", ",SignedHeaders");
  Replace(", Signature", ",Signature");
  EXPECT_EQ(Verify(), "ok") << "no blanks after commas";
  headers_[0].value = "  localhost:8000  ";
  EXPECT_EQ(Verify(), "ok") << "blanks around a header's value";
}

TEST_F(Verifying, RefusesWhatIsNotSigned) {
  EXPECT_EQ(Verify(), "MissingAuthenticationTokenException");
  EXPECT_EQ(message_, "Request is missing Authentication Token");
  authorization_ = "Basic YTpi";
  EXPECT_EQ(Verify(), "MissingAuthenticationTokenException");
  authorization_ = "AWS4-HMAC-SHA256";
  EXPECT_EQ(Verify(), "IncompleteSignatureException");
  Sign();
  Replace("Signature=", "Signatura=");
  EXPECT_EQ(Verify(), "IncompleteSignatureException");
}

TEST_F(Verifying, RefusesWhatWasChanged) {
  constexpr std::string_view kWrong =
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
      "and signing method. Consult the service documentation for details.";
  Sign();
  request_.body += " ";
  EXPECT_EQ(Verify(), "InvalidSignatureException");
  EXPECT_EQ(message_, kWrong);
  request_.body.pop_back();
  EXPECT_EQ(Verify(), "ok");
  headers_[2].value = "DynamoDB_20120810.DeleteItem";
  EXPECT_EQ(Verify(), "InvalidSignatureException");
  Sign("another secret");
  EXPECT_EQ(Verify(), "InvalidSignatureException");
  Sign();
  Replace("eu-west-1", "us-west-1");
  EXPECT_EQ(Verify(), "InvalidSignatureException") << "another region than the one that was signed";
}

TEST_F(Verifying, RefusesOtherKeysServicesAndTimes) {
  Sign();
  Replace("AKIDEXAMPLE", "AKIDSOMEONE");
  EXPECT_EQ(Verify(), "UnrecognizedClientException");
  EXPECT_EQ(message_, "The security token included in the request is invalid.");
  Sign();
  Replace("/dynamodb/", "/iam/");
  EXPECT_EQ(Verify(), "InvalidSignatureException");
  Sign();
  EXPECT_EQ(Verify(kSeconds + 901), "InvalidSignatureException");
  EXPECT_EQ(message_,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 "
            "min.)");
  EXPECT_EQ(Verify(kSeconds - 901), "InvalidSignatureException");
  EXPECT_TRUE(message_.starts_with("Signature not yet current: 20150830T123600Z")) << message_;
}

TEST_F(Verifying, RefusesASignatureWithoutTheHost) {
  const std::vector<Header> all = headers_;
  headers_.erase(headers_.begin());
  Sign();
  headers_ = all;
  EXPECT_EQ(Verify(), "InvalidSignatureException");
}

}  // namespace
}  // namespace parton::server
