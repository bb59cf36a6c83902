// List-append histories (Elle): concurrent transactions append values, each given once, to lists and read lists by
// key, by a scan, by a query of a global index, and by TransactGet. Each list is the order in which its versions
// followed each other, so every read says whose writes it saw and whose it did not. The history is strictly
// serialisable if the dependencies of the transactions, and their order in time, have no cycle.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"
#include "session/open_database.h"
#include "tests/random/random_util.h"

namespace parton {
namespace {

using List = std::vector<int>;
constexpr int kKeys = 6;

int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// One committed transaction, as its program saw it.
struct Committed {
  std::string what;
  int64_t begin = 0;  // before its first step, and after it was known to be committed
  int64_t end = 0;
  std::vector<std::pair<int, List>> reads;  // of keys it had not written yet
  std::map<int, List> appends;              // by key, in order
};

std::string Text(const List& list) { return fmt::format("[{}]", fmt::join(list, " ")); }

class History {
 public:
  void Add(Committed t) {
    std::lock_guard lock(mutex_);
    transactions_.push_back(std::move(t));
  }
  size_t size() const { return transactions_.size(); }
  void Clear() { transactions_.clear(); }

  // What is wrong with it, given the lists at the end; empty: nothing.
  std::string Problem(const std::map<int, List>& last) {
    std::map<int, int> writer;  // of each value
    for (size_t i = 0; i < transactions_.size(); ++i) {
      for (const auto& [key, values] : transactions_[i].appends) {
        for (int v : values) writer[v] = static_cast<int>(i);
      }
    }
    edges_.assign(transactions_.size(), {});
    for (const auto& [key, list] : last) {
      if (std::set<int>(list.begin(), list.end()).size() != list.size()) return "a value is there twice: " + Text(list);
      for (size_t i = 0; i < list.size(); ++i) {
        if (!writer.contains(list[i])) return fmt::format("{} was never committed", list[i]);
        if (i > 0) Edge(writer[list[i - 1]], writer[list[i]]);
      }
    }
    for (size_t i = 0; i < transactions_.size(); ++i) {
      const Committed& t = transactions_[i];
      for (const auto& [key, values] : t.appends) {
        const List& list = last.at(key);
        const auto at = std::search(list.begin(), list.end(), values.begin(), values.end());
        if (at == list.end()) return fmt::format("{} of {} is lost or torn in {}", Text(values), t.what, Text(list));
      }
      for (const auto& [key, seen] : t.reads) {
        const List& list = last.at(key);
        if (seen.size() > list.size() || !std::equal(seen.begin(), seen.end(), list.begin())) {
          return fmt::format("{} read {}, which is no start of {}", t.what, Text(seen), Text(list));
        }
        if (!seen.empty()) Edge(writer[seen.back()], static_cast<int>(i));
        if (seen.size() < list.size()) {
          if (!seen.empty() && writer[seen.back()] == writer[list[seen.size()]]) {
            return fmt::format("{} read a part of what one transaction wrote: {} of {}", t.what, Text(seen),
                               Text(list));
          }
          Edge(static_cast<int>(i), writer[list[seen.size()]]);
        }
      }
    }
    AddTime();
    return Cycle();
  }

 private:
  void Edge(int from, int to) {
    if (from != to) edges_[static_cast<size_t>(from)].insert(to);
  }
  // What had ended before another began comes before it: to each, those that no third one lies between.
  void AddTime() {
    for (size_t i = 0; i < transactions_.size(); ++i) {
      int64_t latest_begin = 0;
      for (const Committed& t : transactions_) {
        if (t.end < transactions_[i].begin) latest_begin = std::max(latest_begin, t.begin);
      }
      for (size_t j = 0; j < transactions_.size(); ++j) {
        const Committed& t = transactions_[j];
        if (t.end < transactions_[i].begin && t.end >= latest_begin) Edge(static_cast<int>(j), static_cast<int>(i));
      }
    }
  }
  std::string Cycle() const {
    std::vector<int> state(edges_.size(), 0);  // 1: on the path, 2: done
    std::vector<int> path;
    std::function<bool(int)> visit = [&](int node) {
      state[static_cast<size_t>(node)] = 1;
      path.push_back(node);
      for (int to : edges_[static_cast<size_t>(node)]) {
        const int s = state[static_cast<size_t>(to)];
        if (s == 1) {
          path.erase(path.begin(), std::find(path.begin(), path.end(), to));
          return true;
        }
        if (s == 0 && visit(to)) return true;
      }
      state[static_cast<size_t>(node)] = 2;
      path.pop_back();
      return false;
    };
    for (size_t i = 0; i < edges_.size(); ++i) {
      if (state[i] != 0 || !visit(static_cast<int>(i))) continue;
      std::string text = "no order explains:";
      for (int n : path) text += "\n  " + Describe(transactions_[static_cast<size_t>(n)]);
      return text;
    }
    return "";
  }
  static std::string Describe(const Committed& t) {
    std::string text = fmt::format("{} from {} to {}", t.what, t.begin, t.end);
    for (const auto& [key, list] : t.reads) text += fmt::format(", read {}: {}", key, Text(list));
    for (const auto& [key, list] : t.appends) text += fmt::format(", appended {}: {}", key, Text(list));
    return text;
  }

  std::mutex mutex_;
  std::vector<Committed> transactions_;
  std::vector<std::set<int>> edges_;
};

class ListHistoryTest : public ::testing::Test {
 protected:
  void Open(bool validate = true, uint64_t seed = 0) {
    Options options;
    options.item_cache_bytes = ItemCacheOf(seed);
    options.background = false;
    db_ = std::move(OpenDatabase(":memory:", options, nullptr, validate).value());
    next_value_ = 1'000'000;
    auto c = db_->Connect();
    ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (k NUMBER, PRIMARY KEY (k));"
                                 "CREATE TABLE names (id NUMBER, PRIMARY KEY (id));"
                                 "CREATE INDEX by_g ON t (g STRING, k NUMBER)")
                    .ok());
    for (int k = 0; k < kKeys; ++k) {
      ASSERT_TRUE(c->Execute("INSERT INTO names VALUE {'id': ?}", {k}).ok());
      // Every other list begins without an item.
      if (k % 2 == 0) {
        ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'k': ?, 'g': 'x', 'l': []}", {k}).ok());
      }
    }
  }

  static List ListOf(const Value& v) {
    List list;
    if (!v.is_collection()) return list;
    for (const Value& e : v.elements()) list.push_back(static_cast<int>(e.int_value()));
    return list;
  }
  static void NoteRead(Committed* t, int key, List seen) {
    // After its own write it sees that: as it must, at the end.
    if (auto own = t->appends.find(key); own != t->appends.end()) {
      EXPECT_TRUE(seen.size() >= own->second.size() &&
                  std::equal(own->second.rbegin(), own->second.rend(), seen.rbegin()))
          << t->what << " does not see its own " << Text(own->second) << " in " << Text(seen);
      return;
    }
    t->reads.emplace_back(key, std::move(seen));
  }

  // Reads all lists, by whatever path.
  static Status ReadAll(Connection& c, Committed* t, const char* text) {
    auto rows = c.Execute(text);
    if (!rows.ok()) return rows.status();
    std::map<int, List> seen;
    for (int k = 0; k < kKeys; ++k) seen[k];
    while ((*rows)->Next()) {
      seen[static_cast<int>((*rows)->row().Get("k").int_value())] = ListOf((*rows)->row().Get("l"));
    }
    for (auto& [key, list] : seen) NoteRead(t, key, std::move(list));
    return (*rows)->status();
  }
  static Status ReadOne(Connection& c, Committed* t, int key) {
    auto rows = c.Execute("SELECT l FROM t WHERE k = ?", {key});
    if (!rows.ok()) return rows.status();
    List seen = (*rows)->Next() ? ListOf((*rows)->row().Get("l")) : List();
    if ((*rows)->status().ok()) NoteRead(t, key, std::move(seen));
    return (*rows)->status();
  }
  static Status Append(Connection& c, Committed* t, int key, int value, int way) {
    Status s;
    if (way == 0) {
      // Computed from the item as it was read, so written only if that has not changed since.
      s = c.Execute(
               "UPSERT t SET g = 'x', l = CASE WHEN EXISTS (SELECT 1 FROM [1] AS one WHERE t.l IS NOT MISSING) "
               "THEN list_append(t.l, [?]) ELSE [?] END WHERE k = ?",
               {value, value, key})
              .status();
    } else {
      s = c.Execute("UPSERT t SET g = 'x', l = list_append(if_not_exists(l, []), [?]) WHERE k = ?", {value, key})
              .status();
    }
    if (s.ok()) t->appends[key].push_back(value);
    return s;
  }

  // BEGIN ... COMMIT with random steps, some of them taken back.
  void Interactive(Connection& c, std::minstd_rand& random, Committed t) {
    t.what = "transaction";
    ASSERT_TRUE(c.Begin().ok());
    for (int i = 0, n = 1 + static_cast<int>(random() % 5); i < n; ++i) {
      const int key = static_cast<int>(random() % kKeys);
      Status s;
      switch (random() % 10) {
        case 0: s = ReadAll(c, &t, "SELECT k, l FROM t"); break;
        case 1:
        case 2: s = ReadAll(c, &t, "SELECT k, l FROM t.by_g WHERE g = 'x'"); break;
        case 3:
        case 4: s = ReadOne(c, &t, key); break;
        case 5: {
          Committed undone = t;
          ASSERT_TRUE(c.MakeSavepoint("s").ok());
          s = Append(c, &undone, key, next_value_++, 1);
          if (s.ok()) s = ReadAll(c, &undone, "SELECT k, l FROM t.by_g WHERE g = 'x'");
          // What was read there was read; what was written is not there.
          for (size_t r = t.reads.size(); r < undone.reads.size(); ++r) t.reads.push_back(undone.reads[r]);
          ASSERT_TRUE(c.RollbackTo("s").ok());
          break;
        }
        default: s = Append(c, &t, key, next_value_++, static_cast<int>(random() % 2)); break;
      }
      ASSERT_TRUE(s.ok()) << s.ToString();
      std::this_thread::yield();
    }
    if (random() % 10 == 0) {
      ASSERT_TRUE(c.Rollback().ok());
      return;
    }
    Done(c.Commit(), std::move(t));
  }

  // Statements and requests, each a transaction by itself.
  void AtOnce(Connection& c, std::minstd_rand& random, Committed t) {
    const int key = static_cast<int>(random() % kKeys);
    switch (random() % 6) {
      case 0: {
        t.what = "TransactGet";
        std::vector<ReadOperation> reads;
        for (int k = 0; k < kKeys; ++k) reads.push_back({"t", Value::Struct({{"k", Value::Int(k)}}), "l"});
        auto got = db_->TransactGet(reads);
        ASSERT_TRUE(got.ok()) << got.status().ToString();
        for (int k = 0; k < kKeys; ++k) {
          const Value& item = got->items[static_cast<size_t>(k)];
          NoteRead(&t, k, item.is_struct() ? ListOf(item.Get("l")) : List());
        }
        return Done(Status(), std::move(t));
      }
      case 1: {
        t.what = "TransactWrite";
        TransactWriteRequest request;
        for (int k : {key, (key + 1) % kKeys}) {
          const int value = next_value_++;
          t.appends[k] = {value};
          request.operations.push_back(WriteOperation::Update("t", Value::Struct({{"k", Value::Int(k)}}),
                                                              "SET g = 'x', l = list_append(if_not_exists(l, ?), ?)",
                                                              {Value::List({}), Value::List({Value::Int(value)})}));
        }
        return Done(db_->TransactWrite(request).status(), std::move(t));
      }
      case 2: {
        t.what = "query";
        const Status s = random() % 3 == 0   ? ReadOne(c, &t, key)
                         : random() % 2 == 0 ? ReadAll(c, &t, "SELECT k, l FROM t.by_g WHERE g = 'x'")
                                             : ReadAll(c, &t, "SELECT k, l FROM t");
        return Done(s, std::move(t));
      }
      case 3: {
        t.what = "update of several";
        const int value = next_value_++;
        // Whatever items there are get it: it is a value of each of their lists. With a query in it, it is computed
        // from the items as they were read, and anew for those that have changed by then.
        const char* longer = random() % 2 == 0
                                 ? "list_append(l, [? + k])"
                                 : "CASE WHEN EXISTS (SELECT 1 FROM names AS n WHERE n.id = t.k AND t.l IS "
                                   "NOT MISSING) THEN list_append(l, [? + k]) ELSE [] END";
        auto done =
            c.Execute(fmt::format("UPDATE t SET l = {} WHERE k IN (SELECT VALUE n.id FROM names AS n WHERE n.id < "
                                  "3) RETURNING ALL NEW *",
                                  longer),
                      {value * 10});
        ASSERT_TRUE(done.ok()) << done.status().ToString();
        const std::vector<Value> rows = (*done)->All().value();
        for (const Value& row : rows) {
          const int k = static_cast<int>(row.Get("k").int_value());
          t.appends[k] = {value * 10 + k};
        }
        return Done(Status(), std::move(t));
      }
      default: {
        t.what = "append";
        const Status s = Append(c, &t, key, next_value_++, static_cast<int>(random() % 2));
        return Done(s, std::move(t));
      }
    }
  }

  void Done(const Status& s, Committed t) {
    ASSERT_TRUE(s.ok() || s.code() == StatusCode::kTransactionConflict) << t.what << ": " << s.ToString();
    if (!s.ok()) return;
    t.end = Now();
    history_.Add(std::move(t));
  }

  std::map<int, List> Lists() {
    Committed t;
    auto c = db_->Connect();
    EXPECT_TRUE(ReadAll(*c, &t, "SELECT k, l FROM t").ok());
    return {t.reads.begin(), t.reads.end()};
  }

  std::unique_ptr<Database> db_;
  History history_;
  std::atomic<int> next_value_{1'000'000};
};

TEST_F(ListHistoryTest, OneOrderExplainsAll) {
  ForRandomSeeds(2, [&](uint64_t seed) {
    Open(true, seed);
    history_.Clear();
    std::vector<std::thread> running;
    for (unsigned n = 0; n < 4; ++n) {
      running.emplace_back([&, n] {
        auto c = db_->Connect();
        std::minstd_rand random(static_cast<unsigned>(seed * 16 + n + 1));
        for (int i = 0; i < 60 && !HasFailure(); ++i) {
          Committed t;
          t.begin = Now();
          if (random() % 2 == 0) {
            Interactive(*c, random, std::move(t));
          } else {
            AtOnce(*c, random, std::move(t));
          }
        }
      });
    }
    for (std::thread& t : running) t.join();
    EXPECT_GT(history_.size(), 50u);
    EXPECT_EQ(history_.Problem(Lists()), "");
    EXPECT_EQ(db_->Check(), std::vector<std::string>());
  });
}

// Each reads the list that the other appends to: without validation both commit, and the checker says so.
TEST_F(ListHistoryTest, TheCheckerFindsWriteSkew) {
  for (const bool validate : {true, false}) {
    Open(validate);
    history_.Clear();
    auto a = db_->Connect(), b = db_->Connect();
    Committed ta, tb;
    ta.what = tb.what = "transaction";
    ta.begin = tb.begin = Now();
    ASSERT_TRUE(a->Begin().ok() && b->Begin().ok());
    ASSERT_TRUE(ReadOne(*a, &ta, 0).ok() && ReadAll(*b, &tb, "SELECT k, l FROM t.by_g WHERE g = 'x'").ok());
    ASSERT_TRUE(Append(*a, &ta, 2, 1, 1).ok() && Append(*b, &tb, 0, 2, 1).ok());
    Done(a->Commit(), std::move(ta));
    Done(b->Commit(), std::move(tb));
    EXPECT_EQ(history_.size(), validate ? 1u : 2u);
    EXPECT_EQ(history_.Problem(Lists()).empty(), validate);
  }
}

TEST_F(ListHistoryTest, TheCheckerFindsLostAndTornWrites) {
  History lost;
  lost.Add({"one", 1, 2, {}, {{0, {1}}}});
  EXPECT_NE(lost.Problem({{0, {}}}), "");
  History torn;
  torn.Add({"writer", 1, 4, {}, {{0, {1, 2}}}});
  torn.Add({"reader", 2, 3, {{0, {1}}}, {}});
  EXPECT_NE(torn.Problem({{0, {1, 2}}}), "");
  History stale;
  stale.Add({"writer", 1, 2, {}, {{0, {1}}}});
  stale.Add({"reader", 3, 4, {{0, {}}}, {}});
  EXPECT_NE(stale.Problem({{0, {1}}}), "");
}

}  // namespace
}  // namespace parton
