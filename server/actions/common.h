// What requests of several operations have in common.
#ifndef PARTON_SERVER_ACTIONS_COMMON_H_
#define PARTON_SERVER_ACTIONS_COMMON_H_

#include <optional>
#include <string_view>
#include <vector>

#include "parton/items.h"
#include "server/actions.h"

namespace parton::server {

// The expressions that `input` has, and its placeholders.
Expressions ReadExpressions(const Input& input);
// Null if it has none of them.
std::optional<LegacyParameters> ReadLegacy(const Input& input);
ReturnedItem ReadReturnValues(const Input& input);
// ReturnValuesOnConditionCheckFailure is ALL_OLD.
bool ReturnsOldOnFailure(const Input& input);

// How the units of a table are told.
enum class CapacityStyle : uint8_t { kPlain, kTransactionRead, kTransactionWrite };
// The member ConsumedCapacity as `input` asks for it, by its ReturnConsumedCapacity: an object, or an array of one for
// each table.
void WriteCapacity(Call& call, const Input& input, const std::vector<ConsumedCapacity>& capacity, JsonWriter& out);
void WriteCapacities(Call& call, const Input& input, const std::vector<ConsumedCapacity>& capacity, CapacityStyle style,
                     JsonWriter& out);
bool AsksForCollections(const Input& input);
// {"ItemCollectionKey": ..., "SizeEstimateRangeGB": [0.0, 1.0]}
Status WriteCollection(const ItemCollectionMetrics& metrics, JsonWriter& out);
// The member ItemCollectionMetrics of requests of several tables.
Status WriteCollections(const std::vector<ItemCollectionMetrics>& metrics, JsonWriter& out);

// The error with the member Item, if there is such an item.
Outcome WithItem(const Status& status, const Value& item);

}  // namespace parton::server

#endif  // PARTON_SERVER_ACTIONS_COMMON_H_
