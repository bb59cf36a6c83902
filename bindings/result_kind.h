// Words that packages for other languages have in common.
#ifndef PARTON_BINDINGS_RESULT_KIND_H_
#define PARTON_BINDINGS_RESULT_KIND_H_

#include "parton/database.h"

namespace parton::bindings {

// "rows", "value", "changed", "text", "done".
inline const char* ResultKindName(ResultKind kind) {
  switch (kind) {
    case ResultKind::kRows: return "rows";
    case ResultKind::kValue: return "value";
    case ResultKind::kChanged: return "changed";
    case ResultKind::kText: return "text";
    case ResultKind::kDone: return "done";
  }
  return "";
}

}  // namespace parton::bindings

#endif  // PARTON_BINDINGS_RESULT_KIND_H_
