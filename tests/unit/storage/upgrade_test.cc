// Formats: newer ones are refused and left alone, older ones taken to this one, again if that was interrupted.
#include "storage/local/recovery/upgrade.h"

#include <leveldb/db.h>
#include <leveldb/helpers/memenv.h>

#include "storage/local/bytes/key_layout.h"
#include "storage/local/engine.h"
#include "tests/unit/storage/store_test_util.h"
#include "types/item/varint.h"

namespace parton {
namespace {

using namespace storage_test;  // NOLINT

class UpgradeTest : public ::testing::Test {
 protected:
  UpgradeTest() : env_(leveldb::NewMemEnv(leveldb::Env::Default())) {
    options_.path = "/db";
    options_.env = env_.get();
  }

  void SetFormat(const std::string& bytes) {
    leveldb::Options options;
    options.env = env_.get();
    leveldb::DB* opened;
    ASSERT_TRUE(leveldb::DB::Open(options, "/db", &opened).ok());
    std::unique_ptr<leveldb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, NamedKey(KeySpace::kSystem, kFormatName), bytes).ok());
  }
  static std::string Varint(uint64_t v) {
    std::string bytes;
    PutVarint(v, &bytes);
    return bytes;
  }
  static std::string Read(Engine* engine, const std::string& key) {
    std::string value;
    bool found;
    EXPECT_TRUE(engine->ReadItem(nullptr, key, &value, &found).ok());
    return found ? value : "(none)";
  }

  std::unique_ptr<leveldb::Env> env_;
  StoreOptions options_;
};

std::string* log = nullptr;
bool second_fails = false;

Status First(Engine* engine) {
  *log += "1";
  leveldb::WriteBatch batch;
  batch.Put(NamedKey(KeySpace::kSystem, "first"), "done");
  return engine->WriteBatch(&batch, true);
}
Status Second(Engine*) {
  *log += "2";
  return second_fails ? Status::IoError("no more") : Status::Ok();
}

TEST_F(UpgradeTest, NewerFormatsAreRefused) {
  {
    auto store = OpenLocalStore(options_).value();
    Create(store.get(), Table("ttt"));
  }
  SetFormat(Varint(kFormatVersion + 1));
  for (int i = 0; i < 2; ++i) {
    Status s = OpenLocalStore(options_).status();
    EXPECT_EQ(s.code(), StatusCode::kOpenFailed);
    EXPECT_NE(s.message().find("newer than this version of Parton"), std::string::npos) << s.ToString();
    EXPECT_FALSE(s.hint().empty());
  }
  SetFormat(Varint(kFormatVersion));
  EXPECT_TRUE(OpenLocalStore(options_).value()->GetTable("ttt").ok());
}

TEST_F(UpgradeTest, AFormatThatIsNoneIsDamage) {
  { auto store = OpenLocalStore(options_).value(); }
  for (const std::string& bytes : {std::string(), Varint(0), std::string("\xff"), Varint(1) + "x"}) {
    SetFormat(bytes);
    EXPECT_FALSE(OpenLocalStore(options_).ok());
  }
}

TEST_F(UpgradeTest, TheStepsOfThisVersionEndAtItsFormat) { EXPECT_EQ(UpgradeSteps().size() + 1, kFormatVersion); }

TEST_F(UpgradeTest, StepsRunInOrderAndGoOnWhereTheyStopped) {
  std::string ran;
  log = &ran;
  const std::string format = NamedKey(KeySpace::kSystem, kFormatName);
  Engine engine(options_);
  ASSERT_TRUE(engine.Open().ok());
  second_fails = true;
  EXPECT_FALSE(UpgradeFormat(&engine, 1, {First, Second}).ok());
  EXPECT_EQ(ran, "12");
  EXPECT_EQ(Read(&engine, format), Varint(2));
  EXPECT_EQ(Read(&engine, NamedKey(KeySpace::kSystem, "first")), "done");
  second_fails = false;
  EXPECT_TRUE(UpgradeFormat(&engine, 2, {First, Second}).ok());
  EXPECT_EQ(ran, "122");
  EXPECT_EQ(Read(&engine, format), Varint(3));
  EXPECT_TRUE(UpgradeFormat(&engine, 3, {First, Second}).ok());
  EXPECT_EQ(ran, "122");
}

}  // namespace
}  // namespace parton
