// The decoders under libFuzzer, by hand: compile this and storage_targets.cc with clang++ -std=c++20 -fsanitize=fuzzer
// -DPARTON_FUZZ_TARGET='"item"' (or another target of that file), and link libparton_storage and libparton_types.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const parton::fuzz::Target* target = [] {
    for (const parton::fuzz::Target& t : parton::fuzz::StorageTargets()) {
      if (std::strcmp(t.name, PARTON_FUZZ_TARGET) == 0) return &t;
    }
    std::abort();
  }();
  target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
