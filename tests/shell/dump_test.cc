// What .dump writes makes the same database again: every kind of schema, of value and of trigger. It is the program
// itself that dumps and reads.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "parton/database.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

class DumpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + fmt::format("/parton_dump_test_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<Database> Open(const std::string& name) {
    Options options;
    options.background = false;
    options.durable = false;
    auto db = Database::Open(root_ + "/" + name, options);
    EXPECT_TRUE(db.ok()) << db.status().ToString();
    return db.ok() ? std::move(*db) : nullptr;
  }
  void Shell(const std::string& arguments) {
    const std::string command = fmt::format("cd '{}' && '{}' {} 2>errors.txt", root_, std::getenv("PARTON"), arguments);
    EXPECT_EQ(std::system(command.c_str()), 0)
        << command << (std::system(fmt::format("head -c 2000 '{}/errors.txt'", root_).c_str()), "");
  }
  static std::vector<Value> Rows(Connection* c, const std::string& query) {
    auto result = c->Execute(query);
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    std::vector<Value> rows;
    if (!result.ok()) return rows;
    while ((*result)->Next()) rows.push_back((*result)->row().Materialize());
    EXPECT_TRUE((*result)->status().ok());
    return rows;
  }
  static std::string Text(Connection* c, const std::string& query) { return c->Execute(query).value()->text(); }

  void ExpectSame() {
    auto a = Open("a"), b = Open("b");
    ASSERT_NE(a, nullptr);
    ASSERT_NE(b, nullptr);
    auto ca = a->Connect(), cb = b->Connect();
    EXPECT_TRUE(b->Check().empty());
    std::vector<std::string> names = a->TableNames();
    ASSERT_EQ(names, b->TableNames());
    for (const std::string& table : names) {
      EXPECT_EQ(Text(ca.get(), fmt::format("SHOW CREATE TABLE \"{}\"", table)),
                Text(cb.get(), fmt::format("SHOW CREATE TABLE \"{}\"", table)));
      const auto rows = Rows(ca.get(), fmt::format("SELECT VALUE t FROM \"{}\" AS t", table));
      const auto again = Rows(cb.get(), fmt::format("SELECT VALUE t FROM \"{}\" AS t", table));
      ASSERT_EQ(rows.size(), again.size()) << table;
      for (size_t i = 0; i < rows.size(); ++i) {
        ASSERT_TRUE(rows[i] == again[i]) << rows[i].ToLiteral() << "\n" << again[i].ToLiteral();
      }
    }
    const auto triggers = Rows(ca.get(), "SHOW TRIGGERS"), triggers_again = Rows(cb.get(), "SHOW TRIGGERS");
    ASSERT_EQ(triggers.size(), triggers_again.size());
    for (size_t i = 0; i < triggers.size(); ++i) {
      for (const char* field : {"name", "table", "state", "batch", "statement", "dialect", "typing"}) {
        EXPECT_EQ(triggers[i].Get(field).ToLiteral(), triggers_again[i].Get(field).ToLiteral()) << field;
      }
    }
  }

  std::string root_;
};

class ValueMaker {
 public:
  explicit ValueMaker(uint32_t seed) : random_(seed) {}

  Value Make(int depth = 0) {
    switch (Below(depth < 4 ? 12 : 7)) {
      case 0: return Value::Null();
      case 1: return Value::Bool(Below(2) == 0);
      case 2: return Value::Int(static_cast<int64_t>(random_()) - 2'000'000'000);
      case 3: return MakeNumber();
      case 4:
      case 5: return Value::String(Text());
      case 6: return Value::Blob(Bytes(Below(20)));
      case 7: {
        std::vector<Value> elements(Below(4));
        for (Value& v : elements) v = Make(depth + 1);
        return Value::List(std::move(elements));
      }
      case 8: {
        std::vector<Field> fields;
        for (uint32_t i = Below(4); i > 0; --i) fields.push_back({fmt::format("{}{}", i, Text()), Make(depth + 1)});
        return Value::Struct(std::move(fields));
      }
      case 9: return *Value::Set({Value::String("a" + Text()), Value::String("b" + Text())});
      case 10: return *Value::Set({Value::Int(1), Value::FromStored(*Number::ParseStrict("-2.5e-100"))});
      default: return *Value::Set({Value::Blob("x" + Bytes(3)), Value::Blob("y" + Bytes(3))});
    }
  }

  std::string Text() {
    static constexpr const char* kPieces[] = {"",  "a",  "'",  "''", "\"", "\\", "\n", "\t", "\x01", "é", "\U0001F600",
                                              ";", "--", "/*", "`",  "$",  "?",  ":p", " ",  "<<",   "}"};
    std::string text;
    for (uint32_t n = Below(6); n > 0; --n) text += kPieces[Below(std::size(kPieces))];
    return text;
  }

 private:
  uint32_t Below(uint32_t n) { return random_() % n; }
  std::string Bytes(uint32_t n) {
    std::string bytes;
    for (; n > 0; --n) bytes.push_back(static_cast<char>(random_()));
    return bytes;
  }
  Value MakeNumber() {
    std::string digits = Below(2) == 0 ? "-" : "";
    digits += static_cast<char>('1' + Below(9));
    if (const uint32_t n = Below(38); n > 0) {
      digits += '.';
      for (uint32_t i = 0; i < n; ++i) digits += static_cast<char>('0' + Below(10));
    }
    return Value::FromStored(*Number::ParseStrict(fmt::format("{}e{}", digits, static_cast<int>(Below(240)) - 120)));
  }

  std::mt19937 random_;
};

TEST_F(DumpTest, EverythingComesBack) {
  {
    auto db = Open("a");
    auto c = db->Connect();
    Status s = c->ExecuteScript(R"(
        CREATE TABLE "odd.name-1" (p STRING, s NUMBER, l STRING, PRIMARY KEY (p, s),
          GLOBAL INDEX "g.1" (l, s) PROJECT KEYS ONLY, LOCAL INDEX loc (p, l) PROJECT INCLUDE ("a b", "c'd"))
          WITH (stream = 'old image', ttl = 'when "it" is', billing = 'provisioned', read_capacity = 7, write_capacity = 8);
        CREATE TABLE values_ (k NUMBER, PRIMARY KEY (k)) WITH (stream = 'both images');
        CREATE TABLE bytes_ (b BINARY, PRIMARY KEY (b), GLOBAL INDEX by_n (n NUMBER) PROJECT ALL);
        CREATE TABLE mixed (k NUMBER, PRIMARY KEY (k));
        INSERT INTO mixed << {'k': 1, 'x': 'text'}, {'k': 2, 'x': 5}, {'k': 3} >>;
        CREATE INDEX later ON mixed (x NUMBER, k NUMBER) PROJECT INCLUDE (y);
        CREATE TRIGGER one ON values_ BATCH 17 AS INSERT INTO mixed SELECT VALUE {'k': r.Keys.k + 1000, 't': 'it''s; "so"'} FROM records AS r;
        CREATE TRIGGER two ON values_ AS DELETE FROM mixed WHERE k IN (SELECT VALUE r.Keys.k FROM records AS r);
        ALTER TRIGGER two PAUSE;
        SET typing = strict;
        CREATE TRIGGER three ON "odd.name-1" AS DELETE FROM mixed WHERE k = 5;
        SET typing = permissive;)");
    ASSERT_TRUE(s.ok()) << s.ToString();
    ValueMaker make(1);
    const int rows = std::getenv("PARTON_FULL") != nullptr ? 5000 : 400;
    for (int i = 0; i < rows; ++i) {
      std::vector<Field> fields{{"k", Value::Int(i)}};
      for (int n = 0; n < 4; ++n)
        fields.push_back({fmt::format("v{}{}", n, i % 7 == 0 ? make.Text() : ""), make.Make()});
      auto result = c->Execute("INSERT INTO values_ VALUE ?", {Value::Struct(std::move(fields))});
      ASSERT_TRUE(result.ok()) << result.status().ToString();
    }
    for (int i = 0; i < 30; ++i) {
      ASSERT_TRUE(c->Execute("INSERT INTO bytes_ VALUE {'b': ?, 'n': ?}",
                             {Value::Blob(std::string(1, static_cast<char>(i * 9)) + "x"), Value(i % 4)})
                      .ok());
      ASSERT_TRUE(
          c->Execute("INSERT INTO \"odd.name-1\" VALUE {'p': ?, 's': ?, 'l': 'x', 'when \"it\" is': 4000000000}",
                     {Value::String("p" + make.Text()), Value(i)})
              .ok());
    }
  }
  // The program runs triggers while it dumps: nothing must be left for them.
  ASSERT_TRUE(Open("a")->Settle().ok());
  Shell("a -c .dump > dump.sql");
  Shell("b -f dump.sql");
  ExpectSame();
  // And again, from the copy.
  Shell("b -c .dump > again.sql");
  Shell("c -f again.sql");
  fs::remove_all(root_ + "/b");
  fs::rename(root_ + "/c", root_ + "/b");
  ExpectSame();
}

}  // namespace
}  // namespace parton
