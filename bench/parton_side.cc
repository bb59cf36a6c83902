// The same work through include/parton, as a program that embeds Parton would do it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

#include "bench/analytic.h"
#include "bench/parton_items.h"
#include "bench/side.h"
#include "parton/database.h"

namespace parton::bench {

namespace {

class PartonSide final : public Side {
 public:
  explicit PartonSide(std::string directory) : directory_(std::move(directory)) {}

  std::string name() const override { return "parton"; }

  uint64_t Load(const std::string& which, const LogRows& rows, int indexes) override {
    Connection* c = Open(which, kCacheBytes, false);
    static constexpr const char* kIndexes[] = {", GLOBAL INDEX x (shard, code_and_time) PROJECT KEYS ONLY",
                                               ", GLOBAL INDEX y (host, date) PROJECT KEYS ONLY",
                                               ", GLOBAL INDEX z (responsecode, bytessent) PROJECT KEYS ONLY"};
    static constexpr const char* kDeclared[] = {", shard NUMBER, code_and_time STRING", ", host STRING, date STRING",
                                                ", responsecode NUMBER, bytessent NUMBER"};
    std::string index, declared;
    for (int i = 0; i < indexes; ++i) {
      index += kIndexes[i];
      declared += kDeclared[i];
    }
    Run(c, fmt::format("CREATE TABLE t (requestid NUMBER{}, PRIMARY KEY (requestid){})", declared, index));
    InsertAll(c, rows, 0, rows.size(), 1000, 1000);
    return rows.size();
  }

  void Drop(const std::string& which) override {
    connections_.erase(which);
    databases_.erase(which);
    std::filesystem::remove_all(Path(which));
  }

  void Use(const std::string& which, const LogRows& rows, size_t cache_bytes) override {
    connections_.erase(which);
    databases_.erase(which);
    c_ = Open(which, cache_bytes, false);
    rows_ = &rows;
    n_ = static_cast<int64_t>(rows.size());
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

  uint64_t IndexPages(int pages, bool after) override { return after ? PagesAfter("*", pages) : FirstPages(pages); }

  uint64_t CoveredPages(int pages) override { return PagesAfter("requestid, code_and_time", pages); }

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

  uint64_t ConditionalUpdates(int64_t count) override {
    auto u = Need(c_->Prepare("UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND responsecode = 200"));
    uint64_t changed = 0;
    for (int64_t i = 0; i < count; ++i) {
      Check(u->Bind(1, PickKey(i, n_)));
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

  uint64_t DurableInserts(const LogRows& rows, int threads, size_t per_commit) override {
    Connection* first = Open("durable", kCacheBytes, true);
    Run(first, "CREATE TABLE IF NOT EXISTS t (requestid NUMBER, PRIMARY KEY (requestid))");
    std::vector<std::thread> workers;
    for (size_t t = 0; t < static_cast<size_t>(threads); ++t) {
      workers.emplace_back([&, t] {
        auto c = databases_["durable"]->Connect();
        InsertAll(c.get(), rows, t * per_commit, rows.size(), per_commit, static_cast<size_t>(threads) * per_commit);
      });
    }
    for (std::thread& w : workers) w.join();
    return rows.size();
  }

  bool AddDimensions() override {
    Run(c_, "CREATE TABLE hosts (host STRING, PRIMARY KEY (host))");
    Run(c_, "CREATE TABLE codes (code NUMBER, PRIMARY KEY (code))");
    std::vector<Value> hosts, codes;
    for (const HostRow& h : AllHosts()) hosts.push_back(Value::Struct({{"host", h.host}, {"country", h.country}}));
    for (const CodeRow& c : AllCodes()) codes.push_back(Value::Struct({{"code", c.code}, {"class", c.name}}));
    const auto add = [&](const char* text, std::vector<Value> items) {
      Finish(Need(c_->Execute(text, {Value::Bag(std::move(items))})).get());
    };
    add("INSERT INTO hosts SELECT VALUE r FROM ? AS r", std::move(hosts));
    add("INSERT INTO codes SELECT VALUE r FROM ? AS r", std::move(codes));
    for (const char* table : {"t", "hosts", "codes"}) Run(c_, fmt::format("ANALYZE {}", table));
    Check(c_->Set("threads", int64_t{1}));
    return true;
  }

  std::vector<std::string> Query(const std::string& text) override {
    auto rows = Need(c_->Execute(text));
    std::vector<std::string> lines;
    while (rows->Next()) {
      std::string line;
      for (const Field& f : rows->row().Materialize().fields()) {
        if (f.value.is_numeric()) {
          AddNumber(f.value.ToDouble(), &line);
        } else {
          AddText(f.value.bytes(), &line);
        }
      }
      lines.push_back(std::move(line));
    }
    Check(rows->status());
    return lines;
  }

 private:
  // The rows from `from` on, every `step` of them `per_commit`.
  static void InsertAll(Connection* c, const LogRows& rows, size_t from, size_t end, size_t per_commit, size_t step) {
    auto insert =
        Need(c->Prepare(per_commit == 1 ? "INSERT INTO t VALUE ?" : "INSERT INTO t SELECT VALUE r FROM ? AS r"));
    for (size_t i = from; i < end; i += step) {
      if (per_commit == 1) {
        Check(insert->Bind(1, ToItem(rows[i])));
      } else {
        std::vector<Value> items;
        items.reserve(per_commit);
        for (size_t k = i; k < std::min(end, i + per_commit); ++k) items.push_back(ToItem(rows[k]));
        Check(insert->Bind(1, Value::Bag(std::move(items))));
      }
      Finish(Need(insert->Execute()));
    }
  }

  uint64_t FirstPages(int pages) {
    auto q =
        Need(c_->Prepare("SELECT * FROM t WHERE shard = ? AND code_and_time > '' ORDER BY code_and_time LIMIT 100"));
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      Check(q->Bind(1, int64_t{page % 10 + 1}));
      ResultSet* rows = Need(q->Execute());
      while (rows->Next()) sum += Materialise(rows->row());
      Check(rows->status());
    }
    return sum;
  }

  uint64_t PagesAfter(const char* what, int pages) {
    auto q =
        Need(c_->Prepare(fmt::format("SELECT {} FROM t WHERE shard = ? AND (code_and_time, requestid) > (?, ?) "
                                     "ORDER BY code_and_time, requestid LIMIT 100",
                                     what)));
    const bool covered = *what != '*';
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      const LogRow& start = PageStart(page, *rows_);
      Check(q->Bind(1, start.shard));
      Check(q->Bind(2, start.code_and_time));
      Check(q->Bind(3, start.requestid));
      ResultSet* rows = Need(q->Execute());
      while (rows->Next()) {
        if (covered) {
          const Value row = rows->row().Materialize();
          sum += static_cast<uint64_t>(row.Get("requestid").int_value()) + row.Get("code_and_time").bytes().size();
        } else {
          sum += Materialise(rows->row());
        }
      }
      Check(rows->status());
    }
    return sum;
  }

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

  std::string Path(const std::string& which) const { return directory_ + "/parton_" + which; }

  Connection* Open(const std::string& which, size_t cache_bytes, bool durable) {
    std::unique_ptr<Database>& db = databases_[which];
    if (db == nullptr) {
      Options options;
      options.durable = durable;
      // Blocks and items together have what the blocks have elsewhere.
      options.item_cache_bytes = cache_bytes / 4;
      options.cache_bytes = cache_bytes - options.item_cache_bytes;
      options.write_buffer_bytes = kWriteBufferBytes;
      options.block_bytes = kBlockBytes;
      db = Need(Database::Open(Path(which), options));
      connections_[which] = db->Connect();
    }
    return connections_[which].get();
  }

  std::string directory_;
  std::map<std::string, std::unique_ptr<Database>> databases_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;
  Connection* c_ = nullptr;
  const LogRows* rows_ = nullptr;
  int64_t n_ = 0;
};

}  // namespace

std::unique_ptr<Side> MakePartonSide(const std::string& directory) { return std::make_unique<PartonSide>(directory); }

}  // namespace parton::bench
