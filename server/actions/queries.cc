// Query and Scan.
#include <algorithm>
#include <limits>

#include "server/actions/common.h"
#include "server/attribute_values.h"

namespace parton::server {

namespace {

void ReadPage(const Input& input, ReadPageRequest* request) {
  request->table = TableNameOf(input["TableName"]);
  request->index = input["IndexName"].OptionalText();
  request->expressions = ReadExpressions(input);
  request->legacy = ReadLegacy(input);
  const std::string_view select = input["Select"].text();
  if (select == "ALL_ATTRIBUTES") request->select = SelectedAttributes::kAll;
  if (select == "ALL_PROJECTED_ATTRIBUTES") request->select = SelectedAttributes::kAllProjected;
  if (select == "SPECIFIC_ATTRIBUTES") request->select = SelectedAttributes::kSpecific;
  if (select == "COUNT") request->select = SelectedAttributes::kCount;
  if (input.Has("Limit")) request->limit = input["Limit"].integer();
  request->consistent = input["ConsistentRead"].flag();
  request->start_key = ToItem(input["ExclusiveStartKey"], &request->start_key_error);
}

Outcome WritePage(Call& call, const Input& input, const ItemPage& page, bool items, JsonWriter& out) {
  if (items) {
    out.Key("Items").BeginArray();
    for (const Value& item : page.items) PARTON_RETURN_IF_ERROR(out.Item(item));
    out.EndArray();
  }
  out.Member("Count", page.count).Member("ScannedCount", page.scanned_count);
  if (!page.last_key.is_missing()) {
    out.Key("LastEvaluatedKey");
    PARTON_RETURN_IF_ERROR(out.Item(page.last_key));
  }
  WriteCapacity(call, input, page.capacity, out);
  return {};
}

std::optional<int32_t> Segment(const Input& input) {
  if (!input.present()) return std::nullopt;
  return static_cast<int32_t>(std::min<int64_t>(input.integer(), std::numeric_limits<int32_t>::max()));
}

}  // namespace

Outcome Query(Call& call, const Input& input, JsonWriter& out) {
  QueryRequest request;
  ReadPage(input, &request);
  request.forward = !input.Has("ScanIndexForward") || input["ScanIndexForward"].flag();
  const Result<ItemPage> page = call.db->Query(request);
  if (!page.ok()) return page.status();
  return WritePage(call, input, *page, request.select != SelectedAttributes::kCount, out);
}

Outcome Scan(Call& call, const Input& input, JsonWriter& out) {
  ScanRequest request;
  ReadPage(input, &request);
  request.segment = Segment(input["Segment"]);
  request.total_segments = Segment(input["TotalSegments"]);
  const Result<ItemPage> page = call.db->Scan(request);
  if (!page.ok()) return page.status();
  return WritePage(call, input, *page, request.select != SelectedAttributes::kCount, out);
}

}  // namespace parton::server
