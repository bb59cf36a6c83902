// Writes of every kind, their conditions, index entries, change records and TTL queue.
#include "storage/local/change_feed.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class WriteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    table_ = Create(store_.get(),
                    Table("t", true,
                          {Index("all", Attribute("g", KeyType::kString), Attribute("n", KeyType::kNumber)),
                           Index("keys", Attribute("g", KeyType::kString), Projection::kKeysOnly),
                           Index("some", Attribute("n", KeyType::kNumber), Projection::kInclude, {"x", "y"})}));
  }
  void TearDown() override { ExpectSound(store_.get()); }
  Value Row(const char* pk, int sk, const Fields& more = {}) {
    Fields f{{"pk", pk}, {"sk", sk}};
    f.insert(f.end(), more.begin(), more.end());
    return Item(f);
  }
  std::vector<Value> Entries(const char* index) { return Scan(store_.get(), Spec(table_, index)); }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
};

TEST_F(WriteTest, PutReplaces) {
  WriteOutcome o = Write(store_.get(), Put(table_, Row("a", 1, {{"x", 1}})));
  EXPECT_TRUE(o.applied && o.changed);
  EXPECT_EQ(o.old_size, 0u);
  EXPECT_EQ(o.new_size, 3u + 2 + 2 + 1 + 2);
  WriteOp again = Put(table_, Row("a", 1, {{"y", 2}}));
  again.returning = ReturnValues::kAllOld;
  o = Write(store_.get(), again);
  EXPECT_EQ(o.returned, Row("a", 1, {{"x", 1}}));
  EXPECT_EQ(Read(store_.get(), table_, {"a", 1}), Row("a", 1, {{"y", 2}}));
  EXPECT_FALSE(Write(store_.get(), Put(table_, Row("a", 1, {{"y", Num("2.00")}}))).changed);
  EXPECT_EQ(Read(store_.get(), table_, {"a", Num("1.0")}), Row("a", 1, {{"y", 2}}));
}

TEST_F(WriteTest, InsertAndConflicts) {
  Write(store_.get(), Insert(table_, Row("a", 1)));
  Status s = WriteError(store_.get(), Insert(table_, Row("a", 1)));
  EXPECT_EQ(s.code(), StatusCode::kDuplicateItem);
  EXPECT_EQ(s.message(), "Duplicate primary key exists in table");
  WriteOp op = Insert(table_, Row("a", 1, {{"x", 1}}));
  op.if_exists = WriteOp::Otherwise::kSkip;
  EXPECT_FALSE(Write(store_.get(), op).applied);
  op.if_exists = WriteOp::Otherwise::kProceed;
  EXPECT_TRUE(Write(store_.get(), op).changed);
}

TEST_F(WriteTest, BadKeysAndItems) {
  EXPECT_EQ(WriteError(store_.get(), Put(table_, Item({{"pk", "a"}}))).message(),
            "One or more parameter values were invalid: Missing the key sk in the item");
  EXPECT_EQ(WriteError(store_.get(), Put(table_, Item({{"pk", "a"}, {"sk", "x"}}))).message(),
            "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S");
  EXPECT_EQ(WriteError(store_.get(), Erase(table_, {"a", {}})).message(),
            "The provided key element does not match the schema");
  EXPECT_NE(
      WriteError(store_.get(), Put(table_, Row("a", 1, {{"n", "x"}}))).message().find("Type mismatch for Index Key n"),
      std::string::npos);
  EXPECT_FALSE(TryWrite(store_.get(), {Put(table_, Row("a", 1, {{"g", ""}}))}).ok());
  EXPECT_EQ(WriteError(store_.get(), Put(table_, Row("a", 1, {{"b", std::string(409600, 'x')}}))).message(),
            "Item size has exceeded the maximum allowed size");
  EXPECT_FALSE(TryWrite(store_.get(), {Put(table_, Row(std::string(2049, 'k').c_str(), 1))}).ok());
  EXPECT_FALSE(TryWrite(store_.get(), {Put(table_, Value(1))}).ok());
}

TEST_F(WriteTest, Conditions) {
  Write(store_.get(), Put(table_, Row("a", 1, {{"x", 5}, {"y", "t"}})));
  WriteOp op = Put(table_, Row("a", 1, {{"x", 6}}));
  op.condition =
      MakeExpr(Expr::And{{Cmp(CompareOp::kEq, Path("y"), Lit("t")), Cmp(CompareOp::kGt, Path("x"), Lit(5))}});
  Status s = WriteError(store_.get(), op);
  EXPECT_EQ(s.code(), StatusCode::kConditionFailed);
  EXPECT_EQ(s.message(), "The conditional request failed");
  EXPECT_NE(s.hint().find("x = 5"), std::string::npos) << s.hint();
  EXPECT_EQ(s.hint().find("y ="), std::string::npos) << s.hint();
  op.if_false = WriteOp::Otherwise::kSkip;
  EXPECT_FALSE(Write(store_.get(), op).applied);
  op.condition = Cmp(CompareOp::kEq, Path("x"), Lit(5));
  EXPECT_TRUE(Write(store_.get(), op).changed);

  WriteOp erase = Erase(table_, {"none", 1});
  erase.condition = Cmp(CompareOp::kEq, Path("x"), Lit(5));
  EXPECT_FALSE(Write(store_.get(), erase).applied);
  erase.if_absent = WriteOp::Otherwise::kProceed;
  EXPECT_EQ(WriteError(store_.get(), erase).code(), StatusCode::kConditionFailed);
  erase.key = {"a", 1};
  EXPECT_EQ(WriteError(store_.get(), erase).code(), StatusCode::kConditionFailed);
  erase.condition = nullptr;
  erase.returning = ReturnValues::kAllOld;
  EXPECT_EQ(Write(store_.get(), erase).returned, Row("a", 1, {{"x", 6}}));
  EXPECT_TRUE(Read(store_.get(), table_, {"a", 1}).is_missing());
}

// Whatever the caller does, no query runs under latches.
TEST_F(WriteTest, SubqueriesAreRefused) {
  Expr::Subquery query{};
  const ExprPtr subquery = MakeExpr(std::move(query));
  WriteOp update;
  update.kind = WriteOp::Kind::kUpdate;
  update.table = table_;
  update.key = {Value::String("a"), Value::Int(1)};
  update.condition = subquery;
  EvalContext ctx;
  EXPECT_EQ(store_->Write({update}, ctx, {}).status().code(), StatusCode::kUnsupported);
  update.condition = nullptr;
  UpdateAction set;
  set.kind = UpdateAction::Kind::kSet;
  set.path = {PathStep{"v", -1}};
  set.value = subquery;
  update.actions = {set};
  EXPECT_EQ(store_->Write({update}, ctx, {}).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(store_->Begin()->Write({update}, ctx, {}).status().code(), StatusCode::kUnsupported);
}

// What an operation was computed from must still be so.
TEST_F(WriteTest, Premises) {
  WriteOp put;
  put.kind = WriteOp::Kind::kPut;
  put.table = table_;
  put.item = Item({{"pk", Value::String("a")}, {"sk", Value::Int(1)}, {"n", Value::Int(1)}});
  EvalContext ctx;
  ASSERT_TRUE(store_->Write({put}, ctx, {}).ok());
  WriteOp remove;
  remove.kind = WriteOp::Kind::kDelete;
  remove.table = table_;
  remove.key = {Value::String("a"), Value::Int(1)};
  for (const auto& [name, value] : std::vector<std::pair<std::string, Value>>{
           {"n", Value::Int(2)}, {"m", Value::Int(1)}, {"n", Value()}, {"", Value::Struct({})}}) {
    remove.premises = {{name, value}};
    EXPECT_EQ(store_->Write({remove}, ctx, {}).status().code(), StatusCode::kTransactionConflict) << name;
  }
  remove.premises = {{"n", Value::Int(1)}, {"m", Value()}, {"", put.item}};
  EXPECT_TRUE(store_->Write({remove}, ctx, {}).ok());
  // No item: nothing to be deleted, whatever was there before.
  EXPECT_TRUE(store_->Write({remove}, ctx, {}).ok());
}

TEST_F(WriteTest, AllOrNothing) {
  auto r = TryWrite(store_.get(), {Put(table_, Row("a", 1)), Insert(table_, Row("b", 1)), Put(table_, Row("b", 2))});
  ASSERT_TRUE(r.ok());
  EXPECT_FALSE(TryWrite(store_.get(), {Put(table_, Row("c", 1)), Insert(table_, Row("a", 1))}).ok());
  EXPECT_TRUE(Read(store_.get(), table_, {"c", 1}).is_missing());
  auto twice = TryWrite(store_.get(), {Put(table_, Row("d", 1)), Erase(table_, {"d", Num("1.0")})});
  EXPECT_EQ(twice.status().message(), "Transaction request cannot include multiple operations on one item");
  WriteOptions sequential;
  sequential.sequential = true;
  auto s = TryWrite(store_.get(), {Insert(table_, Row("e", 1, {{"g", "1"}})), Insert(table_, Row("e", 1))}, sequential);
  EXPECT_EQ(s.status().code(), StatusCode::kDuplicateItem);
  s = TryWrite(store_.get(),
               {Insert(table_, Row("e", 1, {{"g", "1"}})), Update(table_, {"e", 1}, {Add("n", 1)}),
                Update(table_, {"e", 1}, {Add("n", 1)})},
               sequential);
  ASSERT_TRUE(s.ok()) << s.status().ToString();
  EXPECT_EQ(Read(store_.get(), table_, {"e", 1}), Row("e", 1, {{"g", "1"}, {"n", 2}}));
  EXPECT_EQ(Entries("all").size(), 1u);
}

TEST_F(WriteTest, ReasonsByPosition) {
  Write(store_.get(), Put(table_, Row("a", 1, {{"x", 1}})));
  WriteOp check = KeyOp(WriteOp::Kind::kCheck, table_, {"a", 1});
  check.condition = Cmp(CompareOp::kEq, Path("x"), Lit(2));
  WriteOptions options;
  options.collect_reasons = true;
  std::vector<Value> failed;
  options.failed_items = &failed;
  auto r = TryWrite(store_.get(), {Put(table_, Row("b", 1)), check, Insert(table_, Row("c", 1))}, options);
  EXPECT_EQ(r.status().code(), StatusCode::kTransactionCanceled);
  EXPECT_EQ(r.status().message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[None, ConditionalCheckFailed, None]");
  ASSERT_EQ(r.status().reasons().size(), 3u);
  EXPECT_TRUE(r.status().reasons()[0].ok());
  EXPECT_EQ(failed[1].Materialize(), Row("a", 1, {{"x", 1}}));
  EXPECT_TRUE(Read(store_.get(), table_, {"b", 1}).is_missing());
  // What is wrong in itself comes first.
  Write(store_.get(), Put(table_, Row("a", 2)));
  r = TryWrite(store_.get(), {check, Update(table_, {"a", 2}, {SetTo("q.r", 1)})}, options);
  EXPECT_EQ(r.status().message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[None, ValidationError]");
}

TEST_F(WriteTest, SparseIndexesAndProjections) {
  Write(store_.get(), Put(table_, Row("a", 1, {{"x", 1}, {"z", 3}})));
  EXPECT_TRUE(Entries("all").empty());
  WriteOutcome o = Write(store_.get(), Update(table_, {"a", 1}, {SetTo("g", "G")}));
  EXPECT_EQ(o.index_units.size(), 1u);
  EXPECT_TRUE(Entries("all").empty());
  EXPECT_EQ(Entries("keys"), std::vector<Value>{Row("a", 1, {{"g", "G"}})});
  o = Write(store_.get(), Update(table_, {"a", 1}, {SetTo("n", 7)}));
  EXPECT_EQ(o.index_units.size(), 2u);  // the KEYS_ONLY entry is not touched
  EXPECT_EQ(Entries("all"), std::vector<Value>{Row("a", 1, {{"x", 1}, {"z", 3}, {"g", "G"}, {"n", 7}})});
  EXPECT_EQ(Entries("some"), std::vector<Value>{Row("a", 1, {{"n", 7}, {"x", 1}})});
  o = Write(store_.get(), Update(table_, {"a", 1}, {SetTo("z", 4)}));
  ASSERT_EQ(o.index_units.size(), 1u);
  EXPECT_EQ(o.index_units[0].first, table_->FindIndex("all")->id);
  o = Write(store_.get(), Update(table_, {"a", 1}, {SetTo("g", "H")}));
  EXPECT_EQ(o.index_units.size(), 2u);
  EXPECT_EQ(Entries("keys"), std::vector<Value>{Row("a", 1, {{"g", "H"}})});
  Write(store_.get(), Update(table_, {"a", 1}, {Remove("g")}));
  EXPECT_TRUE(Entries("keys").empty());
  EXPECT_EQ(Entries("some").size(), 1u);
  Write(store_.get(), Erase(table_, {"a", 1}));
  EXPECT_TRUE(Entries("some").empty());
}

TEST_F(WriteTest, ManyNames) {
  // Past the dictionary's end names are stored in full.
  for (int i = 0; i < 70; ++i) {
    Fields f;
    for (int k = 0; k < 1000; ++k) f.emplace_back("name" + std::to_string(i * 1000 + k), k);
    f.emplace_back("g", "G");
    f.emplace_back("n", i);
    Write(store_.get(), Put(table_, Row("many", i, f)));
  }
  EXPECT_EQ(store_->names()->size(), NameTable::kMaxNames);
  Value v = Read(store_.get(), table_, {"many", 69});
  EXPECT_EQ(v.Get("name69999"), Value(999));
  EXPECT_EQ(v.Count(), 1004u);
  Write(store_.get(), Update(table_, {"many", 69}, {SetTo("name69999", 1), SetTo("unseen", 2), Remove("name69000")}));
  v = Read(store_.get(), table_, {"many", 69});
  EXPECT_EQ(v.Get("name69999"), Value(1));
  EXPECT_EQ(v.Get("unseen"), Value(2));
  EXPECT_EQ(v.Count(), 1004u);
}

TEST(ChangeRecordTest, RoundTrip) {
  ChangeRecord r;
  r.event = ChangeEvent::kModify;
  r.view = StreamView::kBothImages;
  r.by_ttl = true;
  r.created_ms = -5;
  r.keys = "k";
  r.new_image = "new";
  r.old_image = "old";
  std::string bytes;
  EncodeChange(r, &bytes);
  auto d = DecodeChange(bytes);
  ASSERT_TRUE(d.ok());
  EXPECT_EQ(d->created_ms, -5);
  EXPECT_EQ(d->new_image, "new");
  EXPECT_TRUE(d->by_ttl);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeChange(bytes.substr(0, n)).ok());
}

TEST(FeedSequencerTest, UnfinishedNumbersHoldBack) {
  FeedSequencer feed;
  feed.Start(5, 0);
  uint64_t reserve;
  EXPECT_EQ(feed.Visible(), 4u);
  EXPECT_EQ(feed.Begin(2, &reserve), 5u);
  EXPECT_GE(reserve, 7u);
  EXPECT_EQ(feed.Begin(1, &reserve), 7u);
  EXPECT_EQ(reserve, 0u);
  feed.End(7);
  EXPECT_EQ(feed.Visible(), 4u);
  feed.End(5);
  EXPECT_EQ(feed.Visible(), 7u);
}

}  // namespace
}  // namespace parton::storage_test
