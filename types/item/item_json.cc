// Items as DynamoDB-JSON, straight from their bytes.
#include <charconv>

#include "types/item/item_codec.h"
#include "types/item/varint.h"
#include "types/json/json_reader.h"
#include "types/number/number_codec.h"
#include "types/text/base64.h"
#include "types/value/value_print.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 64;  // as the codec's

bool AppendRaw(const char** p, const char* end, int depth, std::string* out);

bool ReadRun(const char** p, const char* end, std::string_view* out) {
  uint64_t n;
  const char* q = GetVarint(*p, end, &n);
  if (q == nullptr || n > static_cast<uint64_t>(end - q)) return false;
  *out = std::string_view(q, n);
  *p = q + n;
  return true;
}

// The text of a number, in quotes.
bool AppendNumber(ItemTag tag, const char** p, const char* end, std::string* out) {
  out->push_back('"');
  if (tag == ItemTag::kInt) {
    uint64_t bits;
    const char* q = GetVarint(*p, end, &bits);
    if (q == nullptr) return false;
    *p = q;
    char digits[24];
    const int64_t value = UnZigZag(bits);
    out->append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
  } else {
    std::string_view in(*p, static_cast<size_t>(end - *p));
    Number n;
    if (!ReadNumberValue(NumberForm::kDecimal, &in, &n)) return false;
    *p = in.data();
    out->append(n.ToString());
  }
  out->push_back('"');
  return true;
}

// A member of a set, or a scalar without its type.
bool AppendScalar(ItemTag tag, const char** p, const char* end, std::string* out) {
  if (tag == ItemTag::kInt || tag == ItemTag::kNumber) return AppendNumber(tag, p, end, out);
  std::string_view run;
  if ((tag != ItemTag::kString && tag != ItemTag::kBinary) || !ReadRun(p, end, &run)) return false;
  if (tag == ItemTag::kString) {
    AppendJsonString(run, out);
  } else {
    out->append("\"").append(Base64Encode(run)).append("\"");
  }
  return true;
}

bool AppendMembers(std::string_view run, std::string* out) {
  const char* p = run.data();
  const char* end = p + run.size();
  out->push_back('[');
  for (bool first = true; p < end; first = false) {
    if (!first) out->push_back(',');
    const auto tag = static_cast<ItemTag>(*p++);
    if (!AppendScalar(tag, &p, end, out)) return false;
  }
  out->push_back(']');
  return true;
}

bool AppendList(std::string_view run, int depth, std::string* out) {
  const char* p = run.data();
  const char* end = p + run.size();
  out->push_back('[');
  for (bool first = true; p < end; first = false) {
    if (!first) out->push_back(',');
    if (!AppendRaw(&p, end, depth, out)) return false;
  }
  out->push_back(']');
  return true;
}

bool AppendMap(std::string_view run, int depth, std::string* out) {
  const char* p = run.data();
  const char* end = p + run.size();
  out->push_back('{');
  for (bool first = true; p < end; first = false) {
    std::string_view name;
    if (!ReadRun(&p, end, &name)) return false;
    if (!first) out->push_back(',');
    AppendJsonString(name, out);
    out->push_back(':');
    if (!AppendRaw(&p, end, depth, out)) return false;
  }
  out->push_back('}');
  return true;
}

bool AppendContainer(ItemTag tag, const char** p, const char* end, int depth, std::string* out) {
  std::string_view run;
  if (depth == kMaxDepth || !ReadRun(p, end, &run)) return false;
  switch (tag) {
    case ItemTag::kList: out->append("\"L\":"); return AppendList(run, depth + 1, out);
    case ItemTag::kMap: out->append("\"M\":"); return AppendMap(run, depth + 1, out);
    case ItemTag::kStringSet: out->append("\"SS\":"); return AppendMembers(run, out);
    case ItemTag::kNumberSet: out->append("\"NS\":"); return AppendMembers(run, out);
    case ItemTag::kBinarySet: out->append("\"BS\":"); return AppendMembers(run, out);
    default: return false;
  }
}

// One encoded value; false if it is malformed.
bool AppendRaw(const char** p, const char* end, int depth, std::string* out) {
  if (*p >= end) return false;
  const auto tag = static_cast<ItemTag>(*(*p)++);
  out->push_back('{');
  bool ok = true;
  switch (tag) {
    case ItemTag::kNull: out->append("\"NULL\":true"); break;
    case ItemTag::kTrue: out->append("\"BOOL\":true"); break;
    case ItemTag::kFalse: out->append("\"BOOL\":false"); break;
    case ItemTag::kInt:
    case ItemTag::kNumber:
      out->append("\"N\":");
      ok = AppendScalar(tag, p, end, out);
      break;
    case ItemTag::kString:
      out->append("\"S\":");
      ok = AppendScalar(tag, p, end, out);
      break;
    case ItemTag::kBinary:
      out->append("\"B\":");
      ok = AppendScalar(tag, p, end, out);
      break;
    default: ok = AppendContainer(tag, p, end, depth, out); break;
  }
  out->push_back('}');
  return ok;
}

}  // namespace

Status Value::AppendDynamoItem(std::string* out) const {
  const internal::HeapItem* item = EncodedItem(*this);
  if (item == nullptr) {
    PARTON_ASSIGN_OR_RETURN(const std::string text, ItemToDynamoJson(*this));
    out->append(text);
    return Status::Ok();
  }
  bool sound = true, first = true;
  out->push_back('{');
  ItemView(item->bytes, item->names).ForEachRaw([&](std::string_view name, std::string_view raw) {
    if (!first) out->push_back(',');
    first = false;
    AppendJsonString(name, out);
    out->push_back(':');
    const char* p = raw.data();
    sound = AppendRaw(&p, p + raw.size(), 0, out);
    return sound;
  });
  out->push_back('}');
  return sound ? Status::Ok() : Status::Corruption("an item's bytes are damaged");
}

Result<Value> Value::FromDynamoJson(std::string_view json) { return ParseDynamoJson(json); }

}  // namespace parton
