// The syntax of statements, as the parser gives it to the binder.
//
// Plain data: structs, a variant per closed set, unique_ptr where a tree needs them. Names are as
// written, nothing is looked up. Spans point into the text given to Parse.
//
// What the parser has done already, so that the binder need not:
//   - AND and OR are flat; comparison, IN, LIKE, BETWEEN, IS carry `negated`;
//   - a signed number literal is one Literal; `{a: 1}` has the literal 'a' as its key;
//   - `x IN (y)` has an Array as its right side, `(a, b)` and VALUES rows are Arrays;
//   - LIST(...) and SEXP(...) are collections; SUBSTRING(s FROM a FOR b), POSITION(a IN b) and
//     OVERLAY(s PLACING p FROM a FOR n) are Calls `substring`, `position(a, b)`, `overlay`;
//   - CURRENT_DATE and its like are Calls without arguments; aggregates and COLL_* are Calls too;
//   - parentheses are gone, but Expr::parenthesized tells;
//   - no tree is deeper than kMaxDepth (parser.h), so recursion over it is safe.
// Literals are validated, but not refused: Literal::error says what is wrong with one (rule: syntax
// accepts DATE '2021-02-30', a later check fails).
#ifndef PARTON_PARSER_AST_H_
#define PARTON_PARSER_AST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "parton/status.h"
#include "parton/temporal.h"
#include "parton/value.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton::ast {

struct Expr;
struct Query;
struct Statement;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;
using StatementPtr = std::unique_ptr<Statement>;

// A name as written, without its quotes. Quoted names match exactly.
struct Identifier {
  std::string name;
  bool quoted = false;
  TextSpan span;

  bool empty() const { return name.empty(); }
};

// t, "t"."index", hr.employees: at least one part.
struct QualifiedName {
  std::vector<Identifier> parts;
  TextSpan span;
};

// ---- Expressions ------------------------------------------------------------------------------

struct Literal {
  enum class Kind : uint8_t {
    kNull,
    kMissing,
    kBool,
    kInt,
    kDecimal,
    kFloat,
    kString,
    kBinary,
    kDate,
    kTime,
    kTimestamp,
    kInterval,
    kIon,
  };
  Kind kind;
  Value value;           // MISSING if `error` is set
  std::string text;      // numbers as written (a FLOAT's exact digits); else empty
  Status error;          // not OK: a well-formed literal with an impossible value
  bool rounded = false;  // a numeral of more digits than a number has
};

// `?` is numbered from 0 in order of appearance in the statement; `:name` has a name and, per
// distinct name, the number it first took. Both kinds share one numbering.
struct Parameter {
  int index = 0;
  std::string name;  // empty for `?`
};

// x, "x", @x
struct Variable {
  Identifier name;
  bool local = false;  // @x: local variables before globals
};

struct PathStep {
  enum class Kind : uint8_t {
    kName,      // .name, ."name", .'name'
    kIndex,     // [expr]
    kWildcard,  // [*]
    kUnpivot,   // .*
  };
  Kind kind;
  Identifier name;  // kName; .'name' counts as quoted
  ExprPtr index;    // kIndex
  TextSpan span;
};

// root.step.step: at least one step
struct Path {
  ExprPtr root;
  std::vector<PathStep> steps;
};

struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

struct Binary {
  BinaryOp op;
  ExprPtr left;
  ExprPtr right;
};

struct Comparison {
  // left op ANY (right), left op ALL (right): `right` is a collection, a Subquery, or an Array of what
  // was written in the parentheses.
  enum class Quantifier : uint8_t { kNone, kAny, kAll };
  CompareOp op;
  ExprPtr left;
  ExprPtr right;
  Quantifier quantifier = Quantifier::kNone;
};

// left IS [NOT] DISTINCT FROM right
struct DistinctFrom {
  ExprPtr left;
  ExprPtr right;
  bool negated = false;
};

struct And {
  std::vector<ExprPtr> terms;  // two or more
};

struct Or {
  std::vector<ExprPtr> terms;  // two or more
};

struct Not {
  ExprPtr operand;
};

// A type as written, with the types in <>: LIST<INT>, STRUCT<a: INT>, MAP<STRING, INT>.
struct TypeName : TypeSpec {
  std::vector<TypeName> parts;
  std::vector<std::string> names;  // of the parts; empty text: none
};

struct Is {
  using Test = parton::Expr::Is::Test;
  ExprPtr operand;
  Test test;
  TypeName type;  // kType
  TextSpan type_span;
  bool negated = false;
};

struct In {
  ExprPtr needle;
  ExprPtr haystack;  // Array for a written list, Subquery, or any expression
  bool negated = false;
};

struct Between {
  ExprPtr value;
  ExprPtr low;
  ExprPtr high;
  bool negated = false;
};

struct Like {
  ExprPtr value;
  ExprPtr pattern;
  ExprPtr escape;  // null if none
  bool negated = false;
};

// (start, end) OVERLAPS (start, interval)
struct Overlaps {
  ExprPtr left;
  ExprPtr right;
};

struct Case {
  ExprPtr operand;  // null: searched CASE
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  ExprPtr otherwise;  // null: NULL
};

struct Cast {
  enum class Kind : uint8_t { kCast, kCanCast, kCanLosslessCast };
  Kind kind = Kind::kCast;
  ExprPtr operand;
  TypeName type;
  TextSpan type_span;
};

struct OrderItem {
  ExprPtr expr;
  bool descending = false;
  std::optional<bool> nulls_first;  // none: last for ASC, first for DESC
};

struct FrameBound {
  enum class Kind : uint8_t {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing,
  };
  Kind kind = Kind::kCurrentRow;
  ExprPtr offset;  // kPreceding, kFollowing
};

struct WindowFrame {
  enum class Unit : uint8_t { kRows, kRange, kGroups };
  Unit unit = Unit::kRange;
  FrameBound start;
  FrameBound end;  // CURRENT ROW if not written
};

struct WindowSpec {
  Identifier base;  // OVER w, OVER (w ...): a window of the WINDOW clause; may be empty
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::unique_ptr<WindowFrame> frame;  // null: the default frame
};

enum class SetQuantifier : uint8_t { kNone, kAll, kDistinct };

// Functions, aggregates, COLL_*, window functions, table functions.
struct Call {
  Identifier name;
  SetQuantifier quantifier = SetQuantifier::kNone;
  bool star = false;                // f(*)
  std::vector<ExprPtr> args;        // a bare SELECT argument, COLL_SUM(SELECT ...), is a Subquery
  std::vector<OrderItem> order_by;  // f(x ORDER BY y), f(x) WITHIN GROUP (ORDER BY y)
  ExprPtr filter;                   // FILTER (WHERE ...)
  enum class Nulls : uint8_t { kUnsaid, kIgnore, kRespect } nulls = Nulls::kUnsaid;
  std::unique_ptr<WindowSpec> over;
};

// EXTRACT(part FROM x). A word that names no part is in `field` (static error).
struct Extract {
  Identifier field;
  std::optional<DatePart> part;
  ExprPtr operand;
};

// TRIM([[spec] [chars] FROM] s)
struct Trim {
  enum class Spec : uint8_t { kBoth, kLeading, kTrailing };
  Spec spec = Spec::kBoth;
  ExprPtr chars;  // null: blanks
  ExprPtr operand;
};

struct Array {
  std::vector<ExprPtr> elements;
  bool row = false;  // written (a, b)
};

struct Bag {
  std::vector<ExprPtr> elements;
};

struct Sexp {
  std::vector<ExprPtr> elements;
};

struct Tuple {
  std::vector<std::pair<ExprPtr, ExprPtr>> pairs;
};

// A query where a value is wanted.
struct Subquery {
  QueryPtr query;
};

// ---- Graph patterns ---------------------------------------------------------------------------

struct GraphPattern;

struct LabelExpr {
  enum class Kind : uint8_t { kName, kAny, kNot, kAnd, kOr };
  Kind kind = Kind::kName;
  Identifier name;                  // kName
  std::vector<LabelExpr> operands;  // kNot: one; kAnd, kOr: two or more
};

struct GraphQuantifier {
  uint32_t min = 0;
  std::optional<uint32_t> max;
};

struct GraphNode {
  Identifier variable;  // may be empty
  std::unique_ptr<LabelExpr> label;
  ExprPtr where;
};

struct GraphEdge {
  bool left = false;        // <-   <-> has left and right
  bool undirected = false;  // ~
  bool right = false;       // ->   `-` has all three
  Identifier variable;
  std::unique_ptr<LabelExpr> label;
  ExprPtr where;
  std::optional<GraphQuantifier> quantifier;
};

// ( pattern ... WHERE e ) with an own restrictor or quantifier
struct GraphGroup {
  std::unique_ptr<GraphPattern> pattern;
  std::optional<GraphQuantifier> quantifier;
};

using GraphElement = std::variant<GraphNode, GraphEdge, GraphGroup>;

enum class GraphRestrictor : uint8_t { kNone, kWalk, kTrail, kAcyclic, kSimple };

struct GraphSelector {
  enum class Kind : uint8_t {
    kNone,
    kAny,
    kAnyK,
    kAnyShortest,
    kAllShortest,
    kShortestK,
    kShortestKGroup,
  };
  Kind kind = Kind::kNone;
  uint32_t k = 0;
};

struct GraphPattern {
  GraphSelector selector;
  GraphRestrictor restrictor = GraphRestrictor::kNone;
  Identifier variable;  // p = ...; may be empty
  std::vector<GraphElement> elements;
  ExprPtr where;  // of a group
  TextSpan span;
};

// (graph MATCH pattern, pattern WHERE e)
struct GraphMatch {
  ExprPtr graph;
  std::vector<GraphPattern> patterns;
  ExprPtr where;
};

// -----------------------------------------------------------------------------------------------

struct Expr {
  std::variant<Literal, Parameter, Variable, Path, Unary, Binary, Comparison, DistinctFrom, And, Or, Not, Is, In,
               Between, Like, Overlaps, Case, Cast, Call, Extract, Trim, Array, Bag, Sexp, Tuple, Subquery, GraphMatch>
      node;
  TextSpan span;
  bool parenthesized = false;

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&node);
  }
};

// ---- Queries ----------------------------------------------------------------------------------

struct FromItem;
using FromPtr = std::unique_ptr<FromItem>;

// expr [AS a] [AT i] [BY id]; UNPIVOT expr ...
struct FromSource {
  ExprPtr expr;  // Variable or Path for tables and indexes; Call for table functions; any other
  bool unpivot = false;
  bool lateral = false;
  Identifier as;  // these three may be empty
  Identifier at;
  Identifier by;
  std::vector<Identifier> columns;  // AS x(a, b); empty: none
};

enum class JoinKind : uint8_t { kInner, kCross, kLeft, kRight, kFull };

struct Join {
  JoinKind kind = JoinKind::kInner;
  bool cross = false;  // [LEFT|RIGHT|FULL] CROSS JOIN: no ON; kCross is a plain one
  FromPtr left;
  FromPtr right;
  ExprPtr on;  // null for CROSS, USING, NATURAL
  bool natural = false;
  std::vector<Identifier> columns;  // USING (a, b)
};

struct FromItem {
  std::variant<FromSource, Join> node;
  TextSpan span;
};

struct SelectItem {
  enum class Kind : uint8_t {
    kExpr,
    kAllOf,  // x.*, a.b.*: `expr` is what stands before the `.*`
  };
  Kind kind = Kind::kExpr;
  ExprPtr expr;
  Identifier as;  // may be empty
  TextSpan span;
};

struct ExcludeStep {
  PathStep::Kind kind;
  Identifier name;    // kName
  int64_t index = 0;  // kIndex
};

struct ExcludePath {
  Identifier root;
  std::vector<ExcludeStep> steps;
  TextSpan span;
};

struct LetBinding {
  ExprPtr expr;
  Identifier name;
};

struct GroupKey {
  ExprPtr expr;
  Identifier as;  // may be empty
};

struct NamedWindow {
  Identifier name;
  WindowSpec spec;
};

struct GroupBy {
  bool all = false;      // GROUP ALL AS g: one group, no keys
  bool partial = false;  // GROUP PARTIAL BY
  std::vector<GroupKey> keys;
  Identifier as;  // GROUP AS g; may be empty
  // ROLLUP, CUBE, GROUPING SETS and (): the sets of keys to group by, as positions in `keys`; none: all.
  std::optional<std::vector<std::vector<size_t>>> sets;
};

struct Select {
  enum class Kind : uint8_t { kItems, kStar, kValue, kPivot };
  Kind kind = Kind::kItems;
  bool consistent = false;  // SELECT CONSISTENT
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<SelectItem> items;  // kItems
  ExprPtr value;                  // kValue; kPivot: PIVOT value AT name
  ExprPtr pivot_name;             // kPivot
  std::vector<ExcludePath> exclude;
  std::vector<FromPtr> from;  // comma list; empty: no FROM
  std::vector<LetBinding> let;
  ExprPtr where;
  std::unique_ptr<GroupBy> group_by;  // null: none
  ExprPtr having;
  std::vector<NamedWindow> windows;
  ExprPtr qualify;
};

enum class SetOp : uint8_t { kUnion, kIntersect, kExcept };

struct SetOperation {
  SetOp op;
  bool outer = false;
  SetQuantifier quantifier = SetQuantifier::kNone;  // kNone means DISTINCT
  bool corresponding = false;
  std::vector<Identifier> by;  // CORRESPONDING BY (a, b)
  QueryPtr left;               // operands without WITH, ORDER BY, LIMIT unless parenthesised
  QueryPtr right;
};

// VALUES (1, 2), (3, 4): each row an Array; VALUES (1) has rows of one element
struct Values {
  std::vector<ExprPtr> rows;
};

// TABLE t
struct TableQuery {
  QualifiedName table;
};

struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
  TextSpan span;
};

// body: an ExprPtr is a bare expression as a query, whose value is the result itself. A
// parenthesised query as operand of a set operation or as the whole body is unwrapped to a nested
// Query (QueryPtr).
struct Query {
  bool recursive = false;
  std::vector<CommonTable> with;
  std::variant<Select, SetOperation, Values, TableQuery, ExprPtr, QueryPtr> body;
  std::vector<OrderItem> order_by;
  ExprPtr limit;  // LIMIT, or the count of FETCH
  ExprPtr after;  // LIMIT n AFTER token
  ExprPtr offset;
  bool with_ties = false;  // FETCH ... WITH TIES
  TextSpan span;

  bool HasTail() const { return !order_by.empty() || limit || offset; }
  template <typename T>
  const T* BodyAs() const {
    return std::get_if<T>(&body);
  }
  template <typename T>
  T* BodyAs() {
    return std::get_if<T>(&body);
  }
};

// ---- Parts of statements ----------------------------------------------------------------------

// name = value in WITH (...), SET (...), COPY's parentheses. Words are strings; a name without a
// value is TRUE. Tuples and arrays of constants are allowed.
struct Option {
  Identifier name;
  Value value;
  TextSpan span;
};

struct Returning {
  enum class What : uint8_t { kAllOld, kAllNew, kModifiedOld, kModifiedNew };
  What what;
  TextSpan span;
};

// RETURN CONSUMED CAPACITY TOTAL
enum class ReturnCapacity : uint8_t { kNone, kTotal, kIndexes };

// What may end a query or a change, ddbsh's clauses among them.
struct StatementTail {
  std::optional<Returning> returning;  // RETURNING ALL OLD *, RETURN VALUES ALL OLD
  ReturnCapacity capacity = ReturnCapacity::kNone;
  std::optional<int64_t> rate_read;  // WITH RATELIMIT (n RCU, m WCU)
  std::optional<int64_t> rate_write;
  std::vector<Option> options;  // WITH (batch = 1000)
};

struct ColumnType {
  Identifier attribute;
  std::string type;  // as written: STRING, NUMBER, BINARY, S, N, B
  TextSpan type_span;
};

struct KeyPart {
  Identifier attribute;
  std::string type;  // CREATE INDEX g ON t (pk STRING); else empty
  enum class Role : uint8_t { kUnsaid, kHash, kRange } role = Role::kUnsaid;
};

// BILLING MODE ...; `unlimited` for THROUGHPUT UNLIMITED
struct Billing {
  bool on_demand = true;
  std::optional<Throughput> provisioned;
  std::optional<Throughput> maximum;  // ON DEMAND THROUGHPUT (n RCU, m WCU)
  bool unlimited = false;
};

// BILLING MODE, WARM THROUGHPUT and WITH (...) of an index; absent = not written.
struct IndexClauses {
  std::optional<Billing> billing;
  std::optional<Throughput> warm;
  std::vector<Option> options;
};

struct IndexDefinition {
  Identifier name;
  IndexKind kind = IndexKind::kGlobal;
  std::vector<KeyPart> key;
  Projection projection = Projection::kAll;
  std::vector<Identifier> include;
  IndexClauses clauses;
  TextSpan span;
};

struct Stream {
  StreamView view = StreamView::kOff;  // STREAM DISABLED
};

// The clauses of CREATE TABLE after the columns, and of ALTER TABLE ... SET; absent = not written.
struct TableClauses {
  std::optional<Billing> billing;
  std::optional<Throughput> warm;
  std::optional<Stream> stream;
  std::optional<std::string> ttl;  // attribute; empty: TTL DISABLED
  std::optional<bool> deletion_protection;
  std::optional<bool> pitr;
  std::optional<std::string> table_class;  // STANDARD, STANDARD_INFREQUENT_ACCESS
  std::optional<std::string> sse;          // "DISABLED" or key and kind, as written
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<Option> options;  // WITH (...), SET (...)
};

// ---- Statements -------------------------------------------------------------------------------

struct QueryStatement {
  QueryPtr query;
  StatementTail tail;
};

// [NOT] EXISTS (SELECT ...) alone: a condition check in a transaction, else a query of one boolean.
struct ExistsStatement {
  bool negated = false;
  QueryPtr query;
};

struct Insert {
  enum class Verb : uint8_t { kInsert, kReplace, kUpsert };
  enum class OnConflict : uint8_t { kError, kNothing, kReplace };
  Verb verb = Verb::kInsert;
  QualifiedName table;
  Identifier as;
  std::vector<Identifier> columns;  // (a, b); empty: the source gives tuples
  ExprPtr value;                    // VALUE {...}: one item
  QueryPtr source;                  // or a query: VALUES, << >>, SELECT ...
  OnConflict on_conflict = OnConflict::kError;
  StatementTail tail;
};

// SET path = expr, REMOVE path, ADD path value, DELETE path value; in the order written.
struct UpdateAction {
  enum class Kind : uint8_t { kSet, kRemove, kAdd, kDelete };
  Kind kind;
  ExprPtr path;   // Variable or Path with kName and kIndex steps
  ExprPtr value;  // null for kRemove
  TextSpan span;
};

// UPDATE t SET ..., UPSERT t SET ..., FROM t WHERE ... SET ...
struct Update {
  bool upsert = false;
  QualifiedName table;  // t, t.index
  Identifier as;
  std::vector<UpdateAction> actions;
  ExprPtr where;
  StatementTail tail;
};

struct Delete {
  QualifiedName table;
  Identifier as;
  ExprPtr where;
  StatementTail tail;
};

struct CreateTable {
  bool if_not_exists = false;
  Identifier name;
  std::vector<ColumnType> columns;
  std::vector<KeyPart> primary_key;  // empty: not written
  std::vector<IndexDefinition> indexes;
  TableClauses clauses;
};

struct DropTable {
  bool if_exists = false;
  Identifier name;
};

struct TruncateTable {
  Identifier name;
};

struct CreateIndex {
  bool if_not_exists = false;
  QualifiedName table;
  IndexDefinition index;
  std::vector<ColumnType> columns;  // ALTER TABLE t (c NUMBER) CREATE GSI ...
};

struct DropIndex {
  bool if_exists = false;
  Identifier name;
  QualifiedName table;
};

// ALTER TABLE t SET ...; CREATE GSI and DROP GSI become CreateIndex and DropIndex.
struct AlterTable {
  QualifiedName table;
  TableClauses clauses;
  struct IndexChange {
    Identifier name;
    IndexClauses clauses;
  };
  std::vector<IndexChange> indexes;  // UPDATE GSI (g SET BILLING MODE ...)
  std::string replica;               // ADD/UPDATE/DROP REPLICA region: as written; else empty
};

// SHOW TABLES, SHOW ALL, SHOW VERSION, SHOW typing, ...
struct Show {
  enum class What : uint8_t {
    kTables,
    kVersion,
    kLimits,
    kAll,  // SHOW ALL, SHOW SETTINGS
    kTriggers,
    kParked,
    kStatistics,
    kConsumers,
    kMetrics,
    kCaches,
    kSetting,  // any other name
  } what = What::kSetting;
  Identifier name;                      // as written
  std::optional<QualifiedName> target;  // SHOW METRICS t
  std::optional<std::string> like;
};

struct ShowCreateTable {
  QualifiedName table;
  bool if_not_exists = false;
};

struct Describe {
  QualifiedName table;
  bool attributes = false;
  std::vector<Option> options;
};

struct Explain {
  enum class Format : uint8_t { kText, kJson, kApi, kCli };
  bool analyze = false;
  Format format = Format::kText;
  StatementPtr statement;
};

struct Begin {};
struct Commit {};
struct Rollback {
  Identifier savepoint;  // ROLLBACK TO name; else empty
};
struct Savepoint {
  Identifier name;
};
struct ReleaseSavepoint {
  Identifier name;
};

struct SetOption {
  Identifier name;  // dotted names joined by '.'
  Value value;      // words are strings; MISSING: DEFAULT
  TextSpan value_span;
};

struct AdvanceClock {
  std::string amount;  // '25 hours'
  TextSpan amount_span;
};

struct CopyFrom {
  QualifiedName table;
  std::string file;
  std::vector<Option> options;
  TextSpan file_span;
};

struct CopyTo {
  std::optional<QualifiedName> table;  // or
  QueryPtr query;
  std::string file;
  std::vector<Option> options;
  TextSpan file_span;
};

// IMPORT [TABLE] [t] FROM 'path' (FORMAT ...)
struct Import {
  std::optional<QualifiedName> table;
  std::string file;
  std::vector<Option> options;
  TextSpan file_span;
};

// ATTACH 'dynamodb://eu-west-1' AS prod
struct Attach {
  std::string path;
  Identifier name;
  TextSpan path_span;
};
struct Detach {
  Identifier name;
};

struct BackupTo {
  std::string directory;
};
struct RestoreFrom {
  std::string directory;
};
struct CheckDatabase {};
struct Repair {};

// ANALYZE [t [(sample = n)]]
struct Analyze {
  std::optional<QualifiedName> table;  // none: all tables
  std::vector<Option> options;
};

// ADVISE statement, ADVISE FROM 'file'
struct Advise {
  StatementPtr statement;  // null: those of the file
  std::string file;
  TextSpan file_span;
};

struct CreateTrigger {
  bool if_not_exists = false;
  Identifier name;
  QualifiedName table;
  bool from_trim_horizon = false;  // FROM TRIM_HORIZON; default LATEST
  std::optional<int64_t> batch;
  StatementPtr statement;
  std::string statement_text;
};

struct AlterTrigger {
  enum class Action : uint8_t { kRetry, kSkip, kPause, kResume };
  Identifier name;
  Action action;
};

struct DropTrigger {
  bool if_exists = false;
  Identifier name;
};

struct Statement {
  std::variant<QueryStatement, ExistsStatement, Insert, Update, Delete, CreateTable, DropTable, TruncateTable,
               CreateIndex, DropIndex, AlterTable, Show, ShowCreateTable, Describe, Explain, Begin, Commit, Rollback,
               Savepoint, ReleaseSavepoint, SetOption, AdvanceClock, CopyFrom, CopyTo, Import, BackupTo, RestoreFrom,
               CheckDatabase, Repair, Analyze, Advise, CreateTrigger, AlterTrigger, DropTrigger, Attach, Detach>
      node;
  TextSpan span;
  // How many parameters the statement takes (`?` and distinct `:name`), and the names by index.
  int parameter_count = 0;
  std::vector<std::string> parameter_names;  // "" for `?`

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&node);
  }
};

// Statements in the order written; empty ones (`;;`) are left out. Each numbers its own parameters.
struct Script {
  std::vector<Statement> statements;
};

}  // namespace parton::ast

#endif  // PARTON_PARSER_AST_H_
