// A small DynamoDB of lists in memory: takes the requests that EXPLAIN shows, refuses what the service refuses, and
// does what it does. Written from the rules of the service alone, without a line of Parton's planner or evaluator.
#ifndef PARTON_TESTS_REQUESTS_MODEL_H_
#define PARTON_TESTS_REQUESTS_MODEL_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "parton/value.h"
#include "syntax.h"

namespace parton::requests {

struct KeyPart {
  std::string name;
  std::string type;  // S, N, B
};

struct KeyParts {
  // The first is all that there is, save in a global index: up to four each.
  std::vector<KeyPart> hash, range;
  std::vector<KeyPart> All() const;
  bool Has(const std::string& name) const;
};

struct Index {
  bool global = true;
  KeyParts key;
  bool all = false;                 // projects everything
  std::set<std::string> projected;  // else: these, keys among them
};

struct Table {
  KeyParts key;
  std::map<std::string, Index> indexes;
  std::vector<Value> items;

  // A row of DESCRIBE, which is shaped as DescribeTable's answer.
  static Table FromDescription(const Value& description);
  // The item of a key, or end.
  std::vector<Value>::iterator Find(const Value& key);
};

// One request as EXPLAIN (FORMAT API) prints it.
struct Request {
  std::string operation;
  Value body;                      // JSON
  std::vector<std::string> notes;  // the lines behind it, without "-- "
};

// All of a text, and the lines that belong to no request.
struct RequestList {
  std::vector<Request> requests;
  std::string error;  // the text is not what it should be
};
RequestList ParseRequests(const std::string& text);

class Service {
 public:
  std::map<std::string, Table> tables;

  // Why the service would refuse the request whatever the items are; empty: it would not.
  std::string Check(const std::string& operation, const Value& body);

  struct Answer {
    std::string error;  // an exception's name and its message; empty: done
    std::vector<Value> items;
  };
  // REQUIRES: Check is content, and known().
  Answer Run(const std::string& operation, const Value& body);

  // Whether the last checked request is complete: no value in it stands for another row's, "<x.a>".
  bool known() const { return known_; }

 private:
  struct Parsed;
  std::string Parse(const std::string& operation, const Value& body, Parsed* out);
  std::string ParseKeyed(const std::string& operation, const Value& body, Parsed* out);
  std::string ParseRead(const std::string& operation, const Value& body, Parsed* out);
  std::string ParseBatchGet(const Value& body, std::vector<Parsed>* out);
  std::string ParseTransaction(const Value& body, std::vector<Parsed>* out);
  Result<Value> AttributeValue(const Value& json);
  Result<Value> AttributeMap(const Value& json);
  Answer Read(const Parsed& p);
  Answer Write(const Parsed& p);
  bool known_ = true;
};

}  // namespace parton::requests

#endif  // PARTON_TESTS_REQUESTS_MODEL_H_
