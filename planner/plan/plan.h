// The plan: one immutable tree per query, logical before the rules, physical after; it prints itself.
//
// A plan node reads and writes *slots* of one flat Frame (types/expr/evaluate.h). Each node defines some slots
// for every row it gives; the slots defined by its inputs stay readable above it unless it is one of the
// nodes that replace them (Aggregate, SetOperation). A node may also read slots defined outside of it:
// by the left side of a lateral join, or by the row of an enclosing query. Slot numbers are unique in a
// statement, so subqueries share the frame with the query around them.
//
// Plans are shared between threads and executions: running state lives in operators (executor/).
#ifndef PARTON_PLANNER_PLAN_PLAN_H_
#define PARTON_PLANNER_PLAN_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parton/value.h"
#include "storage/table_store.h"
#include "types/expr/expr.h"
#include "types/functions/functions.h"
#include "types/schema/schema.h"

namespace parton {

struct GraphPattern;
struct Plan;
using PlanPtr = std::shared_ptr<const Plan>;

struct SlotExpr {
  int slot;
  ExprPtr expr;
};

struct SortKey {
  ExprPtr expr;
  bool descending = false;
  bool nulls_first = false;
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kCross };
enum class JoinStrategy : uint8_t { kNestedLoop, kHash };

enum class AccessKind : uint8_t {
  kScan,       // the whole table or index, in key order
  kRangeScan,  // a range of the table's partition keys
  kQuery,      // one or more partition keys, each with sort-key bounds
  kGetItem,    // one full key
  kBatchGet,   // several full keys
  kEmpty,      // a contradiction: nothing is read
};
inline constexpr AccessKind kAccessKinds[] = {AccessKind::kScan,    AccessKind::kRangeScan, AccessKind::kQuery,
                                              AccessKind::kGetItem, AccessKind::kBatchGet,  AccessKind::kEmpty};
// "Scan", "RangeScan", "Query", "GetItem", "BatchGet", "Empty".
std::string_view AccessKindName(AccessKind kind);

// Bounds as expressions that read no slot defined by the access itself; evaluated when it opens. A bound
// value that is NULL, MISSING or of another type than the key's empties the range.
struct BoundExpr {
  ExprPtr value;
  bool inclusive = true;
};

// A bound on several components of the key at once, compared as a row: those from the sort key on (of kRangeScan from
// the partition key on), in key order, an index's followed by the table's.
struct RowBoundExpr {
  std::vector<ExprPtr> values;
  bool inclusive = true;
  size_t fixed = 0;        // so many of the first values are those the components are equal to
  bool with_hash = false;  // one value more, the first: the partition key's, which is fixed
  bool prefix = false;     // the last component begins with the last value
};

struct AccessRange {
  ExprPtr hash;                 // partition key = this; null for kRangeScan
  std::vector<BoundExpr> lows;  // all of them hold
  std::vector<BoundExpr> highs;
  std::vector<ExprPtr> prefixes;
  std::vector<RowBoundExpr> row_lows = {};  // (a, b) > (x, y)
  std::vector<RowBoundExpr> row_highs = {};

  bool HasLow() const { return !lows.empty() || !row_lows.empty(); }
  bool HasHigh() const { return !highs.empty() || !row_highs.empty(); }
};

struct AccessKey {
  ExprPtr hash;
  ExprPtr range;  // null if the table has no sort key
};

struct Estimate {
  double rows = 0;   // that it gives
  double items = 0;  // that it examines
  double bytes = 0;  // that it reads
};

struct Plan {
  // One row that defines nothing: SELECT without FROM.
  struct Once {};
  // No rows.
  struct Empty {
    std::string reason;
    std::vector<int> slots;
  };
  // Items of a table or index; defines `slot`.
  struct Access {
    TablePtr table;
    const IndexSchema* index = nullptr;  // null: the table
    bool pinned = false;                 // FROM "t"."index"
    int slot = 0;
    std::string alias;
    AccessKind kind = AccessKind::kScan;
    std::vector<AccessKey> keys;      // kGetItem (one), kBatchGet; duplicates by value are read once
    std::vector<AccessRange> ranges;  // kQuery, kRangeScan; read in order of their partition keys, each once
    // kQuery, kBatchGet: partition (and sort) keys known only at execution, `pk IN ?`: the elements of this
    // collection take the place of each range's or key's `hash`.
    ExprPtr hash_list;
    ExprPtr range_list;  // kBatchGet: sort keys likewise
    ExprPtr filter;      // residual predicate on `slot`; null: none
    // Terms of the whole condition that may exclude each other once parameters have values, `a = ? AND a = ?`: judged
    // when the access opens, which then reads nothing. Null: none.
    ExprPtr exclusive;
    ExprPtr pushed_filter;  // the terms of `filter` that the store evaluates itself; null: none
    bool on_bytes = false;  // where the items come encoded, pushed_filter is evaluated on their bytes
    bool fetch = false;     // the index does not cover: the item is fetched by its key
    bool backward = false;
    bool ordered = false;                 // rows must come in key order of the access path
    bool consistent = false;              // SELECT CONSISTENT
    std::optional<uint64_t> limit;        // rows wanted after the filter, where known and constant
    std::vector<std::string> attributes;  // top-level attributes the query reads; for coverage
    bool whole_item = true;               // it needs all of them; true until the rule that collects them has run
    int threads = 1;                      // planned parallelism
    // The index stands in for the table because nothing was left out of it (IndexSchema::none_left_out).
    bool needs_all = false;
    ExprPtr after;  // LIMIT n AFTER: the token of the row to continue after; NULL: from the start. Null: no AFTER
    std::vector<std::string> rejected;  // why the other paths lost, a line each
  };
  // A table function in FROM: csv, json, ddbjson, range, changes.
  struct FunctionScan {
    std::string function;  // lower case
    std::vector<ExprPtr> args;
    int slot = 0;
    int at_slot = -1;  // position, or -1
  };
  // For each input row, the elements of a collection (FROM x.items AS i AT p), or the fields of a tuple
  // (UNPIVOT). In permissive typing a value that is no collection ranges over itself.
  struct Unnest {
    ExprPtr collection;
    int slot = 0;
    int at_slot = -1;
    int by_slot = -1;
    bool unpivot = false;
  };
  struct Filter {
    ExprPtr predicate;
    ExprPtr exclusive = nullptr;  // as Access has it
  };
  struct Compute {
    std::vector<SlotExpr> outputs;
  };
  struct Join {
    JoinKind kind = JoinKind::kInner;
    ExprPtr on;  // null: true. With kHash: what remains beside the keys
    JoinStrategy strategy = JoinStrategy::kNestedLoop;
    bool lateral = false;  // the right side reads slots of the left: it is reopened for each left row
    // kHash: equal pairs (left expression, right expression). NULL and MISSING match nothing.
    std::vector<std::pair<ExprPtr, ExprPtr>> keys;
  };
  // Left rows for which some (anti: no) right row matches. `null_aware`: IN's three-valued rule.
  struct SemiJoin {
    bool anti = false;
    std::vector<std::pair<ExprPtr, ExprPtr>> keys;
    ExprPtr on;
    bool null_aware = false;
    // Unless -1: all left rows pass, and the slot gets the truth value of [NOT] EXISTS or, if null_aware, of [NOT] IN,
    // whose needle and element are the last key; the keys before it and `on` select the right rows that count.
    int mark_slot = -1;
  };
  struct AggregateCall {
    int slot = 0;
    const AggregateFunction* function = nullptr;
    std::vector<ExprPtr> args;  // empty: COUNT(*)
    bool distinct = false;
    ExprPtr filter;  // FILTER (WHERE ...); null: none
    // ARRAY_AGG(x ORDER BY y): the order in which rows are added, which is the input's; empty: any.
    std::vector<SortKey> order;
    std::string text;
  };
  // Groups by the keys (NULL and MISSING are one group, printed NULL); defines the slots of keys, calls and
  // GROUP AS only. Without keys: one row, also over no input.
  struct Aggregate {
    enum class Stage : uint8_t { kWhole, kPartial, kFinal } stage = Stage::kWhole;
    std::vector<SlotExpr> keys;
    std::vector<AggregateCall> calls;
    int group_as_slot = -1;
    std::vector<std::pair<std::string, ExprPtr>> group_as;  // field name -> FROM variable
    // The groups there are over no input, by the values of `keys`: the totals of ROLLUP and its like.
    std::vector<std::vector<Value>> empty_groups;
    bool on_bytes = false;  // attributes of encoded items are taken from their bytes, all of a row in one walk
  };
  struct WindowCall {
    int slot = 0;
    std::string function;                          // upper case: ROW_NUMBER, RANK, LAG, ... or an aggregate
    const AggregateFunction* aggregate = nullptr;  // for aggregates OVER
    std::vector<ExprPtr> args;
    std::vector<ExprPtr> partition;
    std::vector<SortKey> order;
    bool distinct = false;  // of aggregates
    // Offsets relative to the current row, in rows, values of the ORDER BY key, or groups of peers;
    // nullopt = unbounded.
    enum class Frame : uint8_t { kRows, kRange, kGroups } frame = Frame::kRange;
    std::optional<ExprPtr> start_offset;  // null ExprPtr: current row
    bool start_following = false;
    std::optional<ExprPtr> end_offset;
    bool end_following = false;
    ExprPtr filter;
    bool ignore_nulls = false;
  };
  // All input rows, each with the windows' slots defined.
  struct Window {
    std::vector<WindowCall> calls;
  };
  struct Sort {
    std::vector<SortKey> keys;
    ExprPtr limit;          // top-N: rows beyond LIMIT + OFFSET need not be kept; null: all
    bool on_bytes = false;  // as Aggregate has it
  };
  struct Limit {
    ExprPtr limit;   // null: none
    ExprPtr offset;  // null: none
    // WITH TIES: rows equal to the last one in these are given too. The input is sorted by them.
    std::vector<SortKey> ties;
    // AFTER: only the rows after the one with this token (ResultSet::position). Null: none. The rules move it into the
    // access.
    ExprPtr after = nullptr;
  };
  // Rows with distinct values of `slot`.
  struct Distinct {
    int slot = 0;
  };
  enum class SetKind : uint8_t { kUnion, kIntersect, kExcept };
  // Two inputs, whose rows are the values of left_slot and right_slot; defines `slot`.
  struct SetOperation {
    SetKind kind = SetKind::kUnion;
    bool all = false;
    bool outer = false;  // OUTER: any values; else rows must have equal width and match by position
    int left_slot = 0;
    int right_slot = 0;
    int slot = 0;
    std::vector<std::string> left_columns;  // for matching by position; empty: order of fields
    std::vector<std::string> right_columns;
    std::vector<std::string> corresponding;  // CORRESPONDING [BY]: matched by these names
    bool by_name = false;
  };
  // A WITH query used more than once: computed once, then replayed. Nodes with one id share the rows.
  struct Shared {
    int id = 0;
    std::string name;
    int slot = 0;  // the rows' value
  };
  // WITH RECURSIVE: input 0 seeds, input 1 is repeated on the rows of the last round (read by a Shared of `id`).
  struct Recursive {
    int id = 0;
    bool distinct = false;
    int seed_slot = 0;
    int step_slot = 0;
    int slot = 0;
  };
  // Runs the input in `threads` workers over segments of the one Access below, and gives the rows in
  // segment order, so the key order stays.
  struct Gather {
    int threads = 1;
  };
  // Graph pattern matching over the value of `graph`; defines the slots of the pattern's variables.
  struct GraphMatch {
    ExprPtr graph;
    std::shared_ptr<const GraphPattern> pattern;  // planner/plan/graph_pattern.h
    std::vector<ExprPtr> conditions;              // the pattern's WHEREs, by number
    std::vector<std::pair<std::string, int>> variables;
  };

  std::variant<Once, Empty, Access, FunctionScan, Unnest, Filter, Compute, Join, SemiJoin, Aggregate, Window, Sort,
               Limit, Distinct, SetOperation, Shared, Recursive, Gather, GraphMatch>
      node;
  std::vector<PlanPtr> inputs;
  Estimate estimate;

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

template <typename Node>
PlanPtr MakePlan(Node node, std::vector<PlanPtr> inputs = {}, Estimate estimate = {}) {
  auto p = std::make_shared<Plan>();
  p->node = std::move(node);
  p->inputs = std::move(inputs);
  p->estimate = estimate;
  return p;
}

// Slots a subtree defines for its consumer; sorted.
std::vector<int> SlotsDefined(const Plan& plan);
// Of these, the ones the root node itself adds to those of its inputs.
std::vector<int> SlotsOwn(const Plan& plan);
// Slots it reads but does not define.
std::vector<int> SlotsFree(const Plan& plan);
// Whether two sorted lists of slots have one in common.
bool Intersects(const std::vector<int>& a, const std::vector<int>& b);

// A query: its rows are the values of `slot` in the rows of `root`.
struct Query {
  enum class Shape : uint8_t {
    kBag,
    kList,   // ORDER BY
    kValue,  // a plain expression: root gives one row, `slot` is the value
    kPivot,  // one tuple from rows of (`slot` value AT `name_slot`)
  } shape = Shape::kBag;
  PlanPtr root;
  int slot = 0;
  int name_slot = -1;
  std::vector<std::string> columns;  // of the select list, where known
  TextSpan span;

  // It gives rows; else one value, or a tuple.
  bool HasRows() const { return shape == Shape::kBag || shape == Shape::kList; }
};
using QueryPtr = std::shared_ptr<const Query>;

// INSERT, REPLACE, UPSERT, UPDATE, DELETE, and a condition check.
struct WritePlan {
  enum class Kind : uint8_t { kInsert, kReplace, kUpsert, kUpdate, kDelete, kExistsCheck } kind;
  TablePtr table;
  // kInsert, kReplace, kUpsert: the items, one per row of the source.
  QueryPtr source;
  WriteOp::Otherwise if_exists = WriteOp::Otherwise::kFail;  // ON CONFLICT
  // kUpdate, kDelete, kExistsCheck: the rows of `target` define `slot` (the item; whole_item); the executor
  // writes by their keys. A GetItem / BatchGet path without filter needs no read before the write.
  PlanPtr target;
  int slot = 0;
  // WHERE on `slot`, evaluated again on the current item when it is written; null: none. Terms with subqueries are
  // not in it: `target` has proven them, and `premises` say until when that holds.
  ExprPtr condition;
  // Their values have no subqueries: what a subquery gives is the value of a slot of `inputs`.
  std::vector<UpdateAction> actions;
  // Slots that the rows of `target` define for `actions` (of an upsert by key: the rows of `again`), each with the
  // expression it stands for, as it was before the rules.
  std::vector<SlotExpr> inputs;
  // The attributes of the item that subqueries of WHERE and of `actions` depend on; "" is the item as a whole. When
  // one has changed since the item was read, `again` decides anew.
  std::vector<std::string> premises;
  // Reads the item in `slot`, and gives one row with the inputs for it, or none if a term of WHERE is not true.
  // Null: the statement has no subqueries but in `source`.
  PlanPtr again;
  // UPDATE of a full key: an absent item or false condition skips (extended) or fails (dynamodb).
  WriteOp::Otherwise if_absent = WriteOp::Otherwise::kSkip;
  WriteOp::Otherwise if_false = WriteOp::Otherwise::kSkip;
  bool negated = false;  // NOT EXISTS
  ReturnValues returning = ReturnValues::kNone;
  uint64_t batch = 0;  // WITH (batch = n): in batches of n, each atomic; 0: one atomic write
};

// The tree as EXPLAIN shows it: an operator, its properties in order, its inputs. Text and JSON are rendered
// from the same description.
struct PlanDescription {
  std::string name;  // "Query songs.by_year"
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<PlanDescription> inputs;
  const Plan* plan = nullptr;  // to attach measurements in EXPLAIN ANALYZE
};
PlanDescription Describe(const Plan& plan);
PlanDescription Describe(const Query& query);
PlanDescription Describe(const WritePlan& write);
std::string RenderText(const PlanDescription& d);
std::string RenderJson(const PlanDescription& d);

// The rules' safety net, run after each of them where SET validate_plans = on: every node has the inputs it needs,
// every slot is read where it is defined (also in subqueries), joins and set operations take each side's own slots,
// keys and ranges fit the kind of access and the types of the key. Error (internal): the first violation.
Status ValidatePlan(const Plan& plan, const std::vector<int>& outer_slots);
Status ValidateQuery(const Query& query, const std::vector<int>& outer_slots);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_PLAN_H_
