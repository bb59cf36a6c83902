// CHECK of change feeds: a record that is missing or wrong shows in those around it, and in the items.
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/change_feed.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class FeedCheckTest : public ::testing::Test {
 protected:
  std::unique_ptr<LocalStore> Open() {
    StoreOptions options;
    options.path = "/db";
    options.env = env_.get();
    return OpenLocalStore(options).value();
  }
  void SetStream(LocalStore* store, StreamView view) {
    ASSERT_TRUE(store
                    ->AlterTable("t",
                                 [&](TableSchema* t) {
                                   t->stream = view;
                                   return Status::Ok();
                                 })
                    .ok());
  }
  // Records 1 to 5: a inserted, b inserted, a changed, a removed, a inserted.
  void Fill(StreamView view) {
    auto store = Open();
    TableSchema schema = Table("t", false);
    schema.stream = view;
    TablePtr t = Create(store.get(), schema);
    id_ = t->id;
    Write(store.get(), Put(t, Item({{"pk", "a"}, {"n", 1}})));
    Write(store.get(), Put(t, Item({{"pk", "b"}, {"n", 1}})));
    Write(store.get(), Put(t, Item({{"pk", "a"}, {"n", 2}})));
    Write(store.get(), Erase(t, {"a", {}}));
    Write(store.get(), Put(t, Item({{"pk", "a"}, {"n", 3}})));
    ExpectSound(store.get());
  }
  void DeleteRecord(uint64_t sequence) {
    leveldb::Options options;
    options.env = env_.get();
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(options, "/db", &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    ASSERT_TRUE(db->Delete({}, ChangeKey(id_, sequence)).ok());
  }
  std::string Problems() {
    std::string all;
    for (const std::string& p : Open()->Check()) all += p + "\n";
    return all;
  }

  std::unique_ptr<leveldb::Env> env_{leveldb::NewMemEnv(leveldb::Env::Default())};
  uint32_t id_ = 0;
};

TEST_F(FeedCheckTest, AMissingRecordInTheMiddle) {
  Fill(StreamView::kKeysOnly);
  DeleteRecord(4);
  EXPECT_NE(Problems().find("record 5: does not follow from record 3"), std::string::npos) << Problems();
}

TEST_F(FeedCheckTest, AMissingRecordWhoseNeighboursAgreeInKind) {
  Fill(StreamView::kBothImages);
  {
    auto store = Open();
    TablePtr t = store->GetTable("t").value();
    Write(store.get(), Put(t, Item({{"pk", "b"}, {"n", 2}})));
    Write(store.get(), Put(t, Item({{"pk", "b"}, {"n", 3}})));
    ExpectSound(store.get());
  }
  const std::string before = Problems();
  EXPECT_EQ(before, "");
  // The numbers of another session begin behind those that were reserved.
  uint64_t middle = 0;
  {
    leveldb::Options options;
    options.env = env_.get();
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(options, "/db", &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    std::unique_ptr<leveldb::Iterator> it(db->NewIterator({}));
    it->Seek(ChangeKey(id_, 6));
    ASSERT_TRUE(it->Valid());
    middle = ReadU64(std::string_view(it->key().data(), it->key().size()).substr(kPrefixBytes));
  }
  DeleteRecord(middle);
  EXPECT_NE(Problems().find("does not follow from record 2"), std::string::npos) << Problems();
}

TEST_F(FeedCheckTest, AMissingLastRecord) {
  Fill(StreamView::kNewImage);
  DeleteRecord(5);
  EXPECT_NE(Problems().find("record 4: is the last one of its item, which is not as the record left it"),
            std::string::npos)
      << Problems();
}

TEST_F(FeedCheckTest, WhatHappensWhileTheStreamIsOffIsNotMissed) {
  Fill(StreamView::kBothImages);
  auto store = Open();
  SetStream(store.get(), StreamView::kOff);
  TablePtr t = store->GetTable("t").value();
  Write(store.get(), Erase(t, {"a", {}}));
  Write(store.get(), Put(t, Item({{"pk", "b"}, {"n", 7}})));
  ExpectSound(store.get());
  SetStream(store.get(), StreamView::kKeysOnly);
  t = store->GetTable("t").value();
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"n", 8}})));
  Write(store.get(), Put(t, Item({{"pk", "b"}, {"n", 8}})));
  SetStream(store.get(), StreamView::kBothImages);
  Write(store.get(), Put(store->GetTable("t").value(), Item({{"pk", "b"}, {"n", 9}})));
  ExpectSound(store.get());
}

}  // namespace
}  // namespace parton::storage_test
