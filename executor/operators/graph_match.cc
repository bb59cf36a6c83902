// Graph pattern matching: a machine that runs a GraphPattern's program and goes back on failure.
//
// The machine's state is small and is copied at each choice, so that going back is taking the copy.
// A path with a selector (ANY SHORTEST, ...) is matched to its end by a machine of its own, whose
// results are then chosen from.
#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "executor/operators/graph.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "planner/plan/graph_pattern.h"

namespace parton {

namespace {

using Instruction = GraphPattern::Instruction;
using Kind = GraphVariable::Kind;

struct Binding {
  bool bound = false;
  bool many = false;  // `elements` are those of all rounds, or a path's nodes and edges in turn
  int element = -1;
  std::vector<int> elements;
};

struct Loop {
  size_t begin = 0;  // of its Repeat
  uint32_t count = 0;
  size_t length = 0;                     // of the path when the round began
  std::vector<std::vector<int>> rounds;  // per variable of the Repeat
};

struct Scope {
  ast::GraphRestrictor restrictor;
  size_t start;  // position in the path
};

struct State {
  size_t pc = 0;
  std::vector<int> path;  // node, edge, node, ...; empty between paths
  std::vector<Binding> bindings;
  std::vector<Loop> loops;
  std::vector<Scope> scopes;
};

bool Has(const std::vector<std::string>& labels, const GraphLabel& wanted) {
  auto has = [&](const GraphLabel& operand) { return Has(labels, operand); };
  switch (wanted.kind) {
    case ast::LabelExpr::Kind::kName: return std::find(labels.begin(), labels.end(), wanted.name) != labels.end();
    case ast::LabelExpr::Kind::kAny: return !labels.empty();
    case ast::LabelExpr::Kind::kNot: return !has(wanted.operands[0]);
    case ast::LabelExpr::Kind::kAnd: return std::all_of(wanted.operands.begin(), wanted.operands.end(), has);
    case ast::LabelExpr::Kind::kOr: return std::any_of(wanted.operands.begin(), wanted.operands.end(), has);
  }
  return false;
}

bool Fits(const Graph::Element& element, const std::optional<GraphLabel>& label) {
  return !label.has_value() || Has(element.labels, *label);
}

// Whether the path, which an edge and a node were just added to, keeps to the restrictor.
bool Keeps(const Scope& scope, const std::vector<int>& path) {
  size_t last = path.size() - 1;
  switch (scope.restrictor) {
    case ast::GraphRestrictor::kTrail:
      for (size_t i = scope.start + 1; i + 1 < last; i += 2) {
        if (path[i] == path[last - 1]) return false;
      }
      return true;
    case ast::GraphRestrictor::kAcyclic:
      for (size_t i = scope.start; i < last; i += 2) {
        if (path[i] == path[last]) return false;
      }
      return true;
    case ast::GraphRestrictor::kSimple:
      // Only the first node may come again, and then nothing after it.
      for (size_t i = scope.start + 2; i < last; i += 2) {
        if (path[i] == path[last] || path[i] == path[scope.start]) return false;
      }
      return true;
    case ast::GraphRestrictor::kNone:
    case ast::GraphRestrictor::kWalk: break;
  }
  return true;
}

class Machine {
 public:
  // Runs from `start` (whose pc is the first instruction) until just before `end`.
  Machine(const Plan::GraphMatch& node, const Graph& graph, ExecutionContext& ctx, State start, size_t end)
      : node_(node), graph_(graph), ctx_(ctx), end_(end) {
    Choice first;
    first.state = std::move(start);
    first.kind = Choice::Kind::kJump;
    first.targets = {static_cast<int>(first.state.pc)};
    choices_.push_back(std::move(first));
  }

  // The next match; null at the end and on failure. Valid until the next call.
  const State* Next() {
    while (TakeChoice()) {
      if (Run()) return &state_;
      if (ctx_.failed()) return nullptr;
    }
    return nullptr;
  }

 private:
  // The choices left to try from a state.
  struct Choice {
    enum class Kind : uint8_t {
      kJump,   // targets: program counters
      kStart,  // targets: nodes
      kStep,   // targets: edges and the nodes at their other ends, in turn
      kPath,   // `matched`
    } kind = Kind::kJump;
    State state;
    std::vector<int> targets;
    std::vector<State> matched;
    size_t next = 0;
  };

  // Goes back to the last choice and takes its next alternative. False: there is none.
  bool TakeChoice() {
    while (!choices_.empty()) {
      if (!ctx_.Tick()) return false;
      Choice& c = choices_.back();
      size_t width = c.kind == Choice::Kind::kStep ? 2 : 1;
      size_t count = c.kind == Choice::Kind::kPath ? c.matched.size() : c.targets.size();
      if (c.next >= count) {
        choices_.pop_back();
        continue;
      }
      size_t i = c.next;
      c.next += width;
      Choice taken;  // keeps what is used below alive if the choice is spent
      Choice* from = &c;
      if (c.next >= count) {
        taken = std::move(c);
        choices_.pop_back();
        state_ = std::move(taken.state);
        from = &taken;
      } else {
        state_ = c.state;
      }
      if (Apply(*from, i)) return true;
    }
    return false;
  }

  bool Apply(Choice& c, size_t i) {
    switch (c.kind) {
      case Choice::Kind::kJump:
        state_.pc = static_cast<size_t>(c.targets[i]);
        // Into a repeated part: its variables are bound anew.
        if (const auto* repeat = Previous<GraphPattern::Repeat>()) {
          if (state_.pc != repeat->end) BeginRound();
        }
        return true;
      case Choice::Kind::kStart: state_.path = {c.targets[i]}; return true;
      case Choice::Kind::kStep: return Step(c.targets[i], c.targets[i + 1]);
      case Choice::Kind::kPath: state_ = std::move(c.matched[i]); return true;
    }
    return false;
  }

  template <typename T>
  const T* Previous() const {
    return state_.pc == 0 ? nullptr : std::get_if<T>(&node_.pattern->program[state_.pc - 1]);
  }

  // From the current state to the end of the program (true) or to a failure or a choice (false).
  bool Run() {
    while (state_.pc != end_) {
      const Instruction& instruction = node_.pattern->program[state_.pc];
      if (!std::visit([this](const auto& i) { return Do(i); }, instruction)) return false;
    }
    return true;
  }

  // Each of these goes on to the next instruction (true), fails, or leaves a choice (false).
  bool Do(const GraphPattern::Begin& begin) {
    ++state_.pc;
    if (begin.selector.kind != ast::GraphSelector::Kind::kNone && !selecting_) return Select(begin);
    Choice c;
    c.kind = Choice::Kind::kStart;
    const auto* first = std::get_if<GraphPattern::Node>(&node_.pattern->program[state_.pc]);
    if (first != nullptr && first->variable >= 0 && BindingOf(first->variable).bound) {
      c.targets = {BindingOf(first->variable).element};
    } else {
      for (size_t n = 0; n < graph_.nodes().size(); ++n) {
        if (first == nullptr || Fits(graph_.nodes()[n], first->label)) c.targets.push_back(static_cast<int>(n));
      }
    }
    return Leave(std::move(c));
  }

  bool Do(const GraphPattern::Node& node) {
    int here = state_.path.back();
    ++state_.pc;
    return Fits(graph_.nodes()[static_cast<size_t>(here)], node.label) && Bind(node.variable, here);
  }

  bool Do(const GraphPattern::Edge& edge) {
    Choice c;
    c.kind = Choice::Kind::kStep;
    int loop_taken = -1;  // a directed loop is one way, not two
    for (const Graph::Incidence& i : graph_.incidences(state_.path.back())) {
      bool fits = i.way == Graph::Incidence::Way::kOut  ? edge.right
                  : i.way == Graph::Incidence::Way::kIn ? edge.left
                                                        : edge.undirected;
      if (!fits || loop_taken == i.edge) continue;
      if (!Fits(graph_.edges()[static_cast<size_t>(i.edge)], edge.label)) continue;
      if (i.other == state_.path.back()) loop_taken = i.edge;
      c.targets.push_back(i.edge);
      c.targets.push_back(i.other);
    }
    return Leave(std::move(c));
  }

  bool Do(const GraphPattern::Check& check) {
    for (int v : check.variables) SetSlot(v, state_);
    ++state_.pc;
    // The elements of a graph are of many kinds: what a condition does not fit is no match, not an
    // error.
    const Typing typing = std::exchange(ctx_.eval.typing, Typing::kPermissive);
    bool holds = std::all_of(check.conditions.begin(), check.conditions.end(), [&](int condition) {
      return EvaluatePredicate(*node_.conditions[static_cast<size_t>(condition)], ctx_.eval);
    });
    ctx_.eval.typing = typing;
    return holds && !ctx_.failed();
  }

  bool Do(const GraphPattern::Restrict& restrict) {
    state_.scopes.push_back({restrict.restrictor, state_.path.size() - 1});
    ++state_.pc;
    return true;
  }
  bool Do(const GraphPattern::Unrestrict&) {
    state_.scopes.pop_back();
    ++state_.pc;
    return true;
  }

  bool Do(const GraphPattern::Repeat& repeat) {
    Loop loop;
    loop.begin = state_.pc;
    loop.rounds.resize(repeat.variables.size());
    state_.loops.push_back(std::move(loop));
    return Again(repeat, state_.pc);
  }

  bool Do(const GraphPattern::RepeatEnd& end) {
    const auto& repeat = std::get<GraphPattern::Repeat>(node_.pattern->program[end.begin]);
    Loop& loop = state_.loops.back();
    ++loop.count;
    // A round that goes nowhere adds nothing once there are enough.
    if (loop.length == state_.path.size() && loop.count > repeat.min) return false;
    for (size_t i = 0; i < repeat.variables.size(); ++i) {
      Binding& b = BindingOf(repeat.variables[i]);
      if (b.many) {
        loop.rounds[i].insert(loop.rounds[i].end(), b.elements.begin(), b.elements.end());
      } else {
        loop.rounds[i].push_back(b.element);
      }
      b = Binding();
    }
    return Again(repeat, end.begin);
  }

  // One more round, or out of the loop, or either.
  bool Again(const GraphPattern::Repeat& repeat, size_t begin) {
    Loop& loop = state_.loops.back();
    bool more = !repeat.max.has_value() || loop.count < *repeat.max;
    if (loop.count < repeat.min) {
      state_.pc = begin + 1;
      BeginRound();
      return true;
    }
    if (more) {
      Choice c;
      c.targets = {static_cast<int>(begin) + 1};
      c.state = state_;
      choices_.push_back(std::move(c));
    }
    for (size_t i = 0; i < repeat.variables.size(); ++i) {
      Binding& b = BindingOf(repeat.variables[i]);
      b.bound = b.many = true;
      b.elements = std::move(loop.rounds[i]);
    }
    state_.loops.pop_back();
    state_.pc = repeat.end;
    return true;
  }

  void BeginRound() { state_.loops.back().length = state_.path.size(); }

  bool Do(const GraphPattern::End& end) {
    if (end.variable >= 0) {
      Binding& b = BindingOf(end.variable);
      b.bound = b.many = true;
      b.elements = state_.path;
    }
    state_.path.clear();
    ++state_.pc;
    return true;
  }

  bool Leave(Choice c) {
    if (c.targets.empty()) return false;
    c.state = state_;
    choices_.push_back(std::move(c));
    return false;
  }

  bool Step(int edge, int node) {
    const auto& instruction = std::get<GraphPattern::Edge>(node_.pattern->program[state_.pc]);
    state_.path.push_back(edge);
    state_.path.push_back(node);
    ++state_.pc;
    for (const Scope& scope : state_.scopes) {
      if (!Keeps(scope, state_.path)) return false;
    }
    return Bind(instruction.variable, edge);
  }

  Binding& BindingOf(int variable) { return state_.bindings[static_cast<size_t>(variable)]; }

  // Binds it, or tests that it is bound to the same.
  bool Bind(int variable, int element) {
    if (variable < 0) return true;
    Binding& b = BindingOf(variable);
    if (b.bound) return b.element == element;
    b.bound = true;
    b.element = element;
    return true;
  }

  bool Select(const GraphPattern::Begin& begin);
  // The state that decides how the machine can continue.
  std::string Signature() const;

 public:
  // The variable's value goes to its slot.
  void SetSlot(int variable, const State& state) {
    const GraphVariable& v = node_.pattern->variables[static_cast<size_t>(variable)];
    const Binding& b = state.bindings[static_cast<size_t>(variable)];
    auto payload = [&](bool edge, int element) {
      return edge ? graph_.edges()[static_cast<size_t>(element)].payload
                  : graph_.nodes()[static_cast<size_t>(element)].payload;
    };
    if (!b.many) {
      ctx_.slot(v.slot) = payload(v.kind == Kind::kEdge, b.element);
      return;
    }
    std::vector<Value> values;
    for (size_t i = 0; i < b.elements.size(); ++i) {
      values.push_back(payload(v.kind == Kind::kPath ? i % 2 == 1 : v.kind == Kind::kEdge, b.elements[i]));
    }
    ctx_.slot(v.slot) = Value::List(std::move(values));
  }

 private:
  const Plan::GraphMatch& node_;
  const Graph& graph_;
  ExecutionContext& ctx_;
  size_t end_;
  bool selecting_ = false;  // the selector at the first instruction is applied by the caller
  State state_;
  std::vector<Choice> choices_;
};

// How many paths, or distinct lengths of paths, a selector takes between two ends.
struct Quota {
  size_t count = 1;
  bool lengths = false;

  explicit Quota(const ast::GraphSelector& selector) {
    using Selector = ast::GraphSelector::Kind;
    lengths = selector.kind == Selector::kAllShortest || selector.kind == Selector::kShortestKGroup;
    bool one = selector.kind == Selector::kAny || selector.kind == Selector::kAnyShortest ||
               selector.kind == Selector::kAllShortest;
    if (!one) count = selector.k;
  }

  struct Used {
    size_t count = 0;
    size_t last = std::numeric_limits<size_t>::max();
  };
  // Whether one more path fits, of a length not less than those before.
  bool Take(size_t length, Used* used) const {
    if (lengths && length == used->last) return true;
    if (used->count >= count) return false;
    ++used->count;
    used->last = length;
    return true;
  }
};

// Paths are found in the order of their lengths. Two states in which the machine can go on in the
// same ways need be followed only as often as the selector takes paths; so endless repetitions come
// to an end.
bool Machine::Select(const GraphPattern::Begin& begin) {
  const Quota quota(begin.selector);
  MemoryHold memory(ctx_);
  auto hold = [&](const State& s) {
    size_t bytes = sizeof(State) + s.path.size() * sizeof(int) + s.bindings.size() * sizeof(Binding);
    return memory.TakeOrFail(bytes, "the paths of a graph pattern");
  };
  State start = state_;
  --start.pc;
  Machine paths(node_, graph_, ctx_, std::move(start), begin.end);
  paths.selecting_ = true;
  Choice found;
  found.kind = Choice::Kind::kPath;
  std::map<std::pair<int, int>, Quota::Used> ends;
  std::unordered_map<std::string, Quota::Used> visited;
  std::vector<State> longer;  // by one edge
  std::vector<State> now;
  now.push_back(paths.choices_.back().state);
  paths.choices_.clear();
  while (!now.empty()) {
    while (!now.empty()) {
      if (!ctx_.Tick()) return false;
      paths.state_ = std::move(now.back());
      now.pop_back();
      const size_t length = paths.state_.path.size();
      if (paths.Run()) {
        const std::vector<int>& path = paths.state_.path;
        if (quota.Take(path.size(), &ends[{path.front(), path.back()}])) {
          if (!hold(paths.state_)) return false;
          found.matched.push_back(std::move(paths.state_));
        }
      }
      if (ctx_.failed()) return false;
      std::vector<Choice> choices = std::exchange(paths.choices_, {});
      for (Choice& c : choices) {
        size_t width = c.kind == Choice::Kind::kStep ? 2 : 1;
        for (size_t i = 0; i < c.targets.size(); i += width) {
          paths.state_ = c.state;
          if (!paths.Apply(c, i)) continue;
          bool grew = paths.state_.path.size() > length && c.kind == Choice::Kind::kStep;
          if (grew && begin.prune && !quota.Take(paths.state_.path.size(), &visited[paths.Signature()])) {
            continue;
          }
          if (grew && !hold(paths.state_)) return false;
          (grew ? longer : now).push_back(std::move(paths.state_));
        }
      }
    }
    std::swap(now, longer);
  }
  if (found.matched.empty()) return false;
  choices_.push_back(std::move(found));
  return false;
}

std::string Machine::Signature() const {
  std::string out;
  auto add = [&](int64_t i) { out.append(reinterpret_cast<const char*>(&i), sizeof i); };
  add(static_cast<int64_t>(state_.pc));
  add(state_.path.front());
  add(state_.path.back());
  for (const Binding& b : state_.bindings) add(b.many ? -2 : b.element);
  for (const Loop& loop : state_.loops) {
    const auto& repeat = std::get<GraphPattern::Repeat>(node_.pattern->program[loop.begin]);
    add(repeat.max.has_value() ? loop.count : std::min(loop.count, repeat.min));
    add(loop.length == state_.path.size());
  }
  return out;
}

class GraphMatch final : public Operator {
 public:
  GraphMatch(const Plan::GraphMatch& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)) {}

  bool Open() override {
    machine_.reset();
    return input_->Open();
  }

  bool Next() override {
    for (;;) {
      if (machine_ == nullptr) {
        if (!input_->Next() || !Start()) return false;
        continue;
      }
      if (const State* match = machine_->Next()) {
        for (size_t v = 0; v < node_.pattern->variables.size(); ++v) {
          machine_->SetSlot(static_cast<int>(v), *match);
        }
        return true;
      }
      machine_.reset();
      if (ctx_.failed() || ctx_.Stopped()) return false;
    }
  }

  void Close() override {
    machine_.reset();
    input_->Close();
  }

 private:
  // A machine for the graph of this input row; without one if the value is no graph. False: failed.
  bool Start() {
    Value value = EvaluateValue(*node_.graph, ctx_.eval);
    if (ctx_.failed()) return false;
    if (value.type() != Type::kGraph) {
      if (!value.is_absent()) (void)ctx_.eval.Mismatch("MATCH wants a graph", node_.graph.get());
      return !ctx_.failed();
    }
    // The same payload as last time: the index still serves.
    if (graph_ == nullptr || &value.fields() != &value_.fields()) {
      Result<Graph> graph = Graph::FromValue(value);
      if (!graph.ok()) return ctx_.FailIfError(graph.status());
      graph_ = std::make_unique<Graph>(std::move(graph).value());
      value_ = value.Own();
    }
    State start;
    start.bindings.resize(node_.pattern->variables.size());
    machine_ = std::make_unique<Machine>(node_, *graph_, ctx_, std::move(start), node_.pattern->program.size());
    return true;
  }

  const Plan::GraphMatch& node_;
  OperatorPtr input_;
  Value value_;
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace

OperatorPtr MakeGraphMatch(const Plan::GraphMatch& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<GraphMatch>(node, std::move(input), ctx);
}

}  // namespace parton
