// CHECK finds each kind of damage to what is stored, and REPAIR mends what can be made from items. The damage is done
// to LevelDB's keys directly, so no checksum of a file tells.
#include "storage/local/recovery/check.h"

#include <leveldb/db.h>
#include <leveldb/helpers/memenv.h>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/key_layout.h"
#include "storage/local/bytes/number_key.h"
#include "storage/local/change_feed.h"
#include "tests/unit/storage/store_test_util.h"
#include "types/item/varint.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT

class CheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    env_.reset(leveldb::NewMemEnv(leveldb::Env::Default()));
    Open();
    TableSchema schema = Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))});
    schema.stream = StreamView::kBothImages;
    schema.ttl_attribute = "e";
    table_ = Create(store_.get(), schema);
    Create(store_.get(), Table("other"));
    for (int i = 0; i < 20; ++i) {
      Write(store_.get(), Put(table_, Item({{"pk", "a"},
                                            {"sk", i},
                                            {"g", std::string(1, static_cast<char>('a' + i % 3))},
                                            {"e", 2000000000 + i}})));
      Write(store_.get(), Put(store_->GetTable("other").value(), Item({{"pk", "o"}, {"sk", i}})));
    }
    ExpectSound(store_.get());
  }

  Status TryOpen() {
    StoreOptions options;
    options.path = "/db";
    options.env = env_.get();
    auto store = OpenLocalStore(options);
    if (store.ok()) store_ = std::move(*store);
    return store.status();
  }
  void Open() {
    Status s = TryOpen();
    ASSERT_TRUE(s.ok()) << s.ToString();
  }

  // Changes the stored keys behind the store's back, and opens it again.
  void Edit(const std::function<void(leveldb::DB*)>& edit) {
    EditOnly(edit);
    Open();
    table_ = store_->GetTable("ttt").value();
  }
  void EditOnly(const std::function<void(leveldb::DB*)>& edit) {
    store_.reset();
    leveldb::Options options;
    options.env = env_.get();
    leveldb::DB* opened;
    ASSERT_TRUE(leveldb::DB::Open(options, "/db", &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    edit(db.get());
  }
  // The n-th key with a prefix.
  static std::string KeyAt(leveldb::DB* db, const std::string& prefix, int n) {
    std::unique_ptr<leveldb::Iterator> it(db->NewIterator({}));
    for (it->Seek(prefix); it->Valid() && n > 0; it->Next()) --n;
    EXPECT_TRUE(it->Valid() && it->key().starts_with(prefix));
    return it->key().ToString();
  }
  static std::string ValueOf(leveldb::DB* db, const std::string& key) {
    std::string value;
    EXPECT_TRUE(db->Get({}, key, &value).ok());
    return value;
  }

  bool Finds(const std::string& text) {
    for (const std::string& problem : store_->Check()) {
      if (problem.find(text) != std::string::npos) return true;
    }
    for (const std::string& problem : store_->Check()) std::fprintf(stderr, "  %s\n", problem.c_str());
    return false;
  }
  // Repairs; the index answers as the table does, and all is sound.
  void ExpectMended(const std::string& line) {
    auto done = store_->Repair(nullptr);
    ASSERT_TRUE(done.ok()) << done.status().ToString();
    EXPECT_NE(std::find(done->begin(), done->end(), line), done->end())
        << (done->empty() ? "nothing done" : (*done)[0]);
    ExpectSound(store_.get());
    TablePtr t = store_->GetTable("ttt").value();
    EXPECT_EQ(Scan(store_.get(), Spec(t)).size(), Scan(store_.get(), Spec(t, "gix")).size());
    Open();
    ExpectSound(store_.get());
  }
  // What cannot be made again stays, and Repair changes nothing of the rest.
  void ExpectLeft() {
    const auto before = store_->Check();
    EXPECT_FALSE(before.empty());
    ASSERT_TRUE(store_->Repair(nullptr).ok());
    EXPECT_EQ(store_->Check(), before);
    EXPECT_EQ(Scan(store_.get(), Spec(store_->GetTable("other").value())).size(), 20u);
  }

  std::string Entries() const { return IdPrefix(KeySpace::kEntry, table_->indexes[0].id); }
  std::string Items() const { return IdPrefix(KeySpace::kItem, table_->id); }
  // Of the one table that has a queue; its id is the store's own.
  static std::string Queue(leveldb::DB* db) {
    std::unique_ptr<leveldb::Iterator> it(db->NewIterator({}));
    it->Seek(SpacePrefix(KeySpace::kExpiry));
    return it->key().ToString().substr(0, kPrefixBytes);
  }
  std::string Feed() const { return IdPrefix(KeySpace::kChange, table_->id); }

  std::unique_ptr<leveldb::Env> env_;
  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
};

constexpr const char* kIndexLine = "table ttt: index gix built again";
constexpr const char* kQueueLine = "table ttt: TTL queue built again";

TEST_F(CheckTest, AMissingIndexEntry) {
  Edit([&](leveldb::DB* db) { db->Delete({}, KeyAt(db, Entries(), 7)); });
  EXPECT_TRUE(Finds("is missing from index gix"));
  ExpectMended(kIndexLine);
}

TEST_F(CheckTest, AnIndexEntryWithoutAnItem) {
  Edit([&](leveldb::DB* db) {
    std::string key = Entries();
    Key k{Value::String("zz"), Value::Missing()};
    AppendComponent(KeyType::kString, k.hash, &key);
    AppendComponent(KeyType::kString, Value::String("a"), &key);
    AppendNumberKey(Number(99), &key);
    db->Put({}, key, ValueOf(db, KeyAt(db, Entries(), 0)));
  });
  EXPECT_TRUE(Finds("there is no such item ('a', 99)"));
  ExpectMended(kIndexLine);
}

TEST_F(CheckTest, AnIndexEntryOutOfDate) {
  Edit([&](leveldb::DB* db) { db->Put({}, KeyAt(db, Entries(), 2), ValueOf(db, KeyAt(db, Entries(), 3))); });
  EXPECT_TRUE(Finds("its entry in index gix is out of date"));
  ExpectMended(kIndexLine);
}

TEST_F(CheckTest, AnItemThatIsGoneFromUnderItsIndex) {
  Edit([&](leveldb::DB* db) { db->Delete({}, KeyAt(db, Items(), 4)); });
  EXPECT_TRUE(Finds("there is no such item ('a', 4)"));
  EXPECT_TRUE(Finds("the TTL queue has 20 entries instead of 19"));
  auto done = store_->Repair(nullptr);
  ASSERT_TRUE(done.ok());
  // The change feed knows the item: that it does not tell the whole story any more is said, and not found again.
  EXPECT_NE(std::find(done->begin(), done->end(),
                      "table ttt: its change records so far do not tell all that happened to its items"),
            done->end());
  ExpectSound(store_.get());
}

TEST_F(CheckTest, TheQueueOfExpiringItems) {
  Edit([&](leveldb::DB* db) { db->Delete({}, KeyAt(db, Queue(db), 0)); });
  EXPECT_TRUE(Finds("is missing from the TTL queue"));
  ExpectMended(kQueueLine);
  table_ = store_->GetTable("ttt").value();
  Edit([&](leveldb::DB* db) {
    std::string key = Queue(db);
    AppendNumberKey(Number(1), &key);
    db->Put({}, key + KeyAt(db, Items(), 1).substr(kPrefixBytes), "");
  });
  EXPECT_TRUE(Finds("the TTL queue has 21 entries"));
  ExpectMended(kQueueLine);
}

TEST_F(CheckTest, AnItemThatIsNone) {
  Edit([&](leveldb::DB* db) { db->Put({}, KeyAt(db, Items(), 5), "\x01\xff\xff"); });
  EXPECT_TRUE(Finds("table ttt: item ('a', 5): item: "));
  ExpectLeft();
}

TEST_F(CheckTest, AnItemUnderAnotherOnesKey) {
  Edit([&](leveldb::DB* db) { db->Put({}, KeyAt(db, Items(), 5), ValueOf(db, KeyAt(db, Items(), 6))); });
  EXPECT_TRUE(Finds("item ('a', 5): is stored under a key that is not its own"));
}

TEST_F(CheckTest, AnItemWithAnUnknownName) {
  Edit([&](leveldb::DB* db) {
    std::string item("\x01", 1);
    PutVarint(uint32_t{5000}, &item);
    db->Put({}, KeyAt(db, Items(), 5), item + '\x01');
  });
  EXPECT_TRUE(Finds("unknown attribute id"));
}

TEST_F(CheckTest, ChangeRecords) {
  Edit([&](leveldb::DB* db) { db->Put({}, KeyAt(db, Feed(), 3), "nonsense"); });
  EXPECT_TRUE(Finds("change feed of table ttt: record "));
  ExpectLeft();
  Edit([&](leveldb::DB* db) {
    std::string mark;
    PutVarint(ReadU64(std::string_view(KeyAt(db, Feed(), 5)).substr(kPrefixBytes)), &mark);
    db->Put({}, IdPrefix(KeySpace::kTrimmed, table_->id), mark);
  });
  EXPECT_TRUE(Finds("was trimmed away, and is there"));
}

TEST_F(CheckTest, CountersThatAreBehind) {
  Edit([&](leveldb::DB* db) {
    std::string one;
    PutVarint(uint32_t{1}, &one);
    for (std::string_view name : {kNextIdCounter, kVersionCounter, kFeedCounter})
      db->Put({}, NamedKey(KeySpace::kCounter, name), one);
  });
  EXPECT_TRUE(Finds("counter id: is 1"));
  EXPECT_TRUE(Finds("counter version: is 1"));
  EXPECT_TRUE(Finds("counter feed: is 1"));
  ASSERT_TRUE(store_->Repair(nullptr).ok());
  ExpectSound(store_.get());
  // Nothing is handed out a second time, repaired or not.
  TablePtr fresh = Create(store_.get(), Table("fresh"));
  EXPECT_GT(fresh->id, table_->id);
  EXPECT_NE(fresh->id, store_->GetTable("other").value()->id);
  Write(store_.get(), Put(table_, Item({{"pk", "a"}, {"sk", 100}})));
  ExpectSound(store_.get());
}

TEST_F(CheckTest, IdsInUseAreNotHandedOutAgainEvenWithoutRepair) {
  Edit([&](leveldb::DB* db) { db->Delete({}, NamedKey(KeySpace::kCounter, kNextIdCounter)); });
  TablePtr fresh = Create(store_.get(), Table("fresh"));
  EXPECT_TRUE(Scan(store_.get(), Spec(fresh)).empty());
  ExpectSound(store_.get());
}

TEST_F(CheckTest, KeysOfNobody) {
  Edit([&](leveldb::DB* db) {
    db->Put({}, "\x7fsomething", "");
    db->Put({}, IdPrefix(KeySpace::kItem, 4242) + "x", "");
    db->Put({}, std::string(1, static_cast<char>(KeySpace::kEntry)) + "x", "");
  });
  EXPECT_TRUE(Finds("a key of no known kind: 7f"));
  EXPECT_TRUE(Finds("keys that belong to no table, index or queue: 2000001092"));
  EXPECT_TRUE(Finds("a key too short"));
  // What no table can reach goes; what may be of a newer version stays.
  auto done = store_->Repair(nullptr);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(*done, std::vector<std::string>{"items of the table with number 4242, which is not there, were deleted"});
  EXPECT_EQ(store_->Check().size(), 2u);
  ExpectLeft();
}

// What tells how to read the rest must be right; the message says which part is not.
TEST_F(CheckTest, TheDictionaryAndTheCatalog) {
  std::string good, key;
  EditOnly([&](leveldb::DB* db) {
    key = KeyAt(db, SpacePrefix(KeySpace::kName), 1);
    good = ValueOf(db, key);
    db->Delete({}, key);
  });
  Status s = TryOpen();
  EXPECT_EQ(s.code(), StatusCode::kCorruption);
  EXPECT_NE(s.message().find("dictionary of attribute names"), std::string::npos) << s.ToString();
  EXPECT_FALSE(s.hint().empty());
  EditOnly([&](leveldb::DB* db) {
    db->Put({}, key, good);
    key = IdPrefix(KeySpace::kTable, table_->id);
    good = ValueOf(db, key);
    db->Put({}, key, good.substr(0, good.size() - 3));
  });
  s = TryOpen();
  EXPECT_EQ(s.code(), StatusCode::kCorruption) << s.ToString();
  EXPECT_NE(s.message().find("catalog"), std::string::npos) << s.ToString();
  EXPECT_FALSE(s.hint().empty());
  Edit([&](leveldb::DB* db) { db->Put({}, key, good); });
  ExpectSound(store_.get());
}

}  // namespace
}  // namespace parton
