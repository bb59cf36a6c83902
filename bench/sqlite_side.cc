// The same work in SQLite: typed columns, or one JSON column beside the key.
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/log_rows.h"
#include "bench/side.h"

namespace parton::bench {

namespace {

void Check(sqlite3* db, int rc) {
  if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE) {
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    std::exit(1);
  }
}

std::string ToJson(const LogRow& r) {
  return fmt::format(
      R"({{"requestid":{},"host":"{}","date":"{}","hourofday":{},"timezone":"{}","method":"{}","url":"{}",)"
      R"("responsecode":{},"bytessent":{},"useragent":"{}","shard":{},"code_and_time":"{}"}})",
      r.requestid, r.host, r.date, r.hourofday, r.timezone, r.method, r.url, r.responsecode, r.bytessent, r.useragent,
      r.shard, r.code_and_time);
}

class Statement {
 public:
  Statement(sqlite3* db, const std::string& sql) : db_(db) {
    Check(db, sqlite3_prepare_v2(db, sql.c_str(), -1, &s_, nullptr));
  }
  ~Statement() { sqlite3_finalize(s_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& Bind(int i, int64_t v) {
    sqlite3_bind_int64(s_, i, v);
    return *this;
  }
  Statement& Bind(int i, const std::string& v) {
    sqlite3_bind_text(s_, i, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT);
    return *this;
  }
  bool Step() {
    int rc = sqlite3_step(s_);
    Check(db_, rc);
    return rc == SQLITE_ROW;
  }
  void Reset() { sqlite3_reset(s_); }
  uint64_t Number(int column) { return static_cast<uint64_t>(sqlite3_column_int64(s_, column)); }
  std::string Text(int column) {
    return {reinterpret_cast<const char*>(sqlite3_column_text(s_, column)),
            static_cast<size_t>(sqlite3_column_bytes(s_, column))};
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* s_ = nullptr;
};

class SqliteSide final : public Side {
 public:
  SqliteSide(std::string directory, bool json) : directory_(std::move(directory)), json_(json) {}
  ~SqliteSide() override {
    for (auto& [name, db] : open_) sqlite3_close(db);
  }

  std::string name() const override { return json_ ? "sqlite-json" : "sqlite"; }

  uint64_t Load(const std::string& which, int64_t n, bool with_index) override {
    sqlite3* db = Open(which, false);
    CreateTable(db);
    if (with_index) Run(db, fmt::format("CREATE INDEX x ON t({}, {})", Col("shard"), Col("code_and_time")));
    Statement insert(db, InsertText());
    Run(db, "BEGIN");
    for (int64_t i = 1; i <= n; ++i) {
      BindRow(insert, MakeRow(i));
      insert.Step();
      insert.Reset();
      if (i % 1000 == 0) Run(db, "COMMIT; BEGIN");
    }
    Run(db, "COMMIT");
    return static_cast<uint64_t>(n);
  }

  void Use(const std::string& which, int64_t n) override {
    db_ = Open(which, false);
    n_ = n;
  }

  uint64_t PointReads(int64_t count) override {
    Statement get(db_, "SELECT * FROM t WHERE requestid = ?");
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      get.Bind(1, PickKey(i, n_));
      if (!get.Step()) std::abort();
      sum += Materialise(get);
      get.Reset();
    }
    return sum;
  }

  uint64_t IndexQuery() override {
    Statement q(db_, fmt::format("SELECT requestid FROM t WHERE {} = ? AND {} >= '404' AND {} < '405'", Col("shard"),
                                 Col("code_and_time"), Col("code_and_time")));
    uint64_t sum = 0;
    for (int64_t shard = 1; shard <= 10; ++shard) {
      q.Bind(1, shard);
      while (q.Step()) sum += q.Number(0);
      q.Reset();
    }
    return sum;
  }

  uint64_t IndexPages(int pages) override {
    Statement q(
        db_, fmt::format("SELECT * FROM t WHERE {0} = ? ORDER BY {1} LIMIT 100", Col("shard"), Col("code_and_time")));
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      q.Bind(1, int64_t{page % 10 + 1});
      while (q.Step()) sum += BytesSent(q);
      q.Reset();
    }
    return sum;
  }

  std::optional<uint64_t> ScanSum(int threads) override {
    if (threads > 1) return std::nullopt;
    Statement q(db_, fmt::format("SELECT SUM({}) FROM t WHERE {} <> 200", Col("bytessent"), Col("responsecode")));
    q.Step();
    return q.Number(0);
  }

  uint64_t GroupBy() override {
    Statement q(
        db_, fmt::format("SELECT {0}, COUNT(*), SUM({1}) FROM t GROUP BY {0}", Col("responsecode"), Col("bytessent")));
    uint64_t sum = 0;
    while (q.Step()) sum += q.Number(0) * q.Number(1) + q.Number(2);
    return sum;
  }

  uint64_t ConditionalUpdates(int64_t count, int round) override {
    Statement u(db_, json_ ? "UPDATE t SET doc = json_set(doc, '$.bytessent', json_extract(doc, '$.bytessent') + 1)"
                             " WHERE requestid = ? AND json_extract(doc, '$.responsecode') = 200"
                           : "UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND responsecode = 200");
    uint64_t changed = 0;
    for (int64_t i = 0; i < count; ++i) {
      u.Bind(1, PickKey(i + round * count, n_));
      u.Step();
      changed += static_cast<uint64_t>(sqlite3_changes(db_));
      u.Reset();
    }
    return changed;
  }

  std::optional<uint64_t> TextReads(int64_t count) override {
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      Statement get(db_, fmt::format("SELECT * FROM t WHERE requestid = {}", PickKey(i, n_)));
      if (!get.Step()) std::abort();
      sum += Materialise(get);
    }
    return sum;
  }

  uint64_t DurableInserts(int64_t count, int threads, int round) override {
    sqlite3* first = Open("durable", true);
    CreateTable(first);
    std::vector<std::thread> workers;
    workers.reserve(static_cast<size_t>(threads));
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        sqlite3* db = OpenFile("durable", true);
        {
          Statement insert(db, InsertText());
          for (int64_t i = t; i < count; i += threads) {
            BindRow(insert, MakeRow((static_cast<int64_t>(round) * 64 + threads) * 1000000 + i));
            // Writers that meet only in SQLite's busy handler sleep and starve each other.
            std::lock_guard lock(writer_);
            insert.Step();
            insert.Reset();
          }
        }
        sqlite3_close(db);
      });
    }
    for (std::thread& w : workers) w.join();
    return static_cast<uint64_t>(count);
  }

 private:
  std::string Col(const char* name) const {
    return json_ ? fmt::format("json_extract(doc, '$.{}')", name) : std::string(name);
  }

  std::string InsertText() const {
    return json_ ? "INSERT INTO t VALUES (?, ?)" : "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
  }

  void BindRow(Statement& s, const LogRow& r) const {
    s.Bind(1, r.requestid);
    if (json_) {
      s.Bind(2, ToJson(r));
      return;
    }
    s.Bind(2, r.host).Bind(3, r.date).Bind(4, r.hourofday).Bind(5, r.timezone).Bind(6, r.method);
    s.Bind(7, r.url).Bind(8, r.responsecode).Bind(9, r.bytessent).Bind(10, r.useragent);
    s.Bind(11, r.shard).Bind(12, r.code_and_time);
  }

  // All attributes as owned values; of a JSON column that takes a function call each.
  uint64_t Materialise(Statement& s) {
    if (!json_) {
      std::vector<std::string> texts;
      uint64_t sum = 0;
      for (int c : {1, 2, 4, 5, 6, 9, 11}) texts.push_back(s.Text(c));
      for (int c : {0, 3, 7, 10}) sum += s.Number(c) * 0;
      return sum + s.Number(8) + texts[5].size();
    }
    static constexpr const char* kNames[] = {"requestid", "host",      "date",  "hourofday",
                                             "timezone",  "method",    "url",   "responsecode",
                                             "bytessent", "useragent", "shard", "code_and_time"};
    if (each_ == nullptr || each_db_ != db_) {
      std::string sql = "SELECT ";
      for (const char* n : kNames) sql += fmt::format("{}json_extract(?1, '$.{}')", n == kNames[0] ? "" : ", ", n);
      each_ = std::make_unique<Statement>(db_, sql);
      each_db_ = db_;
    }
    each_->Bind(1, s.Text(1));
    each_->Step();
    std::vector<std::string> texts;
    for (int c : {1, 2, 4, 5, 6, 9, 11}) texts.push_back(each_->Text(c));
    uint64_t sum = each_->Number(8) + texts[5].size();
    each_->Reset();
    return sum;
  }

  uint64_t BytesSent(Statement& s) {
    if (!json_) return s.Number(8);
    std::string doc = s.Text(1);
    size_t at = doc.find("\"bytessent\":") + 12;
    return std::strtoull(doc.c_str() + at, nullptr, 10);
  }

  void CreateTable(sqlite3* db) {
    Run(db, json_ ? "CREATE TABLE IF NOT EXISTS t (requestid INTEGER PRIMARY KEY, doc TEXT)"
                  : "CREATE TABLE IF NOT EXISTS t (requestid INTEGER PRIMARY KEY, host TEXT, date TEXT, hourofday "
                    "INT, timezone TEXT, method TEXT, url TEXT, responsecode INT, bytessent INT, useragent TEXT, "
                    "shard INT, code_and_time TEXT)");
  }

  static void Run(sqlite3* db, const std::string& sql) {
    Check(db, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr));
  }

  sqlite3* OpenFile(const std::string& which, bool durable) {
    sqlite3* db = nullptr;
    std::string path = fmt::format("{}/{}_{}.sqlite", directory_, name(), which);
    if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) std::exit(1);
    sqlite3_busy_timeout(db, 60000);
    Run(db, "PRAGMA journal_mode = WAL");
    Run(db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
    Run(db, fmt::format("PRAGMA cache_size = -{}", kCacheBytes / 1024));
    return db;
  }

  sqlite3* Open(const std::string& which, bool durable) {
    sqlite3*& db = open_[which];
    if (db == nullptr) db = OpenFile(which, durable);
    return db;
  }

  std::string directory_;
  bool json_;
  std::mutex writer_;
  std::map<std::string, sqlite3*> open_;
  sqlite3* db_ = nullptr;
  int64_t n_ = 0;
  std::unique_ptr<Statement> each_;
  sqlite3* each_db_ = nullptr;
};

}  // namespace

std::unique_ptr<Side> MakeSqliteSide(const std::string& directory, bool json) {
  return std::make_unique<SqliteSide>(directory, json);
}

}  // namespace parton::bench
