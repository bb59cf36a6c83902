// UPDATE's rules, one by one (DynamoDB developer guide, "Update expressions").
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class UpdateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    table_ = Create(store_.get(), Table("t", false, {Index("g", Attribute("n", KeyType::kNumber))}));
  }
  void TearDown() override { ExpectSound(store_.get()); }

  void Have(const Fields& fields) {
    Fields all{{"pk", "a"}};
    all.insert(all.end(), fields.begin(), fields.end());
    Write(store_.get(), Put(table_, Item(all)));
  }
  Value Get() { return Read(store_.get(), table_, {"a", {}}); }
  Value After(std::vector<UpdateAction> actions) {
    Write(store_.get(), Update(table_, {"a", {}}, std::move(actions)));
    return Get();
  }
  std::string Error(std::vector<UpdateAction> actions) {
    Value before = Get();
    Status s = WriteError(store_.get(), Update(table_, {"a", {}}, std::move(actions)));
    EXPECT_EQ(s.code(), StatusCode::kValidation) << s.ToString();
    EXPECT_EQ(before, Get());
    return s.message();
  }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
};

constexpr char kBadPath[] = "The document path provided in the update expression is invalid for update";
constexpr char kBadOperand[] = "An operand in the update expression has an incorrect data type";
constexpr char kNoAttribute[] = "The provided expression refers to an attribute that does not exist in the item";

TEST_F(UpdateTest, ValuesReadTheOldItem) {
  Have({{"x", 1}, {"y", 2}});
  EXPECT_EQ(After({SetTo("x", Path("y")), SetTo("y", Path("x"))}), Item({{"pk", "a"}, {"x", 2}, {"y", 1}}));
  EXPECT_EQ(After({SetTo("x", 7), SetTo("z", Path("x"))}), Item({{"pk", "a"}, {"x", 7}, {"y", 1}, {"z", 2}}));
}

TEST_F(UpdateTest, OverlappingPathsAreRefused) {
  Have({{"a", Item({{"b", 1}})}, {"l", List({1, 2, 3})}});
  EXPECT_EQ(Error({SetTo("a", 1), SetTo("a.b", 2)}),
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [a], path two: [a, b]");
  EXPECT_NE(Error({SetTo("a.b", 1), Remove("a.b")}).find("overlap"), std::string::npos);
  EXPECT_NE(Error({SetTo("a.b", 1), SetTo("a[0]", 1)}).find("conflict"), std::string::npos);
  EXPECT_EQ(After({SetTo("l[0]", 7), SetTo("l[1]", 8)}).Get("l"), List({7, 8, 3}));
}

TEST_F(UpdateTest, ParentsMustExist) {
  Have({{"s", "text"}, {"m", Item({{"x", 1}})}});
  EXPECT_EQ(Error({SetTo("a.b", 1)}), kBadPath);
  EXPECT_EQ(Error({SetTo("s.b", 1)}), kBadPath);
  EXPECT_EQ(Error({SetTo("m[0]", 1)}), kBadPath);
  EXPECT_EQ(Error({SetTo("m.y.z", 1)}), kBadPath);
  EXPECT_EQ(Error({Remove("a.b")}), kBadPath);
  EXPECT_EQ(Error({Remove("m.y.z")}), kBadPath);
  EXPECT_EQ(After({Remove("m.y")}).Get("m"), Item({{"x", 1}}));
  EXPECT_EQ(After({SetTo("m.y", 2)}).Get("m"), Item({{"x", 1}, {"y", 2}}));
  EXPECT_EQ(After({Remove("gone")}).Get("s"), Value("text"));
}

TEST_F(UpdateTest, ListPositions) {
  Have({{"l", List({0, 1, 2, 3})}});
  EXPECT_EQ(After({SetTo("l[100]", "y"), SetTo("l[50]", "x")}).Get("l"), List({0, 1, 2, 3, "x", "y"}));
  // Removals mean positions of the old list.
  EXPECT_EQ(After({Remove("l[0]"), Remove("l[1]")}).Get("l"), List({2, 3, "x", "y"}));
  EXPECT_EQ(After({Remove("l[99]")}).Get("l"), List({2, 3, "x", "y"}));
  EXPECT_EQ(After({Remove("l[0]"), SetTo("l[1]", 9)}).Get("l"), List({9, "x", "y"}));
  EXPECT_EQ(After({Remove("l[0]"), SetTo("l[9]", 10)}).Get("l"), List({"x", "y", 10}));
}

TEST_F(UpdateTest, ArithmeticIsExact) {
  Have({{"x", Num("99999999999999999999999999999999999999")}, {"s", "text"}, {"one", 1}});
  EXPECT_EQ(After({SetTo("y", Bin(BinaryOp::kAdd, Path("one"), Lit(Num("0.5"))))}).Get("y"), Num("1.5"));
  Error({SetTo("x", Bin(BinaryOp::kAdd, Path("x"), Lit(Num("0.1"))))});
  EXPECT_EQ(Error({SetTo("x", Bin(BinaryOp::kAdd, Path("s"), Lit(1)))}), kBadOperand);
  EXPECT_EQ(Error({SetTo("x", Bin(BinaryOp::kSub, Path("gone"), Lit(1)))}), kNoAttribute);
  EXPECT_EQ(Error({SetTo("x", Path("gone"))}), kNoAttribute);
}

TEST_F(UpdateTest, Functions) {
  Have({{"l", List({1})}, {"s", "text"}, {"tags", Set({"a", "b"})}});
  EXPECT_EQ(After({SetTo("l", Call("list_append", {Path("l"), Lit(List({2}))}))}).Get("l"), List({1, 2}));
  EXPECT_EQ(Error({SetTo("l", Call("list_append", {Path("gone"), Lit(List({2}))}))}), kNoAttribute);
  EXPECT_EQ(Error({SetTo("l", Call("list_append", {Path("s"), Lit(List({2}))}))}), kBadOperand);
  EXPECT_EQ(After({SetTo("c", Bin(BinaryOp::kAdd, Call("if_not_exists", {Path("c"), Lit(0)}), Lit(1)))}).Get("c"),
            Value(1));
  EXPECT_EQ(After({SetTo("tags", Call("set_add", {Path("tags"), Lit(Value::Bag({"c"}))}))}).Get("tags"),
            Set({"a", "b", "c"}));
  EXPECT_EQ(After({SetTo("fresh", Call("set_add", {Path("fresh"), Lit(Value::Bag({1}))}))}).Get("fresh"), Set({1}));
  EXPECT_EQ(After({SetTo("gone", Call("set_delete", {Path("gone"), Lit(Value::Bag({1}))}))}).Get("gone"), Value());
  EXPECT_EQ(After({SetTo("fresh", Call("set_delete", {Path("fresh"), Lit(Value::Bag({1}))}))}).Get("fresh"), Value());
  EXPECT_EQ(Error({SetTo("tags", Call("set_add", {Path("tags"), Lit(Value::Bag({1}))}))}), kBadOperand);
}

TEST_F(UpdateTest, AddAndDelete) {
  Have({{"c", 5}, {"s", "text"}, {"ns", Set({1, 2})}, {"m", Item({{"d", List({1, 2, 3})}})}});
  EXPECT_EQ(After({Add("c", 3)}).Get("c"), Value(8));
  EXPECT_EQ(After({Add("fresh", Num("-1.5"))}).Get("fresh"), Num("-1.5"));
  EXPECT_EQ(After({Add("m.d[2]", 10)}).Get("m"), Item({{"d", List({1, 2, 13})}}));
  EXPECT_EQ(After({Add("ns", Set({2, 3}))}).Get("ns"), Set({1, 2, 3}));
  EXPECT_EQ(After({Add("ss", Set({"x"}))}).Get("ss"), Set({"x"}));
  EXPECT_EQ(Error({Add("ns", Set({"x"}))}), kBadOperand);
  EXPECT_EQ(Error({Add("s", 1)}), kBadOperand);
  EXPECT_EQ(Error({Add("s", "x")}),
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING");
  EXPECT_EQ(Error({Add("x.y", 1)}), kBadPath);
  EXPECT_EQ(After({Delete("ns", Set({1, 9}))}).Get("ns"), Set({2, 3}));
  EXPECT_EQ(After({Delete("ns", Set({2, 3}))}).Get("ns"), Value());
  EXPECT_EQ(After({Delete("ns", Set({2, 3}))}).Get("ns"), Value());
  EXPECT_EQ(Error({Delete("c", Set({1}))}), kBadOperand);
  EXPECT_EQ(Error({Delete("c", 1)}),
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER");
}

TEST_F(UpdateTest, KeysStay) {
  Have({{"n", 1}});
  EXPECT_EQ(Error({SetTo("pk", "a")}),
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is "
            "part of the key");
  EXPECT_NE(Error({SetTo("pk.x", "a")}).find("Key attributes must be scalars"), std::string::npos);
  EXPECT_NE(Error({SetTo("n.x", "a")}).find("IndexKey: n"), std::string::npos);
  EXPECT_NE(Error({SetTo("n", "text")}).find("Type mismatch for Index Key n Expected: N Actual: S IndexName: g"),
            std::string::npos);
}

TEST_F(UpdateTest, AbsentItems) {
  WriteOp op = Update(table_, {"new", {}}, {SetTo("x", 1)});
  EXPECT_EQ(WriteError(store_.get(), op).code(), StatusCode::kConditionFailed);
  op.if_absent = WriteOp::Otherwise::kSkip;
  EXPECT_FALSE(Write(store_.get(), op).applied);
  op.if_absent = WriteOp::Otherwise::kProceed;
  EXPECT_TRUE(Write(store_.get(), op).changed);
  EXPECT_EQ(Read(store_.get(), table_, {"new", {}}), Item({{"pk", "new"}, {"x", 1}}));

  op = Update(table_, {"none", {}}, {Remove("x"), Remove("x2.y"), Delete("z", Set({1}))});
  op.if_absent = WriteOp::Otherwise::kProceed;
  EXPECT_FALSE(Write(store_.get(), op).changed);
  EXPECT_TRUE(Read(store_.get(), table_, {"none", {}}).is_missing());
  op.actions = {SetTo("x.y", 1)};
  EXPECT_EQ(WriteError(store_.get(), op).message(), kBadPath);
  op.actions.clear();
  EXPECT_TRUE(Write(store_.get(), op).changed);
  EXPECT_EQ(Read(store_.get(), table_, {"none", {}}), Item({{"pk", "none"}}));
}

TEST_F(UpdateTest, Returning) {
  Have({{"x", 1}, {"m", Item({{"a", 1}, {"b", 2}})}, {"l", List({1, 2, 3})}});
  WriteOp op = Update(table_, {"a", {}},
                      {SetTo("m.a", 10), SetTo("l[2]", 30), SetTo("l[0]", 11), SetTo("new", true), Remove("x")});
  op.returning = ReturnValues::kModifiedOld;
  EXPECT_EQ(Write(store_.get(), op).returned, Item({{"m", Item({{"a", 1}})}, {"l", List({1, 3})}, {"x", 1}}));
  op.actions = {SetTo("m.a", 11), SetTo("l[2]", 31), SetTo("l[0]", 12), Remove("new")};
  op.returning = ReturnValues::kModifiedNew;
  EXPECT_EQ(Write(store_.get(), op).returned, Item({{"m", Item({{"a", 11}})}, {"l", List({12, 31})}}));
  op.actions = {Remove("l")};
  EXPECT_TRUE(Write(store_.get(), op).returned.is_missing());
  op.actions = {SetTo("y", 1)};
  op.returning = ReturnValues::kAllOld;
  EXPECT_EQ(Write(store_.get(), op).returned, Item({{"pk", "a"}, {"m", Item({{"a", 11}, {"b", 2}})}}));
  op.actions = {SetTo("y", 2)};
  op.returning = ReturnValues::kAllNew;
  EXPECT_EQ(Write(store_.get(), op).returned, Item({{"pk", "a"}, {"m", Item({{"a", 11}, {"b", 2}})}, {"y", 2}}));
}

TEST_F(UpdateTest, SizeAndNesting) {
  Have({{"big", std::string(409000, 'x')}});
  EXPECT_EQ(Error({SetTo("more", std::string(1000, 'x'))}),
            "Item size to update has exceeded the maximum allowed size");
  Value deep = 1;
  for (int i = 0; i < 31; ++i) deep = List({deep});
  After({SetTo("deep", deep)});
  EXPECT_NE(Error({SetTo("deep2", List({deep}))}).find("Nesting Levels"), std::string::npos);
}

TEST_F(UpdateTest, NoChangeIsNoChange) {
  Have({{"x", 1}, {"ss", Set({"a", "b"})}});
  WriteOutcome o = Write(store_.get(), Update(table_, {"a", {}}, {SetTo("x", Num("1.0")), Remove("zz")}));
  EXPECT_TRUE(o.applied);
  EXPECT_FALSE(o.changed);
  EXPECT_FALSE(Write(store_.get(), Update(table_, {"a", {}}, {SetTo("ss", Set({"b", "a"}))})).changed);
}

}  // namespace
}  // namespace parton::storage_test
