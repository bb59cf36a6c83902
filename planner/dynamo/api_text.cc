// Requests of DynamoDB's API as text: JSON, or commands of the AWS CLI.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "parton/text.h"
#include "planner/dynamo/api_calls.h"

namespace parton {

namespace {

std::string Notes(const std::vector<std::string>& notes, std::string_view sign) {
  std::string out;
  for (const std::string& note : notes) out += fmt::format("{} {}\n", sign, note);
  return out;
}

// GetItem as get-item; also the names of members.
std::string Dashed(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char lower = AsciiLower(name[i]);
    if (lower != name[i] && i != 0) out += '-';
    out += lower;
  }
  return out;
}

// For a POSIX shell: between single quotes everything stands for itself, but the quote.
std::string ShellQuoted(std::string_view s) {
  const bool plain = !s.empty() && std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return c < 128 && (std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/');
  });
  if (plain) return std::string(s);
  std::string out = "'";
  for (char c : s) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// The text of a JSON string; other JSON as it is.
std::string Plain(const std::string& json) {
  if (!json.starts_with('"')) return json;
  std::string out;
  for (size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] != '\\') {
      out += json[i];
      continue;
    }
    switch (json[++i]) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      // Control characters are all that is written so.
      case 'u':
        out += static_cast<char>(std::stoi(json.substr(i + 1, 4), nullptr, 16));
        i += 4;
        break;
      default: out += json[i]; break;
    }
  }
  return out;
}

std::string Argument(const std::string& name, const std::string& json) {
  if (name == "ScanIndexForward") return json == "true" ? "--scan-index-forward" : "--no-scan-index-forward";
  if (name == "ConsistentRead") return "--consistent-read";
  // The CLI pages by itself; it takes the number of items it is to give.
  if (name == "Limit") return "--max-items " + json;
  return fmt::format("--{} {}", Dashed(name), ShellQuoted(Plain(json)));
}

}  // namespace

std::string RenderApi(const ApiPlan& plan) {
  std::string out;
  for (const ApiCall& call : plan.calls) {
    out += call.operation + "\n{\n";
    for (size_t i = 0; i < call.members.size(); ++i) {
      const auto& [name, json] = call.members[i];
      out += fmt::format("  \"{}\": {}{}\n", name, json, i + 1 < call.members.size() ? "," : "");
    }
    out += "}\n" + Notes(call.notes, "--");
  }
  std::vector<std::string> client;
  for (const std::string& line : plan.client) client.push_back("in the client: " + line);
  return out + Notes(client, "--");
}

std::string RenderCli(const ApiPlan& plan) {
  std::string out;
  for (const ApiCall& call : plan.calls) {
    out += Notes(call.notes, "#");
    out += "aws dynamodb " + Dashed(call.operation);
    for (const auto& [name, json] : call.members) out += " \\\n  " + Argument(name, json);
    out += "\n";
  }
  std::vector<std::string> client;
  for (const std::string& line : plan.client) client.push_back("in the client: " + line);
  return out + Notes(client, "#");
}

}  // namespace parton
