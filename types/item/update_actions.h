// UPDATE's actions on one item: SET, REMOVE, ADD, DELETE, as DynamoDB's UpdateExpression has them.
//
// Every value reads the old item; paths must not overlap, in no combination of clauses; list positions
// are those of the old list (removals do not shift what other actions mean, positions past the end
// append in order). Attributes no action names keep their bytes.
#ifndef PARTON_TYPES_ITEM_UPDATE_ACTIONS_H_
#define PARTON_TYPES_ITEM_UPDATE_ACTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/item/document_path.h"
#include "types/item/name_table.h"
#include "types/schema/schema.h"

namespace parton {

struct UpdateAction {
  enum class Kind : uint8_t { kSet, kRemove, kAdd, kDelete } kind;
  DocumentPath path;
  ExprPtr value;  // null for kRemove; reads the old item
  TextSpan span;
};

// OK if no two of the actions' paths overlap or conflict.
Status CheckActionsApart(const std::vector<UpdateAction>& actions);

// What can be told from actions and schema alone: overlapping paths, changes of key attributes.
Status CheckUpdatePaths(const TableSchema& schema, const std::vector<UpdateAction>& actions);

struct UpdatedAttributes {
  // Top-level attributes named by some action, storable; MISSING = not (or no longer) there.
  std::vector<Field> attributes;
  // Per action: the value at its path afterwards; MISSING for REMOVE.
  std::vector<Value> results;
};

// Applies the actions to `old_item` (MISSING if there is none), which the values see in
// (*ctx.frame)[slot] already. REQUIRES: CheckUpdatePaths passed.
Result<UpdatedAttributes> ApplyActions(const Value& old_item, const std::vector<UpdateAction>& actions,
                                       EvalContext& ctx);

// Appends `item` (encoded) with the attributes replaced, added or removed.
void SpliceItem(std::string_view item, const std::vector<Field>& attributes, NameTable* names, std::string* out);

// The struct of values at their paths: nested as they are, list elements packed in order. Paths whose
// value is MISSING are left out; MISSING if none is left.
Value NestValues(const std::vector<UpdateAction>& actions, const std::vector<Value>& values);

// The value at `path`, MISSING if there is none.
Value ValueAt(const Value& item, const DocumentPath& path);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_UPDATE_ACTIONS_H_
