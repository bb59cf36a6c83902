// Graph patterns, bound: small programs for the matcher (executor/operators/graph_match.cc).
//
// A program walks over a graph. It has a current node; each instruction tests or binds something
// and passes control to the next one, or fails, upon which the matcher goes back to the last
// choice. Conditions are numbers into Plan::GraphMatch::conditions.
#ifndef PARTON_PLANNER_PLAN_GRAPH_PATTERN_H_
#define PARTON_PLANNER_PLAN_GRAPH_PATTERN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "parser/ast.h"

namespace parton {

struct GraphLabel {
  ast::LabelExpr::Kind kind = ast::LabelExpr::Kind::kAny;
  std::string name;
  std::vector<GraphLabel> operands;
};

struct GraphVariable {
  enum class Kind : uint8_t { kNode, kEdge, kPath };
  std::string name;  // empty: a variable of the program only
  Kind kind = Kind::kNode;
  int slot = -1;  // gets the payload; a list of payloads for a variable of a repeated part, and a path
  bool repeated = false;
};

struct GraphPattern {
  // Starts a path at any node. `selector` is that of the path.
  struct Begin {
    ast::GraphSelector selector;
    size_t end = 0;  // of the path's End
    // No restrictor looks back at the path and no condition at a list: what follows depends on the
    // current node and the bindings alone.
    bool prune = false;
  };
  // The current node must be what `variable` is bound to, if it is.
  struct Node {
    int variable = -1;
    std::optional<GraphLabel> label;
  };
  // Goes over an edge of the current node.
  struct Edge {
    bool left = false;
    bool undirected = false;
    bool right = false;
    int variable = -1;
    std::optional<GraphLabel> label;
  };
  struct Check {
    std::vector<int> conditions;
    std::vector<int> variables;  // that they read
  };
  // The path between the two keeps to the restrictor.
  struct Restrict {
    ast::GraphRestrictor restrictor;
  };
  struct Unrestrict {};
  // A part repeated `min` to `max` times; it ends at the RepeatEnd before `end`. `variables` are
  // bound anew by each round, and to the lists of all rounds afterwards.
  struct Repeat {
    uint32_t min = 0;
    std::optional<uint32_t> max;
    size_t end = 0;  // the instruction after the part
    std::vector<int> variables;
  };
  struct RepeatEnd {
    size_t begin = 0;  // of the Repeat
  };
  // Ends the path; binds its variable.
  struct End {
    int variable = -1;
  };
  using Instruction = std::variant<Begin, Node, Edge, Check, Restrict, Unrestrict, Repeat, RepeatEnd, End>;

  std::vector<Instruction> program;
  std::vector<GraphVariable> variables;
};

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_GRAPH_PATTERN_H_
