// A graph value, indexed for walking.
//
// A graph is {nodes: [{id, labels, payload}], edges: [{id, labels, payload, ends}]} with ends of
// three elements: two nodes' ids and `->`, `<-` or `--` between them.
#ifndef PARTON_EXECUTOR_OPERATORS_GRAPH_H_
#define PARTON_EXECUTOR_OPERATORS_GRAPH_H_

#include <string>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

class Graph {
 public:
  struct Element {
    std::vector<std::string> labels;
    Value payload;  // MISSING if it has none
  };
  struct Edge : Element {
    int source = 0;  // of an undirected edge: one of its ends
    int target = 0;
    bool directed = true;
  };
  // An edge as seen from one of its ends.
  struct Incidence {
    int edge = 0;
    int other = 0;  // the node at the other end
    enum class Way : uint8_t { kOut, kIn, kUndirected } way = Way::kOut;
  };

  // Error (kValidation): two nodes of one id, an edge without ends or with an unknown one, parts of
  // a wrong type. REQUIRES: value.type() == Type::kGraph
  static Result<Graph> FromValue(const Value& value);

  const std::vector<Element>& nodes() const { return nodes_; }
  const std::vector<Edge>& edges() const { return edges_; }
  // Of a node. A directed loop is there twice, an undirected one once.
  const std::vector<Incidence>& incidences(int node) const { return incidences_[static_cast<size_t>(node)]; }

 private:
  std::vector<Element> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::vector<Incidence>> incidences_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_GRAPH_H_
