// Typed requests on single items, and pages of a query or a scan, as DynamoDB's API has them. They are member functions
// of Database (parton/database.h).
//
//   parton::UpdateItemRequest request;
//   request.table = "stock";
//   request.key = parton::Value::Struct({{"sku", "A1"}});
//   request.expressions.update = "SET #q = #q - :n";
//   request.expressions.condition = "#q >= :n";
//   request.expressions.names = parton::Expressions::Names{{"#q", "quantity"}};
//   request.expressions.values = parton::Expressions::Values{{":n", 4}};
//   request.returning = parton::ReturnedItem::kAllNew;
//   parton::Result<parton::WriteItemResult> done = db->UpdateItem(request);
//
// Expressions are DynamoDB's own language: constants come as `:name` values, and attribute names that are reserved
// words or have other characters as `#name`. It knows two truth values: a comparison with an attribute that is not
// there, or of another type, is false. All errors of a request (its parameters, its expressions) are reported, with
// DynamoDB's messages, before any table is looked up.
//
// Threads: any; each call is on its own.
#ifndef PARTON_ITEMS_H_
#define PARTON_ITEMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// What a request consumed of a table or one of its indexes, in DynamoDB's capacity units.
struct ConsumedCapacity {
  std::string table;
  std::string index;  // empty: the table itself
  bool local_index = false;
  double read_units = 0;
  double write_units = 0;
};

// How large the items of one partition of a table with local indexes are together, indexes included.
struct ItemCollectionMetrics {
  std::string table;
  Value key;  // a STRUCT of the partition key
  double lower_gb = 0;
  double upper_gb = 0;
};

// The expressions of one operation and their placeholders. nullopt: not given; an empty text or list is an error. An
// operation takes only the expressions it has in DynamoDB's API; others are an error.
struct Expressions {
  using Names = std::vector<std::pair<std::string, std::string>>;  // {"#n", "attribute"}
  using Values = std::vector<std::pair<std::string, Value>>;       // {":v", value}
  std::optional<std::string> key_condition;                        // Query
  std::optional<std::string> filter;                               // Query, Scan
  std::optional<std::string> projection;                           // reads
  std::optional<std::string> condition;                            // writes
  std::optional<std::string> update;                               // updates
  std::optional<Names> names;
  std::optional<Values> values;
  // For a program that made `values` out of another form: what went wrong. It is reported where the values are checked,
  // so that the first error of a request is the one DynamoDB reports.
  Status values_error;
};

// DynamoDB's parameters of before 2014 in place of expressions. New programs do not need them.
enum class LegacyOperator : uint8_t {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kNotNull,
  kNull,
  kContains,
  kNotContains,
  kBeginsWith,
  kIn,
  kBetween,
};

// One condition of Expected, KeyConditions, QueryFilter or ScanFilter.
struct LegacyCondition {
  std::string attribute;
  std::optional<LegacyOperator> comparison;    // ComparisonOperator
  std::optional<std::vector<Value>> operands;  // AttributeValueList
  std::optional<Value> value;                  // Expected only: Value
  std::optional<bool> exists;                  // Expected only: Exists
  Status values_error;                         // as Expressions'
};

struct LegacyUpdate {
  enum class Action : uint8_t { kPut, kAdd, kDelete };
  std::string attribute;
  std::optional<Action> action;  // nullopt: kPut
  std::optional<Value> value;
  Status value_error;
};

struct LegacyParameters {
  std::optional<std::vector<LegacyCondition>> expected;
  std::optional<std::vector<LegacyCondition>> key_conditions;
  std::optional<std::vector<LegacyCondition>> query_filter;
  std::optional<std::vector<LegacyCondition>> scan_filter;
  std::optional<std::vector<LegacyUpdate>> attribute_updates;
  std::optional<std::vector<std::string>> attributes_to_get;
  std::optional<bool> any;  // ConditionalOperator: OR; false: AND
};

enum class ReturnedItem : uint8_t { kNone, kAllOld, kUpdatedOld, kAllNew, kUpdatedNew };

struct GetItemRequest {
  std::string table;
  Value key;                               // a STRUCT of the key attributes, no more and no less
  Status key_error;                        // as Expressions::values_error
  bool consistent = false;                 // only the price differs: a read sees every write that returned before
  Expressions expressions;                 // projection
  std::optional<LegacyParameters> legacy;  // attributes_to_get
};

struct GetItemResult {
  Value item;  // MISSING if there is none; an empty STRUCT if it has nothing of the projection
  std::vector<ConsumedCapacity> capacity;
};

// What puts, updates and deletes have in common. A condition is on the item as it is before, MISSING if there is none.
struct WriteItemRequest {
  std::string table;
  Expressions expressions;                       // condition; of an update also update
  std::optional<LegacyParameters> legacy;        // expected, any; of an update also attribute_updates
  ReturnedItem returning = ReturnedItem::kNone;  // puts and deletes: kNone or kAllOld
  bool collection_metrics = false;
};

struct PutItemRequest : WriteItemRequest {
  Value item;
  Status item_error;  // as Expressions::values_error
};

// Makes the item if there is none, unless the update only takes away.
struct UpdateItemRequest : WriteItemRequest {
  Value key;
  Status key_error;
};

struct DeleteItemRequest : WriteItemRequest {
  Value key;
  Status key_error;
};

struct WriteItemResult {
  Value attributes;  // as `returning` asks; MISSING if there is nothing to show
  std::vector<ConsumedCapacity> capacity;
  std::optional<ItemCollectionMetrics> collection;  // only of tables with local indexes
};

enum class SelectedAttributes : uint8_t { kAll, kAllProjected, kSpecific, kCount };

// What Query and Scan have in common.
struct ReadPageRequest {
  std::string table;
  std::optional<std::string> index;
  Expressions expressions;
  std::optional<LegacyParameters> legacy;
  std::optional<SelectedAttributes> select;
  std::optional<int64_t> limit;  // items examined, before the filter; at least 1
  bool consistent = false;       // not of global indexes
  Value start_key;               // ItemPage::last_key of the page before; MISSING: from the start
  Status start_key_error;
};

// expressions: key_condition, filter, projection; legacy: key_conditions, query_filter, attributes_to_get, any.
struct QueryRequest : ReadPageRequest {
  bool forward = true;
};

// expressions: filter, projection; legacy: scan_filter, attributes_to_get, any.
struct ScanRequest : ReadPageRequest {
  // Both or none: the part 0 <= segment < total_segments of the partitions. Which partition is in which segment depends
  // on its key alone, so it is the same in every call.
  std::optional<int32_t> segment;
  std::optional<int32_t> total_segments;
};

// A page ends after `limit` examined items, or once they are 1 MB large.
struct ItemPage {
  std::vector<Value> items;  // none with kCount
  int64_t count = 0;         // that pass the filter
  int64_t scanned_count = 0;
  Value last_key;  // a STRUCT: ReadPageRequest::start_key of the next page; MISSING at the end
  std::vector<ConsumedCapacity> capacity;
};

// One statement, page by page.
struct ExecuteStatementRequest {
  std::string text;
  std::vector<Value> parameters;
  Status parameters_error;  // as Expressions::values_error
  bool consistent = false;
  std::optional<int64_t> limit;  // items examined by a SELECT; at least 1
  // StatementPage::next_token of the page before; nullopt: the first page. It holds for this text and these parameters
  // in this database, also after it was opened anew.
  std::optional<std::string> next_token;
  // The whole language in place of DynamoDB's part of it; `limit` counts rows then.
  bool extended = false;
};

struct StatementPage {
  std::vector<Value> items;  // a SELECT's, or what RETURNING gives
  std::string next_token;    // empty at the end
  Value last_key;            // where the page of a table or index ended; MISSING at the end
  std::vector<ConsumedCapacity> capacity;
};

}  // namespace parton

#endif  // PARTON_ITEMS_H_
