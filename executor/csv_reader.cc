#include "executor/csv_reader.h"

#include <deque>

#include <csv.h>
#include <fmt/format.h>

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
        const std::string type = Lower(t.value.bytes());
        TypeSpec spec;
        spec.name = type;
        using Kind = TypeSpec::Kind;
        if (type == "string" || type == "s" || type == "varchar") {
          spec.kind = Kind::kString;
        } else if (type == "int" || type == "integer" || type == "bigint") {
          spec.kind = Kind::kInt;
        } else if (type == "number" || type == "n" || type == "decimal") {
          spec.kind = Kind::kDecimal;
        } else if (type == "float" || type == "double") {
          spec.kind = Kind::kDouble;
        } else if (type == "bool" || type == "boolean") {
          spec.kind = Kind::kBool;
        } else {
          return Status::Validation(fmt::format("csv: unknown type '{}' of the field {}", type, t.name), {},
                                    "types are STRING, NUMBER, INT, FLOAT and BOOL");
        }
        out.types.emplace_back(t.name, std::move(spec));
      }
    } else {
      return Status::Validation(fmt::format("csv has no option '{}'", f.name), {},
                                "its options are header, delimiter, quote, columns and types");
    }
    if (!good) return Status::Validation(fmt::format("csv: a wrong value for the option '{}'", f.name));
  }
  return out;
}

struct CsvReader::State {
  ByteSource* source;
  CsvOptions options;
  csv_parser parser;
  std::vector<std::string> fields;
  std::deque<std::vector<std::string>> records;
  std::vector<std::string> names;
  std::vector<const TypeSpec*> types;  // by field; null: string
  std::vector<char> buffer = std::vector<char>(64 << 10);
  uint64_t record = 0;
  bool named = false;
  bool ended = false;
  bool at_start = true;

  ~State() { csv_free(&parser); }

  static void OnField(void* data, size_t size, void* self) {
    auto* s = static_cast<State*>(self);
    s->fields.emplace_back(data == nullptr ? "" : static_cast<const char*>(data), data == nullptr ? 0 : size);
  }
  static void OnRecord(int, void* self) {
    auto* s = static_cast<State*>(self);
    s->records.push_back(std::move(s->fields));
    s->fields.clear();
  }

  Status Fill() {
    while (records.empty() && !ended) {
      PARTON_ASSIGN_OR_RETURN(size_t got, source->Read(buffer.data(), buffer.size()));
      const char* data = buffer.data();
      size_t size = got;
      if (at_start && size >= 3 && std::string_view(data, 3) == "\xEF\xBB\xBF") {
        data += 3;
        size -= 3;
      }
      at_start = false;
      int rc = 0;
      if (got == 0) {
        ended = true;
        rc = csv_fini(&parser, &OnField, &OnRecord, this);
      } else if (csv_parse(&parser, data, size, &OnField, &OnRecord, this) != size) {
        rc = -1;
      }
      if (rc != 0) {
        return Status::Validation(fmt::format("csv: near record {}: {}", record + records.size() + 1,
                                              csv_strerror(csv_error(&parser))));
      }
    }
    return Status::Ok();
  }

  Status Name(const std::vector<std::string>& given) {
    names = given;
    types.clear();
    for (const std::string& n : names) types.push_back(TypeOf(n));
    for (const auto& [name, type] : options.types) {
      bool known = false;
      for (const std::string& n : names) known = known || n == name;
      if (!known && options.header) {
        return Status::Validation(fmt::format("csv: 'types' names the field {}, which the file does not have",
                                              name));
      }
    }
    named = true;
    return Status::Ok();
  }
  const TypeSpec* TypeOf(const std::string& name) const {
    for (const auto& [n, type] : options.types) {
      if (n == name) return type.kind == TypeSpec::Kind::kString ? nullptr : &type;
    }
    return nullptr;
  }
  // Without a header, records may be of any length.
  void NameUpTo(size_t n) {
    while (names.size() < n) {
      names.push_back(FieldName(names.size()));
      types.push_back(TypeOf(names.back()));
    }
  }
};

CsvReader::CsvReader(ByteSource* source, CsvOptions options) : state_(std::make_unique<State>()) {
  state_->source = source;
  state_->options = std::move(options);
  csv_init(&state_->parser, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_delim(&state_->parser, static_cast<unsigned char>(state_->options.delimiter));
  csv_set_quote(&state_->parser, static_cast<unsigned char>(state_->options.quote));
  // Blanks around fields are part of them.
  csv_set_space_func(&state_->parser, [](unsigned char) { return 0; });
}

CsvReader::~CsvReader() = default;

Result<bool> CsvReader::Next(Value* out) {
  State& s = *state_;
  PARTON_RETURN_IF_ERROR(s.Fill());
  if (!s.named) {
    if (s.options.header && !s.records.empty()) {
      std::vector<std::string> header = std::move(s.records.front());
      s.records.pop_front();
      ++s.record;
      if (!s.options.columns.empty()) header = s.options.columns;
      PARTON_RETURN_IF_ERROR(s.Name(header));
      PARTON_RETURN_IF_ERROR(s.Fill());
    } else {
      PARTON_RETURN_IF_ERROR(s.Name(s.options.columns));
    }
  }
  if (s.records.empty()) return false;
  std::vector<std::string> record = std::move(s.records.front());
  s.records.pop_front();
  ++s.record;
  if (record.size() > s.names.size()) {
    if (s.options.header) {
      return Status::Validation(fmt::format("csv: record {} has {} fields, the header names {}", s.record,
                                            record.size(), s.names.size()));
    }
    s.NameUpTo(record.size());
  }
  std::vector<Field> fields;
  fields.reserve(record.size());
  for (size_t i = 0; i < record.size(); ++i) {
    if (!IsValidUtf8(record[i])) {
      return Status::Validation(fmt::format("csv: record {}: the field {} is not UTF-8", s.record, s.names[i]));
    }
    if (s.types[i] == nullptr) {
      fields.push_back({s.names[i], Value::String(record[i])});
      continue;
    }
    if (record[i].empty()) continue;
    EvalContext ctx;
    Value v;
    if (s.types[i]->kind == TypeSpec::Kind::kDecimal) {
      Result<Number> n = Number::ParseRounding(record[i]);
      if (n.ok()) v = Value::FromStored(*n);
    } else {
      v = CastValue(Value::String(record[i]), *s.types[i], ctx);
    }
    if (ctx.failed() || v.is_absent()) {
      return Status::Validation(fmt::format("csv: record {}: the field {} is no {}: '{}'", s.record,
                                            s.names[i], s.types[i]->name, record[i]));
    }
    fields.push_back({s.names[i], std::move(v)});
  }
  *out = Value::Struct(std::move(fields));
  return true;
}

}  // namespace parton
