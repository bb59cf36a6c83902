// The binder of expressions and queries; its parts are in binder_<concept>.cc. FROM (binder_from.h) and writes
// (binder_write.h) have classes of their own. Not for use outside of them.
//
// Grouping. Select list, HAVING and ORDER BY are bound over the FROM variables first, aggregate
// calls being replaced by slots; then whole expressions equal to a key become the key's slot, and
// what still reads a FROM variable is an error (binder_group.cc).
#ifndef PARTON_PLANNER_BINDER_BINDER_INTERNAL_H_
#define PARTON_PLANNER_BINDER_BINDER_INTERNAL_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parser/ast.h"
#include "parton/status.h"
#include "parton/text.h"
#include "planner/binder/binder_scopes.h"
#include "planner/binder/binder_with.h"
#include "planner/plan/plan.h"
#include "planner/planner.h"
#include "types/expr/expr.h"

namespace parton::binder {

// The keys of GROUP BY as bound over the FROM variables, and, with ROLLUP and its like, the sets of them.
struct GroupingSets {
  std::vector<ExprPtr> keys;
  std::vector<std::vector<size_t>> sets;  // none: one of all keys
  int slot = -1;                          // above the groups: the number of the row's set, if there are several
};

// What a SELECT collects while its expressions are bound.
struct Block {
  const ast::Select* select = nullptr;
  Block* outer = nullptr;                  // that of the query around a subquery
  const GroupingSets* grouping = nullptr;  // null: no GROUP BY
  const Scope* from = nullptr;
  std::vector<Plan::AggregateCall> aggregates;
  std::unordered_multimap<size_t, size_t> aggregates_by_hash;  // those without an order of their own
  int ordered_aggregate = -1;                                  // the last one with an order
  std::vector<Plan::WindowCall> windows;
  // Select items that are GROUP BY keys too, as they were bound there.
  std::vector<std::pair<const ast::Expr*, ExprPtr>> keys;
  bool in_aggregate = false;
  bool in_window = false;
  // Where aggregates (windows) may not stand: "WHERE", ...; null where they may.
  const char* no_aggregates = "this place";
  const char* no_windows = "this place";
};

// Slots a statement may have: WITH queries that use each other twice grow without bound.
inline constexpr int kMaxSlots = 20000;

// How the rows of a query with a select list are wanted.
enum class RowForm : uint8_t {
  kTuple,   // as they are
  kColumn,  // the only column's value: x IN (SELECT a ...)
  kArray,   // an array of the columns: (x, y) IN (SELECT a, b ...)
};

// A source of FROM.
struct Source {
  PlanPtr plan;        // stands alone, or reads slots of what is left of it
  ExprPtr collection;  // or: the elements of this, as an Unnest
  bool unpivot = false;
  int at_slot = -1;
  int by_slot = -1;
  Variable variable;
};

// Of a select list.
struct Item {
  std::string name;
  ExprPtr value;
  bool spread = false;  // x.*
  int position = 0;
  bool alias = false;  // AS was written
  TextSpan span;
};

struct Projection {
  std::vector<Item> items;  // SELECT list, SELECT *
  ExprPtr value;            // SELECT VALUE, PIVOT; or a row that is given as it is
  ExprPtr pivot_name;
  bool stored = false;
  bool tuple = false;
  bool named = false;  // an explicit list without `.*`
  std::vector<std::string> columns;
};

struct Grouping {
  std::vector<SlotExpr> keys;
  Scope scope;  // key names and GROUP AS
  GroupingSets sets;
  int group_as_slot = -1;
  std::vector<std::pair<std::string, ExprPtr>> group_as;
  std::vector<int> from_slots;
};

class Binder {
 public:
  explicit Binder(const PlannerInput& input) : input_(input), outside_(input) {}

  Result<PlannedStatement> Statement(const std::shared_ptr<const ast::Statement>& statement);
  Result<PlannedStatement> QueryOnly(const ast::Query& query, const ast::Statement& statement);

 private:
  // Parts of the work that have a class of their own, on the state of this one.
  friend class FromBinder;
  friend class WriteBinder;

  // binder_names.cc
  Result<Resolved> ResolveVariable(const ast::Variable& v, bool path_root);
  Status UnknownName(const ast::Identifier& name) const;
  Status UnknownTable(const ast::Identifier& name) const;
  Result<TablePtr> RequireTable(const ast::QualifiedName& name);
  ExprPtr TableValue(const TablePtr& table, TextSpan span);
  Source TableSource(const TablePtr& table, const IndexSchema* index);

  // binder_expr.cc
  Result<ExprPtr> BindExpr(const ast::Expr& e) { return Bind(e, /*coerce=*/true); }
  // Without the coercion of SQL subqueries to scalars.
  Result<ExprPtr> BindCollection(const ast::Expr& e) { return Bind(e, /*coerce=*/false); }
  Result<ExprPtr> Bind(const ast::Expr& e, bool coerce);
  Result<std::vector<ExprPtr>> BindAll(const std::vector<ast::ExprPtr>& list);
  Result<ExprPtr> BindNode(const ast::Literal& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Parameter& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Variable& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Path& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Unary& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Binary& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Comparison& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::DistinctFrom& n, const ast::Expr& e);
  Result<ExprPtr> BindQuantified(const ast::Comparison& n, const ast::Expr& e);
  Result<ExprPtr> BindRows(const ast::Comparison& n, const ast::Expr& e);
  // x IN (SELECT ...), x = ANY (...): the collection; with rows, arrays of the query's columns.
  Result<ExprPtr> BindElements(const ast::Expr& needle, const ast::Expr& haystack);
  // (a, b) IN ((1, 2), (3, 4)) as equalities of the elements.
  Result<ExprPtr> BindRowList(const ast::In& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::And& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Or& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Not& n, const ast::Expr& e);
  // ---- binder_types.cc ----
  Status CheckType(const ast::TypeName& type, bool cast, TextSpan span) const;
  ExprPtr CastTo(ExprPtr value, const ast::TypeName& type, TextSpan span);
  // Whether the value is of the type.
  ExprPtr TestType(const ExprPtr& value, const ast::TypeName& type, TextSpan span);

  // ---- binder_expr.cc ----
  Result<ExprPtr> BindNode(const ast::Is& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::In& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Between& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Like& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Overlaps& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Case& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Cast& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Call& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Extract& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Trim& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Array& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Bag& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Sexp& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Tuple& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::Subquery& n, const ast::Expr& e);
  Result<ExprPtr> BindNode(const ast::GraphMatch& n, const ast::Expr& e);
  Result<ExprPtr> BindSubquery(const ast::Query& query, bool coerce, TextSpan span);
  Result<ExprPtr> BindComparand(const ast::Expr& e, const ast::Expr& other);
  // Steps [first, ...) applied to `base`; wildcards become subqueries.
  Result<ExprPtr> BindSteps(Resolved root, const std::vector<ast::PathStep>& steps, TextSpan span);
  ExprPtr MakeSubquery(Expr::Subquery::Kind kind, BoundQuery query, TextSpan span);

  // binder_call.cc
  Result<ExprPtr> BindFunction(const ast::Call& call, TextSpan span);
  Result<ExprPtr> BindAggregate(const ast::Call& call, const AggregateFunction& function, TextSpan span);
  Result<ExprPtr> BindWindow(const ast::Call& call, TextSpan span);
  Result<ExprPtr> BindGrouping(const ast::Call& call, TextSpan span);
  // The innermost block whose rows the arguments of an aggregate read.
  Block* BlockOf(const std::vector<ExprPtr>& args) const;
  Status BindAggregateParts(const ast::Call& call, Plan::AggregateCall* out);
  Result<ExprPtr> CallFunction(std::string_view name, std::vector<ExprPtr> args, TextSpan span);
  Result<ExprPtr> DistinctCollection(ExprPtr collection, TextSpan span);
  Status FillWindow(const ast::WindowSpec& spec, Plan::WindowCall* call);

  // What strict typing refuses when planning.
  Result<ExprPtr> CheckedOperator(ExprPtr e) const;
  bool strict() const { return input_.settings->typing == Typing::kStrict; }
  bool dynamo() const { return input_.settings->dialect == Dialect::kDynamo; }

  // binder_query.cc
  Result<BoundQuery> BindQuery(const ast::Query& query, RowForm form = RowForm::kTuple);
  Result<BoundQuery> BindBody(const ast::Query& query, RowForm form);
  Result<BoundQuery> BindSetOperation(const ast::SetOperation& op);
  Result<BoundQuery> CombineSets(const ast::SetOperation& op, BoundQuery left, BoundQuery right);
  Result<BoundQuery> BindValues(const ast::Values& values);
  Result<BoundQuery> BindTableQuery(const ast::TableQuery& table);
  Result<BoundQuery> BindExprQuery(const ast::Expr& e);
  Result<BoundQuery> InForm(BoundQuery q, RowForm form);
  Status BindTail(const ast::Query& query, BoundQuery* q);
  Status AddLimit(const ast::Query& query, std::vector<SortKey> order, PlanPtr* plan);
  Result<SortKey> BindSortKey(const ast::OrderItem& item);

  // binder_with.cc
  Status BindWith(const ast::Query& query);
  Result<BoundQuery> BindCommonTable(const CommonTable& table);
  Result<std::optional<BoundQuery>> BindRecursive(CommonTable* table);
  Result<BoundQuery> RenameColumns(BoundQuery q, const std::vector<ast::Identifier>& names, TextSpan span);
  Result<BoundQuery> UseCommonTable(CommonTable* table);
  // The rows of `q` as rows of a plan, whatever its shape.
  BoundQuery AsRows(BoundQuery q);

  // binder_select.cc, binder_projection.cc
  Result<BoundQuery> BindSelect(const ast::Select& select, const ast::Query& tail, RowForm form);
  Status BindLet(const ast::Select& select, PlanPtr* plan, Scope* scope);
  // Variables with the EXCLUDEd parts taken out, for the projection; their computation into
  // `outputs`.
  Status BindExclude(const ast::Select& select, Scope* from, Scope* groups, std::vector<SlotExpr>* outputs);
  Result<Projection> BindProjection(const ast::Select& select, const Scope& from, const Scope* groups);
  Status BindItems(const ast::Select& select, Projection* p);
  Result<std::vector<SortKey>> BindOrderBy(const ast::Query& tail, const Scope* rows, Projection* p,
                                           std::vector<SlotExpr>* computed);
  // The slot of `e` in the plan's rows: a Compute is put on top unless it is one of its slots
  // already.
  int ComputeSlot(const ExprPtr& e, std::string_view name, PlanPtr* plan);

  // QUALIFY: over the select list's aliases too.
  Result<ExprPtr> BindQualify(const ast::Select& select, const Scope* rows, const Projection& p);

  // binder_group.cc
  // The aggregation of `rows`; with several grouping sets, of each row once for each set.
  PlanPtr Aggregated(PlanPtr rows, Grouping* g, std::vector<Plan::AggregateCall> calls);
  // f(args ORDER BY order) over the elements of `rows`, each an array of args and keys (see OrderedRow).
  ExprPtr OrderedAggregate(ExprPtr rows, const AggregateFunction& function, size_t args, bool distinct,
                           const std::vector<SortKey>& order, TextSpan span);
  Status BindGroupBy(const ast::Select& select, const Scope& from, Grouping* g);

  // binder_graph.cc
  Result<BoundQuery> BindGraph(const ast::GraphMatch& match, TextSpan span);

  // binder.cc
  Result<PlannedStatement> Finish(const ast::Statement& statement, PlannedStatement planned);
  Status BindQueryTail(const ast::StatementTail& tail);
  Status BindCache(const ast::Option& option);

  int NewSlot() { return next_slot_++; }

  const PlannerInput& input_;
  int next_slot_ = 0;
  Scopes scopes_;
  WithQueries with_;
  const Outside outside_;
  Block* block_ = nullptr;
  std::vector<std::string> notices_;
  ast::ReturnCapacity capacity_ = ast::ReturnCapacity::kNone;
  std::optional<bool> cache_;
  std::optional<int64_t> cache_age_ms_;
  // The statement is an expression: PartiQL rounds its numerals to 38 digits. Anywhere else, where they
  // would meet stored numbers, more digits are an error.
  bool rounds_numerals_ = false;
};

// Sets a variable for a C++ scope.
template <typename T>
class Restore {
 public:
  Restore(T* variable, T value) : variable_(variable), old_(*variable) { *variable = value; }
  ~Restore() { *variable_ = old_; }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  T* variable_;
  T old_;
};

// (a, b): a list written in parentheses; null: it is none.
inline const ast::Array* AsRow(const ast::Expr& e) {
  const auto* array = e.As<ast::Array>();
  return array != nullptr && array->row ? array : nullptr;
}
// Whether one of the slots is defined in the plan.
inline bool Defines(const Plan& plan, const std::vector<int>& slots) {
  return !slots.empty() && Intersects(slots, SlotsDefined(plan));
}
// binder_from.cc: the rows of the source; of a collection, for each row of `left`, unless null.
PlanPtr SourcePlan(const Source& source, PlanPtr left);
// binder_projection.cc: the name an expression gives its column, which is its last path step; none for other ones.
std::optional<std::string> ItemName(const ast::Expr& e, bool dynamo);
// The name that a variable or the last step of a path is; nullopt for other expressions.
std::optional<std::string> LastName(const ast::Expr& e);
// `*` of the select list, over the FROM variables or the keys of GROUP BY.
void AddStar(const Scope& from, const Scope* groups, Projection* p);
// x.*; `merged`: without the columns that USING took.
void AddSpread(const Variable& v, int position, bool merged, Projection* p);
ExprPtr RowValue(const Projection& p, RowForm form, TextSpan span);

// binder_group.cc: `e` in terms of keys and aggregates; null stays null. Error: it reads a FROM variable outside of
// both.
Result<ExprPtr> OverGroups(const ExprPtr& e, const Grouping& g);
Status OverGroups(std::vector<SortKey>* keys, const Grouping& g);
Status OverGroups(Plan::WindowCall* call, const Grouping& g);
// An array of an ordered aggregate's arguments and order, as OrderedAggregate reads it.
ExprPtr OrderedRow(const std::vector<ExprPtr>& args, const std::vector<SortKey>& order, TextSpan span);
// ROW_NUMBER, RANK, ...: those that stand before OVER only. `upper`: in upper case.
bool IsWindowFunction(std::string_view upper);
bool SameOrder(const std::vector<SortKey>& a, const std::vector<SortKey>& b);

}  // namespace parton::binder

#endif  // PARTON_PLANNER_BINDER_BINDER_INTERNAL_H_
