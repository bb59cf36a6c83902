// Interactive transactions: own writes, conflicts, write skew, phantoms, savepoints.
#include <atomic>
#include <random>
#include <thread>

#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    table_ = Create(store_.get(), Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))}));
  }
  void TearDown() override { ExpectSound(store_.get()); }
  Value Row(int sk, const Fields& more = {}) {
    Fields f{{"pk", "a"}, {"sk", sk}};
    f.insert(f.end(), more.begin(), more.end());
    return Item(f);
  }
  Value Get(StoreTransaction* t, int sk) { return Read(store_.get(), t->view(), table_, {"a", sk}); }
  Value Get(int sk) { return Read(store_.get(), table_, {"a", sk}); }
  size_t Count(StoreTransaction* t, const char* index = nullptr) {
    return Collect(store_.get(), t->view(), Spec(table_, index)).size();
  }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
};

TEST_F(TransactionTest, SeesItsOwnWritesAndNobodyElses) {
  Write(store_.get(), Put(table_, Row(1, {{"g", "x"}})));
  auto t = store_->Begin();
  Write(store_.get(), Put(table_, Row(9)));
  Write(t.get(), Put(table_, Row(2, {{"g", "x"}})));
  Write(t.get(), Update(table_, {"a", 2}, {SetTo("v", 5)}));
  EXPECT_EQ(Get(t.get(), 2), Row(2, {{"g", "x"}, {"v", 5}}));
  EXPECT_TRUE(Get(2).is_missing());
  EXPECT_EQ(Count(t.get(), "gix"), 2u);
  EXPECT_EQ(Scan(store_.get(), Spec(table_, "gix")).size(), 1u);
  EXPECT_EQ(WriteError(t.get(), Insert(table_, Row(2))).code(), StatusCode::kDuplicateItem);
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_EQ(Get(2), Row(2, {{"g", "x"}, {"v", 5}}));
  EXPECT_EQ(Scan(store_.get(), Spec(table_, "gix")).size(), 2u);
  EXPECT_FALSE(t->Commit().ok());
}

TEST_F(TransactionTest, RollsBack) {
  {
    auto t = store_->Begin();
    Write(t.get(), Put(table_, Row(1)));
  }
  EXPECT_TRUE(Get(1).is_missing());
}

TEST_F(TransactionTest, LostUpdate) {
  Write(store_.get(), Put(table_, Row(1, {{"v", 0}})));
  auto t = store_->Begin();
  Write(t.get(), Update(table_, {"a", 1}, {Add("v", 1)}));
  Write(store_.get(), Update(table_, {"a", 1}, {Add("v", 10)}));
  EXPECT_EQ(t->Commit().code(), StatusCode::kTransactionConflict);
  EXPECT_EQ(Get(1).Get("v"), Value(10));
}

TEST_F(TransactionTest, WriteSkew) {
  Write(store_.get(), Put(table_, Row(1, {{"v", 1}})));
  Write(store_.get(), Put(table_, Row(2, {{"v", 1}})));
  auto a = store_->Begin();
  auto b = store_->Begin();
  EXPECT_EQ(Get(a.get(), 2).Get("v"), Value(1));
  EXPECT_EQ(Get(b.get(), 1).Get("v"), Value(1));
  Write(a.get(), Update(table_, {"a", 1}, {SetTo("v", Value(0))}));
  Write(b.get(), Update(table_, {"a", 2}, {SetTo("v", Value(0))}));
  EXPECT_TRUE(a->Commit().ok());
  EXPECT_EQ(b->Commit().code(), StatusCode::kTransactionConflict);
}

TEST_F(TransactionTest, Phantoms) {
  Write(store_.get(), Put(table_, Row(1, {{"g", "x"}})));
  for (const char* index : {static_cast<const char*>(nullptr), "gix"}) {
    auto a = store_->Begin();
    auto b = store_->Begin();
    const int sum = static_cast<int>(Count(a.get(), index) + Count(b.get(), index));
    Write(a.get(), Put(table_, Row(100 + sum, {{"g", "x"}})));
    Write(b.get(), Put(table_, Row(200 + sum, {{"g", "x"}})));
    EXPECT_TRUE(a->Commit().ok());
    EXPECT_EQ(b->Commit().code(), StatusCode::kTransactionConflict);
  }
  // Reading that nothing is there counts, too.
  auto a = store_->Begin();
  EXPECT_TRUE(Get(a.get(), 55).is_missing());
  Write(store_.get(), Put(table_, Row(55)));
  Write(a.get(), Put(table_, Row(56)));
  EXPECT_EQ(a->Commit().code(), StatusCode::kTransactionConflict);
}

TEST_F(TransactionTest, OnlyTheWalkedPartCounts) {
  for (int i = 0; i < 10; ++i) Write(store_.get(), Put(table_, Row(i)));
  for (bool backward : {false, true}) {
    auto t = store_->Begin();
    CursorSpec spec = Spec(table_);
    spec.backward = backward;
    Context c;
    {
      auto cursor = store_->OpenCursor(t->view(), spec, &c.ctx, 0);
      Value item;
      for (int i = 0; i < 3; ++i) ASSERT_TRUE((*cursor)->Next(&item));
    }
    Write(t.get(), Put(table_, Row(1000 + backward)));
    Write(store_.get(), Put(table_, Row(5, {{"v", backward ? 1 : 0}})));
    EXPECT_TRUE(t->Commit().ok());
  }
  auto t = store_->Begin();
  Context c;
  auto cursor = store_->OpenCursor(t->view(), Spec(table_), &c.ctx, 0);
  Value item;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*cursor)->Next(&item));
  Write(t.get(), Put(table_, Row(2000)));
  Write(store_.get(), Erase(table_, {"a", 2}));
  EXPECT_EQ(t->Commit().code(), StatusCode::kTransactionConflict);
}

TEST_F(TransactionTest, IndependentTransactionsBothCommit) {
  auto a = store_->Begin();
  auto b = store_->Begin();
  Write(a.get(), Put(table_, Row(1)));
  Write(b.get(), Put(table_, Row(2)));
  EXPECT_TRUE(b->Commit().ok());
  EXPECT_TRUE(a->Commit().ok());
}

TEST_F(TransactionTest, ReadersNeverConflict) {
  Write(store_.get(), Put(table_, Row(1)));
  auto t = store_->Begin();
  EXPECT_EQ(Count(t.get()), 1u);
  Write(store_.get(), Put(table_, Row(2)));
  EXPECT_EQ(Count(t.get()), 1u);
  EXPECT_TRUE(t->Commit().ok());
}

TEST_F(TransactionTest, Savepoints) {
  auto t = store_->Begin();
  Write(t.get(), Put(table_, Row(1)));
  int first = t->Savepoint();
  Write(t.get(), Put(table_, Row(2)));
  int second = t->Savepoint();
  Write(t.get(), Erase(table_, {"a", 1}));
  EXPECT_TRUE(Get(t.get(), 1).is_missing());
  t->RollbackTo(second);
  EXPECT_FALSE(Get(t.get(), 1).is_missing());
  t->RollbackTo(first);
  EXPECT_TRUE(Get(t.get(), 2).is_missing());
  Write(t.get(), Put(table_, Row(3)));
  t->RollbackTo(first);
  EXPECT_EQ(Count(t.get()), 1u);
  ASSERT_TRUE(t->Commit().ok());
  EXPECT_EQ(Scan(store_.get(), Spec(table_)).size(), 1u);
}

TEST_F(TransactionTest, ReleasedSavepointsAreGone) {
  auto t = store_->Begin();
  Write(t.get(), Put(table_, Row(1)));
  const int outer = t->Savepoint();
  for (int i = 0; i < 100; ++i) {
    const int inner = t->Savepoint();
    EXPECT_EQ(inner, outer + 1);
    Write(t.get(), Put(table_, Row(10 + i)));
    t->Release(inner);
  }
  t->RollbackTo(outer + 1);  // is not there any more
  EXPECT_EQ(Count(t.get()), 101u);
  t->RollbackTo(outer);
  EXPECT_EQ(Count(t.get()), 1u);
  ASSERT_TRUE(t->Commit().ok());
}

// Cursors keep what they saw when they were opened, and writing beside them costs no copy of all that was written.
TEST_F(TransactionTest, WritesBesideOpenCursors) {
  auto t = store_->Begin();
  for (int i = 0; i < 50; ++i) Write(t.get(), Put(table_, Row(2 * i)));
  Context c;
  auto forward = store_->OpenCursor(t->view(), Spec(table_), &c.ctx, 0);
  CursorSpec spec = Spec(table_);
  spec.backward = true;
  auto backward = store_->OpenCursor(t->view(), spec, &c.ctx, 0);
  for (int i = 0; i < 50; ++i) {
    Value item;
    ASSERT_TRUE((*forward)->Next(&item));
    EXPECT_EQ(item.Get("sk"), Value(2 * i));
    ASSERT_TRUE((*backward)->Next(&item));
    EXPECT_EQ(item.Get("sk"), Value(98 - 2 * i));
    Write(t.get(), Put(table_, Row(2 * i + 1)));
    Write(t.get(), Erase(table_, {"a", 98 - 2 * i}));
  }
  Value item;
  EXPECT_FALSE((*forward)->Next(&item));
  EXPECT_FALSE((*backward)->Next(&item));
  EXPECT_EQ(Count(t.get()), 50u);
  ASSERT_TRUE(t->Commit().ok());
}

// Ranges that overlap, touch and lie apart, against writes in and between them.
TEST_F(TransactionTest, ManyRanges) {
  for (int i = 0; i < 400; ++i) Write(store_.get(), Put(table_, Row(i)));
  auto walk = [&](StoreTransaction* t, int from, int to) {
    CursorSpec spec = Spec(table_);
    spec.range.hash = Value("a");
    spec.range.low = KeyBound{Value(from), true};
    spec.range.high = KeyBound{Value(to), true};
    Collect(store_.get(), t->view(), spec);
  };
  for (const int touched : {5, 10, 55, 60, 61, 205, 300, 399}) {
    auto t = store_->Begin();
    for (int i = 300; i > 0; i -= 100) walk(t.get(), i, i + 10);
    walk(t.get(), 40, 55);
    walk(t.get(), 50, 60);
    Write(store_.get(), Put(table_, Row(touched, {{"v", 1}})));
    Write(t.get(), Put(table_, Row(1000 + touched)));
    const bool read = (touched >= 40 && touched <= 60) || (touched >= 100 && touched % 100 <= 10);
    EXPECT_EQ(t->Commit().ok(), !read) << touched;
  }
}

TEST_F(TransactionTest, FailedCallLeavesNothing) {
  auto t = store_->Begin();
  Write(t.get(), Put(table_, Row(1)));
  EXPECT_FALSE(TryWrite(t.get(), {Put(table_, Row(2)), Insert(table_, Row(1))}).ok());
  EXPECT_TRUE(Get(t.get(), 2).is_missing());
  ASSERT_TRUE(t->Commit().ok());
}

TEST_F(TransactionTest, CursorsDoNotSeeLaterWritesOfTheirOwn) {
  for (int i = 0; i < 5; ++i) Write(store_.get(), Put(table_, Row(i)));
  auto t = store_->Begin();
  Write(t.get(), Put(table_, Row(5)));
  Context c;
  auto cursor = store_->OpenCursor(t->view(), Spec(table_), &c.ctx, 0);
  Value item;
  int n = 0;
  while ((*cursor)->Next(&item)) Write(t.get(), Put(table_, Row(100 + n++)));
  EXPECT_EQ(n, 6);
}

TEST_F(TransactionTest, SchemaChangesConflict) {
  auto t = store_->Begin();
  Write(t.get(), Put(table_, Row(1, {{"h", "x"}})));
  ASSERT_TRUE(store_->CreateIndex("ttt", Index("hix", Attribute("h", KeyType::kString)), nullptr).ok());
  EXPECT_EQ(t->Commit().code(), StatusCode::kTransactionConflict);
  auto u = store_->Begin();
  Write(u.get(), Put(table_, Row(1)));
  ASSERT_TRUE(store_->DropTable("ttt").ok());
  EXPECT_EQ(u->Commit().code(), StatusCode::kTransactionConflict);
}

TEST_F(TransactionTest, TransfersKeepTheSum) {
  constexpr int kAccounts = 8;
  for (int i = 0; i < kAccounts; ++i) Write(store_.get(), Put(table_, Row(i, {{"v", 100}, {"g", "x"}})));
  std::atomic<int> committed{0}, conflicts{0}, bad{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w) {
    threads.emplace_back([&, w] {
      std::mt19937 random(w);
      for (int n = 0; n < 200; ++n) {
        auto t = store_->Begin();
        int a = random() % kAccounts, b = random() % kAccounts;
        if (a == b) continue;
        int64_t from = Get(t.get(), a).Get("v").int_value();
        int64_t to = Get(t.get(), b).Get("v").int_value();
        (void)TryWrite(t.get(), {Update(table_, {"a", a}, {SetTo("v", Value(from - 1))}),
                                 Update(table_, {"a", b}, {SetTo("v", Value(to + 1))})});
        Status s = t->Commit();
        (s.ok() ? committed : conflicts)++;
        if (!s.ok() && s.code() != StatusCode::kTransactionConflict) bad++;
      }
    });
  }
  threads.emplace_back([&] {
    for (int n = 0; n < 200; ++n) {
      int64_t sum = 0;
      for (const Value& v : Scan(store_.get(), Spec(table_, n % 2 ? "gix" : nullptr))) {
        sum += v.Get("v").int_value();
      }
      if (sum != kAccounts * 100) bad++;
    }
  });
  // Plain writes among them, which transactions must not lose.
  std::atomic<int> plain{0};
  threads.emplace_back([&] {
    for (int n = 0; n < 300; ++n) {
      Write(store_.get(), Update(table_, {"a", n % kAccounts}, {Add("w", 1)}));
      plain++;
    }
  });
  for (auto& t : threads) t.join();
  EXPECT_EQ(bad, 0);
  EXPECT_GT(committed, 0);
  int64_t v = 0, w = 0;
  for (const Value& item : Scan(store_.get(), Spec(table_))) {
    v += item.Get("v").int_value();
    w += item.Get("w").int_value();
  }
  EXPECT_EQ(v, kAccounts * 100);
  EXPECT_EQ(w, plain);
}

}  // namespace
}  // namespace parton::storage_test
