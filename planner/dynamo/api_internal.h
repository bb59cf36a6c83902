// Shared by the parts of api_calls.h: members of requests, values of keys, and the collector of reads.
#ifndef PARTON_PLANNER_DYNAMO_API_INTERNAL_H_
#define PARTON_PLANNER_DYNAMO_API_INTERNAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/dynamo_expression.h"
#include "planner/dynamo/api_calls.h"
#include "planner/plan/plan.h"
#include "types/dynamo/dynamo_expression.h"
#include "types/schema/schema.h"

namespace parton::api {

// A text as JSON.
std::string Quoted(std::string_view s);
void Add(ApiCall* call, std::string name, std::string json);
// Nothing for an empty text, which DynamoDB refuses.
void AddExpression(ApiCall* call, std::string name, const std::string& text);
void AddPlaceholders(ApiCall* call, const DynamoExpressions& e);
// Adds `term` to a list joined by AND.
void AppendTerm(std::string_view term, std::string* out);
// A term of AND; one with OR outside of parentheses gets some.
std::string AsTerm(const Expr& e, std::string text);
// Adds the terms that DynamoDB can express, while one expression has room; `refused` gets the others.
void AppendConditions(const std::vector<ExprPtr>& terms, DynamoExpressions* e, std::string* text,
                      std::vector<ExprPtr>* refused);

std::string KeyJson(const KeySchema& key, const std::string& hash, const std::optional<std::string>& range);
// A key that is known when another request has been answered: {"k":{"S":"<k>"}}.
std::string UnknownKey(const KeySchema& key);

// A value of a key attribute, as a request may have it.
struct KeyValue {
  enum class Kind : uint8_t {
    kValue,    // json; `value` is MISSING if it is another row's
    kNothing,  // no key meets the condition
    kAll,      // every key does
    kClient,   // DynamoDB refuses the value, though it means something
  } kind = Kind::kNothing;
  std::string json;
  Value value;
};
// For `key = e`: kValue or kNothing.
KeyValue EqualKey(const KeyAttribute& key, size_t most_bytes, const Expr& e, EvalContext* ctx);
// For `key > e` (low) and `key < e`, inclusive or not.
KeyValue BoundOfKey(const KeyAttribute& key, size_t most_bytes, bool low, const Expr& e, EvalContext* ctx);
// For begins_with(key, e).
KeyValue PrefixOfKey(const KeyAttribute& key, size_t most_bytes, const Expr& e, EvalContext* ctx);

// The access paths of a plan, in the order in which they are read, and what stands above them.
class ReadCollector {
 public:
  ReadCollector(const Settings& settings, EvalContext* ctx, ApiPlan* out) : settings_(settings), ctx_(ctx), out_(out) {}

  void Visit(const Plan& plan);
  void Access(const Plan::Access& a);
  // The keys of GetItem or BatchGet, as JSON, each once; none that no item can have.
  std::vector<std::string> KeysOf(const Plan::Access& a) const;

 private:
  void Client(const Plan& plan);
  void Keys(const Plan::Access& a);
  void Queries(const Plan::Access& a);
  void Range(const Plan::Access& a, const AccessRange& range, const ExprPtr& hash);
  void Scan(const Plan::Access& a);
  std::string ScanRange(const Plan::Access& a, const AccessRange& range, DynamoExpressions* e, bool* nothing,
                        ApiCall* call) const;
  void Finish(const Plan::Access& a, DynamoExpressions* e, ApiCall call, const std::string& key_condition,
              std::string filter);
  std::optional<std::string> SortCondition(const Plan::Access& a, const AccessRange& range, DynamoExpressions* e,
                                           ApiCall* call) const;
  std::optional<std::string> MoreConditions(const Plan::Access& a, const AccessRange& range, DynamoExpressions* e,
                                            ApiCall* call) const;
  std::optional<std::string> BoundsCondition(const KeyAttribute& key, const AccessRange& range, DynamoExpressions* e,
                                             ApiCall* call) const;
  void Projection(const Plan::Access& a, DynamoExpressions* e, ApiCall* call) const;
  bool ReadsKey(const Expr& term, const Plan::Access& a) const;
  std::vector<ExprPtr> ListOf(const ExprPtr& list) const;
  void NothingRead(const Plan::Access& a, std::string_view why);

  const Settings& settings_;
  EvalContext* ctx_;
  ApiPlan* out_;
};

}  // namespace parton::api

#endif  // PARTON_PLANNER_DYNAMO_API_INTERNAL_H_
