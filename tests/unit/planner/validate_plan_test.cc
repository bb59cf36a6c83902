// Plans that no rule may make are found, and the rule is named.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "planner/plan/plan.h"
#include "planner/rules/rules.h"
#include "planner/settings.h"

namespace parton {
namespace {

ExprPtr SlotAt(int slot) { return MakeExpr(Expr::Slot{slot, "s"}); }
ExprPtr Number(int64_t n) { return MakeExpr(Expr::Literal{Value::Int(n)}); }
ExprPtr Text(const char* s) { return MakeExpr(Expr::Literal{Value::String(s)}); }

class Validation : public ::testing::Test {
 protected:
  Validation() {
    auto table = std::make_shared<TableSchema>();
    table->name = "t";
    table->key.hash = {"h", KeyType::kString};
    table->key.range = KeyAttribute{"r", KeyType::kNumber};
    table_ = table;
  }

  Plan::Access Access(int slot, AccessKind kind = AccessKind::kScan) const {
    Plan::Access a;
    a.table = table_;
    a.slot = slot;
    a.kind = kind;
    return a;
  }
  PlanPtr Scan(int slot) const { return MakePlan(Access(slot)); }

  static std::string Fault(const PlanPtr& plan) {
    const Status s = ValidatePlan(*plan, {});
    EXPECT_EQ(s.code(), s.ok() ? StatusCode::kOk : StatusCode::kInternal);
    return s.message();
  }
  static void ExpectFault(const PlanPtr& plan, const std::string& part) {
    EXPECT_NE(Fault(plan).find(part), std::string::npos) << Fault(plan) << "\nshould tell of " << part;
  }

  TablePtr table_;
};

TEST_F(Validation, SlotsMustBeDefinedWhereTheyAreRead) {
  EXPECT_EQ(Fault(MakePlan(Plan::Filter{SlotAt(1)}, {Scan(1)})), "");
  ExpectFault(MakePlan(Plan::Filter{SlotAt(2)}, {Scan(1)}), "reads slot 2");
  // What stands above a projection does not help below it, nor one side of a join the other.
  PlanPtr computed = MakePlan(Plan::Compute{{{2, SlotAt(1)}}}, {MakePlan(Plan::Filter{SlotAt(2)}, {Scan(1)})});
  ExpectFault(computed, "reads slot 2");
  Plan::Join join;
  PlanPtr right = MakePlan(Plan::Filter{SlotAt(1)}, {Scan(2)});
  ExpectFault(MakePlan(join, {Scan(1), right}), "reads slot 1");
  join.lateral = true;
  EXPECT_EQ(Fault(MakePlan(join, {Scan(1), right})), "");
  ExpectFault(MakePlan(join, {Scan(1), Scan(1)}), "both sides define slot 1");
}

TEST_F(Validation, NodesHaveTheInputsTheyNeed) {
  ExpectFault(MakePlan(Plan::Filter{Number(1)}), "0 inputs");
  ExpectFault(MakePlan(Plan::Join{}, {Scan(1)}), "1 inputs");
  ExpectFault(MakePlan(Plan::Distinct{3}, {Scan(1)}), "slot 3");
  Plan::SetOperation set;
  set.left_slot = 1;
  set.right_slot = 1;
  set.slot = 3;
  ExpectFault(MakePlan(set, {Scan(1), Scan(2)}), "right side of a set operation");
}

TEST_F(Validation, JoinsTakeEachSidesOwnSlots) {
  Plan::Join join;
  join.strategy = JoinStrategy::kHash;
  ExpectFault(MakePlan(join, {Scan(1), Scan(2)}), "without keys");
  join.keys = {{SlotAt(2), SlotAt(1)}};
  ExpectFault(MakePlan(join, {Scan(1), Scan(2)}), "reads slot 2");
  Plan::SemiJoin semi;
  semi.keys = {{SlotAt(1), SlotAt(2)}};
  EXPECT_EQ(Fault(MakePlan(semi, {Scan(1), Scan(2)})), "");
  // The right side's slots end there.
  ExpectFault(MakePlan(Plan::Filter{SlotAt(2)}, {MakePlan(semi, {Scan(1), Scan(2)})}), "reads slot 2");
  ExpectFault(MakePlan(semi, {Scan(1), Scan(1)}), "both sides define slot 1");
  semi.null_aware = true;
  ExpectFault(MakePlan(semi, {Scan(1), Scan(2)}), "no anti-join");
}

TEST_F(Validation, JoinsThatMarkDefineTheMark) {
  Plan::SemiJoin marks;
  marks.keys = {{SlotAt(1), SlotAt(2)}};
  marks.null_aware = true;
  marks.mark_slot = 3;
  EXPECT_EQ(Fault(MakePlan(Plan::Filter{SlotAt(3)}, {MakePlan(marks, {Scan(1), Scan(2)})})), "");
  marks.mark_slot = 1;
  ExpectFault(MakePlan(marks, {Scan(1), Scan(2)}), "both sides define slot 1");
  marks.mark_slot = 3;
  // A condition beside the keys sees both sides, and not the mark.
  marks.on = MakeExpr(Expr::Compare{CompareOp::kLt, SlotAt(1), SlotAt(2)});
  EXPECT_EQ(Fault(MakePlan(marks, {Scan(1), Scan(2)})), "");
  marks.on = SlotAt(3);
  ExpectFault(MakePlan(marks, {Scan(1), Scan(2)}), "reads slot 3");
}

TEST_F(Validation, SetOperationsHaveASlotOfTheirOwn) {
  Plan::SetOperation set;
  set.left_slot = 1;
  set.right_slot = 2;
  set.slot = 3;
  EXPECT_EQ(Fault(MakePlan(set, {Scan(1), Scan(2)})), "");
  // The slots of the sides end there.
  ExpectFault(MakePlan(Plan::Filter{SlotAt(1)}, {MakePlan(set, {Scan(1), Scan(2)})}), "reads slot 1");
  set.slot = 1;
  ExpectFault(MakePlan(set, {Scan(1), Scan(2)}), "define slot 1");
  set.slot = 3;
  set.right_slot = 1;
  ExpectFault(MakePlan(set, {Scan(1), Scan(1)}), "both sides define slot 1");
}

TEST_F(Validation, KeysFitTheAccess) {
  Plan::Access get = Access(1, AccessKind::kGetItem);
  ExpectFault(MakePlan(get), "GetItem takes one key");
  get.keys = {{Text("a"), nullptr}};
  ExpectFault(MakePlan(get), "does not have the table's attributes");
  get.keys = {{Text("a"), Text("b")}};
  ExpectFault(MakePlan(get), "a sort key is of another type");
  get.keys = {{Text("a"), Number(1)}};
  EXPECT_EQ(Fault(MakePlan(get)), "");
  get.ranges.emplace_back();
  ExpectFault(MakePlan(get), "keys and ranges");

  Plan::Access query = Access(1, AccessKind::kQuery);
  ExpectFault(MakePlan(query), "no partition key");
  query.ranges = {{Text("a"), {{Number(1), true}}, {{Text("x"), true}}, {}}};
  ExpectFault(MakePlan(query), "another type than the key");
  query.ranges[0].highs = {{SlotAt(1), true}};
  ExpectFault(MakePlan(query), "reads slot 1");

  Plan::Access range = Access(1, AccessKind::kRangeScan);
  range.ranges = {{}};
  ExpectFault(MakePlan(range), "no bounds");
  Plan::Access scan = Access(1);
  scan.keys = {{Text("a"), Number(1)}};
  ExpectFault(MakePlan(scan), "a scan has keys");
}

TEST_F(Validation, SubqueriesAreLookedInto) {
  auto query = std::make_shared<Query>();
  query->root = MakePlan(Plan::Filter{SlotAt(1)}, {Scan(2)});
  query->slot = 2;
  Expr::Subquery subquery;
  subquery.kind = Expr::Subquery::Kind::kExists;
  subquery.plan = query;
  // It does not say that it reads slot 1.
  ExpectFault(MakePlan(Plan::Filter{MakeExpr(subquery)}, {Scan(1)}), "reads slot 1");
  subquery.reads = {1};
  EXPECT_EQ(Fault(MakePlan(Plan::Filter{MakeExpr(subquery)}, {Scan(1)})), "");
  ExpectFault(MakePlan(Plan::Filter{MakeExpr(subquery)}, {Scan(3)}), "reads slot 1");
}

TEST_F(Validation, TheMakerIsNamed) {
  Settings settings;
  settings.validate_plans = true;
  RuleContext context;
  context.settings = &settings;
  auto planned = ApplyRules(MakePlan(Plan::Filter{SlotAt(2)}, {Scan(1)}), context);
  ASSERT_FALSE(planned.ok());
  EXPECT_EQ(planned.status().code(), StatusCode::kInternal);
  EXPECT_EQ(planned.status().message().find("the binder made a wrong plan: "), 0u) << planned.status().message();
}

}  // namespace
}  // namespace parton
