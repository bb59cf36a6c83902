#include "server/service_model.h"

#include <algorithm>
#include <iterator>

namespace parton::server {

namespace {

#include "server/model/service_model_data.inc"

// The members of an attribute value, whatever the model calls their shapes. They come behind the model's.
constexpr uint16_t kFirstOwn = std::size(kShapes);
enum Own : uint16_t { kText = kFirstOwn, kBytes, kFlag, kTexts, kBlobs, kAttributes, kValues, kValue };

constexpr Shape kOwnShapes[] = {
    {"String", Kind::kString, 0, kHighest, false, 0, 0, 0, 0},
    {"Blob", Kind::kBlob, 0, kHighest, false, 0, 0, 0, 0},
    {"Boolean", Kind::kBoolean, kLowest, kHighest, false, 0, 0, 0, 0},
    {"Set", Kind::kList, 0, kHighest, false, 0, 0, kText, 0},
    {"BinarySet", Kind::kList, 0, kHighest, false, 0, 0, kBytes, 0},
    {"AttributeMap", Kind::kMap, 0, kHighest, false, 0, 0, kValue, kText},
    {"AttributeList", Kind::kList, 0, kHighest, false, 0, 0, kValue, 0},
    {"AttributeValue", Kind::kAttributeValue, kLowest, kHighest, false, 0, 0, 0, 0},
};

constexpr Member kAttributeMembers[] = {
    {"S", kText, false},    {"N", kText, false},    {"B", kBytes, false},      {"SS", kTexts, false},
    {"NS", kTexts, false},  {"BS", kBlobs, false},  {"M", kAttributes, false}, {"L", kValues, false},
    {"NULL", kFlag, false}, {"BOOL", kFlag, false},
};

}  // namespace

const Shape& ShapeAt(uint16_t shape) { return shape < kFirstOwn ? kShapes[shape] : kOwnShapes[shape - kFirstOwn]; }

std::span<const Member> MembersOf(const Shape& shape) {
  if (shape.kind == Kind::kAttributeValue) return kAttributeMembers;
  return std::span(kMembers).subspan(shape.first, shape.count);
}

std::span<const std::string_view> EnumValuesOf(const Shape& shape) {
  return std::span(kEnumValues).subspan(shape.first, shape.count);
}

std::span<const Operation> AllOperations() { return kOperations; }

int FindOperation(std::string_view name, bool streams) {
  const auto* found = std::lower_bound(std::begin(kOperations), std::end(kOperations), name,
                                       [](const Operation& o, std::string_view n) { return o.name < n; });
  if (found == std::end(kOperations) || found->name != name || found->streams != streams) return -1;
  return static_cast<int>(found - std::begin(kOperations));
}

}  // namespace parton::server
