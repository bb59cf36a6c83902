// Runs cases in a child process, so that a crash or an endless loop costs one case and not the run.
#ifndef PARTON_TESTS_CONFORMANCE_RUNNER_H_
#define PARTON_TESTS_CONFORMANCE_RUNNER_H_

#include <string>
#include <vector>

#include "cases.h"
#include "planner/settings.h"

namespace parton::conformance {

struct Outcome {
  bool passed = false;
  std::string message;  // why not
};

// What comes of each case, by position. `settings` are those of every case, but for typing.
// `seconds_per_case`: after that long it counts as hung.
std::vector<Outcome> RunCases(const Suite& suite, const Settings& settings, int seconds_per_case);

}  // namespace parton::conformance

#endif  // PARTON_TESTS_CONFORMANCE_RUNNER_H_
