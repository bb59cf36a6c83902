// The work by hand on LevelDB, opened as Parton opens it: the same options, and the same promises about its log.
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "bench/raw_rows.h"
#include "bench/side.h"
#include "storage/local/recovery/log_file_env.h"

namespace parton::bench {

namespace {

void Check(const leveldb::Status& s) {
  if (!s.ok()) {
    std::fprintf(stderr, "leveldb: %s\n", s.ToString().c_str());
    std::exit(1);
  }
}

std::string_view View(const leveldb::Slice& s) { return {s.data(), s.size()}; }

class RawSide final : public Side {
 public:
  explicit RawSide(std::string directory) : directory_(std::move(directory)) {
    options_.create_if_missing = true;
    options_.write_buffer_size = kWriteBufferBytes;
    options_.block_size = kBlockBytes;
    options_.max_file_size = size_t{8} << 20;
    options_.filter_policy = filter_.get();
    options_.paranoid_checks = true;
    // Parton checks every block it reads from a file.
    read_.verify_checksums = true;
  }

  std::string name() const override { return "leveldb"; }

  uint64_t Load(const std::string& which, const LogRows& rows, int indexes) override {
    leveldb::DB* db = Open(which, kCacheBytes, false);
    leveldb::WriteBatch batch;
    std::string value, old;
    for (size_t i = 0; i < rows.size(); ++i) {
      PutNew(db, rows[i], indexes, &value, &old, &batch);
      if ((i + 1) % 1000 == 0 || i + 1 == rows.size()) {
        Check(db->Write({}, &batch));
        batch.Clear();
      }
    }
    return rows.size();
  }

  void Drop(const std::string& which) override {
    open_.erase(which);
    std::filesystem::remove_all(Path(which));
  }

  void Use(const std::string& which, const LogRows& rows, size_t cache_bytes) override {
    open_.erase(which);
    db_ = Open(which, cache_bytes, false);
    rows_ = &rows;
    n_ = static_cast<int64_t>(rows.size());
  }

  uint64_t PointReads(int64_t count) override {
    uint64_t sum = 0;
    std::string value;
    std::vector<Attribute> row;
    for (int64_t i = 0; i < count; ++i) {
      Check(db_->Get(read_, RowKey(PickKey(i, n_)), &value));
      DecodeRow(value, &row);
      sum += static_cast<uint64_t>(row[8].number) + row[9].text.size();
    }
    return sum;
  }

  uint64_t IndexQuery() override {
    uint64_t sum = 0;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
    for (int64_t shard = 1; shard <= 10; ++shard) {
      std::string prefix = IndexPrefix(shard, "404");
      for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
        sum += static_cast<uint64_t>(IdOf(View(it->key())));
      }
    }
    return sum;
  }

  uint64_t IndexPages(int pages, bool after) override {
    uint64_t sum = 0;
    std::vector<Attribute> row;
    std::string value;
    for (int page = 0; page < pages; ++page) {
      VisitPage(page, after, [&](std::string_view key) {
        Check(db_->Get(read_, RowKey(IdOf(key)), &value));
        DecodeRow(value, &row);
        sum += static_cast<uint64_t>(row[8].number) + row[9].text.size();
      });
    }
    return sum;
  }

  uint64_t CoveredPages(int pages) override {
    uint64_t sum = 0;
    for (int page = 0; page < pages; ++page) {
      VisitPage(page, true, [&](std::string_view key) {
        const std::string code_and_time(key.substr(2, key.size() - 11));
        sum += static_cast<uint64_t>(IdOf(key)) + code_and_time.size();
      });
    }
    return sum;
  }

  std::optional<uint64_t> ScanSum(int threads) override {
    const leveldb::Snapshot* snapshot = db_->GetSnapshot();
    std::vector<uint64_t> sums(static_cast<size_t>(threads));
    const auto part = [&](int t) {
      leveldb::ReadOptions options = read_;
      options.snapshot = snapshot;
      int64_t from = n_ * t / threads + 1, to = n_ * (t + 1) / threads + 1;
      std::string end = RowKey(to);
      std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(options));
      uint64_t sum = 0;
      for (it->Seek(RowKey(from)); it->Valid() && it->key().compare(end) < 0; it->Next()) {
        const std::string_view row = View(it->value());
        if (NumberOf(row, 8) != 200) sum += static_cast<uint64_t>(NumberOf(row, 9));
      }
      sums[static_cast<size_t>(t)] = sum;
    };
    std::vector<std::thread> workers;
    for (int t = 1; t < threads; ++t) workers.emplace_back(part, t);
    part(0);
    for (std::thread& w : workers) w.join();
    db_->ReleaseSnapshot(snapshot);
    uint64_t sum = 0;
    for (uint64_t s : sums) sum += s;
    return sum;
  }

  uint64_t GroupBy() override {
    struct Group {
      uint64_t count = 0, sum = 0;
    };
    std::map<int64_t, Group> groups;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
    for (it->Seek("t"); it->Valid() && it->key().starts_with("t"); it->Next()) {
      Group& g = groups[NumberOf(View(it->value()), 8)];
      ++g.count;
      g.sum += static_cast<uint64_t>(NumberOf(View(it->value()), 9));
    }
    uint64_t sum = 0;
    for (const auto& [code, g] : groups) sum += static_cast<uint64_t>(code) * g.count + g.sum;
    return sum;
  }

  uint64_t ConditionalUpdates(int64_t count) override {
    uint64_t changed = 0;
    std::string value, fresh;
    for (int64_t i = 0; i < count; ++i) {
      std::string key = RowKey(PickKey(i, n_));
      Check(db_->Get(read_, key, &value));
      if (NumberOf(value, 8) != 200) continue;
      std::vector<Attribute> row;
      DecodeRow(value, &row);
      row[8].number += 1;
      fresh.clear();
      for (const Attribute& a : row) {
        if (IsNumber(a.id)) {
          PutNumber(a.id, a.number, &fresh);
        } else {
          PutString(a.id, a.text, &fresh);
        }
      }
      Check(db_->Put({}, key, fresh));
      ++changed;
    }
    return changed;
  }

  std::optional<uint64_t> TextReads(int64_t) override { return std::nullopt; }

  uint64_t DurableInserts(const LogRows& rows, int threads, size_t per_commit) override {
    leveldb::DB* db = Open("durable", kCacheBytes, true);
    std::vector<std::thread> workers;
    for (size_t t = 0; t < static_cast<size_t>(threads); ++t) {
      workers.emplace_back([&, t] {
        leveldb::WriteOptions sync;
        sync.sync = true;
        leveldb::WriteBatch batch;
        std::string value, old;
        for (size_t i = t * per_commit; i < rows.size(); i += static_cast<size_t>(threads) * per_commit) {
          const size_t end = std::min(rows.size(), i + per_commit);
          for (size_t k = i; k < end; ++k) PutNew(db, rows[k], 0, &value, &old, &batch);
          Check(db->Write(sync, &batch));
          batch.Clear();
        }
      });
    }
    for (std::thread& w : workers) w.join();
    return rows.size();
  }

 private:
  struct Database {
    std::unique_ptr<leveldb::Cache> cache;
    std::unique_ptr<leveldb::Env> env;
    std::unique_ptr<leveldb::DB> db;
  };

  // An insert must know that the key is new.
  void PutNew(leveldb::DB* db, const LogRow& r, int indexes, std::string* value, std::string* old,
              leveldb::WriteBatch* batch) const {
    value->clear();
    EncodeRow(r, value);
    const std::string key = RowKey(r.requestid);
    if (db->Get(read_, key, old).ok()) std::abort();
    batch->Put(key, *value);
    for (int index = 0; index < indexes; ++index) batch->Put(IndexKey(r, index), {});
  }

  template <typename Visit>
  void VisitPage(int page, bool after, const Visit& visit) {
    const LogRow& start = PageStart(page, *rows_);
    const std::string prefix = IndexPrefix(after ? start.shard : page % 10 + 1, "");
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
    it->Seek(after ? IndexKey(start, 0) + '\0' : prefix);
    for (int rows = 0; it->Valid() && it->key().starts_with(prefix) && rows < 100; it->Next(), ++rows) {
      visit(View(it->key()));
    }
  }

  std::string Path(const std::string& which) const { return directory_ + "/raw_" + which; }

  leveldb::DB* Open(const std::string& which, size_t cache_bytes, bool durable) {
    Database& d = open_[which];
    if (d.db == nullptr) {
      leveldb::Options options = options_;
      d.cache.reset(leveldb::NewLRUCache(cache_bytes));
      d.env = std::make_unique<LogFileEnv>(leveldb::Env::Default(), !durable, durable);
      options.block_cache = d.cache.get();
      options.env = d.env.get();
      leveldb::DB* raw = nullptr;
      Check(leveldb::DB::Open(options, Path(which), &raw));
      d.db.reset(raw);
    }
    return d.db.get();
  }

  std::string directory_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_{leveldb::NewBloomFilterPolicy(10)};
  leveldb::Options options_;
  leveldb::ReadOptions read_;
  std::map<std::string, Database> open_;
  leveldb::DB* db_ = nullptr;
  const LogRows* rows_ = nullptr;
  int64_t n_ = 0;
};

}  // namespace

std::unique_ptr<Side> MakeRawSide(const std::string& directory) { return std::make_unique<RawSide>(directory); }

}  // namespace parton::bench
