// What `parton test` prints: failures with a diff and a count; TAP; JUnit's XML.
#ifndef PARTON_SHELL_TEST_RUNNER_REPORT_H_
#define PARTON_SHELL_TEST_RUNNER_REPORT_H_

#include <vector>

#include "shell/render/styled_text.h"
#include "shell/test_runner/runner.h"

namespace parton::shell {

enum class ReportFormat { kPlain, kTap, kJunit };

// Only the plain format has styles.
StyledText Report(const std::vector<FileResult>& results, ReportFormat format);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_REPORT_H_
