// Writes the JSON of an answer, in order, straight into a string.
#ifndef PARTON_SERVER_JSON_WRITER_H_
#define PARTON_SERVER_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton::server {

// REQUIRES: calls that give well-formed JSON; commas are its own concern.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view text);
  JsonWriter& Int(int64_t i);
  JsonWriter& Double(double d);  // 1 is 1.0, as the service writes it
  JsonWriter& Bool(bool b);
  // Epoch milliseconds, as seconds with three digits behind the point.
  JsonWriter& Time(int64_t epoch_ms);
  JsonWriter& Raw(std::string_view json);

  // A member and its value.
  JsonWriter& Member(std::string_view name, std::string_view text) { return Key(name).String(text); }
  JsonWriter& Member(std::string_view name, const char* text) { return Key(name).String(text); }
  JsonWriter& Member(std::string_view name, const std::string& text) { return Key(name).String(text); }
  JsonWriter& Member(std::string_view name, int64_t i) { return Key(name).Int(i); }
  JsonWriter& Member(std::string_view name, bool b) { return Key(name).Bool(b); }

  // A STRUCT as attributes: {"id": {"N": "1"}}. Error: it has a type that DynamoDB does not have. Then the text is not
  // complete, and the answer has to be given up.
  Status Item(const Value& item);

 private:
  JsonWriter& Open(char c);
  JsonWriter& Close(char c);
  void Separate() {
    if (comma_) out_->push_back(',');
    comma_ = true;
  }

  std::string* out_;
  bool comma_ = false;
};

void AppendJsonString(std::string_view text, std::string* out);

}  // namespace parton::server

#endif  // PARTON_SERVER_JSON_WRITER_H_
