// RapidJSON drives a handler that builds Values bottom up; its parser is iterative and takes
// numbers as text.
#include "types/json/json_reader.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "types/json/json_fast.h"
#include "types/status/bounds.h"
#include "types/text/base64.h"

namespace parton {

namespace {

constexpr unsigned kFlags =
    rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

Result<Value> NumberFromText(std::string_view text) {
  PARTON_ASSIGN_OR_RETURN(Number n, Number::ParseExact(text));
  bool has_point = text.find('.') != std::string_view::npos;
  return has_point || !n.IsIntegral() ? Value::Decimal(n) : Value::Int(n);
}

class Builder {
 public:
  bool Null() { return Put(Value::Null()); }
  bool Bool(bool b) { return Put(Value::Bool(b)); }
  bool String(const char* s, rapidjson::SizeType n, bool) { return Put(Value::String(std::string_view(s, n))); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) {
    Result<Value> v = NumberFromText(std::string_view(s, n));
    if (!v.ok()) {
      error_ = std::move(v).status();
      return false;
    }
    return Put(std::move(v).value());
  }
  // Numbers come as text.
  bool Int(int i) { return Put(Value::Int(i)); }
  bool Uint(unsigned u) { return Put(Value::Int(static_cast<int64_t>(u))); }
  bool Int64(int64_t i) { return Put(Value::Int(i)); }
  bool Uint64(uint64_t u) { return Put(Value::Int(Number(u))); }
  bool Double(double d) { return Put(Value::Float(d)); }

  bool StartObject() { return Open(true); }
  bool StartArray() { return Open(false); }
  bool Key(const char* s, rapidjson::SizeType n, bool) {
    PushBuilt(&stack_.back().fields, Field{std::string(s, n), Value()});
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    std::vector<Field> fields = std::move(stack_.back().fields);
    stack_.pop_back();
    return Put(Value::Struct(std::move(fields)));
  }
  bool EndArray(rapidjson::SizeType) {
    std::vector<Value> elements = std::move(stack_.back().elements);
    stack_.pop_back();
    return Put(Value::List(std::move(elements)));
  }

  void Reset() {
    stack_.clear();
    result_ = Value();
    error_ = Status();
  }
  Value TakeResult() { return std::move(result_); }
  // Why the handler stopped the parser.
  const Status& error() const { return error_; }

 private:
  struct Frame {
    bool is_object;
    std::vector<Field> fields;
    std::vector<Value> elements;
  };

  bool Open(bool is_object) {
    if (stack_.size() == static_cast<size_t>(kMaxJsonDepth)) {
      error_ = Status::Validation(fmt::format("nested more than {} levels deep", kMaxJsonDepth));
      return false;
    }
    stack_.push_back(Frame{is_object, {}, {}});
    return true;
  }
  bool Put(Value v) {
    points_.Tick();
    if (stack_.empty()) {
      result_ = std::move(v);
    } else if (stack_.back().is_object) {
      stack_.back().fields.back().value = std::move(v);
    } else {
      PushBuilt(&stack_.back().elements, std::move(v));
    }
    return true;
  }

  std::vector<Frame> stack_;
  CheckPoints points_;
  Value result_;
  Status error_;
};

std::string Reason(const rapidjson::ParseResult& result, const Builder& builder) {
  if (result.Code() == rapidjson::kParseErrorTermination) return builder.error().message();
  return rapidjson::GetParseError_En(result.Code());
}

Status OneMember(bool empty) {
  return Status::Validation(
      empty ? "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            : "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
              "the supported datatypes");
}

Status WrongShape(std::string_view member, std::string_view wanted) {
  return Status::Validation(fmt::format("Member {} of an AttributeValue must be {}", member, wanted));
}

// The S, N or B written as `text`.
Result<Value> ScalarFromText(char kind, const Value& text) {
  if (!text.is_text()) {
    if (kind == 'N' && text.is_numeric()) {
      return Status::Validation("NUMBER_VALUE cannot be converted to String");
    }
    return WrongShape(std::string_view(&kind, 1), "a JSON string");
  }
  if (kind == 'S') return text;
  if (kind == 'N') {
    PARTON_ASSIGN_OR_RETURN(Number n, Number::ParseStrict(text.bytes()));
    return Value::FromStored(n.Normalized());
  }
  std::optional<std::string> bytes = Base64Decode(text.bytes());
  if (!bytes) return WrongShape("B", "base64 text");
  return Value::Blob(*bytes);
}

Result<Value> SetFromJson(char kind, std::string_view name, const Value& v) {
  if (v.type() != Type::kList) return WrongShape(name, "an array of strings");
  if (v.Count() == 0) {
    return Status::Validation(fmt::format("One or more parameter values were invalid: {}",
                                          kind == 'S'   ? "An string set  may not be empty"
                                          : kind == 'N' ? "An number set  may not be empty"
                                                        : "Binary sets should not be empty"));
  }
  std::vector<Value> elements;
  for (const Value& e : v.elements()) {
    PARTON_ASSIGN_OR_RETURN(Value element, ScalarFromText(kind, e));
    elements.push_back(std::move(element));
  }
  return Value::Set(std::move(elements));
}

Result<Value> AttributesFromJson(const Value& json) {
  if (!json.is_struct()) return WrongShape("M", "a JSON object");
  std::vector<Field> fields;
  for (const Field& f : json.fields()) {
    Result<Value> v = DynamoValueFromJson(f.value);
    if (!v.ok()) {
      Status s = std::move(v).status();
      if (!s.hint().empty()) return s;
      return std::move(s).WithHint("attribute " + f.name);
    }
    fields.push_back(Field{f.name, std::move(v).value()});
  }
  return Value::Struct(std::move(fields));
}

// The stream RapidJSON reads from: a window on a ByteSource.
class Window {
 public:
  typedef char Ch;

  explicit Window(ByteSource* source) : source_(source), buffer_(kSize, '\0') {}

  Ch Peek() {
    if (pos_ == end_ && !Fill()) return '\0';
    return buffer_[pos_];
  }
  Ch Take() {
    if (pos_ == end_ && !Fill()) return '\0';
    Ch c = buffer_[pos_++];
    if (c == '\n') ++line_;
    return c;
  }
  size_t Tell() const { return before_ + pos_; }
  // A NUL byte in the input is no end of it.
  bool AtEnd() { return pos_ == end_ && !Fill(); }

  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  size_t PutEnd(Ch*) { return 0; }

  uint64_t line() const { return line_; }
  const Status& error() const { return error_; }

 private:
  static constexpr size_t kSize = 64 * 1024;

  bool Fill() {
    if (done_) return false;
    before_ += end_;
    pos_ = end_ = 0;
    Result<size_t> n = source_->Read(buffer_.data(), kSize);
    if (n.ok()) {
      end_ = *n;
    } else {
      error_ = std::move(n).status();
    }
    done_ = end_ == 0;
    return !done_;
  }

  ByteSource* source_;
  std::string buffer_;
  size_t pos_ = 0, end_ = 0, before_ = 0;
  uint64_t line_ = 1;
  bool done_ = false;
  Status error_;
};

}  // namespace

Result<Value> ParseJson(std::string_view text) {
  if (std::optional<Value> usual = ParseUsualJson(text)) return *std::move(usual);
  rapidjson::MemoryStream memory(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
  rapidjson::Reader reader;
  Builder builder;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result.IsError()) {
    return Status::Validation(fmt::format("Not JSON at byte {}: {}", result.Offset(), Reason(result, builder)));
  }
  return builder.TakeResult();
}

Result<Value> ParseDynamoJson(std::string_view text) {
  PARTON_ASSIGN_OR_RETURN(Value json, ParseJson(text));
  Result<Value> value = DynamoValueFromJson(json);
  if (value.ok()) return value;
  Result<Value> item = DynamoItemFromJson(json);
  if (item.ok()) return item;
  // The error about the form that was more likely meant.
  bool tagged = json.is_struct() && json.Count() == 1 && !json.fields()[0].value.is_struct();
  return tagged ? std::move(value) : std::move(item);
}

Result<Value> DynamoValueFromJson(const Value& json) {
  if (!json.is_struct()) {
    return Status::Validation("An AttributeValue must be a JSON object such as {\"S\": \"x\"}");
  }
  if (json.Count() != 1) return OneMember(json.Count() == 0);
  const auto& [name, v] = json.fields()[0];
  if (name == "S" || name == "N" || name == "B") return ScalarFromText(name[0], v);
  if (name == "SS" || name == "NS" || name == "BS") return SetFromJson(name[0], name, v);
  if (name == "M") return AttributesFromJson(v);
  if (name == "BOOL") {
    if (!v.is_bool()) return WrongShape(name, "true or false");
    return v;
  }
  if (name == "NULL") {
    if (!v.is_true()) {
      return Status::Validation(
          "One or more parameter values were invalid: Null attribute value types must have the "
          "value "
          "of true");
    }
    return Value::Null();
  }
  if (name == "L") {
    if (v.type() != Type::kList) return WrongShape(name, "a JSON array");
    std::vector<Value> elements;
    for (const Value& e : v.elements()) {
      PARTON_ASSIGN_OR_RETURN(Value element, DynamoValueFromJson(e));
      elements.push_back(std::move(element));
    }
    return Value::List(std::move(elements));
  }
  return OneMember(true);
}

Result<Value> DynamoItemFromJson(const Value& json) {
  if (!json.is_struct()) return Status::Validation("An item must be a JSON object");
  if (json.Count() == 1 && json.fields()[0].name == "Item") {
    Result<Value> item = AttributesFromJson(json.fields()[0].value);
    if (item.ok()) return item;
    // Perhaps an item whose only attribute has the name Item.
    Result<Value> bare = AttributesFromJson(json);
    return bare.ok() ? std::move(bare) : std::move(item);
  }
  return AttributesFromJson(json);
}

struct JsonRecordReader::State {
  State(ByteSource* source, Format f) : window(source), format(f) {}

  void SkipBlanks() {
    for (;;) {
      char c = window.Peek();
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
      window.Take();
    }
  }
  Status Error(std::string_view what) {
    failed = true;
    if (!window.error().ok()) return window.error();
    return Status::Validation(fmt::format("Line {}: {}", window.line(), what));
  }

  Window window;
  Format format;
  rapidjson::Reader reader;
  Builder builder;
  uint64_t line = 0;
  bool started = false;
  bool in_array = false;
  bool after_element = false;
  bool failed = false;  // the position in the input is lost
  bool recoverable = false;
};

JsonRecordReader::JsonRecordReader(ByteSource* source, Format format)
    : state_(std::make_unique<State>(source, format)) {}
JsonRecordReader::~JsonRecordReader() = default;

uint64_t JsonRecordReader::line() const { return state_->line; }
bool JsonRecordReader::recoverable() const { return state_->recoverable; }

Result<bool> JsonRecordReader::Next(Value* out) {
  State& s = *state_;
  s.recoverable = false;
  if (s.failed) return false;
  if (!s.started) {
    s.started = true;
    if (s.window.Peek() == '\xEF') {
      for (char expected : {'\xEF', '\xBB', '\xBF'}) {
        if (s.window.Take() != expected) return s.Error("Not UTF-8");
      }
    }
  }
  for (;;) {
    s.SkipBlanks();
    if (s.window.AtEnd()) {
      if (!s.window.error().ok() || s.in_array) return s.Error("The array does not end");
      return false;
    }
    char c = s.window.Peek();
    if (!s.in_array) {
      if (c != '[') break;
      s.in_array = true;
      s.after_element = false;
      s.window.Take();
      s.SkipBlanks();
      if (s.window.Peek() != ']') break;
      continue;
    }
    if (c == ']') {
      s.window.Take();
      s.in_array = false;
      continue;
    }
    if (s.after_element) {
      if (c != ',') return s.Error("Expected a comma or ] after an element");
      s.window.Take();
      s.SkipBlanks();
    }
    break;
  }
  s.line = s.window.line();
  s.builder.Reset();
  rapidjson::ParseResult result = s.reader.Parse<kFlags | rapidjson::kParseStopWhenDoneFlag>(s.window, s.builder);
  if (result.IsError()) return s.Error(Reason(result, s.builder));
  s.after_element = true;
  *out = s.builder.TakeResult();
  if (s.format == Format::kDynamoItem) {
    Result<Value> item = DynamoItemFromJson(*out);
    if (!item.ok()) {
      s.recoverable = true;
      Status status = std::move(item).status();
      std::string hint = status.hint();
      return Status::Validation(fmt::format("Line {}: {}", s.line, status.message()), {}, std::move(hint));
    }
    *out = std::move(item).value();
  }
  return true;
}

}  // namespace parton
