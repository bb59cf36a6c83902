// Cursors over several ranges: what they read, and where their positions lead, in both directions.
#include "executor/operators/range_cursor.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/storage/memory_store.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class RangeCursorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    table_ = Create(store_.get(), Table("t"));
    for (const char* pk : {"a", "b", "c", "d", "e"}) {
      for (int sk = 0; sk < 6; ++sk) Write(store_.get(), Put(table_, Item({{"pk", pk}, {"sk", sk}})));
    }
    view_ = store_->NewView();
  }

  // pk IN ('a', 'c', 'x', 'e') AND sk > 0, in the order of the rows.
  static std::vector<KeyRange> Ranges(bool backward) {
    std::vector<KeyRange> ranges;
    for (const char* pk : {"a", "c", "e", "x"}) {
      KeyRange r;
      r.hash = Value(pk);
      r.low = KeyBound{Value(0), false};
      ranges.push_back(std::move(r));
    }
    if (backward) std::reverse(ranges.begin(), ranges.end());
    return ranges;
  }
  CursorSpec SpecOf(bool backward) const {
    CursorSpec spec = Spec(table_);
    spec.backward = backward;
    return spec;
  }
  static std::string Text(const Value& item) {
    return std::string(item.Get("pk").bytes()) + std::to_string(item.Get("sk").int_value());
  }
  // At most `count` items from `position`, and where that ends.
  std::vector<std::string> Read(bool backward, size_t count, std::string* position, CursorSpec spec) {
    RangeCursor cursor(store_.get(), &context_.ctx, 0);
    EXPECT_TRUE(cursor.Resume(view_.get(), std::move(spec), Ranges(backward), *position).ok());
    std::vector<std::string> out;
    Value item;
    while (out.size() < count && cursor.Next(&item)) out.push_back(Text(item));
    EXPECT_TRUE(cursor.status().ok()) << cursor.status().ToString();
    *position = cursor.Position();
    return out;
  }
  std::vector<std::string> Read(bool backward, size_t count, std::string* position) {
    return Read(backward, count, position, SpecOf(backward));
  }
  std::vector<std::string> All(bool backward) {
    std::string position;
    return Read(backward, 1000, &position);
  }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
  std::unique_ptr<ReadView> view_;
  Context context_;
};

TEST_F(RangeCursorTest, ReadsTheRangesInTheirOrder) {
  std::vector<std::string> expected;
  for (const char* pk : {"a", "c", "e"}) {
    for (int sk = 1; sk < 6; ++sk) expected.push_back(pk + std::to_string(sk));
  }
  EXPECT_EQ(All(false), expected);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(All(true), expected);
}

TEST_F(RangeCursorTest, EachPositionGoesOnInBothDirections) {
  const std::vector<std::string> forward = All(false), backward = All(true);
  for (size_t n = 1; n <= forward.size(); ++n) {
    for (const bool back : {false, true}) {
      const std::vector<std::string>& all = back ? backward : forward;
      std::string position;
      std::vector<std::string> read = Read(back, n, &position);
      ASSERT_EQ(read.size(), n);
      std::string again = position;
      const std::vector<std::string> rest = Read(back, 1000, &again);
      EXPECT_EQ(rest, std::vector<std::string>(all.begin() + static_cast<ptrdiff_t>(n), all.end())) << n << back;
      // Back from the item it stands on.
      const std::vector<std::string> turned = Read(!back, 1000, &position);
      std::reverse(read.begin(), read.end());
      EXPECT_EQ(turned, std::vector<std::string>(read.begin() + 1, read.end())) << n << back;
    }
  }
}

TEST_F(RangeCursorTest, TheEndIsBehindAllOfThem) {
  for (const bool back : {false, true}) {
    std::string end;
    (void)Read(back, 1000, &end);
    std::string position = end;
    EXPECT_TRUE(Read(back, 1000, &position).empty());
    position = end;
    EXPECT_EQ(Read(!back, 1000, &position), All(!back));
  }
}

TEST_F(RangeCursorTest, PagesGoOnByThemselves) {
  CursorSpec spec = SpecOf(false);
  spec.examine_items = 2;
  int pages = 0;
  uint64_t examined = 0;
  RangeCursor cursor(store_.get(), &context_.ctx, 0);
  cursor.OnPage(
      [&](CursorSpec*) {
        ++pages;
        return Status();
      },
      [&](const ReadStats& page) { examined += page.items_examined; });
  cursor.Start(view_.get(), spec, Ranges(false));
  Value item;
  size_t items = 0;
  while (cursor.Next(&item)) ++items;
  EXPECT_EQ(items, 15u);
  EXPECT_EQ(examined, 15u);
  EXPECT_EQ(pages, 3 * 3 + 1);  // 2, 2 and 1 items of each partition, none of the last one
}

TEST_F(RangeCursorTest, ARefusedPageIsAnError) {
  RangeCursor cursor(store_.get(), &context_.ctx, 0);
  cursor.OnPage([](CursorSpec*) { return Status(StatusCode::kThrottled, "no"); }, [](const ReadStats&) {});
  cursor.Start(view_.get(), SpecOf(false), Ranges(false));
  Value item;
  EXPECT_FALSE(cursor.Next(&item));
  EXPECT_EQ(cursor.status().code(), StatusCode::kThrottled);
}

TEST_F(RangeCursorTest, PositionsOfOtherRangesAreRefused) {
  std::string position;
  (void)Read(false, 3, &position);
  RangeCursor cursor(store_.get(), &context_.ctx, 0);
  std::vector<KeyRange> others = Ranges(false);
  others[1].hash = Value("d");
  EXPECT_EQ(cursor.Resume(view_.get(), SpecOf(false), others, position).code(), StatusCode::kValidation);
  for (size_t n = 1; n < 10; ++n) {
    const Status s = cursor.Resume(view_.get(), SpecOf(false), Ranges(false), position.substr(0, n));
    EXPECT_TRUE(n >= 9 || s.code() == StatusCode::kValidation) << n;
  }
  EXPECT_FALSE(cursor.Resume(view_.get(), SpecOf(false), Ranges(false), "anything at all").ok());
}

TEST_F(RangeCursorTest, TellsWhatTheFilterLeftOut) {
  for (int i = 0; i < 2000; ++i) Write(store_.get(), Put(table_, Item({{"pk", "a"}, {"sk", 10 + i}})));
  view_ = store_->NewView();
  CursorSpec spec = SpecOf(false);
  spec.filter = Cmp(CompareOp::kLt, Path("sk"), Lit(0));
  RangeCursor cursor(store_.get(), &context_.ctx, 0);
  uint64_t skipped = 0;
  cursor.OnSkipped([&](uint64_t count) {
    skipped += count;
    return skipped < 1000;
  });
  cursor.Start(view_.get(), spec, Ranges(false));
  Value item;
  EXPECT_FALSE(cursor.Next(&item));
  EXPECT_TRUE(cursor.status().ok());
  EXPECT_FALSE(cursor.Next(&item));
  EXPECT_EQ(skipped, 1024u);
}

TEST_F(RangeCursorTest, AnotherStoresPositionsWorkTheSame) {
  MemoryStore memory;
  TablePtr table = memory.Add(Table("t"));
  EvalContext eval;
  for (const char* pk : {"a", "b", "c", "e"}) {
    for (int sk = 0; sk < 6; ++sk) {
      ASSERT_TRUE(memory.Write(Put(table, Item({{"pk", pk}, {"sk", sk}})), eval, {}).ok());
    }
  }
  CursorSpec spec = Spec(table);
  std::string position;
  std::vector<std::string> read;
  for (;;) {
    RangeCursor cursor(&memory, &context_.ctx, 0);
    ASSERT_TRUE(cursor.Resume(&memory.LatestView(), spec, Ranges(false), position).ok());
    Value item;
    if (!cursor.Next(&item)) break;
    read.push_back(Text(item));
    position = cursor.Position();
  }
  EXPECT_EQ(read, All(false));
}

}  // namespace
}  // namespace parton::storage_test
