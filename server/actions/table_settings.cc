// UpdateTimeToLive, DescribeTimeToLive, TagResource, UntagResource, ListTagsOfResource.
#include <fmt/format.h>

#include <optional>

#include "server/actions/table_parts.h"

namespace parton::server {

namespace {

// The table of an ARN; tags are of tables only.
Outcome ReadResource(const Input& input, std::string* table) {
  const std::string_view arn = input["ResourceArn"].text();
  if (!arn.starts_with("arn:") || arn.find(":table/") == std::string_view::npos) {
    return Validation(fmt::format("Invalid TableArn: Invalid ResourceArn provided as input {}", arn));
  }
  *table = TableNameOf(arn);
  return {};
}

Outcome ResourceNotFound(const Input& input) {
  return Exception("ResourceNotFoundException",
                   fmt::format("Requested resource not found: ResourcArn: {} not found", input["ResourceArn"].text()));
}

Outcome Done(const Status& status, const Input& input) {
  return status.code() == StatusCode::kNotFound ? ResourceNotFound(input) : Outcome(status);
}

}  // namespace

Outcome UpdateTimeToLive(Call& call, const Input& input, JsonWriter& out) {
  const Input given = input["TimeToLiveSpecification"];
  const bool enabled = given["Enabled"].flag();
  const std::string attribute = given["AttributeName"].Text();
  PARTON_RETURN_IF_ERROR(call.db->tables().UpdateTimeToLive(TableNameOf(input["TableName"]), enabled, attribute));
  out.Key("TimeToLiveSpecification").BeginObject();
  out.Member("Enabled", enabled).Member("AttributeName", attribute).EndObject();
  return {};
}

Outcome DescribeTimeToLive(Call& call, const Input& input, JsonWriter& out) {
  const Result<TimeToLive> ttl = call.db->tables().DescribeTimeToLive(TableNameOf(input["TableName"]));
  if (!ttl.ok()) return ttl.status();
  out.Key("TimeToLiveDescription").BeginObject();
  out.Member("TimeToLiveStatus", ttl->enabled ? "ENABLED" : "DISABLED");
  if (ttl->enabled) out.Member("AttributeName", ttl->attribute);
  out.EndObject();
  return {};
}

Outcome TagResource(Call& call, const Input& input, JsonWriter& /*out*/) {
  std::string table;
  Outcome read = ReadResource(input, &table);
  if (!read.ok()) return read;
  const Tags tags = ReadTags(input["Tags"]);
  if (tags.empty()) return Validation("Atleast one Tag needs to be provided as Input.");
  if (tags.size() != input["Tags"].Count()) return Validation("Duplicate tag keys found in the request");
  return Done(call.db->tables().Tag(table, tags), input);
}

Outcome UntagResource(Call& call, const Input& input, JsonWriter& /*out*/) {
  std::string table;
  Outcome read = ReadResource(input, &table);
  if (!read.ok()) return read;
  std::vector<std::string> keys;
  for (size_t i = 0; i < input["TagKeys"].Count(); ++i) keys.push_back(input["TagKeys"].Element(i).Text());
  if (keys.empty()) return Validation("Atleast one Tag Key needs to be provided as Input.");
  return Done(call.db->tables().Untag(table, keys), input);
}

Outcome ListTagsOfResource(Call& call, const Input& input, JsonWriter& out) {
  std::string table;
  Outcome read = ReadResource(input, &table);
  if (!read.ok()) return read;
  const Result<Tags> tags = call.db->tables().ListTags(table);
  if (tags.status().code() == StatusCode::kNotFound) {
    return Exception("AccessDeniedException",
                     fmt::format("User: arn:aws:iam::{}:root is not authorized to perform: dynamodb:ListTagsOfResource "
                                 "on resource: {}",
                                 call.settings->account, input["ResourceArn"].text()));
  }
  if (!tags.ok()) return tags.status();
  out.Key("Tags").BeginArray();
  for (const auto& [key, value] : *tags) out.BeginObject().Member("Key", key).Member("Value", value).EndObject();
  out.EndArray();
  return {};
}

}  // namespace parton::server
