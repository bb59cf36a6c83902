// The expressions and legacy parameters of one operation: checked in DynamoDB's order, and bound.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_EXPRESSIONS_H_
#define PARTON_SESSION_REQUESTS_REQUEST_EXPRESSIONS_H_

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "session/requests/expression_cache.h"

namespace parton {

enum class OperationKind : uint8_t { kGet, kPut, kUpdate, kDelete, kCheck, kQuery, kScan };

class RequestExpressions {
 public:
  // All must outlive it. `legacy` may be null.
  RequestExpressions(ExpressionCache* cache, OperationKind kind, const Expressions& given,
                     const LegacyParameters* legacy)
      : cache_(*cache), kind_(kind), given_(given), legacy_(legacy), placeholders_(given) {}

  // What goes with what, and the placeholders' names and values.
  Status CheckParameters() const;
  // The rest; everything below is there then.
  Status Compile();

  // Null: none. They read the item in slot 0.
  const ExprPtr& condition() const { return condition_; }
  const ExprPtr& filter() const { return filter_; }
  const std::vector<UpdateAction>& actions() const { return *actions_; }
  const std::vector<DocumentPath>& paths() const { return *paths_; }
  const std::vector<KeyCondition>& key_conditions() const { return *key_conditions_; }
  // The values of the expressions' parameters.
  const std::vector<Value>& parameters() const { return parameters_; }

 private:
  struct Named {
    std::string_view name;
    bool given;
  };
  std::vector<Named> TextsOf() const;
  std::vector<Named> LegacyOf() const;
  // Whether one of its expressions is given, perhaps without counting a projection, which has no values.
  bool HasText(bool projection) const;
  Status ValuesWithoutText() const;
  Status CheckMixture() const;
  Status CheckNames() const;
  Status CheckValues() const;
  Status CheckOperator(const std::vector<LegacyCondition>* conditions) const;
  Status CompileLegacy();
  Status CompileOne(ExpressionKind kind, const std::optional<std::string>& text);

  ExpressionCache& cache_;
  const OperationKind kind_;
  const Expressions& given_;
  const LegacyParameters* legacy_;
  Placeholders placeholders_;
  std::vector<Value> parameters_;
  std::array<CompiledPtr, 5> compiled_;
  ExprPtr condition_;
  ExprPtr filter_;
  std::vector<UpdateAction> own_actions_;
  std::vector<DocumentPath> own_paths_;
  std::vector<KeyCondition> own_key_conditions_;
  const std::vector<UpdateAction>* actions_ = &own_actions_;
  const std::vector<DocumentPath>* paths_ = &own_paths_;
  const std::vector<KeyCondition>* key_conditions_ = &own_key_conditions_;
};

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_EXPRESSIONS_H_
