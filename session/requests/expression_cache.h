// DynamoDB's expressions by their text, compiled once.
#ifndef PARTON_SESSION_REQUESTS_EXPRESSION_CACHE_H_
#define PARTON_SESSION_REQUESTS_EXPRESSION_CACHE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/dynamo/expression_binder.h"
#include "session/lru_cache.h"

namespace parton {

struct CompiledExpression {
  dynamo::Expression tree;
  BoundExpression bound;
  bool checks_values = false;  // another value of the same type may be an error
  // Of the request's placeholders, by position.
  std::vector<bool> used_names;
  std::vector<bool> used_values;
};
using CompiledPtr = std::shared_ptr<const CompiledExpression>;

// Threads: any.
class ExpressionCache {
 public:
  explicit ExpressionCache(size_t capacity) : compiled_(capacity) {}

  // The expression under the names of `given`, and the order and types of its values, found or made; checked against
  // the values each time. Notes in *placeholders, which are those of `given`, what it uses. Errors: as DynamoDB words
  // them.
  Result<CompiledPtr> Compile(ExpressionKind kind, std::string_view text, const Expressions& given,
                              Placeholders* placeholders);

 private:
  LruCache<CompiledPtr> compiled_;
};

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_EXPRESSION_CACHE_H_
