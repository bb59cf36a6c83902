// Bound expressions out of PartiQL text, for tests of the evaluator: the operators, literals, calls and
// constructors, without queries. Names are slots given by the caller. Independent of the real parser.
#ifndef PARTON_TESTS_UNIT_TYPES_EXPRESSION_TEXT_H_
#define PARTON_TESTS_UNIT_TYPES_EXPRESSION_TEXT_H_

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/temporal.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/functions/functions.h"

namespace parton::testing {

class ExpressionText {
 public:
  // `names`: what the slots 0, 1, ... are called. Throws std::runtime_error on bad text.
  explicit ExpressionText(std::string_view text, std::vector<std::string> names = {})
      : text_(text), names_(std::move(names)) {
    Next();
  }

  ExprPtr Parse() {
    ExprPtr e = Or();
    if (kind_ != kEnd) Bad("end of text");
    return e;
  }

 private:
  enum Kind { kEnd, kName, kQuotedName, kString, kNumber, kIon, kSymbol };

  [[noreturn]] void Bad(const std::string& wanted) {
    throw std::runtime_error("expected " + wanted + " at '" + token_ + "' in " + std::string(text_));
  }

  // ---- Tokens
  void Next() {
    while (p_ < text_.size() && static_cast<unsigned char>(text_[p_]) <= ' ') ++p_;
    token_.clear();
    if (p_ >= text_.size()) {
      kind_ = kEnd;
      return;
    }
    const char c = text_[p_];
    const auto letter = [](char x) { return isalnum(static_cast<unsigned char>(x)) || x == '_' || x == '$'; };
    if (c == '\'' || c == '"' || c == '`') {
      kind_ = c == '\'' ? kString : c == '"' ? kQuotedName : kIon;
      for (++p_;; ++p_) {
        if (p_ >= text_.size()) Bad("a closing quote");
        if (text_[p_] == c) {
          if (p_ + 1 >= text_.size() || text_[p_ + 1] != c) break;
          ++p_;
        }
        token_ += text_[p_];
      }
      ++p_;
    } else if (isdigit(static_cast<unsigned char>(c)) ||
               (c == '.' && p_ + 1 < text_.size() && isdigit(static_cast<unsigned char>(text_[p_ + 1])))) {
      kind_ = kNumber;
      while (p_ < text_.size()) {
        const char x = text_[p_];
        const bool exponent_sign = (x == '-' || x == '+') && (token_.back() == 'e' || token_.back() == 'E');
        if (!isdigit(static_cast<unsigned char>(x)) && x != '.' && x != 'e' && x != 'E' && !exponent_sign) break;
        token_ += x;
        ++p_;
      }
    } else if (letter(c)) {
      kind_ = kName;
      while (p_ < text_.size() && letter(text_[p_])) token_ += text_[p_++];
    } else {
      kind_ = kSymbol;
      for (const char* two : {"<=", ">=", "<>", "!=", "||", "<<", ">>"}) {
        if (text_.substr(p_, 2) == two) token_ = two;
      }
      if (token_.empty()) token_ = std::string(1, c);
      p_ += token_.size();
    }
  }
  static std::string Upper(std::string s) {
    for (char& c : s) c = static_cast<char>(toupper(static_cast<unsigned char>(c)));
    return s;
  }
  bool IsWord(const char* word) const { return kind_ == kName && Upper(token_) == word; }
  bool IsSymbol(const char* s) const { return kind_ == kSymbol && token_ == s; }
  bool TakeWord(const char* word) {
    if (!IsWord(word)) return false;
    Next();
    return true;
  }
  bool Take(const char* symbol) {
    if (!IsSymbol(symbol)) return false;
    Next();
    return true;
  }
  void Want(const char* symbol) {
    if (!Take(symbol)) Bad(symbol);
  }
  void WantWord(const char* word) {
    if (!TakeWord(word)) Bad(word);
  }

  // ---- Operators, loosest first
  ExprPtr Or() {
    std::vector<ExprPtr> terms = {And()};
    while (TakeWord("OR")) terms.push_back(And());
    return terms.size() == 1 ? terms[0] : MakeExpr(Expr::Or{terms});
  }
  ExprPtr And() {
    std::vector<ExprPtr> terms = {Not()};
    while (TakeWord("AND")) terms.push_back(Not());
    return terms.size() == 1 ? terms[0] : MakeExpr(Expr::And{terms});
  }
  ExprPtr Not() { return TakeWord("NOT") ? MakeExpr(Expr::Not{Not()}) : Predicate(); }
  ExprPtr Predicate() {
    ExprPtr e = Other();
    for (;;) {
      static const std::pair<const char*, CompareOp> kOps[] = {
          {"=", CompareOp::kEq},  {"<>", CompareOp::kNe}, {"!=", CompareOp::kNe}, {"<", CompareOp::kLt},
          {"<=", CompareOp::kLe}, {">", CompareOp::kGt},  {">=", CompareOp::kGe}};
      bool compared = false;
      for (const auto& [symbol, op] : kOps) {
        if (!compared && Take(symbol)) {
          e = MakeExpr(Expr::Compare{op, e, Other()});
          compared = true;
        }
      }
      if (compared) continue;
      if (TakeWord("IS")) {
        e = Is(e);
        continue;
      }
      const bool negated = TakeWord("NOT");
      if (TakeWord("IN")) {
        e = MakeExpr(Expr::In{e, InList(), negated});
      } else if (TakeWord("BETWEEN")) {
        ExprPtr low = Other();
        WantWord("AND");
        e = MakeExpr(Expr::Between{e, low, Other(), negated});
      } else if (TakeWord("LIKE")) {
        ExprPtr pattern = Other();
        e = MakeExpr(Expr::Like{e, pattern, TakeWord("ESCAPE") ? Other() : nullptr, negated});
      } else if (TakeWord("OVERLAPS")) {
        e = Call("OVERLAPS", {e, Other()});
      } else if (negated) {
        Bad("IN, BETWEEN or LIKE");
      } else {
        return e;
      }
    }
  }
  ExprPtr InList() {
    if (!Take("(")) return Other();
    return MakeExpr(Expr::MakeCollection{Type::kList, List(")")});
  }
  ExprPtr Is(ExprPtr operand) {
    Expr::Is is;
    is.operand = std::move(operand);
    is.negated = TakeWord("NOT");
    using Test = Expr::Is::Test;
    static const std::pair<const char*, Test> kTests[] = {{"MISSING", Test::kMissing},
                                                          {"NULL", Test::kNull},
                                                          {"TRUE", Test::kTrue},
                                                          {"FALSE", Test::kFalse},
                                                          {"UNKNOWN", Test::kUnknown}};
    for (const auto& [word, test] : kTests) {
      if (TakeWord(word)) {
        is.test = test;
        return MakeExpr(std::move(is));
      }
    }
    is.test = Test::kType;
    is.type = TypeOf();
    return MakeExpr(std::move(is));
  }
  ExprPtr Other() {
    ExprPtr e = Sum();
    for (;;) {
      if (Take("||")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kConcat, e, Sum()});
      } else if (Take("&")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kBitAnd, e, Sum()});
      } else {
        return e;
      }
    }
  }
  ExprPtr Sum() {
    ExprPtr e = Product();
    for (;;) {
      if (Take("+")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kAdd, e, Product()});
      } else if (Take("-")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kSub, e, Product()});
      } else {
        return e;
      }
    }
  }
  ExprPtr Product() {
    ExprPtr e = Sign();
    for (;;) {
      if (Take("*")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kMul, e, Sign()});
      } else if (Take("/")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kDiv, e, Sign()});
      } else if (Take("%")) {
        e = MakeExpr(Expr::Binary{BinaryOp::kMod, e, Sign()});
      } else {
        return e;
      }
    }
  }
  ExprPtr Sign() {
    if (Take("-")) return MakeExpr(Expr::Unary{UnaryOp::kNeg, Sign()});
    if (Take("+")) return MakeExpr(Expr::Unary{UnaryOp::kPlus, Sign()});
    return Steps(Primary());
  }
  ExprPtr Steps(ExprPtr base) {
    Expr::Path path;
    const auto flush = [&] {
      if (!path.steps.empty()) {
        path.base = base;
        base = MakeExpr(std::move(path));
        path = Expr::Path{};
      }
    };
    for (;;) {
      if (Take(".")) {
        if (kind_ != kName && kind_ != kQuotedName) Bad("a name");
        path.steps.push_back({token_, -1});
        path.ignore_case.push_back(kind_ == kName);
        Next();
      } else if (Take("[")) {
        ExprPtr key = Or();
        Want("]");
        const auto* literal = key->As<Expr::Literal>();
        if (literal != nullptr && literal->value.is_small_int()) {
          path.steps.push_back({"", literal->value.int_value()});
          path.ignore_case.push_back(false);
        } else if (literal != nullptr && literal->value.is_text()) {
          path.steps.push_back({std::string(literal->value.bytes()), -1});
          path.ignore_case.push_back(false);
        } else {
          flush();
          const auto* cast = key->As<Expr::Cast>();
          base = MakeExpr(Expr::Index{base, key, cast != nullptr && cast->type.kind == TypeSpec::Kind::kString});
        }
      } else {
        flush();
        return base;
      }
    }
  }

  // ---- Primaries
  static ExprPtr Lit(Value v) { return MakeExpr(Expr::Literal{std::move(v)}); }
  template <typename T>
  static ExprPtr LitOrBad(const Result<T>& r) {
    if (!r.ok()) return MakeExpr(Expr::BadLiteral{r.status()});
    if constexpr (std::is_same_v<T, Value>) {
      return Lit(*r);
    } else {
      return Lit(Value::Of(*r));
    }
  }
  std::vector<ExprPtr> List(const char* close) {
    std::vector<ExprPtr> elements;
    if (Take(close)) return elements;
    do elements.push_back(Or());
    while (Take(","));
    Want(close);
    return elements;
  }
  ExprPtr Primary() {
    const std::string text = token_;
    if (kind_ == kString) {
      Next();
      return Lit(Value::String(text));
    }
    if (kind_ == kNumber) {
      Next();
      if (text.find_first_of("eE") != std::string::npos) return Lit(Value::Float(std::stod(text)));
      const Result<Number> n = Number::ParseRounding(text);
      if (!n.ok()) return MakeExpr(Expr::BadLiteral{n.status()});
      return Lit(text.find('.') == std::string::npos ? Value::Int(*n) : Value::Decimal(*n));
    }
    if (kind_ == kIon) {
      Next();
      if (isdigit(static_cast<unsigned char>(text[0])) && text.find('T') != std::string::npos) {
        return LitOrBad(ParseIonTimestamp(text));
      }
      return ExpressionText(text).Parse();
    }
    if (Take("(")) {
      std::vector<ExprPtr> elements = List(")");
      return elements.size() == 1 ? elements[0] : MakeExpr(Expr::MakeCollection{Type::kList, elements});
    }
    if (Take("[")) return MakeExpr(Expr::MakeCollection{Type::kList, List("]")});
    if (Take("<<")) return MakeExpr(Expr::MakeCollection{Type::kBag, List(">>")});
    if (Take("{")) return Struct();
    if (Take("?")) return MakeExpr(Expr::Parameter{parameters_++});
    if (kind_ != kName && kind_ != kQuotedName) Bad("a value");
    return kind_ == kName ? Word() : Variable();
  }
  ExprPtr Variable() {
    for (size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == token_) {
        Next();
        return MakeExpr(Expr::Slot{static_cast<int>(i), names_[i]});
      }
    }
    Bad("a known name");
  }
  ExprPtr Struct() {
    Expr::MakeStruct make;
    if (Take("}")) return MakeExpr(std::move(make));
    do {
      ExprPtr name;
      if (kind_ == kName) {
        name = Lit(Value::String(token_));
        Next();
      } else {
        name = Or();
      }
      Want(":");
      make.parts.push_back({name, Or(), 0});
    } while (Take(","));
    Want("}");
    return MakeExpr(std::move(make));
  }
  ExprPtr Word() {
    const std::string word = Upper(token_);
    if (word == "TRUE" || word == "FALSE") {
      Next();
      return Lit(Value::Bool(word == "TRUE"));
    }
    if (TakeWord("NULL")) return Lit(Value::Null());
    if (TakeWord("MISSING")) return Lit(Value::Missing());
    if (TakeWord("CASE")) return Case();
    if (word == "DATE" || word == "TIME" || word == "TIMESTAMP" || word == "INTERVAL") {
      const size_t p = p_;
      const std::string token = token_;
      Next();
      if (kind_ == kString || IsSymbol("(") || IsWord("WITH") || IsWord("WITHOUT")) return Temporal(word);
      p_ = p;
      token_ = token;
      kind_ = kName;
    }
    for (const std::string& name : names_) {
      if (name == token_) return Variable();
    }
    Next();
    Want("(");
    if (word == "CAST" || word == "CAN_CAST") {
      Expr::Cast cast;
      cast.operand = Or();
      WantWord("AS");
      cast.type = TypeOf();
      cast.test_only = word == "CAN_CAST";
      Want(")");
      return MakeExpr(std::move(cast));
    }
    return Call(word, Arguments(word));
  }
  std::vector<ExprPtr> Arguments(const std::string& function) {
    std::vector<ExprPtr> args;
    if (Take(")")) return args;
    if ((function == "EXTRACT" || function == "DATE_ADD" || function == "DATE_DIFF") && kind_ == kName) {
      args.push_back(Lit(Value::String(Upper(token_))));
      Next();
      if (!TakeWord("FROM")) Want(",");
    } else if (function == "TRIM") {
      return TrimArguments();
    }
    for (;;) {
      args.push_back(function == "POSITION" ? Other() : Or());
      if (Take(")")) return args;
      if (Take(",") || TakeWord("FROM") || TakeWord("FOR") || TakeWord("PLACING") || TakeWord("IN")) continue;
      Bad("an argument");
    }
  }
  std::vector<ExprPtr> TrimArguments() {
    ExprPtr side = Lit(Value::String("BOTH")), chars = Lit(Value::String(" "));
    if (IsWord("LEADING") || IsWord("TRAILING") || IsWord("BOTH")) {
      side = Lit(Value::String(Upper(token_)));
      Next();
    }
    ExprPtr first = TakeWord("FROM") ? nullptr : Or();
    if (first == nullptr) {
      first = Or();
    } else if (TakeWord("FROM")) {
      chars = first;
      first = Or();
    } else if (Take(",")) {  // as a plain call
      ExprPtr second = Or();
      Want(",");
      side = first;
      chars = second;
      first = Or();
    }
    Want(")");
    return {side, chars, first};
  }
  ExprPtr Call(const std::string& name, std::vector<ExprPtr> args) {
    const ScalarFunction* f = FindScalarFunction(name);
    if (f == nullptr) throw std::runtime_error("no function " + name);
    const Status counts = CheckCallStatically(*f, args, /*counts_only=*/true);
    if (!counts.ok()) throw std::runtime_error(counts.message());
    return MakeExpr(Expr::Call{f, std::move(args)});
  }
  ExprPtr Case() {
    Expr::Case c;
    if (!IsWord("WHEN")) c.operand = Or();
    while (TakeWord("WHEN")) {
      ExprPtr when = Or();
      WantWord("THEN");
      c.branches.emplace_back(when, Or());
    }
    if (TakeWord("ELSE")) c.otherwise = Or();
    WantWord("END");
    return MakeExpr(std::move(c));
  }

  // ---- Types and temporal literals
  std::pair<std::optional<int>, std::optional<int>> Precision() {
    std::optional<int> first, second;
    if (Take("(")) {
      first = std::stoi(token_);
      Next();
      if (Take(",")) {
        second = std::stoi(token_);
        Next();
      }
      Want(")");
    }
    return {first, second};
  }
  TypeSpec TypeOf() {
    using Kind = TypeSpec::Kind;
    static const std::map<std::string, Kind> kKinds = {
        {"ANY", Kind::kAny},           {"MISSING", Kind::kMissing}, {"NULL", Kind::kNull},
        {"BOOL", Kind::kBool},         {"BOOLEAN", Kind::kBool},    {"TINYINT", Kind::kTinyInt},
        {"SMALLINT", Kind::kSmallInt}, {"INT", Kind::kInt},         {"INTEGER", Kind::kInt},
        {"BIGINT", Kind::kBigInt},     {"REAL", Kind::kReal},       {"FLOAT", Kind::kFloat},
        {"DOUBLE", Kind::kDouble},     {"DECIMAL", Kind::kDecimal}, {"NUMERIC", Kind::kDecimal},
        {"CHAR", Kind::kChar},         {"VARCHAR", Kind::kVarchar}, {"STRING", Kind::kString},
        {"SYMBOL", Kind::kSymbol},     {"CLOB", Kind::kClob},       {"BLOB", Kind::kBlob},
        {"DATE", Kind::kDate},         {"TIME", Kind::kTime},       {"TIMESTAMP", Kind::kTimestamp},
        {"INTERVAL", Kind::kInterval}, {"STRUCT", Kind::kStruct},   {"TUPLE", Kind::kTuple},
        {"LIST", Kind::kList},         {"ARRAY", Kind::kArray},     {"BAG", Kind::kBag},
        {"SEXP", Kind::kSexp}};
    TypeSpec t;
    t.name = Upper(token_);
    const auto it = kKinds.find(t.name);
    t.kind = it == kKinds.end() ? Kind::kNamed : it->second;
    Next();
    if (t.kind == Kind::kInterval) {
      Qualifier(&t);
      return t;
    }
    std::tie(t.precision, t.scale) = Precision();
    if (TakeWord("WITH")) {
      WantWord("TIME");
      WantWord("ZONE");
      t.kind = t.kind == Kind::kTime ? Kind::kTimeTz : Kind::kTimestampTz;
      t.name += " WITH TIME ZONE";
    }
    return t;
  }
  void Qualifier(TypeSpec* t) {
    if (kind_ != kName || !ParseDatePart(token_).has_value()) return;
    t->interval_leading = Upper(token_);
    Next();
    std::tie(t->precision, t->scale) = Precision();
    if (TakeWord("TO")) {
      t->interval_trailing = Upper(token_);
      Next();
      const auto precision = Precision().first;
      if (precision.has_value()) t->scale = precision;
    }
  }
  ExprPtr Temporal(const std::string& word) {
    const std::optional<int> precision = Precision().first;
    ZoneClause zone = ZoneClause::kNone;
    if (IsWord("WITH") || IsWord("WITHOUT")) {
      zone = IsWord("WITH") ? ZoneClause::kWith : ZoneClause::kWithout;
      Next();
      WantWord("TIME");
      WantWord("ZONE");
    }
    const std::string text = token_;
    Next();
    if (word == "DATE") return LitOrBad(ParseDate(text));
    if (word == "TIME") return LitOrBad(ParseTime(text, zone, precision));
    if (word == "TIMESTAMP") return LitOrBad(ParseTimestamp(text, zone, precision));
    TypeSpec t;
    Qualifier(&t);
    IntervalQualifier q;
    const auto leading = ParseDatePart(t.interval_leading);
    if (!leading.has_value()) Bad("an interval qualifier");
    q.leading = q.trailing = *leading;
    if (!t.interval_trailing.empty()) q.trailing = *ParseDatePart(t.interval_trailing);
    if (t.precision.has_value()) q.leading_precision = static_cast<uint8_t>(*t.precision);
    if (t.scale.has_value()) q.fraction_precision = static_cast<uint8_t>(*t.scale);
    const Status valid = q.Validate();
    if (!valid.ok()) return MakeExpr(Expr::BadLiteral{valid});
    return LitOrBad(ParseInterval(text, q));
  }

  std::string_view text_;
  std::vector<std::string> names_;
  size_t p_ = 0;
  Kind kind_ = kEnd;
  std::string token_;
  int parameters_ = 0;
};

}  // namespace parton::testing

#endif  // PARTON_TESTS_UNIT_TYPES_EXPRESSION_TEXT_H_
