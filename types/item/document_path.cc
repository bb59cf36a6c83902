#include "types/item/document_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "types/status/bounds.h"

namespace parton {

namespace {

// Whether two of the paths are not apart: found in a tree of their steps.
bool SomeMeet(const std::vector<const DocumentPath*>& paths) {
  struct Node {
    std::map<std::pair<std::string, int64_t>, std::unique_ptr<Node>> steps;
    bool ends = false;  // a path does
  };
  Node root;
  for (const DocumentPath* path : paths) {
    Node* at = &root;
    bool added = false;
    for (const PathStep& step : *path) {
      const bool mixed = !at->steps.empty() && (at->steps.begin()->first.second >= 0) != (step.index >= 0);
      if (at->ends || mixed) return true;
      std::unique_ptr<Node>& next = at->steps[{step.name, step.index}];
      added = next == nullptr;
      if (added) next = std::make_unique<Node>();
      at = next.get();
    }
    if (!added) return true;
    at->ends = true;
  }
  return false;
}

}  // namespace

std::string PathText(const DocumentPath& path) {
  std::string text;
  for (const PathStep& s : path) {
    text += s.index >= 0 ? fmt::format("[{}]", s.index) : (text.empty() ? "" : ".") + s.name;
  }
  return text;
}

std::string PathList(const DocumentPath& path) {
  std::string text = "[";
  for (size_t i = 0; i < path.size(); ++i) {
    if (i > 0) text += ", ";
    text += path[i].index >= 0 ? fmt::format("[{}]", path[i].index) : path[i].name;
  }
  return text + "]";
}

PathRelation Relate(const DocumentPath& a, const DocumentPath& b) {
  size_t common = 0;
  while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
  if (common == a.size() || common == b.size()) return PathRelation::kOverlap;
  return (a[common].index >= 0) != (b[common].index >= 0) ? PathRelation::kConflict : PathRelation::kApart;
}

Status CheckPathsApart(const DocumentPath& one, const DocumentPath& two) {
  const PathRelation relation = Relate(one, two);
  if (relation == PathRelation::kApart) return Status::Ok();
  return Status::Validation(fmt::format(
      "Two document paths {} with each other; must remove or rewrite one of these paths; path one: {}, path two: {}",
      relation == PathRelation::kOverlap ? "overlap" : "conflict", PathList(one), PathList(two)));
}

Status CheckPathsApart(const std::vector<const DocumentPath*>& paths, size_t* second) {
  constexpr size_t kFew = 4;
  if (paths.size() < 2 || (paths.size() > kFew && !SomeMeet(paths))) return Status::Ok();
  for (size_t i = 0; i < paths.size(); ++i) {
    CheckPoint();
    for (size_t j = i + 1; j < paths.size(); ++j) {
      Status apart = CheckPathsApart(*paths[i], *paths[j]);
      if (apart.ok()) continue;
      *second = j;
      return apart;
    }
  }
  return Status::Ok();
}

}  // namespace parton
