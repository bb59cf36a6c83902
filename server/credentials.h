// Who may do what: keys from a file in the form of AWS's credentials files.
//
//   [app]
//   aws_access_key_id = AKIA...
//   aws_secret_access_key = ...
//   read_only = true
//   tables = orders, log_*
//
// read_only: no writes. tables: no others. Both may be left out.
#ifndef PARTON_SERVER_CREDENTIALS_H_
#define PARTON_SERVER_CREDENTIALS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"

namespace parton::server {

struct Caller {
  std::string name;  // of the section
  std::string key_id;
  std::string secret;
  bool read_only = false;
  std::vector<std::string> tables;  // patterns with * and ?; empty: all

  bool MayUse(std::string_view table) const;
};

// Immutable once read; a new file is a new object.
class Credentials {
 public:
  // Errors (kOpenFailed): the file cannot be read, others than its owner may read it, a line says nothing, a section
  // has no key, two have the same. Messages have file and line.
  static Result<std::shared_ptr<const Credentials>> Read(const std::string& path);
  static Result<std::shared_ptr<const Credentials>> Parse(std::string_view text, const std::string& name);

  // Null: no such key.
  const Caller* Find(std::string_view key_id) const;
  size_t size() const { return callers_.size(); }

 private:
  std::map<std::string, Caller, std::less<>> callers_;
};

// `pattern` with * for any text and ? for any byte.
bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace parton::server

#endif  // PARTON_SERVER_CREDENTIALS_H_
