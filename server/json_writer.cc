#include "server/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace parton::server {

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t plain = 0;  // where the stretch begins that needs no escape
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out->append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"': out->append("\\\""); break;
      case '\\': out->append("\\\\"); break;
      case '\n': out->append("\\n"); break;
      case '\r': out->append("\\r"); break;
      case '\t': out->append("\\t"); break;
      default: fmt::format_to(std::back_inserter(*out), "\\u{:04x}", c);
    }
  }
  out->append(text.substr(plain));
  out->push_back('"');
}

JsonWriter& JsonWriter::Open(char c) {
  Separate();
  out_->push_back(c);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char c) {
  out_->push_back(c);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Separate();
  AppendJsonString(name, out_);
  out_->push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  Separate();
  AppendJsonString(text, out_);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t i) {
  Separate();
  out_->append(fmt::format_int(i).c_str());
  return *this;
}

JsonWriter& JsonWriter::Double(double d) {
  Separate();
  if (d == std::floor(d) && std::fabs(d) < 1e15)
    fmt::format_to(std::back_inserter(*out_), "{:.1f}", d);
  else
    fmt::format_to(std::back_inserter(*out_), "{}", d);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool b) {
  Separate();
  out_->append(b ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::Time(int64_t epoch_ms) {
  Separate();
  fmt::format_to(std::back_inserter(*out_), "{}.{:03}", epoch_ms / 1000, epoch_ms % 1000);
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Separate();
  out_->append(json);
  return *this;
}

Status JsonWriter::Item(const Value& item) {
  Separate();
  return item.AppendDynamoItem(out_);
}

}  // namespace parton::server
