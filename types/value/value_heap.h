// The counted payloads behind Values that do not fit in 16 bytes. Private to types/.
#ifndef PARTON_TYPES_VALUE_VALUE_HEAP_H_
#define PARTON_TYPES_VALUE_VALUE_HEAP_H_

#include <cstring>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/number.h"
#include "parton/status.h"
#include "parton/temporal.h"
#include "parton/value.h"
#include "types/status/bounds.h"

namespace parton::internal {

// The characters follow the object in the same allocation.
struct HeapBytes final : HeapObject {
  uint32_t size = 0;
  uint32_t capacity = 0;

  // Throws std::bad_alloc: there is no memory, or the statement's limit is reached.
  static HeapBytes* New(std::string_view s) {
    const size_t bytes = sizeof(HeapBytes) + s.size();
    CountBuilt(bytes);
    void* memory = ::operator new(bytes, std::nothrow);
    if (memory == nullptr) {
      CountFreed(bytes);
      throw std::bad_alloc();
    }
    auto* object = new (memory) HeapBytes();
    object->size = object->capacity = static_cast<uint32_t>(s.size());
    if (!s.empty()) std::memcpy(object->data(), s.data(), s.size());
    return object;
  }
  ~HeapBytes() override { CountFreed(sizeof(HeapBytes) + capacity); }
  // The object whose view() begins there.
  static HeapBytes* Of(std::string_view view) {
    return reinterpret_cast<HeapBytes*>(const_cast<char*>(view.data())) - 1;
  }
  // REQUIRES: s.size() <= capacity.
  void Set(std::string_view s) {
    size = static_cast<uint32_t>(s.size());
    if (!s.empty()) std::memmove(data(), s.data(), s.size());
  }
  static void operator delete(void* p) { ::operator delete(p); }

  char* data() { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() const { return {reinterpret_cast<const char*>(this + 1), size}; }

 private:
  HeapBytes() = default;
  static void* operator new(size_t, void* p) { return p; }
};

template <typename T>
struct HeapScalar final : HeapObject {
  explicit HeapScalar(const T& v) : value(v) { CountBuilt(sizeof(HeapScalar)); }
  ~HeapScalar() override { CountFreed(sizeof(HeapScalar)); }
  T value;
};

struct HeapElements final : HeapObject {
  explicit HeapElements(std::vector<Value> v)
      : counted(sizeof(HeapElements) + v.capacity() * sizeof(Value)), elements(std::move(v)) {
    CountBuilt(counted);
  }
  ~HeapElements() override { CountFreed(counted); }
  const size_t counted;
  size_t bytes = 0;  // of the elements, as Value::ApproximateBytes() has them
  std::vector<Value> elements;
};

struct HeapFields final : HeapObject {
  explicit HeapFields(std::vector<Field> f) : counted(sizeof(HeapFields) + BytesOf(f)), fields(std::move(f)) {
    CountBuilt(counted);
  }
  ~HeapFields() override { CountFreed(counted); }

  static size_t BytesOf(const std::vector<Field>& fields) {
    static const size_t kInline = std::string().capacity();
    size_t bytes = fields.capacity() * sizeof(Field);
    for (const Field& f : fields) bytes += f.name.capacity() > kInline ? f.name.capacity() + 1 : 0;
    return bytes;
  }
  const size_t counted;
  size_t bytes = 0;  // of names and values, as Value::ApproximateBytes() has them
  std::vector<Field> fields;
};

}  // namespace parton::internal

#endif  // PARTON_TYPES_VALUE_VALUE_HEAP_H_
