// Parse tree to syntax tree. Internal to parser/: the only header that sees the grammar's classes.
//
// The tree is known to be without syntax errors. Errors that the grammar cannot express (words that are no keywords,
// depth, impossible combinations) throw BuildError, which
// parser.cc catches. Left-recursive chains are walked with loops; recursion is bounded by
// kMaxDepth.
#ifndef PARTON_PARSER_AST_BUILDER_H_
#define PARTON_PARSER_AST_BUILDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PartonParser.h"
#include "parser/ast.h"
#include "parser/parser.h"

namespace parton::internal {

using Grammar = grammar::PartonParser;

struct BuildError {
  Status status;
};

// Code point positions, as the lexer counts them, to bytes.
class SourceMap {
 public:
  // Lines are counted from `first_line` on.
  explicit SourceMap(std::string_view text, uint32_t first_line = 1);

  size_t Byte(size_t code_point) const {
    if (offsets_.empty()) return code_point < text_.size() ? code_point : text_.size();
    return code_point < offsets_.size() ? offsets_[code_point] : text_.size();
  }
  std::string_view text() const { return text_; }
  std::string_view Text(const antlr4::Token* t) const;
  // From the first byte of `first` to the last one of `last`.
  TextSpan Span(const antlr4::Token* first, const antlr4::Token* last) const;
  TextSpan Span(const antlr4::Token* t) const { return Span(t, t); }

 private:
  std::string_view text_;
  uint32_t first_line_;
  std::vector<uint32_t> offsets_;  // empty: all ASCII
};

class AstBuilder {
 public:
  explicit AstBuilder(const SourceMap& source) : source_(source) {}

  // Throws BuildError.
  ast::Script Script(Grammar::ScriptContext* c);
  // Parts of the statement *s. Its parameters are numbered on.
  std::vector<ast::UpdateAction> UpdatePart(Grammar::UpdatePartContext* c, ast::Statement* s);
  ast::ExprPtr ConditionPart(Grammar::ConditionPartContext* c, ast::Statement* s);
  std::vector<ast::ExprPtr> PathsPart(Grammar::PathsPartContext* c);

 private:
  using Ctx = antlr4::ParserRuleContext;

  // Adds to the depth of the tree while it lives.
  class Deeper {
   public:
    Deeper(AstBuilder* builder, int levels, Ctx* at);
    ~Deeper() { builder_->depth_ -= levels_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    AstBuilder* builder_;
    int levels_;
  };

  // ---- ast_builder.cc: names, constants, errors ----
  [[noreturn]] void Fail(TextSpan span, std::string message, std::string hint = {}) const;
  [[noreturn]] void Fail(Ctx* at, std::string message, std::string hint = {}) const;
  TextSpan SpanOf(Ctx* c) const { return source_.Span(c->start, c->stop ? c->stop : c->start); }
  std::string_view TextOf(Ctx* c) const;
  std::string_view TextOf(antlr4::tree::TerminalNode* t) const { return source_.Text(t->getSymbol()); }
  static bool Has(Ctx* c, size_t token) { return c->getToken(token, 0) != nullptr; }

  ast::Identifier NameAt(const antlr4::Token* t) const;
  // Of identifier, alias, callable, memberName, typeName: rules of one token.
  ast::Identifier Name(Ctx* c) const;
  ast::Identifier OptionalName(Ctx* c) const { return c ? Name(c) : ast::Identifier(); }
  std::vector<ast::Identifier> Names(Grammar::NameListContext* c) const;
  ast::QualifiedName Qualified(Grammar::TableNameContext* c) const;
  std::string StringOf(antlr4::tree::TerminalNode* t) const;
  // Error: beyond 18 digits.
  int64_t IntegerOf(antlr4::tree::TerminalNode* t) const;
  uint32_t SmallIntegerOf(antlr4::tree::TerminalNode* t) const;
  Value Constant(const ast::Expr& e) const;
  Value OptionValue(Grammar::OptionValueContext* c);
  std::vector<ast::Option> Options(Grammar::OptionListContext* c);
  ast::ExprPtr Make(TextSpan span, decltype(ast::Expr::node) node) const;
  void NumberParameters(ast::Statement* s);

  // ---- ast_builder_expr.cc ----
  ast::ExprPtr Expr(Grammar::ExprContext* c);
  ast::ExprPtr Predicate(ast::ExprPtr left, Grammar::PredicateContext* c, const antlr4::Token* first);
  // With ANY, SOME and ALL.
  ast::ExprPtr Comparison(CompareOp op, ast::ExprPtr left, Grammar::PredicateContext* c, TextSpan span);
  ast::ExprPtr Haystack(Grammar::ValueExprContext* c);
  ast::ExprPtr ValueExpr(Grammar::ValueExprContext* c);
  ast::ExprPtr Steps(Grammar::ValueExprContext* c);
  ast::ExprPtr Signed(UnaryOp op, ast::ExprPtr operand, TextSpan span);
  ast::ExprPtr Atom(Grammar::AtomContext* c);
  ast::ExprPtr Word(const antlr4::Token* t);
  ast::ExprPtr Call(ast::Identifier name, Grammar::ArgumentsContext* c, TextSpan span);
  void CallTail(ast::Call* call, Grammar::CallTailContext* c);
  ast::ExprPtr Parens(Grammar::ParensContext* c);
  ast::ExprPtr Pair(Grammar::PairContext* c);
  ast::ExprPtr CaseOf(Grammar::AtomContext* c);
  ast::ExprPtr CastOf(Grammar::AtomContext* c);
  ast::ExprPtr TrimOf(Grammar::AtomContext* c);
  // substring, overlay, position: the arguments in order.
  ast::ExprPtr Special(std::string name, Grammar::AtomContext* c);
  ast::ExprPtr Tuple(Grammar::AtomContext* c);
  template <typename Node>
  ast::ExprPtr Elements(Grammar::AtomContext* c);
  ast::WindowSpec Window(Grammar::WindowSpecContext* c);
  ast::FrameBound Bound(Grammar::FrameBoundContext* c);
  // A query as a value.
  ast::ExprPtr Subquery(ast::QueryPtr query);

  // ---- ast_builder_literal.cc ----
  ast::ExprPtr Number(const antlr4::Token* t, ast::Literal::Kind kind);
  ast::ExprPtr Binary(const antlr4::Token* t);
  ast::ExprPtr Ion(const antlr4::Token* t);
  ast::ExprPtr DateLiteral(Grammar::AtomContext* c);
  ast::ExprPtr TimeLiteral(Grammar::AtomContext* c, bool timestamp);
  ast::ExprPtr IntervalLiteral(Grammar::AtomContext* c);
  Status Qualifier(Grammar::IntervalQualifierContext* c, IntervalQualifier* out) const;
  ast::TypeName Type(Grammar::TypeContext* c) const;

  // ---- ast_builder_query.cc ----
  ast::QueryPtr Query(Grammar::QueryContext* c);
  ast::QueryPtr Query(Grammar::KeywordQueryContext* c);
  // The rest of a query around its first operand.
  ast::QueryPtr Rest(ast::QueryPtr first, Grammar::WithContext* with, Grammar::QueryRestContext* c,
                     const antlr4::Token* start);
  ast::QueryPtr SetOperations(ast::QueryPtr first, Grammar::QueryRestContext* c);
  ast::QueryPtr Primary(Grammar::QueryPrimaryContext* c);
  ast::QueryPtr SelectQuery(Grammar::SelectContext* c);
  ast::QueryPtr Combine(ast::QueryPtr left, Grammar::SetOpContext* sign, ast::QueryPtr right) const;
  ast::QueryPtr Primary(Grammar::KeywordPrimaryContext* c);
  // An expression as an operand or as a whole query.
  ast::QueryPtr OfExpr(Grammar::ExprContext* c);
  ast::ExcludePath Exclude(Grammar::ExcludePathContext* c) const;
  void FromWhere(ast::Select* s, Grammar::FromWhereContext* c);
  void Fetch(ast::Query* q, Grammar::FetchContext* c);
  std::unique_ptr<ast::GroupBy> GroupBy(Grammar::GroupByContext* c);
  using KeySets = std::vector<std::vector<size_t>>;
  std::vector<ast::ExprPtr> Row(ast::ExprPtr e) const;
  KeySets Crossed(const KeySets& a, const KeySets& b, TextSpan span) const;
  KeySets GroupingSets(std::vector<ast::ExprPtr> elements, ast::GroupBy* group);
  std::vector<size_t> AddKeys(std::vector<ast::ExprPtr> keys, const ast::Identifier& as, ast::GroupBy* group);
  // Whether an empty list was written ().
  bool IsParens(const ast::Expr& e) const { return source_.text()[e.span.offset] == '('; }
  KeySets GroupingElement(ast::ExprPtr e, ast::Identifier as, ast::GroupBy* group, bool* sets);
  ast::FromPtr From(Grammar::FromItemContext* c);
  ast::FromPtr Primary(Grammar::FromPrimaryContext* c);
  ast::FromPtr Joins(ast::FromPtr left, const std::vector<Grammar::JoinTailContext*>& tails);
  // The join inside parentheses, or null if they hold an expression.
  ast::FromPtr FromParens(Grammar::ParensContext* c);
  void FromNames(ast::FromSource* s, Grammar::FromNamesContext* c) const;
  std::vector<ast::OrderItem> OrderBy(Grammar::OrderByContext* c);
  // The parentheses an expression consists of, or null.
  static Grammar::ParensContext* PureParens(Grammar::ExprContext* c);
  static Grammar::ParensContext* PureParens(Grammar::ValueExprContext* c);
  // Whether parentheses hold one expression and nothing else.
  static bool HoldsExpr(Grammar::ParensContext* c);
  // The query within (any number of) parentheses that is more than an expression, or null.
  ast::QueryPtr ParensQuery(Grammar::ParensContext* c);

  // ---- ast_builder_graph.cc ----
  ast::ExprPtr Match(ast::ExprPtr graph, const std::vector<Grammar::GraphPatternContext*>& patterns,
                     Grammar::ExprContext* where, TextSpan span);
  ast::GraphPattern Pattern(Grammar::GraphPatternContext* c);
  void PatternWords(ast::GraphPattern* p, const std::vector<Grammar::GraphWordContext*>& words) const;
  ast::GraphElement Element(Grammar::GraphElementContext* c);
  ast::GraphEdge Edge(Grammar::GraphEdgeContext* c);
  template <typename Part>
  void Filler(Part* part, Grammar::GraphFillerContext* c);
  std::optional<ast::GraphQuantifier> Quantifier(Grammar::GraphQuantifierContext* c) const;
  ast::LabelExpr Label(Grammar::GraphLabelContext* c) const;
  ast::LabelExpr Factor(Grammar::GraphLabelFactorContext* c) const;

  // ---- ast_builder_statement.cc, ast_builder_ddl.cc ----
  ast::Statement Statement(Grammar::StatementContext* c);
  ast::StatementPtr Advisable(Grammar::AdvisableContext* c);
  ast::Statement OfQuery(Grammar::QueryStatementContext* c);
  ast::Insert Insert(Grammar::InsertStatementContext* c);
  ast::Update Update(Grammar::UpdateStatementContext* c);
  ast::Update Update(Grammar::FromUpdateContext* c);
  ast::Delete Delete(Grammar::DeleteStatementContext* c);
  std::vector<ast::UpdateAction> Actions(const std::vector<Grammar::UpdateActionContext*>& actions);
  ast::ExprPtr Target(Ctx* whole, Grammar::IdentifierContext* root,
                      const std::vector<Grammar::UpdateStepContext*>& steps);
  ast::StatementTail Tail(const std::vector<Grammar::StatementTailContext*>& tails);
  decltype(ast::Statement::node) Show(Grammar::ShowContext* c) const;
  decltype(ast::Statement::node) Transaction(Grammar::TransactionContext* c) const;
  decltype(ast::Statement::node) Copy(Grammar::CopyContext* c);
  ast::Explain Explain(Grammar::ExplainContext* c);
  ast::SetOption SetOption(Grammar::SetOptionContext* c);
  ast::Import Import(Grammar::ImportTableContext* c);
  ast::CreateTable CreateTable(Grammar::CreateTableContext* c);
  ast::CreateIndex CreateIndex(Grammar::CreateIndexContext* c);
  ast::CreateTrigger CreateTrigger(Grammar::CreateTriggerContext* c);
  ast::AlterTrigger AlterTrigger(Grammar::AlterTriggerContext* c) const;
  decltype(ast::Statement::node) AlterTable(Grammar::AlterTableContext* c);
  std::vector<ast::AlterTable::IndexChange> IndexChanges(Grammar::UpdateIndexesContext* c);
  void Clause(ast::CreateTable* table, Grammar::TableClauseContext* c);
  // Any of tableClause's and setClause's alternatives that say something about the table alone.
  void CommonClause(ast::TableClauses* out, Ctx* c) const;
  bool IfExists(const std::vector<Grammar::TableOptionContext*>& options, bool negated) const;
  ast::ColumnType Column(Grammar::ColumnTypeContext* c) const;
  std::vector<ast::KeyPart> Key(Grammar::KeyPartsContext* c) const;
  void Project(ast::IndexDefinition* index, Grammar::ProjectionContext* c) const;
  ast::IndexClauses IndexClauses(const std::vector<Grammar::IndexClauseContext*>& clauses);
  ast::IndexDefinition NamedIndex(Grammar::NamedIndexContext* c, IndexKind kind);
  ast::Billing BillingOf(Grammar::BillingContext* c, std::optional<ast::Billing> before) const;
  std::pair<std::optional<int64_t>, std::optional<int64_t>> Capacity(Grammar::CapacityContext* c) const;
  Throughput ThroughputOf(Grammar::CapacityContext* c) const;

  const SourceMap& source_;
  int depth_ = 0;
  std::vector<std::pair<uint32_t, ast::Expr*>> parameters_;  // by offset, of the current statement
};

}  // namespace parton::internal

#endif  // PARTON_PARSER_AST_BUILDER_H_
