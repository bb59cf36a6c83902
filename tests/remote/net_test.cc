// Endpoints, AWS's files, paths of remote databases, the parts of requests.
#include <gtest/gtest.h>

#include "net/aws_config.h"
#include "net/http_client.h"
#include "storage/remote/remote_path.h"
#include "storage/remote/remote_store.h"
#include "storage/remote/requests.h"

namespace parton {
namespace {

TEST(Endpoint, HasHostPortAndScheme) {
  const net::Endpoint local = net::ParseEndpoint("http://127.0.0.1:8000").value();
  EXPECT_EQ(local.host, "127.0.0.1");
  EXPECT_EQ(local.port, 8000);
  EXPECT_FALSE(local.tls);
  EXPECT_EQ(local.HostHeader(), "127.0.0.1:8000");
  const net::Endpoint aws = net::ParseEndpoint("https://dynamodb.eu-west-1.amazonaws.com/").value();
  EXPECT_TRUE(aws.tls);
  EXPECT_EQ(aws.port, 443);
  EXPECT_EQ(aws.HostHeader(), "dynamodb.eu-west-1.amazonaws.com");
  EXPECT_EQ(net::ParseEndpoint("http://[::1]:80").value().HostHeader(), "[::1]");
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const char* bad : {"", "dynamo", "ftp://x", "http://", "http://h:0", "http://h:65536", "http://h:x",
                          "http://h:", "http://user:secret@h", "http://[::1", "http://a b"}) {
    EXPECT_EQ(net::ParseEndpoint(bad).status().code(), StatusCode::kValidation) << bad;
  }
  EXPECT_EQ(net::ParseEndpoint("http://user:secret@h").status().ToString().find("secret"), std::string::npos);
}

TEST(AwsFile, HasSectionsAndGroups) {
  auto file = net::ParseAwsFile(
      "# comment\n[default]\naws_access_key_id = AKIA\nregion=eu-west-1\r\n\n[profile dev]\ns3 =\n  max = 3\n"
      "endpoint_url = http://x\n[services local]\ndynamodb =\n  endpoint_url = http://127.0.0.1:8000\n");
  EXPECT_EQ(file["default"]["aws_access_key_id"], "AKIA");
  EXPECT_EQ(file["default"]["region"], "eu-west-1");
  EXPECT_EQ(file["profile dev"]["s3.max"], "3");
  EXPECT_EQ(file["profile dev"]["endpoint_url"], "http://x");
  EXPECT_EQ(file["services local"]["dynamodb.endpoint_url"], "http://127.0.0.1:8000");
}

TEST(RemotePath, SaysRegionEndpointAndProfile) {
  EXPECT_TRUE(IsRemotePath("http://h"));
  EXPECT_TRUE(IsRemotePath("dynamodb://eu-west-1"));
  EXPECT_FALSE(IsRemotePath("data.db"));
  EXPECT_FALSE(IsRemotePath(":memory:"));
  const auto region = remote::ParseRemotePath("dynamodb://eu-north-1?profile=dev&endpoint=").value();
  EXPECT_EQ(region.client.region, "eu-north-1");
  EXPECT_EQ(region.client.profile, "dev");
  EXPECT_EQ(region.client.endpoint, "https://dynamodb.eu-north-1.amazonaws.com");
  const std::string path = WithRemoteParameter("dynamodb://eu-west-1", "endpoint", "http://h:8000/?a=b&c");
  EXPECT_EQ(remote::ParseRemotePath(path).value().client.endpoint, "http://h:8000/?a=b&c");
  EXPECT_TRUE(remote::ParseRemotePath("http://h?consistent=on").value().consistent);
  EXPECT_FALSE(remote::ParseRemotePath("http://h?consistent=maybe").ok());
  EXPECT_FALSE(remote::ParseRemotePath("dynamodb://Eu_West").ok());
}

TEST(Requests, OperatorsAreCounted) {
  EXPECT_EQ(remote::CountOperators("#a = :v1 AND NOT attribute_type(#b, :v2)"), 3);
  EXPECT_TRUE(remote::FitsExpression("#a = :v1"));
  EXPECT_FALSE(remote::FitsExpression(std::string(5000, 'x')));
}

TEST(Requests, KeysAsJson) {
  const KeySchema schema{{"k", KeyType::kString}, KeyAttribute{"n", KeyType::kNumber}};
  const Key key{Value::String("a\"b"), Value::Int(7)};
  EXPECT_EQ(remote::KeyJson(schema, key).value(), R"({"k":{"S":"a\"b"},"n":{"N":"7"}})");
}

}  // namespace
}  // namespace parton
