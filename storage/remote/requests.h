// The members of DynamoDB's requests, and what their answers hold.
#ifndef PARTON_STORAGE_REMOTE_REQUESTS_H_
#define PARTON_STORAGE_REMOTE_REQUESTS_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/table_reader.h"
#include "types/dynamo/dynamo_expression.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton::remote {

// The members of one JSON object.
class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view json);
  JsonObject& AddText(std::string_view name, std::string_view text);
  // ExpressionAttributeNames and ExpressionAttributeValues, as far as there are some.
  JsonObject& AddPlaceholders(const DynamoExpressions& e);
  std::string Text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

std::string JsonText(std::string_view text);
// {"S":"x"}. Error: a value that DynamoDB does not have.
Result<std::string> AttributeJson(const Value& value);
Result<std::string> KeyJson(const KeySchema& schema, const Key& key);
// Equal for keys that are equal.
std::string KeyText(const Key& key);
// An item, or MISSING, of an answer's member.
Result<Value> ItemFrom(const Value& json);
// A KeyBound's, or another scalar's DynamoDB-JSON back.
std::string ToJsonText(const Value& json);

// The names of top-level attributes of the item in `slot` that `e` reads; nullopt: it may read any.
std::optional<std::set<std::string>> AttributesRead(const Expr& e, int slot);
// The terms of a conjunction.
void AppendTerms(const ExprPtr& predicate, std::vector<ExprPtr>* out);

// Room in one expression.
inline constexpr size_t kMaxExpressionText = 4096;
inline constexpr int kMaxOperatorsOfOne = 300;
// At least as many as DynamoDB counts in an expression.
int CountOperators(std::string_view expression);
bool FitsExpression(std::string_view expression);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REQUESTS_H_
