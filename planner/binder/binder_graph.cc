// MATCH: graph patterns to programs of the matcher.
//
// A WHERE may name every variable of the MATCH. It is tested as soon as what it reads is bound;
// inside of a repeated part its variables mean this round's elements, outside the lists of all
// rounds.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "planner/binder/binder_internal.h"
#include "planner/plan/graph_pattern.h"

namespace parton::binder {

namespace {

using Kind = GraphVariable::Kind;

GraphLabel CopyLabel(const ast::LabelExpr& label) {
  GraphLabel copy;
  copy.kind = label.kind;
  copy.name = label.name.name;
  for (const ast::LabelExpr& operand : label.operands) copy.operands.push_back(CopyLabel(operand));
  return copy;
}

std::optional<GraphLabel> CopyLabel(const std::unique_ptr<ast::LabelExpr>& label) {
  if (label == nullptr) return std::nullopt;
  return CopyLabel(*label);
}

bool Bounded(const std::optional<ast::GraphQuantifier>& q) { return !q || q->max.has_value(); }

}  // namespace

// Collects the variables first, then writes the program.
class GraphCompiler {
 public:
  // Binds an expression with the pattern's variables in scope.
  using BindCondition = std::function<Result<ExprPtr>(const ast::Expr&)>;

  GraphCompiler(std::function<int()> new_slot, TextSpan span) : new_slot_(std::move(new_slot)), span_(span) {}

  Status Declare(const ast::GraphPattern& pattern, bool repeated, int group) {
    for (const ast::GraphElement& element : pattern.elements) {
      if (const auto* node = std::get_if<ast::GraphNode>(&element)) {
        PARTON_RETURN_IF_ERROR(Declare(node->variable, Kind::kNode, repeated, group));
      } else if (const auto* edge = std::get_if<ast::GraphEdge>(&element)) {
        bool own = edge->quantifier.has_value();
        PARTON_RETURN_IF_ERROR(Declare(edge->variable, Kind::kEdge, repeated || own, own ? ++groups_ : group));
      } else {
        const auto& inner = std::get<ast::GraphGroup>(element);
        bool own = inner.quantifier.has_value();
        PARTON_RETURN_IF_ERROR(Declare(*inner.pattern, repeated || own, own ? ++groups_ : group));
      }
    }
    if (!Written(pattern.variable)) return Status::Ok();
    if (repeated) {
      return Status::Unsupported("a path variable inside of a repeated part", pattern.variable.span);
    }
    return Declare(pattern.variable, Kind::kPath, false, group);
  }

  Status Compile(const ast::GraphPattern& path, const BindCondition& bind) {
    bind_ = &bind;
    const ast::GraphSelector& selector = path.selector;
    size_t begin = program().size();
    program().push_back(GraphPattern::Begin{selector, 0, false});
    selected_ = selector.kind != ast::GraphSelector::Kind::kNone;
    endless_ = false;
    finite_ = false;
    PARTON_RETURN_IF_ERROR(Sequence(path));
    bool prune = Memoryless(begin);
    if (endless_ && !prune) {
      return Status::Validation("a condition on an unbounded repetition may match endless paths", span_,
                                "write TRAIL, ACYCLIC or SIMPLE before the pattern, or put the "
                                "condition into the WHERE of the whole");
    }
    auto& written = std::get<GraphPattern::Begin>(program()[begin]);
    written.end = program().size();
    written.prune = prune;
    program().push_back(GraphPattern::End{Find(path.variable)});
    if (int v = Find(path.variable); v >= 0) bound_.insert(v);
    return PlaceChecks();
  }

  // The WHERE of the whole MATCH; and what could not be tested before.
  Status Finish(const ast::Expr* where, const BindCondition& bind) {
    bind_ = &bind;
    if (where != nullptr) PARTON_RETURN_IF_ERROR(Where(*where));
    PARTON_RETURN_IF_ERROR(PlaceChecks());
    if (waiting_.empty()) return Status::Ok();
    return Status::Internal("a condition of the pattern reads a variable that is never bound");
  }

  GraphPattern& pattern() { return pattern_; }
  std::vector<ExprPtr>& conditions() { return conditions_; }

 private:
  std::vector<GraphPattern::Instruction>& program() { return pattern_.program; }

  Status Declare(const ast::Identifier& name, Kind kind, bool repeated, int group) {
    if (!Written(name)) return Status::Ok();
    if (int known = Find(name); known >= 0) {
      const GraphVariable& v = pattern_.variables[static_cast<size_t>(known)];
      if (v.kind != kind || kind == Kind::kPath) {
        return Status::Validation(fmt::format("the variable \"{}\" stands for two different things", name.name),
                                  name.span);
      }
      if (group_of_[static_cast<size_t>(known)] != group) {
        return Status::Validation(
            fmt::format("the variable \"{}\" stands both inside and outside of a repeated part", name.name), name.span);
      }
      return Status::Ok();
    }
    pattern_.variables.push_back({name.name, kind, new_slot_(), repeated});
    group_of_.push_back(group);
    return Status::Ok();
  }

  int Find(const ast::Identifier& name) const {
    if (!Written(name)) return -1;
    for (size_t i = 0; i < pattern_.variables.size(); ++i) {
      if (SameName(pattern_.variables[i].name, name)) return static_cast<int>(i);
    }
    return -1;
  }

  Status Sequence(const ast::GraphPattern& pattern) {
    bool restricted =
        pattern.restrictor != ast::GraphRestrictor::kNone && pattern.restrictor != ast::GraphRestrictor::kWalk;
    bool was_finite = finite_;
    if (restricted) {
      finite_ = true;
      program().push_back(GraphPattern::Restrict{pattern.restrictor});
    }
    for (const ast::GraphElement& element : pattern.elements) {
      PARTON_RETURN_IF_ERROR(std::visit([&](const auto& e) { return Element(e); }, element));
    }
    if (restricted) program().push_back(GraphPattern::Unrestrict{});
    finite_ = was_finite;
    if (pattern.where != nullptr) PARTON_RETURN_IF_ERROR(Where(*pattern.where));
    return PlaceChecks();
  }

  Status Element(const ast::GraphNode& node) {
    int variable = Find(node.variable);
    program().push_back(GraphPattern::Node{variable, CopyLabel(node.label)});
    if (variable >= 0) bound_.insert(variable);
    if (node.where != nullptr) PARTON_RETURN_IF_ERROR(Where(*node.where));
    return PlaceChecks();
  }

  Status Element(const ast::GraphEdge& edge) {
    return Repeated(edge.quantifier, [&]() -> Status {
      int variable = Find(edge.variable);
      program().push_back(GraphPattern::Edge{edge.left, edge.undirected, edge.right, variable, CopyLabel(edge.label)});
      if (variable >= 0) bound_.insert(variable);
      if (edge.where != nullptr) PARTON_RETURN_IF_ERROR(Where(*edge.where));
      return PlaceChecks();
    });
  }

  Status Element(const ast::GraphGroup& group) {
    return Repeated(group.quantifier, [&] { return Sequence(*group.pattern); });
  }

  template <typename Part>
  Status Repeated(const std::optional<ast::GraphQuantifier>& q, Part part) {
    if (!q.has_value()) return part();
    if (q->max.has_value() && *q->max < q->min) {
      return Status::Validation("a repetition's upper bound is less than its lower bound", span_);
    }
    if (!Bounded(q) && !finite_ && !selected_) {
      return Status::Validation("an unbounded repetition may match endless paths", span_,
                                "write TRAIL, ACYCLIC or SIMPLE, or ANY SHORTEST or ALL SHORTEST, before the pattern");
    }
    size_t begin = program().size();
    GraphPattern::Repeat repeat;
    repeat.min = q->min;
    repeat.max = q->max;
    if (!Bounded(q) && !finite_) endless_ = true;
    program().push_back(repeat);
    std::set<int> before = bound_;
    std::vector<Waiting> outer = std::move(waiting_);
    waiting_.clear();
    PARTON_RETURN_IF_ERROR(part());
    if (!waiting_.empty()) {
      return Status::Validation("a condition inside of a repeated part reads a variable that is matched later",
                                waiting_[0].span, "put it into the WHERE of the whole pattern");
    }
    waiting_ = std::move(outer);
    program().push_back(GraphPattern::RepeatEnd{begin});
    auto& written = std::get<GraphPattern::Repeat>(program()[begin]);
    written.end = program().size();
    std::set_difference(bound_.begin(), bound_.end(), before.begin(), before.end(),
                        std::back_inserter(written.variables));
    return PlaceChecks();
  }

  Status Where(const ast::Expr& e) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr condition, (*bind_)(e));
    Waiting w;
    w.condition = static_cast<int>(conditions_.size());
    w.span = e.span;
    for (int slot : SlotsRead(*condition)) {
      for (size_t i = 0; i < pattern_.variables.size(); ++i) {
        if (pattern_.variables[i].slot == slot) w.reads.insert(static_cast<int>(i));
      }
    }
    conditions_.push_back(std::move(condition));
    waiting_.push_back(std::move(w));
    return Status::Ok();
  }

  // Tests here what can be tested by now.
  Status PlaceChecks() {
    GraphPattern::Check check;
    std::set<int> reads;
    std::erase_if(waiting_, [&](const Waiting& w) {
      if (!std::includes(bound_.begin(), bound_.end(), w.reads.begin(), w.reads.end())) return false;
      check.conditions.push_back(w.condition);
      reads.insert(w.reads.begin(), w.reads.end());
      return true;
    });
    check.variables.assign(reads.begin(), reads.end());
    if (!check.conditions.empty()) program().push_back(std::move(check));
    return Status::Ok();
  }

  // Whether the path's program from `begin` on has no restrictor and no condition on the lists of a
  // repetition.
  bool Memoryless(size_t begin) {
    size_t depth = 0;
    for (size_t i = begin; i < program().size(); ++i) {
      if (std::holds_alternative<GraphPattern::Restrict>(program()[i])) return false;
      if (std::holds_alternative<GraphPattern::Repeat>(program()[i])) ++depth;
      if (std::holds_alternative<GraphPattern::RepeatEnd>(program()[i])) --depth;
      const auto* check = std::get_if<GraphPattern::Check>(&program()[i]);
      if (check == nullptr) continue;
      for (int v : check->variables) {
        // Inside of one repetition its variables are this round's; in a nest of them they may be
        // lists.
        if (pattern_.variables[static_cast<size_t>(v)].repeated && depth != 1) return false;
      }
    }
    return true;
  }

  struct Waiting {
    int condition = 0;
    std::set<int> reads;
    TextSpan span;
  };

  std::function<int()> new_slot_;
  TextSpan span_;
  GraphPattern pattern_;
  std::vector<int> group_of_;  // per variable: the innermost repeated part it stands in
  std::vector<ExprPtr> conditions_;
  const BindCondition* bind_ = nullptr;
  std::set<int> bound_;
  std::vector<Waiting> waiting_;
  int groups_ = 0;
  bool finite_ = false;
  bool selected_ = false;
  bool endless_ = false;  // a repetition that only the selector ends
};

Result<BoundQuery> Binder::BindGraph(const ast::GraphMatch& match, TextSpan span) {
  Plan::GraphMatch node;
  PARTON_ASSIGN_OR_RETURN(node.graph, BindCollection(*match.graph));
  GraphCompiler compiler([this] { return NewSlot(); }, span);
  for (const ast::GraphPattern& p : match.patterns) PARTON_RETURN_IF_ERROR(compiler.Declare(p, false, 0));

  Scope scope;
  scope.outer = scopes_.top;
  for (const GraphVariable& v : compiler.pattern().variables) {
    Variable variable;
    variable.name = v.name;
    variable.kind = Variable::Kind::kLet;
    variable.value = SlotRef(v.slot, v.name);
    scope.variables.push_back(std::move(variable));
    node.variables.emplace_back(v.name, v.slot);
  }
  {
    Restore<const Scope*> inner(&scopes_.top, &scope);
    Restore<Block*> no_aggregates(&block_, nullptr);
    GraphCompiler::BindCondition bind = [this](const ast::Expr& e) { return BindExpr(e); };
    for (const ast::GraphPattern& p : match.patterns) PARTON_RETURN_IF_ERROR(compiler.Compile(p, bind));
    PARTON_RETURN_IF_ERROR(compiler.Finish(match.where.get(), bind));
  }
  node.conditions = std::move(compiler.conditions());
  node.pattern = std::make_shared<const GraphPattern>(std::move(compiler.pattern()));

  BoundQuery q;
  Expr::MakeStruct row;
  for (const auto& [name, slot] : node.variables) {
    row.parts.push_back({MakeExpr(Expr::Literal{Value::String(name)}), SlotRef(slot, name, span), 0});
  }
  PlanPtr plan = MakePlan(std::move(node), {MakePlan(Plan::Once{})});
  q.query.slot = NewSlot();
  q.query.root = MakePlan(Plan::Compute{{SlotExpr{q.query.slot, MakeExpr(std::move(row), span)}}}, {std::move(plan)});
  q.query.span = span;
  q.tuple = true;
  return q;
}

}  // namespace parton::binder
