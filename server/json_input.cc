#include "server/json_input.h"

#include <fmt/format.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "server/base64.h"

namespace parton::server {

namespace {

constexpr size_t kMaxKnownDepth = 256;     // of objects and arrays that are kept
constexpr size_t kMaxSkippedDepth = 4096;  // of those that are not
constexpr std::string_view kStructureStart = "Start of structure or map found where not expected";

std::string_view JavaName(Kind kind) {
  switch (kind) {
    case Kind::kInteger: return "Integer";
    case Kind::kLong: return "Long";
    case Kind::kDouble: return "Double";
    case Kind::kBoolean: return "Boolean";
    case Kind::kBlob: return "ByteBuffer";
    case Kind::kTimestamp: return "Date";
    default: return "String";
  }
}

bool IsNumberKind(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kLong || kind == Kind::kDouble || kind == Kind::kTimestamp;
}

// RapidJSON takes the lower half of a surrogate pair alone, which is no character.
bool HasLoneSurrogate(std::string_view text) {
  for (size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

// RapidJSON's events, checked against the shape that is expected at each place.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  Handler(uint16_t shape, std::pmr::memory_resource* arena) : expected_(shape), arena_(arena) {
    frames_.reserve(16);
    nodes_.reserve(64);
  }

  bool Null() {
    if (skipping_ > 0) return SkipOne();
    if (frames_.empty()) return Fail("");
    Node node;
    return Add(node);
  }
  bool Bool(bool b) {
    if (skipping_ > 0) return SkipOne();
    const Kind kind = ShapeAt(expected_).kind;
    if (kind != Kind::kBoolean) return Mismatch(kind, b ? "TRUE_VALUE" : "FALSE_VALUE");
    Node node;
    node.kind = Node::Kind::kBool;
    node.flag = b;
    return Add(node);
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    if (skipping_ > 0) return SkipOne();
    const Kind kind = ShapeAt(expected_).kind;
    if (!IsNumberKind(kind)) {
      const bool whole = std::string_view(text, size).find_first_of(".eE") == std::string_view::npos;
      return Mismatch(kind, whole ? "NUMBER_VALUE" : "DECIMAL_VALUE");
    }
    Node node;
    node.kind = Node::Kind::kNumber;
    node.text = text;
    node.size = size;
    return Add(node);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (skipping_ > 0) return SkipOne();
    const Kind kind = ShapeAt(expected_).kind;
    Node node;
    node.kind = Node::Kind::kText;
    node.text = text;
    node.size = size;
    if (kind == Kind::kBlob) {
      // The text stands in the body, which is ours to change.
      const std::optional<size_t> decoded = DecodeBase64(const_cast<char*>(text), size);
      if (!decoded.has_value()) {
        return Fail(size % 4 != 0
                        ? fmt::format("Base64 encoded length is expected a multiple of 4 bytes but found: {}", size)
                        : "Invalid Base64 data");
      }
      node.size = static_cast<uint32_t>(*decoded);
      return Add(node);
    }
    if (HasLoneSurrogate(node.view())) return Fail("");
    if (kind != Kind::kString && kind != Kind::kEnumeration) {
      return kind == Kind::kBoolean ? Fail("Unexpected token received from parser") : Mismatch(kind, "STRING_VALUE");
    }
    return Add(node);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (skipping_ > 0) return true;
    Frame& frame = frames_.back();
    const Shape& shape = ShapeAt(frame.shape);
    if (HasLoneSurrogate({text, size})) return Fail("");
    if (shape.kind == Kind::kMap) {
      Node key;
      key.kind = Node::Kind::kText;
      key.text = text;
      key.size = size;
      nodes_.push_back(key);
      expected_ = shape.element;
      return true;
    }
    const std::span<const Member> members = MembersOf(shape);
    const std::string_view name(text, size);
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].name != name) continue;
      member_ = static_cast<uint16_t>(i);
      expected_ = members[i].shape;
      return true;
    }
    skipping_ = 1;  // its one value
    return true;
  }

  bool StartObject() {
    if (skipping_ > 0) return SkipStart();
    const Kind kind = ShapeAt(expected_).kind;
    if (kind == Kind::kList) return Fail(std::string(frames_.empty() ? "" : kStructureStart));
    if (kind != Kind::kStructure && kind != Kind::kMap && kind != Kind::kAttributeValue)
      return Fail(std::string(kStructureStart));
    return Push();
  }
  bool EndObject(rapidjson::SizeType) { return skipping_ > 0 ? SkipEnd() : Pop(); }
  bool StartArray() {
    if (skipping_ > 0) return SkipStart();
    const Shape& shape = ShapeAt(expected_);
    switch (shape.kind) {
      case Kind::kList: return Push();
      case Kind::kMap:
        return Fail(
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>");
      case Kind::kStructure:
      case Kind::kAttributeValue:
        return Fail(
            frames_.empty()
                ? std::string()
                : fmt::format("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.{}", shape.name));
      default: return Fail(fmt::format("Unrecognized collection type class java.lang.{}", JavaName(shape.kind)));
    }
  }
  bool EndArray(rapidjson::SizeType) { return skipping_ > 0 ? SkipEnd() : Pop(); }

  const std::string& error() const { return error_; }
  const Node* root() const { return root_; }

 private:
  struct Frame {
    uint16_t shape;
    uint16_t member;  // of the parent, for the node this becomes
    size_t first;     // of its children in nodes_
  };

  bool Fail(std::string message) {
    error_ = std::move(message);
    return false;
  }
  bool Mismatch(Kind kind, std::string_view found) {
    if (frames_.empty()) return Fail("");
    if (kind == Kind::kList || kind == Kind::kMap) return Fail("Unexpected field type");
    if (kind == Kind::kStructure || kind == Kind::kAttributeValue) return Fail("Unexpected value type in payload");
    return Fail(fmt::format("{} cannot be converted to {}", found, JavaName(kind)));
  }

  // An unknown member: one value, whatever is in it. skipping_ is 1 + its depth.
  bool SkipOne() {
    if (skipping_ == 1) skipping_ = 0;
    return true;
  }
  bool SkipStart() { return ++skipping_ <= kMaxSkippedDepth || Fail("JSON is nested too deeply"); }
  bool SkipEnd() {
    --skipping_;
    return SkipOne();
  }

  bool Push() {
    if (frames_.size() >= kMaxKnownDepth) return Fail("JSON is nested too deeply");
    frames_.push_back({expected_, member_, nodes_.size()});
    expected_ = ShapeAt(expected_).element;
    return true;
  }

  bool Add(Node node) {
    const Kind parent = ShapeAt(frames_.back().shape).kind;
    if (parent == Kind::kStructure || parent == Kind::kAttributeValue) return AddMember(node);
    nodes_.push_back(node);
    return true;
  }
  // The last one of a name counts, as with the service's own parser.
  bool AddMember(Node node) {
    node.member = member_;
    for (size_t i = frames_.back().first; i < nodes_.size(); ++i) {
      if (nodes_[i].member != member_) continue;
      nodes_[i] = node;
      return true;
    }
    nodes_.push_back(node);
    return true;
  }

  bool Pop() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    const Shape& shape = ShapeAt(frame.shape);
    if (shape.kind == Kind::kMap) DropEarlierOfSameName(frame.first);
    const size_t count = nodes_.size() - frame.first;
    Node node;
    if (shape.kind == Kind::kAttributeValue) {
      node = Collapse(frame.first);
    } else {
      Node* children = static_cast<Node*>(arena_->allocate(count * sizeof(Node), alignof(Node)));
      if (count > 0) std::memcpy(static_cast<void*>(children), nodes_.data() + frame.first, count * sizeof(Node));
      node.children = children;
      node.size = static_cast<uint32_t>(count);
      node.kind = shape.kind == Kind::kList  ? Node::Kind::kList
                  : shape.kind == Kind::kMap ? Node::Kind::kMap
                                             : Node::Kind::kStructure;
    }
    nodes_.resize(frame.first);
    if (frames_.empty()) {
      root_ = new (arena_->allocate(sizeof(Node), alignof(Node))) Node(node);
      return true;
    }
    member_ = frame.member;
    const Shape& parent = ShapeAt(frames_.back().shape);
    expected_ = parent.kind == Kind::kList ? parent.element : expected_;
    return Add(node);
  }
  // Of the entries of a map with one name the last counts.
  void DropEarlierOfSameName(size_t first) {
    constexpr size_t kFew = 16;
    const size_t pairs = (nodes_.size() - first) / 2;
    std::unordered_map<std::string_view, size_t> places;  // of many entries
    size_t kept = 0;
    for (size_t i = 0; i < pairs; ++i) {
      const Node key = nodes_[first + 2 * i];
      size_t at = kept;
      if (pairs > kFew) {
        at = places.emplace(key.view(), kept).first->second;
      } else {
        for (size_t j = 0; j < kept && at == kept; ++j) {
          if (nodes_[first + 2 * j].view() == key.view()) at = j;
        }
      }
      nodes_[first + 2 * at] = key;
      nodes_[first + 2 * at + 1] = nodes_[first + 2 * i + 1];
      if (at == kept) ++kept;
    }
    nodes_.resize(first + 2 * kept);
  }
  // {"S": "x"} is one node: the text, with its type.
  Node Collapse(size_t first) {
    Node result;
    AttributeType type = AttributeType::kNone;
    for (size_t i = first; i < nodes_.size(); ++i) {
      if (nodes_[i].kind == Node::Kind::kNull) continue;
      type = type == AttributeType::kNone ? static_cast<AttributeType>(nodes_[i].member) : AttributeType::kSeveral;
      result = nodes_[i];
    }
    result.kind = Node::Kind::kAttributeValue;
    result.type = type;
    result.member = 0;
    return result;
  }

  uint16_t expected_;
  uint16_t member_ = 0;
  size_t skipping_ = 0;
  std::pmr::memory_resource* arena_;
  std::vector<Frame> frames_;
  std::vector<Node> nodes_;  // of all open frames
  const Node* root_ = nullptr;
  std::string error_;
};

}  // namespace

std::optional<std::string> ReadInput(std::string* body, uint16_t shape, std::pmr::memory_resource* arena,
                                     Input* input) {
  if (body->find('\0') != std::string::npos) return "";
  Handler handler(shape, arena);
  rapidjson::Reader reader;
  rapidjson::InsituStringStream stream(body->data());
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
  if (!reader.Parse<kFlags>(stream, handler)) return handler.error();
  *input = Input(handler.root(), shape);
  return std::nullopt;
}

Input Input::operator[](std::string_view member) const {
  if (node_ == nullptr || node_->kind != Node::Kind::kStructure) return {};
  const std::span<const Member> members = MembersOf(ShapeAt(shape_));
  for (const Node& n : node_->nodes()) {
    const Member& m = members[n.member];
    if (m.name == member) return Input(&n, m.shape);
  }
  return {};
}

std::string_view Input::text() const {
  return node_ != nullptr && node_->kind == Node::Kind::kText ? node_->view() : std::string_view();
}

std::optional<std::string> Input::OptionalText() const {
  if (!present()) return std::nullopt;
  return Text();
}

int64_t Input::integer(int64_t absent) const {
  if (!present() || node_->kind != Node::Kind::kNumber) return absent;
  const std::string_view view = node_->view();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (error == std::errc() && end == view.data() + view.size()) return value;
  const double d = number();
  if (d >= 9.2e18) return kHighest;
  if (d <= -9.2e18) return kLowest;
  return static_cast<int64_t>(d);
}

double Input::number(double absent) const {
  if (!present() || node_->kind != Node::Kind::kNumber) return absent;
  double value = 0;
  const std::string_view view = node_->view();
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  (void)end;
  // Out of range: too large, or so small that it is nothing.
  if (error == std::errc::result_out_of_range) {
    const bool tiny = view.find("e-") != std::string_view::npos || view.find("E-") != std::string_view::npos;
    return tiny ? 0 : (view.front() == '-' ? -HUGE_VAL : HUGE_VAL);
  }
  return value;
}

size_t Input::Count() const {
  if (!present()) return 0;
  if (node_->kind == Node::Kind::kMap) return node_->size / 2;
  return node_->kind == Node::Kind::kList ? node_->size : 0;
}

Input Input::Element(size_t i) const { return Input(node_->children + i, ShapeAt(shape_).element); }
std::string_view Input::Key(size_t i) const { return node_->children[2 * i].view(); }
Input Input::MapValue(size_t i) const { return Input(node_->children + 2 * i + 1, ShapeAt(shape_).element); }

}  // namespace parton::server
