// Paths into items, a.b[0]: as text, and which of them clash where DynamoDB takes several at once.
#ifndef PARTON_TYPES_ITEM_DOCUMENT_PATH_H_
#define PARTON_TYPES_ITEM_DOCUMENT_PATH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "parton/status.h"
#include "types/item/item_codec.h"

namespace parton {

using DocumentPath = std::vector<PathStep>;

// An update met a value in the item that it cannot work with.
inline constexpr char kBadUpdateOperand[] = "An operand in the update expression has an incorrect data type";

// "a.b[0]".
std::string PathText(const DocumentPath& path);
// "[a, b, [0]]": DynamoDB's way in messages.
std::string PathList(const DocumentPath& path);

enum class PathRelation : uint8_t {
  kApart,
  kOverlap,   // they are equal, or one leads to the other
  kConflict,  // one has a name where the other has a position
};
PathRelation Relate(const DocumentPath& a, const DocumentPath& b);

// OK if they are apart, else DynamoDB's message.
Status CheckPathsApart(const DocumentPath& one, const DocumentPath& two);
// OK if all are apart; else DynamoDB's message about the first two that are not, *second being the position of the
// later one. Near linear in the number of paths.
Status CheckPathsApart(const std::vector<const DocumentPath*>& paths, size_t* second);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_DOCUMENT_PATH_H_
