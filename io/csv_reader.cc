#include "io/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/csv_parser.h"
#include "io/line_reader.h"
#include "parton/text.h"
#include "types/item/item_builder.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

constexpr size_t kShownText = 40;

std::string FieldName(size_t i) { return "_" + std::to_string(i + 1); }

}  // namespace

Result<CsvOptions> ParseCsvOptions(const Value& options) {
  CsvOptions out;
  if (options.is_absent()) return out;
  if (!options.is_struct()) return Status::Validation("the options of csv are a tuple, {'header': false}");
  const Value whole = options.Materialize();
  auto character = [](const Field& f, char* c) {
    if (!f.value.is_text()) return false;
    std::string_view s = f.value.bytes();
    if (s == "\\t" || s == "tab") s = "\t";
    if (s.size() != 1) return false;
    *c = s[0];
    return true;
  };
  for (const Field& f : whole.fields()) {
    const std::string name = AsciiLower(f.name);
    bool good = true;
    if (name == "header") {
      good = f.value.is_bool();
      if (good) out.header = f.value.bool_value();
    } else if (name == "delimiter") {
      good = character(f, &out.delimiter);
    } else if (name == "quote") {
      good = character(f, &out.quote);
    } else if (name == "columns") {
      good = f.value.is_collection();
      for (const Value& v : f.value.elements()) {
        good = good && v.is_text();
        if (good) out.columns.emplace_back(v.bytes());
      }
    } else if (name == "types") {
      good = f.value.is_struct();
      const Value types = f.value.Materialize();
      for (const Field& t : types.fields()) {
        if (!t.value.is_text()) return Status::Validation("csv: a type is a name in quotes: 'NUMBER'");
        const std::optional<CsvType> type = CsvTypeFromName(t.value.bytes());
        if (!type) {
          return Status::Validation(fmt::format("csv: unknown type '{}' of the field {}", t.value.bytes(), t.name), {},
                                    "types are STRING, NUMBER, INT, FLOAT, BOOL, BINARY, JSON, SS, NS and BS");
        }
        out.types.emplace_back(t.name, *type);
      }
    } else {
      return Status::Validation(fmt::format("csv has no option '{}'", f.name), {},
                                "its options are header, delimiter, quote, columns and types");
    }
    if (!good) return Status::Validation(fmt::format("csv: a wrong value for the option '{}'", f.name));
  }
  return out;
}

// Lines are read one after another, so those of a record are known, and a bad one can be skipped.
struct CsvReader::State {
  State(ByteSource* source, CsvOptions o)
      : lines(source), options(std::move(o)), parser(options.delimiter, options.quote) {}

  Status Bad(std::string_view what) {
    recoverable = true;
    return Status::Validation(fmt::format("csv: line {}: {}", line, what));
  }
  // Takes the fields of a part of the record from the parser; `complete` tells whether they end it.
  Status Parse(std::string_view piece) {
    while (!complete) {
      const CsvParser::Event event = parser.Next(&piece);
      if (event == CsvParser::Event::kMore) return Status::Ok();
      PARTON_RETURN_IF_ERROR(Take(event));
    }
    return Status::Ok();
  }
  Status Take(CsvParser::Event event) {
    if (event == CsvParser::Event::kBad) return Bad(parser.error());
    if (event == CsvParser::Event::kMore) return Status::Ok();
    Cell& cell = NewCell();
    cell.own = parser.field();
    cell.owned = true;
    cell.unquoted_empty = cell.own.empty() && !parser.quoted();
    complete = event == CsvParser::Event::kLastField;
    return Status::Ok();
  }

  struct Cell {
    std::string_view text() const { return owned ? std::string_view(own) : in_line; }
    std::string_view in_line;  // valid as long as the line
    std::string own;           // what is not written just so
    bool owned = false;
    bool unquoted_empty = false;
  };

  Cell& NewCell() {
    if (count == fields.size()) fields.emplace_back();
    return fields[count++];
  }

  // Takes a line that is a whole record, which most are, apart without a state machine. False: it is for the parser.
  bool SplitLine(std::string_view rest) {
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    if (rest.find('\r') != std::string_view::npos) return false;
    if (rest.empty()) return true;
    utf8 = IsValidUtf8(rest);
    const bool quotes = rest.find(options.quote) != std::string_view::npos;
    for (;;) {
      Cell& cell = NewCell();
      size_t end = 0;
      if (quotes && !rest.empty() && rest[0] == options.quote) {
        cell.unquoted_empty = false;
        if (!TakeQuoted(rest, &cell, &end)) return false;
      } else {
        while (end < rest.size() && rest[end] != options.delimiter) ++end;
        cell.in_line = rest.substr(0, end);
        cell.owned = false;
        cell.unquoted_empty = end == 0;
        if (quotes && cell.in_line.find(options.quote) != std::string_view::npos) return false;
      }
      if (end == rest.size()) return true;
      rest.remove_prefix(end + 1);
    }
  }
  // A quoted field at the start of `rest`; *end: where the delimiter stands, or the end.
  bool TakeQuoted(std::string_view rest, Cell* cell, size_t* end) const {
    cell->owned = false;
    cell->own.clear();
    for (size_t at = 1;;) {
      const size_t quote = rest.find(options.quote, at);
      if (quote == std::string_view::npos) return false;  // it goes on in the next line
      const std::string_view piece = rest.substr(at, quote - at);
      at = quote + 1;
      const bool closed = at == rest.size() || rest[at] == options.delimiter;
      if (!closed && rest[at] != options.quote) return false;  // the parser says what is wrong
      cell->owned = cell->owned || !closed;
      if (cell->owned) cell->own += piece;
      if (closed) {
        cell->in_line = piece;
        *end = at;
        return true;
      }
      cell->own += options.quote;
      ++at;
    }
  }

  // Reads one record into `fields`; false at the end.
  Result<bool> Read() {
    recoverable = false;
    count = 0;
    complete = false;
    text = {};
    long_text.clear();
    for (;;) {
      std::string_view piece;
      PARTON_ASSIGN_OR_RETURN(bool more, lines.Next(&piece));
      if (!more) {
        PARTON_RETURN_IF_ERROR(Take(parser.End()));
        return complete;
      }
      if (text.empty()) line = lines.line();
      if (text.empty()) {
        if (SplitLine(piece)) {
          if (count == 0) continue;  // an empty line
          text = piece;
          return true;
        }
        count = 0;
        utf8 = false;
      }
      if (text.size() + piece.size() > LineReader::kMaxLine) {
        return Status::Validation(fmt::format("csv: line {}: the record does not end (a quote is open?)", line));
      }
      long_text.append(piece);
      text = long_text;
      PARTON_RETURN_IF_ERROR(Parse(piece));
      if (complete) return true;
      if (text.find_first_not_of("\r\n") != std::string_view::npos) continue;
      long_text.clear();  // an empty line
      text = {};
    }
  }

  Status ReadHeader() {
    if (named) return Status::Ok();
    std::vector<std::string> header = options.columns;
    if (options.header) {
      PARTON_ASSIGN_OR_RETURN(bool more, Read());
      recoverable = false;
      if (header.empty()) {
        for (size_t i = 0; more && i < count; ++i) header.emplace_back(fields[i].text());
      }
    }
    named = true;
    return Name(std::move(header));
  }

  Status Name(std::vector<std::string> given) {
    names = std::move(given);
    for (const std::string& n : names) {
      if (!IsValidUtf8(n)) return Status::Validation("csv: a name in the header is not UTF-8");
      types.push_back(TypeOf(n));
    }
    for (const auto& [name, type] : options.types) {
      if (options.header && std::find(names.begin(), names.end(), name) == names.end()) {
        return Status::Validation(fmt::format("csv: 'types' names the field {}, which the file does not have", name));
      }
    }
    return Status::Ok();
  }
  CsvType TypeOf(const std::string& name) const {
    for (const auto& [n, type] : options.types) {
      if (n == name) return type;
    }
    return CsvType::kString;
  }
  bool TypeIsGuessed(const std::string& name) const {
    return std::find(options.guessed.begin(), options.guessed.end(), name) != options.guessed.end();
  }
  // Without a header, records may be of any length.
  void NameUpTo(size_t n) {
    while (names.size() < n) {
      names.push_back(FieldName(names.size()));
      types.push_back(TypeOf(names.back()));
    }
  }

  // What a text field says; nullopt: it is left out.
  Result<std::optional<std::string_view>> ConvertText(size_t i) {
    const Cell& cell = fields[i];
    if (cell.unquoted_empty && options.empty_is_absent) return std::optional<std::string_view>();
    if (!utf8 && !IsValidUtf8(cell.text())) return Bad(fmt::format("the field {} is not UTF-8", names[i]));
    return std::optional(cell.text());
  }
  // The field as a value; MISSING if it is left out.
  Result<Value> Convert(size_t i) {
    if (types[i] == CsvType::kString) {
      PARTON_ASSIGN_OR_RETURN(std::optional<std::string_view> text, ConvertText(i));
      return text ? Value::String(*text) : Value::Missing();
    }
    const std::string_view text = fields[i].text();
    if (text.empty()) return Value::Missing();
    if (!options.guessed.empty() && TypeIsGuessed(names[i]) && GuessedCsvType(text) != types[i]) {
      Status s = Bad(fmt::format("the field {} is '{}', and was {} in the records that types are guessed from",
                                 names[i], text.substr(0, kShownText), CsvTypeName(types[i])));
      return std::move(s).WithHint(fmt::format("give its type: TYPES {{'{}': 'STRING'}}", names[i]));
    }
    Result<Value> v = ConvertCsvField(text, types[i]);
    if (!v.ok()) return Bad(fmt::format("the field {} {}", names[i], v.status().message()));
    return v;
  }

  // Errors: a record with more fields than have names.
  Status NameFields() {
    if (count <= names.size()) return Status::Ok();
    if (options.header || !options.columns.empty()) {
      return Bad(fmt::format("the record has {} fields, and only {} have names", count, names.size()));
    }
    NameUpTo(count);
    return Status::Ok();
  }
  Result<Value> Build() {
    std::vector<Field> record;
    record.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      PARTON_ASSIGN_OR_RETURN(Value v, Convert(i));
      if (!v.is_missing()) record.push_back({names[i], std::move(v)});
    }
    return Value::Struct(std::move(record));
  }
  // The record as an encoded item; false: it must be built as a value.
  Result<bool> BuildItem(ItemBuilder* builder, Value* out) {
    builder->Clear();
    for (size_t i = 0; i < count; ++i) {
      if (types[i] == CsvType::kString) {
        PARTON_ASSIGN_OR_RETURN(std::optional<std::string_view> text, ConvertText(i));
        if (!text) continue;
        if (!builder->Name(names[i])) return false;
        builder->PutString(*text);
        continue;
      }
      PARTON_ASSIGN_OR_RETURN(Value v, Convert(i));
      if (!v.is_missing() && !(builder->Name(names[i]) && builder->Put(v))) return false;
    }
    return builder->Finish(out);
  }

  LineReader lines;
  CsvOptions options;
  CsvParser parser;
  std::vector<Cell> fields;  // the first `count` are the record's
  size_t count = 0;
  bool complete = false;
  std::string_view text;  // of the record: its line, or, of several lines, long_text
  std::string long_text;
  bool utf8 = false;  // all of it is known to be
  uint64_t line = 0;
  bool recoverable = false;
  bool named = false;
  std::vector<std::string> names;
  std::vector<CsvType> types;
};

CsvReader::CsvReader(ByteSource* source, CsvOptions options)
    : state_(std::make_unique<State>(source, std::move(options))) {}

CsvReader::~CsvReader() = default;

uint64_t CsvReader::line() const { return state_->line; }
std::string_view CsvReader::text() const { return state_->text; }
bool CsvReader::recoverable() const { return state_->recoverable; }

Result<std::vector<std::string>> CsvReader::Names() {
  PARTON_RETURN_IF_ERROR(state_->ReadHeader());
  return state_->names;
}

Result<bool> CsvReader::Skip() {
  PARTON_RETURN_IF_ERROR(state_->ReadHeader());
  return state_->Read();
}

Result<bool> CsvReader::NextTexts(std::vector<std::string_view>* out) {
  PARTON_ASSIGN_OR_RETURN(bool more, Skip());
  out->clear();
  for (size_t i = 0; more && i < state_->count; ++i) out->push_back(state_->fields[i].text());
  return more;
}

Result<bool> CsvReader::Next(Value* out) {
  PARTON_ASSIGN_OR_RETURN(bool more, Skip());
  if (!more) return false;
  PARTON_RETURN_IF_ERROR(state_->NameFields());
  PARTON_ASSIGN_OR_RETURN(*out, state_->Build());
  return true;
}

Result<bool> CsvReader::NextItem(ItemBuilder* builder, Value* out) {
  PARTON_ASSIGN_OR_RETURN(bool more, Skip());
  if (!more) return false;
  PARTON_RETURN_IF_ERROR(state_->NameFields());
  PARTON_ASSIGN_OR_RETURN(bool built, state_->BuildItem(builder, out));
  if (!built) {
    PARTON_ASSIGN_OR_RETURN(*out, state_->Build());
  }
  return true;
}

namespace {

// What is known of the type of one field, and what further records may tell.
struct FieldGuess {
  std::optional<CsvType> known;
  CsvTypeGuess guess;

  bool open() const { return !known && !guess.settled(); }
  CsvType type() const { return known.value_or(guess.type()); }
};

FieldGuess StartGuess(const std::string& name, const std::vector<std::pair<std::string, CsvType>>& known) {
  FieldGuess field;
  for (const auto& [n, type] : known) {
    if (n == name) {
      field.known = type;
      break;
    }
  }
  return field;
}

}  // namespace

Result<CsvGuess> GuessCsvTypes(ByteSource* source, CsvOptions options,
                               const std::vector<std::pair<std::string, CsvType>>& known, size_t records) {
  const bool named = options.header || !options.columns.empty();  // what is beyond has no name
  CsvReader reader(source, std::move(options));
  PARTON_ASSIGN_OR_RETURN(std::vector<std::string> names, reader.Names());
  std::vector<FieldGuess> fields;
  for (const std::string& name : names) fields.push_back(StartGuess(name, known));
  CsvGuess out;
  std::vector<std::string_view> texts;
  for (size_t n = 0; n < records; ++n) {
    if (named && std::none_of(fields.begin(), fields.end(), [](const FieldGuess& f) { return f.open(); })) {
      out.whole = true;
      break;
    }
    Result<bool> more = reader.NextTexts(&texts);
    if (!more.ok() && reader.recoverable()) continue;
    if (!more.ok()) return std::move(more).status();
    if (!*more) {
      out.whole = true;
      break;
    }
    if (named && texts.size() > names.size()) continue;  // a bad record
    while (!named && fields.size() < texts.size()) {
      names.push_back(FieldName(fields.size()));
      fields.push_back(StartGuess(names.back(), known));
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      if (fields[i].open()) fields[i].guess.Add(texts[i]);
    }
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    out.types.emplace_back(names[i], fields[i].type());
    if (!fields[i].known) out.guessed.push_back(names[i]);
  }
  return out;
}

}  // namespace parton
