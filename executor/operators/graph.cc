#include "executor/operators/graph.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "types/value/value_compare.h"

namespace parton {

namespace {

using Ids = std::unordered_map<Value, int, ValueHash, ValueEqual>;

Status Bad(const std::string& what) { return Status::Validation("a graph value is malformed: " + what); }

Value FieldOf(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& f : fields) {
    if (f.name == name) return f.value;
  }
  return Value::Missing();
}

Status ReadElement(const Value& v, Graph::Element* out) {
  if (!v.is_struct()) return Bad("its nodes and edges must be structs");
  Value labels = v.Get("labels");
  if (labels.is_text()) {
    out->labels.emplace_back(labels.bytes());
  } else if (labels.is_collection()) {
    for (const Value& label : labels.elements()) {
      if (!label.is_text()) return Bad("labels must be strings");
      out->labels.emplace_back(label.bytes());
    }
  } else if (!labels.is_absent()) {
    return Bad("labels must be a list of strings");
  }
  out->payload = v.Get("payload");
  return Status::Ok();
}

Result<int> FindNode(const Ids& ids, const Value& id) {
  auto found = ids.find(id);
  if (found == ids.end()) return Bad("an edge ends at " + id.ToLiteral() + ", which is no node's id");
  return found->second;
}

Status ReadEnds(const Value& v, const Ids& ids, Graph::Edge* out) {
  Value ends = v.Get("ends");
  if (!ends.is_list() || ends.elements().size() != 3 || !ends.elements()[1].is_text()) {
    return Bad("an edge's ends must be a node's id, an arrow, and a node's id");
  }
  std::string_view arrow = ends.elements()[1].bytes();
  PARTON_ASSIGN_OR_RETURN(out->source, FindNode(ids, ends.elements()[0]));
  PARTON_ASSIGN_OR_RETURN(out->target, FindNode(ids, ends.elements()[2]));
  if (arrow == "<-") {
    std::swap(out->source, out->target);
  } else if (arrow == "--") {
    out->directed = false;
  } else if (arrow != "->") {
    return Bad("an edge's arrow must be ->, <- or --");
  }
  return Status::Ok();
}

}  // namespace

Result<Graph> Graph::FromValue(const Value& value) {
  Graph graph;
  Ids ids;
  Value nodes = FieldOf(value.fields(), "nodes"), edges = FieldOf(value.fields(), "edges");
  if ((!nodes.is_collection() && !nodes.is_absent()) || (!edges.is_collection() && !edges.is_absent())) {
    return Bad("nodes and edges must be collections");
  }
  for (const Value& v : nodes.elements()) {
    Element node;
    PARTON_RETURN_IF_ERROR(ReadElement(v, &node));
    Value id = v.Get("id");
    if (id.is_absent()) return Bad("a node has no id");
    if (!ids.emplace(id, static_cast<int>(graph.nodes_.size())).second) {
      return Bad("two nodes have the id " + id.ToLiteral());
    }
    graph.nodes_.push_back(std::move(node));
  }
  graph.incidences_.resize(graph.nodes_.size());
  for (const Value& v : edges.elements()) {
    Edge edge;
    PARTON_RETURN_IF_ERROR(ReadElement(v, &edge));
    PARTON_RETURN_IF_ERROR(ReadEnds(v, ids, &edge));
    int number = static_cast<int>(graph.edges_.size());
    auto& at_source = graph.incidences_[static_cast<size_t>(edge.source)];
    auto& at_target = graph.incidences_[static_cast<size_t>(edge.target)];
    using Way = Incidence::Way;
    at_source.push_back({number, edge.target, edge.directed ? Way::kOut : Way::kUndirected});
    if (edge.directed || edge.source != edge.target) {
      at_target.push_back({number, edge.source, edge.directed ? Way::kIn : Way::kUndirected});
    }
    graph.edges_.push_back(std::move(edge));
  }
  return graph;
}

}  // namespace parton
