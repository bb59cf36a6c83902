#include "session/transfer/copy_options.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "parton/text.h"
#include "types/functions/functions.h"

namespace parton {

namespace {

Status WrongValue(const ast::Option& o, std::string_view wanted) {
  return Status::Validation(fmt::format("a wrong value for the option {}", o.name.name), o.span,
                            fmt::format("it takes {}", wanted));
}

Status Unknown(const ast::Option& o, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(AsciiLower(o.name.name), known);
  return Status::Validation(
      fmt::format("COPY has no option {} here", o.name.name), o.span,
      nearest.empty() ? fmt::format("options are {}", fmt::join(known, ", ")) : "did you mean " + nearest + "?");
}

Status ParseFormat(const ast::Option& o, std::optional<FileFormat>* out) {
  if (o.value.is_text()) *out = FileFormatFromName(o.value.bytes());
  if (*out) return Status::Ok();
  return Status::Validation(fmt::format("unknown format {}", o.value.is_text() ? o.value.bytes() : o.name.name), o.span,
                            "formats are csv, json, jsonl and ddbjson");
}

Result<FileFormat> Chosen(std::optional<FileFormat> given, const std::string& file) {
  if (!given) given = FormatOfFile(file);
  if (given) return *given;
  return Status::Validation("COPY needs a format: the name of the file does not tell", {},
                            "(FORMAT csv), json, jsonl or ddbjson");
}

Status ParseFlag(const ast::Option& o, bool* out) {
  const std::string word = o.value.is_text() ? AsciiLower(o.value.bytes()) : "";
  if (o.value.is_bool()) {
    *out = o.value.bool_value();
  } else if (word == "on" || word == "off") {
    *out = word == "on";
  } else {
    return WrongValue(o, "true or false");
  }
  return Status::Ok();
}

Status ParseCount(const ast::Option& o, int64_t least, uint64_t* out) {
  if (!o.value.is_small_int() || o.value.int_value() < least)
    return WrongValue(o, fmt::format("a number from {}", least));
  *out = static_cast<uint64_t>(o.value.int_value());
  return Status::Ok();
}

Status ParseConflict(const ast::Option& o, LoadOptions::Conflict* out) {
  using Conflict = LoadOptions::Conflict;
  const std::string word = o.value.is_text() ? AsciiLower(o.value.bytes()) : "";
  if (word == "error" || word == "fail" || word == "insert") {
    *out = Conflict::kError;
  } else if (word == "skip") {
    *out = Conflict::kSkip;
  } else if (word == "replace") {
    *out = Conflict::kReplace;
  } else if (word == "merge" || word == "upsert") {
    *out = Conflict::kMerge;
  } else {
    return WrongValue(o, "error, skip, replace or merge");
  }
  return Status::Ok();
}

Status ParseRate(const ast::Option& o, double* out) {
  if (!o.value.is_numeric() || o.value.ToDouble() <= 0) return WrongValue(o, "units a second, more than 0");
  *out = o.value.ToDouble();
  return Status::Ok();
}

}  // namespace

Result<CopyRemoteOptions> ParseCopyRemote(const std::vector<ast::Option>& options, bool from) {
  static const std::vector<std::string> kKnown = {"conflict", "batch",        "errors", "max_errors",
                                                  "resume",   "create_table", "rate",   "segments"};
  CopyRemoteOptions out;
  for (const ast::Option& o : options) {
    const std::string name = AsciiLower(o.name.name);
    if (name == "conflict" || name == "mode") {
      PARTON_RETURN_IF_ERROR(ParseConflict(o, &out.load.conflict));
    } else if (name == "batch") {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 1, &out.load.batch));
    } else if (name == "errors") {
      if (!o.value.is_text() || o.value.bytes().empty()) return WrongValue(o, "the name of a file");
      out.load.errors_file = o.value.bytes();
    } else if (name == "max_errors") {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 0, &out.load.max_errors));
    } else if (name == "resume") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.resume));
    } else if (name == "create_table") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.create));
    } else if (name == "rate") {
      PARTON_RETURN_IF_ERROR(ParseRate(o, &out.rate));
    } else if (name == "segments" && from) {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 1, &out.segments));
      if (out.segments > 1000) return WrongValue(o, "a number from 1 to 1000");
    } else {
      return Unknown(o, kKnown);
    }
  }
  return out;
}

Result<CopyFromOptions> ParseCopyFrom(const std::vector<ast::Option>& options, const std::string& file) {
  static const std::vector<std::string> kKnown = {"format", "header",   "delimiter", "quote",  "columns", "types",
                                                  "infer",  "conflict", "batch",     "atomic", "errors",  "max_errors",
                                                  "resume", "preview",  "skip",      "rate"};
  CopyFromOptions out;
  out.csv.empty_is_absent = true;
  std::optional<FileFormat> format;
  std::vector<Field> csv;
  bool atomic = false;
  for (const ast::Option& o : options) {
    const std::string name = AsciiLower(o.name.name);
    if (name == "format") {
      PARTON_RETURN_IF_ERROR(ParseFormat(o, &format));
    } else if (name == "header" || name == "quote" || name == "columns" || name == "types") {
      csv.push_back({name, o.value});
    } else if (name == "delimiter" || name == "delim") {
      csv.push_back({"delimiter", o.value});
    } else if (name == "infer") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.infer));
    } else if (name == "conflict" || name == "mode") {
      PARTON_RETURN_IF_ERROR(ParseConflict(o, &out.load.conflict));
    } else if (name == "batch") {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 1, &out.load.batch));
    } else if (name == "atomic") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &atomic));
    } else if (name == "errors") {
      if (!o.value.is_text() || o.value.bytes().empty()) return WrongValue(o, "the name of a file");
      out.load.errors_file = o.value.bytes();
    } else if (name == "max_errors") {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 0, &out.load.max_errors));
    } else if (name == "resume") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.resume));
    } else if (name == "preview") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.preview));
    } else if (name == "skip") {
      PARTON_RETURN_IF_ERROR(ParseCount(o, 0, &out.skip));
    } else if (name == "rate") {
      PARTON_RETURN_IF_ERROR(ParseRate(o, &out.load.rate));
    } else {
      return Unknown(o, kKnown);
    }
  }
  if (atomic) out.load.batch = 0;
  if (atomic && out.resume) {
    return Status::Validation("a load that is ATOMIC leaves nothing that RESUME could go on with");
  }
  PARTON_ASSIGN_OR_RETURN(out.format, Chosen(format, file));
  if (csv.empty()) return out;
  if (out.format != FileFormat::kCsv) {
    return Status::Validation(fmt::format("the option {} is for the format csv", csv[0].name));
  }
  PARTON_ASSIGN_OR_RETURN(CsvOptions given, ParseCsvOptions(Value::Struct(std::move(csv))));
  given.empty_is_absent = true;
  out.csv = std::move(given);
  return out;
}

Result<CopyToOptions> ParseCopyTo(const std::vector<ast::Option>& options, const std::string& file) {
  static const std::vector<std::string> kKnown = {"format", "header", "delimiter", "compression"};
  CopyToOptions out;
  out.compression = CompressionOfFile(file);
  std::optional<FileFormat> format;
  const ast::Option* csv_only = nullptr;
  for (const ast::Option& o : options) {
    const std::string name = AsciiLower(o.name.name);
    const std::string word = o.value.is_text() ? AsciiLower(o.value.bytes()) : "";
    if (name == "format") {
      PARTON_RETURN_IF_ERROR(ParseFormat(o, &format));
    } else if (name == "header") {
      PARTON_RETURN_IF_ERROR(ParseFlag(o, &out.header));
      csv_only = &o;
    } else if (name == "delimiter" || name == "delim") {
      const std::string text = word == "tab" || word == "\\t" ? "\t" : word;
      if (text.size() != 1) return WrongValue(o, "one character");
      out.delimiter = text[0];
      csv_only = &o;
    } else if (name == "compression") {
      if (word != "none" && word != "gzip" && word != "zstd") return WrongValue(o, "none, gzip or zstd");
      out.compression = word == "gzip" ? Compression::kGzip : word == "zstd" ? Compression::kZstd : Compression::kNone;
    } else {
      return Unknown(o, kKnown);
    }
  }
  PARTON_ASSIGN_OR_RETURN(out.format, Chosen(format, file));
  if (csv_only != nullptr && out.format != FileFormat::kCsv) {
    return Status::Validation(fmt::format("the option {} is for the format csv", csv_only->name.name), csv_only->span);
  }
  return out;
}

}  // namespace parton
