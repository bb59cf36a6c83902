#include "executor/csv_reader.h"

#include <algorithm>

#include <csv.h>
#include <fmt/format.h>

#include "executor/line_reader.h"
#include "types/unicode.h"

namespace parton {

namespace {

std::string Lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

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
    const std::string name = Lower(f.name);
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

// libcsv is given one line after another, so the lines a record spans are known, and a bad one can be left behind.
struct CsvReader::State {
  State(ByteSource* source, CsvOptions o) : lines(source), options(std::move(o)) { Restart(); }
  ~State() { csv_free(&parser); }

  void Restart() {
    if (started) csv_free(&parser);
    started = true;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    csv_set_delim(&parser, static_cast<unsigned char>(options.delimiter));
    csv_set_quote(&parser, static_cast<unsigned char>(options.quote));
    // Blanks around fields are part of them.
    csv_set_space_func(&parser, [](unsigned char) { return 0; });
  }

  static void OnField(void* data, size_t size, void* self) {
    auto* s = static_cast<State*>(self);
    if (s->count == s->fields.size()) s->fields.emplace_back();
    Cell& cell = s->fields[s->count++];
    cell.unquoted_empty = data == nullptr;
    cell.text.assign(data == nullptr ? "" : static_cast<const char*>(data), data == nullptr ? 0 : size);
  }
  static void OnRecord(int, void* self) { static_cast<State*>(self)->complete = true; }

  Status Bad(std::string_view what) {
    recoverable = true;
    return Status::Validation(fmt::format("csv: line {}: {}", line, what));
  }
  Status Broken() {
    Status s = Bad(csv_strerror(csv_error(&parser)));
    Restart();
    return s;
  }

  // Takes a line that is a whole record, which most are, apart without a state machine. False: it is for libcsv.
  bool SplitLine(std::string_view rest) {
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    if (rest.find('\r') != std::string_view::npos) return false;
    if (rest.empty()) return true;
    for (;;) {
      if (count == fields.size()) fields.emplace_back();
      Cell& cell = fields[count++];
      size_t end = 0;
      if (!rest.empty() && rest[0] == options.quote) {
        cell.unquoted_empty = false;
        if (!TakeQuoted(rest, &cell.text, &end)) return false;
      } else {
        end = std::min(rest.find(options.delimiter), rest.size());
        cell.text.assign(rest.substr(0, end));
        cell.unquoted_empty = end == 0;
        if (cell.text.find(options.quote) != std::string::npos) return false;
      }
      if (end == rest.size()) return true;
      rest.remove_prefix(end + 1);
    }
  }
  // A quoted field at the start of `rest`; *end: where the delimiter stands, or the end.
  bool TakeQuoted(std::string_view rest, std::string* out, size_t* end) const {
    out->clear();
    for (size_t at = 1;;) {
      const size_t quote = rest.find(options.quote, at);
      if (quote == std::string_view::npos) return false;  // it goes on in the next line
      out->append(rest.substr(at, quote - at));
      at = quote + 1;
      if (at == rest.size() || rest[at] == options.delimiter) {
        *end = at;
        return true;
      }
      if (rest[at] != options.quote) return false;  // libcsv says what is wrong
      *out += options.quote;
      ++at;
    }
  }

  // Reads one record into `fields`; false at the end.
  Result<bool> Read() {
    recoverable = false;
    count = 0;
    complete = false;
    text.clear();
    for (;;) {
      std::string_view piece;
      PARTON_ASSIGN_OR_RETURN(bool more, lines.Next(&piece));
      if (!more) {
        if (csv_fini(&parser, &OnField, &OnRecord, this) != 0) return Broken();
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
      }
      if (text.size() + piece.size() > LineReader::kMaxLine) {
        return Status::Validation(fmt::format("csv: line {}: the record does not end (a quote is open?)", line));
      }
      text.append(piece);
      if (csv_parse(&parser, piece.data(), piece.size(), &OnField, &OnRecord, this) != piece.size()) return Broken();
      if (complete) return true;
      if (text.find_first_not_of("\r\n") == std::string::npos) text.clear();  // an empty line
    }
  }

  Status ReadHeader() {
    if (named) return Status::Ok();
    std::vector<std::string> header = options.columns;
    if (options.header) {
      PARTON_ASSIGN_OR_RETURN(bool more, Read());
      recoverable = false;
      if (header.empty()) {
        for (size_t i = 0; more && i < count; ++i) header.push_back(fields[i].text);
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
  // Without a header, records may be of any length.
  void NameUpTo(size_t n) {
    while (names.size() < n) {
      names.push_back(FieldName(names.size()));
      types.push_back(TypeOf(names.back()));
    }
  }

  // The field as a value; MISSING if it is left out.
  Result<Value> Convert(size_t i) {
    const Cell& cell = fields[i];
    if (types[i] == CsvType::kString) {
      if (cell.unquoted_empty && options.empty_is_absent) return Value::Missing();
      if (!IsValidUtf8(cell.text)) return Bad(fmt::format("the field {} is not UTF-8", names[i]));
      return Value::String(cell.text);
    }
    if (cell.text.empty()) return Value::Missing();
    Result<Value> v = ConvertCsvField(cell.text, types[i]);
    if (!v.ok()) return Bad(fmt::format("the field {} {}", names[i], v.status().message()));
    return v;
  }

  struct Cell {
    std::string text;
    bool unquoted_empty = false;
  };
  LineReader lines;
  CsvOptions options;
  csv_parser parser;
  bool started = false;
  std::vector<Cell> fields;  // the first `count` are the record's
  size_t count = 0;
  bool complete = false;
  std::string text;
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

Result<bool> CsvReader::NextTexts(std::vector<std::string>* out) {
  PARTON_ASSIGN_OR_RETURN(bool more, Skip());
  out->clear();
  for (size_t i = 0; more && i < state_->count; ++i) out->push_back(state_->fields[i].text);
  return more;
}

Result<bool> CsvReader::Next(Value* out) {
  PARTON_ASSIGN_OR_RETURN(bool more, Skip());
  if (!more) return false;
  State& s = *state_;
  if (s.count > s.names.size()) {
    if (s.options.header || !s.options.columns.empty()) {
      return s.Bad(fmt::format("the record has {} fields, and only {} have names", s.count, s.names.size()));
    }
    s.NameUpTo(s.count);
  }
  std::vector<Field> fields;
  fields.reserve(s.count);
  for (size_t i = 0; i < s.count; ++i) {
    PARTON_ASSIGN_OR_RETURN(Value v, s.Convert(i));
    if (!v.is_missing()) fields.push_back({s.names[i], std::move(v)});
  }
  *out = Value::Struct(std::move(fields));
  return true;
}

Result<std::vector<std::pair<std::string, CsvType>>> GuessCsvTypes(ByteSource* source, CsvOptions options,
                                                                   size_t records) {
  const bool named = options.header || !options.columns.empty();  // what is beyond has no name
  CsvReader reader(source, std::move(options));
  PARTON_ASSIGN_OR_RETURN(std::vector<std::string> names, reader.Names());
  std::vector<CsvTypeGuess> guesses(names.size());
  std::vector<std::string> texts;
  for (size_t n = 0; n < records; ++n) {
    Result<bool> more = reader.NextTexts(&texts);
    if (!more.ok() && reader.recoverable()) continue;
    if (!more.ok()) return std::move(more).status();
    if (!*more) break;
    if (named && texts.size() > names.size()) continue;  // a bad record
    while (!named && guesses.size() < texts.size()) {
      names.push_back(FieldName(guesses.size()));
      guesses.emplace_back();
    }
    for (size_t i = 0; i < texts.size(); ++i) guesses[i].Add(texts[i]);
  }
  std::vector<std::pair<std::string, CsvType>> types;
  for (size_t i = 0; i < guesses.size(); ++i) types.emplace_back(names[i], guesses[i].type());
  return types;
}

}  // namespace parton
