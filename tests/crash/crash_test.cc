// Crash loops: a mixed workload dies at disk operation 1, 2, 3 ... ; after each the database is opened again,
// checked, and compared with what was acknowledged. And the same with I/O errors instead of death.
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "tests/crash/fault_env.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::crash {
namespace {

using namespace storage_test;  // NOLINT

std::unique_ptr<LocalStore> Open(FaultEnv* env, Status* status, bool durable = true) {
  StoreOptions options;
  options.durable = durable;
  options.path = "/db";
  options.env = env;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 1 << 20;
  options.clock_ms = [] { return int64_t{1700000000000}; };
  auto r = OpenLocalStore(options);
  *status = r.status();
  return r.ok() ? std::move(r).value() : nullptr;
}

// What the table must hold: by sort key. Either all of a step's effect is there or nothing.
using Model = std::map<int64_t, Value>;

class Workload {
 public:
  explicit Workload(uint32_t seed, bool durable = true) : durable_(durable), random_(seed) {}

  // Runs until a step fails. `acknowledged` and `pending` are the states before and after the last step.
  void Run(FaultEnv* env, int steps) {
    Status status;
    auto store = Open(env, &status, durable_);
    if (store == nullptr) return;
    if (!store->GetTable("ttt").ok()) {
      TableSchema schema = Table("ttt", true,
                                 {Index("gix", Attribute("g", KeyType::kString)),
                                  Index("nix", Attribute("n", KeyType::kNumber), Projection::kInclude, {"v"})});
      schema.stream = StreamView::kBothImages;
      schema.ttl_attribute = "n";
      created = store->CreateTable(schema).ok();
      if (!created) return;
    }
    for (int i = 0; i < steps; ++i) {
      if (!Step(store.get(), i)) return;
      acknowledged = pending;
      history.push_back(acknowledged);
    }
    finished = true;
  }

  bool created = false;
  bool finished = false;
  Model acknowledged;
  Model pending;
  std::vector<Model> history{{}};  // acknowledged, after each step

 private:
  Value MakeItem(int sk) {
    Fields f{{"pk", "a"}, {"sk", sk}, {"v", std::string(random_() % 600, 'v')}, {"n", int(random_() % 9)}};
    if (random_() % 3 != 0) f.emplace_back("g", std::string(1, 'a' + random_() % 4));
    f.emplace_back("name" + std::to_string(random_() % 30), true);
    return Item(f);
  }

  bool Step(LocalStore* store, int i) {
    pending = acknowledged;
    auto found = store->GetTable("ttt");
    if (!found.ok()) return false;
    TablePtr t = *found;
    const int sk = random_() % 40;
    switch (i % 12) {
      case 3: {  // several items at once
        std::vector<WriteOp> ops;
        for (int k = 0; k < 3; ++k) {
          Value item = MakeItem(sk + k);
          pending[sk + k] = item;
          ops.push_back(Put(t, item));
        }
        return TryWrite(store, std::move(ops)).ok();
      }
      case 5: {  // a transaction over two items and a deletion
        auto txn = store->Begin();
        for (int k : {sk, sk + 50}) {
          Value item = MakeItem(k);
          pending[k] = item;
          if (!TryWrite(txn.get(), {Put(t, item)}).ok()) return false;
        }
        pending.erase(sk + 1);
        if (!TryWrite(txn.get(), {Erase(t, {"a", sk + 1})}).ok()) return false;
        return txn->Commit().ok();
      }
      case 7: pending.erase(sk); return TryWrite(store, {Erase(t, {"a", sk})}).ok();
      case 8:
      case 9: {
        WriteOp op = Update(t, {"a", sk}, {SetTo("n", Value(i)), SetTo("g", Value("u"))});
        op.if_absent = WriteOp::Otherwise::kProceed;
        op.returning = ReturnValues::kAllNew;
        Fields f{{"pk", "a"}, {"sk", sk}};
        std::vector<Field> fields;
        if (auto it = pending.find(sk); it != pending.end()) {
          fields = it->second.fields();
          std::erase_if(fields, [](const Field& x) { return x.name == "n" || x.name == "g"; });
        } else {
          fields = Item(f).fields();
        }
        fields.push_back({"n", i});
        fields.push_back({"g", "u"});
        pending[sk] = Value::Struct(fields);
        return TryWrite(store, {op}).ok();
      }
      case 10:
        if (t->FindIndex("late") != nullptr) return store->DropIndex("ttt", "late").ok();
        return store
            ->CreateIndex("ttt", Index("late", Attribute("g", KeyType::kString), Attribute("n", KeyType::kNumber)),
                          nullptr)
            .ok();
      case 11:
        return store
            ->AlterTable("ttt",
                         [&](TableSchema* s) {
                           s->ttl_attribute = s->ttl_attribute.empty() ? "n" : "";
                           return Status::Ok();
                         })
            .ok();
      default: {
        Value item = MakeItem(sk);
        pending[sk] = item;
        return TryWrite(store, {Put(t, item)}).ok();
      }
    }
  }

  const bool durable_;
  std::mt19937 random_;
};

std::string Show(const Model& m) {
  std::string text;
  for (const auto& [k, v] : m) text += std::to_string(k) + " ";
  return text;
}

// Opens what is left and compares. Without durability any state of the past will do, but it must be one of them.
void Verify(FaultEnv* env, const Workload& w, bool durable = true) {
  Status status;
  auto store = Open(env, &status, durable);
  ASSERT_NE(store, nullptr) << status.ToString();
  for (const std::string& problem : store->Check()) ADD_FAILURE() << problem;
  auto table = store->GetTable("ttt");
  if (!table.ok()) {
    EXPECT_FALSE(w.created);
    return;
  }
  for (const IndexSchema& i : (*table)->indexes) EXPECT_EQ(i.state, IndexState::kActive);
  Model there;
  for (const Value& v : Scan(store.get(), Spec(*table))) {
    there[v.Get("sk").int_value()] = v.Materialize();
  }
  const bool past = !durable && std::find(w.history.begin(), w.history.end(), there) != w.history.end();
  EXPECT_TRUE(there == w.acknowledged || there == w.pending || past)
      << "there: " << Show(there) << "\nacknowledged: " << Show(w.acknowledged) << "\npending: " << Show(w.pending);
  // And it takes writes again.
  EXPECT_TRUE(TryWrite(store.get(), {Put(*table, Item({{"pk", "z"}, {"sk", 1}, {"g", "z"}, {"n", 1}}))}).ok());
}

bool Full() { return std::getenv("PARTON_FULL") != nullptr; }
int Rounds() { return Full() ? 8 : 1; }
// Quick runs look at a sample of the operations, a different one for each kind of loss.
int64_t Stride() { return Full() ? 1 : 5; }

void Loop(Unsynced what, int steps, bool durable = true) {
  for (int seed = 1; seed <= Rounds(); ++seed) {
    int64_t k = 1 + static_cast<int64_t>(what) % Stride();
    for (;; k += Stride()) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", operation " + std::to_string(k));
      FaultEnv env;
      env.DieAt(k);
      Workload w(seed, durable);
      w.Run(&env, steps);
      const bool died = env.failed();
      env.PowerLoss(what, static_cast<uint32_t>(k * 31 + seed));
      Verify(&env, w, durable);
      if (::testing::Test::HasFailure()) return;
      if (!died && w.finished) break;
    }
    EXPECT_GT(k, 40);
  }
}

TEST(CrashTest, UnsyncedBytesAreDropped) { Loop(Unsynced::kDrop, 110); }
TEST(CrashTest, UnsyncedBytesAreKept) { Loop(Unsynced::kKeep, 110); }
TEST(CrashTest, UnsyncedBytesAreTorn) { Loop(Unsynced::kTear, 110); }
TEST(CrashTest, UnsyncedBytesAreGarbage) { Loop(Unsynced::kGarbage, 110); }
TEST(CrashTest, SomeUnsyncedSectorsArrive) { Loop(Unsynced::kScatter, 110); }
TEST(CrashTest, RelaxedLosesOnlyTheEnd) {
  for (Unsynced what : {Unsynced::kDrop, Unsynced::kTear, Unsynced::kGarbage, Unsynced::kScatter})
    Loop(what, 110, false);
}

// A flipped bit is found: opening, reading or Check says so, and never a wrong answer.
TEST(CrashTest, FlippedBitsAreNoticed) {
  Workload w(7);
  std::map<std::string, std::string> files;
  {
    FaultEnv env;
    w.Run(&env, 110);
    ASSERT_TRUE(w.finished);
    std::vector<std::string> names;
    ASSERT_TRUE(env.GetChildren("/db", &names).ok());
    for (const std::string& n : names) {
      ASSERT_TRUE(leveldb::ReadFileToString(&env, "/db/" + n, &files[n]).ok());
    }
  }
  std::mt19937 random(1);
  int noticed = 0;
  for (int round = 0; round < (Full() ? 5000 : 150); ++round) {
    FaultEnv env;
    std::string victim;
    size_t at = 0;
    for (const auto& [name, data] : files) {
      ASSERT_TRUE(leveldb::WriteStringToFile(&env, data, "/db/" + name).ok());
    }
    auto it = std::next(files.begin(), random() % files.size());
    if (it->second.empty()) continue;
    std::string data = it->second;
    at = random() % data.size();
    data[at] = static_cast<char>(data[at] ^ (1 << random() % 8));
    victim = it->first;
    ASSERT_TRUE(leveldb::WriteStringToFile(&env, data, "/db/" + victim).ok());
    SCOPED_TRACE(victim + " byte " + std::to_string(at) + " of " + std::to_string(data.size()));
    Status status;
    auto store = Open(&env, &status);
    if (store == nullptr) {
      ++noticed;
      continue;
    }
    if (!store->Check().empty()) {
      ++noticed;
      continue;
    }
    auto table = store->GetTable("ttt");
    ASSERT_TRUE(table.ok());
    Model there;
    for (const Value& v : Scan(store.get(), Spec(*table))) {
      there[v.Get("sk").int_value()] = v.Materialize();
    }
    // The last record of a log cannot be told from one a crash cut off.
    if (there != w.acknowledged) {
      EXPECT_TRUE(victim.ends_with(".log"));
      EXPECT_TRUE(there == w.history[w.history.size() - 2]);
    }
  }
  EXPECT_GT(noticed, Full() ? 2000 : 50);
}

// The process dies twice: while finishing what the first death left, too.
TEST(CrashTest, DiesAgainWhileOpening) {
  for (int64_t k = 20; k < 220; k += Full() ? 3 : 11) {
    for (int64_t again = 1; again < 30; again += Full() ? 1 : 3) {
      SCOPED_TRACE(std::to_string(k) + ", then " + std::to_string(again));
      FaultEnv env;
      env.DieAt(k);
      Workload w(3);
      w.Run(&env, 60);
      env.PowerLoss(Unsynced::kTear, static_cast<uint32_t>(k));
      env.DieAt(again);
      {
        Status status;
        (void)Open(&env, &status);
      }
      env.PowerLoss(Unsynced::kDrop, static_cast<uint32_t>(k));
      Verify(&env, w);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// An I/O error or a full disk: a clean error, reading goes on, nothing acknowledged is lost.
TEST(CrashTest, ErrorsAreCleanAndLoseNothing) {
  for (int64_t count : {1, 3, 1000000}) {
    for (int64_t k = 1;; k += Full() ? 1 : 3) {
      SCOPED_TRACE("operation " + std::to_string(k) + " and " + std::to_string(count - 1) + " more");
      FaultEnv env;
      env.FailAt(k, count);
      Workload w(5);
      Status status;
      w.Run(&env, 40);
      const bool failed = env.failed();
      env.PowerLoss(Unsynced::kKeep, static_cast<uint32_t>(k));
      Verify(&env, w);
      if (::testing::Test::HasFailure()) return;
      if (!failed) break;
    }
  }
}

TEST(CrashTest, AfterAFailedWriteThereIsReadingButNoWriting) {
  FaultEnv env;
  Status status;
  auto store = Open(&env, &status);
  ASSERT_NE(store, nullptr);
  TablePtr t = Create(store.get(), Table("ttt"));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 1}})));
  env.FailAt(env.operations() + 1, 1);
  EXPECT_EQ(WriteError(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 2}}))).code(), StatusCode::kIoError);
  Status refused = WriteError(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 3}})));
  EXPECT_EQ(refused.code(), StatusCode::kIoError);
  EXPECT_NE(refused.message().find("opened again"), std::string::npos);
  EXPECT_EQ(Scan(store.get(), Spec(t)).size(), 1u);
  store.reset();
  store = Open(&env, &status);
  ASSERT_NE(store, nullptr);
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 3}})));
  EXPECT_GE(Scan(store.get(), Spec(t)).size(), 2u);
}

}  // namespace
}  // namespace parton::crash
