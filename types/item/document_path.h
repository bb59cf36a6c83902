// Paths into items, and whether two of them are in each other's way.
#ifndef PARTON_TYPES_ITEM_DOCUMENT_PATH_H_
#define PARTON_TYPES_ITEM_DOCUMENT_PATH_H_

#include <string>
#include <vector>

#include "parton/status.h"
#include "types/item/item_codec.h"

namespace parton {

using DocumentPath = std::vector<PathStep>;

// "[a, b, [0]]", as DynamoDB's messages have it.
std::string DocumentPathText(const DocumentPath& path);

// Error (kValidation), as DynamoDB words it: one contains the other, or one takes for a list what the other takes for
// a map.
Status CheckPathsApart(const DocumentPath& one, const DocumentPath& two);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_DOCUMENT_PATH_H_
