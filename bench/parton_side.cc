// The same work through include/parton, as a program that embeds Parton would do it.
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <thread>
#include <vector>

#include "bench/parton_items.h"
#include "bench/side.h"
#include "parton/database.h"

namespace parton::bench {

namespace {

class PartonSide final : public Side {
 public:
  explicit PartonSide(std::string directory) : directory_(std::move(directory)) {}

  std::string name() const override { return "parton"; }

  uint64_t Load(const std::string& which, int64_t n, bool with_index) override {
    Connection* c = Open(which, false);
    std::string index = with_index ? ", GLOBAL INDEX x (shard, code_and_time) PROJECT KEYS ONLY" : "";
    std::string declared = with_index ? ", shard NUMBER, code_and_time STRING" : "";
    Run(c, fmt::format("CREATE TABLE t (requestid NUMBER{}, PRIMARY KEY (requestid){})", declared, index));
    auto insert = Need(c->Prepare("INSERT INTO t SELECT VALUE r FROM ? AS r"));
    std::vector<Value> rows;
    rows.reserve(1000);
    for (int64_t i = 1; i <= n; ++i) {
      rows.push_back(ToItem(MakeRow(i)));
      if (rows.size() == 1000 || i == n) {
        Check(insert->Bind(1, Value::Bag(std::move(rows))));
        Finish(Need(insert->Execute()));
        rows = {};
        rows.reserve(1000);
      }
    }
    return static_cast<uint64_t>(n);
  }

  void Use(const std::string& which, int64_t n) override {
    c_ = Open(which, false);
    n_ = n;
  }

  uint64_t PointReads(int64_t count) override {
    auto get = Need(c_->Prepare("SELECT * FROM t WHERE requestid = ?"));
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      Check(get->Bind(1, PickKey(i, n_)));
      ResultSet* rows = Need(get->Execute());
      if (!rows->Next()) std::abort();
      sum += Materialise(rows->row());
    }
    return sum;
  }

  uint64_t IndexQuery() override {
    auto q = Need(c_->Prepare("SELECT VALUE requestid FROM t.x WHERE shard = ? AND begins_with(code_and_time, '404')"));
    uint64_t sum = 0;
    for (int64_t shard = 1; shard <= 10; ++shard) {
      Check(q->Bind(1, shard));
      ResultSet* rows = Need(q->Execute());
      while (rows->Next()) sum += static_cast<uint64_t>(rows->row().int_value());
      Check(rows->status());
    }
    return sum;
  }

  uint64_t IndexPages(int pages) override {
    auto q =
        Need(c_->Prepare("SELECT * FROM t WHERE shard = ? AND code_and_time > '' ORDER BY code_and_time LIMIT 100"));
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      Check(q->Bind(1, int64_t{page % 10 + 1}));
      ResultSet* rows = Need(q->Execute());
      while (rows->Next()) {
        Value row = rows->row().Materialize();
        sum += static_cast<uint64_t>(row.Get("bytessent").int_value());
      }
      Check(rows->status());
    }
    return sum;
  }

  std::optional<uint64_t> ScanSum(int threads) override {
    Check(c_->Set("threads", int64_t{threads}));
    return Single("SELECT VALUE SUM(bytessent) FROM t WHERE responsecode <> 200");
  }

  uint64_t GroupBy() override {
    Check(c_->Set("threads", int64_t{1}));
    auto rows = Need(
        c_->Execute("SELECT responsecode AS code, COUNT(*) AS n, SUM(bytessent) AS s FROM t GROUP BY responsecode"));
    uint64_t sum = 0;
    while (rows->Next()) {
      const Value& r = rows->row();
      sum += static_cast<uint64_t>(r.Get("code").int_value() * r.Get("n").int_value() + r.Get("s").int_value());
    }
    Check(rows->status());
    return sum;
  }

  uint64_t ConditionalUpdates(int64_t count, int round) override {
    auto u = Need(c_->Prepare("UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND responsecode = 200"));
    uint64_t changed = 0;
    for (int64_t i = 0; i < count; ++i) {
      Check(u->Bind(1, PickKey(i + round * count, n_)));
      ResultSet* r = Need(u->Execute());
      Finish(r);
      changed += r->affected();
    }
    return changed;
  }

  std::optional<uint64_t> TextReads(int64_t count) override {
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      auto rows = Need(c_->Execute(fmt::format("SELECT * FROM t WHERE requestid = {}", PickKey(i, n_))));
      if (!rows->Next()) std::abort();
      sum += Materialise(rows->row());
    }
    return sum;
  }

  uint64_t DurableInserts(int64_t count, int threads, int round) override {
    Connection* first = Open("durable", true);
    Run(first, "CREATE TABLE IF NOT EXISTS t (requestid NUMBER, PRIMARY KEY (requestid))");
    std::vector<std::thread> workers;
    workers.reserve(static_cast<size_t>(threads));
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        auto c = databases_["durable"]->Connect();
        auto insert = Need(c->Prepare("INSERT INTO t VALUE ?"));
        for (int64_t i = t; i < count; i += threads) {
          Check(insert->Bind(1, ToItem(MakeRow((static_cast<int64_t>(round) * 64 + threads) * 1000000 + i))));
          Finish(Need(insert->Execute()));
        }
      });
    }
    for (std::thread& w : workers) w.join();
    return static_cast<uint64_t>(count);
  }

 private:
  static uint64_t Materialise(const Value& row) {
    Value all = row.Materialize();
    return static_cast<uint64_t>(all.Get("bytessent").int_value()) + all.Get("useragent").bytes().size();
  }

  static void Run(Connection* c, const std::string& text) {
    auto r = Need(c->Execute(text));
    Finish(r.get());
  }

  uint64_t Single(const std::string& text) {
    auto rows = Need(c_->Execute(text));
    if (rows->kind() == ResultKind::kValue) return static_cast<uint64_t>(rows->value().int_value());
    if (!rows->Next()) Check(rows->status());
    return static_cast<uint64_t>(rows->row().int_value());
  }

  Connection* Open(const std::string& which, bool durable) {
    std::unique_ptr<Database>& db = databases_[which];
    if (db == nullptr) {
      Options options;
      options.durable = durable;
      options.cache_bytes = kCacheBytes;
      options.write_buffer_bytes = kWriteBufferBytes;
      options.block_bytes = kBlockBytes;
      db = Need(Database::Open(directory_ + "/parton_" + which, options));
      connections_[which] = db->Connect();
    }
    return connections_[which].get();
  }

  std::string directory_;
  std::map<std::string, std::unique_ptr<Database>> databases_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;
  Connection* c_ = nullptr;
  int64_t n_ = 0;
};

}  // namespace

std::unique_ptr<Side> MakePartonSide(const std::string& directory) { return std::make_unique<PartonSide>(directory); }

}  // namespace parton::bench
