// The same work in SQLite: typed columns, or one JSON column beside the key.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/analytic.h"
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
  // `once`: it is not kept to be run again.
  Statement(sqlite3* db, const std::string& sql, bool once = false) : db_(db) {
    Check(db, sqlite3_prepare_v3(db, sql.c_str(), -1, once ? 0 : SQLITE_PREPARE_PERSISTENT, &s_, nullptr));
  }
  ~Statement() { sqlite3_finalize(s_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& Bind(int i, int64_t v) {
    sqlite3_bind_int64(s_, i, v);
    return *this;
  }
  // `v` must stay until the next step is done.
  Statement& Bind(int i, std::string_view v) {
    sqlite3_bind_text(s_, i, v.data(), static_cast<int>(v.size()), SQLITE_STATIC);
    return *this;
  }
  bool Step() {
    int rc = sqlite3_step(s_);
    Check(db_, rc);
    return rc == SQLITE_ROW;
  }
  void Reset() { sqlite3_reset(s_); }
  void Run() {
    Step();
    Reset();
  }
  uint64_t Number(int column) { return static_cast<uint64_t>(sqlite3_column_int64(s_, column)); }
  int columns() const { return sqlite3_column_count(s_); }
  bool IsText(int column) const { return sqlite3_column_type(s_, column) == SQLITE_TEXT; }
  double Double(int column) const { return sqlite3_column_double(s_, column); }
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
    each_.reset();
    for (auto& [name, db] : open_) sqlite3_close(db);
  }

  std::string name() const override { return json_ ? "sqlite-json" : "sqlite"; }

  uint64_t Load(const std::string& which, const LogRows& rows, int indexes) override {
    sqlite3* db = Open(which, kCacheBytes, false);
    CreateTable(db);
    static constexpr const char* kColumns[][2] = {
        {"shard", "code_and_time"}, {"host", "date"}, {"responsecode", "bytessent"}};
    for (int i = 0; i < indexes; ++i) {
      Run(db, fmt::format("CREATE INDEX x{} ON t({}, {})", i, Col(kColumns[i][0]), Col(kColumns[i][1])));
    }
    InsertAll(db, rows, 0, 1000, 1000, false);
    return rows.size();
  }

  void Drop(const std::string& which) override {
    Close(which);
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(Path(which) + end);
  }

  void Use(const std::string& which, const LogRows& rows, size_t cache_bytes) override {
    Close(which);
    db_ = Open(which, cache_bytes, false);
    rows_ = &rows;
    n_ = static_cast<int64_t>(rows.size());
  }

  uint64_t PointReads(int64_t count) override {
    Statement get(db_, All("requestid = ?"));
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      get.Bind(1, PickKey(i, n_));
      sum += MaterialiseAll(get);
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

  uint64_t IndexPages(int pages, bool after) override {
    if (after) return PagesAfter(pages, false);
    Statement q(db_, Rows(fmt::format("{} = ? ORDER BY {} LIMIT 100", Col("shard"), Col("code_and_time")), "*"));
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      q.Bind(1, int64_t{page % 10 + 1});
      sum += MaterialiseAll(q);
      q.Reset();
    }
    return sum;
  }

  uint64_t CoveredPages(int pages) override { return PagesAfter(pages, true); }

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

  uint64_t ConditionalUpdates(int64_t count) override {
    Statement u(db_, json_ ? "UPDATE t SET doc = json_set(doc, '$.bytessent', json_extract(doc, '$.bytessent') + 1)"
                             " WHERE requestid = ? AND json_extract(doc, '$.responsecode') = 200"
                           : "UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND responsecode = 200");
    uint64_t changed = 0;
    for (int64_t i = 0; i < count; ++i) {
      u.Bind(1, PickKey(i, n_));
      u.Step();
      changed += static_cast<uint64_t>(sqlite3_changes(db_));
      u.Reset();
    }
    return changed;
  }

  std::optional<uint64_t> TextReads(int64_t count) override {
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      Statement get(db_, All(fmt::format("requestid = {}", PickKey(i, n_))), true);
      sum += MaterialiseAll(get);
    }
    return sum;
  }

  uint64_t DurableInserts(const LogRows& rows, int threads, size_t per_commit) override {
    CreateTable(Open("durable", kCacheBytes, true));
    std::vector<std::thread> workers;
    for (size_t t = 0; t < static_cast<size_t>(threads); ++t) {
      workers.emplace_back([&, t] {
        sqlite3* db = OpenFile("durable", kCacheBytes, true);
        InsertAll(db, rows, t * per_commit, per_commit, static_cast<size_t>(threads) * per_commit, true);
        sqlite3_close(db);
      });
    }
    for (std::thread& w : workers) w.join();
    return rows.size();
  }

  bool AddDimensions() override {
    if (json_) return false;
    Run(db_, "CREATE TABLE hosts (host TEXT PRIMARY KEY, country TEXT) WITHOUT ROWID");
    Run(db_, "CREATE TABLE codes (code INTEGER PRIMARY KEY, class TEXT)");
    Run(db_, "BEGIN");
    Statement host(db_, "INSERT INTO hosts VALUES (?, ?)"), code(db_, "INSERT INTO codes VALUES (?, ?)");
    for (const HostRow& h : AllHosts()) host.Bind(1, h.host).Bind(2, h.country).Run();
    for (const CodeRow& c : AllCodes()) code.Bind(1, c.code).Bind(2, c.name).Run();
    Run(db_, "COMMIT; ANALYZE");
    return true;
  }

  std::vector<std::string> Query(const std::string& text) override {
    Statement q(db_, text);
    std::vector<std::string> lines;
    while (q.Step()) {
      std::string line;
      for (int c = 0; c < q.columns(); ++c) {
        if (q.IsText(c)) {
          AddText(q.Text(c), &line);
        } else {
          AddNumber(q.Double(c), &line);
        }
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  std::string Col(const char* name) const {
    return json_ ? fmt::format("json_extract(doc, '$.{}')", name) : std::string(name);
  }

  std::string InsertText() const {
    return json_ ? "INSERT INTO t VALUES (?, ?)" : "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
  }

  void InsertRow(Statement& s, const LogRow& r) const {
    s.Bind(1, r.requestid);
    if (json_) {
      const std::string doc = ToJson(r);
      s.Bind(2, doc).Run();
      return;
    }
    s.Bind(2, r.host).Bind(3, r.date).Bind(4, r.hourofday).Bind(5, r.timezone).Bind(6, r.method);
    s.Bind(7, r.url).Bind(8, r.responsecode).Bind(9, r.bytessent).Bind(10, r.useragent);
    s.Bind(11, r.shard).Bind(12, r.code_and_time).Run();
  }

  // Every `step` rows from `from` on, `per_commit` of them.
  void InsertAll(sqlite3* db, const LogRows& rows, size_t from, size_t per_commit, size_t step, bool take_turns) {
    Statement insert(db, InsertText());
    for (size_t i = from; i < rows.size(); i += step) {
      // Writers that meet only in SQLite's busy handler sleep and starve each other.
      std::unique_lock lock(writer_, std::defer_lock);
      if (take_turns) lock.lock();
      if (per_commit > 1) Run(db, "BEGIN");
      for (size_t k = i; k < std::min(rows.size(), i + per_commit); ++k) InsertRow(insert, rows[k]);
      if (per_commit > 1) Run(db, "COMMIT");
    }
  }

  // The rows that `where` takes (with what stands behind it); of a document all its attributes, as rows.
  std::string Rows(const std::string& where, const char* columns) const {
    return fmt::format("SELECT {} FROM t WHERE {}", columns, where);
  }
  std::string All(const std::string& where) const {
    return json_ ? "SELECT j.key, j.value FROM t, json_each(t.doc) AS j WHERE " + where : Rows(where, "*");
  }

  uint64_t PagesAfter(int pages, bool covered) {
    const std::string where = fmt::format("{0} = ? AND ({1}, requestid) > (?, ?) ORDER BY {1}, requestid LIMIT 100",
                                          Col("shard"), Col("code_and_time"));
    Statement q(db_, Rows(where, covered ? ("requestid, " + Col("code_and_time")).c_str() : "*"));
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      const LogRow& start = PageStart(page, *rows_);
      q.Bind(1, start.shard).Bind(2, start.code_and_time).Bind(3, start.requestid);
      if (covered) {
        while (q.Step()) sum += q.Number(0) + q.Text(1).size();
      } else {
        sum += MaterialiseAll(q);
      }
      q.Reset();
    }
    return sum;
  }

  // All attributes of all rows as owned values. A document comes as one column, or as rows of key and value.
  uint64_t MaterialiseAll(Statement& s) {
    uint64_t sum = 0;
    std::vector<std::string> texts;
    std::vector<uint64_t> numbers;
    while (s.Step()) {
      texts.clear();
      numbers.clear();
      if (!json_) {
        for (int c : {1, 2, 4, 5, 6, 9, 11}) texts.push_back(s.Text(c));
        for (int c : {0, 3, 7, 8, 10}) numbers.push_back(s.Number(c));
        sum += numbers[3] + texts[5].size();
      } else if (s.IsText(0)) {
        sum += Part(s, s.Text(0), 1);
      } else {
        Document(s.Text(1), &sum);
      }
    }
    return sum;
  }

  static uint64_t Part(Statement& s, const std::string& key, int value) {
    if (!s.IsText(value)) return key == "bytessent" ? s.Number(value) : s.Number(value) * 0;
    const std::string text = s.Text(value);
    return key == "useragent" ? text.size() : 0;
  }

  void Document(const std::string& doc, uint64_t* sum) {
    if (each_ == nullptr || each_db_ != db_) {
      each_ = std::make_unique<Statement>(db_, "SELECT key, value FROM json_each(?)");
      each_db_ = db_;
    }
    each_->Bind(1, doc);
    while (each_->Step()) *sum += Part(*each_, each_->Text(0), 1);
    each_->Reset();
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

  std::string Path(const std::string& which) const { return fmt::format("{}/{}_{}.sqlite", directory_, name(), which); }

  sqlite3* OpenFile(const std::string& which, size_t cache_bytes, bool durable) {
    sqlite3* db = nullptr;
    if (sqlite3_open(Path(which).c_str(), &db) != SQLITE_OK) std::exit(1);
    sqlite3_busy_timeout(db, 60000);
    Run(db, "PRAGMA journal_mode = WAL");
    Run(db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
    Run(db, fmt::format("PRAGMA cache_size = -{}", cache_bytes / 1024));
    Run(db, "PRAGMA mmap_size = 2147418112");
    Run(db, "PRAGMA temp_store = MEMORY");
    return db;
  }

  sqlite3* Open(const std::string& which, size_t cache_bytes, bool durable) {
    sqlite3*& db = open_[which];
    if (db == nullptr) db = OpenFile(which, cache_bytes, durable);
    return db;
  }

  void Close(const std::string& which) {
    const auto found = open_.find(which);
    if (found == open_.end()) return;
    each_.reset();
    sqlite3_close(found->second);
    open_.erase(found);
  }

  std::string directory_;
  bool json_;
  std::mutex writer_;
  std::map<std::string, sqlite3*> open_;
  sqlite3* db_ = nullptr;
  const LogRows* rows_ = nullptr;
  int64_t n_ = 0;
  std::unique_ptr<Statement> each_;
  sqlite3* each_db_ = nullptr;
};

}  // namespace

std::unique_ptr<Side> MakeSqliteSide(const std::string& directory, bool json) {
  return std::make_unique<SqliteSide>(directory, json);
}

}  // namespace parton::bench
