// How long a random test runs, and what it says at the end.
#ifndef PARTON_TESTS_RANDOM_RANDOM_RUN_H_
#define PARTON_TESTS_RANDOM_RANDOM_RUN_H_

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace parton {

// The number in an environment variable.
inline double Environment(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::strtod(text, nullptr);
}

// Seeds from PARTON_RANDOM_FIRST (1) on: PARTON_RANDOM_SEEDS of them (`seeds`), or as many as PARTON_RANDOM_MINUTES
// have room for. Prints the number of comparisons when it ends.
class RandomRun {
 public:
  RandomRun(const char* what, uint64_t seeds)
      : what_(what),
        minutes_(Environment("PARTON_RANDOM_MINUTES", 0)),
        next_(static_cast<uint64_t>(Environment("PARTON_RANDOM_FIRST", 1))),
        left_(static_cast<uint64_t>(Environment("PARTON_RANDOM_SEEDS", static_cast<double>(seeds)))) {}
  ~RandomRun() {
    std::printf("%s: %llu comparisons, %llu seeds, the last one %llu\n", what_.c_str(),
                static_cast<unsigned long long>(comparisons), static_cast<unsigned long long>(seeds_),
                static_cast<unsigned long long>(seed));
  }

  // Goes on to the next seed; false: it is over.
  bool Next() {
    if (minutes_ > 0 ? Elapsed() >= minutes_ : left_ == 0) return false;
    if (left_ > 0) --left_;
    seed = next_++;
    ++seeds_;
    return true;
  }

  uint64_t seed = 0;
  uint64_t comparisons = 0;

 private:
  double Elapsed() const {
    return std::chrono::duration<double, std::ratio<60>>(std::chrono::steady_clock::now() - start_).count();
  }

  const std::string what_;
  const double minutes_;
  uint64_t next_;
  uint64_t left_;
  uint64_t seeds_ = 0;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace parton

#endif  // PARTON_TESTS_RANDOM_RANDOM_RUN_H_
