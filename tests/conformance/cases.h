// The cases of the PartiQL conformance suite, read from JSON lines.
//
// A case is one test in one evaluation mode: statements, the globals they see, and what must come
// of them. Files are `*.jsonl`; `disputed.tsv` beside them names cases that contradict the rest.
#ifndef PARTON_TESTS_CONFORMANCE_CASES_H_
#define PARTON_TESTS_CONFORMANCE_CASES_H_

#include <rapidjson/document.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "parton/status.h"

namespace parton::conformance {

enum class Mode : uint8_t { kNone, kCoerce, kError };

enum class Expectation : uint8_t {
  kSuccess,
  kFailure,        // an error when parsed, planned or run
  kSyntaxSuccess,  // parsed only
  kSyntaxFailure,
  kStaticFailure,  // an error when parsed or planned in strict typing
};

struct Case {
  std::string id;
  std::string file;  // of the suite
  std::string name;
  Mode mode = Mode::kNone;
  Expectation expectation = Expectation::kSuccess;
  std::vector<std::string> statements;  // each must meet the expectation
  std::string env;                      // id; empty: no globals
  std::shared_ptr<const rapidjson::Document> line;
  const rapidjson::Value* output = nullptr;  // within `line`; null unless kSuccess
  std::string output_text;                   // for messages; may be empty

  bool extended() const;
  bool graph() const;
};

struct Suite {
  std::vector<Case> cases;
  // By id: the array of pairs [name, value].
  std::map<std::string, std::shared_ptr<const rapidjson::Document>> environments;
  std::set<std::string> disputed;  // ids marked hard
};

// `paths`: files and directories of them. Errors (kIoError, kValidation): unreadable or malformed
// files.
Result<Suite> LoadSuite(const std::vector<std::string>& paths);

}  // namespace parton::conformance

#endif  // PARTON_TESTS_CONFORMANCE_CASES_H_
