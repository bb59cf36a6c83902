// GRAPH(nodes, edges): a graph value, what MATCH walks over, out of two collections of tuples.
#include <string_view>

#include "types/functions/registry.h"

namespace parton::functions {
namespace {

// The element {id, labels, payload}; without `payload` the whole row is it.
std::vector<Field> Element(const Value& row) {
  std::vector<Field> element;
  for (const char* name : {"id", "labels"}) {
    if (Value v = row.Get(name); !v.is_absent()) element.push_back({name, std::move(v)});
  }
  Value payload = row.Get("payload");
  element.push_back({"payload", payload.is_missing() ? row : payload});
  return element;
}

Value Graph(const Value* args, int, EvalContext& ctx) {
  std::vector<Value> nodes, edges;
  for (const Value& row : args[0].elements()) {
    if (!row.is_struct() || row.Get("id").is_absent()) {
      return ctx.Mismatch("GRAPH wants nodes that are tuples with an id");
    }
    nodes.push_back(Value::Struct(Element(row)));
  }
  for (const Value& row : args[1].elements()) {
    if (!row.is_struct()) return ctx.Mismatch("GRAPH wants edges that are tuples");
    Value ends = row.Get("ends");
    if (ends.is_missing()) {
      Value from = row.Get("source"), to = row.Get("target"), directed = row.Get("directed");
      if (from.is_absent() || to.is_absent()) {
        return ctx.Mismatch("GRAPH wants edges with source and target, or with ends");
      }
      bool arrow = !directed.is_bool() || directed.bool_value();
      ends = Value::Sexp({std::move(from), Value::Symbol(arrow ? "->" : "--"), std::move(to)});
    }
    std::vector<Field> edge = Element(row);
    edge.push_back({"ends", std::move(ends)});
    edges.push_back(Value::Struct(std::move(edge)));
  }
  return Value::Graph({{"nodes", Value::List(std::move(nodes))}, {"edges", Value::List(std::move(edges))}});
}

}  // namespace

void AddGraphFunctions(Registry& r) {
  r.Add("GRAPH(nodes COLLECTION, edges COLLECTION) -> GRAPH", "collection",
        "The graph for MATCH: nodes are tuples with id, edges have source and target (and "
        "directed: FALSE for "
        "undirected ones); labels and payload are optional, the payload is else the tuple itself.",
        "CARDINALITY((GRAPH([{'id': 1}, {'id': 2}], [{'source': 1, 'target': 2}]) MATCH "
        "(a)-[e]->(b))) = 1",
        2, 2, {kCollection, kCollection}, Graph);
}

}  // namespace parton::functions
