// DynamoDB's expressions, parsed by its rules: conditions, updates and projections of the requests that EXPLAIN shows.
#ifndef PARTON_TESTS_REQUESTS_SYNTAX_H_
#define PARTON_TESTS_REQUESTS_SYNTAX_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "parton/value.h"

namespace parton::requests {

struct Step {
  std::string name;
  int64_t index = -1;  // >= 0: an element, else the attribute `name`
  friend bool operator==(const Step&, const Step&) = default;
};
using DocumentPath = std::vector<Step>;

struct Operand {
  enum class Kind : uint8_t { kPath, kValue, kCall, kSum };
  Kind kind = Kind::kPath;
  DocumentPath path;
  Value value;
  std::string word;  // the function's name, or + or -
  std::vector<Operand> args;
};

struct Condition {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCompare, kBetween, kIn, kCall };
  Kind kind = Kind::kCompare;
  std::string word;  // the comparator's or the function's
  std::vector<Condition> terms;
  std::vector<Operand> operands;
};

struct Update {
  std::vector<std::pair<DocumentPath, Operand>> set, add, remove_from;  // remove_from: the DELETE clause
  std::vector<DocumentPath> remove;
};

// What the placeholders of one request stand for, and which of them were used.
struct Placeholders {
  std::map<std::string, std::string> names;
  std::map<std::string, Value> values;
  std::set<std::string> used;
};

// Each gives the empty string, or what DynamoDB would refuse. Types of constants, limits of size and count, operands
// that must differ: all that is decided by the expression alone.
std::string ParseCondition(const std::string& text, Placeholders* p, Condition* out);
std::string ParseUpdate(const std::string& text, Placeholders* p, Update* out);
std::string ParseProjection(const std::string& text, Placeholders* p, std::vector<DocumentPath>* out);

// The fields of a map; by value, so that a loop over them keeps them.
std::vector<Field> FieldsOf(const Value& map);
// "S", "NS", "L", ...
std::string TypeOf(const Value& v);
// DynamoDB's order within S, N or B. REQUIRES: both are of the same of them.
int Order(const Value& a, const Value& b);
// DynamoDB's equality, of all types.
bool Same(const Value& a, const Value& b);

}  // namespace parton::requests

#endif  // PARTON_TESTS_REQUESTS_SYNTAX_H_
