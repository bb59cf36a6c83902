// A checker of serialisability over recorded histories, and what it says of concurrent transactions.
//
// Every write leaves the id of its transaction in the item, and the table's change feed has the order in which an
// item's versions followed each other. From what the transactions read, this gives the dependency graph (Adya):
// who wrote the version one read (wr), who wrote the next version of one written (ww) or read (rw). The history is
// serialisable if the committed transactions' graph has no cycle. Without validation it must have one.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"
#include "session/open_database.h"

namespace parton {
namespace {

constexpr int kNobody = 0;  // wrote what was there at the start, present or not

// One committed transaction: the versions it read, by their writers, and the keys it wrote.
struct Committed {
  int id = 0;
  std::map<int, int> reads;  // key -> writer
  std::set<int> writes;
};

class History {
 public:
  void Add(Committed t) {
    std::lock_guard lock(mutex_);
    transactions_.push_back(std::move(t));
  }
  // `versions`: of each key its writers in order, the first being kNobody.
  std::vector<int> FindCycle(const std::map<int, std::vector<int>>& versions) {
    std::set<int> committed;
    for (const Committed& t : transactions_) committed.insert(t.id);
    std::map<int, std::map<int, int>> next;  // key -> writer -> who wrote the next version
    std::map<int, std::set<int>> edges;
    const auto edge = [&](int from, int to) {
      if (from != to && from != kNobody) edges[from].insert(to);
    };
    for (const auto& [key, writers] : versions) {
      for (size_t i = 0; i + 1 < writers.size(); ++i) {
        next[key][writers[i]] = writers[i + 1];
        edge(writers[i], writers[i + 1]);
        EXPECT_TRUE(committed.count(writers[i + 1])) << "a rolled back transaction left something";
      }
    }
    for (const Committed& t : transactions_) {
      for (const auto& [key, writer] : t.reads) {
        EXPECT_TRUE(writer == kNobody || committed.count(writer)) << "a read of what was never committed";
        edge(writer, t.id);
        auto it = next[key].find(writer);
        if (it != next[key].end()) edge(t.id, it->second);
      }
    }
    return Cycle(edges);
  }
  size_t size() const { return transactions_.size(); }
  void Clear() { transactions_.clear(); }

 private:
  static std::vector<int> Cycle(const std::map<int, std::set<int>>& edges) {
    std::map<int, int> state;  // 1: on the path, 2: done
    std::vector<int> path;
    std::function<bool(int)> visit = [&](int node) {
      state[node] = 1;
      path.push_back(node);
      auto it = edges.find(node);
      if (it != edges.end()) {
        for (int to : it->second) {
          if (state[to] == 1 || (state[to] == 0 && visit(to))) return true;
        }
      }
      state[node] = 2;
      path.pop_back();
      return false;
    };
    for (const auto& [node, unused] : edges) {
      if (state[node] == 0 && visit(node)) return path;
    }
    return {};
  }

  std::mutex mutex_;
  std::vector<Committed> transactions_;
};

constexpr int kKeys = 8;

class SerializableTransactionsTest : public ::testing::Test {
 protected:
  void Open(bool validate) {
    Options options;
    options.background = false;
    db_ = std::move(OpenDatabase(":memory:", options, nullptr, validate).value());
    auto c = db_->Connect();
    // All items are in one partition of the index, so a query of it reads them all.
    ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (k NUMBER, PRIMARY KEY (k)) WITH (stream = 'new image');"
                                 "CREATE INDEX by_g ON t (g STRING, k NUMBER)")
                    .ok());
    // Half of the keys have no item at first: making one is a phantom to those who looked.
    for (int k = 0; k < kKeys; k += 2) {
      ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'k': ?, 'g': 'x', 'w': 0}", {k}).ok());
    }
    first_ = Records(*c).size();
  }

  static std::vector<Value> Records(Connection& c) {
    return (*c.Execute("SELECT r.Keys.k AS k, r.NewImage.w AS w FROM changes('t') AS r"))->All().value();
  }

  std::map<int, std::vector<int>> Versions() {
    std::map<int, std::vector<int>> versions;
    for (int k = 0; k < kKeys; ++k) versions[k] = {kNobody};
    auto c = db_->Connect();
    const std::vector<Value> records = Records(*c);
    for (size_t i = first_; i < records.size(); ++i) {
      versions[Int(records[i].Get("k"))].push_back(Int(records[i].Get("w")));
    }
    return versions;
  }

  static int Int(const Value& v) { return static_cast<int>(v.int_value()); }

  // What a key held, if this transaction has not written it.
  static void NoteRead(Committed* t, int key, int writer) {
    if (t->writes.count(key) == 0) t->reads.emplace(key, writer);
  }

  static Status ReadOne(Connection& c, Committed* t, int key) {
    auto rows = c.Execute("SELECT w FROM t WHERE k = ?", {key});
    if (!rows.ok()) return rows.status();
    NoteRead(t, key, (*rows)->Next() ? Int((*rows)->row().Get("w")) : kNobody);
    return (*rows)->status();
  }
  static Status ReadAll(Connection& c, Committed* t, const char* text) {
    auto rows = c.Execute(text);
    if (!rows.ok()) return rows.status();
    std::map<int, int> seen;
    for (int k = 0; k < kKeys; ++k) seen[k] = kNobody;
    while ((*rows)->Next()) seen[Int((*rows)->row().Get("k"))] = Int((*rows)->row().Get("w"));
    for (const auto& [key, writer] : seen) NoteRead(t, key, writer);
    return (*rows)->status();
  }
  static Status Write(Connection& c, Committed* t, int key) {
    t->writes.insert(key);
    return c.Execute("REPLACE INTO t VALUE {'k': ?, 'g': 'x', 'w': ?}", {key, t->id}).status();
  }

  // A random transaction; false if it was rolled back.
  bool RunOne(Connection& c, std::minstd_rand& random, int id) {
    Committed t;
    t.id = id;
    if (!c.Begin().ok()) return false;
    const int steps = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < steps; ++i) {
      const int key = static_cast<int>(random() % kKeys);
      Status s;
      switch (random() % 8) {
        case 0: s = ReadAll(c, &t, "SELECT k, w FROM t"); break;
        case 1: s = ReadAll(c, &t, "SELECT k, w FROM t.by_g WHERE g = 'x'"); break;
        case 2:
        case 3:
        case 4: s = ReadOne(c, &t, key); break;
        default: s = Write(c, &t, key); break;
      }
      EXPECT_TRUE(s.ok()) << s.ToString();
      std::this_thread::yield();
    }
    if (random() % 10 == 0) {
      EXPECT_TRUE(c.Rollback().ok());
      return false;
    }
    const Status s = c.Commit();
    EXPECT_TRUE(s.ok() || s.code() == StatusCode::kTransactionConflict) << s.ToString();
    if (s.ok()) history_.Add(std::move(t));
    return s.ok();
  }

  void RunThreads(int threads, int times) {
    std::atomic<int> next_id{1};
    std::vector<std::thread> running;
    for (int n = 0; n < threads; ++n) {
      running.emplace_back([&, n] {
        auto c = db_->Connect();
        std::minstd_rand random(static_cast<unsigned>(n + 1));
        for (int i = 0; i < times; ++i) (void)RunOne(*c, random, next_id++);
      });
    }
    for (std::thread& t : running) t.join();
  }

  // Two threads: each reads what the other is to write, both write, then both commit.
  void RunWriteSkew() {
    std::barrier<> together(2);
    std::vector<std::thread> running;
    for (int n = 0; n < 2; ++n) {
      running.emplace_back([&, n] {
        auto c = db_->Connect();
        Committed t;
        t.id = n + 1;
        EXPECT_TRUE(c->Begin().ok());
        EXPECT_TRUE(ReadOne(*c, &t, n == 0 ? 2 : 4).ok());
        together.arrive_and_wait();
        EXPECT_TRUE(Write(*c, &t, n == 0 ? 4 : 2).ok());
        together.arrive_and_wait();
        if (c->Commit().ok()) history_.Add(std::move(t));
      });
    }
    for (std::thread& t : running) t.join();
  }

  std::unique_ptr<Database> db_;
  History history_;
  size_t first_ = 0;
};

TEST_F(SerializableTransactionsTest, HistoriesHaveNoCycle) {
  Open(true);
  RunThreads(4, 60);
  EXPECT_GT(history_.size(), 50u);
  EXPECT_EQ(history_.FindCycle(Versions()), std::vector<int>());
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(SerializableTransactionsTest, WriteSkewIsPrevented) {
  Open(true);
  RunWriteSkew();
  EXPECT_EQ(history_.size(), 1u);
  EXPECT_EQ(history_.FindCycle(Versions()), std::vector<int>());
}

TEST_F(SerializableTransactionsTest, TheCheckerFindsWriteSkew) {
  Open(false);
  RunWriteSkew();
  EXPECT_EQ(history_.size(), 2u);
  EXPECT_EQ(history_.FindCycle(Versions()).size(), 2u);
}

// Phantoms: both count the items, both make one.
TEST_F(SerializableTransactionsTest, TheCheckerFindsPhantoms) {
  for (bool validate : {true, false}) {
    Open(validate);
    history_.Clear();
    auto a = db_->Connect(), b = db_->Connect();
    Committed ta, tb;
    ta.id = 1;
    tb.id = 2;
    ASSERT_TRUE(a->Begin().ok() && b->Begin().ok());
    ASSERT_TRUE(ReadAll(*a, &ta, "SELECT k, w FROM t.by_g WHERE g = 'x'").ok());
    ASSERT_TRUE(ReadAll(*b, &tb, "SELECT k, w FROM t").ok());
    ASSERT_TRUE(Write(*a, &ta, 1).ok());
    ASSERT_TRUE(Write(*b, &tb, 3).ok());
    if (a->Commit().ok()) history_.Add(ta);
    if (b->Commit().ok()) history_.Add(tb);
    EXPECT_EQ(history_.size(), validate ? 1u : 2u);
    EXPECT_EQ(history_.FindCycle(Versions()).empty(), validate);
  }
}

// The checker itself: a history that a serial order explains, and one that none does.
TEST(SerializabilityCheckerTest, TellsSerialFromNot) {
  const std::map<int, std::vector<int>> versions = {{0, {kNobody, 1, 2}}, {1, {kNobody, 2}}};
  History serial;
  serial.Add({1, {{1, kNobody}}, {0}});
  serial.Add({2, {{0, 1}}, {0, 1}});
  serial.Add({3, {{0, 2}, {1, 2}}, {}});
  EXPECT_TRUE(serial.FindCycle(versions).empty());
  History fractured;
  fractured.Add({1, {}, {0}});
  fractured.Add({2, {}, {0, 1}});
  fractured.Add({3, {{0, 1}, {1, 2}}, {}});  // half of what 2 did
  EXPECT_FALSE(fractured.FindCycle(versions).empty());
}

}  // namespace
}  // namespace parton
