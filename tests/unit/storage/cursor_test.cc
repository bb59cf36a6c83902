// Cursors: every form of range in both directions against a sorted model, ties, resuming, segments.
#include <algorithm>
#include <random>

#include "tests/unit/storage/store_test_util.h"
#include "types/value/value_compare.h"

namespace parton::storage_test {
namespace {

class CursorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    TableSchema schema =
        Table("t", true, {Index("g", Attribute("gk", KeyType::kString), Attribute("gs", KeyType::kString))});
    table_ = Create(store_.get(), schema);
    std::mt19937 random(1);
    const char* hashes[] = {"", "a", "aa", "ab", "b", "b\x01", "\xc3\xbf"};
    for (int i = 0; i < 300; ++i) {
      std::string pk = std::string(hashes[random() % 6 + 1]);
      if (i % 50 == 0) pk += std::string("\0x", 2);
      Value sk = Num((std::to_string(static_cast<int>(random() % 60) - 30) + (i % 3 ? "" : ".5")).c_str());
      Fields f{{"pk", pk}, {"sk", sk}, {"i", i}};
      if (random() % 3 != 0) {
        f.emplace_back("gk", std::string(1, 'p' + random() % 3));
        if (random() % 5 != 0) f.emplace_back("gs", std::string(random() % 4 + 1, 'x') + (random() % 2 ? "" : "y"));
      }
      Value item = Item(f);
      Write(store_.get(), Put(table_, item));
    }
    all_ = Scan(store_.get(), Spec(table_));
  }

  static std::string Text(const Value& v) { return v.Materialize().ToLiteral(); }
  static std::vector<std::string> Texts(const std::vector<Value>& v) {
    std::vector<std::string> out;
    for (const Value& x : v) out.push_back(Text(x));
    return out;
  }
  // What the range selects from all items, in order.
  std::vector<std::string> Model(const CursorSpec& spec) {
    const KeySchema& key = spec.index ? spec.index->key : table_->key;
    std::vector<Value> rows;
    for (const Value& item : all_) {
      Value h = item.Get(key.hash.name);
      Value r = item.Get(key.range->name);
      if (h.is_missing() || r.is_missing()) continue;
      const Value& bounded = spec.range.hash ? r : h;
      if (spec.range.hash && !(h == *spec.range.hash)) continue;
      if (spec.range.low) {
        int c = *CompareScalars(bounded, spec.range.low->value);
        if (c < 0 || (c == 0 && !spec.range.low->inclusive)) continue;
      }
      if (spec.range.high) {
        int c = *CompareScalars(bounded, spec.range.high->value);
        if (c > 0 || (c == 0 && !spec.range.high->inclusive)) continue;
      }
      if (spec.range.prefix && !bounded.bytes().starts_with(spec.range.prefix->bytes())) continue;
      rows.push_back(item);
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Value& a, const Value& b) {
      for (const std::string& name : {key.hash.name, key.range->name, table_->key.hash.name, table_->key.range->name}) {
        int c = TotalOrder(a.Get(name), b.Get(name));
        if (c != 0) return c < 0;
      }
      return false;
    });
    if (spec.backward) std::reverse(rows.begin(), rows.end());
    return Texts(rows);
  }
  // Forward, backward, resumed after each item, with overlay of a transaction, cut into segments.
  void CheckSpec(CursorSpec spec) {
    for (bool backward : {false, true}) {
      spec.backward = backward;
      std::vector<std::string> model = Model(spec);
      EXPECT_EQ(Texts(Scan(store_.get(), spec)), model);

      auto view = store_->NewView();
      Context c;
      std::vector<std::string> paged;
      CursorSpec page = spec;
      page.examine_items = 3;
      while (true) {
        auto cursor = store_->OpenCursor(*view, page, &c.ctx, 0);
        ASSERT_TRUE(cursor.ok());
        Value item;
        while ((*cursor)->Next(&item)) paged.push_back(Text(item));
        page.after = (*cursor)->Position();
        if (!(*cursor)->stopped_at_limit()) break;
      }
      EXPECT_EQ(paged, model);

      std::vector<std::string> pieces;
      auto segments = store_->Split(*table_, spec.index, spec.range, 5);
      EXPECT_LE(segments.size(), 5u);
      if (backward) std::reverse(segments.begin(), segments.end());
      for (const ScanSegment& s : segments) {
        CursorSpec part = spec;
        part.segment = &s;
        for (const std::string& t : Texts(Scan(store_.get(), part))) pieces.push_back(t);
      }
      EXPECT_EQ(pieces, model);
    }
  }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
  std::vector<Value> all_;
};

TEST_F(CursorTest, WholeSources) {
  EXPECT_GT(all_.size(), 150u);
  CheckSpec(Spec(table_));
  CheckSpec(Spec(table_, "g"));
}

TEST_F(CursorTest, SortKeyRanges) {
  for (const char* hash : {"a", "aa", "b", "none"}) {
    CursorSpec spec = Spec(table_);
    spec.range.hash = Value(hash);
    CheckSpec(spec);
    for (const char* low : {"-40", "-3", "0", "2.5", "40"}) {
      for (bool inclusive : {false, true}) {
        CursorSpec s = spec;
        s.range.low = KeyBound{Num(low), inclusive};
        CheckSpec(s);
        s.range.high = KeyBound{Num("12.5"), !inclusive};
        CheckSpec(s);
        s.range.low.reset();
        CheckSpec(s);
      }
    }
  }
}

TEST_F(CursorTest, PartitionKeyRanges) {
  for (const char* low : {"", "a", "aa", "b"}) {
    CursorSpec spec = Spec(table_);
    spec.range.low = KeyBound{Value(low), false};
    CheckSpec(spec);
    spec.range.low->inclusive = true;
    spec.range.high = KeyBound{Value("ab"), true};
    CheckSpec(spec);
    spec.range.high->inclusive = false;
    CheckSpec(spec);
    CursorSpec prefix = Spec(table_);
    prefix.range.prefix = Value(low);
    CheckSpec(prefix);
    prefix.range.low = KeyBound{Value("aa"), false};
    CheckSpec(prefix);
  }
}

TEST_F(CursorTest, IndexRangesWithTies) {
  CursorSpec spec = Spec(table_, "g");
  spec.range.hash = Value("p");
  CheckSpec(spec);
  spec.range.prefix = Value("xx");
  CheckSpec(spec);
  spec.range.prefix.reset();
  spec.range.low = KeyBound{Value("x"), false};
  CheckSpec(spec);
  spec.range.high = KeyBound{Value("xx"), true};
  CheckSpec(spec);
}

TEST_F(CursorTest, BoundsOfOtherTypes) {
  CursorSpec spec = Spec(table_);
  spec.range.hash = Value(1);
  EXPECT_TRUE(Scan(store_.get(), spec).empty());
  spec.range.hash = Value("a");
  spec.range.low = KeyBound{Value("x"), true};
  EXPECT_TRUE(Scan(store_.get(), spec).empty());
  // The bound of a FLOAT is an exact number before it gets here.
  spec.range.low = KeyBound{Value::Float(2.5), false};
  EXPECT_TRUE(Scan(store_.get(), spec).empty());
}

TEST_F(CursorTest, Filters) {
  CursorSpec spec = Spec(table_);
  spec.filter = Cmp(CompareOp::kLt, Path("i"), Lit(50));
  auto view = store_->NewView();
  Context c;
  auto cursor = store_->OpenCursor(*view, spec, &c.ctx, 0);
  ASSERT_TRUE(cursor.ok());
  Value item;
  size_t n = 0;
  while ((*cursor)->Next(&item)) {
    EXPECT_LT(item.Get("i").int_value(), 50);
    ++n;
  }
  size_t expected = 0;
  for (const Value& v : all_) expected += v.Get("i").int_value() < 50;
  EXPECT_EQ(n, expected);
  EXPECT_EQ((*cursor)->stats().items_examined, all_.size());
}

TEST_F(CursorTest, MeasuresAndStopsAtBytes) {
  CursorSpec spec = Spec(table_);
  spec.examine_bytes = 100;
  auto view = store_->NewView();
  Context c;
  auto cursor = store_->OpenCursor(*view, spec, &c.ctx, 0);
  Value item;
  while ((*cursor)->Next(&item)) {
  }
  EXPECT_TRUE((*cursor)->stopped_at_limit());
  EXPECT_GE((*cursor)->stats().bytes_examined, 100u);
  EXPECT_LT((*cursor)->stats().bytes_examined, 200u);
}

TEST_F(CursorTest, TransactionOverlay) {
  auto txn = store_->Begin();
  std::mt19937 random(2);
  std::vector<Value> items = all_;
  for (int i = 0; i < 120; ++i) {
    const Value& victim = items[random() % items.size()];
    Key key{victim.Get("pk"), victim.Get("sk")};
    if (random() % 2 == 0) {
      Write(txn.get(), Erase(table_, key));
    } else if (random() % 2 == 0) {
      WriteOp op = Update(table_, key, {SetTo("gk", "p"), SetTo("gs", std::string(1 + random() % 3, 'x'))});
      op.if_absent = WriteOp::Otherwise::kProceed;
      Write(txn.get(), op);
    } else {
      Write(txn.get(), Put(table_, Item({{"pk", "b"}, {"sk", i - 60}, {"gk", "q"}, {"gs", "xy"}})));
    }
  }
  // The model now comes from a forward walk, which point reads must confirm.
  all_ = Collect(store_.get(), txn->view(), Spec(table_));
  for (const Value& v : all_) {
    EXPECT_EQ(Text(Read(store_.get(), txn->view(), table_, {v.Get("pk"), v.Get("sk")})), Text(v));
  }
  for (const char* index : {static_cast<const char*>(nullptr), "g"}) {
    for (const char* hash : {static_cast<const char*>(nullptr), "b", "p", "q"}) {
      CursorSpec spec = Spec(table_, index);
      if (hash) spec.range.hash = Value(hash);
      for (bool backward : {false, true}) {
        spec.backward = backward;
        EXPECT_EQ(Texts(Collect(store_.get(), txn->view(), spec)), Model(spec));
      }
    }
  }
  ASSERT_TRUE(txn->Commit().ok());
  CheckSpec(Spec(table_));
  CheckSpec(Spec(table_, "g"));
  ExpectSound(store_.get());
}

TEST_F(CursorTest, SnapshotsStay) {
  auto view = store_->NewView();
  Write(store_.get(), Put(table_, Item({{"pk", "zz"}, {"sk", 1}})));
  EXPECT_EQ(Collect(store_.get(), *view, Spec(table_)).size(), all_.size());
  EXPECT_EQ(Scan(store_.get(), Spec(table_)).size(), all_.size() + 1);
  EXPECT_EQ(store_->Measure(*view, *table_, nullptr, {})->approximate_items, all_.size());
}

}  // namespace
}  // namespace parton::storage_test
