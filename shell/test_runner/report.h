// What `parton test` prints: failures with a diff and a count; TAP; JUnit's XML.
#ifndef PARTON_SHELL_TEST_RUNNER_REPORT_H_
#define PARTON_SHELL_TEST_RUNNER_REPORT_H_

#include <string>
#include <vector>

#include "shell/test_runner/runner.h"

namespace parton::shell {

enum class ReportFormat { kPlain, kTap, kJunit };

// `color`: with the escape sequences of a terminal, in the plain format.
std::string Report(const std::vector<FileResult>& results, ReportFormat format, bool color);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_REPORT_H_
