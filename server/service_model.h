// What the service model demands of requests: the shapes of all inputs, made from the model by model/generate.py.
#ifndef PARTON_SERVER_SERVICE_MODEL_H_
#define PARTON_SERVER_SERVICE_MODEL_H_

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace parton::server {

enum class Kind : uint8_t {
  kStructure,
  kMap,
  kList,
  kString,
  kEnumeration,
  kInteger,
  kLong,
  kDouble,
  kBoolean,
  kBlob,
  kTimestamp,
  kAttributeValue,  // a structure of which exactly one member is there
};

inline constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

struct Shape {
  std::string_view name;
  Kind kind;
  int64_t min;  // of the value of a number; of the length of the others
  int64_t max;
  bool name_pattern;  // [a-zA-Z0-9_.-]+
  uint16_t first;     // of its members (kStructure) or values (kEnumeration)
  uint16_t count;
  uint16_t element;  // kList, kMap: the shape of what it holds
  uint16_t key;      // kMap
};

struct Member {
  std::string_view name;
  uint16_t shape;
  bool required;
};

struct Operation {
  std::string_view name;
  bool streams;  // of the service DynamoDBStreams
  uint16_t input;
};

// The types of an attribute value, as positions of the members of kAttributeValue.
enum class AttributeType : uint8_t { kS, kN, kB, kSS, kNS, kBS, kM, kL, kNull, kBool, kNone, kSeveral };

const Shape& ShapeAt(uint16_t shape);
// Of a kStructure or kAttributeValue.
std::span<const Member> MembersOf(const Shape& shape);
std::span<const std::string_view> EnumValuesOf(const Shape& shape);

std::span<const Operation> AllOperations();
// Its position in AllOperations(), or -1.
int FindOperation(std::string_view name, bool streams);

}  // namespace parton::server

#endif  // PARTON_SERVER_SERVICE_MODEL_H_
