#include "planner/dynamo/expression_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "types/dynamo/type_list.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

using dynamo::Expression;
using dynamo::Node;
using dynamo::UpdateClause;
using dynamo::UpdateSection;
using Kind = Node::Kind;

constexpr size_t kMaxPathSteps = 32;
constexpr uint32_t kMaxOperators = 300;
constexpr size_t kMaxInOperands = 100;
constexpr std::string_view kOrderedTypes = "S,N,B";

struct Function {
  std::string_view name;
  size_t operands;
  bool path_first;
  bool yields_bool;
  bool in_update;
};

constexpr std::array<Function, 8> kFunctions = {{
    {"attribute_exists", 1, true, true, false},
    {"attribute_not_exists", 1, true, true, false},
    {"attribute_type", 2, false, true, false},
    {"begins_with", 2, false, true, false},
    {"contains", 2, false, true, false},
    {"size", 1, false, false, false},
    {"if_not_exists", 2, true, false, true},
    {"list_append", 2, false, false, true},
}};

const Function* FindFunction(std::string_view name) {
  const auto* it =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function& f) { return f.name == name; });
  return it == kFunctions.end() ? nullptr : it;
}

// Errors by kind; the first of each is kept, and told in this order.
enum class Problem : uint8_t {
  kParentheses,
  kUnknownFunction,
  kMisusedFunction,
  kReserved,
  kSection,
  kUndefined,
  kOperandCount,
  kSize,
  kSameOperand,
  kOperandType,
  kBounds,
  kOverlap,
  kLast,
};

std::string_view TypeWord(std::string_view code) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kWords = {{{"S", "STRING"},
                                                                                            {"N", "NUMBER"},
                                                                                            {"B", "BINARY"},
                                                                                            {"BOOL", "BOOLEAN"},
                                                                                            {"NULL", "NULL"},
                                                                                            {"L", "LIST"},
                                                                                            {"M", "MAP"},
                                                                                            {"SS", "STRING_SET"},
                                                                                            {"NS", "NUMBER_SET"},
                                                                                            {"BS", "BINARY_SET"}}};
  for (const auto& [from, to] : kWords) {
    if (from == code) return to;
  }
  return code;
}

class Checker {
 public:
  Checker(const Expression& expression, Placeholders* placeholders)
      : expression_(expression), placeholders_(*placeholders) {}

  Status Run() {
    if (expression_.redundant_parentheses) {
      Note(Problem::kParentheses, {}, "The expression has redundant parentheses;");
    }
    if (expression_.operators > kMaxOperators) {
      Note(Problem::kSize, {},
           fmt::format("The expression contains too many operators; operator count: {}", expression_.operators));
    }
    switch (expression_.kind) {
      case ExpressionKind::kProjection:
        for (const Node& path : expression_.paths) Path(path);
        Apart(expression_.paths);
        break;
      case ExpressionKind::kUpdate: Update(); break;
      default: Condition(expression_.root); break;
    }
    for (size_t i = 0; i < problems_.size(); ++i) {
      if (problems_[i].first.empty()) continue;
      return Status::Validation(fmt::format("Invalid {}: {}", ExpressionName(expression_.kind), problems_[i].first),
                                problems_[i].second);
    }
    return Status::Ok();
  }

 private:
  void Note(Problem problem, TextSpan span, std::string message) {
    auto& slot = problems_[static_cast<size_t>(problem)];
    if (slot.first.empty()) slot = {std::move(message), span};
  }

  bool in_update() const { return expression_.kind == ExpressionKind::kUpdate; }

  // The code of what the operand is known to be; empty: that depends on the item.
  std::string_view TypeOf(const Node& n) {
    if (n.kind == Kind::kValue) {
      const Value* v = placeholders_.FindValue(n.text);
      return v == nullptr ? std::string_view() : DynamoTypeCode(*v);
    }
    if (n.kind == Kind::kAdd || n.kind == Kind::kSubtract) return "N";
    if (n.kind != Kind::kCall) return {};
    return n.text == "size" ? "N" : n.text == "list_append" ? "L" : std::string_view();
  }

  void Type(std::string_view function, const Node& operand, std::string_view allowed) {
    const std::string_view type = TypeOf(operand);
    if (type.empty() || ListsType(allowed, type)) return;
    Note(Problem::kOperandType, operand.span,
         fmt::format("Incorrect operand type for operator or function; operator or function: {}, operand type: {}",
                     function, type));
  }

  void Path(const Node& n) {
    if (n.path.size() > kMaxPathSteps) {
      Note(Problem::kSize, n.span,
           fmt::format("The document path has too many nesting levels; nesting levels: {}", n.path.size()));
    }
    for (const dynamo::Step& s : n.path) {
      if (s.index >= 0) continue;
      if (s.name[0] != '#') {
        if (!IsReservedByDynamo(s.name)) continue;
        Note(Problem::kReserved, s.span,
             fmt::format("Attribute name is a reserved keyword; reserved keyword: {}", s.name));
      } else if (placeholders_.FindName(s.name) == nullptr) {
        Note(Problem::kUndefined, s.span,
             fmt::format("An expression attribute name used in the document path is not defined; attribute name: {}",
                         s.name));
      }
    }
  }

  void Constant(const Node& n) {
    if (placeholders_.FindValue(n.text) != nullptr) return;
    Note(Problem::kUndefined, n.span,
         fmt::format("An expression attribute value used in expression is not defined; attribute value: {}", n.text));
  }

  void Operand(const Node& n) {
    switch (n.kind) {
      case Kind::kPath: Path(n); return;
      case Kind::kValue: Constant(n); return;
      case Kind::kCall: Call(n, true); return;
      default:
        for (const Node& arg : n.args) Operand(arg);
        for (const Node& arg : n.args) Type(n.kind == Kind::kAdd ? "+" : "-", arg, "N");
        return;
    }
  }

  void Call(const Node& n, bool as_operand) {
    for (const Node& arg : n.args) Operand(arg);
    const Function* f = FindFunction(n.text);
    if (f == nullptr) {
      return Note(Problem::kUnknownFunction, n.span, fmt::format("Invalid function name; function: {}", n.text));
    }
    if (f->in_update != in_update()) {
      return Note(Problem::kMisusedFunction, n.span,
                  fmt::format("The function is not allowed in {} expression; function: {}",
                              in_update() ? "an update" : "a condition", n.text));
    }
    if (!in_update() && f->yields_bool == as_operand) {
      return Note(
          Problem::kMisusedFunction, n.span,
          fmt::format("The function is not allowed to be used this way in an expression; function: {}", n.text));
    }
    if (n.args.size() != f->operands) {
      return Note(Problem::kOperandCount, n.span,
                  fmt::format("Incorrect number of operands for operator or function; operator or function: {}, "
                              "number of operands: {}",
                              n.text, n.args.size()));
    }
    if (f->path_first && n.args[0].kind != Kind::kPath) {
      return Note(Problem::kOperandType, n.args[0].span,
                  fmt::format("Operator or function requires a document path; operator or function: {}", n.text));
    }
    CallOperands(n);
  }

  void CallOperands(const Node& n) {
    if (n.text == "begins_with") {
      Distinct(n.text, n.args);
      for (const Node& arg : n.args) Type(n.text, arg, "S,B");
    } else if (n.text == "contains") {
      Distinct(n.text, n.args);
      Type(n.text, n.args[0], "S,B,SS,NS,BS,L");
    } else if (n.text == "size") {
      Type(n.text, n.args[0], "S,B,SS,NS,BS,L,M");
    } else if (n.text == "list_append") {
      for (const Node& arg : n.args) Type(n.text, arg, "L");
    } else if (n.text == "attribute_type") {
      AttributeType(n);
    }
  }

  void AttributeType(const Node& n) {
    const Node& type = n.args[1];
    if (type.kind != Kind::kValue) {
      return Note(Problem::kOperandType, type.span,
                  "Incorrect operand type for operator or function; operator or function: attribute_type, operand "
                  "type: document path");
    }
    Type(n.text, type, "S");
    const Value* v = placeholders_.FindValue(type.text);
    if (v == nullptr || !v->is_text() || IsTypeName(v->bytes())) return;
    Note(Problem::kOperandType, type.span,
         fmt::format("Invalid attribute type name found; type: {}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
                     v->bytes()));
  }

  DocumentPath Resolved(const Node& n) { return ResolvePath(n, &placeholders_); }

  // The first operand must not come again.
  void Distinct(std::string_view function, const std::vector<Node>& operands) {
    if (operands[0].kind != Kind::kPath) return;
    for (size_t i = 1; i < operands.size(); ++i) {
      if (operands[i].kind != Kind::kPath) continue;
      const DocumentPath first = Resolved(operands[0]);
      if (first != Resolved(operands[i])) continue;
      Note(Problem::kSameOperand, operands[i].span,
           fmt::format("The first operand must be distinct from the remaining operands for this operator or function; "
                       "operator: {}, first operand: {}",
                       function, PathList(first)));
    }
  }

  void Condition(const Node& n) {
    switch (n.kind) {
      case Kind::kAnd:
      case Kind::kOr:
      case Kind::kNot:
        for (const Node& arg : n.args) Condition(arg);
        return;
      case Kind::kCall: Call(n, false); return;
      case Kind::kCompare: {
        for (const Node& arg : n.args) Operand(arg);
        const std::string_view op = CompareOpText(n.op);
        Distinct(op, n.args);
        if (n.op == CompareOp::kEq || n.op == CompareOp::kNe) return;
        for (const Node& arg : n.args) Type(op, arg, kOrderedTypes);
        return;
      }
      case Kind::kBetween:
        for (const Node& arg : n.args) Operand(arg);
        Distinct("BETWEEN", n.args);
        for (const Node& arg : n.args) Type("BETWEEN", arg, kOrderedTypes);
        Bounds(n);
        return;
      case Kind::kIn:
        for (const Node& arg : n.args) Operand(arg);
        Distinct("IN", n.args);
        if (n.args.size() - 1 <= kMaxInOperands) return;
        return Note(Problem::kSize, n.span,
                    fmt::format("The IN operator is provided with too many operands; number of operands: {}",
                                n.args.size() - 1));
      default: Operand(n); return;
    }
  }

  void Bounds(const Node& between) {
    if (between.args[1].kind != Kind::kValue || between.args[2].kind != Kind::kValue) return;
    const Value* low = placeholders_.FindValue(between.args[1].text);
    const Value* high = placeholders_.FindValue(between.args[2].text);
    if (low == nullptr || high == nullptr) return;
    const std::string_view type = DynamoTypeCode(*low), other = DynamoTypeCode(*high);
    std::string_view wrong;
    if (type != other) {
      wrong = "requires same data type for lower and upper bounds";
    } else if (ListsType(kOrderedTypes, type) && TotalOrder(*low, *high) > 0) {
      wrong = "requires upper bound to be greater than or equal to lower bound";
    } else {
      return;
    }
    Note(Problem::kBounds, between.span,
         fmt::format("The BETWEEN operator {}; lower bound operand: AttributeValue: {}, upper bound operand: "
                     "AttributeValue: {}",
                     wrong, Shown(*low), Shown(*high)));
  }

  // {S:abc}
  static std::string Shown(const Value& v) {
    return fmt::format("{{{}:{}}}", DynamoTypeCode(v), v.is_text() ? std::string(v.bytes()) : v.ToJson());
  }

  void Apart(const std::vector<Node>& paths) {
    std::vector<DocumentPath> resolved;
    for (const Node& n : paths) {
      resolved.push_back(Resolved(n));
      for (size_t i = 0; i + 1 < resolved.size(); ++i) {
        const Status s = CheckPathsApart(resolved[i], resolved.back());
        if (!s.ok()) return Note(Problem::kOverlap, n.span, s.message());
      }
    }
  }

  void Update() {
    if (!expression_.repeated_section.empty()) {
      Note(Problem::kSection, {},
           fmt::format("The \"{}\" section can only be used once in an update expression;",
                       expression_.repeated_section));
    }
    std::vector<Node> paths;
    for (const UpdateClause& c : expression_.clauses) {
      Path(c.path);
      if (c.value) Operand(*c.value);
      if (c.section == UpdateSection::kAdd) ClauseType("ADD", *c.value, "N,SS,NS,BS");
      if (c.section == UpdateSection::kDelete) ClauseType("DELETE", *c.value, "SS,NS,BS");
      paths.push_back(c.path);
    }
    Apart(paths);
  }

  void ClauseType(std::string_view section, const Node& value, std::string_view allowed) {
    const std::string_view type = TypeOf(value);
    if (type.empty() || ListsType(allowed, type)) return;
    Note(Problem::kOperandType, value.span,
         fmt::format("Incorrect operand type for operator or function; operator: {}, operand type: {}", section,
                     TypeWord(type)));
  }

  const Expression& expression_;
  Placeholders& placeholders_;
  std::array<std::pair<std::string, TextSpan>, static_cast<size_t>(Problem::kLast)> problems_;
};

template <typename List>
int PositionOf(const List* list, std::string_view placeholder) {
  if (list == nullptr) return -1;
  for (size_t i = 0; i < list->size(); ++i) {
    if ((*list)[i].first == placeholder) return static_cast<int>(i);
  }
  return -1;
}

template <typename List>
Status CheckUsed(const List* list, const std::vector<bool>& used, std::string_view parameter) {
  std::string unused;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) unused += (unused.empty() ? "" : ", ") + (*list)[i].first;
  }
  if (unused.empty()) return Status::Ok();
  return Status::Validation(fmt::format("Value provided in {} unused in expressions: keys: {{{}}}", parameter, unused));
}

}  // namespace

Placeholders::Placeholders(const Expressions& given)
    : names_(given.names ? &*given.names : nullptr), values_(given.values ? &*given.values : nullptr) {
  if (names_ != nullptr) used_names_.resize(names_->size());
  if (values_ != nullptr) used_values_.resize(values_->size());
}

const std::string* Placeholders::FindName(std::string_view placeholder) {
  const int at = PositionOf(names_, placeholder);
  if (at < 0) return nullptr;
  used_names_[static_cast<size_t>(at)] = true;
  return &(*names_)[static_cast<size_t>(at)].second;
}

const Value* Placeholders::FindValue(std::string_view placeholder) {
  const int at = PositionOf(values_, placeholder);
  if (at < 0) return nullptr;
  used_values_[static_cast<size_t>(at)] = true;
  return &(*values_)[static_cast<size_t>(at)].second;
}

int Placeholders::PositionOfValue(std::string_view placeholder) const { return PositionOf(values_, placeholder); }

void Placeholders::AddUsed(const std::vector<bool>& names, const std::vector<bool>& values) {
  for (size_t i = 0; i < names.size() && i < used_names_.size(); ++i) used_names_[i] = used_names_[i] || names[i];
  for (size_t i = 0; i < values.size() && i < used_values_.size(); ++i) used_values_[i] = used_values_[i] || values[i];
}

Status Placeholders::CheckAllUsed() const {
  PARTON_RETURN_IF_ERROR(CheckUsed(names_, used_names_, "ExpressionAttributeNames"));
  return CheckUsed(values_, used_values_, "ExpressionAttributeValues");
}

Status CheckDynamoExpression(const Expression& expression, Placeholders* placeholders) {
  return Checker(expression, placeholders).Run();
}

DocumentPath ResolvePath(const Node& path, Placeholders* placeholders) {
  DocumentPath out;
  for (const dynamo::Step& s : path.path) {
    PathStep step{s.name, s.index};
    if (s.index < 0 && s.name[0] == '#') {
      if (const std::string* name = placeholders->FindName(s.name)) step.name = *name;
    }
    out.push_back(std::move(step));
  }
  return out;
}

}  // namespace parton
