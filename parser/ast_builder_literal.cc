// Literals and types of the AST builder.
//
// A number or binary that cannot be read is a syntax error. An impossible date, time or interval is
// not: its Literal carries the error.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "parser/ast_builder.h"
#include "parser/ion_reader.h"
#include "parton/text.h"

namespace parton::internal {

namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool DecodeHex(std::string_view text, std::string* out) {
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = HexDigit(text[i]);
    int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out->push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

std::optional<DatePart> FieldOf(Grammar::IntervalFieldContext* c) {
  switch (c->start->getType()) {
    case Grammar::YEAR: return DatePart::kYear;
    case Grammar::MONTH: return DatePart::kMonth;
    case Grammar::DAY: return DatePart::kDay;
    case Grammar::HOUR: return DatePart::kHour;
    case Grammar::MINUTE: return DatePart::kMinute;
    default: return DatePart::kSecond;
  }
}

const std::map<std::string, TypeSpec::Kind, std::less<>>& TypeNames() {
  using K = TypeSpec::Kind;
  static const auto* names = new std::map<std::string, K, std::less<>>{
      {"ANY", K::kAny},           {"BOOL", K::kBool},       {"BOOLEAN", K::kBool},      {"TINYINT", K::kTinyInt},
      {"SMALLINT", K::kSmallInt}, {"INT2", K::kSmallInt},   {"INTEGER2", K::kSmallInt}, {"INT", K::kInt},
      {"INT4", K::kInt},          {"INTEGER4", K::kInt},    {"INTEGER", K::kInt},       {"INT8", K::kBigInt},
      {"INTEGER8", K::kBigInt},   {"BIGINT", K::kBigInt},   {"REAL", K::kReal},         {"FLOAT", K::kFloat},
      {"DECIMAL", K::kDecimal},   {"DEC", K::kDecimal},     {"NUMERIC", K::kDecimal},   {"CHAR", K::kChar},
      {"CHARACTER", K::kChar},    {"VARCHAR", K::kVarchar}, {"STRING", K::kString},     {"SYMBOL", K::kSymbol},
      {"CLOB", K::kClob},         {"BLOB", K::kBlob},       {"STRUCT", K::kStruct},     {"TUPLE", K::kTuple},
      {"LIST", K::kList},         {"ARRAY", K::kArray},     {"BAG", K::kBag},           {"SEXP", K::kSexp},
      {"MAP", K::kMap},           {"GRAPH", K::kGraph}};
  return *names;
}

}  // namespace

ast::ExprPtr AstBuilder::Number(const antlr4::Token* t, ast::Literal::Kind kind) {
  ast::Literal literal{kind, {}, std::string(source_.Text(t)), {}};
  TextSpan span = source_.Span(t);
  const std::string& text = literal.text;
  if (kind == ast::Literal::Kind::kInt && text.size() <= 18) {
    literal.value = Value::Int(static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10)));
  } else if (kind == ast::Literal::Kind::kFloat) {
    double d = std::strtod(text.c_str(), nullptr);
    if (!std::isfinite(d)) {
      Fail(span, "the number is too large for a FLOAT", "without an exponent it is an exact DECIMAL");
    }
    literal.value = Value::Float(d);
  } else {
    Result<parton::Number> n = parton::Number::ParseRounding(text);
    if (!n.ok()) Fail(span, n.status().message(), n.status().hint());
    literal.rounded = !parton::Number::ParseExact(text).ok();
    literal.value = kind == ast::Literal::Kind::kInt ? Value::Int(*n) : Value::Decimal(*n);
  }
  return Make(span, std::move(literal));
}

ast::ExprPtr AstBuilder::Binary(const antlr4::Token* t) {
  std::string_view text = source_.Text(t);
  TextSpan span = source_.Span(t);
  const bool hex = text[0] == 'x' || text[0] == 'X';
  size_t quote = text.find('\'');
  std::string_view inside = text.substr(quote + 1, text.size() - quote - 2);
  std::string bytes;
  if (hex ? !DecodeHex(inside, &bytes) : !DecodeBase64(inside, &bytes)) {
    Fail(span, hex ? "this is no hexadecimal text" : "this is no base64 text",
         hex ? "two digits 0-9, a-f per byte" : "groups of four of A-Z a-z 0-9 + /, padded with =");
  }
  return Make(span, ast::Literal{ast::Literal::Kind::kBinary, Value::Blob(bytes), {}, {}});
}

ast::ExprPtr AstBuilder::Ion(const antlr4::Token* t) {
  std::string_view text = source_.Text(t);
  TextSpan span = source_.Span(t);
  Result<Value> value = ReadIon(text.substr(1, text.size() - 2));
  if (!value.ok()) Fail(span, fmt::format("bad Ion literal: {}", value.status().message()));
  return Make(span, ast::Literal{ast::Literal::Kind::kIon, *std::move(value), {}, {}});
}

ast::ExprPtr AstBuilder::DateLiteral(Grammar::AtomContext* c) {
  ast::Literal literal{ast::Literal::Kind::kDate, {}, {}, {}};
  Result<Date> date = ParseDate(StringOf(c->STRING()));
  if (date.ok()) {
    literal.value = Value::Of(*date);
  } else {
    literal.error = std::move(date).status().At(SpanOf(c));
  }
  return Make(SpanOf(c), std::move(literal));
}

ast::ExprPtr AstBuilder::TimeLiteral(Grammar::AtomContext* c, bool timestamp) {
  ast::Literal literal{timestamp ? ast::Literal::Kind::kTimestamp : ast::Literal::Kind::kTime, {}, {}, {}};
  ZoneClause zone = ZoneClause::kNone;
  if (c->zone()) zone = c->zone()->WITH() ? ZoneClause::kWith : ZoneClause::kWithout;
  std::optional<int> precision;
  if (c->INTEGER()) {
    int64_t digits = IntegerOf(c->INTEGER());
    if (digits > 9) {
      literal.error = Status::Validation("the precision of a time is 0 to 9", source_.Span(c->INTEGER()->getSymbol()));
    } else {
      precision = static_cast<int>(digits);
    }
  }
  if (literal.error.ok()) {
    std::string text = StringOf(c->STRING());
    auto take = [&](auto parsed) {
      if (parsed.ok()) {
        literal.value = Value::Of(*parsed);
      } else {
        literal.error = std::move(parsed).status().At(SpanOf(c));
      }
    };
    if (timestamp) {
      take(ParseTimestamp(text, zone, precision));
    } else {
      take(ParseTime(text, zone, precision));
    }
  }
  return Make(SpanOf(c), std::move(literal));
}

Status AstBuilder::Qualifier(Grammar::IntervalQualifierContext* c, IntervalQualifier* out) const {
  auto fields = c->intervalField();
  out->leading = *FieldOf(fields[0]);
  out->trailing = *FieldOf(fields.back());
  constexpr uint32_t kTooLarge = 99;  // refused by Validate
  auto precision = [&](antlr4::tree::TerminalNode* t) {
    return static_cast<uint8_t>(std::min(SmallIntegerOf(t), kTooLarge));
  };
  auto leading = fields[0]->INTEGER();
  if (!leading.empty()) out->leading_precision = precision(leading[0]);
  if (leading.size() > 1) {
    if (out->leading != DatePart::kSecond) {
      return Status::Validation("only SECOND takes two precisions", SpanOf(fields[0]));
    }
    out->fraction_precision = precision(leading[1]);
  }
  if (fields.size() > 1) {
    auto trailing = fields[1]->INTEGER();
    if (!trailing.empty()) {
      if (out->trailing != DatePart::kSecond || trailing.size() > 1) {
        return Status::Validation("the last field takes a precision only if it is SECOND", SpanOf(fields[1]));
      }
      out->fraction_precision = precision(trailing[0]);
    }
    if (out->leading == out->trailing) {
      return Status::Validation("an interval's fields must differ", SpanOf(c));
    }
  }
  return out->Validate().At(SpanOf(c));
}

ast::ExprPtr AstBuilder::IntervalLiteral(Grammar::AtomContext* c) {
  ast::Literal literal{ast::Literal::Kind::kInterval, {}, {}, {}};
  IntervalQualifier qualifier;
  literal.error = Qualifier(c->intervalQualifier(), &qualifier);
  if (literal.error.ok()) {
    Result<Interval> interval = ParseInterval(StringOf(c->STRING()), qualifier);
    if (interval.ok()) {
      literal.value = Value::Of(c->MINUS() ? Negate(*interval) : *interval);
    } else {
      literal.error = std::move(interval).status().At(SpanOf(c));
    }
  }
  return Make(SpanOf(c), std::move(literal));
}

ast::TypeName AstBuilder::Type(Grammar::TypeContext* c) const {
  using K = TypeSpec::Kind;
  ast::TypeName type;
  type.name = TextOf(c);
  auto integers = c->INTEGER();
  auto number = [&](size_t i) {
    return static_cast<int>(std::min<uint32_t>(SmallIntegerOf(integers[i]), 1'000'000'000));
  };
  if (!integers.empty()) type.precision = number(0);
  if (integers.size() > 1) type.scale = number(1);
  switch (c->start->getType()) {
    case Grammar::NULL_: type.kind = K::kNull; return type;
    case Grammar::MISSING: type.kind = K::kMissing; return type;
    case Grammar::DOUBLE: type.kind = K::kDouble; return type;
    case Grammar::DATE: type.kind = K::kDate; return type;
    case Grammar::TIME:
    case Grammar::TIMESTAMP: {
      const bool zoned = c->zone() && c->zone()->WITH();
      type.kind = c->TIME() ? (zoned ? K::kTimeTz : K::kTime) : (zoned ? K::kTimestampTz : K::kTimestamp);
      return type;
    }
    case Grammar::INTERVAL:
      type.kind = K::kInterval;
      if (auto* q = c->intervalQualifier()) {
        IntervalQualifier qualifier;
        Status status = Qualifier(q, &qualifier);
        if (!status.ok()) throw BuildError{status};
        auto fields = q->intervalField();
        type.interval_leading = DatePartName(qualifier.leading);
        if (fields.size() > 1) type.interval_trailing = DatePartName(qualifier.trailing);
        bool fraction = fields[0]->INTEGER().size() > 1 || (fields.size() > 1 && !fields[1]->INTEGER().empty());
        if (!fields[0]->INTEGER().empty()) type.precision = qualifier.leading_precision;
        if (fraction) type.scale = qualifier.fraction_precision;
      }
      return type;
    default: break;
  }
  if (c->VARYING()) {
    type.kind = K::kVarchar;
    return type;
  }
  type.kind = K::kNamed;
  ast::Identifier name = Name(c->typeName());
  if (!name.quoted) {
    auto known = TypeNames().find(AsciiUpper(name.name));
    if (known != TypeNames().end()) type.kind = known->second;
  }
  if (auto* arguments = c->typeArguments()) {
    for (auto* argument : arguments->typeArgument()) {
      type.parts.push_back(Type(argument->type()));
      type.names.push_back(argument->identifier() ? Name(argument->identifier()).name : "");
    }
  }
  return type;
}

}  // namespace parton::internal
