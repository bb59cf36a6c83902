// The counted payloads behind Values that do not fit in 16 bytes. Private to types/.
#ifndef PARTON_TYPES_VALUE_HEAP_H_
#define PARTON_TYPES_VALUE_HEAP_H_

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/number.h"
#include "parton/status.h"
#include "parton/temporal.h"
#include "parton/value.h"

namespace parton::internal {

// The characters follow the object in the same allocation.
struct HeapBytes final : HeapObject {
  size_t size = 0;

  static HeapBytes* New(std::string_view s) {
    void* memory = std::malloc(sizeof(HeapBytes) + s.size());
    PARTON_CHECK(memory != nullptr);
    auto* bytes = new (memory) HeapBytes();
    bytes->size = s.size();
    if (!s.empty()) std::memcpy(bytes->data(), s.data(), s.size());
    return bytes;
  }
  static void operator delete(void* p) { std::free(p); }

  char* data() { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() const { return {reinterpret_cast<const char*>(this + 1), size}; }

 private:
  HeapBytes() = default;
  static void* operator new(size_t, void* p) { return p; }
};

template <typename T>
struct HeapScalar final : HeapObject {
  explicit HeapScalar(const T& v) : value(v) {}
  T value;
};

struct HeapElements final : HeapObject {
  explicit HeapElements(std::vector<Value> v) : elements(std::move(v)) {}
  std::vector<Value> elements;
};

struct HeapFields final : HeapObject {
  explicit HeapFields(std::vector<Field> f) : fields(std::move(f)) {}
  std::vector<Field> fields;
};

}  // namespace parton::internal

#endif  // PARTON_TYPES_VALUE_HEAP_H_
