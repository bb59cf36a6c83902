// What comes over the wire: HTTP requests, and the JSON of operations. Whatever is taken means one thing only.
#include <memory_resource>
#include <optional>

#include "server/attribute_values.h"
#include "server/http_parser.h"
#include "server/json_input.h"
#include "server/validation.h"
#include "tests/fuzz/fuzz_target.h"

namespace parton::fuzz {
namespace {

using server::HttpParser;

std::vector<std::string> HttpSeeds() {
  const std::string head = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n";
  return {head + "Content-Length: 2\r\n\r\n{}",
          head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;a=b\r\n}\r\n0\r\nX: y\r\n\r\n",
          head + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}" + head +
              "Content-Length: 0\r\n\r\n",
          "GET /health HTTP/1.0\r\nHost: a\r\n\r\n"};
}

struct Taken {
  HttpParser::State state = HttpParser::State::kHeader;
  size_t used = 0;
  std::string body;
};

Taken Take(std::string_view input, size_t piece) {
  HttpParser parser;
  Taken taken;
  size_t end = 0;
  while (true) {
    const HttpParser::State before = parser.state();
    const size_t used = parser.Feed(input.substr(taken.used, end - taken.used));
    FUZZ_CHECK(used <= end - taken.used);
    taken.used += used;
    if (used > 0 || parser.state() != before) continue;
    if (end == input.size()) break;
    end = std::min(input.size(), end + piece);
  }
  taken.state = parser.state();
  if (taken.state == HttpParser::State::kDone) {
    const server::HttpRequest request = parser.TakeRequest();
    FUZZ_CHECK(!request.Find("Host").empty() || request.headers.size() < 1000);
    taken.body = request.body;
  }
  return taken;
}

// In one piece, and byte by byte: the same.
void RunHttp(std::string_view input) {
  const Taken whole = Take(input, input.size() + 1);
  if (input.size() > 4096) return;
  const Taken bytes = Take(input, 1);
  FUZZ_CHECK((whole.state == HttpParser::State::kDone) == (bytes.state == HttpParser::State::kDone));
  if (whole.state != HttpParser::State::kDone) return;
  FUZZ_CHECK(whole.body == bytes.body);
  FUZZ_CHECK(whole.used == bytes.used);
}

std::vector<std::string> RequestSeeds() {
  return {
      R"({"TableName":"things","Item":{"id":{"S":"a"},"n":{"N":"-1.5e3"},"b":{"B":"AAEC"},"l":{"L":[{"NULL":true}]}}})",
      R"({"TableName":"things","Key":{"id":{"S":"\u00e9\ud83d\ude00"}},"Unknown":[{"a":[1,2.5e300,null]}]})",
      R"({"RequestItems":{"things":{"Keys":[{"id":{"S":"a"}}],"ConsistentRead":true}}})",
      R"({"TransactItems":[{"Put":{"TableName":"things","Item":{"s":{"SS":["a","b"]}}}},{"Delete":{}}]})",
      R"({"TableName":"things","Limit":5,"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]})",
  };
}

// Finds all attribute values, and makes values of them.
void Convert(const server::Input& input) {
  if (!input.present()) return;
  const server::Node& node = input.node();
  switch (node.kind) {
    case server::Node::Kind::kAttributeValue: {
      const Result<Value> value = server::ToValue(node);
      FUZZ_CHECK(value.ok() || value.status().code() == StatusCode::kValidation);
      std::string json;
      if (value.ok()) FUZZ_CHECK(Value::Struct({{"a", *value}}).AppendDynamoItem(&json).ok());
      break;
    }
    case server::Node::Kind::kStructure:
      for (const server::Node& member : node.nodes())
        Convert(server::Input(&member, server::MembersOf(server::ShapeAt(input.shape()))[member.member].shape));
      break;
    case server::Node::Kind::kList:
      for (size_t i = 0; i < input.Count(); ++i) Convert(input.Element(i));
      break;
    case server::Node::Kind::kMap:
      for (size_t i = 0; i < input.Count(); ++i) Convert(input.MapValue(i));
      break;
    default: break;
  }
}

// As the request of every operation.
void RunRequest(std::string_view text) {
  for (const server::Operation& operation : server::AllOperations()) {
    std::string body(text);
    std::pmr::monotonic_buffer_resource arena;
    server::Input input;
    if (server::ReadInput(&body, operation.input, &arena, &input).has_value()) continue;
    const server::Outcome checked = server::CheckModel(operation, input);
    if (!checked.ok()) FUZZ_CHECK(checked.error().exception == "ValidationException");
    Convert(input);
  }
}

}  // namespace

const std::vector<Target>& WireTargets() {
  static const std::vector<Target> kTargets = {
      {"http",
       HttpSeeds,
       RunHttp,
       {"\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Host: ", "0\r\n", ";"},
       3000},
      {"request",
       RequestSeeds,
       RunRequest,
       {"{", "}", "[", "]", ":", ",", "\"", "null", "true", "\"S\":", "\"N\":\"", "\"M\":{", "\"L\":[", "\\u0000",
        "\"SS\":["},
       600},
  };
  return kTargets;
}

}  // namespace parton::fuzz
