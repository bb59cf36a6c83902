// A prepared point read parses nothing and allocates next to nothing: counted, in a process of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>

#include "parton/database.h"

extern "C" void* __libc_malloc(size_t size);  // NOLINT

namespace {
std::atomic<uint64_t> allocations{0};
}  // namespace

// operator new comes here, too.
extern "C" void* malloc(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}

namespace parton {
namespace {

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;  // other threads would count
    db_ = Database::Open(":memory:", options).value();
    connection_ = db_->Connect();
    Status s = connection_->ExecuteScript(R"(
        CREATE TABLE songs (artist STRING, year NUMBER, PRIMARY KEY (artist, year));
        CREATE TABLE logs (id NUMBER, PRIMARY KEY (id));
        INSERT INTO songs VALUE {'artist': 'Nina Simone', 'year': 1965, 'title': 'Feeling Good', 'plays': 7};
        INSERT INTO songs VALUE {'artist': 'Nina Simone', 'year': 1958, 'title': 'Little Girl Blue', 'plays': 3};
        INSERT INTO logs SELECT VALUE {'id': i, 'text': 'a line of a log that is not that short', 'n': i * i}
          FROM range(0, 1000) AS i;)");
    ASSERT_TRUE(s.ok()) << s.ToString();
  }

  // Of one execution, after all of them have run once: what they read is in the cache of items.
  template <typename Run>
  double PerRun(Run run) {
    constexpr int kRuns = 100;
    for (int i = 0; i < kRuns; ++i) run(i);
    const uint64_t before = allocations.load();
    for (int i = 0; i < kRuns; ++i) run(i);
    return static_cast<double>(allocations.load() - before) / kRuns;
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(Allocations, PointReadByNumber) {
  auto get = connection_->Prepare("SELECT * FROM logs WHERE id = ?").value();
  const double n = PerRun([&](int i) {
    ASSERT_TRUE(get->Bind(1, int64_t{i}).ok());
    ResultSet* rows = get->Execute().value();
    ASSERT_TRUE(rows->Next());
    ASSERT_EQ(rows->row().GetBorrowed("n").int_value(), int64_t{i} * i);
    ASSERT_FALSE(rows->Next());
  });
  EXPECT_LE(n, 0.1);
}

TEST_F(Allocations, RequestsOfSingleItems) {
  GetItemRequest get;
  get.table = "logs";
  get.key = Value::Struct({{"id", 7}});
  EXPECT_LE(PerRun([&](int) { ASSERT_FALSE(db_->GetItem(get)->item.is_missing()); }), 15);
  get.expressions.projection = "n";
  EXPECT_LE(PerRun([&](int) { ASSERT_FALSE(db_->GetItem(get)->item.is_missing()); }), 22);
  // The expressions are compiled once: what is left is the write.
  UpdateItemRequest update;
  update.table = "logs";
  update.key = get.key;
  update.expressions.update = "SET n = n + :d";
  update.expressions.condition = "attribute_exists(id)";
  update.expressions.values = Expressions::Values{{":d", 1}};
  EXPECT_LE(PerRun([&](int) { ASSERT_TRUE(db_->UpdateItem(update).ok()); }), 120);
}

TEST_F(Allocations, PointReadOfOneAttribute) {
  auto get = connection_->Prepare("SELECT VALUE text FROM logs WHERE id = ?").value();
  const double n = PerRun([&](int i) {
    ASSERT_TRUE(get->Bind(1, int64_t{i}).ok());
    ResultSet* rows = get->Execute().value();
    ASSERT_TRUE(rows->Next());
    ASSERT_EQ(rows->row().bytes().size(), 38u);
  });
  EXPECT_LE(n, 0.1);
}

TEST_F(Allocations, PointReadByStringAndNumber) {
  auto get = connection_->Prepare("SELECT * FROM songs WHERE artist = ? AND year = ?").value();
  const double n = PerRun([&](int i) {
    // The bound string itself is an allocation.
    ASSERT_TRUE(get->Bind(1, Value::String("Nina Simone")).ok());
    ASSERT_TRUE(get->Bind(2, int64_t{i % 2 == 0 ? 1965 : 1958}).ok());
    ResultSet* rows = get->Execute().value();
    ASSERT_TRUE(rows->Next());
    ASSERT_EQ(rows->row().GetBorrowed("plays").int_value(), i % 2 == 0 ? 7 : 3);
  });
  EXPECT_LE(n, 1.1);
}

// The counter counts: a read through the parser takes hundreds.
TEST_F(Allocations, TextThatIsParsed) {
  int texts = 0;
  const double n = PerRun([&](int i) {
    std::string name(static_cast<size_t>(i) + 1, 'x');
    name += std::to_string(texts++);
    auto rows = connection_->Execute("SELECT " + name + " FROM logs AS l WHERE l.id = 1");
    ASSERT_TRUE(rows.ok() || rows.status().code() != StatusCode::kInternal);
  });
  EXPECT_GT(n, 20);
}

}  // namespace
}  // namespace parton
