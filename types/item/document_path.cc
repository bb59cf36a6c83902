#include "types/item/document_path.h"

#include <fmt/format.h>

#include <algorithm>

namespace parton {

std::string DocumentPathText(const DocumentPath& path) {
  std::string text = "[";
  for (size_t i = 0; i < path.size(); ++i) {
    if (i != 0) text += ", ";
    text += path[i].index < 0 ? path[i].name : "[" + std::to_string(path[i].index) + "]";
  }
  return text + "]";
}

Status CheckPathsApart(const DocumentPath& one, const DocumentPath& two) {
  const size_t n = std::min(one.size(), two.size());
  std::string_view problem = "overlap";
  for (size_t i = 0; i < n; ++i) {
    if ((one[i].index < 0) != (two[i].index < 0)) {
      problem = "conflict";
      break;
    }
    if (one[i] != two[i]) return Status::Ok();
  }
  return Status::Validation(
      fmt::format("Two document paths {} with each other; must remove or rewrite one of these paths; path one: {}, "
                  "path two: {}",
                  problem, DocumentPathText(one), DocumentPathText(two)));
}

}  // namespace parton
