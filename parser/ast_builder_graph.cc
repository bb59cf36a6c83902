// Graph patterns of the AST builder.
#include <fmt/format.h>

#include "parser/ast_builder.h"
#include "parton/text.h"

namespace parton::internal {

ast::ExprPtr AstBuilder::Match(ast::ExprPtr graph, const std::vector<Grammar::GraphPatternContext*>& patterns,
                               Grammar::ExprContext* where, TextSpan span) {
  ast::GraphMatch match;
  match.graph = std::move(graph);
  for (auto* p : patterns) match.patterns.push_back(Pattern(p));
  if (where) match.where = Expr(where);
  return Make(span, std::move(match));
}

// [ANY [SHORTEST | k] | ALL SHORTEST | SHORTEST k [GROUP]] [WALK | TRAIL | ACYCLIC | SIMPLE]
void AstBuilder::PatternWords(ast::GraphPattern* p, const std::vector<Grammar::GraphWordContext*>& words) const {
  using Kind = ast::GraphSelector::Kind;
  size_t i = 0;
  auto is = [&](std::string_view word) { return i < words.size() && EqualsIgnoreCase(TextOf(words[i]), word); };
  auto number = [&] { return i < words.size() && words[i]->INTEGER(); };
  bool selected = true;
  if (is("ANY")) {
    ++i;
    p->selector.kind = Kind::kAny;
    if (is("SHORTEST")) {
      ++i;
      p->selector.kind = Kind::kAnyShortest;
    } else if (number()) {
      p->selector.kind = Kind::kAnyK;
      p->selector.k = SmallIntegerOf(words[i++]->INTEGER());
    }
  } else if (is("ALL")) {
    ++i;
    if (!is("SHORTEST")) Fail(words[0], "expected SHORTEST after ALL");
    ++i;
    p->selector.kind = Kind::kAllShortest;
  } else if (is("SHORTEST")) {
    ++i;
    if (!number()) Fail(words[i - 1], "expected a number after SHORTEST");
    p->selector.kind = Kind::kShortestK;
    p->selector.k = SmallIntegerOf(words[i++]->INTEGER());
    if (is("GROUP")) {
      ++i;
      p->selector.kind = Kind::kShortestKGroup;
    }
  } else {
    selected = false;
  }
  if (i < words.size()) {
    using R = ast::GraphRestrictor;
    if (is("WALK"))
      p->restrictor = R::kWalk;
    else if (is("TRAIL"))
      p->restrictor = R::kTrail;
    else if (is("ACYCLIC"))
      p->restrictor = R::kAcyclic;
    else if (is("SIMPLE"))
      p->restrictor = R::kSimple;
    else
      Fail(words[i], fmt::format("unknown word {} in a graph pattern", TextOf(words[i])),
           selected ? "restrictors are WALK, TRAIL, ACYCLIC and SIMPLE"
                    : "patterns may start with ANY, ALL SHORTEST, SHORTEST k, WALK, TRAIL, "
                      "ACYCLIC, SIMPLE");
    ++i;
  }
  if (i < words.size()) Fail(words[i], fmt::format("unexpected {} in a graph pattern", TextOf(words[i])));
}

ast::GraphPattern AstBuilder::Pattern(Grammar::GraphPatternContext* c) {
  ast::GraphPattern p;
  p.span = SpanOf(c);
  PatternWords(&p, c->graphWord());
  p.variable = OptionalName(c->alias());
  for (auto* e : c->graphElement()) p.elements.push_back(Element(e));
  return p;
}

ast::GraphElement AstBuilder::Element(Grammar::GraphElementContext* c) {
  if (auto* n = c->graphNode()) {
    ast::GraphNode node;
    Filler(&node, n->graphFiller());
    return node;
  }
  if (c->graphEdge()) {
    ast::GraphEdge edge = Edge(c->graphEdge());
    edge.quantifier = Quantifier(c->graphQuantifier());
    return edge;
  }
  Deeper deeper(this, 1, c);
  ast::GraphGroup group;
  group.pattern = std::make_unique<ast::GraphPattern>(Pattern(c->graphPattern()));
  if (c->expr()) group.pattern->where = Expr(c->expr());
  group.quantifier = Quantifier(c->graphQuantifier());
  return group;
}

ast::GraphEdge AstBuilder::Edge(Grammar::GraphEdgeContext* c) {
  ast::GraphEdge edge;
  const bool tilde = !c->TILDE().empty();
  edge.left = c->LT() != nullptr;
  edge.right = c->GT() != nullptr;
  edge.undirected = tilde;
  if (edge.left && edge.right && tilde) {
    Fail(c, "an edge pattern cannot be <~>", "the seven kinds are <- ~ -> <~ ~> <-> -");
  }
  if (!tilde && !edge.left && !edge.right) edge.left = edge.right = edge.undirected = true;
  if (c->graphFiller()) Filler(&edge, c->graphFiller());
  return edge;
}

template <typename Part>
void AstBuilder::Filler(Part* part, Grammar::GraphFillerContext* c) {
  part->variable = OptionalName(c->identifier());
  if (c->graphLabel()) part->label = std::make_unique<ast::LabelExpr>(Label(c->graphLabel()));
  if (c->expr()) part->where = Expr(c->expr());
}

std::optional<ast::GraphQuantifier> AstBuilder::Quantifier(Grammar::GraphQuantifierContext* c) const {
  if (!c) return std::nullopt;
  ast::GraphQuantifier q;
  if (c->STAR()) return q;
  if (c->PLUS()) {
    q.min = 1;
    return q;
  }
  auto bounds = c->INTEGER();
  if (!c->COMMA()) {
    if (bounds.empty()) Fail(c, "expected a number between { and }");
    q.min = SmallIntegerOf(bounds[0]);
    q.max = q.min;
    return q;
  }
  for (auto* bound : bounds) {
    bool lower = bound->getSymbol()->getTokenIndex() < c->COMMA()->getSymbol()->getTokenIndex();
    if (lower)
      q.min = SmallIntegerOf(bound);
    else
      q.max = SmallIntegerOf(bound);
  }
  if (q.max && *q.max < q.min) Fail(c, "the upper bound of a quantifier is below the lower one");
  return q;
}

ast::LabelExpr AstBuilder::Label(Grammar::GraphLabelContext* c) const {
  auto all = [](ast::LabelExpr::Kind kind, std::vector<ast::LabelExpr> parts) {
    if (parts.size() == 1) return std::move(parts[0]);
    ast::LabelExpr label;
    label.kind = kind;
    label.operands = std::move(parts);
    return label;
  };
  std::vector<ast::LabelExpr> terms;
  for (auto* t : c->graphLabelTerm()) {
    std::vector<ast::LabelExpr> factors;
    for (auto* f : t->graphLabelFactor()) factors.push_back(Factor(f));
    terms.push_back(all(ast::LabelExpr::Kind::kAnd, std::move(factors)));
  }
  return all(ast::LabelExpr::Kind::kOr, std::move(terms));
}

ast::LabelExpr AstBuilder::Factor(Grammar::GraphLabelFactorContext* c) const {
  if (c->graphLabel()) return Label(c->graphLabel());
  ast::LabelExpr label;
  if (c->BANG()) {
    label.kind = ast::LabelExpr::Kind::kNot;
    label.operands.push_back(Factor(c->graphLabelFactor()));
  } else if (c->PERCENT()) {
    label.kind = ast::LabelExpr::Kind::kAny;
  } else {
    label.name = Name(c->identifier());
  }
  return label;
}

}  // namespace parton::internal
