// How many rounds of a random test are run, and from which seed.
//
//   PARTON_RANDOM_SEEDS=40     so many rounds
//   PARTON_RANDOM_MINUTES=60   as many as fit into that time, in place of a number
//   PARTON_RANDOM_FIRST=17     starts with that seed: what failed says its own
#ifndef PARTON_TESTS_RANDOM_RANDOM_UTIL_H_
#define PARTON_TESTS_RANDOM_RANDOM_UTIL_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

namespace parton {

// Calls round(seed) until it is enough, or one has failed.
inline void ForRandomSeeds(uint64_t usual, const std::function<void(uint64_t)>& round) {
  const auto number = [](const char* name, double otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtod(text, nullptr);
  };
  const double minutes = number("PARTON_RANDOM_MINUTES", 0);
  const auto seeds = static_cast<uint64_t>(number("PARTON_RANDOM_SEEDS", static_cast<double>(usual)));
  const auto first = static_cast<uint64_t>(number("PARTON_RANDOM_FIRST", 1));
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(minutes * 60);
  for (uint64_t seed = first;; ++seed) {
    if (minutes > 0 ? std::chrono::steady_clock::now() >= end : seed >= first + seeds) break;
    SCOPED_TRACE("PARTON_RANDOM_FIRST=" + std::to_string(seed));
    round(seed);
    if (::testing::Test::HasFailure()) return;
  }
}

// Options::item_cache_bytes of a round: so small that items leave it all the time, the usual, none.
inline size_t ItemCacheOf(uint64_t seed) {
  constexpr size_t kSizes[] = {size_t{64} << 20, size_t{4} << 10, 0};
  return kSizes[seed % 3];
}

}  // namespace parton

#endif  // PARTON_TESTS_RANDOM_RANDOM_UTIL_H_
