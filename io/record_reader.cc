#include "io/record_reader.h"

#include <fmt/format.h>

#include <utility>

#include "io/line_reader.h"
#include "parton/text.h"
#include "types/item/item_builder.h"
#include "types/json/json_fast.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

class CsvRecords final : public RecordReader {
 public:
  CsvRecords(ByteSource* source, CsvOptions options) : reader_(source, std::move(options)) {}
  Result<bool> Next(Value* out) override { return reader_.Next(out); }
  Result<bool> NextItem(ItemBuilder* builder, Value* out) override { return reader_.NextItem(builder, out); }
  Result<bool> Skip() override { return reader_.Skip(); }
  uint64_t line() const override { return reader_.line(); }
  bool recoverable() const override { return reader_.recoverable(); }
  std::string_view text() const override { return reader_.text(); }

 private:
  CsvReader reader_;
};

class JsonRecords final : public RecordReader {
 public:
  explicit JsonRecords(ByteSource* source) : reader_(source, JsonRecordReader::Format::kJson) {}
  Result<bool> Next(Value* out) override { return reader_.Next(out); }
  Result<bool> NextItem(ItemBuilder*, Value* out) override { return reader_.Next(out); }
  Result<bool> Skip() override {
    Value ignored;
    return reader_.Next(&ignored);
  }
  uint64_t line() const override { return reader_.line(); }
  bool recoverable() const override { return reader_.recoverable(); }
  std::string_view text() const override { return {}; }

 private:
  JsonRecordReader reader_;
};

// A JSON text a line; empty lines are none.
class LineRecords final : public RecordReader {
 public:
  LineRecords(ByteSource* source, bool dynamo) : lines_(source), dynamo_(dynamo) {}

  Result<bool> Next(Value* out) override {
    PARTON_ASSIGN_OR_RETURN(bool more, Skip());
    if (!more) return false;
    return Parse(out);
  }
  Result<bool> NextItem(ItemBuilder* builder, Value* out) override {
    PARTON_ASSIGN_OR_RETURN(bool more, Skip());
    if (!more) return false;
    if (!dynamo_ && ParseUsualItem(text_, builder, out)) return true;
    return Parse(out);
  }
  Result<bool> Skip() override {
    recoverable_ = false;
    do {
      PARTON_ASSIGN_OR_RETURN(bool more, lines_.Next(&text_));
      if (!more) return false;
    } while (text_.find_first_not_of(" \t\r\n") == std::string_view::npos);
    return true;
  }
  uint64_t line() const override { return lines_.line(); }
  bool recoverable() const override { return recoverable_; }
  std::string_view text() const override { return text_; }

 private:
  // True, or an error.
  Result<bool> Parse(Value* out) {
    Result<Value> value = ParseJson(text_);
    if (value.ok() && dynamo_) value = DynamoItemFromJson(*value);
    if (!value.ok()) {
      recoverable_ = true;
      return Status::Validation(fmt::format("Line {}: {}", lines_.line(), value.status().message()), {},
                                value.status().hint());
    }
    *out = *std::move(value);
    return true;
  }

  LineReader lines_;
  const bool dynamo_;
  std::string_view text_;
  bool recoverable_ = false;
};

}  // namespace

std::optional<FileFormat> FileFormatFromName(std::string_view name) {
  const std::string lower = AsciiLower(name);
  if (lower == "csv") return FileFormat::kCsv;
  if (lower == "json") return FileFormat::kJson;
  if (lower == "jsonl" || lower == "ndjson") return FileFormat::kJsonl;
  if (lower == "ddbjson") return FileFormat::kDdbJson;
  return std::nullopt;
}

std::string_view FileFormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kCsv: return "csv";
    case FileFormat::kJson: return "json";
    case FileFormat::kJsonl: return "jsonl";
    case FileFormat::kDdbJson: return "ddbjson";
  }
  return "";
}

std::optional<FileFormat> FormatOfFile(std::string_view path) {
  for (std::string_view packed : {".gz", ".zst", ".zstd"}) {
    if (path.ends_with(packed)) {
      path.remove_suffix(packed.size());
      break;
    }
  }
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::nullopt : FileFormatFromName(path.substr(dot + 1));
}

Result<std::unique_ptr<RecordReader>> MakeRecordReader(ByteSource* source, FileFormat format, CsvOptions csv) {
  switch (format) {
    case FileFormat::kCsv: return std::unique_ptr<RecordReader>(new CsvRecords(source, std::move(csv)));
    case FileFormat::kJson: return std::unique_ptr<RecordReader>(new JsonRecords(source));
    case FileFormat::kJsonl: return std::unique_ptr<RecordReader>(new LineRecords(source, false));
    case FileFormat::kDdbJson: return std::unique_ptr<RecordReader>(new LineRecords(source, true));
  }
  return Status::Internal("a format without a reader");
}

}  // namespace parton
