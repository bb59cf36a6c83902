#include "storage/remote/remote_path.h"

#include <fmt/format.h>

#include "net/aws_config.h"
#include "net/signature.h"
#include "parton/text.h"
#include "storage/remote/remote_store.h"

namespace parton {

namespace {

constexpr std::string_view kScheme = "dynamodb://";

// "%20" and its like.
std::string Decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(16 * digit(text[i + 1]) + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string Encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '&' || c == '#' || c == ' ' || c == '?') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

bool IsRegion(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

bool IsRemotePath(std::string_view path) {
  return path.starts_with("http://") || path.starts_with("https://") || path.starts_with(kScheme);
}

std::string WithRemoteParameter(std::string_view path, std::string_view name, std::string_view value) {
  return fmt::format("{}{}{}={}", path, path.find('?') == std::string_view::npos ? "?" : "&", name, Encoded(value));
}

namespace remote {

Result<RemotePath> ParseRemotePath(std::string_view path) {
  RemotePath out;
  const size_t question = std::min(path.find('?'), path.size());
  std::string_view base = path.substr(0, question);
  ClientOptions& c = out.client;
  bool said = false;  // the endpoint
  if (base.starts_with(kScheme)) {
    base.remove_prefix(kScheme.size());
    if (base.ends_with('/')) base.remove_suffix(1);
    c.region = std::string(base);
  } else {
    c.endpoint = std::string(base);
    said = true;
  }
  const std::string_view parameters = question < path.size() ? path.substr(question + 1) : std::string_view();
  for (const std::string_view part : net::Split(parameters, '&')) {
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view name = part.substr(0, equals);
    const std::string value = equals < part.size() ? Decoded(part.substr(equals + 1)) : "";
    if (name == "profile") {
      c.profile = value;
    } else if (name == "region") {
      c.region = value;
    } else if (name == "endpoint") {
      c.endpoint = value;
      said = true;
    } else if (name == "consistent" && (value == "on" || value == "off")) {
      out.consistent = value == "on";
    } else {
      return Status::Validation(fmt::format("a remote database takes no parameter {}", part), {},
                                "the parameters are profile, region, endpoint, and consistent=on or off");
    }
  }
  if (c.region.empty()) c.region = net::FindRegion(c.profile);
  if (c.endpoint.empty()) c.endpoint = net::FindEndpointUrl(c.profile);
  if (c.endpoint.empty() && c.region.empty()) {
    return Status(StatusCode::kOpenFailed, "no region is set")
        .WithHint("dynamodb://eu-west-1, --region, AWS_REGION, or region in ~/.aws/config");
  }
  if (c.region.empty()) c.region = "us-east-1";
  if (!IsRegion(c.region)) return Status::Validation(fmt::format("{} is no region", c.region), {}, "eu-west-1");
  if (c.endpoint.empty()) {
    c.endpoint = fmt::format("https://dynamodb.{}.amazonaws.com{}", c.region, c.region.starts_with("cn-") ? ".cn" : "");
  }
  // An engine of one's own may take any keys.
  c.keys_may_lack = said || c.endpoint.find(".amazonaws.com") == std::string::npos;
  return out;
}

}  // namespace remote

}  // namespace parton
