// Framing, content codings, credentials: everything before the operation.
#include <gtest/gtest.h>

#include <string>

#include "server/base64.h"
#include "server/content_coding.h"
#include "server/credentials.h"
#include "server/http_parser.h"

namespace parton::server {
namespace {

// Feeds `text` in pieces; the status that refuses it, 0 if it waits for more, 200 with the body in `*body`.
int Parse(const std::string& text, size_t piece, std::string* body = nullptr) {
  HttpParser parser;
  std::string buffer;
  for (size_t at = 0; at <= text.size(); at += piece) {
    buffer += text.substr(at, piece);
    while (true) {
      const HttpParser::State before = parser.state();
      const size_t used = parser.Feed(buffer);
      buffer.erase(0, used);
      if (used == 0 && parser.state() == before) break;
    }
    if (parser.state() == HttpParser::State::kRefused) return parser.refused_status();
    if (parser.state() == HttpParser::State::kDone) break;
  }
  if (parser.state() != HttpParser::State::kDone) return 0;
  const HttpRequest request = parser.TakeRequest();
  if (body != nullptr) *body = request.body;
  return 200;
}

int Parse(const std::string& headers, const std::string& rest) {
  const std::string text = "POST / HTTP/1.1\r\n" + headers + "\r\n" + rest;
  const int whole = Parse(text, text.size());
  EXPECT_EQ(Parse(text, 1), whole) << text.substr(0, 100);
  return whole;
}

TEST(Framing, TakesBodies) {
  std::string body;
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 5, &body), 200);
  EXPECT_EQ(body, "abc");
  EXPECT_EQ(
      Parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 3, &body),
      200);
  EXPECT_EQ(body, "abc");
  EXPECT_EQ(Parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 7, &body), 200);
  EXPECT_EQ(body, "");
}

TEST(Framing, RefusesWhatCouldMeanTwoThings) {
  EXPECT_EQ(Parse("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abc"), 400);
  EXPECT_EQ(Parse("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n", "abc"), 400);
  EXPECT_EQ(Parse("Host: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400);
  EXPECT_EQ(Parse("Host: a\r\nTransfer-Encoding: gzip\r\n", "abc"), 400);
  EXPECT_EQ(Parse("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400);
  EXPECT_EQ(Parse("Content-Length: 0\r\n", ""), 400) << "no Host";
  EXPECT_EQ(Parse("Host: a\r\nHost: b\r\nContent-Length: 0\r\n", ""), 400);
  EXPECT_EQ(Parse("Host: a\nContent-Length: 0\r\n", ""), 400) << "a bare line feed";
  EXPECT_EQ(Parse("Host: a\r\nContent-Length: -1\r\n", ""), 400);
}

TEST(Framing, BoundsHeadersAndBodies) {
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 1000), 400);
  EXPECT_EQ(Parse("POST /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 1000), 400);
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17000000\r\n\r\n", 1000), 413);
  EXPECT_EQ(Parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 1000), 400);
  std::string chunks = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 17; ++i) chunks += "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
  EXPECT_EQ(Parse(chunks, 60'000), 413);
}

TEST(Framing, LeavesTheNextRequest) {
  const std::string one = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
  std::string two = one + one;
  HttpParser parser;
  while (parser.state() != HttpParser::State::kDone) two.erase(0, parser.Feed(two));
  EXPECT_EQ(two, one);
  EXPECT_TRUE(parser.keep_alive());
}

TEST(ContentCoding, ChoosesByQuality) {
  EXPECT_EQ(ChooseCoding(""), Coding::kIdentity);
  EXPECT_EQ(ChooseCoding("gzip"), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("deflate, gzip"), Coding::kDeflate);
  EXPECT_EQ(ChooseCoding("deflate;q=0.5, gzip;q=0.8"), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("br, zstd"), Coding::kIdentity);
  EXPECT_EQ(ChooseCoding("br, *"), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("gzip;q=0"), Coding::kIdentity);
}

TEST(ContentCoding, PacksAndUnpacks) {
  const std::string text(100'000, 'x');
  for (const Coding coding : {Coding::kGzip, Coding::kDeflate}) {
    std::string packed;
    ASSERT_TRUE(Compress(coding, text, &packed));
    EXPECT_LT(packed.size(), 2000U);
    std::string twice = packed + packed;
    EXPECT_EQ(Unpack(NameOf(coding), size_t{1} << 20, &packed), Unpacked::kDone);
    EXPECT_EQ(packed, text);
    if (coding != Coding::kGzip) continue;
    EXPECT_EQ(Unpack("gzip", size_t{1} << 20, &twice), Unpacked::kDone) << "several members in a row";
    EXPECT_EQ(twice, text + text);
  }
}

TEST(ContentCoding, RefusesWhatCannotBeUnpacked) {
  std::string packed;
  ASSERT_TRUE(Compress(Coding::kGzip, std::string(1'000'000, 'x'), &packed));
  std::string copy = packed;
  EXPECT_EQ(Unpack("gzip", 999'999, &copy), Unpacked::kTooLarge);
  copy = packed.substr(0, packed.size() / 2);
  EXPECT_EQ(Unpack("gzip", size_t{1} << 24, &copy), Unpacked::kBroken);
  copy = packed + "rest";
  EXPECT_EQ(Unpack("gzip", size_t{1} << 24, &copy), Unpacked::kBroken);
  copy = "no gzip";
  EXPECT_EQ(Unpack("gzip", 1000, &copy), Unpacked::kBroken);
  EXPECT_EQ(Unpack("br", 1000, &copy), Unpacked::kBroken);
  EXPECT_EQ(Unpack("identity", 1000, &copy), Unpacked::kDone);
}

TEST(ContentCoding, Base64) {
  for (const std::string bytes : {"", "a", "ab", "abc", "abcd", "\xff\xfe\x01"}) {
    std::string text;
    AppendBase64(bytes, &text);
    const std::optional<size_t> size = DecodeBase64(text.data(), text.size());
    ASSERT_TRUE(size.has_value()) << text;
    EXPECT_EQ(text.substr(0, *size), bytes);
  }
  for (std::string wrong : {"a", "ab", "abc", "a===", "ab=c", "ab c", "abc\n"})
    EXPECT_FALSE(DecodeBase64(wrong.data(), wrong.size()).has_value()) << wrong;
}

TEST(CredentialsFile, NamesCallers) {
  const auto credentials = Credentials::Parse(
      "# keys\n[app]\naws_access_key_id = A1\naws_secret_access_key = s/+=\n\n[ reader ]\r\naws_access_key_id=B2\n"
      "aws_secret_access_key=t\nread_only = true\ntables = orders, log_*\n",
      "keys");
  ASSERT_TRUE(credentials.ok()) << credentials.status().ToString();
  const Caller* app = (*credentials)->Find("A1");
  ASSERT_NE(app, nullptr);
  EXPECT_EQ(app->secret, "s/+=");
  EXPECT_TRUE(app->MayUse("anything"));
  const Caller* reader = (*credentials)->Find("B2");
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(reader->name, "reader");
  EXPECT_TRUE(reader->read_only);
  EXPECT_TRUE(reader->MayUse("orders"));
  EXPECT_TRUE(reader->MayUse("log_2026"));
  EXPECT_FALSE(reader->MayUse("orders2"));
  EXPECT_EQ((*credentials)->Find("C3"), nullptr);
}

TEST(CredentialsFile, TellsWhatIsWrongAndWhere) {
  const auto error = [](std::string_view text) {
    const auto credentials = Credentials::Parse(text, "keys");
    return credentials.ok() ? std::string("ok") : credentials.status().message();
  };
  EXPECT_EQ(error("aws_access_key_id = A1\n"), "keys:1: a section [name] comes first");
  EXPECT_EQ(error("[a]\nsomething\n"), "keys:2: expected name = value");
  EXPECT_EQ(error("[a]\nreadonly = true\n"), "keys:2: no setting readonly");
  EXPECT_EQ(error("[a]\nread_only = yes\n"), "keys:2: read_only is true or false");
  EXPECT_EQ(error("[a]\naws_access_key_id = A1\n"),
            "keys:2: section [a] needs aws_access_key_id and aws_secret_access_key");
  EXPECT_EQ(error(""), "keys:0: there are no keys in it");
}

TEST(Patterns, MatchWholeNames) {
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("a*c*", "abcc"));
  EXPECT_TRUE(MatchesPattern("a?c", "abc"));
  EXPECT_FALSE(MatchesPattern("a?c", "ac"));
  EXPECT_FALSE(MatchesPattern("a", "ab"));
  EXPECT_FALSE(MatchesPattern("*a*b", "abc"));
}

}  // namespace
}  // namespace parton::server
