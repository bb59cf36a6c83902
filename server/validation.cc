#include "server/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace parton::server {

namespace {

constexpr size_t kMaxTold = 10;
constexpr std::string_view kConstraint = "failed to satisfy constraint: ";

// Where the service has other words than its framework. As of September 2026.
struct Wording {
  std::string_view operation;
  std::string_view path;  // as the framework writes it; a * is any name
  std::string_view as;    // the path it is told with; the value is not
};
constexpr Wording kWordings[] = {
    {"BatchGetItem", "requestItems", "RequestItems"},
    {"BatchGetItem", "requestItems.*.member.keys", "RequestItems.*.member.Keys"},
    {"Query", "limit", "Limit"},
};

// Operations that tell the first violation only. As of September 2026.
constexpr std::string_view kTellFirst[] = {"UpdateItem"};

// Operations on tables ask for their table by other words.
constexpr std::string_view kAskForTable[] = {
    "CreateTable",      "DeleteTable",        "DescribeTable", "UpdateTable",
    "UpdateTimeToLive", "DescribeTimeToLive", "CreateBackup",  "UpdateContinuousBackups"};

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

std::string LowerFirst(std::string_view name) {
  std::string out(name);
  // SSESpecification is told as sSESpecification.
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

// A value as the service's objects describe themselves. Long ones are cut: nobody reads on.
void Describe(const Node& node, uint16_t shape_id, std::string* out) {
  constexpr size_t kEnough = 4096;
  if (out->size() > kEnough) return;
  const Shape& shape = ShapeAt(shape_id);
  switch (node.kind) {
    case Node::Kind::kNull: *out += "null"; return;
    case Node::Kind::kBool: *out += node.flag ? "true" : "false"; return;
    case Node::Kind::kNumber:
    case Node::Kind::kText: *out += node.view(); return;
    case Node::Kind::kAttributeValue: {
      static constexpr std::string_view kNames[] = {"s", "n", "b", "sS", "nS", "bS", "m", "l", "nULL", "bOOL"};
      const auto type = static_cast<size_t>(node.type);
      *out += "AttributeValue(";
      if (type < std::size(kNames)) {
        *out += kNames[type];
        *out += '=';
        if (node.type == AttributeType::kS || node.type == AttributeType::kN) *out += node.view();
      }
      *out += ')';
      return;
    }
    case Node::Kind::kList:
      *out += '[';
      for (size_t i = 0; i < node.size; ++i) {
        if (i > 0) *out += ", ";
        Describe(node.children[i], shape.element, out);
      }
      *out += ']';
      return;
    case Node::Kind::kMap:
      *out += '{';
      for (size_t i = 0; i + 1 < node.size; i += 2) {
        if (i > 0) *out += ", ";
        *out += node.children[i].view();
        *out += '=';
        Describe(node.children[i + 1], shape.element, out);
      }
      *out += '}';
      return;
    case Node::Kind::kStructure: {
      *out += shape.name == "SmallKeySchema" ? "KeySchema" : shape.name;
      *out += '(';
      const std::span<const Member> members = MembersOf(shape);
      for (size_t i = 0; i < node.size; ++i) {
        const Member& m = members[node.children[i].member];
        if (i > 0) *out += ", ";
        *out += LowerFirst(m.name) + "=";
        Describe(node.children[i], m.shape, out);
      }
      *out += ')';
      return;
    }
  }
}

class Checker {
 public:
  explicit Checker(const Operation& operation) : operation_(operation) {}

  void Check(const Node& node, uint16_t shape_id) {
    if (told_.size() >= kMaxTold) return;
    const Shape& shape = ShapeAt(shape_id);
    switch (shape.kind) {
      case Kind::kStructure: CheckMembers(node, shape); break;
      case Kind::kMap: CheckMap(node, shape_id, shape); break;
      case Kind::kList: CheckList(node, shape_id, shape); break;
      case Kind::kString:
      case Kind::kBlob: CheckText(node, shape_id, shape); break;
      case Kind::kEnumeration: CheckEnum(node, shape_id, shape); break;
      case Kind::kInteger:
      case Kind::kLong:
      case Kind::kDouble: CheckNumber(node, shape_id, shape); break;
      default: break;
    }
  }

  std::string Message() const {
    std::string out = fmt::format("{} validation error{} detected: ", told_.size(), told_.size() == 1 ? "" : "s");
    for (size_t i = 0; i < told_.size(); ++i) out += (i > 0 ? "; " : "") + told_[i];
    return out;
  }
  const std::vector<std::string>& told() const { return told_; }
  std::vector<std::string>& told() { return told_; }

 private:
  struct Step {
    std::string_view name;  // of a member or of a map's key
    size_t index = 0;       // of a list, from 1
    enum class Of : uint8_t { kMember, kMap, kList } of = Of::kMember;
  };

  std::string Path() const {
    std::string out;
    for (const Step& s : path_) {
      if (!out.empty()) out += '.';
      switch (s.of) {
        case Step::Of::kMember: out += LowerFirst(s.name); break;
        case Step::Of::kMap: out += std::string(s.name) + ".member"; break;
        case Step::Of::kList: out += fmt::format("{}.member", s.index); break;
      }
    }
    return out;
  }

  // The path that the service tells in place of the framework's, or empty.
  std::string OwnPath() const {
    for (const Wording& w : kWordings) {
      if (w.operation != operation_.name) continue;
      std::string pattern, told;
      size_t next = 0;
      std::string_view map_key;
      for (const Step& s : path_) {
        if (s.of == Step::Of::kMap) map_key = s.name;
      }
      pattern = w.path;
      told = w.as;
      for (std::string* text : {&pattern, &told}) {
        next = text->find('*');
        if (next != std::string::npos) text->replace(next, 1, map_key);
      }
      if (pattern == Path()) return told;
    }
    return {};
  }

  void Tell(const Node& node, uint16_t shape_id, const std::string& rule) {
    const std::string own = OwnPath();
    if (!own.empty()) {
      told_.push_back(fmt::format("Value at '{}' {}{}", own, kConstraint, rule));
      return;
    }
    std::string value;
    Describe(node, shape_id, &value);
    told_.push_back(fmt::format("Value '{}' at '{}' {}{}", value, Path(), kConstraint, rule));
  }
  void TellMissing() {
    told_.push_back(fmt::format("Value null at '{}' {}Member must not be null", Path(), kConstraint));
  }

  void CheckMembers(const Node& node, const Shape& shape) {
    const std::span<const Member> members = MembersOf(shape);
    for (size_t i = 0; i < members.size() && told_.size() < kMaxTold; ++i) {
      const Node* found = nullptr;
      for (const Node& n : node.nodes()) {
        if (n.member == i && n.kind != Node::Kind::kNull) found = &n;
      }
      if (found == nullptr && !members[i].required) continue;
      path_.push_back({members[i].name, 0, Step::Of::kMember});
      if (found == nullptr)
        TellMissing();
      else
        Check(*found, members[i].shape);
      path_.pop_back();
    }
  }

  void CheckLength(size_t length, const Node& node, uint16_t shape_id, const Shape& shape) {
    if (static_cast<int64_t>(length) < shape.min)
      Tell(node, shape_id, fmt::format("Member must have length greater than or equal to {}", shape.min));
    else if (static_cast<int64_t>(length) > shape.max)
      Tell(node, shape_id, fmt::format("Member must have length less than or equal to {}", shape.max));
  }

  // The lengths of lists in a map are a matter of the map.
  bool CheckMapValues(const Node& node, uint16_t shape_id, const Shape& shape) {
    const Shape& element = ShapeAt(shape.element);
    if (element.kind != Kind::kList || (element.min <= 0 && element.max == kHighest)) return false;
    for (size_t i = 1; i < node.size; i += 2) {
      const auto length = static_cast<int64_t>(node.children[i].size);
      if (length >= element.min && length <= element.max) continue;
      Tell(node, shape_id,
           fmt::format("Map value must satisfy constraint: [Member must have length less than or equal to {}, "
                       "Member must have length greater than or equal to {}]",
                       element.max, element.min));
      return true;
    }
    return false;
  }
  bool CheckMapKeys(const Node& node, uint16_t shape_id, const Shape& shape) {
    const Shape& key = ShapeAt(shape.key);
    if (!key.name_pattern) return false;
    for (size_t i = 0; i + 1 < node.size; i += 2) {
      const std::string_view name = node.children[i].view();
      if (name.starts_with("arn:")) continue;
      const auto length = static_cast<int64_t>(CodePoints(name));
      if (length >= key.min && length <= key.max && IsName(name)) continue;
      Tell(node, shape_id,
           fmt::format("Map keys must satisfy constraint: [Member must have length less than or equal to {}, Member "
                       "must have length greater than or equal to {}, Member must satisfy regular expression pattern: "
                       "[a-zA-Z0-9_.-]+]",
                       key.max, key.min));
      return true;
    }
    return false;
  }
  void CheckMap(const Node& node, uint16_t shape_id, const Shape& shape) {
    if (ShapeAt(shape.element).kind == Kind::kAttributeValue) return;
    CheckLength(node.size / 2, node, shape_id, shape);
    if (CheckMapKeys(node, shape_id, shape) || CheckMapValues(node, shape_id, shape)) return;
    for (size_t i = 0; i + 1 < node.size && told_.size() < kMaxTold; i += 2) {
      path_.push_back({node.children[i].view(), 0, Step::Of::kMap});
      CheckElement(node.children[i + 1], shape.element);
      path_.pop_back();
    }
  }
  void CheckList(const Node& node, uint16_t shape_id, const Shape& shape) {
    const size_t before = told_.size();
    CheckLength(node.size, node, shape_id, shape);
    if (ShapeAt(shape.element).kind == Kind::kAttributeValue || told_.size() != before) return;
    for (size_t i = 0; i < node.size && told_.size() < kMaxTold; ++i) {
      path_.push_back({{}, i + 1, Step::Of::kList});
      CheckElement(node.children[i], shape.element);
      path_.pop_back();
    }
  }
  void CheckElement(const Node& node, uint16_t shape_id) {
    if (node.kind == Node::Kind::kNull)
      TellMissing();
    else
      Check(node, shape_id);
  }

  void CheckText(const Node& node, uint16_t shape_id, const Shape& shape) {
    const std::string_view text = node.view();
    if (shape.name_pattern && text.starts_with("arn:")) return;  // a table may be named by its ARN
    const size_t before = told_.size();
    const bool plain = shape.min <= 0 && shape.max == kHighest;
    if (!plain) CheckLength(shape.kind == Kind::kBlob ? text.size() : CodePoints(text), node, shape_id, shape);
    if (told_.size() == before && shape.name_pattern && !IsName(text))
      Tell(node, shape_id, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }

  void CheckEnum(const Node& node, uint16_t shape_id, const Shape& shape) {
    const std::span<const std::string_view> values = EnumValuesOf(shape);
    if (std::find(values.begin(), values.end(), node.view()) != values.end()) return;
    Tell(node, shape_id,
         fmt::format("Member must satisfy enum value set: [{}]", fmt::join(values.begin(), values.end(), ", ")));
  }

  void CheckNumber(const Node& node, uint16_t shape_id, const Shape& shape) {
    const int64_t value = Input(&node, shape_id).integer();
    if (value < shape.min)
      Tell(node, shape_id, fmt::format("Member must have value greater than or equal to {}", shape.min));
    else if (value > shape.max)
      Tell(node, shape_id, fmt::format("Member must have value less than or equal to {}", shape.max));
  }

  const Operation& operation_;
  std::vector<Step> path_;
  std::vector<std::string> told_;
};

// Messages that have the framework's words in front, though they are the service's own. As of September 2026.
constexpr std::string_view kPrefix = "1 validation error detected: ";
constexpr std::string_view kPrefixed[] = {
    "may not be empty",
    "Binary sets should not be empty",
    "contains duplicates",
    "Null attribute value types must have the value of true",
    "Can not use both expression and non-expression parameters in the same request",
    "ExpressionAttributeValues can only be specified when using expressions",
    "ReturnValues can only be ALL_OLD or NONE",
    "Invalid ConditionExpression: ",
    "Invalid UpdateExpression: ",
};
constexpr std::string_view kNotPrefixed = "The expression can not be empty;";

bool HasPrefix(std::string_view operation, std::string_view message) {
  if (operation == "Query") return message.starts_with("Must specify the AttributesToGet or ProjectionExpression");
  if (operation != "PutItem" && operation != "UpdateItem" && operation != "DeleteItem") return false;
  if (message.ends_with(kNotPrefixed)) return false;
  return std::any_of(std::begin(kPrefixed), std::end(kPrefixed),
                     [&](std::string_view part) { return message.find(part) != std::string_view::npos; });
}

// Operations on tables have an older check of their table's name.
std::optional<std::string> CheckTableName(std::string_view operation, const Input& name) {
  if (std::find(std::begin(kAskForTable), std::end(kAskForTable), operation) == std::end(kAskForTable)) return {};
  if (!name.present()) return "The parameter 'TableName' is required but was not present in the request";
  const size_t length = CodePoints(name.text());
  if (operation == "CreateTable" || name.text().starts_with("arn:") || (length >= 3 && length <= 255)) return {};
  return "TableName must be at least 3 characters long and at most 255 characters long";
}

}  // namespace

Outcome CheckModel(const Operation& operation, const Input& input) {
  const std::optional<std::string> wrong = CheckTableName(operation.name, input["TableName"]);
  if (wrong.has_value()) return Validation(*wrong);
  Checker checker(operation);
  checker.Check(input.node(), input.shape());
  if (checker.told().empty()) {
    if (operation.name == "BatchWriteItem" && input["RequestItems"].Count() == 0)
      return Validation("The requestItems parameter is required for BatchWriteItem");
    return {};
  }
  if (std::find(std::begin(kTellFirst), std::end(kTellFirst), operation.name) != std::end(kTellFirst))
    checker.told().resize(1);
  return Validation(checker.Message());
}

void WordAsServiceDoes(const Operation& operation, ApiError* error) {
  if (error->exception != "ValidationException" || error->message.starts_with(kPrefix)) return;
  if (HasPrefix(operation.name, error->message)) error->message.insert(0, kPrefix);
}

}  // namespace parton::server
