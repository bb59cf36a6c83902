// Positions, names, constants and errors of the AST builder.
#include "parser/ast_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/scanner.h"
#include "parton/text.h"
#include "types/status/bounds.h"

namespace parton::internal {

namespace {

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

}  // namespace

SourceMap::SourceMap(std::string_view text, uint32_t first_line) : text_(text), first_line_(first_line) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) return;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsContinuation(text[i])) offsets_.push_back(static_cast<uint32_t>(i));
  }
}

std::string_view SourceMap::Text(const antlr4::Token* t) const {
  if (t->getType() == antlr4::Token::EOF) return {};
  size_t begin = Byte(t->getStartIndex());
  return text_.substr(begin, Byte(t->getStopIndex() + 1) - begin);
}

TextSpan SourceMap::Span(const antlr4::Token* first, const antlr4::Token* last) const {
  TextSpan span;
  size_t begin = Byte(first->getStartIndex());
  size_t end = last->getType() == antlr4::Token::EOF ? text_.size() : Byte(last->getStopIndex() + 1);
  span.offset = static_cast<uint32_t>(begin);
  span.length = static_cast<uint32_t>(end > begin ? end - begin : 0);
  span.line = static_cast<uint32_t>(first->getLine()) + first_line_ - 1;
  span.column = static_cast<uint32_t>(first->getCharPositionInLine() + 1);
  return span;
}

AstBuilder::Deeper::Deeper(AstBuilder* builder, int levels, Ctx* at) : builder_(builder), levels_(levels) {
  CheckStack();
  CheckPoint();
  builder_->depth_ += levels;
  if (builder_->depth_ > kMaxDepth) {
    builder_->depth_ -= levels;
    builder_->Fail(at, fmt::format("the statement is nested deeper than {} levels", kMaxDepth));
  }
}

void AstBuilder::Fail(TextSpan span, std::string message, std::string hint) const {
  throw BuildError{Status::Syntax(std::move(message), span, std::move(hint))};
}

void AstBuilder::Fail(Ctx* at, std::string message, std::string hint) const {
  Fail(SpanOf(at), std::move(message), std::move(hint));
}

std::string_view AstBuilder::TextOf(Ctx* c) const {
  TextSpan span = SpanOf(c);
  return source_.text().substr(span.offset, span.length);
}

ast::Identifier AstBuilder::NameAt(const antlr4::Token* t) const {
  ast::Identifier name;
  name.span = source_.Span(t);
  std::string_view text = source_.Text(t);
  name.quoted = t->getType() == Grammar::QUOTED_IDENTIFIER || t->getType() == Grammar::STRING;
  name.name = name.quoted ? Unquote(text) : std::string(text);
  return name;
}

ast::Identifier AstBuilder::Name(Ctx* c) const { return NameAt(c->start); }

std::vector<ast::Identifier> AstBuilder::Names(Grammar::NameListContext* c) const {
  std::vector<ast::Identifier> names;
  for (auto* name : c->identifier()) names.push_back(Name(name));
  return names;
}

ast::QualifiedName AstBuilder::Qualified(Grammar::TableNameContext* c) const {
  ast::QualifiedName name;
  name.span = SpanOf(c);
  name.parts.push_back(Name(c->identifier()));
  for (auto* part : c->memberName()) name.parts.push_back(Name(part));
  return name;
}

std::string AstBuilder::StringOf(antlr4::tree::TerminalNode* t) const { return Unquote(TextOf(t)); }

int64_t AstBuilder::IntegerOf(antlr4::tree::TerminalNode* t) const {
  std::string_view digits = TextOf(t);
  int64_t n = 0;
  for (char c : digits) {
    if (n > 99'999'999'999'999'999) {
      Fail(source_.Span(t->getSymbol()), "the number is too large here");
    }
    n = n * 10 + (c - '0');
  }
  return n;
}

uint32_t AstBuilder::SmallIntegerOf(antlr4::tree::TerminalNode* t) const {
  int64_t n = IntegerOf(t);
  if (n > 1'000'000'000) Fail(source_.Span(t->getSymbol()), "the number is too large here");
  return static_cast<uint32_t>(n);
}

Value AstBuilder::Constant(const ast::Expr& e) const {
  if (const auto* literal = e.As<ast::Literal>()) {
    if (!literal->error.ok()) throw BuildError{literal->error};
    return literal->value;
  }
  if (const auto* word = e.As<ast::Variable>()) return Value::String(word->name.name);
  auto all = [&](const std::vector<ast::ExprPtr>& elements) {
    std::vector<Value> values;
    for (const ast::ExprPtr& element : elements) values.push_back(Constant(*element));
    return values;
  };
  if (const auto* array = e.As<ast::Array>()) return Value::List(all(array->elements));
  if (const auto* bag = e.As<ast::Bag>()) return Value::Bag(all(bag->elements));
  if (const auto* tuple = e.As<ast::Tuple>()) {
    std::vector<Field> fields;
    for (const auto& [key, value] : tuple->pairs) {
      Value name = Constant(*key);
      if (!name.is_text()) Fail(key->span, "expected a name");
      fields.push_back({std::string(name.bytes()), Constant(*value)});
    }
    return Value::Struct(std::move(fields));
  }
  Fail(e.span, "expected a constant", "options take a literal or a word");
}

Value AstBuilder::OptionValue(Grammar::OptionValueContext* c) {
  if (auto* e = c->valueExpr()) return Constant(*ValueExpr(e));
  return Value::String(TextOf(c));
}

std::vector<ast::Option> AstBuilder::Options(Grammar::OptionListContext* c) {
  std::vector<ast::Option> options;
  for (auto* o : c->option()) {
    ast::Option option;
    option.name = Name(o->identifier());
    option.span = SpanOf(o);
    if (o->ON() && !EqualsIgnoreCase(option.name.name, "CONFLICT")) {
      Fail(o->identifier(), "expected CONFLICT after ON");
    }
    option.value = o->optionValue() ? OptionValue(o->optionValue()) : Value::Bool(true);
    options.push_back(std::move(option));
  }
  return options;
}

ast::ExprPtr AstBuilder::Make(TextSpan span, decltype(ast::Expr::node) node) const {
  return std::make_unique<ast::Expr>(ast::Expr{std::move(node), span});
}

void AstBuilder::NumberParameters(ast::Statement* s) {
  std::sort(parameters_.begin(), parameters_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [offset, expr] : parameters_) {
    auto* parameter = expr->As<ast::Parameter>();
    auto known = s->parameter_names.end();
    if (!parameter->name.empty()) {
      known = std::find(s->parameter_names.begin(), s->parameter_names.end(), parameter->name);
    }
    parameter->index = static_cast<int>(known - s->parameter_names.begin());
    if (known == s->parameter_names.end()) s->parameter_names.push_back(parameter->name);
  }
  parameters_.clear();
  s->parameter_count = static_cast<int>(s->parameter_names.size());
}

}  // namespace parton::internal
