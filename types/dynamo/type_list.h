// DynamoDB's codes of types, and lists of them: "S,N,B".
#ifndef PARTON_TYPES_DYNAMO_TYPE_LIST_H_
#define PARTON_TYPES_DYNAMO_TYPE_LIST_H_

#include <algorithm>
#include <string_view>

namespace parton {

// Whether `type` is one of the list.
inline bool ListsType(std::string_view list, std::string_view type) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == type) return true;
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return false;
}

inline bool IsTypeName(std::string_view s) { return ListsType("S,N,B,SS,NS,BS,L,M,BOOL,NULL", s); }

}  // namespace parton

#endif  // PARTON_TYPES_DYNAMO_TYPE_LIST_H_
