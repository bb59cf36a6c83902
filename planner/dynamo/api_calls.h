// The DynamoDB requests that a plan amounts to: EXPLAIN (FORMAT API) and (FORMAT CLI).
#ifndef PARTON_PLANNER_DYNAMO_API_CALLS_H_
#define PARTON_PLANNER_DYNAMO_API_CALLS_H_

#include <string>
#include <utility>
#include <vector>

#include "parton/value.h"
#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "types/expr/evaluate.h"

namespace parton {

struct ApiCall {
  std::string operation;                                     // "Query"
  std::vector<std::pair<std::string, std::string>> members;  // name, JSON text
  std::vector<std::string> notes;                            // "for each item found", ...
};

struct ApiPlan {
  std::vector<ApiCall> calls;
  std::vector<std::string> client;  // the steps left for the client, in order
};

// `ctx` gives parameters their values.
ApiPlan ApiCallsOf(const Query& query, const Settings& settings, EvalContext* ctx);
// `items`: those that an INSERT writes, where they are known; null: they come from its query.
ApiPlan ApiCallsOf(const WritePlan& write, const std::vector<Value>* items, const Settings& settings, EvalContext* ctx);

// Requests as JSON, one after another, with notes as comments.
std::string RenderApi(const ApiPlan& plan);
// Commands for a POSIX shell.
std::string RenderCli(const ApiPlan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_API_CALLS_H_
