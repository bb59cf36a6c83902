#include "net/aws_config.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "net/http_header.h"
#include "net/signature.h"

namespace parton::net {

namespace {

std::string Home() {
  std::string home = Environment("HOME");
  if (!home.empty()) return home;
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "";
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : std::string();
}

std::string FileOf(const char* variable, const char* name) {
  const std::string path = Environment(variable);
  return path.empty() ? Home() + "/.aws/" + name : path;
}

}  // namespace

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::map<std::string, std::map<std::string, std::string>> ParseAwsFile(std::string_view text) {
  std::map<std::string, std::map<std::string, std::string>> out;
  std::map<std::string, std::string>* section = nullptr;
  std::string group;
  for (const std::string_view line : Split(text, '\n')) {
    std::string_view content = line;
    if (content.ends_with('\r')) content.remove_suffix(1);
    const bool indented = content.starts_with(' ') || content.starts_with('\t');
    content = Trimmed(content);
    if (content.empty() || content[0] == '#' || content[0] == ';') continue;
    if (content[0] == '[') {
      const size_t end = content.find(']');
      section = end == std::string_view::npos ? nullptr : &out[std::string(Trimmed(content.substr(1, end - 1)))];
      group.clear();
      continue;
    }
    const size_t equals = content.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    const std::string name(Trimmed(content.substr(0, equals)));
    const std::string value(Trimmed(content.substr(equals + 1)));
    if (indented && !group.empty()) {
      (*section)[group + "." + name] = value;
      continue;
    }
    group = value.empty() ? name : "";
    (*section)[name] = value;
  }
  return out;
}

std::map<std::string, std::string> ReadProfile(std::string_view profile) {
  std::string name(profile);
  if (name.empty()) name = Environment("AWS_PROFILE");
  if (name.empty()) name = "default";
  auto keys = ParseAwsFile(ReadAll(FileOf("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
  auto config = ParseAwsFile(ReadAll(FileOf("AWS_CONFIG_FILE", "config")));
  std::map<std::string, std::string> out = keys[name];
  auto more = config["profile " + name];
  if (more.empty() && name == "default") more = config["default"];
  out.insert(more.begin(), more.end());
  const auto services = out.find("services");
  if (services != out.end()) {
    for (const auto& [setting, value] : config["services " + services->second]) out["services." + setting] = value;
  }
  return out;
}

std::string FindRegion(std::string_view profile) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    std::string region = Environment(name);
    if (!region.empty()) return region;
  }
  return ReadProfile(profile)["region"];
}

std::string FindEndpointUrl(std::string_view profile) {
  for (const char* name : {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"}) {
    std::string url = Environment(name);
    if (!url.empty()) return url;
  }
  auto settings = ReadProfile(profile);
  const std::string own = settings["services.dynamodb.endpoint_url"];
  return own.empty() ? settings["endpoint_url"] : own;
}

}  // namespace parton::net
