// A request as it came: JSON read straight into the members that the service model knows. What it does not know is
// skipped without being held; base64 is decoded in place.
#ifndef PARTON_SERVER_JSON_INPUT_H_
#define PARTON_SERVER_JSON_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/service_model.h"

namespace parton::server {

// One value of a request. 16 bytes; texts point into the body, children into the arena.
struct Node {
  enum class Kind : uint8_t { kNull, kBool, kNumber, kText, kList, kMap, kStructure, kAttributeValue };
  union {
    const char* text = nullptr;  // kText, kNumber
    const Node* children;        // kList: elements; kMap: key, value, key, value; kStructure: members
    bool flag;                   // kBool
  };
  uint32_t size = 0;  // bytes of the text; number of children
  Kind kind = Kind::kNull;
  AttributeType type = AttributeType::kNone;  // kAttributeValue: what the rest of the node is
  uint16_t member = 0;                        // in a kStructure: which one

  std::string_view view() const { return {text, size}; }
  std::span<const Node> nodes() const { return {children, size}; }
};
static_assert(sizeof(Node) == 16);

// A handle to a node and its shape. Absent members are handles too: present() is false, and they read as nothing.
class Input {
 public:
  Input() = default;
  Input(const Node* node, uint16_t shape) : node_(node), shape_(shape) {}

  bool present() const { return node_ != nullptr && node_->kind != Node::Kind::kNull; }
  const Node& node() const { return *node_; }
  uint16_t shape() const { return shape_; }

  // The member of a structure.
  Input operator[](std::string_view member) const;
  bool Has(std::string_view member) const { return (*this)[member].present(); }

  std::string_view text() const;  // kText; else empty
  std::string Text() const { return std::string(text()); }
  std::optional<std::string> OptionalText() const;
  bool flag() const { return present() && node_->kind == Node::Kind::kBool && node_->flag; }
  int64_t integer(int64_t absent = 0) const;  // fractions are cut off, what is too large is the largest
  double number(double absent = 0) const;

  // Elements of a list; keys and values of a map.
  size_t Count() const;
  Input Element(size_t i) const;
  std::string_view Key(size_t i) const;
  Input MapValue(size_t i) const;

 private:
  const Node* node_ = nullptr;
  uint16_t shape_ = 0;
};

// Reads `body`, which is changed and must outlive the result, as the input shape of an operation. Nodes are made in
// `arena`. On error nothing is in `*input`, and the result is the message of the SerializationException; it may be
// empty, for text that is no JSON.
std::optional<std::string> ReadInput(std::string* body, uint16_t shape, std::pmr::memory_resource* arena, Input* input);

}  // namespace parton::server

#endif  // PARTON_SERVER_JSON_INPUT_H_
