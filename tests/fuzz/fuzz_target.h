// What a fuzzer runs: a function that takes any bytes, and inputs to start from. The function aborts (FUZZ_CHECK) where
// bytes are taken for something they are not; crashes, hangs and sanitizers' reports speak for themselves.
#ifndef PARTON_TESTS_FUZZ_FUZZ_TARGET_H_
#define PARTON_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace parton::fuzz {

struct Target {
  const char* name;
  std::vector<std::string> (*seeds)();
  void (*run)(std::string_view input);
  // Pieces that mutations put in beside single bytes.
  std::vector<std::string> tokens;
  int quick_runs;  // mutated inputs of a quick run: a second or less
};

const std::vector<Target>& StorageTargets();  // items, keys, change records, schemas, logs
const std::vector<Target>& TextTargets();     // statements, Ion, JSON
const std::vector<Target>& FileTargets();     // whole databases
const std::vector<Target>& WireTargets();     // HTTP, requests of operations
const std::vector<Target>& ApiTargets();      // calls of the C API

#define FUZZ_CHECK(condition)                                                        \
  do {                                                                               \
    if (!(condition)) {                                                              \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                  \
    }                                                                                \
  } while (0)

}  // namespace parton::fuzz

#endif  // PARTON_TESTS_FUZZ_FUZZ_TARGET_H_
