// Cutting a stretch of keys into parts of about equal size.
#ifndef PARTON_STORAGE_LOCAL_SPLIT_H_
#define PARTON_STORAGE_LOCAL_SPLIT_H_

#include <vector>

#include "storage/local/engine.h"

namespace parton {

// At most `pieces` segments that are an exact partition of `range`, in key order; at least one.
std::vector<ScanSegment> SplitInterval(Engine* engine, const KeyInterval& range, int pieces);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_SPLIT_H_
