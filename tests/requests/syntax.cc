#include "syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace parton::requests {

namespace {

constexpr size_t kMaxExpression = 4096;
constexpr int kMaxOperators = 300;
constexpr size_t kMaxToken = 255;
constexpr size_t kMaxPath = 32;

std::string Upper(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return s;
}

bool Ordered(const Value& v) {
  const std::string t = TypeOf(v);
  return t == "S" || t == "N" || t == "B";
}

class Parser {
 public:
  Parser(const std::string& text, Placeholders* p) : text_(text), p_(p) {
    if (text.empty()) Fail("The expression can not be empty");
    if (text.size() > kMaxExpression) Fail("Expression size has exceeded the maximum allowed size");
    Next();
  }

  Condition ParseAll() {
    Condition c = Or();
    End();
    return c;
  }
  Update ParseUpdates() {
    Update u;
    std::set<std::string> seen;
    while (ok() && !token_.empty()) {
      const std::string word = Upper(token_);
      if (!seen.insert(word).second) Fail("The \"" + word + "\" section can only be used once");
      Next();
      if (word == "SET") {
        do u.set.push_back(Assignment());
        while (Accept(","));
      } else if (word == "REMOVE") {
        do u.remove.push_back(Path());
        while (Accept(","));
      } else if (word == "ADD" || word == "DELETE") {
        auto& list = word == "ADD" ? u.add : u.remove_from;
        do {
          DocumentPath path = Path();
          Operand value = Constant();
          const std::string t = TypeOf(value.value);
          if (t != "SS" && t != "NS" && t != "BS" && !(word == "ADD" && t == "N")) {
            Fail("Incorrect operand type for operator or function; operator: " + word + ", operand type: " + t);
          }
          list.emplace_back(std::move(path), std::move(value));
        } while (Accept(","));
      } else {
        Fail("Syntax error; token: " + token_);
      }
    }
    if (seen.empty()) Fail("no clause");
    return u;
  }
  std::vector<DocumentPath> ParsePaths() {
    std::vector<DocumentPath> out;
    do out.push_back(Path());
    while (Accept(","));
    End();
    return out;
  }
  void Fail(const std::string& why) {
    if (error_.empty()) error_ = why;
    token_.clear();
    at_ = text_.size();
  }
  const std::string& error() const { return error_; }

 private:
  bool ok() const { return error_.empty(); }
  void End() {
    if (!token_.empty()) Fail("Syntax error; token: " + token_);
    if (operators_ > kMaxOperators) Fail("The expression contains too many operators");
  }

  void Next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    token_.clear();
    ++index_;
    if (at_ == text_.size()) return;
    const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    const char c = text_[at_];
    size_t end = at_ + 1;
    if (c == '#' || c == ':' || word(c)) {
      while (end < text_.size() && word(text_[end])) ++end;
      if ((c == '#' || c == ':') && end == at_ + 1) return Fail("a placeholder without a name");
    } else if (c == '<' && end < text_.size() && (text_[end] == '>' || text_[end] == '=')) {
      ++end;
    } else if (c == '>' && end < text_.size() && text_[end] == '=') {
      ++end;
    } else if (std::string("()[],.=<>+-").find(c) == std::string::npos) {
      return Fail(fmt::format("Syntax error; token: {}", c));
    }
    if (end - at_ > kMaxToken) return Fail("Expression size has exceeded: a token of more than 255 bytes");
    token_ = text_.substr(at_, end - at_);
    at_ = end;
  }
  bool Accept(const std::string& token) {
    if (Upper(token_) != token) return false;
    Next();
    return true;
  }
  void Expect(const std::string& token) {
    if (!Accept(token)) Fail("Syntax error; expected " + token + ", token: " + token_);
  }

  std::string AttributeName() {
    // Requests name all attributes by placeholders: then no reserved word and no odd character can be in the way.
    if (!token_.starts_with("#")) {
      Fail("an attribute without a placeholder: " + token_);
      return "";
    }
    auto it = p_->names.find(token_);
    if (it == p_->names.end()) {
      Fail("An expression attribute name used in the document path is not defined; attribute name: " + token_);
      return "";
    }
    p_->used.insert(token_);
    Next();
    return it->second;
  }
  DocumentPath Path() {
    DocumentPath path{Step{AttributeName(), -1}};
    while (ok()) {
      if (Accept(".")) {
        path.push_back(Step{AttributeName(), -1});
      } else if (Accept("[")) {
        if (token_.empty() || token_.size() > 9 || !std::all_of(token_.begin(), token_.end(), ::isdigit)) {
          Fail("Syntax error; token: " + token_);
          break;
        }
        path.push_back(Step{"", std::stoll(token_)});
        Next();
        Expect("]");
      } else {
        break;
      }
    }
    if (path.size() > kMaxPath) Fail("The document path has too many nesting levels");
    return path;
  }
  Operand Constant() {
    Operand o;
    o.kind = Operand::Kind::kValue;
    auto it = p_->values.find(token_);
    if (!token_.starts_with(":") || it == p_->values.end()) {
      Fail("An expression attribute value used in expression is not defined; attribute value: " + token_);
      return o;
    }
    o.value = it->second;
    p_->used.insert(token_);
    Next();
    return o;
  }
  Operand PathOrConstant() {
    if (token_.starts_with(":")) return Constant();
    Operand o;
    o.path = Path();
    return o;
  }
  // In a condition: a path, a constant, size(...).
  Operand ConditionOperand() {
    if (token_ != "size") return PathOrConstant();
    Next();
    Operand o;
    o.kind = Operand::Kind::kCall;
    o.word = "size";
    Expect("(");
    o.args.push_back(PathOrConstant());
    Expect(")");
    return o;
  }

  Condition Or() {
    Condition c = And();
    if (Upper(token_) != "OR") return c;
    Condition all{Condition::Kind::kOr, "", {std::move(c)}, {}};
    while (Accept("OR")) {
      ++operators_;
      all.terms.push_back(And());
    }
    return all;
  }
  Condition And() {
    Condition c = Not();
    if (Upper(token_) != "AND") return c;
    Condition all{Condition::Kind::kAnd, "", {std::move(c)}, {}};
    while (Accept("AND")) {
      ++operators_;
      all.terms.push_back(Not());
    }
    return all;
  }
  Condition Not() {
    if (!Accept("NOT")) return Predicate();
    ++operators_;
    return Condition{Condition::Kind::kNot, "", {Not()}, {}};
  }
  Condition Predicate() {
    const int open = index_;
    if (Accept("(")) {
      Condition c = Or();
      if (last_open_ == open + 1 && last_close_ == index_ - 1) Fail("The expression has redundant parentheses");
      last_open_ = open;
      last_close_ = index_;
      Expect(")");
      return c;
    }
    static const std::set<std::string> kFunctions = {"attribute_exists", "attribute_not_exists", "attribute_type",
                                                     "begins_with", "contains"};
    if (kFunctions.contains(token_)) return Function();
    Condition c;
    c.operands.push_back(ConditionOperand());
    const std::string word = Upper(token_);
    Next();
    if (word == "BETWEEN") {
      c.kind = Condition::Kind::kBetween;
      c.operands.push_back(ConditionOperand());
      Expect("AND");
      c.operands.push_back(ConditionOperand());
    } else if (word == "IN") {
      c.kind = Condition::Kind::kIn;
      Expect("(");
      do c.operands.push_back(ConditionOperand());
      while (Accept(","));
      Expect(")");
      if (c.operands.size() > 101) Fail("the IN operator is provided with too many operands");
    } else if (word == "=" || word == "<>" || word == "<" || word == "<=" || word == ">" || word == ">=") {
      c.word = word;
      c.operands.push_back(ConditionOperand());
    } else {
      Fail("Syntax error; token: " + word);
    }
    ++operators_;
    CheckOperands(c);
    return c;
  }
  Condition Function() {
    Condition c;
    c.kind = Condition::Kind::kCall;
    c.word = token_;
    Next();
    Expect("(");
    do c.operands.push_back(ConditionOperand());
    while (Accept(","));
    Expect(")");
    const bool one = c.word == "attribute_exists" || c.word == "attribute_not_exists";
    if (!ok()) return c;
    if (c.operands.size() != (one ? 1u : 2u)) Fail("Incorrect number of operands; function: " + c.word);
    if (c.word != "begins_with" && c.word != "contains" && c.operands[0].kind != Operand::Kind::kPath) {
      Fail("Operator or function requires a document path; operator or function: " + c.word);
    }
    if (!one) CheckOperands(c);
    return c;
  }

  void CheckOperands(const Condition& c) {
    if (!ok()) return;
    const Operand& first = c.operands[0];
    for (size_t i = 1; i < c.operands.size(); ++i) {
      const Operand& o = c.operands[i];
      if (first.kind == Operand::Kind::kPath && o.kind == Operand::Kind::kPath && first.path == o.path) {
        Fail("The first operand must be distinct from the remaining operands");
      }
    }
    const bool ordering =
        c.kind == Condition::Kind::kBetween || (c.kind == Condition::Kind::kCompare && c.word != "=" && c.word != "<>");
    for (const Operand& o : c.operands) {
      if (o.kind != Operand::Kind::kValue) continue;
      const std::string t = TypeOf(o.value);
      if (ordering && !Ordered(o.value)) Fail("Incorrect operand type; operator: " + c.word + ", operand type: " + t);
      if (c.word == "begins_with" && t != "S" && t != "B")
        Fail("Incorrect operand type; begins_with, operand type: " + t);
    }
    if (c.word == "attribute_type") {
      static const std::set<std::string> kTypes = {"S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"};
      const Operand& type = c.operands[1];
      if (type.kind != Operand::Kind::kValue || TypeOf(type.value) != "S" ||
          !kTypes.contains(type.value.AsString().value())) {
        Fail("Invalid attribute type name found");
      }
    }
    if (c.kind == Condition::Kind::kBetween && c.operands[1].kind == Operand::Kind::kValue &&
        c.operands[2].kind == Operand::Kind::kValue) {
      if (TypeOf(c.operands[1].value) != TypeOf(c.operands[2].value)) {
        Fail("The BETWEEN operator requires same data type for lower and upper bounds");
      } else if (ok() && Order(c.operands[1].value, c.operands[2].value) > 0) {
        Fail("The BETWEEN operator requires upper bound to be greater than or equal to lower bound");
      }
    }
  }

  std::pair<DocumentPath, Operand> Assignment() {
    DocumentPath path = Path();
    Expect("=");
    Operand value = SetOperand();
    if (token_ == "+" || token_ == "-") {
      ++operators_;
      Operand sum;
      sum.kind = Operand::Kind::kSum;
      sum.word = token_;
      Next();
      sum.args = {std::move(value), SetOperand()};
      for (const Operand& o : sum.args) {
        if (o.kind == Operand::Kind::kValue && TypeOf(o.value) != "N")
          Fail("Incorrect operand type; operator: " + sum.word);
      }
      value = std::move(sum);
    }
    return {std::move(path), std::move(value)};
  }
  Operand SetOperand() {
    if (token_ != "if_not_exists" && token_ != "list_append") return PathOrConstant();
    Operand call;
    call.kind = Operand::Kind::kCall;
    call.word = token_;
    Next();
    Expect("(");
    call.args.push_back(SetOperand());
    Expect(",");
    call.args.push_back(SetOperand());
    Expect(")");
    if (!ok()) return call;
    if (call.word == "if_not_exists" && call.args[0].kind != Operand::Kind::kPath)
      Fail("if_not_exists requires a document path");
    for (const Operand& o : call.args) {
      if (call.word == "list_append" && o.kind == Operand::Kind::kValue && TypeOf(o.value) != "L") {
        Fail("Incorrect operand type; operator or function: list_append, operand type: " + TypeOf(o.value));
      }
    }
    return call;
  }

  const std::string& text_;
  Placeholders* p_;
  size_t at_ = 0;
  std::string token_;
  std::string error_;
  int operators_ = 0;
  int index_ = 0;                         // of the token
  int last_open_ = -2, last_close_ = -2;  // the pair of parentheses that was closed last
};

bool Overlap(const DocumentPath& a, const DocumentPath& b) {
  const size_t n = std::min(a.size(), b.size());
  return std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(n), b.begin());
}

std::string FindOverlap(const std::vector<DocumentPath>& paths) {
  for (size_t i = 0; i < paths.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (Overlap(paths[i], paths[j])) return "Two document paths overlap with each other: at " + paths[i][0].name;
    }
  }
  return "";
}

}  // namespace

std::string ParseCondition(const std::string& text, Placeholders* p, Condition* out) {
  Parser parser(text, p);
  *out = parser.ParseAll();
  return parser.error();
}

std::string ParseUpdate(const std::string& text, Placeholders* p, Update* out) {
  Parser parser(text, p);
  *out = parser.ParseUpdates();
  if (!parser.error().empty()) return parser.error();
  std::vector<DocumentPath> paths = out->remove;
  for (const auto* list : {&out->set, &out->add, &out->remove_from}) {
    for (const auto& [path, value] : *list) paths.push_back(path);
  }
  return FindOverlap(paths);
}

std::string ParseProjection(const std::string& text, Placeholders* p, std::vector<DocumentPath>* out) {
  Parser parser(text, p);
  *out = parser.ParsePaths();
  return parser.error().empty() ? FindOverlap(*out) : parser.error();
}

std::vector<Field> FieldsOf(const Value& map) { return map.AsStruct().value(); }

std::string TypeOf(const Value& v) {
  switch (v.type()) {
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOL";
    case Type::kInt:
    case Type::kDecimal: return "N";
    case Type::kString: return "S";
    case Type::kBlob: return "B";
    case Type::kList: return "L";
    case Type::kStringSet: return "SS";
    case Type::kNumberSet: return "NS";
    case Type::kBinarySet: return "BS";
    case Type::kStruct: return "M";
    default: return "?";
  }
}

int Order(const Value& a, const Value& b) {
  if (a.is_exact()) return Number::Compare(a.number(), b.number());
  const std::string_view x = a.bytes(), y = b.bytes();
  return std::lexicographical_compare(
             x.begin(), x.end(), y.begin(), y.end(),
             [](char p, char q) { return static_cast<unsigned char>(p) < static_cast<unsigned char>(q); })
             ? -1
             : x != y;
}

bool Same(const Value& a, const Value& b) {
  const std::string type = TypeOf(a);
  if (type != TypeOf(b) || type == "?") return false;
  if (type == "NULL") return true;
  if (type == "BOOL") return a.bool_value() == b.bool_value();
  if (Ordered(a)) return Order(a, b) == 0;
  if (type == "M") {
    const std::vector<Field> x = a.AsStruct().value(), y = b.AsStruct().value();
    return x.size() == y.size() &&
           std::all_of(x.begin(), x.end(), [&](const Field& f) { return Same(f.value, b.Get(f.name)); });
  }
  const std::vector<Value>&x = a.elements(), &y = b.elements();
  if (x.size() != y.size()) return false;
  if (type == "L") return std::equal(x.begin(), x.end(), y.begin(), Same);
  return std::all_of(x.begin(), x.end(), [&](const Value& e) {
    return std::any_of(y.begin(), y.end(), [&](const Value& f) { return Same(e, f); });
  });
}

}  // namespace parton::requests
